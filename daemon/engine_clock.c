#include "daemon/engine_clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/mask.h"
#include "daemon/engine_act.h"
#include "daemon/engine_escalate.h"
#include "daemon/engine_rota.h"
#include "daemon/engine_route.h"
#include "daemon/engine_skip.h"
#include "daemon/engine_tell.h"
#include "store/silences.h"

enum { DIRTY_FIRST = 64, DIRTY_MAX = 1 << 20 };

/* --- what changed ----------------------------------------------------------
 */

static void
arm(struct engine *engine, int64_t after_ms)
{
    if (engine->duty && engine->duty->timer)
        loop_timer_set(engine->duty->timer,
            after_ms < DUTY_TICK_MS ? after_ms : DUTY_TICK_MS);
}

static void
on_timer(void *arg)
{
    engine_duty_run(arg);
}

int
engine_duty_start(struct engine *engine)
{
    struct duty_state *state = calloc(1, sizeof(*state));
    int r = state ? 0 : E_NOMEM;

    if (r == 0)
        r = loop_timer_new(engine->loop, on_timer, engine, &state->timer);
    if (r != 0) {
        free(state);
        return r;
    }
    engine->duty = state;
    engine_duty_reload(engine);
    return 0;
}

void
engine_duty_reload(struct engine *engine)
{
    struct duty_state *state = engine->duty;

    if (!state)
        return;
    state->walking = state->rotas_due = true;
    state->walked = 0;
    arm(engine, 0);
}

void
engine_duty_changed(struct engine *engine, int64_t incident)
{
    struct duty_state *state = engine->duty;

    if (!state)
        return;
    for (size_t i = state->done; i < state->ndirty; i++)
        if (state->dirty[i] == incident)
            return;
    if (state->ndirty == state->cap) {
        size_t cap = state->cap ? 2 * state->cap : DIRTY_FIRST;
        int64_t *grown = cap > DIRTY_MAX
                             ? NULL
                             : reallocarray(state->dirty, cap, sizeof(*grown));

        if (!grown) { /* all of them are looked at instead */
            engine_duty_reload(engine);
            return;
        }
        state->dirty = grown;
        state->cap = cap;
    }
    state->dirty[state->ndirty++] = incident;
}

void
engine_duty_forget(struct engine *engine)
{
    struct duty_state *state = engine->duty;

    if (!state)
        return;
    state->ndirty = 0;
    if (engine->commits >= state->walk_sure)
        return;
    state->walking = state->rewound = true;
    state->walked = 0;
    state->walk_sure = 0;
}

/* --- words ------------------------------------------------------------------
 */

const char *
engine_duty_span(int64_t ms, bool zh, char out[64])
{
    long long min = (long long)(ms < 0 ? 0 : ms) / MS_MINUTE;
    long long days = min / (24 * 60), hours = min / 60 % 24, rest = min % 60;
    const char *d = zh ? " 天" : " d", *h = zh ? " 小时" : " h",
               *m = zh ? " 分钟" : " min";

    if (days > 0 && hours > 0)
        snprintf(out, 64, "%lld%s %lld%s", days, d, hours, h);
    else if (days > 0)
        snprintf(out, 64, "%lld%s", days, d);
    else if (hours > 0 && rest > 0)
        snprintf(out, 64, "%lld%s %lld%s", hours, h, rest, m);
    else if (hours > 0)
        snprintf(out, 64, "%lld%s", hours, h);
    else
        snprintf(out, 64, "%lld%s", min, m);
    return out;
}

const char *
engine_duty_text(struct engine *engine, const char *format, ...)
{
    struct buf text;
    va_list args;
    char *copy;

    buf_init(&text, DUTY_MAX_SAID_BYTES);
    va_start(args, format);
    (void)buf_vprintf(&text, format, args);
    va_end(args);
    copy = arena_cstr(engine->arena, buf_str(&text));
    buf_done(&text);
    return copy ? copy : "";
}

static const char *
document_of(struct engine *engine, const struct clock_run *run)
{
    return run->document.n
               ? engine_duty_text(engine, "（%.*s）", STR_ARG(run->document))
               : "";
}

static void
say_reminder(struct engine *engine, const struct clock_run *run, int percent,
    struct said *ret)
{
    char local[TIMEFMT_LOCAL_SIZE], zh[64], en[64];
    const char *document = document_of(engine, run);
    int64_t left = run->due.ms - engine_now(engine).ms;

    timefmt_local(engine->zone, run->due, local);
    ret->zh = engine_duty_text(engine,
        "时限提醒：%.*s%s 已过 %d%%，还剩 %s，%s 到期", STR_ARG(run->title),
        document, percent, engine_duty_span(left, true, zh), local);
    ret->en = engine_duty_text(engine,
        "deadline near: %.*s%s: %d %% of the time has passed, %s left, due %s",
        STR_ARG(run->title), document, percent,
        engine_duty_span(left, false, en), local);
}

static void
say_breach(struct engine *engine, const struct clock_run *run, struct said *ret)
{
    char local[TIMEFMT_LOCAL_SIZE], zh[64], en[64];
    const char *document = document_of(engine, run);
    int64_t late = engine_now(engine).ms - run->breached.ms;

    timefmt_local(engine->zone, run->breached, local);
    ret->zh = engine_duty_text(engine,
        "时限已过：%.*s%s 应于 %s 前完成，已超 %s", STR_ARG(run->title),
        document, local, engine_duty_span(late, true, zh));
    ret->en = engine_duty_text(engine,
        "deadline missed: %.*s%s was due %s, %s ago", STR_ARG(run->title),
        document, local, engine_duty_span(late, false, en));
}

static bool
speaks_english(const struct channel *channel)
{
    return str_eq(channel->kind, STR("webhook")) ||
           str_eq(channel->lang, STR("en"));
}

int
engine_duty_tell(struct engine *engine, const struct incident *incident,
    enum incident_event event, const struct said *said,
    const struct str *channels, size_t n, size_t *ret_told)
{
    size_t all = 0;
    int r = 0;

    for (int english = 0; english < 2 && r == 0; english++) {
        struct str some[DUTY_MAX_CHANNELS];
        size_t count = 0;

        for (size_t i = 0; i < n && count < DUTY_MAX_CHANNELS; i++) {
            const struct channel *channel =
                config_channel(engine->config, channels[i]);

            if (channel && speaks_english(channel) == (english == 1))
                some[count++] = channel->id;
        }
        for (size_t i = 0; i < count; i++)
            all += engine_channel_is_well(engine, some[i]);
        if (count > 0)
            r = engine_tell_to(engine, incident, event,
                english ? said->en : said->zh, some, count);
    }
    if (ret_told)
        *ret_told = all;
    return r;
}

/* The people of an incident's deadlines: who has it, and who is on call in the
 * rotas that its escalation names; without one, in all. */
static int
deadline_people(
    struct engine *engine, const struct incident *incident, struct reached *ret)
{
    const struct duty *duty = &engine->config->duty;
    const struct escalation *policy = escalation_find(duty->escalations,
        duty->nescalations, incident->level, incident->category);
    size_t named = 0;
    int r = 0;

    for (size_t i = 0; i < duty->npeople; i++)
        if (incident->assignee.n &&
            str_eq(duty->people[i].user, incident->assignee))
            engine_escalate_person(engine, duty->people[i].name, ret);
    for (size_t i = 0; policy && i < policy->nsteps; i++)
        for (size_t k = 0; k < policy->steps[i].nto && r == 0; k++)
            if (str_starts(policy->steps[i].to[k], STR("rota:"))) {
                named++;
                r = engine_escalate_reach(
                    engine, incident, &policy->steps[i].to[k], 1, ret);
            }
    for (size_t i = 0; named == 0 && i < duty->nrotas && r == 0; i++) {
        struct str target = arena_printf(
            engine->arena, "rota:%.*s", STR_ARG(duty->rotas[i].name));

        r = engine_escalate_reach(engine, incident, &target, 1, ret);
    }
    return r;
}

static bool
is_reached(const struct reached *reached, struct str channel)
{
    for (size_t i = 0; i < reached->n; i++)
        if (str_eq(reached->channels[i], channel))
            return true;
    return false;
}

/* What no route leads to its people they hear of, but through no silence. */
static int
people_gate(struct engine *engine, const struct channel *channel,
    const struct incident *incident, bool *ret_send)
{
    struct silence silence;
    int r = engine_silence_find(engine, incident, &silence);

    *ret_send = r == E_NOTFOUND;
    if (r == 0)
        r = store_silence_matched(engine->store, silence.id, incident->id,
            channel->id, engine_now(engine));
    return r == E_NOTFOUND ? 0 : r;
}

/* Whether a channel hears of a deadline now: those of its people also when no
 * route leads there. */
static int
deadline_gate(struct engine *engine, const struct channel *channel,
    const struct incident *incident, const struct reached *people,
    const struct said *said, bool *ret_send)
{
    struct route_decision decision = {.verdict = ROUTE_SEND};
    int r = 0;

    if (incident->level >= engine->config->notify_min_level &&
        is_reached(people, channel->id))
        r = engine_route(
            engine, channel, incident, INCIDENT_EVENT_DEADLINE, &decision);
    if (r == 0 && decision.verdict == ROUTE_NOT)
        return people_gate(engine, channel, incident, ret_send);
    return r ? r
             : engine_route_gate(engine, channel, incident,
                   INCIDENT_EVENT_DEADLINE,
                   speaks_english(channel) ? said->en : said->zh, ret_send);
}

/* To whoever the routes lead to, and to the people whose deadline it is. */
static int
tell_deadline(struct engine *engine, const struct incident *incident,
    const struct said *said)
{
    const struct config *config = engine->config;
    struct str channels[DUTY_MAX_CHANNELS];
    struct reached people;
    size_t n = 0;
    int r;

    reached_init(&people);
    r = deadline_people(engine, incident, &people);
    for (size_t i = 0; i < config->nchannels && n < DUTY_MAX_CHANNELS && r == 0;
         i++) {
        bool send = false;

        r = deadline_gate(
            engine, &config->channels[i], incident, &people, said, &send);
        if (r == 0 && send)
            channels[n++] = config->channels[i].id;
    }
    reached_done(&people);
    if (r == 0)
        r = engine_duty_tell(
            engine, incident, INCIDENT_EVENT_DEADLINE, said, channels, n, NULL);
    return r;
}

static int
ledger(struct engine *engine, const char *kind, const struct clock_run *run,
    int percent)
{
    json_t *details = json_object();

    (void)jsonx_set(details, "clock", jsonx_str(run->clock));
    (void)jsonx_set(details, "title", jsonx_str(run->title));
    (void)jsonx_set(details, "document", jsonx_str(run->document));
    (void)jsonx_set(details, "started", jsonx_time(run->started));
    (void)jsonx_set(details, "due", jsonx_time(run->due));
    if (percent > 0)
        (void)jsonx_set(details, "percent", json_integer(percent));
    return engine_ledger(
        engine, kind, run->incident, STR_NONE, STR_NONE, details);
}

/* --- one incident
 * -------------------------------------------------------------- */

struct clock_time
engine_clock_time(const struct engine *engine)
{
    return (struct clock_time){.calendar = &engine->config->duty.calendar,
        .zone = engine->config->duty.zone,
        .now = engine_now(engine)};
}

/* known: see begin_clock. */
static int
sync_run(struct engine *engine, const struct incident *incident,
    struct clock_run *run, bool known)
{
    const struct clock_rule *rule =
        duty_clock(&engine->config->duty, run->clock);
    struct clock_time time = engine_clock_time(engine);
    struct wall merged = WALL_NONE;
    bool missed = wall_is_set(run->breached);
    bool dropped = run->end == CLOCK_DROPPED;
    int percent;
    int r =
        store_clock_merged(engine->store, incident->id, run->clock, &merged);

    if (r != 0 || !clock_sync(run, rule, incident, merged, &time))
        return r;
    if (known && dropped && run->end == CLOCK_RUNNING)
        (void)clock_tick(run, rule, &time, &percent);
    r = store_clock_save(engine->store, run);
    if (r == 0 && !missed && wall_is_set(run->breached))
        r = ledger(engine, "clock.breached", run, 0);
    return r;
}

/* Begin what has no run.  known: found on looking at all that is open, after
 * a new configuration: what was missed by then is written down, and not told.
 */
static int
begin_clock(struct engine *engine, const struct clock_rule *rule,
    const struct incident *incident, bool again, bool known)
{
    struct clock_time time = engine_clock_time(engine);
    struct wall merged = WALL_NONE;
    struct clock_run run;
    int percent, r;

    if (!clock_begin(rule, incident, again, &time, &run))
        return 0;
    /* What was merged into it may have begun earlier. */
    r = again ? 0
              : store_clock_merged(
                    engine->store, incident->id, run.clock, &merged);
    if (r != 0)
        return r;
    (void)clock_sync(&run, rule, incident, merged, &time);
    if (known && wall_is_set(run.due) && run.due.ms <= time.now.ms) {
        (void)clock_tick(&run, rule, &time, &percent);
        r = store_clock_save(engine->store, &run);
        return r ? r : ledger(engine, "clock.breached", &run, 0);
    }
    if (known) /* reminders that were passed are not made up for */
        (void)clock_tick(&run, rule, &time, &percent);
    return store_clock_save(engine->store, &run);
}

/* Nobody can say what was told of it: it goes, and another run of the same
 * clock takes its place. */
static int
drop_unreadable(struct engine *engine, const struct clock_run *run)
{
    json_t *details = json_object();
    int r = store_clock_drop(engine->store, run->id);

    log_printf(LOG_ERROR,
        "incident %lld: run %lld of the deadline %.*s cannot be read; another "
        "takes its place",
        (long long)run->incident, (long long)run->id, STR_ARG(run->clock));
    (void)jsonx_set(details, "clock", jsonx_str(run->clock));
    (void)jsonx_set(details, "run", json_integer(run->id));
    if (r == 0)
        return engine_ledger(engine, "clock.unreadable", run->incident,
            STR_NONE, STR_NONE, details);
    json_decref(details);
    return r;
}

static int
sync_clocks(struct engine *engine, const struct incident *incident, bool known)
{
    const struct duty *duty = &engine->config->duty;
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r =
        store_clocks_of(engine->store, incident->id, engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = runs[i].unreadable ? drop_unreadable(engine, &runs[i])
                               : sync_run(engine, incident, &runs[i], known);
    for (size_t i = 0; i < duty->nclocks && r == 0; i++) {
        const struct clock_rule *rule = &duty->clocks[i];
        const struct clock_run *last = NULL;

        for (size_t k = 0; k < n; k++)
            if (str_eq(runs[k].clock, rule->id))
                last = &runs[k];
        if (last == NULL || clock_renews(last, incident))
            r = begin_clock(engine, rule, incident, last && last->over, known);
    }
    return r;
}

static int
sync_incident(struct engine *engine, int64_t id, bool known)
{
    struct incident incident;
    int r = store_incident_load(engine->store, id, engine->arena, &incident);

    if (r == E_NOTFOUND)
        return 0;
    if (r == 0)
        r = sync_clocks(engine, &incident, known);
    if (r == 0)
        r = engine_escalate_sync(engine, &incident);
    if (r == 0 && incident.merged_into != 0)
        engine_duty_changed(engine, incident.merged_into);
    return r;
}

/* What cannot be read has no deadlines, and keeps nothing else from being
 * written. */
static int
flush_one(struct engine *engine, int64_t id)
{
    int r = store_step_begin(engine->store), failed;

    if (r != 0)
        return r;
    failed = sync_incident(engine, id, false);
    if (failed == 0)
        failed = engine_skip_over(engine, "incident", id);
    r = store_step_end(engine->store, failed == 0);
    if (r != 0 || failed != E_CORRUPT)
        return r ? r : failed;
    return engine_skip_report(engine, "incident", id, id, failed);
}

int
engine_duty_flush(struct engine *engine)
{
    struct duty_state *state = engine->duty;
    int r = 0;

    if (!state || state->ndirty == 0)
        return 0;
    /* It grows while it is walked: by what others were merged into, again
     * where that was in step before they were. */
    for (state->done = 0; state->done < state->ndirty && r == 0;)
        r = flush_one(engine, state->dirty[state->done++]);
    state->ndirty = state->done = 0;
    arm(engine, 0);
    return r;
}

/* --- time passes
 * ------------------------------------------------------------------ */

static int
say_run(struct engine *engine, const struct incident *incident,
    const struct clock_run *run, enum clock_say say, int percent)
{
    struct said said;
    int r;

    if (say == CLOCK_SAY_BREACH)
        say_breach(engine, run, &said);
    else
        say_reminder(engine, run, percent, &said);
    r = ledger(engine,
        say == CLOCK_SAY_BREACH ? "clock.breached" : "clock.reminded", run,
        percent);
    if (r == 0)
        r = tell_deadline(engine, incident, &said);
    if (r != 0)
        return r;
    log_printf(
        LOG_NOTICE, "incident %lld: %s", (long long)run->incident, said.en);
    engine_changed(engine, "incident", run->incident);
    return 0;
}

static int
tick_run(struct engine *engine, int64_t id)
{
    struct clock_time time = engine_clock_time(engine);
    const struct clock_rule *rule;
    struct incident incident;
    struct clock_run run;
    enum clock_say say;
    int percent = 0;
    int r = store_clock_load(engine->store, id, engine->arena, &run);

    if (r == E_NOTFOUND) /* dropped, by one of its incident before it */
        return 0;
    if (r == 0)
        r = store_incident_load(
            engine->store, run.incident, engine->arena, &incident);
    if (r == 0 && run.unreadable)
        return sync_clocks(engine, &incident, false);
    if (r == 0)
        r = sync_run(engine, &incident, &run, false);
    if (r != 0)
        return r;
    rule = duty_clock(&engine->config->duty, run.clock);
    say = clock_tick(&run, rule, &time, &percent);
    if (say == CLOCK_SAY_NOTHING && run.end == CLOCK_RUNNING && rule == NULL)
        run.next = WALL_NONE;
    r = store_clock_save(engine->store, &run);
    return r || say == CLOCK_SAY_NOTHING
               ? r
               : say_run(engine, &incident, &run, say, percent);
}

static int
tick_later(struct engine *engine, int64_t id, struct wall until)
{
    return store_clock_put_off(engine->store, id, until);
}

static int
run_clocks(struct engine *engine)
{
    static const struct skip_ops ops = {"clock", tick_run, tick_later};
    struct clock_due due[CLOCKS_MAX];
    size_t n = 0;
    int r = store_clocks_due(engine->store, engine_now(engine), due, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = engine_skip_do(engine, &ops, due[i].id, due[i].incident);
    return r;
}

static int
walk_one(struct engine *engine, int64_t id)
{
    return sync_incident(engine, id, true);
}

/* Nothing is to be put off: it is looked at when it changes. */
static int
walk_later(struct engine *engine, int64_t id, struct wall until)
{
    (void)engine;
    (void)id;
    (void)until;
    return 0;
}

/* Look at some more of what is open. */
static int
walk(struct engine *engine)
{
    static const struct skip_ops ops = {"incident", walk_one, walk_later};
    struct duty_state *state = engine->duty;
    int64_t ids[CLOCKS_MAX];
    size_t n = 0;
    int r = store_open_after(engine->store, state->walked, ids, &n);

    state->rewound = false;
    for (size_t i = 0; i < n && r == 0; i++) {
        r = engine_skip_do(engine, &ops, ids[i], ids[i]);
        if (state->rewound)
            return r;
        state->walk_sure = engine->commits + engine->writing;
        if (r == 0)
            state->walked = ids[i];
    }
    if (r == 0)
        state->walking = n == CLOCKS_MAX;
    return r;
}

static int
run_rotas(struct engine *engine)
{
    int r = engine_write_begin(engine);

    return r ? r : engine_write_end(engine, engine_rota_run(engine));
}

/* What is due of deadlines and escalations: neither waits for the other. */
static int
run_due(struct engine *engine)
{
    struct wall next = WALL_NONE, now = engine_now(engine);
    int r = store_clocks_next(engine->store, &next), rest;

    if (r != 0 || !wall_is_set(next) || next.ms > now.ms)
        return r;
    r = run_clocks(engine);
    rest = engine_escalate_run(engine);
    return r ? r : rest;
}

void
engine_duty_run(struct engine *engine)
{
    struct duty_state *state = engine->duty;
    int r = 0, rotas = 0;

    if (!state || engine->stopping)
        return;
    arena_clear(engine->arena);
    if (state->walking)
        r = walk(engine);
    if (r == 0 && !state->walking)
        r = run_due(engine);
    arena_clear(engine->arena);
    if (engine_rota_is_due(engine))
        rotas = run_rotas(engine);
    if (r != 0 || rotas != 0)
        log_say(LOG_ERROR, "deadlines and rotas could not be looked at", "why",
            store_error(engine->store), NULL);
    arm(engine, state->walking && r == 0 && engine->failing.ms == 0
                    ? 0
                    : DUTY_TICK_MS);
}

/* --- for others
 * ---------------------------------------------------------------------- */

int
engine_clocks_running(struct engine *engine, int64_t incident,
    struct clock_run **ret, size_t *ret_n)
{
    struct clock_run *runs = NULL;
    size_t n = 0, kept = 0;
    int r = store_clocks_of(engine->store, incident, engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        struct clock_run run = runs[i];
        size_t at = kept;

        if (run.end != CLOCK_RUNNING)
            continue;
        for (; at > 0 && runs[at - 1].due.ms > run.due.ms; at--)
            runs[at] = runs[at - 1];
        runs[at] = run;
        kept++;
    }
    *ret = runs;
    *ret_n = kept;
    return r;
}

int
engine_clock_done(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r = store_clocks_of(engine->store, asked->id, engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        struct clock_run *run = &runs[i];
        json_t *more;

        if (!str_eq(run->clock, asked->object))
            continue;
        if (run->end != CLOCK_RUNNING)
            return E_STATE;
        run->end = CLOCK_MET;
        run->ended = engine_now(engine);
        run->next = WALL_NONE;
        if (!wall_is_set(run->breached) && wall_is_set(run->due) &&
            run->ended.ms > run->due.ms)
            run->breached = run->due;
        r = store_clock_save(engine->store, run);
        more = json_object();
        (void)jsonx_set(more, "title", jsonx_str(run->title));
        (void)jsonx_set(more, "due", jsonx_time(run->due));
        if (r != 0)
            json_decref(more);
        else
            r = act_ledger(asked, "clock.done", asked->id, more);
        if (r == 0)
            engine_changed(engine, "incident", asked->id);
        return r;
    }
    return r ? r : E_NOTFOUND;
}
