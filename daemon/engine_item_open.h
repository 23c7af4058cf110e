/*
 * engine_item_open: an incident that a person opens from an item.
 */
#ifndef TOCSIN_DAEMON_ENGINE_ITEM_OPEN_H
#define TOCSIN_DAEMON_ENGINE_ITEM_OPEN_H

#include "daemon/engine_act.h"

/* Open an incident from item asked->id, in the open transaction; the answer
 * names it.  One that is in an incident already is answered with that. */
int act_item_open(struct asked *asked);

#endif
