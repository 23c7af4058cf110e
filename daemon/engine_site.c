/*
 * engine_site: which look at an own site is due, and sent.
 *
 * A site is visited at fixed instants: every day's part of 1/visits_per_day,
 * moved by a phase that comes of its id, so that hundreds of sites are spread
 * over the hour and a restart changes nothing.  A round begins likewise, and
 * goes through the pages that the store says were not looked at in it, one
 * after another, as the host's share of requests allows.
 */
#include "daemon/engine_site.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"
#include "feeds/condition.h"

enum {
    SITE_TIMER_MAX_MS = 30 * MS_SECOND,
    SITE_LOOK_BITS = 6,                   /* of a look's number: its slot */
    SITE_STALE_VISITS_MS = 60 * MS_SECOND /* what was missed is spread so far */
};
_Static_assert(SITE_MAX_IN_FLIGHT == 1 << SITE_LOOK_BITS, "a slot fits");

/* An agent string as search engines have it. */
static const char crawler_agent[] = "Mozilla/5.0 (compatible; Baiduspider/2.0; "
                                    "+http://www.baidu.com/search/spider.html)";

/* --- when -------------------------------------------------------------------
 */

static uint64_t
site_chance(const struct site *site)
{
    uint8_t digest[DIGEST_SIZE];
    uint64_t n;

    digest_sha256(site->source->id, digest);
    memcpy(&n, digest, sizeof n);
    return n;
}

/* The first instant behind after, and not close behind it, of those that come
 * per_day times a day. */
static struct wall
site_instant(const struct site *site, int64_t per_day, struct wall after)
{
    int64_t gap = MS_DAY / per_day;
    int64_t phase = (int64_t)(site_chance(site) % (uint64_t)gap);
    int64_t next = after.ms - (after.ms - phase) % gap + gap;

    if (next - after.ms < gap / 2)
        next += gap;
    return (struct wall){next};
}

/* When its next visit and round are due, as it stands. */
static void
site_plan(
    struct engine *engine, struct site *site, const struct site_known *known)
{
    const struct config_sites *c = &engine->config->sites;
    struct wall now = engine_now(engine);

    site->next_visit =
        wall_is_set(known->last_visit)
            ? site_instant(site, c->visits_per_day, known->last_visit)
            : now;
    if (site->next_visit.ms < now.ms - MS_DAY / c->visits_per_day)
        site->next_visit.ms =
            now.ms + (int64_t)(site_chance(site) % SITE_STALE_VISITS_MS);
    /* A clock that was set back. */
    if (site->next_visit.ms > now.ms + 2 * (MS_DAY / c->visits_per_day))
        site->next_visit = site_instant(site, c->visits_per_day, now);
    site->round = known->round;
    site->round_open = wall_is_set(known->round_started) &&
                       (!wall_is_set(known->round_done) ||
                           known->round_done.ms < known->round_started.ms);
    site->next_round =
        wall_is_set(known->round_started)
            ? site_instant(site, c->rounds_per_day, known->round_started)
            : now;
    if (site->next_round.ms > now.ms + 2 * (MS_DAY / c->rounds_per_day))
        site->next_round = site_instant(site, c->rounds_per_day, now);
    site->baseline = !wall_is_set(known->baseline);
    site->learnt = known->baseline;
}

/* When a page with findings is looked at again. */
static void
site_plan_recheck(struct engine *engine, struct site *site)
{
    struct site_page_row page;
    int r = store_site_page_recheck(
        engine->store, site->source->id, engine->arena, &page);

    site->next_recheck = WALL_NONE;
    if (r == 0)
        site->next_recheck.ms =
            (wall_is_set(page.looked) ? page.looked.ms
                                      : engine_now(engine).ms) +
            engine->config->sites.recheck_ms;
}

/* --- one look ---------------------------------------------------------------
 */

static struct site_slot *
look_take(struct engine *engine, uint32_t site)
{
    struct site_desk *desk = engine->sites;

    for (uint32_t i = 0; i < SITE_MAX_IN_FLIGHT; i++) {
        struct site_slot *look = &desk->looks[i];
        uint64_t chance;

        if (look->number != 0)
            continue;
        digest_random(&chance, sizeof chance);
        *look = (struct site_slot){.parser = -1, .site = site};
        look->number = (chance | 1) << SITE_LOOK_BITS | i;
        desk->in_flight++;
        desk->host_busy[desk->sites[site].host]++;
        desk->sites[site].look = look->number;
        return look;
    }
    return NULL;
}

static void
look_free(struct engine *engine, struct site_slot *look)
{
    struct site_desk *desk = engine->sites;

    if (look->site < desk->n) {
        struct site *site = &desk->sites[look->site];

        if (site->look == look->number)
            site->look = 0;
        if (desk->host_busy[site->host] > 0)
            desk->host_busy[site->host]--;
    }
    look->number = 0;
    if (desk->in_flight > 0)
        desk->in_flight--;
}

void
site_look_end(struct engine *engine, struct site_slot *look)
{
    struct site *site = &engine->sites->sites[look->site];
    struct site_known known;

    look_free(engine, look);
    if (store_site_load(
            engine->store, site->source->id, engine->arena, &known) == 0)
        site_plan(engine, site, &known);
    site_plan_recheck(engine, site);
    loop_timer_set(engine->sites->timer, 1);
}

static int
look_context(struct engine *engine, const struct source *source,
    Tocsin__SiteContext *out)
{
    const struct config_sites *c = &engine->config->sites;
    struct arena *arena = engine->arena;
    Tocsin__SiteWord *words =
        ARENA_ARRAY(arena, c->nwords + 1, Tocsin__SiteWord);

    out->zone =
        pb_cstr(arena, source->zone.n ? source->zone : engine->config->zone);
    out->title = pb_cstr(arena, source->title);
    out->key = pb_data((struct str){
        (const char *)engine->sites->key, sizeof engine->sites->key});
    out->words = ARENA_ARRAY(arena, c->nwords + 1, Tocsin__SiteWord *);
    for (size_t i = 0; words && out->words && i < c->nwords; i++) {
        tocsin__site_word__init(&words[i]);
        words[i].wrong = pb_cstr(arena, c->words[i].wrong);
        words[i].right = pb_cstr(arena, c->words[i].right);
        out->words[out->n_words++] = &words[i];
    }
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* The same address by the other scheme. */
static struct str
other_scheme(struct arena *arena, struct str url)
{
    struct str secure = STR("https://"), plain = STR("http://");

    if (str_starts_nocase(url, secure))
        return arena_printf(
            arena, "http://%.*s", STR_ARG(str_from(url, secure.n)));
    return arena_printf(arena, "https://%.*s", STR_ARG(str_from(url, plain.n)));
}

static int
look_send(struct engine *engine, uint32_t at, Tocsin__SitePurpose purpose,
    const struct site_page_row *page)
{
    struct site_desk *desk = engine->sites;
    struct site *site = &desk->sites[at];
    const struct source *source = site->source;
    struct arena *arena = engine->arena;
    Tocsin__SiteRequest out = TOCSIN__SITE_REQUEST__INIT;
    Tocsin__SiteContext context = TOCSIN__SITE_CONTEXT__INIT;
    struct site_slot *look = look_take(engine, at);
    int r;

    if (look == NULL)
        return E_BUSY;
    look->purpose = purpose;
    look->page = page->id;
    look->round = site->round;
    look->sent = loop_mono(engine->loop);
    r = look_context(engine, source, &context);
    out.look = look->number;
    out.source = pb_cstr(arena, source->id);
    out.url = pb_cstr(arena, purpose == TOCSIN__SITE_PURPOSE__SITE_PLAIN
                                 ? other_scheme(arena, page->url)
                                 : page->url);
    /* What ends its parsers is only asked whether it is there. */
    out.purpose = page->deaths >= SITE_MAX_DEATHS
                      ? TOCSIN__SITE_PURPOSE__SITE_LINK
                      : purpose;
    out.allow = pb_cstrs(arena, source->allow, source->nallow);
    out.n_allow = source->nallow;
    out.proxy = pb_cstr(arena, source->proxy);
    out.agent = pb_cstr(arena, purpose == TOCSIN__SITE_PURPOSE__SITE_CRAWLER
                                   ? str_of(crawler_agent)
                                   : STR_NONE);
    out.total_ms = engine->config->sites.open_ms;
    out.context = &context;
    out.ignore_robots = source->site.ignore_robots;
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        r = ipc_send(
            engine->fetch.ipc, FRAME(site_request, SITE_REQUEST, &out));
    if (r != 0) {
        look_free(engine, look);
        return r;
    }
    desk->host_next[site->host].ms =
        look->sent.ms + MS_HOUR / engine->config->sites.requests_per_hour;
    return 0;
}

/* --- what is next ------------------------------------------------------------
 */

static int
home_page(
    struct engine *engine, const struct site *site, struct site_page_row *ret)
{
    return store_site_page_find(
        engine->store, site->source->id, site->source->url, engine->arena, ret);
}

/* A round begins, or has ended: written at once, by itself. */
static int
site_turn(struct engine *engine, struct site *site, bool begins)
{
    struct wall now = engine_now(engine);
    struct site_known known;
    int r = engine_write_begin(engine);

    if (r != 0)
        return r;
    r = store_site_load(engine->store, site->source->id, engine->arena, &known);
    if (r == 0 && begins) {
        known.round++;
        known.round_started = now;
        known.round_done = WALL_NONE;
        if (known.round % SITE_FORGIVE_ROUNDS == 0)
            r = store_site_pages_forgive(
                engine->store, site->source->id, SITE_MAX_DEATHS);
    } else if (r == 0) {
        known.round_done = now;
        /* Of a home page that was never read nothing was learnt. */
        if (!wall_is_set(known.baseline) && known.title.p)
            known.baseline = now;
    }
    if (r == 0)
        r = store_site_save(engine->store, site->source->id, &known);
    engine_changed(engine, "site", 0);
    r = engine_write_end(engine, r);
    if (r == 0) {
        free(site->home);
        site->home = NULL;
        site->want_plain = begins;
        site->want_crawler = begins && site->source->site.crawler;
        site_plan(engine, site, &known);
    }
    return r;
}

/* The next page of the round; E_NOTFOUND when all were looked at. */
static int
round_page(struct engine *engine, const struct site *site,
    struct site_page_row *ret, Tocsin__SitePurpose *ret_purpose)
{
    const struct config_sites *c = &engine->config->sites;
    const struct {
        enum site_page_purpose is;
        Tocsin__SitePurpose purpose;
        int64_t most;
    } kinds[] = {
        {SITE_PAGE_COLUMN, TOCSIN__SITE_PURPOSE__SITE_COLUMN,
            CONFIG_SITE_MAX_COLUMNS},
        {SITE_PAGE_PAGE, TOCSIN__SITE_PURPOSE__SITE_PAGE, c->pages},
        {SITE_PAGE_DOCUMENT, TOCSIN__SITE_PURPOSE__SITE_DOCUMENT, c->documents},
        {SITE_PAGE_LINK, TOCSIN__SITE_PURPOSE__SITE_LINK, c->links},
    };
    int r = E_NOTFOUND;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && r == E_NOTFOUND;
         i++) {
        r = store_site_page_next(engine->store, site->source->id, kinds[i].is,
            site->round, kinds[i].most, engine->arena, ret);
        *ret_purpose = kinds[i].purpose;
    }
    return r;
}

static Tocsin__SitePurpose
purpose_of(const struct site_page_row *page)
{
    switch (page->purpose) {
    case SITE_PAGE_HOME:
        return TOCSIN__SITE_PURPOSE__SITE_HOME;
    case SITE_PAGE_COLUMN:
        return TOCSIN__SITE_PURPOSE__SITE_COLUMN;
    case SITE_PAGE_PAGE:
        return TOCSIN__SITE_PURPOSE__SITE_PAGE;
    case SITE_PAGE_DOCUMENT:
        return TOCSIN__SITE_PURPOSE__SITE_DOCUMENT;
    case SITE_PAGE_LINK:
        break;
    }
    return TOCSIN__SITE_PURPOSE__SITE_LINK;
}

/* Behind the home page of a round: the other scheme, and the crawler's view. */
static int
site_side(struct engine *engine, uint32_t at, const struct site_page_row *home)
{
    struct site *site = &engine->sites->sites[at];

    if (site->want_plain) {
        site->want_plain = false;
        return look_send(engine, at, TOCSIN__SITE_PURPOSE__SITE_PLAIN, home);
    }
    site->want_crawler = false;
    return look_send(engine, at, TOCSIN__SITE_PURPOSE__SITE_CRAWLER, home);
}

static int
site_work(struct engine *engine, uint32_t at, struct wall now)
{
    struct site *site = &engine->sites->sites[at];
    Tocsin__SitePurpose purpose = TOCSIN__SITE_PURPOSE__SITE_HOME;
    struct site_page_row page;
    int r = home_page(engine, site, &page);

    if (r != 0)
        return r;
    if (!site->round_open && (site->next_round.ms <= now.ms || site->asked)) {
        r = site_turn(engine, site, true);
        if (r != 0)
            return r;
        site->next_visit = now; /* a round begins with the home page */
        r = home_page(engine, site, &page);
        if (r != 0)
            return r;
    }
    if (site->next_visit.ms <= now.ms || site->asked) {
        site->asked = false;
        return look_send(engine, at, purpose, &page);
    }
    if (site->round_open && site->home &&
        (site->want_plain || site->want_crawler))
        return site_side(engine, at, &page);
    if (site->round_open) {
        r = round_page(engine, site, &page, &purpose);
        if (r == E_NOTFOUND)
            return site_turn(engine, site, false);
        return r ? r : look_send(engine, at, purpose, &page);
    }
    if (wall_is_set(site->next_recheck) && site->next_recheck.ms <= now.ms) {
        r = store_site_page_recheck(
            engine->store, site->source->id, engine->arena, &page);
        site_plan_recheck(engine, site);
        if (r == 0 && site->next_recheck.ms <= now.ms)
            return look_send(engine, at, purpose_of(&page), &page);
    }
    return 0;
}

static int64_t
earliest(int64_t a, struct wall b)
{
    return wall_is_set(b) && b.ms < a ? b.ms : a;
}

/* When this site has something to do, by what is known. */
static int64_t
site_due(const struct site *site)
{
    int64_t due = earliest(INT64_MAX, site->next_visit);

    if (site->round_open || site->asked)
        return INT64_MIN;
    due = earliest(due, site->next_round);
    return earliest(due, site->next_recheck);
}

static void
site_fault(struct engine *engine, struct site *site, int r)
{
    struct mono now = loop_mono(engine->loop);

    if (r == 0 || r == E_BUSY)
        return;
    engine->sites->host_next[site->host].ms = now.ms + 30 * MS_SECOND;
    log_say(LOG_ERROR, "an own site could not be looked at", "source",
        arena_cstr(engine->arena, site->source->id), "why", err_text(r), NULL);
}

/* What was undone is due again: as the store has it. */
static void
sites_undone(struct engine *engine)
{
    struct site_desk *desk = engine->sites;
    struct site_known known;

    if (desk->rollbacks == engine->rollbacks)
        return;
    desk->rollbacks = engine->rollbacks;
    for (size_t i = 0; i < desk->n; i++) {
        arena_clear(engine->arena);
        if (store_site_load(engine->store, desk->sites[i].source->id,
                engine->arena, &known) == 0)
            site_plan(engine, &desk->sites[i], &known);
        site_plan_recheck(engine, &desk->sites[i]);
    }
}

void
engine_site_run(struct engine *engine)
{
    struct site_desk *desk = engine->sites;
    struct wall now = engine_now(engine);
    struct mono mono = loop_mono(engine->loop);
    uint32_t first;
    size_t most;
    int64_t wait = SITE_TIMER_MAX_MS;

    if (desk == NULL || desk->n == 0)
        return;
    if (!engine_may_poll(engine)) {
        loop_timer_set(desk->timer, MS_SECOND);
        return;
    }
    sites_undone(engine);
    most = (size_t)engine->config->sites.concurrent;
    first = desk->first % (uint32_t)desk->n;
    for (uint32_t k = 0; k < desk->n; k++) {
        uint32_t i = (first + k) % (uint32_t)desk->n;
        struct site *site = &desk->sites[i];
        int64_t due = site_due(site), in;

        if (site->look != 0 || desk->host_busy[site->host] > 0)
            continue; /* its end comes here */
        in = due <= now.ms ? 0 : due - now.ms;
        if (desk->host_next[site->host].ms - mono.ms > in)
            in = desk->host_next[site->host].ms - mono.ms;
        if (in <= 0 && desk->in_flight < most) {
            arena_clear(engine->arena);
            site_fault(engine, site, site_work(engine, i, now));
            desk->first = i + 1; /* those behind it come before it again */
            in = 1;
        }
        if (in < wait)
            wait = in < 1 ? 1 : in;
    }
    if (desk->in_flight >= most && wait < MS_SECOND)
        wait = MS_SECOND;
    loop_timer_set(desk->timer, wait);
}

/* --- start, reload
 * ------------------------------------------------------------ */

static void
on_site_timer(void *arg)
{
    engine_site_run(arg);
}

static int
site_cmp(const void *a, const void *b)
{
    const struct site *x = a, *y = b;

    return str_cmp(x->source->id, y->source->id);
}

struct site *
site_find(struct engine *engine, struct str source)
{
    struct site_desk *desk = engine->sites;

    for (size_t i = 0; desk && i < desk->n; i++) {
        if (str_eq(desk->sites[i].source->id, source))
            return &desk->sites[i];
    }
    return NULL;
}

static int
sites_build(struct engine *engine, struct site **ret, size_t *ret_n)
{
    const struct config *config = engine->config;
    struct site *list = calloc(config->nsources + 1, sizeof *list);
    size_t n = 0;
    int r = list ? 0 : E_NOMEM;

    for (size_t i = 0; i < config->nsources && r == 0; i++) {
        struct site_known known;

        if (config->sources[i].kind != SOURCE_SITE)
            continue;
        arena_clear(engine->arena);
        list[n] = (struct site){.source = &config->sources[i],
            .host = engine_host_of(config->sources[i].url),
            .next_visit = WALL_NONE,
            .next_round = WALL_NONE,
            .next_recheck = WALL_NONE};
        r = store_site_load(
            engine->store, config->sources[i].id, engine->arena, &known);
        if (r == 0) {
            site_plan(engine, &list[n], &known);
            site_plan_recheck(engine, &list[n]);
            n++;
        } else if (r == E_NOTFOUND) { /* the next reload will know it */
            r = 0;
        }
    }
    if (r != 0) {
        free(list);
        return r;
    }
    if (n > 0)
        qsort(list, n, sizeof *list, site_cmp);
    *ret = list;
    *ret_n = n;
    return 0;
}

int
engine_site_sync(struct engine *engine, const struct config *config)
{
    return store_site_sync(
        engine->store, config->sources, config->nsources, engine_now(engine));
}

static void
sites_free(struct site_desk *desk)
{
    for (size_t i = 0; i < desk->n; i++)
        free(desk->sites[i].home);
    free(desk->sites);
    desk->sites = NULL;
    desk->n = 0;
}

static int
site_desk_new(struct engine *engine)
{
    uint8_t random[STORE_SITE_KEY_SIZE];
    struct site_desk *desk = calloc(1, sizeof *desk);
    int r = desk ? 0 : E_NOMEM;

    digest_random(random, sizeof random);
    if (r == 0)
        r = loop_timer_new(engine->loop, on_site_timer, engine, &desk->timer);
    if (r == 0)
        r = store_site_key(engine->store, random, desk->key);
    if (r != 0) {
        if (desk)
            loop_timer_free(desk->timer);
        free(desk);
        return r;
    }
    engine->sites = desk;
    return 0;
}

/* An answer to a look that was given up finds nobody, and what is due is due
 * still. */
static int
site_reload(struct engine *engine)
{
    struct site_desk *desk = engine->sites;
    struct site *list = NULL;
    size_t n = 0;
    int r;

    memset(desk->looks, 0, sizeof desk->looks);
    memset(desk->host_busy, 0, sizeof desk->host_busy);
    desk->in_flight = 0;
    sites_free(desk);
    r = sites_build(engine, &list, &n);
    if (r != 0)
        return r;
    desk->sites = list;
    desk->n = n;
    arena_clear(engine->arena);
    r = engine_write_begin(engine);
    if (r == 0)
        r = engine_write_end(engine, engine_site_unsettled(engine));
    loop_timer_set(desk->timer, 1);
    return r;
}

void
engine_site_reload(struct engine *engine)
{
    int r = engine->sites ? 0 : site_desk_new(engine);

    if (r == 0)
        r = site_reload(engine);
    if (r != 0)
        log_say(LOG_ERROR, "the own sites cannot be checked", "why",
            err_text(r), NULL);
}

void
engine_site_done(struct engine *engine)
{
    if (engine->sites == NULL)
        return;
    sites_free(engine->sites);
    loop_timer_free(engine->sites->timer);
    free(engine->sites);
    engine->sites = NULL;
}

int
engine_site_probe(struct engine *engine, struct str source)
{
    struct site *site = site_find(engine, source);

    if (site == NULL)
        return config_source(engine->config, source) ? E_DENIED : E_NOTFOUND;
    if (site->asked || site->round_open)
        return E_STATE;
    site->asked = true;
    loop_timer_set(engine->sites->timer, 1);
    return 0;
}
