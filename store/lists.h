/*
 * lists: the views that people saved of the incident list, and what was done to
 * many incidents at once, so that it can be undone and is not done twice.
 */
#ifndef TOCSIN_STORE_LISTS_H
#define TOCSIN_STORE_LISTS_H

#include "store/store.h"
#include "store/view_list.h"

enum { SAVED_VIEWS_MAX = 200, BULK_KEPT_MS = MS_DAY };

/* E_EXISTS when its owner has one of that name, E_LIMIT when there are
 * SAVED_VIEWS_MAX of the same owner (or of everybody). */
int store_saved_view_add(
    struct store *store, const struct saved_view *view, int64_t *ret_id);
/* Of any owner.  E_NOTFOUND. */
int store_saved_view_load(struct store *store, int64_t id, struct arena *arena,
    struct saved_view *ret);
int store_saved_view_drop(struct store *store, int64_t id);

/* What one incident was and is then: text of the engine's. */
struct bulk_item {
    int64_t incident;
    struct wall at;
    struct str before, after;
};

/* Begin one; once: the name of this asking, E_EXISTS when it was there before.
 * Those older than BULK_KEPT_MS are forgotten. */
int store_bulk_add(struct store *store, const struct bulk_row *bulk,
    struct str once, int64_t *ret_id);
/* The one that was asked for by that name.  E_NOTFOUND. */
int store_bulk_once(struct store *store, struct str once, struct arena *arena,
    struct bulk_row *ret);
int store_bulk_load(
    struct store *store, int64_t id, struct arena *arena, struct bulk_row *ret);
/* Set answer, until and undone. */
int store_bulk_save(struct store *store, const struct bulk_row *bulk);
int store_bulk_item_add(
    struct store *store, int64_t bulk, const struct bulk_item *item);
int store_bulk_items(struct store *store, int64_t bulk, struct arena *arena,
    struct bulk_item **ret, size_t *ret_n);

#endif
