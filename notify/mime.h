/*
 * mime: a mail's bytes (RFC 5322, 2045, 2047), made of texts.
 *
 * Everything is ASCII in the end, so that any server takes it: header texts
 * become encoded words, bodies base64.  Nothing from outside can begin a header
 * of its own: control characters are blanks before anything is written.
 */
#ifndef TOCSIN_NOTIFY_MIME_H
#define TOCSIN_NOTIFY_MIME_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

enum {
    MIME_LINE_BYTES = 76, /* of base64, and of a header with encoded words */
    MIME_WORD_BYTES = 42  /* of text in one encoded word */
};

/* Append "Name: text\r\n"; text as encoded words unless it is short ASCII. */
int mime_header_text(struct buf *out, const char *name, struct str text);
/* Append a name of a person or office, as before an address: a word that
 * needs no quotes, or encoded words. */
int mime_phrase(struct buf *out, struct str text);
/* Append "Date: Sun, 07 Jun 2026 01:30:00 +0000\r\n". */
int mime_date(struct buf *out, struct wall time);
/* Append a part's headers and its text in base64: "text/plain", … */
int mime_part(struct buf *out, const char *type, struct str text);

#endif
