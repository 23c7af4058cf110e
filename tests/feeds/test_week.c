/* The hours of a week: walked against sums made otherwise, in several zones
 * and over changes of the clock. */
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
#include "feeds/week.h"

/* Monday 2026-06-01 00:00 in Shanghai. */
static const struct wall monday = {1780243200000};

static struct zone *
zone_of(const char *name)
{
    struct zone *zone;

    assert_int_equal(zone_load(name, &zone), 0);
    return zone;
}

static void
assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%g is not within %g of %g", a, within, b);
}

/* Office hours, and little besides. */
static void
office(const struct zone *zone, struct week *ret)
{
    double sum = 0;

    ret->zone = zone;
    for (size_t i = 0; i < WEEK_CELLS; i++) {
        bool busy = i < 120 && i % 24 >= 8 && i % 24 < 18;

        ret->density[i] = busy ? 2 : 0.1;
        sum += ret->density[i];
    }
    for (size_t i = 0; i < WEEK_CELLS; i++)
        ret->density[i] *= WEEK_CELLS / sum;
}

static void
test_cells(void **state)
{
    struct zone *shanghai = zone_of("Asia/Shanghai");
    struct wall t = monday;

    (void)state;
    assert_int_equal(week_cell(shanghai, t), 0);
    t.ms--;
    assert_int_equal(week_cell(shanghai, t), 167);
    t.ms = monday.ms + 3 * (int64_t)MS_DAY + 9 * MS_HOUR + 59 * MS_MINUTE;
    assert_int_equal(week_cell(shanghai, t), 3 * 24 + 9);
    assert_int_equal(week_cell(NULL, monday), 167 - 7);
    assert_int_equal(week_cell(NULL, (struct wall){0}), 3 * 24);
    assert_int_equal(week_cell(NULL, (struct wall){-1}), 3 * 24 - 1);
    zone_free(shanghai);
}

static void
test_even_week_is_plain_time(void **state)
{
    struct week week;
    struct wall to = {monday.ms + 3 * (int64_t)MS_DAY};

    (void)state;
    week_even(NULL, &week);
    assert_near(week_mass(&week, monday, to), 3, 1e-9);
    assert_near(week_cost(&week, monday, to), 4.5, 1e-9);
    to.ms = monday.ms + 90 * MS_MINUTE;
    assert_near(week_mass(&week, monday, to), 1.5 / 24, 1e-12);
    assert_near(week_mass(&week, to, monday), 0, 0);
    to.ms = INT64_MAX; /* bounded */
    assert_near(week_mass(&week, monday, to), WEEK_MAX_SPAN_DAYS, 1e-6);
    assert_true(week_when(&week, monday, 4.5, to).ms - monday.ms <=
                3 * (int64_t)MS_DAY + 1);
    assert_true(week_when(&week, monday, 4.5, to).ms - monday.ms >=
                3 * (int64_t)MS_DAY - 1);
}

/* The sums again, minute by minute. */
static void
test_against_plain_sums(void **state)
{
    struct zone *zone = zone_of("Asia/Shanghai");
    struct week week;
    double mass = 0, cost = 0;
    struct wall from = {monday.ms + 7 * MS_HOUR + 17 * MS_MINUTE};

    (void)state;
    office(zone, &week);
    for (int m = 0; m < 3 * 24 * 60; m++) {
        struct wall t = {from.ms + m * (int64_t)MS_MINUTE};
        double p = week.density[week_cell(zone, t)] / (24 * 60);

        assert_near(week_mass(&week, from, t), mass, 1e-6);
        if (m % 60 == 0)
            assert_near(week_cost(&week, from, t), cost, 1e-6);
        cost += (mass + p / 2) / (24 * 60);
        mass += p;
    }
    zone_free(zone);
}

static void
check_when(const struct week *week, struct wall from, double cost)
{
    struct wall latest = {from.ms + 3 * (int64_t)MS_DAY};
    struct wall t = week_when(week, from, cost, latest);
    struct wall before = {t.ms - 1};

    assert_true(t.ms >= from.ms && t.ms <= latest.ms);
    if (t.ms < latest.ms)
        assert_true(week_cost(week, from, t) >= cost * (1 - 1e-9));
    if (t.ms > from.ms)
        assert_true(week_cost(week, from, before) <= cost);
}

/* The instant is the first at which the cost is reached; more cost is never
 * reached earlier; a later start never ends earlier.  Also where the clock is
 * set forward (29 March 2026), back (25 October 2026), by half an hour (Lord
 * Howe), and where an hour is 45 minutes off. */
static void
test_when_in_zones(void **state)
{
    static const char *const names[] = {"Asia/Shanghai", "Europe/Berlin",
        "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"};
    static const int64_t starts[] = {1774569600000, 1792713600000,
        1774310400000, 1775188800000, 1780243200000};

    (void)state;
    for (size_t z = 0; z < sizeof names / sizeof names[0]; z++) {
        struct zone *zone = zone_of(names[z]);
        struct week week;

        office(zone, &week);
        for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
            struct wall last = {0};

            for (int step = 0; step < 200; step++) {
                struct wall from = {
                    starts[s] + step * (int64_t)(47 * MS_MINUTE)};
                struct wall t = week_when(&week, from, 0.05,
                    (struct wall){from.ms + 5 * (int64_t)MS_DAY});

                check_when(&week, from, 0.05);
                check_when(&week, from, 0.5);
                assert_true(t.ms >= last.ms);
                last = t;
            }
        }
        zone_free(zone);
    }
}

static void
test_mass_never_falls(void **state)
{
    struct zone *zone = zone_of("Europe/Berlin");
    struct wall from = {1792713600000}; /* two days before the hour repeats */
    struct week week;
    double last = 0;

    (void)state;
    office(zone, &week);
    for (int m = 0; m < 14 * 24 * 6; m++) {
        struct wall t = {from.ms + m * (int64_t)(10 * MS_MINUTE)};
        double mass = week_mass(&week, from, t);

        assert_true(mass >= last);
        last = mass;
    }
    /* Office hours are worked by the clock on the wall: a week with one hour
     * more at night is a week of the same work, almost. */
    assert_near(
        week_mass(&week, from, (struct wall){from.ms + 7 * (int64_t)MS_DAY}), 7,
        0.2);
    zone_free(zone);
}

static void
test_strange_costs(void **state)
{
    struct week week;
    struct wall latest = {monday.ms + MS_DAY};

    (void)state;
    week_even(NULL, &week);
    assert_int_equal(week_when(&week, monday, 0, latest).ms, monday.ms);
    assert_int_equal(week_when(&week, monday, -1, latest).ms, monday.ms);
    assert_int_equal(week_when(&week, monday, (double)NAN, latest).ms, monday.ms);
    assert_int_equal(week_when(&week, monday, (double)INFINITY, latest).ms, latest.ms);
    assert_int_equal(
        week_when(&week, monday, 1, (struct wall){monday.ms - 5}).ms,
        monday.ms);
}

static double
week_sum(const struct week *week)
{
    double sum = 0;

    for (size_t i = 0; i < WEEK_CELLS; i++) {
        assert_true(week->density[i] > 0);
        sum += week->density[i];
    }
    return sum;
}

/* Items come in office hours: the week becomes that, slowly. */
static void
test_learns_office_hours(void **state)
{
    struct zone *zone = zone_of("Asia/Shanghai");
    struct week_counts counts;
    struct week week, truth;
    double few = 0, many;

    (void)state;
    office(zone, &truth);
    week_counts_init(&counts);
    week_learn(&counts, NULL, zone, &week);
    assert_near(week_sum(&week), WEEK_CELLS, 1e-6);
    assert_near(week.density[9], 1, 1e-9);
    for (int i = 0; i < 50 * 20; i++) {
        int day = i % 5, hour = 8 + i % 10;
        struct wall t = {monday.ms + day * (int64_t)MS_DAY +
                         hour * (int64_t)MS_HOUR + i * 1000};

        week_counts_add(&counts, &week, t, t, 1, t);
        if (i == 99)
            week_learn(&counts, NULL, zone, &week);
        if (i == 99)
            few = week.density[24 + 10];
    }
    week_learn(&counts, NULL, zone, &week);
    many = week.density[24 + 10];
    assert_near(week_sum(&week), WEEK_CELLS, 1e-6);
    assert_true(few > 1.2);
    assert_true(many > few && many < 3.4);
    assert_true(week.density[5 * 24 + 10] < 0.4); /* Saturday */
    assert_true(week_describe(&week).workdays);
    assert_true(week_describe(&week).hours);
    assert_in_range(week_describe(&week).from, 6, 9);
    assert_in_range(week_describe(&week).to, 17, 20);
    zone_free(zone);
}

/* What was published at an unknown moment of a night and a morning is laid
 * where it is likely. */
static void
test_spans_are_shared_out(void **state)
{
    struct week_counts counts;
    struct week week;
    struct wall from = {monday.ms - 8 * (int64_t)MS_HOUR}, to = from;

    (void)state;
    office(NULL, &week);     /* in UTC: from is Sunday 08:00 */
    from.ms = 1780272000000; /* Monday 00:00 UTC */
    to.ms = from.ms + 12 * MS_HOUR;
    week_counts_init(&counts);
    week_counts_add(&counts, &week, from, to, 2, to);
    assert_near(week_counts_total(&counts), 2, 1e-5);
    assert_true(counts.count[9] > 10 * counts.count[3]);
    to.ms = from.ms + 2 * (int64_t)MS_DAY; /* says nothing */
    week_counts_add(&counts, &week, from, to, 5, to);
    assert_near(week_counts_total(&counts), 2, 1e-5);
    week_counts_add(&counts, &week, to, from, 5, to);
    assert_near(week_counts_total(&counts), 2, 1e-5);
    to.ms += WEEK_COUNTS_HALF_LIFE_DAYS * (int64_t)MS_DAY;
    week_counts_add(&counts, &week, to, to, 1, to);
    assert_near(week_counts_total(&counts), 2, 0.1); /* 2 faded to 1, and 1 */
}

static void
test_counts_round_trip(void **state)
{
    struct week_counts counts, again;
    uint8_t bytes[WEEK_COUNTS_SIZE];
    struct str s = {(const char *)bytes, sizeof bytes};

    (void)state;
    week_counts_init(&counts);
    week_counts_encode(&counts, bytes);
    assert_int_equal(week_counts_decode(s, &again), 0);
    assert_false(wall_is_set(again.at));
    counts.at = monday;
    for (size_t i = 0; i < WEEK_CELLS; i++)
        counts.count[i] = (float)i / 3;
    week_counts_encode(&counts, bytes);
    assert_int_equal(week_counts_decode(s, &again), 0);
    assert_memory_equal(&counts, &again, sizeof counts);
    bytes[WEEK_COUNTS_SIZE - 1] = 0xff; /* negative */
    assert_int_equal(week_counts_decode(s, &again), E_CORRUPT);
    bytes[WEEK_COUNTS_SIZE - 1] = 0x7f;
    bytes[WEEK_COUNTS_SIZE - 2] = 0xc0; /* not a number */
    assert_int_equal(week_counts_decode(s, &again), E_CORRUPT);
    s.n--;
    assert_int_equal(week_counts_decode(s, &again), E_CORRUPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_even_week_is_plain_time),
        cmocka_unit_test(test_against_plain_sums),
        cmocka_unit_test(test_when_in_zones),
        cmocka_unit_test(test_mass_never_falls),
        cmocka_unit_test(test_strange_costs),
        cmocka_unit_test(test_learns_office_hours),
        cmocka_unit_test(test_spans_are_shared_out),
        cmocka_unit_test(test_counts_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
