/*
 * engine_tell: messages for chosen channels.
 *
 * What happens on the road is told by engine_tell (engine.h), to whoever the
 * routes lead to.  Here are the two other ways: to chosen channels, because a
 * rota or an escalation says so; and what is about no incident at all.
 *
 * Both make rows of the outbox at once, and are called within a transaction.
 * A channel that is not in the configuration is passed over.
 */
#ifndef TOCSIN_DAEMON_ENGINE_TELL_H
#define TOCSIN_DAEMON_ENGINE_TELL_H

#include <jansson.h>

#include "daemon/engine.h"

/* Tell these channels of incident, whatever their levels, the routes, silences
 * and quiet hours say.  reason is copied.  Whether one of them is of use now:
 * engine_channel_is_well. */
int engine_tell_to(struct engine *engine, const struct incident *incident,
    enum incident_event event, const char *reason, const struct str *channels,
    size_t n);

/* Send {"type", "timestamp", "data"} to these channels; n 0: to all of the
 * configuration.  data is taken; what in it comes from outside is masked by who
 * makes it.  Readers show data's "title", "text", "reason" and "url".
 * E_LIMIT when it is longer than BODY_MAX_BYTES. */
int engine_say(struct engine *engine, enum incident_event event,
    json_t *data_taken, const struct str *channels, size_t n);

/* One digest for one channel of these incidents as they are now, each once, at
 * most BODY_MAX_DIGEST and the others counted: of what was held.  Closed ones
 * are in it, with their state. */
int engine_tell_digest(struct engine *engine, const struct channel *channel,
    const int64_t *incidents, size_t n, const char *reason);

/* Whether a message may reach this channel now: it is in the configuration and
 * neither broken nor disabled. */
bool engine_channel_is_well(const struct engine *engine, struct str channel);

#endif
