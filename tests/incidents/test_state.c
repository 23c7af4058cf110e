/* The table of states.  What is not written here means nothing: E_STATE. */
#include "base/err.h"
#include "check.h"
#include "incidents/state.h"

static const struct wall now = {1780000000000};

static struct wall
later(int64_t ms)
{
    return (struct wall){now.ms + ms};
}

enum { REOPEN_MS = 3 * MS_DAY };
enum how { PLAIN, HIGHER, LATE, LATE_HIGHER, SEVERE, GONE, EARLY };
enum { NOTHING = -1 };

struct row {
    enum incident_act act;
    enum how how;
    enum incident_state from, to;
    int tell; /* an event, or NOTHING */
};

#define ROW(act, how, from, to, tell)                                          \
    {                                                                          \
        INCIDENT_ACT_##act, how, INCIDENT_##from, INCIDENT_##to, tell          \
    }
#define TELL(event) INCIDENT_EVENT_##event
/* clang-format off */
static const struct row table[] = {
    ROW(ITEM, PLAIN, NEW, NEW, NOTHING),
    ROW(ITEM, PLAIN, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(ITEM, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(ITEM, PLAIN, SNOOZED, SNOOZED, NOTHING),
    ROW(ITEM, PLAIN, CLOSED, NEW, TELL(REOPENED)),
    ROW(ITEM, PLAIN, FALSE_ALARM, FALSE_ALARM, NOTHING),
    ROW(ITEM, HIGHER, NEW, NEW, TELL(RAISED)),
    ROW(ITEM, HIGHER, ACKNOWLEDGED, NEW, TELL(RAISED)),
    ROW(ITEM, HIGHER, RESPONDING, NEW, TELL(RAISED)),
    ROW(ITEM, HIGHER, SNOOZED, NEW, TELL(RAISED)),
    ROW(ITEM, HIGHER, CLOSED, NEW, TELL(REOPENED)),
    ROW(ITEM, HIGHER, FALSE_ALARM, NEW, TELL(REOPENED)),

    ROW(EXPIRE, PLAIN, ACKNOWLEDGED, NEW, TELL(ESCALATED)),
    ROW(EXPIRE, PLAIN, RESPONDING, NEW, TELL(ESCALATED)),
    ROW(EXPIRE, PLAIN, SNOOZED, RESPONDING, NOTHING),

    ROW(RETRACT, PLAIN, NEW, NEW, NOTHING),
    ROW(RETRACT, PLAIN, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(RETRACT, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(RETRACT, PLAIN, SNOOZED, SNOOZED, NOTHING),
    ROW(RETRACT, PLAIN, CLOSED, CLOSED, NOTHING),
    ROW(RETRACT, PLAIN, FALSE_ALARM, FALSE_ALARM, NOTHING),
    ROW(RETRACT, SEVERE, NEW, NEW, TELL(RETRACTED)),
    ROW(RETRACT, SEVERE, ACKNOWLEDGED, ACKNOWLEDGED, TELL(RETRACTED)),
    ROW(RETRACT, SEVERE, RESPONDING, RESPONDING, TELL(RETRACTED)),
    ROW(RETRACT, SEVERE, SNOOZED, NEW, TELL(RETRACTED)),
    ROW(RETRACT, SEVERE, CLOSED, CLOSED, NOTHING),
    ROW(RETRACT, SEVERE, FALSE_ALARM, FALSE_ALARM, NOTHING),

    ROW(RETURN, GONE, NEW, NEW, NOTHING),
    ROW(RETURN, GONE, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(RETURN, GONE, RESPONDING, RESPONDING, NOTHING),
    ROW(RETURN, GONE, SNOOZED, SNOOZED, NOTHING),
    ROW(RETURN, GONE, CLOSED, CLOSED, NOTHING),
    ROW(RETURN, GONE, FALSE_ALARM, FALSE_ALARM, NOTHING),

    ROW(WAKE, PLAIN, SNOOZED, NEW, TELL(RAISED)),

    ROW(ACKNOWLEDGE, PLAIN, NEW, ACKNOWLEDGED, TELL(ACKNOWLEDGED)),
    ROW(ACKNOWLEDGE, PLAIN, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(ACKNOWLEDGE, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(ACKNOWLEDGE, PLAIN, SNOOZED, ACKNOWLEDGED, NOTHING),
    ROW(RESPOND, PLAIN, NEW, RESPONDING, TELL(ACKNOWLEDGED)),
    ROW(RESPOND, PLAIN, ACKNOWLEDGED, RESPONDING, NOTHING),
    ROW(RESPOND, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(RESPOND, PLAIN, SNOOZED, RESPONDING, NOTHING),

    ROW(CLOSE, PLAIN, NEW, CLOSED, TELL(CLOSED)),
    ROW(CLOSE, PLAIN, ACKNOWLEDGED, CLOSED, TELL(CLOSED)),
    ROW(CLOSE, PLAIN, RESPONDING, CLOSED, TELL(CLOSED)),
    ROW(CLOSE, PLAIN, SNOOZED, CLOSED, TELL(CLOSED)),
    ROW(FALSE_ALARM, PLAIN, NEW, FALSE_ALARM, TELL(CLOSED)),
    ROW(FALSE_ALARM, PLAIN, ACKNOWLEDGED, FALSE_ALARM, TELL(CLOSED)),
    ROW(FALSE_ALARM, PLAIN, RESPONDING, FALSE_ALARM, TELL(CLOSED)),
    ROW(FALSE_ALARM, PLAIN, SNOOZED, FALSE_ALARM, TELL(CLOSED)),

    ROW(SNOOZE, PLAIN, NEW, SNOOZED, NOTHING),
    ROW(SNOOZE, PLAIN, ACKNOWLEDGED, SNOOZED, NOTHING),
    ROW(SNOOZE, PLAIN, RESPONDING, SNOOZED, NOTHING),
    ROW(SNOOZE, PLAIN, SNOOZED, SNOOZED, NOTHING),

    ROW(REOPEN, PLAIN, ACKNOWLEDGED, NEW, TELL(REOPENED)),
    ROW(REOPEN, PLAIN, RESPONDING, NEW, TELL(REOPENED)),
    ROW(REOPEN, PLAIN, SNOOZED, RESPONDING, NOTHING),
    ROW(REOPEN, PLAIN, CLOSED, NEW, TELL(REOPENED)),
    ROW(REOPEN, PLAIN, FALSE_ALARM, NEW, TELL(REOPENED)),

    ROW(ASSIGN, PLAIN, NEW, NEW, NOTHING),
    ROW(ASSIGN, PLAIN, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(ASSIGN, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(ASSIGN, PLAIN, SNOOZED, SNOOZED, NOTHING),
    ROW(NOTE, PLAIN, NEW, NEW, NOTHING),
    ROW(NOTE, PLAIN, ACKNOWLEDGED, ACKNOWLEDGED, NOTHING),
    ROW(NOTE, PLAIN, RESPONDING, RESPONDING, NOTHING),
    ROW(NOTE, PLAIN, SNOOZED, SNOOZED, NOTHING),
    ROW(NOTE, PLAIN, CLOSED, CLOSED, NOTHING),
    ROW(NOTE, PLAIN, FALSE_ALARM, FALSE_ALARM, NOTHING),
    ROW(NOTE, PLAIN, MERGED, MERGED, NOTHING),

    ROW(MERGE, PLAIN, NEW, MERGED, NOTHING),
    ROW(MERGE, PLAIN, ACKNOWLEDGED, MERGED, NOTHING),
    ROW(MERGE, PLAIN, RESPONDING, MERGED, NOTHING),
    ROW(MERGE, PLAIN, SNOOZED, MERGED, NOTHING),
    ROW(MERGE, PLAIN, CLOSED, MERGED, NOTHING),
    ROW(MERGE, PLAIN, FALSE_ALARM, MERGED, NOTHING),
    ROW(UNMERGE, PLAIN, MERGED, RESPONDING, NOTHING),
};
/* clang-format on */

/* An incident in that state, with a past that fits it. */
static struct incident
incident_in(enum incident_state state, enum how how)
{
    struct incident i = {.id = 7,
        .state = state,
        .substate = how == GONE ? INCIDENT_SUB_RETRACTED : INCIDENT_SUB_NEW,
        .level = how == SEVERE ? LEVEL_RED : LEVEL_YELLOW,
        .score = 45,
        .title = STR("t"),
        .first_seen = later(-MS_DAY),
        .last_seen = later(-MS_HOUR),
        .opened = later(-MS_DAY),
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE};

    if (state == INCIDENT_ACKNOWLEDGED || state == INCIDENT_RESPONDING ||
        state == INCIDENT_SNOOZED)
        i.until = later(how == EARLY ? 1 : 0);
    if (state == INCIDENT_SNOOZED) {
        i.before = INCIDENT_RESPONDING;
        i.before_until = later(MS_HOUR);
    }
    if (state == INCIDENT_MERGED) {
        i.unmerged = INCIDENT_RESPONDING;
        i.unmerged_until = later(MS_HOUR);
        i.merged_into = 3;
    }
    if (state == INCIDENT_CLOSED || state == INCIDENT_FALSE_ALARM)
        i.closed = later(how == LATE || how == LATE_HIGHER
                             ? -REOPEN_MS - 1
                             : -REOPEN_MS);
    return i;
}

static struct incident_change
change_of(enum incident_act act, enum how how)
{
    bool higher = how == HIGHER || how == LATE_HIGHER;

    return (struct incident_change){.act = act,
        .level = higher ? LEVEL_ORANGE : LEVEL_YELLOW,
        .score = higher ? 70 : 40,
        .reopen_ms = REOPEN_MS,
        .by = STR("li"),
        .reason = STR("why"),
        .until = act == INCIDENT_ACT_SNOOZE ? later(MS_HOUR) : WALL_NONE,
        .assignee = STR("an"),
        .into = 3};
}

static const struct row *
row_of(enum incident_act act, enum how how, enum incident_state from)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].act == act && table[i].how == how && table[i].from == from)
            return &table[i];
    return NULL;
}

static void
check_pair(enum incident_act act, enum how how, enum incident_state from)
{
    const struct row *row = row_of(act, how, from);
    struct incident incident = incident_in(from, how), before = incident;
    struct incident_change change = change_of(act, how);
    struct incident_result result = {.changed = true, .notify = true};
    int r = incident_apply(&incident, &change, now, &result);

    if (!row) {
        if (r != E_STATE)
            print_error("%s in %s\n", incident_act_name(act),
                incident_state_name(from));
        assert_int_equal(r, E_STATE);
        assert_memory_equal(&incident, &before, sizeof(before));
        assert_true(result.changed && result.notify); /* untouched */
        return;
    }
    if (r != 0 || incident.state != row->to)
        print_error("%s in %s: %d, %s\n", incident_act_name(act),
            incident_state_name(from), r, incident_state_name(incident.state));
    assert_int_equal(r, 0);
    assert_int_equal(incident.state, row->to);
    assert_int_equal(result.notify, row->tell != NOTHING);
    if (result.notify)
        assert_int_equal((int)result.event, row->tell);
    if (incident.state != from) {
        assert_true(result.changed);
        assert_true(incident_may_become(from, incident.state));
    }
}

static void
every_act_in_every_state_is_in_the_table(void **state)
{
    (void)state;
    for (int from = 0; from < INCIDENT_STATE_COUNT; from++) {
        for (int act = 0; act < INCIDENT_ACT_COUNT; act++)
            check_pair(
                (enum incident_act)act, PLAIN, (enum incident_state)from);
        check_pair(INCIDENT_ACT_ITEM, HIGHER, (enum incident_state)from);
        check_pair(INCIDENT_ACT_RETRACT, SEVERE, (enum incident_state)from);
        check_pair(INCIDENT_ACT_RETURN, GONE, (enum incident_state)from);
    }
    /* After the window a new incident is opened instead. */
    check_pair(INCIDENT_ACT_ITEM, LATE, INCIDENT_CLOSED);
    check_pair(INCIDENT_ACT_ITEM, LATE_HIGHER, INCIDENT_CLOSED);
    check_pair(INCIDENT_ACT_ITEM, LATE_HIGHER, INCIDENT_FALSE_ALARM);
    /* What has not run out does not expire. */
    check_pair(INCIDENT_ACT_EXPIRE, EARLY, INCIDENT_ACKNOWLEDGED);
    check_pair(INCIDENT_ACT_EXPIRE, EARLY, INCIDENT_SNOOZED);
}

/* --- the life of an incident, as the operator's handbook has it ---------- */

enum { OPENS_NEW = -1 }; /* a new incident that points to this one */

/* docs/incidents.md, row by row: what happens, in which state, what it becomes
 * and what is told. */
static const struct life {
    enum incident_act act;
    enum how how;
    enum incident_state from;
    int to;
    enum incident_substate sub;
    int tell;
} lives[] = {
#define LIFE(act, how, from, to, sub, tell)                                    \
    {                                                                          \
        INCIDENT_ACT_##act, how, INCIDENT_##from, to, INCIDENT_SUB_##sub, tell \
    }
    /* clang-format off */
    /* an item of the same event, no worse */
    LIFE(ITEM, PLAIN, NEW, INCIDENT_NEW, ONGOING, NOTHING),
    LIFE(ITEM, PLAIN, ACKNOWLEDGED, INCIDENT_ACKNOWLEDGED, ONGOING, NOTHING),
    LIFE(ITEM, PLAIN, RESPONDING, INCIDENT_RESPONDING, ONGOING, NOTHING),
    LIFE(ITEM, PLAIN, SNOOZED, INCIDENT_SNOOZED, ONGOING, NOTHING),
    LIFE(ITEM, PLAIN, CLOSED, INCIDENT_NEW, REGRESSED, TELL(REOPENED)),
    LIFE(ITEM, LATE, CLOSED, OPENS_NEW, NEW, NOTHING),
    /* one that raises the level */
    LIFE(ITEM, HIGHER, NEW, INCIDENT_NEW, ESCALATING, TELL(RAISED)),
    LIFE(ITEM, HIGHER, ACKNOWLEDGED, INCIDENT_NEW, ESCALATING, TELL(RAISED)),
    LIFE(ITEM, HIGHER, RESPONDING, INCIDENT_NEW, ESCALATING, TELL(RAISED)),
    LIFE(ITEM, HIGHER, SNOOZED, INCIDENT_NEW, ESCALATING, TELL(RAISED)),
    LIFE(ITEM, HIGHER, CLOSED, INCIDENT_NEW, REGRESSED, TELL(REOPENED)),
    LIFE(ITEM, LATE_HIGHER, CLOSED, OPENS_NEW, NEW, NOTHING),
    /* the acknowledgement runs out: a reminder, one step up */
    LIFE(EXPIRE, PLAIN, ACKNOWLEDGED, INCIDENT_NEW, NEW, TELL(ESCALATED)),
    LIFE(EXPIRE, PLAIN, RESPONDING, INCIDENT_NEW, NEW, TELL(ESCALATED)),
    /* the snooze ends: as before, without a word */
    LIFE(EXPIRE, PLAIN, SNOOZED, INCIDENT_RESPONDING, NEW, NOTHING),
    /* all its items are gone at their sources */
    LIFE(RETRACT, PLAIN, NEW, INCIDENT_NEW, RETRACTED, NOTHING),
    LIFE(RETRACT, PLAIN, ACKNOWLEDGED, INCIDENT_ACKNOWLEDGED, RETRACTED, NOTHING),
    LIFE(RETRACT, PLAIN, SNOOZED, INCIDENT_SNOOZED, RETRACTED, NOTHING),
    LIFE(RETRACT, SEVERE, NEW, INCIDENT_NEW, RETRACTED, TELL(RETRACTED)),
    LIFE(RETRACT, SEVERE, RESPONDING, INCIDENT_RESPONDING, RETRACTED, TELL(RETRACTED)),
    LIFE(RETRACT, SEVERE, SNOOZED, INCIDENT_NEW, RETRACTED, TELL(RETRACTED)),
    LIFE(RETRACT, SEVERE, CLOSED, INCIDENT_CLOSED, RETRACTED, NOTHING),
    /* and there again */
    LIFE(RETURN, GONE, ACKNOWLEDGED, INCIDENT_ACKNOWLEDGED, ONGOING, NOTHING),
    /* something worse is merged into what was snoozed */
    LIFE(WAKE, PLAIN, SNOOZED, INCIDENT_NEW, ESCALATING, TELL(RAISED)),
    /* clang-format on */
#undef LIFE
};

static void
the_life_of_an_incident_is_the_handbooks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        const struct life *life = &lives[i];
        struct incident incident = incident_in(life->from, life->how);
        struct incident_change change = change_of(life->act, life->how);
        struct incident_result result = {0};
        int r = incident_apply(&incident, &change, now, &result);

        if (life->to == OPENS_NEW) {
            assert_int_equal(r, E_STATE);
            continue;
        }
        assert_int_equal(r, 0);
        assert_int_equal((int)incident.state, life->to);
        assert_int_equal(incident.substate, life->sub);
        assert_int_equal(result.notify, life->tell != NOTHING);
        if (result.notify)
            assert_int_equal((int)result.event, life->tell);
    }
}

/* A child comes back in every state it may have had, with its own clock. */
static void
merging_and_back_changes_nothing(void **state)
{
    (void)state;
    for (int from = 0; from < INCIDENT_MERGED; from++) {
        struct incident i = incident_in((enum incident_state)from, EARLY);
        struct incident_change merge = change_of(INCIDENT_ACT_MERGE, PLAIN);
        struct incident_change unmerge = change_of(INCIDENT_ACT_UNMERGE, PLAIN);
        struct incident_result result;
        struct incident before;

        i.unmerged_until = WALL_NONE;
        before = i;
        assert_int_equal(incident_apply(&i, &merge, now, &result), 0);
        assert_false(result.notify);
        assert_int_equal(
            incident_apply(&i, &unmerge, later(MS_DAY), &result), 0);
        assert_false(result.notify);
        assert_memory_equal(&i, &before, sizeof(i));
    }
}

static struct incident
apply_to(enum incident_state from, struct incident_change change)
{
    struct incident i = incident_in(from, PLAIN);
    struct incident_result result;

    assert_int_equal(incident_apply(&i, &change, now, &result), 0);
    return i;
}

static void
a_rise_takes_the_acknowledgement_away(void **state)
{
    struct incident i =
        apply_to(INCIDENT_RESPONDING, change_of(INCIDENT_ACT_ITEM, HIGHER));

    (void)state;
    assert_int_equal(i.level, LEVEL_ORANGE);
    assert_int_equal(i.score, 70);
    assert_int_equal(i.substate, INCIDENT_SUB_ESCALATING);
    assert_false(wall_is_set(i.acknowledged));
    assert_false(wall_is_set(i.until));
    assert_int_equal(i.last_seen.ms, now.ms);
}

static void
a_level_never_falls_by_an_item(void **state)
{
    struct incident_change change = change_of(INCIDENT_ACT_ITEM, PLAIN);
    struct incident i;

    (void)state;
    change.level = LEVEL_BLUE;
    change.score = 20;
    i = apply_to(INCIDENT_NEW, change);
    assert_int_equal(i.level, LEVEL_YELLOW);
    assert_int_equal(i.score, 45);
    assert_int_equal(i.substate, INCIDENT_SUB_ONGOING);
}

static void
an_acknowledgement_always_ends(void **state)
{
    struct incident_change change = change_of(INCIDENT_ACT_ACKNOWLEDGE, PLAIN);
    struct incident i = apply_to(INCIDENT_NEW, change);
    struct incident_result result;

    (void)state;
    assert_int_equal(i.until.ms, now.ms + INCIDENT_ACK_DEFAULT_MS);
    assert_int_equal(i.acknowledged.ms, now.ms);
    assert_true(str_eq(i.assignee, STR("li")));
    change.until = later(MS_MINUTE);
    i = apply_to(INCIDENT_NEW, change);
    assert_int_equal(i.until.ms, now.ms + MS_MINUTE);
    change.until = now;
    i = incident_in(INCIDENT_NEW, PLAIN);
    assert_int_equal(incident_apply(&i, &change, now, &result), E_DENIED);
}

static void
a_snooze_gives_back_what_it_took(void **state)
{
    struct incident i = incident_in(INCIDENT_ACKNOWLEDGED, EARLY);
    struct incident_change snooze = change_of(INCIDENT_ACT_SNOOZE, PLAIN);
    struct incident_change expire = change_of(INCIDENT_ACT_EXPIRE, PLAIN);
    struct incident_result result;
    int64_t until = i.until.ms;

    (void)state;
    assert_int_equal(incident_apply(&i, &snooze, now, &result), 0);
    snooze.until = later(MS_DAY); /* longer: still remembers the first */
    assert_int_equal(incident_apply(&i, &snooze, now, &result), 0);
    assert_int_equal(i.state, INCIDENT_SNOOZED);
    assert_int_equal(incident_apply(&i, &expire, later(MS_DAY), &result), 0);
    assert_int_equal(i.state, INCIDENT_ACKNOWLEDGED);
    assert_int_equal(i.until.ms, until);
    /* Its acknowledgement ran out meanwhile: nobody forgot it. */
    assert_int_equal(incident_apply(&i, &expire, later(MS_DAY), &result), 0);
    assert_int_equal(i.state, INCIDENT_NEW);
    assert_int_equal(result.event, INCIDENT_EVENT_ESCALATED);
}

static void
what_is_needed_must_be_given(void **state)
{
    static const enum incident_act acts[] = {INCIDENT_ACT_CLOSE,
        INCIDENT_ACT_FALSE_ALARM, INCIDENT_ACT_NOTE, INCIDENT_ACT_SNOOZE,
        INCIDENT_ACT_MERGE};

    (void)state;
    for (size_t k = 0; k < sizeof(acts) / sizeof(acts[0]); k++) {
        struct incident i = incident_in(INCIDENT_NEW, PLAIN), before = i;
        struct incident_change change = change_of(acts[k], PLAIN);
        struct incident_result result;

        change.reason = STR_NONE;
        change.until = WALL_NONE;
        change.into = i.id; /* into itself */
        assert_int_equal(incident_apply(&i, &change, now, &result), E_DENIED);
        assert_memory_equal(&i, &before, sizeof(i));
    }
}

static void
an_unmerged_child_is_as_it_was(void **state)
{
    struct incident i = incident_in(INCIDENT_ACKNOWLEDGED, EARLY), before = i;
    struct incident_change merge = change_of(INCIDENT_ACT_MERGE, PLAIN);
    struct incident_change unmerge = change_of(INCIDENT_ACT_UNMERGE, PLAIN);
    struct incident_result result;

    (void)state;
    assert_int_equal(incident_apply(&i, &merge, now, &result), 0);
    assert_int_equal(i.merged_into, 3);
    assert_false(wall_is_set(i.until)); /* its clock does not ring */
    assert_int_equal(incident_apply(&i, &unmerge, now, &result), 0);
    assert_int_equal(i.state, before.state);
    assert_int_equal(i.until.ms, before.until.ms);
    assert_int_equal(i.merged_into, 0);
}

static void
names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++) {
        enum incident_state got;

        assert_int_equal(
            incident_state_parse(
                str_of(incident_state_name((enum incident_state)i)), &got),
            0);
        assert_int_equal((int)got, i);
    }
    assert_string_equal(
        incident_event_name(INCIDENT_EVENT_SOURCE), "source.condition");
    assert_string_equal(
        incident_substate_name(INCIDENT_SUB_RETRACTED), "retracted");
    assert_true(incident_state_is_open(INCIDENT_SNOOZED));
    assert_false(incident_state_is_open(INCIDENT_FALSE_ALARM));
}

/* The drawing of the moves, as docs/fsm/incident.dot has to be. */
static size_t
draw(char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size,
        "// Made from INCIDENT_MOVES in incidents/state.h; "
        "tests/incidents compares.\n"
        "digraph incident {\n    rankdir=LR;\n");

    for (int from = 0; from < INCIDENT_STATE_COUNT; from++)
        for (int to = 0; to < INCIDENT_STATE_COUNT; to++)
            if (incident_may_become(
                    (enum incident_state)from, (enum incident_state)to))
                n += (size_t)snprintf(out + n, size - n, "    %s -> %s;\n",
                    incident_state_name((enum incident_state)from),
                    incident_state_name((enum incident_state)to));
    n += (size_t)snprintf(out + n, size - n, "}\n");
    return n;
}

static void
the_drawing_is_of_this_table(void **state)
{
    char drawn[8192], kept[8192];
    size_t n = draw(drawn, sizeof(drawn)), m;
    FILE *file = fopen(SOURCE_DIR "/docs/fsm/incident.dot", "re");

    (void)state;
    if (getenv("TOCSIN_DRAW")) {
        FILE *out = fopen(SOURCE_DIR "/docs/fsm/incident.dot", "we");

        assert_non_null(out);
        assert_int_equal(fwrite(drawn, 1, n, out), n);
        assert_int_equal(fclose(out), 0);
    }
    assert_non_null(file);
    m = fread(kept, 1, sizeof(kept), file);
    (void)fclose(file);
    assert_int_equal(m, n);
    assert_memory_equal(kept, drawn, n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_act_in_every_state_is_in_the_table),
        cmocka_unit_test(the_life_of_an_incident_is_the_handbooks),
        cmocka_unit_test(merging_and_back_changes_nothing),
        cmocka_unit_test(a_rise_takes_the_acknowledgement_away),
        cmocka_unit_test(a_level_never_falls_by_an_item),
        cmocka_unit_test(an_acknowledgement_always_ends),
        cmocka_unit_test(a_snooze_gives_back_what_it_took),
        cmocka_unit_test(what_is_needed_must_be_given),
        cmocka_unit_test(an_unmerged_child_is_as_it_was),
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(the_drawing_is_of_this_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
