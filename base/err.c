#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { ERRORS_FIRST = 8 };

struct err_row {
    int value;
    enum toc_err_class class;
    const char *text;
};

static const struct err_row err_rows[] = {
#define X(name, value, class, text) {name, ERR_##class, text},
    TOC_ERRS(X)
#undef X
};

static const struct err_row *
err_find(int err)
{
    for (size_t i = 0; i < sizeof(err_rows) / sizeof(err_rows[0]); i++)
        if (err_rows[i].value == err)
            return &err_rows[i];
    return NULL;
}

enum toc_err_class
err_class(int err)
{
    const struct err_row *row = err_find(err);

    return row ? row->class : ERR_BUG;
}

const char *
err_text(int err)
{
    const struct err_row *row = err_find(err);

    if (err == 0)
        return "no error";
    return row ? row->text : "unknown error";
}

/* Copy a C string into a fixed field, cut between code points. */
static void
copy_field(char *field, size_t size, const char *text)
{
    struct str s = utf8_cut(str_of(text ? text : ""), size - 1);

    memcpy(field, s.p, s.n);
    field[s.n] = '\0';
}

static void error_vset(struct toc_error *error, const char *file, unsigned line,
    unsigned column, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void
error_vset(struct toc_error *error, const char *file, unsigned line,
    unsigned column, const char *format, va_list args)
{
    char text[2 * sizeof(error->text)];

    copy_field(error->file, sizeof(error->file), file);
    error->line = line;
    error->column = column;
    if (vsnprintf(text, sizeof(text), format, args) < 0)
        text[0] = '\0';
    copy_field(error->text, sizeof(error->text), text);
}

void
toc_error_set(struct toc_error *error, const char *file, unsigned line,
    unsigned column, const char *format, ...)
{
    va_list args;

    if (!error)
        return;
    va_start(args, format);
    error_vset(error, file, line, column, format, args);
    va_end(args);
}

/* The list has no capacity field: it grows when n is a power of two times
 * ERRORS_FIRST, which its length alone tells. */
static bool
errors_grow(struct toc_errors *errors)
{
    size_t cap = ERRORS_FIRST;
    struct toc_error *list;

    if (errors->n >= TOC_ERRORS_MAX)
        return false;
    while (cap < errors->n)
        cap *= 2;
    if (errors->n != 0 && errors->n != cap)
        return true;
    cap = errors->n == 0 ? ERRORS_FIRST : cap * 2;
    list = realloc(errors->list, cap * sizeof(*list));
    if (!list)
        return false;
    errors->list = list;
    return true;
}

void
toc_errors_add(struct toc_errors *errors, const char *file, unsigned line,
    unsigned column, const char *format, ...)
{
    va_list args;

    if (!errors)
        return;
    if (!errors_grow(errors)) {
        errors->dropped++;
        return;
    }
    va_start(args, format);
    error_vset(&errors->list[errors->n], file, line, column, format, args);
    va_end(args);
    errors->n++;
}

bool
toc_errors_any(const struct toc_errors *errors)
{
    return errors && (errors->n || errors->dropped);
}

void
toc_error_print(const struct toc_error *error, void *stream)
{
    FILE *f = stream;

    if (error->file[0])
        fprintf(f, "%s:", error->file);
    if (error->line)
        fprintf(f, "%u:", error->line);
    if (error->line && error->column)
        fprintf(f, "%u:", error->column);
    fprintf(f, "%s%s\n", error->file[0] || error->line ? " " : "", error->text);
}

void
toc_errors_print(const struct toc_errors *errors, void *stream)
{
    for (size_t i = 0; i < errors->n; i++)
        toc_error_print(&errors->list[i], stream);
    if (errors->dropped)
        fprintf((FILE *)stream, "and %zu more\n", errors->dropped);
}

void
toc_errors_done(struct toc_errors *errors)
{
    free(errors->list);
    *errors = (struct toc_errors){0};
}
