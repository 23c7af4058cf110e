/* recheck: which items are looked at again, and what was seen. */
#include "store/recheck.h"

#include "store/inside.h"

/* Scheduled ones that are not gone, of the incident of the row m. */
#define LOOKED_AT                                                              \
    "(SELECT count(*) FROM incident_item AS o WHERE o.incident = m.incident"   \
    " AND o.check_due IS NOT NULL AND o.gone IS NULL)"
#define HAS_ADDRESS                                                            \
    " EXISTS (SELECT 1 FROM item AS i JOIN revision AS r"                      \
    "  ON r.id = i.revision WHERE i.id = m.item AND r.url IS NOT NULL"         \
    "  AND instr(r.url, '*') = 0)" /* a masked address is another one */

int
store_recheck_start(struct store *store, int64_t item, struct wall due)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item AS m SET check_due = ?1"
               " WHERE item = ?2 AND check_due IS NULL AND " LOOKED_AT
               " < ?3 AND" HAS_ADDRESS));
    query_int(&q, due.ms);
    query_int(&q, item);
    query_int(&q, RECHECK_PER_INCIDENT);
    return query_run(&q);
}

#define RECHECK_COLUMNS                                                        \
    "m.item, m.incident, i.source, r.url, r.title, m.checks, m.missed, m.at,"  \
    " m.checked, m.gone, m.check_due"
#define RECHECK_TABLES                                                         \
    " FROM incident_item AS m JOIN item AS i ON i.id = m.item"                 \
    " JOIN revision AS r ON r.id = i.revision"

static void
recheck_read(struct query *q, struct arena *arena, struct recheck *ret)
{
    ret->item = query_get_int(q);
    ret->incident = query_get_int(q);
    ret->source = query_get_str(q, arena);
    ret->url = query_get_str(q, arena);
    ret->title = query_get_str(q, arena);
    ret->checks = (uint32_t)query_get_int(q);
    ret->missed = (uint32_t)query_get_int(q);
    ret->since = query_get_wall(q);
    ret->checked = query_get_wall(q);
    ret->gone = query_get_wall(q);
    ret->due = query_get_wall(q);
}

int
store_recheck_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct recheck **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct recheck)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " RECHECK_COLUMNS RECHECK_TABLES
               " WHERE m.check_due <= ? ORDER BY m.check_due LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct recheck *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        recheck_read(&q, arena, row);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_recheck_load(
    struct store *store, int64_t item, struct arena *arena, struct recheck *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " RECHECK_COLUMNS RECHECK_TABLES " WHERE m.item = ?"));
    query_int(&q, item);
    r = query_next(&q);
    if (r == 0)
        recheck_read(&q, arena, ret);
    query_done(&q);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
store_recheck_save(struct store *store, const struct recheck *recheck)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET checks = ?, missed = ?, checked = ?,"
               " gone = ?, check_due = ? WHERE item = ?"));
    query_int(&q, recheck->checks);
    query_int(&q, recheck->missed);
    query_wall(&q, recheck->checked);
    query_wall(&q, recheck->gone);
    query_wall(&q, recheck->due);
    query_int(&q, recheck->item);
    return query_run(&q);
}

int
store_recheck_more(struct store *store, int64_t incident, struct wall due)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET check_due = ?1 WHERE item ="
               " (SELECT m.item FROM incident_item AS m"
               "  WHERE m.incident = ?2 AND m.check_due IS NULL"
               "  AND m.gone IS NULL AND m.checks = 0 AND" HAS_ADDRESS
               "  ORDER BY m.at, m.item LIMIT 1)"));
    query_int(&q, due.ms);
    query_int(&q, incident);
    return query_run(&q);
}

int
store_recheck_now(
    struct store *store, int64_t incident, struct wall now, uint32_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET check_due = ?1 WHERE item IN"
               " (SELECT m.item FROM incident_item AS m"
               "  WHERE m.incident IN " FAMILY(
                   "?2") " AND" HAS_ADDRESS "  ORDER BY m.gone IS NOT NULL, "
                                            "m.check_due IS NULL, m.at,"
                         "  m.item LIMIT ?3)"));
    query_int(&q, now.ms);
    query_int(&q, incident);
    query_int(&q, RECHECK_PER_INCIDENT);
    r = query_run(&q);
    if (r == 0)
        *ret = (uint32_t)db_changes(&store->db);
    return r;
}

int
store_recheck_counts(struct store *store, int64_t incident, uint32_t *ret_gone,
    uint32_t *ret_there)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(gone), count(*) - count(gone)"
               " FROM incident_item WHERE incident IN " FAMILY("?1")));
    query_int(&q, incident);
    r = query_next(&q);
    if (r == 0) {
        *ret_gone = (uint32_t)query_get_int(&q);
        *ret_there = (uint32_t)query_get_int(&q);
    }
    query_done(&q);
    return r;
}

int
store_recheck_next(struct store *store, struct wall *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT min(check_due) FROM incident_item"
               " WHERE check_due IS NOT NULL"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_wall(&q);
    query_done(&q);
    return r;
}
