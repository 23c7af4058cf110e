/*
 * report_inside: reading for reports, on any connection.  Only for store/.
 */
#ifndef TOCSIN_STORE_REPORT_INSIDE_H
#define TOCSIN_STORE_REPORT_INSIDE_H

#include "store/db.h"
#include "store/report.h"

struct report_reading {
    struct db *db;
    const struct report_span *span;
    struct arena *arena;
    struct report_rows *rows;
};

/* view_report.c: all of it, within one read transaction or the open one. */
int report_read(struct db *db, const struct report_span *span,
    struct arena *arena, struct report_rows *ret);
int report_read_kept(struct db *db, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret);
int report_read_since(struct db *db, struct wall *ret);
/* view_report_incidents.c: incidents of the range and of the one before. */
int report_read_incidents(struct report_reading *reading);
/* view_report_sites.c: own sites in the range. */
int report_read_sites(struct report_reading *reading);
/* report.c: take the words about an incident out of the reports that are kept;
 * their figures stay, their hashes are made anew. */
int report_forget(struct db *db, int64_t incident);
/* Number of a source's row; E_NOTFOUND. */
int report_source_find(
    const struct report_rows *rows, struct str id, uint32_t *ret);

#endif
