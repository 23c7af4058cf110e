/*
 * engine_poll: from "due" to "written".
 *
 * A poll in flight occupies a slot; its number holds the slot's in its low
 * bits, so that an answer finds it in one step, and chance in the others, so
 * that no role can answer for a poll that it was not given.  What an answer means for the schedule is worked out on
 * a copy of the poll, written with the rest, and put in force after the commit
 * (engine_poll_settle).
 */
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine.h"
#include "daemon/pb.h"
#include "feeds/feeds.h"

enum {
    POLL_TIMER_MAX_MS = 60 * MS_SECOND,
    POLL_FRESH_MAX_MS = MS_HOUR, /* of what caching headers and ttl ask */
    POLL_MAX_SEEN_BYTES = 1024 * 1024,
    POLL_MAX_VALIDATOR_BYTES = 1024,
    POLL_MAX_REASON_BYTES = 4096,
    POLL_AGAIN_MS = 30 * MS_SECOND, /* what could not be written or sent */
    POLL_HOST_BUSY_MS = 2 * MS_SECOND /* its host has its share already */
};

struct wall
engine_now(const struct engine *engine)
{
    return loop_wall(engine->loop);
}

static uint32_t
poll_random(void)
{
    uint32_t n;

    digest_random(&n, sizeof n);
    return n;
}

/* --- slots ------------------------------------------------------------------- */

static struct slot *
slot_take(struct engine *engine)
{
    for (uint32_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot->number == 0) {
            uint64_t chance;

            digest_random(&chance, sizeof chance);
            *slot = (struct slot){.parser = -1};
            slot->number = (chance | 1) << ENGINE_SLOT_BITS | i;
            engine->in_flight++;
            return slot;
        }
    }
    return NULL;
}

static struct slot *
slot_find(struct engine *engine, uint64_t number)
{
    struct slot *slot =
        &engine->slots[number & (ENGINE_MAX_IN_FLIGHT - 1)];

    return number != 0 && slot->number == number ? slot : NULL;
}

/* The slot of a poll that still waits for its answer. */
static struct slot *
slot_waiting(struct engine *engine, uint64_t number)
{
    struct slot *slot = slot_find(engine, number);

    return slot && !slot->answered ? slot : NULL;
}

static bool
slot_is_waiting(const struct slot *slot)
{
    return slot->number != 0 && !slot->answered;
}

uint16_t
engine_host_of(const struct source *source)
{
    uint32_t hash = 2166136261u; /* FNV-1a, for a bucket and nothing else */
    struct url url;

    if (url_parse(source->url, &url) != 0)
        return 0;
    for (size_t i = 0; i < url.host.n; i++)
        hash = (hash ^ (unsigned char)(url.host.p[i] | 0x20)) * 16777619u;
    return (uint16_t)(hash % ENGINE_HOSTS);
}

static void
slot_free(struct engine *engine, struct slot *slot)
{
    uint16_t host = engine->watches[slot->watch].host;

    slot->number = 0;
    engine->in_flight--;
    if (engine->host_in_flight[host] > 0)
        engine->host_in_flight[host]--;
}

/* --- sending ------------------------------------------------------------------- */

static const struct source_state no_state = {.first_poll = {INT64_MIN},
    .last_poll = {INT64_MIN},
    .last_success = {INT64_MIN},
    .last_new = {INT64_MIN},
    .next_poll = {INT64_MIN},
    .moved_since = {INT64_MIN}}; /* WALL_NONE, as a constant */

static int
poll_load_state(struct engine *engine, const struct source *source,
    struct arena *arena, struct source_state *ret)
{
    int r = store_source_load(engine->store, source->id, arena, ret);

    if (r == E_NOTFOUND) {
        *ret = no_state;
        r = 0;
    }
    return r;
}

static bool
hash_is_set(const uint8_t hash[DIGEST_SIZE])
{
    static const uint8_t zero[DIGEST_SIZE];

    return memcmp(hash, zero, DIGEST_SIZE) != 0;
}

static int
poll_request(struct engine *engine, struct arena *arena,
    const struct source *source, const struct source_state *state,
    uint64_t number)
{
    Tocsin__PollRequest out = TOCSIN__POLL_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;
    bool moved = state->moved_count >= ENGINE_MOVED_AFTER && state->moved_to.n;

    out.poll = number;
    out.source = pb_cstr(arena, source->id);
    out.url = pb_cstr(arena, moved ? state->moved_to : source->url);
    out.list = source->kind == SOURCE_LIST;
    out.etag = pb_data(state->etag);
    out.last_modified = pb_data(state->last_modified);
    if (hash_is_set(state->body_hash))
        out.body_hash = pb_data(
            (struct str){(const char *)state->body_hash, DIGEST_SIZE});
    out.allow = pb_cstrs(arena, source->allow, source->nallow);
    out.n_allow = source->nallow;
    out.context = &context;
    context.seen = pb_data(state->seen);
    context.select = pb_cstr(arena, source->select);
    context.zone = pb_cstr(
        arena, source->zone.n ? source->zone : engine->config->zone);
    context.title = pb_cstr(arena, source->title);
    context.tier = pb_cstr(arena, source->tier);
    context.tags = pb_cstrs(arena, source->tags, source->ntags);
    context.n_tags = source->ntags;
    if (arena_failed(arena))
        return E_NOMEM;
    return ipc_send(
        engine->fetch.ipc, FRAME(poll_request, POLL_REQUEST, &out));
}

static int
poll_send(struct engine *engine, uint32_t number)
{
    struct watch *watch = &engine->watches[number];
    struct poll_answer due = {.event = POLL_EVENT_DUE};
    struct poll_answer sent = {.event = POLL_EVENT_SENT};
    struct wall now = engine_now(engine);
    struct slot *slot = slot_take(engine);
    struct source_state state;
    int r = E_LIMIT;

    if (slot == NULL)
        return r;
    slot->watch = number;
    slot->before = watch->poll;
    engine->host_in_flight[watch->host]++;
    arena_clear(engine->arena);
    r = poll_load_state(engine, watch->source, engine->arena, &state);
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
    schedule_remove(engine->schedule, number);
    return 0;
}

static bool
engine_may_poll(const struct engine *engine)
{
    if (engine->stopping || engine->fetch.ipc == NULL ||
        !engine->fetch.ready ||
        loop_mono(engine->loop).ms < engine->hold.ms)
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

    while (engine_may_poll(engine) &&
           engine->in_flight < ENGINE_MAX_IN_FLIGHT &&
           schedule_first(engine->schedule, &number, &due) &&
           due.ms <= now.ms)
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

    if (watch->poll_number != 0)
        return E_STATE;
    r = poll_apply(&watch->poll, &probe, engine_now(engine));
    if (r == 0) {
        schedule_set(engine->schedule, number, engine_now(engine));
        engine_poll_start(engine);
    }
    return r;
}

/* --- conditions -------------------------------------------------------------------- */

static struct str
poll_subject(struct engine *engine, const struct source *source)
{
    return arena_printf(
        engine->arena, "source:%.*s", STR_ARG(source->id));
}

static int
poll_condition(struct engine *engine, const struct source *source,
    struct str kind, struct str text, bool open)
{
    struct str subject = poll_subject(engine, source);
    struct wall now = engine_now(engine);
    bool edge = false;
    int r = open ? store_condition_open(
                       engine->store, subject, kind, text, now, &edge)
                 : store_condition_close(
                       engine->store, subject, kind, now, &edge);

    if (r != 0 || !edge)
        return r;
    log_say(open ? LOG_WARN : LOG_NOTICE,
        open ? "a source is in trouble" : "a source is well again", "source",
        arena_cstr(engine->arena, source->id), "condition",
        arena_cstr(engine->arena, kind), "why",
        arena_cstr(engine->arena, text), NULL);
    engine_changed(engine, "source", 0);
    return 0;
}

/* What the new schedule says of the source's health. */
static int
poll_conditions(struct engine *engine, const struct source *source,
    const struct poll *poll, struct str reason)
{
    bool down = poll->failures >= ENGINE_DOWN_AFTER;
    int r;

    r = poll_condition(engine, source, STR("gone"),
        STR("the server says that it is gone for good (410)"),
        poll->state == POLL_STOPPED);
    if (r == 0)
        r = poll_condition(engine, source, STR("quarantined"),
            STR("its document ended the parser three times in a row"),
            poll->state == POLL_QUARANTINED);
    if (r == 0 && (down || poll->failures == 0))
        r = poll_condition(engine, source, STR("down"), reason, down);
    return r;
}

/* --- writing what an answer means ------------------------------------------------------ */

/* A permanent redirect counts when the same target comes again. */
static int
poll_moved(struct engine *engine, const struct source *source,
    const Tocsin__Answer *answer, struct source_state *state)
{
    struct str to = pb_str(answer->moved_to);
    bool remembered = state->moved_count >= ENGINE_MOVED_AFTER;

    if (remembered) /* it was asked at its new address */
        return 0;
    if (to.n == 0 || !url_is_http(to)) {
        state->moved_to = STR_NONE;
        state->moved_count = 0;
        return 0;
    }
    if (!str_eq(to, state->moved_to)) {
        state->moved_to = to;
        state->moved_count = 0;
        state->moved_since = engine_now(engine);
    }
    state->moved_count++;
    if (state->moved_count < ENGINE_MOVED_AFTER)
        return 0;
    return poll_condition(engine, source, STR("moved"),
        arena_printf(engine->arena,
            "moved for good to %.*s; please change its address", STR_ARG(to)),
        true);
}

/* Validators move on only with what they came with. */
static void
poll_validators(const Tocsin__Answer *answer, struct source_state *state)
{
    state->etag = pb_bytes(answer->etag);
    state->last_modified = pb_bytes(answer->last_modified);
    memset(state->body_hash, 0, sizeof state->body_hash);
    if (answer->body_hash.len == DIGEST_SIZE)
        memcpy(state->body_hash, answer->body_hash.data, DIGEST_SIZE);
}

struct outcome {
    enum poll_event event;
    struct str reason; /* when it failed */
    const Tocsin__Answer *answer;
    const Tocsin__ParseResult *result; /* with POLL_EVENT_ITEMS */
};

static void
poll_answer_of(const struct outcome *outcome, struct poll_answer *ret)
{
    int64_t fresh = outcome->answer->fresh_ms;

    if (outcome->result && outcome->result->ttl_ms > fresh)
        fresh = outcome->result->ttl_ms;
    *ret = (struct poll_answer){.event = outcome->event,
        .retry_after_ms = outcome->answer->retry_after_ms,
        .min_wait_ms = fresh < POLL_FRESH_MAX_MS ? fresh : POLL_FRESH_MAX_MS,
        .random = poll_random()};
}

static void
poll_fill_state(const struct outcome *outcome, const struct poll *next,
    struct wall now, struct source_state *state)
{
    bool ok = outcome->event == POLL_EVENT_ITEMS ||
              outcome->event == POLL_EVENT_UNCHANGED;

    state->last_poll = now;
    if (ok)
        state->last_success = now;
    if (ok && !wall_is_set(state->first_poll))
        state->first_poll = now;
    state->next_poll = next->next;
    state->failures = next->failures;
    state->deaths = next->deaths;
    state->state = (int)next->state;
    state->interval_ms = next->interval_ms;
    state->seen = STR_NONE; /* leaves what is stored */
    if (outcome->event == POLL_EVENT_UNCHANGED &&
        outcome->answer->status == 304) {
        /* A 304 may bring fresher validators, and need not repeat them. */
        if (outcome->answer->etag.len)
            state->etag = pb_bytes(outcome->answer->etag);
        if (outcome->answer->last_modified.len)
            state->last_modified = pb_bytes(outcome->answer->last_modified);
    } else if (ok && (outcome->result == NULL || !outcome->result->partial)) {
        poll_validators(outcome->answer, state);
    }
}

static int
poll_write_items(struct engine *engine, const struct watch *watch,
    const Tocsin__ParseResult *result, struct source_state *state)
{
    const struct ruleset *rules =
        engine_rules_of(engine, result->generation);
    int r = rules ? 0 : E_STATE;

    for (size_t i = 0; i < result->n_items && r == 0; i++)
        r = engine_item(
            engine, watch, rules, result->generation, result->items[i]);
    if (result->n_items > 0)
        state->last_new = engine_now(engine);
    state->seen = pb_bytes(result->seen);
    return r;
}

static int
poll_write(struct engine *engine, const struct watch *watch,
    const struct outcome *outcome, struct poll *next)
{
    const struct source *source = watch->source;
    struct wall now = engine_now(engine);
    struct source_state state;
    struct poll_answer answer;
    int r = poll_load_state(engine, source, engine->arena, &state);

    if (r != 0)
        return r;
    poll_answer_of(outcome, &answer);
    r = poll_apply(next, &answer, now);
    if (r != 0) {
        log_say(LOG_ERROR, "a poll's answer means nothing in its state",
            "state", poll_state_name(next->state), NULL);
        return 0;
    }
    poll_fill_state(outcome, next, now, &state);
    if (outcome->result)
        r = poll_write_items(engine, watch, outcome->result, &state);
    if (r == 0)
        r = poll_moved(engine, source, outcome->answer, &state);
    if (r == 0)
        r = store_source_save(engine->store, source->id, &state);
    if (r == 0)
        r = poll_conditions(engine, source, next, outcome->reason);
    return r;
}

/* Write an outcome into the transaction of the moment. */
static void
poll_finish(
    struct engine *engine, struct slot *slot, const struct outcome *outcome)
{
    struct watch *watch = &engine->watches[slot->watch];
    struct pending pending = {.kind = PENDING_POLL,
        .poll = slot->number,
        .next = watch->poll,
        .baseline = watch->baseline && outcome->event != POLL_EVENT_ITEMS};
    int r;

    if (outcome->event == POLL_EVENT_ITEMS ||
        outcome->event == POLL_EVENT_UNCHANGED)
        engine->polls_done++;
    else
        engine->polls_failed++;
    if (outcome->reason.n)
        log_say(LOG_INFO, "poll failed", "source",
            arena_cstr(engine->arena, watch->source->id), "why",
            arena_cstr(engine->arena, outcome->reason), NULL);
    slot->answered = true;
    r = engine_write_begin(engine);
    if (r == 0) {
        r = poll_write(engine, watch, outcome, &pending.next);
        if (r == 0)
            r = engine_write_then(engine, &pending);
        r = engine_write_end(engine, r);
    }
    if (r != 0)
        engine_poll_settle(engine, &pending, false);
}

/* When the store failed it is as if the poll had never been: the source is not
 * to blame.  When only this poll could not be written, it has failed. */
void
engine_poll_settle(
    struct engine *engine, const struct pending *pending, bool committed)
{
    struct slot *slot = slot_find(engine, pending->poll);
    struct poll_answer failed = {
        .event = POLL_EVENT_FAILED, .random = poll_random()};
    struct watch *watch;

    if (slot == NULL)
        return;
    watch = &engine->watches[slot->watch];
    if (committed) {
        watch->poll = pending->next;
        watch->baseline = pending->baseline;
    } else if (engine->failing.ms != 0) {
        watch->poll = slot->before;
        watch->poll.next.ms = engine_now(engine).ms + POLL_AGAIN_MS;
    } else {
        (void)poll_apply(&watch->poll, &failed, engine_now(engine));
    }
    watch->poll_number = 0;
    if (watch->poll.state != POLL_STOPPED)
        schedule_set(engine->schedule, slot->watch, watch->poll.next);
    slot_free(engine, slot);
    engine_poll_start(engine);
}

/* --- what roles say is checked ------------------------------------------------------- */

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
           answer->retry_after_ms >= 0 && answer->fresh_ms >= 0;
}

/* --- answers ------------------------------------------------------------------------------ */

static const Tocsin__Answer no_answer = TOCSIN__ANSWER__INIT;

void
engine_poll_answer(struct engine *engine, const Tocsin__PollAnswer *in)
{
    static const enum poll_event events[] = {
        [TOCSIN__POLL_ANSWER__OUTCOME__FAILED] = POLL_EVENT_FAILED,
        [TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED] = POLL_EVENT_UNCHANGED,
        [TOCSIN__POLL_ANSWER__OUTCOME__GONE] = POLL_EVENT_GONE,
        [TOCSIN__POLL_ANSWER__OUTCOME__REFUSED] = POLL_EVENT_FAILED};
    struct slot *slot = slot_waiting(engine, in->poll);
    struct outcome outcome = {.event = POLL_EVENT_FAILED};

    if (slot == NULL || slot->parser >= 0 || (unsigned)in->outcome >= 4 ||
        !words_are_sound(in->reason, POLL_MAX_REASON_BYTES) ||
        (in->answer && !answer_is_sound(in->answer)))
        return;
    arena_clear(engine->arena);
    outcome.event = events[in->outcome];
    outcome.answer = in->answer ? in->answer : &no_answer;
    if (outcome.event != POLL_EVENT_UNCHANGED)
        outcome.reason = pb_str(in->reason);
    poll_finish(engine, slot, &outcome);
}

static void
poll_fail(struct engine *engine, struct slot *slot, enum poll_event event,
    struct str reason)
{
    struct outcome outcome = {
        .event = event, .reason = reason, .answer = &no_answer};

    arena_clear(engine->arena);
    poll_finish(engine, slot, &outcome);
}

void
engine_poll_handed(struct engine *engine, const Tocsin__PollHanded *in)
{
    struct slot *slot = slot_waiting(engine, in->poll);

    if (slot == NULL || in->parser >= ROLE_MAX_PARSERS)
        return;
    slot->parser = (int32_t)in->parser;
    slot->handed = ++engine->handed_serial;
    if (engine->parsers[in->parser].ipc == NULL)
        poll_fail(engine, slot, POLL_EVENT_FAILED,
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

    for (size_t i = 0; i < in->n_items && ok; i++)
        ok = engine_item_is_sound(rules, in->items[i]);
    return ok;
}

/* A parser that breaks the protocol may be somebody else's by now. */
static void
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
    struct outcome outcome = {.event = POLL_EVENT_ITEMS, .result = in};

    if (slot == NULL ||
        (slot->parser >= 0 && slot->parser != (int32_t)parser) ||
        !words_are_sound(in->reason, POLL_MAX_REASON_BYTES))
        return;
    arena_clear(engine->arena);
    outcome.answer = in->answer ? in->answer : &no_answer;
    if (!in->ok) {
        outcome.event = POLL_EVENT_FAILED;
        outcome.reason = pb_str(in->reason);
        outcome.result = NULL;
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
    poll_finish(engine, slot, &outcome);
}

/* The first document that it had not answered is the one that ended it; those
 * behind it never had their turn. */
void
engine_parser_died(struct engine *engine, uint32_t parser)
{
    struct slot *guilty = NULL;

    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot->parser == (int32_t)parser &&
            (guilty == NULL || slot->handed < guilty->handed))
            guilty = slot;
    }
    if (guilty)
        poll_fail(engine, guilty, POLL_EVENT_DIED,
            STR("its document ended the parser (too much time or memory)"));
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot != guilty &&
            slot->parser == (int32_t)parser)
            poll_fail(engine, slot, POLL_EVENT_FAILED,
                STR("the parser ended before its turn"));
    }
}

void
engine_fetch_died(struct engine *engine)
{
    for (size_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot_is_waiting(slot) && slot->parser < 0)
            poll_fail(engine, slot, POLL_EVENT_FAILED,
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
            poll_fail(engine, slot, POLL_EVENT_FAILED,
                STR("no role answered for it"));
    }
}

void
engine_poll_shift(struct engine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->nwatches; i++) {
        struct watch *watch = &engine->watches[i];

        if (watch->poll_number != 0 || watch->poll.state == POLL_STOPPED)
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

/* --- the grouper's memory --------------------------------------------------------------------- */

static int
group_load_one(void *arg, const struct open_item *item)
{
    struct engine *engine = arg;
    const struct source *source = config_source(engine->config, item->source);
    struct group_item g = {.features = item->features,
        .title = item->title,
        .category = item->category,
        .source = item->source,
        .owner = source ? source->owner : STR_NONE,
        .time = item->time};

    return grouper_add(engine->grouper, item->incident, &g);
}

int
engine_group_load(struct engine *engine)
{
    struct wall since = engine_now(engine);
    struct grouper *fresh;
    int r = grouper_new(engine->config->region_file.text, &fresh);

    if (r != 0)
        return r;
    grouper_free(engine->grouper);
    engine->grouper = fresh;
    since.ms -= GROUP_WINDOW_MS;
    return store_open_items(engine->store, since, group_load_one, engine);
}
