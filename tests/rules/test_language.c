/*
 * The language of rule files: what is wrong is said at its place, with what
 * would be right; what is right means what CONTRACTS §3 says.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* A rule around conditions. */
#define RULE(conditions)                                                       \
    "rules:\n  - id: r\n    title: t\n    category: c\n    points: 10\n"       \
    "    " conditions "\n"

struct wrong {
    const char *yaml;
    unsigned line, column;
    const char *says;
};

static void
check_wrong(const struct wrong *w)
{
    struct rule_file file = {.name = "f.yaml", .text = str_of(w->yaml)};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    int err = ruleset_compile(&file, 1, NULL, &errors, &set);
    bool found = false;

    for (size_t i = 0; i < errors.n; i++)
        found = found ||
                (errors.list[i].line == w->line &&
                    (w->column == 0 || errors.list[i].column == w->column) &&
                    strstr(errors.list[i].text, w->says));
    if (err != E_CONF || !found) {
        fprintf(stderr, "%s\nwanted %u:%u %s; got %d and:\n", w->yaml, w->line,
            w->column, w->says, err);
        toc_errors_print(&errors, stderr);
    }
    assert_int_equal(err, E_CONF);
    assert_null(set);
    assert_true(found);
    toc_errors_done(&errors);
}

static void
errors_have_places(void **state)
{
    static const struct wrong list[] = {
        {"rules: 5\n", 1, 8, "list of rules"},
        {"rulez: []\n", 1, 1, "rules"}, /* the nearest key is suggested */
        {"rules:\n  - id: r\n    titel: t\n", 3, 5, "title"},
        {"rules:\n  - id: r\n", 2, 5, "no title"},
        {"rules:\n  - id: Bad Id\n    title: t\n", 2, 9, "small letters"},
        {RULE("all: []"), 6, 10, "empty"},
        {RULE("none: [甲乙]"), 2, 5, "only none"},
        {RULE("note: x"), 2, 5, "no condition"},
        {RULE("any: [\"/ab\"]"), 6, 11, "is to end in '/'"},
        {RULE("any: [\"/ab/q\"]"), 6, 11, "'q' is no flag"},
        {RULE("any: [\"/a(b/\"]"), 6, 11, "character"},
        {RULE("any: [\"/(*UTF)a/\"]"), 6, 11, "verbs"},
        {RULE("any: [\"/a\\\\C/\"]"), 6, 11, "\\C"},
        {RULE("any: [\"/a(?C)/\"]"), 6, 11, "callouts"},
        {RULE("any: [\"/(((a{0,100}){0,100}){0,100}){0,100}/\"]"), 6, 11,
            "regular expression"},
        {RULE("any: [{list: nobody}]"), 6, 18, "no list called"},
        {RULE("any: [{rule: nobody}]"), 6, 18, "no rule with id"},
        {RULE("any: [{rule: r}]"), 6, 18, "needs itself"},
        {RULE("any: [{lost: x}]"), 6, 12, "no condition"},
        {RULE("any: [[甲乙]]"), 6, 11, "an entry is to be"},
        {RULE("any: [\"\\u200b\"]"), 6, 11, "nothing left"},
        {RULE("near: {terms: [甲乙], within: 3}"), 6, 19, "2 to"},
        {RULE("near: {terms: [甲, \"/a/\"], within: 3}"), 6, 23,
            "entry of near"},
        {RULE("near: {terms: [甲, 乙]}"), 6, 11, "within"},
        {RULE("at_least: {count: 3, of: [甲, 乙]}"), 6, 23, "can never hold"},
        {RULE("all: [甲乙]\n    fields: [body]"), 7, 13, "no field"},
        {RULE("all: [甲乙]\n    status: new"), 7, 13, "experimental"},
        {RULE("all: [甲乙]\n    sources: x"), 7, 14, "sources"},
        {RULE("all: [甲乙]") "  - id: r\n    title: t\n    category: c\n"
                             "    points: 1\n    all: [丙丁]\n",
            7, 9, "is taken by the rule at f.yaml:2"},
        {"lists:\n  a: [{list: a}]\n" RULE("any: [{list: a}]"), 2, 14,
            "holds itself"},
        {"lists: {a: [x], a: [y]}\n", 1, 0, "a"},
        {"levels: {blue: 50, yellow: 40}\n", 1, 0, "above 50"},
        {"pack: {id: p}\n" RULE("all: [甲乙]"), 3, 9, "samples"},
        {"rules:\n  - id: r\n    title: t\n    category: c\n    points: 900\n",
            5, 13, "points"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        check_wrong(&list[i]);
}

static void
all_errors_at_once(void **state)
{
    struct rule_file files[] = {
        {.name = "a.yaml", .text = STR("rules:\n  - id: x\n  - {id: y}\n")},
        {.name = "b.yaml", .text = STR("wrong: 1\n")}};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    bool a = false, b = false;

    (void)state;
    assert_int_equal(ruleset_compile(files, 2, NULL, &errors, &set), E_CONF);
    assert_true(errors.n >= 9);
    for (size_t i = 0; i < errors.n; i++) {
        a = a || strcmp(errors.list[i].file, "a.yaml") == 0;
        b = b || strcmp(errors.list[i].file, "b.yaml") == 0;
    }
    assert_true(a && b);
    toc_errors_done(&errors);
}

/* Whether the rule in yaml holds on a title and a text. */
static bool
holds(const char *yaml, const char *title, const char *text)
{
    struct ruleset *set = check_compile(yaml);
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct rule_item item = {.title = str_of(title),
        .text = str_of(text),
        .published = WALL_NONE};
    struct matcher *m;
    struct verdict v;

    assert_int_equal(matcher_new(set, &m), 0);
    assert_int_equal(match_item(m, &item, arena, &v), 0);
    bool found = v.nfindings > 0 && !v.findings[0].indeterminate;
    matcher_free(m);
    arena_free(arena);
    ruleset_free(set);
    return found;
}

static void
latin_terms_are_words(void **state)
{
    (void)state;
    assert_true(holds(RULE("any: [ai]"), "the AI lab", ""));
    assert_false(holds(RULE("any: [ai]"), "he said", ""));
    assert_true(holds(RULE("any: [\"ai*\"]"), "an aide", ""));
    assert_false(holds(RULE("any: [\"ai*\"]"), "said", ""));
    assert_true(holds(RULE("any: [\"*ai*\"]"), "said", ""));
    assert_true(holds(RULE("any: [ai]"), "学ai校", "")); /* Han is no letter */
    assert_true(
        holds(RULE("any: [\"food poisoning\"]"), "Food  Poisoning", ""));
    assert_false(holds(RULE("any: [\"120\"]"), "1200人", ""));
}

static void
clauses_mean_what_they_say(void **state)
{
    (void)state;
    assert_true(holds(RULE("all: [甲乙, 丙丁]"), "甲乙", "丙丁"));
    assert_false(holds(RULE("all: [甲乙, 丙丁]"), "甲乙", "丙"));
    assert_true(holds(RULE("any: [甲乙]\n    none: [丙丁]"), "甲乙", "丙"));
    assert_false(holds(RULE("any: [甲乙]\n    none: [丙丁]"), "甲乙", "丙丁"));
    assert_false(holds(RULE("any: [甲乙]\n    fields: [text]"), "甲乙", ""));
    assert_true(
        holds(RULE("at_least: {count: 2, of: [甲, 乙, 丙]}"), "乙丙", ""));
    assert_false(
        holds(RULE("at_least: {count: 2, of: [甲, 乙, 丙]}"), "丙丙", ""));
    assert_true(holds(
        RULE("near: {terms: [甲乙, 丙丁], within: 3}"), "丙丁一二三甲乙", ""));
    assert_false(holds(RULE("near: {terms: [甲乙, 丙丁], within: 3}"),
        "丙丁一二三四甲乙", ""));
    assert_false(
        holds(RULE("near: {terms: [甲乙, 丙丁], within: 9}"), "甲乙", "丙丁"));
    assert_false(
        holds(RULE("near: {terms: [甲乙, 丙丁], within: 9, ordered: true}"),
            "丙丁甲乙", ""));
    assert_true(holds(
        "lists: {l: [甲乙, 丙丁]}\n" RULE("any: [{list: l}]"), "丙丁", ""));
    assert_true(holds("lists: {l: [甲, 乙, 丙]}\n" RULE(
                          "at_least: {count: 2, of: [{list: l}]}"),
        "甲丙", ""));
    assert_false(holds(RULE("any: [{all: [甲, {none: [乙]}]}]"), "甲乙", ""));
}

static void
regexes_see_folded_text(void **state)
{
    (void)state;
    assert_true(holds(RULE("any: [\"/呕吐.{0,3}送医/\"]"), "嘔吐後被送醫", ""));
    assert_true(holds(RULE("any: [\"/ABC\\\\d+/\"]"), "ＡＢＣ１２", ""));
    assert_true(holds(RULE("any: [\"/學生[？！]/\"]"), "学生？", ""));
    assert_true(holds(RULE("any: [\"/死[:：]/\"]"), "死：", ""));
    assert_true(holds(RULE("any: [\"/a\\\\/b/\"]"), "a/b", ""));
    assert_true(holds(RULE("any: [\"/食物.?中毒/\"]"), "食*物中毒", ""));
    assert_false(holds(RULE("any: [\"/^乙/\"]"), "甲", "丙乙"));
    assert_true(holds(RULE("any: [\"/^乙/\"]"), "甲", "乙")); /* each field */
    assert_true(holds(RULE("any: [\"/甲 乙 # c/x\"]"), "甲乙", ""));
    assert_true(holds(RULE("any: [\"/甲.乙/s\"]"), "", "甲\n乙"));
    assert_false(holds(RULE("any: [\"/甲.乙/\"]"), "", "甲\n乙"));
}

static void
raw_rules_see_the_text_as_published(void **state)
{
    (void)state;
    assert_true(holds(RULE("any: [ＡＢ]\n    raw: true"), "ＡＢ", ""));
    assert_false(holds(RULE("any: [ab]\n    raw: true"), "ＡＢ", ""));
    assert_false(holds(RULE("any: [食物]\n    raw: true"), "食*物", ""));
    assert_true(holds(RULE("any: [\"/AB/i\"]\n    raw: true"), "xab", ""));
}

static void
furniture_is_not_the_publication(void **state)
{
    static const char *const yaml =
        "furniture: [\"上一篇:\"]\n" RULE("any: [中毒, \"/溺.水/\"]");

    (void)state;
    assert_false(holds(yaml, "", "喜报\n上一篇：食物中毒，溺一水"));
    assert_true(holds(yaml, "", "喜报\n上一篇：无\n食物中毒"));
    assert_true(holds(yaml, "上一篇：中毒", "")); /* of the text only */
}

static void
hidden_words_are_found(void **state)
{
    static const char *const yaml = RULE("any: [校园霸凌]");

    (void)state;
    assert_true(holds(yaml, "校*园 霸·凌", ""));
    assert_true(holds(yaml, "校<!-- x -->园霸凌", ""));
    assert_true(holds(yaml, "", "校园\n霸凌"));
    assert_false(holds(yaml, "校园", "霸凌"));
    assert_false(holds(yaml, "", "校园\n\n x\n霸凌"));
    assert_false(holds(RULE("any: [打人]"), "挨打 人数", ""));
    assert_true(holds(RULE("any: [打人]"), "挨打*人数", ""));
    assert_true(holds(RULE("any: [打人]"), "有 打 人 的", ""));
    assert_false(holds(RULE("any: [打人]"), "", "打\n人"));
}

static void
rules_may_use_rules(void **state)
{
    static const char *const yaml =
        "rules:\n"
        "  - {id: a, title: t, category: c, helper: true, any: [甲乙]}\n"
        "  - {id: b, title: t, category: c, points: 1, all: [{rule: a}], "
        "none: [丙丁]}\n";

    (void)state;
    assert_true(holds(yaml, "甲乙", ""));
    assert_false(holds(yaml, "甲乙丙丁", ""));
    assert_false(holds(yaml, "甲", ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_places),
        cmocka_unit_test(all_errors_at_once),
        cmocka_unit_test(latin_terms_are_words),
        cmocka_unit_test(clauses_mean_what_they_say),
        cmocka_unit_test(regexes_see_folded_text),
        cmocka_unit_test(raw_rules_see_the_text_as_published),
        cmocka_unit_test(furniture_is_not_the_publication),
        cmocka_unit_test(hidden_words_are_found),
        cmocka_unit_test(rules_may_use_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
