/*
 * report: figures to a document in one of five forms.
 *
 * Nothing is counted here and nothing is known but the figures: the same
 * figures, language and address of the console are the same bytes.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_H
#define TOCSIN_INCIDENTS_REPORT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/catalog.h"
#include "incidents/report_range.h"

/* clang-format off */
/*     format    name    file ending  media type                              */
#define REPORT_FORMATS(X)                                                     \
    X(HTML,     "html", "html",      "text/html; charset=utf-8")              \
    X(MARKDOWN, "md",   "md",        "text/markdown; charset=utf-8")          \
    X(CSV,      "csv",  "csv",       "text/csv; charset=utf-8")               \
    X(JSON,     "json", "json",      "application/json; charset=utf-8")       \
    X(DOCX,     "docx", "docx",                                               \
        "application/vnd.openxmlformats-officedocument.wordprocessingml."     \
        "document")
/* clang-format on */
enum report_format {
#define X(format, name, ending, type) REPORT_##format,
    REPORT_FORMATS(X)
#undef X
};
enum { REPORT_MAX_BYTES = 64 * 1024 * 1024 };

/* 0 or E_PARSE. */
int report_format_parse(struct str name, enum report_format *ret);
const char *report_format_type(enum report_format format);
const char *report_format_ending(enum report_format format);

struct report_form {
    enum lang lang;
    struct str url;          /* of the console; absent: links begin at "/" */
    const struct zone *zone; /* that of the figures */
};

/* Write figures, and what they are known by, as hex.  Scratch memory is of
 * arena.  0, E_NOMEM, E_LIMIT; E_CORRUPT figures of another schema. */
int report_write(const json_t *figures, struct str hash,
    const struct report_form *form, enum report_format format,
    struct arena *arena, struct buf *out);
/* "涉教信息监测周报 2026-W48": in arena. */
struct str report_title(
    const json_t *figures, enum lang lang, struct arena *arena);
/* The paragraph that says it all, in arena. */
struct str report_overview(
    const json_t *figures, const struct report_form *form, struct arena *arena);
/* That, and what needs doing, each on a line of its own: for a message. */
struct str report_summary(const json_t *figures,
    const struct report_form *form, struct arena *arena);
/* The style sheet of the HTML form. */
struct str report_style(void);

#endif
