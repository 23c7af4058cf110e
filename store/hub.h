/*
 * hub: subscriptions to the hubs that feeds name (W3C WebSub).
 *
 * One row per source that names a hub.  path is the part of the callback's
 * address that nobody can guess, secret what the hub signs its news with.
 */
#ifndef TOCSIN_STORE_HUB_H
#define TOCSIN_STORE_HUB_H

#include "store/store.h"
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

/* Insert, or replace the row of its source. */
int store_hub_save(struct store *store, const struct hub *hub);
/* E_NOTFOUND when the source has none. */
int store_hub_load(struct store *store, struct str source, struct arena *arena,
    struct hub *ret);
int store_hub_by_path(struct store *store, struct str path,
    struct arena *arena, struct hub *ret);
int store_hub_drop(struct store *store, struct str source);
/* Those to be asked at now, at most max. */
int store_hub_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct hub **ret, size_t *ret_n);

/* What the console needs to check what a hub sends. */
int view_hub(
    struct view *view, struct str path, struct arena *arena, struct hub *ret);

#endif
