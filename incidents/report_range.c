#include "incidents/report_range.h"

#include <stdio.h>

#include "base/err.h"
#include "base/num.h"

static const char *const kinds[REPORT_KIND_COUNT] = {
    "day", "week", "month", "quarter", "days"};
static const char *const running[REPORT_DAYS] = {
    "today", "this-week", "this-month", "this-quarter"};

const char *
report_kind_name(enum report_kind kind)
{
    return kinds[kind];
}

int
report_kind_parse(struct str name, enum report_kind *ret)
{
    for (int i = 0; i < REPORT_DAYS; i++) {
        if (str_eq(name, str_of(kinds[i]))) {
            *ret = (enum report_kind)i;
            return 0;
        }
    }
    return E_PARSE;
}

/* --- days ------------------------------------------------------------------
 */

static struct civil
civil_of_day(int64_t day)
{
    return civil_of_wall((struct wall){day * MS_DAY}, 0);
}

/* 0 is Monday. */
static int
weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

static struct wall
wall_of_day(const struct zone *zone, int64_t day)
{
    struct civil c = civil_of_day(day);

    return zone_to_wall(zone, &c);
}

static int64_t
day_of_wall(const struct zone *zone, struct wall t)
{
    struct civil c = civil_of_wall(t, zone_offset(zone, t));

    return civil_days(c.year, c.month, c.day);
}

/* The first day of the month n months after that of year and month. */
static int64_t
month_start(int year, int month, int n)
{
    int at = year * 12 + month - 1 + n;

    return civil_days(at / 12, at % 12 + 1, 1);
}

static int64_t
week_one(int year)
{
    int64_t fourth = civil_days(year, 1, 4);

    return fourth - weekday_of(fourth);
}

/* --- names -----------------------------------------------------------------
 */

static void
name_week(struct report_range *range)
{
    int year = civil_of_day(range->first + 3).year;

    snprintf(range->name, sizeof range->name, "%04d-W%02d", year,
        (int)((range->first - week_one(year)) / 7) + 1);
}

static void
name_set(struct report_range *range)
{
    struct civil a = civil_of_day(range->first);
    struct civil z = civil_of_day(range->first + range->days - 1);

    switch (range->kind) {
    case REPORT_DAY:
        snprintf(range->name, sizeof range->name, "%04d-%02d-%02d", a.year,
            a.month, a.day);
        break;
    case REPORT_WEEK:
        name_week(range);
        break;
    case REPORT_MONTH:
        snprintf(range->name, sizeof range->name, "%04d-%02d", a.year, a.month);
        break;
    case REPORT_QUARTER:
        snprintf(range->name, sizeof range->name, "%04d-Q%d", a.year,
            (a.month - 1) / 3 + 1);
        break;
    case REPORT_DAYS:
    default:
        snprintf(range->name, sizeof range->name,
            "%04d-%02d-%02d..%04d-%02d-%02d", a.year, a.month, a.day, z.year,
            z.month, z.day);
        break;
    }
}

static void
range_set(struct report_range *ret, enum report_kind kind, int64_t first,
    int64_t days, const struct zone *zone)
{
    *ret = (struct report_range){.kind = kind,
        .first = first,
        .days = days,
        .from = wall_of_day(zone, first),
        .until = wall_of_day(zone, first + days)};
    name_set(ret);
}

/* The range of a kind that a day is in. */
static void
range_around(enum report_kind kind, int64_t day, const struct zone *zone,
    struct report_range *ret)
{
    struct civil c = civil_of_day(day);
    int months = kind == REPORT_MONTH ? 1 : 3;
    int64_t first;

    if (kind == REPORT_WEEK) {
        range_set(ret, kind, day - weekday_of(day), 7, zone);
    } else if (kind == REPORT_MONTH || kind == REPORT_QUARTER) {
        int month = c.month - (c.month - 1) % months;

        first = month_start(c.year, month, 0);
        range_set(
            ret, kind, first, month_start(c.year, month, months) - first, zone);
    } else {
        range_set(ret, REPORT_DAY, day, 1, zone);
    }
}

/* --- reading ---------------------------------------------------------------
 */

static int
read_number(struct str text, size_t digits, int64_t min, int64_t max, int *ret)
{
    int64_t value;

    if (text.n != digits || num_parse_i64(text, min, max, &value) != 0)
        return E_PARSE;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return E_PARSE;
    *ret = (int)value;
    return 0;
}

/* "2026-11-24" */
static int
read_day(struct str text, int64_t *ret)
{
    struct civil c = {0};

    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        read_number(str_first(text, 4), 4, REPORT_FIRST_YEAR, REPORT_LAST_YEAR,
            &c.year) ||
        read_number((struct str){text.p + 5, 2}, 2, 1, 12, &c.month) ||
        read_number(str_from(text, 8), 2, 1, 31, &c.day) || !civil_is_valid(&c))
        return E_PARSE;
    *ret = civil_days(c.year, c.month, c.day);
    return 0;
}

/* "2026-W48", "2026-11", "2026-Q4" */
static int
read_period(struct str text, const struct zone *zone, struct report_range *ret)
{
    int year, n;

    if (text.n < 6 || text.p[4] != '-' ||
        read_number(
            str_first(text, 4), 4, REPORT_FIRST_YEAR, REPORT_LAST_YEAR, &year))
        return E_PARSE;
    if (text.n == 7 && text.p[5] == 'Q' && text.p[6] >= '1' &&
        text.p[6] <= '4') {
        range_around(REPORT_QUARTER,
            month_start(year, 1, (text.p[6] - '1') * 3), zone, ret);
        return 0;
    }
    if (text.n == 8 && text.p[5] == 'W') {
        if (read_number(str_from(text, 6), 2, 1, 53, &n))
            return E_PARSE;
        range_around(
            REPORT_WEEK, week_one(year) + (int64_t)(n - 1) * 7, zone, ret);
        return str_eq(str_of(ret->name), text) ? 0 : E_PARSE;
    }
    if (text.n != 7 || read_number(str_from(text, 5), 2, 1, 12, &n))
        return E_PARSE;
    range_around(REPORT_MONTH, month_start(year, n, 0), zone, ret);
    return 0;
}

static int
read_days(struct str text, size_t dots, const struct zone *zone,
    struct report_range *ret)
{
    int64_t first, last;

    if (read_day(str_first(text, dots), &first) ||
        read_day(str_from(text, dots + 2), &last) || last < first)
        return E_PARSE;
    if (last - first + 1 > REPORT_MAX_DAYS)
        return E_LIMIT;
    range_set(ret, last == first ? REPORT_DAY : REPORT_DAYS, first,
        last - first + 1, zone);
    return 0;
}

static int
range_read(struct str text, const struct zone *zone, struct wall now,
    struct report_range *ret)
{
    enum report_kind kind;
    size_t dots = str_find(text, STR(".."));
    int64_t day;

    if (report_kind_parse(text, &kind) == 0) {
        report_range_last(kind, zone, now, ret);
        return 0;
    }
    for (int i = 0; i < REPORT_DAYS; i++) {
        if (str_eq(text, str_of(running[i]))) {
            range_around(
                (enum report_kind)i, day_of_wall(zone, now), zone, ret);
            return 0;
        }
    }
    if (dots < text.n)
        return read_days(text, dots, zone, ret);
    if (read_day(text, &day) == 0) {
        range_around(REPORT_DAY, day, zone, ret);
        return 0;
    }
    return read_period(text, zone, ret);
}

int
report_range_parse(struct str text, const struct zone *zone, struct wall now,
    struct report_range *ret)
{
    struct report_range range;
    int r = range_read(text, zone, now, &range);

    if (r == 0 && range.from.ms >= now.ms)
        r = E_LIMIT;
    if (r != 0)
        return r;
    range.finished = range.until.ms <= now.ms;
    *ret = range;
    return 0;
}

void
report_range_last(enum report_kind kind, const struct zone *zone,
    struct wall now, struct report_range *ret)
{
    struct report_range current;

    range_around(kind, day_of_wall(zone, now), zone, &current);
    range_around(kind, current.first - 1, zone, ret);
    ret->finished = true;
}

void
report_range_before(const struct report_range *range, const struct zone *zone,
    struct report_range *ret)
{
    if (range->kind == REPORT_DAYS)
        range_set(
            ret, REPORT_DAYS, range->first - range->days, range->days, zone);
    else
        range_around(range->kind, range->first - 1, zone, ret);
    ret->finished = true;
}

struct wall
report_range_day(
    const struct report_range *range, const struct zone *zone, int64_t n)
{
    return wall_of_day(zone, range->first + n);
}

int64_t
report_range_day_of(
    const struct report_range *range, const struct zone *zone, struct wall t)
{
    return day_of_wall(zone, t) - range->first;
}
