/*
 * pagedate: dates inside running text; see pagedate.h.
 *
 * A date begins with a digit or with a word.  At each place where one may
 * begin the forms are tried in order, each a few numbers and what stands
 * between them; the first that gives a day of the calendar wins.  No form
 * looks further ahead than some dozens of bytes, so the search is linear.
 */
#include "feeds/pagedate.h"

#include <string.h>

enum {
    PAGEDATE_GAP_MAX = 48, /* bytes between the two halves of a split date */
    PAGEDATE_UTC8_MINUTES = 8 * 60
};

/* A place in a text.  Every reader advances on success only. */
struct cursor {
    struct str text;
    size_t at;
};

static bool
cursor_is_digit(const struct cursor *c, size_t at)
{
    return at < c->text.n && c->text.p[at] >= '0' && c->text.p[at] <= '9';
}

/* Read min to max digits that no further digit follows. */
static bool
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

static bool
cursor_word(struct cursor *c, const char *word)
{
    if (!str_starts_nocase(str_from(c->text, c->at), str_of(word)))
        return false;
    c->at += strlen(word);
    return true;
}

/* One of words, a NULL-ended list. */
static bool
cursor_any(struct cursor *c, const char *const *words)
{
    for (; *words; words++)
        if (cursor_word(c, *words))
            return true;
    return false;
}

/* Skip white space of any kind, at most max bytes; return how much. */
static size_t
cursor_space(struct cursor *c, size_t max)
{
    static const char *const spaces[] = {" ", "\t", "\n", "\r", "\f",
        "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x83", "\xE2\x80\x82",
        "\xE2\x80\x89", "\xE2\x80\xAF", NULL};
    size_t from = c->at;

    while (c->at - from < max && cursor_any(c, spaces))
        ;
    return c->at - from;
}

static bool
cursor_ends_word(const struct cursor *c)
{
    char x;

    if (c->at >= c->text.n)
        return true;
    x = c->text.p[c->at];
    return !((x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
             (x >= '0' && x <= '9'));
}

static bool
pagedate_is_day(int year, int month, int day)
{
    struct civil civil = {.year = year ? year : 2024, /* a leap year */
        .month = month,
        .day = day};

    return civil_is_valid(&civil);
}

static bool
pagedate_is_year(int year)
{
    return year >= PAGEDATE_OLDEST_YEAR && year <= PAGEDATE_NEWEST_YEAR;
}

static bool
pagedate_set(struct pagedate *ret, int year, int month, int day)
{
    if (!pagedate_is_day(year, month, day))
        return false;
    ret->year = year;
    ret->month = month;
    ret->day = day;
    return true;
}

static const char *const pagedate_months[] = {"january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october",
    "november", "december", NULL};

/* An English month, whole or its first three letters (or "sept"). */
static bool
cursor_month(struct cursor *c, int *ret)
{
    for (int m = 0; pagedate_months[m]; m++) {
        struct cursor try = *c;
        const char *name = pagedate_months[m];

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

/* What may stand between year and month, or month and day. */
static bool
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
static bool
cursor_unit(struct cursor *c, const char *unit)
{
    struct cursor try = *c;

    (void)cursor_space(&try, 4);
    if (!cursor_word(&try, unit))
        return false;
    (void)cursor_space(&try, 4);
    *c = try;
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

/* Z, UTC, GMT, +08:00, +0800 directly behind a time. */
static void
pagedate_zone(struct cursor *c, struct pagedate *ret)
{
    struct cursor try = *c;
    int hour, minute = 0;
    int sign;

    (void)cursor_space(&try, 2);
    if (cursor_word(&try, "UTC") || cursor_word(&try, "GMT") ||
        cursor_word(&try, "Z")) {
        if (!cursor_ends_word(&try))
            return;
        ret->has_zone = true;
        *c = try;
        return;
    }
    try = *c;
    (void)cursor_space(&try, 1);
    sign = cursor_word(&try, "+") ? 1 : cursor_word(&try, "-") ? -1 : 0;
    if (sign == 0)
        return;
    if (cursor_number(&try, 4, 4, &hour)) {
        minute = hour % 100;
        hour /= 100;
    } else if (!cursor_number(&try, 2, 2, &hour) || !cursor_word(&try, ":") ||
               !cursor_number(&try, 2, 2, &minute)) {
        return;
    }
    if (hour > 14 || minute > 59)
        return;
    ret->has_zone = true;
    ret->zone_minutes = sign * (hour * 60 + minute);
    *c = try;
}

/* A time of day behind a date: "T10:00:00Z", " 10:00", " 下午3时20分". */
static void
pagedate_time(struct cursor *c, struct pagedate *ret)
{
    static const char *const colons[] = {":", "：", "时", "點", "点", NULL};
    static const char *const before[] = {
        "T", ",", "，", "at ", "|", "-", "·", NULL};
    static const char *const weekdays[] = {"星期一", "星期二", "星期三",
        "星期四", "星期五", "星期六", "星期日", "星期天", "周一", "周二",
        "周三", "周四", "周五", "周六", "周日", NULL};
    struct cursor try = *c;
    int hour, minute, second = 0;
    bool after_noon;

    (void)cursor_space(&try, 8);
    if (cursor_any(&try, weekdays))
        (void)cursor_space(&try, 8);
    (void)cursor_any(&try, before);
    (void)cursor_space(&try, 8);
    after_noon = cursor_word(&try, "下午") || cursor_word(&try, "晚上");
    if (!after_noon)
        (void)cursor_word(&try, "上午");
    if (!cursor_number(&try, 1, 2, &hour) || !cursor_any(&try, colons) ||
        !cursor_number(&try, 2, 2, &minute) || hour > 24 || minute > 59)
        return;
    *c = try;
    (void)cursor_word(c, "分");
    if (cursor_any(&try, colons) && cursor_number(&try, 2, 2, &second) &&
        second <= 60) {
        *c = try;
        (void)cursor_word(c, "秒");
        if (cursor_is_digit(c, c->at + 1) && c->text.p[c->at] == '.')
            for (c->at++; cursor_is_digit(c, c->at); c->at++)
                ;
    } else {
        second = 0;
    }
    try = *c;
    (void)cursor_space(&try, 2);
    if (cursor_word(&try, "pm") || cursor_word(&try, "p.m.")) {
        after_noon = true;
        *c = try;
    } else if (cursor_word(&try, "am") || cursor_word(&try, "a.m.")) {
        hour %= 12;
        *c = try;
    }
    ret->has_time = true;
    ret->hour = (after_noon && hour < 12 ? hour + 12 : hour) % 24;
    ret->minute = minute;
    ret->second = second;
    pagedate_zone(c, ret);
}

/* 刚刚, 今天, 昨天 21:40, 前天, 3小时前, 5分钟前, 2天前. */
static bool
pagedate_relative(struct cursor *c, struct pagedate *ret)
{
    static const struct {
        const char *word;
        int days;
    } days[] = {{"今天", 0}, {"昨天", 1}, {"前天", 2}};
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"秒", MS_SECOND}, {"分", MS_MINUTE}, {"小时", MS_HOUR},
        {"天", MS_DAY}, {"周", 7 * (int64_t)MS_DAY}};
    struct cursor try = *c;
    int n;

    if (cursor_word(&try, "刚刚")) {
        ret->is_relative = true;
        *c = try;
        return true;
    }
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        if (!cursor_word(&try, days[i].word))
            continue;
        ret->is_relative = true;
        ret->is_day = true;
        ret->back_ms = days[i].days * (int64_t)MS_DAY;
        *c = try;
        return true;
    }
    if (!cursor_number(&try, 1, 3, &n))
        return false;
    (void)cursor_space(&try, 4);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!cursor_word(&try, units[i].word))
            continue;
        if (units[i].ms == MS_MINUTE)
            (void)cursor_word(&try, "钟");
        if (!cursor_word(&try, "前"))
            return false;
        ret->is_relative = true;
        ret->back_ms = n * units[i].ms;
        *c = try;
        return true;
    }
    return false;
}

/* Try every form at c. */
static bool
pagedate_at(struct cursor *c, unsigned flags, struct pagedate *ret)
{
    *ret = (struct pagedate){0};
    if (cursor_is_digit(c, c->at)) {
        if (pagedate_year_first(c, 0, ret) || pagedate_year_last(c, ret) ||
            ((flags & PAGEDATE_COMPACT) && pagedate_compact(c, ret)) ||
            ((flags & PAGEDATE_SPLIT) && pagedate_split(c, ret)) ||
            pagedate_day_month(c, flags, ret) ||
            pagedate_without_century(c, flags, ret) ||
            ((flags & PAGEDATE_PARTIAL) &&
                pagedate_year_first(c, flags, ret)) ||
            ((flags & PAGEDATE_RELATIVE) && pagedate_relative(c, ret)))
            return true;
        return false;
    }
    if ((unsigned char)c->text.p[c->at] >= 0x80)
        return (flags & PAGEDATE_RELATIVE) && pagedate_relative(c, ret);
    return ((flags & PAGEDATE_SPLIT) && pagedate_split(c, ret)) ||
           pagedate_month_day(c, flags, ret);
}

static bool
pagedate_may_begin(struct str text, size_t i)
{
    unsigned char c = (unsigned char)text.p[i];
    unsigned char before = i > 0 ? (unsigned char)text.p[i - 1] : ' ';
    bool digit_before = before >= '0' && before <= '9';
    bool letter_before =
        (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');

    if (c >= '0' && c <= '9')
        return !digit_before;
    if (c >= 0x80) /* 今, 昨, 前, 刚 */
        return c == 0xE4 || c == 0xE5 || c == 0xE6;
    return !letter_before && !digit_before && strchr("jfmasondJFMASOND", c);
}

bool
pagedate_find(
    struct str text, size_t from, unsigned flags, struct pagedate *ret)
{
    for (size_t i = from; i < text.n; i++) {
        struct cursor c = {text, i};
        struct pagedate date;

        if (text.p[i] == '\0' || !pagedate_may_begin(text, i) ||
            !pagedate_at(&c, flags, &date))
            continue;
        if (!date.is_relative || date.is_day)
            pagedate_time(&c, &date);
        date.start = i;
        date.end = c.at;
        *ret = date;
        return true;
    }
    return false;
}

/* Labels, brackets and punctuation that may stand around a date. */
static const char *const pagedate_around[] = {"[", "]", "(", ")", "（", "）",
    "【", "】", "〔", "〕", "［", "］", "<", ">", "|", "｜", "/", "-", "—", "–",
    "·", "•", ":", "：", ",", "，", ".", ";", "；", "发布时间", "发布日期",
    "更新时间", "发表时间", "发文时间", "发文日期", "发布于", "发布", "日期",
    "时间", "更新", "时", "Published", "Updated", "Posted", "Date", "on ",
    "at ", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "星期一", "星期二",
    "星期三", "星期四", "星期五", "星期六", "星期日", NULL};

static bool
pagedate_is_around(struct str text)
{
    struct cursor c = {text, 0};

    while (c.at < text.n)
        if (cursor_space(&c, text.n) == 0 && !cursor_any(&c, pagedate_around))
            return false;
    return true;
}

bool
pagedate_is_pure(struct str text, unsigned flags, struct pagedate *ret)
{
    enum { PURE_MAX = 120 }; /* bytes; longer is more than a date */
    struct pagedate date;

    if (text.n > PURE_MAX || !pagedate_find(text, 0, flags, &date) ||
        !pagedate_is_around(str_first(text, date.start)) ||
        !pagedate_is_around(str_from(text, date.end)))
        return false;
    *ret = date;
    return true;
}

static struct wall
pagedate_local(const struct civil *civil, const struct zone *zone)
{
    return zone ? zone_to_wall(zone, civil)
                : civil_to_wall(civil, PAGEDATE_UTC8_MINUTES);
}

static struct civil
pagedate_now(const struct zone *zone, struct wall now)
{
    return civil_of_wall(
        now, zone ? zone_offset(zone, now) : PAGEDATE_UTC8_MINUTES);
}

static bool
pagedate_is_future(struct wall t, struct wall now)
{
    return wall_is_set(now) && t.ms > now.ms + PAGEDATE_FUTURE_MAX_MS;
}

struct wall
pagedate_wall(
    const struct pagedate *date, const struct zone *zone, struct wall now)
{
    struct civil civil = {.year = date->year,
        .month = date->month,
        .day = date->day,
        .hour = date->hour,
        .minute = date->minute,
        .second = date->second};
    struct wall t;

    if (date->is_relative) {
        if (!wall_is_set(now))
            return WALL_NONE;
        t = (struct wall){now.ms - date->back_ms};
        if (!date->is_day)
            return t;
        civil = pagedate_now(zone, t);
        civil.hour = date->hour;
        civil.minute = date->minute;
        civil.second = 0;
        civil.ms = 0;
        return pagedate_local(&civil, zone);
    }
    if (date->day == 0 || (date->year == 0 && !wall_is_set(now)))
        return WALL_NONE;
    if (date->year == 0)
        civil.year = pagedate_now(zone, now).year;
    /* A leap day may lie up to eight years back. */
    for (int back = 0; back < 9; back++) {
        if (civil_is_valid(&civil)) {
            t = date->has_zone ? civil_to_wall(&civil, date->zone_minutes)
                               : pagedate_local(&civil, zone);
            if (!pagedate_is_future(t, now))
                return t;
        }
        if (date->year != 0)
            return WALL_NONE;
        civil.year--;
    }
    return WALL_NONE;
}

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
