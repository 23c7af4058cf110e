/*
 * engine_push: documents that were brought, not fetched.
 *
 * A hotline, a mailbox or a form brings items to a source of kind push, and a
 * hub may bring the news of a feed.  The document goes straight to a parser
 * and then takes the same road as one that was fetched: what is known is
 * dropped, the rest is matched, scored, grouped, written.  Who brought it is
 * answered after the commit, so "accepted" means stored.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/level.h"
#include "daemon/engine_disk.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"

enum { PUSH_ANSWER_BYTES = 256 * 1024 };

/* The ready parser that has the fewest documents of ours. */
static int
push_parser(const struct engine *engine, uint32_t *ret)
{
    size_t least = ENGINE_MAX_IN_FLIGHT + 1;
    int r = E_BUSY;

    for (uint32_t i = 0; i < engine->nparsers; i++) {
        size_t load = 0;

        if (engine->parsers[i].ipc == NULL || !engine->parsers[i].ready)
            continue;
        for (size_t j = 0; j < ENGINE_MAX_IN_FLIGHT; j++)
            load += engine->slots[j].number != 0 &&
                    engine->slots[j].parser == (int32_t)i;
        if (load < least) {
            least = load;
            *ret = i;
            r = 0;
        }
    }
    return r;
}

static int
push_send(struct engine *engine, struct slot *slot, const struct push *push)
{
    struct watch *watch = &engine->watches[slot->watch];
    Tocsin__PollRequest described = TOCSIN__POLL_REQUEST__INIT;
    Tocsin__ParseRequest out = TOCSIN__PARSE_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;
    Tocsin__Answer answer = TOCSIN__ANSWER__INIT;
    struct source_state state;
    uint32_t parser;
    int r = push_parser(engine, &parser);

    if (r == 0)
        r = slot_load_state(engine, watch->source, engine->arena, &state);
    if (r != 0)
        return r;
    poll_describe(engine, watch->source, &state, &described, &context);
    out.poll = slot->number;
    out.source = described.source;
    out.url = pb_cstr(engine->arena, watch->source->url);
    out.want = TOCSIN__WANT__WANT_FEED;
    out.content_type = pb_data(push->content_type);
    out.body = pb_data(push->body);
    out.context = &context;
    out.answer = &answer;
    out.now_ms = engine_now(engine).ms;
    if (arena_failed(engine->arena))
        return E_NOMEM;
    slot->parser = (int32_t)parser;
    slot->handed = ++engine->handed_serial;
    return ipc_send(
        engine->parsers[parser].ipc, FRAME(parse_request, PARSE_REQUEST, &out));
}

int
engine_push(struct engine *engine, const struct push *push)
{
    uint32_t watch;
    struct slot *slot;
    int r = engine_watch_find(engine, push->source, &watch);

    if (r != 0)
        return r;
    if (engine->watches[watch].source->kind != SOURCE_PUSH &&
        !push->signed_by_hub)
        return E_DENIED;
    if (engine->watches[watch].baseline && push->signed_by_hub)
        return E_STATE; /* first it is to be seen as it is */
    slot = engine_disk_is_low(engine) ? NULL : slot_take(engine, 0);
    if (slot == NULL)
        return E_BUSY;
    slot->watch = watch;
    slot->pushed = true;
    slot->token = push->token;
    slot->sent = loop_mono(engine->loop);
    r = push_send(engine, slot, push);
    if (r != 0)
        slot_free(engine, slot);
    return r;
}

/* --- what came of it ---------------------------------------------------------
 */

static int
push_item(struct engine *engine, const struct arrived *arrived, json_t *list)
{
    static const char *const outcomes[] = {
        [ITEM_NEW] = "new", [ITEM_REVISED] = "revised", [ITEM_KNOWN] = "known"};
    json_t *one = json_object();
    int64_t incident = 0;
    int r = store_incident_of(engine->store, arrived->item, &incident);

    if (r == E_NOTFOUND)
        r = 0;
    if (r == 0)
        r = jsonx_set(one, "item", json_integer(arrived->item));
    if (r == 0)
        r = jsonx_set(one, "id", jsonx_str(arrived->id));
    if (r == 0)
        r = jsonx_set(one, "outcome", json_string(outcomes[arrived->outcome]));
    if (r == 0)
        r = jsonx_set(one, "score", json_integer(arrived->score));
    if (r == 0)
        r = jsonx_set(one, "level",
            arrived->level == LEVEL_NONE
                ? json_null()
                : json_string(level_name(arrived->level)));
    if (r == 0)
        r = jsonx_set(
            one, "incident", incident ? json_integer(incident) : json_null());
    if (r == 0 && json_array_append(list, one) != 0)
        r = E_NOMEM;
    json_decref(one);
    return r;
}

static int
push_items(struct engine *engine, const struct watch *watch,
    const Tocsin__ParseResult *result, json_t *list)
{
    struct arrived arrived;
    struct arrival arrival = {.source = watch->source,
        .rules = engine_rules_of(engine, result->generation),
        .generation = result->generation,
        .since = WALL_NONE,
        .result = result,
        .ret = &arrived};
    struct source_state state;
    int r = arrival.rules ? 0 : E_STATE;

    /* What is brought by hand is told of now, however old; a hub's news are
     * those of a poll. */
    if (r == 0 && watch->source->kind != SOURCE_PUSH) {
        r = slot_load_state(engine, watch->source, engine->arena, &state);
        if (r == 0)
            arrival.since = state.last_success;
    }

    for (size_t i = 0; i < result->n_items && r == 0; i++) {
        r = engine_item(engine, &arrival, result->items[i]);
        if (r == 0)
            r = push_item(engine, &arrived, list);
    }
    return r;
}

/* The state moves as after a poll, but the schedule of polls does not. */
static int
push_save(struct engine *engine, const struct watch *watch,
    const Tocsin__ParseResult *result)
{
    struct source_state state;
    struct wall now = engine_now(engine);
    int r = slot_load_state(engine, watch->source, engine->arena, &state);

    if (r != 0)
        return r;
    state.seen = pb_bytes(result->seen);
    if (result->n_items > 0)
        state.last_new = now;
    if (watch->source->kind == SOURCE_PUSH) {
        state.last_poll = state.last_success = now;
        if (!wall_is_set(state.first_poll))
            state.first_poll = now;
    }
    r = store_source_save(engine->store, watch->source->id, &state);
    if (r == 0 && watch->source->kind != SOURCE_PUSH)
        r = hub_pushed(engine, watch->source->id);
    return r;
}

static int
push_answer(struct engine *engine, const struct slot *slot, json_t *list,
    const Tocsin__ParseResult *result)
{
    struct pending pending = {.kind = PENDING_ACTION, .token = slot->token};
    json_t *data = json_object();
    struct buf text;
    int r = jsonx_set(data, "received", json_integer(result->in_window));

    buf_init(&text, PUSH_ANSWER_BYTES);
    if (r == 0)
        r = jsonx_set(data, "known",
            json_integer(
                (json_int_t)result->in_window - (json_int_t)result->n_items));
    if (r == 0)
        r = jsonx_set(data, "items", json_incref(list));
    if (r == 0)
        r = jsonx_dump(data, &text);
    json_decref(data);
    if (r == 0) {
        pending.data = strdup(buf_cstr(&text));
        r = pending.data ? engine_write_then(engine, &pending) : E_NOMEM;
    }
    buf_done(&text);
    return r;
}

/* Answer at once that it failed. */
static void
push_refuse(
    struct engine *engine, const struct slot *slot, int err, struct str reason)
{
    Tocsin__ActionResult out = TOCSIN__ACTION_RESULT__INIT;
    char none[] = "";

    out.token = slot->token;
    out.err = err;
    out.text = pb_cstr(engine->arena, reason);
    out.data = none;
    if (out.text && engine->console.ipc)
        (void)ipc_send(
            engine->console.ipc, FRAME(action_result, ACTION_RESULT, &out));
}

static int
push_apply(struct engine *engine, const struct slot *slot,
    const Tocsin__ParseResult *result)
{
    const struct watch *watch = &engine->watches[slot->watch];
    struct pending pending = {.kind = PENDING_PUSH, .poll = slot->number};
    json_t *list = json_array();
    int r = list ? push_items(engine, watch, result, list) : E_NOMEM;

    if (r == 0)
        r = push_save(engine, watch, result);
    if (r == 0)
        r = push_answer(engine, slot, list, result);
    if (r == 0)
        r = engine_write_then(engine, &pending);
    json_decref(list);
    return r;
}

void
push_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome)
{
    uint64_t number = slot->number;
    int r;

    slot->answered = true;
    if (outcome->event != POLL_EVENT_ITEMS) {
        push_refuse(engine, slot, E_PARSE, outcome->reason);
        slot_free(engine, slot);
        return;
    }
    r = engine_write_begin(engine);
    if (r == 0) {
        r = push_apply(engine, slot, outcome->result);
        r = engine_write_end(engine, r);
    }
    /* A rollback of everything has answered and freed it already. */
    if (r != 0 && slot_find(engine, number) == slot) {
        push_refuse(
            engine, slot, r, STR("It could not be stored. Please try again."));
        slot_free(engine, slot);
    }
}

void
engine_push_settle(struct engine *engine, const struct pending *pending)
{
    struct slot *slot = slot_find(engine, pending->poll);

    if (slot)
        slot_free(engine, slot);
}
