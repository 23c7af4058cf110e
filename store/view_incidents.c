/* view_incidents: the list, one incident, its items and its timeline. */
#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "store/inside.h"

enum { SOURCES_SHOWN = 5, SOURCES_MAX_BYTES = 4096 };

/* A cursor is "LAST_SEEN.ID" of the last row shown. */
static int
cursor_parse(struct str cursor, int64_t *ret_seen, int64_t *ret_id)
{
    struct str rest = cursor;
    struct str seen = str_split(&rest, '.');
    int r = num_parse_i64(seen, INT64_MIN, INT64_MAX, ret_seen);

    return r == 0 ? num_parse_i64(rest, 0, INT64_MAX, ret_id) : E_PARSE;
}

/* Bind filter in the order of FILTER's parameters, from ?1 on. */
static void
filter_bind(struct query *q, const struct incident_filter *filter, int64_t seen,
    int64_t id, size_t limit)
{
    query_int(q, seen); /* ?1 */
    query_int(q, id);
    query_int(q, filter->levels ? filter->levels : ~0u);
    query_str(q, filter->category);
    query_str(q, filter->owner); /* ?5 */
    query_str(q, filter->assignee);
    query_id(q, filter->from.ms > 0 ? filter->from.ms : 0);
    query_id(q, filter->to.ms > 0 ? filter->to.ms : 0);
    query_str(q, filter->source);
    query_str(q, filter->text.n ? filter->text : STR_NONE); /* ?10 */
    query_int(q, (int64_t)limit);
    if (!filter->states)
        return; /* filter_sql chose the statement without them */
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++) { /* ?12 to ?18 */
        bool wanted = filter->states & (1u << i);

        query_cstr(q, wanted ? store_state_name((enum incident_state)i) : NULL);
    }
}

/* The page starts behind the row (?1, ?2). */
#define FILTER                                                                 \
    " (last_seen, id) < (?1, ?2) AND ((?3 >> level) & 1)"                      \
    " AND (?4 IS NULL OR category = ?4) AND (?5 IS NULL OR owner = ?5)"        \
    " AND (?6 IS NULL OR assignee = ?6)"                                       \
    " AND (?7 IS NULL OR first_seen >= ?7)"                                    \
    " AND (?8 IS NULL OR first_seen < ?8)"                                     \
    " AND (?9 IS NULL OR EXISTS(SELECT 1 FROM incident_item AS m"              \
    "  JOIN item AS i ON i.id = m.item"                                        \
    "  WHERE m.incident IN " FAMILY("incident.id") " AND i.source = ?9))"      \
    " AND (?10 IS NULL OR holds(incident.title, ?10)"                          \
    "  OR EXISTS(SELECT 1 FROM incident_item AS m"                             \
    "   JOIN item AS i ON i.id = m.item"                                       \
    "   JOIN revision AS r ON r.id = i.revision"                               \
    "   WHERE m.incident IN " FAMILY("incident.id")                            \
    "   AND (holds(r.title, ?10)"                                              \
    "    OR holds(r.text, ?10))))"
#define ORDER " ORDER BY last_seen DESC, id DESC LIMIT ?11"

/* Two statements, because only open ones have a short index of their own. */
static const char *
filter_sql(const struct incident_filter *filter)
{
    if (!filter->states)
        return DB_SQL("SELECT " INCIDENT_COLUMNS " FROM incident"
                      " WHERE open = 1 AND" FILTER ORDER);
    return DB_SQL("SELECT " INCIDENT_COLUMNS " FROM incident"
                  " WHERE state IN (?12, ?13, ?14, ?15, ?16, ?17, ?18)"
                  " AND" FILTER ORDER);
}

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
               " WHERE m.incident IN " FAMILY("?1")
               " GROUP BY i.source ORDER BY min(i.first_seen), min(i.id)"));
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
    row->cursor = arena_printf(arena, "%" PRId64 ".%" PRId64,
        row->incident.last_seen.ms, row->incident.id);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

static int
incidents_page(struct view *view, const struct incident_filter *filter,
    size_t limit, struct list *list)
{
    struct query q;
    int64_t seen = INT64_MAX, id = INT64_MAX;
    int r = 0;

    if (filter->after.n)
        r = cursor_parse(filter->after, &seen, &id);
    if (r != 0)
        return r;
    db_query(&view->db, &q, filter_sql(filter));
    /* One more than asked tells whether there is more. */
    filter_bind(&q, filter, seen, id, limit + 1);
    while ((r = query_next(&q)) == 0) {
        struct incident_row *row = list_add(list);

        r = row ? incident_read(&q, list->arena, &row->incident) : E_NOMEM;
        if (r != 0)
            break;
    }
    query_done(&q);
    return q.done ? 0 : r;
}

int
view_incidents(struct view *view, const struct incident_filter *filter,
    struct arena *arena, struct incident_row **ret, size_t *ret_n,
    bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct incident_row)};
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;
    struct incident_row *rows;
    bool more;
    int r = db_begin(&view->db);

    if (limit > VIEW_PAGE_MAX)
        limit = VIEW_PAGE_MAX;
    if (r == 0)
        r = incidents_page(view, filter, limit, &list);
    rows = list.rows;
    more = list.n > limit;
    if (more)
        list.n = limit;
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = row_complete(view, arena, &rows[i]);
    db_rollback(&view->db);
    if (r == 0) {
        *ret = rows;
        *ret_n = list.n;
        *ret_more = more;
    }
    return r;
}

static int
incident_one(struct view *view, int64_t id, struct arena *arena,
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
        r = incident_one(view, id, arena, &row);
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
        DB_SQL("SELECT level, count(*) FROM incident WHERE open = 1"
               " GROUP BY level"));
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
incident_items(struct view *view, int64_t incident, struct list *list)
{
    struct arena *arena = list->arena;
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT i.id, r.id, i.source, s.title, r.title, r.text, r.url,"
               " r.published, i.first_seen, i.revisions, r.score, m.why,"
               " m.similarity, m.incident, m.gone, m.checked"
               " FROM incident_item AS m JOIN item AS i ON i.id = m.item"
               " JOIN revision AS r ON r.id = i.revision"
               " JOIN source_state AS s ON s.id = i.source"
               " WHERE m.incident IN " FAMILY("?1")
               " ORDER BY i.first_seen, i.id"));
    query_int(&q, incident);
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
    struct list list = {.arena = arena, .size = sizeof(struct item_row)};
    struct item_row *rows;
    int r = db_begin(&view->db);

    if (r == 0)
        r = incident_items(view, incident, &list);
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
