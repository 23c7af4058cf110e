/*
 * scan: all terms that occur in a text, in one pass.
 *
 * Every term of two units or more is filed under one pair of adjacent units,
 * the rarest it has; the pass looks each pair of the text up in a bitmap, and
 * compares the few terms that are filed under the pairs found there.  Pairs of
 * letters tell little: terms with four units of ASCII in a row are filed under
 * four of those.  Terms of one unit have a bitmap of their own.  Internal to
 * rules/.
 */
#ifndef TOCSIN_RULES_SCAN_H
#define TOCSIN_RULES_SCAN_H

#include <stdbool.h>

#include "base/buf.h"
#include "rules/image.h"

enum { SCAN_MAX_HITS = 1 << 19 }; /* occurrences kept of one text */

/* Term begins at unit at. */
struct scan_hit {
    uint32_t term, at;
};

/* What a scan found; owned and reused. */
struct scan_hits {
    struct scan_hit *hit;
    size_t n, cap;
    bool full; /* there were more */
};
void scan_hits_done(struct scan_hits *hits);
/* Add a hit; false when there are too many or memory ended (then full). */
bool scan_hits_add(struct scan_hits *hits, uint32_t term, uint32_t at);

/* Find every occurrence of every term of view in units and add it to out, in
 * order of the place of their pair (not of their begin); those of one unit come
 * last.  arg is not used: it is there for others of this type, which bench/
 * puts in its place. */
typedef void (*scan_run_fn)(void *arg, const struct image *image,
    enum image_view view, const uint16_t *unit, size_t n,
    struct scan_hits *out);
void scan_run(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out);

/* What building appends to. */
struct scan_build {
    struct buf *bits, *ranks, *buckets, *candidates; /* of the sections */
};
/* File the terms of view (numbers into terms) and describe the two hashes in
 * ret: of pairs, and of ASCII.  0 or E_NOMEM. */
int scan_build(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, const struct scan_build *to,
    struct image_scan ret[SCAN_KINDS]);

/* The bit of key in a bitmap of 2^(32 - shift) bits. */
static inline uint32_t
scan_bit(uint32_t key, unsigned shift)
{
    return key * 0x9E3779B1u >> shift;
}
/* How many bits of word are set below bit (0 to 63): on any processor. */
static inline uint32_t
scan_below(uint64_t word, uint32_t bit)
{
    const uint64_t fives = UINT64_MAX / 3, threes = UINT64_MAX / 5;
    uint64_t w = word & (((uint64_t)1 << bit) - 1);

    w -= w >> 1 & fives;
    w = (w & threes) + (w >> 2 & threes);
    w = (w + (w >> 4)) & UINT64_MAX / 17;
    return (uint32_t)(w * (UINT64_MAX / 255) >> 56);
}
static inline uint32_t
scan_pair(uint16_t a, uint16_t b)
{
    return (uint32_t)b << 16 | a;
}
/* Four units of ASCII. */
static inline uint32_t
scan_quad(const uint16_t *u)
{
    return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
           (uint32_t)u[3] << 24;
}

#endif
