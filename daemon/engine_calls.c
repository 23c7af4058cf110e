/*
 * engine_calls: from rotas and owners to the names of a platform.
 */
#include "daemon/engine_calls.h"

#include "base/err.h"
#include "daemon/engine_rota.h"

static bool
has_line(struct str lines, struct str line)
{
    while (lines.p)
        if (str_eq(str_split(&lines, '\n'), line))
            return true;
    return false;
}

int
engine_calls_add(struct arena *arena, struct str *calls, struct str more)
{
    while (more.p) {
        struct str who = str_split(&more, '\n');

        if (who.n == 0 || has_line(*calls, who) ||
            calls->n + who.n > CALLS_MAX_BYTES)
            continue;
        *calls = arena_printf(arena, "%.*s%s%.*s", STR_ARG(*calls),
            calls->n ? "\n" : "", STR_ARG(who));
        if (calls->p == NULL)
            return E_NOMEM;
    }
    return 0;
}

/* What asks somebody to look; not what says that somebody did. */
static bool
asks(enum incident_event event)
{
    return event == INCIDENT_EVENT_OPENED || event == INCIDENT_EVENT_RAISED ||
           event == INCIDENT_EVENT_REOPENED ||
           event == INCIDENT_EVENT_REMINDED ||
           event == INCIDENT_EVENT_ESCALATED ||
           event == INCIDENT_EVENT_DEADLINE;
}

static bool
is_there(const struct person *person, struct str channel)
{
    for (size_t i = 0; i < person->nchannels; i++)
        if (str_eq(person->channels[i], channel))
            return true;
    return false;
}

static int
add_on_call(struct engine *engine, const struct rota *rota, struct str channel,
    struct str *calls)
{
    const struct duty *duty = &engine->config->duty;
    struct on_call on_call = {.n = 0};
    int r = engine_rota_at(engine, rota, engine_now(engine), &on_call);

    for (size_t i = 0; i < on_call.n && r == 0; i++) {
        const struct person *person = duty_person(duty, on_call.names[i]);

        if (person == NULL || !is_there(person, channel))
            continue;
        for (size_t k = 0; k < person->nmentions && r == 0; k++)
            r = engine_calls_add(engine->arena, calls, person->mentions[k]);
    }
    return r;
}

int
engine_calls(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event, struct str *ret)
{
    const struct duty *duty = &engine->config->duty;
    const struct owner *owner = duty_owner(duty, incident->owner);
    int r = 0;

    *ret = STR_NONE;
    if (!asks(event))
        return 0;
    for (size_t i = 0; i < duty->nrotas && r == 0; i++)
        r = add_on_call(engine, &duty->rotas[i], channel->id, ret);
    for (size_t i = 0; owner && i < owner->ncontacts && r == 0; i++)
        if (owner->contacts[i].mention.n > 0 &&
            str_eq(owner->contacts[i].channel, channel->id))
            r = engine_calls_add(
                engine->arena, ret, owner->contacts[i].mention);
    return r;
}
