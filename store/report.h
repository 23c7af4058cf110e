/*
 * report: keeping reports, and remembering which were sent; the engine's.
 */
#ifndef TOCSIN_STORE_REPORT_H
#define TOCSIN_STORE_REPORT_H

#include "store/view_report.h"

/* As view_report_rows and view_report_kept, over the writing connection. */
int store_report_rows(struct store *store, const struct report_span *span,
    struct arena *arena, struct report_rows *ret);
int store_report_kept(struct store *store, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret);
/* Keep one.  E_EXISTS: it was kept before, and stays as it was. */
int store_report_keep(struct store *store, const struct report_kept *report);

/* When the first configuration was taken; WALL_NONE: never. */
int store_report_since(struct store *store, struct wall *ret);

/* Whether the report of that name went out for a schedule. */
int store_report_sent(
    struct store *store, struct str schedule, struct str name, bool *ret);
/* It does now. */
int store_report_send(
    struct store *store, struct str schedule, struct str name, struct wall now);

#endif
