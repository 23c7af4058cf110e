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
#include "daemon/engine_tell.h"

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
    if (engine->duty)
        engine->duty->ndirty = 0;
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

/* To whoever the routes lead to. */
static int
tell_routed(struct engine *engine, const struct incident *incident,
    const struct said *said)
{
    const struct config *config = engine->config;
    struct str channels[DUTY_MAX_CHANNELS];
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < config->nchannels && n < DUTY_MAX_CHANNELS && r == 0;
         i++) {
        bool send = false;

        r = engine_route_gate(engine, &config->channels[i], incident,
            INCIDENT_EVENT_DEADLINE,
            speaks_english(&config->channels[i]) ? said->en : said->zh, &send);
        if (r == 0 && send)
            channels[n++] = config->channels[i].id;
    }
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

static int
sync_run(struct engine *engine, const struct incident *incident,
    struct clock_run *run)
{
    struct clock_time time = engine_clock_time(engine);
    struct wall merged = WALL_NONE;
    bool missed = wall_is_set(run->breached);
    int r =
        store_clock_merged(engine->store, incident->id, run->clock, &merged);

    if (r == 0 && clock_sync(run, duty_clock(&engine->config->duty, run->clock),
                      incident, merged, &time))
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

static int
sync_clocks(struct engine *engine, const struct incident *incident, bool known)
{
    const struct duty *duty = &engine->config->duty;
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r =
        store_clocks_of(engine->store, incident->id, engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = sync_run(engine, incident, &runs[i]);
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
        r = sync_incident(engine, state->dirty[state->done++], false);
    state->ndirty = state->done = 0;
    arm(engine, 0);
    return r;
}

/* --- time passes
 * ------------------------------------------------------------------ */

static int
tick_run(struct engine *engine, struct clock_run *run)
{
    const struct clock_rule *rule =
        duty_clock(&engine->config->duty, run->clock);
    struct clock_time time = engine_clock_time(engine);
    struct incident incident;
    enum clock_say say;
    struct said said;
    int percent = 0;
    int r = store_incident_load(
        engine->store, run->incident, engine->arena, &incident);

    if (r == 0)
        r = sync_run(engine, &incident, run);
    if (r != 0)
        return r;
    say = clock_tick(run, rule, &time, &percent);
    if (say == CLOCK_SAY_NOTHING && run->end == CLOCK_RUNNING && rule == NULL)
        run->next = WALL_NONE;
    r = store_clock_save(engine->store, run);
    if (r != 0 || say == CLOCK_SAY_NOTHING)
        return r;
    if (say == CLOCK_SAY_BREACH)
        say_breach(engine, run, &said);
    else
        say_reminder(engine, run, percent, &said);
    r = ledger(engine,
        say == CLOCK_SAY_BREACH ? "clock.breached" : "clock.reminded", run,
        percent);
    if (r == 0)
        r = tell_routed(engine, &incident, &said);
    log_printf(
        LOG_NOTICE, "incident %lld: %s", (long long)run->incident, said.en);
    if (r == 0)
        engine_changed(engine, "incident", run->incident);
    return r;
}

static int
run_clocks(struct engine *engine)
{
    struct clock_run *runs = NULL;
    size_t n = 0;
    int r = store_clocks_due(
        engine->store, engine_now(engine), engine->arena, &runs, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = tick_run(engine, &runs[i]);
    return r;
}

/* Look at some more of what is open. */
static int
walk(struct engine *engine)
{
    struct duty_state *state = engine->duty;
    int64_t ids[CLOCKS_MAX];
    size_t n = 0;
    int r = store_open_after(engine->store, state->walked, ids, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = sync_incident(engine, ids[i], true);
    if (r != 0)
        return r;
    if (n > 0)
        state->walked = ids[n - 1];
    state->walking = n == CLOCKS_MAX;
    return 0;
}

/* One transaction's step of work. */
static int
step(struct engine *engine, int (*work)(struct engine *engine))
{
    int r = engine_write_begin(engine);

    return r ? r : engine_write_end(engine, work(engine));
}

void
engine_duty_run(struct engine *engine)
{
    struct duty_state *state = engine->duty;
    struct wall next = WALL_NONE, now = engine_now(engine);
    int r = 0;

    if (!state || engine->stopping)
        return;
    arena_clear(engine->arena);
    if (state->walking)
        r = step(engine, walk);
    if (r == 0 && !state->walking &&
        store_clocks_next(engine->store, &next) == 0 && wall_is_set(next) &&
        next.ms <= now.ms) {
        r = step(engine, run_clocks);
        if (r == 0)
            r = step(engine, engine_escalate_run);
    }
    if (r == 0 && engine_rota_is_due(engine))
        r = step(engine, engine_rota_run);
    if (r != 0)
        log_say(LOG_ERROR, "deadlines and rotas could not be looked at", "why",
            store_error(engine->store), NULL);
    arm(engine, state->walking && r == 0 ? 0 : DUTY_TICK_MS);
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
