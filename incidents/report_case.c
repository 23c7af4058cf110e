#include "incidents/report_case.h"

#include "base/err.h"
#include "base/jsonx.h"

struct replay {
    struct report_case *state;
    enum incident_state before; /* what a snooze interrupted */
    enum incident_state apart;  /* what a merge interrupted */
    struct wall snoozed;        /* since, or WALL_NONE */
    struct arena *arena;
};

/* --- what entries do -------------------------------------------------------
 */

/* The time it was quiet counts until somebody has taken it. */
static void
wake(struct replay *replay, struct wall at)
{
    if (wall_is_set(replay->snoozed) &&
        !wall_is_set(replay->state->acknowledged))
        replay->state->snoozed_ms += at.ms - replay->snoozed.ms;
    replay->snoozed = WALL_NONE;
}

static void
take(struct replay *replay, const struct report_entry *entry, bool respond)
{
    struct report_case *c = replay->state;

    wake(replay, entry->at);
    if (!wall_is_set(c->acknowledged)) {
        c->acknowledged = entry->at;
        c->by = entry->by;
    }
    if (respond && !wall_is_set(c->responding))
        c->responding = entry->at;
    if (respond || c->state != INCIDENT_RESPONDING)
        c->state = respond ? INCIDENT_RESPONDING : INCIDENT_ACKNOWLEDGED;
}

static void
finish(struct replay *replay, const struct report_entry *entry,
    const json_t *text, enum incident_state state)
{
    struct report_case *c = replay->state;

    wake(replay, entry->at);
    c->state = state;
    c->closed = entry->at;
    c->cause = arena_str(replay->arena, jsonx_get_str(text, "cause"));
    c->reason = arena_str(replay->arena, jsonx_get_str(text, "text"));
}

static void
open_again(struct replay *replay, struct wall at)
{
    struct report_case *c = replay->state;
    bool over = !incident_state_is_open(c->state);

    wake(replay, at);
    c->reopened += over;
    c->state = INCIDENT_NEW;
    c->closed = WALL_NONE;
}

static void
snooze(struct replay *replay, struct wall at)
{
    if (replay->state->state == INCIDENT_SNOOZED)
        return;
    replay->before = replay->state->state;
    replay->state->state = INCIDENT_SNOOZED;
    replay->snoozed = at;
}

static void
ran_out(struct replay *replay, struct wall at)
{
    if (replay->state->state == INCIDENT_SNOOZED) {
        wake(replay, at);
        replay->state->state = replay->before;
    } else if (replay->state->state != INCIDENT_NEW) {
        replay->state->escalated = true;
        replay->state->state = INCIDENT_NEW;
    }
}

static void
merge(struct replay *replay, const json_t *text)
{
    if (replay->state->state == INCIDENT_MERGED)
        return;
    replay->apart = replay->state->state;
    replay->state->state = INCIDENT_MERGED;
    replay->state->into = json_integer_value(json_object_get(text, "into"));
}

static void
reopen(struct replay *replay, struct wall at)
{
    if (replay->state->state == INCIDENT_SNOOZED) {
        wake(replay, at);
        replay->state->state = replay->before;
    } else {
        open_again(replay, at);
    }
}

/* --- one entry -------------------------------------------------------------
 */

enum step {
    STEP_OPENED,
    STEP_RAISED,
    STEP_REOPENED,
    STEP_ACKNOWLEDGE,
    STEP_RESPOND,
    STEP_CLOSE,
    STEP_FALSE_ALARM,
    STEP_SNOOZE,
    STEP_REOPEN,
    STEP_EXPIRE,
    STEP_MERGE,
    STEP_UNMERGE,
    STEP_ESCALATED,
    STEP_NONE
};

static enum step
step_of(struct str kind)
{
    static const char *const names[STEP_NONE] = {"opened", "raised", "reopened",
        "acknowledge", "respond", "close", "false_alarm", "snooze", "reopen",
        "expire", "merge", "unmerge", "escalated"};
    struct str prefix = STR("incident.");

    if (!str_starts(kind, prefix))
        return STEP_NONE;
    for (int i = 0; i < STEP_NONE; i++)
        if (str_eq(str_from(kind, prefix.n), str_of(names[i])))
            return (enum step)i;
    return STEP_NONE;
}

static void
apply(struct replay *replay, const struct report_entry *entry, enum step step,
    const json_t *text)
{
    struct report_case *c = replay->state;

    switch (step) {
    case STEP_OPENED:
        c->opened = entry->at;
        break;
    case STEP_RAISED:
    case STEP_REOPENED:
        open_again(replay, entry->at);
        break;
    case STEP_ACKNOWLEDGE:
    case STEP_RESPOND:
        take(replay, entry, step == STEP_RESPOND);
        break;
    case STEP_CLOSE:
        finish(replay, entry, text, INCIDENT_CLOSED);
        break;
    case STEP_FALSE_ALARM:
        finish(replay, entry, text, INCIDENT_FALSE_ALARM);
        break;
    case STEP_SNOOZE:
        snooze(replay, entry->at);
        break;
    case STEP_REOPEN:
        reopen(replay, entry->at);
        break;
    case STEP_EXPIRE:
        ran_out(replay, entry->at);
        break;
    case STEP_MERGE:
        merge(replay, text);
        break;
    case STEP_UNMERGE:
        c->state = c->state == INCIDENT_MERGED ? replay->apart : c->state;
        c->into = 0;
        break;
    case STEP_ESCALATED:
        c->escalated = true;
        break;
    case STEP_NONE:
    default:
        break;
    }
}

/* Entries of the road say what level and score it has from then on. */
static void
feel(struct replay *replay, const json_t *text, bool first)
{
    struct report_case *c = replay->state;
    struct str name = jsonx_get_str(text, "level");
    const json_t *score = json_object_get(text, "score");
    enum level level;

    if (name.n && level_parse(name, &level) == 0 && (first || level > c->level))
        c->level = level;
    if (json_is_integer(score) &&
        (first || json_integer_value(score) > c->score))
        c->score = (int)json_integer_value(score);
    if (first)
        c->first_source =
            arena_str(replay->arena, jsonx_get_str(text, "source"));
}

static void
replay_entry(struct replay *replay, const struct report_entry *entry)
{
    json_auto_t *text = NULL;
    enum step step = step_of(entry->kind);

    if (entry->text.n && str_starts(entry->kind, STR("incident.")))
        (void)jsonx_load(entry->text, NULL, &text);
    apply(replay, entry, step, text);
    feel(replay, text, step == STEP_OPENED);
}

/* --- the row as it stands --------------------------------------------------
 */

static void
from_row(struct report_case *c, struct wall until)
{
    const struct report_incident_row *row = c->row;

    if (incident_state_parse(row->state, &c->state) != 0)
        c->state = INCIDENT_NEW;
    c->cause = row->cause;
    if (wall_is_set(row->acknowledged) && row->acknowledged.ms < until.ms)
        c->acknowledged = row->acknowledged;
    if (wall_is_set(row->closed) && row->closed.ms < until.ms)
        c->closed = row->closed;
    if (!incident_state_is_open(c->state) && c->state != INCIDENT_MERGED &&
        !wall_is_set(c->closed))
        c->state =
            wall_is_set(c->acknowledged) ? INCIDENT_ACKNOWLEDGED : INCIDENT_NEW;
    if (c->state == INCIDENT_MERGED)
        c->into = row->merged_into;
}

int
report_case_at(const struct report_incident_row *row, struct wall until,
    struct arena *arena, struct report_case *ret)
{
    struct report_case c = {.row = row,
        .state = INCIDENT_NEW,
        .level = row->level,
        .score = row->score,
        .opened = row->opened,
        .acknowledged = WALL_NONE,
        .responding = WALL_NONE,
        .closed = WALL_NONE};
    struct replay replay = {.state = &c, .snoozed = WALL_NONE, .arena = arena};
    size_t n = 0;

    for (; n < row->nentries && row->entries[n].at.ms < until.ms; n++)
        replay_entry(&replay, &row->entries[n]);
    if (row->nentries == 0)
        from_row(&c, until);
    if (wall_is_set(replay.snoozed))
        wake(&replay, until);
    *ret = c;
    return arena_failed(arena) ? E_NOMEM : 0;
}
