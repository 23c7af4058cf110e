/*
 * features: what grouping sees of a text: numbers, never the text.
 *
 * Made in the parse role from folded text (Han character pairs, Latin words,
 * digit runs, hashed to 32 bits with a count), sent to the engine, kept with
 * the item.  The encoded form is bounded and checked when it is opened.
 */
#ifndef TOCSIN_INCIDENTS_FEATURES_H
#define TOCSIN_INCIDENTS_FEATURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { FEATURES_MAX = 512, FEATURES_MAX_BYTES = 8192 };

/* Encode the features of an item from folded UTF-16 units into out. */
int features_make(const uint16_t *title, size_t ntitle, const uint16_t *text,
    size_t ntext, struct buf *out);

#endif
