/*
 * seen: the set of items that a source showed when it was last polled.
 *
 * Encoded as bytes that the store keeps and the engine hands out with each
 * poll: a version byte, then entries of identity, digest and content (SHA-256
 * each), newest last, at most SEEN_MAX_ENTRIES.  Items of the window that were
 * seen with the same digest are dropped before matching; the set keeps more
 * than one window so that what vanishes and returns is not news.
 */
#ifndef TOCSIN_FEEDS_SEEN_H
#define TOCSIN_FEEDS_SEEN_H

#include "base/buf.h"
#include "feeds/item.h"

enum {
    /* More than the largest window (FEED_MAX_ITEMS): what does not fit would
     * be news at every poll. */
    SEEN_MAX_ENTRIES = 6000,
    /* Items that must have moved before what they say, without the address,
     * counts: a page that shows one or two says the same again too easily. */
    SEEN_MIN_MOVED = 3
};

enum seen_verdict {
    SEEN_NEW,     /* identity unknown */
    SEEN_REVISED, /* identity known, digest not */
    SEEN_SAME
};

struct seen;

/* Decode bytes (an empty text is the empty set; those of version 1 know no
 * content).  E_CORRUPT, E_NOMEM. */
int seen_open(struct str bytes, struct seen **ret);
void seen_free(struct seen *seen);
size_t seen_count(const struct seen *seen);
enum seen_verdict seen_check(const struct seen *seen, const struct item *item);
/* Set moved[i] for each item of document: whether it is new by identity but
 * known by digest or content, so that the source gave what it had shown a new
 * identity.  Content without text is known only if it is one item's alone, in
 * the set and in the document: many a list repeats its titles.  *ret_moved is
 * how many; more than half of the window is a re-announcement, not news.
 * 0 or E_NOMEM. */
int seen_moved(const struct seen *seen, const struct document *document,
    bool *moved, size_t *ret_moved);
/* After a re-announcement: the content of what moved is from now on that of
 * the new identities (seen_put), no more of the old ones, which stay known.
 * So the source can move again.  0 or E_NOMEM. */
int seen_move(
    struct seen *seen, const struct document *document, const bool *moved);
/* Put item into the set as the newest. E_NOMEM. */
int seen_put(struct seen *seen, const struct item *item);
/* Append the encoded set to out, dropping the oldest beyond max entries. */
int seen_save(const struct seen *seen, size_t max, struct buf *out);

#endif
