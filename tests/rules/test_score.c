/*
 * Scores: caps, categories, modifiers, levels, factors that never lower a
 * score when they grow, and an explanation that adds up.
 */
#include <string.h>

#include "check.h"

static const char *const rules =
    "levels: {blue: 20, yellow: 40, orange: 60, red: 80}\n"
    "others_percent: 50\n"
    "categories:\n"
    "  a: {title: A, cap: 50}\n"
    "  m: {title: M, modifier: true}\n"
    "rules:\n"
    "  - {id: a1, title: one, category: a, points: 30, any: [甲一]}\n"
    "  - {id: a2, title: two, category: a, points: 40, any: [甲二]}\n"
    "  - {id: b1, title: three, category: b, points: 20, any: [乙一]}\n"
    "  - {id: up, title: up, category: m, points: 25, any: [加重]}\n"
    "  - {id: down, title: down, category: m, points: -45, any: [演练]}\n"
    "  - {id: field, title: f, category: d, points: {title: 30, text: 10}, "
    "any: [丁一]}\n"
    "  - {id: shadow, title: s, category: e, points: 90, status: experimental, "
    "any: [戊一]}\n"
    "  - {id: slow, title: s, category: f, points: 50, any: "
    "[\"/(a+)+$/\"]}\n";

static struct fixture {
    struct ruleset *set;
    struct matcher *matcher;
    struct arena *arena;
} fx;

static int
set_up(void **state)
{
    (void)state;
    fx.set = check_compile(rules);
    fx.arena = arena_new(ARENA_CAP_DEFAULT);
    return matcher_new(fx.set, &fx.matcher);
}

static int
tear_down(void **state)
{
    (void)state;
    matcher_free(fx.matcher);
    ruleset_free(fx.set);
    arena_free(fx.arena);
    return 0;
}

static struct score
score(const char *title, const char *text, const struct score_context *context)
{
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    struct rule_item item = {.title = str_of(title),
        .text = str_of(text),
        .published = WALL_NONE};
    struct verdict v;
    struct score s;
    int sum = 0;

    arena_clear(fx.arena);
    assert_int_equal(match_item(fx.matcher, &item, fx.arena, &v), 0);
    assert_int_equal(score_verdict(fx.set, &v, &item,
                         context ? context : &neutral, fx.arena, &s),
        0);
    for (size_t i = 0; i < s.nreasons; i++)
        sum += s.reasons[i].points;
    sum = sum < 0 ? 0 : sum > 100 ? 100 : sum;
    assert_int_equal(sum, s.points); /* the explanation adds up */
    return s;
}

static void
points_add_up_to_the_cap(void **state)
{
    (void)state;
    assert_int_equal(score("", "", NULL).points, 0);
    assert_int_equal(score("甲一", "", NULL).points, 30);
    assert_int_equal(score("甲一甲二", "", NULL).points, 50);
    assert_int_equal(score("甲一", "甲一", NULL).points, 30); /* once a rule */
}

static void
categories_go_together(void **state)
{
    struct score s = score("甲二乙一", "", NULL);

    (void)state;
    assert_int_equal(s.points, 40 + 20 * 50 / 100);
    assert_int_equal(s.ncategories, 2);
    assert_true(str_eq(s.categories[0], STR("a")));
    assert_true(str_eq(s.categories[1], STR("b")));
}

static void
modifiers_change_only_what_is_there(void **state)
{
    struct score s;

    (void)state;
    assert_int_equal(score("加重", "", NULL).points, 0);
    s = score("甲二加重", "", NULL);
    assert_int_equal(s.points, 65);
    assert_int_equal(s.ncategories, 1);
    assert_int_equal(score("甲二演练", "", NULL).points, 0);
    assert_int_equal(score("甲一甲二演练", "", NULL).points, 5);
}

static void
levels_follow(void **state)
{
    (void)state;
    assert_int_equal(score("演练", "", NULL).level, LEVEL_NONE);
    assert_int_equal(score("乙一", "", NULL).level, LEVEL_BLUE);
    assert_int_equal(score("甲二", "", NULL).level, LEVEL_YELLOW);
    assert_int_equal(score("甲二加重", "", NULL).level, LEVEL_ORANGE);
}

static void
fields_and_shadow(void **state)
{
    (void)state;
    assert_int_equal(score("丁一", "丁一", NULL).points, 30);
    assert_int_equal(score("", "丁一", NULL).points, 10);
    struct score s = score("戊一", "", NULL);
    assert_int_equal(s.points, 0);
    assert_int_equal(s.nreasons, 1); /* shown, but it counts nothing */
}

static void
factors_never_lower(void **state)
{
    struct score_context c = SCORE_CONTEXT_NEUTRAL;
    static const char *const tiers[] = {
        "forum", "aggregator", "press", "institution", "own"};
    int before = 0;

    (void)state;
    for (unsigned n = 0; n < 12; n++) {
        c.corroborating = n;
        int now = score("甲二", "", &c).points;
        assert_true(now >= before);
        before = now;
    }
    assert_true(before > 40);
    c.corroborating = 0;
    before = 0;
    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++) {
        c.source_tier = str_of(tiers[i]);
        int now = score("甲二", "", &c).points;
        assert_true(now >= before);
        before = now;
    }
    c.source_tier = STR_NONE;
    for (int weight = 50, last = 0; weight <= 200; weight += 10) {
        c.source_weight = weight;
        int now = score("甲二", "", &c).points;
        assert_true(now >= last);
        last = now;
    }
    c.source_weight = 300;
    assert_int_equal(score("甲二加重", "", &c).points, 100);
    c.corroborating = 9;
    assert_int_equal(score("", "", &c).points, 0); /* of nothing, nothing */
}

static void
a_limit_is_never_silent(void **state)
{
    char text[6001];
    struct score s;

    (void)state;
    memset(text, 'a', sizeof(text) - 2);
    text[sizeof(text) - 2] = '!';
    text[sizeof(text) - 1] = '\0';
    s = score("", text, NULL);
    assert_int_equal(s.level, LEVEL_BLUE);
    assert_true(s.nreasons >= 2);
    assert_true(s.reasons[0].indeterminate);
}

static void
words_are_shown(void **state)
{
    struct score s = score("甲*一", "甲一甲一", NULL);

    (void)state;
    assert_true(str_eq(s.reasons[0].text, STR("甲*一、甲一")));
    assert_true(str_eq(s.reasons[0].rule, STR("a1")));
    assert_true(str_eq(s.reasons[0].title, STR("one")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_add_up_to_the_cap),
        cmocka_unit_test(categories_go_together),
        cmocka_unit_test(modifiers_change_only_what_is_there),
        cmocka_unit_test(levels_follow),
        cmocka_unit_test(fields_and_shadow),
        cmocka_unit_test(factors_never_lower),
        cmocka_unit_test(a_limit_is_never_silent),
        cmocka_unit_test(words_are_shown),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
