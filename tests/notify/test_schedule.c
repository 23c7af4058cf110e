/*
 * schedule: the waits of the specification, what lengthens them, and when it
 * gives up.
 */
#include "check.h"
#include "notify/schedule.h"

static int64_t
wait_of(unsigned attempts, enum delivery_class class, int64_t retry_after_ms)
{
    return schedule_wait(attempts, class, retry_after_ms, 0, 0);
}

static void
test_specification(void **state)
{
    static const int64_t seconds[] = {5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600,
        10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600};
    int64_t total = 0;

    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        assert_int_equal(wait_of(i + 1, CLASS_TRANSIENT, 0), seconds[i] * 1000);
        total += seconds[i];
    }
    assert_true(total * 1000 >= SCHEDULE_LENGTH_MS);
}

/* A message that fails every time: ten attempts over three days, then dead. */
static void
test_whole_run(void **state)
{
    (void)state;
    for (uint64_t random = 0; random <= UINT32_MAX; random += UINT32_MAX / 7) {
        int64_t age = 0;
        unsigned attempts = 0;
        int64_t wait = 0;

        while (wait != SCHEDULE_NEVER && attempts < 100) {
            age += wait;
            attempts++;
            wait = schedule_wait(
                attempts, CLASS_TRANSIENT, 0, age, (uint32_t)random);
        }
        assert_int_equal(attempts, SCHEDULE_ATTEMPTS);
        assert_in_range(age, INT64_C(75) * MS_HOUR, INT64_C(92) * MS_HOUR);
    }
}

static void
test_jitter(void **state)
{
    (void)state;
    assert_int_equal(schedule_wait(2, CLASS_TRANSIENT, 0, 0, 0), 5 * MS_MINUTE);
    assert_in_range(schedule_wait(2, CLASS_TRANSIENT, 0, 0, UINT32_MAX),
        6 * MS_MINUTE - 2, 6 * MS_MINUTE);
    assert_in_range(schedule_wait(2, CLASS_TRANSIENT, 0, 0, 1u << 31),
        5 * MS_MINUTE + 29 * MS_SECOND, 5 * MS_MINUTE + 31 * MS_SECOND);
}

static void
test_retry_after(void **state)
{
    (void)state;
    assert_int_equal(wait_of(1, CLASS_TRANSIENT, 7000), 7000);
    assert_int_equal(wait_of(2, CLASS_TRANSIENT, 7000), 5 * MS_MINUTE);
    assert_int_equal(
        wait_of(1, CLASS_TRANSIENT, INT64_C(400) * MS_DAY), MS_DAY);
    assert_true(schedule_wait(1, CLASS_RATE, 7000, 0, UINT32_MAX) >= 7000);
}

static void
test_rate(void **state)
{
    (void)state;
    assert_int_equal(wait_of(1, CLASS_RATE, 0), MS_MINUTE);
    assert_int_equal(wait_of(1, CLASS_RATE, 7000), 7000);
    assert_int_equal(wait_of(3, CLASS_RATE, 7000), 7000);
    assert_int_equal(wait_of(4, CLASS_RATE, 7000), 14000);
    assert_int_equal(wait_of(40, CLASS_RATE, 7000), SCHEDULE_RATE_CEILING_MS);
    assert_int_equal(wait_of(9, CLASS_RATE, MS_HOUR), MS_HOUR);
    /* not by attempts, but by hours */
    assert_true(schedule_wait(50, CLASS_RATE, 0, MS_DAY, 0) != SCHEDULE_NEVER);
    assert_true(schedule_wait(50, CLASS_RATE, 0, SCHEDULE_LENGTH_MS, 0) ==
                SCHEDULE_NEVER);
}

static void
test_giving_up(void **state)
{
    (void)state;
    assert_true(wait_of(1, CLASS_DELIVERED, 0) == SCHEDULE_NEVER);
    /* where nobody is, it is tried once an hour, as long as the schedule is */
    assert_true(wait_of(1, CLASS_DEAD_TARGET, 0) == SCHEDULE_PROBE_MS);
    assert_true(wait_of(9, CLASS_DEAD_TARGET, 0) == SCHEDULE_PROBE_MS);
    assert_true(wait_of(1, CLASS_BAD_PAYLOAD, 0) == SCHEDULE_NEVER);
    assert_true(wait_of(1, CLASS_GONE, 5) == SCHEDULE_NEVER);
    /* many attempts in little time are not the end: some were RATE */
    assert_int_equal(schedule_wait(15, CLASS_TRANSIENT, 0, MS_HOUR, 0), MS_DAY);
    /* few attempts in long time are not the end: the house was off */
    assert_int_equal(
        schedule_wait(3, CLASS_TRANSIENT, 0, INT64_C(30) * MS_DAY, 0),
        30 * MS_MINUTE);
    /* a clock that went back does not make it endless */
    assert_true(schedule_wait(SCHEDULE_MAX_ATTEMPTS, CLASS_TRANSIENT, 0,
                    -MS_DAY, 0) == SCHEDULE_NEVER);
    assert_true(schedule_wait(SCHEDULE_MAX_ATTEMPTS, CLASS_RATE, 0, 0, 0) ==
                SCHEDULE_NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification),
        cmocka_unit_test(test_whole_run),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_giving_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
