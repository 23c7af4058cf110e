/*
 * launch: the roles that connect out, started by a process in another unit.
 *
 * Under systemd there are two units.  tocsind.service has no network at all;
 * tocsind-outward.service has nothing but the network: the outward process in
 * it starts fetch and notify when the parent asks, on the descriptor that comes
 * with the request, and says when they end.  All that the roles say goes over
 * the same socket pairs as ever.  Without --outward the parent starts them
 * itself.
 */
#ifndef TOCSIN_DAEMON_LAUNCH_H
#define TOCSIN_DAEMON_LAUNCH_H

#include <stdbool.h>

#include "daemon/messages.pb-c.h"
#include "net/loop.h"

struct launch;

struct launch_ops {
    /* A role that was started ended; status as waitpid gives it. */
    void (*ended)(void *arg, Tocsin__Role role, int status);
    /* The outward process is gone, and with it all that it started. */
    void (*lost)(void *arg);
};

/* Whether this role is one that the outward process starts. */
bool launch_is_outward(Tocsin__Role role);
/* The parent's side; path, lent, is where the outward process listens.  It is
 * connected to when a role is to be started. */
int launch_new(struct loop *loop, const char *path,
    const struct launch_ops *ops, void *arg, struct launch **ret);
void launch_free(struct launch *launch);
/* Start a role; fd, its end of the channel to the parent, stays the caller's.
 * E_CLOSED when nobody listens. */
int launch_role(
    struct launch *launch, Tocsin__Role role, const char *level, int fd);
/* End a role. */
void launch_kill(struct launch *launch, Tocsin__Role role);

/* The outward process: listen on the socket that systemd handed over, or else
 * on path, and start roles until told to end; the exit status.  The last that
 * connects is the parent. */
int launch_serve(const char *path);

#endif
