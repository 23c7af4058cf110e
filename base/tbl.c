#include "base/tbl.h"

#include <sys/ioctl.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

enum {
    TBL_MAX_BYTES = 64 * 1024 * 1024, /* of memory for one table */
    TBL_GAP = 2,                      /* cells between columns */
    CELLS_FIRST = 64
};

struct column {
    struct str heading;
    enum tbl_align align;
};

struct tbl {
    struct arena *arena; /* texts */
    struct column columns[TBL_MAX_COLUMNS];
    size_t ncolumns;
    struct str *cells; /* row by row */
    size_t n, cap;
    int err;
};

struct tbl *
tbl_new(size_t ncolumns)
{
    struct tbl *tbl;

    if (ncolumns == 0 || ncolumns > TBL_MAX_COLUMNS)
        return NULL;
    tbl = calloc(1, sizeof(*tbl));
    if (!tbl)
        return NULL;
    tbl->ncolumns = ncolumns;
    tbl->arena = arena_new(TBL_MAX_BYTES);
    if (!tbl->arena) {
        free(tbl);
        return NULL;
    }
    return tbl;
}

void
tbl_free(struct tbl *tbl)
{
    if (!tbl)
        return;
    arena_free(tbl->arena);
    free(tbl->cells);
    free(tbl);
}

static bool
is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Copy s into the table, safe to print. */
static struct str
keep(struct tbl *tbl, struct str s)
{
    struct str kept = STR_NONE;
    struct buf safe;
    size_t at = 0;

    buf_init(&safe, TBL_MAX_BYTES);
    while (at < s.n) {
        uint32_t c = utf8_next(s, &at);

        buf_add_codepoint(&safe, is_control(c) ? '?' : c);
    }
    if (!safe.err)
        kept = arena_str(tbl->arena, buf_str(&safe));
    buf_done(&safe);
    if (!kept.p)
        tbl->err = E_NOMEM;
    return kept;
}

void
tbl_heading(
    struct tbl *tbl, size_t column, const char *heading, enum tbl_align align)
{
    if (column >= tbl->ncolumns)
        return;
    tbl->columns[column].heading = keep(tbl, str_of(heading));
    tbl->columns[column].align = align;
}

int
tbl_add(struct tbl *tbl, struct str cell)
{
    if (tbl->err)
        return tbl->err;
    if (tbl->n == tbl->ncolumns * TBL_MAX_ROWS)
        return tbl->err = E_LIMIT;
    if (tbl->n == tbl->cap) {
        size_t cap = tbl->cap ? 2 * tbl->cap : CELLS_FIRST;
        struct str *cells = realloc(tbl->cells, cap * sizeof(*cells));

        if (!cells)
            return tbl->err = E_NOMEM;
        tbl->cells = cells;
        tbl->cap = cap;
    }
    cell = keep(tbl, cell);
    if (tbl->err)
        return tbl->err;
    tbl->cells[tbl->n++] = cell;
    return 0;
}

int
tbl_add_cstr(struct tbl *tbl, const char *cell)
{
    return tbl_add(tbl, str_of(cell));
}

int
tbl_printf(struct tbl *tbl, const char *format, ...)
{
    struct buf text;
    va_list args;
    int err;

    buf_init(&text, TBL_MAX_BYTES);
    va_start(args, format);
    err = buf_vprintf(&text, format, args);
    va_end(args);
    if (!err)
        err = tbl_add(tbl, buf_str(&text));
    buf_done(&text);
    return err;
}

static size_t
cells_of(uint32_t c)
{
    int width = c < 0x80 ? 1 : utf8proc_charwidth((utf8proc_int32_t)c);

    return width > 0 ? (size_t)width : 0;
}

size_t
tbl_cells(struct str s)
{
    size_t cells = 0, at = 0;

    while (at < s.n)
        cells += cells_of(utf8_next(s, &at));
    return cells;
}

/* The longest start of s of at most width cells. */
static struct str
first_cells(struct str s, size_t width)
{
    size_t cells = 0, at = 0;

    while (at < s.n) {
        size_t before = at;

        cells += cells_of(utf8_next(s, &at));
        if (cells > width)
            return str_first(s, before);
    }
    return s;
}

static void
print_spaces(FILE *stream, size_t n)
{
    while (n--)
        fputc(' ', stream);
}

/* Print cell into width cells; no spaces behind the last of a line. */
static void
print_cell(FILE *stream, struct str cell, enum tbl_align align, size_t width,
    bool is_last)
{
    size_t cells = tbl_cells(cell);
    const char *mark = "";

    if (cells > width) {
        cell = first_cells(cell, width - 1);
        cells = tbl_cells(cell) + 1;
        mark = "…";
    }
    if (align == TBL_RIGHT)
        print_spaces(stream, width - cells);
    fprintf(stream, "%.*s%s", STR_ARG(cell), mark);
    if (align == TBL_LEFT && !is_last)
        print_spaces(stream, width - cells);
    if (!is_last)
        print_spaces(stream, TBL_GAP);
}

/* Make the widest columns narrower until the line fits. */
static void
fit(size_t *widths, size_t n, size_t width)
{
    size_t total = (n - 1) * TBL_GAP;

    for (size_t i = 0; i < n; i++)
        total += widths[i];
    while (total > width) {
        size_t widest = 0, second = TBL_MIN_WIDTH, cut;

        for (size_t i = 1; i < n; i++)
            if (widths[i] > widths[widest])
                widest = i;
        if (widths[widest] <= TBL_MIN_WIDTH)
            return;
        for (size_t i = 0; i < n; i++)
            if (i != widest && widths[i] > second)
                second = widths[i];
        /* Down to one below the second, then they take turns. */
        cut = widths[widest] > second ? widths[widest] - second : 1;
        if (cut > total - width)
            cut = total - width;
        widths[widest] -= cut;
        total -= cut;
    }
}

static bool
has_headings(const struct tbl *tbl)
{
    for (size_t i = 0; i < tbl->ncolumns; i++)
        if (tbl->columns[i].heading.n)
            return true;
    return false;
}

void
tbl_print(const struct tbl *tbl, FILE *stream, unsigned width)
{
    size_t widths[TBL_MAX_COLUMNS] = {0}, n = tbl->ncolumns;

    for (size_t i = 0; i < n; i++)
        widths[i] = tbl_cells(tbl->columns[i].heading);
    for (size_t i = 0; i < tbl->n; i++) {
        size_t cells = tbl_cells(tbl->cells[i]);

        if (cells > widths[i % n])
            widths[i % n] = cells;
    }
    if (width)
        fit(widths, n, width);
    for (size_t i = 0; has_headings(tbl) && i < n; i++) {
        const struct column *column = &tbl->columns[i];

        print_cell(
            stream, column->heading, column->align, widths[i], i == n - 1);
        if (i == n - 1)
            fputc('\n', stream);
    }
    for (size_t i = 0; i < tbl->n; i++) {
        bool is_last = i % n == n - 1 || i == tbl->n - 1;

        print_cell(stream, tbl->cells[i], tbl->columns[i % n].align,
            widths[i % n], is_last);
        if (is_last)
            fputc('\n', stream);
    }
}

unsigned
tbl_terminal_width(FILE *stream)
{
    struct winsize size = {0};
    int fd = fileno(stream);

    if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) < 0)
        return 0;
    return size.ws_col;
}
