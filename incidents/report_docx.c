/*
 * report_docx: a document as Office Open XML (ISO/IEC 29500, transitional), as
 * Word and LibreOffice read it.
 *
 * Five parts in a ZIP archive, all with the same fixed time, so that the same
 * document is the same bytes.  Charts become bars of shaded cells; the numbers
 * stand in tables.  Links are fields, so that no relationship is needed for
 * each.
 */
#include "base/bundle.h"
#include "base/err.h"
#include "base/svg_chart.h"
#include "incidents/report_doc.h"

enum {
    DOCX_MAX_BYTES = 64 * 1024 * 1024, /* of the document's part */
    PAGE_WIDTH = 9638, /* between margins, in twentieths of a point */
    PAGE_WIDTH_ACROSS = 14570
};
/* 1980-01-01, the first day that an archive knows. */
#define DOCX_TIME ((struct wall){315532800000LL})

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/"

static const char content_types[] =
    XML "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/"
        "content-types\"><Default Extension=\"rels\" "
        "ContentType=\"application/vnd.openxmlformats-package."
        "relationships+xml\"/><Default Extension=\"xml\" "
        "ContentType=\"application/xml\"/><Override "
        "PartName=\"/word/document.xml\" ContentType=\"" TYPE
        "document.main+xml\"/><Override PartName=\"/word/styles.xml\" "
        "ContentType=\"" TYPE "styles+xml\"/></Types>\n";
static const char package_rels[] =
    XML "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/"
        "2006/relationships\"><Relationship Id=\"rId1\" Type=\"" REL
        "relationships/officeDocument\" Target=\"word/document.xml\"/>"
        "</Relationships>\n";
static const char document_rels[] =
    XML "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/"
        "2006/relationships\"><Relationship Id=\"rId1\" Type=\"" REL
        "relationships/styles\" Target=\"styles.xml\"/></Relationships>\n";

#define HEADING(id, name, level, size)                                         \
    "<w:style w:type=\"paragraph\" w:styleId=\"" id "\"><w:name w:val=\"" name \
    "\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/>"  \
    "<w:pPr><w:keepNext/><w:spacing w:before=\"280\" w:after=\"80\"/>"         \
    "<w:outlineLvl w:val=\"" level                                             \
    "\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"" size "\"/><w:szCs w:val=\"" size \
    "\"/></w:rPr></w:style>"
static const char styles[] = XML
    "<w:styles xmlns:w=\"" W "\"><w:docDefaults><w:rPrDefault><w:rPr>"
    "<w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" "
    "w:eastAsia=\"宋体\" w:cs=\"Calibri\"/><w:sz w:val=\"21\"/>"
    "<w:szCs w:val=\"21\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
    "<w:spacing w:after=\"100\" w:line=\"300\" w:lineRule=\"auto\"/>"
    "</w:pPr></w:pPrDefault></w:docDefaults>"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
    "<w:name w:val=\"Normal\"/><w:qFormat/></w:style>" HEADING("Heading1",
        "heading 1", "0", "36") HEADING("Heading2", "heading 2", "1", "28")
        HEADING("Heading3", "heading 3", "2",
            "23") "<w:style w:type=\"paragraph\" w:styleId=\"Note\">"
                  "<w:name w:val=\"Note\"/><w:basedOn w:val=\"Normal\"/><w:rPr>"
                  "<w:color w:val=\"555555\"/><w:sz "
                  "w:val=\"18\"/></w:rPr></w:style>"
                  "<w:style w:type=\"paragraph\" w:styleId=\"Cell\">"
                  "<w:name w:val=\"Cell\"/><w:basedOn w:val=\"Normal\"/><w:pPr>"
                  "<w:spacing w:after=\"0\" w:line=\"260\" "
                  "w:lineRule=\"auto\"/></w:pPr>"
                  "<w:rPr><w:sz w:val=\"19\"/></w:rPr></w:style></w:styles>\n";

static void
xml_text(struct buf *out, struct str s)
{
    /* Control characters are not allowed in XML, whatever they stand for. */
    for (size_t i = 0; i < s.n; i++) {
        struct str one = {s.p + i, 1};

        if ((unsigned char)s.p[i] < 0x20)
            one = STR(" ");
        if (str_starts(str_from(s, i), STR("\xef\xbf\xbe")) ||
            str_starts(str_from(s, i), STR("\xef\xbf\xbf"))) {
            one = STR(" "); /* nor are U+FFFE and U+FFFF */
            i += 2;
        }
        svg_escape(out, one);
    }
}

/* --- runs ------------------------------------------------------------------
 */

static void
docx_run(struct buf *out, struct str text, bool strong, bool link)
{
    (void)buf_add_cstr(out, "<w:r>");
    if (strong || link)
        (void)buf_printf(out, "<w:rPr>%s%s</w:rPr>", strong ? "<w:b/>" : "",
            link ? "<w:color w:val=\"12509E\"/><w:u w:val=\"single\"/>" : "");
    (void)buf_add_cstr(out, "<w:t xml:space=\"preserve\">");
    xml_text(out, text);
    (void)buf_add_cstr(out, "</w:t></w:r>");
}

static void
docx_field(struct buf *out, const struct doc_span *span)
{
    (void)buf_add_cstr(out,
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText "
        "xml:space=\"preserve\"> HYPERLINK &quot;");
    for (size_t i = 0; i < span->link.n; i++)
        if (span->link.p[i] != '"' && span->link.p[i] != '\\')
            xml_text(out, (struct str){span->link.p + i, 1});
    (void)buf_add_cstr(out, "&quot; </w:instrText></w:r><w:r><w:fldChar "
                            "w:fldCharType=\"separate\"/></w:r>");
    docx_run(out, span->text, span->strong, true);
    (void)buf_add_cstr(out, "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>");
}

static void
docx_text(struct buf *out, const struct doc_text *text)
{
    for (const struct doc_span *s = text->first; s; s = s->next) {
        if (s->link.n)
            docx_field(out, s);
        else
            docx_run(out, s->text, s->strong, false);
    }
}

static void
docx_paragraph(struct buf *out, const char *properties, const char *prefix,
    const struct doc_text *text)
{
    (void)buf_printf(out, "<w:p><w:pPr>%s</w:pPr>", properties);
    if (*prefix)
        docx_run(out, str_of(prefix), false, false);
    docx_text(out, text);
    (void)buf_add_cstr(out, "</w:p>\n");
}

/* --- tables ----------------------------------------------------------------
 */

static int
page_width(const struct doc *doc)
{
    return doc->wide ? PAGE_WIDTH_ACROSS : PAGE_WIDTH;
}

static int
column_width(const struct doc_table *table, size_t i, int page)
{
    int given = 0, left = 0;

    for (size_t k = 0; k < table->ncolumns; k++) {
        given += table->columns[k].share;
        left += table->columns[k].share == 0;
    }
    if (table->columns[i].share)
        return page * table->columns[i].share / (given > 100 ? given : 100);
    return given < 100 ? page * (100 - given) / 100 / left : 600;
}

/* A bar is a run of full blocks. */
static void
docx_bar(struct buf *out, int length)
{
    enum { BLOCKS = 16, WHOLE = 1000 };

    (void)buf_add_cstr(out,
        "<w:p><w:pPr><w:pStyle w:val=\"Cell\"/></w:pPr><w:r><w:rPr>"
        "<w:color w:val=\"3F6FA8\"/></w:rPr><w:t>");
    for (int i = 0; i < (length * BLOCKS + WHOLE / 2) / WHOLE; i++)
        (void)buf_add_cstr(out, "█");
    (void)buf_add_cstr(out, "</w:t></w:r></w:p>");
}

static const char *
level_shade(enum level level)
{
    static const char *const shades[LEVEL_COUNT] = {
        NULL, "D9E8FA", "FFE08A", "F7C59F", "F2B8B5"};

    return shades[level];
}

static void
docx_cell_begin(struct buf *out, int width, const char *shade)
{
    (void)buf_printf(
        out, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (shade)
        (void)buf_printf(out,
            "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"%s\"/>", shade);
    (void)buf_add_cstr(out, "</w:tcPr>");
}

static void
docx_row(struct buf *out, const struct doc_table *table,
    const struct doc_row *row, int page)
{
    (void)buf_add_cstr(out, "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct doc_cell *cell = &row->cells[i];

        docx_cell_begin(
            out, column_width(table, i, page), level_shade(cell->level));
        if (cell->bar >= 0)
            docx_bar(out, cell->bar);
        else
            docx_paragraph(out,
                table->columns[i].number
                    ? "<w:pStyle w:val=\"Cell\"/><w:jc w:val=\"right\"/>"
                    : "<w:pStyle w:val=\"Cell\"/>",
                "", &cell->text);
        (void)buf_add_cstr(out, "</w:tc>");
    }
    (void)buf_add_cstr(out, "</w:tr>\n");
}

static void
docx_table_head(struct buf *out, const struct doc_table *table, int page)
{
    (void)buf_printf(out,
        "<w:tbl><w:tblPr><w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblBorders>"
        "<w:top w:val=\"single\" w:sz=\"8\" w:color=\"1B1B1B\"/>"
        "<w:bottom w:val=\"single\" w:sz=\"8\" w:color=\"1B1B1B\"/>"
        "<w:insideH w:val=\"single\" w:sz=\"4\" w:color=\"CFD3D8\"/>"
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>",
        page);
    for (size_t i = 0; i < table->ncolumns; i++)
        (void)buf_printf(
            out, "<w:gridCol w:w=\"%d\"/>", column_width(table, i, page));
    (void)buf_add_cstr(out,
        "</w:tblGrid>\n<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (size_t i = 0; i < table->ncolumns; i++) {
        struct doc_span span = {
            .text = table->columns[i].title, .strong = true};
        struct doc_text text = {&span, &span};

        docx_cell_begin(out, column_width(table, i, page), "F1F3F5");
        docx_paragraph(out,
            table->columns[i].number
                ? "<w:pStyle w:val=\"Cell\"/><w:jc w:val=\"right\"/>"
                : "<w:pStyle w:val=\"Cell\"/>",
            "", &text);
        (void)buf_add_cstr(out, "</w:tc>");
    }
    (void)buf_add_cstr(out, "</w:tr>\n");
}

static void
docx_table(struct buf *out, const struct doc_table *table, int page)
{
    struct doc_span span = {.text = table->caption};
    struct doc_text caption = {&span, &span};

    if (table->caption.n)
        docx_paragraph(
            out, "<w:pStyle w:val=\"Note\"/><w:keepNext/>", "", &caption);
    docx_table_head(out, table, page);
    for (const struct doc_row *row = table->first; row; row = row->next)
        docx_row(out, table, row, page);
    /* Two tables need a paragraph between them, and the last one after it. */
    (void)buf_add_cstr(out, "</w:tbl>\n<w:p/>\n");
}

/* --- the document ----------------------------------------------------------
 */

static void
docx_block(struct buf *out, const struct doc_block *block, int page)
{
    static const char *const headings[] = {"<w:pStyle w:val=\"Heading1\"/>",
        "<w:pStyle w:val=\"Heading2\"/>", "<w:pStyle w:val=\"Heading3\"/>"};

    switch (block->kind) {
    case DOC_HEADING:
        docx_paragraph(out, headings[block->depth - 1], "", &block->text);
        break;
    case DOC_PARAGRAPH:
        docx_paragraph(out, "", "", &block->text);
        break;
    case DOC_NOTE:
        docx_paragraph(out, "<w:pStyle w:val=\"Note\"/>", "", &block->text);
        break;
    case DOC_ITEM:
        docx_paragraph(out, "<w:ind w:left=\"360\" w:hanging=\"240\"/>", "• ",
            &block->text);
        break;
    case DOC_TABLE:
        docx_table(out, block->table, page);
        break;
    case DOC_CHART: /* its numbers stand in a table */
    default:
        break;
    }
}

static void
docx_document(struct buf *out, const struct doc *doc)
{
    (void)buf_add_cstr(out, XML "<w:document xmlns:w=\"" W "\"><w:body>\n");
    for (const struct doc_block *b = doc->first; b; b = b->next)
        docx_block(out, b, page_width(doc));
    (void)buf_printf(out, "<w:sectPr><w:pgSz %s/>",
        doc->wide ? "w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\""
                  : "w:w=\"11906\" w:h=\"16838\"");
    (void)buf_add_cstr(out,
        "<w:pgMar "
        "w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" "
        "w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr>"
        "</w:body></w:document>\n");
}

static int
docx_parts(struct bundle *bundle, struct str document)
{
    const struct {
        const char *name;
        struct str bytes;
    } parts[] = {{"[Content_Types].xml", str_of(content_types)},
        {"_rels/.rels", str_of(package_rels)}, {"word/document.xml", document},
        {"word/_rels/document.xml.rels", str_of(document_rels)},
        {"word/styles.xml", str_of(styles)}};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof parts / sizeof *parts; i++)
        r = bundle_add(bundle, parts[i].name, parts[i].bytes, DOCX_TIME);
    return r == 0 ? bundle_end(bundle) : r;
}

int
doc_docx(const struct doc *doc, struct buf *out)
{
    _cleanup_(buf_done) struct buf document;
    _cleanup_(bundle_freep) struct bundle *bundle = NULL;
    int r;

    buf_init(&document, DOCX_MAX_BYTES);
    docx_document(&document, doc);
    r = document.err;
    if (r == 0)
        r = bundle_new(out, &bundle);
    if (r == 0)
        r = docx_parts(bundle, buf_str(&document));
    return r;
}
