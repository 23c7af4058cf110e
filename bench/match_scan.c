/*
 * match_scan: the scan alone, beside Vectorscan on the same terms and texts.
 * Both get the folded text, each in the form it reads.
 */
#include <stdio.h>

#include "base/err.h"
#include "bench.h"
#include "match.h"

static const double round_seconds = 0.05;

struct race {
    const struct image *image;
    const struct samples *samples;
    struct hspeer *hs;
    struct scan_hits hits;
    double bytes;
    size_t found[2];
};

static void
scan_all(struct race *r, int who)
{
    r->found[who] = 0;
    for (size_t i = 0; i < MATCH_ITEMS; i++) {
        const struct sample *s = &r->samples->sample[i];
        r->hits.n = 0;
        if (who == 0)
            scan_run(NULL, r->image, VIEW_FOLDED, s->view, s->nview, &r->hits);
        else {
            hspeer_begin(r->hs, s);
            hspeer_scan(
                r->hs, r->image, VIEW_FOLDED, s->view, s->nview, &r->hits);
        }
        r->found[who] += r->hits.n;
    }
}

static double
time_scan(struct race *r, int who)
{
    double begin = bench_cpu(), used = 0;
    size_t passes = 0;

    while (used < round_seconds) {
        scan_all(r, who);
        passes++;
        used = bench_cpu() - begin;
    }
    return used / (double)passes / r->bytes;
}

static int
measure(struct bench *bench, uint32_t nrules, const char *name, double least)
{
    struct race r = {.samples = &bench->samples};
    double cost[2][BENCH_ROUNDS], ratio[BENCH_ROUNDS];
    size_t rounds = bench->tiny ? BENCH_ROUNDS_TINY : BENCH_ROUNDS;
    struct ruleset *set = NULL;
    int err = bench_compile(RULEGEN_PROVINCE, nrules, NULL, &set);

    if (err != 0)
        return err;
    for (size_t i = 0; i < MATCH_ITEMS; i++)
        r.bytes += (double)r.samples->sample[i].utf8.n;
    r.image = &set->image;
    err = hspeer_new(r.image, &r.hs);
    bool peer = err == 0;
    for (size_t k = 0; k < rounds; k++) {
        cost[0][k] = time_scan(&r, 0);
        cost[1][k] = peer ? time_scan(&r, 1) : 0;
        ratio[k] = cost[1][k] / cost[0][k];
    }
    printf(
        "%-9s %6u terms: ours %6.0f MB/s, Vectorscan %6.0f MB/s, %zu and %zu "
        "hits\n",
        "scan", IMAGE_COUNT(r.image, SEC_TERMS),
        1e-6 / bench_median(cost[0], rounds),
        peer ? 1e-6 / bench_median(cost[1], rounds) : 0, r.found[0],
        r.found[1]);
    if (peer)
        targets_add(&bench->targets, name, "Vectorscan, same terms",
            bench_median(ratio, rounds), AT_LEAST, least, "times");
    else
        targets_skip(
            &bench->targets, name, "Vectorscan, same terms", "not installed");
    hspeer_free(r.hs);
    scan_hits_done(&r.hits);
    ruleset_free(set);
    return err == E_NOTFOUND ? 0 : err;
}

int
bench_scan(struct bench *bench)
{
    int err = measure(bench, 20, "scan, terms of 20 rules", 0.33);

    if (err == 0)
        err = measure(bench, 200, "scan, terms of 200 rules", 0.33);
    if (err == 0 && !bench->tiny)
        err = measure(bench, 2000, "scan, terms of 2,000 rules", 1);
    if (err == 0 && !bench->tiny)
        err = measure(bench, RULEGEN_MAX, "scan, terms of 20,000 rules", 4);
    return err;
}
