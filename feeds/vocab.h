/*
 * vocab: what the elements of RSS, Atom, RDF and their modules mean to us.
 *
 * One table for all of them, because feeds mix them freely.  A row says what
 * an element gives (an item's title, a link, …), how its content is written,
 * and how much it counts against others that give the same.
 */
#ifndef TOCSIN_FEEDS_VOCAB_H
#define TOCSIN_FEEDS_VOCAB_H

#include <stdint.h>

#include "base/str.h"
#include "feeds/xml.h"

enum field {
    FIELD_TITLE,
    FIELD_LINK,
    FIELD_ID,
    FIELD_CONTENT,
    FIELD_SUMMARY,
    FIELD_PUBLISHED,
    FIELD_UPDATED,
    FIELD_COUNT
};

enum vocab_action {
    VOCAB_FIELD,     /* content is the field */
    VOCAB_RECORD,    /* an item begins */
    VOCAB_CHANNEL,   /* the feed's own data are inside */
    VOCAB_GROUP,     /* nothing itself, but look inside */
    VOCAB_IGNORE,    /* nothing, and nothing inside */
    VOCAB_LINK,      /* Atom's link: attributes; RSS's when it has a href */
    VOCAB_GUID,      /* id, and link unless it says otherwise */
    VOCAB_CATEGORY,  /* content, or attributes */
    VOCAB_ENCLOSURE, /* attributes; look inside */
    VOCAB_KEYWORDS,  /* categories with commas between */
    VOCAB_PLAYER,    /* an address in attributes, for want of a better */
    VOCAB_WISH, /* when it wants to be polled (feeds/wish.h) */
    VOCAB_LANGUAGE
};

enum vocab_mode {
    VOCAB_TEXT,    /* content is plain text */
    VOCAB_TITLE,   /* text in which HTML's elements are markup */
    VOCAB_HTML,    /* escaped HTML */
    VOCAB_XHTML,   /* elements */
    VOCAB_BASE64,  /* of HTML */
    VOCAB_BY_TYPE, /* as Atom's type and mode attributes say */
    VOCAB_RAW      /* a date, an address, an id */
};

struct vocab_row {
    const char *name;    /* lower case */
    uint32_t namespaces; /* bits of enum xml_ns */
    enum vocab_action action;
    enum field field;
    enum vocab_mode mode;
    uint8_t in_item, in_channel; /* rank there, 0: not there */
};

/* The row of an element, NULL when it means nothing. */
const struct vocab_row *vocab_element(enum xml_ns ns, struct str name);

#endif
