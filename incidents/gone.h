/*
 * gone: whether a page says that the publication which stood there is gone.
 *
 * A server should answer 404 or 410; many answer 200 with a sentence instead.
 */
#ifndef TOCSIN_INCIDENTS_GONE_H
#define TOCSIN_INCIDENTS_GONE_H

#include <stdbool.h>

#include "base/str.h"

/* Whether title and text of a page, whole, are such a notice: a short one, and
 * not one in which an article's own words stand (title is what it was called
 * when it was read). */
bool gone_says(struct str was_title, struct str title, struct str text);

#endif
