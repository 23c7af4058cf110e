/*
 * config_delivery: how messages are gathered, repeated and watched.
 */
#ifndef TOCSIN_DAEMON_CONFIG_DELIVERY_H
#define TOCSIN_DAEMON_CONFIG_DELIVERY_H

#include <stdint.h>

#include "base/str.h"

struct config_delivery {
    int64_t group_wait_ms;     /* what is not urgent waits for others */
    int64_t group_interval_ms; /* before the first follow-up of an incident */
    int64_t repeat_ms;         /* an incident nobody took is told again; 0 never */
    struct str canary;         /* "09:10" or "none" */
    int64_t canary_every_ms;   /* from that time of day on */
    int64_t canary_within_ms;  /* it is to be accepted */
    int64_t stuck_ms;          /* without any message taken: it is said */
    struct str heartbeat_url;  /* absent: none */
    int64_t heartbeat_ms;
};

#endif
