/*
 * channel: a configured channel as notify/ takes it.
 *
 * For the configuration's own check and for the command line; the notify role
 * makes its own from what the engine sends it.
 */
#ifndef TOCSIN_DAEMON_CHANNEL_H
#define TOCSIN_DAEMON_CHANNEL_H

#include "daemon/config.h"
#include "notify/channel.h"

/* Fill ret, all lent by config, channel and zone (NULL: UTC), with the policy
 * of the daemon's gate for it. */
void channel_fill(const struct config *config, const struct channel *channel,
    const struct zone *zone, struct channel_config *ret);

#endif
