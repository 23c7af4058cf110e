/*
 * view_regroup: what an incident has to do with others: what was merged into
 * it, split off, or follows it up.
 */
#ifndef TOCSIN_STORE_VIEW_REGROUP_H
#define TOCSIN_STORE_VIEW_REGROUP_H

#include "store/view.h"

enum { VIEW_MAX_RELATED = 50 };

struct related_row {
    int64_t id;
    struct str title;
    enum incident_state state;
};
/* What was merged into it, oldest first. */
int view_incident_merged(struct view *view, int64_t incident,
    struct arena *arena, struct related_row **ret, size_t *ret_n);
/* What names it as the incident of the same event before, oldest first. */
int view_incident_next(struct view *view, int64_t incident,
    struct arena *arena, struct related_row **ret, size_t *ret_n);
/* Open ones but this, newest first: what it may be merged into. */
int view_incident_others(struct view *view, int64_t incident,
    struct arena *arena, struct related_row **ret, size_t *ret_n);

struct split_row {
    int64_t id, origin, target;
    struct wall at;
    struct str by;
    uint32_t items; /* that are still in target */
};
/* Splits out of it and into it that may be undone, newest first. */
int view_incident_splits(struct view *view, int64_t incident,
    struct arena *arena, struct split_row **ret, size_t *ret_n);

#endif
