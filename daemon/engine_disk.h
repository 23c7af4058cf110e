/*
 * engine_disk: what is left of the disk that the database is on.
 *
 * Below disk.low nothing is fetched: nothing was acknowledged then, so nothing
 * is lost, and what is stored already is still told.  A file of disk.ballast
 * bytes holds room for that; it is let go of when the disk is full all the
 * same, and made again when there is room.
 */
#ifndef TOCSIN_DAEMON_ENGINE_DISK_H
#define TOCSIN_DAEMON_ENGINE_DISK_H

#include "daemon/engine.h"

struct disk;

int engine_disk_init(struct engine *engine);
/* Look; at every pulse, first of all. */
void engine_disk_run(struct engine *engine);
/* A write failed because the disk is full. */
void engine_disk_full(struct engine *engine);
/* Whether nothing is fetched now. */
bool engine_disk_is_low(const struct engine *engine);

#endif
