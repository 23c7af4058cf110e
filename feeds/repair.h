/*
 * repair: a damaged XML document written anew so that libxml2 reads it as its
 * reader would: stray '&' and '<' escaped, HTML's entities as characters,
 * control characters dropped, attributes quoted, end tags where they are
 * missing, misplaced ones gone, an item that begins within another ends it.
 */
#ifndef TOCSIN_FEEDS_REPAIR_H
#define TOCSIN_FEEDS_REPAIR_H

#include "base/buf.h"
#include "feeds/prescan.h"

/* Append the repaired root of scan to out.  Elements that a truncated document
 * left open stay open.  E_LIMIT, E_NOMEM. */
int repair_xml(const struct prescan *scan, struct buf *out);

#endif
