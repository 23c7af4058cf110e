/*
 * What rules, lists and packs say of one another: what leads nowhere is said
 * with what may have been meant, circles with their path, and packs stay with
 * what they require.
 */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "rules/manifest.h"

/* Compile files that are wrong; the caller looks at errors. */
static void
compile_wrong(
    const struct rule_file *files, size_t n, struct toc_errors *errors)
{
    struct ruleset *set = NULL;

    *errors = (struct toc_errors){.n = 0};
    assert_int_equal(
        ruleset_compile_with(files, n, NULL, errors, &set), E_CONF);
    assert_null(set);
}

static void
yaml_says(const char *yaml, unsigned line, const char *says)
{
    struct rule_file file = {.name = "f.yaml", .text = str_of(yaml)};
    struct toc_errors errors;

    compile_wrong(&file, 1, &errors);
    if (!check_says(&errors, line, says))
        toc_errors_print(&errors, stderr);
    assert_true(check_says(&errors, line, says));
    toc_errors_done(&errors);
}

#define R(id, conditions)                                                      \
    "  - {id: " id ", title: t, category: c, points: 1, " conditions "}\n"

static void
circles_are_told_with_their_path(void **state)
{
    (void)state;
    yaml_says("rules:\n" R("a", "composite: {all: [a]}"), 2,
        "the rule a needs itself: a → a");
    yaml_says("rules:\n" R("a", "composite: {all: [b]}")
                  R("b", "all: [{rule: c}, 甲乙]")
                      R("c", "any: [甲乙, {none: [{rule: a}]}]"),
        4, "the rule a needs itself: a → b → c → a");
    yaml_says("lists:\n  l: [{rule: a}]\nrules:\n" R("a", "any: [{list: l}]"),
        2, "the rule a needs itself: a → l → a");
    yaml_says("lists:\n  l: [{list: k}, 甲乙]\n  k: [{list: l}]\nrules:\n" R(
                  "a", "any: [{list: l}]"),
        3, "the list l holds itself: l → k → l");
}

static void
what_may_have_been_meant(void **state)
{
    (void)state;
    yaml_says(
        "lists: {pupils: [甲乙]}\nrules:\n" R("a", "any: [{list: pupil}]"), 3,
        "no list called \"pupil\"; did you mean \"pupils\"?");
    yaml_says("rules:\n" R("food-poisoning", "any: [甲乙]")
                  R("b", "composite: {all: [food-poisning]}"),
        3, "\"food-poisning\"; did you mean \"food-poisoning\"?");
    struct rule_file file = {.name = "f.yaml",
        .text = STR("rules:\n" R("abcdef", "any: [甲乙]")
                R("b", "composite: {all: [zzzzzz]}"))};
    struct toc_errors errors;
    compile_wrong(&file, 1, &errors);
    assert_false(check_says(&errors, 0, "did you mean"));
    toc_errors_done(&errors);
}

static void
composites_take_ids_only(void **state)
{
    (void)state;
    yaml_says("rules:\n" R("a", "composite: {all: [\"/x/\"]}"), 2, "id of a");
    yaml_says("rules:\n" R("a", "composite: {all: [甲乙]}"), 2, "is no id");
    yaml_says("rules:\n" R("a", "composite: {al: [b]}"), 2, "\"all\"");
    yaml_says("rules:\n" R("a", "composite: [b]"), 2, "composite is to be");
    yaml_says("rules:\n" R("a", "composite: {none: [b]}") R("b", "any: [甲乙]"),
        2, "only none");
}

static void
all_is_said_at_once(void **state)
{
    static const char yaml[] =
        "rules:\n" R("a", "composite: {all: [a, gone]}, status: new")
            R("b", "any: [{list: nobody}, \"/(/\"], since: soon")
                R("c", "any: [甲乙], context: dril, level: violet");
    struct rule_file file = {.name = "f.yaml", .text = str_of(yaml)};
    struct toc_errors errors;

    (void)state;
    compile_wrong(&file, 1, &errors);
    assert_true(check_says(&errors, 2, "needs itself"));
    assert_true(check_says(&errors, 2, "no rule with id \"gone\""));
    assert_true(check_says(&errors, 2, "status is to be"));
    assert_true(check_says(&errors, 3, "no list called"));
    assert_true(check_says(&errors, 3, "since is to be a date"));
    assert_true(check_says(&errors, 3, "regular expression"));
    assert_true(check_says(&errors, 4, "\"dril\" is no context"));
    assert_true(check_says(&errors, 4, "level is to be blue"));
    for (size_t i = 0; i < errors.n; i++)
        assert_true(errors.list[i].line > 0 && errors.list[i].column > 0);
    toc_errors_done(&errors);
}

static void
what_does_not_go_together(void **state)
{
    (void)state;
    yaml_says(
        "rules:\n" R("a", "any: [甲乙], context: drill"), 2, "is to lower");
    yaml_says("rules:\n" R("a", "any: [甲乙], replaced_by: a"), 2,
        "status: deprecated");
    yaml_says(
        "rules:\n" R("a", "any: [甲乙], since: 2026-06-02, until: 2026-06-01"),
        2, "until is before since");
    yaml_says("rules:\n" R("a", "any: [甲乙], at_most: red"), 2, "at_most is");
    yaml_says("categories: {c: {half_life: 5}}\n", 1, "half_life is to be");
}

static struct pack packs[] = {{.id = {"one", 3}, .manifest = "one/m"},
    {.id = {"two", 3}, .manifest = "two/m"},
    {.id = {"three", 5},
        .manifest = "three/m",
        .needs = {{.id = {"one", 3}}},
        .nneeds = 1}};

#define SAMPLES ", samples: {hits: [甲乙], misses: [丙丁]}"

static void
packs_use_what_they_require(void **state)
{
    struct rule_file files[] = {
        {.name = "one.yaml",
            .text = STR("lists: {shared: [甲乙]}\nrules:\n" R(
                "a", "any: [{list: shared}]" SAMPLES)),
            .pack = &packs[0]},
        {.name = "three.yaml",
            .text = STR("rules:\n" R("c", "any: [{list: shared}, {rule: a}, "
                                          "{list: region-far}]" SAMPLES)),
            .pack = &packs[2]},
        {.name = "own.yaml",
            .text = STR("lists: {mine: [戊己]}\nrules:\n" R(
                "d", "any: [{list: shared}, {rule: c}]"))},
        {.name = "two.yaml",
            .text = STR("rules:\n" R(
                "b", "any: [{list: shared}, {list: mine}]" SAMPLES)),
            .pack = &packs[1]}};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;

    (void)state;
    assert_int_equal(ruleset_compile_with(files, 3, NULL, &errors, &set), 0);
    ruleset_free(set);
    compile_wrong(files, 4, &errors);
    assert_true(check_says(&errors, 2,
        "the list shared is of the pack one, which the pack two does not "
        "require"));
    assert_true(check_says(&errors, 2, "the list mine is of no pack"));
    toc_errors_done(&errors);
}

static void
one_id_in_two_packs_names_both(void **state)
{
    struct rule_file files[] = {
        {.name = "one.yaml",
            .text = STR("rules:\n" R("a", "any: [甲乙]" SAMPLES)),
            .pack = &packs[0]},
        {.name = "two.yaml",
            .text = STR("rules:\n" R("a", "any: [甲乙]" SAMPLES)),
            .pack = &packs[1]}};
    struct toc_errors errors;

    (void)state;
    compile_wrong(files, 2, &errors);
    assert_int_equal(errors.n, 1);
    assert_true(check_says(&errors, 2,
        "the id \"a\" of the pack two is taken by the rule at one.yaml:2 of "
        "the pack one"));
    toc_errors_done(&errors);
}

/* Rules that only lend are there for others, and are no findings. */
static void
lent_rules_are_found_by_nobody(void **state)
{
    struct rule_file files[] = {
        {.name = "a.yaml",
            .text = STR("rules:\n" R("used", "any: [甲乙]" SAMPLES)
                    R("idle", "any: [甲乙]" SAMPLES)),
            .pack = &packs[0],
            .lent = true},
        {.name = "b.yaml",
            .text = STR("rules:\n" R("r", "composite: {all: [used]}" SAMPLES)),
            .pack = &packs[0]}};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    uint32_t number;

    (void)state;
    assert_int_equal(ruleset_compile_with(files, 2, NULL, &errors, &set), 0);
    assert_int_equal(ruleset_find(set, STR("idle"), &number), E_NOTFOUND);
    struct check_set c = check_open(set);
    struct score s = check_title(&c, "甲乙");
    assert_int_equal(s.nreasons, 1);
    assert_true(str_eq(s.reasons[0].rule, STR("r")));
    check_close(&c);
}

/* Rules in levels, each of which names the one before eight times. */
static void
shared_rules_are_walked_once(void **state)
{
    char yaml[8192];
    size_t at;
    struct rule_item item = {.title = STR("甲乙"), .published = WALL_NONE};
    clock_t began;

    (void)state;
    at = (size_t)snprintf(
        yaml, sizeof(yaml), "rules:\n" R("x0", "any: [甲乙]"));
    for (int i = 1; i <= 9; i++)
        at += (size_t)snprintf(yaml + at, sizeof(yaml) - at,
            R("x%d", "composite: {at_least: {count: 1, of: [x%d, x%d, x%d, "
                     "x%d, x%d, x%d, x%d, x%d]}}"),
            i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    struct check_set c = check_open(check_compile(yaml));
    began = clock();
    struct score s = check_score(&c, &item, NULL);
    assert_true(clock() - began < CLOCKS_PER_SEC);
    assert_int_equal(s.nreasons, 10);
    for (size_t i = 0; i < s.nreasons; i++)
        assert_true(str_eq(s.reasons[i].text, STR("甲乙")));
    check_close(&c);
}

/* Of more rules than a verdict holds the one that counts is told, wherever it
 * stands. */
static void
the_heaviest_are_kept(void **state)
{
    size_t size = 64 * 1024, at;
    char *yaml = malloc(size);
    struct rule_item item = {.title = STR("甲乙"), .published = WALL_NONE};

    (void)state;
    assert_non_null(yaml);
    at = (size_t)snprintf(yaml, size, "rules:\n");
    for (int i = 0; i < 300; i++)
        at += (size_t)snprintf(yaml + at, size - at,
            "  - {id: z%d, title: t, category: food, points: 0, any: [甲乙]}\n",
            i);
    snprintf(yaml + at, size - at,
        "  - {id: last, title: t, category: food, points: 80, any: [甲乙]}\n");
    struct check_set c = check_open(check_compile(yaml));
    assert_int_equal(check_score(&c, &item, NULL).points, 80);
    check_close(&c);
    free(yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circles_are_told_with_their_path),
        cmocka_unit_test(what_may_have_been_meant),
        cmocka_unit_test(composites_take_ids_only),
        cmocka_unit_test(all_is_said_at_once),
        cmocka_unit_test(what_does_not_go_together),
        cmocka_unit_test(packs_use_what_they_require),
        cmocka_unit_test(one_id_in_two_packs_names_both),
        cmocka_unit_test(lent_rules_are_found_by_nobody),
        cmocka_unit_test(shared_rules_are_walked_once),
        cmocka_unit_test(the_heaviest_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
