/* test_schedule: the heap against a plain search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/schedule.h"

enum { SOURCES = 200, STEPS = 50000 };

static uint32_t
next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void
test_first_is_the_earliest(void **state)
{
    struct schedule *schedule;
    int64_t due[SOURCES];
    uint32_t random = 7;

    (void)state;
    assert_int_equal(schedule_new(SOURCES, &schedule), 0);
    for (size_t i = 0; i < SOURCES; i++)
        due[i] = -1;
    for (int step = 0; step < STEPS; step++) {
        uint32_t source = next_random(&random) % SOURCES, first;
        int64_t least = INT64_MAX;
        struct wall at;
        size_t n = 0;

        if (next_random(&random) % 4 == 0) {
            schedule_remove(schedule, source);
            due[source] = -1;
        } else {
            due[source] = next_random(&random) % 1000;
            schedule_set(schedule, source, (struct wall){due[source]});
        }
        for (size_t i = 0; i < SOURCES; i++) {
            if (due[i] < 0)
                continue;
            n++;
            if (due[i] < least)
                least = due[i];
        }
        assert_int_equal(schedule_count(schedule), n);
        assert_int_equal(schedule_first(schedule, &first, &at), n > 0);
        if (n > 0) {
            assert_int_equal(at.ms, least);
            assert_int_equal(due[first], least);
        }
    }
    schedule_free(schedule);
}

static void
test_unknown_sources_are_ignored(void **state)
{
    struct schedule *schedule;
    struct wall at;
    uint32_t first;

    (void)state;
    assert_int_equal(schedule_new(2, &schedule), 0);
    schedule_set(schedule, 2, (struct wall){1});
    schedule_remove(schedule, 99);
    schedule_remove(schedule, 0);
    assert_false(schedule_first(schedule, &first, &at));
    schedule_free(schedule);
    schedule_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_is_the_earliest),
        cmocka_unit_test(test_unknown_sources_are_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
