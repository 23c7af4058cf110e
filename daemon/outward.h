/*
 * outward: what the two roles that connect out have in common: the policy of
 * their gate, and their lockdown, after which the name service's files are
 * watched.  Belongs to the fetch and notify roles.
 */
#ifndef TOCSIN_DAEMON_OUTWARD_H
#define TOCSIN_DAEMON_OUTWARD_H

#include "daemon/role.h"
#include "net/gate.h"

struct outward {
    struct role *role;
    struct loop_timer *timer; /* looks at the files */
};

/* The shipped policy, with the configuration's ports and the one address that
 * stays closed ("" for none). */
void outward_policy(struct gate_policy *policy, const uint32_t *ports,
    size_t nports, const char *deny);
/* Open further ranges, as far as there is room; what is none was refused when
 * the configuration was read. */
void outward_allow(struct gate_policy *policy, char *const *list, size_t n);
/* Lock the role down and say that it is ready.  When a file of the name service
 * is replaced later, the role ends, to be started anew with the new one.  0 or
 * an error. */
int outward_enter(
    struct outward *outward, struct role *role, Tocsin__Role self);

#endif
