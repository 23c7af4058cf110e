/*
 * site_row: how the rows of own sites are read, for store and view.
 */
#ifndef TOCSIN_STORE_SITE_ROW_H
#define TOCSIN_STORE_SITE_ROW_H

#include "store/inside.h"
#include "store/view_site.h"

/* In the order that site_page_read reads. */
#define SITE_PAGE_COLUMNS                                                      \
    "p.id, p.url, p.purpose, p.name, p.kind, p.fresh_ms, p.parent,"            \
    " p.parent_line, p.added, p.looked, p.opened, p.changed, p.status,"        \
    " p.failures, p.reason, p.title, p.newest, p.entries, p.dated, p.masked,"  \
    " p.deaths,"                                                               \
    " (SELECT count(*) FROM site_finding AS f WHERE f.source = p.source"       \
    " AND f.page = p.url AND f.gone IS NULL AND f.accepted IS NULL)"
int site_page_read(struct query *q, struct arena *arena, void *row);

/* In the order that site_finding_read reads: of site_finding AS f joined with
 * source_state AS s. */
#define SITE_FINDING_COLUMNS                                                   \
    "f.id, f.source, s.title, s.owner, s.url, f.kind, f.page,"                 \
    " (SELECT p.title FROM site_page AS p WHERE p.source = f.source"           \
    " AND p.url = f.page), f.target, f.evidence, f.line, f.end_line,"          \
    " f.count, f.mask, f.level, f.points, f.first_seen, f.since,"              \
    " f.last_seen, f.gone, f.times, f.incident,"                               \
    " (SELECT i.state FROM incident AS i WHERE i.id = f.incident),"            \
    " f.accepted, f.accepted_by, f.accepted_reason"
#define SITE_FINDING_FROM                                                      \
    " FROM site_finding AS f JOIN source_state AS s ON s.id = f.source"
int site_finding_read(struct query *q, struct arena *arena, void *row);
/* One of them by its number.  0, E_NOTFOUND or an error. */
int site_finding_get(struct db *db, int64_t id, struct arena *arena,
    struct site_finding_row *ret);

#endif
