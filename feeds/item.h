/*
 * item: a publication found in a document, and the document's other contents.
 * Types only: the store may include this header.
 *
 * All texts are valid UTF-8 views into the arena that the document was parsed
 * into.  URLs are absolute http or https, or absent.
 */
#ifndef TOCSIN_FEEDS_ITEM_H
#define TOCSIN_FEEDS_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/str.h"

struct enclosure {
    struct str url, type;
};

struct item {
    struct str id; /* guid, Atom id, JSON Feed id as published; or absent */
    struct str url;
    struct str title;
    struct str text;                /* plain text of the fullest content */
    struct str summary;             /* when the document has both */
    struct wall published, updated; /* WALL_NONE when it does not say */
    const struct str *categories;
    size_t ncategories;
    const struct enclosure *enclosures;
    size_t nenclosures;
    /* The ladder of CONTRACTS §2: what makes two sightings the same item. */
    uint8_t identity[DIGEST_SIZE];
    /* Of title, text, url: what makes a sighting a revision. */
    uint8_t digest[DIGEST_SIZE];
    /* Of title, text, published, without the url: what an item keeps when its
     * source moves.  All zero when there is neither title nor text. */
    uint8_t content[DIGEST_SIZE];
};

enum document_format {
    DOCUMENT_UNKNOWN, /* no feed, no list: refused */
    DOCUMENT_RSS,
    DOCUMENT_RDF,
    DOCUMENT_ATOM,
    DOCUMENT_JSON,
    DOCUMENT_SITEMAP,
    DOCUMENT_SITEMAPINDEX,
    DOCUMENT_LIST /* an HTML page that lists publications */
};

/* clang-format off */
/* What can be wrong with a document that was read all the same: a bit for a
 * condition, and the word that its notes begin with ("encoding: 3 bad bytes
 * were replaced").  REANNOUNCED is not the document's alone: whoever compares
 * it with the seen set says so. */
#define DOCUMENT_TROUBLES(X)                                                  \
    X(ENCODING,    "encoding")  /* a wrong or unknown label, or bad bytes */  \
    X(MALFORMED,   "malformed") /* XML that had to be mended */               \
    X(CUT,         "cut")       /* it ends before it is complete */           \
    X(LIMIT,       "limit")     /* a bound of ours left something out */      \
    X(BAD_DATES,   "date")      /* a date that cannot be read */              \
    X(BAD_URLS,    "address")   /* an address that may not leave the house */ \
    X(DUPLICATES,  "duplicate") /* items that share one identity */           \
    X(REANNOUNCED, "reannounced")
/* clang-format on */
enum document_trouble {
#define X(name, word) TROUBLE_NUMBER_##name,
    DOCUMENT_TROUBLES(X)
#undef X
        TROUBLE_COUNT,
#define X(name, word) TROUBLE_##name = 1 << TROUBLE_NUMBER_##name,
    DOCUMENT_TROUBLES(X)
#undef X
};

enum {
    DOCUMENT_MAX_NOTES = 32,
    DOCUMENT_MAX_CHILDREN = 16,   /* of a sitemap index */
    DOCUMENT_MAX_HINT_BYTES = 512 /* of a hint */
};

struct document {
    enum document_format format;
    struct str version;  /* "rss20", "atom10", "json11", … for display */
    struct str encoding; /* the one it was decoded with, WHATWG's name */
    struct str title, link;
    struct wall updated;
    struct str next; /* URL of the next page of the same, or absent */
    struct str self; /* the address that it says is its own, or absent */
    struct str hub;  /* that tells of its news (W3C WebSub), or absent */
    /* The sitemaps of a sitemap index, newest first: its items are these and
     * no publications; who wants those reads the children. */
    const struct str *children;
    size_t nchildren;
    int64_t ttl_ms; /* RSS ttl or sy:update…, 0 when it does not say */
    uint32_t skip_hours; /* RSS: bit h: nothing new from h:00 to h:59 UTC */
    uint8_t skip_days;   /* RSS: bit d: nothing new on that day, 0 Monday */
    const struct item *items; /* in document order */
    size_t nitems;
    unsigned trouble; /* bits of enum document_trouble */
    size_t replaced;  /* bad bytes that became U+FFFD */
    /* What had to be put up with: a word of DOCUMENT_TROUBLES, a colon, and a
     * sentence for a person, English. */
    struct str notes[DOCUMENT_MAX_NOTES];
    size_t nnotes;
    bool partial; /* cut short by a limit: validators may not advance */
    /* Lists only.  How the list was found, in bytes that mean nothing outside
     * of list_parse: given back as feed_input.hint, the same list is chosen
     * again.  Absent when there was none, or a selector named it. */
    struct str hint;
    /* The list of the hint, or what the selector names, is not on the page any
     * more.  Items are then those of another list that was found, if any. */
    bool hint_lost;
    /* Why this is not the page that was asked for but something in its place
     * (a bot wall, a log-in page, …): a sentence, or absent.  There are no
     * items then, which says nothing about the source's. */
    struct str blocked;
};

#endif
