/*
 * match_fold: folding with the way back to the original, beside ICU's
 * NFKC_Casefold with Edits and beside utf8proc (NFKC, case fold, ignorables
 * dropped), which has no way back.
 */
#include <stdio.h>
#include <stdlib.h>

#if BENCH_HAS_ICU
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#endif
#include <utf8proc.h>

#include "base/err.h"
#include "bench.h"
#include "match.h"

static const double round_seconds = 0.05;

enum contender { OURS, SCALAR, ICU, UTF8PROC, CONTENDERS };

struct folder {
    const struct samples *samples;
    struct folded folded;
    uint16_t *utf16, *out; /* for ICU */
    size_t cap;
};

static void
fold_ours(struct folder *f, struct str s, bool scalar)
{
    f->folded.n = 0;
    if (scalar)
        fold_text_scalar(&f->folded, s);
    else
        fold_text(&f->folded, s);
}

#if BENCH_HAS_ICU
static void
fold_icu(struct folder *f, struct str s)
{
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *n = unorm2_getNFKCCasefoldInstance(&code);
    int32_t len = 0;

    u_strFromUTF8WithSub((UChar *)f->utf16, (int32_t)f->cap, &len, s.p,
        (int32_t)s.n, 0xFFFD, NULL, &code);
    unorm2_normalize(
        n, (UChar *)f->utf16, len, (UChar *)f->out, (int32_t)f->cap, &code);
}
#endif

static void
fold_utf8proc(struct str s)
{
    const unsigned options = UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                             UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    utf8proc_uint8_t *out = NULL;

    utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &out,
        (utf8proc_option_t)options);
    free(out);
}

static void
fold_one(struct folder *f, int who, struct str s)
{
    switch (who) {
    case OURS:
    case SCALAR:
        fold_ours(f, s, who == SCALAR);
        return;
    case UTF8PROC:
        fold_utf8proc(s);
        return;
    default:
#if BENCH_HAS_ICU
        fold_icu(f, s);
#endif
        return;
    }
}

/* Seconds for a byte. */
static double
time_fold(struct folder *f, int who)
{
    double begin = bench_cpu(), used = 0;
    size_t bytes = 0;

    while (used < round_seconds) {
        for (size_t i = 0; i < MATCH_ITEMS; i++) {
            fold_one(f, who, f->samples->sample[i].item.text);
            bytes += f->samples->sample[i].item.text.n;
        }
        used = bench_cpu() - begin;
    }
    return used / (double)bytes;
}

int
bench_fold(struct bench *bench)
{
    struct folder f = {.samples = &bench->samples, .cap = 1 << 20};
    double cost[CONTENDERS][BENCH_ROUNDS] = {{0}};
    double ratio[CONTENDERS][BENCH_ROUNDS];
    size_t rounds = bench->tiny ? BENCH_ROUNDS_TINY : BENCH_ROUNDS;
    struct targets *t = &bench->targets;

    folded_init(&f.folded);
    f.utf16 = calloc(f.cap, sizeof(*f.utf16));
    f.out = calloc(f.cap, sizeof(*f.out));
    if (!f.utf16 || !f.out)
        return E_NOMEM;
    for (size_t k = 0; k < rounds; k++)
        for (int who = OURS; who < CONTENDERS; who++) {
            cost[who][k] =
                who == ICU && !BENCH_HAS_ICU ? 0 : time_fold(&f, who);
            ratio[who][k] = cost[who][k] / cost[OURS][k];
        }
    printf("fold      ours %.0f MB/s, portable %.0f, ICU %.0f, utf8proc %.0f\n",
        1e-6 / bench_median(cost[OURS], rounds),
        1e-6 / bench_median(cost[SCALAR], rounds),
        BENCH_HAS_ICU ? 1e-6 / bench_median(cost[ICU], rounds) : 0,
        1e-6 / bench_median(cost[UTF8PROC], rounds));
    if (BENCH_HAS_ICU)
        targets_add(t, "fold with offsets", "ICU NFKC_Casefold",
            bench_median(ratio[ICU], rounds), AT_LEAST, 3, "times");
    else
        targets_skip(
            t, "fold with offsets", "ICU NFKC_Casefold", "not installed");
    targets_add(t, "fold with offsets", "utf8proc",
        bench_median(ratio[UTF8PROC], rounds), AT_LEAST, 25, "times");
    folded_done(&f.folded);
    free(f.utf16);
    free(f.out);
    return 0;
}
