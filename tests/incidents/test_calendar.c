/* Days that are worked, and hours of work. */
#include "base/err.h"
#include "check.h"
#include "incidents/calendar.h"

static struct zone *zone;
static const struct day_range holidays[] = {
    {.name = {"国庆节", 9}, .from_day = 20727, .to_day = 20733}};
static const struct day_range workdays[] = {
    {.name = {"补班", 6}, .from_day = 20736, .to_day = 20736}};
static const struct calendar calendar = {.holidays = holidays,
    .nholidays = 1,
    .workdays = workdays,
    .nworkdays = 1,
    .hours = {{510, 720}, {840, 1050}},
    .nhours = 2};

static int64_t
day(const char *text)
{
    int64_t d = 0;

    assert_int_equal(day_parse(str_of(text), &d), 0);
    return d;
}

static void
texts(void **state)
{
    static const char *const wrong[] = {"", "2026-02-30", "2026-13-01",
        "2026-2-3", "2027-02-29", "2026-06-07T00:00:00Z", "20260607"};
    static const char *const no_hours[] = {"", "8:30-17:30", "08:30",
        "08:30-08:30", "24:00-08:00", "08:60-09:00", "25:00-26:00"};
    struct day_hours hours;
    int64_t d;
    int minutes;
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(day_parse(str_of(wrong[i]), &d), E_PARSE);
    assert_int_equal(day_parse(STR("2028-02-29"), &d), 0);
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("1969-12-31"), -1);
    for (size_t i = 0; i < sizeof no_hours / sizeof *no_hours; i++)
        assert_int_equal(day_hours_parse(str_of(no_hours[i]), &hours), E_PARSE);
    assert_int_equal(day_hours_parse(STR("18:00-08:00"), &hours), 0);
    assert_int_equal(hours.until, 32 * 60);
    assert_int_equal(day_hours_parse(STR("00:00-24:00"), &hours), 0);
    assert_int_equal(hours.until - hours.from, 1440);
    assert_int_equal(day_minutes_parse(STR("24:00"), &minutes), 0);
    assert_int_equal(day_minutes_parse(STR("24:01"), &minutes), E_PARSE);
}

/* 2026-10-01 … 10-07 are off, Saturday the 10th is worked. */
static void
days(void **state)
{
    (void)state;
    assert_int_equal(day("2026-10-01"), holidays[0].from_day);
    assert_int_equal(day_weekday(day("2026-10-01")), 3);
    assert_int_equal(day_weekday(day("1969-12-29")), 0);
    assert_false(calendar_is_workday(&calendar, day("2026-10-01")));
    assert_false(calendar_is_workday(&calendar, day("2026-10-07")));
    assert_true(calendar_is_workday(&calendar, day("2026-10-08")));
    assert_true(calendar_is_workday(&calendar, day("2026-10-10")));
    assert_false(calendar_is_workday(&calendar, day("2026-10-11")));
    assert_true(calendar_holiday(&calendar, day("2026-10-03")) == holidays);
    assert_true(calendar_makeup(&calendar, day("2026-10-10")) == workdays);
    assert_null(calendar_term(&calendar, day("2026-10-10")));
}

static struct wall
at(const char *text, int minutes)
{
    return day_at(zone, day(text), minutes);
}

static void
office(void **state)
{
    struct wall t;
    (void)state;

    assert_true(calendar_is_office(&calendar, zone, at("2026-10-08", 510)));
    assert_false(calendar_is_office(&calendar, zone, at("2026-10-08", 720)));
    assert_true(calendar_is_office(&calendar, zone, at("2026-10-10", 900)));
    assert_false(calendar_is_office(&calendar, zone, at("2026-10-11", 900)));
    /* From Wednesday, 30 September, 16:30: one hour is left of that day. */
    t = calendar_office_add(
        &calendar, zone, at("2026-09-30", 990), 2LL * MS_HOUR);
    assert_int_equal(t.ms, at("2026-10-08", 570).ms);
    assert_int_equal(
        calendar_office_ms(&calendar, zone, at("2026-09-30", 990), t),
        2LL * MS_HOUR);
    assert_int_equal(calendar_office_ms(&calendar, zone, t, t), 0);
    /* Hours of a night that began yesterday: a Friday's, on Saturday. */
    t = calendar_office_add(&(struct calendar){.hours = {{1320, 1800}},
                                .nhours = 1},
        zone, at("2026-11-07", 60), 1LL * MS_HOUR);
    assert_int_equal(t.ms, at("2026-11-07", 120).ms);
    /* Without hours nothing is ever due. */
    t = calendar_office_add(
        &(struct calendar){.nhours = 0}, zone, at("2026-09-30", 990), 1);
    assert_false(wall_is_set(t));
}

/* Adding and counting are each other's inverse, over changes of the clocks. */
static void
inverse(void **state)
{
    static const char *const zones[] = {
        "Asia/Shanghai", "Europe/Berlin", "America/New_York"};
    struct calendar night = {.hours = {{1320, 1800}}, .nhours = 1};
    (void)state;

    for (size_t z = 0; z < 3; z++) {
        struct zone *other;

        assert_int_equal(zone_load(zones[z], &other), 0);
        for (int64_t d = 20500; d < 20900; d += 3)
            for (int64_t h = 1; h < 100; h += 13) {
                struct wall from = day_at(other, d, 777);
                struct wall t =
                    calendar_office_add(&night, other, from, h * MS_HOUR);

                assert_int_equal(
                    calendar_office_ms(&night, other, from, t), h * MS_HOUR);
            }
        zone_free(other);
    }
}

static void
overlap(void **state)
{
    struct day_range list[] = {{.from_day = 1, .to_day = 5},
        {.from_day = 9, .to_day = 12}, {.from_day = 12, .to_day = 14}};
    size_t a = 9, b = 9;
    (void)state;

    assert_false(calendar_overlap(list, 2, &a, &b));
    assert_true(calendar_overlap(list, 3, &a, &b));
    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(days),
        cmocka_unit_test(office),
        cmocka_unit_test(inverse),
        cmocka_unit_test(overlap),
    };
    int r = zone_load("Asia/Shanghai", &zone);

    if (r == 0)
        r = cmocka_run_group_tests(tests, NULL, NULL);
    zone_free(zone);
    return r;
}
