/* Runs of deadlines and escalations over restarts between every two steps, in
 * zones that change their clocks, and beside rows that cannot be read. */
#include "base/err.h"
#include "base/timefmt.h"
#include "fixture.h"
#include "store/clocks.h"

static struct clock_run
run_of(int64_t incident, const char *clock, int64_t own)
{
    return (struct clock_run){.incident = incident,
        .clock = str_of(clock),
        .title = STR("回应"),
        .document = STR("云教办〔2026〕3号"),
        .until = CLOCK_UNTIL_RESPONDING,
        .own = at(own),
        .started = at(own),
        .due = at(own + 100),
        .paused = WALL_NONE,
        .breached = WALL_NONE,
        .ended = WALL_NONE,
        .next = at(own + 50)};
}

static int64_t
save(struct fixture *f, struct clock_run run)
{
    assert_int_equal(store_clock_save(f->store, &run), 0);
    return run.id;
}

static struct clock_run
load(struct fixture *f, int64_t id)
{
    struct clock_run run;

    assert_int_equal(store_clock_load(f->store, id, f->arena, &run), 0);
    return run;
}

static void
a_run_is_what_it_was(void **state)
{
    struct fixture *f = *state;
    int64_t incident = add_incident(f->store, "a", LEVEL_RED, 1);
    struct clock_run run = run_of(incident, "own", 10), got;
    int64_t id = save(f, run);

    fixture_reopen(f);
    got = load(f, id);
    assert_int_equal(got.id, id);
    assert_int_equal(got.incident, incident);
    assert_str(got.clock, "own");
    assert_str(got.title, "回应");
    assert_str(got.document, "云教办〔2026〕3号");
    assert_int_equal(got.end, CLOCK_RUNNING);
    assert_int_equal(got.until, CLOCK_UNTIL_RESPONDING);
    assert_int_equal(got.due.ms, at(110).ms);
    assert_int_equal(got.next.ms, at(60).ms);
    assert_false(wall_is_set(got.paused));
    assert_false(wall_is_set(got.breached));
    assert_false(got.over);
    assert_false(got.unreadable);
    /* Everything of it may change. */
    got.end = CLOCK_OVER;
    got.own = at(11);
    got.started = at(9);
    got.due = WALL_NONE;
    got.paused = at(12);
    got.paused_ms = 1234;
    got.told = 80;
    got.breached = at(99);
    got.ended = at(120);
    got.next = WALL_NONE;
    got.over = true;
    got.document = STR_NONE;
    assert_int_equal(save(f, got), id);
    fixture_reopen(f);
    run = load(f, id);
    assert_int_equal(run.end, CLOCK_OVER);
    assert_int_equal(run.own.ms, at(11).ms);
    assert_int_equal(run.started.ms, at(9).ms);
    assert_false(wall_is_set(run.due));
    assert_int_equal(run.paused.ms, at(12).ms);
    assert_int_equal(run.paused_ms, 1234);
    assert_int_equal(run.told, 80);
    assert_int_equal(run.breached.ms, at(99).ms);
    assert_int_equal(run.ended.ms, at(120).ms);
    assert_false(wall_is_set(run.next));
    assert_true(run.over);
    assert_null(run.document.p);
    assert_int_equal(
        store_clock_load(f->store, 999, f->arena, &run), E_NOTFOUND);
}

static void
the_last_of_each_clock_counts(void **state)
{
    struct fixture *f = *state;
    int64_t incident = add_incident(f->store, "a", LEVEL_RED, 1);
    struct clock_run *runs;
    int64_t second, other;
    size_t n;

    (void)save(f, run_of(incident, "own", 10));
    other = save(f, run_of(incident, "other", 10));
    second = save(f, run_of(incident, "own", 500));
    fixture_reopen(f);
    assert_int_equal(
        store_clocks_of(f->store, incident, f->arena, &runs, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(runs[0].id, other);
    assert_int_equal(runs[1].id, second);
    assert_int_equal(view_clocks(f->view, incident, f->arena, &runs, &n), 0);
    assert_int_equal(n, 3);
}

static void
due_in_their_order(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t b = add_incident(f->store, "b", LEVEL_RED, 1);
    int64_t late = save(f, run_of(a, "own", 20));
    int64_t early = save(f, run_of(b, "own", 10));
    struct escalation_run escalation = {.incident = a,
        .policy = STR("severe"),
        .level = LEVEL_RED,
        .next = at(30)};
    struct clock_due due[CLOCKS_MAX];
    int64_t steps[CLOCKS_MAX];
    struct wall next;
    size_t n;

    assert_int_equal(store_escalation_save(f->store, &escalation), 0);
    fixture_reopen(f);
    assert_int_equal(store_clocks_due(f->store, at(59), due, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_clocks_due(f->store, at(70), due, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(due[0].id, early);
    assert_int_equal(due[0].incident, b);
    assert_int_equal(due[1].id, late);
    assert_int_equal(store_clocks_next(f->store, &next), 0);
    assert_int_equal(next.ms, at(30).ms);
    assert_int_equal(store_escalations_due(f->store, at(29), steps, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_escalations_due(f->store, at(30), steps, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(steps[0], a);
    /* Put off: the other comes first then; for good: none does. */
    assert_int_equal(store_clock_put_off(f->store, early, at(1000)), 0);
    assert_int_equal(store_escalation_put_off(f->store, a, WALL_NONE), 0);
    fixture_reopen(f);
    assert_int_equal(store_clocks_due(f->store, at(100), due, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(due[0].id, late);
    assert_int_equal(store_clock_put_off(f->store, late, WALL_NONE), 0);
    assert_int_equal(store_clock_put_off(f->store, early, WALL_NONE), 0);
    assert_int_equal(store_clocks_next(f->store, &next), 0);
    assert_false(wall_is_set(next));
}

/* More than one answer holds: the rest comes with the next. */
static void
no_more_than_fit(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    struct clock_due due[CLOCKS_MAX];
    int64_t ids[CLOCKS_MAX];
    size_t n;

    assert_int_equal(store_begin(f->store), 0);
    for (int i = 0; i < CLOCKS_MAX + 5; i++) {
        char name[16];

        snprintf(name, sizeof name, "c%d", i);
        (void)save(f, run_of(a, name, i));
        if (i > 0)
            (void)add_incident(f->store, "x", LEVEL_BLUE, 1);
    }
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(store_clocks_due(f->store, at(9999), due, &n), 0);
    assert_int_equal(n, CLOCKS_MAX);
    assert_int_equal(store_open_after(f->store, 0, ids, &n), 0);
    assert_int_equal(n, CLOCKS_MAX);
    assert_int_equal(store_open_after(f->store, ids[n - 1], ids, &n), 0);
    assert_int_equal(n, 5);
}

static void
the_earliest_of_what_was_merged(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t b = add_incident(f->store, "b", LEVEL_RED, 1);
    int64_t c = add_incident(f->store, "c", LEVEL_RED, 1);
    struct incident incident;
    struct clock_run run;
    struct wall merged;
    int64_t parents[] = {a, b}, children[] = {b, c};

    assert_int_equal(store_clock_merged(f->store, a, STR("own"), &merged), 0);
    assert_false(wall_is_set(merged));
    for (size_t i = 0; i < 2; i++) { /* c into b, b into a */
        assert_int_equal(
            store_incident_load(f->store, children[i], f->arena, &incident), 0);
        incident.state = INCIDENT_MERGED;
        incident.merged_into = parents[i];
        assert_int_equal(store_incident_save(f->store, &incident), 0);
        run = run_of(children[i], "own", 300 - 100 * (int64_t)i);
        run.end = CLOCK_MERGED;
        run.ended = at(400);
        (void)save(f, run);
    }
    fixture_reopen(f);
    assert_int_equal(store_clock_merged(f->store, a, STR("own"), &merged), 0);
    assert_int_equal(merged.ms, at(200).ms);
    assert_int_equal(store_clock_merged(f->store, a, STR("other"), &merged), 0);
    assert_false(wall_is_set(merged));
    /* a was over, and began again after they were merged: they count no more.
     */
    run = run_of(a, "own", 350);
    run.end = CLOCK_OVER;
    run.over = true;
    (void)save(f, run);
    assert_int_equal(store_clock_merged(f->store, a, STR("own"), &merged), 0);
    assert_int_equal(merged.ms, at(200).ms);
    (void)save(f, run_of(a, "own", 500));
    assert_int_equal(store_clock_merged(f->store, a, STR("own"), &merged), 0);
    assert_false(wall_is_set(merged));
}

static void
an_escalation_is_what_it_was(void **state)
{
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    struct escalation_run run = {.incident = a,
        .policy = STR("severe"),
        .state = ESCALATION_RUNNING,
        .level = LEVEL_ORANGE,
        .fired = 2,
        .round = 1,
        .next = at(70)};
    struct escalation_run got;

    assert_int_equal(
        store_escalation_load(f->store, a, f->arena, &got), E_NOTFOUND);
    assert_int_equal(store_escalation_save(f->store, &run), 0);
    fixture_reopen(f);
    assert_int_equal(store_escalation_load(f->store, a, f->arena, &got), 0);
    assert_str(got.policy, "severe");
    assert_int_equal(got.fired, 2);
    assert_int_equal(got.round, 1);
    assert_int_equal(got.level, LEVEL_ORANGE);
    assert_int_equal(got.next.ms, at(70).ms);
    got.state = ESCALATION_PAUSED;
    got.next = WALL_NONE;
    got.left_ms = 7777;
    assert_int_equal(store_escalation_save(f->store, &got), 0);
    fixture_reopen(f);
    assert_int_equal(view_escalation(f->view, a, f->arena, &run), 0);
    assert_int_equal(run.state, ESCALATION_PAUSED);
    assert_int_equal(run.left_ms, 7777);
    assert_false(wall_is_set(run.next));
}

/* --- what cannot be read -------------------------------------------------- */

static void
a_bad_row_is_marked_and_alone(void **state)
{
    static const char *const ruins[] = {"ending = 5", "ending = -1",
        "until = 3", "own = -1", "started = 9223372036854775807",
        "due = 9000000000000000000", "paused = -5", "breached = -1",
        "ended = -7", "paused_ms = -1", "paused_ms = 9223372036854775807"};
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    int64_t good = save(f, run_of(a, "good", 10));
    int64_t bad = save(f, run_of(a, "bad", 10));
    struct clock_run *runs;
    size_t n;

    for (size_t i = 0; i < sizeof ruins / sizeof *ruins; i++) {
        struct clock_run run = run_of(a, "bad", 10);
        char sql[160];

        run.id = bad;
        (void)save(f, run);
        snprintf(sql, sizeof sql, "UPDATE clock_run SET %s WHERE id = %lld",
            ruins[i], (long long)bad);
        meddle(f->path, sql);
        run = load(f, bad);
        if (!run.unreadable)
            print_error("%s\n", ruins[i]);
        assert_true(run.unreadable);
        assert_int_equal(run.incident, a);
        assert_str(run.clock, "bad");
        assert_int_equal(store_clocks_of(f->store, a, f->arena, &runs, &n), 0);
        assert_int_equal(n, 2);
        assert_false(runs[0].unreadable);
        assert_true(runs[1].unreadable);
        /* Who shows them is shown the other. */
        assert_int_equal(view_clocks(f->view, a, f->arena, &runs, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(runs[0].id, good);
    }
    assert_int_equal(store_clock_drop(f->store, bad), 0);
    assert_int_equal(store_clocks_of(f->store, a, f->arena, &runs, &n), 0);
    assert_int_equal(n, 1);
}

static void
a_bad_escalation_is_damage(void **state)
{
    static const char *const ruins[] = {"state = 4", "state = -1", "level = 9",
        "fired = -1", "fired = 1000", "round = -1", "left_ms = -1",
        "next = -1"};
    struct fixture *f = *state;
    int64_t a = add_incident(f->store, "a", LEVEL_RED, 1);
    struct escalation_run run = {.incident = a,
        .policy = STR("severe"),
        .level = LEVEL_RED,
        .next = at(70)};

    for (size_t i = 0; i < sizeof ruins / sizeof *ruins; i++) {
        struct escalation_run got;
        char sql[160];

        assert_int_equal(store_escalation_save(f->store, &run), 0);
        snprintf(sql, sizeof sql, "UPDATE escalation_run SET %s", ruins[i]);
        meddle(f->path, sql);
        assert_int_equal(
            store_escalation_load(f->store, a, f->arena, &got), E_CORRUPT);
    }
    assert_int_equal(store_escalation_save(f->store, &run), 0);
    assert_int_equal(store_escalation_load(f->store, a, f->arena, &run), 0);
}

/* --- driven --------------------------------------------------------------- */

static const struct calendar calendar = {
    .hours = {{.from = 8 * 60, .until = 16 * 60}}, .nhours = 1};
static const struct str office[] = {{"off-hours", 9}};

/* A deadline of twenty hours of work, from Thursday over a weekend on which
 * the clocks are set: reminded and missed once each, though the store is closed
 * and opened every hour.  Returns when it was missed. */
static struct civil
drive(struct fixture *f, const char *name, struct civil from)
{
    struct clock_rule rule = {.id = STR("own"),
        .title = STR("t"),
        .after_ms = 20LL * MS_HOUR,
        .until = CLOCK_UNTIL_CLOSED,
        .remind = {50, 80},
        .nremind = 2,
        .pauses = office,
        .npauses = 1,
        .enabled = true};
    struct zone *zone = NULL;
    struct clock_time time = {.calendar = &calendar};
    struct incident incident = incident_of("a", LEVEL_RED, 1);
    struct clock_run run;
    struct wall missed = WALL_NONE;
    char local[TIMEFMT_LOCAL_SIZE];
    int reminders = 0, breaches = 0, percent;
    struct civil c = {0};

    assert_int_equal(zone_load(name, &zone), 0);
    time.zone = zone;
    time.now = zone_to_wall(zone, &from);
    incident.opened = time.now;
    assert_int_equal(store_incident_add(f->store, &incident, &incident.id), 0);
    assert_true(clock_begin(&rule, &incident, false, &time, &run));
    run.id = save(f, run);
    for (int hour = 0; hour < 5 * 24; hour++) {
        fixture_reopen(f);
        arena_clear(f->arena);
        run = load(f, run.id);
        time.now.ms += MS_HOUR;
        (void)clock_sync(&run, &rule, &incident, WALL_NONE, &time);
        switch (clock_tick(&run, &rule, &time, &percent)) {
        case CLOCK_SAY_REMINDER:
            reminders++;
            break;
        case CLOCK_SAY_BREACH:
            breaches++;
            missed = run.breached;
            break;
        case CLOCK_SAY_NOTHING:
            break;
        }
        (void)save(f, run);
    }
    assert_int_equal(reminders, 2);
    assert_int_equal(breaches, 1);
    timefmt_local(zone, missed, local);
    assert_int_equal(sscanf(local, "%d-%d-%d %d:%d", &c.year, &c.month, &c.day,
                         &c.hour, &c.minute),
        5);
    zone_free(zone);
    return c;
}

static void
over_clocks_that_are_set(void **state)
{
    static const struct {
        const char *zone;
        int year, month, day; /* a Thursday before the clocks are set */
    } cases[] = {{"America/New_York", 2026, 3, 5},
        {"America/New_York", 2027, 11, 4}, {"Europe/Berlin", 2026, 10, 22},
        {"Australia/Lord_Howe", 2026, 4, 2}, {"Asia/Shanghai", 2026, 3, 5}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct civil from = {.year = cases[i].year,
            .month = cases[i].month,
            .day = cases[i].day,
            .hour = 10};
        struct civil due = drive(f, cases[i].zone, from);

        /* Six hours on Thursday, eight on Friday, six on Monday: 14:00. */
        assert_int_equal(civil_days(due.year, due.month, due.day) -
                             civil_days(from.year, from.month, from.day),
            4);
        assert_int_equal(due.hour, 14);
        assert_int_equal(due.minute, 0);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_what_it_was),
        TEST(the_last_of_each_clock_counts),
        TEST(due_in_their_order),
        TEST(no_more_than_fit),
        TEST(the_earliest_of_what_was_merged),
        TEST(an_escalation_is_what_it_was),
        TEST(a_bad_row_is_marked_and_alone),
        TEST(a_bad_escalation_is_damage),
        TEST(over_clocks_that_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
