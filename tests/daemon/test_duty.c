/*
 * What time does to incidents, with a fake time and a real store: deadlines
 * over restarts at every second, one row that cannot be read among others, and
 * configurations that come and go.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "daemon/engine_poll.h"
#include "duty.h"

#define ONE_CLOCK                                                                  \
    "duty: {shipped_clocks: false}\n"                                              \
    "clocks:\n"                                                                    \
    " - {id: own, title: 回应, document: 云教办〔2026〕3号, after: 200s, " \
    "until: responding}\n"

#define REMINDED "SELECT count(*) FROM ledger WHERE kind = 'clock.reminded'"
#define BREACHED "SELECT count(*) FROM ledger WHERE kind = 'clock.breached'"
#define TOLD "SELECT count(*) FROM delivery WHERE type = 'incident.deadline'"

static void
second(int64_t start, int64_t n)
{
    house_now_ms = start + n * 1000;
}

/* --- restarts ------------------------------------------------------------- */

/* Stopped and started again at every second around each instant: one reminder
 * each, one breach, at their time. */
static void
restarts_at_every_second(void **state)
{
    static const struct {
        int64_t at;
        int reminded, breached;
    } instants[] = {{100, 1, 0}, {160, 2, 0}, {200, 2, 1}};
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, ONE_CLOCK);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    for (size_t i = 0; i < 3; i++)
        for (int64_t s = instants[i].at - 5; s <= instants[i].at + 5; s++) {
            bool past = s >= instants[i].at;

            second(start, s);
            house_down(&house);
            house_up(&house);
            house_tick(&house);
            house_down(&house);
            house_up(&house);
            house_tick(&house);
            assert_int_equal(house_count(&house, REMINDED),
                past || i == 2 ? instants[i].reminded
                               : instants[i].reminded - 1);
            assert_int_equal(
                house_count(&house, BREACHED), past ? instants[i].breached : 0);
            assert_int_equal(house_count(&house, TOLD),
                house_count(&house, REMINDED) + house_count(&house, BREACHED));
        }
    assert_int_equal(
        house_count(&house, "SELECT breached - started FROM clock_run"),
        200 * 1000);
    house_teardown(&house);
}

/* Killed before the commit: it is said then, and still once. */
static void
killed_before_the_commit(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, ONE_CLOCK);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    for (int64_t s = 0; s <= 210; s++) {
        second(start, s);
        engine_duty_run(house.engine);
        house_kill(&house);
        house_up(&house);
        if (s % 2)
            house_tick(&house);
    }
    assert_int_equal(house_count(&house, REMINDED), 2);
    assert_int_equal(house_count(&house, BREACHED), 1);
    assert_int_equal(house_count(&house, TOLD), 3);
    house_teardown(&house);
}

/* The clock of the machine is set back and forth: nothing is said twice. */
static void
the_clock_is_set(void **state)
{
    static const int64_t seconds[] = {
        99, 100, 40, 101, 161, 120, 159, 199, 150, 201, 190, 202, 3600};
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, ONE_CLOCK);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        second(start, seconds[i]);
        house_down(&house);
        house_up(&house);
        house_tick(&house);
    }
    assert_int_equal(house_count(&house, REMINDED), 2);
    assert_int_equal(house_count(&house, BREACHED), 1);
    house_teardown(&house);
}

/* --- one row that cannot be read ------------------------------------------ */

#define WITH_STEPS                                                             \
    ONE_CLOCK                                                                  \
    "people:\n"                                                                \
    " - {name: 林, user: lin, channels: [lin]}\n"                             \
    " - {name: 沈, user: shen, channels: [shen]}\n"                           \
    "rota:\n"                                                                  \
    " - name: duty\n"                                                          \
    "   layers: [{name: a, members: [林], from: 2020-01-01}]\n"               \
    "escalation:\n"                                                            \
    " - {name: all, steps: [{after: 50s, to: ['rota:duty']}, {after: 300s, "   \
    "to: ['person:沈']}]}\n"

static void
a_bad_clock_stops_no_other(void **state)
{
    static const char *const ruins[] = {
        "UPDATE clock_run SET ending = 77 WHERE incident = 1",
        "UPDATE clock_run SET until = -1 WHERE incident = 1",
        "UPDATE clock_run SET started = 9223372036854775807"
        " WHERE incident = 1",
        "UPDATE clock_run SET paused_ms = -9223372036854775807"
        " WHERE incident = 1"};

    (void)state;
    for (size_t i = 0; i < sizeof ruins / sizeof *ruins; i++) {
        struct house house;
        int64_t start;

        house_setup(&house, ONE_CLOCK);
        start = house_now_ms;
        for (int n = 0; n < 3; n++)
            house_open(&house, LEVEL_YELLOW, "food");
        house_meddle(&house, ruins[i]);
        second(start, 100);
        house_tick(&house);
        assert_int_equal(house_count(&house, REMINDED " AND incident > 1"), 2);
        assert_int_equal(
            house_count(&house, "SELECT count(*) FROM ledger WHERE kind ="
                                " 'clock.unreadable' AND incident = 1"),
            1);
        second(start, 101);
        house_tick(&house);
        second(start, 200);
        house_tick(&house);
        /* Another run took its place: its deadline is not forgotten. */
        assert_int_equal(house_count(&house, BREACHED), 3);
        house_teardown(&house);
    }
}

static void
a_bad_incident_stops_no_other(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, WITH_STEPS);
    start = house_now_ms;
    for (int n = 0; n < 3; n++)
        house_open(&house, LEVEL_YELLOW, "food");
    house_meddle(
        &house, "UPDATE incident SET state = 'who knows' WHERE id = 1");
    second(start, 60);
    house_tick(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"),
        2);
    second(start, 200);
    house_tick(&house);
    assert_int_equal(house_count(&house, BREACHED), 2);
    assert_int_equal(house_count(&house,
                         "SELECT count(*) FROM condition WHERE closed IS NULL"
                         " AND kind = 'unreadable'"),
        3); /* itself, its clock and its escalation */
    /* Once is enough, however often it is tried. */
    second(start, 600);
    house_tick(&house);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM ledger WHERE kind ="
                            " 'incident.unreadable' AND incident = 1"),
        3);
    /* Mended, it is late, and the conditions end. */
    house_meddle(&house, "UPDATE incident SET state = 'new' WHERE id = 1");
    second(start, 700);
    house_tick(&house);
    assert_int_equal(house_count(&house, BREACHED), 3);
    assert_int_equal(house_count(&house,
                         "SELECT count(*) FROM condition WHERE closed IS NULL"
                         " AND kind = 'unreadable'"),
        0);
    house_teardown(&house);
}

static void
a_bad_escalation_begins_anew(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, WITH_STEPS);
    start = house_now_ms;
    for (int n = 0; n < 3; n++)
        house_open(&house, LEVEL_YELLOW, "food");
    house_meddle(&house, "UPDATE escalation_run SET fired = -5"
                         " WHERE incident = 2");
    second(start, 51);
    house_tick(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"),
        2);
    second(start, 102);
    house_tick(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"
            " AND incident = 2"),
        1);
    house_teardown(&house);
}

static void
a_bad_end_stops_no_other(void **state)
{
    struct house house;
    int64_t start;
    char sql[200];

    (void)state;
    house_setup(&house, ONE_CLOCK);
    start = house_now_ms;
    for (int n = 0; n < 3; n++)
        house_open(&house, LEVEL_YELLOW, "food");
    snprintf(sql, sizeof sql,
        "UPDATE incident SET state = 'acknowledged', until = %lld",
        (long long)start + 10000);
    house_meddle(&house, sql);
    house_meddle(&house, "UPDATE incident SET substate = 'odd' WHERE id = 2");
    second(start, 11);
    house_tick(&house);
    assert_int_equal(house_count(&house,
                         "SELECT count(*) FROM incident WHERE state = 'new'"),
        2);
    assert_int_equal(house_count(&house,
                         "SELECT count(*) FROM condition WHERE closed IS NULL"
                         " AND subject = 'expiry:2'"),
        1);
    house_teardown(&house);
}

/* --- who hears of it ------------------------------------------------------ */

static void
who_is_on_call_hears_of_deadlines(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, WITH_STEPS);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    house_change(&house, 1, INCIDENT_ACKNOWLEDGED, LEVEL_YELLOW);
    second(start, 100);
    house_tick(&house);
    assert_int_equal(house_count(&house, TOLD " AND channel = 'desk'"), 1);
    assert_int_equal(house_count(&house, TOLD " AND channel = 'lin'"), 1);
    assert_int_equal(house_count(&house, TOLD " AND channel = 'shen'"), 0);
    /* And who has it. */
    house_meddle(&house, "UPDATE incident SET assignee = 'shen'");
    second(start, 200);
    house_tick(&house);
    assert_int_equal(house_count(&house, TOLD " AND channel = 'lin'"), 2);
    assert_int_equal(house_count(&house, TOLD " AND channel = 'shen'"), 1);
    house_teardown(&house);
}

static void
a_silence_holds_for_who_is_on_call_too(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, WITH_STEPS);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    house_change(&house, 1, INCIDENT_ACKNOWLEDGED, LEVEL_YELLOW);
    house_meddle(&house,
        "INSERT INTO silence(category, max_level, author, reason, created,"
        " until, idle_ms) VALUES('food', 3, 'shen', 'a drill', 0,"
        " 9000000000000, 0)");
    second(start, 100);
    house_tick(&house);
    assert_int_equal(house_count(&house, REMINDED), 1);
    assert_int_equal(house_count(&house, TOLD), 0);
    assert_int_equal(house_count(&house,
                         "SELECT messages FROM silenced"
                         " WHERE channel = 'lin'"),
        1);
    house_teardown(&house);
}

/* --- configurations ------------------------------------------------------- */

static void
a_policy_comes_back(void **state)
{
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, WITH_STEPS);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    second(start, 50);
    house_tick(&house);
    second(start, 60);
    house_configure(&house, ONE_CLOCK);
    house_reload(&house);
    second(start, 1000);
    house_tick(&house);
    house_down(&house);
    house_up(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"),
        1);
    house_configure(&house, WITH_STEPS);
    house_reload(&house);
    second(start, 1000 + 289);
    house_tick(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"),
        1);
    second(start, 1000 + 290);
    house_tick(&house);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM ledger WHERE kind = 'escalation.step'"),
        2);
    house_teardown(&house);
}

static void
what_a_failing_commit_undid_is_walked_again(void **state)
{
    struct house house;

    (void)state;
    house_setup(&house, "duty: {shipped_clocks: false}\n");
    house_open(&house, LEVEL_YELLOW, "food");
    house_down(&house);
    house_configure(&house, ONE_CLOCK);
    house_up(&house);
    engine_duty_run(house.engine);
    assert_false(house.engine->duty->walking);
    house_is_full = true;
    assert_int_equal(engine_commit(house.engine), E_IO);
    house_is_full = false;
    assert_int_equal(house_count(&house, "SELECT count(*) FROM clock_run"), 0);
    house_tick(&house);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM clock_run"), 1);
    house_teardown(&house);
}

static void
a_clock_comes_back(void **state)
{
    static const char off[] =
        "duty: {shipped_clocks: false}\n"
        "clocks: [{id: own, title: 回应, after: 200s, enabled: false}]\n";
    struct house house;
    int64_t start;

    (void)state;
    house_setup(&house, ONE_CLOCK);
    start = house_now_ms;
    house_open(&house, LEVEL_YELLOW, "food");
    second(start, 101);
    house_tick(&house);
    house_configure(&house, off);
    house_reload(&house);
    second(start, 110);
    house_configure(&house, ONE_CLOCK);
    house_reload(&house);
    house_change(&house, 1, INCIDENT_NEW, LEVEL_ORANGE);
    second(start, 120);
    house_tick(&house);
    assert_int_equal(house_count(&house, REMINDED), 1);
    second(start, 201);
    house_tick(&house);
    assert_int_equal(house_count(&house, BREACHED), 1);
    /* Again, when it was missed: neither told nor written a second time. */
    house_configure(&house, off);
    house_reload(&house);
    house_configure(&house, ONE_CLOCK);
    house_reload(&house);
    second(start, 400);
    house_tick(&house);
    assert_int_equal(house_count(&house, BREACHED), 1);
    assert_int_equal(house_count(&house, TOLD), 2);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM clock_run"), 1);
    house_teardown(&house);
}

/* --- key dates ------------------------------------------------------------ */

/* When an examination begins, its sources are not looked at only hours later;
 * others, and what a server wished, stay as they were. */
static void
a_key_date_pulls_polls_forward(void **state)
{
    static const char more[] =
        "sources:\n"
        " - {id: a-exam, title: 考试院, kind: feed, url: "
        "'https://exam.example/f', tags: [exam]}\n"
        " - {id: b-exam, title: 招办, kind: feed, url: "
        "'https://office.example/f', tags: [exam]}\n"
        " - {id: c-paper, title: 日报, kind: feed, url: "
        "'https://paper.example/f'}\n"
        "key_dates:\n"
        " - {name: 高考, from: 2026-06-07, until: 2026-06-10, tags: [exam], "
        "polls: 4}\n";
    static const enum poll_why whys[] = {
        POLL_WHY_CEILING, POLL_WHY_RETRY_AFTER, POLL_WHY_CEILING};
    struct civil eve = {
        .year = 2026, .month = 6, .day = 6, .hour = 23, .minute = 30};
    struct house house;
    struct engine *e;
    int64_t begin, later;

    (void)state;
    house_setup(&house, more);
    e = house.engine;
    house_now_ms = zone_to_wall(e->zone, &eve).ms;
    begin = house_now_ms + 30LL * MS_MINUTE;
    later = house_now_ms + 6LL * MS_HOUR;
    assert_int_equal(e->config->nsources, 3);
    e->nwatches = 3;
    e->watches = calloc(3, sizeof *e->watches);
    assert_non_null(e->watches);
    assert_int_equal(schedule_new(3, &e->schedule), 0);
    for (uint32_t i = 0; i < 3; i++) {
        e->watches[i].source = &e->config->sources[i];
        e->watches[i].poll =
            (struct poll){.state = POLL_IDLE, .next = {later}, .why = whys[i]};
        schedule_set(e->schedule, i, e->watches[i].poll.next);
    }
    assert_int_equal(engine_rhythm_config(e, true), 0);
    house_now_ms = begin - 1000;
    engine_rhythm_plan(e);
    assert_int_equal(e->watches[0].poll.next.ms, later);
    house_now_ms = begin;
    engine_rhythm_plan(e);
    assert_int_equal(e->watches[0].poll.next.ms, begin + (later - begin) / 4);
    assert_int_equal(e->watches[1].poll.next.ms, later);
    assert_int_equal(e->watches[2].poll.next.ms, later);
    /* Once: the plan of the next hour divides nothing again. */
    house_now_ms = begin + MS_HOUR + 1;
    engine_rhythm_plan(e);
    assert_int_equal(e->watches[0].poll.next.ms, begin + (later - begin) / 4);
    schedule_free(e->schedule);
    free(e->watches);
    house_teardown(&house);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_at_every_second),
        cmocka_unit_test(killed_before_the_commit),
        cmocka_unit_test(the_clock_is_set),
        cmocka_unit_test(a_bad_clock_stops_no_other),
        cmocka_unit_test(a_bad_incident_stops_no_other),
        cmocka_unit_test(a_bad_escalation_begins_anew),
        cmocka_unit_test(a_bad_end_stops_no_other),
        cmocka_unit_test(who_is_on_call_hears_of_deadlines),
        cmocka_unit_test(a_silence_holds_for_who_is_on_call_too),
        cmocka_unit_test(a_policy_comes_back),
        cmocka_unit_test(what_a_failing_commit_undid_is_walked_again),
        cmocka_unit_test(a_clock_comes_back),
        cmocka_unit_test(a_key_date_pulls_polls_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
