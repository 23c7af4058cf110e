/* Routes and inhibitions, field by field. */
#include "check.h"
#include "incidents/route.h"

#define LIST(...) ((const struct str[]){__VA_ARGS__})
#define S(text)                                                                \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

static struct zone *zone;

static struct route_subject
subject(int64_t id, enum level level)
{
    static const struct str tags[] = {S("media"), S("county")};

    return (struct route_subject){.id = id,
        .level = level,
        .category = STR("food"),
        .owner = STR("云溪三中"),
        .tags = tags,
        .ntags = 2,
        .event = STR("incident.opened")};
}

static bool
leads(const struct route *routes, size_t n, const struct route_subject *s,
    const char *channel, size_t *ret)
{
    struct hours_place place = {.zone = zone};

    return routes_lead(routes, n, s, &place, (struct wall){1780843500000},
        str_of(channel), ret);
}

static void
test_each_field_decides(void **state)
{
    struct route_subject s = subject(1, LEVEL_ORANGE);
    struct route_match m = {0};

    (void)state;
    assert_true(route_matches(&m, &s));
    m.min_level = LEVEL_RED;
    assert_false(route_matches(&m, &s));
    m = (struct route_match){.max_level = LEVEL_YELLOW};
    assert_false(route_matches(&m, &s));
    m = (struct route_match){
        .min_level = LEVEL_ORANGE, .max_level = LEVEL_ORANGE};
    assert_true(route_matches(&m, &s));
    m = (struct route_match){
        .categories = LIST(S("health"), S("food")), .ncategories = 2};
    assert_true(route_matches(&m, &s));
    m.ncategories = 1;
    assert_false(route_matches(&m, &s));
    m = (struct route_match){.owners = LIST(S("云溪一中")), .nowners = 1};
    assert_false(route_matches(&m, &s));
    m.owners = LIST(S("云溪三中"));
    assert_true(route_matches(&m, &s));
    s.owner = STR_NONE;
    assert_false(route_matches(&m, &s));
    m = (struct route_match){.owner_tags = LIST(S("town")), .nowner_tags = 1};
    assert_false(route_matches(&m, &s));
    s.owner_tags = LIST(S("school"), S("town"));
    s.nowner_tags = 2;
    assert_true(route_matches(&m, &s));
    m = (struct route_match){.tags = LIST(S("forum"), S("county")), .ntags = 2};
    assert_true(route_matches(&m, &s));
    m.ntags = 1;
    assert_false(route_matches(&m, &s));
    m = (struct route_match){
        .events = LIST(S("incident.closed")), .nevents = 1};
    assert_false(route_matches(&m, &s));
}

static void
test_the_first_route_decides_unless_it_goes_on(void **state)
{
    struct route routes[] = {{.match = {.min_level = LEVEL_RED},
                                 .channels = LIST(S("duty"), S("head")),
                                 .nchannels = 2,
                                 .go_on = true},
        {.match = {.categories = LIST(S("food")), .ncategories = 1},
            .channels = LIST(S("canteen")),
            .nchannels = 1},
        {.channels = LIST(S("desk")), .nchannels = 1}};
    struct route_subject s = subject(1, LEVEL_RED);
    size_t at = 99;

    (void)state;
    assert_true(leads(routes, 3, &s, "head", &at));
    assert_int_equal(at, 0);
    assert_true(leads(routes, 3, &s, "canteen", &at));
    assert_int_equal(at, 1);
    assert_false(leads(routes, 3, &s, "desk", &at));
    s.level = LEVEL_BLUE;
    assert_false(leads(routes, 3, &s, "head", &at));
    s.category = STR("fees");
    assert_true(leads(routes, 3, &s, "desk", &at));
    assert_int_equal(at, 2);
    assert_true(leads(NULL, 0, &s, "any", &at));
    assert_int_equal(at, 0);
    assert_false(routes_need_tags(routes, 3));
    routes[2].match.tags = LIST(S("media"));
    routes[2].match.ntags = 1;
    assert_true(routes_need_tags(routes, 3));
}

static void
test_a_route_has_its_hours(void **state)
{
    /* 1780843500000 is 2026-06-07 22:45 in Shanghai, a Sunday. */
    struct route routes[] = {{.channels = LIST(S("day")),
                                 .nchannels = 1,
                                 .hours = {.is_set = true,
                                     .days = HOURS_ALL_DAYS,
                                     .from = 480,
                                     .until = 1080}},
        {.channels = LIST(S("night")), .nchannels = 1}};
    struct route_subject s = subject(1, LEVEL_BLUE);
    size_t at;

    (void)state;
    assert_false(leads(routes, 2, &s, "day", &at));
    assert_true(leads(routes, 2, &s, "night", &at));
    routes[0].hours.until = 1380;
    assert_true(leads(routes, 2, &s, "day", &at));
    assert_false(leads(routes, 2, &s, "night", &at));
    routes[0].hours.days = 0x3F; /* not on Sundays */
    assert_false(leads(routes, 2, &s, "day", &at));
}

static void
test_what_both_lack_is_not_the_same(void **state)
{
    struct inhibit inhibit = {.when = {.min_level = LEVEL_ORANGE},
        .drops = {.max_level = LEVEL_YELLOW},
        .same = LIST(S("owner"), S("category")),
        .nsame = 2};
    struct route_subject small = subject(1, LEVEL_YELLOW),
                         great = subject(2, LEVEL_RED);

    (void)state;
    assert_true(inhibit_drops(&inhibit, &small, &great));
    great.category = STR("fees");
    assert_false(inhibit_drops(&inhibit, &small, &great));
    great = subject(2, LEVEL_RED);
    small.owner = great.owner = STR_NONE;
    assert_false(inhibit_drops(&inhibit, &small, &great));
    inhibit.same = NULL;
    inhibit.nsame = 0;
    assert_true(inhibit_drops(&inhibit, &small, &great));
    great.level = LEVEL_YELLOW;
    assert_false(inhibit_drops(&inhibit, &small, &great));
}

static void
test_nobody_drops_himself_or_each_other_or_red(void **state)
{
    struct inhibit inhibit = {.same = LIST(S("owner")), .nsame = 1};
    struct route_subject a = subject(1, LEVEL_YELLOW),
                         b = subject(2, LEVEL_YELLOW);

    (void)state;
    assert_false(inhibit_drops(&inhibit, &a, &a));
    assert_false(inhibit_drops(&inhibit, &a, &b));
    assert_false(inhibit_drops(&inhibit, &b, &a));
    inhibit.when.min_level = LEVEL_ORANGE;
    b.level = LEVEL_ORANGE;
    assert_true(inhibit_drops(&inhibit, &a, &b));
    assert_false(inhibit_drops(&inhibit, &b, &a));
    a.level = LEVEL_RED; /* whatever is open besides */
    inhibit.when.min_level = LEVEL_NONE;
    inhibit.when.categories = LIST(S("food"));
    inhibit.when.ncategories = 1;
    a.category = STR("fees");
    assert_false(inhibit_drops(&inhibit, &a, &b));
    a.level = LEVEL_ORANGE;
    assert_true(inhibit_drops(&inhibit, &a, &b));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_field_decides),
        cmocka_unit_test(test_the_first_route_decides_unless_it_goes_on),
        cmocka_unit_test(test_a_route_has_its_hours),
        cmocka_unit_test(test_what_both_lack_is_not_the_same),
        cmocka_unit_test(test_nobody_drops_himself_or_each_other_or_red)};
    int failed;

    if (zone_load("Asia/Shanghai", &zone) != 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    zone_free(zone);
    return failed;
}
