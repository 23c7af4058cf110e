/*
 * clock: two kinds of time that cannot be mixed up.
 *
 * struct wall is UTC in milliseconds since 1970; it may jump.  struct mono is
 * milliseconds of a clock that only goes forward, for delays and deadlines.
 * Nothing in the house reads a clock but the loop (net/loop.h) and main
 * programs: functions that need the time take it as an argument.
 */
#ifndef TOCSIN_BASE_CLOCK_H
#define TOCSIN_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct wall {
    int64_t ms;
};
struct mono {
    int64_t ms;
};

/* "No time": what an item without a date has. */
#define WALL_NONE ((struct wall){INT64_MIN})
static inline bool
wall_is_set(struct wall t)
{
    return t.ms != INT64_MIN;
}

/* Read the system's clocks.  Only for net/loop.c and main(). */
struct wall clock_wall(void);
struct mono clock_mono(void);
/* CPU time that this thread has used, in microseconds: what work costs, never
 * what time it is.  Handed as a function to those that must bound work. */
int64_t clock_cpu_us(void);

enum {
    MS_SECOND = 1000,
    MS_MINUTE = 60 * MS_SECOND,
    MS_HOUR = 60 * MS_MINUTE,
    MS_DAY = 24 * MS_HOUR
};

#endif
