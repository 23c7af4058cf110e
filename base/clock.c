#include "base/clock.h"

#include <time.h>

/* The result cannot fail: both clocks exist on every Linux. */
static int64_t
clock_ms(clockid_t id)
{
    struct timespec t = {0};

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * MS_SECOND + t.tv_nsec / 1000000;
}

struct wall
clock_wall(void)
{
    return (struct wall){clock_ms(CLOCK_REALTIME)};
}

struct mono
clock_mono(void)
{
    return (struct mono){clock_ms(CLOCK_MONOTONIC)};
}

int64_t
clock_cpu_us(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
