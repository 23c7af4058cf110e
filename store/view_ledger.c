/* view_ledger: the list of what was done. */
#include "store/view_ledger.h"

#include <string.h>

#include "store/inside.h"

const char *
ledger_fault_name(enum ledger_fault fault)
{
    static const char *const names[] = {
#define X(fault, name) name,
        LEDGER_FAULTS(X)
#undef X
    };

    return (unsigned)fault < sizeof(names) / sizeof(names[0]) ? names[fault]
                                                              : "unknown";
}

int
view_ledger_check(struct view *view, struct ledger_check *ret)
{
    int r = db_begin(&view->db);

    if (r == 0)
        r = ledger_walk(&view->db, ret);
    db_rollback(&view->db);
    return r;
}

int
view_ledger_hash(struct view *view, int64_t id, uint8_t ret[LEDGER_HASH_SIZE])
{
    struct query q;
    int r;

    db_query(&view->db, &q, DB_SQL("SELECT hash FROM ledger WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0 && !query_get_hash(&q, ret, LEDGER_HASH_SIZE))
        r = E_CORRUPT;
    query_done(&q);
    return r;
}

#define LEDGER_COLUMNS "id, at, kind, incident, by, origin, text, hash"
#define LEDGER_FILTER                                                          \
    " (?2 IS NULL OR kind = ?2 OR substr(kind, 1, length(?2) + 1) = ?2 || "    \
    "'.')"                                                                     \
    " AND (?3 IS NULL OR by = ?3) AND (?4 IS NULL OR incident = ?4)"           \
    " AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6)"                \
    " AND (?7 IS NULL OR holds(text, ?7))"

static void
ledger_bind(struct query *q, const struct ledger_filter *filter, int64_t from,
    size_t limit)
{
    query_int(q, from);
    query_str(q, filter->kind.n ? filter->kind : STR_NONE);
    query_str(q, filter->by.n ? filter->by : STR_NONE);
    query_id(q, filter->incident);
    query_wall(q, filter->from);
    query_wall(q, filter->to);
    query_str(q, filter->text.n ? filter->text : STR_NONE);
    query_int(q, (int64_t)limit);
}

static int
line_read(struct query *q, struct arena *arena, struct ledger_line *line)
{
    struct ledger_entry *entry = &line->row.entry;

    line->row.id = query_get_int(q);
    entry->at = query_get_wall(q);
    entry->kind = query_get_str(q, arena);
    entry->incident = query_get_int(q);
    entry->by = query_get_str(q, arena);
    entry->from = query_get_str(q, arena);
    entry->text = query_get_str(q, arena);
    return query_get_hash(q, line->hash, LEDGER_HASH_SIZE) ? 0 : E_CORRUPT;
}

int
view_ledger(struct view *view, const struct ledger_filter *filter,
    struct arena *arena, struct ledger_line **ret, size_t *ret_n,
    bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct ledger_line)};
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;
    struct query q;
    int r;

    if (filter->incident && !filter->oldest_first)
        db_query(&view->db, &q,
            DB_SQL("SELECT " LEDGER_COLUMNS
                   " FROM ledger WHERE incident = ?4 AND id < ?1"
                   " AND" LEDGER_FILTER " ORDER BY id DESC LIMIT ?8"));
    else if (filter->oldest_first)
        db_query(&view->db, &q,
            DB_SQL("SELECT " LEDGER_COLUMNS
                   " FROM ledger WHERE id > ?1 AND" LEDGER_FILTER
                   " ORDER BY id LIMIT ?8"));
    else
        db_query(&view->db, &q,
            DB_SQL("SELECT " LEDGER_COLUMNS
                   " FROM ledger WHERE id < ?1 AND" LEDGER_FILTER
                   " ORDER BY id DESC LIMIT ?8"));
    ledger_bind(&q, filter,
        filter->before || filter->oldest_first ? filter->before : INT64_MAX,
        limit + 1);
    while ((r = query_next(&q)) == 0) {
        struct ledger_line *line = list_add(&list);

        r = line ? line_read(&q, arena, line) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r != 0)
        return r;
    *ret_more = list.n > limit;
    *ret = list.rows;
    *ret_n = *ret_more ? limit : list.n;
    return 0;
}
