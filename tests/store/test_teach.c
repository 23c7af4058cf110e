/* Exceptions, what one would hide, and the words that tell false from true. */
#include "base/err.h"
#include "fixture.h"
#include "store/view_rules.h"
#include "store/view_teach.h"

/* An incident of one item on which the rule "fire" held from the first
 * occurrence of 火灾 on. */
static int64_t
alarm_of(struct fixture *f, int n, const char *title, const char *text,
    enum incident_state state)
{
    struct item item = item_of(n, title, text);
    struct span spans[] = {{FIELD_TITLE, 0, 2}};
    struct finding_put put = {.rule = STR("fire"),
        .title = STR("火灾"),
        .category = STR("building_fire"),
        .points = 75,
        .spans = spans,
        .nspans = 1};
    struct item_put item_put = {
        .source = STR("news"), .item = &item, .seen = at(n), .generation = 1};
    enum item_outcome outcome;
    struct incident incident;
    int64_t id, of = add_incident(f->store, title, LEVEL_ORANGE, n);

    assert_int_equal(
        store_item_put(f->store, &item_put, &id, &put.revision, &outcome), 0);
    assert_int_equal(store_finding_put(f->store, &put), 0);
    assert_int_equal(
        store_incident_attach(f->store, of, id, STR("w"), 1, at(n)), 0);
    assert_int_equal(store_incident_load(f->store, of, f->arena, &incident), 0);
    incident.state = state;
    assert_int_equal(store_incident_save(f->store, &incident), 0);
    return of;
}

static void
words_tell_false_from_true(void **state)
{
    struct fixture *f = *state;
    struct teach_word *words;
    size_t n;
    int64_t a = alarm_of(
        f, 1, "火灾观摩在青石小学举行", "有序撤离", INCIDENT_FALSE_ALARM);

    (void)alarm_of(
        f, 2, "火灾观摩在柳林中学举行", "有序撤离", INCIDENT_FALSE_ALARM);
    (void)alarm_of(
        f, 3, "火灾致三人受伤", "大火在举行活动时燃起", INCIDENT_CLOSED);
    assert_int_equal(
        view_teach_words(f->view, a, STR("fire"), f->arena, &words, &n), 0);
    assert_true(n > 0);
    assert_int_equal(words[0].right, 0);
    assert_true(words[0].suggested);
    for (size_t i = 0; i < n; i++) {
        /* Not what the rule found, not the name of the school. */
        assert_true(str_find(words[i].word, STR("火灾")) == words[i].word.n);
        assert_false(str_eq(words[i].word, STR("青石")));
        if (str_eq(words[i].word, STR("举行")))
            assert_false(words[i].suggested);
    }
}

static bool
is_proposed(const struct teach_word *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i].word, str_of(word)))
            return true;
    return false;
}

/* No word is cut: what several false alarms share, as far as they share it. */
static void
words_are_whole(void **state)
{
    struct fixture *f = *state;
    struct teach_word *words;
    size_t n;
    int64_t a = alarm_of(
        f, 1, "火灾隐患排查走进白桦小学", "工作人员", INCIDENT_FALSE_ALARM);

    (void)alarm_of(
        f, 2, "火灾隐患排查覆盖全部食堂", "工作人员", INCIDENT_FALSE_ALARM);
    (void)alarm_of(
        f, 3, "火灾隐患排查周启动", "工作人员", INCIDENT_FALSE_ALARM);
    (void)alarm_of(f, 4, "火灾致两人受伤", "隐患早已存在", INCIDENT_CLOSED);
    assert_int_equal(
        view_teach_words(f->view, a, STR("fire"), f->arena, &words, &n), 0);
    assert_true(is_proposed(words, n, "隐患排查"));
    for (size_t i = 0; i < n; i++) {
        assert_false(str_eq(words[i].word, STR("患排")));
        assert_false(str_eq(words[i].word, STR("患排查")));
        assert_false(str_eq(words[i].word, STR("隐患排")));
        assert_false(str_eq(words[i].word, STR("排查走")));
        assert_false(str_eq(words[i].word, STR("查走进")));
        assert_false(str_eq(words[i].word, STR("作人")));
    }
}

/* Of a single false alarm: what stands between signs, and words that are known.
 */
static void
of_one_only_what_stands_alone(void **state)
{
    struct fixture *f = *state;
    struct teach_word *words;
    size_t n;
    int64_t a = alarm_of(f, 1, "火灾“逃生体验”今天在校园里热热闹闹地办了培训",
        "", INCIDENT_FALSE_ALARM);

    assert_int_equal(
        view_teach_words(f->view, a, STR("fire"), f->arena, &words, &n), 0);
    assert_true(is_proposed(words, n, "逃生体验"));
    assert_true(is_proposed(words, n, "培训"));
    for (size_t i = 0; i < n; i++)
        assert_true(str_eq(words[i].word, STR("逃生体验")) ||
                    str_eq(words[i].word, STR("培训")) || words[i].typical);
}

static void
what_it_would_hide_is_counted(void **state)
{
    struct fixture *f = *state;
    struct str observe = STR("观摩"), both[] = {STR("观摩"), STR("举行")};
    struct teach_try try = {
        .rule = STR("fire"), .terms = &observe, .nterms = 1};
    struct teach_effect effect;

    (void)alarm_of(f, 1, "火灾观摩举行", "", INCIDENT_FALSE_ALARM);
    (void)alarm_of(f, 2, "火灾观摩", "", INCIDENT_CLOSED);
    (void)alarm_of(f, 3, "火灾观摩", "", INCIDENT_NEW);
    (void)alarm_of(f, 4, "火灾", "", INCIDENT_CLOSED);
    assert_int_equal(store_teach_effect(f->store, &try, f->arena, &effect), 0);
    assert_int_equal(effect.wrong, 1);
    assert_int_equal(effect.right, 1);
    assert_int_equal(effect.unknown, 1);
    assert_int_equal(effect.nhits, 3);
    assert_true(effect.hits[0].whole);
    try.terms = both; /* all must stand there */
    try.nterms = 2;
    assert_int_equal(view_teach_effect(f->view, &try, f->arena, &effect), 0);
    assert_int_equal(effect.nhits, 1);
    try.source = STR("forum");
    assert_int_equal(view_teach_effect(f->view, &try, f->arena, &effect), 0);
    assert_int_equal(effect.nhits, 0);
    try.rule = STR("flood");
    try.source = STR_NONE;
    assert_int_equal(view_teach_effect(f->view, &try, f->arena, &effect), 0);
    assert_int_equal(effect.nhits, 0);
}

static void
an_exception_lives_until_its_end(void **state)
{
    struct fixture *f = *state;
    struct str terms[] = {STR("观摩"), STR("\"引号\\")};
    struct exception e = {.rule = STR("fire"),
        .category = STR("building_fire"),
        .points = 75,
        .terms = terms,
        .nterms = 2,
        .until = at(100),
        .reason = STR("观摩"),
        .made = at(1),
        .made_by = STR("li")};
    struct exception *list;
    int64_t id;
    size_t n;

    assert_int_equal(store_exception_add(f->store, &e, &id), 0);
    assert_int_equal(
        store_exceptions(f->store, at(99), f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].nterms, 2);
    assert_str(list[0].terms[1], "\"引号\\");
    assert_int_equal(
        store_exceptions(f->store, at(100), f->arena, &list, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_exception_end(f->store, id, STR("wang"), at(50)), 0);
    assert_int_equal(
        store_exception_end(f->store, id, STR("wang"), at(51)), E_STATE);
    assert_int_equal(
        store_exception_end(f->store, 99, STR("wang"), at(51)), E_NOTFOUND);
    assert_int_equal(
        store_exceptions(f->store, at(60), f->arena, &list, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(view_exceptions(f->view, f->arena, &list, &n), 0);
    assert_int_equal(n, 1); /* it is still told of */
    assert_str(list[0].ended_by, "wang");
}

/* An old false alarm teaches, whatever came after it. */
static void
an_old_false_alarm_teaches(void **state)
{
    struct fixture *f = *state;
    struct teach_word *words;
    size_t n;
    int64_t a;

    assert_int_equal(store_begin(f->store), 0);
    a = alarm_of(f, 1, "火灾隐患排查走进白桦小学", "", INCIDENT_FALSE_ALARM);
    for (int i = 2; i < TEACH_WORD_ITEMS + 10; i++)
        (void)alarm_of(f, i, i % 2 ? "火灾致两人受伤" : "火灾隐患排查周启动",
            "", i % 2 ? INCIDENT_CLOSED : INCIDENT_FALSE_ALARM);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(
        view_teach_words(f->view, a, STR("fire"), f->arena, &words, &n), 0);
    assert_true(is_proposed(words, n, "隐患排查"));
    /* Those that were read last, and itself. */
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i].word, STR("隐患排查")))
            assert_int_equal(words[i].wrong, TEACH_WORD_ITEMS / 2 + 1);
}

static void
put_found(struct fixture *f, int n)
{
    struct item item = item_of(n, "火灾", "");
    struct item_put put = {.source = STR("news"), .item = &item, .seen = at(n)};
    struct finding_put finding = {.rule = STR("fire"),
        .title = STR("火灾"),
        .category = STR("building_fire"),
        .points = 75};
    enum item_outcome outcome;
    int64_t id;

    assert_int_equal(
        store_item_put(f->store, &put, &id, &finding.revision, &outcome), 0);
    assert_int_equal(store_finding_put(f->store, &finding), 0);
}

static uint64_t
summed(struct fixture *f, struct wall since)
{
    struct rule_sum *sums;
    size_t n;

    assert_int_equal(view_rule_sums(f->view, since, f->arena, &sums, &n), 0);
    assert_int_equal(n, 1);
    assert_str(sums[0].rule, "fire");
    return sums[0].items;
}

/* What cost much to count is told again for a minute, nothing else is. */
static void
costly_sums_are_kept_for_a_moment(void **state)
{
    struct fixture *f = *state;
    struct wall since = at(-1000), later = {since.ms + RULE_SUMS_AGE_MS - 1},
                after = {since.ms + RULE_SUMS_AGE_MS};

    put_found(f, 0);
    assert_int_equal(summed(f, since), 1);
    assert_int_equal(store_begin(f->store), 0);
    for (int i = 1; i < RULE_SUMS_COSTLY; i++)
        put_found(f, i);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(summed(f, since), RULE_SUMS_COSTLY);
    put_found(f, RULE_SUMS_COSTLY);
    assert_int_equal(summed(f, later), RULE_SUMS_COSTLY);
    assert_int_equal(summed(f, at(-2000)), RULE_SUMS_COSTLY + 1);
    assert_int_equal(summed(f, after), RULE_SUMS_COSTLY + 1);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_tell_false_from_true),
        TEST(words_are_whole),
        TEST(of_one_only_what_stands_alone),
        TEST(what_it_would_hide_is_counted),
        TEST(an_exception_lives_until_its_end),
        TEST(an_old_false_alarm_teaches),
        TEST(costly_sums_are_kept_for_a_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
