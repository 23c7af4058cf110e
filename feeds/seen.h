/*
 * seen: the set of items that a source showed when it was last polled.
 *
 * Encoded as bytes that the store keeps and the engine hands out with each
 * poll: a version byte, then entries of identity and digest (SHA-256 each),
 * newest last, at most SEEN_MAX_ENTRIES.  Items of the window that were seen
 * with the same digest are dropped before matching; the set keeps more than
 * one window so that what vanishes and returns is not news.
 */
#ifndef TOCSIN_FEEDS_SEEN_H
#define TOCSIN_FEEDS_SEEN_H

#include "base/buf.h"
#include "feeds/item.h"

enum { SEEN_MAX_ENTRIES = 4000 };

enum seen_verdict {
    SEEN_NEW,     /* identity unknown */
    SEEN_REVISED, /* identity known, digest not */
    SEEN_SAME
};

struct seen;

/* Decode bytes (an empty text is the empty set).  E_CORRUPT, E_NOMEM. */
int seen_open(struct str bytes, struct seen **ret);
void seen_free(struct seen *seen);
size_t seen_count(const struct seen *seen);
enum seen_verdict seen_check(const struct seen *seen, const struct item *item);
/* How many items of document are new by identity but known by digest: the
 * source gave what it had shown new identities.  More than half of the window
 * is a re-announcement, not news. */
size_t seen_moved(const struct seen *seen, const struct document *document);
/* Put item into the set as the newest. E_NOMEM. */
int seen_put(struct seen *seen, const struct item *item);
/* Append the encoded set to out, dropping the oldest beyond max entries. */
int seen_save(const struct seen *seen, size_t max, struct buf *out);

#endif
