/* deliveries: the outbox, and the attempts to empty it. */
#include "base/utf8.h"
#include "store/inside.h"

static const char *const delivery_states[] = {
#define X(state, name) name,
    DELIVERY_STATES(X)
#undef X
};
enum { DELIVERY_STATE_COUNT = DELIVERY_DEAD + 1 };

const char *
delivery_state_name(enum delivery_state state)
{
    return (unsigned)state < DELIVERY_STATE_COUNT ? delivery_states[state]
                                                  : "?";
}

static int
delivery_state_of(struct str name, enum delivery_state *ret)
{
    for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
        if (str_eq(name, str_of(delivery_states[i]))) {
            *ret = (enum delivery_state)i;
            return 0;
        }
    }
    return E_CORRUPT;
}

int
store_delivery_add(
    struct store *store, const struct delivery *delivery, int64_t *ret_id)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO delivery(message_id, channel, type, incident,"
               " level, body, state, attempts, created, next, finished,"
               " last_error, form, unsure, folded, settled,"
               " calls)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_text(&q, delivery->message_id);
    query_text(&q, delivery->channel);
    query_text(&q, delivery->type);
    query_id(&q, delivery->incident);
    query_int(&q, (int)delivery->level);
    query_blob(&q, delivery->body.p, delivery->body.n);
    query_cstr(&q, delivery_state_name(delivery->state));
    query_int(&q, delivery->attempts);
    query_int(&q, delivery->created.ms);
    query_wall(&q, delivery->next);
    query_wall(&q, delivery->finished);
    query_str(&q, delivery->last_error);
    query_int(&q, delivery->form);
    query_int(&q, delivery->unsure);
    query_id(&q, delivery->folded);
    query_str(&q, delivery->settled);
    query_str(&q, delivery->calls);
    return query_insert(&q, ret_id);
}

int
delivery_read(struct query *q, struct arena *arena, struct delivery *ret)
{
    struct delivery d = {0};
    int r;

    d.id = query_get_int(q);
    d.message_id = query_get_str(q, arena);
    d.channel = query_get_str(q, arena);
    d.type = query_get_str(q, arena);
    d.incident = query_get_int(q);
    r = store_level_of(query_get_int(q), &d.level);
    if (r == 0)
        r = delivery_state_of(query_peek_str(q), &d.state);
    if (r != 0)
        return r;
    d.attempts = (uint32_t)query_get_int(q);
    d.created = query_get_wall(q);
    d.next = query_get_wall(q);
    d.finished = query_get_wall(q);
    d.last_error = query_get_str(q, arena);
    d.form = (unsigned)query_get_int(q);
    d.unsure = query_get_int(q) != 0;
    d.folded = query_get_int(q);
    d.settled = query_get_str(q, arena);
    d.calls = query_get_str(q, arena);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = d;
    return 0;
}

/* The rows of a query of DELIVERY_COLUMNS; it is done then. */
static int
delivery_rows(
    struct query *q, struct arena *arena, struct delivery **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct delivery)};
    int r;

    while ((r = query_next(q)) == 0) {
        struct delivery *row = list_add(&list);

        r = row ? delivery_read(q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q->done)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_delivery_due(struct store *store, struct str channel, struct wall now,
    size_t max, struct arena *arena, struct delivery **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " DELIVERY_COLUMNS " FROM delivery"
               " WHERE channel = ? AND state = 'pending' AND folded IS NULL"
               " AND (next IS NULL OR next <= ?)"
               " ORDER BY level DESC, created, id LIMIT ?"));
    query_text(&q, channel);
    query_int(&q, now.ms);
    query_int(&q, (int64_t)max);
    return delivery_rows(&q, arena, ret, ret_n);
}

int
store_delivery_next(struct store *store, struct str channel, struct wall *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT coalesce(next, 0) FROM delivery"
               " WHERE channel = ? AND state = 'pending' AND folded IS NULL"
               " ORDER BY next LIMIT 1"));
    query_text(&q, channel);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_wall(&q);
    query_done(&q);
    if (q.done) {
        *ret = WALL_NONE;
        return 0;
    }
    return r;
}

int
store_delivery_channels(
    struct store *store, struct arena *arena, struct str **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct str)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT DISTINCT channel FROM delivery WHERE state = 'pending'"
               " AND folded IS NULL"));
    while ((r = query_next(&q)) == 0) {
        struct str *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        *row = query_get_str(&q, arena);
    }
    if (q.done)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

int
store_delivery_give_up(
    struct store *store, struct str channel, struct str why, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL(
            "UPDATE delivery SET state = 'dead', finished = ?, last_error = ?"
            " WHERE channel = ? AND state = 'pending'"));
    query_int(&q, now.ms);
    query_text(&q, why);
    query_text(&q, channel);
    return query_run(&q);
}

int
store_delivery_hurry(struct store *store, struct str channel, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET next = ?2 WHERE channel = ?1"
               " AND state = 'pending' AND folded IS NULL AND attempts > 0"
               " AND next > ?2"));
    query_text(&q, channel);
    query_int(&q, now.ms);
    return query_run(&q);
}

int
store_delivery_load(
    struct store *store, int64_t id, struct arena *arena, struct delivery *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " DELIVERY_COLUMNS ", body FROM delivery"
               " WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = delivery_read(&q, arena, ret);
    if (r == 0)
        ret->body = query_get_str(&q, arena);
    query_done(&q);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
store_delivery_save(struct store *store, const struct delivery *delivery)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET state = ?, attempts = ?, created = ?,"
               " next = ?, finished = ?, last_error = ?, form = ?, unsure = ?,"
               " folded = ?, settled = ? WHERE id = ?"));
    query_cstr(&q, delivery_state_name(delivery->state));
    query_int(&q, delivery->attempts);
    query_wall(&q, delivery->created);
    query_wall(&q, delivery->next);
    query_wall(&q, delivery->finished);
    query_str(&q, delivery->last_error);
    query_int(&q, delivery->form);
    query_int(&q, delivery->unsure);
    query_id(&q, delivery->folded);
    query_str(&q, delivery->settled);
    query_int(&q, delivery->id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_delivery_shift(struct store *store, int64_t by_ms)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET next = next + ?1, created = created + ?1"
               " WHERE state = 'pending'"));
    query_int(&q, by_ms);
    return query_run(&q);
}

int
store_delivery_unsure(struct store *store, int64_t id)
{
    struct query q;

    db_query(
        &store->db, &q, DB_SQL("UPDATE delivery SET unsure = 1 WHERE id = ?"));
    query_int(&q, id);
    return query_run(&q);
}

int
store_delivery_fold(struct store *store, int64_t id, int64_t digest)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET folded = ? WHERE id = ?"
               " AND state = 'pending'"));
    query_int(&q, digest);
    query_int(&q, id);
    return query_run(&q);
}

int
store_delivery_follow(struct store *store, const struct delivery *digest)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET state = ?, finished = ?, last_error = ?"
               " WHERE folded = ? AND state <> 'delivered'"));
    query_cstr(&q, delivery_state_name(digest->state));
    query_wall(&q, digest->finished);
    query_str(&q, digest->last_error);
    query_int(&q, digest->id);
    return query_run(&q);
}

int
store_delivery_dead(struct store *store, struct str channel, int64_t after,
    size_t max, struct arena *arena, int64_t **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(int64_t)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM delivery WHERE state = 'dead' AND id > ?2"
               " AND folded IS NULL AND (?1 IS NULL OR channel = ?1)"
               " ORDER BY id LIMIT ?3"));
    query_str(&q, channel);
    query_int(&q, after);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        int64_t *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        *row = query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

int
store_attempt_add(struct store *store, const struct attempt *attempt)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL(
            "INSERT INTO attempt(delivery, number, at, elapsed_ms, class,"
            " status, text, code) VALUES(?1, coalesce(nullif(?2, 0), 1 +"
            " coalesce((SELECT max(number) FROM attempt WHERE delivery = ?1),"
            " 0)), ?3, ?4, ?5, ?6, ?7, ?8)"));
    query_int(&q, attempt->delivery);
    query_int(&q, attempt->number);
    query_int(&q, attempt->at.ms);
    query_int(&q, attempt->elapsed_ms);
    query_text(&q, attempt->class);
    query_int(&q, attempt->status);
    query_str(&q, utf8_cut(attempt->text, STORE_ATTEMPT_MAX_BYTES));
    query_str(&q, utf8_cut(attempt->code, STORE_ATTEMPT_MAX_BYTES));
    return query_run(&q);
}
