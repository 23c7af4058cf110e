/*
 * group: which open incident an item belongs to.
 *
 * An in-memory index over the features of the items of live incidents, fed by
 * the engine: at start from the store, then with every item it commits.  Pure:
 * no clock, no store.  One pass, bounded memory, cost per item independent of
 * how many closed incidents there are.
 */
#ifndef TOCSIN_INCIDENTS_GROUP_H
#define TOCSIN_INCIDENTS_GROUP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

enum {
    GROUP_WINDOW_MS = 7 * MS_DAY, /* an incident stays joinable */
    GROUP_MAX_INCIDENTS = 20000,  /* the one longest without items goes */
    GROUP_MAX_FEATURES = 96       /* kept per incident */
};
/* Behind the window it is still remembered, so that a follow-up weeks later
 * can point to it. */
#define GROUP_MEMORY_MS (60LL * MS_DAY)

struct group_item {
    struct str features; /* encoded, incidents/features.h */
    struct str title;    /* for the explanation only, as text is; both may */
    struct str text;     /* be absent */
    struct str category; /* heaviest, may be absent */
    struct str source;   /* its id */
    struct str owner;    /* of the source, when it has one */
    struct wall time;    /* published, else first seen */
};

struct group_verdict {
    int64_t incident;  /* 0: a new one */
    int64_t previous;  /* of a new one: the incident it follows up, or 0 */
    double similarity; /* 0–1, to the one chosen (or the best refused) */
    struct str why;    /* a sentence for the timeline, English */
};

struct grouper;
/* region: the JSON of CONTRACTS §1, or absent.  E_PARSE, E_LIMIT, E_NOMEM. */
int grouper_new(struct str region, struct grouper **ret);
void grouper_free(struct grouper *grouper);
/* Say where item belongs.  Changes nothing but statistics.  why is in arena.
 * E_CORRUPT when its features are not what features_make makes. */
int grouper_find(struct grouper *grouper, const struct group_item *item,
    struct arena *arena, struct group_verdict *ret);
/* Put item into incident (which it may create).  E_CORRUPT, E_NOMEM. */
int grouper_add(
    struct grouper *grouper, int64_t incident, const struct group_item *item);
/* The incident takes no more items (closed, merged, aged). */
void grouper_remove(struct grouper *grouper, int64_t incident);
/* Drop incidents whose last item is older than GROUP_MEMORY_MS. */
void grouper_expire(struct grouper *grouper, struct wall now);
/* Learn from item how rare its words are, and no more. */
int grouper_learn(struct grouper *grouper, const struct group_item *item);
/* How many incidents it knows. */
size_t grouper_count(const struct grouper *grouper);
/* How alike two items are, 0–1: `tocsin try pair`. */
double group_similarity(struct grouper *grouper, const struct group_item *a,
    const struct group_item *b);

#endif
