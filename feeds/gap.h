/*
 * gap: whether a document still reaches back to what its source showed before.
 *
 * A window that has rotated fully between two polls shows only items that are
 * new; what was published and pushed out in between was never seen.  One known
 * item is not proof of the contrary: many lists keep a few old ones pinned on
 * top.  So the document's order counts: behind its oldest new item there must
 * be one that is known.
 */
#ifndef TOCSIN_FEEDS_GAP_H
#define TOCSIN_FEEDS_GAP_H

#include "feeds/seen.h"

enum gap_order {
    GAP_NEWEST_FIRST, /* as its dates say, or as is usual when they are silent */
    GAP_OLDEST_FIRST,
    GAP_UNORDERED     /* dates in both directions: any known item will do */
};

struct gap_verdict {
    enum gap_order order;
    size_t known; /* items of the document that were seen before */
    size_t fresh; /* those that were not */
    bool reaches; /* it reaches back to what is known, or shows nothing new */
};

/* seen is of the time before the document. */
struct gap_verdict gap_check(
    const struct seen *seen, const struct document *document);

#endif
