/*
 * match_pipeline: what it costs to try N rules on an item, whole: folding
 * title and text, the scan, deciding, the spans.
 *
 * Beside it: loops over regular expressions (rival.h), and Vectorscan with the
 * same evaluator (hspeer.c).  All take turns in every round, on the same items,
 * so that a busy machine meets them alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench.h"
#include "match.h"
#include "rival.h"

enum contender { OURS, VECTORSCAN, LOOP_8, LOOP_16, CONTENDERS };
static const char *const names[CONTENDERS] = {
    "tocsin", "Vectorscan", "PCRE2 loop", "PCRE2-16 loop"};
static const struct rival_ops *const loops[CONTENDERS] = {
    [LOOP_8] = &rival_8, [LOOP_16] = &rival_16};
static const double loop_seconds = 0.5;    /* CPU, of a loop in one round */
static const double compare_seconds = 1.0; /* CPU, for comparing answers */

enum { DIFFER_PER_THOUSAND = 20, ROUNDS = 5, PASSES = 5 };

/* All that one number of rules needs. */
struct run {
    enum rulegen_profile profile;
    uint32_t nrules;
    const struct samples *samples;
    struct ruleset *set;
    struct matcher *matcher[2]; /* OURS, VECTORSCAN */
    struct hspeer *hs;
    struct rival *rival[CONTENDERS]; /* loops only */
    struct arena *arena;             /* of one verdict */
    bool *held, *expected;
    size_t found; /* rules that held, all items together */
    double compile[CONTENDERS];
    size_t size[CONTENDERS];
    double least[CONTENDERS][MATCH_ITEMS]; /* CPU seconds; 0: not measured */
    size_t rounds;
};

static bool
takes_part(const struct run *run, int who)
{
    return who == OURS         ? true
           : who == VECTORSCAN ? run->hs != NULL
                               : run->rival[who] != NULL;
}

static int
make_ours(struct run *run)
{
    int err = bench_compile(
        run->profile, run->nrules, &run->compile[OURS], &run->set);

    if (err == 0)
        err = matcher_new(run->set, &run->matcher[OURS]);
    if (err == 0)
        run->size[OURS] = ruleset_image(run->set).n;
    return err;
}

static int
make_vectorscan(struct run *run)
{
    double begin = bench_cpu();
    int err = hspeer_new(&run->set->image, &run->hs);

    run->compile[VECTORSCAN] = bench_cpu() - begin;
    if (err == E_NOTFOUND)
        return 0;
    if (err == 0)
        err = matcher_new(run->set, &run->matcher[VECTORSCAN]);
    if (err == 0) {
        run->matcher[VECTORSCAN]->scan = hspeer_scan;
        run->matcher[VECTORSCAN]->scan_arg = run->hs;
    }
    return err;
}

/* A rival that this machine cannot have, or not in time, is left out. */
static int
make_rival(struct run *run, enum contender who)
{
    double begin = bench_cpu();
    int err = loops[who]->make(run->profile, run->nrules, &run->rival[who]);

    run->compile[who] = bench_cpu() - begin;
    if (err == E_NOTFOUND || err == E_TIMEOUT)
        return 0;
    if (err == 0)
        run->size[who] = loops[who]->size(run->rival[who]);
    return err;
}

static void
match_loop(struct run *run, int who, const struct sample *s, bool *held)
{
    if (who == LOOP_16)
        loops[who]->match(run->rival[who], s->folded, s->nfolded, held);
    else
        loops[who]->match(
            run->rival[who], s->folded_utf8.p, s->folded_utf8.n, held);
}

static int
match_one(
    struct run *run, int who, const struct sample *sample, struct verdict *ret)
{
    if (loops[who]) {
        match_loop(run, who, sample, run->held);
        return 0;
    }
    if (who == VECTORSCAN)
        hspeer_begin(run->hs, sample);
    arena_clear(run->arena);
    return match_item(run->matcher[who], &sample->item, run->arena, ret);
}

/* How many rules of one sample ours and the loop do not agree on.  The loop
 * does not look for words with something between their characters. */
static int
compare_one(struct run *run, int who, const struct sample *s, size_t *ret)
{
    struct verdict verdict;
    int err = match_one(run, OURS, s, &verdict);

    if (err != 0)
        return err;
    memset(run->expected, 0, run->nrules * sizeof(bool));
    match_loop(run, who, s, run->expected);
    memset(run->held, 0, run->nrules * sizeof(bool));
    for (size_t i = 0; i < verdict.nfindings; i++) {
        const struct finding *f = &verdict.findings[i];

        /* unknown, on a machine too busy for the time budget, is no answer */
        run->held[f->rule] = !f->indeterminate || run->expected[f->rule];
    }
    if (verdict.truncated)
        return 0;
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
    int who = LOOP_16;
    struct verdict verdict = {.nfindings = 0};
    double begin = bench_cpu();
    size_t differ = 0;
    int err = 0;

    for (size_t i = 0; i < MATCH_ITEMS && err == 0; i++) {
        const struct sample *s = &run->samples->sample[i];
        size_t n;

        err = match_one(run, OURS, s, &verdict);
        n = verdict.nfindings;
        run->found += err == 0 ? n : 0;
        if (err == 0 && run->hs)
            err = match_one(run, VECTORSCAN, s, &verdict);
        if (err == 0 && n != verdict.nfindings)
            fprintf(stderr, "Vectorscan: %zu rules hold, ours say %zu\n",
                verdict.nfindings, n);
    }
    for (size_t i = 0; run->rival[who] && i < MATCH_ITEMS && err == 0; i++) {
        if (bench_cpu() - begin > compare_seconds)
            break;
        err = compare_one(run, who, &run->samples->sample[i], &differ);
    }
    if (err == 0 && differ * 1000 > (run->found + 50) * DIFFER_PER_THOUSAND) {
        fprintf(stderr, "%u rules: %zu answers differ from those of %s\n",
            run->nrules, differ, names[who]);
        err = E_BUG;
    }
    return err;
}

/* Match all items once, a loop as many as it has time for; keep the least
 * that each took. */
static int
time_pass(struct run *run, int who)
{
    double begin = bench_cpu(), before = begin;
    struct verdict verdict;

    for (size_t i = 0; i < MATCH_ITEMS; i++) {
        double *least = &run->least[who][i], now;
        int err = match_one(run, who, &run->samples->sample[i], &verdict);

        if (err != 0)
            return err;
        now = bench_cpu();
        if (*least <= 0 || now - before < *least)
            *least = now - before;
        before = now;
        if (loops[who] && now - begin > loop_seconds)
            break;
    }
    return 0;
}

static int
time_all(struct run *run, size_t rounds)
{
    int err = 0;

    while (run->rounds < rounds && bench_wall() < BENCH_MAX_SECONDS) {
        for (int who = OURS; who < CONTENDERS && err == 0; who++)
            for (int k = 0; k < (loops[who] ? 1 : PASSES) && err == 0; k++)
                if (takes_part(run, who))
                    err = time_pass(run, who);
        if (err != 0)
            return err;
        run->rounds++;
    }
    return 0;
}

/* Seconds for a byte of a and b, on the items that both have matched. */
static void
cost_of(const struct run *run, int a, int b, double *ret_a, double *ret_b)
{
    double bytes = 0;

    *ret_a = *ret_b = 0;
    for (size_t i = 0; i < MATCH_ITEMS; i++) {
        if (run->least[a][i] <= 0 || run->least[b][i] <= 0)
            continue;
        *ret_a += run->least[a][i];
        *ret_b += run->least[b][i];
        bytes += (double)run->samples->sample[i].bytes;
    }
    if (bytes > 0) {
        *ret_a /= bytes;
        *ret_b /= bytes;
    }
}

static double
ratio_of(const struct run *run, int who)
{
    double ours, theirs;

    cost_of(run, OURS, who, &ours, &theirs);
    return ours > 0 ? theirs / ours : 0;
}

static void
print_row(struct run *run)
{
    double bytes = (double)run->samples->bytes / MATCH_ITEMS;

    for (int who = OURS; who < CONTENDERS; who++) {
        double ours, cost;

        if (run->rounds == 0 || !takes_part(run, who))
            continue;
        cost_of(run, OURS, who, &ours, &cost);
        printf("%-9s %6u  %-15s %12.1f %9.1f %10.3f %9.2f %9.1f\n",
            run->profile == RULEGEN_DENSE ? "dense" : "province", run->nrules,
            names[who], cost * bytes * 1e6, ratio_of(run, who),
            run->compile[who], (double)run->size[who] / (1024 * 1024),
            (double)run->found / MATCH_ITEMS);
    }
    if (run->rounds == 0)
        printf("%6u  left out: no time\n", run->nrules);
    fflush(stdout);
}

static void
run_done(struct run *run)
{
    for (int who = LOOP_8; who < CONTENDERS; who++)
        loops[who]->free(run->rival[who]);
    matcher_free(run->matcher[OURS]);
    matcher_free(run->matcher[VECTORSCAN]);
    hspeer_free(run->hs);
    ruleset_free(run->set);
    arena_free(run->arena);
    free(run->held);
    free(run->expected);
}

static int
make_run(struct run *run)
{
    int err;

    run->arena = arena_new(ARENA_CAP_DEFAULT);
    run->held = calloc(run->nrules, sizeof(bool));
    run->expected = calloc(run->nrules, sizeof(bool));
    if (!run->arena || !run->held || !run->expected)
        return E_NOMEM;
    err = make_ours(run);
    if (err == 0)
        err = make_vectorscan(run);
    if (err == 0)
        err = make_rival(run, LOOP_8);
    if (err == 0)
        err = make_rival(run, LOOP_16);
    return err;
}

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void
add_latency(const struct run *run, struct targets *t)
{
    double least[MATCH_ITEMS];

    memcpy(least, run->least[OURS], sizeof(least));
    qsort(least, MATCH_ITEMS, sizeof(*least), by_value);
    targets_add(t, "item, 20,000 rules, median", "-",
        least[MATCH_ITEMS / 2] * 1e6, AT_MOST, 12, "us");
    targets_add(t, "item, 20,000 rules, 99th percentile", "-",
        least[MATCH_ITEMS - 1] * 1e6, AT_MOST, 80, "us");
}

static void
add_targets(struct run *run, struct targets *t, double *first_cost)
{
    static const struct {
        uint32_t nrules;
        const char *name;
        double loop, hs; /* 0: no target */
    } wanted[] = {{20, "pipeline, 20 rules", 0, 0.6},
        {200, "pipeline, 200 rules", 0, 0.6},
        {2000, "pipeline, 2,000 rules", 0, 1.2},
        {20000, "pipeline, 20,000 rules", 2500, 2}};
    double ours, same;

    cost_of(run, OURS, OURS, &ours, &same);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const char *name = wanted[i].name;

        if (wanted[i].nrules != run->nrules)
            continue;
        if (wanted[i].loop > 0 && run->rival[LOOP_8])
            targets_add(t, name, "loop of PCRE2 with JIT",
                ratio_of(run, LOOP_8), AT_LEAST, wanted[i].loop, "times");
        else if (wanted[i].loop > 0)
            targets_skip(t, name, "loop of PCRE2 with JIT", "not available");
        if (run->hs)
            targets_add(t, name, "Vectorscan + PCRE2",
                ratio_of(run, VECTORSCAN), AT_LEAST, wanted[i].hs, "times");
        else
            targets_skip(t, name, "Vectorscan + PCRE2", "not installed");
    }
    if (*first_cost <= 0)
        *first_cost = ours;
    if (run->nrules == RULEGEN_MAX)
        targets_add(t, "cost of an item, 20,000 rules", "20 rules",
            ours / *first_cost, AT_MOST, 5, "times");
}

static int
measure(struct bench *bench, enum rulegen_profile profile, uint32_t nrules,
    double *first_cost)
{
    struct run run = {
        .profile = profile, .nrules = nrules, .samples = &bench->samples};
    int err = make_run(&run);

    if (err == 0)
        err = compare(&run);
    if (err == 0)
        err = time_all(&run, bench->tiny ? BENCH_ROUNDS_TINY : ROUNDS);
    if (err == 0) {
        print_row(&run);
        if (profile == RULEGEN_PROVINCE && run.rounds > 0)
            add_targets(&run, &bench->targets, first_cost);
        if (profile == RULEGEN_PROVINCE && nrules == RULEGEN_MAX)
            add_latency(&run, &bench->targets);
    } else
        fprintf(stderr, "%u rules: %s\n", nrules, err_text(err));
    run_done(&run);
    return err;
}

int
bench_pipeline(struct bench *bench)
{
    static const uint32_t counts[] = {20, 200, RULEGEN_MAX, 2000};
    size_t n = bench->tiny ? 2 : sizeof(counts) / sizeof(counts[0]);
    double first_cost = 0;
    int err = 0;

    printf("%zu items, %zu bytes on average\n", (size_t)MATCH_ITEMS,
        bench->samples.bytes / MATCH_ITEMS);
    printf("%-9s %6s  %-15s %12s %9s %10s %9s %9s\n", "profile", "rules", "by",
        "us an item", "ratio", "compile s", "MiB", "hold");
    for (size_t i = 0; i < n && err == 0; i++)
        err = measure(bench, RULEGEN_PROVINCE, counts[i], &first_cost);
    if (err == 0)
        err = measure(
            bench, RULEGEN_DENSE, bench->tiny ? 200 : RULEGEN_MAX, &first_cost);
    return err;
}
