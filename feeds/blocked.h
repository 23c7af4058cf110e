/*
 * blocked: is this the page, or what stands in front of it?
 *
 * Walls against robots, log-in pages, notices of maintenance, parked domains
 * and error pages come with status 200 and look like a page without news.
 * They have one thing in common: next to nothing to read and hardly a link.
 * Only such pages are looked at, and a mark must be found on them: what the
 * products write into their pages' scripts and addresses, and what the pages
 * tell the reader.  How far a mark reaches is a matter of how much text there
 * may be beside it.
 */
#ifndef TOCSIN_FEEDS_BLOCKED_H
#define TOCSIN_FEEDS_BLOCKED_H

#include "feeds/html.h"

enum {
    BLOCKED_MAX_LETTERS = 1600, /* of a page that can be a wall; Han is one */
    BLOCKED_MAX_LINKS = 24,
    BLOCKED_MAX_CODE = 256 * 1024 /* bytes of scripts and attributes searched */
};

/* Where a mark is looked for: in what the page's program holds, in all that is
 * to be read, or in a line that says no more. */
enum blocked_place { IN_CODE, IN_TEXT, IN_LINE };

struct blocked_mark {
    enum blocked_place place;
    uint16_t letters; /* at most so many to read beside it */
    const char *text; /* lower case */
    const char *reason;
};

/* The marks, ended by a row without text; the first that is found speaks
 * (blockedmark.c). */
extern const struct blocked_mark blocked_marks[];

/* Why html is no page of its site, or absent.  A static sentence part. */
struct str blocked_reason(const struct html *html);
/* Say in *reterr that text is an HTML page and no feed, and what it is instead
 * when that can be seen. */
void blocked_explain(
    struct arena *arena, struct str text, struct toc_error *reterr);

#endif
