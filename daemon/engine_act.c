/*
 * engine_act: what operators ask, checked again, written, answered.
 *
 * DESIGN, "review": each action is a message from the console, an entry in the
 * ledger, and an event to every open page.  The answer goes out after the
 * commit that holds what was asked.  The console has checked who may ask; here
 * the act itself is checked: the incident's state, the fields, their sizes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "daemon/engine_act.h"
#include "daemon/engine_bulk.h"
#include "daemon/engine_channels.h"
#include "daemon/engine_item_open.h"
#include "daemon/engine_link.h"
#include "daemon/engine_outbox.h"
#include "daemon/engine_route.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_rota.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_retract.h"
#include "daemon/engine_site.h"
#include "daemon/engine_purge.h"
#include "daemon/engine_reload.h"
#include "daemon/engine_report.h"
#include "daemon/engine_teach.h"
#include "daemon/pb.h"
#include "incidents/state.h"

enum {
    ACT_MAX_TEXT_BYTES = 8192,
    ACT_MAX_SECRET_BYTES = 512,
    ACT_ANSWER_BYTES = 256 * 1024
};

/* --- answers ------------------------------------------------------------------ */

void
act_answer(struct asked *asked, int err, const char *text, const char *data)
{
    Tocsin__ActionResult result = TOCSIN__ACTION_RESULT__INIT;
    char words[1024];

    snprintf(words, sizeof words, "%s", text ? text : "");
    result.token = asked->in->token;
    result.err = err;
    result.text = words;
    result.data = strdup(data ? data : "");
    if (result.data && asked->engine->console.ipc)
        (void)ipc_send(asked->engine->console.ipc,
            FRAME(action_result, ACTION_RESULT, &result));
    free(result.data);
}

int
act_answer_later(struct asked *asked)
{
    struct pending pending = {.kind = PENDING_ACTION,
        .token = asked->in->token,
        .data = asked->data};

    asked->data = NULL;
    return engine_write_then(asked->engine, &pending);
}

static const char *
act_why(int err)
{
    switch (err) {
    case E_STATE:
        return "That means nothing in the state it is in now.";
    case E_DENIED:
        return "A reason or a time in the future is needed.";
    case E_NOTFOUND:
        return "There is no such thing.";
    case E_EXISTS:
        return "That name is taken.";
    case E_LIMIT:
        return "That is too much at once.";
    default:
        return err_text(err);
    }
}

/* --- incidents ------------------------------------------------------------------- */

static int
act_of(enum action_kind kind, enum incident_act *ret)
{
    switch ((int)kind) {
    case ACTION_ACKNOWLEDGE:
        *ret = INCIDENT_ACT_ACKNOWLEDGE;
        return 0;
    case ACTION_RESPOND:
        *ret = INCIDENT_ACT_RESPOND;
        return 0;
    case ACTION_RESOLVE:
        *ret = INCIDENT_ACT_CLOSE;
        return 0;
    case ACTION_FALSE_ALARM:
        *ret = INCIDENT_ACT_FALSE_ALARM;
        return 0;
    case ACTION_SNOOZE:
        *ret = INCIDENT_ACT_SNOOZE;
        return 0;
    case ACTION_REOPEN:
        *ret = INCIDENT_ACT_REOPEN;
        return 0;
    case ACTION_ASSIGN:
        *ret = INCIDENT_ACT_ASSIGN;
        return 0;
    case ACTION_NOTE:
        *ret = INCIDENT_ACT_NOTE;
        return 0;
    default:
        return E_NOTFOUND;
    }
}

static json_t *
act_details(const struct asked *asked)
{
    json_t *details = json_object();

    if (asked->text.n)
        (void)jsonx_set(details, "text", jsonx_str(asked->text));
    if (asked->object.n)
        (void)jsonx_set(details, "object", jsonx_str(asked->object));
    if (asked->role.n)
        (void)jsonx_set(details, "role", jsonx_str(asked->role));
    if (asked->in->until_ms != WALL_NONE.ms && asked->in->until_ms != 0)
        (void)jsonx_set(details, "until",
            jsonx_time((struct wall){asked->in->until_ms}));
    return details;
}

int
act_ledger(const struct asked *asked, const char *kind, int64_t incident,
    json_t *more_taken)
{
    json_t *details = act_details(asked);

    if (more_taken && json_object_update(details, more_taken) != 0) {
        json_decref(details);
        details = NULL;
    }
    json_decref(more_taken);
    if (details == NULL)
        return E_NOMEM;
    return engine_ledger(asked->engine, kind, incident, asked->by,
        asked->from, details);
}

int
act_data(struct asked *asked, json_t *json_taken)
{
    free(asked->data);
    asked->data = json_taken ? json_dumps(json_taken, JSON_COMPACT) : NULL;
    json_decref(json_taken);
    return asked->data ? 0 : E_NOMEM;
}

int64_t
act_number(const struct asked *asked, const char *name)
{
    return json_integer_value(json_object_get(asked->args, name));
}

int
act_incident(struct asked *asked, enum incident_act act)
{
    struct engine *engine = asked->engine;
    struct incident_change change = {.act = act,
        .by = asked->by,
        .reason = asked->text,
        .assignee = asked->object,
        .until = asked->in->until_ms ? (struct wall){asked->in->until_ms}
                                     : WALL_NONE};
    struct incident incident;
    struct incident_result result;
    char kind[64];
    int r =
        store_incident_load(engine->store, asked->id, engine->arena, &incident);

    change.cause = jsonx_get_str(asked->args, "cause");
    if ((act == INCIDENT_ACT_ACKNOWLEDGE || act == INCIDENT_ACT_RESPOND) &&
        !wall_is_set(change.until))
        change.until.ms =
            engine_now(engine).ms + engine->config->ack_expiry_ms;
    if (r == 0)
        r = incident_apply(&incident, &change, engine_now(engine), &result);
    if (r == 0)
        r = store_incident_save(engine->store, &incident);
    snprintf(kind, sizeof kind, "incident.%s", incident_act_name(act));
    if (r == 0)
        r = act_ledger(asked, kind, incident.id, NULL);
    if (r == 0 && result.notify)
        r = engine_tell(engine, &incident, result.event,
            act == INCIDENT_ACT_REOPEN ? "an operator opened it again"
                                       : "an operator acted");
    if (r == 0)
        engine_changed(engine, "incident", incident.id);
    return r;
}

/* --- writing one of them ----------------------------------------------------------------- */

static int
act_hub_verified(struct asked *asked)
{
    return hub_verified(
        asked->engine, asked->object, asked->text, asked->in->id);
}

static int
act_hub_denied(struct asked *asked)
{
    return hub_denied(asked->engine, asked->object, asked->text);
}

/* Which action is done by whom. */
static const struct {
    enum action_kind kind;
    int (*run)(struct asked *asked);
} acts[] = {
    {ACTION_HOLD, act_keeping},
    {ACTION_RELEASE, act_keeping},
    {ACTION_ASSESS, act_keeping},
    {ACTION_EVIDENCE_SEEN, act_keeping},
    {ACTION_ITEM_OPEN, act_item_open},
    {ACTION_SITE_HOSTS_APPROVE, act_site_hosts},
    {ACTION_SITE_FINDING_ACCEPT, act_site_accept},
    {ACTION_MERGE, act_merge},
    {ACTION_UNMERGE, act_unmerge},
    {ACTION_SPLIT, act_split},
    {ACTION_UNSPLIT, act_unsplit},
    {ACTION_CHECK_ITEMS, act_check_items},
    {ACTION_EXCEPTION_ADD, act_exception_add},
    {ACTION_EXCEPTION_END, act_exception_end},
    {ACTION_SILENCE_ADD, act_silence_add},
    {ACTION_SILENCE_END, act_silence_end},
    {ACTION_EXPLAIN, act_explain},
    {ACTION_CHANNELS, engine_channels_show},
    {ACTION_LINK_SHOW, act_link_show},
    {ACTION_LINK_DO, act_link_do},
    {ACTION_CLOCK_DONE, engine_clock_done},
    {ACTION_DUTY, engine_duty_show},
    {ACTION_ROTA_OVERRIDE, engine_rota_override},
    {ACTION_ROTA_OVERRIDE_DROP, engine_rota_override_drop},
    {ACTION_HANDOVER_ACCEPT, engine_rota_accept},
    {ACTION_HUB_VERIFIED, act_hub_verified},
    {ACTION_HUB_DENIED, act_hub_denied},
    {ACTION_RESEND, act_resend},
    {ACTION_TEST_CHANNEL, act_test_channel},
    {ACTION_VIEW_ADD, act_view_add},
    {ACTION_VIEW_DROP, act_view_drop},
};

static int
act_write(struct asked *asked)
{
    enum incident_act act;

    if (act_of((enum action_kind)asked->in->kind, &act) == 0)
        return act_incident(asked, act);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (acts[i].kind == (enum action_kind)asked->in->kind)
            return acts[i].run(asked);
    return act_people(asked);
}

const char *
act_words(const struct asked *asked, int err)
{
    return asked->words ? asked->words : act_why(err);
}

/* What people say is kept masked like everything else; addresses of hubs, and
 * names of sessions and owners, are not what people say. */
static void
act_mask(struct asked *asked)
{
    switch ((int)asked->in->kind) {
    case ACTION_HUB_VERIFIED:
    case ACTION_HUB_DENIED:
    case ACTION_SESSION_END:
    case ACTION_VIEW_ADD:
    case ACTION_TOKEN_ADD:
    case ACTION_TOKEN_DROP:
        break;
    default:
        asked->text = mask_in(asked->engine->arena, asked->text);
    }
}

static void
act_in_transaction(struct asked *asked)
{
    struct engine *engine = asked->engine;
    int r = engine_write_begin(engine);

    if (r != 0) {
        act_answer(asked, r, act_why(r), NULL);
        return;
    }
    act_mask(asked);
    r = act_write(asked);
    if (r == 0)
        r = act_answer_later(asked);
    (void)engine_write_end(engine, r);
    if (r != 0)
        act_answer(asked, r, act_words(asked, r), NULL);
}

int
act_write_masked(struct asked *asked)
{
    /* Anew for each: the arena is emptied by a commit between two. */
    asked->text = pb_str(asked->in->text);
    act_mask(asked);
    return act_write(asked);
}

/* The acts on incidents, which may be asked of many at once. */
static bool
act_is_of_incidents(uint32_t kind)
{
    enum incident_act act;

    return act_of((enum action_kind)kind, &act) == 0 || kind == ACTION_MERGE ||
           kind == ACTION_UNMERGE;
}

static void
act_any(struct asked *asked)
{
    json_t *ids;

    if (asked->in->data.len > 0)
        (void)jsonx_load(pb_bytes(asked->in->data), NULL, &asked->args);
    if (asked->args && mask_json(asked->args) != 0) {
        json_decref(asked->args);
        asked->args = NULL;
        act_answer(asked, E_NOMEM, act_why(E_NOMEM), NULL);
        return;
    }
    ids = json_object_get(asked->args, "ids");
    if (json_is_array(ids) && act_is_of_incidents(asked->in->kind))
        engine_bulk(asked, ids);
    else
        act_in_transaction(asked);
    json_decref(asked->args);
}

/* --- what writes nothing, or by itself ------------------------------------------------------ */

/* Write down what was asked that writes nothing itself; what it comes to does
 * not depend on it. */
static void
act_note(struct asked *asked, const char *kind, json_t *more_taken)
{
    int r = engine_write_begin(asked->engine);

    if (r != 0) {
        json_decref(more_taken);
        return;
    }
    (void)engine_write_end(
        asked->engine, act_ledger(asked, kind, 0, more_taken));
}

static void
act_reload(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct toc_errors errors = {0};
    int r = engine_config_reload(engine, &errors);
    json_t *result = json_object();
    json_t *data = json_object(), *list = json_array();
    struct buf text;

    (void)jsonx_set(result, "ok", json_boolean(r == 0));
    (void)jsonx_set(result, "generation",
        json_integer((json_int_t)engine->generation));
    act_note(asked, "config.reload", result);
    buf_init(&text, ACT_ANSWER_BYTES);
    for (size_t i = 0; i < errors.n; i++) {
        const struct toc_error *e = &errors.list[i];
        char line[1024];

        snprintf(line, sizeof line, "%s:%u:%u: %s", e->file, e->line,
            e->column, e->text);
        (void)json_array_append_new(list, jsonx_str(str_of(line)));
    }
    if (r != 0)
        (void)jsonx_set(data, "errors", json_incref(list));
    (void)jsonx_set(data, "generation",
        json_integer((json_int_t)engine->generation));
    (void)jsonx_dump(data, &text);
    act_answer(asked, r, r ? "The new configuration is wrong." : NULL,
        buf_cstr(&text));
    buf_done(&text);
    json_decref(list);
    json_decref(data);
    toc_errors_done(&errors);
}

static void
act_status(struct asked *asked)
{
    struct engine *engine = asked->engine;
    uint32_t ready = 0;
    struct buf text;
    json_t *data;

    for (uint32_t i = 0; i < engine->nparsers; i++)
        ready += engine->parsers[i].ready;
    data = json_pack("{sI sI si si si sb sb sI sI sI}", "generation",
        (json_int_t)engine->generation, "sources",
        (json_int_t)engine->nwatches, "in_flight", (int)engine->in_flight,
        "parsers", (int)engine->nparsers, "parsers_ready", (int)ready,
        "fetch_ready", engine->fetch.ready, "notify_ready",
        engine->notify.ready, "commits", (json_int_t)engine->commits,
        "polls_done", (json_int_t)engine->polls_done, "polls_failed",
        (json_int_t)engine->polls_failed);
    buf_init(&text, ACT_ANSWER_BYTES);
    if (data)
        (void)jsonx_set(data, "up_ms",
            json_integer(
                loop_mono(engine->loop).ms - engine->started.ms));
    if (data && engine->reload)
        (void)jsonx_set(data, "reload", engine_reload_json(engine));
    if (data)
        (void)jsonx_dump(data, &text);
    act_answer(asked, data ? 0 : E_NOMEM, NULL, buf_cstr(&text));
    buf_done(&text);
    json_decref(data);
}

static void
act_probe(struct asked *asked)
{
    uint32_t watch;
    int r = engine_watch_find(asked->engine, asked->object, &watch);
    bool site = r == 0 && asked->engine->watches[watch].source->kind ==
                              SOURCE_SITE;

    if (r == 0)
        r = site ? engine_site_probe(asked->engine, asked->object)
                 : engine_poll_probe(asked->engine, watch);
    if (r == 0)
        act_note(asked, "source.probed", NULL);
    act_answer(asked, r,
        r == 0 && site ? "It is being checked."
        : r == 0        ? "It is being polled."
        : r == E_STATE  ? "It is being polled already."
        : r == E_DENIED ? "Nothing is polled there: its items are brought."
                       : act_why(r),
        NULL);
}

/* Answered after the commit, or at once when it cannot be read. */
static void
act_push(struct asked *asked)
{
    struct push push = {.source = asked->object,
        .content_type = asked->text,
        .body = pb_bytes(asked->in->data),
        .signed_by_hub = asked->in->kind == ACTION_HUB_PUSH,
        .token = asked->in->token};
    int r = 0;

    if (push.signed_by_hub)
        r = hub_source(asked->engine, asked->object, &push.source);
    if (r == 0)
        r = engine_push(asked->engine, &push);
    /* What a hub brings is news, and nobody's act. */
    if (r == 0 && !push.signed_by_hub)
        act_note(asked, "source.brought",
            json_pack("{sI}", "bytes", (json_int_t)push.body.n));
    if (r != 0)
        act_answer(asked, r,
            r == E_STATE ? "It was never polled yet; what was there before is "
                           "no news."
            : r == E_DENIED ? "It is polled: nothing is brought to it."
            : r == E_BUSY ? "The house is busy. Please try again."
                          : act_why(r),
            NULL);
}

/* What is in force comes from the database as well: compile the rules anew. */
static void
act_new_rules(struct asked *asked)
{
    struct engine *engine = asked->engine;

    if (!asked->new_rules)
        return;
    if (engine_commit(engine) != 0 || engine_config_reload(engine, NULL) != 0)
        log_say(LOG_ERROR,
            "the exceptions of the rules change at the next reload only", NULL);
}

static bool
fields_are_sound(const Tocsin__ActionRequest *in)
{
    const char *texts[] = {
        in->object, in->text, in->role, in->by, in->from};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str s = str_of(texts[i]);

        if (s.n > ACT_MAX_TEXT_BYTES || !utf8_is_valid(s))
            return false;
    }
    return in->secret.len <= ACT_MAX_SECRET_BYTES &&
           in->data.len <= ACTION_MAX_DATA_BYTES;
}

void
engine_action(struct engine *engine, const Tocsin__ActionRequest *in)
{
    struct asked asked = {.engine = engine,
        .in = in,
        .id = in->id,
        .object = pb_str(in->object),
        .text = pb_str(in->text),
        .role = pb_str(in->role),
        .by = pb_str(in->by),
        .from = pb_str(in->from)};

    if (!fields_are_sound(in)) {
        act_answer(&asked, E_PARSE, "A field is too long.", NULL);
        return;
    }
    arena_clear(engine->arena);
    switch (in->kind) {
    case ACTION_RELOAD:
        act_reload(&asked);
        break;
    case ACTION_STATUS:
        act_status(&asked);
        break;
    case ACTION_PROBE:
        act_probe(&asked);
        break;
    case ACTION_PUSH:
    case ACTION_HUB_PUSH:
        act_push(&asked);
        break;
    case ACTION_REPORT_KEEP:
        act_answer(
            &asked, engine_report_keep(engine, asked.object), NULL, NULL);
        break;
    case ACTION_PURGE:
        if (asked.object.n ? engine_purge_policy(engine, in->token)
                           : engine_purge_now(engine, in->token))
            act_answer(&asked, E_BUSY, "A purge is under way.", NULL);
        break;
    case ACTION_BULK_UNDO:
        engine_bulk_undo(&asked);
        break;
    case ACTION_EXCEPTION_ADD:
    case ACTION_EXCEPTION_END:
        act_any(&asked);
        act_new_rules(&asked);
        break;
    default:
        if (in->kind >= ACTION_RULES && in->kind <= ACTION_RULE_TRY)
            engine_rule_action(engine, in);
        else
            act_any(&asked);
        break;
    }
    free(asked.data);
}
