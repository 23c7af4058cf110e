/* Who is told next: steps, rounds, what stops them and what lets them go on. */
#include "base/err.h"
#include "check.h"
#include "incidents/escalation.h"

static const struct str to[] = {{"rota:duty", 9}};
static const struct escalation_step steps[] = {
    {.after_ms = 10LL * MS_MINUTE, .to = to, .nto = 1},
    {.after_ms = 20LL * MS_MINUTE, .to = to, .nto = 1},
    {.after_ms = 30LL * MS_MINUTE, .to = to, .nto = 1}};
static const struct str severe[] = {{"orange", 6}, {"red", 3}};
static const struct escalation policies[] = {{.name = {"severe", 6},
                                                 .levels = severe,
                                                 .nlevels = 2,
                                                 .steps = steps,
                                                 .nsteps = 3,
                                                 .repeat = 1,
                                                 .every_ms = MS_HOUR},
    {.name = {"all", 3}, .steps = steps, .nsteps = 2}};

static struct wall
at(int minutes)
{
    return (struct wall){1780000000000 + (int64_t)minutes * MS_MINUTE};
}

static struct escalation_run
begun(struct incident *incident)
{
    struct escalation_run run;

    *incident =
        (struct incident){.id = 1, .state = INCIDENT_NEW, .level = LEVEL_RED};
    escalation_begin(&policies[0], incident, at(0), &run);
    return run;
}

static void
finds(void **state)
{
    (void)state;
    assert_true(
        escalation_find(policies, 2, LEVEL_RED, STR("food")) == &policies[0]);
    assert_true(
        escalation_find(policies, 2, LEVEL_BLUE, STR("food")) == &policies[1]);
    assert_null(escalation_find(policies, 1, LEVEL_BLUE, STR("food")));
}

/* 10, 30, 60, then after an hour again: 120, 140, 170; and that is all. */
static void
rounds(void **state)
{
    static const int due[] = {10, 30, 60, 120, 140, 170};
    static const int which[] = {0, 1, 2, 0, 1, 2};
    struct incident incident;
    struct escalation_run run = begun(&incident);
    int n = 0;
    (void)state;

    for (int minute = 0; minute < 1000; minute++) {
        int step = escalation_take(&run, &policies[0], at(minute));

        if (step < 0)
            continue;
        assert_true(n < 6);
        assert_int_equal(minute, due[n]);
        assert_int_equal(step, which[n]);
        n++;
    }
    assert_int_equal(n, 6);
    assert_int_equal(run.state, ESCALATION_OVER);
}

/* Down for long: one step at once, the next counted from then. */
static void
late(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    assert_int_equal(escalation_take(&run, &policies[0], at(500)), 0);
    assert_int_equal(escalation_take(&run, &policies[0], at(500)), -1);
    assert_int_equal(run.next.ms, at(520).ms);
}

/* An acknowledgement stops it; when it runs out, one step more, at once. */
static void
acknowledged(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    assert_int_equal(escalation_take(&run, &policies[0], at(10)), 0);
    incident.state = INCIDENT_ACKNOWLEDGED;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(15)));
    assert_int_equal(run.state, ESCALATION_STOPPED);
    assert_int_equal(escalation_take(&run, &policies[0], at(500)), -1);
    incident.state = INCIDENT_NEW;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(600)));
    assert_int_equal(escalation_take(&run, &policies[0], at(600)), 1);
    assert_int_equal(run.next.ms, at(630).ms);
    assert_false(escalation_sync(&run, &policies[0], &incident, at(601)));
}

/* All was said before it was taken: the last step once more. */
static void
acknowledged_at_the_end(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    for (int minute = 0; minute < 1000; minute++)
        (void)escalation_take(&run, &policies[0], at(minute));
    incident.state = INCIDENT_RESPONDING;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(1000)));
    incident.state = INCIDENT_NEW;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(1100)));
    assert_int_equal(escalation_take(&run, &policies[0], at(1100)), 2);
}

/* A higher level begins anew, with its own policy. */
static void
raised(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    incident.level = LEVEL_YELLOW;
    escalation_begin(&policies[1], &incident, at(0), &run);
    assert_int_equal(escalation_take(&run, &policies[1], at(10)), 0);
    incident.state = INCIDENT_ACKNOWLEDGED;
    assert_true(escalation_sync(&run, &policies[1], &incident, at(11)));
    incident.state = INCIDENT_NEW;
    incident.level = LEVEL_ORANGE;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(20)));
    assert_true(str_eq(run.policy, STR("severe")));
    assert_int_equal(run.fired, 0);
    assert_int_equal(run.next.ms, at(30).ms);
}

/* A snooze and a merge stop it, and it goes on with what was left. */
static void
paused(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    incident.state = INCIDENT_SNOOZED;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(4)));
    assert_int_equal(escalation_take(&run, &policies[0], at(100)), -1);
    incident.state = INCIDENT_NEW;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(200)));
    assert_int_equal(run.next.ms, at(206).ms);
}

/* Closed is over; opened again it begins anew. */
static void
closed(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    (void)escalation_take(&run, &policies[0], at(10));
    incident.state = INCIDENT_CLOSED;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(20)));
    assert_false(escalation_sync(&run, &policies[0], &incident, at(21)));
    assert_int_equal(escalation_take(&run, &policies[0], at(100)), -1);
    incident.state = INCIDENT_NEW;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(200)));
    assert_int_equal(run.state, ESCALATION_RUNNING);
    assert_int_equal(run.fired, 0);
    assert_int_equal(run.next.ms, at(210).ms);
}

/* A step that reached nobody does not keep the next waiting; the last of a
 * round waits all the same, or it would never end. */
static void
hurries(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    (void)state;

    assert_int_equal(escalation_take(&run, &policies[0], at(10)), 0);
    escalation_hurry(&run, &policies[0], at(10));
    assert_int_equal(escalation_take(&run, &policies[0], at(10)), 1);
    escalation_hurry(&run, &policies[0], at(10));
    assert_int_equal(escalation_take(&run, &policies[0], at(10)), 2);
    escalation_hurry(&run, &policies[0], at(10));
    assert_int_equal(escalation_take(&run, &policies[0], at(10)), -1);
    assert_int_equal(run.next.ms, at(70).ms);
}

/* A policy that is gone or has fewer steps by now ends, and crashes nothing. */
static void
other_policy(void **state)
{
    struct incident incident;
    struct escalation_run run = begun(&incident);
    struct escalation shorter = policies[0];
    (void)state;

    run.fired = 2;
    shorter.nsteps = 1;
    shorter.repeat = 0;
    run.next = at(1);
    assert_int_equal(escalation_take(&run, &shorter, at(2)), -1);
    assert_int_equal(run.state, ESCALATION_OVER);
    run = begun(&incident);
    /* Taken away and put back: it goes on with what was left. */
    assert_true(escalation_sync(&run, NULL, &incident, at(1)));
    assert_int_equal(run.state, ESCALATION_PAUSED);
    assert_false(wall_is_set(run.next));
    assert_false(escalation_sync(&run, NULL, &incident, at(2)));
    assert_true(escalation_sync(&run, &policies[0], &incident, at(500)));
    assert_int_equal(run.state, ESCALATION_RUNNING);
    assert_int_equal(run.next.ms, at(509).ms);
    /* The same when somebody had it, and has it no more. */
    incident.state = INCIDENT_ACKNOWLEDGED;
    assert_true(escalation_sync(&run, &policies[0], &incident, at(501)));
    incident.state = INCIDENT_NEW;
    assert_false(escalation_sync(&run, NULL, &incident, at(502)));
    assert_true(escalation_sync(&run, &policies[0], &incident, at(503)));
    assert_int_equal(run.state, ESCALATION_RUNNING);
    assert_int_equal(run.next.ms, at(503).ms);
    /* Renamed: it goes on with what it is called now. */
    run = begun(&incident);
    shorter = policies[0];
    shorter.name = STR("other");
    assert_true(escalation_sync(&run, &shorter, &incident, at(5)));
    assert_int_equal(run.state, ESCALATION_RUNNING);
    assert_true(str_eq(run.policy, STR("other")));
    run.state = ESCALATION_OVER;
    assert_false(escalation_sync(&run, &policies[0], &incident, at(6)));
}

static void
targets(void **state)
{
    struct escalation_target target;
    (void)state;

    assert_int_equal(escalation_target_parse(STR("rota:duty"), &target), 0);
    assert_int_equal(target.kind, TARGET_ROTA);
    assert_true(str_eq(target.name, STR("duty")));
    assert_int_equal(escalation_target_parse(STR("owner"), &target), 0);
    assert_int_equal(target.kind, TARGET_OWNER);
    assert_int_equal(escalation_target_parse(STR("person:"), &target), E_PARSE);
    assert_int_equal(escalation_target_parse(STR("duty"), &target), E_PARSE);
    assert_string_equal(escalation_state_name(ESCALATION_PAUSED), "paused");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(rounds),
        cmocka_unit_test(late),
        cmocka_unit_test(acknowledged),
        cmocka_unit_test(acknowledged_at_the_end),
        cmocka_unit_test(raised),
        cmocka_unit_test(paused),
        cmocka_unit_test(closed),
        cmocka_unit_test(hurries),
        cmocka_unit_test(other_policy),
        cmocka_unit_test(targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
