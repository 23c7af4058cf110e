/* Which items are looked at again, and what is known of them. */
#include "base/err.h"
#include "fixture.h"
#include "store/recheck.h"

static int64_t
attach(struct fixture *f, int64_t incident, int n, const char *url)
{
    char title[32];
    struct item item;
    int64_t id;

    (void)snprintf(title, sizeof title, "t%d", n);
    item = item_of(n, title, "x");
    item.url = url ? str_of(url) : STR_NONE;
    id = put_item(f->store, &item);
    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR("w"), 1, at(n)), 0);
    assert_int_equal(store_recheck_start(f->store, id, at(100)), 0);
    return id;
}

static size_t
due(struct fixture *f, int64_t seconds)
{
    struct recheck *list;
    size_t n;

    assert_int_equal(
        store_recheck_due(f->store, at(seconds), 100, f->arena, &list, &n), 0);
    return n;
}

static void
so_many_of_an_incident_are_looked_at(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    struct recheck recheck;
    uint32_t gone, there;
    struct wall next;
    int64_t first = 0;

    assert_int_equal(store_recheck_next(f->store, &next), 0);
    assert_false(wall_is_set(next));
    for (int i = 0; i < RECHECK_PER_INCIDENT + 5; i++) {
        int64_t item = attach(f, a, i, "http://news.example/x");

        first = first ? first : item;
    }
    assert_int_equal(due(f, 99), 0);
    assert_int_equal(due(f, 100), RECHECK_PER_INCIDENT);
    assert_int_equal(store_recheck_next(f->store, &next), 0);
    assert_int_equal(next.ms, at(100).ms);
    /* One is gone: it is still looked at, and so is another. */
    assert_int_equal(
        store_recheck_load(f->store, first, f->arena, &recheck), 0);
    recheck.checks = 2;
    recheck.missed = 2;
    recheck.gone = at(90);
    recheck.checked = at(95);
    assert_int_equal(store_recheck_save(f->store, &recheck), 0);
    assert_int_equal(store_recheck_more(f->store, a, at(100)), 0);
    assert_int_equal(due(f, 100), RECHECK_PER_INCIDENT + 1);
    assert_int_equal(store_recheck_counts(f->store, a, &gone, &there), 0);
    assert_int_equal(gone, 1);
    assert_int_equal(there, RECHECK_PER_INCIDENT + 4);
    assert_int_equal(
        store_recheck_load(f->store, first, f->arena, &recheck), 0);
    assert_int_equal(recheck.gone.ms, at(90).ms);
    assert_str(recheck.url, "http://news.example/x");
    assert_int_equal(
        store_recheck_load(f->store, 9999, f->arena, &recheck), E_NOTFOUND);
}

/* What has no address of its own, or one with something masked, cannot be
 * looked for, and is therefore never gone. */
static void
without_an_address_nobody_looks(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    uint32_t n, gone, there;

    (void)attach(f, a, 1, NULL);
    (void)attach(f, a, 2, "http://news.example/1**********1");
    assert_int_equal(due(f, 1000), 0);
    assert_int_equal(store_recheck_now(f->store, a, at(5), &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_recheck_counts(f->store, a, &gone, &there), 0);
    assert_int_equal(there, 2);
}

static void
all_are_looked_at_when_somebody_asks(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    uint32_t n;

    (void)attach(f, a, 1, "http://news.example/1");
    (void)attach(f, a, 2, "http://news.example/2");
    assert_int_equal(due(f, 5), 0);
    assert_int_equal(store_recheck_now(f->store, a, at(5), &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(due(f, 5), 2);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(so_many_of_an_incident_are_looked_at),
        TEST(without_an_address_nobody_looks),
        TEST(all_are_looked_at_when_somebody_asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
