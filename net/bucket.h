/*
 * bucket: a token bucket: so many per hour, with a burst.
 *
 * It reads no clock and allocates nothing; a clock that stands still or goes
 * back gives no tokens.
 */
#ifndef TOCSIN_NET_BUCKET_H
#define TOCSIN_NET_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* What bucket_wait says when the tokens will never be there. */
#define BUCKET_NEVER INT64_MAX

struct bucket {
    int64_t rate_per_hour; /* tokens that come back in an hour, ≤ 10^9 */
    int64_t burst;         /* tokens it can hold, ≤ 10^9 */
    int64_t millitokens;   /* held at filled, in thousandths */
    struct mono filled;    /* up to when what came back has been added */
};

/* A full bucket. */
void bucket_init(struct bucket *bucket, int64_t rate_per_hour, int64_t burst,
    struct mono now);
/* Take n tokens; false, and nothing taken, when there are fewer. */
bool bucket_take(struct bucket *bucket, int64_t n, struct mono now);
/* Milliseconds until n tokens will be there; 0 when they are, BUCKET_NEVER
 * when n is more than it can hold or nothing flows back. */
int64_t bucket_wait(const struct bucket *bucket, int64_t n, struct mono now);

#endif
