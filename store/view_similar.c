/* view_similar: what an incident may be merged with. */
#include "store/view_similar.h"

#include "store/inside.h"

static int
similar_read(struct query *q, struct arena *arena, void *out)
{
    struct similar_row *row = out;
    int r;

    row->id = query_get_int(q);
    row->title = query_get_str(q, arena);
    row->category = query_get_str(q, arena);
    row->owner = query_get_str(q, arena);
    r = store_state_of(query_peek_str(q), &row->state);
    if (r == 0)
        r = store_level_of(query_get_int(q), &row->level);
    row->last_seen = query_get_wall(q);
    return r;
}

int
view_incident_similar(struct view *view, int64_t incident, struct wall seen,
    struct arena *arena, struct similar_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct similar_row)};
    int64_t span = VIEW_SIMILAR_DAYS * (int64_t)MS_DAY;
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, title, category, owner, state, level, last_seen"
               " FROM incident WHERE open = 1 AND last_seen BETWEEN ? AND ?"
               " AND id <> ? ORDER BY last_seen DESC, id DESC LIMIT ?"));
    query_int(&q, seen.ms - span);
    query_int(&q, seen.ms + span);
    query_int(&q, incident);
    query_int(&q, VIEW_SIMILAR_MAX);
    r = list_read(&list, &q, similar_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
