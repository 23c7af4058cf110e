/* The rate is learnt, fades, survives being stored; silence is judged by it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "feeds/rhythm.h"

static const struct wall start = {1780243200000};

static struct wall
after_days(double days)
{
    return (struct wall){start.ms + (int64_t)(days * MS_DAY)};
}

static void
assert_within_factor(double value, double truth, double factor)
{
    if (!(value >= truth / factor && value <= truth * factor))
        fail_msg("%g is not within a factor %g of %g", value, factor, truth);
}

/* Items that were found by one poll were published together. */
static void
learn(struct rhythm *r, const struct week *week, size_t items, struct wall now)
{
    rhythm_learn(r, week, items, sqrt((double)items), now);
}

/* Polled every quarter of a day; an item whenever another gap is over. */
static double
learn_evenly(struct rhythm *r, const struct week *week, double gap, int items)
{
    double t = 0, next = gap;
    int n = 0;

    rhythm_init(r);
    learn(r, week, 3, start);
    while (n < items) {
        size_t found = 0;

        t += 0.25;
        for (; next <= t; next += gap)
            found++;
        n += (int)found;
        learn(r, week, found, after_days(t));
    }
    return t;
}

static void
test_the_first_poll_only_notes_the_time(void **state)
{
    struct rhythm r;
    struct week week;

    (void)state;
    week_even(NULL, &week);
    rhythm_init(&r);
    double before = rhythm_rate(&r);
    learn(&r, &week, 20, start);
    assert_true(rhythm_rate(&r) == before);
    assert_int_equal(r.seen, 0);
    assert_true(before > 0.1 && before < 1);
}

/* From one a month to forty a day: within a factor of two after ten items. */
static void
test_ten_items_are_enough(void **state)
{
    static const double gaps[] = {30, 14, 7, 3, 1, 0.5, 0.3};
    struct rhythm r;
    struct week week;

    (void)state;
    week_even(NULL, &week);
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        learn_evenly(&r, &week, gaps[i], 10);
        assert_within_factor(rhythm_rate(&r), 1 / gaps[i], 2);
        assert_within_factor(rhythm_items_a_week(&r), 7 / gaps[i], 2);
    }
}

static void
test_batches_are_one_event(void **state)
{
    struct rhythm single, batch;
    struct week week;

    (void)state;
    week_even(NULL, &week);
    rhythm_init(&single);
    rhythm_init(&batch);
    for (int day = 0; day < 60; day++) {
        learn(&single, &week, 1, after_days(day));
        learn(&batch, &week, 9, after_days(day));
    }
    assert_within_factor(rhythm_rate(&batch), 3 * rhythm_rate(&single), 1.1);
    assert_within_factor(
        rhythm_items_a_week(&batch), 9 * rhythm_items_a_week(&single), 1.1);
}

/* How often it is asked does not change what is learnt. */
static void
test_polls_do_not_matter(void **state)
{
    struct rhythm often, seldom;
    struct week week;

    (void)state;
    week_even(NULL, &week);
    rhythm_init(&often);
    rhythm_init(&seldom);
    learn(&often, &week, 0, start);
    learn(&seldom, &week, 0, start);
    for (int i = 1; i <= 40 * 96; i++)
        learn(&often, &week, i % 96 == 0, after_days(i / 96.0));
    for (int i = 1; i <= 40; i++)
        learn(&seldom, &week, 1, after_days(i));
    assert_within_factor(rhythm_rate(&often), rhythm_rate(&seldom), 1.02);
}

/* A source that has become busy, or quiet, is known as such soon. */
static void
test_old_news_fades(void **state)
{
    struct rhythm r;
    struct week week;
    double t, rate;

    (void)state;
    week_even(NULL, &week);
    t = learn_evenly(&r, &week, 0.25, 200);
    rate = rhythm_rate(&r);
    assert_within_factor(rate, 4, 1.2);
    for (int i = 1; i <= 2 * RHYTHM_HALF_LIFE_DAYS; i++)
        learn(&r, &week, 0, after_days(t + i));
    /* Faded to a quarter of the events, over as many days and more. */
    assert_true(rhythm_rate(&r) < rate / 3);
    for (int i = 1; i <= 400; i++)
        learn(&r, &week, 0, after_days(t + 56 + i));
    assert_true(rhythm_rate(&r) < 0.05 && rhythm_rate(&r) > 0);
}

/* The clock was set back: nothing is lost, nothing is invented. */
static void
test_time_goes_back(void **state)
{
    struct rhythm r, before;
    struct week week;

    (void)state;
    week_even(NULL, &week);
    learn_evenly(&r, &week, 1, 20);
    before = r;
    learn(&r, &week, 0, after_days(-100));
    assert_int_equal(r.at.ms, before.at.ms);
    assert_true(rhythm_rate(&r) == rhythm_rate(&before));
    learn(&r, &week, 1, after_days(-100));
    assert_true(rhythm_rate(&r) > rhythm_rate(&before));
    assert_true(isfinite(rhythm_rate(&r)));
}

static void
test_first_document(void **state)
{
    struct rhythm r;
    struct week week;
    struct wall times[40];

    (void)state;
    week_even(NULL, &week);
    /* One a day, unsorted, some without a date or from the future. */
    for (int i = 0; i < 20; i++)
        times[i] = after_days(-(i * 7 % 20) - 0.5);
    times[20] = WALL_NONE;
    times[21] = after_days(3);
    times[22] = (struct wall){INT64_MAX};
    rhythm_learn_first(&r, &week, times, 23, start);
    assert_within_factor(rhythm_rate(&r), 1, 1.3);
    assert_int_equal(r.seen, 20);
    assert_int_equal(r.last.ms, after_days(-0.5).ms);
    assert_int_equal(r.at.ms, start.ms);
    /* Its word is worth a few days only: a quiet month outweighs it. */
    for (int i = 1; i <= 28; i++)
        learn(&r, &week, 0, after_days(i));
    assert_true(rhythm_rate(&r) < 0.4);
    /* Forty at once are one event. */
    for (int i = 0; i < 40; i++)
        times[i] = after_days(-10);
    rhythm_learn_first(&r, &week, times, 40, start);
    assert_true(rhythm_rate(&r) < 0.3);
    /* Nothing, or nothing with a date. */
    rhythm_learn_first(&r, &week, NULL, 0, start);
    assert_within_factor(rhythm_rate(&r), 1.0 / 3, 1.01);
    assert_int_equal(r.at.ms, start.ms);
    /* A list that goes back for years: only the last months count. */
    for (int i = 0; i < 40; i++)
        times[i] = after_days(-30 * i - 1);
    rhythm_learn_first(&r, &week, times, 40, start);
    assert_within_factor(rhythm_rate(&r), 1.0 / 30, 3);
}

static void
test_silence(void **state)
{
    struct rhythm r;
    struct week week;
    double t, last = 1;

    (void)state;
    week_even(NULL, &week);
    t = learn_evenly(&r, &week, 1, 60); /* one a day */
    for (int i = 0; i < 60; i++) {
        double p = rhythm_silence(&r, &week, r.last, after_days(t + i));

        assert_true(p <= last && p > 0);
        last = p;
    }
    assert_within_factor(
        rhythm_silence(&r, &week, r.last, after_days(t + 3)), exp(-3), 1.5);
    assert_false(rhythm_is_silent(&r, &week, after_days(t + 5)));
    assert_true(rhythm_is_silent(&r, &week, after_days(t + 12)));
    /* Polls that find nothing do not make the silence usual. */
    for (int i = 1; i <= 200; i++)
        learn(&r, &week, 0, after_days(t + i));
    assert_true(rhythm_is_silent(&r, &week, after_days(t + 200)));
    learn(&r, &week, 1, after_days(t + 201));
    assert_false(rhythm_is_silent(&r, &week, after_days(t + 201)));
}

static void
test_silence_of_the_unknown(void **state)
{
    struct rhythm r;
    struct week week;
    double t;

    (void)state;
    week_even(NULL, &week);
    rhythm_init(&r);
    assert_false(rhythm_is_silent(&r, &week, after_days(900)));
    t = learn_evenly(&r, &week, 1, RHYTHM_SILENT_ITEMS - 1);
    assert_false(rhythm_is_silent(&r, &week, after_days(t + 300)));
    /* A busy one may rest for a day. */
    t = learn_evenly(&r, &week, 0.02, 2000);
    assert_false(rhythm_is_silent(&r, &week, after_days(t + 0.9)));
    assert_true(rhythm_is_silent(&r, &week, after_days(t + 1.1)));
    /* A slow one may be quiet for weeks. */
    t = learn_evenly(&r, &week, 7, 20);
    assert_false(rhythm_is_silent(&r, &week, after_days(t + 35)));
    assert_true(rhythm_is_silent(&r, &week, after_days(t + 120)));
}

/* A weekend is no silence for a source of the working week. */
static void
test_weekends(void **state)
{
    struct rhythm r;
    struct week week;
    struct wall friday = after_days(60 * 7 + 4.9 - 0.33); /* UTC */

    (void)state;
    week_even(NULL, &week);
    for (size_t i = 0; i < WEEK_CELLS; i++)
        week.density[i] = i < 120 ? 7 / 5.0 * 0.999 : 0.0035;
    rhythm_init(&r);
    for (int i = 0; i <= 60 * 28; i++) {
        struct wall t = after_days(i / 4.0);

        learn(&r, &week, week_cell(NULL, t) < 120, t);
    }
    assert_within_factor(rhythm_rate(&r), 4 * 5 / 7.0, 1.2);
    r.last = friday;
    assert_false(rhythm_is_silent(
        &r, &week, (struct wall){friday.ms + 3 * (int64_t)MS_DAY}));
    assert_true(rhythm_is_silent(
        &r, &week, (struct wall){friday.ms + 6 * (int64_t)MS_DAY}));
}

static void
test_round_trip(void **state)
{
    struct rhythm r, again;
    struct week week;
    uint8_t bytes[RHYTHM_SIZE], twice[RHYTHM_SIZE];
    struct str s = {(const char *)bytes, sizeof bytes};

    (void)state;
    week_even(NULL, &week);
    rhythm_init(&r);
    rhythm_encode(&r, bytes);
    assert_int_equal(rhythm_decode(s, &again), 0);
    assert_false(wall_is_set(again.at) || wall_is_set(again.last));
    assert_true(rhythm_rate(&again) == rhythm_rate(&r));
    learn_evenly(&r, &week, 0.7, 33);
    rhythm_encode(&r, bytes);
    assert_int_equal(rhythm_decode(s, &again), 0);
    assert_int_equal(again.seen, 33);
    assert_int_equal(again.at.ms, r.at.ms);
    assert_int_equal(again.last.ms, r.last.ms);
    assert_within_factor(rhythm_rate(&again), rhythm_rate(&r), 1.000001);
    rhythm_encode(&again, twice);
    assert_memory_equal(bytes, twice, sizeof bytes);
}

static void
test_damaged_bytes(void **state)
{
    struct rhythm r;
    uint8_t bytes[RHYTHM_SIZE];
    struct str s = {(const char *)bytes, sizeof bytes};
    uint32_t seed = 11;

    (void)state;
    rhythm_init(&r);
    assert_int_equal(rhythm_decode(STR(""), &r), E_CORRUPT);
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[k] = (uint8_t)(seed >> 24);
        }
        bytes[0] = 1;
        if (rhythm_decode(s, &r) == 0)
            assert_true(isfinite(rhythm_rate(&r)) && rhythm_rate(&r) > 0);
    }
    bytes[0] = 2; /* of a later version */
    assert_int_equal(rhythm_decode(s, &r), E_CORRUPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_poll_only_notes_the_time),
        cmocka_unit_test(test_ten_items_are_enough),
        cmocka_unit_test(test_batches_are_one_event),
        cmocka_unit_test(test_polls_do_not_matter),
        cmocka_unit_test(test_old_news_fades),
        cmocka_unit_test(test_time_goes_back),
        cmocka_unit_test(test_first_document),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_silence_of_the_unknown),
        cmocka_unit_test(test_weekends),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damaged_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
