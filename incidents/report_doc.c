#include "incidents/report_doc.h"

struct doc *
doc_new(struct arena *arena, enum lang lang, struct str title)
{
    struct doc *doc = ARENA_NEW(arena, struct doc);

    if (doc)
        *doc = (struct doc){
            .arena = arena, .lang = lang, .title = arena_str(arena, title)};
    return doc;
}

static struct doc_block *
add_block(struct doc *doc, enum doc_kind kind)
{
    struct doc_block *block = ARENA_NEW(doc->arena, struct doc_block);

    if (!block)
        return NULL;
    block->kind = kind;
    if (doc->last)
        doc->last->next = block;
    else
        doc->first = block;
    doc->last = block;
    return block;
}

struct doc_text *
doc_add(struct doc *doc, enum doc_kind kind, int depth)
{
    struct doc_block *block = add_block(doc, kind);

    if (!block)
        return NULL;
    block->depth = depth;
    return &block->text;
}

static struct doc_span *
add_span(struct arena *arena, struct doc_text *text, struct str s)
{
    struct doc_span *span =
        text && s.n ? ARENA_NEW(arena, struct doc_span) : NULL;

    if (!span)
        return NULL;
    span->text = arena_str(arena, s);
    if (text->last)
        text->last->next = span;
    else
        text->first = span;
    text->last = span;
    return span;
}

void
doc_say(
    struct arena *arena, struct doc_text *text, struct str s, struct str link)
{
    struct doc_span *span = add_span(arena, text, s);

    if (span && link.n)
        span->link = arena_str(arena, link);
}

void
doc_say_strong(struct arena *arena, struct doc_text *text, struct str s)
{
    struct doc_span *span = add_span(arena, text, s);

    if (span)
        span->strong = true;
}

/* --- tables ----------------------------------------------------------------
 */

struct doc_table *
doc_table(struct doc *doc, const char *id, struct str caption, size_t ncolumns)
{
    struct doc_block *block = add_block(doc, DOC_TABLE);
    struct doc_table *table =
        block ? ARENA_NEW(doc->arena, struct doc_table) : NULL;

    if (!table)
        return NULL;
    block->table = table;
    table->id = arena_str(doc->arena, str_of(id));
    table->caption = arena_str(doc->arena, caption);
    table->columns = ARENA_ARRAY(doc->arena, ncolumns, struct doc_column);
    table->ncolumns = table->columns ? ncolumns : 0;
    return table;
}

void
doc_column(struct doc *doc, struct doc_table *table, size_t i, struct str title,
    bool number, int share)
{
    if (!table || i >= table->ncolumns)
        return;
    table->columns[i] =
        (struct doc_column){arena_str(doc->arena, title), number, share};
}

struct doc_cell *
doc_row(struct doc *doc, struct doc_table *table)
{
    struct doc_row *row = table ? ARENA_NEW(doc->arena, struct doc_row) : NULL;

    if (!row)
        return NULL;
    row->cells = ARENA_ARRAY(doc->arena, table->ncolumns, struct doc_cell);
    if (!row->cells)
        return NULL;
    for (size_t i = 0; i < table->ncolumns; i++)
        row->cells[i].bar = -1;
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
    table->nrows++;
    return row->cells;
}

void
doc_cell(struct doc *doc, struct doc_cell *cells, size_t i, struct str s,
    struct str link)
{
    if (cells)
        doc_say(doc->arena, &cells[i].text, s, link);
}

/* --- charts ----------------------------------------------------------------
 */

struct doc_chart *
doc_chart(struct doc *doc, enum doc_chart_kind kind, struct str title,
    struct str text, size_t nlabels, size_t nparts)
{
    struct doc_chart *chart = ARENA_NEW(doc->arena, struct doc_chart);
    struct doc_block *block = chart ? add_block(doc, DOC_CHART) : NULL;

    if (!block)
        return NULL;
    block->chart = chart;
    chart->kind = kind;
    chart->title = arena_str(doc->arena, title);
    chart->text = arena_str(doc->arena, text);
    chart->labels = ARENA_ARRAY(doc->arena, nlabels + 1, struct str);
    chart->values = ARENA_ARRAY(doc->arena, nlabels + 1, struct str);
    chart->parts = ARENA_ARRAY(doc->arena, nparts + 1, struct str);
    chart->numbers = ARENA_ARRAY(doc->arena, nlabels * nparts + 1, uint64_t);
    if (arena_failed(doc->arena))
        return NULL;
    chart->nlabels = nlabels;
    chart->nparts = nparts;
    return chart;
}

struct str
doc_plain(struct arena *arena, const struct doc_text *text)
{
    size_t n = 0, at = 0;
    char *p;

    if (text->first == text->last)
        return text->first ? text->first->text : STR("");
    for (const struct doc_span *s = text->first; s; s = s->next)
        n += s->text.n;
    p = arena_alloc(arena, n + 1);
    if (!p)
        return STR_NONE;
    for (const struct doc_span *s = text->first; s; s = s->next)
        for (size_t i = 0; i < s->text.n; i++)
            p[at++] = s->text.p[i];
    return (struct str){p, n};
}
