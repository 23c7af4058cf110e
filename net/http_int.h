/*
 * http_int: what the files of the HTTP client share; nobody else includes it.
 *
 *   http.c          the client on the loop: curl's sockets and timer, start,
 *                   cancel, deliver
 *   http_queue.c    who may start when: hosts, their queues, gap, concurrency
 *   http_scope.c    what counts as one host for that
 *   http_request.c  a call made from a request
 *   http_call.c     one call: handle set-up, callbacks, budgets, redirects
 *   http_tls.c      the certificate store, what the peer's says
 *   http_warm.c     what the resolver must load while files may be opened
 *   mail.c          the same client for SMTP (net/mail.h)
 */
#ifndef TOCSIN_NET_HTTP_INT_H
#define TOCSIN_NET_HTTP_INT_H

#include <sys/queue.h>

#include <curl/curl.h>
#include <netinet/in.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "net/http.h"

enum {
    HTTP_CALL_MAGIC = 0x63616c6c,
    HTTP_MAIL_MAGIC = 0x6d61696c,
    HTTP_HOST_CHAINS = 1024,
    HTTP_MAX_QUEUED = 65536,    /* calls of one client */
    HTTP_MAX_IDLE_HANDLES = 64, /* an unused one holds 6 to 10 KB */
    HTTP_MAX_CONNECTIONS = 256, /* kept open */
    /* Idle longer: not reused.  Shorter than servers keep them, because a
     * request on one that is just closing fails. */
    HTTP_CONNECTION_AGE_S = 4,
    HTTP_CONNECTION_LIFE_S = 300,
    HTTP_DNS_CACHE_S = 60,
    HTTP_RATIO_FREE_BYTES = 1024 * 1024, /* decoded, before the ratio counts */
    HTTP_READ_BYTES = 16 * 1024,         /* curl's receive buffer */
    HTTP_REDIRECT_BODY_BYTES = 64 * 1024,
    HTTP_SLOW_BYTES_PER_S = 100,
    HTTP_CALL_ARENA_BYTES = 16 * 1024 * 1024,
    HTTP_REASON_BYTES = 200
};

enum call_state { CALL_QUEUED, CALL_RUNNING, CALL_ASKING, CALL_FINISHED };

struct http_host;

/* What a certificate says, and what is wrong with it. */
struct tls_peer {
    struct wall expires;
    char subject[HTTP_CERT_NAME_BYTES], issuer[HTTP_CERT_NAME_BYTES];
    const char *trouble; /* static; "": nothing */
};

/* An address as text, with its NUL. */
struct http_address {
    char text[INET6_ADDRSTRLEN];
};

struct http_call {
    unsigned magic;
    enum call_state state;
    struct http *http;
    TAILQ_ENTRY(http_call) link; /* in its host's queue, running or finished */
    struct arena *arena;

    /* the request, copied */
    const char *method;
    struct gate_target target; /* of this hop */
    const struct http_header *headers;
    size_t nheaders;
    struct str body;
    const struct gate_policy *policy; /* lent */
    const char *proxy;                /* "": connect directly */
    bool follow, may_downgrade, cut, plain, afresh;
    bool left_origin; /* a redirect led elsewhere: only harmless headers go */
    struct str conditional_url;
    void (*hop)(void *arg, struct http_call *call, struct str url);
    size_t max_body, max_wire, max_header;
    int64_t gap_ms, patience_ms;
    int64_t connect_ms, first_byte_ms;
    int64_t left_ms; /* of the total time, while it does not run */
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;

    /* while it runs */
    struct http_host *host;
    CURL *easy;
    struct curl_slist *slist;
    struct loop_timer *timer;
    struct mono begun, hop_begun, deadline;
    bool started, got_byte, headers_done, in_redirect, cut_redirect;
    bool was_cut, conditional, bad_coding;
    bool asked;            /* in this hop, once already */
    struct tls_seen *seen; /* what the handshake showed, shared with it */
    char error_text[CURL_ERROR_SIZE];

    /* the answer */
    bool failed;
    enum http_result result;
    char reason[HTTP_REASON_BYTES];
    int status;
    struct http_header *answer_headers;
    size_t nanswer_headers;
    size_t header_bytes;
    struct buf answer_body;
    size_t redirect_bytes;
    uint64_t wire_bytes; /* of earlier hops and this one once it has ended */
    struct http_redirect redirects[HTTP_MAX_REDIRECTS];
    size_t nredirects;
    struct tls_peer peer;
    struct http_address addresses[HTTP_MAX_ADDRESSES];
    size_t naddresses;
    int64_t later_ms;
};
TAILQ_HEAD(http_calls, http_call);
TAILQ_HEAD(mail_calls, mail_call);

struct http_host {
    SLIST_ENTRY(http_host) chain;
    TAILQ_ENTRY(http_host) ready_link;
    struct http *http;
    struct http_calls queue;
    size_t nqueued;
    unsigned running;
    bool ready;               /* in http->ready */
    bool resting;             /* its gap or its hold has not passed */
    bool held;                /* counted in http->nheld */
    struct mono rest_until;   /* of both */
    int64_t gap_ms;           /* the last one kept, to reckon with */
    struct loop_timer *timer; /* ends the rest; made when first needed */
    char name[];
};
SLIST_HEAD(http_chain, http_host);

struct http {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *curl_timer, *pump_timer;
    X509_STORE *store;
    size_t ntrusted;
    char *user_agent;
    CURL *idle[HTTP_MAX_IDLE_HANDLES];
    size_t nidle;
    unsigned total, per_host;
    int64_t gap_ms;
    enum http_scope scope;
    unsigned nrunning;
    size_t nqueued, nheld;
    struct http_calls running, asking, finished;
    struct mail_calls mails, mails_finished;
    TAILQ_HEAD(, http_host) ready;
    struct http_chain hosts[HTTP_HOST_CHAINS];
};

/* http.c */
CURL *http_handle_take(struct http *http);
void http_handle_give(struct http *http, CURL *easy);
/* Make http->multi. */
int http_multi_new(struct http *http);
/* Move a call that ended to the finished ones; delivered by the loop. */
void http_finish(struct http_call *call);

/* http_scope.c */
/* The name under which requests to a target take turns; allocated in arena, or
 * part of the target. */
struct str scope_name(
    enum http_scope scope, struct arena *arena, const struct gate_target *to);
/* The same for a URL in normal form; absent when it is none. */
struct str scope_name_of_url(
    enum http_scope scope, struct arena *arena, struct str url);

/* http_queue.c */
/* Put the call in its target host's queue.  0, E_NOMEM, or E_BUSY when its turn
 * would come later than it wants to wait: call->later_ms says when. */
int queue_add(struct http_call *call, bool first);
/* Take a queued call out. */
void queue_remove(struct http_call *call);
/* The call no longer runs against its host, which then rests for the gap, or
 * not: a redirect to the same host is the same visit. */
void queue_release(struct http_call *call, bool rest);
/* Whether its target takes turns with the host that it runs against. */
bool queue_is_same(const struct http_call *call);
/* Let the host of that name rest for ms. */
void queue_hold(struct http *http, struct str name, int64_t ms);
/* Start what may start. */
void queue_pump(struct http *http);
void queue_done(struct http *http);

/* http_request.c */
int call_new(struct http *http, const struct http_request *request,
    struct http_call **ret);
void call_free(struct http_call *call);

/* http_call.c */
/* Before it waits in a queue: have its patience end it.  0 or E_NOMEM. */
int call_wait(struct http_call *call);
/* Record why the call failed; the first reason stays. */
void call_fail(
    struct http_call *call, enum http_result result, const char *reason);
/* Give it a handle and let curl have it.  0 or an error. */
int call_begin(struct http_call *call);
/* Take the handle back from curl. */
void call_end(struct http_call *call);
/* curl is done with it: follow a redirect, or finish. */
void call_ended(struct http_call *call, CURLcode code);
void call_answer(
    const struct http_call *call, struct mono now, struct http_answer *ret);

/* What curl's verdict on a transfer means. */
enum http_result http_result_of(CURLcode code);

/* mail.c; both kinds of call begin with their magic */
/* curl is done with it. */
void mail_ended(struct mail_call *call, CURLcode code);
/* Tell those that ended. */
void mail_deliver(struct http *http);
/* The multi handle is about to go: end those under way. */
void mail_start_over(struct http *http);
void mail_free_all(struct http *http);

/* http_tls.c */
int tls_store_new(struct http *http);
CURLcode tls_use_store(CURL *easy, void *ssl_ctx, void *call);
/* Forget it. */
void tls_peer_init(struct tls_peer *peer);
/* Read the certificate that the connection was made with. */
void tls_peer_of(CURL *easy, struct tls_peer *ret);
/* What the verification of a peer's certificate saw.  It lives as long as the
 * longer of the call and the connection. */
struct tls_seen {
    unsigned refs;
    bool refused;         /* the certificate was not accepted */
    struct tls_peer peer; /* of its own certificate */
};
struct tls_seen *tls_seen_new(void);
void tls_seen_unref(struct tls_seen *seen);

/* http_warm.c */
void http_warm_resolver(void);

#endif
