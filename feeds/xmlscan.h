/*
 * xmlscan: XML as it is found on the web, cut into tokens, nothing more.
 *
 * It believes nothing: a '<' may begin nothing, a tag may lack its '>', an
 * attribute its quotes.  prescan.c looks at the tokens to see whether libxml2
 * may have the document as it is; repair.c writes them anew when it may not.
 */
#ifndef TOCSIN_FEEDS_XMLSCAN_H
#define TOCSIN_FEEDS_XMLSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum {
    XMLSCAN_MAX_TAG_BYTES = 64 * 1024,
    XMLSCAN_MAX_ATTRIBUTES = 256,
    XMLSCAN_MAX_DEPTH = 200
};

enum xmlscan_kind {
    XMLSCAN_TEXT,
    XMLSCAN_START,
    XMLSCAN_EMPTY, /* <name/> */
    XMLSCAN_END,
    XMLSCAN_CDATA,
    XMLSCAN_COMMENT,
    XMLSCAN_PI,
    XMLSCAN_DOCTYPE,
    XMLSCAN_STRAY, /* a '<' that begins nothing: one byte of text */
    XMLSCAN_CUT,   /* the document ends within this token */
    XMLSCAN_LIMIT, /* a tag over XMLSCAN_MAX_TAG_BYTES or _ATTRIBUTES */
    XMLSCAN_EOF
};

struct xmlscan {
    struct str text;
    size_t at; /* where the next token begins */
    /* The token that xmlscan_next found. */
    enum xmlscan_kind kind;
    struct str token; /* all of it */
    struct str name;  /* of START, EMPTY, END */
    bool crooked;     /* its attributes are not as XML wants them */
    bool bad_refs;    /* a '&' in it that XML does not know */
};

/* Find the next token. */
enum xmlscan_kind xmlscan_next(struct xmlscan *scan);

/* Whether an end tag is the document's last piece and begins as that of the
 * element called name does: "</lo" for "loc". */
bool xmlscan_is_cut_end(const struct xmlscan *scan, struct str name);
/* One attribute of a tag, as crooked as it is; *rest begins behind the tag's
 * name and becomes what follows. */
struct xmlscan_attr {
    struct str name, value; /* value without quotes, absent when bare */
};
bool xmlscan_attr(struct str *rest, struct xmlscan_attr *ret);
/* Whether every '&' in s begins a reference that XML knows of itself. */
bool xmlscan_refs_ok(struct str s);

#endif
