/* Every pair of state and event, and months of answers at random. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/err.h"
#include "feeds/poll.h"

enum { STATES = POLL_STOPPED + 1, EVENTS = POLL_EVENT_PROBE + 1 };

static const struct wall now = {1780000000000};

static struct poll
poll_in(enum poll_state state)
{
    return (struct poll){.state = state, .interval_ms = 5 * MS_MINUTE};
}

/* What follows, or -1 where the event means nothing.  Written from the
 * header, not from the code. */
static const int follows[STATES][EVENTS] = {
    /*                DUE       SENT           UNCHANGED  ITEMS      FAILED
     *                DIED          GONE          REMOVED       PROBE */
    [POLL_IDLE] = {POLL_DUE, -1, -1, -1, -1, -1, -1, POLL_STOPPED, POLL_DUE},
    [POLL_DUE] = {-1, POLL_FETCHING, -1, -1, -1, -1, -1, POLL_STOPPED, -1},
    [POLL_FETCHING] = {-1, -1, POLL_IDLE, POLL_IDLE, POLL_BACKOFF, POLL_BACKOFF,
        POLL_STOPPED, POLL_STOPPED, -1},
    [POLL_BACKOFF] = {POLL_DUE, -1, -1, -1, -1, -1, -1, POLL_STOPPED, POLL_DUE},
    [POLL_QUARANTINED] = {POLL_DUE, -1, -1, -1, -1, -1, -1, POLL_STOPPED,
        POLL_DUE},
    [POLL_STOPPED] = {-1, -1, -1, -1, -1, -1, -1, -1, POLL_DUE},
};

static void
test_every_pair(void **state)
{
    (void)state;
    for (int s = 0; s < STATES; s++)
        for (int e = 0; e < EVENTS; e++) {
            struct poll poll = poll_in((enum poll_state)s), before = poll;
            struct poll_answer answer = {.event = (enum poll_event)e};
            int err = poll_apply(&poll, &answer, now);

            if (follows[s][e] >= 0) {
                assert_int_equal(err, 0);
                assert_int_equal((int)poll.state, follows[s][e]);
            } else {
                assert_int_equal(err, E_STATE);
                assert_memory_equal(&poll, &before, sizeof poll);
            }
        }
}

static void
test_unknown_values(void **state)
{
    struct poll poll = poll_in((enum poll_state)99);
    struct poll_answer answer = {.event = POLL_EVENT_DUE};

    (void)state;
    assert_int_equal(poll_apply(&poll, &answer, now), E_STATE);
    poll = poll_in(POLL_IDLE);
    answer.event = (enum poll_event)99;
    assert_int_equal(poll_apply(&poll, &answer, now), E_STATE);
    assert_string_equal(poll_state_name(POLL_QUARANTINED), "QUARANTINED");
    assert_string_equal(poll_state_name((enum poll_state)99), "UNKNOWN");
}

static int64_t
wait_after(struct poll *poll, struct poll_answer answer)
{
    poll->state = POLL_FETCHING;
    assert_int_equal(poll_apply(poll, &answer, now), 0);
    return poll->next.ms - now.ms;
}

static void
test_backoff_doubles_to_the_ceiling(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer failed = {.event = POLL_EVENT_FAILED};
    int64_t expected = 5 * MS_MINUTE;

    (void)state;
    for (int i = 0; i < 40; i++) {
        assert_int_equal(wait_after(&poll, failed), expected);
        assert_int_equal(poll.failures, i + 1);
        expected *= 2;
        if (expected > POLL_FAILURE_CEILING_MS)
            expected = POLL_FAILURE_CEILING_MS;
    }
    assert_int_equal(
        wait_after(&poll, (struct poll_answer){.event = POLL_EVENT_UNCHANGED}),
        5 * MS_MINUTE);
    assert_int_equal(poll.failures, 0);
}

static void
test_jitter_stays_below_the_ceiling(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer failed = {.event = POLL_EVENT_FAILED};

    (void)state;
    poll.failures = 20;
    for (uint32_t random = 1; random < 100000000; random += 9999991) {
        failed.random = random;
        assert_int_equal(wait_after(&poll, failed), POLL_FAILURE_CEILING_MS);
    }
}

static void
test_server_wishes(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer answer = {.event = POLL_EVENT_FAILED};

    (void)state;
    answer.retry_after_ms = 3 * MS_HOUR;
    assert_int_equal(wait_after(&poll, answer), 3 * MS_HOUR);
    answer.retry_after_ms = INT64_MAX;
    assert_int_equal(wait_after(&poll, answer), POLL_RETRY_AFTER_MAX_MS);
    answer.event = POLL_EVENT_ITEMS;
    answer.retry_after_ms = -5;
    answer.fresh_ms = MS_HOUR;
    assert_int_equal(wait_after(&poll, answer), MS_HOUR);
    assert_int_equal(poll.why, POLL_WHY_FRESH);
    /* Jitter never undercuts a wish, nor does it add to one that is longer. */
    answer.random = UINT32_MAX;
    assert_true(wait_after(&poll, answer) >= MS_HOUR);
    answer.fresh_ms = 0;
    for (uint32_t random = 0; random < 1000000; random += 9973) {
        answer.random = random;
        assert_in_range(wait_after(&poll, answer), 5 * MS_MINUTE,
            5 * MS_MINUTE + 5 * MS_MINUTE / POLL_JITTER_PERCENT);
    }
}

/* Each wish has its own bound, and the longest of them is the reason. */
static void
test_wishes_are_bounded(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer answer = {.event = POLL_EVENT_ITEMS};

    (void)state;
    assert_int_equal(wait_after(&poll, answer), 5 * MS_MINUTE);
    assert_int_equal(poll.why, POLL_WHY_INTERVAL);
    answer.fresh_ms = 365LL * MS_DAY;
    assert_int_equal(wait_after(&poll, answer), POLL_FRESH_MAX_MS);
    assert_int_equal(poll.why, POLL_WHY_FRESH);
    answer.ttl_ms = 2 * MS_HOUR;
    assert_int_equal(wait_after(&poll, answer), 2 * MS_HOUR);
    assert_int_equal(poll.why, POLL_WHY_TTL);
    answer.ttl_ms = INT64_MAX;
    assert_int_equal(wait_after(&poll, answer), POLL_TTL_MAX_MS);
    answer.retry_after_ms = 5 * MS_HOUR;
    assert_int_equal(wait_after(&poll, answer), 5 * MS_HOUR);
    assert_int_equal(poll.why, POLL_WHY_RETRY_AFTER);
    /* A wish shorter than the wait changes nothing. */
    answer = (struct poll_answer){.event = POLL_EVENT_UNCHANGED,
        .wait_ms = 3 * MS_HOUR,
        .wait_why = POLL_WHY_RHYTHM,
        .fresh_ms = MS_HOUR,
        .ttl_ms = MS_HOUR,
        .random = UINT32_MAX};
    assert_int_equal(wait_after(&poll, answer), 3 * MS_HOUR);
    assert_int_equal(poll.why, POLL_WHY_RHYTHM);
    answer.event = POLL_EVENT_FAILED;
    assert_true(wait_after(&poll, answer) < MS_HOUR);
    assert_int_equal(poll.why, POLL_WHY_BACKOFF);
    assert_string_equal(poll_why_name(POLL_WHY_RETRY_AFTER), "retry-after");
    assert_string_equal(poll_why_name((enum poll_why)99), "soon");
}

/* now is Thursday 2026-05-28 20:26:40 UTC. */
static void
test_skipped_hours_and_days(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer answer = {.event = POLL_EVENT_ITEMS};
    const int64_t to_21 = (33 * 60 + 20) * MS_SECOND;

    (void)state;
    answer.skip_hours = 1u << 20;
    assert_int_equal(wait_after(&poll, answer), to_21);
    assert_int_equal(poll.why, POLL_WHY_SKIP);
    answer.skip_hours = 1u << 20 | 1u << 21 | 1u << 22;
    assert_int_equal(wait_after(&poll, answer), to_21 + 2 * MS_HOUR);
    answer.skip_hours = 1u << 19 | 1u << 21; /* not the one at hand */
    assert_int_equal(wait_after(&poll, answer), 5 * MS_MINUTE);
    assert_int_equal(poll.why, POLL_WHY_INTERVAL);
    answer.skip_hours = 0xffffff; /* all of them: nonsense */
    assert_int_equal(wait_after(&poll, answer), 5 * MS_MINUTE);
    answer.skip_hours = 0xffffff & ~(1u << 18); /* 22 h to go: too long */
    assert_int_equal(wait_after(&poll, answer), POLL_SKIP_MAX_MS);
    answer.skip_hours = 0;
    answer.skip_days = 1u << 3; /* the rest of Thursday */
    assert_int_equal(wait_after(&poll, answer), to_21 + 3 * MS_HOUR);
    answer.skip_days = 1u << 3 | 1u << 4;
    assert_int_equal(wait_after(&poll, answer), POLL_SKIP_MAX_MS);
    answer.skip_days = 1u << 4; /* not yet */
    assert_int_equal(wait_after(&poll, answer), 5 * MS_MINUTE);
    answer.skip_days = 0x7f;
    assert_int_equal(wait_after(&poll, answer), 5 * MS_MINUTE);
}

static void
test_quarantine_after_three_deaths(void **state)
{
    struct poll poll = poll_in(POLL_FETCHING);
    struct poll_answer died = {.event = POLL_EVENT_DIED};

    (void)state;
    wait_after(&poll, died);
    assert_int_equal(poll.state, POLL_BACKOFF);
    wait_after(&poll, died);
    assert_int_equal(poll.state, POLL_BACKOFF);
    /* The same body again says nothing about the parser. */
    wait_after(&poll, (struct poll_answer){.event = POLL_EVENT_UNCHANGED});
    assert_int_equal(poll.deaths, 2);
    assert_int_equal(wait_after(&poll, died), POLL_FAILURE_CEILING_MS);
    assert_int_equal(poll.state, POLL_QUARANTINED);
    assert_int_equal(wait_after(&poll, died), POLL_FAILURE_CEILING_MS);
    assert_int_equal(poll.state, POLL_QUARANTINED);
    wait_after(&poll, (struct poll_answer){.event = POLL_EVENT_ITEMS});
    assert_int_equal(poll.state, POLL_IDLE);
    assert_int_equal(poll.deaths, 0);
}

static uint32_t
next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed;
}

/* Whatever comes: a state of the table, a next time that is neither in the
 * past nor beyond the longest wait there is, and never a full stop but for
 * 410 and removal. */
static void
test_random_walk(void **state)
{
    struct poll poll = poll_in(POLL_IDLE);
    struct wall t = now;
    uint32_t seed = 7;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct poll_answer answer = {
            .event = (enum poll_event)(next_random(&seed) >> 16) % EVENTS,
            .retry_after_ms = (int64_t)next_random(&seed) - INT32_MAX,
            .fresh_ms = (int64_t)next_random(&seed) - INT32_MAX,
            .ttl_ms = (int64_t)next_random(&seed) - INT32_MAX,
            .skip_hours = next_random(&seed),
            .skip_days = (uint8_t)(next_random(&seed) >> 24),
            .random = next_random(&seed)};
        enum poll_state before = poll.state;

        if (poll_apply(&poll, &answer, t))
            continue;
        assert_true((unsigned)poll.state < STATES);
        if (poll.state == POLL_STOPPED)
            assert_true(answer.event == POLL_EVENT_GONE ||
                        answer.event == POLL_EVENT_REMOVED);
        if (before == POLL_FETCHING && poll.state != POLL_STOPPED)
            assert_in_range(poll.next.ms - t.ms, 1, POLL_RETRY_AFTER_MAX_MS);
        t.ms += MS_MINUTE;
    }
}

static void
test_strange_intervals(void **state)
{
    struct poll poll = {.state = POLL_FETCHING, .interval_ms = -1};
    struct poll_answer failed = {.event = POLL_EVENT_FAILED};

    (void)state;
    assert_true(wait_after(&poll, failed) >= 1);
    poll = (struct poll){.interval_ms = 7 * (int64_t)MS_DAY};
    assert_int_equal(wait_after(&poll, failed), 7 * (int64_t)MS_DAY);
    poll.state = POLL_FETCHING;
    assert_int_equal(
        poll_apply(&poll, &failed, (struct wall){INT64_MAX - 5}), 0);
    assert_int_equal(poll.next.ms, INT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_unknown_values),
        cmocka_unit_test(test_backoff_doubles_to_the_ceiling),
        cmocka_unit_test(test_jitter_stays_below_the_ceiling),
        cmocka_unit_test(test_server_wishes),
        cmocka_unit_test(test_wishes_are_bounded),
        cmocka_unit_test(test_skipped_hours_and_days),
        cmocka_unit_test(test_quarantine_after_three_deaths),
        cmocka_unit_test(test_random_walk),
        cmocka_unit_test(test_strange_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
