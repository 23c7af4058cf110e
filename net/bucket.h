/*
 * bucket: a token bucket: so many per period, with a burst.
 */
#ifndef TOCSIN_NET_BUCKET_H
#define TOCSIN_NET_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct bucket {
    int64_t rate_per_hour; /* tokens that come back in an hour */
    int64_t burst;         /* tokens it can hold */
    int64_t millitokens;   /* held now, in thousandths */
    struct mono filled;    /* when it was last filled */
};

/* A full bucket. */
void bucket_init(struct bucket *bucket, int64_t rate_per_hour, int64_t burst,
    struct mono now);
/* Take n tokens; false, and nothing taken, when there are fewer. */
bool bucket_take(struct bucket *bucket, int64_t n, struct mono now);
/* Milliseconds until n tokens will be there; 0 when they are. */
int64_t bucket_wait(const struct bucket *bucket, int64_t n, struct mono now);

#endif
