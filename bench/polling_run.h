/*
 * polling_run: one rule of polling, played over one set of publications.
 *
 * Ours is feeds/pace.h on feeds/rhythm.h and feeds/week.h, set up as the
 * engine sets it up, its waits put through poll_apply (feeds/poll.h), its
 * budget kept by itself.  The others are what feed readers do; each has one
 * knob that is turned until it makes as many polls as the fixed interval.
 */
#ifndef TOCSIN_BENCH_POLLING_RUN_H
#define TOCSIN_BENCH_POLLING_RUN_H

#include "polling_times.h"

enum rule {
    RULE_FIXED,   /* the same interval for all */
    RULE_AVERAGE, /* the mean gap of the last items */
    RULE_AIMD,    /* half the wait after news, a little more after none */
    RULE_SQRT,    /* by the square root of the learnt rate, no week */
    RULE_OURS,
    RULES
};
extern const char *const rule_names[RULES];

enum {
    RUN_WARM_WEEKS = 2, /* not measured */
    RUN_JOIN_WEEK = 4,  /* one source in RUN_JOIN_EACH is added then */
    RUN_JOIN_EACH = 12,
    RUN_WINDOW_ITEMS = 15 /* of a first document */
};

struct result {
    double mean_h, p95_h; /* delay of items */
    double polls;         /* per source and day */
    double unpolled_h;    /* the longest time without a poll */
    double peak;          /* polls of the busiest minute, over the mean */
    double rate_within;   /* sources known to a factor of 2 by ten events */
    double joined;        /* polls of new sources in their second week, over
                             those of a later week; the median */
    size_t items;
};

/* Play rule with its knob (ours and fixed have none).  0 or E_NOMEM. */
int run_once(const struct times *times, enum rule rule, double knob,
    double per_day, uint64_t seed, struct result *ret);
/* The same, with the knob turned until polls are per_day. */
int run_rule(const struct times *times, enum rule rule, double per_day,
    uint64_t seed, struct result *ret);

#endif
