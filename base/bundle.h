/*
 * bundle: files in one ZIP archive, made in memory.
 *
 * The same files in the same order at the same times are the same bytes.
 */
#ifndef TOCSIN_BASE_BUNDLE_H
#define TOCSIN_BASE_BUNDLE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

struct bundle;

/* Begin one that is written into out (lent until the end).  0 or E_NOMEM. */
int bundle_new(struct buf *out, struct bundle **ret);
/* Append a file; name is ASCII, with '/' between folders.  0, E_LIMIT when out
 * is full (the archive is then of no use), E_NOMEM. */
int bundle_add(
    struct bundle *bundle, const char *name, struct str bytes, struct wall at);
/* Write what stands at the end.  As bundle_add. */
int bundle_end(struct bundle *bundle);
void bundle_free(struct bundle *bundle);
DEFINE_CLEANUP(struct bundle *, bundle_free)

#endif
