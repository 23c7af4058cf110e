/*
 * engine_rhythm: when sources are polled, as they are known to publish.
 *
 * What is known of one source (feeds/rhythm.h) is in its watch and in its
 * stored state; what is known of all together (feeds/pace.h) is in the engine
 * and in one row of the store.  Both are written in the transaction of the
 * poll that taught them, and come into force in memory with its commit; after
 * a rollback they are read again.
 *
 * Once an hour the price of a poll is worked out anew, and with it everything
 * that the calendar changes: the hours of the week, and key dates, for which it
 * is done at the instant that one begins, too.
 */
#include <string.h>

#include "base/err.h"
#include "daemon/engine_poll.h"

/* --- reading it ------------------------------------------------------------
 */

int
engine_rhythm_load(struct engine *engine)
{
    struct str bytes;
    int r = store_pace_load(engine->store, engine->arena, &bytes);

    if (r == E_NOTFOUND)
        return 0;
    if (r == 0 && pace_decode(bytes, &engine->pace) != 0)
        log_say(LOG_WARN,
            "what was learnt of the hours of the week cannot be read; it is "
            "learnt anew",
            NULL);
    return r;
}

void
rhythm_watch(struct watch *watch, const struct source_state *state)
{
    rhythm_init(&watch->pace.rhythm);
    if (state->rhythm.learnt.n == 0)
        return;
    if (rhythm_decode(state->rhythm.learnt, &watch->pace.rhythm) != 0)
        rhythm_init(&watch->pace.rhythm);
}

/* --- the plan --------------------------------------------------------------
 */

/* What news of a publisher are worth to the desk: its own sites and those that
 * repeat others are seldom the first to tell it something. */
static double
tier_weight(struct str tier)
{
    return str_eq(tier, STR("own")) || str_eq(tier, STR("aggregator")) ? 0.5
                                                                       : 1;
}

/* Sources of one tier are taken to keep the same hours. */
static unsigned
tier_group(struct str tier)
{
    static const char *const tiers[PACE_GROUPS] = {
        "press", "institution", "own", "aggregator", "forum"};

    for (unsigned i = 0; i < PACE_GROUPS; i++)
        if (str_eq(tier, str_of(tiers[i])))
            return i;
    return 0;
}

enum { RHYTHM_LEAST_WEIGHT = 5 }; /* per cent: nothing is never polled */

static double
source_weight(const struct source *source)
{
    int percent = source->weight < RHYTHM_LEAST_WEIGHT ? RHYTHM_LEAST_WEIGHT
                                                       : source->weight;

    return percent / 100.0 * tier_weight(source->tier);
}

static bool
is_learnt(const struct watch *watch)
{
    return watch->source->learnt && source_is_polled(watch->source) &&
           watch->poll.state != POLL_STOPPED;
}

/* A key date began that its source is about: what it waits is divided by how
 * much more often it is polled, unless the server wished so, or it fails. */
static void
watch_pull(struct engine *engine, struct watch *watch, int was, int polls)
{
    struct wall now = engine_now(engine);
    int64_t wait = watch->poll.next.ms - now.ms;

    if (watch->poll_number != 0 || watch->poll.state != POLL_IDLE ||
        !source_is_polled(watch->source) || wait <= 0)
        return;
    switch (watch->poll.why) {
    case POLL_WHY_INTERVAL:
    case POLL_WHY_RHYTHM:
    case POLL_WHY_FLOOR:
    case POLL_WHY_CEILING:
        watch->poll.next.ms = now.ms + wait * was / polls;
        schedule_set(engine->schedule, (uint32_t)(watch - engine->watches),
            watch->poll.next);
        break;
    case POLL_WHY_SOON:
    case POLL_WHY_GAP:
    case POLL_WHY_FRESH:
    case POLL_WHY_TTL:
    case POLL_WHY_SKIP:
    case POLL_WHY_RETRY_AFTER:
    case POLL_WHY_BACKOFF:
        break;
    }
}

/* A factor of the calendar shortens a fixed interval, and raises a weight so
 * that the square-root law polls as many times as often. */
static void
watch_calendar(
    struct engine *engine, struct watch *watch, struct wall now, double *budget)
{
    const struct config *config = engine->config;
    const struct source *source = watch->source;
    int polls = key_date_polls(config->key_dates, config->nkey_dates,
        source->tags, source->ntags, now);
    int64_t interval = source->interval_ms / polls;

    if (interval < config->interval_min_ms)
        interval = config->interval_min_ms;
    if (watch->polls != 0 && polls > watch->polls)
        watch_pull(engine, watch, watch->polls, polls);
    watch->polls = (uint8_t)polls;
    watch->pace.group = tier_group(source->tier);
    watch->pace.weight = source_weight(source) * polls * polls;
    watch->poll.interval_ms =
        source->interval_ms < interval ? source->interval_ms : interval;
    if (is_learnt(watch))
        *budget += (double)MS_HOUR / (double)watch->poll.interval_ms;
}

/* When any key date begins or ends next, or WALL_NONE. */
static struct wall
next_edge(const struct config *config, struct wall now)
{
    struct wall edge = WALL_NONE;

    for (size_t i = 0; i < config->nkey_dates; i++) {
        const struct key_span *span = key_date_span(&config->key_dates[i], now);
        struct wall at;

        if (span == NULL)
            continue;
        at = now.ms < span->from.ms ? span->from : span->until;
        if (!wall_is_set(edge) || at.ms < edge.ms)
            edge = at;
    }
    return edge;
}

static void
rhythm_plan_now(struct engine *engine)
{
    const struct config *config = engine->config;
    struct wall now = engine_now(engine);
    double budget = 0;

    for (size_t i = 0; i < engine->nwatches; i++)
        watch_calendar(engine, &engine->watches[i], now, &budget);
    engine->pace.per_hour =
        config->polls_per_hour > 0 ? (double)config->polls_per_hour : budget;
    engine->pace.floor_ms =
        pace_default_floor(config->interval_ms, config->interval_min_ms);
    engine->pace.ceiling_ms = config->interval_max_ms;
    pace_plan_begin(&engine->pace, now);
    for (size_t i = 0; i < engine->nwatches; i++)
        if (is_learnt(&engine->watches[i]))
            pace_plan_add(&engine->pace, &engine->watches[i].pace);
    pace_plan_end(&engine->pace);
    for (size_t i = 0; i < PACE_GROUPS; i++)
        engine->hours[i] = week_describe(&engine->pace.weeks[i]);
    engine->planned = loop_mono(engine->loop);
    engine->key_edge = next_edge(config, now);
}

int
engine_rhythm_config(struct engine *engine, bool first)
{
    int r = 0;

    if (first) {
        pace_init(&engine->pace, engine->zone);
        arena_clear(engine->arena);
        r = engine_rhythm_load(engine);
    }
    pace_zone(&engine->pace, engine->zone);
    rhythm_plan_now(engine);
    return r;
}

void
engine_rhythm_plan(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    if (engine->planned.ms == 0 ||
        now.ms - engine->planned.ms >= PACE_PLAN_MS ||
        (wall_is_set(engine->key_edge) &&
            engine_now(engine).ms >= engine->key_edge.ms))
        rhythm_plan_now(engine);
}

void
rhythm_sent(struct engine *engine, const struct watch *watch)
{
    if (watch->source->learnt)
        pace_spend(&engine->pace);
}

/* --- one poll --------------------------------------------------------------
 */

static void
rhythm_teach(struct engine *engine, const struct watch *watch,
    const struct rhythm_news *news, struct pace_source *source)
{
    struct wall now = engine_now(engine);
    struct pace_news found = {.items = news->n,
        .published = news->published,
        .since = news->since,
        .now = now};

    if (watch->baseline && news->document)
        pace_learn_first(&engine->pace, source, news->published, news->n, now);
    else
        pace_learn(&engine->pace, source, &found);
}

static int
rhythm_save_all(struct engine *engine)
{
    uint8_t bytes[PACE_SIZE];

    pace_encode(&engine->pace, bytes);
    return store_pace_save(
        engine->store, (struct str){(const char *)bytes, sizeof bytes});
}

int
rhythm_learn_poll(struct engine *engine, const struct watch *watch,
    const struct rhythm_news *news, struct source_rhythm *state,
    struct rhythm *ret)
{
    struct pace_source source = watch->pace;
    const struct week_hours *hours;
    uint8_t *bytes = arena_alloc(engine->arena, RHYTHM_SIZE);

    if (bytes == NULL)
        return E_NOMEM;
    rhythm_teach(engine, watch, news, &source);
    rhythm_encode(&source.rhythm, bytes);
    hours = &engine->hours[source.group < PACE_GROUPS ? source.group : 0];
    state->learnt = (struct str){(const char *)bytes, RHYTHM_SIZE};
    state->items_a_week =
        source.rhythm.seen > 0 ? rhythm_items_a_week(&source.rhythm) : 0;
    state->workdays = hours->workdays;
    state->from_hour = hours->hours ? hours->from : 0;
    state->to_hour = hours->hours ? hours->to : 0;
    *ret = source.rhythm;
    return news->n > 0 ? rhythm_save_all(engine) : 0;
}

void
rhythm_wait(const struct engine *engine, const struct watch *watch,
    const struct rhythm *rhythm, struct poll_answer *answer)
{
    struct pace_source source = watch->pace;

    if (!watch->source->learnt)
        return;
    source.rhythm = *rhythm;
    answer->wait_ms = pace_wait(&engine->pace, &source, engine_now(engine),
        answer->random, &answer->wait_why);
}

struct wall
rhythm_silent_since(const struct engine *engine, const struct watch *watch,
    const struct rhythm *rhythm)
{
    const struct week *week = pace_week(&engine->pace, &watch->pace);

    return rhythm_is_silent(rhythm, week, engine_now(engine)) ? rhythm->last
                                                              : WALL_NONE;
}
