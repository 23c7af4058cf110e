/*
 * rota: overrides, and hand-overs that are to be accepted.
 */
#ifndef TOCSIN_STORE_ROTA_H
#define TOCSIN_STORE_ROTA_H

#include "incidents/rota.h"
#include "store/store.h"

enum { HANDOVERS_MAX = 100 /* rows for one answer */ };

/* One person's taking over of one shift. */
struct handover {
    int64_t id;
    struct str rota, person;
    struct str before; /* who was on call, joined by "、"; absent: nobody */
    struct wall at;    /* when it began */
    struct wall due;   /* by when it is to be accepted; WALL_NONE: never */
    struct wall accepted, told; /* or WALL_NONE; told: that it was not */
    struct str by;              /* the user who accepted */
    struct wall ended;          /* he is on call no longer */
};

int store_override_add(
    struct store *store, const struct rota_override *override, int64_t *ret);
/* E_NOTFOUND */
int store_override_drop(struct store *store, int64_t id);
int store_override_load(struct store *store, int64_t id, struct arena *arena,
    struct rota_override *ret);
/* Those that end after an instant, the oldest first; at most
 * ROTA_MAX_OVERRIDES.  One that cannot be read is passed over. */
int store_overrides(struct store *store, struct wall ends_after,
    struct arena *arena, struct rota_override **ret, size_t *ret_n);

/* The first that was passed over, or E_NOTFOUND. */
int store_override_unreadable(
    struct store *store, struct wall ends_after, int64_t *ret);

/* Insert (id 0: *ret_id) or replace. */
int store_handover_save(
    struct store *store, const struct handover *handover, int64_t *ret_id);
int store_handover_load(
    struct store *store, int64_t id, struct arena *arena, struct handover *ret);
/* Those whose people are on call, the oldest first. */
int store_handovers_open(struct store *store, struct arena *arena,
    struct handover **ret, size_t *ret_n);
/* The last of a rota's, newest first, at most max. */
int store_handovers_last(struct store *store, struct str rota, size_t max,
    struct arena *arena, struct handover **ret, size_t *ret_n);

#endif
