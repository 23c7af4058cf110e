/*
 * What a rule may say besides words: other rules, what an item is instead of an
 * event, how far the rule is trusted, when it holds, and levels.
 */
#include "base/timefmt.h"
#include "check.h"

#define HEAD                                                                   \
    "levels: {blue: 20, yellow: 40, orange: 60, red: 80}\n"                    \
    "categories: {m: {modifier: true}}\n"                                      \
    "rules:\n"
#define A "  - {id: a, title: A, category: x, points: 30, any: [甲甲]}\n"
#define B "  - {id: b, title: B, category: y, points: 30, any: [乙乙]}\n"
#define C "  - {id: c, title: C, category: z, points: 30, any: [丙丙]}\n"

static bool
holds(struct check_set *c, const char *title, const char *rule)
{
    struct score s = check_title(c, title);

    return check_reason(&s, rule) != NULL;
}

static void
composites_stand_on_other_rules(void **state)
{
    struct check_set c = check_open(check_compile(HEAD A B C
        "  - {id: all, title: t, category: c, points: 1, composite: {all: [a, "
        "b]}}\n"
        "  - {id: any, title: t, category: c, points: 1, composite: {any: [a, "
        "b], none: [c]}}\n"
        "  - {id: two, title: t, category: c, points: 1, composite: "
        "{at_least: {count: 2, of: [a, b, c]}}}\n"
        "  - {id: high, title: t, category: c, points: 1, composite: {all: "
        "[two, {any: [any, {none: [b]}]}]}}\n"
        "  - {id: words, title: t, category: c, points: 1, composite: {all: "
        "[a]}, any: [丁丁]}\n"));

    (void)state;
    assert_false(holds(&c, "甲甲", "all"));
    assert_true(holds(&c, "甲甲乙乙", "all"));
    assert_true(holds(&c, "甲甲", "any"));
    assert_false(holds(&c, "甲甲丙丙", "any"));
    assert_false(holds(&c, "甲甲", "two"));
    assert_true(holds(&c, "甲甲丙丙", "two"));
    assert_true(holds(&c, "甲甲乙乙丙丙", "two"));
    assert_true(holds(&c, "甲甲乙乙", "high")); /* two and any */
    assert_true(holds(&c, "甲甲丙丙", "high")); /* two and not b */
    assert_false(holds(&c, "乙乙丙丙", "high"));
    assert_false(holds(&c, "甲甲", "words"));
    assert_true(holds(&c, "甲甲丁丁", "words"));
    struct score s = check_title(&c, "甲甲乙乙");
    assert_true(str_eq(check_reason(&s, "all")->text, STR("甲甲、乙乙")));
    check_close(&c);
}

static void
contexts_are_named_and_bound_the_level(void **state)
{
    struct check_set c = check_open(check_compile(HEAD
        "  - {id: a, title: A, category: x, points: 70, any: [甲甲]}\n"
        "  - {id: drill, title: D, category: m, context: drill, at_most: none, "
        "any: [演练]}\n"
        "  - {id: old, title: O, category: m, context: anniversary, points: "
        "-25, any: [周年]}\n"
        "  - {id: soft, title: S, category: m, context: policy, at_most: "
        "yellow, any: [意见]}\n"));
    struct score s = check_title(&c, "甲甲");

    (void)state;
    assert_int_equal(s.level, LEVEL_ORANGE);
    s = check_title(&c, "甲甲演练");
    assert_int_equal(s.level, LEVEL_NONE);
    assert_int_equal(s.points, 19);
    assert_int_equal(s.limit, 19);
    assert_true(str_eq(check_reason(&s, "drill")->context, STR("drill")));
    assert_true(
        str_eq(check_reason(&s, "context-limit")->context, STR("drill")));
    s = check_title(&c, "甲甲周年");
    assert_int_equal(s.points, 45);
    assert_true(str_eq(check_reason(&s, "old")->context, STR("anniversary")));
    s = check_title(&c, "甲甲意见");
    assert_int_equal(s.level, LEVEL_YELLOW);
    s = check_title(&c, "甲甲意见演练"); /* the least counts */
    assert_int_equal(s.level, LEVEL_NONE);
    check_close(&c);
}

static void
levels_are_floors_that_context_breaks(void **state)
{
    struct check_set c = check_open(check_compile(HEAD
        "  - {id: a, title: A, category: x, points: 30, level: red, any: "
        "[甲甲]}\n"
        "  - {id: dead, title: M, category: m, points: 5, level: orange, any: "
        "[死亡]}\n"
        "  - {id: b, title: B, category: x, points: 25, any: [乙乙]}\n"
        "  - {id: drill, title: D, category: m, points: -5, any: [演练]}\n"));
    struct score s = check_title(&c, "甲甲");

    (void)state;
    assert_int_equal(s.points, 80);
    assert_int_equal(check_reason(&s, "level-floor")->points, 50);
    s = check_title(&c, "甲甲演练");
    assert_int_equal(s.points, 25);
    assert_int_equal(check_title(&c, "死亡").points, 0); /* of nothing */
    assert_int_equal(check_title(&c, "乙乙死亡").points, 60);
    check_close(&c);
}

static void
status_says_what_counts(void **state)
{
    struct check_set c = check_open(check_compile(HEAD
        "  - {id: s, title: S, category: x, points: 30, any: [甲甲]}\n"
        "  - {id: e, title: E, category: y, points: 60, status: experimental, "
        "any: [甲甲]}\n"
        "  - {id: t, title: T, category: z, points: 35, status: test, any: "
        "[试试]}\n"
        "  - {id: n, title: N, category: m, status: test, at_most: none, any: "
        "[演练]}\n"
        "  - {id: d, title: D, category: w, points: 20, status: deprecated, "
        "replaced_by: s, any: [旧旧]}\n"));
    struct score s = check_title(&c, "甲甲");

    (void)state;
    assert_int_equal(s.points, 30);
    assert_false(s.has_would);
    assert_int_equal(check_reason(&s, "e")->points, 0);
    assert_int_equal(check_reason(&s, "e")->status, RULE_EXPERIMENTAL);
    s = check_title(&c, "甲甲试试");
    assert_int_equal(s.points, 30);
    assert_int_equal(s.level, LEVEL_BLUE);
    assert_true(s.has_would);
    assert_int_equal(s.would_points, 65);
    assert_int_equal(s.would_level, LEVEL_ORANGE);
    assert_int_equal(check_reason(&s, "t")->would, 35);
    s = check_title(&c, "甲甲演练"); /* a test may also calm */
    assert_int_equal(s.level, LEVEL_BLUE);
    assert_int_equal(s.would_level, LEVEL_NONE);
    s = check_title(&c, "旧旧"); /* deprecated counts as ever */
    assert_int_equal(s.points, 20);
    assert_int_equal(check_reason(&s, "d")->status, RULE_DEPRECATED);
    check_close(&c);
}

/* Whether rule r holds on an item of this time ("": none). */
static bool
holds_at(struct check_set *c, const char *published, const char *seen)
{
    struct rule_item item = {.title = STR("甲甲"), .published = WALL_NONE};
    struct score s;

    if (published[0])
        assert_int_equal(
            timefmt_parse_rfc3339(str_of(published), &item.published), 0);
    if (seen[0])
        assert_int_equal(timefmt_parse_rfc3339(str_of(seen), &item.seen), 0);
    s = check_score(c, &item, NULL);
    return check_reason(&s, "r") != NULL;
}

static struct check_set
open_in(const char *yaml, const char *zone_name)
{
    struct rule_file file = {.name = "test.yaml", .text = str_of(yaml)};
    struct toc_errors errors = {.n = 0};
    struct zone *zone = NULL;
    struct ruleset *set = NULL;

    if (zone_name)
        assert_int_equal(zone_load(zone_name, &zone), 0);
    struct rule_options options = {.zone = zone};
    assert_int_equal(
        ruleset_compile_with(&file, 1, &options, &errors, &set), 0);
    zone_free(zone);
    return check_open(set);
}

static void
dates_bound_a_rule(void **state)
{
    static const char yaml[] =
        "rules:\n  - {id: r, title: t, category: c, points: 9, any: [甲甲], "
        "since: 2026-06-07, until: 2026-06-08}\n";
    struct check_set c = open_in(yaml, NULL);

    (void)state;
    assert_false(holds_at(&c, "2026-06-06T15:59:59.999Z", ""));
    assert_true(holds_at(&c, "2026-06-06T16:00:00Z", ""));
    assert_true(holds_at(&c, "2026-06-08T15:59:59.999Z", ""));
    assert_false(holds_at(&c, "2026-06-08T16:00:00Z", ""));
    /* no date: when it was first seen; neither: it holds */
    assert_true(holds_at(&c, "", "2026-06-07T00:00:00Z"));
    assert_false(holds_at(&c, "", "2026-06-09T00:00:00Z"));
    assert_true(holds_at(&c, "", ""));
    check_close(&c);

    c = open_in(yaml, "UTC"); /* the zone is that of the configuration */
    assert_false(holds_at(&c, "2026-06-06T23:59:59Z", ""));
    assert_true(holds_at(&c, "2026-06-07T00:00:00Z", ""));
    assert_true(holds_at(&c, "2026-06-08T23:59:59Z", ""));
    assert_false(holds_at(&c, "2026-06-09T00:00:00Z", ""));
    check_close(&c);

    c = open_in("rules:\n  - {id: r, title: t, category: c, points: 9, any: "
                "[甲甲], since: \"2026-06-07 08:30\", until: "
                "\"2026-06-07T17:00:00+08:00\"}\n",
        NULL);
    assert_false(holds_at(&c, "2026-06-07T08:29:59+08:00", ""));
    assert_true(holds_at(&c, "2026-06-07T08:30:00+08:00", ""));
    assert_true(holds_at(&c, "2026-06-07T16:59:59+08:00", ""));
    assert_false(holds_at(&c, "2026-06-07T17:00:00+08:00", ""));
    check_close(&c);
}

static void
a_rule_out_of_its_time_holds_for_nobody(void **state)
{
    struct check_set c = open_in(
        "rules:\n"
        "  - {id: base, title: t, category: c, points: 9, any: [甲甲], until: "
        "2026-01-01}\n"
        "  - {id: r, title: t, category: c, points: 9, composite: {all: "
        "[base]}}\n",
        NULL);

    (void)state;
    assert_true(holds_at(&c, "2025-12-31T00:00:00Z", ""));
    assert_false(holds_at(&c, "2026-01-02T00:00:00Z", ""));
    check_close(&c);
}

static void
points_age(void **state)
{
    struct check_set c = open_in(
        "categories: {x: {half_life: 10d}, y: {}}\n"
        "rules:\n"
        "  - {id: a, title: t, category: x, points: 40, any: [甲甲]}\n"
        "  - {id: b, title: t, category: y, points: 40, any: [乙乙]}\n"
        "  - {id: n, title: t, category: m, points: -10, any: [演练]}\n",
        NULL);
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    struct rule_item item = {.title = STR("甲甲"), .published = {0}};
    struct score s;

    (void)state;
    context.now = (struct wall){20LL * MS_DAY + 1};
    context.published = (struct wall){10LL * MS_DAY + 1};
    s = check_score(&c, &item, &context);
    assert_int_equal(s.points, 20); /* one half-life */
    assert_int_equal(check_reason(&s, "age")->points, -20);
    assert_true(str_eq(check_reason(&s, "age")->text, STR("10 d")));
    item.title = STR("乙乙");
    assert_int_equal(check_score(&c, &item, &context).points, 40);
    item.title = STR("甲甲演练"); /* what lowers does not age */
    assert_int_equal(check_score(&c, &item, &context).points, 10);
    item.title = STR("甲甲");
    int before = 100;
    for (int64_t age = 0; age < 200LL * MS_DAY; age += 7 * (int64_t)MS_HOUR) {
        context.now.ms = context.published.ms + age;
        int now = check_score(&c, &item, &context).points;
        assert_true(now <= before); /* the older, the less */
        before = now;
    }
    assert_int_equal(before, 0);
    context.published = WALL_NONE; /* no date: just seen */
    assert_int_equal(check_score(&c, &item, &context).points, 40);
    context.published.ms = context.now.ms + MS_DAY; /* of the future */
    assert_int_equal(check_score(&c, &item, &context).points, 40);
    check_close(&c);
}

static void
a_file_has_its_own_half_life(void **state)
{
    struct check_set c =
        open_in("half_life: 5d\ncategories: {x: {half_life: 100d}}\nrules:\n"
                "  - {id: a, title: t, category: x, points: 40, any: [甲甲]}\n",
            NULL);
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    struct rule_item item = {.title = STR("甲甲"), .published = WALL_NONE};

    (void)state;
    context.published = (struct wall){MS_DAY};
    context.now = (struct wall){6LL * MS_DAY};
    assert_int_equal(check_score(&c, &item, &context).points, 20);
    check_close(&c);
}

static void
wishes_are_kept(void **state)
{
    struct check_set c = check_open(check_compile(
        "rules:\n  - {id: a, title: t, category: x, points: 1, any: [甲甲], "
        "body: true}\n  - {id: b, title: t, category: x, points: 1, any: "
        "[甲甲], backfill: true, context: drill, at_most: blue}\n"));

    (void)state;
    assert_int_equal(ruleset_rule(c.set, 0).wishes, RULE_WISH_BODY);
    assert_int_equal(ruleset_rule(c.set, 1).wishes, RULE_WISH_BACKFILL);
    assert_true(str_eq(ruleset_rule(c.set, 1).context, STR("drill")));
    check_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composites_stand_on_other_rules),
        cmocka_unit_test(contexts_are_named_and_bound_the_level),
        cmocka_unit_test(levels_are_floors_that_context_breaks),
        cmocka_unit_test(status_says_what_counts),
        cmocka_unit_test(dates_bound_a_rule),
        cmocka_unit_test(a_rule_out_of_its_time_holds_for_nobody),
        cmocka_unit_test(points_age),
        cmocka_unit_test(a_file_has_its_own_half_life),
        cmocka_unit_test(wishes_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
