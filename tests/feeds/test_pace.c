/* The budget is kept, the bounds hold, more news mean sooner polls, and what
 * was learnt survives. */
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
#include "feeds/pace.h"

enum { SOURCES = 200, GROUP_SCHOOL = 1, GROUP_FORUM = 4 };

/* Monday 2026-06-01 00:00 in Shanghai. */
static const struct wall monday = {1780243200000};
static const uint32_t MIDDLE = UINT32_MAX / 2; /* no jitter */

static struct zone *
shanghai(void)
{
    struct zone *zone;

    assert_int_equal(zone_load("Asia/Shanghai", &zone), 0);
    return zone;
}

static struct pace_source
source_of(double per_day)
{
    struct pace_source source = {.weight = 1};

    rhythm_init(&source.rhythm);
    source.rhythm.events = 1000 * per_day;
    source.rhythm.days = 1000;
    return source;
}

static struct pace
pace_of(const struct zone *zone, double per_hour)
{
    struct pace pace;

    pace_init(&pace, zone);
    pace.per_hour = per_hour;
    pace.floor_ms = 5 * MS_MINUTE;
    pace.ceiling_ms = 3 * (int64_t)MS_DAY;
    return pace;
}

/* Rates from one in a month to ten a day. */
static double
rate_of(int i)
{
    return exp2(i % 20 * 8.0 / 19 - 5);
}

static void
plan(struct pace *pace, struct wall now)
{
    pace_plan_begin(pace, now);
    for (int i = 0; i < SOURCES; i++) {
        struct pace_source source = source_of(rate_of(i));

        pace_plan_add(pace, &source);
    }
    pace_plan_end(pace);
}

/* Let the hours of a group be those of an office. */
static void
teach_office_hours(struct pace *pace, unsigned group)
{
    struct pace_source source = source_of(3);

    source.group = group;
    for (int i = 0; i < 3000; i++) {
        struct wall t = {monday.ms + i % 5 * (int64_t)MS_DAY +
                         (8 + i % 10) * (int64_t)MS_HOUR + MS_MINUTE};
        struct pace_news news = {1, &t, {t.ms - MS_HOUR}, {t.ms + MS_MINUTE}};

        pace_learn(pace, &source, &news);
    }
}

/* Polls of ten weeks, and how many of them in each hour of a day. */
static double
play(struct pace *pace, const struct zone *zone, int failing, double hours[24])
{
    static struct wall next[SOURCES];
    struct wall end = {monday.ms + 70 * (int64_t)MS_DAY};
    struct wall measured = {monday.ms + 21 * (int64_t)MS_DAY};
    uint32_t seed = 9;
    double polls = 0;

    for (int i = 0; i < SOURCES; i++)
        next[i].ms = monday.ms + i * 1000;
    for (struct wall t = monday; t.ms < end.ms; t.ms += 5 * MS_MINUTE) {
        if ((t.ms - monday.ms) % MS_HOUR == 0)
            plan(pace, t);
        for (int i = 0; i < SOURCES; i++) {
            struct pace_source source;
            enum poll_why why;

            if (next[i].ms > t.ms)
                continue;
            source = source_of(rate_of(i));
            seed = seed * 1664525 + 1013904223;
            pace_spend(pace);
            next[i].ms = t.ms + pace_wait(pace, &source, t, seed, &why);
            if (i % 100 < failing) /* asked more seldom than it was planned */
                next[i].ms = t.ms + 2 * (next[i].ms - t.ms);
            if (t.ms < measured.ms)
                continue;
            polls++;
            hours[week_cell(zone, t) % 24]++;
        }
    }
    return polls / ((double)(end.ms - measured.ms) / MS_HOUR);
}

static void
test_budget(void **state)
{
    static const double budgets[] = {20, 60, 200};
    struct zone *zone = shanghai();

    (void)state;
    for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
        struct pace pace = pace_of(zone, budgets[i]);
        double hours[24] = {0}, spent = play(&pace, zone, 0, hours);

        if (fabs(spent / budgets[i] - 1) > 0.02)
            fail_msg("%g polls an hour of %g", spent, budgets[i]);
    }
    zone_free(zone);
}

/* What some do not use, others get. */
static void
test_budget_with_failures(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60);
    double hours[24] = {0}, spent = play(&pace, zone, 30, hours);

    (void)state;
    if (fabs(spent / 60 - 1) > 0.02)
        fail_msg("%g polls an hour of 60", spent);
    zone_free(zone);
}

static void
test_office_hours_are_served(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60);
    double hours[24] = {0}, spent;

    (void)state;
    teach_office_hours(&pace, 0);
    spent = play(&pace, zone, 0, hours);
    assert_true(fabs(spent / 60 - 1) < 0.02);
    assert_true(hours[10] > 2 * hours[3]);
    assert_true(hours[3] > 0);
    zone_free(zone);
}

static void
test_monotone_and_bounded(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60);
    enum poll_why why;
    int floors = 0;

    (void)state;
    teach_office_hours(&pace, 0);
    plan(&pace, monday);
    for (int hour = 0; hour < WEEK_CELLS; hour += 5) {
        struct wall t = {monday.ms + hour * (int64_t)MS_HOUR};
        int64_t last = INT64_MAX;

        for (double rate = 1e-5; rate < 1e4; rate *= 1.7) {
            struct pace_source source = source_of(rate);
            int64_t wait = pace_wait(&pace, &source, t, MIDDLE, &why);

            assert_true(wait <= last); /* more news, no longer wait */
            assert_in_range(wait, pace.floor_ms, pace.ceiling_ms);
            if (rate < 1e-4)
                assert_int_equal(why, POLL_WHY_CEILING);
            if (why == POLL_WHY_FLOOR)
                assert_int_equal(wait, pace.floor_ms);
            floors += why == POLL_WHY_FLOOR;
            last = wait;
            for (uint32_t r = 1; r < UINT32_MAX - 123456789; r += 123456789) {
                wait = pace_wait(&pace, &source, t, r, &why);
                assert_in_range(wait, pace.floor_ms, pace.ceiling_ms);
            }
        }
    }
    assert_true(floors > 0);
    zone_free(zone);
}

/* Four times the weight is twice the polls, in an even week. */
static void
test_weights(void **state)
{
    struct pace pace = pace_of(NULL, 60);
    struct pace_source light = source_of(1), heavy = source_of(1);
    enum poll_why why;
    int64_t a, b;

    (void)state;
    plan(&pace, monday);
    heavy.weight = 4;
    a = pace_wait(&pace, &light, monday, MIDDLE, &why);
    b = pace_wait(&pace, &heavy, monday, MIDDLE, &why);
    assert_int_equal(why, POLL_WHY_RHYTHM);
    assert_in_range(a, 2 * b - 60000, 2 * b + 60000);
}

/* 200 alike, polled together, do not come back together. */
static void
test_jitter(void **state)
{
    struct pace pace = pace_of(NULL, 60);
    struct pace_source source = source_of(0.5), quiet = source_of(1e-6);
    uint32_t seed = 3;
    int minutes[2][4 * 24 * 60] = {{0}};

    (void)state;
    plan(&pace, monday);
    for (int i = 0; i < 200; i++) {
        enum poll_why why;

        seed = seed * 1664525 + 1013904223;
        minutes[0][pace_wait(&pace, &source, monday, seed, &why) / MS_MINUTE]++;
        minutes[1][pace_wait(&pace, &quiet, monday, seed, &why) / MS_MINUTE]++;
        assert_int_equal(why, POLL_WHY_CEILING);
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 4 * 24 * 60; i++)
            assert_true(minutes[k][i] <= 12);
}

/* Groups have weeks of their own, and a group nobody knows has that of all. */
static void
test_groups(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60);
    struct pace_source forum = source_of(1), school = source_of(1);
    size_t ten = 24 + 10, night = 24 + 3;

    (void)state;
    forum.group = GROUP_FORUM;
    school.group = GROUP_SCHOOL;
    teach_office_hours(&pace, GROUP_SCHOOL);
    for (int i = 0; i < 2000; i++) {
        struct wall t = {monday.ms + i % 7 * (int64_t)MS_DAY + 3 * MS_HOUR};
        struct pace_news news = {1, &t, {t.ms - MS_HOUR}, t};

        pace_learn(&pace, &forum, &news);
    }
    plan(&pace, monday);
    assert_true(pace_week(&pace, &school)->density[ten] > 2);
    assert_true(pace_week(&pace, &school)->density[night] < 0.5);
    assert_true(pace_week(&pace, &forum)->density[ten] < 0.5);
    assert_true(pace_week(&pace, &forum)->density[night] > 2);
    assert_true(pace.weeks[2].density[ten] > 1.2);
    school.group = 77;
    assert_ptr_equal(pace_week(&pace, &school), &pace.weeks[0]);
    zone_free(zone);
}

/* A date without a time of day says nothing of the hour. */
static void
test_midnight_is_no_hour(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60);
    struct pace_source source = source_of(1);

    (void)state;
    for (int i = 0; i < 500; i++) {
        struct wall t = {monday.ms + i % 5 * (int64_t)MS_DAY};
        struct pace_news news = {
            1, &t, {t.ms - MS_HOUR}, {t.ms + 10 * MS_HOUR}};

        pace_learn(&pace, &source, &news);
    }
    assert_true(pace.counts[0].count[0] < 20);
    assert_true(pace.counts[0].count[8] > 5);
    zone_free(zone);
}

/* A pause of the program, or a clock that was set, is no debt. */
static void
test_pauses(void **state)
{
    struct pace pace = pace_of(NULL, 60);
    struct wall t = monday;

    (void)state;
    plan(&pace, t);
    t.ms += 30 * (int64_t)MS_DAY;
    plan(&pace, t);
    assert_true(fabs(pace.surplus) < 1);
    t.ms -= 300 * (int64_t)MS_DAY;
    plan(&pace, t);
    assert_true(fabs(pace.surplus) < 1);
    t.ms += MS_HOUR;
    plan(&pace, t);
    assert_true(pace.surplus < -30 && pace.surplus > -130);
}

static void
test_round_trip(void **state)
{
    struct zone *zone = shanghai();
    struct pace pace = pace_of(zone, 60), again = pace_of(zone, 60), other;
    uint8_t bytes[PACE_SIZE];
    struct str s = {(const char *)bytes, sizeof bytes};
    struct pace_source source = source_of(1);
    enum poll_why why;

    (void)state;
    teach_office_hours(&pace, 0);
    pace.surplus = -12.5;
    pace_encode(&pace, bytes);
    assert_int_equal(pace_decode(s, &again), 0);
    assert_true(again.surplus < -12.4 && again.surplus > -12.6);
    plan(&pace, monday);
    plan(&again, monday);
    assert_int_equal(pace_wait(&pace, &source, monday, 5, &why),
        pace_wait(&again, &source, monday, 5, &why));
    other = again;
    bytes[0] = 9;
    assert_int_equal(pace_decode(s, &again), E_CORRUPT);
    bytes[0] = 1;
    memset(bytes + 40, 0xff, 8);
    assert_int_equal(pace_decode(s, &again), E_CORRUPT);
    s.n--;
    assert_int_equal(pace_decode(s, &again), E_CORRUPT);
    assert_memory_equal(&other, &again, sizeof other);
    zone_free(zone);
}

static void
test_default_bounds(void **state)
{
    (void)state;
    assert_int_equal(
        pace_default_floor(10 * MS_MINUTE, MS_MINUTE), 5 * MS_MINUTE);
    assert_int_equal(pace_default_floor(MS_DAY, MS_MINUTE), 5 * MS_MINUTE);
    assert_int_equal(
        pace_default_floor(4 * MS_MINUTE, MS_MINUTE), 2 * MS_MINUTE);
    assert_int_equal(pace_default_floor(MS_MINUTE, MS_MINUTE), MS_MINUTE);
    assert_int_equal(pace_default_ceiling(10 * MS_MINUTE), 2 * MS_HOUR);
    assert_int_equal(pace_default_ceiling(12 * MS_HOUR), 3LL * MS_DAY);
    assert_int_equal(pace_default_ceiling(7LL * MS_DAY), 7LL * MS_DAY);
}

/* Without a budget or a plan nothing is decided. */
static void
test_nothing_planned(void **state)
{
    struct pace pace;
    struct pace_source source = source_of(1);
    enum poll_why why;

    (void)state;
    pace_init(&pace, NULL);
    assert_int_equal(pace_wait(&pace, &source, monday, 1, &why), 0);
    pace_plan_begin(&pace, monday);
    pace_plan_end(&pace);
    assert_int_equal(pace_wait(&pace, &source, monday, 1, &why), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_budget_with_failures),
        cmocka_unit_test(test_office_hours_are_served),
        cmocka_unit_test(test_monotone_and_bounded),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_midnight_is_no_hour),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_default_bounds),
        cmocka_unit_test(test_nothing_planned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
