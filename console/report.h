/*
 * report: what the console asks for when somebody wants a report, or the sheet
 * of an inspection of own sites.  Types only.
 *
 * Both are written by incidents/, which the console does not see: the role's
 * main hands it functions.
 */
#ifndef TOCSIN_CONSOLE_REPORT_H
#define TOCSIN_CONSOLE_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/catalog.h"
#include "base/str.h"

struct zone;

struct report_ask {
    struct str range;  /* "week", "2026-W48", "2026-11-01..2026-11-20" */
    struct str format; /* "html", "md", "csv", "json", "docx" */
    enum lang lang;
    const struct zone *zone; /* the console's */
    struct str bureau, url;  /* of the console's configuration */
};

struct sheet;
struct sheet_ask {
    const struct sheet *sheet; /* incidents/sheet_rows.h */
    struct str format;         /* "csv", "docx" */
    enum lang lang;
    const struct zone *zone;
    struct str url; /* of the console */
};

enum { REPORT_ANSWER_NAME = 128 };

struct report_answer {
    const char *type;               /* media type, static */
    char name[REPORT_ANSWER_NAME];  /* of a file */
    char range[REPORT_ANSWER_NAME]; /* canonical */
    struct str style; /* the one style sheet of an HTML page; absent: none */
    bool finished, kept;
};

#endif
