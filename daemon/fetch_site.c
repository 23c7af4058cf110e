/*
 * fetch_site: one look at an address of an own site.
 *
 * Its manners are those of every request: one gate, robots.txt, its host's gap
 * and turns, which it shares with the polls.  The engine always hears how the
 * visit went; a page or a document that came whole goes to a parser besides.
 *
 * Whether an address is there is asked with HEAD, and again with a GET of its
 * first bytes by a server that answers a HEAD with an error: many do not know
 * it, and a link is called broken only when it is.
 *
 * robots.txt binds here as anywhere, unless the site's owner says otherwise.
 * Where it cannot be read the site may be down, and to find that out is the
 * purpose of a visit: then whether it opens is asked all the same, and nothing
 * is read.
 *
 * An answer that says nothing of the site is put off (LATER): no turn in time,
 * a host that asks for quiet, and what is wrong in this house.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"

#define SITE_ACCEPT_PAGE "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

enum {
    SITE_TOTAL_MS = 15 * 1000,      /* to open, when the request does not say */
    SITE_SOME_BYTES = 1024,         /* of an address that does not know HEAD */
    SITE_QUIET_MS = 10 * 60 * 1000, /* when nobody says how long */
    SITE_ARENA_BYTES = 1024 * 1024,
    SITE_MAX_REASON_BYTES = 512
};

/* How an address is asked for, by its purpose. */
static const struct site_manner {
    bool read;  /* what comes goes to a parser; else only: is it there? */
    bool opens; /* asked whether or not robots.txt can be read */
    bool whole; /* of no use when its rest is missing */
    const char *accept;
} site_manners[] = {
    [TOCSIN__SITE_PURPOSE__SITE_HOME] = {true, true, false, SITE_ACCEPT_PAGE},
    [TOCSIN__SITE_PURPOSE__SITE_COLUMN] = {true, false, false,
        SITE_ACCEPT_PAGE},
    [TOCSIN__SITE_PURPOSE__SITE_PAGE] = {true, false, false, SITE_ACCEPT_PAGE},
    [TOCSIN__SITE_PURPOSE__SITE_DOCUMENT] = {true, false, true, "*/*"},
    [TOCSIN__SITE_PURPOSE__SITE_LINK] = {false, true, false, "*/*"},
    [TOCSIN__SITE_PURPOSE__SITE_CRAWLER] = {true, false, false,
        SITE_ACCEPT_PAGE},
    [TOCSIN__SITE_PURPOSE__SITE_PLAIN] = {false, true, false, SITE_ACCEPT_PAGE},
};
enum { SITE_MANNERS = sizeof site_manners / sizeof *site_manners };

struct fetch_site {
    struct fetch *fetch;
    Tocsin__SiteRequest *request; /* owned */
    const struct site_manner *manner;
    struct gate_policy policy;
    struct http_call *hop;         /* a redirect that waits for robots.txt */
    enum robots_answer hop_answer; /* what it said of the last one */
    int64_t later_ms, crawl_delay_ms;
    bool some;   /* asked for with a GET of its first bytes */
    bool unread; /* its robots.txt could not be read: nor is the page */
};

static void site_send(struct fetch_site *site);

/* --- what the engine hears -------------------------------------------------
 */

static void
site_free(struct fetch_site *site)
{
    if (site->request)
        tocsin__site_request__free_unpacked(site->request, NULL);
    free(site);
}

static void
site_say(struct fetch_site *site, Tocsin__SiteVisit *visit,
    Tocsin__SiteVisit__Outcome outcome, const char *reason)
{
    struct role *role = site->fetch->role;
    Tocsin__Answer none = TOCSIN__ANSWER__INIT;
    char text[SITE_MAX_REASON_BYTES];

    snprintf(text, sizeof text, "%s", reason);
    visit->look = site->request->look;
    visit->outcome = outcome;
    visit->reason = text;
    if (visit->answer == NULL)
        visit->answer = &none;
    if (role->engine)
        (void)ipc_send(role->engine, FRAME(site_visit, SITE_VISIT, visit));
    visit->reason = NULL;
}

/* It ended before anybody answered. */
static void
site_end(struct fetch_site *site, Tocsin__SiteVisit__Outcome outcome,
    const char *reason, enum poll_cause cause, int64_t later_ms)
{
    Tocsin__SiteVisit visit = TOCSIN__SITE_VISIT__INIT;
    Tocsin__Answer answer = TOCSIN__ANSWER__INIT;

    answer.cause = (uint32_t)cause;
    answer.retry_after_ms = later_ms;
    visit.answer = &answer;
    site_say(site, &visit, outcome, reason);
    site_free(site);
}

static void
site_put_off(struct fetch_site *site, const char *reason, int64_t later_ms)
{
    site_end(site, TOCSIN__SITE_VISIT__OUTCOME__LATER, reason, CAUSE_HOUSE,
        later_ms > 0 ? later_ms : SITE_QUIET_MS);
}

/* --- what came -------------------------------------------------------------
 */

/* Where the visit led, and to whom. */
static void
site_fill_visit(
    struct arena *arena, const struct http_answer *http, Tocsin__SiteVisit *ret)
{
    char **hops = ARENA_ARRAY(arena, HTTP_MAX_REDIRECTS, char *);
    char **addresses = ARENA_ARRAY(arena, HTTP_MAX_ADDRESSES, char *);

    for (size_t i = 0; hops && i < http->nredirects; i++)
        hops[i] = pb_cstr(arena, http->redirects[i].url);
    for (size_t i = 0; addresses && i < http->naddresses; i++)
        addresses[i] = pb_cstr(arena, http->addresses[i]);
    ret->hops = hops;
    ret->n_hops = hops ? http->nredirects : 0;
    ret->addresses = addresses;
    ret->n_addresses = addresses ? http->naddresses : 0;
    ret->cert_subject = pb_cstr(arena, http->cert.subject);
    ret->cert_issuer = pb_cstr(arena, http->cert.issuer);
    ret->cert_trouble = pb_cstr(arena, http->cert.trouble);
}

/* Why an answer is not read; NULL when it is. */
static const char *
site_why_unread(const struct fetch_site *site, const struct http_answer *http)
{
    if (site->unread)
        return "its robots.txt could not be read, so the page was not either";
    if (!answer_is_document(http))
        return "the server sends no document";
    if (http->body.n == 0)
        return "the document is empty";
    if (http->cut && site->manner->whole)
        return "the document is longer than max_body_bytes";
    if (!fetch_hand_has_room(site->fetch, http->body.n))
        return "too many documents wait for the parsers";
    return NULL;
}

static void
site_hand(struct fetch_site *site, struct arena *arena,
    const struct http_answer *http, Tocsin__Answer *answer)
{
    Tocsin__SiteRequest *in = site->request;
    Tocsin__ParseRequest out = TOCSIN__PARSE_REQUEST__INIT;
    Tocsin__ParseContext context = TOCSIN__PARSE_CONTEXT__INIT;

    context.zone = in->context->zone;
    context.title = in->context->title;
    answer->headers = pb_data(answer_headers(arena, http));
    out.poll = in->look;
    out.source = in->source;
    out.url = pb_cstr(arena, http->url);
    out.want = TOCSIN__WANT__WANT_SITE;
    out.content_type = pb_data(http_answer_header(http, "content-type"));
    out.body = pb_data(http->body);
    out.context = &context;
    out.answer = answer;
    out.now_ms = loop_wall(site->fetch->role->loop).ms;
    out.site = in->context;
    out.site_purpose = in->purpose;
    /* Without memory for it the engine's patience ends the look. */
    (void)fetch_hand(site->fetch, &out);
}

/* The engine hears of the visit before a parser has the page. */
static void
site_opened(struct fetch_site *site, struct arena *arena,
    const struct http_answer *http, Tocsin__SiteVisit *visit)
{
    const char *unread = site_why_unread(site, http);

    visit->handed = site->manner->read && unread == NULL;
    site_say(site, visit, TOCSIN__SITE_VISIT__OUTCOME__OPENED,
        site->manner->read && unread ? unread : "");
    if (visit->handed)
        site_hand(site, arena, http, visit->answer);
}

static void
site_failed(struct fetch_site *site, struct arena *arena,
    const struct http_answer *http, Tocsin__SiteVisit *visit)
{
    Tocsin__SiteVisit__Outcome outcome = TOCSIN__SITE_VISIT__OUTCOME__FAILED;
    char reason[SITE_MAX_REASON_BYTES];

    answer_reason(
        http, arena, loop_wall(site->fetch->role->loop), reason, sizeof reason);
    visit->answer->cause = (uint32_t)answer_cause(http);
    if (http->result == HTTP_REFUSED) {
        outcome = TOCSIN__SITE_VISIT__OUTCOME__REFUSED;
        if (site->hop_answer == ROBOTS_REFUSED)
            visit->answer->cause = CAUSE_ROBOTS;
    } else if (http->result == HTTP_NO_MEMORY) {
        outcome = TOCSIN__SITE_VISIT__OUTCOME__LATER;
        visit->answer->retry_after_ms = SITE_QUIET_MS;
    }
    site_say(site, visit, outcome, reason);
}

/* --- the answer ------------------------------------------------------------
 */

/* Asked for with HEAD, and an error came that may be of the HEAD. */
static bool
site_doubts_head(const struct fetch_site *site, const struct http_answer *http)
{
    return !site->manner->read && !site->some &&
           (http->result == HTTP_BROKEN ||
               (http->result == HTTP_ANSWERED && http->status >= 400 &&
                   !answer_asks_for_quiet(http)));
}

/* 416: it is there, and has not even its first bytes. */
static bool
site_is_open(const struct fetch_site *site, const struct http_answer *http)
{
    return http->result == HTTP_ANSWERED &&
           (http->status < 400 || (site->some && http->status == 416));
}

/* A server that asks for quiet is left alone.  Whether it says that it has had
 * too much of us, which a person would not have seen. */
static bool
site_keeps_quiet(struct fetch_site *site, const struct http_answer *http,
    Tocsin__Answer *answer)
{
    if (!answer_asks_for_quiet(http))
        return false;
    http_hold(site->fetch->http, http->url, answer->retry_after_ms);
    if (http->status == 503)
        return false;
    if (answer->retry_after_ms == 0)
        answer->retry_after_ms = SITE_QUIET_MS;
    return true;
}

static void
site_judge(struct fetch_site *site, struct arena *arena,
    const struct http_answer *http)
{
    Tocsin__SiteVisit visit = TOCSIN__SITE_VISIT__INIT;
    Tocsin__Answer answer;
    uint8_t hash[DIGEST_SIZE];

    answer_fill(arena, http, loop_wall(site->fetch->role->loop), hash, &answer);
    answer.crawl_delay_ms = site->crawl_delay_ms;
    site_fill_visit(arena, http, &visit);
    visit.answer = &answer;
    if (site_keeps_quiet(site, http, &answer))
        site_say(site, &visit, TOCSIN__SITE_VISIT__OUTCOME__LATER,
            "the server has had too many requests");
    else if (site_is_open(site, http))
        site_opened(site, arena, http, &visit);
    else
        site_failed(site, arena, http, &visit);
    site_free(site);
}

static void
site_done(void *arg, const struct http_answer *http)
{
    struct fetch_site *site = arg;
    struct arena *arena;

    if (http->result == HTTP_LATER) {
        site_put_off(
            site, "its host had no turn for it in time", http->later_ms);
        return;
    }
    if (http->result == HTTP_REFUSED && site->hop_answer != ROBOTS_ALLOWED &&
        site->hop_answer != ROBOTS_REFUSED) {
        site_put_off(site, "robots.txt of where it leads to could not be read",
            site->later_ms);
        return;
    }
    if (site_doubts_head(site, http)) {
        site->some = true;
        site_send(site);
        return;
    }
    arena = arena_new(SITE_ARENA_BYTES);
    if (arena == NULL) {
        site_put_off(site, err_text(E_NOMEM), 0);
        return;
    }
    site_judge(site, arena, http);
    arena_free(arena);
}

/* --- robots.txt ------------------------------------------------------------
 */

static bool
site_asks_robots(const struct fetch_site *site)
{
    return site->fetch->obey_robots && !site->request->ignore_robots;
}

static void
site_hop_judged(void *arg, enum robots_answer answer, int64_t later_ms)
{
    struct fetch_site *site = arg;

    if (answer == ROBOTS_UNREACHABLE && site->manner->opens) {
        site->unread = true;
        answer = ROBOTS_ALLOWED;
    }
    site->hop_answer = answer;
    site->later_ms = later_ms;
    http_hop(site->hop, answer == ROBOTS_ALLOWED,
        "robots.txt does not allow what it leads to");
}

static void
site_hop(void *arg, struct http_call *call, struct str url)
{
    struct fetch_site *site = arg;

    site->hop = call;
    if (robots_ask(site->fetch->robots, url, &site->policy, site_hop_judged,
            site) != 0)
        site_hop_judged(site, ROBOTS_UNREACHABLE, 0);
}

/* --- the request -----------------------------------------------------------
 */

static int64_t
site_least(int64_t limit, int64_t total_ms)
{
    return limit > 0 && limit < total_ms ? limit : total_ms;
}

static void
site_send(struct fetch_site *site)
{
    struct fetch *fetch = site->fetch;
    Tocsin__SiteRequest *in = site->request;
    int64_t total_ms = in->total_ms > 0 ? in->total_ms : SITE_TOTAL_MS;
    struct http_header headers[3];
    struct http_request request = {.method = STR("GET"),
        .url = str_of(in->url),
        .headers = headers,
        .policy = &site->policy,
        .follow = true,
        .may_downgrade = true,
        .cut = true,
        .afresh = in->purpose == TOCSIN__SITE_PURPOSE__SITE_HOME,
        .max_body_bytes = fetch->max_body_bytes,
        .max_wire_bytes = fetch->max_wire_bytes,
        .max_header_bytes = fetch->max_header_bytes,
        .connect_ms = site_least(fetch->connect_ms, total_ms),
        .first_byte_ms = total_ms,
        .total_ms = total_ms,
        .patience_ms = FETCH_PATIENCE_MS};
    size_t n = 0;

    headers[n++] =
        (struct http_header){STR("Accept"), str_of(site->manner->accept)};
    if (in->agent[0])
        headers[n++] =
            (struct http_header){STR("User-Agent"), str_of(in->agent)};
    if (!site->manner->read && !site->some)
        request.method = STR("HEAD");
    if (site->some) {
        headers[n++] = (struct http_header){STR("Range"), STR("bytes=0-1023")};
        request.max_body_bytes = SITE_SOME_BYTES;
        request.plain = true; /* some bytes of a coding are not all of it */
    }
    request.nheaders = n;
    if (site_asks_robots(site)) {
        request.hop = site_hop;
        site->crawl_delay_ms = robots_delay_ms(fetch->robots, request.url);
    }
    request.gap_ms = site->crawl_delay_ms;
    site->hop_answer = ROBOTS_ALLOWED;
    if (http_start(fetch->http, &request, site_done, site, NULL) != 0)
        site_put_off(site, "the request could not be made", 0);
}

static void
site_judged(void *arg, enum robots_answer answer, int64_t later_ms)
{
    struct fetch_site *site = arg;

    if (answer == ROBOTS_UNREACHABLE && site->manner->opens) {
        site->unread = true;
        answer = ROBOTS_ALLOWED;
    }
    if (answer == ROBOTS_ALLOWED)
        site_send(site);
    else if (answer == ROBOTS_REFUSED)
        site_end(site, TOCSIN__SITE_VISIT__OUTCOME__REFUSED,
            "robots.txt does not allow it", CAUSE_ROBOTS, 0);
    else
        site_put_off(site,
            answer == ROBOTS_LATER ? "its host is to be left alone for now"
                                   : "robots.txt could not be read",
            later_ms);
}

static void
site_begin(struct fetch_site *site)
{
    if (!site_asks_robots(site))
        site_send(site);
    else if (robots_ask(site->fetch->robots, str_of(site->request->url),
                 &site->policy, site_judged, site) != 0)
        site_put_off(site, "its robots.txt could not be asked for", 0);
}

static Tocsin__SiteRequest *
site_copy_request(const Tocsin__SiteRequest *request)
{
    size_t n = tocsin__site_request__get_packed_size(request);
    uint8_t *packed = malloc(n ? n : 1);
    Tocsin__SiteRequest *copy = NULL;

    if (packed) {
        tocsin__site_request__pack(request, packed);
        copy = tocsin__site_request__unpack(NULL, n, packed);
    }
    free(packed);
    return copy;
}

void
fetch_site_take(struct fetch *fetch, const Tocsin__SiteRequest *request)
{
    struct fetch_site *site = calloc(1, sizeof *site);

    if (site == NULL || fetch->http == NULL || request->context == NULL ||
        (unsigned)request->purpose >= SITE_MANNERS) {
        free(site);
        return; /* the engine's patience ends the look */
    }
    site->request = site_copy_request(request);
    if (site->request == NULL) {
        free(site);
        return;
    }
    site->fetch = fetch;
    site->manner = &site_manners[request->purpose];
    site->policy = fetch->policy;
    outward_allow(&site->policy, request->allow, request->n_allow);
    if (fetch_set_proxy(fetch, &site->request->proxy, &site->policy) != 0)
        site_put_off(site, "its proxy could not be used", 0);
    else
        site_begin(site);
}
