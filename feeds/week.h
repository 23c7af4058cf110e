/*
 * week: when in a week things are published.
 *
 * A density over the 168 hours of the local week (cell 0 is Monday 00:00 to
 * 01:00), of mean 1: 2 is twice the usual.  It is learnt from the hours at
 * which items appeared (struct week_counts), and it answers what schedules and
 * silences need: how much publishing falls into a span (week_mass), what
 * delay would be expected of a poll (week_cost), and when that reaches a
 * bound (week_when).
 *
 * Spans are walked hour by hour in the zone of the week, so that office hours
 * stay office hours when clocks change, and every answer is monotone: a later
 * end never gives less.  Pure: no clock, no file; the zone is loaded before.
 */
#ifndef TOCSIN_FEEDS_WEEK_H
#define TOCSIN_FEEDS_WEEK_H

#include "base/clock.h"
#include "base/str.h"
#include "base/timefmt.h"

enum {
    WEEK_CELLS = 7 * 24,
    WEEK_MAX_SPAN_DAYS = 400, /* longer spans are taken for so many days */
    WEEK_COUNTS_HALF_LIFE_DAYS = 90,
    WEEK_COUNTS_SIZE = 8 + 4 * WEEK_CELLS /* bytes, encoded */
};

struct week {
    double density[WEEK_CELLS];
    const struct zone *zone; /* lent; NULL is UTC */
};

/* What a week is learnt from: items by hour, older ones counting less. */
struct week_counts {
    float count[WEEK_CELLS];
    struct wall at; /* up to when they have faded, WALL_NONE before the first */
};

/* Every hour alike. */
void week_even(const struct zone *zone, struct week *ret);
/* The cell that an instant lies in. */
unsigned week_cell(const struct zone *zone, struct wall t);

/* Publishing in from … to, in days of the mean hour: 1 over an even day. */
double week_mass(const struct week *week, struct wall from, struct wall to);
/* Delay that items have gathered at to when they came since from at one a day
 * in the mean: the integral of week_mass over its end.  In item-days. */
double week_cost(const struct week *week, struct wall from, struct wall to);
/* The first instant at which week_cost(week, from, …) reaches cost; latest
 * when that would be later, or from when cost is not above 0. */
struct wall week_when(
    const struct week *week, struct wall from, double cost, struct wall latest);

void week_counts_init(struct week_counts *counts);
/* Take in one item (or batch) of that weight, published at an unknown moment
 * of from … to: it is shared out over that span as week expects.  Spans above
 * a day say too little and are left out.  now may not go back. */
void week_counts_add(struct week_counts *counts, const struct week *week,
    struct wall from, struct wall to, double weight, struct wall now);
/* Weight in all. */
double week_counts_total(const struct week_counts *counts);
/* The week that counts speak of, drawn towards prior (NULL: an even week) as
 * long as little was counted. */
void week_learn(const struct week_counts *counts, const struct week *prior,
    const struct zone *zone, struct week *ret);
void week_counts_encode(
    const struct week_counts *counts, uint8_t ret[WEEK_COUNTS_SIZE]);
/* 0, or E_CORRUPT when the bytes are no counts. */
int week_counts_decode(struct str bytes, struct week_counts *ret);

/* What of a week can be said in a sentence. */
struct week_hours {
    bool workdays; /* 85 % or more from Monday to Friday */
    bool hours;    /* from … to hold most of a day, and not half of it */
    int from, to;  /* local hours, 0–24 */
};
struct week_hours week_describe(const struct week *week);

#endif
