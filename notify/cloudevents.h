/*
 * cloudevents: CloudEvents 1.0 over HTTP, structured mode.
 *
 * id is the message's, the same at every attempt, and source the console's
 * address: together they tell a receiver a repeat.  type is the message's type
 * (CONTRACTS §4), subject "incident/41" or "condition/…", data the message's
 * data.  415 means that the receiver does not read this; 429 is obeyed.
 */
#ifndef TOCSIN_NOTIFY_CLOUDEVENTS_H
#define TOCSIN_NOTIFY_CLOUDEVENTS_H

#include "notify/channel.h"

extern const struct channel_ops cloudevents_ops;

#endif
