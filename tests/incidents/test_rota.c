/* Who is on call: over years, zones that change their clocks, leap days, week
 * 53; overrides, gaps, key dates. */
#include "base/err.h"
#include "check.h"
#include "incidents/rota.h"

static struct calendar calendar; /* Monday to Friday */
static struct zone *zone;        /* of the test at hand */
static const struct str three[] = {{"林", 3}, {"沈", 3}, {"周", 3}};
static const struct str boss[] = {{"高", 3}};
static const struct rota_context plain = {.calendar = &calendar};

static struct wall
local(int year, int month, int day, int hour, int minute)
{
    struct civil c = {.year = year,
        .month = month,
        .day = day,
        .hour = hour,
        .minute = minute};

    return zone_to_wall(zone, &c);
}

static struct rota_layer
daily(int year, int month, int day, int handover)
{
    return (struct rota_layer){.members = three,
        .nmembers = 3,
        .every = 1,
        .handover = handover,
        .from_day = civil_days(year, month, day),
        .start_day = civil_days(year, month, day)};
}

static struct rota
rota_of(const struct rota_layer *layers, size_t n)
{
    return (struct rota){
        .name = STR("duty"), .zone = zone, .layers = layers, .nlayers = n};
}

static struct str
who(const struct rota *rota, const struct rota_context *context, struct wall t)
{
    struct on_call on_call;

    rota_at(rota, context, t, &on_call);
    return on_call.n ? on_call.names[0] : STR_NONE;
}

#define WHO(rota, context, t, name)                                            \
    assert_true(str_eq(who(rota, context, t), STR(name)))

static void
use(const char *name)
{
    zone_free(zone);
    zone = NULL;
    assert_int_equal(zone_load(name, &zone), 0);
}

/* Daily turns change at the hand-over, and not at midnight. */
static void
turns(void **state)
{
    struct rota_layer layer;
    struct rota rota;
    (void)state;

    use("Asia/Shanghai");
    layer = daily(2026, 1, 5, 510);
    rota = rota_of(&layer, 1);
    assert_int_equal(
        who(&rota, &plain, local(2026, 1, 5, 8, 29)).n, 0); /* before it */
    WHO(&rota, &plain, local(2026, 1, 5, 8, 30), "林");
    WHO(&rota, &plain, local(2026, 1, 6, 0, 0), "林");
    WHO(&rota, &plain, local(2026, 1, 6, 8, 29), "林");
    WHO(&rota, &plain, local(2026, 1, 6, 8, 30), "沈");
    WHO(&rota, &plain, local(2026, 1, 7, 8, 30), "周");
    WHO(&rota, &plain, local(2026, 1, 8, 8, 30), "林");
    layer.every = 2;
    WHO(&rota, &plain, local(2026, 1, 6, 9, 0), "林");
    WHO(&rota, &plain, local(2026, 1, 7, 9, 0), "沈");
}

/* Weeks count on over the end of a year with 53 of them. */
static void
weeks(void **state)
{
    struct rota_layer layer;
    struct rota rota;
    (void)state;

    use("Asia/Shanghai");
    layer = daily(2026, 12, 9, 510); /* a Wednesday; from Monday on */
    layer.length = ROTA_WEEKLY;
    layer.from_day = civil_days(2026, 12, 7);
    rota = rota_of(&layer, 1);
    assert_int_equal(who(&rota, &plain, local(2026, 12, 8, 9, 0)).n, 0);
    WHO(&rota, &plain, local(2026, 12, 9, 9, 0), "林");
    WHO(&rota, &plain, local(2026, 12, 14, 8, 29), "林");
    WHO(&rota, &plain, local(2026, 12, 14, 8, 30), "沈");
    WHO(&rota, &plain, local(2026, 12, 28, 8, 30), "林"); /* week 53 */
    WHO(&rota, &plain, local(2027, 1, 3, 12, 0), "林");
    WHO(&rota, &plain, local(2027, 1, 4, 8, 30), "沈"); /* week 1 */
}

/* Ten years in zones that change their clocks, among them one that does so by
 * half an hour and one that left out a day: at every hand-over of the calendar
 * the next takes over, each instant has exactly one, and no day is skipped. */
static void
years(void **state)
{
    static const struct {
        const char *zone;
        int handover;
    } cases[] = {{"Asia/Shanghai", 510}, {"Europe/Berlin", 510},
        {"Europe/Berlin", 150} /* in the gap, and twice */,
        {"Europe/Berlin", 0}, {"America/New_York", 150},
        {"Australia/Lord_Howe", 120}, {"America/Havana", 0},
        {"Asia/Kathmandu", 1439}, {"Africa/Cairo", 0}};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rota_layer layer;
        struct rota rota;
        int64_t first, last;

        use(cases[i].zone);
        layer = daily(2020, 1, 1, cases[i].handover);
        rota = rota_of(&layer, 1);
        first = civil_days(2020, 1, 2); /* leap years 2020, 2024, 2028 */
        last = civil_days(2030, 1, 1);
        for (int64_t day = first; day < last; day++) {
            struct wall t = day_at(zone, day, cases[i].handover);
            struct str before, after;

            assert_true(
                rota_turn(&rota, &layer, (struct wall){t.ms - 1}, &before));
            assert_true(rota_turn(&rota, &layer, t, &after));
            assert_true(
                str_eq(after, three[(day - civil_days(2020, 1, 1)) % 3]));
            assert_false(str_eq(before, after));
            /* and half an hour later still the same, however clocks go */
            assert_true(rota_turn(&rota, &layer,
                (struct wall){t.ms + 90 * (int64_t)MS_MINUTE}, &before));
            assert_true(str_eq(before, after));
        }
    }
}

/* The shifts of a time follow one another without a hole, agree with rota_at
 * at their ends, and their sum is the time. */
static void
shifts_cover(void **state)
{
    static const char *const zones[] = {
        "Europe/Berlin", "America/New_York", "Asia/Shanghai"};
    static struct rota_shift shifts[2000];
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct rota_layer layers[2];
        struct rota rota;
        struct wall from, until, t;
        size_t n;

        use(zones[i]);
        layers[0] = daily(2026, 1, 1, 510);
        layers[1] = daily(2026, 1, 1, 510);
        layers[1].members = boss;
        layers[1].nmembers = 1;
        layers[1].has_hours = true;
        layers[1].hours = (struct day_hours){18 * 60, 32 * 60};
        rota = rota_of(layers, 2);
        from = local(2026, 2, 1, 0, 0);
        until = local(2027, 2, 1, 0, 0);
        n = rota_shifts(&rota, &plain, from, until, shifts, 2000);
        assert_true(n > 365 * 2 && n < 365 * 4);
        t = from;
        for (size_t k = 0; k < n; k++) {
            struct on_call a, b;

            assert_int_equal(shifts[k].from.ms, t.ms);
            assert_true(shifts[k].until.ms > t.ms);
            rota_at(&rota, &plain, shifts[k].from, &a);
            rota_at(&rota, &plain, (struct wall){shifts[k].until.ms - 1}, &b);
            assert_true(on_call_eq(&a, &shifts[k].on_call));
            assert_true(on_call_eq(&b, &shifts[k].on_call));
            t = shifts[k].until;
        }
        assert_int_equal(t.ms, until.ms);
        assert_int_equal(rota_gaps(&rota, &plain, from, until, shifts, 10), 0);
    }
}

/* Hours that cross midnight, on working days and on holidays only. */
static void
hours(void **state)
{
    static const struct str workdays[] = {{"workday", 7}};
    static const struct str rest[] = {{"holiday", 7}};
    struct rota_layer layers[2];
    struct rota rota;
    struct rota_shift gaps[8];
    size_t n;
    (void)state;

    use("Asia/Shanghai");
    layers[0] = daily(2026, 1, 5, 510);
    layers[0].has_hours = true;
    layers[0].hours = (struct day_hours){18 * 60, 32 * 60};
    layers[0].days = workdays;
    layers[0].ndays = 1;
    layers[1] = daily(2026, 1, 5, 510);
    layers[1].members = boss;
    layers[1].nmembers = 1;
    layers[1].days = rest;
    layers[1].ndays = 1;
    rota = rota_of(layers, 2);
    assert_int_equal(who(&rota, &plain, local(2026, 1, 5, 17, 59)).n, 0);
    WHO(&rota, &plain, local(2026, 1, 5, 18, 0), "林");
    WHO(&rota, &plain, local(2026, 1, 6, 7, 59), "林");
    assert_int_equal(who(&rota, &plain, local(2026, 1, 6, 8, 0)).n, 0);
    /* Friday's hours end on Saturday morning, then the other layer is on. */
    WHO(&rota, &plain, local(2026, 1, 10, 7, 59), "沈");
    WHO(&rota, &plain, local(2026, 1, 10, 8, 30), "高");
    WHO(&rota, &plain, local(2026, 1, 12, 8, 29), "高");
    n = rota_gaps(&rota, &plain, local(2026, 1, 5, 18, 0),
        local(2026, 1, 7, 18, 0), gaps, 8);
    assert_int_equal(n, 2);
    assert_int_equal(gaps[0].from.ms, local(2026, 1, 6, 8, 0).ms);
    assert_int_equal(gaps[0].until.ms, local(2026, 1, 6, 18, 0).ms);
}

/* Above all layers, in the order in which they were made. */
static void
overrides(void **state)
{
    struct rota_layer layer;
    struct rota rota;
    struct rota_override list[4];
    struct rota_context context = {
        .calendar = &calendar, .overrides = list, .noverrides = 1};
    struct on_call on_call;
    (void)state;

    use("Asia/Shanghai");
    layer = daily(2026, 1, 5, 510);
    rota = rota_of(&layer, 1);
    list[0] = (struct rota_override){.rota = STR("duty"),
        .kind = ROTA_REPLACE,
        .person = STR("高"),
        .instead = STR("林"),
        .from = local(2026, 1, 5, 12, 0),
        .until = local(2026, 1, 6, 12, 0)};
    WHO(&rota, &context, local(2026, 1, 5, 11, 59), "林");
    WHO(&rota, &context, local(2026, 1, 5, 12, 0), "高");
    WHO(&rota, &context, local(2026, 1, 6, 8, 30), "沈"); /* not 林's turn */
    list[1] = list[0];
    list[1].kind = ROTA_ADD;
    list[1].person = STR("周");
    list[2] = list[0];
    list[2].kind = ROTA_REMOVE;
    list[2].person = STR("高");
    context.noverrides = 3;
    rota_at(&rota, &context, local(2026, 1, 5, 13, 0), &on_call);
    assert_int_equal(on_call.n, 1);
    assert_true(str_eq(on_call.names[0], STR("周")));
    list[1].rota = STR("another");
    rota_at(&rota, &context, local(2026, 1, 5, 13, 0), &on_call);
    assert_int_equal(on_call.n, 0); /* a gap that an override made */
    assert_int_equal(rota_next(&rota, &context, local(2026, 1, 5, 9, 0)).ms,
        local(2026, 1, 5, 12, 0).ms);
    /* Who is on call already is there once. */
    list[0].kind = ROTA_ADD;
    list[0].person = STR("林");
    context.noverrides = 1;
    rota_at(&rota, &context, local(2026, 1, 5, 13, 0), &on_call);
    assert_int_equal(on_call.n, 1);
}

/* A key date has more people on call. */
static void
key_dates(void **state)
{
    struct rota_layer layer;
    struct rota rota;
    struct rota_extra extra;
    struct rota_context context = {
        .calendar = &calendar, .extras = &extra, .nextras = 1};
    struct on_call on_call;
    (void)state;

    use("Asia/Shanghai");
    layer = daily(2026, 1, 5, 510);
    rota = rota_of(&layer, 1);
    extra = (struct rota_extra){
        STR("高"), local(2026, 6, 7, 0, 0), local(2026, 6, 11, 0, 0)};
    rota_at(&rota, &context, local(2026, 6, 6, 23, 59), &on_call);
    assert_int_equal(on_call.n, 1);
    rota_at(&rota, &context, local(2026, 6, 7, 0, 0), &on_call);
    assert_int_equal(on_call.n, 2);
    assert_true(str_eq(on_call.names[1], STR("高")));
    rota_at(&rota, &context, local(2026, 6, 11, 0, 0), &on_call);
    assert_int_equal(on_call.n, 1);
    assert_int_equal(rota_next(&rota, &context, local(2026, 6, 6, 9, 0)).ms,
        local(2026, 6, 7, 0, 0).ms);
}

static void
words(void **state)
{
    enum rota_override_kind kind;
    int weekday;
    (void)state;

    assert_int_equal(rota_override_parse(STR("replace"), &kind), 0);
    assert_int_equal(kind, ROTA_REPLACE);
    assert_int_equal(rota_override_parse(STR("swap"), &kind), E_PARSE);
    assert_string_equal(rota_override_name(ROTA_REMOVE), "remove");
    assert_int_equal(rota_weekday_parse(STR("sun"), &weekday), 0);
    assert_int_equal(weekday, 6);
    assert_int_equal(rota_weekday_parse(STR("Sun"), &weekday), E_PARSE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns),
        cmocka_unit_test(weeks),
        cmocka_unit_test(years),
        cmocka_unit_test(shifts_cover),
        cmocka_unit_test(hours),
        cmocka_unit_test(overrides),
        cmocka_unit_test(key_dates),
        cmocka_unit_test(words),
    };
    int r = cmocka_run_group_tests(tests, NULL, NULL);

    zone_free(zone);
    return r;
}
