/* Spans of the week: across midnight, on chosen days, when clocks change. */
#include "check.h"
#include "incidents/quiet.h"

static struct zone *zone;

static void
use(const char *name)
{
    zone_free(zone);
    assert_int_equal(zone_load(name, &zone), 0);
}

static struct wall
at(const char *utc)
{
    struct wall t;

    assert_int_equal(timefmt_parse_rfc3339(str_of(utc), &t), 0);
    return t;
}

static struct hours
span(const char *from, const char *until, uint8_t days)
{
    struct hours h = {.is_set = true,
        .days = days,
        .levels = 1u << LEVEL_BLUE | 1u << LEVEL_YELLOW};

    assert_int_equal(hours_parse_time(str_of(from), &h.from), 0);
    assert_int_equal(hours_parse_time(str_of(until), &h.until), 0);
    return h;
}

/* The end of the span that holds at, as UTC; "" when none does. */
static const char *
end_of(const struct hours *hours, const char *utc)
{
    static char text[TIMEFMT_RFC3339_SIZE];
    struct hours_place place = {.zone = zone};
    struct wall end;

    return hours_hold(hours, &place, at(utc), &end) ? timefmt_rfc3339(end, text)
                                                    : "";
}

static void
test_times_are_read_strictly(void **state)
{
    static const char *const wrong[] = {"", "7:00", "24:01", "12:60", "ab:cd",
        "12.00", "12:00 ", "-1:00", "99:00"};
    int16_t minutes;
    uint8_t day;

    (void)state;
    assert_int_equal(hours_parse_time(STR("00:00"), &minutes), 0);
    assert_int_equal(minutes, 0);
    assert_int_equal(hours_parse_time(STR("08:09"), &minutes), 0);
    assert_int_equal(minutes, 489);
    assert_int_equal(hours_parse_time(STR("24:00"), &minutes), 0);
    assert_int_equal(minutes, 1440);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(hours_parse_time(str_of(wrong[i]), &minutes), 0);
    assert_int_equal(hours_parse_day(STR("sun"), &day), 0);
    assert_int_equal(day, 0x40);
    assert_int_not_equal(hours_parse_day(STR("Sunday"), &day), 0);
}

static void
test_a_night_crosses_midnight(void **state)
{
    struct hours night = span("22:00", "07:00", HOURS_ALL_DAYS);

    (void)state;
    use("Asia/Shanghai");
    /* 21:59:59 and 22:00:00, 06:59:59 and 07:00:00 on the wall. */
    assert_string_equal(end_of(&night, "2026-06-07T13:59:59Z"), "");
    assert_string_equal(
        end_of(&night, "2026-06-07T14:00:00Z"), "2026-06-07T23:00:00Z");
    assert_string_equal(
        end_of(&night, "2026-06-07T16:00:00Z"), "2026-06-07T23:00:00Z");
    assert_string_equal(
        end_of(&night, "2026-06-07T22:59:59Z"), "2026-06-07T23:00:00Z");
    assert_string_equal(end_of(&night, "2026-06-07T23:00:00Z"), "");
    night.is_set = false;
    assert_string_equal(end_of(&night, "2026-06-07T16:00:00Z"), "");
}

static void
test_a_span_belongs_to_the_day_it_begins_on(void **state)
{
    struct hours friday = span("22:00", "07:00", 1u << 4);

    (void)state;
    use("Asia/Shanghai");
    /* 2026-06-05 is a Friday: its night ends on Saturday at 07:00. */
    assert_string_equal(
        end_of(&friday, "2026-06-05T15:00:00Z"), "2026-06-05T23:00:00Z");
    assert_string_equal(
        end_of(&friday, "2026-06-05T21:00:00Z"), "2026-06-05T23:00:00Z");
    assert_string_equal(end_of(&friday, "2026-06-06T15:00:00Z"), "");
    assert_string_equal(end_of(&friday, "2026-06-04T21:00:00Z"), "");
}

static void
test_spans_that_touch_are_one(void **state)
{
    struct hours weekend = span("00:00", "24:00", 0x60);
    struct hours evenings = span("18:00", "18:00", 0x0F);

    (void)state;
    use("Asia/Shanghai");
    /* Saturday noon: until Monday 00:00. */
    assert_string_equal(
        end_of(&weekend, "2026-06-06T04:00:00Z"), "2026-06-07T16:00:00Z");
    assert_string_equal(end_of(&weekend, "2026-06-07T16:00:00Z"), "");
    /* Monday 18:00 to Friday 18:00, day after day. */
    assert_string_equal(
        end_of(&evenings, "2026-06-01T10:00:00Z"), "2026-06-05T10:00:00Z");
    assert_string_equal(end_of(&evenings, "2026-06-05T10:00:00Z"), "");
}

static void
test_always_ends_somewhere(void **state)
{
    struct hours always = span("00:00", "24:00", HOURS_ALL_DAYS);

    (void)state;
    use("Asia/Shanghai");
    assert_string_equal(
        end_of(&always, "2026-06-01T00:00:00Z"), "2026-06-15T16:00:00Z");
}

/* Berlin goes from 02:00 to 03:00 on 2026-03-29 and from 03:00 to 02:00 on
 * 2026-10-25; the span keeps the hours that the wall shows. */
static void
test_berlin(void **state)
{
    struct hours night = span("22:00", "07:00", HOURS_ALL_DAYS);
    struct hours early = span("02:30", "04:00", HOURS_ALL_DAYS);

    (void)state;
    use("Europe/Berlin");
    assert_string_equal(
        end_of(&night, "2026-03-28T21:00:00Z"), "2026-03-29T05:00:00Z");
    assert_string_equal(end_of(&night, "2026-03-28T20:59:59Z"), "");
    assert_string_equal(
        end_of(&night, "2026-10-24T20:00:00Z"), "2026-10-25T06:00:00Z");
    assert_string_equal(
        end_of(&night, "2026-10-25T05:59:59Z"), "2026-10-25T06:00:00Z");
    assert_string_equal(end_of(&night, "2026-10-25T06:00:00Z"), "");
    /* 02:30 does not exist: the span begins at 03:30, the later reading. */
    assert_string_equal(end_of(&early, "2026-03-29T01:29:59Z"), "");
    assert_string_equal(
        end_of(&early, "2026-03-29T01:30:00Z"), "2026-03-29T02:00:00Z");
    /* 02:30 comes twice: it begins at the first. */
    assert_string_equal(end_of(&early, "2026-10-25T00:29:59Z"), "");
    assert_string_equal(
        end_of(&early, "2026-10-25T00:30:00Z"), "2026-10-25T03:00:00Z");
    assert_string_equal(
        end_of(&early, "2026-10-25T02:59:59Z"), "2026-10-25T03:00:00Z");
}

static void
test_new_york(void **state)
{
    struct hours night = span("22:00", "07:00", HOURS_ALL_DAYS);

    (void)state;
    use("America/New_York");
    assert_string_equal(
        end_of(&night, "2026-03-08T03:00:00Z"), "2026-03-08T11:00:00Z");
    assert_string_equal(
        end_of(&night, "2026-11-01T02:00:00Z"), "2026-11-01T12:00:00Z");
    assert_string_equal(end_of(&night, "2026-11-01T12:00:00Z"), "");
}

/* Through every minute of a year: within the hours exactly when the wall says
 * so, but for the nights in which clocks change. */
static void
test_every_hour_of_a_year(void **state)
{
    static const char *const zones[] = {
        "Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"};
    struct hours night = span("22:00", "07:00", HOURS_ALL_DAYS);

    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct wall t;

        use(zones[z]);
        for (t = at("2026-01-01T00:00:00Z"); t.ms < at("2027-01-01").ms;
             t.ms += 15 * MS_MINUTE) {
            struct hours_place place = {.zone = zone};
            struct civil c = civil_of_wall(t, zone_offset(zone, t));
            struct wall end;
            bool quiet = hours_hold(&night, &place, t, &end);

            assert_int_equal(quiet, c.hour >= 22 || c.hour < 7);
            if (!quiet)
                continue;
            assert_true(end.ms > t.ms && end.ms - t.ms <= 10 * MS_HOUR);
            c = civil_of_wall(end, zone_offset(zone, end));
            assert_int_equal(c.hour * 60 + c.minute, 7 * 60);
        }
    }
}

static bool
only_sundays(const void *calendar, int64_t day)
{
    assert_int_equal(*(const int *)calendar, 480);
    return (day + 3) % 7 == 6;
}

static void
test_the_calendar_decides(void **state)
{
    struct hours holidays = span("00:00", "24:00", HOURS_ALL_DAYS);
    int offset = 480;
    struct hours_place place;
    struct wall end;

    (void)state;
    use("Asia/Shanghai");
    place = (struct hours_place){.zone = zone};
    holidays.calendar = HOURS_HOLIDAYS;
    /* Without one, Saturday and Sunday are holidays. */
    assert_true(
        hours_hold(&holidays, &place, at("2026-06-06T04:00:00Z"), &end));
    assert_int_equal(end.ms, at("2026-06-07T16:00:00Z").ms);
    assert_false(
        hours_hold(&holidays, &place, at("2026-06-08T04:00:00Z"), &end));
    place.is_workday = only_sundays;
    place.calendar = &offset;
    assert_false(
        hours_hold(&holidays, &place, at("2026-06-07T04:00:00Z"), &end));
    assert_true(
        hours_hold(&holidays, &place, at("2026-06-08T04:00:00Z"), &end));
    holidays.calendar = HOURS_WORKDAYS;
    assert_true(
        hours_hold(&holidays, &place, at("2026-06-07T04:00:00Z"), &end));
}

static void
test_red_is_never_quiet(void **state)
{
    struct hours night = span("22:00", "07:00", HOURS_ALL_DAYS);
    struct wall now = at("2026-06-07T16:00:00Z"), end;
    struct hours_place place;

    (void)state;
    use("Asia/Shanghai");
    place = (struct hours_place){.zone = zone};
    assert_true(quiet_holds(&night, &place, LEVEL_BLUE, now, &end));
    assert_true(quiet_holds(&night, &place, LEVEL_YELLOW, now, &end));
    assert_false(quiet_holds(&night, &place, LEVEL_ORANGE, now, &end));
    night.levels = 0xFF;
    assert_true(quiet_holds(&night, &place, LEVEL_ORANGE, now, &end));
    assert_false(quiet_holds(&night, &place, LEVEL_RED, now, &end));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_read_strictly),
        cmocka_unit_test(test_a_night_crosses_midnight),
        cmocka_unit_test(test_a_span_belongs_to_the_day_it_begins_on),
        cmocka_unit_test(test_spans_that_touch_are_one),
        cmocka_unit_test(test_always_ends_somewhere),
        cmocka_unit_test(test_berlin), cmocka_unit_test(test_new_york),
        cmocka_unit_test(test_every_hour_of_a_year),
        cmocka_unit_test(test_the_calendar_decides),
        cmocka_unit_test(test_red_is_never_quiet)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    zone_free(zone);
    return failed;
}
