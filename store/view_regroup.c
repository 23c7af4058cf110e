/* view_regroup: incidents beside an incident. */
#include "store/view_regroup.h"

#include "store/inside.h"

static int
related_read(struct query *q, struct arena *arena, struct related_row **ret,
    size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct related_row)};
    int r;

    while ((r = query_next(q)) == 0) {
        struct related_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(q);
        row->title = query_get_str(q, arena);
        r = store_state_of(query_peek_str(q), &row->state);
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
view_incident_merged(struct view *view, int64_t incident, struct arena *arena,
    struct related_row **ret, size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, title, state FROM incident WHERE merged_into = ?"
               " ORDER BY id LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, VIEW_MAX_RELATED);
    return related_read(&q, arena, ret, ret_n);
}

int
view_incident_next(struct view *view, int64_t incident, struct arena *arena,
    struct related_row **ret, size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, title, state FROM incident WHERE previous = ?"
               " ORDER BY id LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, VIEW_MAX_RELATED);
    return related_read(&q, arena, ret, ret_n);
}

int
view_incident_others(struct view *view, int64_t incident, struct arena *arena,
    struct related_row **ret, size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, title, state FROM incident WHERE open = 1"
               " AND id <> ? ORDER BY last_seen DESC, id DESC LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, VIEW_MAX_RELATED);
    return related_read(&q, arena, ret, ret_n);
}

int
view_incident_splits(struct view *view, int64_t incident, struct arena *arena,
    struct split_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct split_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, origin, target, at, by,"
               " (SELECT count(*) FROM split_item AS m"
               "  JOIN incident_item AS i ON i.item = m.item"
               "  WHERE m.split = split.id AND i.incident = split.target)"
               " FROM split WHERE undone IS NULL"
               " AND (origin = ?1 OR target = ?1) ORDER BY id DESC LIMIT ?2"));
    query_int(&q, incident);
    query_int(&q, VIEW_MAX_RELATED);
    while ((r = query_next(&q)) == 0) {
        struct split_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(&q);
        row->origin = query_get_int(&q);
        row->target = query_get_int(&q);
        row->at = query_get_wall(&q);
        row->by = query_get_str(&q, arena);
        row->items = (uint32_t)query_get_int(&q);
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
