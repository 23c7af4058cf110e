/*
 * entity: one HTML character reference in text.
 */
#ifndef TOCSIN_RULES_ENTITY_H
#define TOCSIN_RULES_ENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Read the reference that begins with the '&' at text.p[at]: &#26657; &#x6821;
 * or one of the names that stand for marks and blanks.  Return how many bytes
 * it takes with the code point in *ret, or 0 when it is none. */
size_t entity_read(struct str text, size_t at, uint32_t *ret);

#endif
