/*
 * engine_route: the decision, step by step.
 *
 * Each step either decides or leaves it to the next.  What a step needs of the
 * store (the tags of the sources, other open incidents, silences) it asks for
 * itself, so that a configuration that uses none of it costs nothing.
 */
#include "daemon/engine_route.h"

#include "base/err.h"
#include "base/jsonx.h"
#include "base/timefmt.h"
#include "store/silences.h"

enum {
    ROUTE_LOOK_AGAIN_MS = MS_MINUTE, /* at what waits for no certain time */
    ROUTE_MAX_BESIDES = 1000,        /* open incidents that may inhibit */
    ROUTE_SCRATCH_BYTES = 16 * 1024 * 1024 /* of one decision */
};

const char *
route_word_name(enum route_word word)
{
    static const char *const names[] = {
#define X(word, name, verdict) name,
        ROUTE_WORDS(X)
#undef X
    };

    return names[word];
}

static void
decide(struct route_decision *ret, enum route_word word, struct str why)
{
    static const enum route_verdict verdicts[] = {
#define X(word, name, verdict) verdict,
        ROUTE_WORDS(X)
#undef X
    };

    ret->word = word;
    ret->verdict = verdicts[word];
    ret->why = why;
}

/* --- the incident as routes see it
 * ---------------------------------------------- */

static bool
has_text(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s))
            return true;
    return false;
}

/* The tags of all sources that report it and are still configured; in arena,
 * which is the engine's or one that is thrown away. */
static int
subject_tags(
    struct engine *engine, struct arena *arena, struct route_subject *subject)
{
    struct str *ids = NULL, *tags;
    size_t n = 0, most = 0;
    const struct source *sources[STORE_MAX_SOURCE_IDS];
    size_t known = 0;
    int r =
        store_incident_source_ids(engine->store, subject->id, arena, &ids, &n);

    if (r != 0)
        return r;
    for (size_t i = 0; i < n && known < STORE_MAX_SOURCE_IDS; i++) {
        uint32_t at;

        if (engine_watch_find(engine, ids[i], &at) != 0)
            continue;
        sources[known] = engine->watches[at].source;
        most += sources[known++]->ntags;
    }
    tags = ARENA_ARRAY(arena, most + 1, struct str);
    if (tags == NULL)
        return E_NOMEM;
    subject->tags = tags;
    for (size_t i = 0; i < known; i++)
        for (size_t t = 0; t < sources[i]->ntags; t++)
            if (!has_text(tags, subject->ntags, sources[i]->tags[t]))
                tags[subject->ntags++] = sources[i]->tags[t];
    return 0;
}

static bool
inhibits_need_tags(const struct config *config)
{
    for (size_t i = 0; i < config->ninhibits; i++)
        if (config->inhibits[i].when.ntags > 0 ||
            config->inhibits[i].drops.ntags > 0)
            return true;
    return false;
}

/* tags: where its sources' tags are to live, NULL: they are not needed. */
static int
subject_of(struct engine *engine, const struct incident *incident,
    enum incident_event event, struct arena *tags, struct route_subject *ret)
{
    const struct owner *owner =
        incident->owner.n ? duty_owner(&engine->config->duty, incident->owner)
                          : NULL;

    *ret = (struct route_subject){.id = incident->id,
        .level = incident->level,
        .category = incident->category,
        .owner = incident->owner,
        .owner_tags = owner ? owner->tags : NULL,
        .nowner_tags = owner ? owner->ntags : 0,
        .event = str_of(incident_event_name(event))};
    return tags ? subject_tags(engine, tags, ret) : 0;
}

static bool
is_workday(const void *calendar, int64_t day)
{
    return calendar_is_workday(calendar, day);
}

static struct hours_place
place_of(const struct engine *engine)
{
    return (struct hours_place){.zone = engine->zone,
        .is_workday = is_workday,
        .calendar = &engine->config->duty.calendar};
}

/* --- the steps
 * -------------------------------------------------------------------- */

/* What one decision is about. */
struct step {
    struct engine *engine;
    const struct channel *channel;
    const struct incident *incident;
    struct route_subject subject;
    struct route_decision *ret;
    bool decided;
};

static void
step_level(struct step *step)
{
    enum level least = step->engine->config->notify_min_level;

    if (step->channel->min_level > least)
        least = step->channel->min_level;
    if (step->incident->level >= least)
        return;
    decide(step->ret, ROUTE_WORD_BELOW_LEVEL,
        arena_printf(step->engine->arena,
            "It is %s, and this channel hears of %s and above.",
            level_name(step->incident->level), level_name(least)));
    step->decided = true;
}

static void
step_routes(struct step *step)
{
    const struct config *config = step->engine->config;
    struct hours_place place = place_of(step->engine);
    size_t at = 0;

    if (routes_lead(config->routes, config->nroutes, &step->subject, &place,
            engine_now(step->engine), step->channel->id, &at)) {
        if (config->nroutes > 0)
            step->ret->route = config->routes[at].name;
        return;
    }
    decide(step->ret, ROUTE_WORD_NO_ROUTE,
        STR("No route leads it to this channel now."));
    step->decided = true;
}

static void
drop_for(struct step *step, const struct inhibit *inhibit, int64_t by)
{
    decide(step->ret, ROUTE_WORD_INHIBITED,
        arena_printf(step->engine->arena,
            "Incident %lld is open, and \"%.*s\" drops this one meanwhile.",
            (long long)by, STR_ARG(inhibit->name)));
    step->ret->by = by;
    step->decided = true;
}

/* The first inhibition that drops it while by is open, or NULL.  The tags of
 * by's sources are asked for only when all else holds. */
static int
inhibit_of(struct step *step, const struct incident *other,
    struct arena *scratch, const struct inhibit **ret)
{
    const struct config *config = step->engine->config;
    struct route_subject by;
    bool tagged = false;
    int r = subject_of(step->engine, other, INCIDENT_EVENT_OPENED, NULL, &by);

    *ret = NULL;
    for (size_t i = 0; i < config->ninhibits && r == 0; i++) {
        struct inhibit plain = config->inhibits[i];

        plain.when.ntags = 0;
        if (!inhibit_drops(&plain, &step->subject, &by))
            continue;
        if (!tagged && inhibits_need_tags(config)) {
            r = subject_tags(step->engine, scratch, &by);
            tagged = true;
        }
        if (r == 0 &&
            inhibit_drops(&config->inhibits[i], &step->subject, &by)) {
            *ret = &config->inhibits[i];
            break;
        }
    }
    return r;
}

static int
step_inhibit(struct step *step)
{
    struct engine *engine = step->engine;
    struct incident *others = NULL;
    struct arena *scratch;
    size_t n = 0;
    int r;

    if (engine->config->ninhibits == 0 || step->incident->level == LEVEL_RED)
        return 0;
    scratch = arena_new(ROUTE_SCRATCH_BYTES);
    r = scratch ? store_open_incidents(engine->store, LEVEL_BLUE,
                      ROUTE_MAX_BESIDES, scratch, &others, &n)
                : E_NOMEM;
    for (size_t i = 0; i < n && r == 0 && !step->decided; i++) {
        const struct inhibit *inhibit;

        r = inhibit_of(step, &others[i], scratch, &inhibit);
        if (r == 0 && inhibit)
            drop_for(step, inhibit, others[i].id);
    }
    arena_free(scratch);
    return r;
}

static int
step_silence(struct step *step)
{
    struct engine *engine = step->engine;
    struct silence silence;
    int r = engine_silence_find(engine, step->incident, &silence);

    if (r != 0)
        return r == E_NOTFOUND ? 0 : r;
    decide(step->ret, ROUTE_WORD_SILENCED,
        arena_printf(engine->arena, "Silence %lld of %.*s: %.*s",
            (long long)silence.id, STR_ARG(silence.author),
            STR_ARG(silence.reason)));
    step->ret->silence = silence.id;
    step->ret->until = silence.until;
    step->decided = true;
    return 0;
}

static void
step_quiet(struct step *step)
{
    struct hours_place place = place_of(step->engine);
    char until[TIMEFMT_LOCAL_SIZE];
    struct wall end;

    if (!quiet_holds(&step->channel->quiet_hours, &place, step->incident->level,
            engine_now(step->engine), &end))
        return;
    decide(step->ret, ROUTE_WORD_QUIET_HOURS,
        arena_printf(step->engine->arena,
            "Quiet hours hold %s back until %s, for one digest.",
            level_name(step->incident->level),
            timefmt_local(step->engine->zone, end, until)));
    step->ret->until = end;
    step->decided = true;
}

int
engine_route(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    struct route_decision *ret)
{
    const struct config *config = engine->config;
    struct step step = {
        .engine = engine, .channel = channel, .incident = incident, .ret = ret};
    int r = 0;

    *ret = (struct route_decision){.until = WALL_NONE};
    step_level(&step);
    if (!step.decided)
        r = subject_of(engine, incident, event,
            routes_need_tags(config->routes, config->nroutes) ||
                    inhibits_need_tags(config)
                ? engine->arena
                : NULL,
            &step.subject);
    if (r == 0 && !step.decided)
        step_routes(&step);
    if (r == 0 && !step.decided)
        r = step_inhibit(&step);
    if (r == 0 && !step.decided)
        r = step_silence(&step);
    if (r == 0 && !step.decided)
        step_quiet(&step);
    if (r == 0 && !step.decided)
        decide(ret, ROUTE_WORD_SEND,
            ret->route.n
                ? arena_printf(engine->arena, "The route \"%.*s\" leads here.",
                      STR_ARG(ret->route))
                : STR("There are no routes: every channel hears of "
                      "everything from its level."));
    return r == 0 && arena_failed(engine->arena) ? E_NOMEM : r;
}

/* --- for somebody who tells
 * ---------------------------------------------------------- */

struct wall
engine_route_look_again(
    const struct engine *engine, const struct route_decision *decision)
{
    if (wall_is_set(decision->until))
        return decision->until;
    return (struct wall){engine_now(engine).ms + ROUTE_LOOK_AGAIN_MS};
}

static int
hold(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    const struct route_decision *decision)
{
    struct wall now = engine_now(engine);
    struct held held = {.incident = incident->id,
        .channel = channel->id,
        .event = str_of(incident_event_name(event)),
        .word = str_of(route_word_name(decision->word)),
        .silence = decision->silence,
        .since = now,
        .until = decision->until,
        .next = engine_route_look_again(engine, decision)};
    bool first = false;
    json_t *details;
    int r = store_held_put(engine->store, &held, &first);

    if (r == 0 && decision->silence)
        r = store_silence_matched(
            engine->store, decision->silence, incident->id, channel->id, now);
    if (r != 0 || !first)
        return r;
    details = json_object();
    (void)jsonx_set(details, "channel", jsonx_str(channel->id));
    (void)jsonx_set(details, "word", jsonx_str(held.word));
    (void)jsonx_set(details, "until", jsonx_time(held.until));
    if (decision->silence)
        (void)jsonx_set(details, "silence", json_integer(decision->silence));
    return engine_ledger(
        engine, "message.held", incident->id, STR_NONE, STR_NONE, details);
}

int
engine_route_gate(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    const char *reason, bool *ret_send)
{
    struct route_decision decision;
    int r = engine_route(engine, channel, incident, event, &decision);

    (void)reason; /* what is told later says why it comes so late */
    if (r == 0 && decision.verdict == ROUTE_HOLD)
        r = hold(engine, channel, incident, event, &decision);
    else if (r == 0 && decision.verdict == ROUTE_SEND)
        r = store_held_settle(engine->store, incident->id, channel->id,
            STR("told"), engine_now(engine));
    if (r == 0)
        *ret_send = decision.verdict == ROUTE_SEND;
    return r;
}
