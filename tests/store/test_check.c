/* The invariants: what holds, and each breach found and named. */
#include <sqlite3.h>

#include "base/digest.h"
#include "base/err.h"
#include "fixture.h"
#include "store/check.h"
#include "store/inside.h"
#include "store/purge_inside.h"

/* Ask; how many breaches there are of kind, and that there is no other. */
static uint64_t
breaches(struct fixture *f, enum check_kind kind)
{
    struct check_result result;
    uint64_t n;

    assert_int_equal(view_check(f->view, f->arena, &result), 0);
    n = result.line[kind].broken;
    if (result.broken != n)
        for (int i = 0; i < CHECK_COUNT; i++)
            for (size_t j = 0; j < result.line[i].nexamples; j++)
                print_message("%s: %.*s\n", check_name((enum check_kind)i),
                    STR_ARG(result.line[i].examples[j]));
    assert_int_equal(result.broken, n);
    return n;
}

/* An incident with one item, told by one delivered message. */
static int64_t
told(struct fixture *f)
{
    struct item item = item_of(1, "食堂起火", "一段正文");
    int64_t id = put_item(f->store, &item);
    int64_t incident = add_incident(f->store, "食堂起火", LEVEL_RED, 1);
    struct delivery d = {.message_id = STR("msg_1"),
        .channel = STR("desk"),
        .type = STR("incident.opened"),
        .incident = incident,
        .body = STR("{}"),
        .created = at(1),
        .next = at(1)};
    struct attempt attempt = {.at = at(2), .class = STR("delivered")};

    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR("new"), 1, at(1)), 0);
    assert_int_equal(store_item_told(f->store, id, at(1)), 0);
    assert_int_equal(store_delivery_add(f->store, &d, &d.id), 0);
    attempt.delivery = d.id;
    assert_int_equal(store_attempt_add(f->store, &attempt), 0);
    meddle(f->path, "UPDATE delivery SET state = 'delivered', attempts = 1,"
                    " finished = 2000, next = NULL");
    return incident;
}

static void
what_is_right_holds(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(breaches(f, CHECK_FILE), 0);
    (void)told(f);
    assert_int_equal(breaches(f, CHECK_FILE), 0);
}

static void
an_alarm_without_incident_is_found(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "UPDATE revision SET level = 3");
    assert_int_equal(breaches(f, CHECK_GROUPED), 0);
    meddle(f->path, "DELETE FROM incident_item");
    assert_int_equal(breaches(f, CHECK_GROUPED), 1);
    meddle(f->path, "UPDATE item SET backfill = 1");
    assert_int_equal(breaches(f, CHECK_GROUPED), 0);
    meddle(f->path, "DROP TRIGGER search_revised;"
                    "UPDATE item SET revision = 77");
    assert_int_equal(breaches(f, CHECK_GROUPED), 1);
}

static void
a_message_that_is_missing_is_found(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "DELETE FROM attempt; DELETE FROM delivery");
    assert_int_equal(breaches(f, CHECK_GROUPED), 1);
    /* Unless it was purged, with all others of its time. */
    meddle(f->path, "INSERT INTO ledger(at, kind, hash)"
                    " VALUES(1, 'purge.done', zeroblob(32))");
    assert_int_equal(breaches(f, CHECK_LEDGER), 1); /* that one is forged */
}

static void
delivered_means_accepted(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "UPDATE attempt SET class = 'transient'");
    assert_int_equal(breaches(f, CHECK_DELIVERED), 1);
    meddle(f->path, "DELETE FROM attempt");
    assert_int_equal(breaches(f, CHECK_DELIVERED), 1);
}

static void
dead_letters_are_told(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "UPDATE delivery SET state = 'dead', last_error = 'no'");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
    meddle(f->path, "INSERT INTO condition(subject, kind, text, opened)"
                    " VALUES('channel:desk', 'undeliverable', 'no', 2000)");
    assert_int_equal(breaches(f, CHECK_DEAD), 0);
    meddle(f->path, "UPDATE delivery SET last_error = NULL");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
}

/* A dead letter outlives the condition that told of it. */
static void
dead_letters_are_old(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "UPDATE delivery SET state = 'dead', last_error = 'no',"
                    " finished = 500000");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
    /* the channel failed and was well so often since that it was forgotten */
    meddle(f->path,
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 49) INSERT INTO condition(subject, kind, text, opened,"
        " closed) SELECT 'channel:desk', 'canary', 'no', 600000 + i,"
        " 600000 + i FROM n");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
    meddle(f->path, "INSERT INTO condition(subject, kind, text, opened, closed)"
                    " VALUES('channel:desk', 'canary', 'no', 700000, 700000)");
    assert_int_equal(breaches(f, CHECK_DEAD), 0);
    meddle(f->path, "UPDATE delivery SET finished = 700001");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
    /* or it was purged */
    meddle(f->path, "DELETE FROM condition");
    assert_int_equal(breaches(f, CHECK_DEAD), 1);
    assert_int_equal(store_begin(f->store), 0);
    assert_int_equal(
        store_ledger_add(f->store, &(struct ledger_entry){.at = at(1),
                                       .kind = STR("purge.done"),
                                       .by = STR("system"),
                                       .from = STR("road"),
                                       .text = STR("{}")}),
        0);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(breaches(f, CHECK_DEAD), 0);
}

static void
nothing_undelivered_goes(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "INSERT INTO incident_keeping(incident, purged)"
                    " SELECT id, 1 FROM incident");
    assert_int_equal(breaches(f, CHECK_KEPT), 0);
    meddle(f->path, "UPDATE delivery SET state = 'pending', next = 1");
    assert_int_equal(breaches(f, CHECK_KEPT), 1);
}

/* A seen set of n entries whose identities are those of item_of(1 …). */
static void
show(struct fixture *f, int n, bool moved)
{
    static uint8_t bytes[1 + 8 * 3 * DIGEST_SIZE];
    struct source_state s;

    assert_true(n <= 8);
    assert_int_equal(store_source_load(f->store, STR("news"), f->arena, &s), 0);
    memset(bytes, 0, sizeof(bytes));
    bytes[0] = 2;
    for (int i = 0; i < n; i++) {
        struct item item = item_of(i + 1, "a", "b");
        uint8_t *entry = bytes + 1 + (size_t)i * 3 * DIGEST_SIZE;

        memcpy(entry, item.identity, DIGEST_SIZE);
        memset(entry + 2 * DIGEST_SIZE, 7, DIGEST_SIZE);
        if (moved && i == 0)
            memcpy(entry + 2 * DIGEST_SIZE, item.identity, DIGEST_SIZE);
    }
    s.seen = (struct str){(const char *)bytes, 1 + (size_t)n * 3 * DIGEST_SIZE};
    s.first_poll = s.last_poll = s.last_success = at(1);
    assert_int_equal(store_source_save(f->store, STR("news"), &s), 0);
}

static void
what_was_shown_is_stored(void **state)
{
    struct fixture *f = *state;

    (void)told(f); /* stores item 1 */
    show(f, 1, false);
    assert_int_equal(breaches(f, CHECK_POLLED), 0);
    show(f, 2, false);
    assert_int_equal(breaches(f, CHECK_POLLED), 1);
    show(f, 2, true); /* the first has become the second */
    assert_int_equal(breaches(f, CHECK_POLLED), 0);
    show(f, 2, false);
    meddle(f->path, "UPDATE source_state SET items = 2"); /* one was purged */
    assert_int_equal(breaches(f, CHECK_POLLED), 0);
    show(f, 3, false);
    assert_int_equal(breaches(f, CHECK_POLLED), 1);
    show(f, 2, false);
    meddle(f->path, "UPDATE source_state SET first_poll = NULL, etag = 'x'");
    assert_int_equal(breaches(f, CHECK_POLLED), 1);
    meddle(f->path, "UPDATE source_state SET first_poll = 1, items = 0");
    show(f, 1, false);
    assert_int_equal(breaches(f, CHECK_POLLED), 1); /* more than counted */
}

static void
references_and_pages_are_whole(void **state)
{
    struct fixture *f = *state;

    (void)told(f);
    meddle(f->path, "PRAGMA foreign_keys = OFF;"
                    "UPDATE delivery SET incident = 99;"
                    "UPDATE incident_item SET told = NULL");
    assert_int_equal(breaches(f, CHECK_FILE), 1);
}

static void
an_altered_ledger_is_found(void **state)
{
    struct fixture *f = *state;
    struct ledger_entry entry = {.at = at(1),
        .kind = STR("user.added"),
        .by = STR("system"),
        .from = STR("road"),
        .text = STR("{}")};

    assert_int_equal(store_ledger_add(f->store, &entry), 0);
    assert_int_equal(breaches(f, CHECK_LEDGER), 0);
    meddle(f->path, "DROP TRIGGER ledger_is_final;"
                    "UPDATE ledger SET by = 'somebody'");
    assert_int_equal(breaches(f, CHECK_LEDGER), 1);
}

static void
numbers_of_what_went_are_not_given_again(void **state)
{
    struct fixture *f = *state;
    struct item one = item_of(1, "一", "正文"), two = item_of(2, "二", "正文");
    int64_t first = put_item(f->store, &one), second = put_item(f->store, &two);
    struct purged_incident counts = {0};

    assert_true(second > first);
    assert_int_equal(purge_drop_item(&f->store->db, &counts, second), 0);
    assert_int_equal(counts.items, 1);
    assert_int_equal(counts.revisions, 1);
    assert_int_equal(purge_drop_item(&f->store->db, &counts, first), 0);
    assert_true(put_item(f->store, &two) > second);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name)                                                                \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        T(what_is_right_holds), T(an_alarm_without_incident_is_found),
        T(a_message_that_is_missing_is_found), T(delivered_means_accepted),
        T(dead_letters_are_told), T(dead_letters_are_old),
        T(nothing_undelivered_goes), T(what_was_shown_is_stored),
        T(references_and_pages_are_whole), T(an_altered_ledger_is_found),
        T(numbers_of_what_went_are_not_given_again)};

    if (digest_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
