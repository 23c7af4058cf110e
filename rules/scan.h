/*
 * scan: all terms that occur in a text, in one pass.
 *
 * Every term of two units or more is filed under one pair of adjacent units,
 * the rarest it has; the pass looks each pair of the text up in a bitmap, the
 * few that are set in a hash, and compares the terms filed there.  Terms of one
 * unit have a bitmap of their own.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_SCAN_H
#define TOCSIN_RULES_SCAN_H

#include "base/buf.h"
#include "rules/image.h"

/* Told of each occurrence: term begins at unit at. */
typedef void (*scan_fn)(void *arg, uint32_t term, size_t at);

/* Find every occurrence of every term of view in units, in order of the place
 * of their pair (not of their begin). */
void scan_run(const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, scan_fn fn, void *arg);

/* What building appends to. */
struct scan_build {
    struct buf *bits, *keys, *candidates; /* of the sections' records */
};
/* File the terms of view (numbers into terms) and describe the hash in *ret. 0,
 * E_LIMIT or E_NOMEM. */
int scan_build(const struct image_term *terms, uint32_t nterms,
    const uint16_t *units, enum image_view view, const struct scan_build *to,
    struct image_scan *ret);

#endif
