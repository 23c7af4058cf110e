/*
 * server: connections, their limits and clocks, and the answers.
 *
 * Each connection belongs to one bufferevent and one timer.  It reads one
 * request at a time through http.h; the request becomes an exchange, which
 * whoever got it answers once, now or later.  Every answer, refusals too,
 * carries the headers that keep a browser from being used against us.
 *
 * It knows no routes, users or pages.
 */
#ifndef TOCSIN_CONSOLE_SERVER_H
#define TOCSIN_CONSOLE_SERVER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "console/http.h"
#include "net/loop.h"

enum {
    SERVER_MAX_CONNECTIONS = 64, /* over TCP; then accepting pauses */
    SERVER_MAX_LOCAL = 16,       /* over the unix socket, besides those */
    SERVER_MAX_PER_ADDRESS = 8,  /* listed proxies excepted */
    SERVER_MAX_STREAMS = 32,
    SERVER_MAX_PROXIES = 16,
    SERVER_HEAD_MS = 5000,     /* from the first byte to the whole head */
    SERVER_REQUEST_MS = 20000, /* from the first byte to the last answered */
    SERVER_IDLE_MS = 15000,    /* between two requests */
    SERVER_LINGER_MS = 1000,   /* after the last answer, for its reader */
    SERVER_MAX_LINGER_BYTES = 256 * 1024,
    SERVER_MAX_ANSWER_BYTES = 32 * 1024 * 1024,
    SERVER_MAX_HEADER_BYTES = 8 * 1024,  /* of ours, per answer */
    SERVER_MAX_STREAM_BYTES = 64 * 1024, /* unsent; then the stream ends */
    SERVER_ARENA_BYTES = 64 * 1024 * 1024
};

struct server;
struct connection;

/* Who is at the other end. */
struct peer {
    char address[64]; /* "192.0.2.7", "2001:db8::1", "socket" */
    char via[64];     /* who is connected: the proxy, or the same */
    bool local;       /* unix socket; uid is then meaningful */
    bool loopback;    /* TCP from this machine, not through a proxy */
    uid_t uid;
};

/* One request and its answer. */
struct exchange {
    const struct http_request *request; /* NULL when it was refused */
    int refused;                        /* status of a refusal, else 0 */
    struct arena *arena; /* freed when the answer is on its way */
    struct peer peer;
    /* the answer */
    int status;
    const char *type;   /* static; NULL: no body */
    const char *cache;  /* Cache-Control, static; default "no-store" */
    struct buf headers; /* further header lines, each with CR LF */
    struct str style;   /* a style sheet within the page that may apply; static */
    struct buf body;
    void *data; /* the handler's */
    /* the server's */
    struct connection *connection;
};

struct server_ops {
    /* Answer exchange: set status, type, body and call exchange_send, now or
     * before SERVER_REQUEST_MS are over. */
    void (*request)(void *arg, struct exchange *exchange);
    /* It is over without an answer (time, the peer went): forget it. */
    void (*gone)(void *arg, struct exchange *exchange);
    /* The stream ended; it is freed when this returns. */
    void (*stream_gone)(void *arg, struct connection *stream, void *data);
};

struct server_config {
    struct str listen;      /* "127.0.0.1:8480"; absent: none */
    int listen_fd;          /* taken: listens already; 0: bind listen */
    struct str socket_path; /* absent: none */
    bool insecure;          /* a non-loopback address without TLS is wanted */
    bool tls;               /* the public address is https: send HSTS */
    const struct str *proxies; /* whose X-Forwarded-For counts; copied */
    size_t nproxies;
};

/* Bind and listen; nothing is accepted before server_start.  E_CONF with
 * *reterr when an address is not usable. */
int server_new(struct loop *loop, const struct server_config *config,
    const struct server_ops *ops, void *arg, struct toc_error *reterr,
    struct server **ret);
int server_start(struct server *server);
void server_free(struct server *server);
/* The TCP port that is listened on, 0 when there is none (for tests). */
uint16_t server_port(const struct server *server);
/* Connections open now. */
size_t server_connections(const struct server *server);

/* Append "name: value\r\n"; a value with control characters is left out and
 * E_PARSE returned, so that no text from outside can add a header. */
int exchange_header(
    struct exchange *exchange, const char *name, struct str value);
/* Send the answer; exchange is gone afterwards. */
void exchange_send(struct exchange *exchange);
/* Send the head of an event stream and keep the connection for
 * stream_write; exchange is gone afterwards.  NULL (exchange untouched) when
 * there are SERVER_MAX_STREAMS already. */
struct connection *exchange_stream(struct exchange *exchange, void *data);
void stream_write(struct connection *stream, struct str bytes);
/* End it at the next turn; stream_gone is called then. */
void stream_end(struct connection *stream);

#endif
