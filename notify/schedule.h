/*
 * schedule: when a message is tried again.
 *
 * Standard Webhooks' schedule, 75.6 hours in all, each wait made longer by up
 * to a fifth so that receivers that come back are not all called at once.  A
 * pure function: the caller brings the random number and the time.
 */
#ifndef TOCSIN_NOTIFY_SCHEDULE_H
#define TOCSIN_NOTIFY_SCHEDULE_H

#include <stdint.h>

#include "base/clock.h"
#include "notify/channel.h"

enum {
    SCHEDULE_ATTEMPTS = 10,       /* in the schedule, the first one included */
    SCHEDULE_JITTER = 20,         /* percent */
    SCHEDULE_MAX_ATTEMPTS = 500,  /* whatever clocks and receivers do */
    SCHEDULE_RATE_MS = MS_MINUTE, /* when told to wait, and not how long */
    SCHEDULE_RATE_LEAST_MS = MS_SECOND,
    SCHEDULE_RATE_PATIENCE = 3, /* refusals, before it waits ever longer */
    SCHEDULE_RATE_CEILING_MS = 30 * MS_MINUTE,
    SCHEDULE_PROBE_MS = MS_HOUR /* of a channel where nobody is */
};
#define SCHEDULE_LENGTH_MS (INT64_C(75) * MS_HOUR)
#define SCHEDULE_NEVER INT64_MAX

/* How long to wait after attempt number attempts (from 1) came to class, for a
 * message that is age_ms old; SCHEDULE_NEVER when there is no other attempt.
 * Never less than retry_after_ms (0: not asked for; cut to a day).
 *
 * TRANSIENT gives up when both the attempts and the hours of the schedule are
 * used up.  RATE is not the message's fault: it waits what is asked for,
 * doubled after three refusals up to half an hour, or else its place in the
 * schedule up to that, and gives up by the hours alone.  DEAD_TARGET is not its fault either: it waits for the channel to be
 * put right, and is tried once an hour, as long.  BAD_PAYLOAD and GONE are not
 * tried again. */
int64_t schedule_wait(unsigned attempts, enum delivery_class class,
    int64_t retry_after_ms, int64_t age_ms, uint32_t random);

#endif
