/*
 * jsonmend: a damaged JSON Feed written anew so that a strict parser reads it.
 *
 * Control characters and wrong escapes in strings are mended, commas before a
 * bracket and what follows the root dropped; a text that ends too early is
 * cut behind the last object of a list of the root (the last whole item) and
 * closed there.
 */
#ifndef TOCSIN_FEEDS_JSONMEND_H
#define TOCSIN_FEEDS_JSONMEND_H

#include <stdbool.h>

#include "base/buf.h"

enum jsonmend_end {
    JSONMEND_WHOLE,
    JSONMEND_CUT, /* it ended too early */
    JSONMEND_FULL /* there were more than max_items */
};

/* How many values a JSON text has, about: what a parser will allocate. */
size_t jsonmend_values(struct str text);
/* Append the mended text to out, at most max_items objects of a list of the
 * root.  0, E_PARSE when nothing whole is left, or the error of out. */
int jsonmend(struct str text, size_t max_items, struct buf *out,
    enum jsonmend_end *ret_end);

#endif
