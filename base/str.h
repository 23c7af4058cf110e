/*
 * str: a view of bytes by pointer and length; it owns nothing.
 *
 * A text in a struct str is valid UTF-8 unless the field says otherwise, and
 * need not end in NUL.  {NULL, 0} is "absent".
 */
#ifndef TOCSIN_BASE_STR_H
#define TOCSIN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(s).  Cut at INT_MAX. */
#define STR_ARG(s)                                                             \
    ((int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n)), ((s).p ? (s).p : "")

struct str str_of(const char *cstring); /* NULL gives STR_NONE */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Position of the first occurrence of needle in s, or s.n when absent. */
size_t str_find(struct str s, struct str needle);
size_t str_find_char(struct str s, char c);
/* s without ASCII white space (space, \t, \n, \r, \f, \v) at both ends. */
struct str str_trim(struct str s);
/* s from byte at on; empty when at is past the end. */
struct str str_from(struct str s, size_t at);
/* The first n bytes of s, all of it when it is shorter. */
struct str str_first(struct str s, size_t n);
/* Cut the part of *rest before the next separator byte off and return it;
 * *rest becomes what follows, STR_NONE after the last part. */
struct str str_split(struct str *rest, char separator);
/* Order as memcmp, shorter first. */
int str_cmp(struct str a, struct str b);

#endif
