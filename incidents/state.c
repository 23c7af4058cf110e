/* state: one function per act, each over the states; state.h has the table. */
#include "incidents/state.h"

#include <assert.h>

#include "base/err.h"

static const unsigned moves[INCIDENT_STATE_COUNT] = {
#define X(from, to) [INCIDENT_##from] = (to),
    INCIDENT_MOVES(X)
#undef X
};

bool
incident_may_become(enum incident_state from, enum incident_state to)
{
    return (unsigned)from < INCIDENT_STATE_COUNT &&
           (unsigned)to < INCIDENT_STATE_COUNT && (moves[from] & (1u << to));
}

const char *
incident_act_name(enum incident_act act)
{
    static const char *const names[] = {"item", "expire", "retract", "return",
        "wake", "acknowledge", "respond", "close", "false_alarm", "snooze",
        "reopen", "assign", "note", "merge", "unmerge"};

    _Static_assert(sizeof(names) / sizeof(names[0]) == INCIDENT_ACT_COUNT,
        "one name per act");
    return (unsigned)act < INCIDENT_ACT_COUNT ? names[act] : "unknown";
}

/* The only place where the state is written. */
static void
incident_set_state(struct incident *incident, enum incident_state to)
{
    assert(incident_may_become(incident->state, to));
    incident->state = to;
}

static void
result_tell(struct incident_result *ret, enum incident_event event)
{
    ret->notify = true;
    ret->event = event;
}

/* Nobody has it any more: it asks again. */
static void
incident_renew(struct incident *incident)
{
    if (incident->state != INCIDENT_NEW)
        incident_set_state(incident, INCIDENT_NEW);
    incident->acknowledged = WALL_NONE;
    incident->closed = WALL_NONE;
    incident->until = WALL_NONE;
    incident->before = INCIDENT_NEW;
    incident->before_until = WALL_NONE;
    incident->reason = STR_NONE;
    incident->cause = STR_NONE;
}

/* Give back what a snooze interrupted. */
static void
incident_resume(struct incident *incident)
{
    incident_set_state(incident, incident->before);
    incident->until = incident->before_until;
    incident->before = INCIDENT_NEW;
    incident->before_until = WALL_NONE;
}

static void
incident_raise(struct incident *incident, const struct incident_change *change)
{
    if (change->level > incident->level)
        incident->level = change->level;
    if (change->score > incident->score)
        incident->score = change->score;
}

static int
apply_item(struct incident *incident, const struct incident_change *change,
    struct wall now, struct incident_result *ret)
{
    bool higher = change->level > incident->level;
    bool late = wall_is_set(incident->closed) &&
                now.ms - incident->closed.ms > change->reopen_ms;

    switch (incident->state) {
    case INCIDENT_NEW:
    case INCIDENT_ACKNOWLEDGED:
    case INCIDENT_RESPONDING:
    case INCIDENT_SNOOZED:
        if (higher) {
            incident_renew(incident);
            result_tell(ret, INCIDENT_EVENT_RAISED);
        }
        incident->substate =
            higher ? INCIDENT_SUB_ESCALATING : INCIDENT_SUB_ONGOING;
        break;
    case INCIDENT_CLOSED:
    case INCIDENT_FALSE_ALARM:
        if (late)
            return E_STATE;
        if (incident->state == INCIDENT_CLOSED || higher) {
            incident_renew(incident);
            incident->substate = INCIDENT_SUB_REGRESSED;
            result_tell(ret, INCIDENT_EVENT_REOPENED);
        }
        break;
    case INCIDENT_MERGED:
    default:
        return E_STATE;
    }
    incident_raise(incident, change);
    incident->last_seen = now;
    ret->changed = true;
    return 0;
}

static int
apply_expire(
    struct incident *incident, struct wall now, struct incident_result *ret)
{
    if (!wall_is_set(incident->until) || incident->until.ms > now.ms)
        return E_STATE;
    switch (incident->state) {
    case INCIDENT_ACKNOWLEDGED:
    case INCIDENT_RESPONDING:
        incident_renew(incident);
        result_tell(ret, INCIDENT_EVENT_ESCALATED);
        break;
    case INCIDENT_SNOOZED:
        incident_resume(incident);
        break;
    case INCIDENT_NEW:
    case INCIDENT_CLOSED:
    case INCIDENT_FALSE_ALARM:
    case INCIDENT_MERGED:
    default:
        return E_STATE;
    }
    ret->changed = true;
    return 0;
}

static int
apply_retract(struct incident *incident, struct incident_result *ret)
{
    if (incident->state == INCIDENT_MERGED)
        return E_STATE;
    if (incident->substate == INCIDENT_SUB_RETRACTED)
        return 0;
    if (incident->level >= LEVEL_ORANGE &&
        incident_state_is_open(incident->state)) {
        if (incident->state == INCIDENT_SNOOZED)
            incident_renew(incident);
        result_tell(ret, INCIDENT_EVENT_RETRACTED);
    }
    incident->substate = INCIDENT_SUB_RETRACTED;
    ret->changed = true;
    return 0;
}

static int
apply_return(struct incident *incident, struct incident_result *ret)
{
    if (incident->state == INCIDENT_MERGED ||
        incident->substate != INCIDENT_SUB_RETRACTED)
        return E_STATE;
    incident->substate = INCIDENT_SUB_ONGOING;
    ret->changed = true;
    return 0;
}

/* Who put it there has seen it, so only a snooze ends: nobody would hear. */
static int
apply_wake(struct incident *incident, struct incident_result *ret)
{
    if (incident->state != INCIDENT_SNOOZED)
        return E_STATE;
    incident_renew(incident);
    incident->substate = INCIDENT_SUB_ESCALATING;
    result_tell(ret, INCIDENT_EVENT_RAISED);
    ret->changed = true;
    return 0;
}

/* ACKNOWLEDGE and RESPOND: somebody has it. */
static int
apply_take(struct incident *incident, const struct incident_change *change,
    struct wall now, struct incident_result *ret)
{
    enum incident_state to = change->act == INCIDENT_ACT_RESPOND
                                 ? INCIDENT_RESPONDING
                                 : INCIDENT_ACKNOWLEDGED;

    if (!incident_state_is_open(incident->state))
        return E_STATE;
    if (wall_is_set(change->until) && change->until.ms <= now.ms)
        return E_DENIED;
    if (incident->state == INCIDENT_NEW)
        result_tell(ret, INCIDENT_EVENT_ACKNOWLEDGED);
    /* One who is responding and acknowledges again only moves the end. */
    if (incident->state != to && incident->state != INCIDENT_RESPONDING)
        incident_set_state(incident, to);
    if (!wall_is_set(incident->acknowledged))
        incident->acknowledged = now;
    incident->until = wall_is_set(change->until)
                          ? change->until
                          : (struct wall){now.ms + INCIDENT_ACK_DEFAULT_MS};
    incident->before = INCIDENT_NEW;
    incident->before_until = WALL_NONE;
    if (!incident->assignee.n)
        incident->assignee = change->by;
    ret->changed = true;
    return 0;
}

/* Why it is over: as said, or the usual; E_DENIED when that is of the other
 * list. */
static int
end_cause(const struct incident_change *change, enum incident_cause *ret)
{
    bool wrong = change->act == INCIDENT_ACT_FALSE_ALARM;

    *ret = wrong ? INCIDENT_CAUSE_OTHER : INCIDENT_CAUSE_RESOLVED;
    if (!change->cause.n)
        return 0;
    return incident_cause_parse(change->cause, ret) == 0 &&
                   incident_cause_is_false_alarm(*ret) == wrong
               ? 0
               : E_DENIED;
}

static int
apply_end(struct incident *incident, const struct incident_change *change,
    struct wall now, struct incident_result *ret)
{
    enum incident_cause cause;

    if (!incident_state_is_open(incident->state))
        return E_STATE;
    if (!change->reason.n || end_cause(change, &cause) != 0)
        return E_DENIED;
    incident_set_state(incident, change->act == INCIDENT_ACT_CLOSE
                                     ? INCIDENT_CLOSED
                                     : INCIDENT_FALSE_ALARM);
    incident->cause = str_of(incident_cause_name(cause));
    incident->closed = now;
    incident->until = WALL_NONE;
    incident->before = INCIDENT_NEW;
    incident->before_until = WALL_NONE;
    incident->reason = change->reason;
    ret->changed = true;
    result_tell(ret, INCIDENT_EVENT_CLOSED);
    return 0;
}

static int
apply_snooze(struct incident *incident, const struct incident_change *change,
    struct wall now, struct incident_result *ret)
{
    if (!incident_state_is_open(incident->state))
        return E_STATE;
    if (!wall_is_set(change->until) || change->until.ms <= now.ms)
        return E_DENIED;
    if (incident->state != INCIDENT_SNOOZED) {
        incident->before = incident->state;
        incident->before_until = incident->until;
        incident_set_state(incident, INCIDENT_SNOOZED);
    }
    incident->until = change->until;
    ret->changed = true;
    return 0;
}

static int
apply_reopen(struct incident *incident, struct incident_result *ret)
{
    switch (incident->state) {
    case INCIDENT_SNOOZED: /* woken by hand: as at its end */
        incident_resume(incident);
        break;
    case INCIDENT_ACKNOWLEDGED:
    case INCIDENT_RESPONDING: /* handed back */
        incident_renew(incident);
        incident->assignee = STR_NONE;
        result_tell(ret, INCIDENT_EVENT_REOPENED);
        break;
    case INCIDENT_CLOSED:
    case INCIDENT_FALSE_ALARM:
        incident_renew(incident);
        incident->substate = INCIDENT_SUB_REGRESSED;
        result_tell(ret, INCIDENT_EVENT_REOPENED);
        break;
    case INCIDENT_NEW:
    case INCIDENT_MERGED:
    default:
        return E_STATE;
    }
    ret->changed = true;
    return 0;
}

static int
apply_assign(struct incident *incident, const struct incident_change *change,
    struct incident_result *ret)
{
    if (!incident_state_is_open(incident->state))
        return E_STATE;
    ret->changed = !str_eq(incident->assignee, change->assignee);
    incident->assignee = change->assignee;
    return 0;
}

static int
apply_merge(struct incident *incident, const struct incident_change *change,
    struct incident_result *ret)
{
    if (incident->state == INCIDENT_MERGED)
        return E_STATE;
    if (!change->into || change->into == incident->id)
        return E_DENIED;
    incident->unmerged = incident->state;
    incident->unmerged_until = incident->until;
    incident_set_state(incident, INCIDENT_MERGED);
    incident->until = WALL_NONE; /* nothing of it runs out meanwhile */
    incident->merged_into = change->into;
    ret->changed = true;
    return 0;
}

static int
apply_unmerge(struct incident *incident, struct incident_result *ret)
{
    if (incident->state != INCIDENT_MERGED)
        return E_STATE;
    incident_set_state(incident, incident->unmerged);
    incident->until = incident->unmerged_until;
    incident->unmerged = INCIDENT_NEW;
    incident->unmerged_until = WALL_NONE;
    incident->merged_into = 0;
    ret->changed = true;
    return 0;
}

int
incident_apply(struct incident *incident, const struct incident_change *change,
    struct wall now, struct incident_result *ret)
{
    struct incident_result result = {.event = INCIDENT_EVENT_OPENED};
    int r = E_STATE;

    switch (change->act) {
    case INCIDENT_ACT_ITEM:
        r = apply_item(incident, change, now, &result);
        break;
    case INCIDENT_ACT_EXPIRE:
        r = apply_expire(incident, now, &result);
        break;
    case INCIDENT_ACT_RETRACT:
        r = apply_retract(incident, &result);
        break;
    case INCIDENT_ACT_RETURN:
        r = apply_return(incident, &result);
        break;
    case INCIDENT_ACT_WAKE:
        r = apply_wake(incident, &result);
        break;
    case INCIDENT_ACT_ACKNOWLEDGE:
    case INCIDENT_ACT_RESPOND:
        r = apply_take(incident, change, now, &result);
        break;
    case INCIDENT_ACT_CLOSE:
    case INCIDENT_ACT_FALSE_ALARM:
        r = apply_end(incident, change, now, &result);
        break;
    case INCIDENT_ACT_SNOOZE:
        r = apply_snooze(incident, change, now, &result);
        break;
    case INCIDENT_ACT_REOPEN:
        r = apply_reopen(incident, &result);
        break;
    case INCIDENT_ACT_ASSIGN:
        r = apply_assign(incident, change, &result);
        break;
    case INCIDENT_ACT_NOTE:
        r = change->reason.n ? 0 : E_DENIED;
        break;
    case INCIDENT_ACT_MERGE:
        r = apply_merge(incident, change, &result);
        break;
    case INCIDENT_ACT_UNMERGE:
        r = apply_unmerge(incident, &result);
        break;
    default:
        break;
    }
    if (r == 0)
        *ret = result;
    return r;
}
