/*
 * engine_bulk: one act on many incidents, and taking it back; the views that
 * people save of the list.
 *
 * Each incident is a step of its own: one that cannot be done is named, and
 * holds up no other.  What is asked twice under one name is done once, and
 * answered the same.  What every incident was and is then is kept, so that the
 * act can be taken back for BULK_UNDO_MS: only where nothing changed since.
 */
#ifndef TOCSIN_DAEMON_ENGINE_BULK_H
#define TOCSIN_DAEMON_ENGINE_BULK_H

#include "daemon/engine_act.h"

enum {
    BULK_MAX = 2000, /* incidents in one act */
    BULK_UNDO_MS = 10 * MS_MINUTE
};

/* Do what is asked to each of ids, and answer. */
void engine_bulk(struct asked *asked, json_t *ids);
/* Take asked->id back, as far as it is as it was left, and answer. */
void engine_bulk_undo(struct asked *asked);

/* Within the open transaction. */
int act_view_add(struct asked *asked);
int act_view_drop(struct asked *asked);

#endif
