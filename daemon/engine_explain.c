/*
 * engine_explain: who would be told of an incident now, and why (not).
 *
 * It asks engine_route(), the function that decides, for every channel; what
 * it adds is what stands behind a decision: silences, what waits, what is in
 * the outbox, and what happens next without anybody.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_act.h"
#include "daemon/engine_route.h"

static const char *
verdict_name(enum route_verdict verdict)
{
    switch (verdict) {
    case ROUTE_SEND:
        return "send";
    case ROUTE_HOLD:
        return "hold";
    case ROUTE_NOT:
        break;
    }
    return "not";
}

static unsigned
on_its_way(const struct engine *engine, struct str channel)
{
    unsigned n = 0;

    for (size_t i = 0; i < engine->nsends; i++)
        n += str_eq(str_of(engine->sends[i].channel), channel);
    return n;
}

static int
explain_channel(struct engine *engine, const struct channel *channel,
    const struct incident *incident, json_t *list)
{
    struct route_decision d;
    json_t *json;
    int r = engine_route(engine, channel, incident, INCIDENT_EVENT_OPENED, &d);

    if (r != 0)
        return r;
    json = json_object();
    (void)jsonx_set(json, "channel", jsonx_str(channel->id));
    (void)jsonx_set(json, "kind", jsonx_str(channel->kind));
    (void)jsonx_set(json, "decision", json_string(verdict_name(d.verdict)));
    (void)jsonx_set(json, "word", json_string(route_word_name(d.word)));
    (void)jsonx_set(json, "why", jsonx_str(d.why));
    (void)jsonx_set(json, "route", jsonx_str(d.route));
    (void)jsonx_set(json, "until", jsonx_time(d.until));
    (void)jsonx_set(
        json, "silence", d.silence ? json_integer(d.silence) : json_null());
    (void)jsonx_set(
        json, "inhibited_by", d.by ? json_integer(d.by) : json_null());
    (void)jsonx_set(json, "disabled",
        json_boolean(engine_channel_is_disabled(engine, channel->id)));
    (void)jsonx_set(
        json, "on_its_way", json_integer(on_its_way(engine, channel->id)));
    return json_array_append_new(list, json) ? E_NOMEM : 0;
}

static int
explain_silences(
    struct engine *engine, const struct incident *incident, json_t *list)
{
    struct silence *silences = NULL;
    size_t n = 0;
    int r = engine_silences_of(engine, incident, &silences, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        json_t *one = json_object();

        (void)jsonx_set(one, "id", json_integer(silences[i].id));
        (void)jsonx_set(one, "author", jsonx_str(silences[i].author));
        (void)jsonx_set(one, "reason", jsonx_str(silences[i].reason));
        (void)jsonx_set(one, "until", jsonx_time(silences[i].until));
        r = json_array_append_new(list, one) ? E_NOMEM : 0;
    }
    return r;
}

/* What happens to it by itself, and when. */
static void
explain_next(const struct incident *incident, json_t *list)
{
    const char *what = incident->state == INCIDENT_SNOOZED
                           ? "the snooze ends"
                           : "the acknowledgement runs out";

    if (wall_is_set(incident->until) && incident_state_is_open(incident->state))
        (void)json_array_append_new(
            list, json_pack("{ssso}", "what", what, "at",
                      jsonx_time(incident->until)));
}

static json_t *
explain_incident(const struct incident *incident)
{
    json_t *json = json_object();

    (void)jsonx_set(json, "id", json_integer(incident->id));
    (void)jsonx_set(json, "title", jsonx_str(incident->title));
    (void)jsonx_set(json, "level", json_string(level_name(incident->level)));
    (void)jsonx_set(json, "score", json_integer(incident->score));
    (void)jsonx_set(
        json, "state", json_string(incident_state_name(incident->state)));
    (void)jsonx_set(json, "category", jsonx_str(incident->category));
    (void)jsonx_set(json, "owner", jsonx_str(incident->owner));
    return json;
}

int
act_explain(struct asked *asked)
{
    struct engine *engine = asked->engine;
    const struct config *config = engine->config;
    json_t *channels = json_array(), *silences = json_array(),
           *next = json_array(), *json = json_object();
    struct incident incident;
    int r = engine_incident_load(engine, asked->id, &incident);

    for (size_t i = 0; i < config->nchannels && r == 0; i++)
        r = explain_channel(engine, &config->channels[i], &incident, channels);
    if (r == 0)
        r = explain_silences(engine, &incident, silences);
    if (r == 0)
        explain_next(&incident, next);
    if (r == 0)
        (void)jsonx_set(json, "incident", explain_incident(&incident));
    (void)jsonx_set(json, "at", jsonx_time(engine_now(engine)));
    (void)jsonx_set(
        json, "event", json_string(incident_event_name(INCIDENT_EVENT_OPENED)));
    (void)jsonx_set(json, "routes", json_integer((json_int_t)config->nroutes));
    (void)jsonx_set(json, "channels", channels);
    (void)jsonx_set(json, "silences", silences);
    (void)jsonx_set(json, "next", next);
    if (r == 0)
        return act_data(asked, json);
    json_decref(json);
    return r;
}
