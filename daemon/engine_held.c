/*
 * engine_held: what waited is told when its time comes.
 *
 * A message that waits is a row (store/silences.h).  When it is due the same
 * decision is made again: it waits on, or is told, or there is nothing to tell
 * any more.  What quiet hours held back is told whatever became of it
 * meanwhile, so that the morning's digest is what the night was; what a silence
 * or a greater incident held back is told if it is still new.  What is told to
 * one channel at one time is one digest, in which each incident is once; what
 * one has no place for comes in the next.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_link.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_route.h"
#include "notify/body.h"
#include "store/silences.h"

enum {
    HELD_MAX = 400,     /* looked at in one go */
    HELD_KEEP_DAYS = 30 /* after it was told, or was not to be */
};

/* What is to be told to one channel. */
struct release {
    struct engine *engine;
    const struct channel *channel;
    struct body_incident views[HELD_MAX];
    struct untold_item *items[HELD_MAX];
    const struct held *held[HELD_MAX];
    size_t n;
    bool quiet; /* quiet hours held some of it */
};

/* --- what a message shows
 * ------------------------------------------------------------ */

static struct str
url_of(struct engine *engine, int64_t id)
{
    struct str base = engine->config->console_url;

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return base.n ? arena_printf(engine->arena, "%.*s/incidents/%lld",
                        STR_ARG(base), (long long)id)
                  : STR_NONE;
}

static int
add_items(struct release *release, struct body_incident *view,
    struct untold_item **ret)
{
    struct engine *engine = release->engine;
    struct body_item *items;
    int r = store_incident_untold(engine->store, view->incident->id,
        BODY_MAX_ITEMS, engine->arena, ret, &view->nitems);

    if (r != 0)
        return r;
    items = ARENA_ARRAY(engine->arena, view->nitems + 1, struct body_item);
    if (items == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < view->nitems; i++)
        items[i] = (struct body_item){.title = (*ret)[i].title,
            .url = (*ret)[i].url,
            .source = (*ret)[i].source};
    view->items = items;
    return 0;
}

static int
release_add(
    struct release *release, const struct held *held, struct incident *incident)
{
    struct engine *engine = release->engine;
    struct body_incident *view = &release->views[release->n];
    struct str *sources = NULL;
    int r = store_incident_counts(
        engine->store, incident->id, &incident->items, &incident->sources);

    *view = (struct body_incident){.incident = incident,
        .url = url_of(engine, incident->id),
        .discreet = config_is_discreet(engine->config, incident->category)};
    if (r == 0)
        r = store_incident_sources(engine->store, incident->id, engine->arena,
            &sources, &view->nsources);
    view->sources = sources;
    if (r == 0)
        r = add_items(release, view, &release->items[release->n]);
    if (r != 0)
        return r;
    release->held[release->n++] = held;
    release->quiet = release->quiet || str_eq(held->word, STR("quiet-hours"));
    return 0;
}

/* --- telling
 * ----------------------------------------------------------------------------
 */

static int
mark_told(struct release *release, size_t from, size_t shown, size_t items)
{
    struct engine *engine = release->engine;
    struct wall now = engine_now(engine);
    int r = 0;

    for (size_t i = from; i < from + shown && r == 0; i++) {
        const struct body_incident *view = &release->views[i];
        int64_t id = view->incident->id;

        for (size_t k = 0; k < view->nitems && k < items && r == 0; k++)
            r = store_item_told(engine->store, release->items[i][k].item, now);
        if (r == 0)
            r = store_held_settle(
                engine->store, id, release->channel->id, STR("told"), now);
        if (r == 0)
            r = engine_ledger(engine, "message.released", id, STR_NONE,
                STR_NONE,
                json_pack("{ss#}", "channel", release->channel->id.p,
                    (int)release->channel->id.n));
        if (r == 0)
            engine_changed(engine, "incident", id);
    }
    return r;
}

static enum level
highest(const struct release *release, size_t from, size_t n)
{
    enum level level = LEVEL_NONE;

    for (size_t i = from; i < from + n; i++)
        if (release->views[i].incident->level > level)
            level = release->views[i].incident->level;
    return level;
}

/* One that a silence held back is told as it would have been: as opened, or,
 * where an earlier message may have said that, as one that nobody took. */
static int
tell_one(struct release *release)
{
    struct body_incident *view = &release->views[0];
    struct engine *engine = release->engine;
    enum incident_event event = INCIDENT_EVENT_OPENED;
    size_t named = 0;
    struct buf body;
    int r = engine_link_acts(
        engine, release->channel, view->incident, &view->acts, &view->nacts);

    if (!str_eq(release->held[0]->event, str_of(incident_event_name(event))))
        event = INCIDENT_EVENT_REMINDED;
    buf_init(&body, BODY_MAX_BYTES);
    if (r == 0)
        r = body_incident(&body, event, view, STR("what held it back is over"),
            engine_now(engine), &named);
    if (r == 0)
        r = engine_outbox_add(engine, release->channel, view->incident->id,
            view->incident->level, event, buf_str(&body));
    if (r == 0)
        r = mark_told(release, 0, 1, named);
    buf_done(&body);
    return r;
}

static int
tell_digest(struct release *release, size_t from, size_t *ret_shown)
{
    struct engine *engine = release->engine;
    size_t left = release->n - from, items = 0;
    struct buf body;
    int r;

    buf_init(&body, BODY_MAX_BYTES);
    r = body_digest(&body, &release->views[from], left,
        release->quiet ? STR("quiet hours are over")
                       : STR("what held them back is over"),
        engine_now(engine), ret_shown, &items);
    if (r == 0)
        r = engine_outbox_add(engine, release->channel,
            left == 1 ? release->views[from].incident->id : 0,
            highest(release, from, *ret_shown), INCIDENT_EVENT_DIGEST,
            buf_str(&body));
    if (r == 0)
        r = mark_told(release, from, *ret_shown, items);
    buf_done(&body);
    return r;
}

static int
release_tell(struct release *release)
{
    size_t from = 0, shown = 0;
    int r = 0;

    if (release->n == 1 && !release->quiet)
        r = tell_one(release);
    else
        for (; from < release->n && r == 0; from += shown)
            r = tell_digest(release, from, &shown);
    release->n = 0;
    release->quiet = false;
    return r;
}

/* --- looking again
 * ------------------------------------------------------------------------ */

static int
settle(struct engine *engine, const struct held *held, const char *outcome)
{
    int r = store_held_settle(engine->store, held->incident, held->channel,
        str_of(outcome), engine_now(engine));

    if (r == 0)
        engine_changed(engine, "incident", held->incident);
    return r;
}

static int
wait_on(struct engine *engine, struct held *held,
    const struct route_decision *decision)
{
    held->word = str_of(route_word_name(decision->word));
    held->silence = decision->silence;
    held->until = decision->until;
    held->next = engine_route_look_again(engine, decision);
    return store_held_wait(engine->store, held);
}

/* Nothing stands against it any more. */
static int
come_free(
    struct release *release, const struct held *held, struct incident *incident)
{
    bool quiet = str_eq(held->word, STR("quiet-hours"));

    if (incident->state == INCIDENT_MERGED)
        return settle(release->engine, held, "merged");
    if (!quiet && !incident_state_is_open(incident->state))
        return settle(release->engine, held, "over");
    if (!quiet && incident->state != INCIDENT_NEW)
        return settle(release->engine, held, "taken");
    return release_add(release, held, incident);
}

static int
look_again(struct release *release, struct held *held)
{
    struct engine *engine = release->engine;
    struct incident *incident = ARENA_NEW(engine->arena, struct incident);
    struct route_decision decision;
    int r = incident ? store_incident_load(engine->store, held->incident,
                           engine->arena, incident)
                     : E_NOMEM;

    if (r == E_NOTFOUND)
        return settle(engine, held, "gone");
    if (r == 0)
        r = engine_route(engine, release->channel, incident,
            INCIDENT_EVENT_OPENED, &decision);
    if (r != 0)
        return r;
    switch (decision.verdict) {
    case ROUTE_HOLD:
        return wait_on(engine, held, &decision);
    case ROUTE_NOT:
        return settle(engine, held, route_word_name(decision.word));
    case ROUTE_SEND:
        break;
    }
    return come_free(release, held, incident);
}

static int
held_write(struct release *release, struct held *due, size_t n)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        const struct channel *channel =
            config_channel(release->engine->config, due[i].channel);

        if (channel != release->channel && release->n > 0)
            r = release_tell(release);
        release->channel = channel;
        if (r == 0 && channel == NULL)
            r = settle(release->engine, &due[i], "no-channel");
        else if (r == 0)
            r = look_again(release, &due[i]);
    }
    if (r == 0 && release->n > 0)
        r = release_tell(release);
    if (r == 0)
        r = store_held_forget(release->engine->store,
            (struct wall){engine_now(release->engine).ms -
                          HELD_KEEP_DAYS * (int64_t)MS_DAY});
    return r;
}

void
engine_held_run(struct engine *engine)
{
    struct release *release;
    struct held *due = NULL;
    size_t n = 0;

    arena_clear(engine->arena);
    if (store_held_due(engine->store, engine_now(engine), HELD_MAX,
            engine->arena, &due, &n) != 0 ||
        n == 0)
        return;
    release = ARENA_NEW(engine->arena, struct release);
    if (release == NULL || engine_write_begin(engine) != 0)
        return;
    release->engine = engine;
    (void)engine_write_end(engine, held_write(release, due, n));
}

int
engine_held_reload(struct engine *engine)
{
    return store_held_hurry(engine->store, 0, engine_now(engine));
}
