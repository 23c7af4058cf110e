#include "base/err.h"
#include "base/timefmt.h"
#include "check.h"

#define T(text) parse_or_fail(text)

static struct wall
parse_or_fail(const char *text)
{
    struct wall t = WALL_NONE;

    if (timefmt_parse_rfc3339(str_of(text), &t))
        fail_msg("%s was not understood", text);
    return t;
}

static void
assert_time(struct wall t, const char *wanted)
{
    char text[TIMEFMT_RFC3339_SIZE];

    assert_string_equal(timefmt_rfc3339(t, text), wanted);
}

static void
days_go_round(void **state)
{
    struct civil c = {0};

    (void)state;
    assert_true(civil_days(1970, 1, 1) == 0);
    assert_true(civil_days(1969, 12, 31) == -1);
    assert_true(civil_days(2000, 3, 1) == 11017);
    assert_true(civil_days(2026, 6, 7) == 20611);
    for (int64_t day = -800000; day < 3000000; day += 7) {
        c = civil_of_wall((struct wall){day * MS_DAY}, 0);
        if (civil_days(c.year, c.month, c.day) != day || !c.day || !c.month)
            fail_msg("day %lld does not go round", (long long)day);
    }
}

static void
offsets_and_fractions(void **state)
{
    struct civil c = civil_of_wall((struct wall){-1}, 0);

    (void)state;
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.month, 12);
    assert_int_equal(c.day, 31);
    assert_int_equal(c.hour, 23);
    assert_int_equal(c.ms, 999);
    assert_int_equal(c.second, 59);
    c = civil_of_wall(T("2026-12-31T16:30:00Z"), 480);
    assert_int_equal(c.year, 2027);
    assert_int_equal(c.hour, 0);
    assert_int_equal(c.minute, 30);
    assert_time(civil_to_wall(&c, 480), "2026-12-31T16:30:00Z");
    /* No instant may overflow. */
    civil_of_wall(WALL_NONE, -1440);
    civil_of_wall((struct wall){INT64_MAX}, 1440);
}

static void
real_dates_only(void **state)
{
    struct civil c = {.year = 2024, .month = 2, .day = 29};

    (void)state;
    assert_true(civil_is_valid(&c));
    c.year = 2026;
    assert_false(civil_is_valid(&c));
    c.year = 1900;
    assert_false(civil_is_valid(&c));
    c.year = 2000;
    assert_true(civil_is_valid(&c));
    c.second = 60;
    assert_true(civil_is_valid(&c));
    c.second = 61;
    assert_false(civil_is_valid(&c));
    c.second = 0;
    c.month = 13;
    assert_false(civil_is_valid(&c));
    c.month = 0;
    assert_false(civil_is_valid(&c));
    c.month = 1;
    c.hour = 24;
    assert_false(civil_is_valid(&c));
}

static void
rfc3339_goes_round(void **state)
{
    (void)state;
    assert_time(T("2026-06-07T01:30:00Z"), "2026-06-07T01:30:00Z");
    assert_time(T("2026-06-07T09:30:00+08:00"), "2026-06-07T01:30:00Z");
    assert_time(T("2026-06-06T20:00:00.5-05:30"), "2026-06-07T01:30:00.500Z");
    assert_time(T("2026-06-07t01:30:00.123456z"), "2026-06-07T01:30:00.123Z");
    assert_time(T("2026-06-07 01:30:00Z"), "2026-06-07T01:30:00Z");
    assert_time(T("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
    assert_time(T("2026-06-07"), "2026-06-07T00:00:00Z");
    assert_time(T("1901-01-01T00:00:00Z"), "1901-01-01T00:00:00Z");
    assert_time(WALL_NONE, "");
    assert_time((struct wall){INT64_MAX}, "");
}

static void
what_is_no_rfc3339(void **state)
{
    static const char *const wrong[] = {"", "2026", "2026-06", "2026-6-7",
        "2026-06-07T", "2026-06-07T01:30Z", "2026-06-07T01:30:00",
        "2026-06-07T01:30:00+0800", "2026-06-07T01:30:00+24:00",
        "2026-06-07T01:30:00+08:60", "2026-06-07T01:30:00.Z", "2026-02-30",
        "2026-06-07T24:00:00Z", "2026-06-07T01:30:00Zx", "2026-06-07 ",
        "+026-06-07", "2026-06-07T01:30:00,5Z"};
    struct wall t = {42};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (timefmt_parse_rfc3339(str_of(wrong[i]), &t) != E_PARSE)
            fail_msg("%s was understood", wrong[i]);
    assert_true(t.ms == 42);
}

static void
the_two_zones_that_always_exist(void **state)
{
    struct zone *utc, *shanghai;
    char text[TIMEFMT_LOCAL_SIZE];
    struct wall t = T("2026-06-07T01:30:00Z");

    (void)state;
    assert_int_equal(zone_load("UTC", &utc), 0);
    assert_int_equal(zone_load("Asia/Shanghai", &shanghai), 0);
    assert_string_equal(zone_name(shanghai), "Asia/Shanghai");
    assert_int_equal(zone_offset(utc, t), 0);
    assert_int_equal(zone_offset(shanghai, t), 480);
    assert_string_equal(timefmt_local(shanghai, t, text), "2026-06-07 09:30");
    assert_string_equal(timefmt_local(utc, t, text), "2026-06-07 01:30");
    assert_string_equal(timefmt_local(utc, WALL_NONE, text), "");
    assert_int_equal(zone_offset(shanghai, (struct wall){INT64_MAX}), 480);
    zone_offset(shanghai, WALL_NONE);
    zone_free(utc);
    zone_free(shanghai);
    zone_free(NULL);
}

static void
names_stay_in_the_database(void **state)
{
    static const char *const wrong[] = {"", "Nowhere/Nothing",
        "../../etc/passwd", "/etc/localtime", "Asia", "Asia/../Asia/Shanghai",
        "zone.tab", "a\nb",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    struct zone *zone;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(zone_load(wrong[i], &zone), E_NOTFOUND);
}

static struct zone *
load_or_skip(const char *name)
{
    struct zone *zone;

    if (zone_load(name, &zone)) {
        print_message("no %s on this machine\n", name);
        skip();
    }
    return zone;
}

static void
changes_of_a_zone(void **state)
{
    struct zone *zone = load_or_skip("Europe/Berlin");

    (void)state;
    assert_int_equal(zone_offset(zone, T("2026-03-29T00:59:59Z")), 60);
    assert_int_equal(zone_offset(zone, T("2026-03-29T01:00:00Z")), 120);
    assert_int_equal(zone_offset(zone, T("2026-10-25T00:59:59Z")), 120);
    assert_int_equal(zone_offset(zone, T("2026-10-25T01:00:00Z")), 60);
    assert_int_equal(zone_offset(zone, T("1945-06-01T00:00:00Z")), 180);
    /* Far beyond the list, by the rule at the file's end. */
    assert_int_equal(zone_offset(zone, T("2400-07-01T00:00:00Z")), 120);
    assert_int_equal(zone_offset(zone, T("2400-12-31T23:30:00Z")), 60);
    zone_free(zone);
}

static void
south_of_the_equator_summer_spans_new_year(void **state)
{
    struct zone *zone = load_or_skip("Australia/Sydney");

    (void)state;
    assert_int_equal(zone_offset(zone, T("2400-01-01T00:00:00Z")), 660);
    assert_int_equal(zone_offset(zone, T("2400-12-31T00:00:00Z")), 660);
    assert_int_equal(zone_offset(zone, T("2400-07-01T00:00:00Z")), 600);
    zone_free(zone);
}

static void
shanghai_had_summer_time(void **state)
{
    struct zone *zone = load_or_skip("Asia/Shanghai");

    (void)state;
    assert_int_equal(zone_offset(zone, T("1988-07-01T00:00:00Z")), 540);
    zone_free(zone);
}

static void
local_times_in_gap_and_overlap(void **state)
{
    struct zone *zone = load_or_skip("Europe/Berlin");
    struct civil c = {
        .year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30};

    (void)state;
    assert_time(zone_to_wall(zone, &c), "2026-03-29T01:30:00Z"); /* 03:30 */
    c.month = 10;
    c.day = 25;
    assert_time(zone_to_wall(zone, &c), "2026-10-25T00:30:00Z"); /* summer */
    c.hour = 3;
    assert_time(zone_to_wall(zone, &c), "2026-10-25T02:30:00Z");
    c.month = 7;
    assert_time(zone_to_wall(zone, &c), "2026-07-25T01:30:00Z");
    zone_free(zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_go_round),
        cmocka_unit_test(offsets_and_fractions),
        cmocka_unit_test(real_dates_only),
        cmocka_unit_test(rfc3339_goes_round),
        cmocka_unit_test(what_is_no_rfc3339),
        cmocka_unit_test(the_two_zones_that_always_exist),
        cmocka_unit_test(names_stay_in_the_database),
        cmocka_unit_test(changes_of_a_zone),
        cmocka_unit_test(south_of_the_equator_summer_spans_new_year),
        cmocka_unit_test(shanghai_had_summer_time),
        cmocka_unit_test(local_times_in_gap_and_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
