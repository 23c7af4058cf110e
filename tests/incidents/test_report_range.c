/* Ranges of reports: weeks of ISO 8601, quarters, and days of 23 and 25 hours.
 */
#include "base/err.h"
#include "base/timefmt.h"
#include "check.h"
#include "incidents/report_range.h"

static struct zone *
zone_of(const char *name)
{
    struct zone *zone = NULL;

    assert_int_equal(zone_load(name, &zone), 0); /* tzdata is needed */
    return zone;
}

static struct wall
instant(const char *text)
{
    struct wall t;

    assert_int_equal(timefmt_parse_rfc3339(str_of(text), &t), 0);
    return t;
}

static void
expect(const struct zone *zone, const char *now, const char *text,
    const char *name, const char *from, const char *until)
{
    struct report_range range;
    char a[TIMEFMT_RFC3339_SIZE], z[TIMEFMT_RFC3339_SIZE];

    assert_int_equal(
        report_range_parse(str_of(text), zone, instant(now), &range), 0);
    assert_string_equal(range.name, name);
    assert_string_equal(timefmt_rfc3339(range.from, a), from);
    assert_string_equal(timefmt_rfc3339(range.until, z), until);
}

static void
the_last_one_that_is_over(void **state)
{
    struct zone *zone = zone_of("Asia/Shanghai");
    /* 2026-11-25 is a Wednesday; it is 00:30 there and the 24th in UTC. */
    const char *now = "2026-11-24T16:30:00Z";
    (void)state;

    expect(zone, now, "day", "2026-11-24", "2026-11-23T16:00:00Z",
        "2026-11-24T16:00:00Z");
    expect(zone, now, "week", "2026-W47", "2026-11-15T16:00:00Z",
        "2026-11-22T16:00:00Z");
    expect(zone, now, "month", "2026-10", "2026-09-30T16:00:00Z",
        "2026-10-31T16:00:00Z");
    expect(zone, now, "quarter", "2026-Q3", "2026-06-30T16:00:00Z",
        "2026-09-30T16:00:00Z");
    expect(zone, now, "today", "2026-11-25", "2026-11-24T16:00:00Z",
        "2026-11-25T16:00:00Z");
    expect(zone, now, "this-week", "2026-W48", "2026-11-22T16:00:00Z",
        "2026-11-29T16:00:00Z");
    zone_free(zone);
}

static void
weeks_at_the_turn_of_a_year(void **state)
{
    struct zone *zone = zone_of("UTC");
    const char *now = "2030-01-01T00:00:00Z";
    (void)state;

    /* 2026 has 53 weeks; the first days of 2027 belong to the last of them. */
    expect(zone, now, "2026-W53", "2026-W53", "2026-12-28T00:00:00Z",
        "2027-01-04T00:00:00Z");
    expect(zone, now, "2027-W01", "2027-W01", "2027-01-04T00:00:00Z",
        "2027-01-11T00:00:00Z");
    /* The first week of 2025 begins in 2024. */
    expect(zone, now, "2025-W01", "2025-W01", "2024-12-30T00:00:00Z",
        "2025-01-06T00:00:00Z");
    expect(zone, "2027-01-02T12:00:00Z", "this-week", "2026-W53",
        "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z");
    zone_free(zone);
}

static void
days_when_clocks_change(void **state)
{
    struct zone *zone = zone_of("Europe/Berlin");
    const char *now = "2030-01-01T00:00:00Z";
    struct report_range range;
    (void)state;

    expect(zone, now, "2026-03-29", "2026-03-29", "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z");
    expect(zone, now, "2026-10-25", "2026-10-25", "2026-10-24T22:00:00Z",
        "2026-10-25T23:00:00Z");
    assert_int_equal(
        report_range_parse(STR("2026-W13"), zone, instant(now), &range), 0);
    assert_int_equal(range.until.ms - range.from.ms, 7LL * MS_DAY - MS_HOUR);
    assert_int_equal(report_range_day(&range, zone, 6).ms,
        instant("2026-03-28T23:00:00Z").ms);
    assert_int_equal(report_range_day(&range, zone, 7).ms, range.until.ms);
    assert_int_equal(
        report_range_day_of(&range, zone, instant("2026-03-29T21:59:59Z")), 6);
    zone_free(zone);
}

static void
any_days_and_the_range_before(void **state)
{
    struct zone *zone = zone_of("Asia/Shanghai");
    const char *now = "2026-11-24T16:30:00Z";
    struct report_range range, before;
    (void)state;

    expect(zone, now, "2026-11-01..2026-11-20", "2026-11-01..2026-11-20",
        "2026-10-31T16:00:00Z", "2026-11-20T16:00:00Z");
    expect(zone, now, "2026-11-01..2026-11-01", "2026-11-01",
        "2026-10-31T16:00:00Z", "2026-11-01T16:00:00Z");
    assert_int_equal(report_range_parse(STR("2026-11-01..2026-11-20"), zone,
                         instant(now), &range),
        0);
    report_range_before(&range, zone, &before);
    assert_string_equal(before.name, "2026-10-12..2026-10-31");
    assert_int_equal(
        report_range_parse(STR("2026-03"), zone, instant(now), &range), 0);
    report_range_before(&range, zone, &before);
    assert_string_equal(before.name, "2026-02");
    assert_int_equal(
        report_range_parse(STR("2026-Q1"), zone, instant(now), &range), 0);
    report_range_before(&range, zone, &before);
    assert_string_equal(before.name, "2025-Q4");
    assert_true(range.finished);
    assert_int_equal(
        report_range_parse(STR("2026-11"), zone, instant(now), &range), 0);
    assert_false(range.finished);
    zone_free(zone);
}

static void
what_is_no_range(void **state)
{
    static const char *const wrong[] = {"", "weeks", "2026", "2026-13",
        "2026-00", "2026-W00", "2026-W54", "2025-W53", "2026-Q0", "2026-Q5",
        "2026-02-29", "2026-11-31", "26-11-01", "2026-11-1",
        "2026-11-20..2026-11-01", "2026-11-01..", "..2026-11-01",
        "2026-11-01...2026-11-02", "2026-+1", "2026-W 1", "1999-12-31"};
    struct zone *zone = zone_of("Asia/Shanghai");
    struct report_range range;
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (report_range_parse(str_of(wrong[i]), zone,
                instant("2028-01-01T00:00:00Z"), &range) != E_PARSE)
            fail_msg("\"%s\" was read", wrong[i]);
    assert_int_equal(report_range_parse(STR("2024-01-01..2025-12-31"), zone,
                         instant("2028-01-01T00:00:00Z"), &range),
        E_LIMIT);
    assert_int_equal(report_range_parse(STR("2028-02"), zone,
                         instant("2028-01-01T00:00:00Z"), &range),
        E_LIMIT);
    zone_free(zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_that_is_over),
        cmocka_unit_test(weeks_at_the_turn_of_a_year),
        cmocka_unit_test(days_when_clocks_change),
        cmocka_unit_test(any_days_and_the_range_before),
        cmocka_unit_test(what_is_no_range)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
