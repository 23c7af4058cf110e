/*
 * engine_stuck: channels that take nothing, and lines that may be wrong.
 *
 * A channel may say "too many" or nothing at all for a while; when it has taken
 * none of what was tried for notify.stuck_after, others are told.  And what a
 * line learnt in a step that was undone is read back from the store.
 */
#include "base/err.h"
#include "daemon/engine_outbox.h"
#include "store/conditions.h"

/* --- what was undone
 * ------------------------------------------------------------ */

void
engine_outbox_doubt(struct engine *engine, bool all)
{
    struct outbox *outbox = engine->outbox;

    if (outbox == NULL)
        return;
    outbox->doubtful = true;
    if (!all)
        return;
    outbox->reminder.n = 0;
    outbox->canary.late = false;
}

void
engine_lines_refresh(struct engine *engine)
{
    struct outbox *outbox = engine->outbox;
    struct channel_state *states;
    size_t n;

    if (outbox == NULL || !outbox->doubtful)
        return;
    arena_clear(engine->arena);
    if (store_channel_states(engine->store, engine->arena, &states, &n) != 0)
        return; /* the next turn tries again */
    outbox->doubtful = false;
    for (size_t i = 0; i < outbox->n; i++) {
        struct line *line = &outbox->lines[i];
        struct channel_state was = line->state, none = {.wait_until = WALL_NONE,
                                                    .broken = WALL_NONE,
                                                    .canary = WALL_NONE,
                                                    .canary_ok = WALL_NONE,
                                                    .stuck = WALL_NONE};
        const struct channel_state *stored = &none;

        for (size_t k = 0; k < n; k++)
            if (str_eq(states[k].channel, was.channel))
                stored = &states[k];
        line->state = *stored;
        line->state.channel = was.channel;
        line->state.disabled = was.disabled && stored->disabled;
        engine_line_why(line, stored->why);
        /* What was undone was an answer: it is asked for again at once. */
        if (wall_is_set(stored->broken) && !wall_is_set(was.broken))
            line->probe = loop_mono(engine->loop);
        line->late = false;
    }
}

/* --- one that takes nothing
 * ----------------------------------------------------- */

static struct str
line_subject(struct engine *engine, const struct line *line)
{
    return arena_printf(
        engine->arena, "channel:%.*s", STR_ARG(line->state.channel));
}

void
engine_line_unheard(struct engine *engine, struct line *line)
{
    if (line->unheard.ms == 0)
        line->unheard = loop_mono(engine->loop);
}

int
engine_line_heard(struct engine *engine, struct line *line)
{
    bool edge = false;
    int r;

    line->unheard.ms = 0;
    if (!wall_is_set(line->state.stuck))
        return 0;
    line->state.stuck = WALL_NONE;
    r = engine_line_save(engine, line);
    if (r == 0)
        r = store_condition_close(engine->store, line_subject(engine, line),
            STR("stuck"), engine_now(engine), &edge);
    if (r == 0 && edge)
        log_say(LOG_NOTICE, "a channel takes messages again", "channel",
            arena_cstr(engine->arena, line->state.channel), NULL);
    return r;
}

static int
line_stuck(struct engine *engine, struct line *line)
{
    int64_t minutes =
        (engine->config->delivery.stuck_ms + MS_MINUTE - 1) / MS_MINUTE;
    struct str why = str_of(line->last);
    const struct condition_text text = {
        arena_printf(engine->arena,
            "for %lld minutes it has taken none of the messages that were "
            "tried; last: %.*s",
            (long long)minutes, STR_ARG(why)),
        arena_printf(engine->arena,
            "已有 %lld 分钟没有一条消息送达；最近一次的应答：%.*s",
            (long long)minutes, STR_ARG(why))};
    bool edge = false;
    int r;

    line->state.stuck = engine_now(engine);
    r = engine_line_save(engine, line);
    if (r == 0)
        r = store_condition_put(engine->store, line_subject(engine, line),
            STR("stuck"), &text, engine_now(engine), &edge);
    if (r == 0 && edge)
        log_say(LOG_ERROR, "a channel takes nothing: its messages wait",
            "channel", arena_cstr(engine->arena, line->state.channel), "why",
            arena_cstr(engine->arena, why), NULL);
    return r;
}

void
engine_lines_watch(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    for (size_t i = 0; i < engine->outbox->n; i++) {
        struct line *line = &engine->outbox->lines[i];

        if (line->unheard.ms == 0 || wall_is_set(line->state.stuck) ||
            wall_is_set(line->state.broken) || line->state.disabled ||
            now.ms - line->unheard.ms < engine->config->delivery.stuck_ms)
            continue;
        arena_clear(engine->arena);
        if (engine_write_begin(engine) == 0)
            (void)engine_write_end(engine, line_stuck(engine, line));
    }
}
