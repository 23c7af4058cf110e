/*
 * report_range: what time a report is about, in the bureau's zone.
 *
 * A range is a number of whole local days, so that it is an hour longer or
 * shorter when clocks change in it.  Weeks are those of ISO 8601: they begin on
 * Monday, and the year of a week is that of its Thursday.
 *
 *   day week month quarter                 the last one that is over
 *   today this-week this-month this-quarter  the one that runs
 *   2026-11-24  2026-W48  2026-11  2026-Q4   that one
 *   2026-11-01..2026-11-20                 these days, both included
 */
#ifndef TOCSIN_INCIDENTS_REPORT_RANGE_H
#define TOCSIN_INCIDENTS_REPORT_RANGE_H

#include "base/clock.h"
#include "base/timefmt.h"

enum {
    REPORT_MAX_DAYS = 400,
    REPORT_NAME_SIZE = 80,
    REPORT_FIRST_YEAR = 2000,
    REPORT_LAST_YEAR = 2199
};

enum report_kind {
    REPORT_DAY,
    REPORT_WEEK,
    REPORT_MONTH,
    REPORT_QUARTER,
    REPORT_DAYS /* any other number of days */
};
enum { REPORT_KIND_COUNT = REPORT_DAYS + 1 };

struct report_range {
    enum report_kind kind;
    char name[REPORT_NAME_SIZE]; /* canonical: "2026-W48"; reads as itself */
    int64_t first, days;         /* days since 1970 of the first; how many */
    struct wall from, until;     /* until is the first instant after it */
    bool finished;               /* it was over when it was read */
};

/* "day", "week", "month", "quarter", "days": static. */
const char *report_kind_name(enum report_kind kind);
/* 0 or E_PARSE; of days never E_PARSE but for the four. */
int report_kind_parse(struct str name, enum report_kind *ret);

/* 0; E_PARSE what is no range; E_LIMIT one of more than REPORT_MAX_DAYS, or one
 * that has not begun. */
int report_range_parse(struct str text, const struct zone *zone,
    struct wall now, struct report_range *ret);
/* The last range of a kind that is over at now. */
void report_range_last(enum report_kind kind, const struct zone *zone,
    struct wall now, struct report_range *ret);
/* The one before: of the same kind, or as many days. */
void report_range_before(const struct report_range *range,
    const struct zone *zone, struct report_range *ret);
/* The instant at which local day n of the range begins; n = days is its end. */
struct wall report_range_day(
    const struct report_range *range, const struct zone *zone, int64_t n);
/* The local day of t, counted from the first; outside it is below 0 or at least
 * days. */
int64_t report_range_day_of(
    const struct report_range *range, const struct zone *zone, struct wall t);

#endif
