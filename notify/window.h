/*
 * window: how many messages a channel gets in a minute.
 *
 * The limit holds as the receiver counts: whatever minute it looks at, there
 * are no more than per_minute attempts in it.  An attempt may reach the
 * receiver at any time between being given away and being answered, so it
 * counts from the one until a minute after the other.  Some of the places are
 * kept for what is urgent.
 *
 * Pure: time is an argument.  It belongs to the engine role.
 */
#ifndef TOCSIN_NOTIFY_WINDOW_H
#define TOCSIN_NOTIFY_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum {
    WINDOW_MS = MS_MINUTE,
    WINDOW_MARGIN_MS = 500,     /* clocks and networks are not exact */
    WINDOW_MAX_PER_MINUTE = 600 /* of a configured rate */
};
/* Nothing but an answer makes room. */
#define WINDOW_FULL INT64_MAX

struct window {
    unsigned per_minute; /* 0: as many as there are */
    unsigned reserve;    /* of them, for what is urgent; less than per_minute */
    int64_t gap_ms;      /* between two */
    unsigned under_way;
    struct mono *ended; /* a ring of per_minute + 1 times; owned */
    size_t first, n;
    struct mono last; /* when the last was given away or ended */
    bool any;         /* there was one */
};

/* Empty.  A reserve that would leave nothing is made smaller.  0 or E_NOMEM. */
int window_init(struct window *window, unsigned per_minute, unsigned reserve,
    int64_t gap_ms);
void window_done(struct window *window);
/* An attempt is given away now. */
void window_send(struct window *window, struct mono now);
/* It was answered, or given up. */
void window_end(struct window *window, struct mono now);
/* One that ended before, in order of time: after a restart. */
void window_past(struct window *window, struct mono ended);
/* How many may go now; SIZE_MAX when there is no limit. */
size_t window_room(const struct window *window, bool urgent, struct mono now);
/* How long until one may: 0 now, WINDOW_FULL when that is not known. */
int64_t window_wait(const struct window *window, bool urgent, struct mono now);

#endif
