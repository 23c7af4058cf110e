#include "feeds/entity.h"

#include <string.h>

#include "base/utf8.h"
#include "feeds/entity_names.h"

enum { LEGACY_MAX_NAME = 6, LEGACY_MIN_NAME = 2 };

/* What browsers make of &#128; … &#159;: windows-1252; 0 stays as it is. */
static const uint16_t c1_meaning[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E,
    0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D,
    0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

/* Order of name against a row that begins with a name and ends it by ' ' or
 * NUL. */
static int
compare(struct str name, const char *row)
{
    int order = strncmp(name.p, row, name.n);

    if (order != 0)
        return order;
    return row[name.n] == ' ' || row[name.n] == '\0' ? 0 : -1;
}

static const char *
find(struct str name, const char *const *rows, size_t n)
{
    size_t from = 0, to = n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(name, rows[middle]);

        if (order == 0)
            return rows[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t
entity_find(struct str name, uint32_t ret[2])
{
    const char *row;
    size_t n = 0;

    if (name.n == 0 || name.n > ENTITY_MAX_NAME || memchr(name.p, '\0', name.n))
        return 0;
    row = find(name, entity_names, entity_names_count);
    if (!row)
        return 0;
    for (row += name.n; *row == ' ' && n < 2; n++) {
        uint32_t c = 0;
        int digit;

        for (row++; (digit = hex_value(*row)) >= 0; row++)
            c = c * 16 + (uint32_t)digit;
        ret[n] = c;
    }
    return n;
}

uint32_t
entity_number(uint32_t c)
{
    if (c >= 0x80 && c <= 0x9F && c1_meaning[c - 0x80] != 0)
        return c1_meaning[c - 0x80];
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return UTF8_REPLACEMENT;
    return c;
}

/* s begins with "&#". */
static size_t
decode_number(struct str s, size_t *ret_taken, char out[ENTITY_MAX_BYTES])
{
    size_t at = 2, begin;
    bool hex = at < s.n && (s.p[at] == 'x' || s.p[at] == 'X');
    uint32_t c = 0;

    if (hex)
        at++;
    for (begin = at; at < s.n; at++) {
        int digit = hex_value(s.p[at]);

        if (digit < 0 || (!hex && digit > 9))
            break;
        if (c <= 0x10FFFF)
            c = c * (hex ? 16 : 10) + (uint32_t)digit;
    }
    if (at == begin)
        return 0;
    if (at < s.n && s.p[at] == ';')
        at++;
    *ret_taken = at;
    return utf8_encode(entity_number(c), out);
}

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

static size_t
encode_name(struct str name, char out[ENTITY_MAX_BYTES])
{
    uint32_t c[2];
    size_t count = entity_find(name, c), n = 0;

    for (size_t i = 0; i < count; i++)
        n += utf8_encode(c[i], out + n);
    return n;
}

size_t
entity_decode(struct str s, size_t *ret_taken, char out[ENTITY_MAX_BYTES])
{
    size_t end = 1, written;
    struct str name;

    if (s.n < 3 || s.p[0] != '&')
        return 0;
    if (s.p[1] == '#')
        return decode_number(s, ret_taken, out);
    while (end < s.n && end <= ENTITY_MAX_NAME && is_name_char(s.p[end]))
        end++;
    name = (struct str){s.p + 1, end - 1};
    if (end < s.n && s.p[end] == ';') {
        written = encode_name(name, out);
        if (written > 0) {
            *ret_taken = end + 1;
            return written;
        }
    }
    /* The longest old name that it begins with. */
    if (name.n > LEGACY_MAX_NAME)
        name.n = LEGACY_MAX_NAME;
    for (; name.n >= LEGACY_MIN_NAME; name.n--) {
        if (!find(name, entity_legacy, entity_legacy_count))
            continue;
        *ret_taken = 1 + name.n;
        return encode_name(name, out);
    }
    return 0;
}
