/*
 * pagedateform: the forms in which pages write a date.
 *
 * Each is a few numbers and what stands between them; the first that gives a
 * day of the calendar wins.
 */
#include "feeds/pagedateform.h"

#include <string.h>

enum { PAGEDATE_GAP_MAX = 48 }; /* bytes between the halves of a split date */

static bool
pagedate_is_day(int year, int month, int day)
{
    struct civil civil = {.year = year ? year : 2024, /* a leap year */
        .month = month,
        .day = day};

    return civil_is_valid(&civil);
}

bool
pagedate_is_year(int year)
{
    return year >= PAGEDATE_OLDEST_YEAR && year <= PAGEDATE_NEWEST_YEAR;
}

bool
pagedate_set(struct pagedate *ret, int year, int month, int day)
{
    if (!pagedate_is_day(year, month, day))
        return false;
    ret->year = year;
    ret->month = month;
    ret->day = day;
    return true;
}

/* 2026-06-07, 2026/6/7, 2026.06.07, 2026年6月7日; with PAGEDATE_PARTIAL the
 * same without a day. */
static bool
pagedate_year_first(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    struct cursor try = *c;
    struct cursor back;
    int year, month, day;
    char first = 0, second = 0;
    bool han;

    if (!cursor_number(&try, 4, 4, &year) || !pagedate_is_year(year))
        return false;
    han = cursor_unit(&try, "年");
    if (!han && !cursor_separator(&try, &first))
        return false;
    if (!cursor_number(&try, 1, 2, &month) || month < 1 || month > 12)
        return false;
    back = try;
    if (han ? cursor_unit(&try, "月")
            : cursor_separator(&try, &second) && first == second) {
        if (cursor_number(&try, 1, 2, &day) &&
            pagedate_set(ret, year, month, day)) {
            if (!cursor_unit(&try, "日"))
                (void)cursor_unit(&try, "号");
            *c = try;
            return true;
        }
    }
    if (!(flags & PAGEDATE_PARTIAL))
        return false;
    try = back;
    if (han)
        (void)cursor_word(&try, "月");
    *ret = (struct pagedate){.year = year, .month = month};
    *c = try;
    return true;
}

/* 20260607, possibly with the time of day as four or six digits behind. */
static bool
pagedate_compact(struct cursor *c, struct pagedate *ret)
{
    struct cursor try = *c;
    int value;
    size_t n = 0;

    while (n <= 14 && cursor_is_digit(c, c->at + n))
        n++;
    if (n != 8 && n != 12 && n != 14)
        return false;
    try.text = str_first(try.text, try.at + 8);
    if (!cursor_number(&try, 8, 8, &value) ||
        !pagedate_is_year(value / 10000) ||
        !pagedate_set(ret, value / 10000, value / 100 % 100, value % 100))
        return false;
    c->at += n;
    return true;
}

/* 07.06.2026, 7/6/2026, 06/13/2026.  Which is the day is only certain when
 * one is more than 12; else the day comes first, but before '/' the month. */
static bool
pagedate_year_last(struct cursor *c, struct pagedate *ret)
{
    struct cursor try = *c;
    int a, b, year;
    char first = 0, second = 0;
    bool month_first;

    if (!cursor_number(&try, 1, 2, &a) || !cursor_separator(&try, &first) ||
        !cursor_number(&try, 1, 2, &b) || !cursor_separator(&try, &second) ||
        first != second || !cursor_number(&try, 4, 4, &year) ||
        !pagedate_is_year(year))
        return false;
    month_first = (first == '/' && a <= 12) || b > 12;
    if (!pagedate_set(ret, year, month_first ? a : b, month_first ? b : a))
        return false;
    *c = try;
    return true;
}

/* 7 June 2026, 7th of June, 2026; with PAGEDATE_SHORT the year may be missing.
 */
static bool
pagedate_day_month(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", ".", NULL};
    struct cursor try = *c;
    struct cursor back;
    int day, month;
    int year = 0;

    if (!cursor_number(&try, 1, 2, &day))
        return false;
    (void)cursor_any(&try, endings);
    (void)cursor_space(&try, 8);
    if (cursor_word(&try, "of "))
        (void)cursor_space(&try, 8);
    (void)cursor_word(&try, "-");
    if (!cursor_month(&try, &month))
        return false;
    back = try;
    (void)cursor_space(&try, 8);
    (void)cursor_word(&try, ",");
    (void)cursor_word(&try, "-");
    (void)cursor_space(&try, 8);
    if (!cursor_number(&try, 4, 4, &year) || !pagedate_is_year(year)) {
        if (!(flags & PAGEDATE_SHORT))
            return false;
        try = back;
        year = 0;
    }
    if (!pagedate_set(ret, year, month, day))
        return false;
    *c = try;
    return true;
}

/* 7 juin 2026, 7. Juni 2026, 7 de junio de 2026: in other languages a month's
 * name is too weak without its year. */
static bool
pagedate_foreign_day_month(struct cursor *c, struct pagedate *ret)
{
    static const char *const before[] = {"er ", "º ", ". ", ".", "-", NULL};
    struct cursor try = *c;
    int day, month, year;

    if (!cursor_number(&try, 1, 2, &day))
        return false;
    (void)cursor_any(&try, before);
    (void)cursor_space(&try, 4);
    if (cursor_word(&try, "de "))
        (void)cursor_space(&try, 4);
    if (!cursor_foreign_month(&try, &month))
        return false;
    (void)cursor_word(&try, ".");
    (void)cursor_word(&try, "-");
    (void)cursor_space(&try, 4);
    if (cursor_word(&try, "de ") || cursor_word(&try, "del "))
        (void)cursor_space(&try, 4);
    if (!cursor_number(&try, 4, 4, &year) || !pagedate_is_year(year) ||
        !pagedate_set(ret, year, month, day))
        return false;
    *c = try;
    return true;
}

/* 令和8年6月7日, R8.6.7, 平成元年4月1日. */
static bool
pagedate_era(struct cursor *c, struct pagedate *ret)
{
    static const struct {
        const char *name;
        int before; /* the year before the era's first */
    } eras[] = {{"令和", 2018}, {"平成", 1988}, {"R", 2018}, {"H", 1988}};
    struct cursor try = *c;
    char separator = 0, second = 0;
    int year = 1, month, day;
    size_t i = 0;

    while (i < sizeof eras / sizeof eras[0] && !cursor_word(&try, eras[i].name))
        i++;
    if (i == sizeof eras / sizeof eras[0])
        return false;
    (void)cursor_space(&try, 4);
    if (!cursor_word(&try, "元") && !cursor_number(&try, 1, 2, &year))
        return false;
    if (!cursor_unit(&try, "年") && !cursor_separator(&try, &separator))
        return false;
    if (!cursor_number(&try, 1, 2, &month) ||
        !(separator ? cursor_separator(&try, &second)
                    : cursor_unit(&try, "月")) ||
        separator != second || !cursor_number(&try, 1, 2, &day) ||
        !pagedate_set(ret, eras[i].before + year, month, day))
        return false;
    if (!separator)
        (void)cursor_unit(&try, "日");
    *c = try;
    return true;
}

/* June 7, 2026. */
static bool
pagedate_month_day(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", NULL};
    struct cursor try = *c;
    struct cursor back;
    int day, month;
    int year = 0;

    if (!cursor_month(&try, &month) || cursor_space(&try, 8) == 0 ||
        !cursor_number(&try, 1, 2, &day))
        return false;
    (void)cursor_any(&try, endings);
    back = try;
    (void)cursor_space(&try, 8);
    (void)cursor_word(&try, ",");
    (void)cursor_space(&try, 8);
    if (!cursor_number(&try, 4, 4, &year) || !pagedate_is_year(year)) {
        if (!(flags & PAGEDATE_SHORT))
            return false;
        try = back;
        year = 0;
    }
    if (!pagedate_set(ret, year, month, day))
        return false;
    *c = try;
    return true;
}

/* 6月7日; with PAGEDATE_SHORT also 06-07 and 26-06-07. */
static bool
pagedate_without_century(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    struct cursor try = *c;
    struct cursor back;
    int a, b, third;
    char first = 0, second = 0;

    if (!cursor_number(&try, 1, 2, &a))
        return false;
    back = try;
    if (cursor_unit(&try, "月") && cursor_number(&try, 1, 2, &b) &&
        (cursor_unit(&try, "日") || cursor_unit(&try, "号"))) {
        if (!pagedate_set(ret, 0, a, b))
            return false;
        *c = try;
        return true;
    }
    try = back;
    if (!(flags & PAGEDATE_SHORT) || !cursor_separator(&try, &first) ||
        !cursor_number(&try, 1, 2, &b))
        return false;
    back = try;
    if (cursor_separator(&try, &second) && first == second &&
        cursor_number(&try, 1, 2, &third)) {
        if (!pagedate_set(ret, 2000 + a, b, third))
            return false;
        *c = try;
        return true;
    }
    if (cursor_is_digit(&back, back.at) || !pagedate_set(ret, 0, a, b))
        return false;
    *c = back;
    return true;
}

/* A date in two pieces: "07 2026-06", "2026-06 07", "06-07 2026". */
static bool
pagedate_split(struct cursor *c, struct pagedate *ret)
{
    struct cursor try = *c;
    struct pagedate month = {0};
    int day, year;

    if (cursor_number(&try, 1, 2, &day)) {
        (void)cursor_unit(&try, "日");
        (void)cursor_word(&try, "/");
        if (cursor_space(&try, PAGEDATE_GAP_MAX) > 0 &&
            pagedate_year_first(&try, PAGEDATE_PARTIAL, &month) &&
            month.day == 0 && pagedate_set(ret, month.year, month.month, day)) {
            *c = try;
            return true;
        }
    }
    try = *c;
    if (pagedate_year_first(&try, PAGEDATE_PARTIAL, &month) && month.day == 0) {
        (void)cursor_word(&try, "/");
        if (cursor_space(&try, PAGEDATE_GAP_MAX) > 0 &&
            cursor_number(&try, 1, 2, &day) && cursor_ends_word(&try) &&
            pagedate_set(ret, month.year, month.month, day)) {
            (void)cursor_unit(&try, "日");
            *c = try;
            return true;
        }
    }
    try = *c;
    if ((pagedate_without_century(&try, PAGEDATE_SHORT, &month) ||
            pagedate_day_month(&try, PAGEDATE_SHORT, &month) ||
            pagedate_month_day(&try, PAGEDATE_SHORT, &month)) &&
        month.year == 0 && cursor_space(&try, PAGEDATE_GAP_MAX) > 0 &&
        cursor_number(&try, 4, 4, &year) && pagedate_is_year(year) &&
        pagedate_set(ret, year, month.month, month.day)) {
        (void)cursor_unit(&try, "年");
        *c = try;
        return true;
    }
    return false;
}

/* Try every form at c. */
bool
pagedate_at(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    *ret = (struct pagedate){0};
    if (cursor_is_digit(c, c->at)) {
        if (pagedate_year_first(c, 0, ret) || pagedate_year_last(c, ret) ||
            ((flags & PAGEDATE_COMPACT) && pagedate_compact(c, ret)) ||
            ((flags & PAGEDATE_SPLIT) && pagedate_split(c, ret)) ||
            pagedate_day_month(c, flags, ret) ||
            pagedate_foreign_day_month(c, ret) ||
            pagedate_without_century(c, flags, ret) ||
            ((flags & PAGEDATE_PARTIAL) &&
                pagedate_year_first(c, flags, ret)) ||
            ((flags & PAGEDATE_RELATIVE) && pagedate_relative(c, ret)))
            return true;
        return false;
    }
    if (pagedate_era(c, ret))
        return true;
    if ((unsigned char)c->text.p[c->at] >= 0x80)
        return (flags & PAGEDATE_RELATIVE) && pagedate_relative(c, ret);
    return ((flags & PAGEDATE_SPLIT) && pagedate_split(c, ret)) ||
           pagedate_month_day(c, flags, ret);
}
