/*
 * view_hub: subscriptions to the hubs that feeds name (W3C WebSub), as the
 * console reads them to check what a hub sends.
 *
 * One row per source that names a hub.  path is the part of the callback's
 * address that nobody can guess, secret what the hub signs its news with.
 */
#ifndef TOCSIN_STORE_VIEW_HUB_H
#define TOCSIN_STORE_VIEW_HUB_H

#include "store/view.h"

/* clang-format off */
#define HUB_STATES(X)                                                      \
    X(WANTED,  "wanted")  /* the hub is to be asked */                      \
    X(ASKED,   "asked")   /* it was, and has to verify */                   \
    X(ACTIVE,  "active")  /* it has; until its lease ends */                \
    X(REFUSED, "refused") /* it says no; asked again after a day */
/* clang-format on */
enum hub_state {
#define X(state, name) HUB_##state,
    HUB_STATES(X)
#undef X
};
const char *hub_state_name(enum hub_state state);

struct hub {
    struct str source;
    struct str named; /* the hub that the feed names */
    struct str hub;   /* that, or where it redirects to */
    struct str topic;
    struct str path;   /* 32 hexadecimal digits */
    struct str secret; /* 64 hexadecimal digits, used as they stand */
    enum hub_state state;
    struct wall lease_until; /* ACTIVE, else WALL_NONE */
    struct wall next;        /* when the hub is asked (again) */
    uint32_t tries;          /* in vain, in a row */
    struct wall last_push;
    struct str error; /* of the last try, or absent */
};

/* The subscription whose callback has this path, or E_NOTFOUND. */
int view_hub(
    struct view *view, struct str path, struct arena *arena, struct hub *ret);

#endif
