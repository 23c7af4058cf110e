#include "daemon/engine_escalate.h"

#include <stdio.h>

#include "base/jsonx.h"
#include "daemon/engine_rota.h"
#include "daemon/engine_skip.h"
#include "daemon/engine_tell.h"

enum { WHO_MAX_BYTES = 400 };

void
reached_init(struct reached *reached)
{
    reached->n = 0;
    buf_init(&reached->who, WHO_MAX_BYTES);
}

void
reached_done(struct reached *reached)
{
    buf_done(&reached->who);
}

/* --- whom targets mean -----------------------------------------------------
 */

static void
add_channel(struct reached *reached, struct str id)
{
    for (size_t i = 0; i < reached->n; i++)
        if (str_eq(reached->channels[i], id))
            return;
    if (reached->n < DUTY_MAX_CHANNELS)
        reached->channels[reached->n++] = id;
}

static void
add_name(struct reached *reached, struct str name)
{
    /* Names that have no place any more are no error. */
    if (reached->who.n + name.n + 8 > WHO_MAX_BYTES)
        return;
    if (reached->who.n)
        (void)buf_add_cstr(&reached->who, "、");
    (void)buf_add_str(&reached->who, name);
}

void
engine_escalate_person(
    const struct engine *engine, struct str name, struct reached *reached)
{
    const struct person *person = duty_person(&engine->config->duty, name);

    add_name(reached, name);
    for (size_t i = 0; person && i < person->nchannels; i++)
        add_channel(reached, person->channels[i]);
}

/* The contacts of an owner; of one without any, those of the office above. */
static void
add_owner(const struct engine *engine, struct str name, struct reached *reached)
{
    const struct duty *duty = &engine->config->duty;

    for (int depth = 0; depth < 4; depth++) {
        const struct owner *owner = duty_owner(duty, name);
        size_t before = reached->n;

        for (size_t i = 0; owner && i < owner->ncontacts; i++)
            if (owner->contacts[i].channel.n) {
                add_name(reached, owner->contacts[i].name);
                add_channel(reached, owner->contacts[i].channel);
            }
        if (reached->n > before)
            return;
        if (owner && owner->parent.n)
            name = owner->parent;
        else if (duty->owner.n && !str_eq(name, duty->owner))
            name = duty->owner;
        else
            return;
    }
}

int
engine_escalate_reach(struct engine *engine, const struct incident *incident,
    const struct str *to, size_t n, struct reached *ret)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        struct escalation_target target;
        const struct rota *rota;
        struct on_call on_call = {.n = 0};

        if (escalation_target_parse(to[i], &target) != 0)
            continue;
        switch (target.kind) {
        case TARGET_CHANNEL:
            add_name(ret, target.name);
            add_channel(ret, target.name);
            break;
        case TARGET_PERSON:
            engine_escalate_person(engine, target.name, ret);
            break;
        case TARGET_OWNER:
            add_owner(engine, incident ? incident->owner : STR_NONE, ret);
            break;
        case TARGET_ROTA:
            rota = duty_rota(&engine->config->duty, target.name);
            if (rota)
                r = engine_rota_at(engine, rota, engine_now(engine), &on_call);
            for (size_t k = 0; k < on_call.n; k++)
                engine_escalate_person(engine, on_call.names[k], ret);
            break;
        }
    }
    return r;
}

/* --- nobody
 * ------------------------------------------------------------------- */

int
engine_escalate_nobody(struct engine *engine, const struct incident *incident,
    struct str subject, const struct said *said)
{
    const struct duty *duty = &engine->config->duty;
    json_t *details = json_object(), *data;
    bool edge;
    int r;

    (void)jsonx_set(details, "subject", jsonx_str(subject));
    (void)jsonx_set(details, "reason", jsonx_str(str_of(said->en)));
    r = engine_ledger(engine, "escalation.nobody", incident ? incident->id : 0,
        STR_NONE, STR_NONE, details);
    if (r == 0)
        r = store_condition_open(engine->store, subject, STR("unreached"),
            str_of(said->en), engine_now(engine), &edge);
    log_say(LOG_WARN, said->en, NULL);
    if (r != 0)
        return r;
    if (incident) {
        struct str all[DUTY_MAX_CHANNELS];
        size_t n = 0;

        for (; n < engine->config->nchannels && n < DUTY_MAX_CHANNELS; n++)
            all[n] = engine->config->channels[n].id;
        return engine_duty_tell(engine, incident, INCIDENT_EVENT_ESCALATED,
            said, duty->nfallback ? duty->fallback : all,
            duty->nfallback ? duty->nfallback : n, NULL);
    }
    data = json_object();
    (void)jsonx_set(
        data, "title", json_string("没有人接到通知 / nobody was reached"));
    (void)jsonx_set(data, "text", jsonx_str(str_of(said->zh)));
    (void)jsonx_set(data, "reason", jsonx_str(str_of(said->en)));
    return engine_say(
        engine, INCIDENT_EVENT_HANDOVER, data, duty->fallback, duty->nfallback);
}

int
engine_escalate_somebody(struct engine *engine, struct str subject)
{
    bool edge;

    return store_condition_close(
        engine->store, subject, STR("unreached"), engine_now(engine), &edge);
}

/* --- runs
 * --------------------------------------------------------------------- */

static const struct escalation *
policy_of(const struct engine *engine, const struct incident *incident)
{
    const struct duty *duty = &engine->config->duty;

    if (incident->level < engine->config->notify_min_level)
        return NULL;
    return escalation_find(duty->escalations, duty->nescalations,
        incident->level, incident->category);
}

/* It cannot be read: begun anew, as if nothing had been said. */
static int
begin_anew(struct engine *engine, const struct escalation *policy,
    const struct incident *incident)
{
    struct wall now = engine_now(engine);
    struct escalation_run run = {.incident = incident->id,
        .policy = STR(""),
        .state = ESCALATION_OVER,
        .next = WALL_NONE};
    int r;

    if (policy) {
        escalation_begin(policy, incident, now, &run);
        (void)escalation_sync(&run, policy, incident, now);
    }
    log_printf(LOG_ERROR,
        "incident %lld: its escalation cannot be read, and begins anew",
        (long long)incident->id);
    r = store_escalation_save(engine->store, &run);
    return r ? r
             : engine_ledger(engine, "escalation.unreadable", incident->id,
                   STR_NONE, STR_NONE, NULL);
}

int
engine_escalate_sync(struct engine *engine, const struct incident *incident)
{
    const struct escalation *policy = policy_of(engine, incident);
    struct wall now = engine_now(engine);
    struct escalation_run run;
    int r =
        store_escalation_load(engine->store, incident->id, engine->arena, &run);

    if (r == E_NOTFOUND) {
        if (!policy || incident->state != INCIDENT_NEW)
            return 0;
        escalation_begin(policy, incident, now, &run);
        return store_escalation_save(engine->store, &run);
    }
    if (r == E_CORRUPT)
        return begin_anew(engine, policy, incident);
    if (r == 0 && escalation_sync(&run, policy, incident, now))
        r = store_escalation_save(engine->store, &run);
    return r;
}

static void
say_step(struct engine *engine, const struct escalation *policy, int step,
    int round, struct str who, struct said *ret)
{
    char again[64] = "", anew[64] = "";

    if (round > 0) {
        snprintf(again, sizeof again, "（第 %d 轮）", round + 1);
        snprintf(anew, sizeof anew, ", round %d", round + 1);
    }
    ret->zh = engine_duty_text(engine,
        "尚无人认领，升级到“%.*s”第 %d 步%s：通知 %.*s", STR_ARG(policy->name),
        step + 1, again, STR_ARG(who));
    ret->en = engine_duty_text(engine,
        "nobody has taken it: step %d of escalation \"%.*s\"%s tells %.*s",
        step + 1, STR_ARG(policy->name), anew, STR_ARG(who));
}

static void
say_nobody(struct engine *engine, const struct escalation *policy, int step,
    struct str targets, struct said *ret)
{
    ret->zh = engine_duty_text(engine,
        "升级“%.*s”第 %d 步没有人接到：%.*s 此刻无人值班，或没有可用的通道",
        STR_ARG(policy->name), step + 1, STR_ARG(targets));
    ret->en = engine_duty_text(engine,
        "step %d of escalation \"%.*s\" reached nobody: %.*s has nobody on "
        "call, or no channel that works",
        step + 1, STR_ARG(policy->name), STR_ARG(targets));
}

static struct str
join(struct arena *arena, const struct str *list, size_t n)
{
    struct str text = STR("");

    for (size_t i = 0; i < n; i++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? ", " : "",
            STR_ARG(list[i]));
    return text;
}

static int
step_ledger(struct engine *engine, const struct incident *incident,
    const struct escalation *policy, int step, const struct reached *reached,
    size_t told)
{
    json_t *details = json_object();

    (void)jsonx_set(details, "policy", jsonx_str(policy->name));
    (void)jsonx_set(details, "step", json_integer(step + 1));
    (void)jsonx_set(details, "who", jsonx_str(buf_str(&reached->who)));
    (void)jsonx_set(details, "channels", json_integer((json_int_t)told));
    return engine_ledger(
        engine, "escalation.step", incident->id, STR_NONE, STR_NONE, details);
}

static int
take_step(struct engine *engine, const struct incident *incident,
    const struct escalation *policy, struct escalation_run *run, int round,
    int step)
{
    const struct escalation_step *s = &policy->steps[step];
    struct str subject =
        arena_printf(engine->arena, "escalation:%.*s", STR_ARG(policy->name));
    struct reached reached;
    struct said said;
    size_t told = 0;
    int r;

    reached_init(&reached);
    r = engine_escalate_reach(engine, incident, s->to, s->nto, &reached);
    say_step(engine, policy, step, round, buf_str(&reached.who), &said);
    if (r == 0 && reached.n > 0)
        r = engine_duty_tell(engine, incident, INCIDENT_EVENT_ESCALATED, &said,
            reached.channels, reached.n, &told);
    if (r == 0 && told > 0)
        r = step_ledger(engine, incident, policy, step, &reached, told);
    if (r == 0 && told > 0)
        r = engine_escalate_somebody(engine, subject);
    if (r == 0 && told == 0) {
        say_nobody(
            engine, policy, step, join(engine->arena, s->to, s->nto), &said);
        escalation_hurry(run, policy, engine_now(engine));
        r = engine_escalate_nobody(engine, incident, subject, &said);
    }
    reached_done(&reached);
    if (r == 0)
        engine_changed(engine, "incident", incident->id);
    return r;
}

static int
run_one(struct engine *engine, int64_t id)
{
    struct incident incident;
    struct escalation_run run;
    const struct escalation *policy;
    int round, step;
    int r = store_incident_load(engine->store, id, engine->arena, &incident);

    if (r != 0)
        return r;
    policy = policy_of(engine, &incident);
    r = store_escalation_load(engine->store, id, engine->arena, &run);
    if (r == E_CORRUPT)
        return begin_anew(engine, policy, &incident);
    if (r != 0)
        return r;
    round = run.round;
    (void)escalation_sync(&run, policy, &incident, engine_now(engine));
    step = policy ? escalation_take(&run, policy, engine_now(engine)) : -1;
    if (step >= 0)
        r = take_step(engine, &incident, policy, &run, round, step);
    return r ? r : store_escalation_save(engine->store, &run);
}

static int
run_later(struct engine *engine, int64_t id, struct wall until)
{
    return store_escalation_put_off(engine->store, id, until);
}

int
engine_escalate_run(struct engine *engine)
{
    static const struct skip_ops ops = {"escalation", run_one, run_later};
    int64_t due[CLOCKS_MAX];
    size_t n = 0;
    int r = store_escalations_due(engine->store, engine_now(engine), due, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = engine_skip_do(engine, &ops, due[i], due[i]);
    return r;
}
