/* polls: the last polls of a source, and how all of them went. */
#include "store/conditions.h"
#include "store/inside.h"

/* The newest entry of a log: its number, and whether entry is one more like
 * it.  Number 0 when there is none. */
static int
poll_last(struct store *store, struct str source,
    const struct poll_entry *entry, int64_t *ret_number, bool *ret_same)
{
    struct query q;
    int r;

    *ret_number = 0;
    *ret_same = false;
    db_query(&store->db, &q,
        DB_SQL("SELECT number, outcome = ?2 AND cause IS ?3 AND status = ?4"
               " AND news = 0 AND reason IS ?5 AND notes IS ?6"
               " AND in_window = ?7"
               " FROM poll_log WHERE source = ?1"
               " ORDER BY number DESC LIMIT 1"));
    query_str(&q, source);
    query_str(&q, entry->outcome);
    query_str(&q, entry->cause);
    query_int(&q, entry->status);
    query_str(&q, entry->reason);
    query_str(&q, entry->notes);
    query_int(&q, entry->in_window);
    r = query_next(&q);
    if (r == 0) {
        *ret_number = query_get_int(&q);
        *ret_same = query_get_int(&q) != 0 && entry->news == 0;
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
poll_again(struct store *store, struct str source, int64_t number,
    const struct poll_entry *entry)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE poll_log SET at = ?, times = times + 1,"
               " elapsed_ms = ?, bytes = ? WHERE source = ? AND number = ?"));
    query_int(&q, entry->at.ms);
    query_int(&q, entry->elapsed_ms);
    query_int(&q, (int64_t)entry->bytes);
    query_str(&q, source);
    query_int(&q, number);
    return query_run(&q);
}

static int
poll_insert(struct store *store, struct str source, int64_t number,
    const struct poll_entry *entry)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO poll_log(source, number, at, since, times,"
               " outcome, cause, status, elapsed_ms, bytes, in_window, news,"
               " reason, notes)"
               " VALUES(?, ?, ?3, ?3, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, source);
    query_int(&q, number);
    query_int(&q, entry->at.ms);
    query_str(&q, entry->outcome);
    query_str(&q, entry->cause);
    query_int(&q, entry->status);
    query_int(&q, entry->elapsed_ms);
    query_int(&q, (int64_t)entry->bytes);
    query_int(&q, entry->in_window);
    query_int(&q, entry->news);
    query_str(&q, entry->reason);
    query_str(&q, entry->notes);
    r = query_run(&q);
    if (r != 0 || number <= STORE_POLLS_KEPT)
        return r;
    db_query(&store->db, &q,
        DB_SQL("DELETE FROM poll_log WHERE source = ? AND number <= ?"));
    query_str(&q, source);
    query_int(&q, number - STORE_POLLS_KEPT);
    return query_run(&q);
}

static int
poll_tally(struct store *store, const struct poll_entry *entry)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO poll_tally(outcome, polls, ms, bytes)"
               " VALUES(?, 1, ?, ?) ON CONFLICT DO UPDATE SET"
               " polls = polls + 1, ms = ms + excluded.ms,"
               " bytes = bytes + excluded.bytes"));
    query_str(&q, entry->outcome);
    query_int(&q, entry->elapsed_ms);
    query_int(&q, (int64_t)entry->bytes);
    return query_run(&q);
}

int
store_poll_log(
    struct store *store, struct str source, const struct poll_entry *entry)
{
    int64_t number;
    bool same;
    int r = poll_last(store, source, entry, &number, &same);

    if (r == 0)
        r = same ? poll_again(store, source, number, entry)
                 : poll_insert(store, source, number + 1, entry);
    return r == 0 ? poll_tally(store, entry) : r;
}

int
view_poll_sums(struct view *view, struct arena *arena, struct poll_sum **ret,
    size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct poll_sum)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT outcome, polls, ms, bytes FROM poll_tally"
               " ORDER BY outcome"));
    while ((r = query_next(&q)) == 0) {
        struct poll_sum *row = list_add(&list);

        if (row == NULL) {
            r = E_NOMEM;
            break;
        }
        row->outcome = query_get_str(&q, arena);
        row->polls = (uint64_t)query_get_int(&q);
        row->ms = (uint64_t)query_get_int(&q);
        row->bytes = (uint64_t)query_get_int(&q);
    }
    if (q.done)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
