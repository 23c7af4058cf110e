/*
 * A poll, a delivery and a request, with every write, sync and allocation of
 * theirs failing in turn, and the power going at each.
 *
 * What was answered as committed must be there; what was not must be there
 * whole or not at all; the invariants hold in any case; and when the fault has
 * passed, the same work succeeds.  synchronous = NORMAL must fail the power
 * cuts: else they would prove nothing of FULL.
 */
#include <sys/stat.h>

#include <sqlite3.h>
#include <unistd.h>

#include "../store/fixture.h"
#include "base/digest.h"
#include "base/err.h"
#include "disk.h"
#include "store/check.h"
#include "store/inside.h"

enum { ROUNDS = 2, ITEMS = 4, STRIDE = 9 };

/* --- the work ------------------------------------------------------------- */

/* Committed by answer: polls, deliveries, requests. */
struct done {
    int polls, deliveries, requests;
};

static int
poll_write(struct store *store, int n)
{
    static uint8_t seen[1 + ITEMS * 3 * DIGEST_SIZE];
    struct source_state state = {.first_poll = at(1),
        .last_poll = at(n),
        .last_success = at(n),
        .last_new = WALL_NONE,
        .next_poll = at(n + 1),
        .moved_since = WALL_NONE,
        .etag = STR("etag")};
    struct incident incident = incident_of("某校食堂起火", LEVEL_RED, n);
    struct delivery d = {.channel = STR("desk"),
        .type = STR("incident.opened"),
        .body = STR("{}"),
        .created = at(n),
        .next = at(n)};
    struct ledger_entry entry = {.at = at(n),
        .kind = STR("incident.opened"),
        .by = STR("system"),
        .from = STR("road"),
        .text = STR("{}")};
    char id[32];
    int64_t item = 0, revision, number = 0;
    int r = 0;

    seen[0] = 2;
    for (int i = 0; i < ITEMS && r == 0; i++) {
        struct item it =
            item_of(n * ITEMS + i, "某校食堂起火", "消防到场，正在处置");
        enum item_outcome outcome;
        struct item_put put = {
            .source = STR("news"), .item = &it, .seen = at(n), .generation = 1};

        r = store_item_put(store, &put, &item, &revision, &outcome);
        memcpy(
            seen + 1 + (size_t)i * 3 * DIGEST_SIZE, it.identity, DIGEST_SIZE);
        memset(seen + 1 + ((size_t)i * 3 + 2) * DIGEST_SIZE, 7, DIGEST_SIZE);
    }
    state.seen = (struct str){(const char *)seen, sizeof(seen)};
    if (r == 0)
        r = store_incident_add(store, &incident, &number);
    if (r == 0)
        r = store_incident_attach(store, number, item, STR("new"), 1, at(n));
    (void)snprintf(id, sizeof(id), "msg_%d", n);
    d.message_id = str_of(id);
    d.incident = number;
    if (r == 0)
        r = store_delivery_add(store, &d, &d.id);
    if (r == 0)
        r = store_item_told(store, item, at(n));
    if (r == 0)
        r = store_ledger_add(store, &entry);
    if (r == 0)
        r = store_source_save(store, STR("news"), &state);
    return r;
}

static int
delivery_write(struct store *store, struct arena *arena, int n)
{
    struct attempt attempt = {.at = at(n), .class = STR("delivered")};
    struct delivery d;
    int r = store_delivery_load(store, n, arena, &d);

    if (r != 0)
        return r;
    attempt.delivery = d.id;
    d.state = DELIVERY_DELIVERED;
    d.attempts++;
    d.next = WALL_NONE;
    d.finished = at(n);
    r = store_attempt_add(store, &attempt);
    return r ? r : store_delivery_save(store, &d);
}

static int
request_write(struct store *store, struct arena *arena, int n)
{
    struct incident incident;
    struct ledger_entry entry = {.at = at(n),
        .kind = STR("incident.acknowledged"),
        .by = STR("desk"),
        .from = STR("road"),
        .text = STR("{}")};
    int r = store_incident_load(store, n, arena, &incident);

    if (r != 0)
        return r;
    incident.assignee = STR("desk");
    entry.incident = n;
    r = store_incident_save(store, &incident);
    return r ? r : store_ledger_add(store, &entry);
}

static int
unit(struct store *store, int r, int *count)
{
    if (r == 0)
        r = store_commit(store);
    if (r != 0)
        store_rollback(store);
    else
        (*count)++;
    return r;
}

/* All of it, from where it stands; stops at the first error. */
static int
work(struct fixture *f, struct done *done, int rounds)
{
    int r = 0;

    while (done->requests < rounds && r == 0) {
        arena_clear(f->arena);
        r = store_begin(f->store);
        if (r != 0)
            break;
        if (done->polls == done->requests)
            r = unit(
                f->store, poll_write(f->store, done->polls + 1), &done->polls);
        else if (done->deliveries == done->requests)
            r = unit(f->store,
                delivery_write(f->store, f->arena, done->deliveries + 1),
                &done->deliveries);
        else
            r = unit(f->store,
                request_write(f->store, f->arena, done->requests + 1),
                &done->requests);
        if (r == 0 && done->requests % 2 == 1)
            r = store_idle(f->store); /* a checkpoint is work too */
    }
    return r;
}

/* --- what must hold ------------------------------------------------------- */

static int64_t
count(struct store *store, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;

    if (sqlite3_prepare_v2(store->db.handle, sql, -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return n;
}

/* Whether store has at least what done says, each whole, and no more than one
 * unit more, and the invariants hold. */
static bool
stands(const char *path, const struct done *done)
{
    struct toc_error error = {.line = 0};
    struct arena *arena = arena_new(1024 * 1024);
    struct check_result result;
    struct store *store = NULL;
    struct view *view = NULL;
    int64_t polls, good;
    bool ok = false;

    if (store_open(path, &error, &store) != 0)
        goto out;
    polls = count(store, "SELECT count(*) FROM incident");
    good =
        count(store, "SELECT count(*) FROM delivery WHERE state = 'delivered'");
    ok = polls >= done->polls && polls <= done->polls + 1 &&
         count(store, "SELECT count(*) FROM item") == polls * ITEMS &&
         count(store, "SELECT count(*) FROM delivery") == polls &&
         good >= done->deliveries && good <= done->deliveries + 1 &&
         count(store, "SELECT count(*) FROM attempt") == good &&
         count(store, "SELECT count(*) FROM incident"
                      " WHERE assignee = 'desk'") >= done->requests;
    ok = ok && view_open(path, &error, &view) == 0 &&
         view_check(view, arena, &result) == 0 && result.broken == 0;
out:
    view_close(view);
    store_close(store);
    arena_free(arena);
    return ok;
}

static void
begin(struct fixture **f, void **state)
{
    assert_int_equal(fixture_setup(state), 0);
    *f = *state;
}

static void
end(void **state)
{
    assert_int_equal(fixture_teardown(state), 0);
    disk_reset(); /* nothing is open that it knows of */
}

static long
stride(void)
{
    const char *text = getenv("TOCSIN_FAULTS_ALL");

    return text && *text == '1' ? 1 : STRIDE;
}

/* --- faults that pass, and faults that stay ------------------------------- */

/* Every n-th operation fails; how many there were. */
static long
each_fault(enum disk_fault fault, bool forever)
{
    long n = 1, tried = 0;
    bool fired = true;

    for (; fired; n += stride()) {
        struct done done = {0};
        struct fixture *f;
        void *state = NULL;

        begin(&f, &state);
        disk_arm(fault, n, forever, NULL, 0);
        (void)work(f, &done, ROUNDS);
        fired = disk_fired();
        tried += fired;
        disk_arm(DISK_NONE, 0, false, NULL, 0);
        if (f->store->db.doomed) /* then the process ends, and starts anew */
            fixture_reopen(f);
        assert_int_equal(work(f, &done, ROUNDS), 0);
        fixture_close(f);
        if (!stands(f->path, &done))
            fail_msg("fault %d at operation %ld", (int)fault, n);
        fixture_reopen(f);
        end(&state);
    }
    return tried;
}

static void
a_full_disk_loses_nothing(void **state)
{
    (void)state;
    assert_true(each_fault(DISK_FULL, false) > 1);
    assert_true(each_fault(DISK_FULL, true) > 1);
}

static void
errors_of_the_disk_lose_nothing(void **state)
{
    (void)state;
    assert_true(each_fault(DISK_EIO, false) > 1);
    assert_true(each_fault(DISK_EIO, true) > 1);
}

static void
a_sync_that_fails_ends_the_process(void **state)
{
    struct done done = {0};
    struct fixture *f;
    void *own = NULL;

    (void)state;
    assert_true(each_fault(DISK_SYNC, false) > 1);
    begin(&f, &own);
    disk_arm(DISK_SYNC, 1, false, NULL, 0);
    assert_int_not_equal(work(f, &done, 1), 0);
    assert_true(f->store->db.doomed);
    end(&own);
}

/* --- kills and power cuts ------------------------------------------------- */

/* The power goes at every n-th operation; how often something was lost. */
static long
each_cut(enum disk_fault fault, bool normal, long *ret_tried)
{
    long lost = 0, tried = 0;
    bool fired = true;

    for (long n = 1; fired; n += stride()) {
        struct done done = {0};
        struct fixture *f;
        char path[200];
        void *state = NULL;

        begin(&f, &state);
        if (normal)
            assert_int_equal(
                sqlite3_exec(f->store->db.handle, "PRAGMA synchronous = NORMAL",
                    NULL, NULL, NULL),
                SQLITE_OK);
        (void)snprintf(path, sizeof(path), "%s/left.db", f->folder);
        disk_arm(fault, n, true, path, (uint32_t)n);
        (void)work(f, &done, ROUNDS);
        fired = disk_fired();
        disk_arm(DISK_NONE, 0, false, NULL, 0);
        if (fired) {
            tried++;
            if (!stands(path, &done)) {
                lost++;
                if (!normal)
                    print_message("lost at operation %ld\n", n);
            }
        }
        end(&state);
    }
    if (ret_tried)
        *ret_tried = tried;
    return lost;
}

static void
a_kill_at_any_write_loses_nothing(void **state)
{
    long tried;

    (void)state;
    assert_int_equal(each_cut(DISK_KILL, false, &tried), 0);
    assert_true(tried > 1);
}

static void
a_power_cut_at_any_write_loses_nothing(void **state)
{
    long tried;

    (void)state;
    assert_int_equal(each_cut(DISK_POWER_CUT, false, &tried), 0);
    assert_true(tried > 1);
}

static void
the_power_cuts_bite(void **state)
{
    (void)state;
    assert_true(each_cut(DISK_POWER_CUT, true, NULL) > 0);
}

/* --- allocations ---------------------------------------------------------- */

static sqlite3_mem_methods memory;
static long left_to_fail = -1;

static bool
refuse(void)
{
    return left_to_fail > 0 && --left_to_fail == 0;
}
static void *
failing_malloc(int n)
{
    return refuse() ? NULL : memory.xMalloc(n);
}
static void *
failing_realloc(void *p, int n)
{
    return refuse() ? NULL : memory.xRealloc(p, n);
}

static void
no_allocation_that_fails_loses_anything(void **state)
{
    long n = 1, tried = 0;
    bool fired = true;

    (void)state;
    for (; fired; n += 7 * stride()) {
        struct done done = {0};
        struct fixture *f;
        void *own = NULL;

        begin(&f, &own);
        left_to_fail = n;
        (void)work(f, &done, 1);
        fired = left_to_fail == 0;
        left_to_fail = -1;
        tried += fired;
        assert_int_equal(work(f, &done, 1), 0);
        fixture_close(f);
        if (!stands(f->path, &done))
            fail_msg("allocation %ld", n);
        fixture_reopen(f);
        end(&own);
    }
    assert_true(tried > 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(errors_of_the_disk_lose_nothing),
        cmocka_unit_test(a_sync_that_fails_ends_the_process),
        cmocka_unit_test(a_kill_at_any_write_loses_nothing),
        cmocka_unit_test(a_power_cut_at_any_write_loses_nothing),
        cmocka_unit_test(the_power_cuts_bite),
        cmocka_unit_test(no_allocation_that_fails_loses_anything)};
    sqlite3_mem_methods failing;

    (void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
    failing = memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK ||
        digest_init() != 0)
        return 1;
    disk_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
