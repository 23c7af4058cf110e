/*
 * view_clocks: the deadlines of an incident, for who shows them.
 */
#ifndef TOCSIN_STORE_VIEW_CLOCKS_H
#define TOCSIN_STORE_VIEW_CLOCKS_H

#include "incidents/clock.h"
#include "incidents/escalation.h"
#include "store/view.h"

/* All runs of an incident, the oldest first. */
int view_clocks(struct view *view, int64_t incident, struct arena *arena,
    struct clock_run **ret, size_t *ret_n);
/* The next deadline of each open incident of a list: *ret has n entries, in
 * the list's order; id 0 where none runs. */
int view_clocks_next(struct view *view, const int64_t *incidents, size_t n,
    struct arena *arena, struct clock_run **ret);
/* What tells who is asked next; E_NOTFOUND when nobody ever was. */
int view_escalation(struct view *view, int64_t incident, struct arena *arena,
    struct escalation_run *ret);

#endif
