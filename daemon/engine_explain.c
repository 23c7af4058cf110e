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
#include "daemon/engine_clock.h"
#include "daemon/engine_outbox.h"
#include "daemon/engine_rota.h"
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

/* What the channel itself stands in the way with: its limit, or its state. */
static json_t *
explain_limits(struct engine *engine, const struct channel *channel,
    const struct incident *incident)
{
    const struct line *line = engine_line(engine, channel->id);
    bool urgent = incident->level >= LEVEL_ORANGE;
    struct mono now = loop_mono(engine->loop);
    json_t *json = json_object();

    (void)jsonx_set(
        json, "on_its_way", json_integer(on_its_way(engine, channel->id)));
    if (line == NULL)
        return json;
    (void)jsonx_set(
        json, "wait_ms", json_integer(engine_line_wait(engine, line)));
    if (line->limited)
        (void)jsonx_set(json, "room",
            json_integer((json_int_t)window_room(line->window, urgent, now)));
    return json;
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
    (void)jsonx_set(json, "limits", explain_limits(engine, channel, incident));
    return json_array_append_new(list, json) ? E_NOMEM : 0;
}

static int
explain_silences(
    struct engine *engine, const struct incident *incident, json_t *list)
{
    struct silence *silences = NULL;
    size_t n = 0;
    int r = engine_silences_of(engine, incident, engine->arena, &silences, &n);

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

static void
add_next(json_t *list, const char *what, struct str name, struct wall at)
{
    json_t *one = json_object();

    (void)jsonx_set(one, "what", json_string(what));
    (void)jsonx_set(one, "name", jsonx_str(name));
    (void)jsonx_set(one, "at", jsonx_time(at));
    (void)json_array_append_new(list, one);
}

/* What happens to it by itself, and when. */
static int
explain_next(
    struct engine *engine, const struct incident *incident, json_t *list)
{
    struct escalation_run run;
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r = engine_clocks_running(engine, incident->id, &runs, &n);

    if (wall_is_set(incident->until) && incident_state_is_open(incident->state))
        add_next(list,
            incident->state == INCIDENT_SNOOZED ? "snooze ends"
                                                : "acknowledgement runs out",
            STR_NONE, incident->until);
    for (size_t i = 0; i < n && r == 0; i++)
        if (wall_is_set(runs[i].due))
            add_next(list, "deadline", runs[i].title, runs[i].due);
    if (r != 0)
        return r;
    r = store_escalation_load(engine->store, incident->id, engine->arena, &run);
    if (r == 0 && wall_is_set(run.next))
        add_next(list, "escalation", run.policy, run.next);
    return r == E_NOTFOUND ? 0 : r;
}

/* Who is on call now, by rota. */
static int
explain_on_call(struct engine *engine, json_t *list)
{
    const struct duty *duty = &engine->config->duty;
    int r = 0;

    for (size_t i = 0; i < duty->nrotas && r == 0; i++) {
        json_t *one = json_object(), *people = json_array();
        struct on_call on_call;

        r = engine_rota_at(
            engine, &duty->rotas[i], engine_now(engine), &on_call);
        for (size_t k = 0; r == 0 && k < on_call.n; k++)
            (void)json_array_append_new(people, jsonx_str(on_call.names[k]));
        (void)jsonx_set(one, "rota", jsonx_str(duty->rotas[i].name));
        (void)jsonx_set(one, "people", people);
        (void)json_array_append_new(list, one);
    }
    return r;
}

/* Whom its owner is reached through. */
static json_t *
explain_contacts(const struct engine *engine, const struct incident *incident)
{
    const struct owner *owner =
        duty_owner(&engine->config->duty, incident->owner);
    json_t *list = json_array();

    for (size_t i = 0; owner && i < owner->ncontacts; i++) {
        const struct contact *contact = &owner->contacts[i];
        json_t *one = json_object();

        (void)jsonx_set(one, "name", jsonx_str(contact->name));
        (void)jsonx_set(one, "role", jsonx_str(contact->role));
        (void)jsonx_set(one, "mobile", jsonx_str(contact->mobile));
        (void)json_array_append_new(list, one);
    }
    return list;
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
           *next = json_array(), *on_call = json_array(), *json = json_object();
    struct incident incident;
    int r = engine_incident_load(engine, asked->id, &incident);

    for (size_t i = 0; i < config->nchannels && r == 0; i++)
        r = explain_channel(engine, &config->channels[i], &incident, channels);
    if (r == 0)
        r = explain_silences(engine, &incident, silences);
    if (r == 0)
        r = explain_next(engine, &incident, next);
    if (r == 0)
        r = explain_on_call(engine, on_call);
    if (r == 0) {
        (void)jsonx_set(json, "incident", explain_incident(&incident));
        (void)jsonx_set(json, "contacts", explain_contacts(engine, &incident));
    }
    (void)jsonx_set(json, "at", jsonx_time(engine_now(engine)));
    (void)jsonx_set(
        json, "event", json_string(incident_event_name(INCIDENT_EVENT_OPENED)));
    (void)jsonx_set(json, "routes", json_integer((json_int_t)config->nroutes));
    (void)jsonx_set(json, "channels", channels);
    (void)jsonx_set(json, "silences", silences);
    (void)jsonx_set(json, "next", next);
    (void)jsonx_set(json, "on_call", on_call);
    if (r == 0)
        return act_data(asked, json);
    json_decref(json);
    return r;
}
