/*
 * engine_outcome: what came of a poll, written.
 *
 * What an answer means for the schedule is worked out on a copy of the poll,
 * written with the rest, and put in force after the commit
 * (engine_poll_settle).
 */
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/mask.h"
#include "base/url.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"

enum {
    OUTCOME_FORGET_MOVE_AFTER = 5, /* failures in a row at the new address */
    OUTCOME_MAX_HURRY = 3, /* the wait is halved so often after gaps */
    OUTCOME_LATE_MS = MS_DAY, /* published so long before the last poll */
    POLL_AGAIN_MS = 30 * MS_SECOND /* what could not be written */
};

static uint32_t
poll_random(void)
{
    uint32_t n;

    digest_random(&n, sizeof n);
    return n;
}

/* A permanent redirect counts when the same target comes again. */
static int
outcome_moved(struct engine *engine, const struct source *source,
    const Tocsin__Answer *answer, bool ok, uint32_t failures,
    struct source_state *state)
{
    struct str to = pb_str(answer->moved_to);
    bool remembered = state->moved_count >= ENGINE_MOVED_AFTER;

    /* Where there is no document nothing has moved to. */
    if (!remembered && !ok)
        return 0;
    if (remembered && failures < OUTCOME_FORGET_MOVE_AFTER)
        return 0; /* it was asked at its new address */
    if (remembered) { /* which is dead: the old one may know better */
        state->moved_to = STR_NONE;
        state->moved_count = 0;
        return condition_set(
            engine, source, STR("moved"), STR("its new address is dead"), false);
    }
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
    return condition_moved(engine, source, mask_url_in(engine->arena, to));
}

/* Validators move on only with what they came with. */
static void
outcome_validators(const Tocsin__Answer *answer, struct source_state *state)
{
    state->etag = pb_bytes(answer->etag);
    state->last_modified = pb_bytes(answer->last_modified);
    state->validator_url = pb_str(answer->url);
    memset(state->body_hash, 0, sizeof state->body_hash);
    if (answer->body_hash.len == DIGEST_SIZE)
        memcpy(state->body_hash, answer->body_hash.data, DIGEST_SIZE);
}

static void
outcome_answer(const struct poll_outcome *outcome,
    const struct source_rhythm *rhythm, struct poll_answer *ret)
{
    *ret = (struct poll_answer){.event = outcome->event,
        .retry_after_ms = outcome->answer->retry_after_ms,
        .fresh_ms = outcome->answer->fresh_ms,
        .ttl_ms = rhythm->ttl_ms,
        .skip_hours = rhythm->skip_hours,
        .skip_days = (uint8_t)rhythm->skip_days,
        .random = poll_random()};
}

static void
outcome_state(const struct poll_outcome *outcome, const struct poll *next,
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
    state->rhythm.next_why = str_of(poll_why_name(next->why));
    if (outcome->event == POLL_EVENT_UNCHANGED &&
        outcome->answer->status == 304) {
        /* A 304 may bring fresher validators, and need not repeat them. */
        if (outcome->answer->etag.len)
            state->etag = pb_bytes(outcome->answer->etag);
        if (outcome->answer->last_modified.len)
            state->last_modified = pb_bytes(outcome->answer->last_modified);
    } else if (ok && (outcome->result == NULL || !outcome->result->partial)) {
        outcome_validators(outcome->answer, state);
    }
}

/* A new item teaches when its source publishes, unless it is a late find. */
static void
outcome_news(const Tocsin__Item *item, struct rhythm_news *news)
{
    struct wall published = {item->published_ms};

    if (wall_is_set(news->since) && wall_is_set(published) &&
        published.ms < news->since.ms - OUTCOME_LATE_MS)
        return;
    news->published[news->n++] = published;
}

/* The list that was found is to be found again.  Another one in its place is
 * taken for it only when it shows what is known and something new. */
static void
outcome_hint(const Tocsin__ParseResult *result, struct source_state *state)
{
    if (result->hint.len > 0 && result->hint.len <= DOCUMENT_MAX_HINT_BYTES &&
        (!result->hint_lost || (result->n_items > 0 && result->known > 0)))
        state->hint = pb_bytes(result->hint);
}

static int
outcome_items(struct engine *engine, const struct watch *watch,
    const Tocsin__ParseResult *result, struct rhythm_news *news,
    struct source_state *state)
{
    struct arrived arrived;
    struct arrival arrival = {.source = watch->source,
        .rules = engine_rules_of(engine, result->generation),
        .generation = result->generation,
        .baseline = watch->baseline,
        .since = news->since,
        .result = result,
        .ret = &arrived};
    struct further further = {.watch = watch,
        .result = result,
        .since = news->since,
        .left = (uint32_t)engine->config->further_pages,
        .baseline = watch->baseline};
    int r = arrival.rules ? 0 : E_STATE;

    for (size_t i = 0; i < result->n_items && r == 0; i++) {
        r = engine_item(engine, &arrival, result->items[i]);
        if (r == 0 && arrived.outcome == ITEM_NEW && !result->reannounced)
            outcome_news(result->items[i], news);
    }
    if (r == 0)
        r = wanted_further(engine, &further);
    if (result->n_items > 0)
        state->last_new = engine_now(engine);
    state->seen = pb_bytes(result->seen);
    outcome_hint(result, state);
    return r;
}

/* After a gap the source is asked sooner, and again as usual only step by
 * step.  What the server wishes still counts. */
static void
outcome_hurry(const struct engine *engine, struct watch *watch,
    const Tocsin__ParseResult *result, struct poll_answer *answer)
{
    int64_t wait = answer->wait_ms ? answer->wait_ms : watch->poll.interval_ms;

    if (result && !watch->baseline && !result->reaches &&
        !result->reannounced && watch->hurry < OUTCOME_MAX_HURRY)
        watch->hurry++;
    else if (result && result->reaches && watch->hurry > 0)
        watch->hurry--;
    wait >>= watch->hurry;
    if (watch->hurry > 0)
        answer->wait_why = POLL_WHY_GAP;
    if (watch->hurry > 0)
        answer->wait_ms = wait > engine->config->interval_min_ms
                              ? wait
                              : engine->config->interval_min_ms;
}

/* Items, and what they and the document tell of the source's rhythm. */
static int
outcome_learn(struct engine *engine, const struct watch *watch,
    const struct poll_outcome *outcome, struct source_state *state,
    struct rhythm *ret_rhythm)
{
    const Tocsin__ParseResult *result = outcome->result;
    struct rhythm_news news = {
        .since = state->last_success, .document = result != NULL};
    int r = 0;

    *ret_rhythm = watch->pace.rhythm;
    if (outcome->event != POLL_EVENT_ITEMS &&
        outcome->event != POLL_EVENT_UNCHANGED)
        return 0;
    if (result) {
        news.published =
            ARENA_ARRAY(engine->arena, result->n_items + 1, struct wall);
        if (news.published == NULL)
            return E_NOMEM;
        state->rhythm.ttl_ms = result->ttl_ms;
        state->rhythm.skip_hours = result->skip_hours;
        state->rhythm.skip_days = result->skip_days;
        r = outcome_items(engine, watch, result, &news, state);
    }
    return r ? r
             : rhythm_learn_poll(
                   engine, watch, &news, &state->rhythm, ret_rhythm);
}

/* When the source is asked next. */
static int
outcome_next(struct engine *engine, struct watch *watch,
    const struct poll_outcome *outcome, const struct rhythm *rhythm,
    const struct source_state *state, struct poll *next)
{
    struct poll_answer answer;

    outcome_answer(outcome, &state->rhythm, &answer);
    rhythm_wait(engine, watch, rhythm, &answer);
    outcome_hurry(engine, watch, outcome->result, &answer);
    return poll_apply(next, &answer, engine_now(engine));
}

static int
outcome_apply(struct engine *engine, struct watch *watch,
    const struct poll_outcome *outcome, struct pending *pending)
{
    const struct source *source = watch->source;
    struct poll_outcome known = *outcome;
    bool ok = outcome->event == POLL_EVENT_ITEMS ||
              outcome->event == POLL_EVENT_UNCHANGED;
    struct source_state state;
    int r = slot_load_state(engine, source, engine->arena, &state);

    if (r != 0)
        return r;
    state.seen = STR_NONE; /* leaves what is stored */
    if (pending->next.state != POLL_FETCHING) {
        log_say(LOG_ERROR, "a poll's answer means nothing in its state",
            "state", poll_state_name(pending->next.state), NULL);
        return 0;
    }
    r = outcome_learn(engine, watch, outcome, &state, &pending->rhythm);
    if (r == 0)
        r = outcome_next(engine, watch, outcome, &pending->rhythm, &state,
            &pending->next);
    if (r != 0)
        return r;
    outcome_state(outcome, &pending->next, engine_now(engine), &state);
    if (ok)
        known.silent_since =
            rhythm_silent_since(engine, watch, &pending->rhythm);
    r = outcome_moved(
        engine, source, outcome->answer, ok, pending->next.failures, &state);
    if (r == 0 && ok)
        r = hub_found(engine, source, outcome);
    if (r == 0)
        r = store_source_save(engine->store, source->id, &state);
    if (r == 0)
        r = condition_of_poll(engine, watch, &known, &pending->next);
    return r;
}

/* Write an outcome into the transaction of the moment. */
void
outcome_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome)
{
    struct watch *watch = &engine->watches[slot->watch];
    struct pending pending = {.kind = PENDING_POLL,
        .poll = slot->number,
        .next = watch->poll,
        .rhythm = watch->pace.rhythm,
        .baseline = watch->baseline && outcome->event != POLL_EVENT_ITEMS};
    int r;

    if (slot->wanted) {
        wanted_write(engine, slot, outcome);
        return;
    }
    if (slot->pushed) {
        push_write(engine, slot, outcome);
        return;
    }
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
        r = outcome_apply(engine, watch, outcome, &pending);
        if (r == 0)
            r = engine_write_then(engine, &pending);
        r = engine_write_end(engine, r);
    }
    if (r != 0) {
        (void)engine_rhythm_load(engine); /* what the step taught is undone */
        engine_poll_settle(engine, &pending, false);
    }
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
        watch->pace.rhythm = pending->rhythm;
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

void
outcome_later(struct engine *engine, struct slot *slot, int64_t after_ms)
{
    struct watch *watch = &engine->watches[slot->watch];

    if (after_ms < MS_SECOND)
        after_ms = MS_SECOND;
    if (after_ms > POLL_RETRY_AFTER_MAX_MS)
        after_ms = POLL_RETRY_AFTER_MAX_MS;
    if (slot->wanted) {
        wanted_later(engine, slot, after_ms);
        return;
    }
    watch->poll = slot->before;
    watch->poll.next.ms = engine_now(engine).ms + after_ms;
    watch->poll_number = 0;
    schedule_set(engine->schedule, slot->watch, watch->poll.next);
    slot_free(engine, slot);
    engine_poll_start(engine);
}

const Tocsin__Answer outcome_no_answer = TOCSIN__ANSWER__INIT;

void
outcome_fail(struct engine *engine, struct slot *slot, enum poll_event event,
    struct str reason)
{
    struct poll_outcome outcome = {.event = event,
        .reason = reason,
        .answer = &outcome_no_answer,
        .silent_since = WALL_NONE};

    arena_clear(engine->arena);
    outcome_write(engine, slot, &outcome);
}
