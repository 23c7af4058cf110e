/*
 * engine_retract: looks whether the items of incidents are still there.
 *
 * At growing intervals (recheck, six times that, a day) the own pages of a
 * bounded number of items of each incident are asked for again, by the same
 * way as articles: through the fetch role, robots.txt and the gaps between
 * requests (engine_wanted.c).  404 and 410, and pages that say that what stood
 * there is gone, count; a server in trouble says nothing.  What is missing
 * twice is gone, since it was first missing.  An incident whose items are all
 * gone is retracted: it stays where it is, says so, and keeps what was read.
 */
#include "daemon/engine_retract.h"

#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_act.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"
#include "incidents/gone.h"
#include "incidents/state.h"
#include "store/recheck.h"

enum {
    RECHECK_BATCH = 50,                /* are asked for in one go */
    RECHECK_DAYS = 30,                 /* after that an item stays as it is */
    RECHECK_MISSES = 2,                /* in a row are gone */
    RECHECK_AGAIN_MS = 10 * MS_MINUTE, /* after the first miss, at most */
    RECHECK_STATUS_GONE = 410,
    RECHECK_STATUS_NOT_FOUND = 404
};

/* The wait after so many looks. */
static int64_t
recheck_wait(const struct engine *engine, uint32_t checks)
{
    int64_t first = engine->config->recheck_ms;

    return checks == 0 ? first : checks == 1 ? 6 * first : 24 * first;
}

int
engine_retract_watch(struct engine *engine, int64_t item)
{
    struct wall due = {engine_now(engine).ms + recheck_wait(engine, 0)};

    return engine->config->recheck_ms > 0
               ? store_recheck_start(engine->store, item, due)
               : 0;
}

/* --- asking -------------------------------------------------------------- */

static int
recheck_ask(struct engine *engine, struct recheck *recheck)
{
    struct wall now = engine_now(engine);
    struct wanted wanted = {.source = recheck->source,
        .kind = WANTED_CHECK,
        .url = recheck->url,
        .item = recheck->item,
        .since = WALL_NONE,
        .due = now};
    bool old = now.ms - recheck->since.ms > RECHECK_DAYS * (int64_t)MS_DAY;
    struct incident incident;
    int r = engine_incident_load(engine, recheck->incident, &incident);

    /* Where it cannot be answered it is asked again all the same. */
    recheck->due =
        (struct wall){now.ms + recheck_wait(engine, recheck->checks)};
    if (r == 0 && (old || !incident_state_is_open(incident.state)))
        recheck->due = WALL_NONE;
    if (r == 0)
        r = store_recheck_save(engine->store, recheck);
    if (r == 0 && wall_is_set(recheck->due) && engine->config->recheck_ms > 0)
        r = engine_wanted_add(engine, &wanted);
    return r;
}

void
engine_retract_run(struct engine *engine)
{
    struct recheck *list = NULL;
    size_t n = 0;
    int r;

    arena_clear(engine->arena);
    if (store_recheck_due(engine->store, engine_now(engine), RECHECK_BATCH,
            engine->arena, &list, &n) != 0 ||
        n == 0)
        return;
    r = engine_write_begin(engine);
    if (r != 0)
        return;
    for (size_t i = 0; i < n && r == 0; i++)
        r = recheck_ask(engine, &list[i]);
    (void)engine_write_end(engine, r);
}

int
act_check_items(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct incident incident;
    uint32_t n = 0;
    int r = engine_incident_load(engine, asked->id, &incident);

    if (r == 0 && !incident_state_is_open(incident.state))
        return E_STATE;
    if (r == 0)
        r = store_recheck_now(
            engine->store, incident.id, engine_now(engine), &n);
    if (r == 0)
        r = act_ledger(asked, "incident.check", incident.id, NULL);
    return r ? r : act_data(asked, json_pack("{si}", "checked", (int)n));
}

/* --- what was seen -------------------------------------------------------- */

enum seen { SEEN_NOTHING, SEEN_THERE, SEEN_GONE };

static enum seen
recheck_seen(const struct recheck *recheck, const struct poll_outcome *outcome)
{
    int status = outcome->answer->status;
    const Tocsin__ParseResult *result = outcome->result;

    if (outcome->event == POLL_EVENT_GONE ||
        (outcome->event == POLL_EVENT_FAILED && !outcome->refused &&
            (status == RECHECK_STATUS_GONE ||
                status == RECHECK_STATUS_NOT_FOUND)))
        return SEEN_GONE;
    if (outcome->event == POLL_EVENT_UNCHANGED)
        return SEEN_THERE;
    if (outcome->event != POLL_EVENT_ITEMS || outcome->blocked ||
        result == NULL)
        return SEEN_NOTHING;
    if (gone_says(recheck->title, pb_str(result->title),
            result->n_items > 0 ? pb_str(result->items[0]->text) : STR("")))
        return SEEN_GONE;
    return result->n_items > 0 ? SEEN_THERE : SEEN_NOTHING;
}

static int
recheck_log(struct engine *engine, const char *kind, int64_t incident,
    const struct recheck *recheck, int status)
{
    json_t *details = json_object();

    (void)jsonx_set(details, "item", json_integer(recheck->item));
    (void)jsonx_set(details, "title", jsonx_str(recheck->title));
    (void)jsonx_set(details, "source", jsonx_str(recheck->source));
    if (status > 0)
        (void)jsonx_set(details, "status", json_integer(status));
    return engine_ledger(engine, kind, incident, STR_NONE, STR_NONE, details);
}

static int
retract_apply(
    struct engine *engine, struct incident *incident, enum incident_act act)
{
    struct incident_change change = {.act = act};
    struct incident_result result;
    int r = incident_apply(incident, &change, engine_now(engine), &result);

    if (r == E_STATE || (r == 0 && !result.changed))
        return 0;
    if (r == 0)
        r = store_incident_save(engine->store, incident);
    if (r == 0)
        r = engine_ledger(engine,
            act == INCIDENT_ACT_RETRACT ? "incident.retracted"
                                        : "incident.return",
            incident->id, STR_NONE, STR_NONE, NULL);
    if (r == 0 && result.notify)
        r = engine_tell(engine, incident, result.event,
            "all its items are gone at their sources");
    return r;
}

/* An item is gone, or there again: what that is to its incident. */
static int
retract_settle(struct engine *engine, const struct recheck *recheck,
    bool is_gone, int status)
{
    struct incident incident;
    uint32_t gone = 0, there = 0;
    int r = engine_incident_load(engine, recheck->incident, &incident);

    if (r == 0)
        r = recheck_log(engine, is_gone ? "incident.gone" : "incident.back",
            incident.id, recheck, status);
    if (r == 0)
        r = store_recheck_counts(engine->store, incident.id, &gone, &there);
    if (r == 0 && is_gone && there == 0)
        r = retract_apply(engine, &incident, INCIDENT_ACT_RETRACT);
    if (r == 0 && !is_gone)
        r = retract_apply(engine, &incident, INCIDENT_ACT_RETURN);
    if (r == 0 && is_gone)
        r = store_recheck_more(
            engine->store, recheck->incident, engine_now(engine));
    if (r == 0)
        engine_changed(engine, "incident", incident.id);
    return r;
}

int
engine_retract_checked(
    struct engine *engine, int64_t item, const struct poll_outcome *outcome)
{
    struct wall now = engine_now(engine);
    struct recheck recheck;
    enum seen seen;
    bool was_gone, is_gone;
    int r = store_recheck_load(engine->store, item, engine->arena, &recheck);

    if (r == E_NOTFOUND)
        return 0;
    if (r != 0)
        return r;
    seen = recheck_seen(&recheck, outcome);
    if (seen == SEEN_NOTHING)
        return 0;
    was_gone = is_gone = wall_is_set(recheck.gone);
    if (seen == SEEN_THERE) {
        recheck.missed = 0;
        recheck.gone = WALL_NONE;
        is_gone = false;
    } else if (++recheck.missed >= RECHECK_MISSES && !was_gone) {
        recheck.gone = recheck.checked; /* of the first miss */
        is_gone = true;
    }
    recheck.checks++;
    recheck.checked = now;
    recheck.due.ms = now.ms + recheck_wait(engine, recheck.checks);
    if (seen == SEEN_GONE && !is_gone &&
        recheck.due.ms > now.ms + RECHECK_AGAIN_MS)
        recheck.due.ms = now.ms + RECHECK_AGAIN_MS;
    if (seen == SEEN_GONE && !is_gone &&
        recheck.due.ms > now.ms + engine->config->recheck_ms)
        recheck.due.ms = now.ms + engine->config->recheck_ms;
    r = store_recheck_save(engine->store, &recheck);
    if (r == 0 && is_gone != was_gone)
        r = retract_settle(engine, &recheck, is_gone, outcome->answer->status);
    return r;
}
