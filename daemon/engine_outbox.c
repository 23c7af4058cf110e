/*
 * engine_outbox: messages out of the outbox, and what came of them.
 *
 * A message is a row that is written with what it tells of, in the same
 * transaction.  After the commit, rows that are due go to the notify role by
 * level, then age; a row in flight is an in-memory fact (engine->sends), so
 * that after a crash it is simply due again, under the same id.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/utf8.h"
#include "daemon/engine_tell.h"
#include "daemon/pb.h"
#include "notify/delivery.h"

enum {
    OUTBOX_PAGE = 512,       /* rows looked at in one run */
    OUTBOX_PER_CHANNEL = 8,  /* in flight to one channel */
    OUTBOX_MAX_WORDS_BYTES = 4096, /* of what a receiver said */
    OUTBOX_TIMER_MAX_MS = 60 * MS_SECOND
};

/* --- out of it ---------------------------------------------------------------------- */

static bool
is_in_flight(const struct engine *engine, int64_t delivery)
{
    for (size_t i = 0; i < engine->nsends; i++) {
        if (engine->sends[i].delivery == delivery)
            return true;
    }
    return false;
}

static unsigned
in_flight_to(const struct engine *engine, struct str channel)
{
    unsigned n = 0;

    for (size_t i = 0; i < engine->nsends; i++)
        n += str_eq(str_of(engine->sends[i].channel), channel);
    return n;
}

static void
forget_send(struct engine *engine, int64_t delivery)
{
    for (size_t i = 0; i < engine->nsends; i++) {
        if (engine->sends[i].delivery != delivery)
            continue;
        engine->sends[i] = engine->sends[--engine->nsends];
        return;
    }
}

static int
outbox_send(struct engine *engine, const struct delivery *delivery)
{
    Tocsin__SendRequest out = TOCSIN__SEND_REQUEST__INIT;
    struct send *send = &engine->sends[engine->nsends];
    int r;

    out.delivery = delivery->id;
    out.channel = pb_cstr(engine->arena, delivery->channel);
    out.message_id = pb_cstr(engine->arena, delivery->message_id);
    out.type = pb_cstr(engine->arena, delivery->type);
    out.body = pb_data(delivery->body);
    if (arena_failed(engine->arena) ||
        delivery->channel.n >= sizeof send->channel)
        return E_NOMEM;
    r = ipc_send(
        engine->notify.ipc, FRAME(send_request, SEND_REQUEST, &out));
    if (r != 0)
        return r;
    send->delivery = delivery->id;
    send->sent = loop_mono(engine->loop);
    memcpy(send->channel, out.channel, delivery->channel.n + 1);
    engine->nsends++;
    return 0;
}

static void
outbox_sleep(struct engine *engine)
{
    struct wall next, now = engine_now(engine);
    int64_t wait = OUTBOX_TIMER_MAX_MS;

    if (store_delivery_next(engine->store, &next) == 0 && wall_is_set(next) &&
        next.ms - now.ms < wait)
        wait = next.ms - now.ms;
    /* What is due and could not go is tried again when a place is free. */
    loop_timer_set(engine->outbox_timer, wait < MS_SECOND ? MS_SECOND : wait);
}

void
engine_outbox_run(struct engine *engine)
{
    struct delivery *due;
    size_t n;

    if (engine->stopping || engine->notify.ipc == NULL ||
        !engine->notify.ready)
        return;
    if (engine->writing) { /* rows that are not committed must not go out */
        (void)engine_write_then(
            engine, &(struct pending){.kind = PENDING_SEND});
        return;
    }
    arena_clear(engine->arena);
    if (store_delivery_due(engine->store, engine_now(engine), OUTBOX_PAGE,
            engine->arena, &due, &n) != 0) {
        log_say(LOG_ERROR, "the outbox could not be read", "why",
            store_error(engine->store), NULL);
        n = 0;
    }
    for (size_t i = 0; i < n && engine->nsends < ENGINE_MAX_SENDS; i++) {
        if (is_in_flight(engine, due[i].id) ||
            in_flight_to(engine, due[i].channel) >= OUTBOX_PER_CHANNEL ||
            engine_channel_is_disabled(engine, due[i].channel))
            continue;
        if (outbox_send(engine, &due[i]) != 0)
            continue; /* another may be smaller; the timer comes again */
    }
    outbox_sleep(engine);
}

/* --- channels that ask never to be called again ---------------------------------------- */

static bool *
disabled_of(struct engine *engine, struct str channel)
{
    for (size_t i = 0; i < engine->config->nchannels; i++) {
        if (str_eq(engine->config->channels[i].id, channel))
            return &engine->disabled[i];
    }
    return NULL;
}

bool
engine_channel_is_disabled(const struct engine *engine, struct str channel)
{
    for (size_t i = 0; i < engine->config->nchannels; i++) {
        if (str_eq(engine->config->channels[i].id, channel))
            return engine->disabled[i];
    }
    return false;
}

bool
engine_channel_is_well(const struct engine *engine, struct str channel)
{
    return config_channel(engine->config, channel) != NULL &&
           !engine_channel_is_disabled(engine, channel);
}

void
engine_channel_enable(struct engine *engine, struct str channel)
{
    bool *disabled = disabled_of(engine, channel);

    if (disabled)
        *disabled = false;
}

/* --- what came of it ------------------------------------------------------------------- */

/* The stored row as the course that it has run, with an attempt in flight. */
static void
course_of(const struct delivery *delivery, struct delivery_course *ret)
{
    *ret = (struct delivery_course){.step = STEP_SENDING,
        .attempts = delivery->attempts,
        .created = delivery->created,
        .next = delivery->next};
}

static void
course_into(const struct delivery_course *course, struct wall now,
    struct str text, struct delivery *ret)
{
    ret->attempts = course->attempts;
    ret->next = course->next;
    ret->finished = WALL_NONE;
    ret->last_error = text;
    if (course->step == STEP_DELIVERED) {
        ret->state = DELIVERY_DELIVERED;
        ret->finished = now;
        ret->last_error = STR_NONE;
    } else if (course->step == STEP_DEAD || course->step == STEP_DISABLED) {
        ret->state = DELIVERY_DEAD;
        ret->finished = now;
    }
}

static int
channel_condition(struct engine *engine, const struct delivery *delivery,
    const struct delivery_course *course, struct str text)
{
    struct str subject = arena_printf(
        engine->arena, "channel:%.*s", STR_ARG(delivery->channel));
    bool edge = false;
    int r = 0;

    if (course->step == STEP_DELIVERED)
        r = store_condition_close(engine->store, subject, STR("undeliverable"),
            engine_now(engine), &edge);
    else if (delivery->state == DELIVERY_DEAD)
        r = store_condition_open(engine->store, subject, STR("undeliverable"),
            text, engine_now(engine), &edge);
    if (r == 0 && edge)
        log_say(course->step == STEP_DELIVERED ? LOG_NOTICE : LOG_ERROR,
            course->step == STEP_DELIVERED
                ? "a channel delivers again"
                : "a message was given up; it is in the dead letters",
            "channel", arena_cstr(engine->arena, delivery->channel), "why",
            arena_cstr(engine->arena, text), NULL);
    return r;
}

static int
result_write(struct engine *engine, const Tocsin__SendResult *in)
{
    struct wall now = engine_now(engine);
    struct delivery_input input = {.event = DELIVERY_EVENT_RESULT,
        .class = (enum delivery_class)in->verdict,
        .retry_after_ms = in->retry_after_ms};
    struct delivery_course course;
    struct delivery delivery;
    struct attempt attempt = {.delivery = in->delivery,
        .at = now,
        .elapsed_ms = in->elapsed_ms,
        .class = str_of(delivery_class_name(input.class)),
        .status = in->status,
        .text = pb_str(in->text)};
    int r = store_delivery_load(
        engine->store, in->delivery, engine->arena, &delivery);

    if (r != 0 || delivery.state != DELIVERY_PENDING)
        return r == E_NOTFOUND ? 0 : r;
    digest_random(&input.random, sizeof input.random);
    course_of(&delivery, &course);
    r = delivery_apply(&course, &input, now);
    if (r != 0)
        return r;
    course_into(&course, now, attempt.text, &delivery);
    if (course.step == STEP_DISABLED && disabled_of(engine, delivery.channel))
        *disabled_of(engine, delivery.channel) = true;
    r = store_attempt_add(engine->store, &attempt);
    if (r == 0)
        r = store_delivery_save(engine->store, &delivery);
    if (r == 0)
        r = channel_condition(engine, &delivery, &course, attempt.text);
    if (r == 0)
        r = engine_write_then(engine, &(struct pending){.kind = PENDING_SEND});
    engine_changed(engine, "delivery", delivery.id);
    if (delivery.incident)
        engine_changed(engine, "incident", delivery.incident);
    return r;
}

void
engine_send_result(struct engine *engine, const Tocsin__SendResult *in)
{
    int r;

    struct str words = str_of(in->text);

    if (in->verdict >= CLASS_COUNT || !is_in_flight(engine, in->delivery) ||
        words.n > OUTBOX_MAX_WORDS_BYTES || !utf8_is_valid(words))
        return;
    arena_clear(engine->arena);
    forget_send(engine, in->delivery);
    r = engine_write_begin(engine);
    if (r == 0)
        (void)engine_write_end(engine, result_write(engine, in));
    /* Not stored: the row is as it was, and is sent again under its id. */
}

void
engine_outbox_patience(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    for (size_t i = engine->nsends; i-- > 0;) {
        if (now.ms - engine->sends[i].sent.ms > ENGINE_SENDS_PATIENCE_MS)
            engine->sends[i] = engine->sends[--engine->nsends];
    }
}

void
engine_notify_died(struct engine *engine)
{
    engine->nsends = 0;
}
