/*
 * pace: how a budget of requests is spent on many sources so that their news
 * is seen soonest in the mean.
 *
 * An item waits from its publication to the next poll.  Of a source that
 * publishes at rate r (rhythm.h) in a week (week.h), a poll at t ends a delay
 * of r * week_cost(last poll, t); with equal cost for every poll the sum over
 * all sources is least when each is polled as its own reaches one common
 * value, the price of a poll.  In an even week that is the square-root law:
 * nine times the news, three times the polls.
 *
 * The price is worked out from the budget (pace_plan_…), and what was polled
 * too much or too little is paid back over PACE_PAYBACK_HOURS, so that the
 * budget is kept whatever the plan left out: failures, wishes of servers.
 * No source is polled more often than the floor or more seldom than the
 * ceiling.  Pure; the engine and bench/polling run the same functions.
 */
#ifndef TOCSIN_FEEDS_PACE_H
#define TOCSIN_FEEDS_PACE_H

#include "feeds/poll.h"
#include "feeds/week.h"

enum {
    PACE_BINS = 96,              /* of demands, four to the octave */
    PACE_PAYBACK_HOURS = 7 * 24, /* of a surplus, or of what is owed */
    PACE_GAP_MAX_MS = MS_HOUR,   /* a longer pause was one of the program */
    PACE_JITTER_PERCENT = 15,    /* of the price, up and down */
    PACE_CEILING_DAYS = 3        /* no ceiling is above */
};

struct pace {
    double per_hour; /* the budget, in the mean of a week */
    int64_t floor_ms, ceiling_ms;
    double price;   /* of a poll, item-days; 0: not planned yet */
    double surplus; /* polls made beyond the plan */
    struct wall at; /* up to when the plan is counted, WALL_NONE: not yet */
    double share[WEEK_CELLS]; /* polls planned by hour, mean 1 */
    uint32_t bins[PACE_BINS]; /* sources by demand */
};

void pace_init(struct pace *pace);

/* Plan anew: begin, add every source's demand (its rate times its weight),
 * end.  To be done now and then, and when the budget or bounds change. */
void pace_plan_begin(struct pace *pace);
void pace_plan_add(struct pace *pace, double demand);
void pace_plan_end(struct pace *pace, const struct week *week);

/* Time passes: what was planned since the last call becomes due. */
void pace_tick(struct pace *pace, const struct week *week, struct wall now);
/* A request went out. */
void pace_spend(struct pace *pace);

/* How long to wait after a poll at last, and which bound or rule said so:
 * POLL_WHY_RHYTHM, _FLOOR or _CEILING.  random spreads those alike. */
int64_t pace_wait(const struct pace *pace, const struct week *week,
    double demand, struct wall last, uint32_t random, enum poll_why *ret_why);

/* The bounds that belong to a fixed interval: never oftener than interval_min
 * and 5 minutes (half the interval, when that is shorter), never more seldom
 * than twelve intervals or 3 days. */
int64_t pace_default_floor(int64_t interval_ms, int64_t interval_min_ms);
int64_t pace_default_ceiling(int64_t interval_ms);

#endif
