/* Sources, items, revisions, findings. */
#include "base/err.h"
#include "fixture.h"

static enum item_outcome
put(struct store *store, const struct item *item, int64_t *id,
    int64_t *revision)
{
    struct item_put put = {
        .source = STR("news"), .item = item, .seen = at(10), .generation = 1};
    enum item_outcome outcome;

    assert_int_equal(store_item_put(store, &put, id, revision, &outcome), 0);
    return outcome;
}

static void
identity_decides_new_digest_decides_revised(void **state)
{
    struct fixture *f = *state;
    struct item first = item_of(1, "甲", "一"), second = item_of(1, "甲", "二"),
                other = item_of(2, "甲", "一");
    int64_t id1, id2, id3, r1, r2, r3;

    assert_int_equal(put(f->store, &first, &id1, &r1), ITEM_NEW);
    assert_int_equal(put(f->store, &first, &id2, &r2), ITEM_KNOWN);
    assert_int_equal(id1, id2);
    assert_int_equal(r1, r2);
    assert_int_equal(put(f->store, &second, &id2, &r2), ITEM_REVISED);
    assert_int_equal(id1, id2);
    assert_int_not_equal(r1, r2);
    assert_int_equal(put(f->store, &other, &id3, &r3), ITEM_NEW);
    assert_int_not_equal(id1, id3);
    fixture_reopen(f);
    assert_int_equal(put(f->store, &second, &id3, &r3), ITEM_KNOWN);
    assert_int_equal(id3, id1);
    /* A text that it had before is no news, but it is what it says now. */
    assert_int_equal(put(f->store, &first, &id3, &r3), ITEM_KNOWN);
    assert_int_equal(r3, r1);
    assert_int_equal(put(f->store, &first, &id3, &r3), ITEM_KNOWN);
}

static void
one_identity_in_two_sources_is_two_items(void **state)
{
    struct fixture *f = *state;
    const struct source two[] = {
        {.id = STR("news"), .url = STR("u"), .title = STR("t")},
        {.id = STR("forum"), .url = STR("u"), .title = STR("t")}};
    struct item item = item_of(1, "甲", "一");
    struct item_put p = {.source = STR("forum"), .item = &item, .seen = at(1)};
    enum item_outcome outcome;
    int64_t a, b, r;

    assert_int_equal(put(f->store, &item, &a, &r), ITEM_NEW);
    assert_int_equal(
        store_item_put(f->store, &p, &b, &r, &outcome), E_NOTFOUND);
    assert_int_equal(store_source_sync(f->store, two, 2, at(5)), 0);
    assert_int_equal(store_item_put(f->store, &p, &b, &r, &outcome), 0);
    assert_int_equal(outcome, ITEM_NEW);
    assert_int_not_equal(a, b);
}

static void
a_restless_item_keeps_a_bounded_past(void **state)
{
    struct fixture *f = *state;
    struct item item;
    int64_t id = 0, r = 0, incident;
    struct item_row *rows;
    size_t n;
    char text[32];

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i < STORE_MAX_REVISIONS + 50; i++) {
        (void)snprintf(text, sizeof(text), "阅读 %d", i);
        item = item_of(1, "计数", text);
        (void)put(f->store, &item, &id, &r);
    }
    incident = add_incident(f->store, "计数", LEVEL_BLUE, 1);
    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR_NONE, 1, at(1)), 0);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(
        view_incident_items(f->view, incident, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].revision, r);
    assert_int_equal(rows[0].revisions, STORE_MAX_REVISIONS + 50);
    /* The first is kept: what it said when it was found. */
    item = item_of(1, "计数", "阅读 0");
    assert_int_equal(put(f->store, &item, &id, &r), ITEM_KNOWN);
    item = item_of(1, "计数", "阅读 1");
    assert_int_equal(put(f->store, &item, &id, &r), ITEM_REVISED);
}

static void
source_state_goes_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct source_state s = {.etag = STR("W/\"a\0b\""),
        .last_modified = STR("Mon, 01 Jun 2026 00:00:00 GMT"),
        .body_hash = {1, 2, 3},
        .seen = STR("\1\0\2seen"),
        .first_poll = at(1),
        .last_poll = at(2),
        .last_success = at(3),
        .last_new = WALL_NONE,
        .next_poll = at(5),
        .failures = 6,
        .interval_ms = 7,
        .moved_to = STR("https://m.example/"),
        .moved_count = 2,
        .moved_since = at(8),
        .deaths = 1,
        .state = 3,
        .rhythm = {.learnt = STR("\1\0\2rhythm"),
            .items_a_week = 3.5,
            .workdays = true,
            .from_hour = 8,
            .to_hour = 17,
            .ttl_ms = 60000,
            .skip_hours = 0x800001,
            .skip_days = 0x60,
            .next_why = STR("rhythm")}};
    struct source_state got;
    struct str pace = STR_NONE;

    assert_int_equal(
        store_source_load(f->store, STR("news"), f->arena, &got), 0);
    assert_false(wall_is_set(got.first_poll));
    assert_null(got.etag.p);
    assert_int_equal(store_source_save(f->store, STR("news"), &s), 0);
    assert_int_equal(
        store_source_load(f->store, STR("news"), f->arena, &got), 0);
    assert_true(str_eq(got.etag, s.etag));
    assert_true(str_eq(got.last_modified, s.last_modified));
    assert_memory_equal(got.body_hash, s.body_hash, 32);
    assert_true(str_eq(got.seen, s.seen));
    assert_int_equal(got.first_poll.ms, s.first_poll.ms);
    assert_false(wall_is_set(got.last_new));
    assert_int_equal(got.next_poll.ms, s.next_poll.ms);
    assert_int_equal(got.failures, 6);
    assert_true(str_eq(got.moved_to, s.moved_to));
    assert_int_equal(got.moved_since.ms, s.moved_since.ms);
    assert_int_equal(got.deaths, 1);
    assert_int_equal(got.state, 3);
    assert_true(str_eq(got.rhythm.learnt, s.rhythm.learnt));
    assert_true(got.rhythm.items_a_week == 3.5 && got.rhythm.workdays);
    assert_int_equal(got.rhythm.from_hour, 8);
    assert_int_equal(got.rhythm.to_hour, 17);
    assert_int_equal(got.rhythm.ttl_ms, 60000);
    assert_int_equal(got.rhythm.skip_hours, 0x800001);
    assert_int_equal(got.rhythm.skip_days, 0x60);
    assert_true(str_eq(got.rhythm.next_why, s.rhythm.next_why));
    assert_int_equal(store_pace_load(f->store, f->arena, &pace), E_NOTFOUND);
    assert_int_equal(store_pace_save(f->store, STR("a\0b")), 0);
    assert_int_equal(store_pace_save(f->store, STR("c\0d")), 0);
    assert_int_equal(store_pace_load(f->store, f->arena, &pace), 0);
    assert_true(str_eq(pace, STR("c\0d")));
    /* Without a seen set the stored one stays. */
    s.seen = STR_NONE;
    assert_int_equal(store_source_save(f->store, STR("news"), &s), 0);
    assert_int_equal(
        store_source_load(f->store, STR("news"), f->arena, &got), 0);
    assert_true(str_eq(got.seen, STR("\1\0\2seen")));
    assert_int_equal(store_source_save(f->store, STR("none"), &s), E_NOTFOUND);
    assert_int_equal(
        store_source_load(f->store, STR("none"), f->arena, &got), E_NOTFOUND);
}

static void
a_removed_source_keeps_what_it_knew(void **state)
{
    struct fixture *f = *state;
    const struct str tags[] = {STR("local"), STR("media")};
    const struct source others[] = {{.id = STR("a"),
        .url = STR("u"),
        .title = STR("甲站"),
        .kind = SOURCE_LIST,
        .owner = STR("一中"),
        .tags = tags,
        .ntags = 2}};
    const struct source back[] = {
        {.id = STR("news"), .url = STR("new"), .title = STR("t")}};
    struct item item = item_of(1, "甲", "一");
    struct source_row *rows;
    size_t n;
    bool edge;

    put_item(f->store, &item);
    assert_int_equal(store_source_sync(f->store, others, 1, at(5)), 0);
    assert_int_equal(store_condition_open(f->store, STR("source:a"),
                         STR("down"), STR("timeout"), at(6), &edge),
        0);
    assert_int_equal(view_sources(f->view, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_str(rows[0].id, "a");
    assert_str(rows[0].kind, "list");
    assert_str(rows[0].owner, "一中");
    assert_str(rows[0].tags, "local, media");
    assert_false(rows[0].removed);
    assert_int_equal(rows[0].nconditions, 1);
    assert_str(rows[0].conditions[0].kind, "down");
    assert_str(rows[1].id, "news");
    assert_true(rows[1].removed);
    assert_int_equal(rows[1].items, 1);
    assert_int_equal(store_source_sync(f->store, back, 1, at(7)), 0);
    assert_int_equal(view_sources(f->view, f->arena, &rows, &n), 0);
    assert_str(rows[0].id, "news");
    assert_false(rows[0].removed);
    assert_str(rows[0].url, "new");
    assert_int_equal(rows[0].items, 1);
}

static void
findings_keep_their_spans(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "某小学学生呕吐", "多名学生呕吐送医");
    const struct span spans[] = {
        {FIELD_TITLE, 3, 5}, {FIELD_TEXT, 0x01020304, 0xfffffff0}};
    struct finding_put finding = {.rule = STR("food"),
        .title = STR("食物"),
        .category = STR("food"),
        .rule_version = 0xfffffff1,
        .generation = 2,
        .points = -45,
        .indeterminate = true,
        .spans = spans,
        .nspans = 2};
    struct item_row *rows;
    int64_t id, incident;
    size_t n;

    assert_int_equal(put(f->store, &item, &id, &finding.revision), ITEM_NEW);
    assert_int_equal(store_finding_put(f->store, &finding), 0);
    assert_int_equal(store_finding_put(f->store, &finding), E_EXISTS);
    incident = add_incident(f->store, "题", LEVEL_BLUE, 1);
    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR("first"), .25, at(1)),
        0);
    assert_int_equal(
        view_incident_items(f->view, incident, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].nfindings, 1);
    assert_str(rows[0].findings[0].rule, "food");
    assert_int_equal(rows[0].findings[0].points, -45);
    assert_true(rows[0].findings[0].indeterminate);
    assert_int_equal(rows[0].findings[0].nspans, 2);
    assert_memory_equal(rows[0].findings[0].spans, spans, sizeof(spans));
    assert_str(rows[0].why, "first");
    assert_true(rows[0].similarity > .24 && rows[0].similarity < .26);
    assert_str(rows[0].title, "某小学学生呕吐");
    assert_str(rows[0].source_title, "云溪新闻");
    assert_false(wall_is_set(rows[0].published));
    finding.revision = 999;
    assert_int_equal(store_finding_put(f->store, &finding), E_NOTFOUND);
}

/* The first of an incident's items are those of all of them. */
static void
a_page_reads_the_first_items(void **state)
{
    struct fixture *f = *state;
    int64_t incident = add_incident(f->store, "一", LEVEL_RED, 1);
    struct item_row *all, *some;
    size_t nall, n;

    for (int i = 0; i < 9; i++) {
        struct item item = item_of(i, "题", "文");

        assert_int_equal(store_incident_attach(f->store, incident,
                             put_item(f->store, &item), STR("w"), 1, at(i)),
            0);
    }
    assert_int_equal(
        view_incident_items(f->view, incident, f->arena, &all, &nall), 0);
    assert_int_equal(nall, 9);
    assert_int_equal(
        view_incident_first(f->view, incident, 4, f->arena, &some, &n), 0);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(some[i].id, all[i].id);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_reads_the_first_items),
        TEST(identity_decides_new_digest_decides_revised),
        TEST(one_identity_in_two_sources_is_two_items),
        TEST(a_restless_item_keeps_a_bounded_past),
        TEST(source_state_goes_there_and_back),
        TEST(a_removed_source_keeps_what_it_knew),
        TEST(findings_keep_their_spans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
