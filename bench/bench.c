#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct bench_chance
bench_seed(uint64_t seed)
{
    return (struct bench_chance){seed};
}

/* The generator splitmix64. */
static uint64_t
next(struct bench_chance *chance)
{
    uint64_t z = chance->state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint32_t
bench_roll(struct bench_chance *chance, uint32_t sides)
{
    return (uint32_t)((next(chance) >> 32) * sides >> 32);
}

uint32_t
bench_skewed(struct bench_chance *chance, uint32_t sides)
{
    double u = (double)(next(chance) >> 11) * 0x1p-53;

    return (uint32_t)(u * u * (double)sides);
}

static double
seconds(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double
bench_cpu(void)
{
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}

double
bench_wall(void)
{
    static double begin; /* of the one measuring thread */
    double now = seconds(CLOCK_MONOTONIC);

    if (begin <= 0)
        begin = now;
    return now - begin;
}

static int
compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double
bench_median(double *values, size_t n)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof(*values), compare);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void
bench_print_load(void)
{
    double load[3] = {0, 0, 0};
    int n = getloadavg(load, 3);

    printf("load %.1f %.1f %.1f on %ld processors\n", n > 0 ? load[0] : 0,
        n > 1 ? load[1] : 0, n > 2 ? load[2] : 0,
        sysconf(_SC_NPROCESSORS_ONLN));
}
