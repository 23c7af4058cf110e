/* view_revisions: the versions of one item. */
#include "store/inside.h"

int
view_item_revisions(struct view *view, int64_t item, size_t max,
    struct arena *arena, struct revision_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct revision_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, seen, title, text, score FROM revision"
               " WHERE item = ? ORDER BY id DESC LIMIT ?"));
    query_int(&q, item);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct revision_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(&q);
        row->seen = query_get_wall(&q);
        row->title = query_get_str(&q, arena);
        row->text = query_get_str(&q, arena);
        row->score = (int)query_get_int(&q);
    }
    query_done(&q);
    if (!q.done)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}
