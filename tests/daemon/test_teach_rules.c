/* Exceptions as rules: what they take away, once, as long as they last. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>

#include "daemon/teach_rules.h"
#include "rules/rules.h"

#define RULES                                                                  \
    "rules:\n"                                                                 \
    " - {id: fire, title: 火灾, category: building_fire, points: 60, any: "  \
    "[火灾]}\n"                                                              \
    " - {id: smoke, title: 浓烟, category: building_fire, points: 40, any: " \
    "[浓烟]}\n"

static const struct str survey[] = {{"观摩", 6}};
static const struct str lesson[] = {{"讲解", 6}, {"学生", 6}};
static const struct str other[] = {{"演示", 6}};

static struct exception
exception_of(int64_t id, const char *rule, const struct str *terms, size_t n)
{
    return (struct exception){.id = id,
        .rule = str_of(rule),
        .terms = terms,
        .nterms = n,
        .source = STR_NONE,
        .until = WALL_NONE};
}

static unsigned nlost;

static void
count_lost(const struct exception *e)
{
    (void)e;
    nlost++;
}

/* What a title from a source scores with these exceptions. */
static int
score_of(const struct exception *asked, size_t n, const char *source,
    const char *title, int64_t seen)
{
    struct exception list[4];
    struct rule_file files[] = {
        {.name = "own", .text = STR(RULES)}, {.name = "exceptions"}};
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct toc_errors errors = {0};
    struct ruleset *plain, *rules;
    struct matcher *matcher;
    struct zone *zone;
    struct verdict verdict;
    struct score score;
    struct buf text;
    struct str tags[1];
    struct rule_item item = {.title = str_of(title),
        .text = STR(""),
        .source = {.id = str_of(source), .tags = tags, .ntags = 1},
        .published = {seen},
        .seen = {seen}};
    struct score_context context = SCORE_CONTEXT_NEUTRAL;

    assert_non_null(arena);
    assert_true(n <= sizeof list / sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = asked[i];
    tags[0] = arena_printf(arena, "source:%s", source);
    assert_int_equal(zone_load("Asia/Shanghai", &zone), 0);
    assert_int_equal(ruleset_compile(files, 1, NULL, &errors, &plain), 0);
    buf_init(&text, TEACH_RULES_MAX_BYTES);
    nlost = 0;
    (void)teach_rules_write(list, n, plain, zone, arena, count_lost, &text);
    assert_int_equal(text.err, 0);
    files[1].text = buf_str(&text);
    if (ruleset_compile(files, n > nlost ? 2 : 1, NULL, &errors, &rules) != 0)
        toc_errors_print(&errors, stderr);
    assert_int_equal(errors.n, 0);
    assert_int_equal(matcher_new(rules, &matcher), 0);
    assert_int_equal(match_item(matcher, &item, arena, &verdict), 0);
    context.now = context.published = (struct wall){seen};
    assert_int_equal(
        score_verdict(rules, &verdict, &item, &context, arena, &score), 0);
    matcher_free(matcher);
    ruleset_free(rules);
    ruleset_free(plain);
    zone_free(zone);
    buf_done(&text);
    toc_errors_done(&errors);
    arena_free(arena);
    return score.points;
}

#define NOW 1780000000000 /* 2026-05-28 in Shanghai */
#define BOTH "火灾观摩，讲解员与学生，浓烟"

static void
points_are_taken_once(void **state)
{
    struct exception list[] = {
        exception_of(1, "fire", survey, 1), exception_of(2, "fire", lesson, 2)};
    int with_smoke, without;

    (void)state;
    with_smoke = score_of(NULL, 0, "news", "浓烟", NOW);
    without = score_of(NULL, 0, "news", BOTH, NOW);
    assert_true(without > with_smoke);
    /* Either alone, and both together: what the other rule found stays. */
    assert_int_equal(score_of(list, 1, "news", BOTH, NOW), with_smoke);
    assert_int_equal(score_of(&list[1], 1, "news", BOTH, NOW), with_smoke);
    assert_int_equal(score_of(list, 2, "news", BOTH, NOW), with_smoke);
    /* Each still does what it did alone. */
    assert_int_equal(
        score_of(list, 2, "news", "火灾讲解学生浓烟", NOW), with_smoke);
    assert_int_equal(
        score_of(list, 2, "news", "火灾观摩浓烟", NOW), with_smoke);
    assert_int_equal(score_of(list, 2, "news", "火灾讲解浓烟", NOW),
        score_of(NULL, 0, "news", "火灾讲解浓烟", NOW));
}

/* One that is over, or of another source, makes no other yield. */
static void
none_yields_to_one_that_does_not_count(void **state)
{
    struct exception list[] = {exception_of(1, "fire", survey, 1),
        exception_of(2, "fire", lesson, 2), exception_of(3, "fire", other, 1)};
    int with_smoke = score_of(NULL, 0, "news", "浓烟", NOW);

    (void)state;
    list[0].until = (struct wall){NOW - 2LL * MS_DAY};
    assert_int_equal(score_of(list, 2, "news", BOTH, NOW), with_smoke);
    list[0].until = WALL_NONE;
    list[0].source = STR("forum");
    assert_int_equal(score_of(list, 2, "news", BOTH, NOW), with_smoke);
    assert_int_equal(score_of(list, 2, "forum", BOTH, NOW), with_smoke);
    /* All three of them, in any order of ends. */
    list[2].until = (struct wall){NOW + 9LL * MS_DAY};
    list[1].until = (struct wall){NOW + 2LL * MS_DAY};
    assert_int_equal(score_of(list, 3, "forum", BOTH "演示", NOW), with_smoke);
    assert_int_equal(score_of(list, 3, "news", BOTH "演示", NOW), with_smoke);
}

/* Its last day is that of the bureau's zone. */
static void
it_ends_with_its_day(void **state)
{
    struct exception e = exception_of(1, "fire", survey, 1);
    const char *title = "火灾观摩浓烟";
    int with_smoke = score_of(NULL, 0, "news", "浓烟", NOW);

    (void)state;
    e.until = (struct wall){NOW + 1};
    assert_int_equal(score_of(&e, 1, "news", title, NOW), with_smoke);
    assert_true(
        score_of(&e, 1, "news", title, NOW + 2LL * MS_DAY) > with_smoke);
}

static void
one_without_its_rule_is_lost(void **state)
{
    struct exception list[] = {
        exception_of(1, "gone", survey, 1), exception_of(2, "fire", survey, 1)};

    (void)state;
    assert_int_equal(score_of(list, 2, "news", "火灾观摩浓烟", NOW),
        score_of(NULL, 0, "news", "浓烟", NOW));
    assert_int_equal(nlost, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_taken_once),
        cmocka_unit_test(none_yields_to_one_that_does_not_count),
        cmocka_unit_test(it_ends_with_its_day),
        cmocka_unit_test(one_without_its_rule_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
