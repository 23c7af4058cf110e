/*
 * view_similar: open incidents of the same days, among which those that may be
 * the same event are looked for.
 */
#ifndef TOCSIN_STORE_VIEW_SIMILAR_H
#define TOCSIN_STORE_VIEW_SIMILAR_H

#include "store/view.h"

enum {
    VIEW_SIMILAR_MAX = 100, /* that are compared, the nearest in time first */
    VIEW_SIMILAR_DAYS = 7   /* between what was last seen of either */
};

struct similar_row {
    int64_t id;
    struct str title, category, owner;
    enum incident_state state;
    enum level level;
    struct wall last_seen;
};
/* Open ones but this that were seen within VIEW_SIMILAR_DAYS of seen. */
int view_incident_similar(struct view *view, int64_t incident, struct wall seen,
    struct arena *arena, struct similar_row **ret, size_t *ret_n);

#endif
