/* view_incidents: the list, one incident, its items and its timeline. */
#include <string.h>

#include "store/inside.h"
#include "store/view_list.h"

enum { SOURCES_SHOWN = 5, SOURCES_MAX_BYTES = 4096 };

static int
row_deliveries(struct view *view, struct incident_row *row)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT state, count(*) FROM delivery"
               " WHERE incident = ? GROUP BY state"));
    query_int(&q, row->incident.id);
    while ((r = query_next(&q)) == 0) {
        struct str state = query_peek_str(&q);
        uint32_t n = (uint32_t)query_get_int(&q);

        if (str_eq(state, STR("pending")))
            row->pending = n;
        else if (str_eq(state, STR("delivered")))
            row->delivered = n;
        else
            row->dead = n;
    }
    query_done(&q);
    return q.done ? 0 : r;
}

static int
row_sources(struct view *view, struct arena *arena, struct incident_row *row)
{
    _cleanup_(buf_done) struct buf text;
    struct query q;
    unsigned n = 0;
    int r;

    buf_init(&text, SOURCES_MAX_BYTES);
    db_query(&view->db, &q,
        DB_SQL("SELECT i.source FROM incident_item AS m"
               " JOIN item AS i ON i.id = m.item"
               " WHERE m.incident IN " FAMILY(
                   "?1") " GROUP BY i.source ORDER BY min(i.first_seen), "
                         "min(i.id)"));
    query_int(&q, row->incident.id);
    while ((r = query_next(&q)) == 0) {
        if (n++ < SOURCES_SHOWN) {
            (void)buf_add_cstr(&text, n > 1 ? ", " : "");
            (void)buf_add_str(&text, query_peek_str(&q));
        }
    }
    query_done(&q);
    if (!q.done)
        return r;
    if (n > SOURCES_SHOWN)
        (void)buf_printf(&text, ", +%u", n - SOURCES_SHOWN);
    row->sources = arena_str(arena, buf_str(&text));
    return text.err;
}

/* What stands beside the incident's own columns. */
static int
row_complete(struct view *view, struct arena *arena, struct incident_row *row)
{
    int r = row_deliveries(view, row);

    if (r == 0)
        r = row_sources(view, arena, row);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
view_incidents(struct view *view, const struct incident_filter *filter,
    struct arena *arena, struct incident_row **ret, size_t *ret_n,
    bool *ret_more)
{
    struct list_filter list = {.levels = filter->levels,
        .states = filter->states,
        .category = filter->category,
        .source = filter->source,
        .owner = filter->owner,
        .assignee = filter->assignee,
        .text = filter->text,
        .first_seen = {filter->from, filter->to},
        .limit = filter->limit,
        .after = filter->after};
    struct list_row *found = NULL;
    struct incident_row *rows;
    size_t n = 0;
    int r = view_list(view, &list, arena, &found, &n, ret_more);

    if (r != 0)
        return r;
    rows = ARENA_ARRAY(arena, n + 1, struct incident_row);
    if (!rows)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++)
        rows[i] = found[i].row;
    *ret = rows;
    *ret_n = n;
    return 0;
}

int
view_row_read(struct view *view, int64_t id, struct arena *arena,
    struct incident_row *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = incident_read(&q, arena, &ret->incident);
    query_done(&q);
    return r == 0 ? row_complete(view, arena, ret) : r;
}

int
view_incident(struct view *view, int64_t id, struct arena *arena,
    struct incident_row *ret)
{
    struct incident_row row = {0};
    int r = db_begin(&view->db);

    if (r == 0)
        r = view_row_read(view, id, arena, &row);
    db_rollback(&view->db);
    if (r == 0)
        *ret = row;
    return r;
}

int
view_incident_counts(struct view *view, uint64_t ret[LEVEL_COUNT])
{
    uint64_t counts[LEVEL_COUNT] = {0};
    struct query q;
    enum level level;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT level, count(*) FROM incident INDEXED BY incident_open"
               " WHERE open = 1 GROUP BY level"));
    while ((r = query_next(&q)) == 0) {
        r = store_level_of(query_get_int(&q), &level);
        if (r != 0)
            break;
        counts[level] = (uint64_t)query_get_int(&q);
    }
    query_done(&q);
    if (!q.done)
        return r;
    memcpy(ret, counts, sizeof(counts));
    return 0;
}

int
item_findings(struct view *view, struct arena *arena, struct item_row *row)
{
    struct list list = {.arena = arena, .size = sizeof(struct finding_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT rule, title, category, points, indeterminate, spans"
               " FROM finding WHERE revision = ? ORDER BY id"));
    query_int(&q, row->revision);
    while ((r = query_next(&q)) == 0) {
        struct finding_row *f = list_add(&list);

        if (!f) {
            r = E_NOMEM;
            break;
        }
        f->rule = query_get_str(&q, arena);
        f->title = query_get_str(&q, arena);
        f->category = query_get_str(&q, arena);
        f->points = (int)query_get_int(&q);
        f->indeterminate = query_get_int(&q) != 0;
        r = spans_unpack(query_peek_str(&q), arena, &f->spans, &f->nspans);
        if (r != 0)
            break;
    }
    query_done(&q);
    if (!q.done)
        return r;
    row->findings = list.rows;
    row->nfindings = list.n;
    return 0;
}

static int
incident_items(
    struct view *view, int64_t incident, size_t max, struct list *list)
{
    struct arena *arena = list->arena;
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT i.id, r.id, i.source, s.title, r.title, r.text, r.url,"
               " r.published, i.first_seen, i.revisions, r.score, m.why,"
               " m.similarity, m.incident, m.gone, m.checked"
               " FROM (SELECT n.item, n.why, n.similarity, n.incident, n.gone,"
               "  n.checked FROM incident_item AS n"
               "  CROSS JOIN item AS o ON o.id = n.item"
               "  WHERE n.incident IN " FAMILY(
                   "?1") "  ORDER BY o.first_seen, o.id LIMIT ?2) AS m"
                         " CROSS JOIN item AS i ON i.id = m.item"
                         " CROSS JOIN revision AS r ON r.id = i.revision"
                         " CROSS JOIN source_state AS s ON s.id = i.source"
                         " ORDER BY i.first_seen, i.id"));
    query_int(&q, incident);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct item_row *row = list_add(list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(&q);
        row->revision = query_get_int(&q);
        row->source = query_get_str(&q, arena);
        row->source_title = query_get_str(&q, arena);
        row->title = query_get_str(&q, arena);
        row->text = query_get_str(&q, arena);
        row->url = query_get_str(&q, arena);
        row->published = query_get_wall(&q);
        row->first_seen = query_get_wall(&q);
        row->revisions = (uint32_t)query_get_int(&q);
        row->score = (int)query_get_int(&q);
        row->why = query_get_str(&q, arena);
        row->similarity = query_get_double(&q);
        row->incident = query_get_int(&q);
        row->gone = query_get_wall(&q);
        row->checked = query_get_wall(&q);
    }
    query_done(&q);
    return q.done ? 0 : r;
}

int
view_incident_items(struct view *view, int64_t incident, struct arena *arena,
    struct item_row **ret, size_t *ret_n)
{
    return view_incident_first(view, incident, INT32_MAX, arena, ret, ret_n);
}

int
view_incident_first(struct view *view, int64_t incident, size_t max,
    struct arena *arena, struct item_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct item_row)};
    struct item_row *rows;
    int r = db_begin(&view->db);

    if (r == 0)
        r = incident_items(view, incident, max, &list);
    rows = list.rows;
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = item_findings(view, arena, &rows[i]);
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
view_incident_ledger(struct view *view, int64_t incident, struct arena *arena,
    struct ledger_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct ledger_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id, at, kind, incident, by, origin, text FROM ledger"
               " WHERE incident = ? ORDER BY id"));
    query_int(&q, incident);
    while ((r = query_next(&q)) == 0) {
        struct ledger_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(&q);
        row->entry.at = query_get_wall(&q);
        row->entry.kind = query_get_str(&q, arena);
        row->entry.incident = query_get_int(&q);
        row->entry.by = query_get_str(&q, arena);
        row->entry.from = query_get_str(&q, arena);
        row->entry.text = query_get_str(&q, arena);
    }
    query_done(&q);
    if (!q.done)
        return r;
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}
