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

/* Append the mended text to out.  *ret_cut: it ended too early.  0, E_PARSE
 * when nothing whole is left, or the error of out. */
int jsonmend(struct str text, struct buf *out, bool *ret_cut);

#endif
