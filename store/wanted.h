/*
 * wanted: pages that are still to be read besides the sources themselves: the
 * next page of a list whose first did not reach back to what is known, a
 * sitemap of an index, an item's own page.  A row is written in the
 * transaction that found it wanting, and goes in the one that read it, so a
 * kill loses none and repeats at most the request.
 */
#ifndef TOCSIN_STORE_WANTED_H
#define TOCSIN_STORE_WANTED_H

#include "store/store.h"

enum {
    STORE_WANTED_PER_SOURCE = 200,
    STORE_WANTED_TURNS = 8 /* given out of one source, so that all have theirs */
};

enum wanted_kind {
    WANTED_PAGE,    /* a further page of a source; read as the source is */
    WANTED_ARTICLE, /* an item's own page */
    WANTED_CHILD,   /* a sitemap that the source's index names */
    WANTED_CHECK    /* an item's own page, to see whether it is there */
};

struct wanted {
    int64_t id;
    struct str source;
    enum wanted_kind kind;
    struct str url;
    int64_t item;      /* of an article or a check, else 0 */
    uint32_t left;     /* further pages that may follow this one */
    uint32_t tries;    /* so far */
    bool baseline;     /* what it brings is stored, and never alarms */
    struct wall since; /* when the source had been read before it was wanted */
    struct wall due;
};

/* E_EXISTS when the source waits for this page already, E_LIMIT when it waits
 * for STORE_WANTED_PER_SOURCE. */
int store_wanted_add(struct store *store, const struct wanted *wanted);
/* Those due at now, oldest first, at most max, and the first
 * STORE_WANTED_TURNS of each source. */
int store_wanted_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct wanted **ret, size_t *ret_n);
/* E_NOTFOUND when it is gone. */
int store_wanted_load(struct store *store, int64_t id, struct arena *arena,
    struct wanted *ret);
/* When the next is due, WALL_NONE when none is. */
int store_wanted_next(struct store *store, struct wall *ret);
/* It was tried in vain: again at due. */
int store_wanted_again(
    struct store *store, int64_t id, uint32_t tries, struct wall due);
/* It was read, or is given up. */
int store_wanted_drop(struct store *store, int64_t id);
/* How many pages of this kind a source waits for. */
int store_wanted_count(struct store *store, struct str source,
    enum wanted_kind kind, uint32_t *ret);

/* An item with its newest revision, for matching it again. */
struct stored_item {
    struct item item; /* categories and enclosures are not kept */
    int64_t revision;
    bool baseline, backfill;
};
int store_item_load(struct store *store, int64_t id, struct arena *arena,
    struct stored_item *ret);

/* What an item was before a revision of it. */
struct item_before {
    bool baseline, backfill;
    enum level level; /* of the revision before; LEVEL_NONE: there was none */
};
int store_item_before(struct store *store, int64_t id, int64_t revision,
    struct item_before *ret);

#endif
