/*
 * identity: what makes two sightings of an item the same, and what makes the
 * second one a revision.
 */
#ifndef TOCSIN_FEEDS_IDENTITY_H
#define TOCSIN_FEEDS_IDENTITY_H

#include "base/arena.h"
#include "feeds/item.h"

/* Fill identity (the ladder of CONTRACTS §2: id, canonical URL, folded title
 * and date), digest and content of all items of one document.  Items that share
 * an identity have it widened by their URL, and when that does not part them by
 * their title and date.  *ret_shared, unless ret_shared is NULL, is how many
 * had one in common.  0 or E_NOMEM. */
int identity_fill(
    struct arena *arena, struct item *items, size_t nitems, size_t *ret_shared);

#endif
