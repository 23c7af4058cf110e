/*
 * engine_channels: the channels of the configuration, and what they would say.
 */
#ifndef TOCSIN_DAEMON_ENGINE_CHANNELS_H
#define TOCSIN_DAEMON_ENGINE_CHANNELS_H

#include "daemon/engine_act.h"

/* ACTION_CHANNELS: every channel, or (object) one with the sample of each event
 * in both languages, as it would be worded for it.  No address beyond its
 * origin and no secret is in the answer. */
int engine_channels_show(struct asked *asked);

#endif
