/*
 * channel_state: what the store knows of a channel, for store and view.
 */
#ifndef TOCSIN_STORE_CHANNEL_STATE_H
#define TOCSIN_STORE_CHANNEL_STATE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/str.h"

struct channel_state {
    struct str channel;
    struct wall wait_until; /* it said "too many": nothing goes before this */
    struct wall broken;     /* since when nobody is there, or WALL_NONE */
    bool disabled;          /* it asked never to be called again */
    struct str why;         /* of what it is in */
    struct wall canary;     /* when the last one was made, or WALL_NONE */
    int64_t canary_delivery;
    struct wall canary_ok; /* when the last one was accepted */
    struct wall stuck;     /* since when it takes nothing, once that was said */
};

#endif
