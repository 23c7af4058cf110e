/*
 * engine_notice: conditions that stand are told, and many at once are one.
 */
#ifndef TOCSIN_DAEMON_ENGINE_NOTICE_H
#define TOCSIN_DAEMON_ENGINE_NOTICE_H

#include "daemon/engine.h"

/* Queue one message, made already, for one channel (engine_tell.c). */
int engine_outbox_add(struct engine *engine, const struct channel *channel,
    int64_t incident, enum level level, enum incident_event event,
    struct str body);

/* The same, and its number. */
int engine_outbox_put(struct engine *engine, const struct channel *channel,
    int64_t incident, enum level level, enum incident_event event,
    struct str body, int64_t *ret_id);

/* Tell the channels that want it of conditions that stand. */
void engine_notice(struct engine *engine);
/* Look whether many sources fail together. */
void engine_many(struct engine *engine);
int engine_many_load(struct engine *engine);
/* Whether they do, or did until a moment ago. */
bool engine_many_is_open(const struct engine *engine);

#endif
