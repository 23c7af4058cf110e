#include "incidents/clock.h"

#include "base/err.h"

const char *
clock_until_name(enum clock_until until)
{
    static const char *const names[] = {
#define X(name, text) text,
        CLOCK_UNTILS(X)
#undef X
    };

    return (unsigned)until < sizeof(names) / sizeof(*names) ? names[until]
                                                            : "unknown";
}

static const char *const end_names[] = {
#define X(name, text) text,
    CLOCK_ENDS(X)
#undef X
};

const char *
clock_end_name(enum clock_end end)
{
    return (unsigned)end < sizeof(end_names) / sizeof(*end_names)
               ? end_names[end]
               : "unknown";
}

int
clock_end_parse(struct str name, enum clock_end *ret)
{
    for (unsigned i = 0; i < sizeof(end_names) / sizeof(*end_names); i++)
        if (str_eq(name, str_of(end_names[i]))) {
            *ret = (enum clock_end)i;
            return 0;
        }
    return E_PARSE;
}

static bool
has(const struct str *list, size_t n, struct str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], word))
            return true;
    return false;
}

bool
clock_applies(
    const struct clock_rule *rule, enum level level, struct str category)
{
    if (!rule->enabled || level == LEVEL_NONE)
        return false;
    if (rule->nlevels &&
        !has(rule->levels, rule->nlevels, str_of(level_name(level))))
        return false;
    if (has(rule->not_categories, rule->nnot_categories, category))
        return false;
    return rule->ncategories == 0 ||
           has(rule->categories, rule->ncategories, category);
}

enum incident_state
clock_state(const struct incident *incident)
{
    return incident->state == INCIDENT_SNOOZED ? incident->before
                                               : incident->state;
}

/* Whether a state is what a clock waits for. */
static bool
is_met(enum clock_until until, enum incident_state state)
{
    switch (until) {
    case CLOCK_UNTIL_ACKNOWLEDGED:
        return state == INCIDENT_ACKNOWLEDGED || state == INCIDENT_RESPONDING;
    case CLOCK_UNTIL_RESPONDING:
        return state == INCIDENT_RESPONDING;
    case CLOCK_UNTIL_CLOSED:
        return false; /* it is over then, which ends every clock */
    }
    return false;
}

static bool
is_over(const struct incident *incident)
{
    return incident->state == INCIDENT_CLOSED ||
           incident->state == INCIDENT_FALSE_ALARM;
}

/* --- counting ------------------------------------------------------------- */

static bool
pauses(const struct clock_rule *rule, const char *word)
{
    return has(rule->pauses, rule->npauses, str_of(word));
}

/* The time that counts between two instants. */
static int64_t
count(const struct clock_rule *rule, const struct clock_time *time,
    struct wall from, struct wall until)
{
    if (until.ms <= from.ms)
        return 0;
    if (pauses(rule, "off-hours"))
        return calendar_office_ms(time->calendar, time->zone, from, until);
    return until.ms - from.ms;
}

struct wall
clock_at(const struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time, int percent)
{
    int64_t ms = rule->after_ms / 100 * percent +
                 rule->after_ms % 100 * percent / 100 + run->paused_ms;

    if (wall_is_set(run->paused))
        return WALL_NONE;
    if (pauses(rule, "off-hours"))
        return calendar_office_add(
            time->calendar, time->zone, run->started, ms);
    return (struct wall){run->started.ms + ms};
}

/* When the run has something to say next. */
static struct wall
next_of(const struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time)
{
    if (run->end != CLOCK_RUNNING || wall_is_set(run->breached) || !rule)
        return WALL_NONE;
    for (size_t i = 0; i < rule->nremind; i++)
        if (rule->remind[i] > run->told)
            return clock_at(run, rule, time, rule->remind[i]);
    return clock_at(run, rule, time, 100);
}

static bool
wall_eq(struct wall a, struct wall b)
{
    return a.ms == b.ms;
}

/* Set a field and say whether it was something else. */
static bool
set(struct wall *field, struct wall to)
{
    bool changed = !wall_eq(*field, to);

    *field = to;
    return changed;
}

static bool
plan(struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time)
{
    bool changed = false;

    if (run->end == CLOCK_RUNNING && rule)
        changed = set(&run->due, clock_at(run, rule, time, 100));
    return set(&run->next, next_of(run, rule, time)) || changed;
}

/* --- one run ----------------------------------------------------------------
 */

bool
clock_begin(const struct clock_rule *rule, const struct incident *incident,
    bool again, const struct clock_time *time, struct clock_run *ret)
{
    enum incident_state state = clock_state(incident);
    struct clock_run run = {.incident = incident->id,
        .clock = rule->id,
        .title = rule->title,
        .document = rule->document,
        .end = CLOCK_RUNNING,
        .until = rule->until,
        .own = time->now,
        .paused = WALL_NONE,
        .due = WALL_NONE,
        .breached = WALL_NONE,
        .ended = WALL_NONE,
        .next = WALL_NONE};

    if (!incident_state_is_open(incident->state) ||
        !clock_applies(rule, incident->level, incident->category) ||
        is_met(rule->until, state))
        return false;
    switch (rule->starts) {
    case CLOCK_STARTS_OPENED:
        if (wall_is_set(incident->opened) && !again)
            run.own = incident->opened;
        break;
    case CLOCK_STARTS_LEVEL_REACHED:
        break;
    case CLOCK_STARTS_ACKNOWLEDGED:
        if (state == INCIDENT_NEW)
            return false;
        if (wall_is_set(incident->acknowledged) && !again)
            run.own = incident->acknowledged;
        break;
    }
    run.started = run.own;
    (void)plan(&run, rule, time);
    *ret = run;
    return true;
}

static bool
end(struct clock_run *run, enum clock_end how, struct wall when)
{
    /* It was missed before anybody looked. */
    if (how != CLOCK_DROPPED && !wall_is_set(run->breached) &&
        wall_is_set(run->due) && when.ms > run->due.ms)
        run->breached = run->due;
    run->end = how;
    run->ended = when;
    run->next = WALL_NONE;
    run->paused = WALL_NONE;
    return true;
}

/* Begin or end a pause that the rule allows. */
static bool
pause_sync(struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident, const struct clock_time *time)
{
    bool rests = incident->state == INCIDENT_SNOOZED && pauses(rule, "snoozed");

    if (rests == wall_is_set(run->paused))
        return false;
    if (rests) {
        run->paused = time->now;
    } else {
        run->paused_ms += count(rule, time, run->paused, time->now);
        run->paused = WALL_NONE;
    }
    return true;
}

/* It starts later again, since what was merged was taken out: what was missed
 * by the other's start is not missed yet, and will be said when it is. */
static void
forgive(struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time)
{
    struct wall due = clock_at(run, rule, time, 100);

    if (!wall_is_set(run->breached) || !wall_is_set(due) ||
        due.ms <= time->now.ms)
        return;
    run->breached = WALL_NONE;
    run->told = 0;
    for (size_t i = 0; i < rule->nremind; i++)
        if (clock_at(run, rule, time, rule->remind[i]).ms <= time->now.ms)
            run->told = rule->remind[i];
}

/* Whether what was dropped, because of its rule, is wanted again. */
static bool
revives(const struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident)
{
    return run->end == CLOCK_DROPPED && !run->over && rule &&
           clock_applies(rule, incident->level, incident->category) &&
           !is_met(rule->until, clock_state(incident));
}

/* What an incident that is open means for a run that is not ended for good. */
static bool
sync_open(struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident, struct wall merged,
    const struct clock_time *time)
{
    struct wall start = run->own, was = run->started;
    bool changed = false;

    if (run->end == CLOCK_MERGED || run->end == CLOCK_DROPPED) {
        run->end = CLOCK_RUNNING;
        run->ended = WALL_NONE;
        changed = true;
    }
    if (!rule || !clock_applies(rule, incident->level, incident->category))
        return end(run, CLOCK_DROPPED, time->now);
    if (is_met(rule->until, clock_state(incident)))
        return end(run, CLOCK_MET,
            wall_is_set(incident->acknowledged) &&
                    rule->until == CLOCK_UNTIL_ACKNOWLEDGED &&
                    incident->acknowledged.ms >= run->own.ms
                ? incident->acknowledged
                : time->now);
    if (wall_is_set(merged) && merged.ms < start.ms)
        start = merged;
    changed |= set(&run->started, start);
    changed |= pause_sync(run, rule, incident, time);
    if (start.ms > was.ms)
        forgive(run, rule, time);
    run->until = rule->until;
    return plan(run, rule, time) || changed;
}

bool
clock_sync(struct clock_run *run, const struct clock_rule *rule,
    const struct incident *incident, struct wall merged,
    const struct clock_time *time)
{
    bool was_over = run->over;

    if (is_over(incident)) {
        run->over = true;
        if (run->end != CLOCK_RUNNING && run->end != CLOCK_MERGED)
            return !was_over;
        return end(run, CLOCK_OVER,
            wall_is_set(incident->closed) ? incident->closed : time->now);
    }
    if (incident->state == INCIDENT_MERGED)
        return run->end == CLOCK_RUNNING && end(run, CLOCK_MERGED, time->now);
    if (run->end != CLOCK_RUNNING && run->end != CLOCK_MERGED &&
        !revives(run, rule, incident))
        return false;
    return sync_open(run, rule, incident, merged, time);
}

bool
clock_renews(const struct clock_run *run, const struct incident *incident)
{
    if (!incident_state_is_open(incident->state))
        return false;
    return run->over || run->unreadable;
}

enum clock_say
clock_tick(struct clock_run *run, const struct clock_rule *rule,
    const struct clock_time *time, int *ret_percent)
{
    struct wall due;
    int percent = 0;

    if (run->end != CLOCK_RUNNING || wall_is_set(run->breached) || !rule ||
        wall_is_set(run->paused))
        return CLOCK_SAY_NOTHING;
    due = clock_at(run, rule, time, 100);
    if (wall_is_set(due) && time->now.ms >= due.ms) {
        run->breached = due;
        run->told = 100;
        run->due = due;
        run->next = WALL_NONE;
        return CLOCK_SAY_BREACH;
    }
    for (size_t i = 0; i < rule->nremind; i++) {
        struct wall at = clock_at(run, rule, time, rule->remind[i]);

        if (wall_is_set(at) && time->now.ms >= at.ms)
            percent = rule->remind[i];
    }
    if (percent <= run->told) {
        (void)plan(run, rule, time);
        return CLOCK_SAY_NOTHING;
    }
    run->told = percent;
    (void)plan(run, rule, time);
    *ret_percent = percent;
    return CLOCK_SAY_REMINDER;
}
