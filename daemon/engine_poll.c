/*
 * engine_poll: from "due" to the fetch role, and what roles answer, checked.
 */
#include "daemon/engine_disk.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_evidence.h"
#include "daemon/engine_site.h"

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/mask.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/pb.h"
#include "feeds/feeds.h"

enum {
    POLL_TIMER_MAX_MS = 60 * MS_SECOND,
    POLL_MAX_SEEN_BYTES = 1024 * 1024,
    POLL_MAX_VALIDATOR_BYTES = 1024,
    POLL_MAX_REASON_BYTES = 4096,
    POLL_AGAIN_MS = 30 * MS_SECOND,   /* what could not be sent */
    POLL_HOST_BUSY_MS = 2 * MS_SECOND /* its host has its share already */
};

struct wall
engine_now(const struct engine *engine)
{
    return loop_wall(engine->loop);
}

/* --- sending ----------------------------------------------------------------- */

static bool
hash_is_set(const uint8_t hash[DIGEST_SIZE])
{
    static const uint8_t zero[DIGEST_SIZE];

    return memcmp(hash, zero, DIGEST_SIZE) != 0;
}

/* Its tags, and one that is its own: rules may be of one source. */
static char **
tags_of(struct arena *arena, const struct source *source, size_t *ret_n)
{
    char **tags = ARENA_ARRAY(arena, source->ntags + 1, char *);

    if (tags == NULL)
        return NULL;
    for (size_t i = 0; i < source->ntags; i++)
        tags[i] = pb_cstr(arena, source->tags[i]);
    tags[source->ntags] = pb_cstr(
        arena, arena_printf(arena, "source:%.*s", STR_ARG(source->id)));
    *ret_n = source->ntags + 1;
    return tags;
}

void
poll_describe(struct engine *engine, const struct source *source,
    const struct source_state *state, Tocsin__PollRequest *out,
    Tocsin__ParseContext *context)
{
    struct arena *arena = engine->arena;

    out->source = pb_cstr(arena, source->id);
    out->want = source->kind == SOURCE_LIST ? TOCSIN__WANT__WANT_LIST
                                            : TOCSIN__WANT__WANT_FEED;
    out->interval_ms = state->interval_ms;
    out->allow = pb_cstrs(arena, source->allow, source->nallow);
    out->n_allow = source->nallow;
    out->proxy = pb_cstr(arena, source->proxy);
    out->context = context;
    context->seen = pb_data(state->seen);
    context->select = pb_cstr(arena, source->select);
    context->select_link = pb_cstr(arena, source->select_link);
    context->select_title = pb_cstr(arena, source->select_title);
    context->select_date = pb_cstr(arena, source->select_date);
    context->hint = pb_data(state->hint);
    context->zone =
        pb_cstr(arena, source->zone.n ? source->zone : engine->config->zone);
    context->title = pb_cstr(arena, source->title);
    context->tier = pb_cstr(arena, source->tier);
    context->tags = tags_of(arena, source, &context->n_tags);
}

static int
poll_request(struct engine *engine, struct arena *arena,
    const struct source *source, const struct source_state *state,
    uint64_t number)
{
    Tocsin__PollRequest out = TOCSIN__POLL_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;
    bool moved = state->moved_count >= ENGINE_MOVED_AFTER && state->moved_to.n;

    poll_describe(engine, source, state, &out, &context);
    out.poll = number;
    out.url = pb_cstr(arena, moved ? state->moved_to : source->url);
    out.etag = pb_data(state->etag);
    out.validator_url = pb_cstr(arena, state->validator_url);
    out.last_modified = pb_data(state->last_modified);
    if (hash_is_set(state->body_hash))
        out.body_hash =
            pb_data((struct str){(const char *)state->body_hash, DIGEST_SIZE});
    if (arena_failed(arena))
        return E_NOMEM;
    return ipc_send(engine->fetch.ipc, FRAME(poll_request, POLL_REQUEST, &out));
}

static int
poll_send(struct engine *engine, uint32_t number)
{
    struct watch *watch = &engine->watches[number];
    struct poll_answer due = {.event = POLL_EVENT_DUE};
    struct poll_answer sent = {.event = POLL_EVENT_SENT};
    struct wall now = engine_now(engine);
    struct slot *slot = slot_take(engine, watch->host);
    struct source_state state;
    int r = E_LIMIT;

    if (slot == NULL)
        return r;
    slot->watch = number;
    slot->before = watch->poll;
    arena_clear(engine->arena);
    r = slot_load_state(engine, watch->source, engine->arena, &state);
    if (r == 0)
        r = poll_request(
            engine, engine->arena, watch->source, &state, slot->number);
    if (r != 0) {
        slot_free(engine, slot);
        return r;
    }
    (void)poll_apply(&watch->poll, &due, now);
    (void)poll_apply(&watch->poll, &sent, now);
    watch->poll_number = slot->number;
    slot->sent = loop_mono(engine->loop);
    rhythm_sent(engine, watch);
    schedule_remove(engine->schedule, number);
    return 0;
}

bool
engine_may_poll(const struct engine *engine)
{
    if (engine->stopping || engine->fetch.ipc == NULL || !engine->fetch.ready ||
        loop_mono(engine->loop).ms < engine->hold.ms ||
        engine_disk_is_low(engine))
        return false;
    for (uint32_t i = 0; i < engine->nparsers; i++) {
        if (engine->parsers[i].ipc && engine->parsers[i].ready)
            return true;
    }
    return false;
}

/* The first that is due: send it, or put it back for a little while when its
 * host has its share of polls, or something is wrong with it alone. */
static void
poll_first(struct engine *engine, uint32_t number)
{
    struct watch *watch = &engine->watches[number];
    struct wall later = engine_now(engine);
    int r = E_BUSY;

    later.ms += POLL_HOST_BUSY_MS;
    if (engine->host_in_flight[watch->host] < ENGINE_PER_HOST)
        r = poll_send(engine, number);
    if (r == 0)
        return;
    if (r != E_BUSY) {
        later.ms += POLL_AGAIN_MS;
        log_say(LOG_ERROR, "a source could not be polled", "source",
            arena_cstr(engine->arena, watch->source->id), "why", err_text(r),
            NULL);
    }
    schedule_set(engine->schedule, number, later);
}

/* Send what is due, then sleep until the next is. */
void
engine_poll_start(struct engine *engine)
{
    struct wall now = engine_now(engine), due;
    uint32_t number;

    engine_rhythm_plan(engine);
    while (engine_may_poll(engine) &&
           engine->in_flight < ENGINE_MAX_IN_FLIGHT &&
           schedule_first(engine->schedule, &number, &due) && due.ms <= now.ms)
        poll_first(engine, number);
    if (schedule_first(engine->schedule, &number, &due)) {
        int64_t wait = due.ms - now.ms;

        if (wait < 1)
            wait = engine->in_flight >= ENGINE_MAX_IN_FLIGHT ? MS_SECOND : 1;
        if (!engine_may_poll(engine))
            wait = MS_SECOND; /* a role's Ready comes here at once */
        loop_timer_set(engine->poll_timer,
            wait < POLL_TIMER_MAX_MS ? wait : POLL_TIMER_MAX_MS);
    }
}

int
engine_poll_probe(struct engine *engine, uint32_t number)
{
    struct watch *watch = &engine->watches[number];
    struct poll_answer probe = {.event = POLL_EVENT_PROBE};
    int r;

    if (watch->source->kind == SOURCE_PUSH)
        return E_DENIED;
    if (watch->poll_number != 0)
        return E_STATE;
    r = poll_apply(&watch->poll, &probe, engine_now(engine));
    if (r == 0) {
        schedule_set(engine->schedule, number, engine_now(engine));
        engine_poll_start(engine);
    }
    return r;
}

/* --- what roles say is checked ------------------------------------------- */

static bool
words_are_sound(const char *s, size_t max)
{
    struct str words = str_of(s);

    return words.n <= max && utf8_is_valid(words);
}

static bool
answer_is_sound(const Tocsin__Answer *answer)
{
    return answer->etag.len <= POLL_MAX_VALIDATOR_BYTES &&
           answer->last_modified.len <= POLL_MAX_VALIDATOR_BYTES &&
           (answer->body_hash.len == 0 ||
               answer->body_hash.len == DIGEST_SIZE) &&
           words_are_sound(answer->moved_to, URL_MAX) &&
           words_are_sound(answer->hub, URL_MAX) &&
           words_are_sound(answer->self, URL_MAX) &&
           words_are_sound(answer->url, URL_MAX) &&
           answer->retry_after_ms >= 0 && answer->fresh_ms >= 0;
}

/* --- answers ------------------------------------------------------------- */

void
engine_poll_answer(struct engine *engine, const Tocsin__PollAnswer *in)
{
    static const enum poll_event events[] = {
        [TOCSIN__POLL_ANSWER__OUTCOME__FAILED] = POLL_EVENT_FAILED,
        [TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED] = POLL_EVENT_UNCHANGED,
        [TOCSIN__POLL_ANSWER__OUTCOME__GONE] = POLL_EVENT_GONE,
        [TOCSIN__POLL_ANSWER__OUTCOME__REFUSED] = POLL_EVENT_FAILED};
    struct slot *slot = slot_waiting(engine, in->poll);
    struct poll_outcome outcome = {
        .event = POLL_EVENT_FAILED, .silent_since = WALL_NONE};

    if (slot == NULL || slot->parser >= 0 || (unsigned)in->outcome >= 5 ||
        !words_are_sound(in->reason, POLL_MAX_REASON_BYTES) ||
        (in->answer && !answer_is_sound(in->answer)))
        return;
    if (in->outcome == TOCSIN__POLL_ANSWER__OUTCOME__LATER) {
        outcome_later(
            engine, slot, in->answer ? in->answer->retry_after_ms : 0);
        return;
    }
    arena_clear(engine->arena);
    outcome.event = events[in->outcome];
    outcome.refused = in->outcome == TOCSIN__POLL_ANSWER__OUTCOME__REFUSED;
    outcome.answer = in->answer ? in->answer : &outcome_no_answer;
    if (outcome.event != POLL_EVENT_UNCHANGED) /* may hold an address */
        outcome.reason = mask_in(engine->arena, pb_str(in->reason));
    outcome_write(engine, slot, &outcome);
}

void
engine_poll_handed(struct engine *engine, const Tocsin__PollHanded *in)
{
    struct slot *slot = slot_waiting(engine, in->poll);

    if (in->look)
        engine_site_handed(engine, in);
    if (in->look || slot == NULL || in->parser >= ROLE_MAX_PARSERS)
        return;
    slot->parser = (int32_t)in->parser;
    slot->handed = ++engine->handed_serial;
    if (engine->parsers[in->parser].ipc == NULL)
        outcome_fail(engine, slot, POLL_EVENT_FAILED,
            STR("the parser was gone before it began"));
}

/* All of a result is checked before any of it is written. */
static bool
poll_result_is_sound(struct engine *engine, const Tocsin__ParseResult *in)
{
    const struct ruleset *rules = engine_rules_of(engine, in->generation);
    bool ok = in->seen.len <= POLL_MAX_SEEN_BYTES &&
              in->n_items <= FEED_MAX_ITEMS &&
              (in->answer == NULL || answer_is_sound(in->answer));

    ok = ok && words_are_sound(in->next, URL_MAX) &&
         words_are_sound(in->hub, URL_MAX) &&
         words_are_sound(in->self, URL_MAX) &&
         in->hint.len <= DOCUMENT_MAX_HINT_BYTES &&
         in->n_children_updated_ms == in->n_children &&
         evidence_is_sound(in);
    for (size_t i = 0; i < in->n_children && ok; i++)
        ok = words_are_sound(in->children[i], URL_MAX);
    for (size_t i = 0; i < in->n_items && ok; i++)
        ok = engine_item_is_sound(rules, in->items[i]);
    return ok;
}

void
poll_restart_parser(struct engine *engine, uint32_t parser)
{
    Tocsin__Restart restart = TOCSIN__RESTART__INIT;

    log_say(LOG_ERROR, "a parser broke the protocol and is ended", NULL);
    restart.role = TOCSIN__ROLE__ROLE_PARSE;
    restart.index = parser;
    (void)ipc_send(engine->role->parent, FRAME(restart, RESTART, &restart));
}

void
engine_poll_result(
    struct engine *engine, uint32_t parser, const Tocsin__ParseResult *in)
{
    struct slot *slot = slot_waiting(engine, in->poll);
    struct poll_outcome outcome = {.event = POLL_EVENT_ITEMS,
        .result = in,
        .silent_since = WALL_NONE};

    if (slot == NULL ||
        (slot->parser >= 0 && slot->parser != (int32_t)parser) ||
        !words_are_sound(in->reason, POLL_MAX_REASON_BYTES))
        return;
    arena_clear(engine->arena);
    engine_rules_slow(engine, in);
    outcome.answer = in->answer ? in->answer : &outcome_no_answer;
    if (!in->ok) {
        outcome.event = POLL_EVENT_FAILED;
        outcome.reason = pb_str(in->reason);
        outcome.result = NULL;
        outcome.blocked = in->blocked;
    } else if (engine_rules_of(engine, in->generation) == NULL) {
        outcome.event = POLL_EVENT_FAILED;
        outcome.reason = STR("it was matched by rules that are gone");
        outcome.result = NULL;
    } else if (!poll_result_is_sound(engine, in)) {
        outcome.event = POLL_EVENT_FAILED;
        outcome.reason = STR("the parser's result breaks the protocol");
        outcome.result = NULL;
        poll_restart_parser(engine, parser);
    }
    outcome_write(engine, slot, &outcome);
}

/* The first document that it had not answered is the one that ended it; those
 * behind it never had their turn. */
void
engine_parser_died(struct engine *engine, uint32_t parser)
{
    struct slot *guilty = NULL;

    engine_site_parser_died(engine, parser);
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot->parser == (int32_t)parser &&
            (guilty == NULL || slot->handed < guilty->handed))
            guilty = slot;
    }
    if (guilty)
        outcome_fail(engine, guilty, POLL_EVENT_DIED,
            STR("its document ended the parser (too much time or memory)"));
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot != guilty &&
            slot->parser == (int32_t)parser)
            outcome_fail(engine, slot, POLL_EVENT_FAILED,
                STR("the parser ended before its turn"));
    }
}

void
engine_fetch_died(struct engine *engine)
{
    engine_site_fetch_died(engine);
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot->parser < 0)
            outcome_fail(engine, slot, POLL_EVENT_FAILED,
                STR("the fetch role ended during the poll"));
    }
}

/* A poll that nobody answers, whatever the reason, is a failed one. */
void
engine_poll_patience(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) &&
            now.ms - slot->sent.ms > ENGINE_POLL_PATIENCE_MS)
            outcome_fail(engine, slot, POLL_EVENT_FAILED,
                STR("no role answered for it"));
    }
}

void
engine_poll_shift(struct engine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->nwatches; i++) {
        struct watch *watch = &engine->watches[i];

        if (watch->poll_number != 0 || watch->poll.state == POLL_STOPPED ||
            !source_is_polled(watch->source))
            continue;
        watch->poll.next.ms += by_ms;
        schedule_set(engine->schedule, (uint32_t)i, watch->poll.next);
    }
    for (size_t i = 0; i < engine->nfollows; i++) {
        if (wall_is_set(engine->follows[i].due))
            engine->follows[i].due.ms += by_ms;
    }
    engine_poll_start(engine);
}
