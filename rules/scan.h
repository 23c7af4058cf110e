/*
 * scan: all terms that occur in a text, in one pass.
 *
 * Every term of two units or more is filed under one pair of adjacent units,
 * the rarest it has; the pass looks each pair of the text up in a bitmap, and
 * compares the few terms that are filed under the pairs found there.  Pairs of
 * letters tell little: a term of ASCII that begins with a whole word is filed
 * under that word, and only looked for where words begin; others with four
 * units of ASCII in a row under four of those.  Terms of one
 * unit have a bitmap of their own.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_SCAN_H
#define TOCSIN_RULES_SCAN_H

#include <stdbool.h>
#include <string.h>

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
    struct buf *bits, *ranks, *candidates; /* of the sections */
};
/* File the terms of view (numbers into terms) and describe the hash of each
 * kind in ret.  0 or E_NOMEM. */
int scan_build(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, const struct scan_build *to,
    struct image_scan ret[SCAN_KINDS]);

/* The bit of key in a bitmap of 2^(32 - shift) bits. */
static inline uint32_t
scan_bit(uint32_t key, unsigned shift)
{
    return key * 0x9E3779B1u >> shift;
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

/* A letter or digit of ASCII: what words are made of here. */
static inline bool
scan_is_alnum(uint16_t u)
{
    return (uint16_t)((u | 0x20) - 'a') < 26 || (uint16_t)(u - '0') < 10;
}
/* A word of n units of ASCII from u on: all of it, or hashed. */
static inline uint32_t
scan_word(const uint16_t *u, size_t n)
{
    uint32_t head = 0, tail;

    if (n < 4) {
        for (size_t k = 0; k < n; k++)
            head |= (uint32_t)u[k] << 8 * k;
        return head;
    }
    head = scan_quad(u);
    tail = scan_quad(u + n - 4);
    return n == 4 ? head
                  : head * 0x85EBCA6Bu ^ (tail << 13 | tail >> 19) ^
                        (uint32_t)n * 0xC2B2AE35u;
}

/* Which of the units around a pair a candidate compares: image_candidate.mask.
 */
enum { SCAN_BEFORE = 1, SCAN_AFTER = 2, SCAN_MASKS = 4 };
static inline uint64_t
scan_mask(unsigned mask)
{
    static const uint16_t units[SCAN_MASKS][4] = {
        [SCAN_BEFORE] = {0xFFFF, 0, 0, 0},
        [SCAN_AFTER] = {0, 0, 0, 0xFFFF},
        [SCAN_BEFORE | SCAN_AFTER] = {0xFFFF, 0, 0, 0xFFFF}};
    uint64_t bits;

    memcpy(&bits, units[mask], sizeof(bits));
    return bits;
}

#endif
