/*
 * recheck: whether the items of incidents are still there at their sources.
 *
 * Items are looked at again at growing intervals, at most RECHECK_PER_INCIDENT
 * of an incident at a time; when one of those is gone another takes its place,
 * so that an incident whose items all disappear is known in the end.  Nothing
 * that was read is ever deleted because of it.
 */
#ifndef TOCSIN_STORE_RECHECK_H
#define TOCSIN_STORE_RECHECK_H

#include "store/store.h"

enum { RECHECK_PER_INCIDENT = 20 };

struct recheck {
    int64_t item, incident;
    struct str source, url, title; /* of its newest revision */
    uint32_t checks; /* so far */
    uint32_t missed; /* of them in a row, the last ones */
    struct wall since;   /* the item is in the incident */
    struct wall checked; /* last, or WALL_NONE */
    struct wall gone;    /* since, or WALL_NONE */
    struct wall due;     /* next, WALL_NONE: not looked at */
};
/* Look at item first at due, unless enough of its incident are looked at. */
int store_recheck_start(
    struct store *store, int64_t item, struct wall due);
/* Those due at now, the longest due first, at most max. */
int store_recheck_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct recheck **ret, size_t *ret_n);
/* E_NOTFOUND when it is in no incident. */
int store_recheck_load(struct store *store, int64_t item, struct arena *arena,
    struct recheck *ret);
/* Save checks, missed, checked, gone and due. */
int store_recheck_save(struct store *store, const struct recheck *recheck);
/* One of the incident is gone: let another be looked at, at due. */
int store_recheck_more(
    struct store *store, int64_t incident, struct wall due);
/* Let all that are looked at, and as many more as may be, be due at now; of the
 * incident and what was merged into it.  *ret: how many are. */
int store_recheck_now(struct store *store, int64_t incident, struct wall now,
    uint32_t *ret);
/* Of the incident and what was merged into it: how many items are gone, and
 * how many are not. */
int store_recheck_counts(struct store *store, int64_t incident,
    uint32_t *ret_gone, uint32_t *ret_there);
/* When the next is due, WALL_NONE when none is. */
int store_recheck_next(struct store *store, struct wall *ret);

#endif
