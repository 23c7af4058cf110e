/*
 * view_report_sites: own sites in a range: how they opened, what was found on
 * them, seen mended, and is there at the end.
 */
#include "feeds/sitekind.h"
#include "store/inside.h"
#include "store/report_inside.h"

static int
read_sites(struct report_reading *reading, struct list *list)
{
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT s.id, s.title, s.owner,"
               " (SELECT count(*) FROM site_visit AS v WHERE v.source = s.id"
               " AND v.at >= ?1 AND v.at < ?2),"
               " (SELECT count(*) FROM site_visit AS v WHERE v.source = s.id"
               " AND v.at >= ?1 AND v.at < ?2 AND v.opened = 0)"
               " FROM source_state AS s WHERE s.kind = 'site' AND s.added < ?2"
               " AND (s.removed IS NULL OR s.removed > ?1) ORDER BY s.id"));
    query_wall(&q, reading->span->starts[0]);
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        struct report_site_row *row = list_add(list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_str(&q, reading->arena);
        row->title = query_get_str(&q, reading->arena);
        row->owner = query_get_str(&q, reading->arena);
        row->visits = (uint64_t)query_get_int(&q);
        row->failed = (uint64_t)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    return r;
}

static struct report_site_row *
find(struct report_site_row *rows, size_t n, struct str id)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(rows[middle].id, id);

        if (order == 0)
            return &rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A finding is one row for ever, with the instants at which it first came, came
 * last, went, and was accepted. */
static int
read_findings(struct report_reading *reading, struct list *sites)
{
    struct query q;
    int r;

    _Static_assert(
        (int)REPORT_SITE_GROUPS == (int)SITE_GROUPS, "the same groups");
    db_query(reading->db, &q,
        DB_SQL("SELECT source, part,"
               " sum(since >= ?1 AND since < ?2),"
               " sum(coalesce(gone >= ?1 AND gone < ?2, 0)),"
               " sum(since < ?2 AND coalesce(gone >= ?2, 1)"
               " AND coalesce(accepted >= ?2, 1))"
               " FROM site_finding WHERE first_seen < ?2 GROUP BY 1, 2"));
    query_wall(&q, reading->span->starts[0]);
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        struct report_site_row *row =
            find(sites->rows, sites->n, query_peek_str(&q));
        int64_t part;

        part = query_get_int(&q);
        if (!row || part < 0 || part >= REPORT_SITE_GROUPS)
            continue;
        row->found[part] = (uint64_t)query_get_int(&q);
        row->mended[part] = (uint64_t)query_get_int(&q);
        row->open[part] = (uint64_t)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    return r;
}

int
report_read_sites(struct report_reading *reading)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_site_row)};
    int r = read_sites(reading, &list);

    if (r == 0 && list.n > 0)
        r = read_findings(reading, &list);
    reading->rows->sites = list.rows;
    reading->rows->nsites = list.n;
    return r;
}
