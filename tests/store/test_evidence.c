/* Evidence by its hash; incidents that are held; addresses under seal. */
#include "base/err.h"
#include "base/seal.h"
#include "fixture.h"
#include "store/evidence.h"
#include "store/view_evidence.h"
#include "store/wanted.h"

static struct evidence_put
piece(int64_t incident, int64_t item, int64_t revision, char byte)
{
    struct evidence_put put = {.incident = incident,
        .item = item,
        .revision = revision,
        .at = at(100),
        .size = 7,
        .sealed = STR("sealed!"),
        .original = STR("original"),
        .about = STR("about")};

    memset(put.hash, byte, sizeof put.hash);
    return put;
}

static int64_t
attached(struct fixture *f, int n, int64_t incident)
{
    struct item item = item_of(n, "t", "x");
    int64_t id = put_item(f->store, &item);

    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR("w"), 1, at(1)), 0);
    return id;
}

static void
a_document_is_kept_once(void **state)
{
    struct fixture *f = *state;
    int64_t incident = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t one = attached(f, 1, incident), two = attached(f, 2, incident);
    struct evidence_put put = piece(incident, one, 1, 'h');
    struct evidence_row *rows, row;
    struct str sealed;
    size_t n;

    assert_int_equal(store_evidence_add(f->store, &put), 0);
    assert_int_equal(store_evidence_add(f->store, &put), E_EXISTS);
    put.item = two;
    put.revision = 2;
    put.article = true;
    assert_int_equal(store_evidence_add(f->store, &put), 0);
    assert_int_equal(
        view_evidence(f->view, incident, 0, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_true(rows[0].kept && rows[1].kept && rows[1].article);
    assert_int_equal(view_evidence_one(f->view, rows[1].id, f->arena, &row), 0);
    assert_str(row.original, "original");
    assert_str(row.about, "about");
    assert_int_equal(
        view_evidence_document(f->view, row.hash, f->arena, &sealed), 0);
    assert_str(sealed, "sealed!");
    assert_int_equal(
        view_evidence_one(f->view, 99, f->arena, &row), E_NOTFOUND);
}

static void
what_is_too_large_leaves_its_hash(void **state)
{
    struct fixture *f = *state;
    int64_t incident = add_incident(f->store, "a", LEVEL_RED, 1);
    struct evidence_put put = piece(incident, attached(f, 1, incident), 1, 'h');
    struct evidence_row *rows;
    struct str sealed;
    size_t n;

    put.sealed = STR_NONE;
    put.original = STR_NONE;
    assert_int_equal(store_evidence_add(f->store, &put), 0);
    assert_int_equal(
        view_evidence(f->view, incident, 0, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_false(rows[0].kept);
    assert_memory_equal(rows[0].hash, put.hash, sizeof put.hash);
    assert_int_equal(
        view_evidence_document(f->view, put.hash, f->arena, &sealed),
        E_NOTFOUND);
}

static void
evidence_goes_where_its_item_goes(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t b = add_incident(f->store, "b", LEVEL_RED, 2);
    struct evidence_put put = piece(a, attached(f, 1, a), 1, 'h');
    struct evidence_row *rows;
    struct incident i;
    size_t n;

    assert_int_equal(store_evidence_add(f->store, &put), 0);
    /* a split moves the item */
    meddle(f->path,
        "DROP TRIGGER search_moved;" /* it asks for functions of the store */
        "UPDATE incident_item SET incident = 2");
    assert_int_equal(view_evidence(f->view, a, 0, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(view_evidence(f->view, b, 0, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    /* a merge leaves it, and shows it */
    assert_int_equal(store_incident_load(f->store, b, f->arena, &i), 0);
    i.state = INCIDENT_MERGED;
    i.merged_into = a;
    assert_int_equal(store_incident_save(f->store, &i), 0);
    assert_int_equal(view_evidence(f->view, a, 0, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].incident, b);
}

static void
an_incident_is_held_and_released(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_incident(f->store, "a", LEVEL_RED, 1);
    struct incident_keeping keeping;

    assert_int_equal(
        store_incident_hold(f->store, 99, STR("r"), STR("li"), at(1)),
        E_NOTFOUND);
    assert_int_equal(view_incident_keeping(f->view, id, f->arena, &keeping), 0);
    assert_null(keeping.hold.p);
    assert_int_equal(
        store_incident_hold(f->store, id, STR("r"), STR("li"), at(5)), 0);
    assert_int_equal(store_incident_assess(f->store, id, STR("wu"), at(6)), 0);
    assert_int_equal(store_incident_assess(f->store, id, STR("xu"), at(9)), 0);
    assert_int_equal(view_incident_keeping(f->view, id, f->arena, &keeping), 0);
    assert_str(keeping.hold, "r");
    assert_str(keeping.hold_by, "li");
    assert_int_equal(keeping.hold_at.ms, at(5).ms);
    assert_int_equal(keeping.assessed.ms, at(6).ms);
    assert_str(keeping.assessed_by, "wu");
    assert_int_equal(
        store_incident_hold(f->store, id, STR_NONE, STR_NONE, WALL_NONE), 0);
    assert_int_equal(view_incident_keeping(f->view, id, f->arena, &keeping), 0);
    assert_null(keeping.hold.p);
    assert_int_equal(keeping.assessed.ms, at(6).ms);
}

static void
an_address_with_a_number_is_wanted_under_seal(void **state)
{
    struct fixture *f = *state;
    struct wanted wanted = {.source = STR("news"),
        .kind = WANTED_ARTICLE,
        .url = STR("http://a.example/13812345678.html"),
        .since = WALL_NONE,
        .due = at(1)};
    struct wanted *list;
    size_t n;

    assert_int_equal(store_wanted_add(f->store, &wanted), 0);
    wanted.url = STR("http://a.example/plain.html");
    assert_int_equal(store_wanted_add(f->store, &wanted), 0);
    assert_int_equal(
        store_wanted_due(f->store, at(9), 10, f->arena, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_str(list[0].url, "http://a.example/13812345678.html");
    assert_str(list[1].url, "http://a.example/plain.html");
    assert_false(may(f->path,
        "INSERT INTO wanted SELECT * FROM wanted WHERE url LIKE '%5678%'"));
    assert_int_equal(store_wanted_load(f->store, 1, f->arena, list), 0);
    assert_str(list[0].url, "http://a.example/13812345678.html");
}

#define test(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_document_is_kept_once),
        test(what_is_too_large_leaves_its_hash),
        test(evidence_goes_where_its_item_goes),
        test(an_incident_is_held_and_released),
        test(an_address_with_a_number_is_wanted_under_seal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
