/*
 * fetch_poll: one poll, from the engine's request to its answer.
 *
 * Another source's answer, when it is new enough (fetch_share.c); else
 * robots.txt, for pages; then one conditional request, whose redirects are
 * asked of robots.txt too.  What comes back unchanged or wrong goes straight to
 * the engine; a new body goes to a parser.
 *
 * A host that answers 429 or 503 with Retry-After is left alone by all its
 * sources.  A poll that gets no turn in time, for that or for a long line, is
 * put off (LATER): it says nothing about its source.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "base/url.h"
#include "daemon/evidence.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"
#include "feeds/condition.h"
#include "feeds/poll.h"
#include "net/http_link.h"

/* What a document is wanted as, and how it is asked for. */
static const struct fetch_kind {
    bool page; /* for people: robots.txt is asked */
    const char *accept;
} fetch_kinds[] = {
    [TOCSIN__WANT__WANT_FEED] = {false,
        "application/atom+xml, application/rss+xml, application/feed+json, "
        "application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, "
        "application/json;q=0.8, */*;q=0.1"},
    [TOCSIN__WANT__WANT_LIST] = {true,
        "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"},
    [TOCSIN__WANT__WANT_ARTICLE] = {true,
        "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"},
};
enum { FETCH_KINDS = sizeof fetch_kinds / sizeof *fetch_kinds };

static const struct fetch_kind *
fetch_kind_of(Tocsin__Want want)
{
    /* One that is not known yet is treated with the most care. */
    return &fetch_kinds[(unsigned)want < FETCH_KINDS
                            ? want
                            : TOCSIN__WANT__WANT_ARTICLE];
}

/* --- answers to the engine -------------------------------------------------
 */

void
fetch_poll_free(struct fetch_poll *poll)
{
    tocsin__poll_request__free_unpacked(poll->request, NULL);
    free(poll);
}

void
fetch_poll_answer(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, Tocsin__Answer *answer)
{
    Tocsin__PollAnswer message = TOCSIN__POLL_ANSWER__INIT;
    Tocsin__Answer none = TOCSIN__ANSWER__INIT;
    struct role *role = poll->fetch->role;
    char text[512];

    snprintf(text, sizeof text, "%s", reason);
    message.poll = poll->request->poll;
    message.outcome = outcome;
    message.reason = text;
    message.answer = answer ? answer : &none;
    if (role->engine)
        (void)ipc_send(role->engine, FRAME(poll_answer, POLL_ANSWER, &message));
    fetch_poll_free(poll);
}

void
fetch_poll_hand(struct fetch_poll *poll, struct arena *arena,
    const struct fetch_body *body, Tocsin__Answer *answer)
{
    struct fetch *fetch = poll->fetch;
    Tocsin__PollRequest *in = poll->request;
    Tocsin__ParseRequest out = TOCSIN__PARSE_REQUEST__INIT;

    out.poll = in->poll;
    out.source = in->source;
    out.url = pb_cstr(arena, body->url);
    out.want = in->want;
    out.content_type = pb_data(body->content_type);
    out.body = pb_data(body->bytes);
    out.context = in->context;
    out.answer = answer;
    out.now_ms = loop_wall(fetch->role->loop).ms;
    if (fetch_hand(fetch, &out) != 0)
        fetch_poll_answer(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            "too many documents wait for the parsers", answer);
    else
        fetch_poll_free(poll);
}

/* The poll that asked has its answer: so have those that wait for it. */
static void
fetch_end(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, Tocsin__Answer *answer)
{
    shares_done(poll, outcome, reason, answer, NULL);
    fetch_poll_answer(poll, outcome, reason, answer);
}

/* It ended before anybody answered. */
static void
fetch_give_up(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, enum poll_cause cause)
{
    Tocsin__Answer answer = TOCSIN__ANSWER__INIT;

    answer.cause = (uint32_t)cause;
    fetch_end(poll, outcome, reason, &answer);
}

/* Not asked; again after ms. */
static void
fetch_put_off(struct fetch_poll *poll, int64_t ms)
{
    Tocsin__Answer answer = TOCSIN__ANSWER__INIT;

    answer.retry_after_ms = ms;
    fetch_end(poll, TOCSIN__POLL_ANSWER__OUTCOME__LATER, "", &answer);
}

/* --- what came of it --------------------------------------------------------
 */

/* Why there is no document, for the engine's conditions. */
static enum poll_cause
fetch_cause(const struct fetch_poll *poll, const struct http_answer *http)
{
    if (http->result == HTTP_REFUSED && poll->hop_answer == ROBOTS_REFUSED)
        return CAUSE_ROBOTS;
    if (http->result == HTTP_REFUSED && poll->hop_answer == ROBOTS_UNREACHABLE)
        return CAUSE_CONNECT;
    return answer_cause(http);
}

static void
fetch_fail(struct fetch_poll *poll, const struct http_answer *http,
    struct arena *arena, Tocsin__Answer *answer)
{
    Tocsin__PollAnswer__Outcome outcome = TOCSIN__POLL_ANSWER__OUTCOME__FAILED;
    char reason[512];

    answer_reason(
        http, arena, loop_wall(poll->fetch->role->loop), reason, sizeof reason);
    if (http->result == HTTP_REFUSED && poll->hop_answer != ROBOTS_UNREACHABLE)
        outcome = TOCSIN__POLL_ANSWER__OUTCOME__REFUSED;
    else if (http->result == HTTP_ANSWERED && http->status == 410)
        outcome = TOCSIN__POLL_ANSWER__OUTCOME__GONE;
    answer->cause = (uint32_t)fetch_cause(poll, http);
    fetch_end(poll, outcome, reason, answer);
}

static bool
fetch_is_same_body(
    const struct fetch_poll *poll, const uint8_t hash[DIGEST_SIZE])
{
    ProtobufCBinaryData last = poll->request->body_hash;

    return last.len == DIGEST_SIZE && memcmp(last.data, hash, DIGEST_SIZE) == 0;
}

static void
fetch_document(struct fetch_poll *poll, struct arena *arena,
    const struct http_answer *http, Tocsin__Answer *answer, bool same)
{
    struct fetch_body body = {.url = http->url,
        .content_type = http_answer_header(http, "content-type"),
        .bytes = http->body};

    shares_done(
        poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, "", answer, &body);
    if (same) {
        fetch_poll_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, "", answer);
    } else {
        answer->headers = pb_data(answer_headers(arena, http));
        fetch_poll_hand(poll, arena, &body, answer);
    }
}

static void
fetch_done(void *arg, const struct http_answer *http)
{
    struct fetch_poll *poll = arg;
    struct arena *arena;
    uint8_t hash[DIGEST_SIZE];
    Tocsin__Answer answer;

    if (http->result == HTTP_LATER) {
        fetch_put_off(poll, http->later_ms);
        return;
    }
    if (http->result == HTTP_REFUSED && poll->hop_answer == ROBOTS_LATER) {
        fetch_put_off(poll, poll->hop_later_ms);
        return;
    }
    arena = arena_new(FETCH_POLL_ARENA_BYTES);
    if (arena == NULL) {
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            err_text(E_NOMEM), CAUSE_HOUSE);
        return;
    }
    answer_fill(arena, http, loop_wall(poll->fetch->role->loop), hash, &answer);
    answer.crawl_delay_ms = poll->crawl_delay_ms;
    if (http->bad_coding)
        shares_set_plain(poll); /* the next poll may read it */
    if (answer_asks_for_quiet(http))
        http_hold(poll->fetch->http, http->url, answer.retry_after_ms);
    if (answer_is_unchanged(http))
        fetch_end(poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, "", &answer);
    else if (answer_is_document(http))
        fetch_document(
            poll, arena, http, &answer, fetch_is_same_body(poll, hash));
    else
        fetch_fail(poll, http, arena, &answer);
    arena_free(arena);
}

/* --- robots.txt ------------------------------------------------------------
 */

static bool
fetch_asks_robots(const struct fetch_poll *poll)
{
    return poll->fetch->obey_robots &&
           (poll->fetch->robots_feeds ||
               fetch_kind_of(poll->request->want)->page);
}

static void
fetch_hop_judged(void *arg, enum robots_answer answer, int64_t later_ms)
{
    struct fetch_poll *poll = arg;

    poll->hop_answer = answer;
    poll->hop_later_ms = later_ms;
    http_hop(poll->hop, answer == ROBOTS_ALLOWED,
        answer == ROBOTS_REFUSED
            ? "robots.txt does not allow what it leads to"
            : "robots.txt of where it leads to could not be read");
}

static void
fetch_hop(void *arg, struct http_call *call, struct str url)
{
    struct fetch_poll *poll = arg;

    poll->hop = call;
    if (robots_ask(poll->fetch->robots, url, &poll->policy, fetch_hop_judged,
            poll) != 0)
        http_hop(call, false, "its robots.txt could not be asked for");
}

/* --- the request -----------------------------------------------------------
 */

static void
fetch_send(struct fetch_poll *poll)
{
    struct fetch *fetch = poll->fetch;
    Tocsin__PollRequest *in = poll->request;
    struct http_header headers[4];
    struct http_request request = {.method = STR("GET"),
        .url = str_of(in->url),
        .headers = headers,
        .policy = &poll->policy,
        .follow = true,
        .plain = shares_is_plain(poll),
        .conditional_url = pb_str(in->validator_url),
        .max_body_bytes = fetch->max_body_bytes,
        .max_wire_bytes = fetch->max_wire_bytes,
        .max_header_bytes = fetch->max_header_bytes,
        .connect_ms = fetch->connect_ms,
        .first_byte_ms = fetch->first_byte_ms,
        .total_ms = fetch->total_ms,
        .patience_ms = FETCH_PATIENCE_MS};
    size_t n = 0;

    headers[n++] = (struct http_header){
        STR("Accept"), str_of(fetch_kind_of(in->want)->accept)};
    if (in->etag.len)
        headers[n++] =
            (struct http_header){STR("If-None-Match"), pb_bytes(in->etag)};
    if (in->last_modified.len)
        headers[n++] = (struct http_header){
            STR("If-Modified-Since"), pb_bytes(in->last_modified)};
    request.nheaders = n;
    if (fetch_asks_robots(poll))
        request.hop = fetch_hop;
    if (fetch->obey_robots)
        poll->crawl_delay_ms = robots_delay_ms(fetch->robots, request.url);
    request.gap_ms = poll->crawl_delay_ms;
    if (http_start(fetch->http, &request, fetch_done, poll, NULL) != 0)
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            "the request could not be made", CAUSE_HOUSE);
}

static void
fetch_judged(void *arg, enum robots_answer answer, int64_t later_ms)
{
    struct fetch_poll *poll = arg;

    switch (answer) {
    case ROBOTS_ALLOWED:
        fetch_send(poll);
        break;
    case ROBOTS_REFUSED:
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__REFUSED,
            "robots.txt does not allow it", CAUSE_ROBOTS);
        break;
    case ROBOTS_UNREACHABLE:
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            "robots.txt could not be read", CAUSE_CONNECT);
        break;
    case ROBOTS_LATER:
        fetch_put_off(poll, later_ms);
        break;
    }
}

void
fetch_poll_begin(struct fetch_poll *poll)
{
    struct fetch *fetch = poll->fetch;

    if (shares_take(fetch->shares, poll))
        return;
    if (!fetch_asks_robots(poll))
        fetch_send(poll);
    else if (robots_ask(fetch->robots, str_of(poll->request->url),
                 &poll->policy, fetch_judged, poll) != 0)
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            "its robots.txt could not be asked for", CAUSE_HOUSE);
}

static Tocsin__PollRequest *
fetch_copy_request(const Tocsin__PollRequest *request)
{
    size_t n = tocsin__poll_request__get_packed_size(request);
    uint8_t *packed = malloc(n ? n : 1);
    Tocsin__PollRequest *copy = NULL;

    if (packed) {
        tocsin__poll_request__pack(request, packed);
        copy = tocsin__poll_request__unpack(NULL, n, packed);
    }
    free(packed);
    return copy;
}

void
fetch_poll_take(struct fetch *fetch, const Tocsin__PollRequest *request)
{
    struct fetch_poll *poll = calloc(1, sizeof *poll);

    if (poll == NULL || fetch->http == NULL || request->context == NULL) {
        free(poll);
        return; /* the engine's patience ends the poll */
    }
    poll->request = fetch_copy_request(request);
    if (poll->request == NULL) {
        free(poll);
        return;
    }
    poll->fetch = fetch;
    poll->policy = fetch->policy;
    outward_allow(&poll->policy, request->allow, request->n_allow);
    if (fetch_set_proxy(fetch, &poll->request->proxy, &poll->policy) != 0)
        fetch_give_up(poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED,
            "its proxy could not be used", CAUSE_HOUSE);
    else
        fetch_poll_begin(poll);
}
