/*
 * utf8: RFC 3629, strictly: no overlong forms, no surrogates, at most U+10FFFF.
 */
#ifndef TOCSIN_BASE_UTF8_H
#define TOCSIN_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

bool utf8_is_valid(struct str s);
/* Number of code points; s must be valid. */
size_t utf8_count(struct str s);
/* Decode one code point at *at (< s.n) and advance *at past it.  A bad
 * sequence yields U+FFFD and advances by its longest valid prefix, at least
 * one byte (the WHATWG/Unicode "maximal subpart" practice). */
uint32_t utf8_next(struct str s, size_t *at);
/* Encode c into out (4 bytes); return how many bytes, 0 for a surrogate or
 * more than U+10FFFF. */
size_t utf8_encode(uint32_t c, char *out);
/* Append s to out with bad sequences as U+FFFD; return how many there were,
 * or a negative error of the buffer. */
long utf8_repair(struct str s, struct buf *out);
/* Cut s to at most max bytes without splitting a code point. */
struct str utf8_cut(struct str s, size_t max);
/* Byte offset of code point index (s.n when past the end); s must be valid. */
size_t utf8_offset(struct str s, size_t index);

#endif
