/*
 * hub: subscriptions to hubs, as the engine writes them (store/view_hub.h).
 */
#ifndef TOCSIN_STORE_HUB_H
#define TOCSIN_STORE_HUB_H

#include "store/store.h"
#include "store/view_hub.h"

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

#endif
