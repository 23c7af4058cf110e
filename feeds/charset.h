/*
 * charset: the encodings of the web: their labels, and bytes to UTF-8.
 *
 * Single-byte encodings are tables made once from the system's converters;
 * the others keep an open converter (process-wide, one thread, opened before
 * lockdown).  Labels are WHATWG's.  UTF-7, ISO-2022-CN, HZ, EBCDIC and names
 * that look like paths are not in the table and so do not exist.
 */
#ifndef TOCSIN_FEEDS_CHARSET_H
#define TOCSIN_FEEDS_CHARSET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum charset_kind {
    CHARSET_UTF8,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_UTF32LE,
    CHARSET_UTF32BE,
    CHARSET_SINGLE, /* one byte, one character */
    CHARSET_MULTI   /* through a converter */
};

struct charset;

/* Make the tables and open the converters.  0, E_NOTFOUND when the system
 * lacks one. */
int charset_init(void);
/* The encoding that a label means, NULL when it is unknown or refused. */
const struct charset *charset_find(struct str label);
const char *charset_name(const struct charset *charset);
enum charset_kind charset_kind(const struct charset *charset);
/* Append bytes as UTF-8, bad sequences as U+FFFD; *ret_bad counts them.  0 or
 * the error of out. */
int charset_decode(const struct charset *charset, struct str bytes,
    struct buf *out, size_t *ret_bad);

#endif
