/*
 * entity: HTML's character references: &eacute; &#233; &#xE9; and the old ones
 * that may lack their semicolon.
 */
#ifndef TOCSIN_FEEDS_ENTITY_H
#define TOCSIN_FEEDS_ENTITY_H

#include <stdint.h>

#include "base/str.h"

enum { ENTITY_MAX_NAME = 32, ENTITY_MAX_BYTES = 8 };

/* The one or two code points of a named reference, name without & and ;.
 * Return how many, 0 for a name that HTML does not know. */
size_t entity_find(struct str name, uint32_t ret[2]);
/* The code point that a numeric reference means to a browser: 128–159 are
 * windows-1252, what is none is U+FFFD. */
uint32_t entity_number(uint32_t c);
/* Decode the reference that s begins with ('&').  Return the bytes of UTF-8
 * written to out and how much of s it took, or 0 when it is none and the '&'
 * stands for itself. */
size_t entity_decode(
    struct str s, size_t *ret_taken, char out[ENTITY_MAX_BYTES]);

#endif
