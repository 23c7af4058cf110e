/*
 * pagedateurl: the date in the path of an address.
 */
#include <string.h>

#include "feeds/pagedateform.h"

/* Digits of a path at *at: how many, with their value when at most 14. */
static size_t
pagedate_digits(struct str path, size_t at, int *ret)
{
    size_t n = 0;
    int value = 0;

    while (at + n < path.n && path.p[at + n] >= '0' && path.p[at + n] <= '9') {
        if (n < 8)
            value = value * 10 + (path.p[at + n] - '0');
        n++;
    }
    *ret = value;
    return n;
}

/* Month and day behind a year: "0607", "06/07", "6-7", "06/". */
static bool
pagedate_url_rest(struct str url, size_t at, int year, struct pagedate *ret)
{
    int month, day;
    size_t n;

    if (at >= url.n || !strchr("/-_.", url.p[at]))
        return false;
    n = pagedate_digits(url, at + 1, &month);
    at += 1 + n;
    if (n == 4)
        return pagedate_set(ret, year, month / 100, month % 100);
    if (n < 1 || n > 2 || month < 1 || month > 12)
        return false;
    if (at < url.n && strchr("/-_.", url.p[at])) {
        n = pagedate_digits(url, at + 1, &day);
        if (n >= 1 && n <= 2 && pagedate_set(ret, year, month, day))
            return true;
    }
    ret->year = year;
    ret->month = month;
    ret->day = 0;
    return true;
}

bool
pagedate_in_url(struct str url, struct pagedate *ret)
{
    struct pagedate best = {0};
    size_t i = str_find(url, STR("//"));

    i = i < url.n ? i + 2 : 0;
    i += str_find_char(str_from(url, i), '/');
    while (i < url.n) {
        struct pagedate date = {0};
        int value;
        size_t n = pagedate_digits(url, i, &value);
        bool found = false;

        if (n == 4 && pagedate_is_year(value))
            found = pagedate_url_rest(url, i + 4, value, &date);
        else if (n == 8 && pagedate_is_year(value / 10000))
            found = pagedate_set(
                &date, value / 10000, value / 100 % 100, value % 100);
        else if (n == 6 && pagedate_is_year(value / 100) && value % 100 >= 1 &&
                 value % 100 <= 12) {
            date.year = value / 100;
            date.month = value % 100;
            found = true;
        }
        if (found && (best.year == 0 || (best.day == 0 && date.day != 0)))
            best = date;
        i += n > 0 ? n : 1;
    }
    if (best.year == 0)
        return false;
    *ret = best;
    return true;
}
