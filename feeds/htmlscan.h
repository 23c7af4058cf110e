/*
 * htmlscan: cut a page to bounds before libxml2 sees it.
 *
 * libxml2's HTML parser needs quadratic time for a tag with many attributes
 * and for deep nesting, and memory without end for a page of a million tags.
 * This pass reads a page as a browser's tokeniser does and writes it again:
 * every tag with quoted attributes, within the bounds of html.h; scripts,
 * styles, comments and drawings taken out; a '<' that begins no tag escaped;
 * control characters gone.  It is linear in the page.
 *
 * Lists that a page carries inside a script as XML (the records of JPage) are
 * written out as markup.
 */
#ifndef TOCSIN_FEEDS_HTMLSCAN_H
#define TOCSIN_FEEDS_HTMLSCAN_H

#include "feeds/html.h"

struct htmlscan {
    struct buf out; /* the cleaned page; htmlscan_done frees it */
    struct html_aside *asides;
    size_t nasides;
    bool cut;
};

/* Clean page.  Asides live in arena and look into page.  0, E_LIMIT, E_NOMEM;
 * htmlscan_done is to be called in any case. */
int htmlscan_run(struct arena *arena, struct str page, struct htmlscan *scan);
void htmlscan_done(struct htmlscan *scan);

#endif
