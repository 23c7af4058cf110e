/*
 * bucket: what flows back is counted in thousandths of a token, so that slow
 * rates (20 an hour) lose nothing to rounding when asked often.
 */
#include "net/bucket.h"

enum { BUCKET_MILLI = 1000 };

void
bucket_init(struct bucket *bucket, int64_t rate_per_hour, int64_t burst,
    struct mono now)
{
    *bucket = (struct bucket){
        .rate_per_hour = rate_per_hour,
        .burst = burst,
        .millitokens = burst * BUCKET_MILLI,
        .filled = now,
    };
}

/* What it holds at now; *ret_used is the part of the time that whole
 * millitokens account for. */
static int64_t
held(const struct bucket *bucket, struct mono now, int64_t *ret_used)
{
    int64_t full = bucket->burst * BUCKET_MILLI;
    int64_t passed = now.ms - bucket->filled.ms;
    int64_t back;

    *ret_used = 0;
    if (passed <= 0 || bucket->rate_per_hour <= 0)
        return bucket->millitokens;
    if (passed > MS_DAY) {
        /* Keep the product small; a day and a burst fill any bucket that
         * makes sense, and the rest is added on the next call. */
        passed = MS_DAY;
    }
    back = passed * bucket->rate_per_hour / (MS_HOUR / BUCKET_MILLI);
    *ret_used = back * (MS_HOUR / BUCKET_MILLI) / bucket->rate_per_hour;
    if (back >= full - bucket->millitokens) {
        *ret_used = now.ms - bucket->filled.ms;
        return full;
    }
    return bucket->millitokens + back;
}

bool
bucket_take(struct bucket *bucket, int64_t n, struct mono now)
{
    int64_t used;
    int64_t have = held(bucket, now, &used);

    bucket->millitokens = have;
    bucket->filled.ms += used;
    if (have < n * BUCKET_MILLI)
        return false;
    bucket->millitokens -= n * BUCKET_MILLI;
    return true;
}

int64_t
bucket_wait(const struct bucket *bucket, int64_t n, struct mono now)
{
    int64_t used;
    int64_t missing = n * BUCKET_MILLI - held(bucket, now, &used);
    int64_t unit = MS_HOUR / BUCKET_MILLI;
    int64_t since = now.ms - bucket->filled.ms - used;
    int64_t wait;

    if (missing <= 0)
        return 0;
    if (n > bucket->burst || bucket->rate_per_hour <= 0)
        return BUCKET_NEVER;
    wait = (missing * unit + bucket->rate_per_hour - 1) / bucket->rate_per_hour;
    wait -= since > 0 ? since : 0;
    return wait > 0 ? wait : 1;
}
