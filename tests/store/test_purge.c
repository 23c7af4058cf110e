/* What goes in its time, what stays, and that nothing of it is left. */
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "fixture.h"
#include "store/evidence.h"
#include "store/purge.h"
#include "store/report.h"
#include "store/view_evidence.h"

/* All that is older than the millionth second. */
static struct purge_policy
all(void)
{
    struct purge_policy policy = {.assessed = WALL_NONE};

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = at(1000000);
    return policy;
}

/* Run a purge to its end, each step a transaction. */
static struct purge
run(struct fixture *f, const struct purge_policy *policy, size_t *ret_pieces)
{
    struct purge purge;
    struct purge_step step;
    size_t pieces = 0, steps = 0;

    purge_begin(&purge, policy);
    while (purge.table < PURGE_COUNT) {
        assert_true(steps++ < 10000);
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(
            store_purge_step(f->store, &purge, at(2000000), &step), 0);
        assert_int_equal(store_commit(f->store), 0);
        pieces += step.npieces;
    }
    assert_int_equal(store_purge_end(f->store), 0);
    if (ret_pieces)
        *ret_pieces = pieces;
    return purge;
}

static int64_t
attached(struct fixture *f, int n, const char *text, int64_t incident)
{
    struct item item = item_of(n, text, text);
    int64_t id = put_item(f->store, &item);
    struct evidence_put put = {.incident = incident,
        .item = id,
        .revision = n,
        .at = at(n),
        .sealed = STR("sealed"),
        .original = STR("o"),
        .about = STR("a")};

    memset(put.hash, n, sizeof put.hash);
    assert_int_equal(
        store_incident_attach(f->store, incident, id, STR("w"), 1, at(1)), 0);
    assert_int_equal(store_evidence_add(f->store, &put), 0);
    return id;
}

static void
close_incident(struct fixture *f, int64_t id, int64_t when)
{
    struct incident i;

    assert_int_equal(store_incident_load(f->store, id, f->arena, &i), 0);
    i.state = INCIDENT_CLOSED;
    i.closed = at(when);
    i.reason = STR("a reason with words");
    assert_int_equal(store_incident_save(f->store, &i), 0);
}

static void
merge(struct fixture *f, int64_t from, int64_t into)
{
    struct incident i;

    assert_int_equal(store_incident_load(f->store, from, f->arena, &i), 0);
    i.state = INCIDENT_MERGED;
    i.merged_into = into;
    assert_int_equal(store_incident_save(f->store, &i), 0);
}

static size_t
pieces_of(struct fixture *f, int64_t incident)
{
    struct evidence_row *rows;
    size_t n = 0;

    assert_int_equal(
        view_evidence(f->view, incident, 0, 100, f->arena, &rows, &n), 0);
    return n;
}

static bool
file_has(const struct fixture *f, const char *text)
{
    static const char *const suffixes[] = {"", "-wal"};
    bool found = false;

    for (size_t i = 0; i < 2; i++) {
        char path[256];
        struct buf bytes;

        snprintf(path, sizeof path, "%s%s", f->path, suffixes[i]);
        buf_init(&bytes, 64 << 20);
        (void)file_read(path, &bytes, NULL);
        found |= str_find(buf_str(&bytes), str_of(text)) < bytes.n;
        buf_done(&bytes);
    }
    return found;
}

static void
a_closed_incident_goes_with_all_that_is_its_own(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t old = add_incident(f->store, "old words", LEVEL_RED, 1);
    int64_t open = add_incident(f->store, "open words", LEVEL_RED, 1);
    int64_t young = add_incident(f->store, "young words", LEVEL_RED, 1);
    uint64_t counts[PURGE_COUNT];
    struct incident_row row;
    struct purge purge;
    size_t pieces;

    for (int i = 1; i <= 120; i++)
        attached(f, i, "unforgettable", old);
    attached(f, 121, "still open", open);
    attached(f, 122, "still young", young);
    close_incident(f, old, 500000);
    close_incident(f, young, 1500000);
    assert_true(file_has(f, "unforgettable"));
    assert_int_equal(view_purge_counts(f->view, &every, counts), 0);
    assert_int_equal(counts[PURGE_INCIDENTS], 1);
    assert_int_equal(counts[PURGE_EVIDENCE], 121);
    purge = run(f, &every, &pieces);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 1);
    assert_int_equal(purge.counts[PURGE_ITEMS], 120);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], 121);
    assert_int_equal(pieces, 121);
    assert_int_equal(purge.left, 0);
    assert_int_equal(pieces_of(f, old), 0);
    assert_int_equal(pieces_of(f, open), 1);
    assert_int_equal(view_incident(f->view, old, f->arena, &row), 0);
    assert_int_equal(row.incident.level, LEVEL_RED);
    assert_int_equal(row.incident.title.n, 0);
    assert_int_equal(view_incident(f->view, young, f->arena, &row), 0);
    assert_str(row.incident.title, "young words");
    assert_false(file_has(f, "unforgettable"));
    assert_false(file_has(f, "old words"));
    assert_false(
        file_has(f, "a reason with words") && row.incident.reason.n == 0);
    assert_true(file_has(f, "still open"));
    /* once is enough */
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
}

static void
say(struct fixture *f, const char *kind, int64_t incident, const char *text)
{
    struct ledger_entry entry = {.at = at(1),
        .kind = str_of(kind),
        .incident = incident,
        .by = STR("li"),
        .from = STR("road"),
        .text = str_of(text)};

    assert_int_equal(store_ledger_add(f->store, &entry), 0);
}

/* The words go, their hashes stay, and the chain holds. */
static void
the_ledger_keeps_hashes_alone(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t old = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t open = add_incident(f->store, "b", LEVEL_RED, 1), bad;
    uint64_t count;

    attached(f, 1, "text", old);
    say(f, "incident.opened", old, "{\"title\":\"forgettable\"}");
    say(f, "incident.opened", open, "{\"title\":\"lasting\"}");
    say(f, "evidence.purged", old, "{\"sha256\":[\"abc\"]}");
    close_incident(f, old, 10);
    (void)run(f, &every, NULL);
    assert_false(file_has(f, "forgettable"));
    assert_true(file_has(f, "lasting"));
    assert_true(file_has(f, "abc"));
    /* before the purge is told, the gap is one */
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    assert_int_equal(bad, 1);
    say(f, "incident.purged", old, "{\"items\":1}");
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    assert_int_equal(bad, 0);
    /* an entry of after that is not covered by it */
    say(f, "incident.note", old, "{\"text\":\"later\"}");
    meddle(f->path, "UPDATE ledger SET text = NULL WHERE id = 5");
    assert_int_equal(store_ledger_verify(f->store, &bad, &count), 0);
    assert_int_equal(bad, 5);
}

static void
what_is_held_stays_whole(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t held = add_incident(f->store, "held words", LEVEL_RED, 1);
    struct purge purge;

    attached(f, 1, "held text", held);
    close_incident(f, held, 10);
    assert_int_equal(
        store_incident_hold(f->store, held, STR("r"), STR("li"), at(1)), 0);
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], 0);
    assert_int_equal(pieces_of(f, held), 1);
    assert_int_equal(
        store_incident_hold(f->store, held, STR_NONE, STR_NONE, WALL_NONE), 0);
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 1);
    assert_false(file_has(f, "held text"));
}

static void
what_was_assessed_is_destroyed_with_its_evidence(void **state)
{
    struct fixture *f = *state;
    struct purge_policy policy = all();
    int64_t id = add_incident(f->store, "words", LEVEL_RED, 1);
    int64_t other = add_incident(f->store, "others", LEVEL_RED, 1);
    struct purge purge;

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = WALL_NONE;
    policy.assessed = at(1000);
    attached(f, 1, "text", id);
    attached(f, 2, "text", other);
    close_incident(f, id, 10);
    close_incident(f, other, 10);
    assert_int_equal(store_incident_assess(f->store, id, STR("wu"), at(20)), 0);
    purge = run(f, &policy, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 1);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], 1);
    assert_int_equal(pieces_of(f, id), 0);
    assert_int_equal(pieces_of(f, other), 1);
}

/* What was open again is assessed again; what was merged into it goes too. */
static void
what_was_opened_again_is_assessed_again(void **state)
{
    struct fixture *f = *state;
    struct purge_policy policy = all();
    int64_t id = add_incident(f->store, "words", LEVEL_RED, 1);
    int64_t part = add_incident(f->store, "part", LEVEL_RED, 1);
    int64_t grain = add_incident(f->store, "grain", LEVEL_RED, 1);
    struct incident_keeping keeping;
    struct purge purge;

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = WALL_NONE;
    policy.assessed = at(1000);
    attached(f, 1, "text", id);
    attached(f, 2, "grain text", grain);
    merge(f, grain, part);
    merge(f, part, id);
    close_incident(f, id, 10);
    assert_int_equal(store_incident_assess(f->store, id, STR("wu"), at(20)), 0);
    close_incident(f, id, 30);
    assert_int_equal(view_incident_keeping(f->view, id, f->arena, &keeping), 0);
    assert_false(wall_is_set(keeping.assessed));
    purge = run(f, &policy, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
    assert_int_equal(store_incident_assess(f->store, id, STR("li"), at(40)), 0);
    assert_int_equal(store_incident_assess(f->store, id, STR("wu"), at(50)), 0);
    assert_int_equal(view_incident_keeping(f->view, id, f->arena, &keeping), 0);
    assert_int_equal(keeping.assessed.ms, at(40).ms);
    assert_str(keeping.assessed_by, "li");
    for (int i = 0; i < 3; i++)
        (void)run(f, &policy, NULL);
    assert_int_equal(pieces_of(f, id), 0);
    assert_false(file_has(f, "grain text"));
}

/* However often it was merged. */
/* A report that is kept has its figures still, and says nothing of it. */
static void
kept_reports_forget_its_words(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t id = add_incident(f->store, "words", LEVEL_RED, 1);
    struct report_kept kept = {.name = STR("1970-01-01"),
        .zone = STR("UTC"),
        .from = at(0),
        .until = at(100),
        .made = at(100),
        .figures = STR("{\"incidents\":[{\"id\":1,\"title\":\"somebody\","
                       "\"score\":7,\"timeline\":[{\"text\":\"who\"}]},"
                       "{\"id\":2,\"title\":\"another\"}]}")};
    uint8_t hash[DIGEST_SIZE];

    assert_int_equal(id, 1);
    assert_int_equal(store_report_keep(f->store, &kept), 0);
    close_incident(f, id, 10);
    (void)run(f, &every, NULL);
    assert_false(file_has(f, "somebody"));
    assert_int_equal(
        store_report_kept(f->store, kept.name, kept.zone, f->arena, &kept), 0);
    assert_str(kept.figures, "{\"incidents\":[{\"id\":1,\"score\":7},"
                             "{\"id\":2,\"title\":\"another\"}]}");
    digest_sha256(kept.figures, hash);
    assert_memory_equal(hash, kept.hash, sizeof hash);
}

static void
a_hold_keeps_what_was_merged_into_it(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t id = add_incident(f->store, "words", LEVEL_RED, 1);
    int64_t part = add_incident(f->store, "part", LEVEL_RED, 1);
    int64_t grain = add_incident(f->store, "grain", LEVEL_RED, 1);
    struct purge purge;

    attached(f, 1, "grain text", grain);
    merge(f, grain, part);
    merge(f, part, id);
    close_incident(f, id, 10);
    assert_int_equal(
        store_incident_hold(f->store, id, STR("r"), STR("li"), at(1)), 0);
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], 0);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
}

static void
evidence_outlives_its_items(void **state)
{
    struct fixture *f = *state;
    struct purge_policy policy = all();
    int64_t id = add_incident(f->store, "words", LEVEL_RED, 1);

    policy.before[PURGE_EVIDENCE] = WALL_NONE;
    attached(f, 1, "gone text", id);
    close_incident(f, id, 10);
    (void)run(f, &policy, NULL);
    assert_false(file_has(f, "gone text"));
    assert_int_equal(pieces_of(f, id), 1);
}

static void
loose_items_and_what_was_delivered_go(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    struct item old = item_of(1, "loose", "loose text");
    int64_t done = add_delivery(f->store, "msg_a", LEVEL_RED, 1, 1);
    int64_t dead = add_delivery(f->store, "msg_b", LEVEL_RED, 1, 1);
    struct delivery d;
    struct purge purge;

    (void)put_item(f->store, &old);
    (void)add_delivery(f->store, "msg_c", LEVEL_RED, 1, 1);
    assert_int_equal(store_delivery_load(f->store, done, f->arena, &d), 0);
    d.state = DELIVERY_DELIVERED;
    d.finished = at(10);
    assert_int_equal(store_delivery_save(f->store, &d), 0);
    assert_int_equal(store_delivery_load(f->store, dead, f->arena, &d), 0);
    d.state = DELIVERY_DEAD;
    d.finished = at(10);
    assert_int_equal(store_delivery_save(f->store, &d), 0);
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_ITEMS], 1);
    assert_int_equal(purge.counts[PURGE_DELIVERIES], 1);
    assert_false(file_has(f, "loose text"));
    assert_false(file_has(f, "msg_a"));
    assert_int_equal(store_delivery_load(f->store, dead, f->arena, &d), 0);
}

static void
what_is_merged_stays_as_long_as_what_it_is_in(void **state)
{
    struct fixture *f = *state;
    struct purge_policy every = all();
    int64_t into = add_incident(f->store, "into", LEVEL_RED, 1);
    int64_t from = add_incident(f->store, "from", LEVEL_RED, 1);
    struct purge purge;

    attached(f, 1, "merged text", from);
    merge(f, from, into);
    purge = run(f, &every, NULL);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], 0);
    close_incident(f, into, 10);
    purge = run(f, &every, NULL);
    assert_true(purge.counts[PURGE_INCIDENTS] >= 1);
    (void)run(f, &every, NULL);
    assert_false(file_has(f, "merged text"));
}

static void
the_last_purge_is_remembered(void **state)
{
    struct fixture *f = *state;
    struct wall last;

    assert_int_equal(store_purge_last(f->store, &last), 0);
    assert_false(wall_is_set(last));
    assert_int_equal(store_purge_mark(f->store, at(7)), 0);
    fixture_reopen(f);
    assert_int_equal(store_purge_last(f->store, &last), 0);
    assert_int_equal(last.ms, at(7).ms);
}

#define test(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_closed_incident_goes_with_all_that_is_its_own),
        test(the_ledger_keeps_hashes_alone),
        test(what_is_held_stays_whole),
        test(what_was_assessed_is_destroyed_with_its_evidence),
        test(what_was_opened_again_is_assessed_again),
        test(a_hold_keeps_what_was_merged_into_it),
        test(kept_reports_forget_its_words),
        test(evidence_outlives_its_items),
        test(loose_items_and_what_was_delivered_go),
        test(what_is_merged_stays_as_long_as_what_it_is_in),
        test(the_last_purge_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
