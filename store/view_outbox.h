/*
 * view_outbox: the queue and the dead letters, as they are looked through; and
 * when a source publishes.
 */
#ifndef TOCSIN_STORE_VIEW_OUTBOX_H
#define TOCSIN_STORE_VIEW_OUTBOX_H

#include "store/view.h"

enum { VIEW_WEEK_ITEMS = 5000 /* of a source, the newest: its week */ };

struct delivery_filter {
    int state;                /* -1: any */
    int64_t incident;         /* 0: any */
    struct str channel, type; /* absent: any */
    size_t limit;             /* 0 is VIEW_PAGE_DEFAULT */
    int64_t before;           /* the last id of the page before, 0: the first */
};
/* Newest first, with their attempts. */
int view_delivery_page(struct view *view, const struct delivery_filter *filter,
    struct arena *arena, struct delivery_row **ret, size_t *ret_n);

/* How many items of a source were first seen in each hour of the week, Monday's
 * first, in a zone so many minutes east of UTC; what it had when it was first
 * read is left out.  *ret_n is how many in all. */
int view_source_week(struct view *view, struct str source, struct wall since,
    int offset_minutes, uint32_t ret[7][24], size_t *ret_n);

#endif
