/*
 * match: what it costs to try N rules on an item, beside a loop over regular
 * expressions.
 *
 *     bench_match [--tiny]
 *
 * Ours is match_item, whole: folding title and text, the scan, deciding, the
 * spans.  The loop (rival.h) is measured interpreted and with JIT.  The three
 * take turns in every round, so that a busy machine meets them alike.
 * Exit 1 when they disagree on which rules hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "bench.h"
#include "rival.h"
#include "rulegen.h"
#include "rules/rules.h"
#include "text.h"

enum {
    ITEMS = 40,
    TITLE_CHARS = 20,
    TEXT_CHARS = 600,
    YAML_MAX = 64 * 1024 * 1024
};
static const double round_seconds = 0.1;   /* CPU, of one contender */
static const double compare_seconds = 3.0; /* CPU, for comparing answers */

enum contender { OURS, INTERPRETED, JIT, CONTENDERS };
static const char *const names[CONTENDERS] = {
    "tocsin", "PCRE2", "PCRE2 with JIT"};

struct sample {
    struct rule_item item;
    const uint16_t *folded; /* title, newline, text */
    size_t nfolded;
};

struct samples {
    struct sample sample[ITEMS];
    struct arena *arena; /* of the items */
};

/* All that one number of rules needs. */
struct run {
    uint32_t nrules;
    const struct samples *samples;
    struct ruleset *set;
    struct matcher *matcher;
    struct rival *rival[CONTENDERS]; /* [OURS] is NULL */
    struct arena *arena;             /* of one verdict */
    struct buf yaml;
    bool *held, *expected;
    size_t found; /* rules that held, all items together */
    double compile[CONTENDERS];
    size_t size[CONTENDERS];
    double cost[CONTENDERS][BENCH_ROUNDS], ratio[CONTENDERS][BENCH_ROUNDS];
    size_t rounds;
};

static int
make_sample(struct arena *arena, uint32_t number, struct sample *ret)
{
    struct bench_chance chance = bench_seed(BENCH_SEED * 31u + number);
    struct buf both;
    size_t title_n;
    int err;

    buf_init(&both, 1024 * 1024);
    text_prose(&both, &chance, TITLE_CHARS);
    title_n = both.n;
    buf_add_char(&both, '\n');
    text_prose(&both, &chance, TEXT_CHARS);
    err = both.err;
    if (err == 0) {
        struct str all = arena_str(arena, buf_str(&both));

        ret->item.title = str_first(all, title_n);
        ret->item.text = str_from(all, title_n + 1);
        ret->item.source.id = STR("bench");
        ret->item.source.kind = STR("media");
        ret->item.published = WALL_NONE;
        err = rules_fold(arena, all, &ret->folded, &ret->nfolded);
    }
    buf_done(&both);
    return err;
}

static int
make_ours(struct run *run)
{
    struct rule_file file = {.name = "bench.yaml"};
    struct toc_errors errors = {.n = 0};
    double begin;
    int err;

    rulegen_yaml(&run->yaml, run->nrules);
    if (run->yaml.err)
        return run->yaml.err;
    file.text = buf_str(&run->yaml);
    begin = bench_cpu();
    err = ruleset_compile(&file, 1, NULL, &errors, &run->set);
    if (err == 0)
        err = matcher_new(run->set, &run->matcher);
    run->compile[OURS] = bench_cpu() - begin;
    toc_errors_print(&errors, stderr);
    toc_errors_done(&errors);
    if (err == 0)
        run->size[OURS] = ruleset_image(run->set).n;
    return err;
}

/* A rival that this machine cannot have, or not in time, is left out. */
static int
make_rival(struct run *run, enum contender who)
{
    double begin = bench_cpu();
    int err = rival_new(run->nrules, who == JIT, &run->rival[who]);

    run->compile[who] = bench_cpu() - begin;
    if (err == E_NOTFOUND || err == E_TIMEOUT) {
        fprintf(stderr, "%s, %u rules: left out, %s\n", names[who], run->nrules,
            err == E_TIMEOUT ? "no time" : "not available");
        return 0;
    }
    if (err == 0)
        run->size[who] = rival_size(run->rival[who]);
    return err;
}

static int
match_ours(struct run *run, const struct sample *sample, struct verdict *ret)
{
    arena_clear(run->arena);
    return match_item(run->matcher, &sample->item, run->arena, ret);
}

static int
match_one(struct run *run, enum contender who, const struct sample *sample)
{
    struct verdict verdict;

    if (who == OURS)
        return match_ours(run, sample, &verdict);
    rival_match(run->rival[who], sample->folded, sample->nfolded, run->held);
    return 0;
}

/* How many rules of one sample ours and the loop do not agree on. */
static int
compare_one(
    struct run *run, enum contender who, const struct sample *s, size_t *ret)
{
    struct verdict verdict;
    int err;

    err = match_ours(run, s, &verdict);
    if (err != 0)
        return err;
    memset(run->expected, 0, run->nrules * sizeof(bool));
    rival_match(run->rival[who], s->folded, s->nfolded, run->expected);
    memset(run->held, 0, run->nrules * sizeof(bool));
    for (size_t i = 0; i < verdict.nfindings; i++) {
        const struct finding *f = &verdict.findings[i];

        /* unknown, on a machine too busy for the time budget, is no answer */
        run->held[f->rule] = !f->indeterminate || run->expected[f->rule];
    }
    for (uint32_t i = 0; i < run->nrules; i++)
        *ret += run->held[i] != run->expected[i];
    return 0;
}

/* Match all samples once, so that expressions compiled when first needed are
 * compiled, and compare answers for compare_seconds.  E_BUG when they differ.
 */
static int
compare(struct run *run)
{
    enum contender who = run->rival[JIT] ? JIT : INTERPRETED;
    struct verdict verdict;
    double begin = bench_cpu();
    size_t differ = 0;
    int err = 0;

    for (size_t i = 0; i < ITEMS && err == 0; i++) {
        err = match_ours(run, &run->samples->sample[i], &verdict);
        run->found += err == 0 ? verdict.nfindings : 0;
    }
    for (size_t i = 0; run->rival[who] && i < ITEMS && err == 0; i++) {
        if (bench_cpu() - begin > compare_seconds)
            break;
        err = compare_one(run, who, &run->samples->sample[i], &differ);
    }
    if (err == 0 && differ > 0) {
        fprintf(stderr, "%u rules: %zu answers differ from those of %s\n",
            run->nrules, differ, names[who]);
        err = E_BUG;
    }
    return err;
}

/* Seconds for one item in this round, items taken in turn. */
static int
time_round(struct run *run, enum contender who, size_t round, double *ret)
{
    double begin = bench_cpu(), used = 0;
    size_t n = 0;

    while (used < round_seconds) {
        int err =
            match_one(run, who, &run->samples->sample[(round + n) % ITEMS]);

        if (err != 0)
            return err;
        n++;
        used = bench_cpu() - begin;
    }
    *ret = used / (double)n;
    return 0;
}

static int
time_all(struct run *run, size_t rounds)
{
    int err = 0;

    while (run->rounds < rounds && bench_wall() < BENCH_MAX_SECONDS) {
        for (int who = OURS; who < CONTENDERS && err == 0; who++) {
            double *cost = &run->cost[who][run->rounds];

            if (who != OURS && !run->rival[who])
                continue;
            err = time_round(run, (enum contender)who, run->rounds, cost);
            run->ratio[who][run->rounds] = *cost / run->cost[OURS][run->rounds];
        }
        if (err != 0)
            return err;
        run->rounds++;
    }
    return 0;
}

static void
print_row(struct run *run)
{
    for (int who = OURS; who < CONTENDERS; who++) {
        if (run->rounds == 0 || (who != OURS && !run->rival[who]))
            continue;
        printf("%6u  %-15s %12.1f %9.1f %10.3f %9.2f %9.1f\n", run->nrules,
            names[who], bench_median(run->cost[who], run->rounds) * 1e6,
            bench_median(run->ratio[who], run->rounds), run->compile[who],
            (double)run->size[who] / (1024 * 1024), (double)run->found / ITEMS);
    }
    if (run->rounds == 0)
        printf("%6u  left out: no time\n", run->nrules);
    fflush(stdout);
}

static int
make_run(struct run *run)
{
    buf_init(&run->yaml, YAML_MAX);
    run->arena = arena_new(ARENA_CAP_DEFAULT);
    run->held = calloc(run->nrules, sizeof(bool));
    run->expected = calloc(run->nrules, sizeof(bool));
    return run->arena && run->held && run->expected ? 0 : E_NOMEM;
}

static void
run_done(struct run *run)
{
    for (int who = OURS; who < CONTENDERS; who++)
        rival_free(run->rival[who]);
    matcher_free(run->matcher);
    ruleset_free(run->set);
    arena_free(run->arena);
    buf_done(&run->yaml);
    free(run->held);
    free(run->expected);
}

static int
measure(const struct samples *samples, uint32_t nrules, size_t rounds)
{
    struct run run = {.nrules = nrules, .samples = samples};
    int err = make_run(&run);

    if (err == 0)
        err = make_ours(&run);
    if (err == 0)
        err = make_rival(&run, INTERPRETED);
    if (err == 0)
        err = make_rival(&run, JIT);
    if (err == 0)
        err = compare(&run);
    if (err == 0)
        err = time_all(&run, rounds);
    if (err == 0)
        print_row(&run);
    else
        fprintf(stderr, "%u rules: %s\n", nrules, err_text(err));
    run_done(&run);
    return err;
}

static int
measure_all(bool tiny)
{
    static const uint32_t counts[] = {20, 200, 2000, RULEGEN_MAX};
    struct samples samples = {.arena = arena_new(ARENA_CAP_DEFAULT)};
    size_t n = tiny ? 2 : sizeof(counts) / sizeof(counts[0]);
    int err = samples.arena ? 0 : E_NOMEM;

    for (uint32_t i = 0; i < ITEMS && err == 0; i++)
        err = make_sample(samples.arena, i, &samples.sample[i]);
    printf("%6s  %-15s %12s %9s %10s %9s %9s\n", "rules", "by", "us an item",
        "ratio", "compile s", "MiB", "hold");
    for (size_t i = 0; i < n && err == 0; i++)
        err = measure(
            &samples, counts[i], tiny ? BENCH_ROUNDS_TINY : BENCH_ROUNDS);
    if (samples.arena)
        arena_free(samples.arena);
    return err;
}

int
main(int argc, char **argv)
{
    bool tiny = argc == 2 && strcmp(argv[1], "--tiny") == 0;

    if (argc > 1 && !tiny) {
        fprintf(stderr, "usage: bench_match [--tiny]\n");
        return 2;
    }
    bench_wall();
    bench_print_load();
    if (measure_all(tiny) != 0)
        return 1;
    bench_print_load();
    return 0;
}
