/*
 * calendar: terms, holidays and make-up workdays of a bureau's schools, and
 * its hours of work.
 *
 * Days are numbers (base/timefmt.h, civil_days), so that a day exists however
 * the clocks of its zone are changed.  Nothing here knows what day it is: time
 * is an argument.  All of it is data; nothing about any year is built in.
 */
#ifndef TOCSIN_INCIDENTS_CALENDAR_H
#define TOCSIN_INCIDENTS_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/timefmt.h"
#include "incidents/written.h"

enum {
    CALENDAR_MAX_DAYS = 2000, /* entries of each kind */
    CALENDAR_MAX_HOURS = 4,   /* stretches of work in a day */
    CALENDAR_MAX_SPAN = 4000, /* days that are walked for one answer */
    CALENDAR_DAY_MINUTES = 24 * 60
};

/* Days in a row that have a name. */
struct day_range {
    struct written at;
    struct str name;
    struct str first, last;   /* as written; both belong to it */
    int64_t from_day, to_day; /* the same as numbers */
};

/* A stretch of a day in minutes; until is beyond 1440 when it crosses
 * midnight. */
struct day_hours {
    int from, until;
};

struct calendar {
    const struct day_range *terms;
    size_t nterms;
    const struct day_range *holidays;
    size_t nholidays;
    const struct day_range *workdays; /* weekends that are worked */
    size_t nworkdays;
    struct day_hours hours[CALENDAR_MAX_HOURS]; /* of work, in order */
    size_t nhours;
};

/* Read "08:30-17:30", "18:00-08:00" or "00:00-24:00".  0 or E_PARSE. */
int day_hours_parse(struct str text, struct day_hours *ret);
/* Read "08:30" as minutes.  0 or E_PARSE. */
int day_minutes_parse(struct str text, int *ret);
/* Read a day, YYYY-MM-DD, that exists.  0 or E_PARSE. */
int day_parse(struct str text, int64_t *ret);
/* The local day of an instant, and its day of the week: 0 is Monday. */
int64_t day_of(const struct zone *zone, struct wall t);
int day_weekday(int64_t day);
/* The instant so many minutes into a day; what lies in a gap of the clocks is
 * its end. */
struct wall day_at(const struct zone *zone, int64_t day, int minutes);

/* What a day is part of, or NULL. */
const struct day_range *calendar_term(
    const struct calendar *calendar, int64_t day);
const struct day_range *calendar_holiday(
    const struct calendar *calendar, int64_t day);
const struct day_range *calendar_makeup(
    const struct calendar *calendar, int64_t day);
/* Whether people work: a make-up day, or Monday to Friday and no holiday. */
bool calendar_is_workday(const struct calendar *calendar, int64_t day);
/* Whether t lies in the hours of work. */
bool calendar_is_office(
    const struct calendar *calendar, const struct zone *zone, struct wall t);
/* Hours of work between two instants, 0 when until is not later. */
int64_t calendar_office_ms(const struct calendar *calendar,
    const struct zone *zone, struct wall from, struct wall until);
/* The instant at which so many hours of work have passed since from; WALL_NONE
 * when CALENDAR_MAX_SPAN days do not hold them. */
struct wall calendar_office_add(const struct calendar *calendar,
    const struct zone *zone, struct wall from, int64_t ms);
/* The two ranges of a list that overlap, if any (of terms: none may). */
bool calendar_overlap(
    const struct day_range *list, size_t n, size_t *ret_one, size_t *ret_other);

#endif
