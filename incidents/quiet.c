/*
 * quiet: each day's span as two instants, made by the zone.
 */
#include "incidents/quiet.h"

#include "base/err.h"

static const char *const day_names[] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* Two digits as a number, or -1. */
static int
two_digits(const char *p)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return -1;
    return (p[0] - '0') * 10 + (p[1] - '0');
}

int
hours_parse_time(struct str text, int16_t *ret)
{
    int hour, minute;

    if (text.n != 5 || text.p[2] != ':')
        return E_PARSE;
    hour = two_digits(text.p);
    minute = two_digits(text.p + 3);
    if (hour < 0 || minute < 0 || minute > 59 ||
        hour * 60 + minute > HOURS_DAY_MINUTES)
        return E_PARSE;
    *ret = (int16_t)(hour * 60 + minute);
    return 0;
}

int
hours_parse_day(struct str text, uint8_t *ret)
{
    for (unsigned i = 0; i < 7; i++) {
        if (str_eq(text, str_of(day_names[i]))) {
            *ret = (uint8_t)(1u << i);
            return 0;
        }
    }
    return E_PARSE;
}

const char *
hours_day_name(unsigned day)
{
    return day_names[day % 7];
}

/* A day of the zone: days since 1970 as its calendar has them. */
static int64_t
day_of(const struct zone *zone, struct wall t)
{
    struct civil c = civil_of_wall(t, zone_offset(zone, t));

    return civil_days(c.year, c.month, c.day);
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static unsigned
weekday_of(int64_t day)
{
    return (unsigned)(((day + 3) % 7 + 7) % 7);
}

static struct wall
instant(const struct zone *zone, int64_t day, int minutes)
{
    struct civil c = civil_of_wall(
        (struct wall){(day + minutes / HOURS_DAY_MINUTES) * MS_DAY}, 0);

    minutes %= HOURS_DAY_MINUTES;
    c.hour = minutes / 60;
    c.minute = minutes % 60;
    return zone_to_wall(zone, &c);
}

static bool
day_is_chosen(
    const struct hours *hours, const struct hours_place *place, int64_t day)
{
    unsigned weekday = weekday_of(day);
    bool workday = weekday < 5;

    if (!(hours->days >> weekday & 1))
        return false;
    if (hours->calendar == HOURS_ANY_DAY)
        return true;
    if (place->is_workday)
        workday = place->is_workday(place->calendar, day);
    return workday == (hours->calendar == HOURS_WORKDAYS);
}

/* Whether the span that begins on day holds t; its end then. */
static bool
day_holds(const struct hours *hours, const struct hours_place *place,
    int64_t day, struct wall t, struct wall *ret_end)
{
    int until = hours->until;
    struct wall end;

    if (!day_is_chosen(hours, place, day))
        return false;
    if (until <= hours->from)
        until += HOURS_DAY_MINUTES;
    end = instant(place->zone, day, until);
    if (t.ms < instant(place->zone, day, hours->from).ms || t.ms >= end.ms)
        return false;
    *ret_end = end;
    return true;
}

bool
hours_hold(const struct hours *hours, const struct hours_place *place,
    struct wall now, struct wall *ret_end)
{
    struct wall end = now;
    bool holds = false, longer = hours->is_set;

    for (int i = 0; longer && i < HOURS_DAYS_LOOKED_AT; i++) {
        int64_t today = day_of(place->zone, end);

        longer = day_holds(hours, place, today, end, &end) ||
                 day_holds(hours, place, today - 1, end, &end);
        holds = holds || longer;
    }
    if (holds && ret_end)
        *ret_end = end;
    return holds;
}

bool
quiet_holds(const struct hours *hours, const struct hours_place *place,
    enum level level, struct wall now, struct wall *ret_end)
{
    return level != LEVEL_RED && (hours->levels >> level & 1) &&
           hours_hold(hours, place, now, ret_end);
}
