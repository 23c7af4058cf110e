/* view_deliveries: one row for each channel that has a message or a state. */
#include "store/view_deliveries.h"

#include "store/inside.h"

static int
channel_counts(struct view *view, struct channel_row *row)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT (SELECT count(*) FROM delivery"
               "  WHERE channel = ?1 AND state = 'pending'),"
               " (SELECT count(*) FROM delivery"
               "  WHERE channel = ?1 AND state = 'dead'),"
               " (SELECT count(*) FROM delivery"
               "  WHERE channel = ?1 AND state = 'delivered'),"
               " (SELECT max(finished) FROM delivery"
               "  WHERE channel = ?1 AND state = 'delivered')"));
    query_text(&q, row->state.channel);
    r = query_next(&q);
    if (r == 0) {
        row->pending = (uint64_t)query_get_int(&q);
        row->dead = (uint64_t)query_get_int(&q);
        row->delivered = (uint64_t)query_get_int(&q);
        row->last = query_get_wall(&q);
    }
    query_done(&q);
    return r;
}

int
view_channels(struct view *view, struct arena *arena, struct channel_row **ret,
    size_t *ret_n)
{
    struct channel_state *states = NULL;
    struct channel_row *rows = NULL;
    struct query q;
    size_t n = 0;
    int r = db_begin(&view->db);

    if (r != 0)
        return r;
    db_query(&view->db, &q,
        /* from one channel to the next by the index, not over all rows */
        DB_SQL("WITH RECURSIVE known(name) AS ("
               " SELECT min(channel) FROM delivery UNION ALL"
               " SELECT (SELECT min(channel) FROM delivery"
               "  WHERE channel > known.name) FROM known"
               " WHERE known.name IS NOT NULL)"
               " SELECT " CHANNEL_STATE_COLUMNS " FROM channel_state"
               " UNION ALL SELECT name, NULL, NULL, 0, NULL, NULL,"
               " NULL, NULL, NULL FROM known WHERE name IS NOT NULL AND"
               " name NOT IN (SELECT channel FROM channel_state) ORDER BY 1"));
    r = channel_state_rows(&q, arena, &states, &n);
    if (r == 0) {
        rows = ARENA_ARRAY(arena, n + 1, struct channel_row);
        r = rows ? 0 : E_NOMEM;
    }
    for (size_t i = 0; i < n && r == 0; i++) {
        rows[i] = (struct channel_row){.state = states[i], .last = WALL_NONE};
        r = channel_counts(view, &rows[i]);
    }
    db_rollback(&view->db);
    if (r == 0) {
        *ret = rows;
        *ret_n = n;
    }
    return r;
}

int
view_pulse(struct view *view, struct str name, struct arena *arena,
    struct pulse_row *ret)
{
    struct query q;
    int r;

    db_query(
        &view->db, &q, DB_SQL("SELECT at, ok, text FROM pulse WHERE name = ?"));
    query_text(&q, name);
    r = query_next(&q);
    if (r == 0) {
        ret->at = query_get_wall(&q);
        ret->ok = query_get_wall(&q);
        ret->text = query_get_str(&q, arena);
    }
    query_done(&q);
    return q.done ? E_NOTFOUND : r;
}
