/*
 * engine_site_visit: whether a site is reachable, and a link leads anywhere.
 *
 * A visit is a look at the home page, counted whether it opened or not.  What
 * its answer tells besides (certificate, addresses, redirects) is compared with
 * what is known.  Of other pages only a broken link comes of a look.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mask.h"
#include "base/url.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_site.h"
#include "daemon/pb.h"

enum {
    VISIT_MAX_NETWORKS = 64,  /* that a name stood for and are known */
    VISIT_MAX_ADDRESSES = 32, /* as engine_site_answer.c lets in */
    VISIT_MAX_LIST_BYTES = 4096,
    HTTP_NOT_FOUND = 404,
    HTTP_GONE = 410,
    HTTP_SERVER_ERROR = 500
};

static const Tocsin__Answer no_answer = TOCSIN__ANSWER__INIT;

static const Tocsin__Answer *
answer_of(const struct site_step *step)
{
    return step->visit->answer ? step->visit->answer : &no_answer;
}

static bool
step_opened(const struct site_step *step)
{
    return step->visit->outcome == TOCSIN__SITE_VISIT__OUTCOME__OPENED;
}

static bool
is_secure(struct str url)
{
    return str_starts_nocase(url, STR("https://"));
}

/* --- the home page
 * -------------------------------------------------------------- */

/* It is there, or it is not: one kind, on the home page, about target. */
static int
stands(struct site_step *step, bool wrong, const struct site_fault *fault)
{
    struct site_fault home = *fault;

    home.page = step->source->url;
    home.count = home.count ? home.count : 1;
    return wrong ? site_found(step, &home)
                 : site_not_found(step, home.kind, home.page, home.target);
}

static int
check_down(struct site_step *step, const struct site_known *known)
{
    const struct config_sites *c = &step->engine->config->sites;
    struct str reason = pb_str(step->visit->reason);
    struct site_fault fault = {.kind = SITE_KIND_UNREACHABLE,
        .target = STR("down"),
        .count = known->failures,
        .hash = site_hash(step, STR("down"))};

    fault.evidence = arena_printf(step->engine->arena, "连续 %u 次打不开：%.*s",
        known->failures, STR_ARG(reason));
    if (known->failures > 0 && known->failures < c->down_after)
        return 0; /* neither: the next visits decide */
    return stands(step, known->failures > 0, &fault);
}

static int
check_share(struct site_step *step, const struct site_known *known)
{
    struct engine *engine = step->engine;
    const struct config_sites *c = &engine->config->sites;
    struct wall since = {step->now.ms - c->window_ms};
    struct site_fault fault = {.kind = SITE_KIND_UNREACHABLE,
        .target = STR("share"),
        .hash = site_hash(step, STR("share"))};
    uint32_t visits = 0, failed = 0;
    int r = store_site_visits(
        engine->store, step->source->id, since, &visits, &failed);

    if (r != 0)
        return r;
    fault.count = failed;
    fault.evidence = arena_printf(engine->arena,
        "%s%lld 天内访问 %u 次，%u 次打不开（%u%%，标准为不超过 %lld%%）",
        known->failures ? "" : "现在打得开；",
        (long long)((c->window_ms + MS_DAY - 1) / MS_DAY), visits, failed,
        visits ? failed * 100 / visits : 0, (long long)c->share_percent);
    return stands(step,
        visits >= SITE_LEAST_VISITS &&
            (int64_t)failed * 100 > c->share_percent * (int64_t)visits,
        &fault);
}

static void
take_certificate(const struct site_step *step, struct site_known *known)
{
    struct arena *arena = step->engine->arena;
    int64_t expires = answer_of(step)->cert_expires_ms;

    if (expires == 0 && !*step->visit->cert_subject &&
        !*step->visit->cert_trouble &&
        (!step_opened(step) || is_secure(step->source->url) ||
            is_secure(pb_str(answer_of(step)->url))))
        return; /* nothing was seen of one, which it may have all the same */
    known->cert_expires = expires ? (struct wall){expires} : WALL_NONE;
    known->cert_subject = mask_in(arena, pb_str(step->visit->cert_subject));
    known->cert_issuer = mask_in(arena, pb_str(step->visit->cert_issuer));
    known->cert_trouble = mask_in(arena, pb_str(step->visit->cert_trouble));
}

static int
check_certificate(struct site_step *step, const struct site_known *known)
{
    static const enum level levels[] = {
        LEVEL_NONE, LEVEL_BLUE, LEVEL_YELLOW, LEVEL_ORANGE};
    static const int points[] = {0, 25, 45, 65};
    struct engine *engine = step->engine;
    const struct config_sites *c = &engine->config->sites;
    struct site_fault wrong = {
        .kind = SITE_KIND_CERT_WRONG, .evidence = known->cert_trouble};
    struct site_fault expires = {.kind = SITE_KIND_CERT_EXPIRES};
    int64_t left = wall_is_set(known->cert_expires)
                       ? known->cert_expires.ms - step->now.ms
                       : 0;
    int near = 0, r;

    if (wall_is_set(known->cert_expires))
        near = left < c->cert_last_ms     ? 3
               : left < c->cert_second_ms ? 2
               : left < c->cert_first_ms  ? 1
                                          : 0;
    r = stands(step, known->cert_trouble.n > 0, &wrong);
    if (r != 0)
        return r;
    if (wall_is_set(known->cert_expires))
        expires.evidence = arena_printf(engine->arena, "证书于 %.*s %s",
            STR_ARG(site_day(engine, known->cert_expires)),
            left < 0 ? "已经到期" : "到期");
    expires.level = levels[near];
    expires.points = points[near];
    return stands(step, near > 0, &expires);
}

/* The part of an address that says whose network it is in, roughly. */
static struct str
network_of(struct str address)
{
    size_t parts = 0;

    for (size_t i = 0; i < address.n; i++) {
        if ((address.p[i] == '.' || address.p[i] == ':') && ++parts == 2)
            return str_first(address, i);
    }
    return address;
}

static bool
has_line(struct str list, struct str line)
{
    while (list.n > 0) {
        if (str_eq(str_split(&list, '\n'), line))
            return true;
    }
    return false;
}

static void
add_line(struct buf *out, struct str line)
{
    if (out->n > 0)
        (void)buf_add_char(out, '\n');
    (void)buf_add_str(out, line);
}

static int
line_cmp(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Of the networks it is in, in whatever order they came. */
static struct str
networks_hash(struct site_step *step)
{
    struct str list[VISIT_MAX_ADDRESSES], hash;
    size_t n = 0;
    struct buf words;

    for (; n < step->visit->n_addresses && n < VISIT_MAX_ADDRESSES; n++)
        list[n] = network_of(pb_str(step->visit->addresses[n]));
    qsort(list, n, sizeof *list, line_cmp);
    buf_init(&words, VISIT_MAX_LIST_BYTES);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !str_eq(list[i], list[i - 1]))
            add_line(&words, list[i]);
    }
    hash = site_hash(step, buf_str(&words));
    buf_done(&words);
    return hash;
}

int
site_learn_addresses(struct site_step *step)
{
    struct engine *engine = step->engine;
    struct site_known known;
    struct buf networks;
    struct str rest;
    int r =
        store_site_load(engine->store, step->source->id, engine->arena, &known);

    if (r != 0)
        return r;
    buf_init(&networks, VISIT_MAX_LIST_BYTES);
    (void)buf_add_str(&networks, known.known_addresses);
    for (rest = known.addresses; rest.n > 0;) {
        struct str network = network_of(str_split(&rest, '\n'));

        if (!has_line(buf_str(&networks), network))
            add_line(&networks, network);
    }
    known.known_addresses = buf_str(&networks);
    r = store_site_save(engine->store, step->source->id, &known);
    buf_done(&networks);
    return r;
}

/* What its name stands for: networks that were never seen before, when none of
 * the known ones is among them, are a surprise. */
static int
check_addresses(struct site_step *step, struct site_known *known)
{
    struct arena *arena = step->engine->arena;
    struct site_fault fault = {.kind = SITE_KIND_DNS_CHANGED};
    struct buf now, networks;
    bool same = false;
    size_t n = 0;

    if (step->visit->n_addresses == 0)
        return 0;
    buf_init(&now, VISIT_MAX_LIST_BYTES);
    buf_init(&networks, VISIT_MAX_LIST_BYTES);
    (void)buf_add_str(&networks, known->known_addresses);
    for (size_t i = 0; i < networks.n; i++)
        n += networks.p[i] == '\n';
    for (size_t i = 0; i < step->visit->n_addresses; i++) {
        struct str address = pb_str(step->visit->addresses[i]);

        add_line(&now, address);
        same = same || has_line(known->known_addresses, network_of(address));
    }
    /* While it is learnt, and while a known one is among them, others are its
     * own too. */
    for (size_t i = 0; i < step->visit->n_addresses && n < VISIT_MAX_NETWORKS &&
                       (same || !wall_is_set(known->baseline) ||
                           known->known_addresses.n == 0);
         i++) {
        struct str network = network_of(pb_str(step->visit->addresses[i]));

        if (!has_line(buf_str(&networks), network))
            add_line(&networks, network);
        same = true;
    }
    known->addresses = arena_str(arena, buf_str(&now));
    known->known_addresses = arena_str(arena, buf_str(&networks));
    buf_done(&now);
    buf_done(&networks);
    fault.evidence =
        arena_printf(arena, "域名现在指向 %.*s", STR_ARG(known->addresses));
    fault.hash = networks_hash(step);
    return stands(step, !same, &fault);
}

/* Where the home page is in the end. */
static int
check_landing(
    struct site_step *step, struct site_known *known, struct str landed)
{
    struct str from = site_domain(site_host(step->source->url));
    struct str to = site_domain(site_host(landed));
    struct site_fault fault = {.kind = SITE_KIND_REDIRECTED, .target = STR("")};

    if (landed.n == 0)
        return 0;
    known->landed = mask_url_in(step->engine->arena, landed);
    fault.evidence = arena_printf(
        step->engine->arena, "首页跳转到 %.*s", STR_ARG(known->landed));
    fault.hash = site_hash(step, to);
    return stands(step, to.n > 0 && !str_eq_nocase(from, to), &fault);
}

/* The schedule moves on with the visit. */
static void
take_visit(struct site_step *step, struct site_known *known)
{
    bool opened = step_opened(step);

    known->last_visit = step->now;
    known->failures = opened ? 0 : known->failures + 1;
    known->last_reason =
        opened ? STR_NONE
               : mask_in(step->engine->arena, pb_str(step->visit->reason));
    if (opened)
        known->last_opened = step->now;
    take_certificate(step, known);
}

static int
visit_home(struct site_step *step)
{
    struct store *store = step->engine->store;
    struct site_known known;
    int r =
        store_site_load(store, step->source->id, step->engine->arena, &known);

    if (r != 0)
        return r;
    if (step->visit->outcome == TOCSIN__SITE_VISIT__OUTCOME__REFUSED) {
        known.last_visit = step->now; /* it was its turn; it says nothing */
        /* But where it leads to, also when that does not let us in. */
        if (step->visit->n_hops > 0)
            r = check_landing(step, &known,
                pb_str(step->visit->hops[step->visit->n_hops - 1]));
        return r ? r : store_site_save(store, step->source->id, &known);
    }
    take_visit(step, &known);
    r = store_site_visit(store, step->source->id, step->now, step_opened(step),
        answer_of(step)->status, answer_of(step)->elapsed_ms,
        known.last_reason);
    if (r == 0)
        r = check_down(step, &known);
    if (r == 0)
        r = check_share(step, &known);
    if (r == 0)
        r = check_certificate(step, &known);
    if (r == 0)
        r = check_addresses(step, &known);
    if (r == 0 && step_opened(step))
        r = check_landing(step, &known, pb_str(answer_of(step)->url));
    if (r == 0 && arena_failed(step->engine->arena))
        r = E_NOMEM;
    if (r == 0)
        r = store_site_save(store, step->source->id, &known);
    return r;
}

/* --- the other scheme
 * --------------------------------------------------------------- */

/* Whether there is an answer by this scheme, or there is surely none: a look
 * that merely failed says neither. */
static bool
plain_is_told(const struct site_step *step)
{
    uint32_t cause = answer_of(step)->cause;

    return step_opened(step) ||
           (step->visit->outcome == TOCSIN__SITE_VISIT__OUTCOME__FAILED &&
               (cause == CAUSE_CONNECT || cause == CAUSE_TLS ||
                   (cause == CAUSE_TIMEOUT && is_secure(step->source->url))));
}

static int
visit_plain(struct site_step *step)
{
    struct str home = step->source->url;
    struct str landed = pb_str(answer_of(step)->url);
    struct site_fault fault = {.kind = SITE_KIND_NO_HTTPS};
    bool wrong;

    if (!plain_is_told(step))
        return 0;
    if (is_secure(home)) { /* asked by http: is it sent on? */
        wrong = step_opened(step) && landed.n > 0 && !is_secure(landed);
        fault.evidence = STR("用 http:// 打开时没有转到 https://");
    } else {
        struct site_known known;
        int r = store_site_load(
            step->engine->store, step->source->id, step->engine->arena, &known);

        if (r != 0)
            return r;
        wrong =
            step_opened(step) && is_secure(landed) && !is_secure(known.landed);
        fault.evidence = STR("用 https:// 可以打开，首页却用 http:// 提供");
    }
    return stands(step, wrong, &fault);
}

/* --- other pages
 * -------------------------------------------------------------------- */

/* The page is gone: so is all that was found on it. */
static int
page_gone(struct site_step *step)
{
    struct site_finding_row *rows = NULL;
    size_t n = 0;
    int r = store_site_findings(step->engine->store, step->source->id,
        step->page.url, step->engine->arena, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = site_gone(step, &rows[i]);
    return r;
}

static int
link_is_there(struct site_step *step)
{
    int r =
        site_not_found(step, SITE_KIND_BROKEN_LINK, STR_NONE, step->page.url);

    return r ? r
             : site_not_found(
                   step, SITE_KIND_BROKEN_IMAGE, STR_NONE, step->page.url);
}

/* No page links to it any more: it is kept for what was found on it. */
static bool
is_orphan(const struct site_page_row *page)
{
    return page->purpose >= SITE_PAGE_PAGE && page->from.n == 0;
}

static int
link_is_broken(struct site_step *step)
{
    const Tocsin__Answer *answer = answer_of(step);
    const struct site_page_row *page = &step->page;
    bool image = str_eq(page->kind, STR("image"));
    struct site_fault fault = {
        .kind = image ? SITE_KIND_BROKEN_IMAGE : SITE_KIND_BROKEN_LINK,
        .page = page->from.n ? page->from : step->source->url,
        .target = page->url,
        .line = page->from_line,
        .end_line = page->from_line,
        .count = 1};

    if (page->purpose == SITE_PAGE_HOME)
        return 0;
    fault.evidence = arena_printf(step->engine->arena, "%s%.*s%s：%.*s",
        page->name.n ? "“" : "", STR_ARG(page->name), page->name.n ? "”" : "",
        STR_ARG(pb_str(step->visit->reason)));
    fault.hash = site_hash(
        step, arena_printf(step->engine->arena, "%d", (int)answer->status));
    return site_found(step, &fault);
}

/* Whether the page failed because its site is down: that is one fault, of the
 * home page, and not one of each page and image besides. */
static int
fails_with_its_site(struct site_step *step, bool *ret)
{
    struct engine *engine = step->engine;
    int status = answer_of(step)->status;
    struct site_known known;
    int r;

    *ret = false;
    if (step_opened(step) || (status > 0 && status < HTTP_SERVER_ERROR) ||
        !str_eq_nocase(site_host(step->page.url), site_host(step->source->url)))
        return 0;
    r = store_site_load(engine->store, step->source->id, engine->arena, &known);
    if (r == 0)
        *ret = known.failures > 0;
    return r;
}

static int
visit_page(struct site_step *step)
{
    struct engine *engine = step->engine;
    int status = answer_of(step)->status;
    bool opened = step_opened(step);
    bool refused = step->visit->outcome == TOCSIN__SITE_VISIT__OUTCOME__REFUSED;
    bool missing = status == HTTP_NOT_FOUND || status == HTTP_GONE;
    struct site_page_look look = {.id = step->page.id,
        .round = step->look->round,
        .at = step->now,
        .opened = opened,
        .counts = !opened && !refused,
        .status = status,
        .reason = opened ? STR_NONE
                         : mask_in(engine->arena, pb_str(step->visit->reason))};
    uint32_t failures = step->page.failures + 1;
    bool down = false;
    int r = fails_with_its_site(step, &down);

    look.counts = look.counts && !down;
    if (r == 0)
        r = store_site_page_looked(engine->store, &look);
    if (r != 0 || refused || down)
        return r;
    if (opened || is_orphan(&step->page))
        r = link_is_there(step); /* or there is no link to be broken */
    if (opened)
        return r;
    if (missing)
        r = page_gone(step);
    if (r == 0 && !is_orphan(&step->page) &&
        (missing || failures >= engine->config->sites.link_failures))
        r = link_is_broken(step);
    return r;
}

/* --- all
 * ---------------------------------------------------------------------------
 */

/* The list of sources shows when a site was asked, as of any source. */
static int
visit_source(struct site_step *step)
{
    struct engine *engine = step->engine;
    struct source_state state;
    int r = slot_load_state(engine, step->source, engine->arena, &state);

    if (r != 0)
        return r;
    state.seen = STR_NONE; /* leaves what is stored */
    state.last_poll = step->now;
    state.failures = step_opened(step) ? 0 : state.failures + 1;
    if (step_opened(step))
        state.last_success = step->now;
    if (step_opened(step) && !wall_is_set(state.first_poll))
        state.first_poll = step->now;
    state.interval_ms = MS_DAY / engine->config->sites.visits_per_day;
    state.next_poll.ms = step->now.ms + state.interval_ms;
    r = store_source_save(engine->store, step->source->id, &state);
    return r == E_NOTFOUND ? 0 : r;
}

static int
visit_first(struct site_step *step)
{
    struct engine *engine = step->engine;
    bool refused = step->visit->outcome == TOCSIN__SITE_VISIT__OUTCOME__REFUSED;
    struct site_page_look look = {.id = step->page.id,
        .round = step->look->round,
        .at = step->now,
        .opened = step_opened(step),
        .counts = true,
        .status = answer_of(step)->status,
        .reason = step_opened(step) ? STR_NONE
                                    : mask_in(step->engine->arena,
                                          pb_str(step->visit->reason))};
    int r = condition_set(engine, step->source, STR("refused"),
        mask_in(engine->arena, pb_str(step->visit->reason)), refused);

    if (r == 0)
        r = store_site_page_looked(engine->store, &look);
    if (r == 0)
        r = visit_home(step);
    if (r == 0)
        r = visit_source(step);
    if (r == 0)
        engine_changed(engine, "site", 0);
    return r;
}

int
site_step_visit(struct site_step *step)
{
    switch ((int)step->look->purpose) {
    case TOCSIN__SITE_PURPOSE__SITE_HOME:
        return visit_first(step);
    case TOCSIN__SITE_PURPOSE__SITE_PLAIN:
        return visit_plain(step);
    case TOCSIN__SITE_PURPOSE__SITE_CRAWLER:
        return 0;
    default:
        return visit_page(step);
    }
}
