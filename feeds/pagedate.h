/*
 * pagedate: dates inside the running text of pages, with their places.
 *
 * feeds/date.h reads a text that is a date.  On a page a date stands beside
 * other words ("发布时间：2026-06-07 10:00 来源：…"), in brackets behind a
 * title, without its year ("06-07"), or in two pieces ("07" above "2026-06").
 * This finds such dates and says where they begin and end, so that a caller can
 * tell a text that is nothing but a date, and cut a date off a title.
 */
#ifndef TOCSIN_FEEDS_PAGEDATE_H
#define TOCSIN_FEEDS_PAGEDATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/timefmt.h"

enum {
    PAGEDATE_SHORT = 1,    /* also "06-07", "26-06-07": too weak in prose */
    PAGEDATE_COMPACT = 2,  /* also "20260607" */
    PAGEDATE_RELATIVE = 4, /* also "昨天 21:40", "3小时前" */
    PAGEDATE_SPLIT = 8,    /* also "07 2026-06", "06-07 2026" */
    PAGEDATE_PARTIAL = 16  /* also "2026-06" and "2026年6月": day is 0 */
};

enum {
    PAGEDATE_FUTURE_MAX_MS = 36 * 60 * 60 * 1000,
    PAGEDATE_OLDEST_YEAR = 1990,
    PAGEDATE_NEWEST_YEAR = 2099
};

struct pagedate {
    int year;       /* 0: not said */
    int month, day; /* day 0: not said */
    bool has_time;
    int hour, minute, second;
    bool has_zone;
    int zone_minutes; /* east of UTC */
    bool is_relative; /* then only back_ms counts, from now */
    int64_t back_ms;
    bool is_day;       /* relative, and the time of day is hour, minute */
    size_t start, end; /* bytes of the text */
};

/* The first date of text that begins at byte from or later; flags as above.
 * A year, month and day are always looked for. */
bool pagedate_find(
    struct str text, size_t from, unsigned flags, struct pagedate *ret);
/* Whether text is one date and at most brackets, labels such as "发布时间："
 * and punctuation around it. */
bool pagedate_is_pure(struct str text, unsigned flags, struct pagedate *ret);
/* The instant: in zone (NULL: UTC+8) unless it says another; a missing year is
 * the latest that is not in the future.  WALL_NONE when the day is missing or
 * the instant is later than now (when that is set) by more than
 * PAGEDATE_FUTURE_MAX_MS. */
struct wall pagedate_wall(
    const struct pagedate *date, const struct zone *zone, struct wall now);
/* The date in the path of a URL: /2026/0607/, /20260607_, t20260607,
 * /2026/6/7/, /2026-06/07/.  A year and month alone give day 0. */
bool pagedate_in_url(struct str url, struct pagedate *ret);

#endif
