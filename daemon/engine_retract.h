/*
 * engine_retract: looks whether the items of incidents are still there at
 * their sources.
 */
#ifndef TOCSIN_DAEMON_ENGINE_RETRACT_H
#define TOCSIN_DAEMON_ENGINE_RETRACT_H

#include "daemon/engine_besides.h"

struct asked;
struct poll_outcome;

/* An item was attached to an incident: it will be looked at again. */
int engine_retract_watch(struct engine *engine, int64_t item);
/* Ask for those that are due; at every pulse. */
void engine_retract_run(struct engine *engine);
/* What came of asking for item's page; in the open transaction. */
int engine_retract_checked(struct engine *engine, int64_t item,
    const struct poll_outcome *outcome);
/* Look at the items of an incident now. */
int act_check_items(struct asked *asked);

#endif
