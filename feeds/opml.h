/*
 * opml: the list of subscriptions that feed readers exchange (OPML 1.0, 2.0).
 *
 * Read by the same bounded scan, repair and SAX parser as feeds: no DTD, no
 * entity but HTML's, nothing fetched.  It belongs where feeds are parsed: the
 * command line reads a file of others in a child that has been locked down.
 */
#ifndef TOCSIN_FEEDS_OPML_H
#define TOCSIN_FEEDS_OPML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    OPML_MAX_OUTLINES = 20000,
    OPML_MAX_TAGS = 16, /* of one outline, its parents' names included */
    OPML_MAX_TAG_BYTES = 100,
    OPML_MAX_TITLE_BYTES = 600
};

/* One outline that leads somewhere. */
struct opml_outline {
    struct str title;       /* its text or title, or absent */
    struct str feed;        /* xmlUrl: absolute http or https, or absent */
    struct str page;        /* htmlUrl, or url of a link; the same */
    struct str type;        /* as written: "rss", "link", …, or absent */
    const struct str *tags; /* the outlines around it, then its categories */
    size_t ntags;
};

struct opml {
    struct str title;
    const struct opml_outline *outlines; /* in document order */
    size_t noutlines;
    size_t unusable; /* that had an address which is not http or https */
    bool partial;    /* cut short, or more than OPML_MAX_OUTLINES */
};

/* Read bytes of any encoding.  E_PARSE when it is no OPML, E_LIMIT, E_NOMEM,
 * with *reterr saying why in a sentence. */
int opml_parse(struct arena *arena, struct str bytes, struct toc_error *reterr,
    struct opml *ret);
/* Append an OPML 2.0 document of outlines to out: those whose first tag is the
 * same stand together in an outline of that name, further tags are categories.
 * 0 or the error of out. */
int opml_write(struct str title, const struct opml_outline *outlines,
    size_t noutlines, struct buf *out);

#endif
