/*
 * polling_times: when things are published: made up with a seed, or read.
 *
 * Made up: sources whose rates are spread log-normally around one event in
 * three days; most keep office hours, some a newsroom's or a forum's; an event
 * is now and then a batch of several items.
 */
#ifndef TOCSIN_BENCH_POLLING_TIMES_H
#define TOCSIN_BENCH_POLLING_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum { TIMES_SOURCES = 120, TIMES_MAX_LINE = 256 };

struct origin {
    struct wall *at; /* in order; owned by the set */
    size_t n;
    bool dated;     /* its items carry a time */
    unsigned group; /* what the operator called it (its tier): four in five
                       keep the hours of most of that group */
    double rate;    /* events a day it was made with, 0: unknown */
};

struct times {
    struct origin *origins;
    size_t n;
    struct wall from, to; /* what is measured; before from is history */
};

/* Publications of n sources, history weeks before `from` and weeks after it.
 * 0 or E_NOMEM. */
int times_make(
    uint64_t seed, size_t n, int history_weeks, int weeks, struct times *ret);
/* Lines of "SOURCE<tab or space>TIME", TIME as seconds or RFC 3339.  The first
 * quarter of the span is history.  0, E_IO, E_PARSE or E_NOMEM. */
int times_read(const char *path, struct times *ret);
void times_free(struct times *times);

#endif
