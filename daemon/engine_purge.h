/*
 * engine_purge: when what was kept goes, and what is asked about keeping.
 */
#ifndef TOCSIN_DAEMON_ENGINE_PURGE_H
#define TOCSIN_DAEMON_ENGINE_PURGE_H

#include "daemon/engine_act.h"
#include "store/purge.h"

struct purger;

/* What is older than this is to go now. */
struct purge_policy purge_policy_of(
    const struct config *config, struct wall now);
/* Make it ready; its timer only runs during a purge. */
int engine_purge_init(struct engine *engine);
/* Begin the purge of the day when it is time; at every pulse. */
void engine_purge_pulse(struct engine *engine);
/* Purge now; who asked is answered when it is done.  0, or E_BUSY when one is
 * under way. */
int engine_purge_now(struct engine *engine, uint64_t token);
/* Answer what a purge would let go of: the times before which it does. */
int engine_purge_policy(struct engine *engine, uint64_t token);
/* A hold, its release, an assessment, or that evidence was seen; within the
 * open transaction. */
int act_keeping(struct asked *asked);

#endif
