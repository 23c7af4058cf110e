/* silences: who is not told, for how long, and what waits. */
#include "store/silences.h"

#include "store/inside.h"
#include "store/silence_row.h"

/* --- silences
 * ------------------------------------------------------------------ */

static int
silence_count(struct store *store, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM silence WHERE ended IS NULL"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_silence_add(
    struct store *store, const struct silence *silence, int64_t *ret_id)
{
    const struct silence_match *match = &silence->match;
    struct query q;
    int64_t open = 0;
    int r = silence_count(store, &open);

    if (r != 0)
        return r;
    if (open >= SILENCE_MAX_OPEN)
        return E_LIMIT;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO silence(owner, category, source, rule, title,"
               " incident, max_level, author, reason, created, until, idle_ms)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, match->owner);
    query_str(&q, match->category);
    query_str(&q, match->source);
    query_str(&q, match->rule);
    query_str(&q, match->title);
    query_id(&q, match->incident);
    query_int(&q, (int)match->max_level);
    query_text(&q, silence->author);
    query_text(&q, silence->reason);
    query_int(&q, silence->created.ms);
    query_int(&q, silence->until.ms);
    query_int(&q, silence->idle_ms);
    return query_insert(&q, ret_id);
}

int
store_silences(struct store *store, struct arena *arena, struct silence **ret,
    size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SILENCE_COLUMNS ", 0, 0 FROM silence"
               " WHERE ended IS NULL ORDER BY id"));
    return silence_rows(&q, arena, ret, ret_n);
}

int
store_silence_load(
    struct store *store, int64_t id, struct arena *arena, struct silence *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SILENCE_COLUMNS ", 0, 0 FROM silence WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = silence_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_silence_end(struct store *store, int64_t id, struct str by,
    struct str why, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE silence SET ended = ?, ended_by = ?, ended_why = ?"
               " WHERE id = ? AND ended IS NULL"));
    query_int(&q, now.ms);
    query_text(&q, by);
    query_text(&q, why);
    query_int(&q, id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_STATE : r;
}

int
store_silence_matched(struct store *store, int64_t id, int64_t incident,
    struct str channel, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE silence SET last_match = ? WHERE id = ?"));
    query_int(&q, now.ms);
    query_int(&q, id);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO silenced(silence, incident, channel, messages,"
               " first, last) VALUES(?1, ?2, ?3, 1, ?4, ?4)"
               " ON CONFLICT DO UPDATE SET messages = messages + 1,"
               " last = excluded.last"));
    query_int(&q, id);
    query_int(&q, incident);
    query_text(&q, channel);
    query_int(&q, now.ms);
    return query_run(&q);
}

/* --- what waits
 * ------------------------------------------------------------------ */

int
store_held_put(struct store *store, const struct held *held, bool *ret_first)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO held(incident, channel, event, word, silence,"
               " messages, since, until, next)"
               " VALUES(?, ?, ?, ?, ?, 1, ?, ?, ?)"
               " ON CONFLICT(incident, channel) WHERE settled IS NULL"
               " DO UPDATE SET word = excluded.word,"
               " silence = excluded.silence, until = excluded.until,"
               " next = excluded.next, messages = messages + 1"
               " RETURNING messages"));
    query_int(&q, held->incident);
    query_text(&q, held->channel);
    query_text(&q, held->event);
    query_text(&q, held->word);
    query_id(&q, held->silence);
    query_int(&q, held->since.ms);
    query_wall(&q, held->until);
    query_int(&q, held->next.ms);
    r = query_next(&q);
    if (r == 0)
        *ret_first = query_get_int(&q) == 1;
    query_done(&q);
    return r;
}

int
store_held_wait(struct store *store, const struct held *held)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE held SET word = ?, silence = ?, until = ?, next = ?"
               " WHERE id = ?"));
    query_text(&q, held->word);
    query_id(&q, held->silence);
    query_wall(&q, held->until);
    query_int(&q, held->next.ms);
    query_int(&q, held->id);
    return query_run(&q);
}

int
store_held_settle(struct store *store, int64_t incident, struct str channel,
    struct str outcome, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE held SET settled = ?, outcome = ?"
               " WHERE incident = ? AND channel = ? AND settled IS NULL"));
    query_int(&q, now.ms);
    query_text(&q, outcome);
    query_int(&q, incident);
    query_text(&q, channel);
    return query_run(&q);
}

static int
held_read(struct query *q, struct arena *arena, void *row)
{
    struct held *ret = row;

    ret->id = query_get_int(q);
    ret->incident = query_get_int(q);
    ret->channel = query_get_str(q, arena);
    ret->event = query_get_str(q, arena);
    ret->word = query_get_str(q, arena);
    ret->silence = query_get_int(q);
    ret->since = query_get_wall(q);
    ret->until = query_get_wall(q);
    ret->next = query_get_wall(q);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
store_held_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct held **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct held)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, incident, channel, event, word, silence, since,"
               " until, next FROM held"
               " WHERE settled IS NULL AND next <= ?"
               " ORDER BY channel, id LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, held_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

int
store_held_forget(struct store *store, struct wall before)
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM held WHERE settled < ?"));
    query_int(&q, before.ms);
    return query_run(&q);
}

int
store_held_hurry(struct store *store, int64_t silence, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE held SET next = ?1 WHERE settled IS NULL"
               " AND next > ?1 AND (?2 IS NULL OR silence = ?2)"));
    query_int(&q, now.ms);
    query_id(&q, silence);
    return query_run(&q);
}

/* --- what is open besides
 * --------------------------------------------------------- */

int
store_open_incidents(struct store *store, enum level min_level, size_t max,
    struct arena *arena, struct incident **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct incident)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, level, state, category, owner FROM incident"
               " WHERE open = 1 AND level >= ?"
               " ORDER BY last_seen DESC, id DESC LIMIT ?"));
    query_int(&q, (int)min_level);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct incident *row = list_add(&list);

        r = E_NOMEM;
        if (row == NULL)
            break;
        row->id = query_get_int(&q);
        r = store_level_of(query_get_int(&q), &row->level);
        if (r == 0)
            r = store_state_of(query_peek_str(&q), &row->state);
        if (r != 0)
            break;
        row->category = query_get_str(&q, arena);
        row->owner = query_get_str(&q, arena);
    }
    query_done(&q);
    if (r != E_NOTFOUND)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
store_incident_rules(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct str **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct str)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT DISTINCT rule FROM incident_item AS m"
               " JOIN item ON item.id = m.item"
               " JOIN finding ON finding.revision = item.revision"
               " WHERE m.incident = ? AND points > 0 AND NOT indeterminate"
               " ORDER BY rule LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct str *rule = list_add(&list);

        r = E_NOMEM;
        if (rule == NULL)
            break;
        *rule = query_get_str(&q, arena);
    }
    query_done(&q);
    if (r != E_NOTFOUND)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* --- links that were used
 * ---------------------------------------------------------- */

static int
act_key_load(struct store *store, uint8_t ret[STORE_ACT_KEY_SIZE])
{
    struct query q;
    int r;

    db_query(
        &store->db, &q, DB_SQL("SELECT value FROM meta WHERE key = 'act-key'"));
    r = query_next(&q);
    if (r == 0 && !query_get_hash(&q, ret, STORE_ACT_KEY_SIZE))
        r = E_CORRUPT;
    query_done(&q);
    return r;
}

int
store_act_key(struct store *store, const uint8_t random[STORE_ACT_KEY_SIZE],
    uint8_t ret[STORE_ACT_KEY_SIZE])
{
    struct query q;
    int r = act_key_load(store, ret);

    if (r != E_NOTFOUND)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('act-key', ?)"));
    query_blob(&q, random, STORE_ACT_KEY_SIZE);
    r = query_run(&q);
    return r ? r : act_key_load(store, ret);
}

int
store_act_use(struct store *store, const uint8_t nonce[STORE_ACT_NONCE_SIZE],
    int act, int64_t incident, struct wall now, struct wall expires)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("DELETE FROM act_used WHERE expires < ?"));
    query_int(&q, now.ms);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO act_used(nonce, act, incident, at, expires)"
               " VALUES(?, ?, ?, ?, ?)"));
    query_blob(&q, nonce, STORE_ACT_NONCE_SIZE);
    query_int(&q, act);
    query_int(&q, incident);
    query_int(&q, now.ms);
    query_int(&q, expires.ms);
    return query_run(&q);
}

int
store_act_used(struct store *store, const uint8_t nonce[STORE_ACT_NONCE_SIZE],
    int act, struct wall *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT at FROM act_used WHERE nonce = ? AND act = ?"));
    query_blob(&q, nonce, STORE_ACT_NONCE_SIZE);
    query_int(&q, act);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_wall(&q);
    query_done(&q);
    return r;
}
