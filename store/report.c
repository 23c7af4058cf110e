#include "store/report.h"

#include "store/inside.h"
#include "store/report_inside.h"

int
store_report_rows(struct store *store, const struct report_span *span,
    struct arena *arena, struct report_rows *ret)
{
    return report_read(&store->db, span, arena, ret);
}

int
store_report_kept(struct store *store, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret)
{
    return report_read_kept(&store->db, name, zone, arena, ret);
}

int
store_report_keep(struct store *store, const struct report_kept *report)
{
    struct query q;
    int64_t id;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO report(name, zone, start, until, made, hash,"
               " figures) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, report->name);
    query_text(&q, report->zone);
    query_wall(&q, report->from);
    query_wall(&q, report->until);
    query_wall(&q, report->made);
    query_blob(&q, report->hash, sizeof report->hash);
    query_str(&q, report->figures);
    return query_insert(&q, &id);
}

int
store_report_since(struct store *store, struct wall *ret)
{
    return report_read_since(&store->db, ret);
}

int
store_report_sent(
    struct store *store, struct str schedule, struct str name, bool *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM report_sent"
               " WHERE schedule = ? AND name = ?"));
    query_str(&q, schedule);
    query_str(&q, name);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) > 0;
    query_done(&q);
    return r;
}

int
store_report_send(
    struct store *store, struct str schedule, struct str name, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO report_sent(schedule, name, at) VALUES(?, ?, ?)"));
    query_str(&q, schedule);
    query_str(&q, name);
    query_wall(&q, now);
    return query_run(&q);
}
