#include "feeds/gap.h"

enum {
    GAP_MIN_PAIRS = 3,      /* of dated neighbours, to speak of an order */
    GAP_ORDERED_PERCENT = 80 /* of them in one direction */
};

static enum gap_order
gap_order_of(const struct document *document)
{
    struct wall last = WALL_NONE;
    size_t down = 0, up = 0;

    for (size_t i = 0; i < document->nitems; i++) {
        struct wall t = document->items[i].published;

        if (!wall_is_set(t))
            continue;
        if (wall_is_set(last)) {
            down += t.ms < last.ms;
            up += t.ms > last.ms;
        }
        last = t;
    }
    if (down + up < GAP_MIN_PAIRS ||
        100 * down >= GAP_ORDERED_PERCENT * (down + up))
        return GAP_NEWEST_FIRST;
    if (100 * up >= GAP_ORDERED_PERCENT * (down + up))
        return GAP_OLDEST_FIRST;
    return GAP_UNORDERED;
}

struct gap_verdict
gap_check(const struct seen *seen, const struct document *document)
{
    struct gap_verdict v = {.order = gap_order_of(document)};
    size_t after_fresh = 0, before_fresh = 0;

    for (size_t i = 0; i < document->nitems; i++) {
        if (seen_check(seen, &document->items[i]) == SEEN_NEW) {
            v.fresh++;
            after_fresh = 0;
        } else {
            v.known++;
            after_fresh++;
            before_fresh += v.fresh == 0;
        }
    }
    if (v.fresh == 0)
        v.reaches = true;
    else if (v.order == GAP_NEWEST_FIRST)
        v.reaches = after_fresh > 0;
    else if (v.order == GAP_OLDEST_FIRST)
        v.reaches = before_fresh > 0;
    else
        v.reaches = v.known > 0;
    return v;
}
