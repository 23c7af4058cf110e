/*
 * engine_duty: what people ask about duty, and what they do: overrides,
 * hand-overs, and everything about rotas and the calendar as one JSON value.
 */
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "daemon/engine_act.h"
#include "daemon/engine_escalate.h"
#include "daemon/engine_rota.h"

enum {
    DUTY_DAYS = 7, /* shown when nobody says how many */
    DUTY_MAX_DAYS = 400,
    DUTY_MAX_SHIFTS = 120, /* of a rota that are shown */
    DUTY_MAX_GAPS = 20,
    DUTY_MAX_HANDOVERS = 10,
    DUTY_MAX_RANGES = 40,
    DUTY_MAX_NAME_BYTES = 200,
    DUTY_MAX_OVERRIDE_DAYS = 366
};

/* --- what is shown
 * ------------------------------------------------------------ */

static json_t *
names_json(const struct on_call *on_call)
{
    json_t *list = json_array();

    for (size_t i = 0; i < on_call->n; i++)
        (void)json_array_append_new(list, jsonx_str(on_call->names[i]));
    return list;
}

static json_t *
shifts_json(const struct rota_shift *shifts, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();

        (void)jsonx_set(one, "from", jsonx_time(shifts[i].from));
        (void)jsonx_set(one, "until", jsonx_time(shifts[i].until));
        (void)jsonx_set(one, "people", names_json(&shifts[i].on_call));
        (void)json_array_append_new(list, one);
    }
    return list;
}

static json_t *
override_json(const struct rota_override *o)
{
    json_t *one = json_object();

    (void)jsonx_set(one, "id", json_integer((json_int_t)o->id));
    (void)jsonx_set(one, "kind", json_string(rota_override_name(o->kind)));
    (void)jsonx_set(one, "person", jsonx_str(o->person));
    (void)jsonx_set(one, "instead", jsonx_str(o->instead));
    (void)jsonx_set(one, "from", jsonx_time(o->from));
    (void)jsonx_set(one, "until", jsonx_time(o->until));
    (void)jsonx_set(one, "by", jsonx_str(o->by));
    (void)jsonx_set(one, "reason", jsonx_str(o->reason));
    return one;
}

static json_t *
handover_json(const struct handover *h, struct wall now)
{
    json_t *one = json_object();
    const char *state = wall_is_set(h->accepted)                    ? "accepted"
                        : wall_is_set(h->ended)                     ? "ended"
                        : wall_is_set(h->due) && h->due.ms < now.ms ? "overdue"
                                                                    : "waiting";

    (void)jsonx_set(one, "id", json_integer((json_int_t)h->id));
    (void)jsonx_set(one, "rota", jsonx_str(h->rota));
    (void)jsonx_set(one, "person", jsonx_str(h->person));
    (void)jsonx_set(one, "before", jsonx_str(h->before));
    (void)jsonx_set(one, "at", jsonx_time(h->at));
    (void)jsonx_set(one, "due", jsonx_time(h->due));
    (void)jsonx_set(one, "accepted", jsonx_time(h->accepted));
    (void)jsonx_set(one, "by", jsonx_str(h->by));
    (void)jsonx_set(one, "state", json_string(state));
    return one;
}

static int
add_handovers(struct engine *engine, const struct rota *rota, json_t *value)
{
    struct handover *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int r = store_handovers_last(engine->store, rota->name, DUTY_MAX_HANDOVERS,
        engine->arena, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        (void)json_array_append_new(
            list, handover_json(&rows[i], engine_now(engine)));
    (void)jsonx_set(value, "handovers", list);
    return r;
}

static int
rota_json(struct engine *engine, const struct rota *rota, struct wall until,
    json_t *list)
{
    struct rota_shift *shifts =
        ARENA_ARRAY(engine->arena, DUTY_MAX_SHIFTS + 1, struct rota_shift);
    struct wall now = engine_now(engine);
    json_t *value = json_object(), *overrides = json_array();
    struct rota_context context;
    struct on_call on_call;
    size_t n;
    int r = shifts ? engine_rota_context(engine, rota, now, &context) : E_NOMEM;

    (void)json_array_append_new(list, value);
    (void)jsonx_set(value, "overrides", overrides);
    if (r != 0)
        return r;
    rota_at(rota, &context, now, &on_call);
    (void)jsonx_set(value, "name", jsonx_str(rota->name));
    (void)jsonx_set(value, "zone", json_string(zone_name(rota->zone)));
    (void)jsonx_set(value, "on_call", names_json(&on_call));
    n = rota_shifts(rota, &context, now, until, shifts, DUTY_MAX_SHIFTS);
    (void)jsonx_set(value, "shifts", shifts_json(shifts, n));
    n = rota_gaps(rota, &context, now, until, shifts, DUTY_MAX_GAPS);
    (void)jsonx_set(value, "gaps", shifts_json(shifts, n));
    for (size_t i = 0; i < context.noverrides; i++)
        if (str_eq(context.overrides[i].rota, rota->name))
            (void)json_array_append_new(
                overrides, override_json(&context.overrides[i]));
    return add_handovers(engine, rota, value);
}

static json_t *
strs_json(const struct str *list, size_t n)
{
    json_t *json = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(json, jsonx_str(list[i]));
    return json;
}

/* Ranges that are not over, at most DUTY_MAX_RANGES. */
static json_t *
ranges_json(const struct day_range *list, size_t n, int64_t today)
{
    json_t *json = json_array();

    for (size_t i = 0; i < n && json_array_size(json) < DUTY_MAX_RANGES; i++) {
        json_t *one;

        if (list[i].to_day < today)
            continue;
        one = json_object();
        (void)jsonx_set(one, "name", jsonx_str(list[i].name));
        (void)jsonx_set(one, "from", jsonx_str(list[i].first));
        (void)jsonx_set(one, "until", jsonx_str(list[i].last));
        (void)jsonx_set(one, "on", json_boolean(list[i].from_day <= today));
        (void)json_array_append_new(json, one);
    }
    return json;
}

static json_t *
day_json(const struct config *config, struct wall t)
{
    char local[TIMEFMT_LOCAL_SIZE];

    timefmt_local(config->duty.zone, t, local);
    return jsonx_str(str_first(str_of(local), sizeof("2026-06-07") - 1));
}

static json_t *
key_dates_json(const struct config *config, struct wall now)
{
    json_t *json = json_array();

    for (size_t i = 0;
         i < config->nkey_dates && json_array_size(json) < DUTY_MAX_RANGES;
         i++) {
        const struct key_date *d = &config->key_dates[i];
        const struct key_span *span = key_date_span(d, now);
        json_t *one;

        if (!span)
            continue;
        one = json_object();
        (void)jsonx_set(one, "name", jsonx_str(d->name));
        (void)jsonx_set(one, "from", jsonx_time(span->from));
        (void)jsonx_set(one, "until", jsonx_time(span->until));
        (void)jsonx_set(one, "first", day_json(config, span->from));
        (void)jsonx_set(
            one, "last", day_json(config, (struct wall){span->until.ms - 1}));
        (void)jsonx_set(one, "on", json_boolean(now.ms >= span->from.ms));
        (void)jsonx_set(one, "exam", json_boolean(d->exam));
        (void)jsonx_set(one, "yearly", json_boolean(d->nspans > 1));
        (void)jsonx_set(one, "polls", json_integer(d->polls));
        (void)jsonx_set(
            one, "categories", strs_json(d->categories, d->ncategories));
        (void)jsonx_set(one, "weight",
            d->ncategories ? json_integer(d->weight) : json_null());
        (void)jsonx_set(one, "hours", strs_json(d->hours, d->nhours));
        (void)jsonx_set(one, "rota", jsonx_str(d->rota));
        (void)jsonx_set(one, "extra", strs_json(d->extra, d->nextra));
        (void)json_array_append_new(json, one);
    }
    return json;
}

static json_t *
range_name(const struct day_range *range)
{
    return range ? jsonx_str(range->name) : json_null();
}

static json_t *
calendar_json(const struct engine *engine)
{
    const struct duty *duty = &engine->config->duty;
    const struct calendar *c = &duty->calendar;
    int64_t today = day_of(duty->zone, engine_now(engine));
    json_t *json = json_object();

    (void)jsonx_set(
        json, "workday", json_boolean(calendar_is_workday(c, today)));
    (void)jsonx_set(json, "term", range_name(calendar_term(c, today)));
    (void)jsonx_set(json, "holiday", range_name(calendar_holiday(c, today)));
    (void)jsonx_set(json, "makeup", range_name(calendar_makeup(c, today)));
    (void)jsonx_set(json, "terms", ranges_json(c->terms, c->nterms, today));
    (void)jsonx_set(
        json, "holidays", ranges_json(c->holidays, c->nholidays, today));
    (void)jsonx_set(
        json, "workdays", ranges_json(c->workdays, c->nworkdays, today));
    return json;
}

static json_t *
people_json(const struct duty *duty)
{
    json_t *json = json_array();

    for (size_t i = 0; i < duty->npeople; i++) {
        const struct person *p = &duty->people[i];
        json_t *one = json_object();

        (void)jsonx_set(one, "name", jsonx_str(p->name));
        (void)jsonx_set(one, "user", jsonx_str(p->user));
        (void)jsonx_set(one, "channels", strs_json(p->channels, p->nchannels));
        (void)json_array_append_new(json, one);
    }
    return json;
}

int
engine_duty_show(struct asked *asked)
{
    struct engine *engine = asked->engine;
    const struct duty *duty = &engine->config->duty;
    json_t *value = json_object(), *rotas = json_array();
    int64_t days = DUTY_DAYS;
    struct wall until;
    int r = 0;

    if (asked->object.n)
        r = num_parse_i64(asked->object, 1, DUTY_MAX_DAYS, &days);
    until.ms = engine_now(engine).ms + days * MS_DAY;
    (void)jsonx_set(value, "now", jsonx_time(engine_now(engine)));
    (void)jsonx_set(value, "rotas", rotas);
    for (size_t i = 0; i < duty->nrotas && r == 0; i++)
        r = rota_json(engine, &duty->rotas[i], until, rotas);
    (void)jsonx_set(value, "people", people_json(duty));
    (void)jsonx_set(value, "calendar", calendar_json(engine));
    (void)jsonx_set(
        value, "key_dates", key_dates_json(engine->config, engine_now(engine)));
    if (r != 0) {
        json_decref(value);
        return r;
    }
    return act_data(asked, value);
}

/* --- overrides
 * ----------------------------------------------------------------------- */

static int
refuse(struct asked *asked, int err, const char *words)
{
    asked->words = words;
    return err;
}

static int
time_of(const json_t *args, const char *name, struct wall *ret)
{
    struct str text = jsonx_get_str(args, name);

    return text.n ? timefmt_parse_rfc3339(text, ret) : E_PARSE;
}

static int
override_take(struct asked *asked, struct rota_override *o)
{
    const struct duty *duty = &asked->engine->config->duty;
    struct wall now = engine_now(asked->engine);

    if (!duty_rota(duty, asked->object))
        return refuse(asked, E_NOTFOUND, "There is no such rota.");
    if (rota_override_parse(jsonx_get_str(asked->args, "kind"), &o->kind) != 0)
        return refuse(asked, E_PARSE, "kind is to be add, replace or remove.");
    o->rota = asked->object;
    o->person = jsonx_get_str(asked->args, "person");
    o->instead = o->kind == ROTA_REPLACE ? jsonx_get_str(asked->args, "instead")
                                         : STR_NONE;
    if (!duty_person(duty, o->person) ||
        (o->kind == ROTA_REPLACE && !duty_person(duty, o->instead)))
        return refuse(asked, E_NOTFOUND, "There is nobody of that name.");
    if (time_of(asked->args, "from", &o->from) != 0 ||
        time_of(asked->args, "until", &o->until) != 0)
        return refuse(asked, E_PARSE, "from and until are to be times.");
    if (o->until.ms <= o->from.ms || o->until.ms <= now.ms)
        return refuse(asked, E_DENIED,
            "It is to end after it begins, and in the future.");
    if (o->until.ms - o->from.ms > DUTY_MAX_OVERRIDE_DAYS * (int64_t)MS_DAY)
        return refuse(asked, E_DENIED, "It is to last a year at most.");
    o->by = asked->by;
    o->reason = asked->text;
    o->made = now;
    return 0;
}

int
engine_rota_override(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct rota_override *before = NULL, override = {0};
    size_t n = 0;
    int64_t id = 0;
    int r = store_overrides(
        engine->store, engine_now(engine), engine->arena, &before, &n);

    if (r == 0 && n >= ROTA_MAX_OVERRIDES)
        r = refuse(asked, E_LIMIT, "There are too many overrides.");
    if (r == 0)
        r = override_take(asked, &override);
    if (r == 0)
        r = store_override_add(engine->store, &override, &id);
    if (r != 0)
        return r;
    override.id = id;
    r = act_ledger(asked, "rota.override", 0, override_json(&override));
    if (r == 0)
        r = act_data(asked, override_json(&override));
    engine->duty->rotas_due = true;
    engine_changed(engine, "config", 0);
    return r;
}

int
engine_rota_override_drop(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct rota_override override;
    int r =
        store_override_load(engine->store, asked->id, engine->arena, &override);

    if (r == 0)
        r = store_override_drop(engine->store, asked->id);
    if (r == 0)
        r = act_ledger(
            asked, "rota.override_dropped", 0, override_json(&override));
    engine->duty->rotas_due = true;
    engine_changed(engine, "config", 0);
    return r;
}

/* --- hand-overs
 * ------------------------------------------------------------------------ */

int
engine_rota_accept(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct handover h;
    const struct person *person;
    int64_t id;
    int r = store_handover_load(engine->store, asked->id, engine->arena, &h);

    if (r != 0)
        return r;
    if (wall_is_set(h.accepted) || wall_is_set(h.ended))
        return refuse(asked, E_STATE, "It was taken over, or is past.");
    person = duty_person(&engine->config->duty, h.person);
    if (person && person->user.n && !str_eq(person->user, asked->by) &&
        !str_eq(asked->from, STR("socket")))
        return refuse(
            asked, E_DENIED, "Only who is on call next can take over.");
    h.accepted = engine_now(engine);
    h.by = asked->by;
    r = store_handover_save(engine->store, &h, &id);
    if (r == 0)
        r = act_ledger(asked, "handover.accepted", 0,
            handover_json(&h, engine_now(engine)));
    if (r == 0)
        r = engine_escalate_somebody(
            engine, arena_printf(engine->arena, "rota:%.*s", STR_ARG(h.rota)));
    engine_changed(engine, "config", 0);
    return r;
}
