/*
 * engine_tell: what channels are to hear of, as rows of the outbox.
 *
 * What happened to incidents in a transaction is gathered (engine_tell) and
 * made into messages just before its commit, so that ten reports that arrive
 * together are one message that names them all.  Which items a message has
 * named is kept with them; an item that joined an incident in silence is named
 * by a follow-up: one digest to a channel for all incidents with something
 * untold, notify.group_interval after the first of them, then at intervals that
 * double, so that a long event does not become a stream of messages and yet
 * nothing stays unsaid.
 */
#include "daemon/engine_tell.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/engine.h"
#include "daemon/engine_calls.h"
#include "daemon/engine_link.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_route.h"
#include "notify/body.h"

enum {
    FOLLOW_REST_MS = 5 * MS_SECOND,   /* what one message had no place for */
    FOLLOW_START_MS = 10 * MS_SECOND, /* what was untold when we ended */
    FOLLOW_MAX_MS = 4 * MS_HOUR,
    FOLLOW_MAX_LOADED = 10000, /* incidents, at start */
    FOLLOW_MAX_DIGEST = BODY_MAX_DIGEST
};

/* --- one row of the outbox
 * ------------------------------------------------------- */

static int
outbox_put(struct engine *engine, const struct channel *channel,
    int64_t incident, enum level level, enum incident_event event,
    struct str body, struct str calls, int64_t *ret_id)
{
    struct wall now = engine_now(engine);
    char id[BODY_ID_SIZE];
    uint8_t random[16];
    struct delivery delivery = {.channel = channel->id,
        .type = str_of(incident_event_name(event)),
        .incident = incident,
        .level = level,
        .body = body,
        .calls = calls,
        .state = DELIVERY_PENDING,
        .created = now,
        .next = now,
        .finished = WALL_NONE};
    int r;

    if (engine_channel_is_disabled(engine, channel->id)) {
        delivery.state = DELIVERY_DEAD;
        delivery.finished = now;
        delivery.last_error =
            STR("the channel answered 410 and is disabled; test it, send this "
                "again, or change its configuration");
    }
    digest_random(random, sizeof random);
    delivery.message_id = str_of(body_message_id(random, id));
    r = store_delivery_add(engine->store, &delivery, ret_id);
    if (r == 0)
        r = engine_write_then(engine, &(struct pending){.kind = PENDING_SEND});
    if (r == 0)
        engine_changed(engine, "delivery", *ret_id);
    return r;
}

int
engine_outbox_put(struct engine *engine, const struct channel *channel,
    int64_t incident, enum level level, enum incident_event event,
    struct str body, int64_t *ret_id)
{
    return outbox_put(
        engine, channel, incident, level, event, body, STR_NONE, ret_id);
}

int
engine_outbox_add(struct engine *engine, const struct channel *channel,
    int64_t incident, enum level level, enum incident_event event,
    struct str body)
{
    int64_t id;

    return engine_outbox_put(
        engine, channel, incident, level, event, body, &id);
}

int
engine_tell_test(struct engine *engine, const struct channel *channel)
{
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = body_test(&body, channel->id, engine_now(engine));
    if (r == 0)
        r = engine_outbox_add(engine, channel, 0, LEVEL_NONE,
            INCIDENT_EVENT_TEST, buf_str(&body));
    buf_done(&body);
    return r;
}

/* --- an incident as a message shows it
 * --------------------------------------------- */

struct told {
    struct incident incident;
    struct body_incident view;
    struct untold_item *items;
    size_t nitems;
};

static struct str
incident_url(struct engine *engine, int64_t id)
{
    struct str base = engine->config->console_url;

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return base.n ? arena_printf(engine->arena, "%.*s/incidents/%lld",
                        STR_ARG(base), (long long)id)
                  : STR_NONE;
}

static int
told_items(struct engine *engine, struct told *told)
{
    struct body_item *items;
    int r = store_incident_untold(engine->store, told->incident.id,
        BODY_MAX_ITEMS, engine->arena, &told->items, &told->nitems);

    if (r != 0)
        return r;
    items = ARENA_ARRAY(engine->arena, told->nitems + 1, struct body_item);
    if (items == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < told->nitems; i++)
        items[i] = (struct body_item){.title = told->items[i].title,
            .url = told->items[i].url,
            .source = told->items[i].source};
    told->view.items = items;
    told->view.nitems = told->nitems;
    return 0;
}

static int
told_load(struct engine *engine, int64_t id, struct told *told)
{
    struct str *sources = NULL;
    int r =
        store_incident_load(engine->store, id, engine->arena, &told->incident);

    if (r == 0)
        r = store_incident_counts(
            engine->store, id, &told->incident.items, &told->incident.sources);
    if (r == 0)
        r = store_incident_sources(
            engine->store, id, engine->arena, &sources, &told->view.nsources);
    if (r != 0)
        return r;
    told->view.incident = &told->incident;
    told->view.sources = sources;
    told->view.url = incident_url(engine, id);
    told->view.discreet =
        config_is_discreet(engine->config, told->incident.category);
    return told_items(engine, told);
}

/* The first n untold items of it are named now. */
static int
told_mark(struct engine *engine, const struct told *told, size_t n)
{
    int r = 0;

    for (size_t i = 0; i < told->nitems && i < n && r == 0; i++)
        r = store_item_told(
            engine->store, told->items[i].item, engine_now(engine));
    return r;
}

/* --- follow-ups
 * ------------------------------------------------------------------------ */

static struct follow *
follow_find(struct engine *engine, int64_t incident)
{
    for (size_t i = 0; i < engine->nfollows; i++) {
        if (engine->follows[i].incident == incident)
            return &engine->follows[i];
    }
    return NULL;
}

static struct follow *
follow_get(struct engine *engine, int64_t incident)
{
    struct follow *follow = follow_find(engine, incident);

    if (follow)
        return follow;
    if (engine->nfollows == engine->follows_cap) {
        size_t cap = engine->follows_cap ? 2 * engine->follows_cap : 64;
        struct follow *grown =
            reallocarray(engine->follows, cap, sizeof *grown);

        if (grown == NULL)
            return NULL;
        engine->follows = grown;
        engine->follows_cap = cap;
    }
    follow = &engine->follows[engine->nfollows++];
    *follow = (struct follow){.incident = incident, .due = WALL_NONE};
    return follow;
}

static int64_t
follow_wait(const struct engine *engine, const struct follow *follow)
{
    unsigned n = follow->times < 16 ? follow->times : 16;
    int64_t wait = engine->config->delivery.group_interval_ms << n;

    return wait < FOLLOW_MAX_MS ? wait : FOLLOW_MAX_MS;
}

int
engine_tell_later(struct engine *engine, int64_t incident)
{
    struct follow *follow = follow_get(engine, incident);

    if (follow == NULL)
        return E_NOMEM;
    if (!wall_is_set(follow->due))
        follow->due.ms = engine_now(engine).ms + follow_wait(engine, follow);
    return 0;
}

/* A message named named of n untold items: more are to follow, or none. */
static void
follow_told(struct engine *engine, const struct told *told, size_t named)
{
    bool all = named >= told->nitems && told->nitems < BODY_MAX_ITEMS;
    struct follow *follow = all ? follow_find(engine, told->incident.id)
                                : follow_get(engine, told->incident.id);

    if (follow == NULL)
        return;
    if (!all)
        follow->due.ms = engine_now(engine).ms + FOLLOW_REST_MS;
    else if (follow->times == 0)
        *follow = engine->follows[--engine->nfollows];
    else
        follow->due = WALL_NONE;
}

int
engine_follow_load(struct engine *engine)
{
    int64_t *ids;
    size_t n;
    int r;

    engine->nfollows = 0;
    arena_clear(engine->arena);
    r = store_untold_incidents(engine->store, engine->config->notify_min_level,
        FOLLOW_MAX_LOADED, engine->arena, &ids, &n);
    for (size_t i = 0; i < n && r == 0; i++) {
        struct follow *follow = follow_get(engine, ids[i]);

        if (follow == NULL)
            return E_NOMEM;
        follow->due.ms = engine_now(engine).ms + FOLLOW_START_MS;
    }
    return r;
}

/* --- gathering
 * ------------------------------------------------------------------------- */

/* Which of two events of one incident in one transaction is told: that it is
 * there (again) says more than what happened to it next. */
static bool
says_more(enum incident_event a, enum incident_event b)
{
    return a == INCIDENT_EVENT_OPENED ||
           (a == INCIDENT_EVENT_REOPENED && b != INCIDENT_EVENT_OPENED);
}

int
engine_tell(struct engine *engine, const struct incident *incident,
    enum incident_event event, const char *reason)
{
    if (engine->ntells == engine->tells_cap) {
        size_t cap = engine->tells_cap ? 2 * engine->tells_cap
                                       : 2 * (size_t)ENGINE_MAX_TELLS;
        struct tell *grown = reallocarray(engine->tells, cap, sizeof *grown);

        if (grown == NULL)
            return E_NOMEM;
        engine->tells = grown;
        engine->tells_cap = cap;
    }
    /* What went before stays: this step may yet be undone. */
    engine->tells[engine->ntells++] = (struct tell){
        .incident = incident->id, .event = event, .reason = reason};
    return 0;
}

/* One for each incident, where the first of it stood. */
static void
tells_merge(struct engine *engine)
{
    size_t kept = 0;

    for (size_t i = 0; i < engine->ntells; i++) {
        struct tell tell = engine->tells[i];
        size_t k = 0;

        while (k < kept && engine->tells[k].incident != tell.incident)
            k++;
        if (k == kept)
            engine->tells[kept++] = tell;
        else if (!says_more(engine->tells[k].event, tell.event))
            engine->tells[k] = tell;
    }
    engine->ntells = kept;
}

void
engine_tell_forget(struct engine *engine)
{
    engine->ntells = 0;
}

/* --- making messages
 * ---------------------------------------------------------------------- */

/* The message for one channel: its links to act are its own.  *named is how
 * many new items every message so far has named. */
static int
tell_channel(struct engine *engine, const struct channel *channel,
    enum incident_event event, const char *reason, struct told *told,
    size_t *named)
{
    size_t items = 0;
    struct str calls = STR_NONE;
    int64_t id;
    struct buf body;
    int r = engine_link_acts(
        engine, channel, &told->incident, &told->view.acts, &told->view.nacts);

    if (r == 0)
        r = engine_calls(engine, channel, &told->incident, event, &calls);

    buf_init(&body, BODY_MAX_BYTES);
    if (r == 0)
        r = body_incident(&body, event, &told->view, str_of(reason),
            engine_now(engine), &items);
    if (r == 0)
        r = outbox_put(engine, channel, told->incident.id, told->incident.level,
            event, buf_str(&body), calls, &id);
    buf_done(&body);
    *named = items < *named ? items : *named;
    return r;
}

static int
tell_one(struct engine *engine, const struct tell *tell)
{
    const struct config *config = engine->config;
    struct told told = {0};
    size_t named = SIZE_MAX;
    int r = told_load(engine, tell->incident, &told);
    bool made = false;

    if (r == E_NOTFOUND)
        return 0;
    for (size_t i = 0; i < config->nchannels && r == 0; i++) {
        const struct channel *channel = &config->channels[i];
        bool send = false;

        r = engine_route_gate(
            engine, channel, &told.incident, tell->event, tell->reason, &send);
        if (r != 0 || !send)
            continue;
        made = true;
        r = tell_channel(
            engine, channel, tell->event, tell->reason, &told, &named);
    }
    if (r == 0 && made)
        r = told_mark(engine, &told, named);
    if (r == 0 && made)
        follow_told(engine, &told, named);
    return r;
}

int
engine_tell_flush(struct engine *engine)
{
    int r = 0;

    tells_merge(engine);
    for (size_t i = 0; i < engine->ntells && r == 0; i++) {
        arena_clear(engine->arena);
        r = tell_one(engine, &engine->tells[i]);
    }
    engine->ntells = 0;
    return r;
}

/* --- to chosen channels
 * ----------------------------------------------------------- */

int
engine_tell_to(struct engine *engine, const struct incident *incident,
    enum incident_event event, const char *reason, const struct str *channels,
    size_t n)
{
    struct told told = {0};
    size_t named = SIZE_MAX;
    int r = told_load(engine, incident->id, &told);

    for (size_t i = 0; i < n && r == 0; i++) {
        const struct channel *channel =
            config_channel(engine->config, channels[i]);

        if (channel)
            r = tell_channel(engine, channel, event, reason, &told, &named);
    }
    return r;
}

int
engine_say(struct engine *engine, enum incident_event event, json_t *data_taken,
    const struct str *channels, size_t n)
{
    const struct config *config = engine->config;
    size_t all = n ? n : config->nchannels;
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = body_say(&body, event, engine_now(engine), data_taken);
    for (size_t i = 0; i < all && r == 0; i++) {
        const struct channel *channel =
            n ? config_channel(config, channels[i]) : &config->channels[i];

        if (channel)
            r = engine_outbox_add(
                engine, channel, 0, LEVEL_NONE, event, buf_str(&body));
    }
    buf_done(&body);
    return r;
}

int
engine_tell_digest(struct engine *engine, const struct channel *channel,
    const int64_t *incidents, size_t n, const char *reason)
{
    struct body_incident *views =
        ARENA_ARRAY(engine->arena, n + 1, struct body_incident);
    struct told *told = ARENA_ARRAY(engine->arena, n + 1, struct told);
    enum level level = LEVEL_NONE;
    size_t nviews = 0, shown, items;
    struct buf body;
    int r = 0;

    if (views == NULL || told == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < n && r == 0; i++) {
        told[nviews] = (struct told){0};
        r = told_load(engine, incidents[i], &told[nviews]);
        if (r == E_NOTFOUND) {
            r = 0;
            continue;
        }
        if (r == 0 && told[nviews].incident.level > level)
            level = told[nviews].incident.level;
        if (r == 0)
            views[nviews] = told[nviews].view;
        nviews += r == 0;
    }
    if (r != 0 || nviews == 0)
        return r;
    buf_init(&body, BODY_MAX_BYTES);
    r = body_digest(&body, views, nviews, str_of(reason), engine_now(engine),
        &shown, &items);
    if (r == 0)
        r = engine_outbox_add(engine, channel,
            nviews == 1 ? views[0].incident->id : 0, level,
            INCIDENT_EVENT_DIGEST, buf_str(&body));
    buf_done(&body);
    return r;
}

/* --- the follow-up
 * ------------------------------------------------------------------------- */

/* How many of the new items of each incident every channel that wants it could
 * be told; UNWANTED when none does. */
static const size_t UNWANTED = SIZE_MAX;

/* One digest for a channel, of those of n incidents that it is to know. */
static int
digest_for(struct engine *engine, const struct channel *channel,
    const struct told *told, size_t n, size_t *named)
{
    struct body_incident *views =
        ARENA_ARRAY(engine->arena, n + 1, struct body_incident);
    size_t *at = ARENA_ARRAY(engine->arena, n + 1, size_t);
    enum level level = LEVEL_NONE;
    size_t nviews = 0, shown, items;
    struct buf body;
    int r;

    if (views == NULL || at == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        bool send = false;

        r = engine_route_gate(engine, channel, &told[i].incident,
            INCIDENT_EVENT_DIGEST, "more reports", &send);
        if (r != 0)
            return r;
        if (!send)
            continue;
        at[nviews] = i;
        views[nviews++] = told[i].view;
        if (told[i].incident.level > level)
            level = told[i].incident.level;
    }
    if (nviews == 0)
        return 0;
    buf_init(&body, BODY_MAX_BYTES);
    r = body_digest(&body, views, nviews, STR("more reports"),
        engine_now(engine), &shown, &items);
    for (size_t i = 0; i < nviews && r == 0; i++) {
        size_t k = i < shown ? items : 0;

        named[at[i]] = k < named[at[i]] ? k : named[at[i]];
    }
    if (r == 0)
        r = engine_outbox_add(engine, channel,
            nviews == 1 ? views[0].incident->id : 0, level,
            INCIDENT_EVENT_DIGEST, buf_str(&body));
    buf_done(&body);
    return r;
}

static int
digest_write(struct engine *engine, const struct told *told, size_t n)
{
    size_t named[FOLLOW_MAX_DIGEST];
    int r = 0;

    for (size_t i = 0; i < n; i++)
        named[i] = UNWANTED;
    for (size_t i = 0; i < engine->config->nchannels && r == 0; i++)
        r = digest_for(engine, &engine->config->channels[i], told, n, named);
    for (size_t i = 0; i < n && r == 0; i++) {
        struct follow *follow = follow_find(engine, told[i].incident.id);

        if (follow && named[i] == UNWANTED) {
            follow->due = WALL_NONE; /* until its level goes up */
            continue;
        }
        if (follow)
            follow->times++;
        /* What a digest had no place for comes in the next. */
        r = told_mark(engine, &told[i], named[i]);
        follow_told(engine, &told[i], named[i]);
    }
    return r;
}

/* Incidents whose follow-up is due and that are still open and untold. */
static int
digest_gather(struct engine *engine, struct told *told, size_t *ret_n)
{
    struct wall now = engine_now(engine);
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < engine->nfollows && n < FOLLOW_MAX_DIGEST; i++) {
        struct follow *follow = &engine->follows[i];

        if (!wall_is_set(follow->due) || follow->due.ms > now.ms)
            continue;
        told[n] = (struct told){0};
        r = told_load(engine, follow->incident, &told[n]);
        if (r != 0 && r != E_NOTFOUND)
            return r;
        if (r == E_NOTFOUND || told[n].nitems == 0 ||
            !incident_state_is_open(told[n].incident.state) ||
            told[n].incident.level < engine->config->notify_min_level) {
            follow->due = WALL_NONE;
            continue;
        }
        n++;
    }
    *ret_n = n;
    return 0;
}

/* Forget the incidents that nothing is due of and whose event is long over. */
static void
follow_trim(struct engine *engine)
{
    size_t kept = 0;

    if (engine->nfollows < FOLLOW_MAX_LOADED)
        return;
    for (size_t i = 0; i < engine->nfollows; i++) {
        if (wall_is_set(engine->follows[i].due))
            engine->follows[kept++] = engine->follows[i];
    }
    engine->nfollows = kept;
}

static bool
follow_is_due(const struct engine *engine)
{
    struct wall now = engine_now(engine);

    for (size_t i = 0; i < engine->nfollows; i++) {
        if (wall_is_set(engine->follows[i].due) &&
            engine->follows[i].due.ms <= now.ms)
            return true;
    }
    return false;
}

void
engine_follow(struct engine *engine)
{
    struct told *told;
    size_t n = 0;
    int r;

    if (!follow_is_due(engine))
        return;
    arena_clear(engine->arena);
    told = ARENA_ARRAY(engine->arena, FOLLOW_MAX_DIGEST, struct told);
    if (told == NULL || engine_write_begin(engine) != 0)
        return;
    r = digest_gather(engine, told, &n);
    if (r == 0 && n > 0)
        r = digest_write(engine, told, n);
    r = engine_write_end(engine, r);
    if (r != 0) /* what memory knows of them was not written */
        engine->stale = true;
    engine_refresh(engine);
    follow_trim(engine);
}
