/* report_markdown: a document as CommonMark with GitHub's tables. */
#include "incidents/report_doc.h"

/* What would be markup is escaped; a line stays one line. */
static void
md_escape(struct buf *out, struct str s)
{
    static const char special[] = "\\`*_[]|#~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '\n' || c == '\r')
            c = ' ';
        if (c == '<' || c == '>' || c == '&') { /* also for lax readers */
            (void)buf_add_cstr(out, c == '<'   ? "&lt;"
                                    : c == '>' ? "&gt;"
                                               : "&amp;");
            continue;
        }
        if (str_find_char(STR(special), c) < sizeof special - 1)
            (void)buf_add_char(out, '\\');
        (void)buf_add_char(out, c);
    }
}

/* A word ends before the white space behind it, else marks do not close. */
static struct str
md_word(struct str s)
{
    while (s.n > 1 && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

static void
md_text(struct buf *out, const struct doc_text *text)
{
    for (const struct doc_span *s = text->first; s; s = s->next) {
        (void)buf_add_cstr(out, s->link.n ? "[" : "");
        (void)buf_add_cstr(out, s->strong ? "**" : "");
        md_escape(out, md_word(s->text));
        (void)buf_add_cstr(out, s->strong ? "**" : "");
        if (s->link.n)
            (void)buf_printf(out, "](<%.*s>)", STR_ARG(s->link));
        (void)buf_add_str(out, str_from(s->text, md_word(s->text).n));
    }
}

static void
md_cell(struct buf *out, const struct doc_cell *cell)
{
    enum { BLOCKS = 20, WHOLE = 1000 };

    (void)buf_add_char(out, ' ');
    if (cell->bar >= 0)
        for (int i = 0; i < (cell->bar * BLOCKS + WHOLE / 2) / WHOLE; i++)
            (void)buf_add_cstr(out, "█");
    else
        md_text(out, &cell->text);
    (void)buf_add_cstr(out, " |");
}

static void
md_table(struct buf *out, const struct doc_table *table)
{
    if (table->caption.n) {
        md_escape(out, table->caption);
        (void)buf_add_cstr(out, "\n\n");
    }
    (void)buf_add_char(out, '|');
    for (size_t i = 0; i < table->ncolumns; i++) {
        (void)buf_add_char(out, ' ');
        md_escape(out, table->columns[i].title);
        (void)buf_add_cstr(out, " |");
    }
    (void)buf_add_cstr(out, "\n|");
    for (size_t i = 0; i < table->ncolumns; i++)
        (void)buf_add_cstr(
            out, table->columns[i].number ? " ---: |" : " --- |");
    (void)buf_add_char(out, '\n');
    for (const struct doc_row *row = table->first; row; row = row->next) {
        (void)buf_add_char(out, '|');
        for (size_t i = 0; i < table->ncolumns; i++)
            md_cell(out, &row->cells[i]);
        (void)buf_add_char(out, '\n');
    }
    (void)buf_add_char(out, '\n');
}

static void
md_block(struct buf *out, const struct doc_block *block)
{
    bool item = block->kind == DOC_ITEM;

    if (block->kind == DOC_CHART) /* its numbers stand in a table */
        return;
    if (block->kind == DOC_TABLE) {
        md_table(out, block->table);
        return;
    }
    for (int i = 0; block->kind == DOC_HEADING && i < block->depth; i++)
        (void)buf_add_cstr(out, i + 1 < block->depth ? "#" : "# ");
    (void)buf_add_cstr(out, item ? "- " : "");
    md_text(out, &block->text);
    (void)buf_add_cstr(out,
        item && block->next && block->next->kind == DOC_ITEM ? "\n" : "\n\n");
}

int
doc_markdown(const struct doc *doc, struct buf *out)
{
    for (const struct doc_block *b = doc->first; b; b = b->next)
        md_block(out, b);
    return out->err;
}
