/*
 * engine_keep: when the keeper makes a backup and asks the invariants, and who
 * hears what came of it; a database that is damaged when the engine starts.
 */
#ifndef TOCSIN_DAEMON_ENGINE_KEEP_H
#define TOCSIN_DAEMON_ENGINE_KEEP_H

#include "daemon/engine.h"

struct keeping;

/* Open the database; one that is damaged, or gone though there are backups of
 * it, is kept aside and the newest good backup put in its place, unless the
 * configuration says otherwise.  Never an empty start where there was
 * something. */
int engine_keep_open(struct engine *engine, const struct config *config);
int engine_keep_init(struct engine *engine);
/* Order what is due; at every pulse. */
void engine_keep_run(struct engine *engine);
/* The keeper's configuration; its answer; its end. */
int engine_keep_send(struct engine *engine, struct ipc *ipc);
void engine_keep_result(struct engine *engine, const Tocsin__KeepResult *in);
void engine_keep_died(struct engine *engine);
/* Whether the store can no more be trusted: then the engine ends, and the next
 * start looks at all of it. */
bool engine_keep_doomed(struct engine *engine);

#endif
