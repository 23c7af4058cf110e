/* view_sources: sources, page by page and one at a time. */
#include "base/num.h"
#include "feeds/poll.h"
#include "store/conditions.h"
#include "store/inside.h"

enum { RANK_MAX = 9 }; /* of source_state.rank, either way */

/* The word for the state of a source's poll. */
static const char *
poll_state_word(int state)
{
    /* clang-format off */
    static const char *const words[] = {
        [POLL_IDLE] = "idle", [POLL_DUE] = "due",
        [POLL_FETCHING] = "fetching", [POLL_BACKOFF] = "backoff",
        [POLL_QUARANTINED] = "quarantined", [POLL_STOPPED] = "stopped"};
    /* clang-format on */

    return state >= 0 && (size_t)state < sizeof(words) / sizeof(words[0])
               ? words[state]
               : "unknown";
}

/* The columns of a source, in the order that source_read reads. */
#define SOURCE_COLUMNS                                                         \
    "id, title, url, kind, owner, tags, removed, items, "                      \
    "added, " SOURCE_STATE_COLUMNS

static int
source_read(struct query *q, struct arena *arena, struct source_row *row)
{
    int r;

    row->id = query_get_str(q, arena);
    row->title = query_get_str(q, arena);
    row->url = query_get_str(q, arena);
    row->kind = query_get_str(q, arena);
    row->owner = query_get_str(q, arena);
    row->tags = query_get_str(q, arena);
    row->removed = wall_is_set(query_get_wall(q));
    row->items = (uint64_t)query_get_int(q);
    row->added = query_get_wall(q);
    r = source_state_read(q, arena, &row->state);
    row->poll_state = poll_state_word(row->state.state);
    return r;
}

static int
sources_read(struct query *q, struct list *list)
{
    int r;

    while ((r = query_next(q)) == 0) {
        struct source_row *row = list_add(list);

        r = row ? source_read(q, list->arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    query_done(q);
    return q->done ? 0 : r;
}

static int
source_conditions(
    struct view *view, struct arena *arena, struct source_row *row)
{
    struct condition_row *conditions = NULL;
    size_t n = 0;
    int r;

    r = view_conditions(view,
        arena_printf(arena, "source:%.*s", STR_ARG(row->id)), arena,
        &conditions, &n);
    row->conditions = conditions;
    row->nconditions = n;
    return r;
}

int
view_sources(struct view *view, struct arena *arena, struct source_row **ret,
    size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct source_row)};
    struct source_row *rows;
    struct query q;
    int r = db_begin(&view->db);

    db_query(&view->db, &q,
        DB_SQL("SELECT " SOURCE_COLUMNS
               " FROM source_state ORDER BY removed IS NOT NULL, id"));
    if (r == 0)
        r = sources_read(&q, &list);
    rows = list.rows;
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = source_conditions(view, arena, &rows[i]);
    db_rollback(&view->db);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = rows;
        *ret_n = list.n;
    }
    return r;
}

/* --- page by page --------------------------------------------------------- */

/* A cursor is "RANK.ID" of the last row shown. */
static int
key_parse(struct str cursor, int64_t *ret_rank, struct str *ret_id)
{
    struct str rest = cursor;
    int r;

    *ret_rank = -RANK_MAX;
    *ret_id = STR("");
    if (cursor.n == 0)
        return 0;
    r = num_parse_i64(str_split(&rest, '.'), -RANK_MAX, RANK_MAX, ret_rank);
    if (r != 0 || rest.p == NULL)
        return E_PARSE;
    *ret_id = rest;
    return 0;
}

static int
page_read(struct query *q, struct list *list)
{
    struct arena *arena = list->arena;
    int r;

    while ((r = query_next(q)) == 0) {
        struct source_row *row = list_add(list);
        int64_t rank = query_get_int(q);

        r = row ? source_read(q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
        row->cursor =
            arena_printf(arena, "%d.%.*s", (int)rank, STR_ARG(row->id));
    }
    query_done(q);
    return q->done ? 0 : r;
}

static int
page_query(struct view *view, const struct source_filter *filter, size_t limit,
    struct list *list)
{
    struct str id;
    int64_t rank;
    struct query q;
    int r = key_parse(filter->after, &rank, &id);

    if (r != 0)
        return r;
    db_query(&view->db, &q,
        DB_SQL("SELECT rank, " SOURCE_COLUMNS " FROM source_state AS s"
               " WHERE (rank, id) > (?1, ?2) AND (?3 = 0 OR rank < 0)"
               " AND (?4 IS NULL OR EXISTS(SELECT 1 FROM condition AS c"
               "  WHERE c.subject = 'source:' || s.id AND c.kind = ?4"
               "  AND c.closed IS NULL))"
               " AND (?5 IS NULL"
               "  OR instr(', ' || tags || ',', ', ' || ?5 || ',') > 0)"
               " AND (?6 IS NULL OR holds(title, ?6) OR holds(id, ?6)"
               "  OR holds(coalesce(owner, ''), ?6) OR holds(url, ?6))"
               " ORDER BY rank, id LIMIT ?7"));
    query_int(&q, rank);
    query_text(&q, id);
    query_int(&q, filter->troubled);
    query_str(&q, filter->condition.n ? filter->condition : STR_NONE);
    query_str(&q, filter->tag.n ? filter->tag : STR_NONE);
    query_str(&q, filter->text.n ? filter->text : STR_NONE);
    query_int(&q, (int64_t)limit + 1); /* tells whether there is more */
    return page_read(&q, list);
}

int
view_source_page(struct view *view, const struct source_filter *filter,
    struct arena *arena, struct source_row **ret, size_t *ret_n, bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct source_row)};
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;
    struct source_row *rows;
    bool more;
    int r = db_begin(&view->db);

    if (limit > VIEW_SOURCES_MAX)
        limit = VIEW_SOURCES_MAX;
    if (r == 0)
        r = page_query(view, filter, limit, &list);
    rows = list.rows;
    more = list.n > limit;
    if (more)
        list.n = limit;
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = source_conditions(view, arena, &rows[i]);
    db_rollback(&view->db);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = rows;
        *ret_n = list.n;
        *ret_more = more;
    }
    return r;
}

int
view_source_counts(struct view *view, uint64_t *ret_all, uint64_t *ret_troubled)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*), coalesce(sum(rank < 0), 0)"
               " FROM source_state WHERE removed IS NULL"));
    r = query_next(&q);
    if (r == 0) {
        *ret_all = (uint64_t)query_get_int(&q);
        *ret_troubled = (uint64_t)query_get_int(&q);
    }
    query_done(&q);
    return r;
}

/* Tags are kept joined; a tag holds no comma. */
int
view_source_tags(struct view *view, size_t max, struct arena *arena,
    struct str **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct str)};
    struct query q;
    int r = 0;

    db_query(&view->db, &q,
        DB_SQL("WITH RECURSIVE part(tag, rest) AS ("
               "  SELECT NULL, tags || ', ' FROM (SELECT DISTINCT tags"
               "   FROM source_state WHERE removed IS NULL AND tags <> '')"
               "  UNION SELECT substr(rest, 1, instr(rest, ', ') - 1),"
               "   substr(rest, instr(rest, ', ') + 2)"
               "   FROM part WHERE rest <> '')"
               " SELECT DISTINCT tag FROM part WHERE tag IS NOT NULL"
               " ORDER BY tag"));
    while (list.n < max && (r = query_next(&q)) == 0) {
        struct str *tag = list_add(&list);

        if (tag == NULL)
            break;
        *tag = query_get_str(&q, arena);
    }
    if (q.done || list.n == max)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

/* --- one source ----------------------------------------------------------- */

int
view_source(struct view *view, struct str id, struct arena *arena,
    struct source_row *ret)
{
    struct source_row row = {0};
    struct query q;
    int r = db_begin(&view->db);

    db_query(&view->db, &q,
        DB_SQL("SELECT " SOURCE_COLUMNS " FROM source_state WHERE id = ?"));
    query_str(&q, id);
    if (r == 0)
        r = query_next(&q);
    if (r == 0)
        r = source_read(&q, arena, &row);
    query_done(&q);
    if (r == 0)
        r = source_conditions(view, arena, &row);
    db_rollback(&view->db);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = row;
    return r;
}

int
view_source_conditions(struct view *view, struct str id, size_t max,
    struct arena *arena, struct condition_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct condition_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " CONDITION_COLUMNS " FROM condition"
               " WHERE subject = 'source:' || ? AND closed IS NOT NULL"
               " ORDER BY closed DESC, id DESC LIMIT ?"));
    query_str(&q, id);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct condition_row *row = list_add(&list);

        if (row == NULL) {
            r = E_NOMEM;
            break;
        }
        condition_read(&q, arena, row);
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

static void
poll_read(struct query *q, struct arena *arena, struct poll_entry *ret)
{
    ret->at = query_get_wall(q);
    ret->since = query_get_wall(q);
    ret->times = (uint32_t)query_get_int(q);
    ret->outcome = query_get_str(q, arena);
    ret->cause = query_get_str(q, arena);
    ret->status = (int)query_get_int(q);
    ret->elapsed_ms = query_get_int(q);
    ret->bytes = (uint64_t)query_get_int(q);
    ret->in_window = (uint32_t)query_get_int(q);
    ret->news = (uint32_t)query_get_int(q);
    ret->reason = query_get_str(q, arena);
    ret->notes = query_get_str(q, arena);
}

int
view_source_polls(struct view *view, struct str id, struct arena *arena,
    struct poll_entry **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct poll_entry)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT at, since, times, outcome, cause, status, elapsed_ms,"
               " bytes, in_window, news, reason, notes FROM poll_log"
               " WHERE source = ? ORDER BY number DESC"));
    query_str(&q, id);
    while ((r = query_next(&q)) == 0) {
        struct poll_entry *row = list_add(&list);

        if (row == NULL) {
            r = E_NOMEM;
            break;
        }
        poll_read(&q, arena, row);
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

static int
item_read(struct query *q, struct arena *arena, struct source_item *ret)
{
    int r;

    ret->id = query_get_int(q);
    ret->incident = query_get_int(q);
    ret->title = query_get_str(q, arena);
    ret->url = query_get_str(q, arena);
    ret->published = query_get_wall(q);
    ret->first_seen = query_get_wall(q);
    ret->score = (int)query_get_int(q);
    r = store_level_of(query_get_int(q), &ret->level);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
view_source_items(struct view *view, struct str id, size_t max,
    struct arena *arena, struct source_item **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct source_item)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT item.id, coalesce(m.incident, 0), r.title, r.url,"
               " r.published, first_seen, r.score, r.level"
               " FROM (SELECT id FROM item WHERE source = ?"
               "  ORDER BY id DESC LIMIT ?) AS newest"
               " CROSS JOIN item ON item.id = newest.id"
               " JOIN revision AS r ON r.id = item.revision"
               " LEFT JOIN incident_item AS m ON m.item = item.id"
               " ORDER BY item.id DESC"));
    query_str(&q, id);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct source_item *row = list_add(&list);

        r = row ? item_read(&q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
