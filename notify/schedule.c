#include "notify/schedule.h"

/* Before attempt 1, 2, … */
static const int64_t waits[SCHEDULE_ATTEMPTS] = {
    0,
    5 * MS_SECOND,
    5 * MS_MINUTE,
    30 * MS_MINUTE,
    2 * MS_HOUR,
    5 * MS_HOUR,
    10 * MS_HOUR,
    14 * MS_HOUR,
    20 * MS_HOUR,
    24 * MS_HOUR,
};

static int64_t
at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t
at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What it asks for, and more of it when it keeps asking; else by the
 * schedule. */
static int64_t
rate_wait(unsigned attempts, int64_t wait, int64_t retry_after_ms)
{
    if (retry_after_ms <= 0)
        return at_least(
            at_most(wait, SCHEDULE_RATE_CEILING_MS), SCHEDULE_RATE_MS);
    wait = at_least(retry_after_ms, SCHEDULE_RATE_LEAST_MS);
    for (; attempts > SCHEDULE_RATE_PATIENCE && wait < SCHEDULE_RATE_CEILING_MS;
         attempts--)
        wait *= 2;
    return at_most(wait, SCHEDULE_RATE_CEILING_MS);
}

int64_t
schedule_wait(unsigned attempts, enum delivery_class class,
    int64_t retry_after_ms, int64_t age_ms, uint32_t random)
{
    unsigned next =
        attempts < SCHEDULE_ATTEMPTS ? attempts : SCHEDULE_ATTEMPTS - 1;
    bool used_up = age_ms >= SCHEDULE_LENGTH_MS;
    int64_t wait = waits[next];

    if (class == CLASS_DEAD_TARGET)
        wait = SCHEDULE_PROBE_MS;
    else if (class != CLASS_RATE && class != CLASS_TRANSIENT)
        return SCHEDULE_NEVER;
    if (class == CLASS_TRANSIENT && attempts < SCHEDULE_ATTEMPTS)
        used_up = false;
    if (used_up || attempts >= SCHEDULE_MAX_ATTEMPTS)
        return SCHEDULE_NEVER;
    if (class == CLASS_RATE)
        wait = rate_wait(attempts, wait, retry_after_ms);
    wait = at_least(wait, at_most(retry_after_ms, MS_DAY));
    /* Up to a fifth more: wait · 20 % · random / 2³². */
    return wait +
           (int64_t)((uint64_t)(wait * SCHEDULE_JITTER / 100) * random >> 32);
}
