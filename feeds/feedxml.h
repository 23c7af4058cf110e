/*
 * feedxml: RSS, RDF, Atom and CDF from SAX events into a build.
 */
#ifndef TOCSIN_FEEDS_FEEDXML_H
#define TOCSIN_FEEDS_FEEDXML_H

#include "feeds/build.h"

/* Read the root element text of a feed into build.  truncated: the document
 * ended before its root did; the item that was open is dropped.  E_PARSE when
 * the root is none of a feed. */
int feedxml_read(struct build *build, struct str text, bool truncated);

#endif
