/* Silences, messages that wait, links that were used. */
#include "base/err.h"
#include "fixture.h"
#include "store/silences.h"
#include "store/view_silences.h"

static struct silence
food(int64_t until)
{
    return (struct silence){
        .match = {.category = STR("food"), .max_level = LEVEL_YELLOW},
        .author = STR("王芳"),
        .reason = STR("演练周"),
        .created = at(1),
        .until = at(until),
        .idle_ms = 5000};
}

static void
a_silence_goes_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct silence s = food(100), got, *list;
    int64_t id;
    size_t n;

    assert_int_equal(store_silence_add(f->store, &s, &id), 0);
    assert_int_equal(store_silence_load(f->store, id, f->arena, &got), 0);
    assert_str(got.match.category, "food");
    assert_int_equal(got.match.owner.n, 0);
    assert_int_equal(got.match.max_level, LEVEL_YELLOW);
    assert_str(got.author, "王芳");
    assert_str(got.reason, "演练周");
    assert_int_equal(got.idle_ms, 5000);
    assert_false(wall_is_set(got.last_match));
    assert_false(wall_is_set(got.ended));
    assert_int_equal(store_silences(f->store, f->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(
        store_silence_end(f->store, id, STR("system"), STR("idle"), at(9)), 0);
    assert_int_equal(
        store_silence_end(f->store, id, STR("x"), STR("y"), at(10)), E_STATE);
    assert_int_equal(store_silences(f->store, f->arena, &list, &n), 0);
    assert_int_equal(n, 0);
    /* One that ended stays to be seen. */
    assert_int_equal(view_silence(f->view, id, f->arena, &got), 0);
    assert_str(got.ended_why, "idle");
    assert_int_equal(got.ended.ms, at(9).ms);
    assert_int_equal(view_silence(f->view, id + 1, f->arena, &got), E_NOTFOUND);
}

static void
it_shows_what_it_held_back(void **state)
{
    struct fixture *f = *state;
    struct silence s = food(100), got;
    struct silenced_row *rows;
    int64_t id, one, two;
    size_t n;

    one = add_incident(f->store, "甲", LEVEL_BLUE, 1);
    two = add_incident(f->store, "乙", LEVEL_YELLOW, 2);
    assert_int_equal(store_silence_add(f->store, &s, &id), 0);
    assert_int_equal(
        store_silence_matched(f->store, id, one, STR("desk"), at(5)), 0);
    assert_int_equal(
        store_silence_matched(f->store, id, one, STR("desk"), at(7)), 0);
    assert_int_equal(
        store_silence_matched(f->store, id, two, STR("duty"), at(6)), 0);
    assert_int_equal(view_silence(f->view, id, f->arena, &got), 0);
    assert_int_equal(got.held, 3);
    assert_int_equal(got.incidents, 2);
    assert_int_equal(got.last_match.ms, at(6).ms);
    assert_int_equal(view_silenced(f->view, id, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].incident, one);
    assert_str(rows[0].title, "甲");
    assert_int_equal(rows[0].messages, 2);
    assert_int_equal(rows[0].first.ms, at(5).ms);
    assert_int_equal(rows[1].level, LEVEL_YELLOW);
    assert_str(rows[1].channel, "duty");
}

static struct held
wait_for(int64_t incident, const char *channel, int64_t until)
{
    return (struct held){.incident = incident,
        .channel = str_of(channel),
        .event = STR("incident.opened"),
        .word = STR("quiet-hours"),
        .since = at(1),
        .until = at(until),
        .next = at(until)};
}

static void
one_waits_per_incident_and_channel(void **state)
{
    struct fixture *f = *state;
    int64_t one = add_incident(f->store, "甲", LEVEL_BLUE, 1);
    struct held h = wait_for(one, "desk", 50), *due;
    struct held_row *rows;
    uint64_t count;
    bool first;
    size_t n;

    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    assert_true(first);
    h.event = STR("incident.closed");
    h.until = h.next = at(60);
    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    assert_false(first);
    h = wait_for(one, "alarm", 40);
    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    assert_int_equal(view_held_count(f->view, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(view_held(f->view, 10, f->arena, &rows, &n), 0);
    assert_int_equal(n, 2);
    assert_str(rows[0].channel, "alarm");
    assert_str(rows[1].word, "quiet-hours");
    assert_int_equal(rows[1].messages, 2);
    assert_int_equal(rows[1].until.ms, at(60).ms);
    assert_int_equal(
        store_held_due(f->store, at(59), 9, f->arena, &due, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_held_hurry(f->store, 0, at(10)), 0);
    assert_int_equal(
        store_held_due(f->store, at(10), 9, f->arena, &due, &n), 0);
    assert_int_equal(n, 2);
    assert_str(due[0].channel, "alarm");
    assert_str(due[1].event, "incident.opened");
    assert_int_equal(
        store_held_settle(f->store, one, STR("desk"), STR("told"), at(11)), 0);
    assert_int_equal(
        store_held_settle(f->store, one, STR("none"), STR("told"), at(11)), 0);
    assert_int_equal(view_held_count(f->view, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(store_held_forget(f->store, at(11)), 0);
    assert_int_equal(view_held_count(f->view, &count), 0);
    assert_int_equal(count, 1);
    /* After it was told another may wait. */
    h = wait_for(one, "desk", 90);
    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    assert_int_equal(view_held_count(f->view, &count), 0);
    assert_int_equal(count, 2);
}

static void
a_silence_hurries_its_own(void **state)
{
    struct fixture *f = *state;
    int64_t one = add_incident(f->store, "甲", LEVEL_BLUE, 1);
    struct held h = wait_for(one, "desk", 50), *due;
    bool first;
    size_t n;

    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    h = wait_for(one, "duty", 50);
    h.silence = 3;
    h.word = STR("silenced");
    assert_int_equal(store_held_put(f->store, &h, &first), 0);
    assert_int_equal(store_held_hurry(f->store, 3, at(20)), 0);
    assert_int_equal(
        store_held_due(f->store, at(20), 9, f->arena, &due, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(due[0].silence, 3);
    due[0].silence = 0;
    due[0].word = STR("quiet-hours");
    due[0].until = due[0].next = at(70);
    assert_int_equal(store_held_wait(f->store, &due[0]), 0);
    assert_int_equal(
        store_held_due(f->store, at(49), 9, f->arena, &due, &n), 0);
    assert_int_equal(n, 0);
}

static void
open_incidents_are_found_by_level(void **state)
{
    struct fixture *f = *state;
    int64_t red = add_incident(f->store, "甲", LEVEL_RED, 1), old;
    struct incident *list, closed;
    size_t n;

    add_incident(f->store, "乙", LEVEL_BLUE, 2);
    old = add_incident(f->store, "丙", LEVEL_RED, 3);
    assert_int_equal(store_incident_load(f->store, old, f->arena, &closed), 0);
    closed.state = INCIDENT_CLOSED;
    assert_int_equal(store_incident_save(f->store, &closed), 0);
    assert_int_equal(
        store_open_incidents(f->store, LEVEL_ORANGE, 10, f->arena, &list, &n),
        0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, red);
    assert_int_equal(list[0].level, LEVEL_RED);
}

static void
a_link_is_used_once(void **state)
{
    struct fixture *f = *state;
    const uint8_t a[8] = "aaaaaaa", b[8] = "bbbbbbb";
    struct wall when;

    assert_int_equal(store_act_used(f->store, a, 1, &when), E_NOTFOUND);
    assert_int_equal(store_act_use(f->store, a, 1, 7, at(1), at(10)), 0);
    assert_int_equal(store_act_use(f->store, a, 1, 7, at(2), at(10)), E_EXISTS);
    assert_int_equal(store_act_use(f->store, a, 2, 7, at(2), at(10)), 0);
    assert_int_equal(store_act_use(f->store, b, 1, 7, at(2), at(10)), 0);
    assert_int_equal(store_act_used(f->store, a, 1, &when), 0);
    assert_int_equal(when.ms, at(1).ms);
}

static void
the_key_is_made_once(void **state)
{
    struct fixture *f = *state;
    uint8_t random[STORE_ACT_KEY_SIZE] = {1}, key[STORE_ACT_KEY_SIZE];

    assert_int_equal(store_act_key(f->store, random, key), 0);
    assert_memory_equal(key, random, sizeof key);
    fixture_reopen(f);
    random[0] = 2;
    assert_int_equal(store_act_key(f->store, random, key), 0);
    assert_int_equal(key[0], 1);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_silence_goes_there_and_back),
        TEST(it_shows_what_it_held_back),
        TEST(one_waits_per_incident_and_channel),
        TEST(a_silence_hurries_its_own),
        TEST(open_incidents_are_found_by_level), TEST(a_link_is_used_once),
        TEST(the_key_is_made_once)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
