/*
 * view_charts: how many of what a range of days brought, and how fast it was
 * answered; for charts.
 *
 * The figures come from the table tally, which grows with the hours and not
 * with the items: triggers count what is written (schema.c).  What is purged
 * later stays counted.  Items and incidents are counted by the hour, so that
 * days may be those of any zone; sources, categories and times to an answer by
 * days of UTC+8.
 */
#ifndef TOCSIN_STORE_VIEW_CHARTS_H
#define TOCSIN_STORE_VIEW_CHARTS_H

#include "store/view.h"

enum {
    CHART_DAYS_MAX = 90,
    CHART_SHARES_MAX = 12, /* sources and categories that are named */
    CHART_TIMES = 251      /* steps that times to an answer are kept in */
};

/* How long something took: of n, half no longer than median, nine tenths no
 * longer than p90; to the minute below an hour, to ten minutes below ten hours,
 * to an hour and two thirds below four days. */
struct chart_times {
    uint64_t n;
    int64_t median_ms, p90_ms; /* -1 when n is 0 */
};

struct chart_day {
    struct wall from, until;
    uint64_t items, incidents[LEVEL_COUNT];
    struct chart_times acknowledged; /* of those opened on the day */
};

struct chart_share {
    struct str key; /* a source, a category; absent: all others */
    uint64_t n;
};

struct charts {
    struct chart_day *days; /* the caller's from and until, filled */
    size_t ndays;
    uint64_t items, incidents;
    struct chart_times acknowledged, closed;
    struct chart_share sources[CHART_SHARES_MAX + 1];
    struct chart_share categories[CHART_SHARES_MAX + 1];
    size_t nsources, ncategories; /* the most first */
};

/* Fill charts, whose days are given in order and adjoin one another; at most
 * CHART_DAYS_MAX.  Merged incidents and what a source first held are not
 * counted. */
int view_charts(struct view *view, struct arena *arena, struct charts *charts);

/* The step of a time, and the longest time of a step, in minutes. */
int chart_step(int64_t minutes);
int64_t chart_step_minutes(int step);

#endif
