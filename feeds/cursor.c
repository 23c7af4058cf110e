/*
 * cursor: a place in a text from which dates are read; see cursor.h.
 */
#include "feeds/cursor.h"

#include <string.h>

#include "feeds/date_word.h"

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
cursor_is_digit(const struct cursor *c, size_t at)
{
    return at < c->text.n && c->text.p[at] >= '0' && c->text.p[at] <= '9';
}

/* Read min to max digits that no further digit follows. */
bool
cursor_number(struct cursor *c, size_t min, size_t max, int *ret)
{
    size_t i = c->at;
    int value = 0;

    while (i - c->at < max && cursor_is_digit(c, i))
        value = value * 10 + (c->text.p[i++] - '0');
    if (i - c->at < min || cursor_is_digit(c, i))
        return false;
    c->at = i;
    *ret = value;
    return true;
}

bool
cursor_word(struct cursor *c, const char *word)
{
    size_t at = c->at;

    for (; *word; word++, at++) {
        if (at >= c->text.n || lower(c->text.p[at]) != lower(*word))
            return false;
    }
    c->at = at;
    return true;
}

/* One of words, a NULL-ended list. */
bool
cursor_any(struct cursor *c, const char *const *words)
{
    for (; *words; words++)
        if (cursor_word(c, *words))
            return true;
    return false;
}

/* Skip white space of any kind, at most max bytes; return how much. */
size_t
cursor_space(struct cursor *c, size_t max)
{
    static const char *const spaces[] = {"\xC2\xA0", "\xE3\x80\x80",
        "\xE2\x80\x83", "\xE2\x80\x82", "\xE2\x80\x89", "\xE2\x80\xAF", NULL};
    size_t from = c->at;

    while (c->at - from < max && c->at < c->text.n) {
        unsigned char byte = (unsigned char)c->text.p[c->at];

        if (byte == ' ' || (byte >= '\t' && byte <= '\r'))
            c->at++;
        else if ((byte != 0xC2 && byte != 0xE2 && byte != 0xE3) ||
                 !cursor_any(c, spaces))
            break;
    }
    return c->at - from;
}

bool
cursor_ends_word(const struct cursor *c)
{
    char x;

    if (c->at >= c->text.n)
        return true;
    x = c->text.p[c->at];
    return !((x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
             (x >= '0' && x <= '9'));
}

static const char *const cursor_months[] = {"january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october",
    "november", "december", NULL};

/* An English month, whole or its first three letters (or "sept"). */
bool
cursor_month(struct cursor *c, int *ret)
{
    for (int m = 0; cursor_months[m]; m++) {
        struct cursor try = *c;
        const char *name = cursor_months[m];

        if (!str_starts_nocase(
                str_from(c->text, c->at), str_first(str_of(name), 3)))
            continue;
        if (!cursor_word(&try, name)) {
            try.at += 3;
            if (m == 8)
                (void)cursor_word(&try, "t");
        }
        if (!cursor_ends_word(&try))
            continue;
        (void)cursor_word(&try, ".");
        *c = try;
        *ret = m + 1;
        return true;
    }
    return false;
}

bool
cursor_foreign_month(struct cursor *c, int *ret)
{
    enum { WORD_MAX = 24 };
    char word[WORD_MAX];
    size_t n = 0;
    int month;

    while (n < WORD_MAX && c->at + n < c->text.n) {
        char x = c->text.p[c->at + n];

        x = x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : x;
        if (!(x >= 'a' && x <= 'z') && (unsigned char)x < 0x80)
            break;
        word[n++] = x;
    }
    month = n >= 3 && n < WORD_MAX ? date_word_month((struct str){word, n}) : 0;
    if (month == 0)
        return false;
    c->at += n;
    *ret = month;
    return true;
}

/* What may stand between year and month, or month and day. */
bool
cursor_separator(struct cursor *c, char *separator)
{
    static const char *const dashes[] = {"-", "\xE2\x80\x93", "\xE2\x80\x90",
        "\xE2\x80\x91", "\xEF\xBC\x8D", NULL};
    struct cursor try = *c;

    (void)cursor_space(&try, 4);
    if (cursor_any(&try, dashes))
        *separator = '-';
    else if (cursor_word(&try, "/"))
        *separator = '/';
    else if (cursor_word(&try, "."))
        *separator = '.';
    else
        return false;
    (void)cursor_space(&try, 4);
    *c = try;
    return true;
}

/* "年", "月": the character and white space around it. */
bool
cursor_unit(struct cursor *c, const char *unit)
{
    static const char *const units[][2] = {
        {"年", "년"}, {"月", "월"}, {"日", "일"}};
    struct cursor try = *c;
    bool found;

    (void)cursor_space(&try, 4);
    found = cursor_word(&try, unit);
    for (size_t i = 0; !found && i < sizeof units / sizeof units[0]; i++)
        found =
            strcmp(unit, units[i][0]) == 0 && cursor_word(&try, units[i][1]);
    if (!found)
        return false;
    (void)cursor_space(&try, 4);
    *c = try;
    return true;
}
