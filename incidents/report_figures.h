/*
 * report_figures: rows of the store to the figures of a report.
 *
 * The figures are one JSON object, the whole of what a report says, in whole
 * numbers and in an order that depends on nothing but the rows: the same rows
 * give the same bytes.  They are what is kept of a finished range, and what
 * every form of the report is written from (docs/reports.md has their shape).
 */
#ifndef TOCSIN_INCIDENTS_REPORT_FIGURES_H
#define TOCSIN_INCIDENTS_REPORT_FIGURES_H

#include <jansson.h>

#include "base/arena.h"
#include "base/digest.h"
#include "incidents/report_range.h"
#include "incidents/report_rows.h"

enum {
    REPORT_SCHEMA = 1,     /* of the figures */
    REPORT_MAX_LIST = 500, /* incidents in a list; the others are counted */
    REPORT_MAX_IMPORTANT = 20,
    REPORT_MAX_TIMELINE = 30, /* entries of one incident */
    REPORT_MAX_SOURCES = 30,
    REPORT_MAX_OWNERS = 100,
    REPORT_MAX_RULES = 200,
    REPORT_MAX_SITES = 300, /* own sites */
    REPORT_LATE_MS = 5 * MS_MINUTE /* a message accepted after this was late */
};

struct report_input {
    const struct report_range *range;
    const struct report_span *span;
    const struct report_rows *rows;
    const struct zone *zone;
    struct str bureau;
};

/* Count.  Scratch memory is of arena.  0 or E_NOMEM; *ret is the caller's. */
int report_figures(
    const struct report_input *input, struct arena *arena, json_t **ret);
/* The bytes that are kept, and what they are known by.  0, E_NOMEM, E_LIMIT. */
int report_figures_dump(
    const json_t *figures, struct buf *out, uint8_t ret_hash[DIGEST_SIZE]);

#endif
