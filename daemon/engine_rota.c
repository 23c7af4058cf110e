#include "daemon/engine_rota.h"

#include <stdio.h>

#include "base/jsonx.h"
#include "daemon/engine_escalate.h"
#include "daemon/engine_skip.h"
#include "daemon/engine_tell.h"

enum {
    ROTA_LOOK_MS = 60 * 1000, /* at most, between looks at the rotas */
    NAMES_MAX_BYTES = 400
};

/* --- who is on call ---------------------------------------------------------
 */

int
engine_rota_context(struct engine *engine, const struct rota *rota,
    struct wall since, struct rota_context *ret)
{
    struct rota_override *overrides = NULL;
    const struct rota_extra *extras = NULL;
    size_t n = 0, nextras = 0;
    int r =
        store_overrides(engine->store, since, engine->arena, &overrides, &n);

    if (r == 0)
        r = duty_extras(engine->config, rota->name, since, engine->arena,
            &extras, &nextras);
    if (r == 0)
        *ret = (struct rota_context){.calendar = &engine->config->duty.calendar,
            .overrides = overrides,
            .noverrides = n,
            .extras = extras,
            .nextras = nextras};
    return r;
}

int
engine_rota_at(struct engine *engine, const struct rota *rota, struct wall at,
    struct on_call *ret)
{
    struct rota_context context;
    int r = engine_rota_context(engine, rota, at, &context);

    if (r == 0)
        rota_at(rota, &context, at, ret);
    return r;
}

/* --- hand-overs
 * ----------------------------------------------------------------- */

static void
join_names(struct buf *out, const struct on_call *on_call)
{
    for (size_t i = 0; i < on_call->n; i++) {
        if (out->n + on_call->names[i].n + 8 > NAMES_MAX_BYTES)
            return;
        if (i)
            (void)buf_add_cstr(out, "、");
        (void)buf_add_str(out, on_call->names[i]);
    }
}

static struct str
console_page(struct engine *engine, const char *page)
{
    struct str base = engine->config->console_url;

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return base.n ? arena_printf(engine->arena, "%.*s%s", STR_ARG(base), page)
                  : STR_NONE;
}

/* A message about duty, to channels that want its words in their language. */
static int
say(struct engine *engine, const char *title, const struct said *said,
    const struct reached *reached, size_t *ret_told)
{
    size_t told = 0;
    int r = 0;

    for (size_t i = 0; i < reached->n && r == 0; i++) {
        const struct channel *channel =
            config_channel(engine->config, reached->channels[i]);
        json_t *data;
        bool zh;

        if (!channel)
            continue;
        zh = !str_eq(channel->lang, STR("en"));
        data = json_object();
        (void)jsonx_set(data, "title", jsonx_str(str_of(title)));
        (void)jsonx_set(
            data, "text", jsonx_str(str_of(zh ? said->zh : said->en)));
        (void)jsonx_set(data, "reason", jsonx_str(str_of(said->en)));
        (void)jsonx_set(
            data, "url", jsonx_str(console_page(engine, "/handover")));
        told += engine_channel_is_well(engine, channel->id);
        r = engine_say(engine, INCIDENT_EVENT_HANDOVER, data, &channel->id, 1);
    }
    *ret_told = told;
    return r;
}

static int
handover_ledger(
    struct engine *engine, const char *kind, const struct handover *h)
{
    json_t *details = json_object();

    (void)jsonx_set(details, "rota", jsonx_str(h->rota));
    (void)jsonx_set(details, "person", jsonx_str(h->person));
    (void)jsonx_set(details, "before", jsonx_str(h->before));
    (void)jsonx_set(details, "due", jsonx_time(h->due));
    return engine_ledger(engine, kind, 0, STR_NONE, STR_NONE, details);
}

/* Ask the next to take over. */
static int
begin(struct engine *engine, const struct rota *rota, struct str person,
    struct str before, bool first)
{
    struct wall now = engine_now(engine);
    struct handover h = {.rota = rota->name,
        .person = person,
        .before = before,
        .at = now,
        .due = WALL_NONE,
        .accepted = WALL_NONE,
        .told = WALL_NONE,
        .ended = WALL_NONE};
    char local[TIMEFMT_LOCAL_SIZE];
    struct reached reached;
    struct said said;
    size_t told = 0;
    int64_t id;
    int r;

    if (first || rota->accept_ms == 0)
        h.accepted = now; /* nobody hands it over, or nobody is asked to */
    else
        h.due.ms = now.ms + rota->accept_ms;
    r = store_handover_save(engine->store, &h, &id);
    if (r == 0)
        r = handover_ledger(engine, "handover.began", &h);
    if (r != 0 || wall_is_set(h.accepted))
        return r;
    timefmt_local(rota->zone, h.due, local);
    said.zh = engine_duty_text(engine,
        "%.*s，你现在开始值班（%.*s），交班人：%.*s。请在 %s 前到值班台接班。",
        STR_ARG(person), STR_ARG(rota->name),
        STR_ARG(before.n ? before : STR("无")), local);
    said.en = engine_duty_text(engine,
        "%.*s, you are on call now (%.*s), after %.*s. Please take over on the "
        "console before %s.",
        STR_ARG(person), STR_ARG(rota->name),
        STR_ARG(before.n ? before : STR("nobody")), local);
    reached_init(&reached);
    engine_escalate_person(engine, person, &reached);
    r = say(engine, "值班交接 / hand-over", &said, &reached, &told);
    reached_done(&reached);
    engine_changed(engine, "config", 0);
    return r;
}

/* The targets of the second step of the first policy that names this rota. */
static void
add_next_step(
    struct engine *engine, const struct rota *rota, struct reached *reached)
{
    const struct duty *duty = &engine->config->duty;
    struct str wanted =
        arena_printf(engine->arena, "rota:%.*s", STR_ARG(rota->name));

    for (size_t i = 0; i < duty->nescalations; i++) {
        const struct escalation *e = &duty->escalations[i];

        for (size_t k = 0; k + 1 < e->nsteps; k++)
            for (size_t t = 0; t < e->steps[k].nto; t++)
                if (str_eq(e->steps[k].to[t], wanted)) {
                    (void)engine_escalate_reach(engine, NULL,
                        e->steps[k + 1].to, e->steps[k + 1].nto, reached);
                    return;
                }
    }
}

/* He did not take over: the one before and the next step hear of it. */
static int
overdue(struct engine *engine, const struct rota *rota, struct handover *h)
{
    struct str subject =
        arena_printf(engine->arena, "rota:%.*s", STR_ARG(rota->name));
    struct reached reached;
    struct str rest = h->before;
    struct said said;
    size_t told = 0;
    int64_t id;
    int r;

    h->told = engine_now(engine);
    r = store_handover_save(engine->store, h, &id);
    if (r == 0)
        r = handover_ledger(engine, "handover.overdue", h);
    said.zh = engine_duty_text(engine, "%.*s 尚未接班（%.*s），交班人：%.*s。",
        STR_ARG(h->person), STR_ARG(rota->name),
        STR_ARG(h->before.n ? h->before : STR("无")));
    said.en = engine_duty_text(engine,
        "%.*s has not taken over (%.*s) from %.*s.", STR_ARG(h->person),
        STR_ARG(rota->name), STR_ARG(h->before.n ? h->before : STR("nobody")));
    reached_init(&reached);
    while (rest.n > 0) {
        size_t at = str_find(rest, STR("、"));

        engine_escalate_person(engine, str_first(rest, at), &reached);
        rest = at < rest.n ? str_from(rest, at + sizeof("、") - 1) : STR_NONE;
    }
    add_next_step(engine, rota, &reached);
    if (r == 0)
        r = say(engine, "无人接班 / not taken over", &said, &reached, &told);
    if (r == 0 && told == 0)
        r = engine_escalate_nobody(engine, NULL, subject, &said);
    reached_done(&reached);
    return r;
}

static bool
is_of(const struct handover *h, const struct rota *rota)
{
    return str_eq(h->rota, rota->name) && !wall_is_set(h->ended);
}

/* End the shifts of who is on call no longer; *ret_before gets their names, or
 * of all that were on call when nobody left. */
static int
end_shifts(struct engine *engine, const struct rota *rota,
    const struct on_call *now, struct handover *open, size_t n,
    struct on_call *ret_before)
{
    struct on_call all = {.n = 0}, gone = {.n = 0};
    int64_t id;
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        if (!is_of(&open[i], rota))
            continue;
        if (all.n < ROTA_MAX_ON_CALL)
            all.names[all.n++] = open[i].person;
        if (on_call_has(now, open[i].person))
            continue;
        if (gone.n < ROTA_MAX_ON_CALL)
            gone.names[gone.n++] = open[i].person;
        open[i].ended = engine_now(engine);
        r = store_handover_save(engine->store, &open[i], &id);
    }
    *ret_before = gone.n ? gone : all;
    return r;
}

static int
look(struct engine *engine, const struct rota *rota, struct handover *open,
    size_t n)
{
    struct rota_context context;
    struct on_call now, before;
    struct handover *last = NULL;
    struct buf names;
    struct wall next;
    size_t nlast = 0;
    int r = engine_rota_context(engine, rota, engine_now(engine), &context);

    if (r == 0)
        r = store_handovers_last(
            engine->store, rota->name, 1, engine->arena, &last, &nlast);
    if (r != 0)
        return r;
    rota_at(rota, &context, engine_now(engine), &now);
    next = rota_next(rota, &context, engine_now(engine));
    if (wall_is_set(next) && next.ms < engine->duty->rota_next.ms)
        engine->duty->rota_next = next;
    r = end_shifts(engine, rota, &now, open, n, &before);
    buf_init(&names, NAMES_MAX_BYTES + 8);
    join_names(&names, &before);
    for (size_t i = 0; i < now.n && r == 0; i++) {
        bool known = false;

        for (size_t k = 0; k < n; k++)
            known = known || (is_of(&open[k], rota) &&
                                 str_eq(open[k].person, now.names[i]));
        if (!known)
            r = begin(engine, rota, now.names[i], buf_str(&names), nlast == 0);
    }
    buf_done(&names);
    return r;
}

bool
engine_rota_is_due(const struct engine *engine)
{
    const struct duty_state *state = engine->duty;

    if (engine->config->duty.nrotas == 0)
        return false;
    return state->rotas_due || engine_now(engine).ms >= state->rota_next.ms ||
           loop_mono(engine->loop).ms - state->rota_seen.ms >= ROTA_LOOK_MS;
}

/* An override that cannot be read changes nothing, and is named. */
static int
name_unreadable(struct engine *engine)
{
    int64_t *named = &engine->duty->override_named, id = 0;
    int r = store_override_unreadable(engine->store, engine_now(engine), &id);

    if (r == E_NOTFOUND)
        r = 0;
    if (r == 0 && *named != 0 && *named != id)
        r = engine_skip_over(engine, "override", *named);
    if (r == 0 && id != 0)
        r = engine_skip_report(engine, "override", id, 0, E_CORRUPT);
    if (r == 0)
        *named = id;
    return r;
}

int
engine_rota_run(struct engine *engine)
{
    const struct duty *duty = &engine->config->duty;
    struct wall now = engine_now(engine);
    struct handover *open = NULL;
    size_t n = 0;
    int r = store_handovers_open(engine->store, engine->arena, &open, &n);

    engine->duty->rotas_due = false;
    engine->duty->rota_seen = loop_mono(engine->loop);
    engine->duty->rota_next.ms = INT64_MAX;
    for (size_t i = 0; i < duty->nrotas && r == 0; i++)
        r = look(engine, &duty->rotas[i], open, n);
    if (r == 0)
        r = name_unreadable(engine);
    if (r == 0)
        r = store_handovers_open(engine->store, engine->arena, &open, &n);
    for (size_t i = 0; i < n && r == 0; i++) {
        struct handover *h = &open[i];
        const struct rota *rota = duty_rota(duty, h->rota);

        if (!rota || wall_is_set(h->accepted) || wall_is_set(h->told) ||
            !wall_is_set(h->due))
            continue;
        if (now.ms >= h->due.ms)
            r = overdue(engine, rota, h);
        else if (h->due.ms < engine->duty->rota_next.ms)
            engine->duty->rota_next = h->due;
    }
    if (r != 0)
        engine->duty->rotas_due = true;
    return r;
}
