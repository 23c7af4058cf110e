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
#include "feeds/rhythm.h"
#include "feeds/week.h"

enum {
    PACE_BINS = 96,                /* of demands, four to the octave */
    PACE_PLAN_MS = MS_HOUR,        /* between two plans */
    PACE_PAYBACK_HOURS = 7 * 24,   /* of a surplus, or of what is owed */
    PACE_GAP_MAX_MS = 3 * MS_HOUR, /* a longer pause was one of the program */
    PACE_JITTER_PERCENT = 15,      /* of the price, up and down */
    PACE_CEILING_DAYS = 3,         /* no ceiling is above */
    PACE_GROUPS = 5,               /* of sources that may keep other hours */
    PACE_SIZE = 8 + PACE_GROUPS * WEEK_COUNTS_SIZE /* bytes, encoded */
};

struct pace {
    double per_hour; /* the budget, in the mean of a week; set by the caller */
    int64_t floor_ms, ceiling_ms; /* likewise */
    struct week_counts counts[PACE_GROUPS];
    struct week all;                /* as of the last plan */
    struct week weeks[PACE_GROUPS]; /* likewise, drawn towards all */
    double price;   /* of a poll, item-days; 0: not planned yet */
    double surplus; /* polls made beyond the plan */
    struct wall at; /* up to when the plan is counted, WALL_NONE: not yet */
    double share[WEEK_CELLS];              /* polls planned by hour, mean 1 */
    unsigned cell;                         /* hour of the last plan */
    uint32_t bins[PACE_GROUPS][PACE_BINS]; /* sources by demand */
};

/* What there is to know of one source. */
struct pace_source {
    struct rhythm rhythm;
    double weight;  /* how much its news matter, 1 is neutral */
    unsigned group; /* below PACE_GROUPS: sources that keep like hours */
};

/* zone is lent: the one in which offices and schools keep their hours. */
void pace_init(struct pace *pace, const struct zone *zone);

/* Keep the hours of another zone from now on. */
void pace_zone(struct pace *pace, const struct zone *zone);

/* What a poll found. */
struct pace_news {
    size_t items;                 /* new ones */
    const struct wall *published; /* of each; WALL_NONE when it does not say */
    struct wall since;            /* the successful poll before it */
    struct wall now;
};
/* Learn from a poll: the source's rhythm, and its group's week. */
void pace_learn(struct pace *pace, struct pace_source *source,
    const struct pace_news *news);
/* The same of a source's first document; published is sorted. */
void pace_learn_first(struct pace *pace, struct pace_source *source,
    struct wall *published, size_t n, struct wall now);
/* The week that a source is taken to keep; valid until the next plan. */
const struct week *pace_week(
    const struct pace *pace, const struct pace_source *source);

/* Plan anew: begin, add every source, end.  To
 * be done every PACE_PLAN_MS, and when the budget or the bounds change. */
void pace_plan_begin(struct pace *pace, struct wall now);
void pace_plan_add(struct pace *pace, const struct pace_source *source);
void pace_plan_end(struct pace *pace);

/* A request went out: it is paid from the budget. */
void pace_spend(struct pace *pace);
/* How long to wait after a poll at last, and which bound or rule said so:
 * POLL_WHY_RHYTHM, _FLOOR or _CEILING.  random spreads those alike.  0 before
 * the first plan. */
int64_t pace_wait(const struct pace *pace, const struct pace_source *source,
    struct wall last, uint32_t random, enum poll_why *ret_why);

/* The bounds that belong to a fixed interval: never oftener than interval_min
 * and 5 minutes (half the interval, when that is shorter), never more seldom
 * than twelve intervals or 3 days. */
int64_t pace_default_floor(int64_t interval_ms, int64_t interval_min_ms);
int64_t pace_default_ceiling(int64_t interval_ms);

/* What is worth keeping over a restart: the week, and what is owed. */
void pace_encode(const struct pace *pace, uint8_t ret[PACE_SIZE]);
/* 0, or E_CORRUPT and pace untouched when the bytes are none. */
int pace_decode(struct str bytes, struct pace *pace);

#endif
