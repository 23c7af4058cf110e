/*
 * attachpdf: poppler reads, page by page.
 *
 * Poppler keeps the tables of character sets that it has loaded (four of each)
 * as long as a document is open; attachpdf_init has it read a page with the
 * sets that Chinese documents use without embedding them, so that none is
 * opened after lockdown.
 */
#include <poppler.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "feeds/attachparts.h"

enum { PDF_MAX_PIECES = 50000 }; /* of text, on one page */

/* Poppler forgets its tables with its last document: this one stays open for
 * the life of the process. */
static PopplerDocument *kept;

/* A page that shows nothing in four fonts that are not embedded. */
static const char warm_up[] =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    "/Resources<</Font<</A 5 0 R/B 6 0 R/C 7 0 R/D 8 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 97>>stream\n"
    "BT /A 9 Tf <D1A7> Tj /B 9 Tf <5B66> Tj /C 9 Tf <5B66> Tj "
    "/D 9 Tf <0F2A> Tj /D 9 Tf <0F2A> Tj   ET\n"
    "endstream endobj\n"
#define FONT(number, encoding)                                                 \
    number " 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light"            \
           "/Encoding/" encoding "/DescendantFonts[9 0 R]>>endobj\n"
    FONT("5", "GBK-EUC-H") FONT("6", "UniGB-UCS2-H") FONT("7", "UniGB-UTF16-H")
        FONT("8", "Identity-H")
#undef FONT
            "9 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
            "/FontDescriptor 10 0 R>>endobj\n"
            "10 0 obj<</Type/FontDescriptor/FontName/STSong-Light/Flags 4"
            "/FontBBox[0 0 999 999]/ItalicAngle 0/Ascent 800/Descent "
            "0/CapHeight 700"
            "/StemV 80>>endobj\n"
            "trailer<</Root 1 0 R/Size 11>>\n%%EOF\n";

/* A piece of text that poppler keeps together: a line of a column. */
struct piece {
    double x, middle, height;
    struct str text;
};

static int
compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return x->x < y->x ? -1 : x->x > y->x;
}

static int
compare_places(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    return x->x < y->x ? -1 : x->x > y->x;
}

/* Cut a page's text into pieces at its ends of lines; places has a rectangle
 * for each character. */
static void
cut_pieces(struct str text, const PopplerRectangle *places, size_t nplaces,
    struct buf *pieces)
{
    size_t character = 0;

    while (text.n > 0) {
        struct piece piece = {.text = str_split(&text, '\n')};

        if (piece.text.n > 0 && character < nplaces) {
            const PopplerRectangle *place = &places[character];

            piece.x = place->x1;
            piece.middle = (place->y1 + place->y2) / 2;
            piece.height = place->y2 - place->y1;
            (void)buf_add(pieces, &piece, sizeof piece);
        }
        character += utf8_count(piece.text) + 1;
    }
}

/* Write pieces that stand side by side as one line: the cells of a row. */
static void
write_rows(struct piece *pieces, size_t n, struct buf *out)
{
    qsort(pieces, n, sizeof *pieces, compare_pieces);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && pieces[end].middle - pieces[i].middle <
                                         pieces[i].height / 2;
             end++)
            ;
        qsort(pieces + i, end - i, sizeof *pieces, compare_places);
        for (size_t k = i; k < end; k++) {
            (void)buf_add_str(out, pieces[k].text);
            (void)buf_add_char(out, k + 1 < end ? '\t' : '\n');
        }
    }
}

static void
read_page(PopplerDocument *document, int i, struct buf *out, bool *partial)
{
    PopplerPage *page = poppler_document_get_page(document, i);
    char *text = page ? poppler_page_get_text(page) : NULL;
    PopplerRectangle *places = NULL;
    guint nplaces = 0;
    struct buf pieces;

    buf_init(&pieces, PDF_MAX_PIECES * sizeof(struct piece));
    if (text)
        (void)poppler_page_get_text_layout(page, &places, &nplaces);
    cut_pieces(str_of(text ? text : ""), places, nplaces, &pieces);
    if (pieces.n > 0)
        write_rows((struct piece *)(void *)pieces.p,
            pieces.n / sizeof(struct piece), out);
    *partial |= !text || pieces.err;
    buf_done(&pieces);
    g_free(places);
    g_free(text);
    if (page)
        g_object_unref(page);
}

int
attachpdf_read(struct str bytes, struct buf *out, struct attachment *ret)
{
    GBytes *lent = g_bytes_new_static(bytes.p, bytes.n);
    GError *error = NULL;
    PopplerDocument *document =
        poppler_document_new_from_bytes(lent, NULL, &error);
    int n;

    g_bytes_unref(lent);
    ret->kind = ATTACHMENT_PDF;
    if (!document) {
        ret->locked = error && g_error_matches(error, POPPLER_ERROR,
                                   POPPLER_ERROR_ENCRYPTED);
        g_clear_error(&error);
        return ret->locked ? 0 : E_PARSE;
    }
    n = poppler_document_get_n_pages(document);
    if (n > ATTACHMENT_MAX_PAGES) {
        n = ATTACHMENT_MAX_PAGES;
        ret->partial = true;
    }
    for (int i = 0; i < n && !out->err; i++)
        read_page(document, i, out, &ret->partial);
    g_object_unref(document);
    return 0;
}

int
attachpdf_init(void)
{
    _cleanup_(buf_done) struct buf text;
    bool partial = false;
    GBytes *bytes;

    if (kept)
        return 0;
    buf_init(&text, ATTACHMENT_MAX_TEXT_BYTES);
    bytes = g_bytes_new_static(warm_up, sizeof warm_up - 1);
    kept = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    if (!kept)
        return E_NOMEM;
    read_page(kept, 0, &text, &partial);
    return 0;
}
