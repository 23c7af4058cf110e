/*
 * sample: a message of each event about things that never happened, for
 * previews and for `tocsin try channel`.
 */
#ifndef TOCSIN_NOTIFY_SAMPLE_H
#define TOCSIN_NOTIFY_SAMPLE_H

#include "notify/body.h"

/* Append the sample of event, as if it had come from the console at console
 * (may be absent) to the channel.  0 or an error of body.h. */
int sample_body(struct buf *out, enum incident_event event, struct str channel,
    struct str console, bool english, struct wall now);
/* The event of a type ("incident.opened", "opened").  0 or E_PARSE. */
int sample_event(struct str type, enum incident_event *ret);

#endif
