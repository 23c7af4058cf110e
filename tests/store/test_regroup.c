/* Merged incidents count together; splits move items and can be undone. */
#include "store/regroup.h"

#include "base/err.h"
#include "fixture.h"

struct world {
    int64_t a, b, c, items[4];
};

/* Items 0 and 1 in a, 2 in b, 3 in c; c is merged into a. */
static struct world
world_of(struct fixture *f)
{
    static const char *const titles[] = {"0", "1", "2", "3"};
    struct world w = {.a = add_incident(f->store, "a", LEVEL_RED, 1),
        .b = add_incident(f->store, "b", LEVEL_RED, 2),
        .c = add_incident(f->store, "c", LEVEL_RED, 3)};
    int64_t where[] = {w.a, w.a, w.b, w.c};
    struct incident child;

    for (int i = 0; i < 4; i++) {
        struct item item = item_of(i, titles[i], titles[i]);

        w.items[i] = put_item(f->store, &item);
        assert_int_equal(store_incident_attach(f->store, where[i], w.items[i],
                             STR("w"), 1, at(i)),
            0);
    }
    assert_int_equal(store_incident_load(f->store, w.c, f->arena, &child), 0);
    child.unmerged = INCIDENT_SNOOZED;
    child.unmerged_until = at(77);
    child.state = INCIDENT_MERGED;
    child.merged_into = w.a;
    assert_int_equal(store_incident_save(f->store, &child), 0);
    return w;
}

static uint32_t
items_in(struct fixture *f, int64_t incident)
{
    uint32_t items, sources;

    assert_int_equal(
        store_incident_counts(f->store, incident, &items, &sources), 0);
    return items;
}

static int64_t
home_of(struct fixture *f, int64_t item)
{
    int64_t incident;

    assert_int_equal(store_incident_of(f->store, item, &incident), 0);
    return incident;
}

static void
what_was_merged_counts_where_it_went(void **state)
{
    struct fixture *f = *state;
    struct world w = world_of(f);
    struct incident_part *parts;
    struct incident_row row;
    struct incident child;
    struct item_row *rows;
    size_t n;

    assert_int_equal(items_in(f, w.a), 3);
    assert_int_equal(items_in(f, w.c), 1);
    assert_int_equal(
        store_incident_parts(f->store, w.a, 10, f->arena, &parts, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(view_incident(f->view, w.a, f->arena, &row), 0);
    assert_int_equal(row.incident.items, 3);
    assert_int_equal(
        view_incident_items(f->view, w.a, f->arena, &rows, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(rows[2].incident, w.c);
    assert_int_equal(store_incident_load(f->store, w.c, f->arena, &child), 0);
    assert_int_equal(child.unmerged, INCIDENT_SNOOZED);
    assert_int_equal(child.unmerged_until.ms, at(77).ms);
}

static void
a_split_is_undone_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct world w = world_of(f);
    int64_t items[] = {w.items[1], w.items[3]}, id, found;
    struct split split = {.origin = w.a,
        .target = w.b,
        .at = at(9),
        .by = STR("li"),
        .items = items,
        .nitems = 2};
    struct split kept;

    assert_int_equal(store_split_add(f->store, &split, &id), 0);
    assert_int_equal(items_in(f, w.a), 1);
    assert_int_equal(items_in(f, w.b), 3);
    assert_int_equal(store_split_of(f->store, w.a, w.items[3], &found), 0);
    assert_int_equal(found, id);
    assert_int_equal(store_split_last(f->store, w.b, &found), 0);
    assert_int_equal(found, id);
    assert_int_equal(store_split_load(f->store, id, f->arena, &kept), 0);
    assert_int_equal(kept.nitems, 2);
    assert_str(kept.by, "li");
    assert_false(wall_is_set(kept.undone));

    assert_int_equal(store_split_undo(f->store, id, at(10)), 0);
    assert_int_equal(home_of(f, w.items[1]), w.a);
    assert_int_equal(home_of(f, w.items[3]), w.c); /* not in a itself */
    assert_int_equal(home_of(f, w.items[2]), w.b);
    assert_int_equal(
        store_split_last(f->store, w.a, &found), E_NOTFOUND);
}

static void
what_is_not_there_is_not_split_off(void **state)
{
    struct fixture *f = *state;
    struct world w = world_of(f);
    int64_t items[] = {w.items[0], w.items[2]}, id = 0;
    struct split split = {.origin = w.a,
        .target = w.b,
        .at = at(9),
        .items = items,
        .nitems = 2};

    assert_int_equal(store_begin(f->store), 0);
    assert_int_equal(store_split_add(f->store, &split, &id), E_NOTFOUND);
    store_rollback(f->store);
    assert_int_equal(id, 0);
    assert_int_equal(home_of(f, w.items[0]), w.a);
}

/* What was moved on since stays where it is. */
static void
undoing_takes_back_only_what_is_still_there(void **state)
{
    struct fixture *f = *state;
    struct world w = world_of(f);
    int64_t items[] = {w.items[0], w.items[1]}, first, second;
    struct split split = {.origin = w.a,
        .target = w.b,
        .at = at(9),
        .items = items,
        .nitems = 2};
    struct split on = {.origin = w.b,
        .target = w.c,
        .at = at(9),
        .items = items,
        .nitems = 1};

    assert_int_equal(store_split_add(f->store, &split, &first), 0);
    assert_int_equal(store_split_add(f->store, &on, &second), 0);
    assert_int_equal(store_split_undo(f->store, first, at(10)), 0);
    assert_int_equal(home_of(f, w.items[0]), w.c);
    assert_int_equal(home_of(f, w.items[1]), w.a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_merged_counts_where_it_went,
            fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            a_split_is_undone_as_it_was, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_split_off,
            fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(
            undoing_takes_back_only_what_is_still_there, fixture_setup,
            fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
