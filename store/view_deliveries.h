/*
 * view_deliveries: channels and what is watched, for people (view.h has the
 * deliveries themselves).
 */
#ifndef TOCSIN_STORE_VIEW_DELIVERIES_H
#define TOCSIN_STORE_VIEW_DELIVERIES_H

#include "store/channel_state.h"
#include "store/view.h"

/* What is known of the channels that ever were, by id, with how many messages
 * wait and were given up. */
struct channel_row {
    struct channel_state state;
    uint64_t pending, dead, delivered;
    struct wall last; /* accepted, or WALL_NONE */
};
int view_channels(struct view *view, struct arena *arena,
    struct channel_row **ret, size_t *ret_n);

struct pulse_row {
    struct wall at, ok; /* tried, and went well; or WALL_NONE */
    struct str text;    /* what came of the last */
};
/* E_NOTFOUND when it never was tried. */
int view_pulse(struct view *view, struct str name, struct arena *arena,
    struct pulse_row *ret);

#endif
