#include "base/utf8.h"

#include <string.h>

/* What a lead byte says: how many bytes follow it, and between which bounds
 * the first of them lies (the others are 80..BF). */
struct lead {
    unsigned follow; /* 0 for a byte that cannot lead */
    unsigned char low, high;
};

static struct lead
lead_of(unsigned char c)
{
    if (c >= 0xC2 && c <= 0xDF)
        return (struct lead){1, 0x80, 0xBF};
    if (c >= 0xE0 && c <= 0xEF)
        return (struct lead){
            2, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF};
    if (c >= 0xF0 && c <= 0xF4)
        return (struct lead){
            3, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF};
    return (struct lead){0, 1, 0};
}

/* Measure the sequence that starts at p with n > 0 bytes left.  *ret_n is its
 * length, or that of its longest valid prefix, at least 1. */
static bool
sequence(const unsigned char *p, size_t n, size_t *ret_n)
{
    struct lead lead = lead_of(p[0]);
    size_t i = 1;

    if (lead.follow && n > 1 && p[1] >= lead.low && p[1] <= lead.high) {
        for (i = 2; i <= lead.follow && i < n; i++)
            if ((p[i] & 0xC0) != 0x80)
                break;
    }
    *ret_n = i;
    return p[0] < 0x80 || (lead.follow && i == lead.follow + 1);
}

/* Length of the run of ASCII at p, eight bytes at a time. */
static size_t
ascii_run(const unsigned char *p, size_t n)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        uint64_t word;

        memcpy(&word, p + i, 8);
        if (word & high)
            break;
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

/* Length of the longest valid prefix of s. */
static size_t
valid_run(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;

    while (i < s.n) {
        size_t n;

        if (p[i] < 0x80) {
            i += ascii_run(p + i, s.n - i);
            continue;
        }
        if (!sequence(p + i, s.n - i, &n))
            return i;
        i += n;
    }
    return i;
}

bool
utf8_is_valid(struct str s)
{
    return valid_run(s) == s.n;
}

size_t
utf8_count(struct str s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return count;
}

uint32_t
utf8_next(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t n;

    if (p[0] < 0x80) {
        ++*at;
        return p[0];
    }
    bool valid = sequence(p, s.n - *at, &n);

    *at += n;
    if (!valid)
        return UTF8_REPLACEMENT;
    if (n == 2)
        return (p[0] & 0x1FU) << 6 | (p[1] & 0x3FU);
    if (n == 3)
        return (p[0] & 0x0FU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    return (p[0] & 0x07U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 |
           (p[3] & 0x3FU);
}

size_t
utf8_encode(uint32_t c, char *out)
{
    unsigned char *o = (unsigned char *)out;

    if (c < 0x80) {
        o[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        o[0] = (unsigned char)(0xC0 | c >> 6);
        o[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    if (c < 0x10000) {
        o[0] = (unsigned char)(0xE0 | c >> 12);
        o[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        o[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    o[0] = (unsigned char)(0xF0 | c >> 18);
    o[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    o[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    o[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

long
utf8_repair(struct str s, struct buf *out)
{
    long bad = 0;

    while (s.n) {
        size_t good = valid_run(s), n;
        int err = buf_add_str(out, str_first(s, good));

        if (err)
            return err;
        s = str_from(s, good);
        if (s.n == 0)
            break;
        sequence((const unsigned char *)s.p, s.n, &n);
        err = buf_add_codepoint(out, UTF8_REPLACEMENT);
        if (err)
            return err;
        s = str_from(s, n);
        bad++;
    }
    return bad;
}

struct str
utf8_cut(struct str s, size_t max)
{
    size_t n = max;

    if (s.n <= max)
        return s;
    while (n > 0 && max - n < 3 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_first(s, n);
}

size_t
utf8_offset(struct str s, size_t index)
{
    size_t i = 0;

    for (; i < s.n; i++) {
        if (((unsigned char)s.p[i] & 0xC0) == 0x80)
            continue;
        if (index-- == 0)
            break;
    }
    return i;
}
