/*
 * fold: messages that wait become one.
 *
 * A digest is made of the stored bodies themselves, so that it says what they
 * would have said: each incident once, as its newest message has it, with the
 * new items of all of them; each condition once, as it stands last.  What it
 * has no place for is counted in "more" and comes in the next.
 *
 * Pure.  It belongs to the engine role.
 */
#ifndef TOCSIN_NOTIFY_FOLD_H
#define TOCSIN_NOTIFY_FOLD_H

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "notify/text.h"

enum {
    FOLD_MAX_ROWS = 2000, /* looked at for one digest */
    FOLD_MAX_ITEMS = 10   /* new items named of one incident */
};

struct fold;

/* Made for a channel whose words are style; max_bytes of style 0: whoever reads
 * it has no limit but BODY_MAX_BYTES.  zone, console and the like are lent
 * until fold_free.  NULL when memory ends. */
struct fold *fold_new(const struct text_style *style);
void fold_free(struct fold *fold);

/* Give one message, the most urgent first and those about one incident one
 * after the other, the oldest first.  0; E_STATE, and it is left out, when it
 * cannot be told with the others; E_LIMIT when enough were given; E_NOMEM. */
int fold_add(struct fold *fold, struct str body);
/* How many incidents and conditions are in it now. */
size_t fold_entries(const struct fold *fold);

/* Write the digest of the first messages that fit, into out, emptied before:
 * *ret_rows of those that were taken, at least one, about *ret_entries.  0,
 * E_LIMIT when not even one fits, E_NOMEM. */
int fold_write(struct fold *fold, struct buf *out, struct wall now,
    size_t *ret_rows, size_t *ret_entries);

#endif
