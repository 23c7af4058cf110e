/*
 * attachparts: the readers behind feeds/attachment.c.
 *
 * Each appends text to out and sets what it found in *ret; 0, E_PARSE when the
 * container is none of its kind or holds no such document, E_NOMEM.  A full out
 * (E_LIMIT in it) makes the result partial.
 */
#ifndef TOCSIN_FEEDS_ATTACHPARTS_H
#define TOCSIN_FEEDS_ATTACHPARTS_H

#include "base/buf.h"
#include "feeds/attachment.h"

/* A ZIP container of Office Open XML: DOCX or XLSX. */
int attachooxml_read(struct arena *arena, struct str bytes, struct buf *out,
    struct attachment *ret);
/* An OLE2 container: DOC or XLS. */
int attachole_init(void);
int attachole_read(struct str bytes, struct buf *out, struct attachment *ret);
/* The text of the streams of a Word document; table is its "1Table" or
 * "0Table". */
int attachdoc_read(struct str document, struct str table, struct buf *out,
    struct attachment *ret);
/* Which table stream a Word document uses: 0 or 1; -1 when it is none. */
int attachdoc_table(struct str document);
/* The text of a "Workbook" stream. */
int attachxls_read(
    struct str workbook, struct buf *out, struct attachment *ret);
int attachpdf_init(void);
int attachpdf_read(struct str bytes, struct buf *out, struct attachment *ret);

/* A number of a cell as a person reads it: whole numbers without point or
 * exponent ("13800001111"), others with up to 15 digits. */
void attach_add_number(struct buf *out, double value);

#endif
