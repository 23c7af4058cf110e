/*
 * bucket: tokens come back at the rate, never above the burst, and the clock
 * may stand still or go back.
 */

#include "check.h"
#include "net/bucket.h"

static struct mono
at(int64_t ms)
{
    return (struct mono){ms};
}

static void
test_full_at_birth(void **state)
{
    struct bucket b;

    (void)state;
    bucket_init(&b, 1200, 20, at(1000));
    for (int i = 0; i < 20; i++)
        assert_true(bucket_take(&b, 1, at(1000)));
    assert_false(bucket_take(&b, 1, at(1000)));
    assert_int_equal(bucket_wait(&b, 1, at(1000)), 3000);
}

static void
test_comes_back(void **state)
{
    struct bucket b;

    (void)state;
    bucket_init(&b, 1200, 20, at(0)); /* one in 3 s */
    assert_true(bucket_take(&b, 20, at(0)));
    assert_false(bucket_take(&b, 1, at(2999)));
    assert_int_equal(bucket_wait(&b, 1, at(2999)), 1);
    assert_true(bucket_take(&b, 1, at(3000)));
    assert_false(bucket_take(&b, 1, at(3001)));
    assert_true(bucket_take(&b, 20, at(3000 + 60000)));
}

/* Asking often must not lose the fractions between. */
static void
test_asked_often(void **state)
{
    struct bucket b;
    int taken = 0;

    (void)state;
    bucket_init(&b, 7, 1, at(0)); /* one in 514 285.7 ms */
    assert_true(bucket_take(&b, 1, at(0)));
    for (int64_t ms = 1; ms <= MS_HOUR; ms++)
        taken += bucket_take(&b, 1, at(ms));
    assert_in_range(taken, 6, 7);
}

static void
test_wait_is_exact(void **state)
{
    (void)state;
    for (int64_t rate = 1; rate < 5000; rate += 37) {
        struct bucket b;
        int64_t wait;

        bucket_init(&b, rate, 3, at(5));
        assert_true(bucket_take(&b, 3, at(5)));
        wait = bucket_wait(&b, 2, at(5));
        assert_false(bucket_take(&b, 2, at(5 + wait - 2)));
        assert_true(bucket_take(&b, 2, at(5 + wait)));
    }
}

static void
test_never(void **state)
{
    struct bucket b;

    (void)state;
    bucket_init(&b, 10, 5, at(0));
    assert_true(bucket_wait(&b, 6, at(0)) == BUCKET_NEVER);
    assert_false(bucket_take(&b, 6, at(MS_DAY)));
    bucket_init(&b, 0, 1, at(0));
    assert_true(bucket_take(&b, 1, at(0)));
    assert_true(bucket_wait(&b, 1, at(MS_DAY)) == BUCKET_NEVER);
}

static void
test_clock_goes_back(void **state)
{
    struct bucket b;

    (void)state;
    bucket_init(&b, 3600, 1, at(100000));
    assert_true(bucket_take(&b, 1, at(100000)));
    assert_false(bucket_take(&b, 1, at(50000)));
    assert_true(bucket_take(&b, 1, at(101000)));
}

static void
test_long_idle(void **state)
{
    struct bucket b;

    (void)state;
    bucket_init(&b, 1000000000, 1000000000, at(0));
    assert_true(bucket_take(&b, 1000000000, at(0)));
    assert_true(bucket_take(&b, 1000000000, at(INT64_C(400) * MS_DAY)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_at_birth),
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_asked_often),
        cmocka_unit_test(test_wait_is_exact),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_clock_goes_back),
        cmocka_unit_test(test_long_idle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
