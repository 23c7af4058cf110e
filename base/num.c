#include "base/num.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { DOUBLE_TEXT_MAX = 64 }; /* bytes of a fraction's text */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int
num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *ret)
{
    bool negative = min < 0 && s.n && s.p[0] == '-';
    bool over = false;
    int64_t value = 0;

    s = str_from(s, negative);
    if (s.n == 0)
        return E_PARSE;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return E_PARSE;
        int digit = s.p[i] - '0';

        over = over || __builtin_mul_overflow(value, 10, &value) ||
               __builtin_add_overflow(value, negative ? -digit : digit, &value);
    }
    if (over || value < min || value > max)
        return E_LIMIT;
    *ret = value;
    return 0;
}

static int
hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int
num_parse_hex(struct str s, uint64_t max, uint64_t *ret)
{
    bool over = false;
    uint64_t value = 0;

    if (s.n == 0)
        return E_PARSE;
    for (size_t i = 0; i < s.n; i++) {
        int digit = hex_digit(s.p[i]);

        if (digit < 0)
            return E_PARSE;
        over = over || value >> 60;
        value = value << 4 | (uint64_t)digit;
    }
    if (over || value > max)
        return E_LIMIT;
    *ret = value;
    return 0;
}

/* Skip digits; whether there was one. */
static bool
skip_digits(struct str *s)
{
    size_t i = 0;

    while (i < s->n && is_digit(s->p[i]))
        i++;
    *s = str_from(*s, i);
    return i > 0;
}

/* Whether s is -?digits(.digits)?([eE][+-]?digits)? */
static bool
is_decimal(struct str s)
{
    if (s.n && s.p[0] == '-')
        s = str_from(s, 1);
    if (!skip_digits(&s))
        return false;
    if (s.n && s.p[0] == '.') {
        s = str_from(s, 1);
        if (!skip_digits(&s))
            return false;
    }
    if (s.n && (s.p[0] == 'e' || s.p[0] == 'E')) {
        s = str_from(s, 1);
        if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
            s = str_from(s, 1);
        if (!skip_digits(&s))
            return false;
    }
    return s.n == 0;
}

int
num_parse_double(struct str s, double min, double max, double *ret)
{
    char text[DOUBLE_TEXT_MAX];
    double value;
    char *point;

    if (s.n >= sizeof(text) || !is_decimal(s))
        return E_PARSE;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    point = strchr(text, '.');
    if (point)
        *point = localeconv()->decimal_point[0];
    value = strtod(text, NULL);
    if (!(value >= min && value <= max))
        return E_LIMIT;
    *ret = value;
    return 0;
}
