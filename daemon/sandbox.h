/*
 * sandbox: what a role may still do once it has opened what it needs.
 *
 * no_new_privs, rlimits, Landlock (where the kernel has it) and a seccomp list
 * per role whose default is to kill the process.  docs/roles.md explains the
 * lists; tests/daemon/test_sandbox.c tries in each role what an attacker
 * would.  Belongs to every role but the parent, which must go on starting
 * processes and reads nothing but small messages of the engine.
 */
#ifndef TOCSIN_DAEMON_SANDBOX_H
#define TOCSIN_DAEMON_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "daemon/messages.pb-c.h"

enum { SANDBOX_MAX_PATHS = 64 };

/* Files and folders that stay reachable. */
struct sandbox_path {
    const char *path;
    bool write;
};

struct sandbox {
    Tocsin__Role role;
    struct sandbox_path paths[SANDBOX_MAX_PATHS]; /* lent */
    size_t npaths;
    uint64_t memory_bytes; /* RLIMIT_AS; 0 leaves it */
};

/* Add a path if it exists; beyond SANDBOX_MAX_PATHS it stays closed. */
void sandbox_allow(struct sandbox *sandbox, const char *path, bool write);
/* Close every descriptor from first on except keep (-1: none). */
void sandbox_close_from(int first, int keep);
/* Lock down.  Appends to protections what is on, for the log.  0, or E_DENIED
 * when a protection that the kernel has could not be put on. */
int sandbox_enter(const struct sandbox *sandbox, struct buf *protections);

#endif
