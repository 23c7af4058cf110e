#include "daemon/engine_bulk.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/pb.h"
#include "store/clocks.h"
#include "store/lists.h"

enum { BULK_ANSWER_BYTES = 1024 * 1024 };

static int
refuse(struct asked *asked, int err, const char *words)
{
    asked->words = words;
    return err;
}

/* --- what an incident is
 * ------------------------------------------------------ */

static void
put_wall(json_t *json, const char *key, struct wall t)
{
    (void)jsonx_set(
        json, key, wall_is_set(t) ? json_integer(t.ms) : json_null());
}

static struct wall
get_wall(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    return json_is_integer(value) ? (struct wall){json_integer_value(value)}
                                  : WALL_NONE;
}

static void
put_str(json_t *json, const char *key, struct str s)
{
    (void)jsonx_set(json, key, s.n ? jsonx_str(s) : json_null());
}

/* What people change of an incident, as text that is equal when it is. */
static struct str
incident_text(struct arena *arena, const struct incident *incident)
{
    json_t *json = json_object();
    struct str text = STR_NONE;
    char *dump;

    (void)jsonx_set(json, "state", json_integer(incident->state));
    (void)jsonx_set(json, "before", json_integer(incident->before));
    (void)jsonx_set(json, "substate", json_integer(incident->substate));
    (void)jsonx_set(json, "merged_into", json_integer(incident->merged_into));
    put_str(json, "assignee", incident->assignee);
    put_str(json, "reason", incident->reason);
    put_str(json, "cause", incident->cause);
    put_wall(json, "acknowledged", incident->acknowledged);
    put_wall(json, "closed", incident->closed);
    put_wall(json, "until", incident->until);
    put_wall(json, "before_until", incident->before_until);
    dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (dump)
        text = arena_str(arena, str_of(dump));
    free(dump);
    json_decref(json);
    return text;
}

/* Give incident back what text says.  0 or E_CORRUPT. */
static int
incident_restore(
    struct arena *arena, struct incident *incident, struct str text)
{
    json_t *json = NULL;
    json_int_t state, before, substate;

    if (jsonx_load(text, NULL, &json) != 0)
        return E_CORRUPT;
    state = json_integer_value(json_object_get(json, "state"));
    before = json_integer_value(json_object_get(json, "before"));
    substate = json_integer_value(json_object_get(json, "substate"));
    if (state < 0 || state >= INCIDENT_STATE_COUNT || before < 0 ||
        before >= INCIDENT_STATE_COUNT || substate < 0 ||
        substate >= INCIDENT_SUBSTATE_COUNT) {
        json_decref(json);
        return E_CORRUPT;
    }
    incident->state = (enum incident_state)state;
    incident->before = (enum incident_state)before;
    incident->substate = (enum incident_substate)substate;
    incident->assignee = arena_str(arena, jsonx_get_str(json, "assignee"));
    incident->reason = arena_str(arena, jsonx_get_str(json, "reason"));
    incident->cause = arena_str(arena, jsonx_get_str(json, "cause"));
    incident->acknowledged = get_wall(json, "acknowledged");
    incident->closed = get_wall(json, "closed");
    incident->until = get_wall(json, "until");
    incident->before_until = get_wall(json, "before_until");
    json_decref(json);
    return 0;
}

/* --- answers
 * -------------------------------------------------------------------- */

static int
add_refused(struct asked *asked, json_t *refused, int64_t incident, int err)
{
    json_t *no = json_object();

    (void)jsonx_set(no, "incident", json_integer(incident));
    (void)jsonx_set(no, "why", json_string(act_words(asked, err)));
    return json_array_append_new(refused, no) == 0 ? 0 : E_NOMEM;
}

static int
add_done(json_t *done, int64_t incident)
{
    return json_array_append_new(done, json_integer(incident)) == 0 ? 0
                                                                    : E_NOMEM;
}

/* Write what came of bulk, and let it be answered after the commit. */
static int
bulk_settle(struct asked *asked, struct bulk_row *bulk, json_t *data)
{
    struct engine *engine = asked->engine;
    _cleanup_(buf_done) struct buf text;
    int r;

    buf_init(&text, BULK_ANSWER_BYTES);
    r = jsonx_dump(data, &text);
    if (r == 0)
        r = engine_write_begin(engine);
    if (r != 0)
        return r;
    bulk->answer = buf_str(&text);
    r = store_bulk_save(engine->store, bulk);
    if (r == 0)
        r = act_data(asked, json_incref(data));
    return engine_write_end(engine, r ? r : act_answer_later(asked));
}

static json_t *
answer_of(const struct bulk_row *bulk, json_t **ret_done, json_t **ret_refused)
{
    json_t *data = json_object();

    *ret_done = json_array();
    *ret_refused = json_array();
    (void)jsonx_set(data, "done", *ret_done);
    (void)jsonx_set(data, "refused", *ret_refused);
    (void)jsonx_set(data, "bulk", json_integer(bulk->id));
    return data;
}

/* --- doing
 * ------------------------------------------------------------------------ */

static struct str
name_of(uint32_t kind)
{
    static const char *const names[] = {
#define X(action, name, role) [ACTION_##action] = name,
        ACTIONS(X)
#undef X
    };

    return str_of(kind < sizeof names / sizeof *names ? names[kind] : "");
}

/* A note stays said; what is reopened or given back can be closed again. */
static bool
can_be_undone(uint32_t kind)
{
    return kind != ACTION_NOTE && kind != ACTION_UNMERGE;
}

/* One of them, in a step of its own. */
static int
bulk_one(struct asked *asked, int64_t bulk)
{
    struct engine *engine = asked->engine;
    struct bulk_item item = {.incident = asked->id};
    struct incident incident;
    int r = engine_write_begin(engine);

    if (r != 0)
        return r;
    asked->words = NULL;
    item.at = engine_now(engine);
    r = store_incident_load(engine->store, asked->id, engine->arena, &incident);
    if (r == 0)
        item.before = incident_text(engine->arena, &incident);
    if (r == 0)
        r = act_write_masked(asked);
    if (r == 0)
        r = store_incident_load(
            engine->store, asked->id, engine->arena, &incident);
    if (r == 0)
        item.after = incident_text(engine->arena, &incident);
    if (r == 0)
        r = store_bulk_item_add(engine->store, bulk, &item);
    return engine_write_end(engine, r);
}

/* Whether no part of what was done was undone with a transaction. */
static int
all_stands(struct asked *asked, uint64_t rollbacks)
{
    return asked->engine->rollbacks == rollbacks
               ? 0
               : refuse(asked, E_IO,
                     "Some of it could not be stored. Please look again.");
}

static int
bulk_all(struct asked *asked, json_t *ids, struct bulk_row *bulk)
{
    json_t *done, *refused, *data = answer_of(bulk, &done, &refused);
    struct wall now = engine_now(asked->engine);
    uint64_t rollbacks = asked->engine->rollbacks;
    size_t n = json_array_size(ids);
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        int err;

        asked->id = json_integer_value(json_array_get(ids, i));
        if (asked->in->kind == ACTION_MERGE &&
            asked->id == act_number(asked, "into"))
            continue;
        err = bulk_one(asked, bulk->id);
        r = err ? add_refused(asked, refused, asked->id, err)
                : add_done(done, asked->id);
    }
    if (r == 0)
        r = all_stands(asked, rollbacks);
    if (can_be_undone(asked->in->kind) && json_array_size(done) > 0)
        bulk->until.ms = now.ms + BULK_UNDO_MS;
    if (r == 0)
        r = bulk_settle(asked, bulk, data);
    json_decref(data);
    return r;
}

/* Asked before under this name: the answer that it had.  False: it was not. */
static bool
bulk_again(struct asked *asked, struct str once)
{
    struct engine *engine = asked->engine;
    struct bulk_row bulk;
    json_t *data = NULL;
    int r;

    if (once.n == 0 ||
        store_bulk_once(engine->store, once, engine->arena, &bulk) != 0 ||
        !str_eq(bulk.by, asked->by))
        return false;
    /* Its answer is written last: without one, it ended half done. */
    r = jsonx_load(bulk.answer, NULL, &data);
    if (r != 0)
        r = refuse(asked, E_STATE, "It was interrupted. Please look again.");
    if (r == 0)
        r = engine_write_begin(engine);
    if (r != 0)
        json_decref(data);
    else
        r = engine_write_end(engine,
            act_data(asked, data) ? E_NOMEM : act_answer_later(asked));
    if (r != 0)
        act_answer(asked, r, act_words(asked, r), NULL);
    return true;
}

void
engine_bulk(struct asked *asked, json_t *ids)
{
    struct engine *engine = asked->engine;
    struct str once = jsonx_get_str(asked->args, "once");
    struct bulk_row bulk = {.by = asked->by,
        .action = name_of(asked->in->kind),
        .at = engine_now(engine),
        .until = WALL_NONE,
        .undone = WALL_NONE};
    int r = json_array_size(ids) > BULK_MAX ? E_LIMIT : 0;

    if (r == 0 && bulk_again(asked, once))
        return;
    if (r == 0)
        r = engine_write_begin(engine);
    if (r == 0)
        r = engine_write_end(
            engine, store_bulk_add(engine->store, &bulk, once, &bulk.id));
    if (r == 0)
        r = bulk_all(asked, ids, &bulk);
    if (r != 0)
        act_answer(asked, r, act_words(asked, r), NULL);
}

/* --- taking back
 * ------------------------------------------------------------------- */

/* The deadlines that the act ended run again, from where they began. */
static int
revive_clocks(struct engine *engine, int64_t incident, struct wall at)
{
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r = store_clocks_of(engine->store, incident, engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        struct clock_run *run = &runs[i];

        if (run->unreadable || !wall_is_set(run->ended) ||
            run->ended.ms < at.ms ||
            (run->end != CLOCK_MET && run->end != CLOCK_OVER))
            continue;
        run->end = CLOCK_RUNNING;
        run->ended = WALL_NONE;
        run->over = false;
        run->next = engine_now(engine);
        r = store_clock_save(engine->store, run);
    }
    return r;
}

/* Those who were told that somebody has it are told that nobody has. */
static int
tell_again(struct engine *engine, const struct incident *incident,
    enum incident_state was)
{
    if (incident->state != INCIDENT_NEW || was == INCIDENT_NEW)
        return 0;
    return engine_tell(engine, incident, INCIDENT_EVENT_REOPENED,
        "an operator took back what was done");
}

static int
undo_write(struct asked *asked, const struct bulk_row *bulk,
    const struct bulk_item *item)
{
    struct engine *engine = asked->engine;
    struct incident incident;
    enum incident_state was;
    json_t *details;
    int r = store_incident_load(
        engine->store, item->incident, engine->arena, &incident);

    if (r != 0)
        return r;
    if (!str_eq(incident_text(engine->arena, &incident), item->after))
        return refuse(asked, E_STATE, "It has changed since.");
    if (str_eq(item->before, item->after))
        return 0;
    if (str_eq(bulk->action, STR("merge"))) {
        asked->id = item->incident;
        return act_unmerge(asked);
    }
    was = incident.state;
    r = incident_restore(engine->arena, &incident, item->before);
    if (r == 0)
        r = store_incident_save(engine->store, &incident);
    if (r == 0)
        r = revive_clocks(engine, incident.id, item->at);
    details = json_object();
    (void)jsonx_set(details, "undone", jsonx_str(bulk->action));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    r = act_ledger(asked, "incident.undone", incident.id, details);
    if (r == 0)
        r = tell_again(engine, &incident, was);
    if (r == 0)
        engine_changed(engine, "incident", incident.id);
    return r;
}

/* What is kept of one, outside of the engine's arena, which is emptied. */
struct undo {
    struct arena *arena;
    struct bulk_row bulk;
    struct bulk_item *items;
    size_t n;
};

static int
undo_all(struct asked *asked, struct undo *undo)
{
    struct engine *engine = asked->engine;
    json_t *done, *refused, *data = answer_of(&undo->bulk, &done, &refused);
    uint64_t rollbacks = engine->rollbacks;
    int r = 0;

    for (size_t i = 0; i < undo->n && r == 0; i++) {
        int err = engine_write_begin(engine);

        asked->words = NULL;
        if (err == 0)
            err = engine_write_end(
                engine, undo_write(asked, &undo->bulk, &undo->items[i]));
        r = err ? add_refused(asked, refused, undo->items[i].incident, err)
                : add_done(done, undo->items[i].incident);
    }
    undo->bulk.undone = engine_now(engine);
    if (r == 0)
        r = all_stands(asked, rollbacks);
    if (r == 0)
        r = bulk_settle(asked, &undo->bulk, data);
    json_decref(data);
    return r;
}

static int
undo_load(struct asked *asked, struct undo *undo)
{
    struct engine *engine = asked->engine;
    int r = store_bulk_load(engine->store, asked->id, undo->arena, &undo->bulk);

    if (r != 0)
        return r;
    if (wall_is_set(undo->bulk.undone))
        return refuse(asked, E_STATE, "It was taken back already.");
    if (!wall_is_set(undo->bulk.until) ||
        undo->bulk.until.ms < engine_now(engine).ms)
        return refuse(asked, E_STATE, "It can be taken back no longer.");
    return store_bulk_items(
        engine->store, undo->bulk.id, undo->arena, &undo->items, &undo->n);
}

void
engine_bulk_undo(struct asked *asked)
{
    struct undo undo = {.arena = arena_new(ARENA_CAP_DEFAULT)};
    int r = undo.arena ? undo_load(asked, &undo) : E_NOMEM;

    if (r == 0)
        r = undo_all(asked, &undo);
    if (r != 0)
        act_answer(asked, r, act_words(asked, r), NULL);
    arena_free(undo.arena);
}

/* --- saved views
 * -------------------------------------------------------------------- */

int
act_view_add(struct asked *asked)
{
    struct engine *engine = asked->engine;
    bool shared = str_eq(asked->role, STR("shared"));
    struct saved_view view = {.name = asked->object,
        .query = asked->text,
        .owner = shared ? STR_NONE : asked->by,
        .by = asked->by,
        .made = engine_now(engine)};
    json_t *data = json_object();
    int r = store_saved_view_add(engine->store, &view, &view.id);

    if (r == E_LIMIT)
        asked->words = "There are too many views.";
    (void)jsonx_set(data, "view", json_integer(view.id));
    if (r != 0) {
        json_decref(data);
        return r;
    }
    r = act_ledger(asked, "view.saved", 0, NULL);
    if (r == 0)
        return act_data(asked, data);
    json_decref(data);
    return r;
}

int
act_view_drop(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct saved_view view;
    json_t *details;
    int r =
        store_saved_view_load(engine->store, asked->id, engine->arena, &view);

    if (r != 0)
        return r;
    if (view.owner.n > 0 && !str_eq(view.owner, asked->by))
        return E_NOTFOUND;
    if (!str_eq(view.by, asked->by) && !str_eq(asked->role, STR("admin")))
        return refuse(asked, E_STATE,
            "Who made it, or an administrator, may take it away.");
    r = store_saved_view_drop(engine->store, asked->id);
    if (r != 0)
        return r;
    details = json_object();
    (void)jsonx_set(details, "object", jsonx_str(view.name));
    return act_ledger(asked, "view.dropped", 0, details);
}
