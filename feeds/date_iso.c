#include "feeds/date_read.h"

size_t
date_read_number(struct str *rest, size_t max, int *ret)
{
    size_t n = 0;
    int value = 0;

    while (n < rest->n && n < max && rest->p[n] >= '0' && rest->p[n] <= '9')
        value = value * 10 + (rest->p[n++] - '0');
    if (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        return 0; /* longer than allowed */
    *rest = str_from(*rest, n);
    *ret = value;
    return n;
}

int
date_read_century(int year)
{
    return year < 70 ? 2000 + year : 1900 + year;
}

static bool
take(struct str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c)
        return false;
    *rest = str_from(*rest, 1);
    return true;
}

static void
read_fraction(struct str *rest, struct date_parts *parts)
{
    int weight = 100, ms = 0;
    size_t n = 1;

    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9') {
        ms += (rest->p[n++] - '0') * weight;
        weight /= 10;
    }
    if (n == 1)
        return;
    parts->ms = ms;
    *rest = str_from(*rest, n);
}

void
date_read_half(struct str *rest, struct date_parts *parts)
{
    struct str text = str_trim(*rest);
    bool pm = str_starts(text, STR("pm"));

    if (!pm && !str_starts(text, STR("am")))
        return;
    if (text.n > 2 && text.p[2] >= 'a' && text.p[2] <= 'z')
        return;
    if (parts->hour <= 12)
        parts->hour = parts->hour % 12 + (pm ? 12 : 0);
    *rest = str_from(text, 2);
}

bool
date_read_time(struct str *rest, struct date_parts *parts)
{
    struct str at = *rest;
    int hour, minute, second = 0;

    if (date_read_number(&at, 2, &hour) == 0 || hour > 24 || !take(&at, ':'))
        return false;
    if (date_read_number(&at, 2, &minute) == 0 || minute > 59)
        return false;
    if (at.n > 1 && at.p[0] == ':' && at.p[1] >= '0' && at.p[1] <= '9') {
        at = str_from(at, 1);
        if (date_read_number(&at, 2, &second) == 0 || second > 60)
            return false;
        if (at.n > 1 && (at.p[0] == '.' || at.p[0] == ','))
            read_fraction(&at, parts);
    }
    if (hour == 24 && (minute || second))
        return false;
    parts->hour = hour;
    parts->minute = minute;
    parts->second = second;
    parts->has_time = true;
    date_read_half(&at, parts);
    *rest = at;
    return true;
}

/* "+08:00", "-0500", "+8" */
static bool
read_offset(struct str *rest, struct date_parts *parts)
{
    int sign = rest->p[0] == '-' ? -1 : 1, hours, minutes = 0;
    struct str at = str_trim(str_from(*rest, 1));
    size_t n = date_read_number(&at, 4, &hours);

    if (n == 0)
        return false;
    if (n >= 3) {
        minutes = hours % 100;
        hours /= 100;
    } else if (take(&at, ':') && date_read_number(&at, 2, &minutes) == 0) {
        return false;
    }
    if (hours > 15 || minutes > 59)
        return false;
    parts->offset_minutes += sign * (hours * 60 + minutes);
    parts->has_zone = true;
    *rest = at;
    return true;
}

/* The comment that mail programs add: "+0800 (CST)". */
static bool
is_comment(struct str text)
{
    return text.n == 0 || (text.p[0] == '(' && text.p[text.n - 1] == ')');
}

bool
date_read_zone(struct str text, struct date_parts *parts)
{
    const struct date_zone *zone;
    size_t n = 0;

    text = str_trim(text);
    if (text.n > 2 && text.p[0] == '(' && text.p[text.n - 1] == ')')
        text = str_first(str_from(text, 1), text.n - 2);
    if (text.n == 0)
        return true;
    if (text.p[0] == '+' || text.p[0] == '-')
        return read_offset(&text, parts) && is_comment(str_trim(text));
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '+' &&
           text.p[n] != '-' && text.p[n] != '(')
        n++;
    zone = date_word_zone(str_first(text, n));
    if (!zone)
        return false;
    parts->has_zone = true;
    parts->offset_minutes = zone->offset_minutes;
    parts->dst = zone->dst;
    parts->china = str_eq(str_first(text, n), STR("cst"));
    text = str_trim(str_from(text, n));
    if (str_eq(text, STR("time")) || str_eq(text, STR("standard time")))
        return true;
    if (text.n > 0 && (text.p[0] == '+' || text.p[0] == '-') &&
        zone->offset_minutes == 0)
        return read_offset(&text, parts) && is_comment(str_trim(text));
    return is_comment(text);
}

static bool
set_ordinal(struct date_parts *parts, int year, int ordinal)
{
    struct civil civil;

    if (ordinal < 1 || ordinal > 366)
        return false;
    civil = civil_of_wall(
        (struct wall){(civil_days(year, 1, 1) + ordinal - 1) * (int64_t)MS_DAY},
        0);
    parts->year = civil.year;
    parts->month = civil.month;
    parts->day = civil.day;
    return civil.year == year;
}

/* Day (1 is Monday) of an ISO week: week 1 holds the fourth of January. */
static bool
set_week(struct date_parts *parts, int year, int week, int day)
{
    int64_t fourth = civil_days(year, 1, 4), monday;
    struct civil civil;

    if (week < 1 || week > 53 || day < 1 || day > 7)
        return false;
    monday = fourth - (fourth + 3) % 7; /* 1970-01-01 was a Thursday */
    civil = civil_of_wall(
        (struct wall){(monday + 7 * (week - 1) + day - 1) * (int64_t)MS_DAY},
        0);
    parts->year = civil.year;
    parts->month = civil.month;
    parts->day = civil.day;
    return true;
}

static int
two(const char *p)
{
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* A date that is one run of digits. */
static bool
read_compact(struct str digits, struct date_parts *parts)
{
    const char *p = digits.p;
    int year4 = digits.n >= 4 ? two(p) * 100 + two(p + 2) : 0;

    parts->month = parts->day = 1;
    switch (digits.n) {
    case 4:
        parts->year = year4;
        return true;
    case 5:
        return set_ordinal(
            parts, date_read_century(two(p)), (p[2] - '0') * 100 + two(p + 3));
    case 6:
        parts->year = date_read_century(two(p));
        parts->month = two(p + 2);
        parts->day = two(p + 4);
        return true;
    case 7:
        return set_ordinal(parts, year4, (p[4] - '0') * 100 + two(p + 5));
    case 14:
    case 12:
        parts->hour = two(p + 8);
        parts->minute = two(p + 10);
        parts->second = digits.n == 14 ? two(p + 12) : 0;
        parts->has_time = true;
        parts->year = year4;
        parts->month = two(p + 4);
        parts->day = two(p + 6);
        return parts->hour < 24 && parts->minute < 60 && parts->second < 60;
    case 8:
        parts->year = year4;
        parts->month = two(p + 4);
        parts->day = two(p + 6);
        return true;
    default:
        return false;
    }
}

/* What follows a year of four digits and its separator. */
static bool
read_after_year(
    struct str *rest, int year, char separator, struct date_parts *parts)
{
    int value, day = 1;
    size_t n;

    if (take(rest, 'w')) {
        if (date_read_number(rest, 2, &value) != 2)
            return false;
        if (take(rest, '-') && date_read_number(rest, 1, &day) == 0)
            return false;
        return set_week(parts, year, value, day);
    }
    n = date_read_number(rest, 3, &value);
    if (n == 0)
        return false;
    if (n == 3 && !(rest->n > 0 && rest->p[0] == separator))
        return set_ordinal(parts, year, value);
    parts->year = year;
    parts->month = value;
    if (take(rest, separator) && date_read_number(rest, 2, &day) == 0)
        return false;
    parts->day = day;
    return true;
}

static bool
read_date(struct str *rest, struct date_parts *parts)
{
    struct str at = *rest;
    size_t digits = 0;
    bool truncated = take(&at, '-'); /* the century, says ISO 8601:1988 */
    int year;
    char separator;

    while (digits < at.n && at.p[digits] >= '0' && at.p[digits] <= '9')
        digits++;
    separator = digits < at.n ? at.p[digits] : '\0';
    *rest = str_from(at, digits);
    if (truncated) {
        parts->day = 1;
        if (digits == 4 && separator == '\0') {
            parts->year = date_read_century(two(at.p));
            parts->month = two(at.p + 2);
            return true;
        }
        if (digits != 2 || separator != '-' || rest->n != 3)
            return false;
        parts->year = date_read_century(two(at.p));
        *rest = str_from(*rest, 1);
        return date_read_number(rest, 2, &parts->month) == 2;
    }
    if (separator == 'w' && digits == 4) {
        int value;
        size_t n;

        *rest = str_from(*rest, 1);
        n = date_read_number(rest, 3, &value);
        if (n != 2 && n != 3)
            return false;
        return set_week(parts, two(at.p) * 100 + two(at.p + 2),
            n == 3 ? value / 10 : value, n == 3 ? value % 10 : 1);
    }
    if (separator != '-' && separator != '/' && separator != '.')
        return read_compact(str_first(at, digits), parts);
    /* "03-12-31" is a date with its year, "06-07" is not. */
    if (digits != 4 &&
        (digits != 2 || separator != '-' || at.n < 8 || at.p[5] != '-'))
        return false;
    year = digits == 4 ? two(at.p) * 100 + two(at.p + 2)
                       : date_read_century(two(at.p));
    *rest = str_from(*rest, 1);
    return read_after_year(rest, year, separator, parts);
}

/* "t" and a time in digits alone, or only the hour. */
static bool
read_bare_time(struct str *rest, struct date_parts *parts)
{
    size_t n = 0;

    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        n++;
    if (n != 2 && n != 4 && n != 6)
        return false;
    parts->hour = two(rest->p);
    parts->minute = n >= 4 ? two(rest->p + 2) : 0;
    parts->second = n == 6 ? two(rest->p + 4) : 0;
    parts->has_time = true;
    *rest = str_from(*rest, n);
    if (rest->n > 1 && (rest->p[0] == '.' || rest->p[0] == ','))
        read_fraction(rest, parts);
    return parts->hour <= 24 && parts->minute < 60 && parts->second <= 60;
}

bool
date_read_iso(struct str text, struct date_parts *ret)
{
    struct date_parts parts = {0};

    if (text.n < 4 || !read_date(&text, &parts))
        return false;
    if (text.n > 0) {
        bool t = take(&text, 't');

        if (!t && text.p[0] != ' ' && text.p[0] != ',')
            return false;
        if (!t)
            text = str_trim(str_from(text, 1));
        if (parts.has_time ||
            (text.n > 0 && text.p[0] >= '0' && text.p[0] <= '9')) {
            if (!parts.has_time && !date_read_time(&text, &parts) &&
                !(t && read_bare_time(&text, &parts)))
                return false;
        }
        if (!date_read_zone(text, &parts))
            return false;
    }
    if (parts.month < 1 || parts.month > 12)
        return false;
    *ret = parts;
    return true;
}
