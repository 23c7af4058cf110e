/*
 * bench: what both measurements share: chance with a seed, the clocks, the
 * median, and the load of the machine.
 *
 * Costs are measured in CPU time of the thread, so that other programs cost
 * it caches and not minutes; the bound of a whole run is in wall time.
 */
#ifndef TOCSIN_BENCH_BENCH_H
#define TOCSIN_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_ROUNDS = 7,        /* of which the median is told */
    BENCH_ROUNDS_TINY = 1,   /* of a smoke run */
    BENCH_MAX_SECONDS = 150, /* wall: no round begins after it */
    BENCH_SEED = 20260607
};

/* Chance that is the same in every run. */
struct bench_chance {
    uint64_t state;
};
struct bench_chance bench_seed(uint64_t seed);
/* A number below sides, which is not 0. */
uint32_t bench_roll(struct bench_chance *chance, uint32_t sides);
/* The same, with small numbers far more often than large ones, as words of a
 * language are. */
uint32_t bench_skewed(struct bench_chance *chance, uint32_t sides);

/* Seconds of CPU that this thread has used. */
double bench_cpu(void);
/* Seconds since the program began to ask. */
double bench_wall(void);
/* The middle of n values, which are sorted for it; 0 when there is none. */
double bench_median(double *values, size_t n);
/* Print when the run is and how busy the machine is. */
void bench_print_load(void);

#endif
