/*
 * http: one client for every outgoing request: polls, robots, webhooks.
 *
 * libcurl's multi interface on the loop, handles pooled and reused, behind the
 * gate.  All limits are counted in our own callbacks.  The body callback sees
 * the decoded bytes; the answer is given once, at the end.
 */
#ifndef TOCSIN_NET_HTTP_H
#define TOCSIN_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "net/gate.h"
#include "net/loop.h"

struct http;      /* the client: pool, connections, DNS cache */
struct http_call; /* one request under way */

enum {
    HTTP_MAX_HEADER_BYTES = 64 * 1024,
    HTTP_MAX_BODY_BYTES = 8 * 1024 * 1024, /* decoded */
    HTTP_MAX_WIRE_BYTES = 8 * 1024 * 1024,
    HTTP_MAX_RATIO = 200, /* decoded to wire, after 1 MiB */
    HTTP_MAX_REDIRECTS = 5,
    HTTP_CONNECT_MS = 10000,
    HTTP_FIRST_BYTE_MS = 30000,
    HTTP_TOTAL_MS = 60000,
    HTTP_MAX_CONCURRENT = 64,
    HTTP_MAX_PER_HOST = 1,
    HTTP_MAX_ANSWER_HEADERS = 64,
    HTTP_MAX_ADDRESSES = 8,     /* of a name, that an answer tells */
    HTTP_CERT_NAME_BYTES = 256, /* of a certificate's subject or issuer */
    HTTP_MAX_HELD = 4096        /* hosts that asked to be left alone */
};

/* What "one request at a time, and a gap" is kept for. */
enum http_scope {
    HTTP_SCOPE_HOST,
    HTTP_SCOPE_URL,  /* each address by itself */
    HTTP_SCOPE_GROUP /* all hosts of one registrable domain */
};

struct http_header {
    struct str name, value;
};

struct http_request {
    struct str method; /* GET (also when absent), HEAD, POST, PUT */
    struct str url;
    const struct http_header *headers;
    size_t nheaders;
    struct str body;                  /* copied */
    const struct gate_policy *policy; /* lent until the answer */
    bool follow;        /* redirects of a GET or HEAD, each through the gate; a
                         * header that could be a secret goes to the first origin
                         * only */
    bool may_downgrade; /* follow one from https to http too */
    bool cut;    /* keep the first max_body_bytes of a body that is longer */
    bool plain;  /* ask for no content coding and undo none */
    bool afresh; /* over a connection and a handshake of its own, as somebody
                  * who was never there: a kept one, and a session that is taken
                  * up again, show an earlier certificate */
    /* Where If-None-Match and If-Modified-Since go, and to no other hop;
     * absent: to the first.  In the form in which an answer gave its url. */
    struct str conditional_url;
    /* Asked before each redirect is followed: go on with http_hop(), at once or
     * later.  NULL: every one is followed. */
    void (*hop)(void *arg, struct http_call *call, struct str url);
    size_t max_body_bytes, max_wire_bytes, max_header_bytes; /* 0: default */
    int64_t connect_ms, first_byte_ms, total_ms;             /* 0: default */
    int64_t gap_ms;      /* kept after it when longer than the client's */
    int64_t patience_ms; /* to wait for its turn, else HTTP_LATER; 0: any */
};

enum http_result {
    HTTP_ANSWERED, /* a complete answer, whatever its status */
    HTTP_REFUSED,  /* by the gate, before or at connect */
    HTTP_DNS,
    HTTP_CONNECT,
    HTTP_TLS, /* certificate or handshake */
    HTTP_TIMEOUT,
    HTTP_TOO_LARGE, /* a byte or ratio budget */
    HTTP_BROKEN,    /* framing, reset, cut short */
    HTTP_TOO_MANY_REDIRECTS,
    HTTP_LATER, /* its turn would come after patience_ms only; not asked */
    HTTP_NO_MEMORY
};

struct http_redirect {
    int status;
    struct str url; /* the target, absolute */
};

/* What can be told of the certificate that a server showed. */
struct http_cert {
    struct str subject, issuer; /* as RFC 2253 writes names; may be empty */
    struct str trouble; /* empty, or why it was not accepted: a sentence */
};

struct http_answer {
    enum http_result result;
    struct str reason; /* a sentence when not HTTP_ANSWERED; no secrets */
    int status;
    const struct http_header *headers; /* of the last answer */
    size_t nheaders;
    struct str body;  /* decoded */
    bool cut;         /* its rest is missing, as the request allowed */
    bool bad_coding;  /* with HTTP_BROKEN: its Content-Encoding is unknown, or
                       * not what the body is in; plain may read it */
    bool conditional; /* it was asked with a validator */
    int64_t later_ms; /* with HTTP_LATER: when there may be a turn */
    struct str url;   /* the one that answered */
    const struct http_redirect *redirects;
    size_t nredirects;
    uint64_t wire_bytes;
    int64_t elapsed_ms;
    struct wall cert_expires; /* of the peer's certificate, or WALL_NONE; also
                               * of one that was not accepted */
    struct http_cert cert;    /* likewise */
    /* That the first hop's name led to, as they were connected to. */
    struct str addresses[HTTP_MAX_ADDRESSES];
    size_t naddresses;
};

/* The first header of that name (any case), or absent. */
struct str http_answer_header(
    const struct http_answer *answer, const char *name);

/* Make a client.  user_agent is copied.  Reads the certificate bundle and lets
 * the name service load itself: it belongs before the role locks itself down
 * (net/README.md lists what is needed after it).  SIGPIPE is ignored in the
 * whole process from then on.  0 or E_NOMEM. */
int http_new(struct loop *loop, struct str user_agent, struct http **ret);
/* End all calls without calling done.  Not from a done callback. */
void http_free(struct http *http);
/* Trust the certificates of a PEM file besides the system's; before lockdown.
 * 0 or E_NOTFOUND. */
int http_trust(struct http *http, const char *pem_path);
/* How many certificates are trusted; with 0 no https request can succeed. */
size_t http_trusted(const struct http *http);
/* Let at most total requests run at once and per_host to one host; further
 * ones wait in order.  gap_ms is kept between two to one host. */
void http_set_limits(
    struct http *http, unsigned total, unsigned per_host, int64_t gap_ms);
/* What is "one host" for that, from the next request on; HTTP_SCOPE_HOST at
 * first. */
void http_set_scope(struct http *http, enum http_scope scope);
/* Start nothing more to the host of url (an answer's, in normal form) for so
 * long: it said so.  A longer hold stays.  Beyond HTTP_MAX_HELD hosts it is
 * forgotten. */
void http_hold(struct http *http, struct str url, int64_t ms);
/* Start a request (copied); done is called once, later, from the loop, with an
 * answer that is lent until it returns; the call is gone then.  A URL that the
 * gate refuses is answered with HTTP_REFUSED in the same way.  ret may be
 * NULL.  0, or without a call: E_PARSE for a header that could not be sent,
 * E_BUSY for too many calls, E_NOMEM, E_BUG for another method. */
int http_start(struct http *http, const struct http_request *request,
    void (*done)(void *arg, const struct http_answer *answer), void *arg,
    struct http_call **ret);
/* Give a request up; done is not called.  Allowed from the done callback of
 * another call. */
void http_cancel(struct http_call *call);
/* The answer to a call's hop callback: follow, or end with HTTP_REFUSED and
 * reason. */
void http_hop(struct http_call *call, bool follow, const char *reason);

/* One blocking request over a unix socket, for the command line.  Its url may
 * be a path; any method goes.  The answer's texts live in arena.  0, or E_IO or
 * E_NOMEM with *reterr (may be NULL). */
int http_local(struct arena *arena, const char *socket_path,
    const struct http_request *request, struct toc_error *reterr,
    struct http_answer *ret);

/* Retry-After (RFC 9110 §10.2.3) in either form: milliseconds from now, 0 when
 * absent or unreadable, at most max_ms. */
int64_t http_retry_after(struct str value, struct wall now, int64_t max_ms);
/* How long an answer says it stays fresh (Cache-Control, Expires, Age; RFC
 * 9111 §4.2.1), at most max_ms; 0 when it does not say. */
int64_t http_freshness(
    const struct http_answer *answer, struct wall now, int64_t max_ms);
/* An IMF-fixdate, RFC 850 (its two-digit year is read near now) or asctime
 * date.  0 or E_PARSE. */
int http_date(struct str value, struct wall now, struct wall *ret);

#endif
