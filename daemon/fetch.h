/*
 * fetch: what the files of the fetch role share; nobody else includes it.
 *
 *   fetch.c         the role: configuration, frames, its peers
 *   fetch_poll.c    one poll: its request, its redirects, what came of it
 *   fetch_share.c   one address that several sources ask for
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
    struct http_call *hop;       /* a redirect that waits for robots.txt */
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
/* A parser is free, or there is a new one. */
void fetch_hand_waiting(struct fetch *fetch);

#endif
