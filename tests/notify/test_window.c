/*
 * window: against a receiver that counts arrivals, whatever the delays; places
 * that are kept; restarts.
 */
#include "check.h"
#include "notify/window.h"

enum { MAX_ARRIVALS = 20000 };

static uint32_t seed;

static uint32_t
chance(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Under way: when it arrives, and when we hear of it. */
struct call {
    int64_t arrives, ends;
    bool seen;
};

static int64_t arrivals[MAX_ARRIVALS];
static size_t narrivals;

static void
arrive(int64_t at)
{
    size_t i = narrivals++;

    assert_true(narrivals < MAX_ARRIVALS);
    for (; i > 0 && arrivals[i - 1] > at; i--)
        arrivals[i] = arrivals[i - 1];
    arrivals[i] = at;
}

/* The most that any minute of the receiver's saw. */
static size_t
worst(void)
{
    size_t most = 0, first = 0;

    for (size_t i = 0; i < narrivals; i++) {
        while (arrivals[i] - arrivals[first] >= MS_MINUTE)
            first++;
        if (i - first + 1 > most)
            most = i - first + 1;
    }
    return most;
}

/* An hour of as much as the window lets through, each call with delays of its
 * own, and now and then a restart that only knows what ended. */
static void
run(unsigned limit, unsigned reserve, bool restarts)
{
    struct window window;
    struct call calls[8];
    struct mono past[MAX_ARRIVALS];
    size_t ncalls = 0, npast = 0;

    narrivals = 0;
    assert_int_equal(window_init(&window, limit, reserve, 0), 0);
    for (int64_t t = 1; t < MS_HOUR; t += 20) {
        struct mono now = {t};

        for (size_t i = ncalls; i-- > 0;) {
            if (calls[i].ends > t)
                continue;
            window_end(&window, now);
            past[npast++] = now;
            calls[i] = calls[--ncalls];
        }
        if (restarts && chance(400) == 0) {
            window_done(&window);
            assert_int_equal(window_init(&window, limit, reserve, 0), 0);
            /* What was under way has ended now, for all that is known. */
            for (size_t i = npast > 600 ? npast - 600 : 0; i < npast; i++)
                window_past(&window, past[i]);
            for (; ncalls > 0; ncalls--) {
                window_past(&window, now);
                past[npast++] = now;
            }
        }
        while (ncalls < 8 && window_room(&window, chance(2) == 0, now) > 0) {
            struct call *call = &calls[ncalls++];

            call->arrives = t + chance(3000);
            call->ends = call->arrives + chance(3000) + 1;
            if (restarts && call->arrives > t)
                call->arrives = t; /* it would be lost with us */
            arrive(call->arrives);
            window_send(&window, now);
        }
    }
    assert_true(worst() <= limit);
    assert_true(narrivals > (size_t)limit * 50);
    window_done(&window);
}

static void
test_no_minute_sees_more(void **state)
{
    (void)state;
    seed = 1;
    run(20, 2, false);
    run(1, 0, false);
    run(100, 10, false);
    run(7, 3, false);
}

static void
test_nor_after_restarts(void **state)
{
    (void)state;
    seed = 2;
    run(20, 2, true);
    run(5, 1, true);
}

static void
test_places_are_kept(void **state)
{
    struct window window;
    struct mono now = {1000};

    (void)state;
    assert_int_equal(window_init(&window, 20, 2, 0), 0);
    assert_int_equal(window_room(&window, false, now), 18);
    assert_int_equal(window_room(&window, true, now), 20);
    for (int i = 0; i < 18; i++)
        window_send(&window, now);
    assert_int_equal(window_room(&window, false, now), 0);
    assert_int_equal(window_room(&window, true, now), 2);
    assert_true(window_wait(&window, false, now) == WINDOW_FULL);
    assert_int_equal(window_wait(&window, true, now), 0);
    for (int i = 0; i < 18; i++)
        window_end(&window, now);
    assert_int_equal(
        window_wait(&window, false, now), WINDOW_MS + WINDOW_MARGIN_MS);
    now.ms += WINDOW_MS + WINDOW_MARGIN_MS;
    assert_int_equal(window_room(&window, false, now), 18);
    window_done(&window);
}

static void
test_gaps_and_none(void **state)
{
    struct window window;
    struct mono now = {1000};

    (void)state;
    assert_int_equal(window_init(&window, 0, 0, 200), 0);
    assert_int_equal(window_room(&window, false, now), 1);
    window_send(&window, now);
    assert_int_equal(window_room(&window, true, now), 0);
    now.ms += 50;
    window_end(&window, now);
    assert_int_equal(window_room(&window, true, now), 0);
    assert_int_equal(window_wait(&window, true, now), 200);
    now.ms += 200;
    assert_int_equal(window_room(&window, true, now), 1);
    window_done(&window);
    assert_int_equal(window_init(&window, 0, 0, 0), 0);
    window_send(&window, now);
    assert_true(window_room(&window, false, now) == SIZE_MAX);
    assert_int_equal(window_wait(&window, false, now), 0);
    window_done(&window);
    /* A reserve never takes the last place. */
    assert_int_equal(window_init(&window, 1, 5, 0), 0);
    assert_int_equal(window_room(&window, false, now), 1);
    window_done(&window);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_minute_sees_more),
        cmocka_unit_test(test_nor_after_restarts),
        cmocka_unit_test(test_places_are_kept),
        cmocka_unit_test(test_gaps_and_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
