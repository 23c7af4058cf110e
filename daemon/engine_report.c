/*
 * engine_report: keeping and sending reports.
 *
 * The last day, week, month and quarter are kept when they have been over for
 * REPORT_SETTLE_MS, so that what is purged later does not change their figures;
 * its words go from them too.  A schedule's report goes out once: the row that
 * says so is written in the transaction that puts the message into the outbox.
 * One that was missed, because nothing ran, goes out at the next look.  Nothing
 * is sent within a minute of a full or half hour, when every other program's
 * robots speak.
 *
 * One report is made per look, because making one reads a lot.
 */
#include "daemon/engine_report.h"

#include "base/jsonx.h"
#include "base/log.h"
#include "daemon/engine_act.h"
#include "daemon/engine_tell.h"
#include "daemon/report_make.h"
#include "store/report.h"

enum {
    REPORT_LOOK_MS = 20 * MS_SECOND,
    REPORT_SETTLE_MS = 10 * MS_MINUTE,
    REPORT_ROUND_MS = 30 * MS_MINUTE,
    REPORT_ROUND_WIDTH_MS = MS_MINUTE,
    REPORT_ASKED_MS = 5 * MS_SECOND, /* between two that were asked for */
    REPORT_ARENA_BYTES = 8 * 1024 * 1024
};

/* --- making and keeping ----------------------------------------------------
 */

static int
make(struct engine *engine, struct str range, struct report_made *ret)
{
    struct report_from from = {.store = engine->store,
        .zone = engine->zone,
        .bureau = engine->config->bureau,
        .now = engine_now(engine)};

    return report_make(&from, range, ret);
}

/* In the open transaction. */
static int
keep_report(struct engine *engine, const struct report_made *made)
{
    struct report_kept kept = {.name = str_of(made->range.name),
        .zone = str_of(zone_name(engine->zone)),
        .from = made->range.from,
        .until = made->range.until,
        .made = engine_now(engine),
        .figures = buf_str(&made->bytes)};
    json_t *details = json_object();
    int r;

    if (made->kept || !made->range.finished) {
        json_decref(details);
        return 0;
    }
    for (size_t i = 0; i < sizeof kept.hash; i++)
        kept.hash[i] = made->hash[i];
    r = store_report_keep(engine->store, &kept);
    (void)jsonx_set(details, "range", json_string(made->range.name));
    (void)jsonx_set(details, "hash", json_string(made->hex));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    return engine_ledger(engine, "report.kept", 0, STR_NONE, STR_NONE, details);
}

static int
make_and_keep(struct engine *engine, struct str range)
{
    struct report_made made;
    int r = make(engine, range, &made);

    if (r != 0)
        return r;
    r = engine_write_begin(engine);
    if (r == 0)
        r = engine_write_end(engine, keep_report(engine, &made));
    report_made_done(&made);
    return r;
}

static bool
is_kept(struct engine *engine, const struct report_range *range)
{
    struct report_kept kept;

    return store_report_kept(engine->store, str_of(range->name),
               str_of(zone_name(engine->zone)), engine->arena, &kept) == 0;
}

/* Whether anything was watched before the range was over. */
static bool
is_ours(struct engine *engine, const struct report_range *range)
{
    struct wall since;

    return store_report_since(engine->store, &since) == 0 &&
           wall_is_set(since) && since.ms < range->until.ms;
}

/* Keep one of the last ranges, when it is time; the next, when it fails. */
static void
keep_one(struct engine *engine, struct wall now)
{
    for (int kind = REPORT_DAY; kind < REPORT_DAYS; kind++) {
        struct report_range range;
        int r;

        report_range_last((enum report_kind)kind, engine->zone, now, &range);
        if (now.ms < range.until.ms + REPORT_SETTLE_MS ||
            is_kept(engine, &range) || !is_ours(engine, &range))
            continue;
        r = make_and_keep(engine, str_of(range.name));
        if (r == 0) {
            log_say(LOG_INFO, "a report is kept", "range", range.name, NULL);
            return;
        }
        log_say(LOG_ERROR, "a report could not be kept", "range", range.name,
            "why", err_text(r), NULL);
    }
}

/* --- sending ---------------------------------------------------------------
 */

static bool
is_round(struct wall now)
{
    int64_t past = now.ms % REPORT_ROUND_MS;

    return past < REPORT_ROUND_WIDTH_MS ||
           past > REPORT_ROUND_MS - REPORT_ROUND_WIDTH_MS;
}

/* The range whose report schedule is to send now.  E_NOTFOUND: none. */
static int
is_due(struct engine *engine, const struct report_schedule *schedule,
    struct wall now, struct report_range *ret)
{
    struct report_range range;
    bool sent;
    int r;

    report_range_last(schedule->kind, engine->zone, now, &range);
    if (report_schedule_due(schedule, &range, engine->zone).ms > now.ms) {
        struct report_range last = range;

        report_range_before(&last, engine->zone, &range);
    }
    if (now.ms < range.until.ms + REPORT_SETTLE_MS || !is_ours(engine, &range))
        return E_NOTFOUND;
    r = store_report_sent(
        engine->store, schedule->id, str_of(range.name), &sent);
    if (r == 0 && sent)
        r = E_NOTFOUND;
    if (r == 0)
        *ret = range;
    return r;
}

/* A message names nobody of the categories that name nobody: there an incident
 * goes by its number. */
static void
hide_names(const struct engine *engine, json_t *figures)
{
    json_t *list = json_object_get(figures, "incidents"), *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        if (config_is_discreet(engine->config, jsonx_get_str(one, "category")))
            (void)json_object_set_new(one, "title",
                json_sprintf("#%lld",
                    (long long)json_integer_value(json_object_get(one, "id"))));
    }
}

static json_t *
message(struct engine *engine, const struct report_schedule *schedule,
    const struct report_made *made, struct arena *arena)
{
    struct report_form form = {
        .lang = str_eq(schedule->lang, STR("en")) ? LANG_EN : LANG_ZH,
        .url = engine->config->console_url,
        .zone = engine->zone};
    struct str base = form.url;
    json_t *data = json_object(), *report = json_object();

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    (void)jsonx_set(data, "title",
        jsonx_str(report_title(made->figures, form.lang, arena)));
    (void)jsonx_set(
        data, "text", jsonx_str(report_summary(made->figures, &form, arena)));
    if (base.n)
        (void)jsonx_set(data, "url",
            jsonx_str(arena_printf(arena,
                "%.*s/reports/%s?format=%.*s&lang=%.*s", STR_ARG(base),
                made->range.name,
                STR_ARG(schedule->format.n ? schedule->format : STR("html")),
                STR_ARG(schedule->lang))));
    (void)jsonx_set(report, "range", json_string(made->range.name));
    (void)jsonx_set(report, "from", jsonx_time(made->range.from));
    (void)jsonx_set(report, "until", jsonx_time(made->range.until));
    (void)jsonx_set(report, "hash", json_string(made->hex));
    (void)jsonx_set(data, "report", report);
    return data;
}

/* In the open transaction. */
static int
send_report(struct engine *engine, const struct report_schedule *schedule,
    const struct report_made *made, struct arena *arena)
{
    json_t *details = json_object();
    int r = keep_report(engine, made);

    if (r == 0)
        r = engine_say(engine, INCIDENT_EVENT_REPORT,
            message(engine, schedule, made, arena), schedule->channels,
            schedule->nchannels);
    if (r == 0)
        r = store_report_send(engine->store, schedule->id,
            str_of(made->range.name), engine_now(engine));
    (void)jsonx_set(details, "schedule", jsonx_str(schedule->id));
    (void)jsonx_set(details, "range", json_string(made->range.name));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    return engine_ledger(engine, "report.sent", 0, STR_NONE, STR_NONE, details);
}

static int
make_and_send(struct engine *engine, const struct report_schedule *schedule,
    const struct report_range *range)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(REPORT_ARENA_BYTES);
    struct report_made made;
    int r = arena ? make(engine, str_of(range->name), &made) : E_NOMEM;

    if (r == 0) {
        hide_names(engine, made.figures); /* its bytes stay as they are */
        r = engine_write_begin(engine);
        if (r == 0)
            r = engine_write_end(
                engine, send_report(engine, schedule, &made, arena));
        report_made_done(&made);
    }
    log_say(r == 0 ? LOG_INFO : LOG_ERROR,
        r == 0 ? "a report is sent" : "a report could not be sent", "range",
        range->name, "why", r == 0 ? "it is its time" : err_text(r), NULL);
    return r;
}

/* Whether one was sent.  One that fails holds up no other: it is tried again at
 * the next look. */
static bool
send_one(struct engine *engine, struct wall now)
{
    const struct config *config = engine->config;

    for (size_t i = 0; i < config->nreports; i++) {
        struct report_range range;

        if (is_due(engine, &config->reports[i], now, &range) == 0 &&
            make_and_send(engine, &config->reports[i], &range) == 0)
            return true;
    }
    return false;
}

/* --- looking ---------------------------------------------------------------
 */

void
engine_report_run(struct engine *engine)
{
    struct wall now = engine_now(engine);

    /* A clock that was set back must not put this off. */
    if (now.ms < engine->report_look.ms &&
        engine->report_look.ms - now.ms <= REPORT_LOOK_MS)
        return;
    engine->report_look.ms = now.ms + REPORT_LOOK_MS;
    arena_clear(engine->arena);
    if (!is_round(now) && send_one(engine, now))
        return;
    keep_one(engine, now);
}

int
engine_report_keep(struct engine *engine, struct str range)
{
    struct wall now = engine_now(engine);
    struct report_range read;
    int r = report_range_parse(range, engine->zone, now, &read);

    if (r != 0)
        return r;
    if (!read.finished || now.ms < read.until.ms + REPORT_SETTLE_MS)
        return E_STATE;
    if (is_kept(engine, &read))
        return 0;
    if (now.ms >= engine->report_asked.ms &&
        now.ms - engine->report_asked.ms < REPORT_ASKED_MS)
        return E_BUSY;
    engine->report_asked = now;
    return make_and_keep(engine, str_of(read.name));
}
