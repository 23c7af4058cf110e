/*
 * engine_hub: subscriptions to the hubs that feeds name (W3C WebSub 1.0).
 *
 * A feed that names a hub can be told of at once, besides being polled as
 * ever.  The hub is asked (fetch_hub.c), asks back at an address that only it
 * knows, and then sends news signed with a secret that only it knows; the
 * console checks both (console/page_hub.c).  A lease is renewed at half of its
 * time; what a hub refuses is asked again after a day.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"
#include "store/hub.h"

enum {
    HUB_LEASE_S = 10 * 24 * 60 * 60, /* asked for */
    HUB_LEASE_MIN_S = 10 * 60,       /* less is taken for a mistake */
    HUB_LEASE_MAX_S = 60 * 24 * 60 * 60,
    HUB_VERIFY_MS = 10 * MS_MINUTE, /* for the hub to ask back */
    HUB_AGAIN_MS = 5 * MS_MINUTE,   /* after the first failure; then × 2 */
    HUB_AGAIN_MAX_MS = 6 * MS_HOUR,
    HUB_REFUSED_MS = MS_DAY,
    HUB_BATCH = 16,
    HUB_MAX_REDIRECTS = 3,
    HUB_FORM_BYTES = 16 * 1024
};

/* --- finding -----------------------------------------------------------------
 */

static void
hub_random(struct arena *arena, size_t n, struct str *ret)
{
    uint8_t bytes[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    digest_random(bytes, sizeof bytes);
    *ret = arena_str(arena, str_first(str_of(digest_hex(bytes, hex)), n));
}

/* The hub of a header counts before that of the document. */
static bool
hub_named(const struct poll_outcome *outcome, const struct source *source,
    struct str *ret_hub, struct str *ret_topic)
{
    const Tocsin__Answer *answer = outcome->answer;
    const Tocsin__ParseResult *result = outcome->result;
    struct str topic = pb_str(answer->self);

    *ret_hub = pb_str(answer->hub);
    if (ret_hub->n == 0 && result)
        *ret_hub = pb_str(result->hub);
    if (topic.n == 0 && result)
        topic = pb_str(result->self);
    if (topic.n == 0 || !url_is_http(topic))
        topic = pb_str(answer->url);
    *ret_topic = topic.n ? topic : source->url;
    return ret_hub->n > 0 && url_is_http(*ret_hub) && url_is_http(*ret_topic);
}

int
hub_found(struct engine *engine, const struct source *source,
    const struct poll_outcome *outcome)
{
    struct arena *arena = engine->arena;
    struct str named, topic;
    struct hub hub;
    int r;

    if (engine->config->websub_callback.n == 0 || !source->websub)
        return 0;
    r = store_hub_load(engine->store, source->id, arena, &hub);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    if (!hub_named(outcome, source, &named, &topic)) {
        /* A 304 says nothing of it; a document without one says that. */
        if (r == 0 && outcome->result)
            return store_hub_drop(engine->store, source->id);
        return 0;
    }
    if (r == 0 && str_eq(hub.named, named) && str_eq(hub.topic, topic))
        return 0;
    hub = (struct hub){.source = source->id,
        .named = named,
        .hub = named,
        .topic = topic,
        .lease_until = WALL_NONE,
        .last_push = WALL_NONE,
        .next = engine_now(engine)};
    hub_random(arena, 32, &hub.path);
    hub_random(arena, 64, &hub.secret);
    if (arena_failed(arena))
        return E_NOMEM;
    log_say(LOG_INFO, "a source names a hub", "source",
        arena_cstr(arena, source->id), "hub", arena_cstr(arena, named), NULL);
    return store_hub_save(engine->store, &hub);
}

/* --- asking -------------------------------------------------------------- */

static void
form_add(struct buf *form, const char *name, struct str value)
{
    if (form->n > 0)
        (void)buf_add_char(form, '&');
    (void)buf_add_cstr(form, name);
    (void)buf_add_char(form, '=');
    for (size_t i = 0; i < value.n; i++)
        (void)buf_printf(form, "%%%02X", (unsigned char)value.p[i]);
}

static int
hub_send(
    struct engine *engine, const struct source *source, const struct hub *hub)
{
    struct arena *arena = engine->arena;
    Tocsin__HubRequest out = TOCSIN__HUB_REQUEST__INIT;
    struct buf form;
    char lease[24];
    int r = E_NOMEM;

    snprintf(lease, sizeof lease, "%d", HUB_LEASE_S);
    buf_init(&form, HUB_FORM_BYTES);
    form_add(&form, "hub.mode", STR("subscribe"));
    form_add(&form, "hub.topic", hub->topic);
    form_add(&form, "hub.callback",
        arena_printf(arena, "%.*s/websub/%.*s",
            STR_ARG(engine->config->websub_callback), STR_ARG(hub->path)));
    form_add(&form, "hub.lease_seconds", str_of(lease));
    form_add(&form, "hub.secret", hub->secret);
    out.source = pb_cstr(arena, hub->source);
    out.hub = pb_cstr(arena, hub->hub);
    out.form = pb_data(buf_str(&form));
    out.allow = pb_cstrs(arena, source->allow, source->nallow);
    out.n_allow = source->nallow;
    out.proxy = pb_cstr(arena, source->proxy);
    if (!form.err && !arena_failed(arena))
        r = ipc_send(engine->fetch.ipc, FRAME(hub_request, HUB_REQUEST, &out));
    buf_done(&form);
    return r;
}

static int64_t
hub_wait(const struct hub *hub, int64_t retry_after_ms)
{
    int64_t wait = HUB_AGAIN_MS;

    for (uint32_t i = 1; i < hub->tries && wait < HUB_AGAIN_MAX_MS; i++)
        wait *= 2;
    if (wait > HUB_AGAIN_MAX_MS)
        wait = HUB_AGAIN_MAX_MS;
    return retry_after_ms > wait ? retry_after_ms : wait;
}

/* A hub that is being asked has so long to answer and to ask back. */
static int
hub_one(struct engine *engine, struct hub *hub)
{
    struct wall now = engine_now(engine);
    uint32_t watch;

    if (engine->config->websub_callback.n == 0 ||
        engine_watch_find(engine, hub->source, &watch) != 0 ||
        !engine->watches[watch].source->websub)
        return store_hub_drop(engine->store, hub->source);
    if (hub->state == HUB_ACTIVE && hub->lease_until.ms <= now.ms)
        hub->state = HUB_WANTED;
    /* Who says yes and does not ask back is asked ever more seldom. */
    if (hub->state == HUB_ASKED)
        hub->tries++;
    if (hub->state != HUB_ACTIVE)
        hub->state = HUB_ASKED;
    hub->next.ms = now.ms + HUB_VERIFY_MS;
    if (hub->tries > 0 && hub_wait(hub, 0) > HUB_VERIFY_MS)
        hub->next.ms = now.ms + hub_wait(hub, 0);
    if (hub_send(engine, engine->watches[watch].source, hub) != 0)
        return E_CLOSED;
    return store_hub_save(engine->store, hub);
}

void
engine_hub_run(struct engine *engine)
{
    struct hub *list = NULL;
    size_t n = 0;
    int r;

    if (engine->store == NULL || !engine_may_poll(engine))
        return;
    arena_clear(engine->arena);
    if (store_hub_due(engine->store, engine_now(engine), HUB_BATCH,
            engine->arena, &list, &n) != 0 ||
        n == 0)
        return;
    r = engine_write_begin(engine);
    if (r != 0)
        return;
    for (size_t i = 0; i < n && r == 0; i++)
        r = hub_one(engine, &list[i]);
    (void)engine_write_end(engine, r);
}

/* 307 and 308 keep the request; the others of their kind do not. */
static bool
hub_moves(const Tocsin__HubAnswer *in, const struct hub *hub)
{
    struct str to = pb_str(in->location);

    return (in->status == 307 || in->status == 308) && url_is_http(to) &&
           !str_eq(to, hub->hub) &&
           (str_eq(hub->hub, hub->named) || hub->tries < HUB_MAX_REDIRECTS);
}

static int
hub_answered(
    struct engine *engine, struct hub *hub, const Tocsin__HubAnswer *in)
{
    struct wall now = engine_now(engine);

    if (in->status >= 200 && in->status <= 299) {
        hub->error = STR_NONE;
        return store_hub_save(engine->store, hub);
    }
    hub->tries++;
    if (hub_moves(in, hub)) {
        hub->hub = pb_str(in->location);
        if (hub->state == HUB_ASKED)
            hub->state = HUB_WANTED;
        hub->next = now;
        return store_hub_save(engine->store, hub);
    }
    hub->error = in->reason[0] ? pb_str(in->reason)
                               : arena_printf(engine->arena, "the hub says %d",
                                     in->status);
    hub->hub = hub->named; /* from the beginning */
    hub->next.ms = now.ms + hub_wait(hub, in->retry_after_ms);
    log_say(LOG_NOTICE, "a hub could not be asked", "source",
        arena_cstr(engine->arena, hub->source), "why",
        arena_cstr(engine->arena, hub->error), NULL);
    return store_hub_save(engine->store, hub);
}

void
engine_hub_answer(struct engine *engine, const Tocsin__HubAnswer *in)
{
    struct hub hub;
    int r;

    if (!utf8_is_valid(pb_str(in->reason)) || in->retry_after_ms < 0)
        return;
    arena_clear(engine->arena);
    if (store_hub_load(
            engine->store, pb_str(in->source), engine->arena, &hub) != 0)
        return;
    r = engine_write_begin(engine);
    if (r == 0) {
        r = hub_answered(engine, &hub, in);
        (void)engine_write_end(engine, r);
    }
}

/* --- what the hub asks and brings ---------------------------------------- */

int
hub_verified(
    struct engine *engine, struct str path, struct str topic, int64_t lease_s)
{
    struct wall now = engine_now(engine);
    struct hub hub;
    int r = store_hub_by_path(engine->store, path, engine->arena, &hub);

    if (r == 0 && !str_eq(hub.topic, topic))
        r = E_NOTFOUND;
    if (r != 0)
        return r;
    if (lease_s < HUB_LEASE_MIN_S)
        lease_s = HUB_LEASE_MIN_S;
    if (lease_s > HUB_LEASE_MAX_S)
        lease_s = HUB_LEASE_MAX_S;
    hub.state = HUB_ACTIVE;
    hub.tries = 0;
    hub.error = STR_NONE;
    hub.lease_until.ms = now.ms + lease_s * MS_SECOND;
    hub.next.ms = now.ms + lease_s * MS_SECOND / 2;
    log_say(LOG_INFO, "a hub has verified", "source",
        arena_cstr(engine->arena, hub.source), NULL);
    return store_hub_save(engine->store, &hub);
}

int
hub_denied(struct engine *engine, struct str path, struct str reason)
{
    struct hub hub;
    int r = store_hub_by_path(engine->store, path, engine->arena, &hub);

    if (r != 0)
        return r;
    hub.state = HUB_REFUSED;
    hub.lease_until = WALL_NONE;
    hub.error = reason.n ? reason : STR("the hub gives no reason");
    hub.next.ms = engine_now(engine).ms + HUB_REFUSED_MS;
    log_say(LOG_NOTICE, "a hub refuses", "source",
        arena_cstr(engine->arena, hub.source), "why",
        arena_cstr(engine->arena, hub.error), NULL);
    return store_hub_save(engine->store, &hub);
}

int
hub_source(struct engine *engine, struct str path, struct str *ret_source)
{
    struct hub hub;
    int r = store_hub_by_path(engine->store, path, engine->arena, &hub);

    if (r == 0)
        *ret_source = hub.source;
    return r;
}

int
hub_pushed(struct engine *engine, struct str source)
{
    struct hub hub;
    int r = store_hub_load(engine->store, source, engine->arena, &hub);

    if (r == E_NOTFOUND)
        return 0;
    if (r != 0)
        return r;
    hub.last_push = engine_now(engine);
    return store_hub_save(engine->store, &hub);
}
