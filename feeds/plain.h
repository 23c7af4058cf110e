/*
 * plain: an HTML fragment as the text that a reader sees.
 *
 * Tags are gone, references decoded, white space of any kind collapsed to one
 * space, control characters dropped; what script and style hold is no text;
 * block elements and line breaks become spaces, inline elements nothing.
 * One pass, no tree: for the content of feeds, not for pages.
 */
#ifndef TOCSIN_FEEDS_PLAIN_H
#define TOCSIN_FEEDS_PLAIN_H

#include "base/buf.h"
#include "base/str.h"

enum plain_mode {
    PLAIN_TEXT,  /* no markup: white space and control characters only */
    PLAIN_TITLE, /* only elements that HTML knows are markup, and "&amp;"
                    stays as it is */
    PLAIN_HTML
};

/* Append the text of s to out, trimmed.  0 or the error of out; what fitted
 * stays when it was E_LIMIT. */
int plain_add(struct str s, enum plain_mode mode, struct buf *out);
/* Whether an element begins a line of its own, so that words on its two sides
 * are two.  name in any case. */
bool plain_is_block(struct str name);
/* Whether it is an element of HTML. */
bool plain_is_html(struct str name);

#endif
