/*
 * The bureau's own word on rules of packs: it changes them, survives their
 * replacement, and when it finds nothing to change that is no error.
 */
#include "check.h"
#include "rules/manifest.h"

static const struct pack pack = {.id = {"p", 1}, .manifest = "p/m"};

static const char shipped[] =
    "levels: {blue: 20, yellow: 40, orange: 60, red: 80}\n"
    "categories: {x: {cap: 50}}\n"
    "lists: {l: [甲甲, 乙乙, \"/丙.丙/\"]}\n"
    "rules:\n"
    "  - {id: a, title: A, category: x, points: 30, any: [{list: l}], samples: "
    "{hits: [甲甲], misses: [丁丁]}}\n"
    "  - {id: b, title: B, category: x, points: 25, any: [戊戊], samples: "
    "{hits: [戊戊], misses: [丁丁]}}\n"
    "  - {id: c, title: C, category: y, points: 5, composite: {all: [b]}, "
    "samples: {hits: [戊戊], misses: [丁丁]}}\n";

struct local {
    struct ruleset *set;
    struct toc_errors errors, warnings;
    int err;
};

static struct local
compile_local(const char *yaml)
{
    struct local l = {.set = NULL};
    /* the order in which they are given is of no account */
    struct rule_file files[] = {{.name = "local.yaml", .text = str_of(yaml)},
        {.name = "p.yaml", .text = str_of(shipped), .pack = &pack}};
    struct rule_options options = {.warnings = &l.warnings};

    l.err = ruleset_compile_with(files, 2, &options, &l.errors, &l.set);
    return l;
}

static void
done(struct local *l)
{
    toc_errors_done(&l->errors);
    toc_errors_done(&l->warnings);
}

static struct check_set
open_local(const char *yaml)
{
    struct local l = compile_local(yaml);

    toc_errors_print(&l.errors, stderr);
    assert_int_equal(l.err, 0);
    assert_int_equal(l.warnings.n, 0);
    done(&l);
    return check_open(l.set);
}

static void
rules_change(void **state)
{
    struct check_set c = open_local("{}");

    (void)state;
    assert_int_equal(check_title(&c, "甲甲").points, 30);
    uint32_t version = ruleset_rule(c.set, 0).version;
    check_close(&c);
    c = open_local("overrides:\n"
                   "  a: {points: {title: 45, text: 10}, title: 新名, level: "
                   "orange, note: 本县更急}\n");
    struct score s = check_title(&c, "甲甲");
    assert_int_equal(s.points, 60);
    assert_int_equal(s.reasons[0].points, 45);
    assert_true(str_eq(s.reasons[0].title, STR("新名")));
    assert_true(ruleset_rule(c.set, 0).version != version);
    check_close(&c);
    c = open_local("overrides: {a: {status: test}, b: {at_most: none}}\n");
    s = check_title(&c, "甲甲");
    assert_int_equal(s.points, 0);
    assert_int_equal(s.would_points, 30);
    assert_int_equal(check_title(&c, "戊戊").level, LEVEL_NONE);
    check_close(&c);
}

static void
rules_are_disabled(void **state)
{
    struct check_set c = open_local("overrides: {b: {disable: true}}\n");
    struct score s = check_title(&c, "甲甲戊戊");

    (void)state;
    assert_int_equal(s.points, 30);
    assert_null(check_reason(&s, "b"));
    assert_null(check_reason(&s, "c")); /* it stood on b */
    check_close(&c);
    /* the later word counts */
    c = open_local("overrides: {b: {disable: true, points: 40}}\nrules: []\n");
    assert_int_equal(check_title(&c, "戊戊").points, 0);
    check_close(&c);
}

static void
lists_change(void **state)
{
    struct check_set c =
        open_local("lists: {l: {add: [己己], remove: [乙乙, \"/丙.丙/\"]}}\n");

    (void)state;
    assert_int_equal(check_title(&c, "甲甲").points, 30);
    assert_int_equal(check_title(&c, "己己").points, 30);
    assert_int_equal(check_title(&c, "乙乙").points, 0);
    assert_int_equal(check_title(&c, "丙一丙").points, 0);
    check_close(&c);
}

static void
categories_and_levels_change(void **state)
{
    struct check_set c =
        open_local("categories: {x: {cap: 20}}\nlevels: {blue: 15}\n");

    (void)state;
    assert_int_equal(check_title(&c, "甲甲").points, 20);
    assert_int_equal(check_title(&c, "甲甲").level, LEVEL_BLUE);
    assert_int_equal(ruleset_limit(c.set, LEVEL_NONE), 14);
    assert_int_equal(ruleset_limit(c.set, LEVEL_BLUE), 39);
    check_close(&c);
}

/* A pack was replaced by one without the rule: the watch goes on. */
static void
what_is_gone_is_a_warning(void **state)
{
    struct local l = compile_local("overrides:\n"
                                   "  gone: {points: 5}\n"
                                   "  a: {points: 33}\n"
                                   "lists:\n"
                                   "  nowhere: {add: [甲乙]}\n"
                                   "  l: {remove: [壬壬]}\n");

    (void)state;
    assert_int_equal(l.err, 0);
    assert_int_equal(l.warnings.n, 3);
    assert_true(check_says(&l.warnings, 2, "no rule gone any more"));
    assert_true(check_says(&l.warnings, 5, "no list nowhere any more"));
    assert_true(check_says(&l.warnings, 6, "no entry \"壬壬\""));
    for (size_t i = 0; i < l.warnings.n; i++)
        assert_string_equal(l.warnings.list[i].file, "local.yaml");
    done(&l);
    struct check_set c = check_open(l.set);
    assert_int_equal(check_title(&c, "甲甲").points, 33);
    check_close(&c);
}

static void
what_is_wrong_is_an_error(void **state)
{
    static const struct {
        const char *yaml;
        unsigned line;
        const char *says;
    } list[] = {{"overrides: 5\n", 1, "overrides is to be"},
        {"overrides:\n  a: {point: 5}\n", 2, "\"points\""},
        {"overrides:\n  a: {points: many}\n", 2, "points"},
        {"overrides:\n  gone: {pionts: 5}\n", 2, "\"points\""},
        {"overrides:\n  a: 5\n", 2, "an override is to be"},
        {"overrides:\n  a: {any: [甲乙]}\n", 2, "\"any\" is not known"},
        {"overrides:\n  a: {since: 2027-01-01, until: 2026-01-01}\n", 2,
            "until is before since"},
        {"overrides:\n  b: {replaced_by: a}\n", 2, "status: deprecated"},
        {"lists:\n  l: {add: [甲乙], delete: [x]}\n", 2, "\"delete\""},
        {"lists:\n  l: [甲乙]\n", 2, "{add: […], remove: […]} changes it"},
        {"rules:\n  - {id: a, title: t, category: c, points: 1, any: [甲乙]}\n",
            2, "use overrides"}};

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        struct local l = compile_local(list[i].yaml);
        if (!check_says(&l.errors, list[i].line, list[i].says))
            toc_errors_print(&l.errors, stderr);
        assert_int_equal(l.err, E_CONF);
        assert_true(check_says(&l.errors, list[i].line, list[i].says));
        done(&l);
    }
}

static void
packs_change_nobody(void **state)
{
    struct rule_file files[] = {
        {.name = "p.yaml", .text = str_of(shipped), .pack = &pack},
        {.name = "q.yaml",
            .text = STR("overrides: {a: {points: 1}}\n"
                        "lists: {l: {add: [x]}}\n"),
            .pack = &pack}};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;

    (void)state;
    assert_int_equal(
        ruleset_compile_with(files, 2, NULL, &errors, &set), E_CONF);
    assert_true(check_says(&errors, 1, "a pack may not change rules"));
    assert_true(check_says(&errors, 2, "a pack may not change lists"));
    toc_errors_done(&errors);
}

static void
lint_names_the_successor(void **state)
{
    struct rule_file file = {.name = "f.yaml",
        .text =
            STR("rules:\n  - {id: a, title: t, category: c, points: 1, "
                "any: [甲乙], status: deprecated, replaced_by: b}\n"
                "  - {id: b, title: t, category: c, points: 1, any: [甲乙], "
                "status: deprecated, replaced_by: nobody}\n")};
    struct toc_errors errors = {.n = 0}, warnings = {.n = 0};
    struct rule_options options = {.lint = true, .warnings = &warnings};
    struct ruleset *set = NULL;

    (void)state;
    assert_int_equal(
        ruleset_compile_with(&file, 1, &options, &errors, &set), 0);
    assert_true(check_says(&warnings, 2, "a is deprecated: use b"));
    assert_true(check_says(&warnings, 3, "no rule with id \"nobody\""));
    toc_errors_done(&warnings);
    ruleset_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_change),
        cmocka_unit_test(rules_are_disabled),
        cmocka_unit_test(lists_change),
        cmocka_unit_test(categories_and_levels_change),
        cmocka_unit_test(what_is_gone_is_a_warning),
        cmocka_unit_test(what_is_wrong_is_an_error),
        cmocka_unit_test(packs_change_nobody),
        cmocka_unit_test(lint_names_the_successor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
