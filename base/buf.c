#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

enum { BUF_FIRST = 128 }; /* bytes of the first allocation */

void
buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void
buf_done(struct buf *buf)
{
    free(buf->p);
    buf_init(buf, buf->max);
}

void
buf_clear(struct buf *buf)
{
    buf->n = 0;
    buf->err = 0;
    if (buf->p)
        buf->p[0] = '\0';
}

static int
buf_fail(struct buf *buf, int err)
{
    if (!buf->err)
        buf->err = err;
    return buf->err;
}

/* Have room for n more bytes and the NUL. */
static int
buf_grow(struct buf *buf, size_t n)
{
    size_t need, cap;
    char *p;

    if (buf->err)
        return buf->err;
    if (buf->n > buf->max || n > buf->max - buf->n)
        return buf_fail(buf, E_LIMIT);
    if (__builtin_add_overflow(buf->n + n, 1, &need))
        return buf_fail(buf, E_LIMIT);
    if (need <= buf->cap)
        return 0;
    cap = buf->cap ? buf->cap : BUF_FIRST;
    while (cap < need && cap <= SIZE_MAX / 2)
        cap *= 2;
    if (cap < need)
        cap = need;
    if (buf->max < SIZE_MAX && cap > buf->max + 1)
        cap = buf->max + 1;
    p = realloc(buf->p, cap);
    if (!p)
        return buf_fail(buf, E_NOMEM);
    buf->p = p;
    buf->cap = cap;
    return 0;
}

int
buf_add(struct buf *buf, const void *bytes, size_t n)
{
    int err = buf_grow(buf, n);

    if (err)
        return err;
    if (n)
        memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
    return 0;
}

int
buf_add_str(struct buf *buf, struct str s)
{
    return buf_add(buf, s.p, s.n);
}

int
buf_add_cstr(struct buf *buf, const char *s)
{
    return buf_add(buf, s, strlen(s));
}

int
buf_add_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

int
buf_add_codepoint(struct buf *buf, uint32_t c)
{
    char bytes[4];
    size_t n = utf8_encode(c, bytes);

    if (n == 0)
        n = utf8_encode(UTF8_REPLACEMENT, bytes);
    return buf_add(buf, bytes, n);
}

int
buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int err;

    va_start(args, format);
    err = buf_vprintf(buf, format, args);
    va_end(args);
    return err;
}

int
buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    size_t room;
    int n, err;

    if (buf->err)
        return buf->err;
    room = buf->cap > buf->n ? buf->cap - buf->n : 0;
    va_copy(again, args);
    n = vsnprintf(room ? buf->p + buf->n : NULL, room, format, again);
    va_end(again);
    err = n < 0 ? buf_fail(buf, E_BUG) : buf_grow(buf, (size_t)n);
    if (err) {
        if (room)
            buf->p[buf->n] = '\0';
        return err;
    }
    if ((size_t)n >= room)
        vsnprintf(buf->p + buf->n, (size_t)n + 1, format, args);
    buf->n += (size_t)n;
    return 0;
}

char *
buf_room(struct buf *buf, size_t n)
{
    if (buf_grow(buf, n))
        return NULL;
    buf->p[buf->n] = '\0';
    buf->p[buf->n + n] = '\0';
    return buf->p + buf->n;
}

void
buf_drop(struct buf *buf, size_t n)
{
    if (n > buf->n)
        n = buf->n;
    if (n == 0)
        return;
    buf->n -= n;
    memmove(buf->p, buf->p + n, buf->n);
    buf->p[buf->n] = '\0';
}

struct str
buf_str(const struct buf *buf)
{
    return (struct str){buf->p ? buf->p : "", buf->n};
}

const char *
buf_cstr(const struct buf *buf)
{
    if (!buf->p)
        return "";
    buf->p[buf->n] =
        '\0'; /* a writer through buf_room may have stopped early */
    return buf->p;
}

char *
buf_take(struct buf *buf, size_t *ret_n)
{
    char *p = buf->p;

    if (buf->err || buf->n == 0)
        return NULL;
    p[buf->n] = '\0';
    if (ret_n)
        *ret_n = buf->n;
    buf_init(buf, buf->max);
    return p;
}
