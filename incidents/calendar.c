#include "incidents/calendar.h"

#include "base/err.h"
#include "base/num.h"

enum { WEEK_DAYS = 7, FIRST_WEEKEND_DAY = 5, EPOCH_WEEKDAY = 3 };

int
day_minutes_parse(struct str text, int *ret)
{
    int64_t hour, minute;

    if (text.n != sizeof("00:00") - 1 || text.p[2] != ':' ||
        num_parse_i64(str_first(text, 2), 0, 24, &hour) != 0 ||
        num_parse_i64(str_from(text, 3), 0, 59, &minute) != 0 ||
        (hour == 24 && minute != 0))
        return E_PARSE;
    *ret = (int)(hour * 60 + minute);
    return 0;
}

int
day_hours_parse(struct str text, struct day_hours *ret)
{
    struct day_hours hours;
    struct str rest = text;
    struct str from = str_trim(str_split(&rest, '-'));

    if (day_minutes_parse(from, &hours.from) != 0 ||
        day_minutes_parse(str_trim(rest), &hours.until) != 0 ||
        hours.from == CALENDAR_DAY_MINUTES || hours.from == hours.until)
        return E_PARSE;
    if (hours.until < hours.from)
        hours.until += CALENDAR_DAY_MINUTES;
    *ret = hours;
    return 0;
}

int
day_parse(struct str text, int64_t *ret)
{
    struct wall day;

    if (text.n != sizeof("2026-06-07") - 1 ||
        timefmt_parse_rfc3339(text, &day) != 0)
        return E_PARSE;
    *ret = day.ms / MS_DAY - (day.ms % MS_DAY < 0);
    return 0;
}

int64_t
day_of(const struct zone *zone, struct wall t)
{
    struct civil c = civil_of_wall(t, zone_offset(zone, t));

    return civil_days(c.year, c.month, c.day);
}

int
day_weekday(int64_t day)
{
    int64_t rest = (day + EPOCH_WEEKDAY) % WEEK_DAYS;

    return (int)(rest < 0 ? rest + WEEK_DAYS : rest);
}

struct wall
day_at(const struct zone *zone, int64_t day, int minutes)
{
    struct wall utc = {day * MS_DAY + (int64_t)minutes * MS_MINUTE};
    struct civil c = civil_of_wall(utc, 0);

    return zone_to_wall(zone, &c);
}

static const struct day_range *
find(const struct day_range *list, size_t n, int64_t day)
{
    for (size_t i = 0; i < n; i++)
        if (day >= list[i].from_day && day <= list[i].to_day)
            return &list[i];
    return NULL;
}

const struct day_range *
calendar_term(const struct calendar *calendar, int64_t day)
{
    return find(calendar->terms, calendar->nterms, day);
}

const struct day_range *
calendar_holiday(const struct calendar *calendar, int64_t day)
{
    return find(calendar->holidays, calendar->nholidays, day);
}

const struct day_range *
calendar_makeup(const struct calendar *calendar, int64_t day)
{
    return find(calendar->workdays, calendar->nworkdays, day);
}

bool
calendar_is_workday(const struct calendar *calendar, int64_t day)
{
    if (calendar_makeup(calendar, day))
        return true;
    return day_weekday(day) < FIRST_WEEKEND_DAY &&
           !calendar_holiday(calendar, day);
}

/* A stretch of work of a day, as instants. */
static void
stretch(const struct calendar *calendar, const struct zone *zone, int64_t day,
    size_t i, struct wall *ret_from, struct wall *ret_until)
{
    *ret_from = day_at(zone, day, calendar->hours[i].from);
    *ret_until = day_at(zone, day, calendar->hours[i].until);
}

bool
calendar_is_office(
    const struct calendar *calendar, const struct zone *zone, struct wall t)
{
    int64_t today = day_of(zone, t);

    /* What began yesterday may cross midnight. */
    for (int64_t day = today - 1; day <= today; day++) {
        if (!calendar_is_workday(calendar, day))
            continue;
        for (size_t i = 0; i < calendar->nhours; i++) {
            struct wall from, until;

            stretch(calendar, zone, day, i, &from, &until);
            if (t.ms >= from.ms && t.ms < until.ms)
                return true;
        }
    }
    return false;
}

int64_t
calendar_office_ms(const struct calendar *calendar, const struct zone *zone,
    struct wall from, struct wall until)
{
    int64_t sum = 0, day = day_of(zone, from) - 1;

    for (int n = 0; n < CALENDAR_MAX_SPAN; n++, day++) {
        if (day_at(zone, day, 0).ms >= until.ms)
            break;
        if (!calendar_is_workday(calendar, day))
            continue;
        for (size_t i = 0; i < calendar->nhours; i++) {
            struct wall a, b;

            stretch(calendar, zone, day, i, &a, &b);
            if (a.ms < from.ms)
                a = from;
            if (b.ms > until.ms)
                b = until;
            if (b.ms > a.ms)
                sum += b.ms - a.ms;
        }
    }
    return sum;
}

struct wall
calendar_office_add(const struct calendar *calendar, const struct zone *zone,
    struct wall from, int64_t ms)
{
    int64_t day = day_of(zone, from) - 1;

    for (int n = 0; n < CALENDAR_MAX_SPAN; n++, day++) {
        if (!calendar_is_workday(calendar, day))
            continue;
        for (size_t i = 0; i < calendar->nhours; i++) {
            struct wall a, b;

            stretch(calendar, zone, day, i, &a, &b);
            if (a.ms < from.ms)
                a = from;
            if (b.ms <= a.ms)
                continue;
            if (b.ms - a.ms >= ms)
                return (struct wall){a.ms + ms};
            ms -= b.ms - a.ms;
        }
    }
    return WALL_NONE;
}

bool
calendar_overlap(
    const struct day_range *list, size_t n, size_t *ret_one, size_t *ret_other)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (list[i].from_day <= list[k].to_day &&
                list[k].from_day <= list[i].to_day) {
                *ret_one = k;
                *ret_other = i;
                return true;
            }
    return false;
}
