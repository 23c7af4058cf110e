/*
 * role: what the five roles have in common: a loop, a channel to the parent,
 * channels to others that the parent hands out, pings answered.
 *
 * A role's own file (fetch.c, parse.c, notify.c, desk.c, engine.c) fills a
 * const struct role_ops; adding a role is a file and a line in main.c.
 */
#ifndef TOCSIN_DAEMON_ROLE_H
#define TOCSIN_DAEMON_ROLE_H

#include "base/log.h"
#include "daemon/ipc.h"
#include "net/loop.h"

enum {
    ROLE_FD = 3,         /* the channel to the parent, in every role */
    ROLE_MAX_PARSERS = 64,
    ROLE_EXIT_CONFIG = 78, /* sysexits' EX_CONFIG: do not start again */
    ROLE_FLUSH_MS = 1000
};

struct role;
struct role_ops {
    const char *name;
    /* Before anything is received; open what is always needed. */
    int (*start)(struct role *role);
    /* A channel to another role is there; take it (or free it). */
    void (*peer)(struct role *role, struct ipc *ipc);
    /* A frame from a peer or the parent that role.c does not handle itself.
     * fd is owned by the callee. */
    void (*frame)(struct role *role, struct ipc *ipc,
        const Tocsin__Frame *frame, int fd);
    /* A peer's channel ended; role.c frees it after the call. */
    void (*ended)(struct role *role, struct ipc *ipc);
};

struct role {
    const struct role_ops *ops;
    Tocsin__Role self;
    uint32_t index;
    struct loop *loop;
    struct ipc *parent;
    struct ipc *engine;     /* NULL in the engine itself */
    const char *config_path; /* the engine's */
    void *state;            /* of the role's own file */
    int exit_status;
};

/* Run a role on descriptor ROLE_FD until it is told to end; its exit status. */
int role_run(const struct role_ops *ops, Tocsin__Role self, uint32_t index,
    const char *config_path);
/* End the loop with a status, after what is queued to the parent is out. */
void role_stop(struct role *role, int status);
/* Tell the parent and the engine that the role is locked down. */
void role_ready(struct role *role, const char *protections);

extern const struct role_ops role_engine, role_fetch, role_parse, role_notify,
    role_console, role_keeper;

#endif
