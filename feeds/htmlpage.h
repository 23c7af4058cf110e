/*
 * htmlpage: the bytes of a page as received, opened as a tree.
 */
#ifndef TOCSIN_FEEDS_HTMLPAGE_H
#define TOCSIN_FEEDS_HTMLPAGE_H

#include "feeds/decode.h"
#include "feeds/feeds.h"
#include "feeds/html.h"

struct htmlpage {
    struct html html;
    struct decoded decoded;
    struct str notes[DOCUMENT_MAX_NOTES];
    size_t nnotes;
};

/* Unpack, decode and parse input->bytes.  0; E_LIMIT or E_NOMEM with *reterr
 * (may be NULL) set.  On success the caller calls htmlpage_done; the page's
 * texts look into arena and input. */
int htmlpage_open(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, struct htmlpage *ret);
void htmlpage_done(struct htmlpage *page);
/* Add a sentence to the notes; dropped when there are too many. */
void htmlpage_note(struct htmlpage *page, struct str sentence);

#endif
