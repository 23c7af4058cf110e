/*
 * match: the parts of bench_match.  Each measures one thing beside its peers
 * and adds targets.
 */
#ifndef TOCSIN_BENCH_MATCH_H
#define TOCSIN_BENCH_MATCH_H

#include "base/arena.h"
#include "rulegen.h"
#include "rules/matcher.h"
#include "rules/rules.h"
#include "targets.h"

enum { MATCH_ITEMS = 96, MATCH_YAML_MAX = 64 * 1024 * 1024 };

struct sample {
    struct rule_item item;
    size_t bytes;           /* of title and text */
    const uint16_t *folded; /* title, "\n\r", text: for the loops */
    size_t nfolded;
    struct str folded_utf8;
    const uint16_t *view; /* title, newline, text: as the matcher has it */
    size_t nview;
    struct str utf8;      /* the same */
    const uint32_t *unit; /* of each byte of utf8 */
};

struct samples {
    struct sample sample[MATCH_ITEMS];
    struct arena *arena;
    size_t bytes;
};

struct bench {
    struct samples samples;
    struct targets targets;
    bool tiny;
};

/* Make the items.  0 or E_NOMEM. */
int samples_make(struct samples *samples);
/* A rule set of n rules; what compiling cost in *ret_seconds (may be NULL). */
int bench_compile(enum rulegen_profile profile, uint32_t n, double *ret_seconds,
    struct ruleset **ret);

/* match_pipeline.c: whole items, beside loops over expressions and beside
 * Vectorscan with the same evaluator. */
int bench_pipeline(struct bench *bench);
/* match_scan.c: the scan alone, beside Vectorscan on the same terms. */
int bench_scan(struct bench *bench);
/* match_fold.c: folding alone, beside ICU and utf8proc. */
int bench_fold(struct bench *bench);
/* match_limits.c: hostile patterns, compiling, memory, reload. */
int bench_limits(struct bench *bench);

/* hspeer.c: Vectorscan in the place of the scan. */
struct hspeer;
/* The terms of set as a database.  0, E_NOMEM, E_NOTFOUND where the program
 * was built without Vectorscan. */
int hspeer_new(const struct image *image, struct hspeer **ret);
void hspeer_free(struct hspeer *peer);
/* The next scan is of this sample. */
void hspeer_begin(struct hspeer *peer, const struct sample *sample);
/* A scan_run_fn; arg is the peer. */
void hspeer_scan(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out);

#endif
