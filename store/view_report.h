/*
 * view_report: what reports are made from, and those that are kept.  It only
 * reads.
 */
#ifndef TOCSIN_STORE_VIEW_REPORT_H
#define TOCSIN_STORE_VIEW_REPORT_H

#include "incidents/report_rows.h"
#include "store/view.h"

/* Read all that span needs, in one snapshot. */
int view_report_rows(struct view *view, const struct report_span *span,
    struct arena *arena, struct report_rows *ret);

/* A report as it was first made: from then on it stays that. */
struct report_kept {
    struct str name, zone;
    struct wall from, until, made;
    struct str figures; /* JSON; absent in lists */
    uint8_t hash[32];   /* of the figures */
};
/* E_NOTFOUND when it was not made yet.  A zone of another name is another
 * range. */
int view_report_kept(struct view *view, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret);
enum { VIEW_REPORTS_MAX = 500 };
/* Those that ended last first, at most max. */
int view_reports(struct view *view, size_t max, struct arena *arena,
    struct report_kept **ret, size_t *ret_n);

#endif
