/* Silences: what they match, what is refused, when they are over. */
#include "check.h"
#include "incidents/silence.h"

static const struct str one_source[] = {{"forum", 5}};
static const struct str two_sources[] = {{"forum", 5}, {"press", 5}};
static const struct str one_rule[] = {{"test-poison", 11}};
static const struct str two_rules[] = {{"test-poison", 11}, {"test-fire", 9}};

static struct incident incident = {.id = 7, .level = LEVEL_YELLOW};

static bool
matches(const struct silence_match *match, bool both)
{
    struct silence_subject subject = {.incident = &incident,
        .sources = both ? two_sources : one_source,
        .nsources = both ? 2 : 1,
        .rules = both ? two_rules : one_rule,
        .nrules = both ? 2 : 1};

    return silence_matches(match, &subject);
}

static int
setup(void **state)
{
    (void)state;
    incident = (struct incident){.id = 7,
        .level = LEVEL_YELLOW,
        .title = STR("云溪三中食堂 Drill 通知"),
        .category = STR("food"),
        .owner = STR("云溪三中")};
    return 0;
}

static void
test_each_field_decides(void **state)
{
    (void)state;
    assert_true(matches(&(struct silence_match){.owner = STR("云溪三中")}, 0));
    assert_false(matches(&(struct silence_match){.owner = STR("云溪一中")}, 0));
    assert_true(matches(&(struct silence_match){.category = STR("food")}, 0));
    assert_false(matches(&(struct silence_match){.category = STR("fees")}, 0));
    assert_true(matches(&(struct silence_match){.title = STR("食堂")}, 0));
    assert_true(matches(&(struct silence_match){.title = STR("drill")}, 0));
    assert_false(matches(&(struct silence_match){.title = STR("演练")}, 0));
    assert_true(matches(&(struct silence_match){.incident = 7}, 0));
    assert_false(matches(&(struct silence_match){.incident = 8}, 0));
    assert_false(matches(
        &(struct silence_match){.incident = 7, .category = STR("fees")}, 0));
}

/* What is known of nothing is not known to be of that source alone. */
static void
test_no_source_is_not_that_source(void **state)
{
    struct silence_subject subject = {.incident = &incident};
    struct silence_match source = {.source = STR("forum")},
                         rule = {.rule = STR("test-poison")};

    (void)state;
    assert_false(silence_matches(&source, &subject));
    assert_false(silence_matches(&rule, &subject));
}

/* Another source's report, or another rule, is told. */
static void
test_another_source_or_rule_breaks_it(void **state)
{
    (void)state;
    assert_true(matches(&(struct silence_match){.source = STR("forum")}, 0));
    assert_false(matches(&(struct silence_match){.source = STR("forum")}, 1));
    assert_true(
        matches(&(struct silence_match){.rule = STR("test-poison")}, 0));
    assert_false(
        matches(&(struct silence_match){.rule = STR("test-poison")}, 1));
}

static void
test_red_is_told_unless_it_is_named(void **state)
{
    struct silence_match food = {.category = STR("food")},
                         named = {.incident = 7};

    (void)state;
    incident.level = LEVEL_ORANGE;
    assert_true(matches(&food, 0));
    food.max_level = LEVEL_YELLOW;
    assert_false(matches(&food, 0));
    incident.level = LEVEL_RED;
    food.max_level = LEVEL_RED;
    assert_false(matches(&food, 0));
    assert_true(matches(&named, 0));
    named.max_level = LEVEL_ORANGE;
    assert_false(matches(&named, 0));
}

static void
test_what_is_refused(void **state)
{
    struct wall now = {1000};
    struct silence s = {.match = {.category = STR("food")},
        .reason = STR("drill week"),
        .created = now,
        .until = {1000 + MS_HOUR}};

    (void)state;
    assert_null(silence_fault(&s, now));
    s.match.category = STR_NONE;
    assert_string_equal(silence_fault(&s, now), "silence_empty");
    s.match.category = STR("food");
    s.match.max_level = LEVEL_RED;
    assert_string_equal(silence_fault(&s, now), "silence_red");
    s.match.incident = 3;
    assert_null(silence_fault(&s, now));
    s.reason = STR_NONE;
    assert_string_equal(silence_fault(&s, now), "silence_reason");
    s.reason = STR("x");
    s.until = now;
    assert_string_equal(silence_fault(&s, now), "silence_until");
    s.until.ms = now.ms + 30 * (int64_t)MS_DAY;
    assert_null(silence_fault(&s, now));
    s.until.ms++;
    assert_string_equal(silence_fault(&s, now), "silence_until");
    s.until = WALL_NONE;
    assert_string_equal(silence_fault(&s, now), "silence_until");
}

static void
test_it_ends_by_time_or_when_nothing_matches(void **state)
{
    struct silence s = {.created = {0},
        .until = {10 * (int64_t)MS_DAY},
        .idle_ms = MS_DAY,
        .last_match = WALL_NONE};

    (void)state;
    assert_null(silence_over(&s, (struct wall){MS_DAY - 1}));
    assert_string_equal(silence_over(&s, (struct wall){MS_DAY}), "idle");
    s.last_match.ms = MS_HOUR;
    assert_null(silence_over(&s, (struct wall){MS_DAY}));
    assert_string_equal(
        silence_over(&s, (struct wall){MS_DAY + MS_HOUR}), "idle");
    s.idle_ms = 0;
    assert_null(silence_over(&s, (struct wall){9 * (int64_t)MS_DAY}));
    assert_string_equal(
        silence_over(&s, (struct wall){10 * (int64_t)MS_DAY}), "time");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_field_decides, setup),
        cmocka_unit_test_setup(test_no_source_is_not_that_source, setup),
        cmocka_unit_test_setup(test_another_source_or_rule_breaks_it, setup),
        cmocka_unit_test_setup(test_red_is_told_unless_it_is_named, setup),
        cmocka_unit_test_setup(test_what_is_refused, setup),
        cmocka_unit_test_setup(
            test_it_ends_by_time_or_when_nothing_matches, setup)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
