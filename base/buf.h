/*
 * buf: a growing byte buffer that is born with its maximum.
 *
 * An append that would pass the maximum or cannot get memory changes nothing,
 * marks the buffer failed, and returns E_LIMIT or E_NOMEM; later appends fail
 * the same way, so that a writer may check once, at its end.  The bytes are
 * always followed by a NUL that is not counted.
 */
#ifndef TOCSIN_BASE_BUF_H
#define TOCSIN_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/str.h"

struct buf {
    char *p;    /* owned; NULL before the first append */
    size_t n;   /* bytes in use */
    size_t cap; /* bytes allocated */
    size_t max; /* the limit it was born with */
    int err;    /* 0, E_LIMIT or E_NOMEM */
};

/* Make buf empty with a maximum of max bytes.  Allocates nothing. */
void buf_init(struct buf *buf, size_t max);
/* Free the bytes; the buffer may be used again with the same maximum. */
void buf_done(struct buf *buf);
/* Forget the bytes and the failure, keep the memory. */
void buf_clear(struct buf *buf);
int buf_add(struct buf *buf, const void *bytes, size_t n);
int buf_add_str(struct buf *buf, struct str s);
int buf_add_cstr(struct buf *buf, const char *s);
int buf_add_char(struct buf *buf, char c);
/* Append the UTF-8 form of a code point (U+FFFD for what is none). */
int buf_add_codepoint(struct buf *buf, uint32_t c);
int buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Make room for n more bytes and return where they go; add to buf->n what was
 * written.  NULL when that passes the maximum. */
char *buf_room(struct buf *buf, size_t n);
/* Drop the first n bytes (all when there are fewer). */
void buf_drop(struct buf *buf, size_t n);
/* View of the bytes, valid until the next change. */
struct str buf_str(const struct buf *buf);
/* The bytes as a NUL-terminated string, "" when empty; valid until the next
 * change. */
const char *buf_cstr(const struct buf *buf);
/* Give up the bytes: the caller frees them.  NULL when failed or empty. */
char *buf_take(struct buf *buf, size_t *ret_n);

#endif
