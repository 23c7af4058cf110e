/*
 * engine_wanted: pages besides the sources' own.
 *
 * Four kinds (store/wanted.h): the next page of a source whose first did not
 * reach back to what was known, a sitemap that an index names, the own page of
 * an item that came with a headline only, and that of one of which it is to be
 * seen whether it is still there (engine_retract.c).  A row of the store says
 * what is wanted; what the page brings is written in the transaction that
 * drops the row, so a kill in between asks again and loses nothing.
 */
#include <string.h>

#include "base/err.h"
#include "base/url.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_retract.h"
#include "daemon/pb.h"

enum {
    WANTED_BATCH = ENGINE_MAX_IN_FLIGHT, /* asked for at one time */
    WANTED_MAX_TRIES = 3,
    WANTED_AGAIN_MS = MS_MINUTE,    /* after the first failure; then × 5 */
    WANTED_BUSY_MS = 2 * MS_SECOND, /* no slot, or its host has its share */
    WANTED_PAGE_GAP_MS = MS_SECOND, /* besides fetch's own gap per host */
    WANTED_TIMER_MAX_MS = MS_MINUTE
};

/* --- asking ------------------------------------------------------------------
 */

static bool
wanted_is_asked(const struct engine *engine, int64_t id)
{
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        if (engine->slots[i].number != 0 && engine->slots[i].wanted == id)
            return true;
    }
    return false;
}

/* The item of an article goes along, to be matched again with its text. */
static int
wanted_base(struct engine *engine, const struct wanted *wanted,
    Tocsin__Item *base, Tocsin__ParseContext *context)
{
    struct arena *arena = engine->arena;
    struct stored_item stored;
    int r = store_item_load(engine->store, wanted->item, arena, &stored);

    if (r != 0)
        return r;
    base->url = pb_cstr(arena, wanted->url);
    base->title = pb_cstr(arena, stored.item.title);
    base->published_ms = stored.item.published.ms;
    base->updated_ms = stored.item.updated.ms;
    base->identity = pb_data(arena_str(
        arena, (struct str){(const char *)stored.item.identity, DIGEST_SIZE}));
    context->item = base;
    context->seen = (ProtobufCBinaryData){0};
    return 0;
}

static int
wanted_ask(struct engine *engine, const struct wanted *wanted, uint32_t watch)
{
    const struct source *source = engine->watches[watch].source;
    Tocsin__PollRequest out = TOCSIN__POLL_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;
    Tocsin__Item base = TOCSIN__ITEM__INIT;
    struct slot *slot = slot_take(engine, engine_host_of(wanted->url));
    struct source_state state;
    int r;

    if (slot == NULL)
        return E_BUSY;
    slot->watch = watch;
    slot->wanted = wanted->id;
    slot->sent = loop_mono(engine->loop);
    r = slot_load_state(engine, source, engine->arena, &state);
    if (r == 0) {
        poll_describe(engine, source, &state, &out, &context);
        out.poll = slot->number;
        out.url = pb_cstr(engine->arena, wanted->url);
    }
    if (r == 0 && (wanted->kind == WANTED_ARTICLE ||
                      wanted->kind == WANTED_CHECK)) {
        out.want = TOCSIN__WANT__WANT_ARTICLE;
        r = wanted_base(engine, wanted, &base, &context);
    }
    if (r == 0 && arena_failed(engine->arena))
        r = E_NOMEM;
    if (r == 0)
        r = ipc_send(
            engine->fetch.ipc, FRAME(poll_request, POLL_REQUEST, &out));
    if (r != 0)
        slot_free(engine, slot);
    return r;
}

/* 0 when it was asked for, is gone, or its host has its share already; E_BUSY
 * when nothing more can be asked. */
static int
wanted_one(
    struct engine *engine, const struct wanted *wanted, bool *ret_waits)
{
    uint16_t host = engine_host_of(wanted->url);
    uint32_t watch;
    int r;

    if (wanted_is_asked(engine, wanted->id))
        return 0;
    if (engine_watch_find(engine, wanted->source, &watch) != 0)
        return store_wanted_drop(engine->store, wanted->id);
    if (engine->host_in_flight[host] >= ENGINE_PER_HOST) {
        *ret_waits = true;
        return 0;
    }
    r = wanted_ask(engine, wanted, watch);
    if (r == 0 || r == E_BUSY)
        return r;
    log_say(LOG_ERROR, "a page could not be asked for", "url",
        arena_cstr(engine->arena, wanted->url), "why", err_text(r), NULL);
    return store_wanted_drop(engine->store, wanted->id);
}

void
engine_wanted_run(struct engine *engine)
{
    struct wall now = engine_now(engine), next = WALL_NONE;
    struct wanted *list = NULL;
    int64_t wait = WANTED_TIMER_MAX_MS;
    bool waits = false;
    size_t n = 0;
    int r;

    if (engine->store == NULL || !engine_may_poll(engine)) {
        loop_timer_set(engine->wanted_timer, WANTED_BUSY_MS);
        return;
    }
    arena_clear(engine->arena);
    r = store_wanted_due(
        engine->store, now, WANTED_BATCH, engine->arena, &list, &n);
    for (size_t i = 0; i < n && r == 0; i++)
        r = wanted_one(engine, &list[i], &waits);
    if (r == 0)
        r = store_wanted_next(engine->store, &next);
    if (r != 0 && r != E_BUSY)
        log_say(LOG_ERROR, "the wanted pages cannot be read", "why",
            err_text(r), NULL);
    if (r == 0 && wall_is_set(next) && next.ms > now.ms)
        wait = next.ms - now.ms;
    else if (r != 0 || n > 0)
        wait = WANTED_BUSY_MS;
    loop_timer_set(engine->wanted_timer,
        wait < WANTED_TIMER_MAX_MS ? wait : WANTED_TIMER_MAX_MS);
}

/* --- wanting ------------------------------------------------------------- */

int
engine_wanted_add(struct engine *engine, const struct wanted *wanted)
{
    struct pending soon = {.kind = PENDING_WANTED};
    int r = store_wanted_add(engine->store, wanted);

    if (r == 0)
        return engine_write_then(engine, &soon);
    if (r == E_EXISTS)
        return 0;
    if (r == E_LIMIT) {
        log_say(LOG_NOTICE, "a source waits for too many pages", "source",
            arena_cstr(engine->arena, wanted->source), NULL);
        return 0;
    }
    return r;
}

/* A sitemap that was not changed lately is no news, nor is one without a date
 * while there are more of them than are read at once. */
static bool
child_is_baseline(
    const struct engine *engine, const struct further *further, size_t i)
{
    const Tocsin__ParseResult *result = further->result;
    int64_t updated = result->children_updated_ms[i];

    if (further->baseline || !wall_is_set(further->since))
        return true;
    if (updated == WALL_NONE.ms)
        return result->children_left;
    return updated + engine->config->backfill_after_ms < further->since.ms;
}

static int
further_children(struct engine *engine, const struct further *further)
{
    const Tocsin__ParseResult *result = further->result;
    struct wall due = engine_now(engine);
    int r = 0;

    for (size_t i = 0; i < result->n_children && r == 0; i++) {
        struct wanted wanted = {.source = further->watch->source->id,
            .kind = WANTED_CHILD,
            .url = pb_str(result->children[i]),
            .baseline = child_is_baseline(engine, further, i),
            .since = further->since,
            .due = due};

        if (url_is_http(wanted.url))
            r = engine_wanted_add(engine, &wanted);
        due.ms += WANTED_PAGE_GAP_MS;
    }
    return r;
}

static int
further_gap(
    struct engine *engine, const struct further *further, const char *text)
{
    return condition_set(engine, further->watch->source, STR("gap"),
        text ? arena_printf(engine->arena,
                   "none of the newest items that it showed was known: some "
                   "may have come and gone between two polls; %s",
                   text)
             : STR_NONE,
        text != NULL);
}

int
wanted_further(struct engine *engine, const struct further *further)
{
    const Tocsin__ParseResult *result = further->result;
    struct wanted page = {.source = further->watch->source->id,
        .kind = WANTED_PAGE,
        .url = pb_str(result->next),
        .left = further->left > 0 ? further->left - 1 : 0,
        .since = further->since,
        .due = {engine_now(engine).ms + WANTED_PAGE_GAP_MS}};
    bool follow = further->left > 0 && page.url.n && url_is_http(page.url);
    int r = further_children(engine, further);

    if (r != 0 || further->baseline || result->reannounced ||
        result->in_window == 0)
        return r;
    if (result->reaches)
        return further_gap(engine, further, NULL);
    if (!follow)
        return further_gap(engine, further,
            page.url.n ? "no further page is followed"
                       : "it names no further page");
    r = further_gap(engine, further, "its further pages are being read");
    return r == 0 ? engine_wanted_add(engine, &page) : r;
}

/* --- what came of it ----------------------------------------------------- */

/* Articles go once; what came of a further page may want another. */
static int
wanted_read_page(struct engine *engine, const struct watch *watch,
    const struct wanted *wanted, const Tocsin__ParseResult *result)
{
    struct further further = {.watch = watch,
        .result = result,
        .since = wanted->since,
        .left = wanted->left,
        .baseline = wanted->baseline};
    struct source_state state;
    int r = slot_load_state(engine, watch->source, engine->arena, &state);

    if (r != 0)
        return r;
    state.seen = pb_bytes(result->seen);
    if (result->n_items > 0)
        state.last_new = engine_now(engine);
    r = store_source_save(engine->store, watch->source->id, &state);
    /* A list that ended was read whole. */
    if (r == 0 && wanted->kind == WANTED_PAGE && result->in_window == 0)
        r = further_gap(engine, &further, NULL);
    /* A sitemap of an index is no index: the standard forbids it, and who does
     * it all the same may have no end. */
    if (r != 0 || wanted->kind == WANTED_CHILD)
        return r;
    return wanted_further(engine, &further);
}

static int
wanted_read(struct engine *engine, const struct watch *watch,
    const struct wanted *wanted, const Tocsin__ParseResult *result)
{
    struct arrival arrival = {.source = watch->source,
        .rules = engine_rules_of(engine, result->generation),
        .generation = result->generation,
        .baseline = wanted->baseline,
        .article = wanted->kind == WANTED_ARTICLE,
        .since = wanted->since,
        .result = result};
    int r = arrival.rules ? 0 : E_STATE;

    /* Of an article only the item that it was asked for. */
    if (arrival.article && result->n_items > 1)
        r = E_PROTO;
    for (size_t i = 0; i < result->n_items && r == 0; i++)
        r = engine_item(engine, &arrival, result->items[i]);
    if (r == 0)
        r = store_wanted_drop(engine->store, wanted->id);
    if (r == 0 && !arrival.article)
        r = wanted_read_page(engine, watch, wanted, result);
    return r;
}

/* Whether asking again may help. */
static bool
wanted_may_try(const struct wanted *wanted, const struct poll_outcome *outcome)
{
    int status = outcome->answer->status;

    return wanted->tries + 1 < WANTED_MAX_TRIES &&
           outcome->event == POLL_EVENT_FAILED && !outcome->refused &&
           (status < 400 || status == 408 || status == 429 || status >= 500);
}

static int
wanted_failed(struct engine *engine, const struct watch *watch,
    const struct wanted *wanted, const struct poll_outcome *outcome)
{
    struct further further = {.watch = watch};
    struct wall due = engine_now(engine);
    int64_t wait = WANTED_AGAIN_MS;

    for (uint32_t i = 0; i < wanted->tries && i < WANTED_MAX_TRIES; i++)
        wait *= 5;
    if (outcome->answer->retry_after_ms > wait)
        wait = outcome->answer->retry_after_ms;
    due.ms += wait;
    if (wanted_may_try(wanted, outcome))
        return store_wanted_again(
            engine->store, wanted->id, wanted->tries + 1, due);
    log_say(LOG_INFO, "a page is given up", "url",
        arena_cstr(engine->arena, wanted->url), "why",
        arena_cstr(engine->arena, outcome->reason), NULL);
    if (wanted->kind == WANTED_PAGE) {
        int r =
            further_gap(engine, &further, "its further page could not be read");

        if (r != 0)
            return r;
    }
    return store_wanted_drop(engine->store, wanted->id);
}

static int
wanted_apply(struct engine *engine, const struct slot *slot,
    const struct poll_outcome *outcome)
{
    const struct watch *watch = &engine->watches[slot->watch];
    struct wanted wanted;
    int r =
        store_wanted_load(engine->store, slot->wanted, engine->arena, &wanted);

    if (r == E_NOTFOUND)
        return 0;
    /* Asked once; when it is asked again is engine_retract.c's to say. */
    if (r == 0 && wanted.kind == WANTED_CHECK) {
        r = engine_retract_checked(engine, wanted.item, outcome);
        return r ? r : store_wanted_drop(engine->store, wanted.id);
    }
    if (r == 0 && outcome->event == POLL_EVENT_ITEMS)
        return wanted_read(engine, watch, &wanted, outcome->result);
    return r == 0 ? wanted_failed(engine, watch, &wanted, outcome) : r;
}

void
wanted_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome)
{
    struct pending pending = {.kind = PENDING_WANTED, .poll = slot->number};
    struct poll_outcome failed = {.event = POLL_EVENT_DIED,
        .reason = STR("what it brought could not be written"),
        .answer = &outcome_no_answer};
    int r;

    slot->answered = true;
    for (int i = 0; i < 2; i++) { /* when it fails: that it failed */
        r = engine_write_begin(engine);
        if (r == 0) {
            r = wanted_apply(engine, slot, i == 0 ? outcome : &failed);
            if (r == 0)
                r = engine_write_then(engine, &pending);
            r = engine_write_end(engine, r);
        }
        if (r == 0)
            return;
        if (engine->failing.ms != 0) /* the store's fault, not the page's */
            break;
    }
    engine_wanted_settle(engine, &pending, false);
}

void
wanted_later(struct engine *engine, struct slot *slot, int64_t after_ms)
{
    struct wall due = {engine_now(engine).ms + after_ms};
    struct pending pending = {.kind = PENDING_WANTED, .poll = slot->number};
    struct wanted wanted;
    int r;

    slot->answered = true;
    arena_clear(engine->arena);
    r = engine_write_begin(engine);
    if (r == 0) {
        r = store_wanted_load(
            engine->store, slot->wanted, engine->arena, &wanted);
        if (r == 0)
            r = store_wanted_again(engine->store, wanted.id, wanted.tries, due);
        if (r == 0 || r == E_NOTFOUND)
            r = engine_write_then(engine, &pending);
        r = engine_write_end(engine, r);
    }
    if (r != 0)
        engine_wanted_settle(engine, &pending, false);
}

void
engine_wanted_settle(
    struct engine *engine, const struct pending *pending, bool committed)
{
    struct slot *slot = slot_find(engine, pending->poll);

    if (slot)
        slot_free(engine, slot);
    loop_timer_set(engine->wanted_timer, committed ? 1 : WANTED_BUSY_MS);
}
