#include "feeds/poll.h"

#include "base/err.h"

static const char *const state_names[] = {
#define X(name, to) [POLL_##name] = #name,
    POLL_STATES(X)
#undef X
};

static const unsigned state_may_become[] = {
#define X(name, to) [POLL_##name] = (to),
    POLL_STATES(X)
#undef X
};

enum { STATE_COUNT = sizeof(state_names) / sizeof(state_names[0]) };

const char *
poll_state_name(enum poll_state state)
{
    return (unsigned)state < STATE_COUNT ? state_names[state] : "UNKNOWN";
}

/* Double with each failure, from the interval up to the ceiling; a source
 * that is polled more seldom than the ceiling keeps its interval. */
static int64_t
backoff_ms(const struct poll *poll)
{
    uint32_t n = poll->failures < 16 ? poll->failures : 16;
    int64_t wait = poll->interval_ms > 0 ? poll->interval_ms : 1;

    if (wait >= POLL_FAILURE_CEILING_MS)
        return wait;
    for (; n > 0 && wait < POLL_FAILURE_CEILING_MS; n--)
        wait *= 2;
    return wait < POLL_FAILURE_CEILING_MS ? wait : POLL_FAILURE_CEILING_MS;
}

/* A wish of the server's, within reason. */
static int64_t
wish_ms(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms < POLL_RETRY_AFTER_MAX_MS ? ms : POLL_RETRY_AFTER_MAX_MS;
}

static int64_t
later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Jitter only ever adds, so that no wish of the server's is undercut. */
static int64_t
jitter_ms(int64_t wait, uint32_t random)
{
    int64_t span = wait / 100 * POLL_JITTER_PERCENT;

    return span > 0 ? (int64_t)(random % (uint64_t)(span + 1)) : 0;
}

static struct wall
wall_after(struct wall now, int64_t wait)
{
    struct wall t;

    if (__builtin_add_overflow(now.ms, wait, &t.ms))
        t.ms = INT64_MAX;
    return t;
}

static int
poll_set_state(struct poll *poll, enum poll_state state)
{
    if (!(state_may_become[poll->state] & (1u << state)))
        return E_STATE;
    poll->state = state;
    return 0;
}

static int
poll_succeed(
    struct poll *poll, const struct poll_answer *answer, struct wall now)
{
    int64_t wait = poll->interval_ms > 0 ? poll->interval_ms : 1;
    int err = poll_set_state(poll, POLL_IDLE);

    if (err)
        return err;
    poll->failures = 0;
    /* An unchanged body never reached the parser: it proves nothing about
     * the document that killed one. */
    if (answer->event == POLL_EVENT_ITEMS)
        poll->deaths = 0;
    wait += jitter_ms(wait, answer->random);
    wait = later(wait, wish_ms(answer->min_wait_ms));
    wait = later(wait, wish_ms(answer->retry_after_ms));
    poll->next = wall_after(now, wait);
    return 0;
}

static int
poll_fail(struct poll *poll, const struct poll_answer *answer, struct wall now)
{
    bool died = answer->event == POLL_EVENT_DIED;
    bool enough = died && poll->deaths + 1 >= POLL_DEATHS_TO_QUARANTINE;
    int err = poll_set_state(poll, enough ? POLL_QUARANTINED : POLL_BACKOFF);
    int64_t wait, ceiling;

    if (err)
        return err;
    wait = backoff_ms(poll); /* before counting: the first waits once */
    if (poll->failures < UINT32_MAX)
        poll->failures++;
    if (died && poll->deaths < UINT32_MAX)
        poll->deaths++;
    ceiling = later(POLL_FAILURE_CEILING_MS, poll->interval_ms);
    if (enough)
        wait = ceiling;
    wait += jitter_ms(wait, answer->random);
    wait = wait < ceiling ? wait : ceiling;
    wait = later(wait, wish_ms(answer->retry_after_ms));
    poll->next = wall_after(now, wait);
    return 0;
}

int
poll_apply(struct poll *poll, const struct poll_answer *answer, struct wall now)
{
    int err;

    if ((unsigned)poll->state >= STATE_COUNT)
        return E_STATE;
    switch (answer->event) {
    case POLL_EVENT_DUE:
        /* Only an operator's probe wakes a source that has stopped. */
        if (poll->state == POLL_STOPPED)
            return E_STATE;
        return poll_set_state(poll, POLL_DUE);
    case POLL_EVENT_PROBE:
        err = poll_set_state(poll, POLL_DUE);
        if (!err)
            poll->next = now;
        return err;
    case POLL_EVENT_SENT:
        return poll_set_state(poll, POLL_FETCHING);
    case POLL_EVENT_UNCHANGED:
    case POLL_EVENT_ITEMS:
        return poll_succeed(poll, answer, now);
    case POLL_EVENT_FAILED:
    case POLL_EVENT_DIED:
        return poll_fail(poll, answer, now);
    case POLL_EVENT_GONE:
        if (poll->state != POLL_FETCHING)
            return E_STATE;
        return poll_set_state(poll, POLL_STOPPED);
    case POLL_EVENT_REMOVED:
        return poll_set_state(poll, POLL_STOPPED);
    default:
        return E_STATE;
    }
}
