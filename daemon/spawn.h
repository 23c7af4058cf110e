/*
 * spawn: a process that becomes a role, with its channel on ROLE_FD and next
 * to no environment.  Belongs to the two processes that start roles: the
 * parent, and the outward process (launch.h).
 */
#ifndef TOCSIN_DAEMON_SPAWN_H
#define TOCSIN_DAEMON_SPAWN_H

#include <sys/types.h>

#include <stdint.h>

#include "daemon/messages.pb-c.h"

struct spawn {
    Tocsin__Role role;
    uint32_t index;
    const char *config_path, *level; /* lent */
};

/* Start it; fd, the role's end of its channel, stays the caller's.  The
 * process's number, or -1. */
pid_t spawn_role(const struct spawn *spawn, int fd);
/* The first socket that systemd handed to this process, moved out of the way of
 * ROLE_FD and closed on exec; -1 when there is none.  Further ones are closed.
 */
int spawn_listener(void);

#endif
