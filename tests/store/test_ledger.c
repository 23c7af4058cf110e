/* The ledger: appended to, and telling when it was tampered with. */
#include "base/err.h"
#include "fixture.h"
#include "store/view_ledger.h"

static void
fill(struct store *store, int n)
{
    for (int i = 0; i < n; i++) {
        struct ledger_entry entry = {.at = at(i),
            .kind = STR("incident.opened"),
            .incident = i % 3,
            .by = STR("li"),
            .from = STR("127.0.0.1"),
            .text = STR("{\"a\":1}")};

        assert_int_equal(store_ledger_add(store, &entry), 0);
    }
}

static void
an_honest_ledger_holds(void **state)
{
    struct fixture *f = *state;
    struct ledger_row *rows;
    int64_t bad = -1;
    uint64_t count;
    size_t n;

    assert_int_equal(view_ledger_verify(f->view, &bad, &count), 0);
    assert_int_equal(bad, 0);
    fill(f->store, 10);
    fixture_reopen(f);
    fill(f->store, 10);
    assert_int_equal(view_ledger_verify(f->view, &bad, &count), 0);
    assert_int_equal(bad, 0);
    assert_int_equal(count, 20);
    assert_int_equal(view_incident_ledger(f->view, 2, f->arena, &rows, &n), 0);
    assert_int_equal(n, 6);
    assert_int_equal(rows[0].id, 3);
    assert_str(rows[0].entry.kind, "incident.opened");
    assert_str(rows[0].entry.by, "li");
    assert_int_equal(rows[0].entry.at.ms, at(2).ms);
}

static void
a_rolled_back_entry_leaves_no_gap(void **state)
{
    struct fixture *f = *state;
    int64_t bad;
    uint64_t count;

    fill(f->store, 3);
    assert_int_equal(store_begin(f->store), 0);
    fill(f->store, 2);
    store_rollback(f->store);
    fill(f->store, 1);
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    assert_int_equal(bad, 0);
    assert_int_equal(count, 4);
}

/* Tamper with a ledger of ten; the entry that is named. */
static int64_t
after(struct fixture *f, const char *sql)
{
    int64_t bad;
    uint64_t count;

    fill(f->store, 10);
    store_close(f->store);
    f->store = NULL;
    meddle(f->path, "DROP TRIGGER ledger_is_final");
    meddle(f->path, "DROP TRIGGER ledger_is_kept");
    meddle(f->path, sql);
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    return bad;
}

#define TAMPER(name, sql, named)                                               \
    static void name(void **state)                                             \
    {                                                                          \
        assert_int_equal(after(*state, (sql)), (named));                       \
    }

TAMPER(an_altered_text_is_named,
    "UPDATE ledger SET text = '{\"a\":2}' WHERE id = 4", 4)
TAMPER(an_altered_name_is_named, "UPDATE ledger SET by = 'lj' WHERE id = 1", 1)
TAMPER(
    an_altered_time_is_named, "UPDATE ledger SET at = at + 1 WHERE id = 10", 10)
TAMPER(words_moved_between_fields_are_named,
    "UPDATE ledger SET by = 'li1', origin = '27.0.0.1' WHERE id = 5", 5)
TAMPER(an_erased_text_is_named,
    "UPDATE ledger SET text = NULL WHERE id = 4", 4)
TAMPER(an_altered_text_with_its_hash_is_named,
    "UPDATE ledger SET text = '', text_hash ="
    " x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"
    " WHERE id = 4",
    4)
TAMPER(a_missing_entry_is_named, "DELETE FROM ledger WHERE id = 6", 6)
TAMPER(a_missing_first_is_named, "DELETE FROM ledger WHERE id = 1", 1)
TAMPER(a_missing_end_is_named, "DELETE FROM ledger WHERE id > 8", 9)
TAMPER(a_missing_ledger_is_named, "DELETE FROM ledger", 1)
TAMPER(an_altered_hash_is_named,
    "UPDATE ledger SET hash = zeroblob(32) WHERE id = 3", 3)

TAMPER(an_entry_that_was_put_in_is_named,
    "UPDATE ledger SET id = id + 1000 WHERE id > 5;"
    " INSERT INTO ledger SELECT 6, at, kind, incident, by, origin, text, hash,"
    " text_hash FROM ledger WHERE id = 5;"
    " UPDATE ledger SET id = id - 999 WHERE id > 1000",
    6)
TAMPER(an_entry_behind_the_end_is_named,
    "INSERT INTO ledger SELECT 11, at, kind, incident, by, origin, text,"
    " randomblob(32), text_hash FROM ledger WHERE id = 10",
    11)
TAMPER(an_altered_mark_is_named,
    "UPDATE meta SET value = zeroblob(32) WHERE key = 'ledger-hash'", 10)
TAMPER(a_missing_mark_is_named, "DELETE FROM meta WHERE key LIKE 'ledger%'", 1)

static void
what_is_wrong_is_said(void **state)
{
    struct fixture *f = *state;
    struct ledger_check check;

    assert_int_equal(after(f, "DELETE FROM ledger WHERE id = 6"), 6);
    assert_int_equal(view_ledger_check(f->view, &check), 0);
    assert_int_equal(check.fault, LEDGER_FAULT_MISSING);
    assert_string_equal(ledger_fault_name(check.fault), "missing");
    meddle(f->path, "DELETE FROM ledger WHERE id > 5");
    assert_int_equal(view_ledger_check(f->view, &check), 0);
    assert_int_equal(check.fault, LEDGER_FAULT_CUT);
    assert_int_equal(check.last, 5);
}

static void
it_is_listed_by_what_is_asked(void **state)
{
    struct fixture *f = *state;
    struct ledger_filter filter = {.from = WALL_NONE, .to = WALL_NONE};
    struct ledger_entry other = {.at = at(50),
        .kind = STR("user.added"),
        .by = STR("wang"),
        .text = STR("{\"object\":\"li\"}")};
    struct ledger_line *lines;
    uint8_t hash[LEDGER_HASH_SIZE];
    size_t n;
    bool more;

    fill(f->store, 10);
    assert_int_equal(store_ledger_add(f->store, &other), 0);
    filter.limit = 4;
    assert_int_equal(
        view_ledger(f->view, &filter, f->arena, &lines, &n, &more), 0);
    assert_int_equal(n, 4);
    assert_true(more);
    assert_int_equal(lines[0].row.id, 11);
    filter.before = lines[3].row.id;
    assert_int_equal(
        view_ledger(f->view, &filter, f->arena, &lines, &n, &more), 0);
    assert_int_equal(lines[0].row.id, 7);
    assert_int_equal(view_ledger_hash(f->view, 7, hash), 0);
    assert_memory_equal(hash, lines[0].hash, sizeof(hash));
    assert_int_equal(view_ledger_hash(f->view, 99, hash), E_NOTFOUND);
    filter = (struct ledger_filter){.kind = STR("incident"),
        .incident = 2,
        .from = at(3),
        .to = at(9),
        .oldest_first = true};
    assert_int_equal(
        view_ledger(f->view, &filter, f->arena, &lines, &n, &more), 0);
    assert_int_equal(n, 2);
    assert_int_equal(lines[0].row.id, 6);
    filter = (struct ledger_filter){.kind = STR("user.add"),
        .from = WALL_NONE, .to = WALL_NONE};
    assert_int_equal(
        view_ledger(f->view, &filter, f->arena, &lines, &n, &more), 0);
    assert_int_equal(n, 0); /* not a part of a word */
    filter = (struct ledger_filter){.text = STR("\"li\""),
        .by = STR("wang"), .from = WALL_NONE, .to = WALL_NONE};
    assert_int_equal(
        view_ledger(f->view, &filter, f->arena, &lines, &n, &more), 0);
    assert_int_equal(n, 1);
    assert_false(more);
}

/* Row 4 of another ledger that was the same until then: its own hash is right,
 * but row 5 does not follow from it. */
static void
a_well_forged_entry_is_named_by_the_next(void **state)
{
    struct fixture *f = *state;
    struct ledger_entry forged = {
        .at = at(3), .kind = STR("incident.closed"), .by = STR("li")};
    struct store *other = NULL;
    char path[200], sql[600];
    int64_t bad;
    uint64_t count;

    (void)snprintf(path, sizeof(path), "%s/other.db", f->folder);
    assert_int_equal(store_open(path, NULL, &other), 0);
    fill(other, 3);
    assert_int_equal(store_ledger_add(other, &forged), 0);
    assert_int_equal(store_ledger_verify(other, &bad, &count), 0);
    assert_int_equal(bad, 0);
    store_close(other);
    (void)snprintf(sql, sizeof(sql),
        "ATTACH '%s' AS o; INSERT OR REPLACE INTO ledger"
        " SELECT * FROM o.ledger WHERE id = 4",
        path);
    assert_int_equal(after(f, sql), 5);
}

static void
sql_alone_cannot_change_it(void **state)
{
    struct fixture *f = *state;
    int64_t bad;
    uint64_t count;

    fill(f->store, 3);
    fixture_close(f);
    assert_false(may(f->path, "UPDATE ledger SET by = 'x' WHERE id = 2"));
    assert_false(may(f->path, "DELETE FROM ledger WHERE id = 3"));
    assert_false(may(f->path, "UPDATE ledger SET text = NULL"));
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    assert_int_equal(bad, 0);
    assert_int_equal(count, 3);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_honest_ledger_holds),
        TEST(a_rolled_back_entry_leaves_no_gap),
        TEST(an_altered_text_is_named),
        TEST(an_erased_text_is_named),
        TEST(an_altered_text_with_its_hash_is_named),
        TEST(an_altered_name_is_named),
        TEST(an_altered_time_is_named),
        TEST(words_moved_between_fields_are_named),
        TEST(a_missing_entry_is_named),
        TEST(a_missing_first_is_named),
        TEST(a_missing_end_is_named),
        TEST(a_missing_ledger_is_named),
        TEST(an_altered_hash_is_named),
        TEST(an_entry_that_was_put_in_is_named),
        TEST(an_entry_behind_the_end_is_named),
        TEST(an_altered_mark_is_named),
        TEST(a_missing_mark_is_named),
        TEST(what_is_wrong_is_said),
        TEST(it_is_listed_by_what_is_asked),
        TEST(a_well_forged_entry_is_named_by_the_next),
        TEST(sql_alone_cannot_change_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
