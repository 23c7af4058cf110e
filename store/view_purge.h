/*
 * view_purge: what is purged, in words and numbers; purge.h does it.
 */
#ifndef TOCSIN_STORE_VIEW_PURGE_H
#define TOCSIN_STORE_VIEW_PURGE_H

#include "store/view.h"

/* clang-format off */
/* What goes, in the order that it goes in. */
#define PURGE_TABLES(X)                                                        \
    X(EVIDENCE,   "evidence")   /* pieces; documents go with their last one */ \
    X(INCIDENTS,  "incidents")  /* closed ones, with all that is theirs */     \
    X(ITEMS,      "items")      /* that are in no incident */                  \
    X(DELIVERIES, "deliveries") /* that were delivered */                      \
    X(ATTEMPTS,   "attempts")   /* of those */                                 \
    X(POLLS,      "polls")      /* entries of the sources' logs */             \
    X(CONDITIONS, "conditions") /* that ended */                               \
    X(SESSIONS,   "sessions")   /* and tokens, that ended */                   \
    X(VISITS,     "site_visits") /* of own sites */                            \
    X(FOUND,      "site_findings") /* on own sites, that were corrected */
/* clang-format on */
enum purge_table {
#define X(table, name) PURGE_##table,
    PURGE_TABLES(X)
#undef X
        PURGE_COUNT
};

struct purge_policy {
    /* What is older goes; WALL_NONE: nothing does. */
    struct wall before[PURGE_COUNT];
    struct wall assessed; /* incidents that were assessed before */
};

const char *purge_table_name(enum purge_table table);
/* How many rows of each table would go now. */
int view_purge_counts(struct view *view, const struct purge_policy *policy,
    uint64_t ret[PURGE_COUNT]);

#endif
