/*
 * desk: a console on a real store, with an engine that fits in one file; for
 * the tests of console/ and for serve_demo.
 */
#ifndef TOCSIN_TESTS_CONSOLE_DESK_H
#define TOCSIN_TESTS_CONSOLE_DESK_H

#include "console/console.h"

struct desk_options {
    size_t incidents;  /* how many to invent */
    struct str listen; /* default "127.0.0.1:0" */
    struct str url;    /* default "http://127.0.0.1:8480" */
    bool socket;       /* also a unix socket, at desk.socket */
    bool strong;       /* real password hashes (slow), for serve_demo */
    size_t nproxies;   /* 1: 127.0.0.1 is a proxy */
    struct console_proxy_user proxy_user;
    bool sites;        /* also own sites (seed_sites.h) */
    struct str factor; /* least role that needs a second factor */
};

struct desk {
    char dir[64]; /* of the store and the socket; removed by desk_free */
    char socket[96];
    struct loop *loop;
    struct store *store;
    struct view *view;
    struct console *console;
    struct loop_timer *answer; /* the engine answers at the next turn */
    struct wall now;           /* of the seeded data: the time it was made */
    /* the engine's */
    bool silent;      /* never answers */
    int fail;         /* answers this error */
    const char *data; /* of RELOAD, STATUS; NULL: a default */
    uint64_t token;
    struct action last; /* texts are copies in arena */
    struct arena *arena;
    unsigned nactions;
    unsigned counts[128]; /* by enum action_kind */
    int result;
};

/* Users: 管理员 (admin), 值班员 (operator), 查看员 (viewer); the password of
 * each is "云溪-2026-" and its role.  Fails the program when it cannot. */
void desk_new(struct desk *desk, const struct desk_options *options);
void desk_free(struct desk *desk);
/* Add a further incident with one item, as the road would. */
int64_t desk_add_incident(struct desk *desk, struct str title, struct str text,
    struct str url, enum level level);

#endif
