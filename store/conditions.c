/* conditions: what is wrong with a source, a channel, the daemon. */
#include "store/inside.h"

int
store_condition_open(struct store *store, struct str subject, struct str kind,
    struct str text, struct wall now, bool *ret_edge)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET text = ? WHERE subject = ? AND kind = ?"
               " AND closed IS NULL"));
    query_text(&q, text);
    query_str(&q, subject);
    query_str(&q, kind);
    r = query_run(&q);
    if (r != 0)
        return r;
    if (db_changes(&store->db) > 0) {
        *ret_edge = false;
        return 0;
    }
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO condition(subject, kind, text, opened)"
               " VALUES(?, ?, ?, ?)"));
    query_text(&q, subject);
    query_text(&q, kind);
    query_text(&q, text);
    query_int(&q, now.ms);
    r = query_run(&q);
    if (r == 0)
        *ret_edge = true;
    return r;
}

int
store_condition_close(struct store *store, struct str subject, struct str kind,
    struct wall now, bool *ret_edge)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET closed = ? WHERE subject = ?"
               " AND kind = ? AND closed IS NULL"));
    query_int(&q, now.ms);
    query_str(&q, subject);
    query_str(&q, kind);
    r = query_run(&q);
    if (r == 0)
        *ret_edge = db_changes(&store->db) > 0;
    return r;
}
