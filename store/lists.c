#include "store/lists.h"

#include "store/inside.h"

#define SAVED_COLUMNS "id, name, query, owner, by, made"
#define BULK_COLUMNS "id, by, action, at, until, answer, undone"

/* --- saved views ------------------------------------------------------------
 */

static int
saved_read(struct query *q, struct arena *arena, void *row)
{
    struct saved_view *view = row;

    view->id = query_get_int(q);
    view->name = query_get_str(q, arena);
    view->query = query_get_str(q, arena);
    view->owner = query_get_str(q, arena);
    view->by = query_get_str(q, arena);
    view->made = query_get_wall(q);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_saved_views(struct view *view, struct str user, size_t max,
    struct arena *arena, struct saved_view **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct saved_view)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " SAVED_COLUMNS " FROM list_view"
               " WHERE owner IS NULL OR owner = ?1"
               " ORDER BY owner IS NULL DESC, id LIMIT ?2"));
    query_str(&q, user);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, saved_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_saved_view_load(struct store *store, int64_t id, struct arena *arena,
    struct saved_view *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SAVED_COLUMNS " FROM list_view WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = saved_read(&q, arena, ret);
    query_done(&q);
    return r;
}

/* Of one person, or of everybody's. */
static int
saved_count(struct store *store, struct str owner, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM list_view"
               " WHERE ifnull(owner, '') = ifnull(?, '')"));
    query_str(&q, owner.n ? owner : STR_NONE);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_saved_view_add(
    struct store *store, const struct saved_view *view, int64_t *ret_id)
{
    struct query q;
    int64_t n = 0;
    int r = saved_count(store, view->owner, &n);

    if (r == 0 && n >= SAVED_VIEWS_MAX)
        r = E_LIMIT;
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO list_view(name, query, owner, by, made)"
               " VALUES(?, ?, ?, ?, ?)"));
    query_str(&q, view->name);
    query_text(&q, view->query);
    query_str(&q, view->owner.n ? view->owner : STR_NONE);
    query_str(&q, view->by);
    query_wall(&q, view->made);
    return query_insert(&q, ret_id);
}

int
store_saved_view_drop(struct store *store, int64_t id)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("DELETE FROM list_view WHERE id = ?"));
    query_int(&q, id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

/* --- many at once ------------------------------------------------------------
 */

/* The one row of a query that was bound. */
static int
bulk_one(struct query *q, struct arena *arena, struct bulk_row *ret)
{
    int r = query_next(q);

    if (r == 0) {
        *ret = (struct bulk_row){.id = query_get_int(q)};
        ret->by = query_get_str(q, arena);
        ret->action = query_get_str(q, arena);
        ret->at = query_get_wall(q);
        ret->until = query_get_wall(q);
        ret->answer = query_get_str(q, arena);
        ret->undone = query_get_wall(q);
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(q);
    return r;
}

static int
bulk_by_id(struct db *db, int64_t id, struct arena *arena, struct bulk_row *ret)
{
    struct query q;

    db_query(db, &q, DB_SQL("SELECT " BULK_COLUMNS " FROM bulk WHERE id = ?"));
    query_int(&q, id);
    return bulk_one(&q, arena, ret);
}

int
view_bulk(
    struct view *view, int64_t id, struct arena *arena, struct bulk_row *ret)
{
    return bulk_by_id(&view->db, id, arena, ret);
}

int
store_bulk_load(
    struct store *store, int64_t id, struct arena *arena, struct bulk_row *ret)
{
    return bulk_by_id(&store->db, id, arena, ret);
}

int
store_bulk_once(struct store *store, struct str once, struct arena *arena,
    struct bulk_row *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " BULK_COLUMNS " FROM bulk WHERE once = ?"));
    query_str(&q, once);
    return bulk_one(&q, arena, ret);
}

static int
bulk_forget(struct store *store, struct wall before)
{
    static const char *const sql[] = {
        DB_SQL("DELETE FROM bulk_item WHERE bulk IN"
               " (SELECT id FROM bulk WHERE at < ?)"),
        DB_SQL("DELETE FROM bulk WHERE at < ?")};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof sql / sizeof *sql; i++) {
        struct query q;

        db_query(&store->db, &q, sql[i]);
        query_int(&q, before.ms);
        r = query_run(&q);
    }
    return r;
}

int
store_bulk_add(struct store *store, const struct bulk_row *bulk,
    struct str once, int64_t *ret_id)
{
    struct query q;
    int r =
        bulk_forget(store, (struct wall){bulk->at.ms - (int64_t)BULK_KEPT_MS});

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO bulk(once, by, action, at, until)"
               " VALUES(?, ?, ?, ?, ?)"));
    query_str(&q, once.n ? once : STR_NONE);
    query_str(&q, bulk->by);
    query_str(&q, bulk->action);
    query_wall(&q, bulk->at);
    query_wall(&q, bulk->until);
    return query_insert(&q, ret_id);
}

int
store_bulk_save(struct store *store, const struct bulk_row *bulk)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE bulk SET answer = ?, until = ?, undone = ?"
               " WHERE id = ?"));
    query_str(&q, bulk->answer);
    query_wall(&q, bulk->until);
    query_wall(&q, bulk->undone);
    query_int(&q, bulk->id);
    return query_run(&q);
}

int
store_bulk_item_add(
    struct store *store, int64_t bulk, const struct bulk_item *item)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO bulk_item(bulk, incident, at, before, after)"
               " VALUES(?, ?, ?, ?, ?)"));
    query_int(&q, bulk);
    query_int(&q, item->incident);
    query_wall(&q, item->at);
    query_text(&q, item->before);
    query_text(&q, item->after);
    return query_run(&q);
}

static int
bulk_item_read(struct query *q, struct arena *arena, void *row)
{
    struct bulk_item *item = row;

    item->incident = query_get_int(q);
    item->at = query_get_wall(q);
    item->before = query_get_str(q, arena);
    item->after = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
store_bulk_items(struct store *store, int64_t bulk, struct arena *arena,
    struct bulk_item **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct bulk_item)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT incident, at, before, after FROM bulk_item"
               " WHERE bulk = ? ORDER BY incident"));
    query_int(&q, bulk);
    r = list_read(&list, &q, bulk_item_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
