/*
 * engine_outbox: messages out of the outbox, each channel for itself.
 *
 * A message is a row that is written with what it tells of, in the same
 * transaction.  After the commit, rows that are due go to the notify role by
 * level, then age; a row in flight is an in-memory fact (engine->sends), so
 * that after a crash it is simply due again, under the same id.
 *
 * For each channel there are two queues: what is urgent (orange, red), and the
 * rest.  Of each as many go as its limit leaves room for; when more wait, they
 * become a digest (engine_storm.c), and to a channel with a limit what is not
 * urgent goes at intervals of notify.group_wait.  An attempt at a channel with
 * a limit is written before it is made: a kill never lets one more through.
 */
#include "daemon/engine_outbox.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "daemon/pb.h"

enum {
    OUTBOX_TIMER_MAX_MS = 60 * MS_SECOND,
    OUTBOX_TIMER_MIN_MS = 50,
    OUTBOX_ROUND_MS = MS_MINUTE + 5 * MS_SECOND /* around :00 and :30 */
};

/* One channel's turn. */
struct turn {
    struct engine *engine;
    const struct channel *channel;
    struct line *line;
    struct mono now;
};

/* --- in flight
 * ---------------------------------------------------------------- */

struct send *
engine_send_find(struct engine *engine, int64_t delivery)
{
    for (size_t i = 0; i < engine->nsends; i++) {
        if (engine->sends[i].delivery == delivery)
            return &engine->sends[i];
    }
    return NULL;
}

void
engine_send_forget(struct engine *engine, struct send *send)
{
    struct line *line = engine_line(engine, str_of(send->channel));

    if (line)
        window_end(line->window, loop_mono(engine->loop));
    *send = engine->sends[--engine->nsends];
}

/* --- out of it
 * ---------------------------------------------------------------- */

static int
outbox_send(const struct turn *turn, int64_t id, int64_t sent)
{
    struct engine *engine = turn->engine;
    Tocsin__SendRequest out = TOCSIN__SEND_REQUEST__INIT;
    struct send *send = &engine->sends[engine->nsends];
    struct delivery delivery;
    int r = store_delivery_load(engine->store, id, engine->arena, &delivery);

    if (r != 0)
        return r;
    out.delivery = delivery.id;
    out.channel = pb_cstr(engine->arena, delivery.channel);
    out.message_id = pb_cstr(engine->arena, delivery.message_id);
    out.type = pb_cstr(engine->arena, delivery.type);
    out.body = pb_data(delivery.body);
    out.attempt = delivery.attempts + 1;
    out.form = delivery.form;
    out.settled = pb_cstr(engine->arena, delivery.settled);
    out.calls = pb_cstr(engine->arena, delivery.calls);
    if (arena_failed(engine->arena) ||
        delivery.channel.n >= sizeof send->channel)
        return E_NOMEM;
    r = ipc_send(engine->notify.ipc, FRAME(send_request, SEND_REQUEST, &out));
    if (r != 0)
        return r;
    *send = (struct send){.delivery = id, .sent = turn->now, .logged = sent};
    memcpy(send->channel, out.channel, delivery.channel.n + 1);
    window_send(turn->line->window, turn->now);
    engine->nsends++;
    return 0;
}

/* Write down that these are sent, before they are: to a channel with a limit,
 * and to any while nothing could be stored, because what cannot be written to
 * have arrived would go again and again. */
static int
outbox_log(const struct turn *turn, const int64_t *ids, size_t n, int64_t *ret)
{
    struct engine *engine = turn->engine;
    struct wall now = engine_now(engine);
    int r;

    memset(ret, 0, n * sizeof *ret);
    if (!turn->line->limited && engine->failing.ms == 0)
        return 0;
    if (engine->writing)
        return E_BUSY; /* it is not committed when they go */
    r = store_begin(engine->store);
    if (r != 0)
        return r;
    for (size_t i = 0; i < n && r == 0; i++)
        r = store_sent_add(
            engine->store, turn->channel->id, ids[i], now, &ret[i]);
    if (r == 0)
        r = store_commit(engine->store);
    if (r != 0)
        store_rollback(engine->store);
    return r;
}

static void
outbox_send_all(const struct turn *turn, const int64_t *ids, size_t n)
{
    int64_t logged[OUTBOX_PER_CHANNEL];

    if (n == 0 || outbox_log(turn, ids, n, logged) != 0)
        return; /* the timer comes again */
    for (size_t i = 0; i < n; i++)
        (void)outbox_send(turn, ids[i], logged[i]);
}

/* --- which of them
 * ------------------------------------------------------------ */

/* How many may go to this channel now, by the house's own limits. */
static size_t
turn_places(const struct turn *turn)
{
    const struct engine *engine = turn->engine;
    size_t room = ENGINE_MAX_SENDS - engine->nsends, most = OUTBOX_PER_CHANNEL,
           here = turn->line->window->under_way;

    if (turn->line->failures >= LINE_DOWN_AFTER ||
        wall_is_set(turn->line->state.broken))
        most = 1;
    most = most > here ? most - here : 0;
    return room < most ? room : most;
}

/* Whether what is not urgent has waited for others to come with it. */
static bool
turn_gathered(const struct turn *turn)
{
    const struct window *window = turn->line->window;

    return !turn->line->limited || !window->any ||
           turn->now.ms - window->last.ms >=
               turn->engine->config->delivery.group_wait_ms;
}

/* Send what one queue has room for, or make a digest of it. */
static void
turn_queue(
    const struct turn *turn, const struct delivery *rows, size_t n, bool urgent)
{
    struct line *line = turn->line;
    size_t places = turn_places(turn), foldable = 0, picked = 0;
    size_t room = window_room(line->window, urgent, turn->now);
    int64_t ids[OUTBOX_PER_CHANNEL];
    bool fold;

    if (n == 0 || room == 0 || places == 0 || (!urgent && !turn_gathered(turn)))
        return;
    for (size_t i = 0; i < n; i++)
        foldable += engine_storm_may_fold(turn->engine, line, &rows[i]);
    fold = foldable > 1 &&
           (line->fold || n > room ||
               (!urgent && line->limited && foldable > OUTBOX_SINGLES));
    if (room > places)
        room = places;
    for (size_t i = 0; i < n && picked < room; i++) {
        if (fold && engine_storm_may_fold(turn->engine, line, &rows[i])) {
            /* What came before goes now, the digest after its commit. */
            outbox_send_all(turn, ids, picked);
            room -= picked;
            picked = 0;
            if (engine_storm_fold(turn->engine, turn->channel, line, urgent) ==
                0)
                return;
            fold = false;
            if (room == 0)
                return;
        }
        ids[picked++] = rows[i].id;
    }
    outbox_send_all(turn, ids, picked);
}

/* A test, or the daily message: it is there to be tried. */
static bool
is_trial(const struct delivery *row)
{
    return str_eq(row->type, STR("test")) || str_eq(row->type, STR("canary"));
}

/* One message to a channel that is broken: a trial, or when it is time the
 * first that waits. */
static void
turn_probe(const struct turn *turn, const struct delivery *rows, size_t n)
{
    const struct delivery *one = NULL;

    for (size_t i = 0; i < n && one == NULL; i++)
        if (is_trial(&rows[i]))
            one = &rows[i];
    if (one == NULL && n > 0 && turn->now.ms >= turn->line->probe.ms)
        one = &rows[0];
    if (one && turn_places(turn) > 0 &&
        window_room(turn->line->window, true, turn->now) > 0)
        outbox_send_all(turn, &one->id, 1);
}

/* Feishu asks to be left alone at round times, when everybody's clocks strike:
 * what comes by the clock waits for a minute or two. */
static bool
strikes(const struct turn *turn)
{
    int64_t half = engine_now(turn->engine).ms % (30 * MS_MINUTE);

    return str_eq(turn->channel->kind, STR("feishu")) &&
           (half < OUTBOX_ROUND_MS || half > 30 * MS_MINUTE - OUTBOX_ROUND_MS);
}

static bool
is_by_the_clock(const struct delivery *row)
{
    return !delivery_is_urgent(row) && row->incident == 0 &&
           (str_eq(row->type, STR("digest")) ||
               str_eq(row->type, STR("report")) ||
               str_eq(row->type, STR("handover")));
}

/* Leave out what is in flight, and of a channel that is down what can wait: all
 * but what is urgent and was never tried. */
static size_t
turn_filter(const struct turn *turn, struct delivery *rows, size_t n)
{
    bool down = turn->line->failures >= LINE_DOWN_AFTER &&
                turn->now.ms < turn->line->retry.ms;
    bool round = strikes(turn);
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (engine_send_find(turn->engine, rows[i].id))
            continue;
        if (round && is_by_the_clock(&rows[i]))
            continue;
        if (down && !is_trial(&rows[i]) &&
            !(delivery_is_urgent(&rows[i]) && rows[i].attempts == 0))
            continue;
        rows[kept++] = rows[i];
    }
    return kept;
}

/* A channel that is down is tried at its own intervals, with the first message
 * that waits, whatever that one's schedule says: it is over when it answers. */
static void
turn_revive(const struct turn *turn)
{
    const struct wall ever = {INT64_MAX};
    struct delivery *rows;
    size_t n;

    if (turn->line->failures < LINE_DOWN_AFTER ||
        turn->now.ms < turn->line->retry.ms || turn_places(turn) == 0 ||
        window_room(turn->line->window, true, turn->now) == 0)
        return;
    if (store_delivery_due(turn->engine->store, turn->channel->id, ever, 1,
            turn->engine->arena, &rows, &n) == 0 &&
        n == 1)
        outbox_send_all(turn, &rows[0].id, 1);
}

static void
turn_take(const struct turn *turn)
{
    struct engine *engine = turn->engine;
    struct delivery *rows;
    size_t n, urgent = 0;

    if (turn->line->state.disabled || turn->now.ms < turn->line->urgent.ms ||
        engine->writing)
        return;
    arena_clear(engine->arena);
    if (store_delivery_due(engine->store, turn->channel->id, engine_now(engine),
            OUTBOX_PAGE, engine->arena, &rows, &n) != 0) {
        log_say(LOG_ERROR, "the outbox could not be read", "why",
            store_error(engine->store), NULL);
        return;
    }
    n = turn_filter(turn, rows, n);
    if (wall_is_set(turn->line->state.broken)) {
        turn_probe(turn, rows, n);
        return;
    }
    if (n == 0 && turn->now.ms >= turn->line->wait.ms)
        turn_revive(turn);
    while (urgent < n && delivery_is_urgent(&rows[urgent]))
        urgent++;
    if (n < 2)
        turn->line->fold = false;
    turn_queue(turn, rows, urgent, true);
    if (!engine->writing && turn->now.ms >= turn->line->wait.ms)
        turn_queue(turn, rows + urgent, n - urgent, false);
}

/* --- when to look again
 * --------------------------------------------------------- */

static int64_t
later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How long until something may go to this channel. */
static int64_t
turn_sleep(const struct turn *turn)
{
    const struct line *line = turn->line;
    struct engine *engine = turn->engine;
    int64_t due, wait = OUTBOX_TIMER_MAX_MS;
    struct wall next;

    if (line->state.disabled ||
        store_delivery_next(engine->store, turn->channel->id, &next) != 0 ||
        !wall_is_set(next))
        return OUTBOX_TIMER_MAX_MS;
    due = later(next.ms - engine_now(engine).ms, 0);
    due = later(due, line->urgent.ms - turn->now.ms);
    if (turn->now.ms < line->wait.ms)
        due = later(due, MS_SECOND); /* what is urgent may go before the rest */
    if (line->window->under_way > 0 || strikes(turn))
        due = later(due, MS_SECOND); /* an answer looks again by itself */
    if (wall_is_set(line->state.broken))
        return later(due, line->probe.ms - turn->now.ms);
    if (line->failures >= LINE_DOWN_AFTER)
        due = later(line->wait.ms, line->retry.ms) - turn->now.ms;
    if (line->limited) {
        wait = window_wait(line->window, true, turn->now);
        if (wait == 0)
            wait = window_wait(line->window, false, turn->now);
        if (line->window->any)
            wait = later(wait, line->window->last.ms - turn->now.ms +
                                   engine->config->delivery.group_wait_ms);
        return later(
            due, wait < OUTBOX_TIMER_MAX_MS ? wait : OUTBOX_TIMER_MAX_MS);
    }
    /* What is due and could not go is tried again when a place is free. */
    return later(due, MS_SECOND);
}

void
engine_outbox_run(struct engine *engine)
{
    int64_t wait = OUTBOX_TIMER_MAX_MS;

    if (engine->stopping || engine->notify.ipc == NULL ||
        !engine->notify.ready || engine->outbox == NULL)
        return;
    engine_lines_refresh(engine);
    for (size_t i = 0; i < engine->outbox->n; i++) {
        struct turn turn = {.engine = engine,
            .channel = &engine->config->channels[i],
            .line = &engine->outbox->lines[i],
            .now = loop_mono(engine->loop)};
        int64_t sleep;

        turn_take(&turn);
        sleep = turn_sleep(&turn);
        wait = sleep < wait ? sleep : wait;
    }
    if (engine->writing) /* rows that are not committed must not go out */
        (void)engine_write_then(
            engine, &(struct pending){.kind = PENDING_SEND});
    loop_timer_set(engine->outbox_timer, later(wait, OUTBOX_TIMER_MIN_MS));
}

/* --- what was lost
 * ---------------------------------------------------------------- */

/* Nobody knows what came of it: it is sent again, under its own id. */
static void
outbox_lose(struct engine *engine, struct send *send)
{
    int64_t id = send->delivery, logged = send->logged;
    struct line *line = engine_line(engine, str_of(send->channel));
    int r;

    if (line)
        engine_line_unheard(engine, line);
    engine_send_forget(engine, send);
    if (engine_write_begin(engine) != 0)
        return;
    r = store_delivery_unsure(engine->store, id);
    if (r == 0 && logged)
        r = store_sent_end(engine->store, logged, engine_now(engine));
    (void)engine_write_end(engine, r);
}

void
engine_outbox_patience(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    for (size_t i = engine->nsends; i-- > 0;) {
        struct send *send = &engine->sends[i];

        if (now.ms - send->sent.ms > ENGINE_SENDS_PATIENCE_MS)
            outbox_lose(engine, send);
    }
    if (engine->outbox)
        engine_lines_watch(engine);
}

void
engine_notify_died(struct engine *engine)
{
    while (engine->nsends > 0)
        outbox_lose(engine, &engine->sends[0]);
}
