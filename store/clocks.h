/*
 * clocks: runs of deadlines and of escalations, as the engine keeps them.
 *
 * Every run is a row; what is due is found by its next instant, so nothing of
 * it is in memory, and a restart forgets nothing.  What is due is told by
 * number and loaded one by one: a row that cannot be read stands in the way of
 * no other.
 */
#ifndef TOCSIN_STORE_CLOCKS_H
#define TOCSIN_STORE_CLOCKS_H

#include "incidents/escalation.h"
#include "store/store.h"
#include "store/view_clocks.h"

enum { CLOCKS_MAX = 200 /* rows for one answer */ };

/* A run with something to say. */
struct clock_due {
    int64_t id, incident;
};

/* The last run of each clock of an incident, also unreadable ones. */
int store_clocks_of(struct store *store, int64_t incident, struct arena *arena,
    struct clock_run **ret, size_t *ret_n);
/* E_NOTFOUND; of a row that cannot be read the run is marked unreadable. */
int store_clock_load(struct store *store, int64_t id, struct arena *arena,
    struct clock_run *ret);
/* Insert (id 0: it is set) or replace. */
int store_clock_save(struct store *store, struct clock_run *run);
/* Runs with something to say at now, the oldest first, at most CLOCKS_MAX; ret
 * has so many places. */
int store_clocks_due(
    struct store *store, struct wall now, struct clock_due *ret, size_t *ret_n);
/* Let a run have nothing to say before an instant; WALL_NONE: ever. */
int store_clock_put_off(struct store *store, int64_t id, struct wall until);
/* Take away a run that cannot be read. */
int store_clock_drop(struct store *store, int64_t id);
/* The instant at which the next of all runs, clocks and escalations, has
 * something to say; WALL_NONE: none has. */
int store_clocks_next(struct store *store, struct wall *ret);
/* The earliest start of a clock in what was merged into incident, directly or
 * by way of another; WALL_NONE: none. */
int store_clock_merged(
    struct store *store, int64_t incident, struct str clock, struct wall *ret);
/* Ids of the incidents that are open, after one, in order; at most CLOCKS_MAX.
 */
int store_open_after(
    struct store *store, int64_t after, int64_t *ret, size_t *ret_n);
/* Let the end of an acknowledgement or a snooze be looked at later. */
int store_expiry_put_off(
    struct store *store, int64_t incident, struct wall until);

int store_escalation_save(
    struct store *store, const struct escalation_run *run);
/* E_NOTFOUND when the incident never had one, E_CORRUPT when it cannot be
 * read. */
int store_escalation_load(struct store *store, int64_t incident,
    struct arena *arena, struct escalation_run *ret);
/* The incidents with a step to take at now, as store_clocks_due. */
int store_escalations_due(
    struct store *store, struct wall now, int64_t *ret, size_t *ret_n);
int store_escalation_put_off(
    struct store *store, int64_t incident, struct wall until);

#endif
