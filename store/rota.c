#include "store/rota.h"

#include "store/inside.h"

#define OVERRIDE_COLUMNS                                                       \
    "id, rota, kind, person, instead, starts, until, by, reason, made"
#define HANDOVER_COLUMNS                                                       \
    "id, rota, person, before, at, due, accepted, told, by, ended"

static int
override_read(struct query *q, struct arena *arena, void *row)
{
    struct rota_override *ret = row;
    int64_t kind;

    ret->id = query_get_int(q);
    ret->rota = query_get_str(q, arena);
    kind = query_get_int(q);
    ret->person = query_get_str(q, arena);
    ret->instead = query_get_str(q, arena);
    ret->from = query_get_wall(q);
    ret->until = query_get_wall(q);
    ret->by = query_get_str(q, arena);
    ret->reason = query_get_str(q, arena);
    ret->made = query_get_wall(q);
    if (kind < 0 || kind > ROTA_REMOVE)
        return E_CORRUPT;
    ret->kind = (enum rota_override_kind)kind;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
handover_read(struct query *q, struct arena *arena, void *row)
{
    struct handover *ret = row;

    ret->id = query_get_int(q);
    ret->rota = query_get_str(q, arena);
    ret->person = query_get_str(q, arena);
    ret->before = query_get_str(q, arena);
    ret->at = query_get_wall(q);
    ret->due = query_get_wall(q);
    ret->accepted = query_get_wall(q);
    ret->told = query_get_wall(q);
    ret->by = query_get_str(q, arena);
    ret->ended = query_get_wall(q);
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
handover_rows(
    struct query *q, struct arena *arena, struct handover **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct handover)};
    int r;

    r = list_read(&list, q, handover_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

/* --- overrides -------------------------------------------------------------
 */

int
store_override_add(
    struct store *store, const struct rota_override *o, int64_t *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO rota_override(rota, kind, person, instead, starts,"
               " until, by, reason, made) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_text(&q, o->rota);
    query_int(&q, (int)o->kind);
    query_text(&q, o->person);
    query_str(&q, o->instead);
    query_wall(&q, o->from);
    query_wall(&q, o->until);
    query_str(&q, o->by);
    query_str(&q, o->reason);
    query_wall(&q, o->made);
    return query_insert(&q, ret);
}

int
store_override_drop(struct store *store, int64_t id)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("DELETE FROM rota_override WHERE id = ?"));
    query_int(&q, id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_override_load(struct store *store, int64_t id, struct arena *arena,
    struct rota_override *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " OVERRIDE_COLUMNS " FROM rota_override WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = override_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_overrides(struct store *store, struct wall ends_after,
    struct arena *arena, struct rota_override **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct rota_override)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL(
            "SELECT " OVERRIDE_COLUMNS " FROM rota_override"
            " WHERE until > ? AND kind BETWEEN 0 AND ? ORDER BY id LIMIT ?"));
    query_int(&q, ends_after.ms);
    query_int(&q, ROTA_REMOVE);
    query_int(&q, ROTA_MAX_OVERRIDES);
    r = list_read(&list, &q, override_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

int
store_override_unreadable(
    struct store *store, struct wall ends_after, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM rota_override WHERE until > ?"
               " AND kind NOT BETWEEN 0 AND ? ORDER BY id LIMIT 1"));
    query_int(&q, ends_after.ms);
    query_int(&q, ROTA_REMOVE);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

/* --- hand-overs
 * --------------------------------------------------------------- */

int
store_handover_save(
    struct store *store, const struct handover *h, int64_t *ret_id)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO handover(" HANDOVER_COLUMNS ")"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT(id) DO UPDATE SET due = excluded.due,"
               " accepted = excluded.accepted, told = excluded.told,"
               " by = excluded.by, ended = excluded.ended"));
    query_id(&q, h->id);
    query_text(&q, h->rota);
    query_text(&q, h->person);
    query_str(&q, h->before);
    query_wall(&q, h->at);
    query_wall(&q, h->due);
    query_wall(&q, h->accepted);
    query_wall(&q, h->told);
    query_str(&q, h->by);
    query_wall(&q, h->ended);
    return query_insert(&q, ret_id);
}

int
store_handover_load(
    struct store *store, int64_t id, struct arena *arena, struct handover *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " HANDOVER_COLUMNS " FROM handover WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = handover_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_handovers_open(struct store *store, struct arena *arena,
    struct handover **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " HANDOVER_COLUMNS " FROM handover"
               " WHERE ended IS NULL ORDER BY id LIMIT ?"));
    query_int(&q, ROTA_MAX * ROTA_MAX_ON_CALL);
    return handover_rows(&q, arena, ret, ret_n);
}

int
store_handovers_last(struct store *store, struct str rota, size_t max,
    struct arena *arena, struct handover **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " HANDOVER_COLUMNS " FROM handover WHERE rota = ?"
               " ORDER BY id DESC LIMIT ?"));
    query_text(&q, rota);
    query_int(&q, (int64_t)max);
    return handover_rows(&q, arena, ret, ret_n);
}
