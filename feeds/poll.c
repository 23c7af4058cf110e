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

const char *
poll_why_name(enum poll_why why)
{
    static const char *const names[] = {
#define X(id, name) [POLL_WHY_##id] = (name),
        POLL_WHYS(X)
#undef X
    };

    return (unsigned)why < sizeof(names) / sizeof(names[0]) ? names[why]
                                                            : "soon";
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
wish_ms(int64_t ms, int64_t max)
{
    if (ms < 0)
        return 0;
    return ms < max ? ms : max;
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

/* A wait so far, and what made it so long. */
struct wait {
    int64_t ms;
    enum poll_why why;
};

static void
wait_at_least(struct wait *wait, int64_t ms, enum poll_why why)
{
    if (ms > wait->ms)
        *wait = (struct wait){ms, why};
}

static bool
is_skipped(const struct poll_answer *answer, struct wall t)
{
    enum { EPOCH_DAY = 3 }; /* 1970-01-01 was a Thursday */
    int64_t day = t.ms / MS_DAY, hour = t.ms / MS_HOUR % 24;

    if (t.ms < 0)
        return false;
    return (answer->skip_hours >> hour & 1) ||
           (answer->skip_days >> ((day + EPOCH_DAY) % 7) & 1);
}

/* On to the first hour that the feed does not ask to skip.  A feed that asks
 * to skip all of them asks for nothing. */
static void
wait_skip(struct wait *wait, const struct poll_answer *answer, struct wall now)
{
    struct wall t = wall_after(now, wait->ms);
    struct wall end = wall_after(now, POLL_SKIP_MAX_MS);

    if ((answer->skip_hours & 0xffffff) == 0xffffff ||
        (answer->skip_days & 0x7f) == 0x7f)
        return;
    while (t.ms < end.ms && is_skipped(answer, t))
        t = wall_after(t, MS_HOUR - t.ms % MS_HOUR);
    if (t.ms > end.ms)
        t = end;
    wait_at_least(wait, t.ms - now.ms, POLL_WHY_SKIP);
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
    struct wait wait = {answer->wait_ms, answer->wait_why};
    int err = poll_set_state(poll, POLL_IDLE);

    if (err)
        return err;
    poll->failures = 0;
    /* An unchanged body never reached the parser: it proves nothing about
     * the document that killed one. */
    if (answer->event == POLL_EVENT_ITEMS)
        poll->deaths = 0;
    if (wait.ms <= 0) {
        wait.ms = poll->interval_ms > 0 ? poll->interval_ms : 1;
        wait.ms += jitter_ms(wait.ms, answer->random);
        wait.why = POLL_WHY_INTERVAL;
    }
    wait_at_least(
        &wait, wish_ms(answer->fresh_ms, POLL_FRESH_MAX_MS), POLL_WHY_FRESH);
    wait_at_least(
        &wait, wish_ms(answer->ttl_ms, POLL_TTL_MAX_MS), POLL_WHY_TTL);
    wait_skip(&wait, answer, now);
    wait_at_least(&wait,
        wish_ms(answer->retry_after_ms, POLL_RETRY_AFTER_MAX_MS),
        POLL_WHY_RETRY_AFTER);
    poll->next = wall_after(now, wait.ms);
    poll->why = wait.why;
    return 0;
}

static int
poll_fail(struct poll *poll, const struct poll_answer *answer, struct wall now)
{
    bool died = answer->event == POLL_EVENT_DIED;
    bool enough = died && poll->deaths + 1 >= POLL_DEATHS_TO_QUARANTINE;
    int err = poll_set_state(poll, enough ? POLL_QUARANTINED : POLL_BACKOFF);
    struct wait wait = {.why = POLL_WHY_BACKOFF};
    int64_t ceiling;

    if (err)
        return err;
    wait.ms = backoff_ms(poll); /* before counting: the first waits once */
    if (poll->failures < UINT32_MAX)
        poll->failures++;
    if (died && poll->deaths < UINT32_MAX)
        poll->deaths++;
    ceiling = later(POLL_FAILURE_CEILING_MS, poll->interval_ms);
    if (enough)
        wait.ms = ceiling;
    wait.ms += jitter_ms(wait.ms, answer->random);
    if (wait.ms > ceiling)
        wait.ms = ceiling;
    wait_at_least(&wait,
        wish_ms(answer->retry_after_ms, POLL_RETRY_AFTER_MAX_MS),
        POLL_WHY_RETRY_AFTER);
    poll->next = wall_after(now, wait.ms);
    poll->why = wait.why;
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
        if (!err) {
            poll->next = now;
            poll->why = POLL_WHY_SOON;
        }
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
