/*
 * timefmt: instants to text and back, and time zones.
 *
 * Inside the house times are UTC milliseconds; this is where they become RFC
 * 3339 for machines and a local date for people.  Free-form dates of feeds
 * and pages are read in feeds/date.h, not here.
 */
#ifndef TOCSIN_BASE_TIMEFMT_H
#define TOCSIN_BASE_TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"

enum { TIMEFMT_RFC3339_SIZE = 32, TIMEFMT_LOCAL_SIZE = 64 };

/* A civil date and time without a zone. */
struct civil {
    int year, month, day; /* month 1–12, day 1–31 */
    int hour, minute, second, ms;
};

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t civil_days(int year, int month, int day);
struct civil civil_of_wall(struct wall t, int offset_minutes);
/* The instant of a civil time at a fixed offset east of UTC. */
struct wall civil_to_wall(const struct civil *c, int offset_minutes);
/* Whether the fields are a real date and time (second 60 is allowed). */
bool civil_is_valid(const struct civil *c);

/* Write t as "2026-06-07T01:30:00Z" (with ".123" when it has milliseconds)
 * into out of TIMEFMT_RFC3339_SIZE bytes; "" for WALL_NONE. Returns out. */
char *timefmt_rfc3339(struct wall t, char *out);
/* Read RFC 3339 (date-time or full-date at 00:00Z).  0 or E_PARSE. */
int timefmt_parse_rfc3339(struct str s, struct wall *ret);

/* A zone of the IANA database; immutable. */
struct zone;
/* Load a zone by name from the system's database (zoneinfo), before lockdown.
 * E_NOTFOUND when there is none; "UTC" and "Asia/Shanghai" always exist. */
int zone_load(const char *name, struct zone **ret);
void zone_free(struct zone *zone);
DEFINE_CLEANUP(struct zone *, zone_free)
const char *zone_name(const struct zone *zone);
/* Offset east of UTC in minutes at t. */
int zone_offset(const struct zone *zone, struct wall t);
/* The instant of a local time; in a gap the later, in an overlap the first. */
struct wall zone_to_wall(const struct zone *zone, const struct civil *c);
/* "2026-06-07 09:30" in the zone into out of TIMEFMT_LOCAL_SIZE; "" for none.
 */
char *timefmt_local(const struct zone *zone, struct wall t, char *out);

#endif
