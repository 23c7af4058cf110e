/*
 * quiet: spans of the week in people's time: quiet hours, and the hours in
 * which a route leads somewhere.
 *
 * A span begins on a chosen day at .from and ends at .until, on the next day
 * when .until is not later than .from: "22:00" to "07:00" on Fridays ends on
 * Saturday.  Both are what a clock on the wall shows, so that in a night in
 * which clocks are changed the span is an hour shorter or longer: it still
 * begins and ends at its hour.  An hour that does not exist in such a night is
 * the first that does; of one that comes twice the first is meant.  The
 * beginning belongs to the span, the end does not.
 */
#ifndef TOCSIN_INCIDENTS_QUIET_H
#define TOCSIN_INCIDENTS_QUIET_H

#include "base/level.h"
#include "base/timefmt.h"

enum {
    HOURS_DAY_MINUTES = 24 * 60,
    HOURS_ALL_DAYS = 0x7F,
    HOURS_DAYS_LOOKED_AT = 15 /* spans that follow on one another are one */
};

/* What a day has to be, besides its name. */
enum hours_calendar { HOURS_ANY_DAY, HOURS_WORKDAYS, HOURS_HOLIDAYS };

struct hours {
    bool is_set;         /* else no span */
    bool is_none;        /* configuration: none, whatever the default is */
    uint8_t days;        /* on which it begins; bit 0 is Monday */
    int16_t from, until; /* minutes of the day; until up to 24:00 */
    enum hours_calendar calendar;
    uint8_t levels; /* quiet hours: those that wait; bit 1 << level */
};

/* Whether people work on a day (base/timefmt.h, civil_days): what a calendar
 * knows.  NULL: Monday to Friday they do. */
typedef bool hours_workday_fn(const void *calendar, int64_t day);

/* In which people's time, and what is known of its days. */
struct hours_place {
    const struct zone *zone;
    hours_workday_fn *is_workday; /* or NULL */
    const void *calendar;         /* given to it */
};

/* "07:30" or "24:00" as minutes of the day.  0 or E_PARSE. */
int hours_parse_time(struct str text, int16_t *ret);
/* "mon" … "sun" as a bit.  0 or E_PARSE. */
int hours_parse_day(struct str text, uint8_t *ret);
/* "mon" … "sun" of day 0 … 6; static. */
const char *hours_day_name(unsigned day);

/* Whether now is within hours.  *ret_end (may be NULL) is then when that ends:
 * spans that touch are one; at most HOURS_DAYS_LOOKED_AT days are looked at. */
bool hours_hold(const struct hours *hours, const struct hours_place *place,
    struct wall now, struct wall *ret_end);

/* Whether these quiet hours keep a message of this level back at now; red
 * never is.  *ret_end as above. */
bool quiet_holds(const struct hours *hours, const struct hours_place *place,
    enum level level, struct wall now, struct wall *ret_end);

#endif
