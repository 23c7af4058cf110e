/*
 * cursor: a place in a text from which dates are read.
 *
 * Every reader advances on success only, and looks no further ahead than a few
 * dozen bytes.
 */
#ifndef TOCSIN_FEEDS_CURSOR_H
#define TOCSIN_FEEDS_CURSOR_H

#include <stdbool.h>

#include "base/str.h"

struct cursor {
    struct str text;
    size_t at;
};

/* Whether a digit stands at byte at. */
bool cursor_is_digit(const struct cursor *c, size_t at);
/* Read min to max digits that no further digit follows. */
bool cursor_number(struct cursor *c, size_t min, size_t max, int *ret);
/* A word in any case (ASCII), or one of a NULL-ended list. */
bool cursor_word(struct cursor *c, const char *word);
bool cursor_any(struct cursor *c, const char *const *words);
/* Skip white space of any kind, at most max bytes; return how much. */
size_t cursor_space(struct cursor *c, size_t max);
/* Whether no letter or digit (ASCII) stands here. */
bool cursor_ends_word(const struct cursor *c);
/* An English month, whole or its first three letters (or "sept"). */
bool cursor_month(struct cursor *c, int *ret);
/* A month in some language: "juin", "июня". */
bool cursor_foreign_month(struct cursor *c, int *ret);
/* What may stand between year and month, or month and day: '-', '/' or '.'. */
bool cursor_separator(struct cursor *c, char *separator);
/* "年", "月": the character and white space around it; a Korean unit does for
 * its Chinese one. */
bool cursor_unit(struct cursor *c, const char *unit);

#endif
