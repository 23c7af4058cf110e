/*
 * fetch: the role that talks to the web.
 *
 * A PollRequest becomes one conditional request through net/http.h (after
 * robots.txt for a page).  What comes back unchanged or wrong goes straight to
 * the engine; a new body goes to the parser with least to do, and the engine
 * is told which.  At most PARSER_MAX_OUTSTANDING documents lie with one
 * parser; the rest wait here, bounded in bytes.
 *
 * After FetchConfig the role opens nothing but sockets to public addresses and
 * the resolver's files, and it holds no secret.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "daemon/pb.h"
#include "daemon/robots.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "daemon/webfiles.h"
#include "feeds/poll.h"
#include "net/http.h"

enum {
    PARSER_MAX_OUTSTANDING = 2,
    FETCH_MAX_WAITING_BYTES = 64 * 1024 * 1024,
    FETCH_FRESH_MAX_MS = 24 * 60 * 60 * 1000,
    FETCH_MAX_VALIDATOR_BYTES = 1024,
    FETCH_POLL_ARENA_BYTES = 1024 * 1024
};

struct fetch_poll {
    struct fetch *fetch;
    Tocsin__PollRequest *request; /* owned */
    struct gate_policy policy;
    bool conditional;
};

/* A document that waits for a parser. */
struct fetch_document {
    STAILQ_ENTRY(fetch_document) link;
    uint64_t poll;
    size_t n;
    Tocsin__ParseRequest *request; /* owned */
};

struct fetch_parser {
    struct ipc *ipc;
    bool ready;
    unsigned outstanding;
};

struct fetch {
    struct role *role;
    struct loop_timer *files_timer;
    struct http *http;
    struct robots *robots;
    bool obey_robots;
    struct gate_policy policy; /* of the configuration */
    size_t max_body_bytes, max_wire_bytes;
    int64_t connect_ms, first_byte_ms, total_ms;
    struct fetch_parser parser[ROLE_MAX_PARSERS];
    STAILQ_HEAD(, fetch_document) waiting;
    size_t waiting_bytes;
};

/* --- answers to the engine ------------------------------------------------------- */

static void
fetch_poll_free(struct fetch_poll *poll)
{
    tocsin__poll_request__free_unpacked(poll->request, NULL);
    free(poll);
}

/* Tell the engine how the poll ended and forget it. */
static void
fetch_answer(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    char *reason, Tocsin__Answer *answer)
{
    Tocsin__PollAnswer message = TOCSIN__POLL_ANSWER__INIT;
    Tocsin__Answer none = TOCSIN__ANSWER__INIT;
    struct role *role = poll->fetch->role;

    message.poll = poll->request->poll;
    message.outcome = outcome;
    message.reason = reason;
    message.answer = answer ? answer : &none;
    if (role->engine)
        (void)ipc_send(
            role->engine, FRAME(poll_answer, POLL_ANSWER, &message));
    fetch_poll_free(poll);
}

/* A validator is opaque bytes, but not any number of them, and nothing that
 * could end a header line. */
static struct str
fetch_validator(const struct http_answer *answer, const char *name)
{
    struct str value = http_answer_header(answer, name);

    if (value.n > FETCH_MAX_VALIDATOR_BYTES)
        return STR_NONE;
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return STR_NONE;
    }
    return value;
}

/* Where the source has moved to: only when every hop said "for good". */
static struct str
fetch_moved(const struct http_answer *answer)
{
    for (size_t i = 0; i < answer->nredirects; i++) {
        int status = answer->redirects[i].status;

        if (status != 301 && status != 308)
            return STR_NONE;
    }
    return answer->nredirects > 0 ? answer->url : STR_NONE;
}

static void
fetch_fill_answer(struct fetch *fetch, struct arena *arena,
    const struct http_answer *http, uint8_t hash[DIGEST_SIZE],
    Tocsin__Answer *ret)
{
    struct wall now = loop_wall(fetch->role->loop);

    tocsin__answer__init(ret);
    ret->status = http->status;
    ret->etag = pb_data(fetch_validator(http, "etag"));
    ret->last_modified = pb_data(fetch_validator(http, "last-modified"));
    ret->retry_after_ms = http_retry_after(
        http_answer_header(http, "retry-after"), now, POLL_RETRY_AFTER_MAX_MS);
    ret->fresh_ms = http_freshness(http, now, FETCH_FRESH_MAX_MS);
    ret->moved_to = pb_cstr(arena, fetch_moved(http));
    ret->elapsed_ms = http->elapsed_ms;
    ret->wire_bytes = http->wire_bytes;
    if (wall_is_set(http->cert_expires))
        ret->cert_expires_ms = http->cert_expires.ms;
    if (http->status == 200) {
        digest_sha256(http->body, hash);
        ret->body_hash = pb_data((struct str){(const char *)hash, DIGEST_SIZE});
    }
}

/* --- handing documents to parsers -------------------------------------------------- */

static struct fetch_parser *
fetch_free_parser(struct fetch *fetch)
{
    struct fetch_parser *best = NULL;

    for (size_t i = 0; i < ROLE_MAX_PARSERS; i++) {
        struct fetch_parser *p = &fetch->parser[i];

        if (p->ipc && p->ready && p->outstanding < PARSER_MAX_OUTSTANDING &&
            (best == NULL || p->outstanding < best->outstanding))
            best = p;
    }
    return best;
}

/* The engine hears who has it before the parser does. */
static int
fetch_hand(struct fetch *fetch, struct fetch_parser *parser,
    Tocsin__ParseRequest *request)
{
    Tocsin__PollHanded handed = TOCSIN__POLL_HANDED__INIT;
    int r = E_CLOSED;

    handed.poll = request->poll;
    handed.parser = (uint32_t)(parser - fetch->parser);
    if (fetch->role->engine)
        r = ipc_send(fetch->role->engine,
            FRAME(poll_handed, POLL_HANDED, &handed));
    if (r == 0)
        r = ipc_send(
            parser->ipc, FRAME(parse_request, PARSE_REQUEST, request));
    if (r == 0)
        parser->outstanding++;
    return r;
}

/* A document that could not be handed over is a failed poll. */
static void
fetch_drop(struct fetch *fetch, const Tocsin__ParseRequest *request)
{
    Tocsin__PollAnswer message = TOCSIN__POLL_ANSWER__INIT;
    char reason[] = "the document could not be handed to a parser";

    message.poll = request->poll;
    message.reason = reason;
    message.answer = request->answer;
    if (fetch->role->engine)
        (void)ipc_send(fetch->role->engine,
            FRAME(poll_answer, POLL_ANSWER, &message));
}

static void
fetch_dispatch(struct fetch *fetch)
{
    struct fetch_document *document;
    struct fetch_parser *parser;

    while ((document = STAILQ_FIRST(&fetch->waiting)) != NULL &&
           (parser = fetch_free_parser(fetch)) != NULL) {
        STAILQ_REMOVE_HEAD(&fetch->waiting, link);
        fetch->waiting_bytes -= document->n;
        if (fetch_hand(fetch, parser, document->request) != 0)
            fetch_drop(fetch, document->request);
        tocsin__parse_request__free_unpacked(document->request, NULL);
        free(document);
    }
}

/* Keep a copy until a parser is free. */
static int
fetch_wait(struct fetch *fetch, const Tocsin__ParseRequest *request)
{
    size_t n = tocsin__parse_request__get_packed_size(request);
    struct fetch_document *document = calloc(1, sizeof *document);
    uint8_t *packed = malloc(n ? n : 1);
    int r = 0;

    if (fetch->waiting_bytes + n > FETCH_MAX_WAITING_BYTES)
        r = E_LIMIT;
    else if (document == NULL || packed == NULL)
        r = E_NOMEM;
    if (r == 0) {
        tocsin__parse_request__pack(request, packed);
        document->request = tocsin__parse_request__unpack(NULL, n, packed);
        document->n = n;
        r = document->request ? 0 : E_NOMEM;
    }
    free(packed);
    if (r != 0) {
        free(document);
        return r;
    }
    STAILQ_INSERT_TAIL(&fetch->waiting, document, link);
    fetch->waiting_bytes += n;
    return 0;
}

static void
fetch_give_document(struct fetch_poll *poll, struct arena *arena,
    const struct http_answer *http, Tocsin__Answer *answer)
{
    struct fetch *fetch = poll->fetch;
    Tocsin__PollRequest *in = poll->request;
    Tocsin__ParseRequest out = TOCSIN__PARSE_REQUEST__INIT;
    struct fetch_parser *parser = fetch_free_parser(fetch);
    char full[] = "too many documents wait for the parsers";
    int r;

    out.poll = in->poll;
    out.source = in->source;
    out.url = pb_cstr(arena, http->url);
    out.want = in->want;
    out.content_type = pb_data(http_answer_header(http, "content-type"));
    out.body = pb_data(http->body);
    out.context = in->context;
    out.answer = answer;
    out.now_ms = loop_wall(fetch->role->loop).ms;
    if (parser && STAILQ_EMPTY(&fetch->waiting))
        r = fetch_hand(fetch, parser, &out);
    else
        r = fetch_wait(fetch, &out);
    if (r != 0)
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED, full, answer);
    else
        fetch_poll_free(poll);
}

/* --- the request ---------------------------------------------------------------------- */

static bool
fetch_is_same_body(
    const struct fetch_poll *poll, const uint8_t hash[DIGEST_SIZE])
{
    ProtobufCBinaryData last = poll->request->body_hash;

    return last.len == DIGEST_SIZE && memcmp(last.data, hash, DIGEST_SIZE) == 0;
}

static void
fetch_fail(struct fetch_poll *poll, const struct http_answer *http,
    struct arena *arena, Tocsin__Answer *answer)
{
    Tocsin__PollAnswer__Outcome outcome = TOCSIN__POLL_ANSWER__OUTCOME__FAILED;
    char reason[512];

    if (http->result != HTTP_ANSWERED)
        snprintf(reason, sizeof reason, "%.500s",
            arena_cstr(arena, http->reason));
    else if (http->status == 304)
        snprintf(reason, sizeof reason,
            "the server says 304 though nothing was known yet");
    else
        snprintf(reason, sizeof reason, "the server says %d", http->status);
    if (http->result == HTTP_REFUSED)
        outcome = TOCSIN__POLL_ANSWER__OUTCOME__REFUSED;
    else if (http->status == 410)
        outcome = TOCSIN__POLL_ANSWER__OUTCOME__GONE;
    fetch_answer(poll, outcome, reason, answer);
}

static void
fetch_done(void *arg, const struct http_answer *http)
{
    struct fetch_poll *poll = arg;
    struct arena *arena = arena_new(FETCH_POLL_ARENA_BYTES);
    uint8_t hash[DIGEST_SIZE];
    Tocsin__Answer answer;
    char memory[] = "out of memory", none[] = "";
    bool complete = http->result == HTTP_ANSWERED;

    if (arena == NULL) {
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED, memory, NULL);
        return;
    }
    fetch_fill_answer(poll->fetch, arena, http, hash, &answer);
    if (complete && http->status == 304 && poll->conditional)
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, none, &answer);
    else if (complete && http->status == 200 && fetch_is_same_body(poll, hash))
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, none, &answer);
    else if (complete && http->status == 200)
        fetch_give_document(poll, arena, http, &answer);
    else
        fetch_fail(poll, http, arena, &answer);
    arena_free(arena);
}

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
        .max_body_bytes = fetch->max_body_bytes,
        .max_wire_bytes = fetch->max_wire_bytes,
        .connect_ms = fetch->connect_ms,
        .first_byte_ms = fetch->first_byte_ms,
        .total_ms = fetch->total_ms};
    size_t n = 0;
    char reason[] = "the request could not be made";

    headers[n++] = (struct http_header){STR("Accept"),
        in->want != TOCSIN__WANT__WANT_FEED
            ? STR("text/html, application/xhtml+xml;q=0.9, */*;q=0.1")
                 : STR("application/atom+xml, application/rss+xml, "
                       "application/feed+json, application/xml;q=0.9, "
                       "text/xml;q=0.9, */*;q=0.1")};
    if (in->etag.len)
        headers[n++] = (struct http_header){
            STR("If-None-Match"), pb_bytes(in->etag)};
    if (in->last_modified.len)
        headers[n++] = (struct http_header){
            STR("If-Modified-Since"), pb_bytes(in->last_modified)};
    poll->conditional = n > 1;
    request.nheaders = n;
    if (http_start(fetch->http, &request, fetch_done, poll, NULL) != 0)
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED, reason, NULL);
}

static void
fetch_robots_done(void *arg, enum robots_answer answer)
{
    struct fetch_poll *poll = arg;
    char refused[] = "robots.txt does not allow it";
    char unreachable[] = "robots.txt could not be read";

    switch (answer) {
    case ROBOTS_ALLOWED:
        fetch_send(poll);
        break;
    case ROBOTS_REFUSED:
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__REFUSED, refused, NULL);
        break;
    case ROBOTS_UNREACHABLE:
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED, unreachable, NULL);
        break;
    }
}

static void
fetch_allow(struct gate_policy *policy, char *const *list, size_t n)
{
    for (size_t i = 0; i < n && policy->nallow < GATE_MAX_ALLOW; i++) {
        if (gate_allow_parse(str_of(list[i]), NULL,
                &policy->allow[policy->nallow]) == 0)
            policy->nallow++;
    }
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

static void
fetch_request(struct fetch *fetch, const Tocsin__PollRequest *request)
{
    struct fetch_poll *poll = calloc(1, sizeof *poll);
    char reason[] = "its robots.txt could not be asked for";

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
    fetch_allow(&poll->policy, request->allow, request->n_allow);
    if (request->want == TOCSIN__WANT__WANT_FEED || !fetch->obey_robots)
        fetch_send(poll);
    else if (robots_ask(fetch->robots, str_of(poll->request->url),
                 &poll->policy, fetch_robots_done, poll) != 0)
        fetch_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__FAILED, reason, NULL);
}

/* --- configuration ----------------------------------------------------------------------- */

/* The name service's files were replaced: begin anew, with the new ones. */
static void
fetch_check_files(void *arg)
{
    struct fetch *fetch = arg;

    if (webfiles_have_changed()) {
        log_say(LOG_NOTICE, "the name service's files have changed", NULL);
        role_stop(fetch->role, EXIT_SUCCESS);
        return;
    }
    loop_timer_set(fetch->files_timer, WEBFILES_CHECK_MS);
}

static int
fetch_open(struct role *role, const Tocsin__FetchConfig *config)
{
    struct fetch *fetch = role->state;
    struct sandbox sandbox = {.role = TOCSIN__ROLE__ROLE_FETCH};
    struct buf protections;
    int r = http_new(role->loop, pb_str(config->user_agent), &fetch->http);

    if (r == 0)
        r = robots_new(
            role->loop, fetch->http, STR("tocsin"), &fetch->robots);
    if (r == 0)
        r = loop_timer_new(role->loop, fetch_check_files, fetch, &fetch->files_timer);
    if (r != 0)
        return r;
    loop_timer_set(fetch->files_timer, WEBFILES_CHECK_MS);
    webfiles_allow(&sandbox);
    buf_init(&protections, 256);
    r = sandbox_enter(&sandbox, &protections);
    if (r == 0)
        role_ready(role, buf_cstr(&protections));
    buf_done(&protections);
    return r;
}

static void
fetch_configure(struct role *role, const Tocsin__FetchConfig *config)
{
    struct fetch *fetch = role->state;
    int r = 0;

    gate_policy_init(&fetch->policy);
    fetch_allow(&fetch->policy, config->allow, config->n_allow);
    if (gate_allow_parse(str_of(config->deny), NULL, &fetch->policy.deny[0]) == 0)
        fetch->policy.ndeny = 1;
    for (size_t i = 0; i < config->n_ports && i < GATE_MAX_PORTS; i++)
        fetch->policy.ports[fetch->policy.nports++] =
            (uint16_t)config->ports[i];
    fetch->obey_robots = config->obey_robots;
    fetch->max_body_bytes = config->max_body_bytes;
    fetch->max_wire_bytes = config->max_wire_bytes;
    fetch->connect_ms = config->connect_ms;
    fetch->first_byte_ms = config->first_byte_ms;
    fetch->total_ms = config->total_ms;
    if (fetch->http == NULL)
        r = fetch_open(role, config);
    if (r != 0) {
        log_say(LOG_ERROR, "cannot start fetching", "why", err_text(r), NULL);
        role_stop(role, EXIT_FAILURE);
        return;
    }
    http_set_limits(fetch->http, config->concurrent, config->per_host,
        config->host_gap_ms);
}

/* --- role ---------------------------------------------------------------------------------- */

static int
fetch_start(struct role *role)
{
    static struct fetch fetch;

    fetch.role = role;
    STAILQ_INIT(&fetch.waiting);
    role->state = &fetch;
    return 0;
}

static void
fetch_peer(struct role *role, struct ipc *ipc)
{
    struct fetch *fetch = role->state;
    struct fetch_parser *parser;

    if (ipc_peer(ipc) != TOCSIN__ROLE__ROLE_PARSE ||
        ipc_index(ipc) >= ROLE_MAX_PARSERS)
        return;
    parser = &fetch->parser[ipc_index(ipc)];
    ipc_free(parser->ipc);
    *parser = (struct fetch_parser){.ipc = ipc};
}

static void
fetch_parse_done(struct fetch *fetch, struct ipc *ipc, uint64_t poll)
{
    struct fetch_parser *parser = &fetch->parser[ipc_index(ipc)];

    if (parser->ipc != ipc)
        return;
    parser->ready = true;
    if (poll != 0 && parser->outstanding > 0)
        parser->outstanding--;
    fetch_dispatch(fetch);
}

static void
fetch_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    if (fd >= 0)
        close(fd);
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_FETCH_CONFIG:
        fetch_configure(role, frame->fetch_config);
        break;
    case TOCSIN__FRAME__BODY_POLL_REQUEST:
        fetch_request(role->state, frame->poll_request);
        break;
    case TOCSIN__FRAME__BODY_PARSE_DONE:
        fetch_parse_done(role->state, ipc, frame->parse_done->poll);
        break;
    default:
        break;
    }
}

static void
fetch_ended(struct role *role, struct ipc *ipc)
{
    struct fetch *fetch = role->state;

    for (size_t i = 0; i < ROLE_MAX_PARSERS; i++) {
        if (fetch->parser[i].ipc == ipc)
            fetch->parser[i] = (struct fetch_parser){0};
    }
}

const struct role_ops role_fetch = {
    "fetch", fetch_start, fetch_peer, fetch_frame, fetch_ended};
