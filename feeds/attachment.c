/*
 * attachment: see attachment.h.
 */
#include "feeds/attachment.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "feeds/attachparts.h"

#define PDF_MARK STR("%PDF-")
#define ZIP_MARK STR("PK\x03\x04")
#define OLE_MARK STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
enum { PDF_MARK_WITHIN = 1024 }; /* bytes: readers take junk before it */

int
attachment_init(void)
{
    int err = attachole_init();

    /* libarchive asks the C library for the zone of a file's time, which looks
     * at /etc/localtime each time as long as TZ says nothing. */
    (void)setenv("TZ", "UTC0", 0);
    tzset();
    return err ? err : attachpdf_init();
}

const char *
attachment_name(enum attachment_kind kind)
{
    static const char *const names[] = {
        "", "pdf", "docx", "xlsx", "doc", "xls"};

    return names[kind];
}

static bool
is_pdf(struct str bytes)
{
    struct str head = str_first(bytes, PDF_MARK_WITHIN);

    return str_find(head, PDF_MARK) < head.n;
}

bool
attachment_is_one(struct str bytes)
{
    /* A page that speaks of "%PDF-" is a page all the same. */
    return str_starts(bytes, ZIP_MARK) || str_starts(bytes, OLE_MARK) ||
           (is_pdf(bytes) && bytes.p[0] != '<');
}

void
attach_add_number(struct buf *out, double value)
{
    if (!isfinite(value))
        return;
    if (fabs(value) < 1e18 && floor(value) == value)
        buf_printf(out, "%.0f", value);
    else
        buf_printf(out, "%.15g", value);
}

static int
read_by_kind(struct arena *arena, struct str bytes, struct buf *out,
    struct attachment *ret)
{
    if (str_starts(bytes, ZIP_MARK))
        return attachooxml_read(arena, bytes, out, ret);
    if (str_starts(bytes, OLE_MARK))
        return attachole_read(bytes, out, ret);
    if (is_pdf(bytes))
        return attachpdf_read(bytes, out, ret);
    return E_PARSE;
}

int
attachment_read(struct arena *arena, struct str bytes, struct toc_error *reterr,
    struct attachment *ret)
{
    struct attachment found = {.kind = ATTACHMENT_NONE};
    _cleanup_(buf_done) struct buf out;
    int err;

    buf_init(&out, ATTACHMENT_MAX_TEXT_BYTES);
    err = read_by_kind(arena, bytes, &out, &found);
    if (err) {
        toc_error_set(reterr, NULL, 0, 0,
            err == E_PARSE ? "this is no PDF, Word or Excel document, or is "
                             "damaged from its beginning"
                           : "the document cannot be read: out of memory");
        return err;
    }
    if (out.err == E_NOMEM)
        return E_NOMEM;
    if (out.err)
        found.partial = true;
    if (!found.locked) {
        found.text = arena_str(arena, buf_str(&out));
        if (out.n && !found.text.p)
            return E_NOMEM;
    }
    *ret = found;
    return 0;
}
