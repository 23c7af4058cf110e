/*
 * view_list: the incident list: what is looked for, in which order, how many
 * that is, and what a row of it shows besides the incident; the views that
 * people saved; what was done to many at once.
 *
 * Words are looked up in the index of items in incidents (search.h); of those
 * not yet indexed the texts are read.  Signs that are in no index are looked for
 * in the newest incidents.
 */
#ifndef TOCSIN_STORE_VIEW_LIST_H
#define TOCSIN_STORE_VIEW_LIST_H

#include "incidents/clock.h"
#include "store/view.h"

enum {
    LIST_MAX_IDS = 2000,       /* of one answer of view_list_ids */
    LIST_COUNT_MAX = 1000,     /* counted so far and no further */
    LIST_SIGNS_MAX = 3000,     /* newest incidents that signs are looked for in */
    LIST_UNINDEXED_MAX = 1000, /* newest items not indexed that are read */
    LIST_SOON_MS = 2 * MS_HOUR /* a deadline so near is near */
};

/* clang-format off */
/*      order    name          the first of them                           */
#define LIST_SORTS(X)                                                        \
    X(SEEN,      "last_seen")  /* those with the newest item */              \
    X(FIRST,     "first_seen") /* those that were found last */              \
    X(LEVEL,     "level")      /* the worst, then by their newest item */    \
    X(SCORE,     "score")      /* the highest, then by their newest item */  \
    X(CLOCK,     "clock")      /* the next deadline; those without it last */
/* clang-format on */
enum list_sort {
#define X(sort, name) LIST_SORT_##sort,
    LIST_SORTS(X)
#undef X
};
enum { LIST_SORT_COUNT = LIST_SORT_CLOCK + 1 };
const char *list_sort_name(enum list_sort sort);
/* 0 or E_PARSE. */
int list_sort_parse(struct str name, enum list_sort *ret);

/* A span of time; WALL_NONE and 0 are open ends, until is excluded. */
struct list_span {
    struct wall from, until;
};

enum list_delivery { LIST_DELIVERY_ANY, LIST_FAILED, LIST_PENDING, LIST_LATE };
enum list_clock { LIST_CLOCK_ANY, LIST_DUE_SOON, LIST_BREACHED, LIST_RUNNING };

struct list_filter {
    unsigned levels, states, substates; /* bits; 0: all, all open, all */
    struct str category, owner, assignee, source, tag, rule; /* absent: any */
    bool unassigned;
    struct str text; /* as incident_filter.text */
    struct list_span first_seen, opened, acknowledged, closed;
    enum list_delivery delivery; /* LIST_LATE: failed, or pending after a try */
    enum list_clock clock;
    struct wall now; /* for clock */
    int64_t upto;    /* greatest number that counts, 0: any */
    enum list_sort sort;
    size_t limit;     /* 0 is VIEW_PAGE_DEFAULT, at most VIEW_PAGE_MAX */
    struct str after; /* cursor of the page before, of the same sort */
};

struct list_row {
    struct incident_row row; /* its cursor is of this sort */
    struct clock_run clock;  /* the next deadline that runs; id 0: none */
    struct wall touched;     /* of the last thing in its timeline */
    struct str touched_kind; /* what that was, absent: nothing */
    struct str touched_by;
    struct str channel; /* of the last message given up, else of the one
                           that waits; absent: neither */
};

/* A wrong cursor is E_PARSE. */
int view_list(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more);
/* The same, and as view_list_count how many there are without after. */
int view_list_page(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more,
    uint64_t *ret_total);
/* How many there are; LIST_COUNT_MAX + 1 is more than that.  limit and after do
 * not matter. */
int view_list_count(
    struct view *view, const struct list_filter *filter, uint64_t *ret);
/* Their numbers, in order, at most LIST_MAX_IDS. */
int view_list_ids(struct view *view, const struct list_filter *filter,
    struct arena *arena, int64_t **ret, size_t *ret_n, bool *ret_more);
/* The greatest number that any incident has, 0: none. */
int view_list_newest(struct view *view, int64_t *ret);

/* --- views that people saved -----------------------------------------------
 */
struct saved_view {
    int64_t id;
    struct str name;
    struct str query; /* the list's, without page and sort of a moment */
    struct str owner; /* absent: everybody's */
    struct str by;
    struct wall made;
};
/* Everybody's and those of user, the oldest first; at most max. */
int view_saved_views(struct view *view, struct str user, size_t max,
    struct arena *arena, struct saved_view **ret, size_t *ret_n);

/* --- what was done to many at once -------------------------------------------
 */
struct bulk_row {
    int64_t id;
    struct str by, action;
    struct wall at, until; /* done; to be undone until then */
    struct str answer;     /* JSON: done, refused */
    struct wall undone;    /* or WALL_NONE */
};
/* E_NOTFOUND. */
int view_bulk(
    struct view *view, int64_t id, struct arena *arena, struct bulk_row *ret);

#endif
