/*
 * What is said of an incident goes with it wherever it is said, and no step of
 * a purge takes more than the engine has time for.
 */
#include "base/err.h"
#include "base/file.h"
#include "fixture.h"
#include "incidents/silence.h"
#include "store/evidence.h"
#include "store/purge.h"
#include "store/silences.h"
#include "store/teach.h"
#include "store/view_evidence.h"

static struct purge_policy
all(void)
{
    struct purge_policy policy = {.assessed = WALL_NONE};

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] = at(1000000);
    return policy;
}

/* Run a purge to its end at a time; how many steps took something. */
static struct purge
run(struct fixture *f, int64_t now, size_t *ret_steps)
{
    struct purge_policy policy = all();
    struct purge purge;
    struct purge_step step;
    size_t steps = 0;

    *ret_steps = 0;
    purge_begin(&purge, &policy);
    while (purge.table < PURGE_COUNT) {
        assert_true(steps++ < 10000);
        assert_int_equal(store_begin(f->store), 0);
        assert_int_equal(store_purge_step(f->store, &purge, at(now), &step), 0);
        assert_int_equal(store_commit(f->store), 0);
        *ret_steps += step.npieces > 0;
    }
    assert_int_equal(store_purge_end(f->store), 0);
    return purge;
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
        buf_init(&bytes, 256 << 20);
        (void)file_read(path, &bytes, NULL);
        found |= str_find(buf_str(&bytes), str_of(text)) < bytes.n;
        buf_done(&bytes);
    }
    return found;
}

static void
settle(struct fixture *f, int64_t id, bool open, int64_t when)
{
    struct incident i;

    assert_int_equal(store_incident_load(f->store, id, f->arena, &i), 0);
    i.state = open ? INCIDENT_NEW : INCIDENT_CLOSED;
    i.closed = open ? WALL_NONE : at(when);
    i.reason = STR("closed with words");
    assert_int_equal(store_incident_save(f->store, &i), 0);
}

static int64_t
sent(struct fixture *f, const char *message_id, const char *type,
    const char *body, enum delivery_state state)
{
    struct delivery d = {.message_id = str_of(message_id),
        .channel = STR("desk"),
        .type = str_of(type),
        .level = LEVEL_RED,
        .body = str_of(body),
        .state = state,
        .created = at(5),
        .next = WALL_NONE,
        .finished = at(2000000)};
    int64_t id;

    assert_int_equal(store_delivery_add(f->store, &d, &id), 0);
    return id;
}

static void
messages_about_several_things_forget_it(void **state)
{
    struct fixture *f = *state;
    int64_t old = add_incident(f->store, "unforgettable words", LEVEL_RED, 1);
    int64_t other = add_incident(f->store, "other words", LEVEL_RED, 1);
    struct delivery d;
    size_t steps;
    int64_t digest = sent(f, "msg_a", "digest",
        "{\"data\":{\"incidents\":[{\"id\":1,\"level\":\"red\",\"title\":"
        "\"unforgettable words\",\"new_items\":[{\"title\":\"of an item\"}]},"
        "{\"id\":2,\"level\":\"red\",\"title\":\"other words\",\"new_items\":"
        "[]}]},\"type\":\"digest\"}",
        DELIVERY_DELIVERED);
    int64_t report = sent(f, "msg_b", "report",
        "{\"data\":{\"text\":\"two: unforgettable words, unforgettable words;"
        " other words\",\"title\":\"a week\"},\"type\":\"report\"}",
        DELIVERY_DEAD);

    assert_int_equal(old, 1);
    assert_int_equal(other, 2);
    settle(f, old, false, 10);
    (void)run(f, 2000000, &steps);
    assert_false(file_has(f, "unforgettable"));
    assert_false(file_has(f, "of an item"));
    assert_int_equal(store_delivery_load(f->store, digest, f->arena, &d), 0);
    assert_str(d.body,
        "{\"data\":{\"incidents\":[{\"id\":1,\"level\":\"red\",\"title\":"
        "\"#1\"},{\"id\":2,\"level\":\"red\",\"title\":\"other words\","
        "\"new_items\":[]}]},\"type\":\"digest\"}");
    assert_int_equal(store_delivery_load(f->store, report, f->arena, &d), 0);
    assert_str(d.body,
        "{\"data\":{\"text\":\"two: #1, #1; other words\",\"title\":\"a week\"}"
        ",\"type\":\"report\"}");
}

static void
exceptions_and_silences_forget_it(void **state)
{
    struct fixture *f = *state;
    int64_t old = add_incident(f->store, "a", LEVEL_RED, 1), id, live;
    struct str terms[] = {STR("quoted term")};
    struct exception exception = {.rule = STR("r"),
        .category = STR("food"),
        .points = 10,
        .terms = terms,
        .nterms = 1,
        .until = WALL_NONE,
        .reason = STR("why it was none"),
        .incident = old,
        .made = at(1),
        .made_by = STR("li")};
    struct silence silence = {.match = {.incident = old,
                                  .title = STR("quoted title"),
                                  .max_level = LEVEL_RED},
        .author = STR("li"),
        .reason = STR("why it is silent"),
        .created = at(1),
        .until = at(100),
        .last_match = WALL_NONE};
    struct exception *list;
    size_t steps, n;

    assert_int_equal(store_exception_add(f->store, &exception, &id), 0);
    assert_int_equal(store_exception_end(f->store, id, STR("li"), at(2)), 0);
    terms[0] = STR("lasting term");
    assert_int_equal(store_exception_add(f->store, &exception, &live), 0);
    assert_int_equal(store_silence_add(f->store, &silence, &id), 0);
    /* one that is of no incident, and ended long ago */
    silence.match = (struct silence_match){
        .title = STR("another title"), .max_level = LEVEL_RED};
    assert_int_equal(store_silence_add(f->store, &silence, &id), 0);
    assert_int_equal(
        store_silence_end(f->store, id, STR("li"), STR("time"), at(3)), 0);
    settle(f, old, false, 10);
    (void)run(f, 2000000, &steps);
    assert_false(file_has(f, "quoted term"));
    assert_false(file_has(f, "why it was none"));
    assert_false(file_has(f, "quoted title"));
    assert_false(file_has(f, "another title"));
    assert_false(file_has(f, "why it is silent"));
    assert_false(file_has(f, "closed with words"));
    /* what still holds says where */
    assert_int_equal(
        store_exceptions(f->store, at(2000000), f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_str(list[0].terms[0], "lasting term");
    assert_int_equal(list[0].reason.n, 0);
}

/* What is written after a purge goes with the next. */
static void
what_is_opened_again_is_purged_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = add_incident(f->store, "first words", LEVEL_RED, 1);
    struct item item = item_of(1, "second words", "second text");
    struct purge purge;
    struct incident i;
    size_t steps;

    settle(f, id, false, 10);
    purge = run(f, 500000, &steps);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 1);
    assert_int_equal(store_incident_load(f->store, id, f->arena, &i), 0);
    i.title = STR("second words");
    i.state = INCIDENT_NEW;
    i.closed = WALL_NONE;
    assert_int_equal(store_incident_save(f->store, &i), 0);
    assert_int_equal(store_incident_attach(f->store, id,
                         put_item(f->store, &item), STR("w"), 1, at(600000)),
        0);
    purge = run(f, 700000, &steps);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
    assert_true(file_has(f, "second text"));
    settle(f, id, false, 800000);
    purge = run(f, 2000000, &steps);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 1);
    assert_false(file_has(f, "second text"));
    assert_false(file_has(f, "second words"));
    purge = run(f, 2000001, &steps);
    assert_int_equal(purge.counts[PURGE_INCIDENTS], 0);
}

/* Large pieces go a few at a time. */
static void
a_step_is_bounded_by_bytes(void **state)
{
    enum { PIECES = 12, BYTES = 3 * 1024 * 1024 };
    struct fixture *f = *state;
    int64_t id = add_incident(f->store, "a", LEVEL_RED, 1);
    struct item item = item_of(1, "title", "text");
    int64_t item_id = put_item(f->store, &item);
    char *bytes = malloc(BYTES);
    struct purge purge;
    size_t steps;

    assert_non_null(bytes);
    memset(bytes, 'x', BYTES);
    assert_int_equal(
        store_incident_attach(f->store, id, item_id, STR("w"), 1, at(1)), 0);
    for (int i = 1; i <= PIECES; i++) {
        struct evidence_put put = {.incident = id,
            .item = item_id,
            .revision = i,
            .at = at(i),
            .sealed = {bytes, BYTES},
            .original = STR("o"),
            .about = STR("a")};

        memset(put.hash, i, sizeof put.hash);
        assert_int_equal(store_evidence_add(f->store, &put), 0);
    }
    free(bytes);
    settle(f, id, false, 10);
    purge = run(f, 2000000, &steps);
    assert_int_equal(purge.counts[PURGE_EVIDENCE], PIECES);
    assert_int_equal(steps, PIECES / (PURGE_BATCH_BYTES / BYTES));
}

#define test(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(messages_about_several_things_forget_it),
        test(exceptions_and_silences_forget_it),
        test(what_is_opened_again_is_purged_again),
        test(a_step_is_bounded_by_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
