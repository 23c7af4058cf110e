/*
 * regroup: what an incident is made of, and the items that operators take out
 * of one and put into another.
 *
 * A merge moves no items: those of the child count for the incident it went
 * into for as long as it is merged.  A split moves them, and remembers which
 * came from where, so that it can be undone.
 */
#ifndef TOCSIN_STORE_REGROUP_H
#define TOCSIN_STORE_REGROUP_H

#include "store/store.h"

enum { SPLIT_MAX_ITEMS = 200 };

/* A rule that held on a part, by name. */
struct part_finding {
    struct str rule;
    bool indeterminate;
    const struct span *spans;
    size_t nspans;
};
/* An item of an incident as it stands now. */
struct incident_part {
    int64_t item;
    struct str source, title, text;
    struct wall published, first_seen, last_seen;
    int score;
    const struct part_finding *findings;
    size_t nfindings;
};
/* The parts of an incident and of what was merged into it, the heaviest first,
 * then the oldest; at most max. */
int store_incident_parts(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct incident_part **ret, size_t *ret_n);

struct split {
    int64_t id;
    int64_t origin, target; /* incidents */
    bool fresh;             /* target was made by it */
    struct wall at, undone; /* or WALL_NONE */
    struct str by;
    const int64_t *items;
    size_t nitems;
};
/* Move the split's items from wherever in origin's family they are to target,
 * and keep the split.  E_NOTFOUND when one is not in there. */
int store_split_add(
    struct store *store, const struct split *split, int64_t *ret_id);
int store_split_load(
    struct store *store, int64_t id, struct arena *arena, struct split *ret);
/* The last split out of or into incident that was not undone; E_NOTFOUND. */
int store_split_last(struct store *store, int64_t incident, int64_t *ret_id);
/* The split that moved item out of origin and was not undone; E_NOTFOUND. */
int store_split_of(
    struct store *store, int64_t origin, int64_t item, int64_t *ret_id);
/* Put back what is still in its target. */
int store_split_undo(struct store *store, int64_t id, struct wall now);

#endif
