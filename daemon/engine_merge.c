/*
 * engine_merge: incidents that a person puts together, or takes apart.
 *
 * A merge moves nothing: the child says into which it went, its items count
 * there, its own clock stands still, and taking it back gives it the state and
 * the end that it had.  A split moves items, into a new incident or another,
 * and remembers where they were, so that it can be taken back as well; what
 * came to the new one by itself stays there.  The grouper learns both sides
 * anew: what is like the items that were split off follows them from then on.
 *
 * Both are written in the ledger of both sides.  What is asked twice is done
 * once.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_act.h"
#include "incidents/state.h"
#include "store/regroup.h"

static json_t *
details_of(const char *name, int64_t incident)
{
    json_t *details = json_object();

    (void)jsonx_set(details, name, json_integer(incident));
    return details;
}

static json_t *
list_of(const int64_t *ids, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, json_integer(ids[i]));
    return list;
}

static int
act_refuse(struct asked *asked, int err, const char *words)
{
    asked->words = words;
    return err;
}

/* Whether an incident asks for somebody in red, unheard by who snoozed another.
 */
static bool
is_loud_red(enum level level, enum incident_state state)
{
    return level == LEVEL_RED && incident_state_is_open(state) &&
           state != INCIDENT_SNOOZED;
}

/* End the snooze of what more was put into than was snoozed, and tell it. */
static int
act_wake(struct asked *asked, struct incident *incident)
{
    struct incident_change change = {.act = INCIDENT_ACT_WAKE};
    struct incident_result result;
    json_t *details;
    int r =
        incident_apply(incident, &change, engine_now(asked->engine), &result);

    if (r != 0)
        return r == E_STATE ? 0 : r;
    details = json_object();
    (void)jsonx_set(details, "level", json_string(level_name(incident->level)));
    r = act_ledger(
        asked, incident_event_name(result.event), incident->id, details);
    return r ? r
             : engine_tell(asked->engine, incident, result.event,
                   "more was put into it than was snoozed");
}

/* Save what both sides are now, and let the grouper and open pages know. */
static int
act_settle(struct asked *asked, struct incident *incident, bool rescore)
{
    struct engine *engine = asked->engine;
    enum level before = incident->level;
    int r = rescore ? engine_rescore(engine, incident) : 0;

    if (r == 0 && incident->level > before)
        r = act_wake(asked, incident);
    if (r == 0)
        r = store_incident_save(engine->store, incident);
    if (r != 0)
        return r;
    engine_changed(engine, "incident", incident->id);
    if (incident->merged_into != 0) {
        grouper_remove(engine->grouper, incident->id);
        return 0;
    }
    return engine_regroup(engine, incident->id);
}

/* --- merging ------------------------------------------------------------- */

static int
merge_write(
    struct asked *asked, struct incident *child, struct incident *target)
{
    struct engine *engine = asked->engine;
    struct incident_change change = {
        .act = INCIDENT_ACT_MERGE, .by = asked->by, .into = target->id};
    struct incident_result result;
    bool loud = is_loud_red(child->level, child->state);
    int r = incident_apply(child, &change, engine_now(engine), &result);

    if (r == 0)
        r = act_settle(asked, child, false);
    if (r == 0 && loud)
        r = act_wake(asked, target);
    if (child->last_seen.ms > target->last_seen.ms)
        target->last_seen = child->last_seen;
    if (r == 0)
        r = act_settle(asked, target, true);
    if (r == 0)
        r = act_ledger(
            asked, "incident.merge", child->id, details_of("into", target->id));
    if (r == 0)
        r = act_ledger(asked, "incident.merged_here", target->id,
            details_of("incident", child->id));
    return r;
}

int
act_merge(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct incident child, target;
    int r =
        store_incident_load(engine->store, asked->id, engine->arena, &child);

    if (r == 0)
        r = engine_incident_load(engine, act_number(asked, "into"), &target);
    if (r != 0)
        return r;
    if (child.merged_into != 0 && child.merged_into == target.id)
        return act_data(asked, details_of("incident", target.id));
    if (child.state == INCIDENT_MERGED)
        return act_refuse(
            asked, E_STATE, "It was merged into another already.");
    if (target.id == child.id)
        return act_refuse(asked, E_DENIED,
            "An incident cannot be merged into itself, or into what was "
            "merged into it.");
    if (incident_state_is_open(child.state) &&
        !incident_state_is_open(target.state))
        return act_refuse(asked, E_STATE,
            "That one is over: nobody would see this one there. Reopen it "
            "first.");
    r = merge_write(asked, &child, &target);
    return r ? r : act_data(asked, details_of("incident", target.id));
}

int
act_unmerge(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct incident_change change = {
        .act = INCIDENT_ACT_UNMERGE, .by = asked->by};
    struct incident_result result;
    struct incident child, parent;
    int r =
        store_incident_load(engine->store, asked->id, engine->arena, &child);

    if (r == 0 && child.state != INCIDENT_MERGED)
        return act_refuse(asked, E_STATE, "It is merged into none.");
    if (r == 0)
        r = engine_incident_load(engine, child.merged_into, &parent);
    if (r == 0)
        r = incident_apply(&child, &change, engine_now(engine), &result);
    if (r == 0)
        r = act_settle(asked, &child, false);
    if (r == 0)
        r = act_settle(asked, &parent, true);
    if (r == 0)
        r = act_ledger(
            asked, "incident.unmerge", child.id, details_of("from", parent.id));
    if (r == 0)
        r = act_ledger(asked, "incident.unmerged_here", parent.id,
            details_of("incident", child.id));
    return r ? r : act_data(asked, details_of("incident", child.id));
}

/* --- splitting ----------------------------------------------------------- */

/* The items that are asked for: each once, in order of asking. */
static int
split_asked(struct asked *asked, struct split *ret)
{
    json_t *list = json_object_get(asked->args, "items");
    size_t n = json_array_size(list), kept = 0;
    int64_t *items = ARENA_ARRAY(asked->engine->arena, n + 1, int64_t);

    if (items == NULL)
        return E_NOMEM;
    if (n == 0 || n > SPLIT_MAX_ITEMS)
        return act_refuse(asked, E_DENIED,
            "One item at least is to be chosen, and 200 at most.");
    for (size_t i = 0; i < n; i++) {
        int64_t item = json_integer_value(json_array_get(list, i));
        size_t at = 0;

        while (at < kept && items[at] != item)
            at++;
        if (at == kept)
            items[kept++] = item;
    }
    ret->items = items;
    ret->nitems = kept;
    return 0;
}

/* Whether the very same was done already: *ret is where the items are. */
static bool
split_is_done(struct asked *asked, const struct split *split, int64_t *ret)
{
    struct engine *engine = asked->engine;
    struct split done;
    int64_t id, first = 0;

    for (size_t i = 0; i < split->nitems; i++) {
        if (store_split_of(
                engine->store, split->origin, split->items[i], &id) != 0 ||
            (i > 0 && id != first))
            return false;
        first = id;
    }
    if (store_split_load(engine->store, first, engine->arena, &done) != 0 ||
        done.nitems != split->nitems)
        return false;
    *ret = done.target;
    return split->target == 0 ? done.fresh : split->target == done.target;
}

static struct incident
split_incident(struct engine *engine, const struct incident *origin)
{
    struct wall now = engine_now(engine);

    return (struct incident){.state = INCIDENT_NEW,
        .substate = INCIDENT_SUB_NEW,
        .level = origin->level,
        .title = origin->title,
        .category = origin->category,
        .owner = origin->owner,
        .first_seen = now,
        .last_seen = now,
        .opened = now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE,
        .unmerged_until = WALL_NONE,
        .generation = engine->generation};
}

/* A new incident is called and dated by its items, and told. */
static int
split_describe(struct asked *asked, struct incident *target, int64_t origin)
{
    struct engine *engine = asked->engine;
    struct incident_part *parts = NULL;
    size_t n = 0;
    json_t *details;
    int r = store_incident_parts(
        engine->store, target->id, SPLIT_MAX_ITEMS, engine->arena, &parts, &n);

    if (r != 0 || n == 0)
        return r ? r : E_NOTFOUND;
    if (parts[0].title.n)
        target->title = parts[0].title;
    target->first_seen = target->last_seen = parts[0].first_seen;
    for (size_t i = 1; i < n; i++) {
        if (parts[i].first_seen.ms < target->first_seen.ms)
            target->first_seen = parts[i].first_seen;
        if (parts[i].first_seen.ms > target->last_seen.ms)
            target->last_seen = parts[i].first_seen;
    }
    /* Its deadlines run since then: splitting buys no time. */
    target->opened = target->first_seen;
    r = act_settle(asked, target, true);
    if (r != 0)
        return r;
    details = details_of("from", origin);
    (void)jsonx_set(details, "title", jsonx_str(target->title));
    r = act_ledger(asked, "incident.opened", target->id, details);
    return r ? r
             : engine_tell(engine, target, INCIDENT_EVENT_OPENED,
                   "an operator split it from another");
}

static int
split_write(struct asked *asked, struct split *split, struct incident *origin,
    struct incident *target)
{
    struct engine *engine = asked->engine;
    uint32_t left = 0, sources;
    json_t *details;
    int r = 0;

    if (split->fresh)
        r = store_incident_add(engine->store, target, &target->id);
    split->target = target->id;
    if (r == 0)
        r = store_split_add(engine->store, split, &split->id);
    if (r == E_NOTFOUND)
        return act_refuse(
            asked, E_STATE, "An item is not in this incident any more.");
    if (r == 0)
        r = store_incident_counts(engine->store, origin->id, &left, &sources);
    if (r == 0 && left == 0)
        return act_refuse(asked, E_DENIED,
            "One item must stay. To move all of them, merge the incident.");
    if (r == 0)
        r = act_settle(asked, origin, true);
    if (r != 0)
        return r;
    details = details_of("into", target->id);
    (void)jsonx_set(details, "split", json_integer(split->id));
    (void)jsonx_set(details, "items", list_of(split->items, split->nitems));
    r = act_ledger(asked, "incident.split", origin->id, details);
    if (r != 0 || split->fresh)
        return r ? r : split_describe(asked, target, origin->id);
    if (is_loud_red(origin->level, origin->state))
        r = act_wake(asked, target);
    if (r == 0)
        r = act_settle(asked, target, true);
    return r ? r
             : act_ledger(asked, "incident.split_here", target->id,
                   details_of("from", origin->id));
}

int
act_split(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct split split = {.origin = asked->id,
        .target = act_number(asked, "into"),
        .at = engine_now(engine),
        .by = asked->by};
    struct incident origin, target;
    int64_t done;
    json_t *data;
    int r =
        store_incident_load(engine->store, asked->id, engine->arena, &origin);

    if (r == 0)
        r = split_asked(asked, &split);
    if (r != 0)
        return r;
    if (split_is_done(asked, &split, &done))
        return act_data(asked, details_of("incident", done));
    if (origin.state == INCIDENT_MERGED)
        return act_refuse(asked, E_STATE,
            "It is merged into another: split that one, or take it back.");
    split.fresh = split.target == 0;
    if (split.fresh)
        target = split_incident(engine, &origin);
    else
        r = engine_incident_load(engine, split.target, &target);
    if (r == 0 && target.id == origin.id)
        return act_refuse(asked, E_DENIED, "They are in there already.");
    if (r == 0 && !incident_state_is_open(target.state))
        return act_refuse(asked, E_STATE, "That one is over. Reopen it first.");
    if (r == 0)
        r = split_write(asked, &split, &origin, &target);
    if (r != 0)
        return r;
    data = details_of("incident", target.id);
    (void)jsonx_set(data, "split", json_integer(split.id));
    return act_data(asked, data);
}

/* An incident that a split made and that is empty again goes into the one that
 * it came from, so that its address still leads somewhere. */
static int
unsplit_target(struct asked *asked, const struct split *split,
    struct incident *origin, struct incident *target)
{
    struct engine *engine = asked->engine;
    struct incident_change change = {
        .act = INCIDENT_ACT_MERGE, .by = asked->by, .into = origin->id};
    struct incident_result result;
    uint32_t left = 0, sources;
    int r = store_incident_counts(engine->store, target->id, &left, &sources);

    if (r == 0 && left == 0 && split->fresh && target->state != INCIDENT_MERGED)
        r = incident_apply(target, &change, engine_now(engine), &result);
    return r ? r : act_settle(asked, target, left > 0);
}

int
act_unsplit(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct incident origin, target;
    struct split split;
    int64_t id = act_number(asked, "split");
    int r = id ? 0 : store_split_last(engine->store, asked->id, &id);

    if (r == 0)
        r = store_split_load(engine->store, id, engine->arena, &split);
    if (r == E_NOTFOUND)
        return act_refuse(asked, E_NOTFOUND, "Nothing was split off here.");
    if (r == 0 && split.origin != asked->id && split.target != asked->id)
        return act_refuse(
            asked, E_DENIED, "That split is of another incident.");
    if (r == 0 && wall_is_set(split.undone))
        return act_data(asked, details_of("incident", split.origin));
    if (r == 0)
        r = engine_incident_load(engine, split.origin, &origin);
    if (r == 0)
        r = store_incident_load(
            engine->store, split.target, engine->arena, &target);
    if (r == 0)
        r = store_split_undo(engine->store, id, engine_now(engine));
    if (r == 0)
        r = unsplit_target(asked, &split, &origin, &target);
    if (r == 0)
        r = act_settle(asked, &origin, true);
    if (r == 0)
        r = act_ledger(asked, "incident.unsplit", split.origin,
            details_of("from", split.target));
    if (r == 0)
        r = act_ledger(asked, "incident.unsplit_here", split.target,
            details_of("into", split.origin));
    return r ? r : act_data(asked, details_of("incident", split.origin));
}
