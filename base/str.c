#include "base/str.h"

#include <string.h>

struct str
str_of(const char *cstring)
{
    return cstring ? (struct str){cstring, strlen(cstring)} : STR_NONE;
}

/* memcmp for views, whose pointer may be NULL when they are empty. */
static int
bytes_cmp(const char *a, const char *b, size_t n)
{
    return n ? memcmp(a, b, n) : 0;
}

static unsigned char
ascii_lower(char c)
{
    unsigned char u = (unsigned char)c;

    return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

static bool
bytes_eq_nocase(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

bool
str_eq(struct str a, struct str b)
{
    return a.n == b.n && bytes_cmp(a.p, b.p, a.n) == 0;
}

bool
str_eq_nocase(struct str a, struct str b)
{
    return a.n == b.n && bytes_eq_nocase(a.p, b.p, a.n);
}

bool
str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && bytes_cmp(s.p, prefix.p, prefix.n) == 0;
}

bool
str_starts_nocase(struct str s, struct str prefix)
{
    return s.n >= prefix.n && bytes_eq_nocase(s.p, prefix.p, prefix.n);
}

bool
str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n),
                                                    suffix.p, suffix.n) == 0);
}

size_t
str_find(struct str s, struct str needle)
{
    const char *at;

    if (needle.n == 0)
        return 0;
    if (needle.n > s.n)
        return s.n;
    at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : s.n;
}

size_t
str_find_char(struct str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

    return at ? (size_t)(at - s.p) : s.n;
}

static bool
ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
    while (s.n && ascii_is_space(s.p[s.n - 1]))
        s.n--;
    while (s.n && ascii_is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

struct str
str_from(struct str s, size_t at)
{
    if (at > s.n)
        at = s.n;
    return s.p ? (struct str){s.p + at, s.n - at} : s;
}

struct str
str_first(struct str s, size_t n)
{
    return n < s.n ? (struct str){s.p, n} : s;
}

struct str
str_split(struct str *rest, char separator)
{
    struct str part = *rest;
    size_t at = str_find_char(part, separator);

    if (at == part.n) {
        *rest = STR_NONE;
        return part;
    }
    *rest = str_from(part, at + 1);
    return str_first(part, at);
}

int
str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = bytes_cmp(a.p, b.p, n);

    if (order)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}
