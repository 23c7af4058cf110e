/*
 * alertmanager: what Prometheus' Alertmanager sends to a webhook receiver,
 * payload version 4, for the many programs that read it.
 *
 * An incident, or a condition, is one alert; it is resolved when it is over.
 * A digest is one payload with several.  labels say what it is and how grave;
 * fingerprint and groupKey are the incident's for as long as it lives, whatever
 * its level becomes, so that a receiver knows it again.
 */
#ifndef TOCSIN_NOTIFY_ALERTMANAGER_H
#define TOCSIN_NOTIFY_ALERTMANAGER_H

#include "notify/channel.h"

extern const struct channel_ops alertmanager_ops;

#endif
