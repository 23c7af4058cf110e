/*
 * num: numbers in text, read strictly.
 *
 * The whole of the text is the number: no white space, no plus sign, no
 * trailing bytes, no octal by a leading zero.  This is used everywhere instead
 * of the C library's readers, which forgive all of these and the locale too.
 */
#ifndef TOCSIN_BASE_NUM_H
#define TOCSIN_BASE_NUM_H

#include <stdint.h>

#include "base/str.h"

/* Read decimal digits, with one '-' before them when min is negative.  0,
 * E_PARSE when s is no number, E_LIMIT when it is outside min … max. */
int num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *ret);
/* Read hexadecimal digits in either case, without "0x", at most max.  0,
 * E_PARSE or E_LIMIT. */
int num_parse_hex(struct str s, uint64_t max, uint64_t *ret);
/* Read a decimal fraction as JSON writes it (-1.5, 2, 1e3), always with a
 * point, whatever the locale.  0, E_PARSE, or E_LIMIT outside min … max. */
int num_parse_double(struct str s, double min, double max, double *ret);

#endif
