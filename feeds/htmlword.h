/*
 * htmlword: words inside names and short texts, as classes and headings have
 * them.
 */
#ifndef TOCSIN_FEEDS_HTMLWORD_H
#define TOCSIN_FEEDS_HTMLWORD_H

#include <stdbool.h>

#include "base/str.h"

/* Whether one of words (lower case, ended by NULL) occurs in text, in any case
 * (ASCII). */
bool htmlword_has(struct str text, const char *const *words);

#endif
