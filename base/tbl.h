/*
 * tbl: a text table for a terminal, with aligned columns.
 *
 * Han characters and other wide ones count as two cells, combining marks as
 * none, so that Chinese and Latin line up.  What does not fit the width is cut
 * with "…" in the widest columns.  Control characters in a cell show as "?",
 * so that foreign text cannot steer the terminal.
 */
#ifndef TOCSIN_BASE_TBL_H
#define TOCSIN_BASE_TBL_H

#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/str.h"

enum {
    TBL_MAX_COLUMNS = 32,
    TBL_MAX_ROWS = 100000,
    TBL_MIN_WIDTH = 4 /* cells that a cut column keeps */
};

enum tbl_align { TBL_LEFT, TBL_RIGHT };

struct tbl;

/* A table of ncolumns columns (1 … TBL_MAX_COLUMNS), or NULL. */
struct tbl *tbl_new(size_t ncolumns);
void tbl_free(struct tbl *tbl);
DEFINE_CLEANUP(struct tbl *, tbl_free)

/* Give column its heading (copied) and side.  A table none of whose columns
 * has a heading prints no line of headings. */
void tbl_heading(
    struct tbl *tbl, size_t column, const char *heading, enum tbl_align align);
/* Add the next cell (copied), from left to right, row by row.  0, E_LIMIT or
 * E_NOMEM; a table that failed prints what it has. */
int tbl_add(struct tbl *tbl, struct str cell);
int tbl_add_cstr(struct tbl *tbl, const char *cell);
int tbl_printf(struct tbl *tbl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Print to stream, cut to width cells; 0 is no cutting. */
void tbl_print(const struct tbl *tbl, FILE *stream, unsigned width);
/* The width of the terminal behind stream; 0 when it is none. */
unsigned tbl_terminal_width(FILE *stream);
/* How many cells s takes on a terminal. */
size_t tbl_cells(struct str s);

#endif
