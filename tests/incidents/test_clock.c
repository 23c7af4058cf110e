/* Deadlines: begun, met, merged, paused, reminded and missed; at every second
 * of a restart, and over clocks that are set. */
#include "base/err.h"
#include "check.h"
#include "incidents/clock.h"

enum { T0 = 1780000000 }; /* seconds; 2026-05-28T20:26:40Z */

static const struct str severe[] = {{"orange", 6}, {"red", 3}};
static const struct str snoozed[] = {{"snoozed", 7}};
static const struct str office[] = {{"off-hours", 9}};
static struct calendar calendar = {.hours = {{510, 1050}}, .nhours = 1};
static struct zone *zone;

static struct clock_rule
five_hours(void)
{
    return (struct clock_rule){.id = STR("authoritative-information"),
        .title = STR("发布权威信息"),
        .document = STR("国办发〔2016〕80号"),
        .levels = severe,
        .nlevels = 2,
        .after_ms = 5LL * MS_HOUR,
        .starts = CLOCK_STARTS_LEVEL_REACHED,
        .until = CLOCK_UNTIL_RESPONDING,
        .remind = {50, 80},
        .nremind = 2,
        .enabled = true};
}

static struct wall
at(int64_t seconds)
{
    return (struct wall){((int64_t)T0 + seconds) * 1000};
}

static struct clock_time
time_at(int64_t seconds)
{
    return (struct clock_time){&calendar, zone, at(seconds)};
}

static struct incident
open_at(int64_t seconds, enum level level)
{
    return (struct incident){.id = 1,
        .state = INCIDENT_NEW,
        .level = level,
        .category = STR("food"),
        .opened = at(seconds),
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE};
}

static struct clock_run
begun(const struct clock_rule *rule, const struct incident *incident,
    int64_t seconds)
{
    struct clock_time time = time_at(seconds);
    struct clock_run run = {0};

    assert_true(clock_begin(rule, incident, false, &time, &run));
    return run;
}

static bool
sync(struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident, int64_t seconds)
{
    struct clock_time time = time_at(seconds);

    return clock_sync(run, rule, incident, WALL_NONE, &time);
}

static enum clock_say
tick(struct clock_run *run, const struct clock_rule *rule, int64_t seconds,
    int *ret_percent)
{
    struct clock_time time = time_at(seconds);

    return clock_tick(run, rule, &time, ret_percent);
}

/* Whom a rule is about. */
static void
applies(void **state)
{
    static const struct str food[] = {{"food", 4}};
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_YELLOW);
    struct clock_time time = time_at(0);
    struct clock_run run;
    (void)state;

    assert_false(clock_begin(&rule, &incident, false, &time, &run));
    incident.level = LEVEL_RED;
    assert_true(clock_begin(&rule, &incident, false, &time, &run));
    rule.enabled = false;
    assert_false(clock_begin(&rule, &incident, false, &time, &run));
    rule.enabled = true;
    rule.not_categories = food;
    rule.nnot_categories = 1;
    assert_false(clock_applies(&rule, LEVEL_RED, STR("food")));
    assert_true(clock_applies(&rule, LEVEL_RED, STR("health")));
    rule.nnot_categories = 0;
    rule.categories = food;
    rule.ncategories = 1;
    assert_true(clock_applies(&rule, LEVEL_RED, STR("food")));
    assert_false(clock_applies(&rule, LEVEL_RED, STR("health")));
    assert_false(clock_applies(&rule, LEVEL_NONE, STR("food")));
    incident.state = INCIDENT_CLOSED;
    assert_false(clock_begin(&rule, &incident, false, &time, &run));
    incident.state = INCIDENT_RESPONDING; /* it is met before it starts */
    assert_false(clock_begin(&rule, &incident, false, &time, &run));
}

/* When each kind of start is. */
static void
starts(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_ORANGE);
    struct clock_time time = time_at(7200);
    struct clock_run run;
    (void)state;

    assert_int_equal(begun(&rule, &incident, 7200).started.ms, at(7200).ms);
    rule.starts = CLOCK_STARTS_OPENED;
    run = begun(&rule, &incident, 7200);
    assert_int_equal(run.started.ms, at(0).ms);
    assert_int_equal(run.due.ms, at(5 * 3600).ms);
    assert_int_equal(run.next.ms, at(9000).ms);
    rule.starts = CLOCK_STARTS_ACKNOWLEDGED;
    assert_false(clock_begin(&rule, &incident, false, &time, &run));
    incident.state = INCIDENT_ACKNOWLEDGED;
    incident.acknowledged = at(7000);
    assert_int_equal(begun(&rule, &incident, 7200).started.ms, at(7000).ms);
}

/* Half, four fifths, and the end, each once. */
static void
reminds(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0, said = 0;
    (void)state;

    for (int64_t s = 0; s <= 6 * 3600; s += 1) {
        enum clock_say say = tick(&run, &rule, s, &percent);

        if (say == CLOCK_SAY_NOTHING)
            continue;
        said++;
        if (said == 1)
            assert_true(
                say == CLOCK_SAY_REMINDER && percent == 50 && s == 9000);
        else if (said == 2)
            assert_true(
                say == CLOCK_SAY_REMINDER && percent == 80 && s == 14400);
        else
            assert_true(say == CLOCK_SAY_BREACH && s == 18000);
    }
    assert_int_equal(said, 3);
    assert_int_equal(run.breached.ms, at(18000).ms);
    assert_false(wall_is_set(run.next));
}

/* Down from any second to any other: nothing is said twice, a reminder that
 * was passed is said at most once, a deadline always, with its true time. */
static void
survives(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    (void)state;

    for (int64_t down = 0; down <= 20000; down += 37) {
        for (int64_t up = down + 1; up <= 30000; up += 911) {
            struct clock_run run = begun(&rule, &incident, 0);
            int reminders = 0, breaches = 0, percent = 0;

            for (int64_t s = 0; s <= 31000; s += 100) {
                struct clock_run stored = run; /* what a restart reads */
                enum clock_say say;

                if (s > down && s < up)
                    continue;
                run = stored;
                (void)sync(&run, &rule, &incident, s);
                if (wall_is_set(run.next) && run.next.ms > at(s).ms)
                    continue; /* the engine does not even look */
                say = tick(&run, &rule, s, &percent);
                reminders += say == CLOCK_SAY_REMINDER;
                breaches += say == CLOCK_SAY_BREACH;
            }
            assert_int_equal(breaches, 1);
            assert_true(reminders <= 2);
            assert_int_equal(run.breached.ms, at(18000).ms);
        }
    }
}

/* What was passed while down is said once: the greatest. */
static void
says_the_greatest(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0;
    (void)state;

    assert_int_equal(tick(&run, &rule, 15000, &percent), CLOCK_SAY_REMINDER);
    assert_int_equal(percent, 80);
    assert_int_equal(tick(&run, &rule, 15001, &percent), CLOCK_SAY_NOTHING);
    run = begun(&rule, &incident, 0);
    assert_int_equal(tick(&run, &rule, 90000, &percent), CLOCK_SAY_BREACH);
    assert_int_equal(run.breached.ms, at(18000).ms);
    assert_int_equal(tick(&run, &rule, 90001, &percent), CLOCK_SAY_NOTHING);
}

/* A wall clock that is set: back, nothing is said again; forward, what is then
 * past is; the deadline itself never moves. */
static void
clock_is_set(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0;
    (void)state;

    assert_int_equal(tick(&run, &rule, 9000, &percent), CLOCK_SAY_REMINDER);
    assert_int_equal(tick(&run, &rule, -86400, &percent), CLOCK_SAY_NOTHING);
    (void)sync(&run, &rule, &incident, -86400);
    assert_int_equal(run.due.ms, at(18000).ms);
    assert_int_equal(tick(&run, &rule, 9001, &percent), CLOCK_SAY_NOTHING);
    assert_int_equal(tick(&run, &rule, 18000, &percent), CLOCK_SAY_BREACH);
    assert_int_equal(tick(&run, &rule, 0, &percent), CLOCK_SAY_NOTHING);
    assert_int_equal(tick(&run, &rule, 18001, &percent), CLOCK_SAY_NOTHING);
}

/* Its state meets it, for good. */
static void
is_met(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0;
    (void)state;

    incident.state = INCIDENT_ACKNOWLEDGED;
    assert_false(sync(&run, &rule, &incident, 100));
    assert_int_equal(run.end, CLOCK_RUNNING);
    incident.state = INCIDENT_RESPONDING;
    assert_true(sync(&run, &rule, &incident, 200));
    assert_int_equal(run.end, CLOCK_MET);
    assert_int_equal(run.ended.ms, at(200).ms);
    assert_int_equal(tick(&run, &rule, 90000, &percent), CLOCK_SAY_NOTHING);
    incident.state = INCIDENT_NEW; /* the acknowledgement ran out */
    assert_false(sync(&run, &rule, &incident, 300));
    assert_false(clock_renews(&run, &incident));
    rule.until = CLOCK_UNTIL_ACKNOWLEDGED;
    run = begun(&rule, &incident, 0);
    incident.state = INCIDENT_SNOOZED;
    incident.before = INCIDENT_NEW; /* a snooze acknowledges nothing */
    assert_false(sync(&run, &rule, &incident, 100));
    incident.state = INCIDENT_ACKNOWLEDGED;
    incident.acknowledged = at(50);
    assert_true(sync(&run, &rule, &incident, 200));
    assert_int_equal(run.ended.ms, at(50).ms);
    /* Late, before anybody looked whether it was. */
    incident.acknowledged = at(18001);
    incident.state = INCIDENT_NEW;
    run = begun(&rule, &incident, 0);
    incident.state = INCIDENT_ACKNOWLEDGED;
    assert_true(sync(&run, &rule, &incident, 18002));
    assert_int_equal(run.end, CLOCK_MET);
    assert_int_equal(run.breached.ms, at(18000).ms);
}

/* Closed and open again: a new run, from then on. */
static void
renews(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0), met = run;
    struct clock_time time = time_at(500);
    (void)state;

    met.end = CLOCK_MET;
    incident.state = INCIDENT_FALSE_ALARM;
    incident.closed = at(100);
    assert_true(sync(&run, &rule, &incident, 101));
    assert_int_equal(run.end, CLOCK_OVER);
    assert_int_equal(run.ended.ms, at(100).ms);
    assert_false(sync(&run, &rule, &incident, 102));
    assert_true(sync(&met, &rule, &incident, 102));
    assert_int_equal(met.end, CLOCK_MET);
    assert_false(clock_renews(&run, &incident));
    incident.state = INCIDENT_NEW;
    incident.substate = INCIDENT_SUB_REGRESSED;
    assert_true(clock_renews(&run, &incident));
    assert_true(clock_renews(&met, &incident));
    rule.starts = CLOCK_STARTS_OPENED;
    assert_true(clock_begin(&rule, &incident, true, &time, &run));
    assert_int_equal(run.started.ms, at(500).ms);
}

/* Merging never buys time; taken apart, both have their own. */
static void
merges(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident child = open_at(0, LEVEL_RED),
                    parent = open_at(3600, LEVEL_RED);
    struct clock_run a = begun(&rule, &child, 0),
                     b = begun(&rule, &parent, 3600);
    struct clock_time time = time_at(4000);
    int percent = 0;
    (void)state;

    child.state = INCIDENT_MERGED;
    assert_true(sync(&a, &rule, &child, 4000));
    assert_int_equal(a.end, CLOCK_MERGED);
    assert_int_equal(tick(&a, &rule, 90000, &percent), CLOCK_SAY_NOTHING);
    assert_true(clock_sync(&b, &rule, &parent, a.own, &time));
    assert_int_equal(b.started.ms, at(0).ms);
    assert_int_equal(b.due.ms, at(18000).ms);
    child.state = INCIDENT_NEW;
    assert_true(sync(&a, &rule, &child, 5000));
    assert_int_equal(a.end, CLOCK_RUNNING);
    assert_int_equal(a.due.ms, at(18000).ms);
    assert_true(clock_sync(&b, &rule, &parent, WALL_NONE, &time));
    assert_int_equal(b.started.ms, at(3600).ms);
    /* Missed by the other's start alone: its own deadline is still to come. */
    time = time_at(18500);
    assert_true(clock_sync(&b, &rule, &parent, a.own, &time));
    assert_int_equal(tick(&b, &rule, 18500, &percent), CLOCK_SAY_BREACH);
    assert_true(clock_sync(&b, &rule, &parent, WALL_NONE, &time));
    assert_false(wall_is_set(b.breached));
    assert_int_equal(b.told, 80);
    assert_int_equal(b.next.ms, at(21600).ms);
    assert_int_equal(tick(&b, &rule, 21600, &percent), CLOCK_SAY_BREACH);
}

/* A rule that is taken away and put back repeats nothing that was said. */
static void
says_nothing_twice(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0;
    (void)state;

    assert_int_equal(tick(&run, &rule, 9000, &percent), CLOCK_SAY_REMINDER);
    rule.enabled = false;
    assert_true(sync(&run, &rule, &incident, 9100));
    assert_int_equal(run.end, CLOCK_DROPPED);
    assert_int_equal(tick(&run, &rule, 9200, &percent), CLOCK_SAY_NOTHING);
    rule.enabled = true;
    assert_true(sync(&run, &rule, &incident, 9300));
    assert_int_equal(tick(&run, &rule, 9301, &percent), CLOCK_SAY_NOTHING);
    assert_int_equal(tick(&run, &rule, 14400, &percent), CLOCK_SAY_REMINDER);
    assert_int_equal(percent, 80);
    assert_int_equal(tick(&run, &rule, 18000, &percent), CLOCK_SAY_BREACH);
    /* Missed and told: not again either. */
    assert_true(sync(&run, NULL, &incident, 18100));
    assert_true(sync(&run, &rule, &incident, 18200));
    assert_int_equal(tick(&run, &rule, 18201, &percent), CLOCK_SAY_NOTHING);
    assert_true(wall_is_set(run.breached));
    /* What was taken meanwhile is not waited for again. */
    assert_true(sync(&run, NULL, &incident, 18300));
    incident.state = INCIDENT_RESPONDING;
    assert_false(sync(&run, &rule, &incident, 18400));
    assert_int_equal(run.end, CLOCK_DROPPED);
}

/* What is no longer about it, or gone, ends. */
static void
drops(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    (void)state;

    incident.level = LEVEL_YELLOW;
    assert_true(sync(&run, &rule, &incident, 10));
    assert_int_equal(run.end, CLOCK_DROPPED);
    assert_false(clock_renews(&run, &incident));
    /* Wanted again: it goes on from where it began. */
    incident.level = LEVEL_RED;
    assert_true(sync(&run, &rule, &incident, 20));
    assert_int_equal(run.end, CLOCK_RUNNING);
    assert_false(wall_is_set(run.ended));
    assert_int_equal(run.started.ms, at(0).ms);
    assert_int_equal(run.next.ms, at(9000).ms);
    run = begun(&rule, &incident, 0);
    assert_true(sync(&run, NULL, &incident, 10));
    assert_int_equal(run.end, CLOCK_DROPPED);
    /* Nothing is known of it. */
    run.unreadable = true;
    assert_true(clock_renews(&run, &incident));
    /* A configuration that gives more time moves the deadline. */
    run = begun(&rule, &incident, 0);
    rule.after_ms = 6LL * MS_HOUR;
    assert_true(sync(&run, &rule, &incident, 10));
    assert_int_equal(run.due.ms, at(6 * 3600).ms);
}

/* Nothing pauses but by a rule that says so. */
static void
pauses_by_rule_only(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run = begun(&rule, &incident, 0);
    int percent = 0;
    (void)state;

    incident.state = INCIDENT_SNOOZED;
    assert_false(sync(&run, &rule, &incident, 3600));
    assert_int_equal(run.due.ms, at(18000).ms);
    rule.pauses = snoozed;
    rule.npauses = 1;
    assert_true(sync(&run, &rule, &incident, 3600));
    assert_false(wall_is_set(run.due));
    assert_int_equal(tick(&run, &rule, 90000, &percent), CLOCK_SAY_NOTHING);
    incident.state = INCIDENT_NEW;
    assert_true(sync(&run, &rule, &incident, 7200));
    assert_int_equal(run.due.ms, at(18000 + 3600).ms);
    incident.state = INCIDENT_SNOOZED; /* once more, and the sum counts */
    assert_true(sync(&run, &rule, &incident, 8000));
    incident.state = INCIDENT_NEW;
    assert_true(sync(&run, &rule, &incident, 8500));
    assert_int_equal(run.due.ms, at(18000 + 3600 + 500).ms);
}

/* Hours of work: T0 is a Friday, 04:26:40 in Shanghai. */
static void
off_hours(void **state)
{
    struct clock_rule rule = five_hours();
    struct incident incident = open_at(0, LEVEL_RED);
    struct clock_run run;
    struct civil due;
    (void)state;

    rule.pauses = office;
    rule.npauses = 1;
    rule.after_ms = 12LL * MS_HOUR; /* nine on Friday, three on Monday */
    run = begun(&rule, &incident, 0);
    due = civil_of_wall(run.due, 8 * 60);
    assert_int_equal(due.month, 6);
    assert_int_equal(due.day, 1);
    assert_int_equal(due.hour, 11);
    assert_int_equal(due.minute, 30);
}

static void
names(void **state)
{
    enum clock_end end;
    (void)state;

    assert_int_equal(clock_end_parse(STR("merged"), &end), 0);
    assert_int_equal(end, CLOCK_MERGED);
    assert_int_equal(clock_end_parse(STR("never"), &end), E_PARSE);
    assert_string_equal(clock_until_name(CLOCK_UNTIL_CLOSED), "closed");
    assert_string_equal(clock_end_name(CLOCK_DROPPED), "dropped");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applies),
        cmocka_unit_test(starts),
        cmocka_unit_test(reminds),
        cmocka_unit_test(survives),
        cmocka_unit_test(says_the_greatest),
        cmocka_unit_test(clock_is_set),
        cmocka_unit_test(is_met),
        cmocka_unit_test(renews),
        cmocka_unit_test(merges),
        cmocka_unit_test(says_nothing_twice),
        cmocka_unit_test(drops),
        cmocka_unit_test(pauses_by_rule_only),
        cmocka_unit_test(off_hours),
        cmocka_unit_test(names),
    };
    int r = zone_load("Asia/Shanghai", &zone);

    if (r == 0)
        r = cmocka_run_group_tests(tests, NULL, NULL);
    zone_free(zone);
    return r;
}
