/* view_operation: deliveries, for who keeps the thing running. */
#include "store/inside.h"

static int
delivery_tries(struct view *view, struct arena *arena, struct delivery_row *row)
{
    struct list list = {.arena = arena, .size = sizeof(struct attempt)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT delivery, number, at, elapsed_ms, class, status, text,"
               " code FROM attempt WHERE delivery = ?1 OR delivery = ?2"
               " ORDER BY at, number"));
    /* What a digest says was sent with it. */
    query_int(&q, row->delivery.id);
    query_int(&q, row->delivery.folded);
    while ((r = query_next(&q)) == 0) {
        struct attempt *a = list_add(&list);

        if (!a) {
            r = E_NOMEM;
            break;
        }
        a->delivery = query_get_int(&q);
        a->number = (uint32_t)query_get_int(&q);
        a->at = query_get_wall(&q);
        a->elapsed_ms = query_get_int(&q);
        a->class = query_get_str(&q, arena);
        a->status = (int)query_get_int(&q);
        a->text = query_get_str(&q, arena);
        a->code = query_get_str(&q, arena);
    }
    query_done(&q);
    if (!q.done)
        return r;
    row->tries = list.rows;
    row->ntries = list.n;
    return 0;
}

/* Only an incident's, or only a state's, or all have an index of their own. */
static const char *
deliveries_sql(int64_t incident, int state)
{
    if (incident)
        return DB_SQL("SELECT " DELIVERY_COLUMNS " FROM delivery"
                      " WHERE incident = ?1 AND (?2 IS NULL OR state = ?2)"
                      " AND id < ?3 ORDER BY id DESC LIMIT ?4");
    if (state >= 0)
        return DB_SQL("SELECT " DELIVERY_COLUMNS " FROM delivery"
                      " WHERE ?1 IS NULL AND state = ?2 AND id < ?3"
                      " ORDER BY id DESC LIMIT ?4");
    return DB_SQL("SELECT " DELIVERY_COLUMNS " FROM delivery"
                  " WHERE ?1 IS NULL AND ?2 IS NULL AND id < ?3"
                  " ORDER BY id DESC LIMIT ?4");
}

static int
deliveries_page(struct view *view, int64_t incident, int state, size_t limit,
    int64_t before, struct list *list)
{
    struct query q;
    int r;

    db_query(&view->db, &q, deliveries_sql(incident, state));
    query_id(&q, incident);
    query_cstr(&q,
        state >= 0 ? delivery_state_name((enum delivery_state)state) : NULL);
    query_int(&q, before > 0 ? before : INT64_MAX);
    query_int(&q, (int64_t)limit);
    while ((r = query_next(&q)) == 0) {
        struct delivery_row *row = list_add(list);

        r = row ? delivery_read(&q, list->arena, &row->delivery) : E_NOMEM;
        if (r != 0)
            break;
    }
    query_done(&q);
    return q.done ? 0 : r;
}

int
view_deliveries(struct view *view, int64_t incident, int state, size_t limit,
    int64_t before, struct arena *arena, struct delivery_row **ret,
    size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct delivery_row)};
    struct delivery_row *rows;
    int r = db_begin(&view->db);

    if (limit == 0)
        limit = VIEW_PAGE_DEFAULT;
    if (limit > VIEW_PAGE_MAX)
        limit = VIEW_PAGE_MAX;
    if (r == 0)
        r = deliveries_page(view, incident, state, limit, before, &list);
    rows = list.rows;
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = delivery_tries(view, arena, &rows[i]);
    db_rollback(&view->db);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = rows;
        *ret_n = list.n;
    }
    return r;
}
