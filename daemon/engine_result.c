/*
 * engine_result: what came of an attempt.
 *
 * The verdict moves the message (notify/delivery.h) and says something about
 * its channel: that it answers; that it has had too many, so that nothing goes
 * there for as long as it asked; that nobody is there for us, so that it is
 * broken until a trial is accepted.  All of it is written in one step, and
 * whoever may hear of a broken channel is told with the next notice.
 */
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/utf8.h"
#include "daemon/engine_outbox.h"
#include "daemon/pb.h"

enum {
    RESULT_MAX_WORDS_BYTES = 4096, /* of what a receiver said */
    RESULT_MAX_SETTLED_BYTES = 32 * 1024
};

struct result {
    struct engine *engine;
    struct line *line; /* NULL: not in the configuration any more */
    struct delivery delivery;
    struct delivery_course course;
    struct delivery_input input;
    enum text_form next_form;
    struct str text, code;
    struct str settled; /* recipients that are not asked again */
    int64_t asked_ms;   /* what a "too many" asked for; 0: nothing */
    bool partly;        /* some recipients took it, or never will */
    struct mono sent;   /* when it was given away */
    struct wall now;
};

/* --- the message
 * --------------------------------------------------------------- */

/* The stored row as the course that it has run, with an attempt in flight. */
static void
course_of(const struct delivery *delivery, struct delivery_course *ret)
{
    *ret = (struct delivery_course){.step = STEP_SENDING,
        .attempts = delivery->attempts,
        .created = delivery->created,
        .next = delivery->next};
}

/* "errcode 45009: api freq out of limit" */
static struct str
words(const struct result *result)
{
    if (result->code.n == 0 ||
        str_find(result->text, result->code) < result->text.n)
        return result->text;
    return arena_printf(result->engine->arena, "%.*s: %.*s",
        STR_ARG(result->code), STR_ARG(result->text));
}

static void
course_into(struct result *result)
{
    struct delivery *delivery = &result->delivery;
    enum delivery_step step = result->course.step;

    delivery->attempts = result->course.attempts;
    delivery->next = result->course.next;
    delivery->finished = WALL_NONE;
    delivery->last_error = words(result);
    delivery->settled = result->settled;
    if (result->input.class == CLASS_TRANSIENT)
        delivery->unsure = true;
    if (step == STEP_DELIVERED) {
        delivery->state = DELIVERY_DELIVERED;
        delivery->finished = result->now;
        delivery->last_error = STR_NONE;
    } else if (step == STEP_DEAD || step == STEP_DISABLED) {
        delivery->state = DELIVERY_DEAD;
        delivery->finished = result->now;
    } else if (result->input.again) {
        delivery->form = (unsigned)result->next_form;
    }
}

/* --- the channel
 * ---------------------------------------------------------------- */

static struct str
subject_of(const struct result *result)
{
    return arena_printf(result->engine->arena, "channel:%.*s",
        STR_ARG(result->delivery.channel));
}

static int
condition(const struct result *result, const char *kind, bool open, bool *ret)
{
    struct store *store = result->engine->store;
    struct str subject = subject_of(result);

    return open ? store_condition_open(store, subject, str_of(kind),
                      words(result), result->now, ret)
                : store_condition_close(
                      store, subject, str_of(kind), result->now, ret);
}

/* A message was given up, or one was accepted. */
static int
say_undeliverable(const struct result *result)
{
    struct arena *arena = result->engine->arena;
    bool good = result->course.step == STEP_DELIVERED, edge = false;
    int r = 0;

    if (good || result->delivery.state == DELIVERY_DEAD)
        r = condition(result, "undeliverable", !good, &edge);
    if (r == 0 && edge)
        log_say(good ? LOG_NOTICE : LOG_ERROR,
            good ? "a channel delivers again"
                 : "a message was given up; it is in the dead letters",
            "channel", arena_cstr(arena, result->delivery.channel), "why",
            arena_cstr(arena, words(result)), NULL);
    return r;
}

static int
line_break(const struct result *result)
{
    struct line *line = result->line;
    struct arena *arena = result->engine->arena;
    bool edge = false;
    int r;

    line->probe.ms = loop_mono(result->engine->loop).ms + SCHEDULE_PROBE_MS;
    r = engine_line_heard(result->engine, line); /* it is worse than that */
    if (r != 0)
        return r;
    line->state.disabled = result->input.class == CLASS_GONE;
    if (!line->state.disabled && !wall_is_set(line->state.broken))
        line->state.broken = result->now;
    engine_line_why(line, utf8_cut(words(result), LINE_WHY_BYTES));
    r = engine_line_save(result->engine, line);
    if (r == 0)
        r = condition(result, "broken", true, &edge);
    if (r == 0 && edge)
        log_say(LOG_ERROR,
            line->state.disabled
                ? "a channel asked never to be called again: it is disabled"
                : "a channel is broken: its messages wait until a trial is "
                  "accepted",
            "channel", arena_cstr(arena, result->delivery.channel), "why",
            arena_cstr(arena, words(result)), NULL);
    return r;
}

/* Somebody is there: what waited goes out, as one where it can. */
static int
line_mend(const struct result *result)
{
    struct line *line = result->line;
    struct arena *arena = result->engine->arena;
    bool was_broken = wall_is_set(line->state.broken), edge = false;
    /* What was under way when it was refused ends no rest. */
    bool rests = loop_mono(result->engine->loop).ms < line->wait.ms &&
                 result->sent.ms <= line->refused.ms;
    bool was_down = line->failures >= LINE_DOWN_AFTER || was_broken;
    int r = engine_line_heard(result->engine, line);

    if (r != 0)
        return r;
    if (was_down)
        line->fold = was_broken || line->limited;
    if (was_down || (line->refusals > 0 && !rests))
        r = store_delivery_hurry(
            result->engine->store, result->delivery.channel, result->now);
    line->failures = 0;
    if (!rests)
        line->refusals = 0;
    if (!was_broken && !line->state.disabled &&
        (rests || line->state.why.n == 0))
        return r;
    line->state.broken = WALL_NONE;
    line->state.disabled = false;
    if (!rests) {
        line->state.wait_until = WALL_NONE;
        line->wait.ms = line->urgent.ms = 0;
        engine_line_why(line, STR_NONE);
    }
    if (r == 0)
        r = engine_line_save(result->engine, line);
    if (r == 0)
        r = condition(result, "broken", false, &edge);
    if (r == 0 && edge)
        log_say(LOG_NOTICE, "a channel that was broken accepts messages again",
            "channel", arena_cstr(arena, result->delivery.channel), NULL);
    return r;
}

/* Nothing goes there for wait, and what is urgent not for urgent; a wait has no
 * end but its longest. */
static int
rest_for(const struct result *result, struct line *line, int64_t wait,
    int64_t urgent)
{
    struct mono now = loop_mono(result->engine->loop);

    line->refused = now;
    line->fold = true;
    if (now.ms + urgent > line->urgent.ms)
        line->urgent.ms = now.ms + urgent;
    if (now.ms + wait <= line->wait.ms)
        return 0;
    line->wait.ms = now.ms + wait;
    line->state.wait_until.ms = result->now.ms + wait;
    engine_line_why(line, utf8_cut(words(result), LINE_WHY_BYTES));
    return engine_line_save(result->engine, line);
}

/* It has had too many: nothing goes there until it may, nor to any other
 * channel that sends by the same robot. */
static int
line_rest(const struct result *result)
{
    struct engine *engine = result->engine;
    struct line *line = result->line;
    struct delivery_input input = result->input;
    int64_t wait, urgent;
    int r = 0;

    /* Those that were under way together were refused once. */
    if (result->sent.ms >= line->refused.ms &&
        line->refusals < SCHEDULE_MAX_ATTEMPTS - 1)
        line->refusals++;
    wait = schedule_wait(
        line->refusals, CLASS_RATE, input.retry_after_ms, 0, input.random);
    urgent = result->asked_ms > 0 ? schedule_wait(line->refusals, CLASS_RATE,
                                        result->asked_ms, 0, input.random)
                                  : wait;
    for (size_t i = 0; i < engine->outbox->n && r == 0; i++) {
        struct line *other = &engine->outbox->lines[i];

        if (other == line || (line->limited && other->window == line->window))
            r = rest_for(result, other, wait, urgent < wait ? urgent : wait);
    }
    return r;
}

/* It took this one not. */
static void
line_missed(const struct result *result)
{
    struct line *line = result->line;
    struct str why = utf8_cut(words(result), sizeof line->last - 1);

    engine_line_unheard(result->engine, line);
    if (why.n > 0)
        memcpy(line->last, why.p, why.n);
    line->last[why.n] = '\0';
}

/* Nothing answers: after a few, one at a time and ever more seldom. */
static void
line_fail(const struct result *result)
{
    struct line *line = result->line;
    unsigned more = ++line->failures - 1;
    int64_t wait = LINE_DOWN_FIRST_MS;

    if (line->failures < LINE_DOWN_AFTER)
        return;
    for (; more >= LINE_DOWN_AFTER && wait < LINE_DOWN_MAX_MS; more--)
        wait *= 2;
    wait = wait < LINE_DOWN_MAX_MS ? wait : LINE_DOWN_MAX_MS;
    wait += wait * result->input.random / UINT32_MAX / 5;
    if (wait < result->input.retry_after_ms)
        wait = result->input.retry_after_ms;
    line->retry.ms = loop_mono(result->engine->loop).ms + wait;
    if (wall_is_set(line->state.broken))
        line->probe.ms = line->retry.ms;
}

static int
line_learn(const struct result *result)
{
    if (result->line == NULL)
        return 0;
    if (result->partly)
        return line_mend(result);
    switch (result->input.class) {
    case CLASS_DELIVERED:
    case CLASS_BAD_PAYLOAD: /* it was read */
        return line_mend(result);
    case CLASS_RATE:
        line_missed(result);
        return line_rest(result);
    case CLASS_DEAD_TARGET:
    case CLASS_GONE:
        return line_break(result);
    case CLASS_TRANSIENT:
        break;
    }
    line_missed(result);
    line_fail(result);
    return 0;
}

/* The daily message was accepted. */
static int
line_canary(const struct result *result)
{
    struct line *line = result->line;
    bool edge;

    if (line == NULL || result->course.step != STEP_DELIVERED ||
        line->state.canary_delivery != result->delivery.id)
        return 0;
    line->state.canary_ok = result->now;
    if (engine_line_save(result->engine, line) != 0)
        return E_IO;
    return condition(result, "canary", false, &edge);
}

/* --- all of it
 * ------------------------------------------------------------------- */

static int
result_attempt(const struct result *result, const Tocsin__SendResult *in)
{
    struct attempt attempt = {.delivery = in->delivery,
        .at = result->now,
        .elapsed_ms = in->elapsed_ms,
        .class = str_of(delivery_class_name(result->input.class)),
        .status = in->status,
        .code = result->code,
        .text = result->text};

    return store_attempt_add(result->engine->store, &attempt);
}

static int
result_apply(struct result *result)
{
    struct store *store = result->engine->store;
    bool missing =
        result->line == NULL && result->input.class == CLASS_DEAD_TARGET;
    struct delivery_input input = result->input;
    int r;

    /* Where there is no such channel there is nothing to wait for. */
    if (missing)
        input.class = CLASS_GONE;
    /* What is urgent waits no longer than it is asked to. */
    if (input.class == CLASS_RATE && result->asked_ms > 0 &&
        delivery_is_urgent(&result->delivery))
        input.retry_after_ms = result->asked_ms;
    course_of(&result->delivery, &result->course);
    r = delivery_apply(&result->course, &input, result->now);
    if (r != 0)
        return r;
    course_into(result);
    r = store_delivery_save(store, &result->delivery);
    if (r == 0 && result->delivery.state != DELIVERY_PENDING)
        r = store_delivery_follow(store, &result->delivery);
    if (r == 0)
        r = line_learn(result);
    if (r == 0)
        r = line_canary(result);
    return r ? r : say_undeliverable(result);
}

/* Whether a channel works that has not taken a message for all: this answer is
 * about people, and it is over for more of them, or some have it. */
static bool
is_partly(const struct result *result)
{
    struct str rest = result->settled;
    bool taken = false;

    if (result->input.class != CLASS_TRANSIENT || rest.n == 0)
        return false;
    while (rest.p) {
        struct str line = str_split(&rest, '\n');

        taken = taken || (line.n > 0 && line.p[0] != '!');
    }
    return taken || !str_eq(result->settled, result->delivery.settled);
}

static int
result_write(struct engine *engine, const Tocsin__SendResult *in,
    const struct send *send)
{
    struct result result = {.engine = engine,
        .now = engine_now(engine),
        .text = str_of(in->text),
        .code = str_of(in->code),
        .next_form = (enum text_form)in->next_form,
        .settled = pb_str(in->settled),
        .asked_ms = in->asked_ms,
        .sent = send->sent,
        .input = {.event = DELIVERY_EVENT_RESULT,
            .class = (enum delivery_class)in->verdict,
            .retry_after_ms = in->retry_after_ms}};
    int r = send->logged
                ? store_sent_end(engine->store, send->logged, result.now)
                : 0;

    if (r == 0)
        r = store_delivery_load(
            engine->store, in->delivery, engine->arena, &result.delivery);
    if (r != 0 || result.delivery.state != DELIVERY_PENDING)
        return r == E_NOTFOUND ? 0 : r;
    result.partly = is_partly(&result);
    /* An answer that is about nobody leaves it over for whom it was. */
    if (result.settled.n == 0)
        result.settled = result.delivery.settled;
    result.line = engine_line(engine, result.delivery.channel);
    result.input.again = result.input.class == CLASS_BAD_PAYLOAD &&
                         in->next_form > result.delivery.form;
    digest_random(&result.input.random, sizeof result.input.random);
    r = result_attempt(&result, in);
    if (r == 0)
        r = result_apply(&result);
    if (r == 0)
        r = engine_write_then(engine, &(struct pending){.kind = PENDING_SEND});
    engine_changed(engine, "delivery", result.delivery.id);
    if (result.delivery.incident)
        engine_changed(engine, "incident", result.delivery.incident);
    return r;
}

/* It could not be stored: the row is as it was, and is sent again under its id,
 * though not at once, because that may fail again. */
static void
result_lost(struct engine *engine, struct str channel)
{
    struct line *line = engine_line(engine, channel);
    struct mono now = loop_mono(engine->loop);

    if (line == NULL)
        return;
    line->probe = line->retry = now;
    if (line->wait.ms < now.ms + ENGINE_HOLD_MS)
        line->wait.ms = now.ms + ENGINE_HOLD_MS;
    if (line->urgent.ms < now.ms + ENGINE_HOLD_MS)
        line->urgent.ms = now.ms + ENGINE_HOLD_MS;
}

void
engine_send_result(struct engine *engine, const Tocsin__SendResult *in)
{
    struct send *found = engine_send_find(engine, in->delivery), send;
    struct str words = str_of(in->text), code = str_of(in->code);
    struct str settled = str_of(in->settled);
    int r;

    if (found == NULL || in->verdict >= CLASS_COUNT ||
        in->next_form >= TEXT_FORM_COUNT || words.n > RESULT_MAX_WORDS_BYTES ||
        !utf8_is_valid(words) || code.n > RESULT_MAX_WORDS_BYTES ||
        !utf8_is_valid(code) || settled.n > RESULT_MAX_SETTLED_BYTES ||
        !utf8_is_valid(settled))
        return;
    engine_lines_refresh(engine);
    arena_clear(engine->arena);
    send = *found;
    engine_send_forget(engine, found);
    r = engine_write_begin(engine);
    if (r == 0)
        r = engine_write_end(engine, result_write(engine, in, &send));
    if (r != 0)
        result_lost(engine, str_of(send.channel));
}
