/* found: see found.h. */
#include "store/found.h"

#include <inttypes.h>

#include "store/inside.h"
#include "store/search_incidents.h"
#include "store/view_list.h"

enum { FOUND_BITS = 64, FOUND_DEPTH = 32 /* of what was merged into what */ };

_Static_assert(SEARCH_PLACE_BITS == 14, "the literals below");

static bool
has(const struct found *found, int64_t id)
{
    return id >= 0 && id <= found->top &&
           found->bits[id / FOUND_BITS] >> (id % FOUND_BITS) & 1;
}

static void
add(struct found *found, int64_t id)
{
    if (id < 0 || id > found->top || has(found, id))
        return;
    found->bits[id / FOUND_BITS] |= UINT64_C(1) << (id % FOUND_BITS);
    found->n++;
}

static void
among_call(sqlite3_context *context, int n, sqlite3_value **values)
{
    const struct found *const *where = sqlite3_user_data(context);

    (void)n;
    sqlite3_result_int(
        context, *where && has(*where, sqlite3_value_int64(values[0])));
}

int
db_add_among(struct db *db, const struct found **where)
{
    return db_error(
        db, sqlite3_create_function_v2(db->handle, "among", 1, SQLITE_UTF8,
                (void *)where, among_call, NULL, NULL, NULL));
}

int
found_is_indexed(struct view *view, bool *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM (SELECT 1 FROM incident_item"
               " WHERE item > (SELECT incidents FROM search_state) LIMIT ?)"));
    query_int(&q, LIST_UNINDEXED_MAX + 1);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) <= LIST_UNINDEXED_MAX;
    query_done(&q);
    return r;
}

/* Add every number that a bound query gives; it is done then. */
static int
add_all(struct found *found, struct query *q)
{
    int r;

    while ((r = query_next(q)) == 0)
        add(found, query_get_int(q));
    query_done(q);
    return q->done ? 0 : r;
}

static int
add_indexed(
    struct view *view, struct str question, const char *sql, struct found *ret)
{
    struct query q;

    if (question.n == 0)
        return 0;
    db_query(&view->db, &q, sql);
    query_str(&q, question);
    return add_all(ret, &q);
}

static void
bind_any(struct query *q, struct str s)
{
    query_str(q, s.n > 0 ? s : STR_NONE);
}

/* Items that wait for the index are read. */
static int
add_waiting(
    struct view *view, const struct found_words *words, struct found *ret)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT m.incident FROM (SELECT item FROM search_todo"
               " UNION SELECT item FROM (SELECT item FROM incident_item"
               "  WHERE item > (SELECT incidents FROM search_state)"
               "  ORDER BY item DESC LIMIT ?1)) AS u"
               " CROSS JOIN incident_item AS m ON m.item = u.item"
               " CROSS JOIN item AS i ON i.id = m.item"
               " CROSS JOIN revision AS r ON r.id = i.revision"
               " WHERE" ITEM_HAS("NULL", "?2", "?3", "?4")));
    query_int(&q, LIST_UNINDEXED_MAX);
    bind_any(&q, words->source);
    bind_any(&q, words->rule);
    bind_any(&q, words->text);
    return add_all(ret, &q);
}

/* What was found was merged into others, and those perhaps again. */
static int
add_merged(struct view *view, struct found *found)
{
    size_t before = found->n + 1;
    int r = 0;

    for (int depth = 0; depth < FOUND_DEPTH && found->n != before; depth++) {
        struct query q;

        before = found->n;
        db_query(&view->db, &q,
            DB_SQL("SELECT id, merged_into FROM incident"
                   " INDEXED BY incident_merged"
                   " WHERE merged_into IS NOT NULL"));
        while ((r = query_next(&q)) == 0) {
            int64_t id = query_get_int(&q);

            if (has(found, id))
                add(found, query_get_int(&q));
        }
        query_done(&q);
        if (!q.done)
            return r;
    }
    return 0;
}

int
found_read(struct view *view, const struct found_words *words,
    struct arena *arena, struct found *ret)
{
    struct found found = {0};
    int r = view_list_newest(view, &found.top);

    if (r != 0)
        return r;
    found.bits =
        ARENA_ARRAY(arena, (size_t)(found.top / FOUND_BITS) + 1, uint64_t);
    if (!found.bits)
        return E_NOMEM;
    r = add_indexed(view, words->question,
        DB_SQL("SELECT rowid >> 14 FROM incident_search"
               " WHERE incident_search MATCH ?"),
        &found);
    if (r == 0)
        r = add_indexed(view, words->titles,
            DB_SQL("SELECT rowid FROM incident_title"
                   " WHERE incident_title MATCH ?"),
            &found);
    if (r == 0)
        r = add_waiting(view, words, &found);
    if (r == 0 && found.n > 0)
        r = add_merged(view, &found);
    if (r == 0)
        *ret = found;
    return r;
}

struct str
found_list(const struct found *found, struct arena *arena)
{
    enum { NUMBER_BYTES = 21 };
    struct str list;
    struct buf out;

    buf_init(&out, (found->n + 1) * NUMBER_BYTES);
    for (int64_t id = 0; id <= found->top; id++) {
        if (id % FOUND_BITS == 0 && found->bits[id / FOUND_BITS] == 0)
            id += FOUND_BITS - 1;
        else if (has(found, id))
            (void)buf_printf(&out, "%c%" PRId64, out.n ? ',' : '[', id);
    }
    (void)buf_add_cstr(&out, out.n ? "]" : "[]");
    list = out.err ? STR_NONE : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return list;
}
