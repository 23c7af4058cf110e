/* The outbox and its attempts; conditions. */
#include "base/err.h"
#include "fixture.h"
#include "store/channels.h"

static void
due_ones_come_by_level_then_age(void **state)
{
    struct fixture *f = *state;
    struct delivery *due;
    size_t n;

    add_delivery(f->store, "m1", LEVEL_BLUE, 1, 1);
    add_delivery(f->store, "m2", LEVEL_RED, 9, 9);
    add_delivery(f->store, "m3", LEVEL_ORANGE, 5, 5);
    add_delivery(f->store, "m4", LEVEL_RED, 3, 8);
    add_delivery(f->store, "m5", LEVEL_RED, 1, 100);
    add_delivery(f->store, "m6", LEVEL_RED, 3, 2);
    assert_int_equal(store_delivery_due(
                         f->store, STR("desk"), at(10), 10, f->arena, &due, &n),
        0);
    assert_int_equal(n, 5);
    assert_str(due[0].message_id, "m4");
    assert_str(due[1].message_id, "m6");
    assert_str(due[2].message_id, "m2");
    assert_str(due[3].message_id, "m3");
    assert_str(due[4].message_id, "m1");
    assert_int_equal(store_delivery_due(
                         f->store, STR("desk"), at(10), 2, f->arena, &due, &n),
        0);
    assert_int_equal(n, 2);
    assert_str(due[1].message_id, "m6");
}

static void
a_delivery_goes_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct delivery d;
    int64_t id = add_delivery(f->store, "m1", LEVEL_RED, 1, 2);
    struct wall next;
    int64_t other;

    assert_int_equal(store_delivery_load(f->store, id, f->arena, &d), 0);
    assert_true(str_eq(d.body, STR("{\"a\":\0 1}")));
    assert_int_equal(d.state, DELIVERY_PENDING);
    assert_false(wall_is_set(d.finished));
    assert_int_equal(store_delivery_next(f->store, STR("desk"), &next), 0);
    assert_int_equal(next.ms, at(2).ms);
    d.attempts = 3;
    d.state = DELIVERY_DEAD;
    d.finished = at(4);
    d.last_error = STR("410 Gone");
    assert_int_equal(store_delivery_save(f->store, &d), 0);
    assert_int_equal(store_delivery_next(f->store, STR("desk"), &next), 0);
    assert_false(wall_is_set(next));
    assert_int_equal(store_delivery_load(f->store, id, f->arena, &d), 0);
    assert_int_equal(d.state, DELIVERY_DEAD);
    assert_int_equal(d.attempts, 3);
    assert_str(d.last_error, "410 Gone");
    /* The same message to the same channel is a repeat, to another it is not.
     */
    assert_int_equal(store_delivery_add(f->store, &d, &other), E_EXISTS);
    d.channel = STR("other");
    assert_int_equal(store_delivery_add(f->store, &d, &other), 0);
    d.channel = STR("third");
    d.incident = 5;
    assert_int_equal(store_delivery_add(f->store, &d, &other), E_NOTFOUND);
    d.id = 99;
    assert_int_equal(store_delivery_save(f->store, &d), E_NOTFOUND);
    assert_int_equal(
        store_delivery_load(f->store, 99, f->arena, &d), E_NOTFOUND);
}

static void
what_a_digest_says_shares_its_fate(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_delivery(f->store, "m1", LEVEL_BLUE, 1, 1);
    int64_t b = add_delivery(f->store, "m2", LEVEL_BLUE, 2, 2);
    int64_t digest = add_delivery(f->store, "m3", LEVEL_BLUE, 3, 3);
    struct delivery d, *due;
    int64_t *dead;
    size_t n;

    assert_int_equal(store_delivery_fold(f->store, a, digest), 0);
    assert_int_equal(store_delivery_fold(f->store, b, digest), 0);
    assert_int_equal(store_delivery_due(
                         f->store, STR("desk"), at(10), 10, f->arena, &due, &n),
        0);
    assert_int_equal(n, 1);
    assert_int_equal(due[0].id, digest);
    assert_int_equal(store_delivery_load(f->store, digest, f->arena, &d), 0);
    d.state = DELIVERY_DEAD;
    d.finished = at(20);
    d.last_error = STR("nobody is there");
    assert_int_equal(store_delivery_save(f->store, &d), 0);
    assert_int_equal(store_delivery_follow(f->store, &d), 0);
    assert_int_equal(store_delivery_load(f->store, a, f->arena, &d), 0);
    assert_int_equal(d.state, DELIVERY_DEAD);
    assert_int_equal(d.folded, digest);
    assert_str(d.last_error, "nobody is there");
    /* The digest stands for them when dead letters are sent again. */
    assert_int_equal(
        store_delivery_dead(f->store, STR_NONE, 0, 10, f->arena, &dead, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(dead[0], digest);
}

static void
a_kill_forgets_no_attempt(void **state)
{
    struct fixture *f = *state;
    int64_t row = add_delivery(f->store, "m1", LEVEL_BLUE, 1, 1);
    struct channel_state *states, state_of = {.channel = STR("desk"),
                                      .wait_until = at(50),
                                      .broken = WALL_NONE,
                                      .why = STR("too many"),
                                      .canary = at(7),
                                      .canary_ok = WALL_NONE};
    struct delivery d;
    struct sent *sents;
    int64_t one, two, late;
    size_t n;

    assert_int_equal(
        store_sent_add(f->store, STR("desk"), row, at(1), &one), 0);
    assert_int_equal(
        store_sent_add(f->store, STR("desk"), row, at(2), &two), 0);
    assert_int_equal(store_sent_end(f->store, one, at(3)), 0);
    assert_int_equal(store_sents(f->store, at(2), f->arena, &sents, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(sents[0].id, one);
    assert_false(wall_is_set(sents[1].ended));
    /* As after a start: what was under way ended then, and may be there; what a
     * clock made that was set back since does not wait for that time. */
    late = add_delivery(f->store, "m2", LEVEL_BLUE, 50, 60);
    assert_int_equal(store_sent_settle(f->store, at(2), at(9)), 0);
    assert_int_equal(store_delivery_load(f->store, late, f->arena, &d), 0);
    assert_int_equal(d.created.ms, at(9).ms);
    assert_int_equal(d.next.ms, at(9).ms);
    assert_int_equal(store_sents(f->store, at(4), f->arena, &sents, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(sents[0].ended.ms, at(9).ms);
    assert_int_equal(store_delivery_load(f->store, row, f->arena, &d), 0);
    assert_true(d.unsure);
    assert_int_equal(store_channel_save(f->store, &state_of), 0);
    assert_int_equal(store_channel_save(f->store, &state_of), 0);
    assert_int_equal(store_channel_states(f->store, f->arena, &states, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(states[0].wait_until.ms, at(50).ms);
    assert_false(wall_is_set(states[0].broken));
    assert_str(states[0].why, "too many");
}

/* What ended longer ago than any limit looks back is forgotten while the
 * daemon runs, not at its next start alone. */
static void
old_attempts_are_forgotten(void **state)
{
    struct fixture *f = *state;
    int64_t row = add_delivery(f->store, "m1", LEVEL_BLUE, 1, 1);
    struct sent *sents;
    int64_t id;
    size_t n;

    for (int i = 0; i < 512; i++) {
        struct wall now = at(i < 256 ? 1 : 1 + 7200);

        assert_int_equal(
            store_sent_add(f->store, STR("desk"), row, now, &id), 0);
        assert_int_equal(store_sent_end(f->store, id, now), 0);
    }
    assert_int_equal(
        store_sents(f->store, (struct wall){0}, f->arena, &sents, &n), 0);
    assert_int_equal(n, 256);
}

static void
attempts_are_listed_with_their_delivery(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_delivery(f->store, "m1", LEVEL_RED, 1, 2);
    int64_t b = add_delivery(f->store, "m2", LEVEL_RED, 1, 2);
    struct attempt t = {.delivery = a,
        .number = 1,
        .at = at(3),
        .elapsed_ms = 40,
        .class = STR("transient"),
        .status = 503};
    struct delivery_row *rows;
    char words[3001];
    size_t n;

    memset(words, 'w', sizeof(words));
    t.text = (struct str){words, sizeof(words)};
    assert_int_equal(store_attempt_add(f->store, &t), 0);
    assert_int_equal(store_attempt_add(f->store, &t), E_EXISTS);
    t.number = 2;
    t.text = STR_NONE;
    assert_int_equal(store_attempt_add(f->store, &t), 0);
    t.delivery = 77;
    assert_int_equal(store_attempt_add(f->store, &t), E_NOTFOUND);
    assert_int_equal(
        view_deliveries(f->view, 0, -1, 0, 0, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].delivery.id, b);
    assert_null(rows[0].delivery.body.p);
    assert_int_equal(rows[1].ntries, 2);
    assert_int_equal(rows[1].tries[0].status, 503);
    assert_int_equal(rows[1].tries[0].text.n, STORE_ATTEMPT_MAX_BYTES);
    assert_int_equal(
        view_deliveries(f->view, 0, -1, 1, b, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].delivery.id, a);
    assert_int_equal(
        view_deliveries(f->view, 0, DELIVERY_DEAD, 0, 0, f->arena, &rows, &n),
        0);
    assert_int_equal(n, 0);
}

static void
a_condition_opens_and_closes_once(void **state)
{
    struct fixture *f = *state;
    struct condition_row *rows;
    struct store_numbers numbers;
    size_t n;
    bool edge;

#define OPEN(text)                                                             \
    store_condition_open(                                                      \
        f->store, STR("source:news"), STR("down"), text, at(1), &edge)
#define CLOSE()                                                                \
    store_condition_close(                                                     \
        f->store, STR("source:news"), STR("down"), at(2), &edge)
    assert_int_equal(CLOSE(), 0);
    assert_false(edge);
    assert_int_equal(OPEN(STR("timeout")), 0);
    assert_true(edge);
    assert_int_equal(OPEN(STR("refused")), 0);
    assert_false(edge);
    assert_int_equal(
        view_conditions(f->view, STR_NONE, f->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_str(rows[0].text, "refused");
    assert_false(wall_is_set(rows[0].closed));
    assert_int_equal(
        view_conditions(f->view, STR("daemon"), f->arena, &rows, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(CLOSE(), 0);
    assert_true(edge);
    assert_int_equal(OPEN(STR("again")), 0);
    assert_true(edge);
    assert_int_equal(view_numbers(f->view, &numbers), 0);
    assert_int_equal(numbers.conditions_open, 1);
#undef OPEN
#undef CLOSE
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(due_ones_come_by_level_then_age),
        TEST(a_delivery_goes_there_and_back),
        TEST(what_a_digest_says_shares_its_fate),
        TEST(a_kill_forgets_no_attempt),
        TEST(old_attempts_are_forgotten),
        TEST(attempts_are_listed_with_their_delivery),
        TEST(a_condition_opens_and_closes_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
