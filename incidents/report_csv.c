/* report_csv: the tables of a document, one cell a line. */
#include "base/err.h"
#include "incidents/report_doc.h"

/* A value in quotes.  One that a spreadsheet would take for a formula gets an
 * apostrophe before it; a number with its sign does not. */
static void
csv_value(struct buf *out, struct str s)
{
    bool number = s.n > 1;

    for (size_t i = 1; i < s.n; i++)
        number = number && str_find_char(STR("0123456789.,% "), s.p[i]) < 13;
    (void)buf_add_char(out, '"');
    if (s.n && str_find_char(STR("=+-@\t\r"), s.p[0]) < 6 && !number)
        (void)buf_add_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            (void)buf_add_char(out, '"');
        (void)buf_add_char(out, s.p[i]);
    }
    (void)buf_add_char(out, '"');
}

static void
csv_line(struct buf *out, const struct str *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            (void)buf_add_char(out, ',');
        csv_value(out, values[i]);
    }
    (void)buf_add_cstr(out, "\r\n");
}

static struct str
cell_link(const struct doc_text *text)
{
    for (const struct doc_span *s = text->first; s; s = s->next)
        if (s->link.n)
            return s->link;
    return STR("");
}

static void
csv_table(struct buf *out, struct arena *arena, const struct doc_table *table)
{
    for (const struct doc_row *row = table->first; row; row = row->next) {
        for (size_t i = 1; i < table->ncolumns; i++) {
            struct str values[] = {table->id,
                doc_plain(arena, &row->cells[0].text), table->columns[i].title,
                doc_plain(arena, &row->cells[i].text),
                cell_link(&row->cells[i].text)};

            if (values[4].n == 0)
                values[4] = cell_link(&row->cells[0].text);
            if (row->cells[i].bar < 0)
                csv_line(out, values, sizeof values / sizeof *values);
        }
    }
}

int
doc_csv(const struct doc *doc, struct buf *out)
{
    static const struct str head[] = {
        {"section", 7}, {"row", 3}, {"column", 6}, {"value", 5}, {"link", 4}};

    (void)buf_add_cstr(out, "\xef\xbb\xbf");
    csv_line(out, head, sizeof head / sizeof *head);
    for (const struct doc_block *b = doc->first; b; b = b->next)
        if (b->kind == DOC_TABLE)
            csv_table(out, doc->arena, b->table);
    return out->err;
}

int
doc_csv_table(
    const struct doc *doc, const struct doc_table *table, struct buf *out)
{
    struct str *values = ARENA_ARRAY(doc->arena, table->ncolumns, struct str);

    if (!values)
        return E_NOMEM;
    (void)buf_add_cstr(out, "\xef\xbb\xbf");
    for (size_t i = 0; i < table->ncolumns; i++)
        values[i] = table->columns[i].title;
    csv_line(out, values, table->ncolumns);
    for (const struct doc_row *row = table->first; row; row = row->next) {
        for (size_t i = 0; i < table->ncolumns; i++)
            values[i] = doc_plain(doc->arena, &row->cells[i].text);
        csv_line(out, values, table->ncolumns);
    }
    return out->err;
}
