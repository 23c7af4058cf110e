#include <stdint.h>
#include <string.h>

#include "feeds/date_read.h"

enum { NUMBERS_MAX = 3 };

struct number {
    int value;
    size_t digits;
};

/* The words form under way: numbers whose meaning the others decide. */
struct words {
    struct date_parts parts;
    struct number numbers[NUMBERS_MAX];
    size_t nnumbers;
    bool first;    /* no token has been read */
    bool thang;    /* Vietnamese: the next number is the month */
    bool complete; /* the date was numeric and is done */
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (uint8_t)c >= 0x80;
}

/* Month and day in whichever order is possible; '/' is American unless that
 * cannot be. */
static bool
set_month_day(struct date_parts *parts, int a, int b, char separator)
{
    bool day_first = separator == '/' ? a > 12 : b <= 12;

    parts->month = day_first ? b : a;
    parts->day = day_first ? a : b;
    return parts->month > 0 && parts->day > 0;
}

/* Numbers with '/', '.' or '-' between them. */
static bool
read_numeric(struct words *words, struct number first, struct str *rest)
{
    char separator = rest->p[0];
    struct number second, third = {0, 0};

    *rest = str_from(*rest, 1);
    second.digits = date_read_number(rest, 4, &second.value);
    if (second.digits == 0)
        return false;
    if (rest->n > 1 && rest->p[0] == separator && is_digit(rest->p[1])) {
        *rest = str_from(*rest, 1);
        third.digits = date_read_number(rest, 4, &third.value);
        if (third.digits == 0)
            return false;
    }
    words->complete = true;
    if (first.digits == 4) {
        words->parts.year = first.value;
        words->parts.month = second.value;
        words->parts.day = third.digits ? third.value : 1;
        return true;
    }
    if (first.digits > 2 || second.digits > 2 || third.digits == 3)
        return false;
    if (third.digits == 0) { /* "06-07": month and day */
        words->parts.month = first.value;
        words->parts.day = second.value;
        return true;
    }
    words->parts.year =
        third.digits == 4 ? third.value : date_read_century(third.value);
    return set_month_day(&words->parts, first.value, second.value, separator);
}

static bool
read_digits(struct words *words, struct str *rest)
{
    struct number number;
    struct str at = *rest;

    if (!words->parts.has_time && date_read_time(rest, &words->parts))
        return true;
    number.digits = date_read_number(&at, 4, &number.value);
    if (number.digits == 0 || number.digits == 3)
        return false;
    *rest = at;
    /* "6月" for a month's name, as the Chinese forms of RFC 822 have it. */
    if ((words->thang || str_starts(at, STR("月 "))) && number.value > 0 &&
        number.value <= 12 && words->parts.month == 0) {
        words->parts.month = number.value;
        *rest = str_from(at, words->thang ? 0 : strlen("月"));
        words->thang = false;
        return true;
    }
    if (at.n > 1 && !words->complete && words->nnumbers == 0 &&
        (at.p[0] == '/' || at.p[0] == '.' || at.p[0] == '-') &&
        is_digit(at.p[1]))
        return read_numeric(words, number, rest);
    /* "15h30" */
    if (at.n > 0 && at.p[0] == 'h' && number.digits <= 2 && number.value < 24 &&
        (words->complete || words->nnumbers > 0)) {
        words->parts.hour = number.value;
        words->parts.has_time = true;
        *rest = str_from(at, 1);
        date_read_number(rest, 2, &words->parts.minute);
        return words->parts.minute < 60;
    }
    if (words->nnumbers == NUMBERS_MAX)
        return false;
    words->numbers[words->nnumbers++] = number;
    return true;
}

static bool
read_word(struct words *words, struct str *rest, bool first)
{
    size_t n = 0;
    struct str word;
    int month;

    while (
        n < rest->n && (is_letter(rest->p[n]) ||
                           ((rest->p[n] == '/' || rest->p[n] == '_') &&
                               n + 1 < rest->n && is_letter(rest->p[n + 1]))))
        n++;
    word = str_first(*rest, n);
    if (str_eq(word, STR("tháng")) || str_eq(word, STR("thg"))) {
        words->thang = true;
        *rest = str_from(*rest, n);
        return true;
    }
    month = date_word_month(word);
    if (month > 0 && !date_word_is_weekday(word) && !words->complete) {
        /* Twice: the first was a day of the week ("mar., 01 déc."). */
        words->parts.month = month;
        *rest = str_from(*rest, n);
        return true;
    }
    if ((words->parts.has_time || words->nnumbers > 0 || words->complete) &&
        date_word_zone(word) && !(n == 1 && !words->parts.has_time) &&
        !(str_eq(word, STR("at")) && !words->parts.has_time)) {
        struct date_parts parts = words->parts;

        if (date_read_zone(*rest, &parts)) {
            words->parts = parts;
            *rest = STR_NONE;
            return true;
        }
        /* Thu Aug 30 17:26:16 CST 2012 */
        if (date_read_zone(word, &parts)) {
            words->parts = parts;
            *rest = str_from(*rest, n);
            return true;
        }
    }
    *rest = str_from(*rest, n);
    return first || date_word_is_weekday(word) || date_word_is_noise(word);
}

/* Give the numbers beside a month's name their meaning. */
static bool
settle(struct words *words)
{
    struct date_parts *parts = &words->parts;

    for (size_t i = 0; i < words->nnumbers; i++) {
        struct number number = words->numbers[i];

        if (number.digits == 4 || number.value > 31) {
            if (parts->year)
                return false;
            parts->year = number.digits == 4 ? number.value
                                             : date_read_century(number.value);
        } else if (words->complete) {
            return false;
        } else if (parts->day == 0) {
            parts->day = number.value;
            if (number.value == 0)
                return false;
        } else if (parts->year == 0) {
            parts->year = date_read_century(number.value);
        } else {
            return false;
        }
    }
    if (parts->month == 0 || (parts->day == 0 && parts->year == 0))
        return false;
    if (parts->day == 0)
        parts->day = 1;
    return true;
}

bool
date_read_words(struct str text, struct date_parts *ret)
{
    struct words words = {.first = true};

    while (text.n > 0) {
        char c = text.p[0];
        bool first = words.first;

        if (is_digit(c)) {
            if (!read_digits(&words, &text))
                return false;
        } else if (is_letter(c)) {
            if (!read_word(&words, &text, first))
                return false;
        } else if ((c == '+' || c == '-') && words.parts.has_time) {
            /* The zone; a year may follow it. */
            struct str zone = text;
            size_t space = str_find_char(text, ' ');

            if (!date_read_zone(zone, &words.parts)) {
                zone = str_first(text, space);
                if (!date_read_zone(zone, &words.parts))
                    return false;
                text = str_from(text, space);
                continue;
            }
            break;
        } else {
            text = str_from(text, 1);
            continue;
        }
        words.first = false;
    }
    if (!settle(&words))
        return false;
    *ret = words.parts;
    return true;
}
