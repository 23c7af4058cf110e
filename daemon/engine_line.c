/*
 * engine_line: made from configuration and store, so that a restart changes
 * nothing of what a channel is owed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/engine_outbox.h"
#include "daemon/engine_tell.h"
#include "store/conditions.h"

enum {
    LINE_OWN_RESERVE = 10, /* of a configured rate, one in so many is kept */
    LINE_RESERVE_FROM = 3, /* messages a minute */
    SENT_KEPT_MS = 10 * MS_MINUTE
};

/* A time of the wall as one of the engine's clock, within reason. */
static struct mono
mono_of(const struct engine *engine, struct wall t)
{
    struct mono now = loop_mono(engine->loop);
    int64_t ahead = t.ms - engine_now(engine).ms;

    if (ahead > MS_DAY)
        ahead = MS_DAY;
    return (struct mono){ahead > -MS_DAY ? now.ms + ahead : 1};
}

struct line *
engine_line(const struct engine *engine, struct str channel)
{
    const struct config *config = engine->config;
    const struct outbox *outbox = engine->outbox;

    for (size_t i = 0; outbox && i < outbox->n && i < config->nchannels; i++) {
        if (str_eq(config->channels[i].id, channel))
            return &outbox->lines[i];
    }
    return NULL;
}

void
engine_line_why(struct line *line, struct str why)
{
    size_t n = why.n < sizeof line->why ? why.n : sizeof line->why;

    if (n > 0)
        memcpy(line->why, why.p, n);
    line->state.why = n > 0 ? (struct str){line->why, n} : STR_NONE;
}

int
engine_line_save(struct engine *engine, struct line *line)
{
    return store_channel_save(engine->store, &line->state);
}

int64_t
engine_line_wait(const struct engine *engine, const struct line *line)
{
    struct mono now = loop_mono(engine->loop);
    int64_t wait = line->wait.ms - now.ms;

    if (line->state.disabled)
        return WINDOW_FULL;
    return wait > 0 ? wait : 0;
}

/* --- making them
 * -------------------------------------------------------------- */

static int
line_limits(struct line *line, const struct channel *channel)
{
    const struct channel_limits *kind = channel_limits(channel->kind);
    unsigned rate = kind->per_minute, reserve = kind->reserve;

    if (channel->rate > 0) {
        rate = channel->rate < WINDOW_MAX_PER_MINUTE ? (unsigned)channel->rate
                                                     : WINDOW_MAX_PER_MINUTE;
        reserve = rate < LINE_RESERVE_FROM
                      ? 0
                      : (rate + LINE_OWN_RESERVE - 1) / LINE_OWN_RESERVE;
    }
    line->limited = rate > 0 || kind->gap_ms > 0;
    return window_init(&line->own, rate, reserve, kind->gap_ms);
}

/* It took nothing before the restart either: what waits is not left to the
 * schedules of its messages, but tried one at a time. */
static void
line_stays_down(const struct engine *engine, struct line *line)
{
    line->unheard = mono_of(engine, line->state.stuck);
    line->failures = LINE_DOWN_AFTER;
    line->retry = loop_mono(engine->loop);
}

static void
line_state(
    struct engine *engine, struct line *line, const struct channel_state *state)
{
    struct str channel = line->state.channel;

    line->state = *state;
    line->state.channel = channel; /* the configuration's */
    engine_line_why(line, state->why);
    line->state.disabled = false;
    if (wall_is_set(state->wait_until))
        line->wait = line->urgent = mono_of(engine, state->wait_until);
    if (wall_is_set(state->stuck))
        line_stays_down(engine, line);
    if (wall_is_set(state->broken))
        line->probe = loop_mono(engine->loop);
    line->fold = wall_is_set(state->broken) || wall_is_set(state->wait_until);
}

/* Attempts that still count, in order of time, and those that are under way
 * now. */
static void
lines_attempts(struct engine *engine, const struct sent *sents, size_t n)
{
    struct mono now = loop_mono(engine->loop);

    for (size_t i = 0; i < n; i++) {
        struct line *line = engine_line(engine, sents[i].channel);
        struct mono ended = mono_of(engine, sents[i].ended);

        if (line && wall_is_set(sents[i].ended))
            window_past(line->window, ended.ms < now.ms ? ended : now);
    }
    for (size_t i = 0; i < engine->nsends; i++) {
        struct line *line =
            engine_line(engine, str_of(engine->sends[i].channel));

        if (line)
            window_send(line->window, now);
    }
}

bool
channel_is_same_robot(const struct channel *a, const struct channel *b)
{
    if (!str_eq(a->kind, b->kind) || !str_eq(a->url, b->url))
        return false;
    /* A device of Bark is its key; the robots know us by the address alone. */
    return !str_eq(a->kind, STR("bark")) ||
           (a->nsecrets == b->nsecrets &&
               (a->nsecrets == 0 || str_eq(a->secrets[0], b->secrets[0])));
}

/* Those that send by one robot share the first one's limit, which is the least
 * that any of them is to keep. */
static void
line_share(struct engine *engine, struct outbox *outbox, size_t at)
{
    const struct channel *channels = engine->config->channels;
    struct line *line = &outbox->lines[at];

    line->window = &line->own;
    for (size_t i = 0; i < at && line->limited; i++) {
        struct line *first = &outbox->lines[i];

        if (!first->limited || first->window != &first->own ||
            !channel_is_same_robot(&channels[i], &channels[at]))
            continue;
        line->window = &first->own;
        if (line->own.per_minute > 0 &&
            (first->own.per_minute == 0 ||
                line->own.per_minute < first->own.per_minute)) {
            struct window less = line->own;

            line->own = first->own;
            first->own = less;
        }
        return;
    }
}

static int
lines_fill(struct engine *engine, struct outbox *outbox)
{
    const struct config *config = engine->config;
    struct wall since = engine_now(engine);
    struct channel_state *states = NULL;
    struct sent *sents = NULL;
    size_t nstates = 0, nsents = 0;
    int r;

    since.ms -= WINDOW_MS + WINDOW_MARGIN_MS;
    r = store_channel_states(engine->store, engine->arena, &states, &nstates);
    if (r == 0)
        r = store_sents(engine->store, since, engine->arena, &sents, &nsents);
    for (size_t i = 0; i < config->nchannels && r == 0; i++) {
        struct line *line = &outbox->lines[i];

        line->state = (struct channel_state){.channel = config->channels[i].id,
            .wait_until = WALL_NONE,
            .broken = WALL_NONE,
            .canary = WALL_NONE,
            .canary_ok = WALL_NONE,
            .stuck = WALL_NONE};
        r = line_limits(line, &config->channels[i]);
        if (r == 0)
            line_share(engine, outbox, i);
        for (size_t k = 0; k < nstates && r == 0; k++)
            if (str_eq(states[k].channel, line->state.channel))
                line_state(engine, line, &states[k]);
    }
    if (r == 0)
        lines_attempts(engine, sents, nsents);
    return r;
}

/* What waits for channels that are not there any more is a dead letter. */
static int
lines_missing(struct engine *engine)
{
    struct str *channels;
    size_t n;
    int r =
        store_delivery_channels(engine->store, engine->arena, &channels, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        if (config_channel(engine->config, channels[i]) == NULL)
            r = store_delivery_give_up(engine->store, channels[i],
                STR("the channel is not in the configuration any more"),
                engine_now(engine));
    return r;
}

/* What was wrong with a channel that is not there any more is over. */
static int
lines_forget(struct engine *engine)
{
    static const char *const kinds[] = {
        "broken", "stuck", "canary", "undeliverable"};
    struct channel_state *states;
    size_t n;
    int r = store_channel_states(engine->store, engine->arena, &states, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct str subject = arena_printf(
            engine->arena, "channel:%.*s", STR_ARG(states[i].channel));
        bool edge;

        if (config_channel(engine->config, states[i].channel))
            continue;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds && r == 0; k++)
            r = store_condition_close(engine->store, subject, str_of(kinds[k]),
                engine_now(engine), &edge);
    }
    return r;
}

static void
lines_free(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->n; i++)
        window_done(&outbox->lines[i].own);
    free(outbox->lines);
    outbox->lines = NULL;
    outbox->n = 0;
}

/* What was on its way when the engine before this one ended has arrived by now,
 * or never will. */
static int
outbox_begin(struct engine *engine)
{
    struct wall now = engine_now(engine), before = now;
    int r;

    if (engine->outbox)
        return 0;
    engine->outbox = calloc(1, sizeof *engine->outbox);
    if (engine->outbox == NULL)
        return E_NOMEM;
    engine->outbox->begun = now;
    before.ms -= SENT_KEPT_MS;
    r = store_sent_settle(engine->store, before, now);
    return r;
}

int
engine_outbox_init(struct engine *engine)
{
    int r = outbox_begin(engine);

    if (r != 0)
        return r;
    arena_clear(engine->arena);
    lines_free(engine->outbox);
    engine->outbox->lines =
        calloc(engine->config->nchannels + 1, sizeof *engine->outbox->lines);
    if (engine->outbox->lines == NULL)
        return E_NOMEM;
    engine->outbox->n = engine->config->nchannels;
    r = lines_fill(engine, engine->outbox);
    if (r == 0 && engine_write_begin(engine) == 0) {
        r = lines_missing(engine);
        if (r == 0)
            r = lines_forget(engine);
        r = engine_write_end(engine, r);
    }
    return r;
}

/* --- what others ask
 * ------------------------------------------------------------ */

bool
engine_channel_is_disabled(const struct engine *engine, struct str channel)
{
    const struct line *line = engine_line(engine, channel);

    return line && line->state.disabled;
}

bool
engine_channel_is_well(const struct engine *engine, struct str channel)
{
    const struct line *line = engine_line(engine, channel);

    return line && !line->state.disabled && !wall_is_set(line->state.broken) &&
           !wall_is_set(line->state.stuck);
}

void
engine_channel_enable(struct engine *engine, struct str channel)
{
    struct line *line = engine_line(engine, channel);

    if (line == NULL)
        return;
    line->state.disabled = false;
    line->probe = loop_mono(engine->loop);
    line->retry = line->probe;
}
