/*
 * engine_purge: a purge is many small transactions, PURGE_GAP_MS apart, so that
 * the road goes on between them.
 *
 * What went is said in the ledger: of evidence the hashes, of an incident the
 * numbers, and at the end the number of rows of each table.  Then the log of
 * the database is emptied, because what was deleted still stands in it.
 */
#include "daemon/engine_purge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "store/evidence.h"

enum {
    PURGE_GAP_MS = 20,
    PURGE_END_AGAIN_MS = 250, /* a reader was in the way */
    PURGE_END_TRIES = 40,
    PURGE_ANSWER_BYTES = 4096
};
static const int64_t PURGE_REST_MS = 20 * MS_HOUR; /* between two of them */
static const int64_t PURGE_LATE_MS = 2 * MS_DAY;   /* then at any hour */

struct purger {
    struct loop_timer *timer;
    struct purge purge;
    bool running, ending;
    unsigned tries; /* of the end */
    uint64_t token; /* of who waits, or 0 */
    struct wall last;
};

/* --- when
 * ---------------------------------------------------------------------- */

struct purge_policy
purge_policy_of(const struct config *config, struct wall now)
{
    const struct config_retention *keep = &config->retention;
    const int64_t kept[PURGE_COUNT] = {[PURGE_EVIDENCE] = keep->evidence_ms,
        [PURGE_INCIDENTS] = keep->incidents_ms,
        [PURGE_ITEMS] = keep->items_ms,
        [PURGE_DELIVERIES] = keep->deliveries_ms,
        [PURGE_ATTEMPTS] = keep->attempts_ms,
        [PURGE_POLLS] = keep->polls_ms,
        [PURGE_CONDITIONS] = keep->conditions_ms,
        [PURGE_SESSIONS] = keep->sessions_ms,
        [PURGE_VISITS] = keep->site_visits_ms,
        [PURGE_FOUND] = keep->site_findings_ms};
    struct purge_policy policy = {.assessed = WALL_NONE};

    for (int i = 0; i < PURGE_COUNT; i++)
        policy.before[i] =
            kept[i] > 0 ? (struct wall){now.ms - kept[i]} : WALL_NONE;
    if (keep->assessed_ms > 0)
        policy.assessed.ms = now.ms - keep->assessed_ms;
    return policy;
}

static void
purge_start(struct engine *engine, uint64_t token)
{
    struct purger *purger = engine->purger;
    struct purge_policy policy =
        purge_policy_of(engine->config, engine_now(engine));

    purge_begin(&purger->purge, &policy);
    purger->running = true;
    purger->ending = false;
    purger->tries = 0;
    purger->token = token;
    loop_timer_set(purger->timer, 1);
}

int
engine_purge_now(struct engine *engine, uint64_t token)
{
    if (engine->purger->running)
        return E_BUSY;
    purge_start(engine, token);
    return 0;
}

static bool
is_the_hour(const struct engine *engine, struct wall now)
{
    int offset = engine->zone ? zone_offset(engine->zone, now) : 0;

    return civil_of_wall(now, offset).hour == engine->config->retention.hour;
}

void
engine_purge_pulse(struct engine *engine)
{
    struct purger *purger = engine->purger;
    struct wall now = engine_now(engine);
    int64_t since;

    if (purger->running || engine->failing.ms != 0)
        return;
    if (!wall_is_set(purger->last) || purger->last.ms > now.ms) {
        /* Nothing is old yet, or the clock was set. */
        if (store_purge_mark(engine->store, now) == 0)
            purger->last = now;
        return;
    }
    since = now.ms - purger->last.ms;
    if (since > PURGE_LATE_MS ||
        (since > PURGE_REST_MS && is_the_hour(engine, now)))
        purge_start(engine, 0);
}

/* --- what the ledger is told
 * ------------------------------------------------------ */

static int
tell_pieces(struct engine *engine, const struct purged_piece *pieces, size_t n)
{
    json_t *details = json_object(), *list = json_array();
    char hex[DIGEST_HEX_SIZE];
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        digest_hex(pieces[i].hash, hex);
        if (json_array_append_new(list, json_string(hex)) != 0)
            r = E_NOMEM;
    }
    if (r == 0)
        r = jsonx_set(details, "pieces", json_integer((json_int_t)n));
    if (r == 0)
        r = jsonx_set(details, "sha256", json_incref(list));
    json_decref(list);
    if (r != 0) {
        json_decref(details);
        return r;
    }
    return engine_ledger(engine, "evidence.purged", pieces[0].incident,
        STR_NONE, STR_NONE, details);
}

static int
tell_incident(struct engine *engine, const struct purged_incident *done)
{
    json_t *details = json_pack("{sI sI sI sI sI}", "items",
        (json_int_t)done->items, "revisions", (json_int_t)done->revisions,
        "findings", (json_int_t)done->findings, "deliveries",
        (json_int_t)done->deliveries, "pieces", (json_int_t)done->evidence);

    if (details == NULL)
        return E_NOMEM;
    engine_changed(engine, "incident", done->id);
    return engine_ledger(
        engine, "incident.purged", done->id, STR_NONE, STR_NONE, details);
}

static json_t *
counts_json(const struct purge *purge)
{
    json_t *counts = json_object();
    int r = 0;

    for (int i = 0; i < PURGE_COUNT && r == 0; i++)
        r = jsonx_set(counts, purge_table_name((enum purge_table)i),
            json_integer((json_int_t)purge->counts[i]));
    if (r == 0 && purge->left)
        r = jsonx_set(counts, "left", json_integer((json_int_t)purge->left));
    if (r == 0)
        return counts;
    json_decref(counts);
    return NULL;
}

static int
tell_step(struct engine *engine, const struct purge_step *step)
{
    size_t from = 0;
    int r = 0;

    for (size_t i = 1; i <= step->npieces && r == 0; i++) {
        if (i < step->npieces &&
            step->pieces[i].incident == step->pieces[from].incident)
            continue;
        r = tell_pieces(engine, &step->pieces[from], i - from);
        from = i;
    }
    if (r == 0 && step->done.id)
        r = tell_incident(engine, &step->done);
    return r;
}

/* --- the purge
 * --------------------------------------------------------------------- */

static void
purge_answer(struct engine *engine, int err, const char *text)
{
    struct purger *purger = engine->purger;
    Tocsin__ActionResult out = TOCSIN__ACTION_RESULT__INIT;
    json_t *counts = counts_json(&purger->purge);
    char words[256];
    struct buf data;

    buf_init(&data, PURGE_ANSWER_BYTES);
    if (counts)
        (void)jsonx_dump(counts, &data);
    json_decref(counts);
    snprintf(words, sizeof words, "%s", text);
    out.token = purger->token;
    out.err = err;
    out.text = words;
    out.data = strdup(buf_cstr(&data));
    if (purger->token && out.data && engine->console.ipc)
        (void)ipc_send(
            engine->console.ipc, FRAME(action_result, ACTION_RESULT, &out));
    free(out.data);
    buf_done(&data);
    purger->token = 0;
    purger->running = false;
}

/* The last step, and the entry that sums up; then all of it is committed. */
static int
purge_finish(struct engine *engine)
{
    struct purger *purger = engine->purger;
    struct wall now = engine_now(engine);
    json_t *counts = counts_json(&purger->purge);
    int r = counts ? store_purge_mark(engine->store, now) : E_NOMEM;

    if (r == 0)
        r = engine_ledger(
            engine, "purge.done", 0, STR_NONE, STR_NONE, json_incref(counts));
    json_decref(counts);
    if (r == 0)
        purger->last = now;
    return r;
}

static void
purge_end(struct engine *engine)
{
    struct purger *purger = engine->purger;
    int r = engine_commit(engine);

    if (r == 0)
        r = store_purge_end(engine->store);
    if (r == E_BUSY && ++purger->tries < PURGE_END_TRIES) {
        loop_timer_set(purger->timer, PURGE_END_AGAIN_MS);
        return;
    }
    if (r != 0)
        log_say(LOG_WARN, "the log of the database was not emptied", "why",
            err_text(r), NULL);
    log_say(LOG_INFO, "what was kept long enough is purged", NULL);
    purge_answer(engine, 0,
        r == 0 ? ""
               : "All is deleted; the database's log could not be emptied "
                 "yet.");
}

static int
purge_step(struct engine *engine)
{
    struct purger *purger = engine->purger;
    struct purge before = purger->purge;
    struct purge_step step;
    int r = engine_write_begin(engine);

    if (r != 0)
        return r;
    r = store_purge_step(
        engine->store, &purger->purge, engine_now(engine), &step);
    if (r == 0)
        r = tell_step(engine, &step);
    if (r == 0 && purger->purge.table == PURGE_COUNT) {
        purger->ending = true;
        r = purge_finish(engine);
    }
    r = engine_write_end(engine, r);
    if (r != 0) {
        purger->purge = before;
        purger->ending = false;
    }
    return r;
}

static void
on_purge_timer(void *arg)
{
    struct engine *engine = arg;
    struct purger *purger = engine->purger;
    int r;

    if (!purger->running || engine->stopping)
        return;
    arena_clear(engine->arena);
    if (purger->ending) {
        purge_end(engine);
        return;
    }
    r = purge_step(engine);
    if (r == 0) {
        loop_timer_set(purger->timer, purger->token ? 1 : PURGE_GAP_MS);
        return;
    }
    log_say(LOG_ERROR, "a purge was given up", "why",
        store_error(engine->store), NULL);
    purger->last = engine_now(engine); /* again tomorrow */
    purge_answer(engine, r, "It could not be purged. Please see the log.");
}

int
engine_purge_policy(struct engine *engine, uint64_t token)
{
    struct purge_policy policy =
        purge_policy_of(engine->config, engine_now(engine));
    Tocsin__ActionResult out = TOCSIN__ACTION_RESULT__INIT;
    json_t *json = json_object();
    struct buf data;
    int r = 0;

    for (int i = 0; i < PURGE_COUNT && r == 0; i++)
        r = jsonx_set(json, purge_table_name((enum purge_table)i),
            jsonx_time(policy.before[i]));
    if (r == 0)
        r = jsonx_set(json, "assessed", jsonx_time(policy.assessed));
    buf_init(&data, PURGE_ANSWER_BYTES);
    if (r == 0)
        r = jsonx_dump(json, &data);
    json_decref(json);
    out.token = token;
    out.data = r == 0 ? strdup(buf_cstr(&data)) : NULL;
    buf_done(&data);
    if (out.data == NULL)
        return E_NOMEM;
    if (engine->console.ipc)
        r = ipc_send(
            engine->console.ipc, FRAME(action_result, ACTION_RESULT, &out));
    free(out.data);
    return r;
}

int
engine_purge_init(struct engine *engine)
{
    static struct purger purger;
    int r = store_purge_last(engine->store, &purger.last);

    engine->purger = &purger;
    return r ? r
             : loop_timer_new(
                   engine->loop, on_purge_timer, engine, &purger.timer);
}

/* --- what is asked about keeping
 * ------------------------------------------------------ */

static int
keep_assess(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct incident incident;
    int r =
        store_incident_load(engine->store, asked->id, engine->arena, &incident);

    if (r == 0 && !wall_is_set(incident.closed))
        r = E_STATE;
    if (r == 0)
        r = store_incident_assess(
            engine->store, incident.id, asked->by, engine_now(engine));
    return r;
}

int
act_keeping(struct asked *asked)
{
    struct engine *engine = asked->engine;
    int64_t id = asked->id;
    const char *kind = NULL;
    int r = 0;

    switch (asked->in->kind) {
    case ACTION_HOLD:
        kind = "incident.held";
        r = asked->text.n ? store_incident_hold(engine->store, id, asked->text,
                                asked->by, engine_now(engine))
                          : E_DENIED;
        break;
    case ACTION_RELEASE:
        kind = "incident.released";
        r = asked->text.n ? store_incident_hold(engine->store, id, STR_NONE,
                                STR_NONE, WALL_NONE)
                          : E_DENIED;
        break;
    case ACTION_ASSESS:
        kind = "incident.assessed";
        r = keep_assess(asked);
        break;
    case ACTION_EVIDENCE_SEEN:
        kind = "evidence.seen";
        break;
    default:
        return E_NOTFOUND;
    }
    if (r == 0)
        r = act_ledger(asked, kind, id, NULL);
    if (r == 0)
        engine_changed(engine, "incident", id);
    return r;
}
