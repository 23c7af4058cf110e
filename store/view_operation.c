/* view_operation: deliveries, for who keeps the thing running. */
#include <string.h>

#include "store/inside.h"
#include "store/view_outbox.h"

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

/* Only an incident's, or of a type, or of a state, or all: each has an index of
 * its own; the rest is looked at row by row. */
#define OUTBOX_COLUMNS "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE "
#define OUTBOX_REST                                                            \
    " AND (?3 IS NULL OR channel = ?3) AND (?4 IS NULL OR type = ?4)"          \
    " AND id < ?5 ORDER BY id DESC LIMIT ?6"
static const char *
deliveries_sql(const struct delivery_filter *filter)
{
    if (filter->incident)
        return DB_SQL(OUTBOX_COLUMNS
            "incident = ?1 AND (?2 IS NULL OR state = ?2)" OUTBOX_REST);
    if (filter->type.n)
        return DB_SQL(OUTBOX_COLUMNS "?1 IS NULL AND type = ?4"
                                     " AND (?2 IS NULL OR state = ?2)"
                                     " AND (?3 IS NULL OR channel = ?3)"
                                     " AND id < ?5 ORDER BY id DESC LIMIT ?6");
    if (filter->state >= 0)
        return DB_SQL(OUTBOX_COLUMNS "?1 IS NULL AND state = ?2" OUTBOX_REST);
    return DB_SQL(OUTBOX_COLUMNS "?1 IS NULL AND ?2 IS NULL" OUTBOX_REST);
}

static int
outbox_read(struct query *q, struct arena *arena, void *out)
{
    struct delivery_row *row = out;

    return delivery_read(q, arena, &row->delivery);
}

static int
deliveries_page(struct view *view, const struct delivery_filter *filter,
    size_t limit, struct list *list)
{
    struct query q;

    db_query(&view->db, &q, deliveries_sql(filter));
    query_id(&q, filter->incident);
    query_cstr(&q, filter->state >= 0
                       ? delivery_state_name((enum delivery_state)filter->state)
                       : NULL);
    query_str(&q, filter->channel.n ? filter->channel : STR_NONE);
    query_str(&q, filter->type.n ? filter->type : STR_NONE);
    query_int(&q, filter->before > 0 ? filter->before : INT64_MAX);
    query_int(&q, (int64_t)limit);
    return list_read(list, &q, outbox_read);
}

int
view_delivery_page(struct view *view, const struct delivery_filter *filter,
    struct arena *arena, struct delivery_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct delivery_row)};
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;
    struct delivery_row *rows;
    int r = db_begin(&view->db);

    if (limit > VIEW_PAGE_MAX)
        limit = VIEW_PAGE_MAX;
    if (r == 0)
        r = deliveries_page(view, filter, limit, &list);
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

int
view_deliveries(struct view *view, int64_t incident, int state, size_t limit,
    int64_t before, struct arena *arena, struct delivery_row **ret,
    size_t *ret_n)
{
    struct delivery_filter filter = {
        .state = state, .incident = incident, .limit = limit, .before = before};

    return view_delivery_page(view, &filter, arena, ret, ret_n);
}

int
view_source_week(struct view *view, struct str source, struct wall since,
    int offset_minutes, uint32_t ret[7][24], size_t *ret_n)
{
    /* the hour 0 of the epoch was on a Thursday, three days behind Monday */
    int64_t shift = offset_minutes * (int64_t)MS_MINUTE + 3 * (int64_t)MS_DAY;
    struct query q;
    size_t n = 0;
    int r;

    memset(ret, 0, sizeof(uint32_t[7][24]));
    db_query(&view->db, &q,
        DB_SQL("SELECT first_seen FROM item WHERE source = ? AND baseline = 0"
               " AND first_seen >= ? ORDER BY first_seen DESC LIMIT ?"));
    query_str(&q, source);
    query_int(&q, since.ms);
    query_int(&q, VIEW_WEEK_ITEMS);
    while ((r = query_next(&q)) == 0) {
        int64_t hour = (query_get_int(&q) + shift) / MS_HOUR % (7 * 24);

        if (hour < 0)
            continue;
        ret[hour / 24][hour % 24]++;
        n++;
    }
    query_done(&q);
    if (!q.done)
        return r;
    *ret_n = n;
    return 0;
}
