/*
 * attachment: what a document that a page links to says, as plain text.
 *
 * Schools publish name lists as PDF and office documents; what is to be found
 * in them is looked for in this text.  The kind is told by the bytes, never by
 * a name or a Content-Type.  Rows of a table are lines, their cells are parted
 * by tabs.  Each container and format is read by a well-kept library: ZIP by
 * libarchive, XML by libxml2, OLE2 by libgsf, PDF by poppler.
 *
 * For the parse role: nothing here opens a file once attachment_init has run.
 */
#ifndef TOCSIN_FEEDS_ATTACHMENT_H
#define TOCSIN_FEEDS_ATTACHMENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum attachment_kind {
    ATTACHMENT_NONE, /* no document that is read here */
    ATTACHMENT_PDF,
    ATTACHMENT_DOCX, /* ECMA-376 word processing */
    ATTACHMENT_XLSX, /* ECMA-376 spreadsheet */
    ATTACHMENT_DOC,  /* [MS-DOC], Word 97 to 2003, and WPS's .wps */
    ATTACHMENT_XLS   /* [MS-XLS] BIFF8, Excel 97 to 2003, and WPS's .et */
};

enum {
    ATTACHMENT_MAX_TEXT_BYTES = 8 * 1024 * 1024,  /* of one document */
    ATTACHMENT_MAX_PART_BYTES = 32 * 1024 * 1024, /* of one file within it */
    ATTACHMENT_MAX_PAGES = 500                    /* of a PDF */
};

struct attachment {
    enum attachment_kind kind;
    struct str text; /* UTF-8; in the arena */
    bool partial;    /* cut by a limit, or damaged: text is its beginning */
    bool locked;     /* encrypted: text is absent */
};

/* Process-wide preparation, once, before lockdown: what poppler and libgsf load
 * from files.  0 or E_NOMEM. */
int attachment_init(void);
/* "pdf", "docx", "xlsx", "doc", "xls"; "" for ATTACHMENT_NONE. */
const char *attachment_name(enum attachment_kind kind);
/* What bytes begin like: a PDF, a ZIP or an OLE2 container, without a look
 * inside. */
bool attachment_is_one(struct str bytes);
/* Read a document.  E_PARSE with *reterr when it is none or holds nothing that
 * is read here, E_NOMEM.  A damaged or huge one gives what can be read. */
int attachment_read(struct arena *arena, struct str bytes,
    struct toc_error *reterr, struct attachment *ret);

#endif
