/* channels: their states, and the attempts that count against their limits. */
#include "store/channels.h"

#include "store/inside.h"

enum {
    SENT_KEEP_MS = 60 * 60 * 1000, /* longer than any window of a limit */
    SENT_TRIM_EVERY = 256          /* attempts from one trimming to the next */
};

int
channel_state_rows(struct query *q, struct arena *arena,
    struct channel_state **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct channel_state)};
    int r;

    while ((r = query_next(q)) == 0) {
        struct channel_state *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->channel = query_get_str(q, arena);
        row->wait_until = query_get_wall(q);
        row->broken = query_get_wall(q);
        row->disabled = query_get_int(q) != 0;
        row->why = query_get_str(q, arena);
        row->canary = query_get_wall(q);
        row->canary_delivery = query_get_int(q);
        row->canary_ok = query_get_wall(q);
        row->stuck = query_get_wall(q);
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
store_channel_states(struct store *store, struct arena *arena,
    struct channel_state **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " CHANNEL_STATE_COLUMNS " FROM channel_state"
               " ORDER BY channel"));
    return channel_state_rows(&q, arena, ret, ret_n);
}

int
store_channel_save(struct store *store, const struct channel_state *state)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT OR REPLACE INTO channel_state(" CHANNEL_STATE_COLUMNS
               ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_text(&q, state->channel);
    query_wall(&q, state->wait_until);
    query_wall(&q, state->broken);
    query_int(&q, state->disabled);
    query_str(&q, state->why);
    query_wall(&q, state->canary);
    query_id(&q, state->canary_delivery);
    query_wall(&q, state->canary_ok);
    query_wall(&q, state->stuck);
    return query_run(&q);
}

/* --- attempts that count ---------------------------------------------------
 */

int
store_sent_add(struct store *store, struct str channel, int64_t delivery,
    struct wall now, int64_t *ret_id)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO channel_sent(channel, delivery, at)"
               " VALUES(?, ?, ?)"));
    query_text(&q, channel);
    query_int(&q, delivery);
    query_int(&q, now.ms);
    r = query_insert(&q, ret_id);
    if (r != 0 || *ret_id % SENT_TRIM_EVERY != 0)
        return r;
    db_query(
        &store->db, &q, DB_SQL("DELETE FROM channel_sent WHERE ended < ?"));
    query_int(&q, now.ms - SENT_KEEP_MS);
    return query_run(&q);
}

int
store_sent_end(struct store *store, int64_t id, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE channel_sent SET ended = ? WHERE id = ?"));
    query_int(&q, now.ms);
    query_int(&q, id);
    return query_run(&q);
}

int
store_sents(struct store *store, struct wall since, struct arena *arena,
    struct sent **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct sent)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, channel, ended FROM channel_sent"
               " WHERE ended IS NULL OR ended > ?"
               " ORDER BY ended IS NULL, ended, id"));
    query_int(&q, since.ms);
    while ((r = query_next(&q)) == 0) {
        struct sent *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_int(&q);
        row->channel = query_get_str(&q, arena);
        row->ended = query_get_wall(&q);
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

int
store_sent_settle(struct store *store, struct wall before, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET unsure = 1 WHERE state = 'pending' AND id"
               " IN (SELECT delivery FROM channel_sent WHERE ended IS NULL)"));
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE channel_sent SET ended = ? WHERE ended IS NULL"));
    query_int(&q, now.ms);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(
        &store->db, &q, DB_SQL("DELETE FROM channel_sent WHERE ended < ?"));
    query_int(&q, before.ms);
    r = query_run(&q);
    if (r != 0)
        return r;
    /* The clock was set back meanwhile: what is to wait until then would. */
    db_query(&store->db, &q,
        DB_SQL("UPDATE delivery SET created = ?1, next = ?1"
               " WHERE state = 'pending' AND created > ?1"));
    query_int(&q, now.ms);
    return query_run(&q);
}

/* --- what is watched --------------------------------------------------------
 */

int
store_pulse_save(struct store *store, struct str name, struct wall at, bool ok,
    struct str text)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO pulse(name, at, ok, text)"
               " VALUES(?1, ?2, iif(?3, ?2, NULL), ?4)"
               " ON CONFLICT(name) DO UPDATE SET at = ?2,"
               " ok = iif(?3, ?2, ok), text = ?4"));
    query_text(&q, name);
    query_int(&q, at.ms);
    query_int(&q, ok);
    query_str(&q, text);
    return query_run(&q);
}

int
store_incident_unheard(struct store *store, struct wall before,
    enum level min_level, size_t max, struct arena *arena, int64_t **ret,
    size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(int64_t)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM incident WHERE open = 1 AND state = 'new'"
               " AND level >= ?2 AND (SELECT max(created) FROM delivery"
               " WHERE delivery.incident = incident.id) < ?1"
               " ORDER BY level DESC, id LIMIT ?3"));
    query_int(&q, before.ms);
    query_int(&q, (int)min_level);
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
