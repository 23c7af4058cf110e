/*
 * fetch: what the files of the fetch role share; nobody else includes it.
 *
 *   fetch.c         the role: configuration, frames, its peers
 *   fetch_poll.c    one poll: its request, its redirects, what came of it
 *   fetch_share.c   one address that several sources ask for
 *   fetch_site.c    one look at an own site
 *   fetch_answer.c  what a server's answer means
 *   fetch_hub.c     asks the hubs that feeds name
 *   fetch_hand.c    documents on their way to a parser
 *   robots.c        what may be fetched of pages
 */
#ifndef TOCSIN_DAEMON_FETCH_H
#define TOCSIN_DAEMON_FETCH_H

#include <sys/queue.h>

#include "base/digest.h"
#include "daemon/outward.h"
#include "daemon/robots.h"
#include "feeds/condition.h"
#include "net/http.h"

enum {
    FETCH_FRESH_MAX_MS = 24 * 60 * 60 * 1000,
    FETCH_MAX_VALIDATOR_BYTES = 1024,
    FETCH_POLL_ARENA_BYTES = 1024 * 1024,
    FETCH_PATIENCE_MS = 60 * 1000 /* to wait for a turn; then it is put off */
};

struct fetch;
struct fetch_shared;

/* A poll of the engine's under way. */
struct fetch_poll {
    STAILQ_ENTRY(fetch_poll) link; /* while it waits for another's answer */
    struct fetch *fetch;
    Tocsin__PollRequest *request; /* owned */
    struct gate_policy policy;
    struct http_call *hop;         /* a redirect that waits for robots.txt */
    enum robots_answer hop_answer; /* what it said of the last one */
    int64_t hop_later_ms;
    struct fetch_shared *shared; /* whose answer it is to bring, or NULL */
    int64_t crawl_delay_ms;      /* kept for it */
};
STAILQ_HEAD(fetch_polls, fetch_poll);

/* A body as it came, lent. */
struct fetch_body {
    struct str url, content_type, bytes;
};

struct fetch_parser {
    struct ipc *ipc;
    bool ready;
    unsigned outstanding;
};

struct fetch_shares;
struct fetch_document;

struct fetch {
    struct role *role;
    struct outward outward;
    struct http *http;
    struct robots *robots;
    struct fetch_shares *shares;
    bool obey_robots, robots_feeds;
    char *proxy;               /* "": none */
    struct gate_policy policy; /* of the configuration */
    size_t max_body_bytes, max_wire_bytes, max_header_bytes;
    int64_t connect_ms, first_byte_ms, total_ms;
    struct fetch_parser parser[ROLE_MAX_PARSERS];
    STAILQ_HEAD(, fetch_document) waiting;
    size_t waiting_bytes;
};

/* --- fetch.c --------------------------------------------------------------
 */
/* Let policy go through the proxy of a message of the engine's, else through
 * the configuration's, which is kept with the message then: the configuration
 * may change meanwhile.  0 or an error. */
int fetch_set_proxy(
    const struct fetch *fetch, char **proxy, struct gate_policy *policy);

/* --- fetch_poll.c ----------------------------------------------------------
 */
/* Take up a request of the engine's (copied). */
void fetch_poll_take(struct fetch *fetch, const Tocsin__PollRequest *request);
/* Ask for it, or have it answered by what is known. */
void fetch_poll_begin(struct fetch_poll *poll);
/* Tell the engine how it ended, and forget it. */
void fetch_poll_answer(struct fetch_poll *poll,
    Tocsin__PollAnswer__Outcome outcome, const char *reason,
    Tocsin__Answer *answer);
void fetch_poll_free(struct fetch_poll *poll);
/* Give its document to a parser, and forget it. */
void fetch_poll_hand(struct fetch_poll *poll, struct arena *arena,
    const struct fetch_body *body, Tocsin__Answer *answer);

/* --- fetch_site.c ---------------------------------------------------------
 */
/* Take up a look at an own site (copied); the engine is told of the visit. */
void fetch_site_take(struct fetch *fetch, const Tocsin__SiteRequest *request);

/* --- fetch_answer.c -------------------------------------------------------
 */
/* Fill ret; its texts live in arena, its body's hash in hash. */
void answer_fill(struct arena *arena, const struct http_answer *http,
    struct wall now, uint8_t hash[DIGEST_SIZE], Tocsin__Answer *ret);
/* Whether there is a whole document. */
bool answer_is_document(const struct http_answer *http);
/* 304 to a request that could not be answered so proves nothing. */
bool answer_is_unchanged(const struct http_answer *http);
/* Too many requests, whatever number says so, or none at all just now. */
bool answer_asks_for_quiet(const struct http_answer *http);
/* Why there is no document. */
enum poll_cause answer_cause(const struct http_answer *http);
/* The same as a sentence that a person understands. */
void answer_reason(const struct http_answer *http, struct arena *arena,
    struct wall now, char *out, size_t size);
/* The headers as they came, for the evidence; what lets somebody in is left
 * out, as is what is too long. */
struct str answer_headers(struct arena *arena, const struct http_answer *http);

/* --- fetch_hub.c ---------------------------------------------------------- */
/* Ask a hub; the engine is told what it says. */
void fetch_hub_take(struct fetch *fetch, const Tocsin__HubRequest *request);

/* --- fetch_share.c ---------------------------------------------------------
 */
int shares_new(struct fetch_shares **ret);
/* Whether the poll need not ask: another source's is under way (it waits for
 * that), or was so lately that its answer will do (it has been answered).
 * Else it is the one that others wait for, until shares_done. */
bool shares_take(struct fetch_shares *shares, struct fetch_poll *poll);
/* The document at the poll's address is to be asked for without content coding:
 * the server's is none. */
void shares_set_plain(struct fetch_poll *poll);
bool shares_is_plain(const struct fetch_poll *poll);
/* What came of the poll that asked, before it is answered itself: body is NULL
 * when there is none, answer when nobody answered.  Those that waited for it go
 * on. */
void shares_done(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, const Tocsin__Answer *answer,
    const struct fetch_body *body);

/* --- fetch_hand.c ----------------------------------------------------------
 */
/* Give it to a parser now, or keep a copy until one is free.  0, or E_LIMIT,
 * E_NOMEM, E_CLOSED. */
int fetch_hand(struct fetch *fetch, Tocsin__ParseRequest *request);
/* Whether n bytes more may wait for a parser. */
bool fetch_hand_has_room(const struct fetch *fetch, size_t n);
/* A parser is free, or there is a new one. */
void fetch_hand_waiting(struct fetch *fetch);

#endif
