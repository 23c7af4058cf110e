/*
 * pager: the next page of a list.
 *
 * From the surest to the weakest: rel="next"; a link that says so ("下一页",
 * "Next", "Older posts", a sign as ">" among the numbers of pages); the number
 * behind the current page's; a pager that a script writes (createPageHTML).
 * What can only be reached by running a script is no page.
 */
#ifndef TOCSIN_FEEDS_PAGER_H
#define TOCSIN_FEEDS_PAGER_H

#include "feeds/html.h"

enum {
    PAGER_MAX_TEXT = 48,          /* bytes of what a pager's link says */
    PAGER_MAX_PAGE = 9999,        /* numbers that can be a page's */
    PAGER_MAX_SCRIPT = 64 * 1024, /* bytes of a script that are searched */
    PAGER_MAX_NODES = 12          /* in a link of a pager */
};

/* The address of the page behind html, which was fetched from url (may be
 * absent): on the same host, another than url; or absent. */
struct str pager_next(
    struct arena *arena, const struct html *html, struct str url);

#endif
