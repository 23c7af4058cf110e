/*
 * jsonfeed: JSON Feed 1.0 and 1.1 (jsonfeed.org), read with an open mind.
 */
#ifndef TOCSIN_FEEDS_JSONFEED_H
#define TOCSIN_FEEDS_JSONFEED_H

#include "feeds/build.h"

enum { JSONFEED_MAX_VALUES = 300000 }; /* numbers, texts, lists, … */

/* Make jansson draw its seed, for which it opens a file: before lockdown. */
void jsonfeed_init(void);
/* Read text, which begins with '{' or '['.  E_PARSE with *reterr when it is no
 * JSON, or no feed. */
int jsonfeed_read(
    struct build *build, struct str text, struct toc_error *reterr);

#endif
