/* report_html: a document as one page, for the screen and for A4. */
#include "base/svg_chart.h"
#include "incidents/report_doc.h"

static const char style[] =
    ":root{color-scheme:light}"
    "*{box-sizing:border-box}p,li,h1,h2,h3{overflow-wrap:anywhere}"
    "html{background:#e9ebee}"
    "body{margin:1.5rem auto;padding:2rem 2.4rem;max-width:60rem;"
    "background:#fff;color:#1b1b1b;line-height:1.6;font-size:16px;"
    "font-family:\"Noto Sans CJK SC\",\"Source Han Sans SC\","
    "\"Microsoft YaHei\",\"PingFang SC\",system-ui,sans-serif}"
    "h1{font-size:1.65rem;line-height:1.3;margin:0 0 .3rem}"
    "h2{font-size:1.22rem;margin:2.2rem 0 .6rem;padding-bottom:.2rem;"
    "border-bottom:2px solid #1b1b1b}"
    "h3{font-size:1.02rem;margin:1.4rem 0 .3rem}"
    "p{margin:.5rem 0}ul{margin:.4rem 0;padding-left:1.3rem}"
    "li{margin:.25rem 0}"
    ".note{color:#555;font-size:.86rem}"
    "a{color:#12509e;text-decoration:none}a:hover{text-decoration:underline}"
    ".table{overflow-x:auto;margin:.7rem 0}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;"
    "line-height:1.45}"
    "caption{text-align:left;color:#555;font-size:.86rem;padding:.2rem 0}"
    "th,td{border-bottom:1px solid #cfd3d8;padding:.34rem .5rem;"
    "text-align:left;vertical-align:top}"
    "th{border-bottom:1.5px solid #1b1b1b;font-weight:600;white-space:nowrap}"
    ".n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}"
    ".bar{min-width:7rem}.bar svg{display:block;width:100%;height:.55rem}"
    ".lv{display:inline-block;padding:0 .45em;border:1px solid #333;"
    "border-radius:.25em;white-space:nowrap;font-weight:600}"
    ".lv.red{background:#b3261e;color:#fff}"
    ".lv.orange{background:#c2570c;color:#fff}"
    ".lv.yellow{background:#ffe08a}.lv.blue{background:#d9e8fa}"
    "figure{margin:1rem 0}figure svg{width:100%;height:auto;display:block}"
    "figcaption{font-size:.9rem;font-weight:600;margin-bottom:.4rem}"
    "@media(max-width:40rem){html{background:#fff}"
    "body{margin:0;padding:1rem}h1{font-size:1.35rem}"
    "figure{overflow-x:auto}figure svg{min-width:34rem}"
    "td{min-width:3.4rem}}"
    "@page{size:A4;margin:16mm 15mm 18mm}"
    "@media print{html{background:#fff}body{margin:0;padding:0;max-width:none;"
    "font-size:10.5pt}a{color:inherit}h2,h3{break-after:avoid}"
    "tr,figure,li{break-inside:avoid}thead{display:table-header-group}"
    ".table{overflow:visible}"
    ".lv,.bar svg,figure svg{-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}}";

struct str
doc_html_style(void)
{
    return (struct str){style, sizeof style - 1};
}

static void
html_text(struct buf *out, const struct doc_text *text)
{
    for (const struct doc_span *s = text->first; s; s = s->next) {
        if (s->link.n) {
            (void)buf_add_cstr(out, "<a href=\"");
            svg_escape(out, s->link);
            (void)buf_add_cstr(out, "\">");
        }
        (void)buf_add_cstr(out, s->strong ? "<strong>" : "");
        svg_escape(out, s->text);
        (void)buf_add_cstr(out, s->strong ? "</strong>" : "");
        (void)buf_add_cstr(out, s->link.n ? "</a>" : "");
    }
}

static void
html_element(struct buf *out, const char *name, const char *more,
    const struct doc_text *text)
{
    (void)buf_printf(out, "<%s%s>", name, more);
    html_text(out, text);
    (void)buf_printf(out, "</%s>\n", name);
}

/* --- tables ----------------------------------------------------------------
 */

static void
html_cell(struct buf *out, const struct doc_column *column,
    const struct doc_cell *cell)
{
    if (cell->bar >= 0) {
        (void)buf_printf(out,
            "<td class=\"bar\"><svg viewBox=\"0 0 1000 40\" "
            "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<rect width=\"%d\" height=\"40\" fill=\"#3f6fa8\"/></svg></td>",
            cell->bar);
        return;
    }
    (void)buf_add_cstr(out, column->number ? "<td class=\"n\">" : "<td>");
    if (cell->level != LEVEL_NONE)
        (void)buf_printf(
            out, "<span class=\"lv %s\">", level_name(cell->level));
    html_text(out, &cell->text);
    (void)buf_add_cstr(
        out, cell->level != LEVEL_NONE ? "</span></td>" : "</td>");
}

static void
html_table(struct buf *out, const struct doc_table *table)
{
    (void)buf_add_cstr(out, "<div class=\"table\"><table>");
    if (table->caption.n) {
        (void)buf_add_cstr(out, "<caption>");
        svg_escape(out, table->caption);
        (void)buf_add_cstr(out, "</caption>");
    }
    (void)buf_add_cstr(out, "\n<thead><tr>");
    for (size_t i = 0; i < table->ncolumns; i++) {
        (void)buf_add_cstr(out, table->columns[i].number
                                    ? "<th scope=\"col\" class=\"n\">"
                                    : "<th scope=\"col\">");
        svg_escape(out, table->columns[i].title);
        (void)buf_add_cstr(out, "</th>");
    }
    (void)buf_add_cstr(out, "</tr></thead>\n<tbody>\n");
    for (const struct doc_row *row = table->first; row; row = row->next) {
        (void)buf_add_cstr(out, "<tr>");
        for (size_t i = 0; i < table->ncolumns; i++)
            html_cell(out, &table->columns[i], &row->cells[i]);
        (void)buf_add_cstr(out, "</tr>\n");
    }
    (void)buf_add_cstr(out, "</tbody></table></div>\n");
}

static void
html_chart(struct buf *out, const struct doc_chart *chart, unsigned number)
{
    char id[16];
    struct svg_chart svg = {.id = id,
        .title = chart->title,
        .text = chart->text,
        .nlabels = chart->nlabels,
        .nparts = chart->nparts,
        .labels = chart->labels,
        .parts = chart->parts,
        .values = chart->values,
        .numbers = chart->numbers};
    struct buf name;

    buf_init(&name, sizeof id);
    (void)buf_printf(&name, "chart%u", number % 1000);
    for (size_t i = 0; i <= name.n; i++)
        id[i] = buf_cstr(&name)[i];
    buf_done(&name);
    (void)buf_add_cstr(out, "<figure><figcaption>");
    svg_escape(out, chart->title);
    (void)buf_add_cstr(out, "</figcaption>\n");
    if (chart->kind == DOC_COLUMNS)
        (void)svg_chart_columns(&svg, out);
    else
        (void)svg_chart_bars(&svg, out);
    (void)buf_add_cstr(out, "</figure>\n");
}

/* --- the page --------------------------------------------------------------
 */

static void
html_block(struct buf *out, const struct doc_block *block, unsigned *charts)
{
    static const char *const headings[] = {"h1", "h2", "h3"};
    const struct doc_block *next = block->next;

    switch (block->kind) {
    case DOC_HEADING:
        html_element(out, headings[block->depth - 1], "", &block->text);
        break;
    case DOC_PARAGRAPH:
        html_element(out, "p", "", &block->text);
        break;
    case DOC_NOTE:
        html_element(out, "p", " class=\"note\"", &block->text);
        break;
    case DOC_ITEM:
        html_element(out, "li", "", &block->text);
        if (next == NULL || next->kind != DOC_ITEM)
            (void)buf_add_cstr(out, "</ul>\n");
        break;
    case DOC_TABLE:
        html_table(out, block->table);
        break;
    case DOC_CHART:
        html_chart(out, block->chart, ++*charts);
        break;
    default:
        break;
    }
}

int
doc_html(const struct doc *doc, struct buf *out)
{
    bool in_list = false;
    unsigned charts = 0;

    (void)buf_printf(out,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta "
        "charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<title>",
        lang_code(doc->lang));
    svg_escape(out, doc->title);
    (void)buf_printf(
        out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", style);
    for (const struct doc_block *b = doc->first; b; b = b->next) {
        if (b->kind == DOC_ITEM && !in_list)
            (void)buf_add_cstr(out, "<ul>\n");
        in_list = b->kind == DOC_ITEM;
        html_block(out, b, &charts);
    }
    (void)buf_add_cstr(out, "</main>\n</body>\n</html>\n");
    return out->err;
}
