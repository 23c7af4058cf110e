/*
 * report_doc: a document as a tree of headings, paragraphs, lists, tables and
 * charts, of which HTML, Markdown, Word and CSV are forms.
 *
 * It knows nothing of reports.  Everything lives in the document's arena; texts
 * are copied into it.  Memory that ran out is found once, at the end, with
 * arena_failed.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_DOC_H
#define TOCSIN_INCIDENTS_REPORT_DOC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/catalog.h"
#include "base/level.h"

/* A piece of text; link: absolute address or absent. */
struct doc_span {
    struct doc_span *next;
    struct str text, link;
    bool strong;
};

struct doc_text {
    struct doc_span *first, *last;
};

struct doc_cell {
    struct doc_text text;
    int bar;          /* length of a bar beside it, 0–1000; -1: none */
    enum level level; /* it is the name of this one; LEVEL_NONE: no name */
};

struct doc_row {
    struct doc_row *next;
    struct doc_cell *cells; /* one per column */
};

struct doc_column {
    struct str title;
    bool number; /* aligned to the right, never broken */
    int share;   /* of the table's width, in hundredths; 0: as needed */
};

struct doc_table {
    struct str id, caption; /* id: of the CSV, stable, ASCII */
    struct doc_column *columns;
    size_t ncolumns;
    struct doc_row *first, *last;
    size_t nrows;
};

/* Bars of stacked parts, one per label; or of one part, lying. */
enum doc_chart_kind { DOC_COLUMNS, DOC_BARS };
struct doc_chart {
    enum doc_chart_kind kind;
    struct str title, text; /* text: what it shows, for those who cannot see */
    size_t nlabels, nparts;
    struct str *labels, *parts, *values; /* values: as text, of DOC_BARS */
    uint64_t *numbers;                   /* nlabels × nparts */
};

enum doc_kind {
    DOC_HEADING,
    DOC_PARAGRAPH,
    DOC_NOTE,
    DOC_ITEM,
    DOC_TABLE,
    DOC_CHART
};
struct doc_block {
    struct doc_block *next;
    enum doc_kind kind;
    int depth; /* DOC_HEADING: 1 … 3 */
    struct doc_text text;
    struct doc_table *table;
    struct doc_chart *chart;
};

struct doc {
    struct arena *arena;
    enum lang lang;
    struct str title;
    bool wide; /* on paper: across */
    struct doc_block *first, *last;
};

struct doc *doc_new(struct arena *arena, enum lang lang, struct str title);
/* Append a block; what it returns takes text.  NULL: no memory, and adding to
 * that does nothing. */
struct doc_text *doc_add(struct doc *doc, enum doc_kind kind, int depth);
void doc_say(
    struct arena *arena, struct doc_text *text, struct str s, struct str link);
void doc_say_strong(struct arena *arena, struct doc_text *text, struct str s);

struct doc_table *doc_table(
    struct doc *doc, const char *id, struct str caption, size_t ncolumns);
void doc_column(struct doc *doc, struct doc_table *table, size_t i,
    struct str title, bool number, int share);
/* The next row, with empty cells; NULL when table is or memory ended. */
struct doc_cell *doc_row(struct doc *doc, struct doc_table *table);
/* Say s in cell i of what doc_row returned. */
void doc_cell(struct doc *doc, struct doc_cell *cells, size_t i, struct str s,
    struct str link);
struct doc_chart *doc_chart(struct doc *doc, enum doc_chart_kind kind,
    struct str title, struct str text, size_t nlabels, size_t nparts);

/* All of a text without its links, in arena. */
struct str doc_plain(struct arena *arena, const struct doc_text *text);

/* report_html.c: a whole page for the screen and for A4, without anything from
 * outside.  The style sheet stands in it; doc_html_style gives it, so that a
 * server can allow just that one. */
int doc_html(const struct doc *doc, struct buf *out);
struct str doc_html_style(void);
/* report_markdown.c: CommonMark with the tables of GitHub. */
int doc_markdown(const struct doc *doc, struct buf *out);
/* report_csv.c: every cell of every table a line of
 * section,row,column,value,link; with a byte order mark, and no value that a
 * spreadsheet would run. */
int doc_csv(const struct doc *doc, struct buf *out);
/* One table as it stands, its titles first, with the same guards. */
int doc_csv_table(
    const struct doc *doc, const struct doc_table *table, struct buf *out);
/* report_docx.c: Office Open XML, for Word and LibreOffice. */
int doc_docx(const struct doc *doc, struct buf *out);

#endif
