/*
 * engine_calls: who is called by name in a message to a channel.
 *
 * Besides those whom the channel always calls: the people on call whose channel
 * it is, and the contacts of the incident's owner there.  How a platform calls
 * them is contact data: it goes with the message to the notify role, and into
 * no body, page or log.
 */
#ifndef TOCSIN_DAEMON_ENGINE_CALLS_H
#define TOCSIN_DAEMON_ENGINE_CALLS_H

#include "daemon/engine.h"

enum { CALLS_MAX_BYTES = 4096 };

/* One a line, in the engine's arena; absent when nobody is called. */
int engine_calls(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    struct str *ret);
/* Add those of more that *calls has not.  0 or E_NOMEM. */
int engine_calls_add(struct arena *arena, struct str *calls, struct str more);

#endif
