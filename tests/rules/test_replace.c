/* replace: a rule of the bureau's own in the place of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "rules/manifest.h"
#include "rules/rules.h"

static const struct pack pack = {
    .id = {"county", 6}, .manifest = "m.yaml", .folder = "county"};
static const char shipped[] =
    "rules:\n"
    "  - {id: fire, title: 火, category: c, points: 40, any: [火灾],"
    " samples: {hits: [火灾], misses: [水]}}\n"
    "  - {id: both, title: 两, category: c, points: 30,"
    " composite: {all: [fire]}, samples: {hits: [火灾], misses: [水]}}\n";

static struct ruleset *
compile(const char *own, struct toc_errors *errors, struct toc_errors *warnings)
{
    const struct rule_file files[] = {
        {.name = "county/a.yaml", .text = str_of(shipped), .pack = &pack},
        {.name = "own.yaml", .text = str_of(own)}};
    struct rule_options options = {.warnings = warnings};
    struct ruleset *set = NULL;

    (void)ruleset_compile_with(files, 2, &options, errors, &set);
    return set;
}

static size_t
found(struct ruleset *set, const char *title)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct rule_item item = {.title = str_of(title),
        .text = STR(""),
        .published = WALL_NONE,
        .seen = WALL_NONE};
    struct verdict verdict;
    struct matcher *matcher;
    size_t n;

    assert_int_equal(matcher_new(set, &matcher), 0);
    assert_int_equal(match_item(matcher, &item, arena, &verdict), 0);
    n = verdict.nfindings;
    matcher_free(matcher);
    arena_free(arena);
    return n;
}

static void
it_takes_the_place(void **state)
{
    struct toc_errors errors = {0}, warnings = {0};
    struct ruleset *set =
        compile("rules:\n  - {id: fire, replace: true, title: 烟, category: c,"
                " points: 50, any: [冒烟]}\n",
            &errors, &warnings);
    uint32_t number;

    (void)state;
    assert_non_null(set);
    assert_int_equal(warnings.n, 0);
    assert_int_equal(ruleset_count(set), 2);
    assert_int_equal(ruleset_find(set, STR("fire"), &number), 0);
    assert_int_equal(ruleset_rule(set, number).points, 50);
    /* and so for what stands on it, in the pack */
    assert_int_equal(found(set, "冒烟"), 2);
    assert_int_equal(found(set, "火灾"), 0);
    ruleset_free(set);
}

static void
an_override_changes_the_one_that_is_meant(void **state)
{
    struct toc_errors errors = {0}, warnings = {0};
    struct ruleset *set =
        compile("rules:\n  - {id: fire, replace: true, title: 烟, category: c,"
                " points: 50, any: [冒烟]}\noverrides:\n  fire: {points: 60}\n",
            &errors, &warnings);
    uint32_t number;

    (void)state;
    assert_non_null(set);
    assert_int_equal(ruleset_find(set, STR("fire"), &number), 0);
    assert_int_equal(ruleset_rule(set, number).points, 60);
    ruleset_free(set);
}

static void
twice_or_of_nothing(void **state)
{
    struct toc_errors errors = {0}, warnings = {0};
    struct ruleset *set = compile(
        "rules:\n  - {id: new, replace: true, title: 新, category: c,"
        " points: 50, any: [新]}\n",
        &errors, &warnings);

    (void)state;
    assert_non_null(set);
    assert_int_equal(warnings.n, 1);
    ruleset_free(set);
    toc_errors_done(&warnings);
    set = compile(
        "rules:\n"
        "  - {id: fire, replace: true, title: 一, category: c, points: 5,"
        " any: [一]}\n"
        "  - {id: fire, replace: true, title: 二, category: c, points: 5,"
        " any: [二]}\n",
        &errors, &warnings);
    assert_null(set);
    assert_int_equal(errors.n, 1);
    toc_errors_done(&errors);
    set = compile("rules:\n  - {id: fire, title: 一, category: c, points: 5,"
                  " any: [一]}\n",
        &errors, &warnings);
    assert_null(set);
    toc_errors_done(&errors);
    toc_errors_done(&warnings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_takes_the_place),
        cmocka_unit_test(an_override_changes_the_one_that_is_meant),
        cmocka_unit_test(twice_or_of_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
