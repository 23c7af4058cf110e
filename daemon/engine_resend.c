/*
 * engine_resend: messages that are sent again, and channels that are tried.
 */
#include "base/err.h"
#include "daemon/engine_act.h"
#include "daemon/engine_outbox.h"
#include "daemon/engine_tell.h"

enum { RESEND_MAX = 2000 /* dead letters in one go */ };

/* Those who have it; whom it was refused for is asked again. */
static struct str
resend_settled(struct arena *arena, struct str settled)
{
    struct str kept = STR_NONE;

    while (settled.p) {
        struct str line = str_split(&settled, '\n');

        if (line.n > 0 && line.p[0] != '!')
            kept = arena_printf(arena, "%.*s%s%.*s", STR_ARG(kept),
                kept.n ? "\n" : "", STR_ARG(line));
    }
    return kept;
}

static int
resend_one(struct asked *asked, int64_t id)
{
    struct engine *engine = asked->engine;
    struct delivery delivery;
    int r = store_delivery_load(engine->store, id, engine->arena, &delivery);

    if (r != 0)
        return r;
    if (delivery.state == DELIVERY_PENDING && delivery.attempts == 0)
        return E_STATE;
    if (config_channel(engine->config, delivery.channel) == NULL) {
        asked->words = "Its channel is not in the configuration any more.";
        return E_STATE;
    }
    delivery.settled = delivery.state == DELIVERY_DELIVERED
                           ? STR_NONE
                           : resend_settled(engine->arena, delivery.settled);
    delivery.state = DELIVERY_PENDING;
    delivery.attempts = 0;
    delivery.form = 0;
    delivery.folded = 0; /* by itself now */
    delivery.created = delivery.next = engine_now(engine);
    delivery.finished = WALL_NONE;
    r = store_delivery_save(engine->store, &delivery);
    if (r == 0)
        r = store_delivery_follow(engine->store, &delivery);
    if (r == 0)
        r = act_ledger(asked, "delivery.resent", delivery.incident, NULL);
    if (r != 0)
        return r;
    engine_channel_enable(engine, delivery.channel);
    engine_changed(engine, "delivery", delivery.id);
    return 0;
}

/* All dead letters, or those of one channel. */
static int
resend_dead(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct str channel =
        str_eq(asked->object, STR("*")) ? STR_NONE : asked->object;
    int64_t *ids;
    size_t n, sent = 0;
    int r = store_delivery_dead(
        engine->store, channel, 0, RESEND_MAX, engine->arena, &ids, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        r = resend_one(asked, ids[i]);
        sent += r == 0;
        if (r == E_STATE) /* of a channel that is gone: it stays dead */
            r = 0;
    }
    if (r == 0)
        r = act_data(asked, json_pack("{s:I}", "resent", (json_int_t)sent));
    return r;
}

int
act_resend(struct asked *asked)
{
    struct engine *engine = asked->engine;
    int r = asked->in->id == 0 && asked->object.n > 0
                ? resend_dead(asked)
                : resend_one(asked, asked->in->id);

    return r ? r
             : engine_write_then(
                   engine, &(struct pending){.kind = PENDING_SEND});
}

/* A place in a channel's limit for an attempt that somebody makes himself
 * (`tocsin try channel`): it counts as one of ours, for as long as one may
 * last.  The answer is how long to wait; 0: it is his. */
static int
channel_place(struct asked *asked, struct line *line)
{
    struct engine *engine = asked->engine;
    struct mono now = loop_mono(engine->loop);
    struct wall end = engine_now(engine);
    int64_t wait = line->urgent.ms - now.ms, room, id;
    int r = 0;

    if (line->limited) {
        room = window_wait(line->window, false, now);
        if (room == WINDOW_FULL)
            room = MS_SECOND;
        wait = room > wait ? room : wait;
    }
    if (wait <= 0 && line->limited) {
        r = store_sent_add(engine->store, line->state.channel, 0, end, &id);
        end.ms += CHANNEL_TOTAL_MS;
        if (r == 0)
            r = store_sent_end(engine->store, id, end);
        if (r == 0)
            window_past(line->window, (struct mono){now.ms + CHANNEL_TOTAL_MS});
    }
    if (r == 0)
        r = act_data(asked,
            json_pack("{s:I}", "wait_ms", (json_int_t)(wait > 0 ? wait : 0)));
    return r;
}

int
act_test_channel(struct asked *asked)
{
    struct engine *engine = asked->engine;
    const struct channel *channel =
        config_channel(engine->config, asked->object);
    struct line *line = engine_line(engine, asked->object);
    int r = E_NOTFOUND;

    if (line && str_eq(asked->text, STR("place")))
        return channel_place(asked, line);
    if (channel) {
        engine_channel_enable(engine, channel->id);
        r = engine_tell_test(engine, channel);
    }
    return r ? r : act_ledger(asked, "channel.tested", 0, NULL);
}
