/*
 * Traps: what matchers of many terms and expressions are known to get wrong.
 * Each test is one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "check.h"
#include "rules/matcher.h"

enum { NOTHING, HOLDS, UNDECIDED };

struct fixture {
    struct ruleset *set;
    struct matcher *m;
    struct arena *arena;
    struct verdict v;
};

static void
start(struct fixture *f, const char *yaml)
{
    f->set = check_compile(yaml);
    f->arena = arena_new(ARENA_CAP_DEFAULT);
    assert_non_null(f->arena);
    assert_int_equal(matcher_new(f->set, &f->m), 0);
}

static void
stop(struct fixture *f)
{
    matcher_free(f->m);
    ruleset_free(f->set);
    arena_free(f->arena);
}

/* What the first rule says of title and text. */
static int
ask(struct fixture *f, struct str title, struct str text)
{
    struct rule_item item = {
        .title = title, .text = text, .published = WALL_NONE};

    arena_clear(f->arena);
    assert_int_equal(match_item(f->m, &item, f->arena, &f->v), 0);
    for (size_t i = 0; i < f->v.nfindings; i++)
        if (f->v.findings[i].rule == 0)
            return f->v.findings[i].indeterminate ? UNDECIDED : HOLDS;
    return NOTHING;
}

static int
ask_once(const char *conditions, const char *title, const char *text)
{
    struct fixture f;
    char yaml[4096];
    int answer;

    snprintf(yaml, sizeof(yaml),
        "rules: [{id: r, title: t, category: c, points: 1, %s}]", conditions);
    start(&f, yaml);
    answer = ask(&f, str_of(title), str_of(text));
    stop(&f);
    return answer;
}

/* Words needed by an expression that are the beginnings of one another. */
static void
prefixes_in_required_sets(void **state)
{
    const char *r =
        "any: ['/(虎寨|虎寨镇|寨)(小学|小学校|学).{0,9}(中毒|毒)/']";

    (void)state;
    assert_int_equal(ask_once(r, "虎寨镇小学中毒", ""), HOLDS);
    assert_int_equal(ask_once(r, "虎寨小学校中毒", ""), HOLDS);
    assert_int_equal(ask_once(r, "寨学有毒", ""), HOLDS);
    assert_int_equal(ask_once(r, "虎寨镇有毒", ""), NOTHING);
}

/* A set of single characters that is no use as a demand demands nothing. */
static void
single_characters_demand_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask_once("any: ['/[a-c]x?[1-9]/']", "zb7", ""), HOLDS);
    assert_int_equal(ask_once("any: ['/[ab].{0,2}[甲乙]/']", "b甲", ""), HOLDS);
    assert_int_equal(
        ask_once("any: ['/(?:甲|a)?(?:乙|b)丙?/']", "b", ""), HOLDS);
    assert_int_equal(ask_once("any: ['/(?:x|校门)?口/']", "口", ""), HOLDS);
    assert_int_equal(ask_once("any: ['/(?:食堂|.)毒/']", "有毒", ""), HOLDS);
}

/* What an item leaves behind must not be seen by later ones, even when the
 * number of items no longer fits its counter. */
static void
stamps_do_not_go_stale(void **state)
{
    struct fixture f;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "all: [甲乙, {any: [丙丁, '/丙.戊/']}]}]");
    f.m->stamp = UINT32_MAX - 3;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(ask(&f, STR("甲乙"), STR("丙丁")), HOLDS);
        assert_int_equal(ask(&f, STR("甲乙"), STR("戊")), NOTHING);
        assert_int_equal(ask(&f, STR("丙丁"), STR("")), NOTHING);
        assert_int_equal(ask(&f, STR("甲乙"), STR("丙己戊")), HOLDS);
    }
    stop(&f);
}

/* Characters of two units are whole or not at all. */
static void
pairs_are_not_split(void **state)
{
    struct fixture f;

    (void)state;
    /* U+20000 and U+20001 share their first unit, U+10800 and U+20000 none */
    assert_int_equal(ask_once("any: ['𠀀']", "𠀁", ""), NOTHING);
    assert_int_equal(ask_once("any: ['甲𠀀']", "甲𠀁", ""), NOTHING);
    assert_int_equal(ask_once("any: ['甲𠀀']", "甲𠀀", ""), HOLDS);
    assert_int_equal(ask_once("any: ['/甲.乙/']", "甲𠀀乙", ""), HOLDS);
    assert_int_equal(ask_once("any: ['/甲..乙/']", "甲𠀀乙", ""), NOTHING);
    assert_int_equal(
        ask_once("near: {terms: [甲甲, 乙乙], within: 2}", "甲甲𠀀𠀀乙乙", ""),
        HOLDS);
    assert_int_equal(
        ask_once("near: {terms: [甲甲, 乙乙], within: 1}", "甲甲𠀀𠀀乙乙", ""),
        NOTHING);
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "any: ['/[𠀀𠀁]/']}]");
    assert_int_equal(ask(&f, STR("甲𠀁乙"), STR("")), HOLDS);
    assert_int_equal(f.v.findings[0].nspans, 1);
    assert_int_equal(f.v.findings[0].spans[0].start, 1);
    assert_int_equal(f.v.findings[0].spans[0].end, 2);
    stop(&f);
}

/* Title and text are two texts. */
static void
nothing_crosses_from_title_to_text(void **state)
{
    (void)state;
    assert_int_equal(ask_once("any: [食物中毒]", "食物", "中毒"), NOTHING);
    assert_int_equal(
        ask_once("any: ['/食物\\s?中毒/s']", "食物", "中毒"), NOTHING);
    assert_int_equal(
        ask_once("near: {terms: [食物, 中毒], within: 30}", "食物", "中毒"),
        NOTHING);
    assert_int_equal(ask_once("any: ['/^中毒/']", "食物", "中毒"), HOLDS);
    assert_int_equal(ask_once("any: ['/食物$/']", "食物", "中毒"), HOLDS);
}

/* A window bounds where a match begins, not what it sees. */
static void
windows_see_what_is_around_them(void **state)
{
    const char *far = "甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲";
    char text[512];

    (void)state;
    snprintf(text, sizeof(text), "%s预防食物中毒%s", far, far);
    assert_int_equal(
        ask_once("any: ['/(?<!预防)食物中毒/']", "", text), NOTHING);
    snprintf(text, sizeof(text), "%s防食物中毒%s", far, far);
    assert_int_equal(ask_once("any: ['/(?<!预防)食物中毒/']", "", text), HOLDS);
    snprintf(text, sizeof(text), "%s电话13800001234%s", far, far);
    assert_int_equal(
        ask_once("any: ['/电话1\\d{10}(?!\\d)/']", "", text), HOLDS);
    snprintf(text, sizeof(text), "%s电话138000012345%s", far, far);
    assert_int_equal(
        ask_once("any: ['/电话1\\d{10}(?!\\d)/']", "", text), NOTHING);
    snprintf(text, sizeof(text), "%s学校中毒", far);
    assert_int_equal(ask_once("any: ['/学校中毒$/']", "", text), HOLDS);
    assert_int_equal(ask_once("any: ['/^学校中毒$/']", "", text), NOTHING);
}

/* An expression over a gap is found wherever the word that it needs stands. */
static void
gaps_within_expressions(void **state)
{
    const char *r = "any: ['/食物中毒.{0,6}送医/']";

    (void)state;
    assert_int_equal(ask_once(r, "食*物中毒后送医", ""), HOLDS);
    assert_int_equal(ask_once(r, "食物中毒后送*医", ""), HOLDS);
    assert_int_equal(ask_once(r, "甲*乙。食物中毒后。送*医", ""), HOLDS);
    assert_int_equal(ask_once(r, "甲*乙丙丁。食物中毒", ""), NOTHING);
}

/* A long text is searched to its end, and to the end only once. */
static void
long_texts_are_searched_to_the_end(void **state)
{
    struct fixture f;
    struct buf text;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "any: ['/学.{0,20}毒$/', '/校门口\\d{3}(?!\\d)/']}]");
    buf_init(&text, 8 * 1024 * 1024);
    for (int i = 0; i < 60000; i++)
        buf_add_cstr(&text, "学甲乙丙");
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), NOTHING);
    buf_add_cstr(&text, "校门口1234");
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), NOTHING);
    buf_add_cstr(&text, "校门口123");
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), HOLDS);
    assert_int_equal(f.v.findings[0].nspans, 1);
    buf_clear(&text);
    for (int i = 0; i < 60000; i++)
        buf_add_cstr(&text, "学甲乙丙");
    buf_add_cstr(&text, "毒");
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), HOLDS);
    buf_add_cstr(&text, "。");
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), NOTHING);
    buf_done(&text);
    stop(&f);
}

/* More occurrences than are kept: what cannot be known is not denied. */
static void
too_many_hits_are_not_a_no(void **state)
{
    struct fixture f;
    struct buf text;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "near: {terms: [甲, 乙丙], within: 2}}]");
    buf_init(&text, 16 * 1024 * 1024);
    for (int i = 0; i < SCAN_MAX_HITS - 2; i++)
        buf_add_cstr(&text, "甲丁丁丁");
    assert_int_equal(ask(&f, STR("乙丙"), buf_str(&text)), NOTHING);
    buf_add_cstr(&text, "甲丁丁丁甲丁丁丁甲乙丙");
    assert_int_equal(ask(&f, STR("乙丙"), buf_str(&text)), UNDECIDED);
    assert_int_equal(ask(&f, STR(""), buf_str(&text)), UNDECIDED);
    buf_done(&text);
    stop(&f);
}

/* Latin words are whole words, long ones (kept under four letters) too. */
static void
latin_words_are_whole(void **state)
{
    (void)state;
    assert_int_equal(ask_once("any: [ai]", "he said", ""), NOTHING);
    assert_int_equal(ask_once("any: [ai]", "用ai答题", ""), HOLDS);
    assert_int_equal(
        ask_once("any: [school]", "preschool schools", ""), NOTHING);
    assert_int_equal(ask_once("any: [school*]", "two Schools", ""), HOLDS);
    assert_int_equal(ask_once("any: ['*school']", "preschool", ""), HOLDS);
    assert_int_equal(ask_once("any: [bus crash]", "a bus  crash", ""), HOLDS);
    assert_int_equal(ask_once("any: [pm25超标]", "PM25超标", ""), HOLDS);
    assert_int_equal(ask_once("any: ['abcd', 'bcde']", "abcde", ""), NOTHING);
    assert_int_equal(ask_once("any: ['*bcd*']", "abcde", ""), HOLDS);
    assert_int_equal(ask_once("any: ['*cde*']", "abcdefg", ""), HOLDS);
    assert_int_equal(ask_once("any: ['*efgh']", "abcdefgh", ""), HOLDS);
}

/* Only what is left out by a limit is undecided: never a false no. */
static void
limits_are_not_a_no(void **state)
{
    struct fixture f;
    struct buf text;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "any: ['/(a+)+b/']}]");
    buf_init(&text, 1024);
    for (int i = 0; i < 60; i++)
        buf_add_char(&text, 'a');
    assert_int_equal(ask(&f, buf_str(&text), STR("b")), UNDECIDED);
    assert_int_equal(ask(&f, STR("xaab"), STR("b")), HOLDS);
    buf_done(&text);
    stop(&f);
}

/* A clock that goes forward by what a search is to cost. */
static int64_t fake_now, fake_step;

static int64_t
fake_clock(void)
{
    fake_now += fake_step;
    return fake_now;
}

/* As many as are given up on one item are told. */
static void
all_slow_expressions_are_told(void **state)
{
    struct match_limits limits = MATCH_LIMITS(fake_clock);
    uint32_t slow[MATCH_MAX_SLOW];
    struct fixture f;
    struct buf b;

    (void)state;
    buf_init(&b, 10000);
    buf_add_cstr(&b, "rules:\n");
    for (int i = 0; i < 20; i++)
        buf_printf(&b,
            "  - {id: r%d, title: t, category: c, points: 1, any: "
            "['/甲.{%d}乙/']}\n",
            i, i + 1);
    start(&f, buf_cstr(&b));
    buf_done(&b);
    limits.item_us = INT64_MAX;
    matcher_limit(f.m, &limits);
    fake_step = limits.single_us + 1;
    ask(&f, STR("甲丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁丁乙"),
        STR(""));
    assert_int_equal(matcher_slow_rules(f.m, slow), 20);
    assert_int_equal(matcher_slow_rules(f.m, slow), 0);
    stop(&f);
}

static void
slow_expressions_are_given_up(void **state)
{
    struct match_limits limits = MATCH_LIMITS(fake_clock);
    uint32_t slow[MATCH_MAX_SLOW];
    struct fixture f;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "any: ['/甲.乙/']}, "
              "{id: s, title: t, category: c, points: 1, any: [甲丙]}, "
              "{id: u, title: t, category: c, points: 1, "
              "all: [丙丁, '/甲.乙/']}]");
    matcher_limit(f.m, &limits);
    fake_step = 10;
    assert_int_equal(ask(&f, STR("甲丙乙"), STR("")), HOLDS);
    assert_int_equal(matcher_slow_rules(f.m, slow), 0);
    fake_step = limits.single_us + 1; /* one search is too dear */
    ask(&f, STR("甲丁丁乙"), STR(""));
    assert_int_equal(matcher_slow_rules(f.m, slow), 2);
    assert_int_equal(slow[0], 0);
    assert_int_equal(slow[1], 2);
    assert_int_equal(matcher_slow_rules(f.m, slow), 0); /* told once */
    fake_step = 1;
    assert_int_equal(ask(&f, STR("甲丙乙"), STR("")), UNDECIDED);
    assert_int_equal(f.v.nfindings, 2); /* s holds; u has no 丙丁 */
    assert_int_equal(f.v.findings[1].rule, 1);
    assert_int_equal(ask(&f, STR("丙乙"), STR("")), NOTHING); /* no candidate */
    stop(&f);
}

static void
dear_expressions_are_given_up_in_time(void **state)
{
    struct match_limits limits = MATCH_LIMITS(fake_clock);
    uint32_t slow[MATCH_MAX_SLOW];
    struct fixture f;
    int64_t begin;
    int items = 0;

    (void)state;
    start(&f, "rules: [{id: r, title: t, category: c, points: 1, "
              "any: ['/甲.乙/']}]");
    matcher_limit(f.m, &limits);
    fake_step = limits.mean_us * 2;
    begin = fake_now;
    while (matcher_slow_rules(f.m, slow) == 0 && items++ < 1000)
        ask(&f, STR("甲丁乙"), STR(""));
    assert_true(items < 1000);
    assert_true(fake_now - begin < 1000000); /* a second of work */
    stop(&f);
}

/* Real patterns, real time: no item takes more than 20 ms of expressions. */
static void
hostile_items_end_in_time(void **state)
{
    static const char *const patterns[] = {"/[^毒]*[^毒]*毒x/",
        "/(?:中|校){2,}毒/", "/(中.{0,200}){3}毒x/", "/中.{0,2000}毒x/",
        "/(a+)+b/", "/(a|aa)+$/", "/.*.*.*毒x/", "/(?=(\\w+))\\1:/",
        "/(中|校|中校)*毒x/"};
    char yaml[512];
    struct buf text;

    (void)state;
    buf_init(&text, 1024 * 1024);
    for (int i = 0; i < 5000; i++)
        buf_add_cstr(&text, "中校");
    for (int i = 0; i < 2000; i++)
        buf_add_char(&text, 'a');
    buf_add_cstr(&text, "!毒");
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct fixture f;
        int64_t most = 0;
        snprintf(yaml, sizeof(yaml),
            "rules: [{id: r, title: t, category: c, points: 1, any: ['%s']}]",
            patterns[i]);
        start(&f, yaml);
        matcher_limit(f.m, &MATCH_LIMITS(clock_cpu_us));
        for (int k = 0; k < 3; k++) {
            int64_t before = clock_cpu_us(), spent;
            ask(&f, STR("毒x b"), buf_str(&text));
            spent = clock_cpu_us() - before;
            most = spent > most ? spent : most;
        }
        printf("%6lld us at most: %s\n", (long long)most, patterns[i]);
#if !defined(__SANITIZE_ADDRESS__) && defined(__OPTIMIZE__)
        assert_true(most < 20000);
#endif
        stop(&f);
    }
    buf_done(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_in_required_sets),
        cmocka_unit_test(single_characters_demand_nothing),
        cmocka_unit_test(stamps_do_not_go_stale),
        cmocka_unit_test(pairs_are_not_split),
        cmocka_unit_test(nothing_crosses_from_title_to_text),
        cmocka_unit_test(windows_see_what_is_around_them),
        cmocka_unit_test(gaps_within_expressions),
        cmocka_unit_test(long_texts_are_searched_to_the_end),
        cmocka_unit_test(too_many_hits_are_not_a_no),
        cmocka_unit_test(latin_words_are_whole),
        cmocka_unit_test(limits_are_not_a_no),
        cmocka_unit_test(slow_expressions_are_given_up),
        cmocka_unit_test(all_slow_expressions_are_told),
        cmocka_unit_test(dear_expressions_are_given_up_in_time),
        cmocka_unit_test(hostile_items_end_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
