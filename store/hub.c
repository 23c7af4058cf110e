/* hub: subscriptions to hubs. */
#include "store/hub.h"

#include "store/inside.h"

#define HUB_COLUMNS                                                          \
    "source, named, hub, topic, path, secret, state, lease_until, next, tries,"     \
    " last_push, error"

static const char *const hub_states[] = {
#define X(state, name) name,
    HUB_STATES(X)
#undef X
};
enum { HUB_STATE_COUNT = HUB_REFUSED + 1 };

const char *
hub_state_name(enum hub_state state)
{
    return (unsigned)state < HUB_STATE_COUNT ? hub_states[state] : "?";
}

static int
hub_read(struct query *q, struct arena *arena, void *row)
{
    struct hub *ret = row;
    int64_t state;

    ret->source = query_get_str(q, arena);
    ret->named = query_get_str(q, arena);
    ret->hub = query_get_str(q, arena);
    ret->topic = query_get_str(q, arena);
    ret->path = query_get_str(q, arena);
    ret->secret = query_get_str(q, arena);
    state = query_get_int(q);
    ret->lease_until = query_get_wall(q);
    ret->next = query_get_wall(q);
    ret->tries = (uint32_t)query_get_int(q);
    ret->last_push = query_get_wall(q);
    ret->error = query_get_str(q, arena);
    if (state < 0 || state >= HUB_STATE_COUNT)
        return E_CORRUPT;
    ret->state = (enum hub_state)state;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
hub_find(struct db *db, const char *sql, struct str key, struct arena *arena,
    struct hub *ret)
{
    struct query q;
    int r;

    db_query(db, &q, sql);
    query_str(&q, key);
    r = query_next(&q);
    if (r == 0)
        r = hub_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_hub_save(struct store *store, const struct hub *hub)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO hub(" HUB_COLUMNS ")"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT(source) DO UPDATE SET named = excluded.named,"
               " hub = excluded.hub,"
               " topic = excluded.topic, path = excluded.path,"
               " secret = excluded.secret, state = excluded.state,"
               " lease_until = excluded.lease_until, next = excluded.next,"
               " tries = excluded.tries, last_push = excluded.last_push,"
               " error = excluded.error"));
    query_str(&q, hub->source);
    query_text(&q, hub->named);
    query_text(&q, hub->hub);
    query_text(&q, hub->topic);
    query_text(&q, hub->path);
    query_text(&q, hub->secret);
    query_int(&q, (int)hub->state);
    query_wall(&q, hub->lease_until);
    query_wall(&q, hub->next);
    query_int(&q, hub->tries);
    query_wall(&q, hub->last_push);
    query_str(&q, hub->error);
    return query_run(&q);
}

int
store_hub_load(struct store *store, struct str source, struct arena *arena,
    struct hub *ret)
{
    return hub_find(&store->db,
        DB_SQL("SELECT " HUB_COLUMNS " FROM hub WHERE source = ?"), source,
        arena, ret);
}

int
store_hub_by_path(struct store *store, struct str path, struct arena *arena,
    struct hub *ret)
{
    return hub_find(&store->db,
        DB_SQL("SELECT " HUB_COLUMNS " FROM hub WHERE path = ?"), path, arena,
        ret);
}

int
view_hub(
    struct view *view, struct str path, struct arena *arena, struct hub *ret)
{
    return hub_find(&view->db,
        DB_SQL("SELECT " HUB_COLUMNS " FROM hub WHERE path = ?"), path, arena,
        ret);
}

int
store_hub_drop(struct store *store, struct str source)
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM hub WHERE source = ?"));
    query_str(&q, source);
    return query_run(&q);
}

int
store_hub_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct hub **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct hub)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " HUB_COLUMNS " FROM hub WHERE next <= ?"
               " ORDER BY next LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, hub_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}
