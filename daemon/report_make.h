/*
 * report_make: a report of a range, from the store to its figures.
 *
 * A finished range that was kept is read as it was kept; any other is counted.
 * Used by the engine (over its own connection), by the console role and by
 * `tocsin report` (over a view).
 */
#ifndef TOCSIN_DAEMON_REPORT_MAKE_H
#define TOCSIN_DAEMON_REPORT_MAKE_H

#include <jansson.h>

#include "base/digest.h"
#include "incidents/report.h"
#include "incidents/report_range.h"
#include "store/report.h"

/* Of what one report needs while it is made; a million items take 60 MB. */
enum { REPORT_MAKE_BYTES = 512 * 1024 * 1024 };

struct report_from {
    struct view *view; /* one of these two */
    struct store *store;
    const struct zone *zone;
    struct str bureau;
    struct wall now;
};

struct report_made {
    struct report_range range;
    json_t *figures; /* owned: report_made_done */
    uint8_t hash[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    struct buf bytes; /* of the figures, as they are or would be kept; owned */
    bool kept;        /* it was read, not counted */
};

/* 0; E_PARSE text is no range; E_LIMIT it has not begun, or is too long; or
 * what the store says.  ret is to be done with on success only. */
int report_make(
    const struct report_from *from, struct str text, struct report_made *ret);
void report_made_done(struct report_made *made);
/* Write it: as report_write. */
int report_made_write(const struct report_made *made,
    const struct report_form *form, enum report_format format, struct buf *out);
/* "tocsin-2026-W48.docx", in out of 128 bytes. */
char *report_made_name(
    const struct report_made *made, enum report_format format, char *out);
enum { REPORT_FILE_SIZE = 128 };

#endif
