/*
 * inside: what the files of the console share.  Only for console/.
 */
#ifndef TOCSIN_CONSOLE_INSIDE_H
#define TOCSIN_CONSOLE_INSIDE_H

#include <sys/queue.h>

#include <jansson.h>

#include "console/assets.h"
#include "console/console.h"
#include "console/limit.h"
#include "console/routes.h"
#include "console/server.h"

enum {
    CONSOLE_ASK_MS = 15000,  /* the engine's time to answer */
    CONSOLE_MAX_ASKED = 128, /* questions to the engine under way */
    CONSOLE_TICK_MS = 1000,
    CONSOLE_HEARTBEAT_MS = 15000, /* of event streams */
    CONSOLE_MAX_STREAMS_PER_SESSION = 6,
    CONSOLE_SESSION_IDLE_MS = 30 * 60 * 1000,
    CONSOLE_SESSION_MAX_MS = 12 * 60 * 60 * 1000
};

/* Who asks, and how he showed it. */
enum via { VIA_NOTHING, VIA_SOCKET, VIA_TOKEN, VIA_SESSION, VIA_PROXY };
struct identity {
    enum via via;
    enum role role; /* ROLE_NOBODY when nobody is logged in */
    struct str user;
    uint8_t hash[32]; /* of session or token */
    char csrf[65];    /* of a browser: what changes must bring; else "" */
    struct str only;  /* VIA_TOKEN: what it is restricted to, or absent */
    struct str theme; /* "light", "dark", or absent */
    bool has_factor;  /* a second factor is set up */
};

/* A question to the engine that has not been answered. */
struct ask {
    TAILQ_ENTRY(ask) link;
    uint64_t token;
    struct context *ctx; /* NULL: nobody waits for the answer */
    struct mono deadline;
    void (*then)(struct context *ctx, const struct action_result *result);
};

/* An open page that listens. */
struct live {
    TAILQ_ENTRY(live) link;
    struct connection *stream;
    struct identity who; /* user points to name */
    char name[129];
    struct mono until; /* VIA_PROXY: when the proxy has to be asked again */
};

struct console {
    struct loop *loop;
    struct view *view;
    const struct console_ops *ops;
    void *arg;
    struct arena *arena; /* of config */
    struct console_config config;
    struct zone *zone;
    struct assets *assets;
    struct server *server;
    struct loop_timer *tick;
    struct worker *worker;
    struct limit limit;
    uint64_t next_token;
    TAILQ_HEAD(, ask) asks;
    size_t nasks;
    TAILQ_HEAD(, live) lives;
    struct mono heartbeat; /* when the next one is due */
    uid_t uid;             /* our own */
    char user_name[64];    /* of our own uid */
    char dummy_hash[128];  /* verified for unknown users */
    uint8_t secret[32];    /* of this process, for what only it has to know */
    /* for /metrics */
    uint64_t requests[6]; /* by status / 100 */
    uint64_t refusals, logins, logins_failed, logins_slowed;
    uint64_t forged; /* news of hubs without the right signature */
};

/* One request on its way to an answer; lives in its exchange's arena. */
struct context {
    struct console *console;
    struct exchange *exchange;
    struct arena *arena;       /* the exchange's */
    const struct route *route; /* NULL while an error is answered early */
    struct str path;           /* normal form */
    struct str args[ROUTE_MAX_ARGS];
    struct identity who;
    enum lang lang;
    bool json; /* the answer is to be JSON */
    bool is_form;
    const struct http_header *query, *form;
    size_t nquery, nform;
    json_t *body; /* JSON object of the request, owned; or NULL */
    struct wall now;
    struct mono mono;
    char id[17]; /* of the request, in the log and in errors */
    void *data;  /* the handler's, between two steps */
    const struct source_row *sources; /* rows_sources has been asked for them */
    size_t nsources;
    bool sources_asked;
    size_t text_points; /* how much of an item's text a page may show */
};

/* console.c: what the server calls. */
void console_request(void *arg, struct exchange *exchange);
void console_gone(void *arg, struct exchange *exchange);

#endif
