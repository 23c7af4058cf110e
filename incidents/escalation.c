#include "incidents/escalation.h"

#include "base/err.h"

const char *
escalation_state_name(enum escalation_state state)
{
    static const char *const names[] = {"running", "stopped", "paused", "over"};

    return (unsigned)state < sizeof(names) / sizeof(*names) ? names[state]
                                                            : "unknown";
}

int
escalation_target_parse(struct str text, struct escalation_target *ret)
{
    static const struct {
        const char *prefix;
        enum target_kind kind;
    } kinds[] = {{"rota:", TARGET_ROTA}, {"person:", TARGET_PERSON},
        {"channel:", TARGET_CHANNEL}};

    if (str_eq(text, STR("owner"))) {
        *ret = (struct escalation_target){.kind = TARGET_OWNER};
        return 0;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct str prefix = str_of(kinds[i].prefix);

        if (!str_starts(text, prefix) || text.n == prefix.n)
            continue;
        *ret = (struct escalation_target){
            .kind = kinds[i].kind, .name = str_from(text, prefix.n)};
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
    return n == 0;
}

const struct escalation *
escalation_find(const struct escalation *list, size_t n, enum level level,
    struct str category)
{
    for (size_t i = 0; i < n; i++)
        if (has(list[i].levels, list[i].nlevels, str_of(level_name(level))) &&
            has(list[i].categories, list[i].ncategories, category))
            return &list[i];
    return NULL;
}

/* Plan what comes after the steps that were taken, from an instant on. */
static void
plan(struct escalation_run *run, const struct escalation *policy,
    struct wall from)
{
    run->next = WALL_NONE;
    if ((size_t)run->fired < policy->nsteps) {
        run->next.ms = from.ms + policy->steps[run->fired].after_ms;
        return;
    }
    if (run->round < policy->repeat) {
        run->round++;
        run->fired = 0;
        run->next.ms = from.ms + policy->every_ms;
        return;
    }
    run->state = ESCALATION_OVER;
}

void
escalation_begin(const struct escalation *policy,
    const struct incident *incident, struct wall now,
    struct escalation_run *ret)
{
    *ret = (struct escalation_run){.incident = incident->id,
        .policy = policy->name,
        .state = ESCALATION_RUNNING,
        .level = incident->level};
    plan(ret, policy, now);
}

static bool
stop(struct escalation_run *run, enum escalation_state state, struct wall now)
{
    bool ended = run->state == ESCALATION_OVER;

    /* What had said all may be taken, and begin again with what comes. */
    if (run->state == state ||
        (ended && (state != ESCALATION_STOPPED || run->level == LEVEL_NONE)))
        return false;
    if (state == ESCALATION_PAUSED) {
        if (run->state != ESCALATION_RUNNING)
            return false;
        run->left_ms = run->next.ms > now.ms ? run->next.ms - now.ms : 0;
    }
    run->state = state;
    run->next = WALL_NONE;
    return true;
}

/* Go on at once, with one step more than was taken. */
static bool
resume(struct escalation_run *run, const struct escalation *policy,
    struct wall now)
{
    run->state = ESCALATION_RUNNING;
    plan(run, policy, now);
    if (run->state == ESCALATION_RUNNING)
        run->next = now;
    else if (policy->nsteps > 0) {
        /* All was said before it was taken: the last step once more. */
        run->state = ESCALATION_RUNNING;
        run->fired = (int)policy->nsteps - 1;
        run->next = now;
    }
    return true;
}

bool
escalation_sync(struct escalation_run *run, const struct escalation *policy,
    const struct incident *incident, struct wall now)
{
    switch (incident->state) {
    case INCIDENT_ACKNOWLEDGED:
    case INCIDENT_RESPONDING:
        return stop(run, ESCALATION_STOPPED, now);
    case INCIDENT_SNOOZED:
    case INCIDENT_MERGED:
        return stop(run, ESCALATION_PAUSED, now);
    case INCIDENT_CLOSED:
    case INCIDENT_FALSE_ALARM:
        if (run->state == ESCALATION_OVER && run->level == LEVEL_NONE)
            return false;
        run->state = ESCALATION_OVER;
        run->level = LEVEL_NONE; /* whatever comes is higher */
        run->next = WALL_NONE;
        return true;
    case INCIDENT_NEW:
        break;
    }
    if (policy && incident->level > run->level) {
        escalation_begin(policy, incident, now, run);
        return true;
    }
    if (!policy)
        return stop(run, ESCALATION_PAUSED, now);
    if (!str_eq(policy->name, run->policy)) {
        /* Another policy has it by now; nobody has taken it. */
        if (run->state == ESCALATION_OVER)
            return false;
        escalation_begin(policy, incident, now, run);
        return true;
    }
    if (run->state == ESCALATION_STOPPED)
        return resume(run, policy, now);
    if (run->state == ESCALATION_PAUSED) {
        run->state = ESCALATION_RUNNING;
        run->next.ms = now.ms + run->left_ms;
        return true;
    }
    return false;
}

int
escalation_take(struct escalation_run *run, const struct escalation *policy,
    struct wall now)
{
    int step = run->fired;

    if (run->state != ESCALATION_RUNNING || !wall_is_set(run->next) ||
        now.ms < run->next.ms)
        return -1;
    if ((size_t)step >= policy->nsteps) { /* the policy has fewer by now */
        plan(run, policy, now);
        return -1;
    }
    run->fired = step + 1;
    plan(run, policy, now);
    return step;
}

void
escalation_hurry(struct escalation_run *run, const struct escalation *policy,
    struct wall now)
{
    if (run->state == ESCALATION_RUNNING && run->fired > 0 &&
        (size_t)run->fired < policy->nsteps)
        run->next = now;
}
