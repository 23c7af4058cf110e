/*
 * engine_route: the decision, step by step.
 */
#include "daemon/engine_route.h"

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

int
engine_route(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    struct route_decision *ret)
{
    enum level least = engine->config->notify_min_level;

    (void)event;
    *ret = (struct route_decision){.until = WALL_NONE};
    if (channel->min_level > least)
        least = channel->min_level;
    if (incident->level < least)
        decide(ret, ROUTE_WORD_BELOW_LEVEL,
            arena_printf(engine->arena,
                "It is %s, and the channel hears of %s and above.",
                level_name(incident->level), level_name(least)));
    else
        decide(ret, ROUTE_WORD_SEND, STR("Nothing stands against it."));
    return 0;
}

int
engine_route_gate(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    const char *reason, bool *ret_send)
{
    struct route_decision decision;
    int r = engine_route(engine, channel, incident, event, &decision);

    (void)reason;
    if (r == 0)
        *ret_send = decision.verdict == ROUTE_SEND;
    return r;
}
