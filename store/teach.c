/* teach: exceptions, and what one would do to what is stored. */
#include "store/teach.h"

#include <jansson.h>
#include <string.h>

#include "base/jsonx.h"
#include "store/inside.h"
#include "store/view_teach.h"

enum { TERMS_MAX_BYTES = 4096 };

/* --- exceptions ---------------------------------------------------------- */

static int
exception_count(struct store *store, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM exception WHERE ended IS NULL"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

static int
terms_dump(const struct exception *exception, struct buf *out)
{
    json_t *list = json_array();
    int r = list ? 0 : E_NOMEM;

    for (size_t i = 0; i < exception->nterms && r == 0; i++)
        r = json_array_append_new(list, jsonx_str(exception->terms[i]))
                ? E_NOMEM
                : 0;
    if (r == 0)
        r = jsonx_dump(list, out);
    json_decref(list);
    return r;
}

static int
terms_load(struct str text, struct arena *arena, struct exception *ret)
{
    struct str *terms = ARENA_ARRAY(arena, EXCEPTION_MAX_TERMS, struct str);
    json_t *list = NULL, *one;
    size_t i;
    int r = terms ? jsonx_load(text, NULL, &list) : E_NOMEM;

    if (r != 0)
        return r;
    json_array_foreach(list, i, one)
    {
        if (i < EXCEPTION_MAX_TERMS && json_is_string(one))
            terms[ret->nterms++] = arena_str(arena,
                (struct str){json_string_value(one), json_string_length(one)});
    }
    ret->terms = terms;
    json_decref(list);
    return 0;
}

int
store_exception_add(
    struct store *store, const struct exception *exception, int64_t *ret_id)
{
    _cleanup_(buf_done) struct buf terms;
    struct query q;
    int64_t live = 0;
    int r = exception_count(store, &live);

    buf_init(&terms, TERMS_MAX_BYTES);
    if (r == 0 && live >= EXCEPTION_MAX_LIVE)
        r = E_LIMIT;
    if (r == 0)
        r = terms_dump(exception, &terms);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO exception(rule, category, points, terms, source,"
               " until, reason, incident, made, made_by)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, exception->rule);
    query_text(&q, exception->category);
    query_int(&q, exception->points);
    query_str(&q, buf_str(&terms));
    query_str(&q, exception->source.n ? exception->source : STR_NONE);
    query_wall(&q, exception->until);
    query_text(&q, exception->reason);
    query_id(&q, exception->incident);
    query_int(&q, exception->made.ms);
    query_text(&q, exception->made_by);
    return query_insert(&q, ret_id);
}

int
store_exception_end(
    struct store *store, int64_t id, struct str by, struct wall now)
{
    struct query q;
    int64_t ended = 0;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT ended IS NOT NULL FROM exception WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        ended = query_get_int(&q);
    query_done(&q);
    if (r != 0 || ended)
        return r ? r : E_STATE;
    db_query(&store->db, &q,
        DB_SQL("UPDATE exception SET ended = ?, ended_by = ? WHERE id = ?"));
    query_int(&q, now.ms);
    query_text(&q, by);
    query_int(&q, id);
    return query_run(&q);
}

static int
exception_read(struct query *q, struct arena *arena, struct exception *ret)
{
    ret->id = query_get_int(q);
    ret->rule = query_get_str(q, arena);
    ret->category = query_get_str(q, arena);
    ret->points = (int)query_get_int(q);
    int r = terms_load(query_peek_str(q), arena, ret);
    ret->source = query_get_str(q, arena);
    ret->until = query_get_wall(q);
    ret->reason = query_get_str(q, arena);
    ret->incident = query_get_int(q);
    ret->made = query_get_wall(q);
    ret->made_by = query_get_str(q, arena);
    ret->ended = query_get_wall(q);
    ret->ended_by = query_get_str(q, arena);
    return r;
}

static int
exceptions_read(
    struct query *q, struct arena *arena, struct exception **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct exception)};
    int r;

    while ((r = query_next(q)) == 0) {
        struct exception *row = list_add(&list);

        r = row ? exception_read(q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

#define EXCEPTION_COLUMNS                                                      \
    "id, rule, category, points, terms, source, until, reason, incident,"      \
    " made, made_by, ended, ended_by"

static int
exceptions_now(struct db *db, struct wall now, struct arena *arena,
    struct exception **ret, size_t *ret_n)
{
    struct query q;

    db_query(db, &q,
        DB_SQL("SELECT " EXCEPTION_COLUMNS " FROM exception"
               " WHERE ended IS NULL AND (until IS NULL OR until > ?)"
               " ORDER BY id"));
    query_int(&q, now.ms);
    return exceptions_read(&q, arena, ret, ret_n);
}

int
store_exceptions(struct store *store, struct wall now, struct arena *arena,
    struct exception **ret, size_t *ret_n)
{
    return exceptions_now(&store->db, now, arena, ret, ret_n);
}

int
view_exceptions_now(struct view *view, struct wall now, struct arena *arena,
    struct exception **ret, size_t *ret_n)
{
    return exceptions_now(&view->db, now, arena, ret, ret_n);
}

int
view_exceptions(struct view *view, struct arena *arena, struct exception **ret,
    size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " EXCEPTION_COLUMNS " FROM exception"
               " ORDER BY ended IS NOT NULL, id DESC LIMIT 200"));
    return exceptions_read(&q, arena, ret, ret_n);
}

/* --- what one would do --------------------------------------------------- */

static bool
text_holds(struct str text, struct str term)
{
    return term.n > 0 && text.n >= term.n &&
           memmem(text.p, text.n, term.p, term.n) != NULL;
}

bool
teach_item_has(const struct teach_item *item, const struct str *terms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!text_holds(item->title, terms[i]) &&
            !text_holds(item->text, terms[i]))
            return false;
    return n > 0;
}

#define TEACH_COLUMNS                                                          \
    "SELECT i.id, i.source, r.title, r.text, c.id, c.title, c.state,"          \
    " c.first_seen, EXISTS(SELECT 1 FROM finding AS o"                         \
    " WHERE o.revision = r.id AND o.rule <> f.rule AND o.points > 0)"
#define TEACH_INCIDENT                                                         \
    " CROSS JOIN incident AS n ON n.id = m.incident"                           \
    " CROSS JOIN incident AS c ON c.id = iif(n.merged_into IS NULL,"           \
    "  n.id, " ROOT("n.id") ")"

/* Give each row of a query that was bound; it is done then. */
static int
teach_rows(struct query *q, struct arena *arena,
    int (*each)(void *arg, const struct teach_item *item), void *arg)
{
    int r;

    while ((r = query_next(q)) == 0) {
        struct teach_item item = {.item = query_get_int(q)};

        item.source = query_peek_str(q);
        item.title = query_peek_str(q);
        item.text = query_peek_str(q);
        item.incident = query_get_int(q);
        item.name = query_peek_str(q);
        r = store_state_of(query_peek_str(q), &item.state);
        item.seen = query_get_wall(q);
        item.others = query_get_int(q) != 0;
        if (r == 0 && arena)
            r = spans_unpack(
                query_peek_str(q), arena, &item.spans, &item.nspans);
        if (r == 0)
            r = each(arg, &item);
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    return r;
}

int
teach_each_item(struct db *db, struct str rule, size_t max,
    int (*each)(void *arg, const struct teach_item *item), void *arg)
{
    struct query q;

    /* Along the index of the rule from its end: no more is read than given. */
    db_query(db, &q,
        DB_SQL(TEACH_COLUMNS
            " FROM finding AS f INDEXED BY finding_rule"
            " CROSS JOIN revision AS r ON r.id = f.revision"
            " CROSS JOIN item AS i ON i.id = r.item"
            "  AND i.revision = r.id"
            " CROSS JOIN incident_item AS m ON m.item = i.id" TEACH_INCIDENT
            " WHERE f.rule = ?1 ORDER BY f.revision DESC"
            " LIMIT ?2"));
    query_str(&q, rule);
    query_int(&q, (int64_t)max);
    return teach_rows(&q, NULL, each, arg);
}

int
teach_incident_items(struct db *db, struct str rule, int64_t incident,
    struct arena *arena, int (*each)(void *arg, const struct teach_item *item),
    void *arg)
{
    struct query q;

    db_query(db, &q,
        DB_SQL(TEACH_COLUMNS
            ", f.spans FROM incident_item AS m"
            " CROSS JOIN item AS i ON i.id = m.item"
            " CROSS JOIN revision AS r ON r.id = i.revision"
            " CROSS JOIN finding AS f ON f.revision = r.id" TEACH_INCIDENT
            " WHERE m.incident IN " FAMILY(
                "?2") " AND f.rule = ?1 ORDER BY i.id DESC LIMIT ?3"));
    query_str(&q, rule);
    query_int(&q, incident);
    query_int(&q, TEACH_WORD_ITEMS);
    return teach_rows(&q, arena, each, arg);
}

struct effect {
    const struct teach_try *try;
    struct arena *arena;
    struct teach_hit *hits;
    struct teach_effect sum;
    size_t n;
};

static void
effect_count(struct effect *e, enum incident_state state)
{
    if (state == INCIDENT_FALSE_ALARM)
        e->sum.wrong++;
    else if (state == INCIDENT_CLOSED)
        e->sum.right++;
    else
        e->sum.unknown++;
}

static int
effect_item(void *arg, const struct teach_item *item)
{
    struct effect *e = arg;

    if (e->try->source.n && !str_eq(e->try->source, item->source))
        return 0;
    if (!teach_item_has(item, e->try->terms, e->try->nterms))
        return 0;
    e->sum.items++;
    for (size_t i = 0; i < e->n; i++) {
        if (e->hits[i].incident == item->incident) {
            e->hits[i].whole = e->hits[i].whole && !item->others;
            return 0;
        }
    }
    if (e->n == TEACH_MAX_INCIDENTS)
        return 0;
    effect_count(e, item->state);
    e->hits[e->n++] = (struct teach_hit){.incident = item->incident,
        .title = arena_str(e->arena, item->name),
        .state = item->state,
        .seen = item->seen,
        .whole = !item->others};
    return 0;
}

int
teach_effect(struct db *db, const struct teach_try *try, struct arena *arena,
    struct teach_effect *ret)
{
    struct effect e = {.try = try,
        .arena = arena,
        .hits = ARENA_ARRAY(arena, TEACH_MAX_INCIDENTS, struct teach_hit)};
    int r = e.hits ? teach_each_item(
                         db, try->rule, TEACH_MAX_ITEMS, effect_item, &e)
                   : E_NOMEM;

    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r != 0)
        return r;
    *ret = e.sum;
    ret->hits = e.hits;
    ret->nhits = e.n;
    return 0;
}

int
store_teach_effect(struct store *store, const struct teach_try *try,
    struct arena *arena, struct teach_effect *ret)
{
    return teach_effect(&store->db, try, arena, ret);
}
