/*
 * feeds: the folder's face: bytes in, a document out.
 *
 *   bytes ─decode─▶ UTF-8 ─prescan─▶ ─parse─▶ document ─seen─▶ what is new
 *
 * Everything here is a function from its input to its output; it belongs to
 * the parse role (and to `tocsin try`), touches no file and no clock, and
 * keeps all it makes in the caller's arena.
 */
#ifndef TOCSIN_FEEDS_FEEDS_H
#define TOCSIN_FEEDS_FEEDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "feeds/item.h"

/* Process-wide preparation, once, before lockdown: libxml2 (no loader, no
 * catalogues, no network), converters of encodings, the seed of JSON objects.
 * After it nothing here opens a file; one thread only. */
int feeds_init(void);

struct feed_input {
    struct str bytes;        /* as received, after the transfer coding */
    struct str url;          /* where it came from, or absent */
    struct str content_type; /* header value, or absent */
    const struct zone *zone; /* of dates without one; NULL: pages UTC+8, feeds
                                by their script: Chinese UTC+8, Japanese and
                                Korean UTC+9, any other UTC */
    struct wall now;         /* when it was read: for "yesterday", missing
                                years, and to refuse dates of the future */
    /* Lists: the records, as XPath or CSS (feeds/select.h), or absent: then
     * the list is searched for.  The others name a text within a record, and
     * count only with select; absent, the text is found in the record. */
    struct str select;
    struct str select_link, select_title, select_date;
    struct str hint;         /* lists: an earlier document.hint, or absent */
    size_t max_items;        /* 0 is FEED_MAX_ITEMS */
};

enum {
    FEED_MAX_ITEMS = 5000,
    FEED_MAX_TITLE_BYTES = 40000,
    FEED_MAX_TITLE_CHARS = 10000, /* code points */
    FEED_MAX_TEXT_BYTES = 1024 * 1024
};

/* Read a feed of any format, told by its content.  E_PARSE when the document
 * is none, E_LIMIT when it is refused for its size or shape, E_NOMEM; *reterr
 * then says why in a sentence. */
int feed_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct document **ret);
/* Read an HTML page that lists publications, by input->select or by finding
 * the list itself.  No list is a document without items, not an error. */
int list_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct document **ret);

/* Why the HTML page in input is not what was asked for, but something that a
 * server puts in its place with status 200: a bot wall, a log-in page, a notice
 * of maintenance, a parked domain, an error page, a page that is empty without
 * its scripts.  *ret is a sentence (static), or absent for any other page.  For
 * whoever got E_PARSE from feed_parse; list_parse and article_parse say it in
 * .blocked themselves.  E_LIMIT, E_NOMEM. */
int page_blocked(
    struct arena *arena, const struct feed_input *input, struct str *ret);

/* Links that an HTML page offers: its feeds, and pages that look like lists. */
struct discovery {
    const struct str *feeds, *lists;
    size_t nfeeds, nlists;
};
int discover_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct discovery **ret);

/* One publication's own page. */
struct article {
    struct str title, text, encoding;
    struct wall published;
    struct str blocked; /* as document.blocked; title and text are absent */
    struct str notes[DOCUMENT_MAX_NOTES];
    size_t nnotes;
};
int article_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct article **ret);

/* robots.txt (RFC 9309): may agent fetch url?  *ret_line is the line of the
 * deciding rule, 0 when none does.  crawl_delay_ms is -1 when not given. */
struct robots_verdict {
    bool allowed;
    unsigned line;
    int64_t crawl_delay_ms;
};
struct robots_verdict robots_check(
    struct str body, struct str agent, struct str url);

#endif
