/* sources: their rows, and what polling knows of them. */
#include "store/inside.h"

static const char *
kind_name(enum source_kind kind)
{
    static const char *const names[] = {
        [SOURCE_FEED] = "feed", [SOURCE_LIST] = "list", [SOURCE_PUSH] = "push",
        [SOURCE_SITE] = "site"};

    return names[kind];
}

/* Tags joined by ", ". */
static int
source_tags(const struct source *source, struct buf *out)
{
    for (size_t i = 0; i < source->ntags; i++) {
        if (i > 0)
            (void)buf_add_cstr(out, ", ");
        (void)buf_add_str(out, source->tags[i]);
    }
    return out->err;
}

/* Of a source that has another address now, the pages of the old one are not
 * wanted any more, and its hub is another's. */
static int
source_forget_pages(struct store *store, const struct source *source)
{
    const char *const sql[] = {
        DB_SQL("DELETE FROM wanted WHERE source = ? AND EXISTS(SELECT 1 FROM"
               " source_state WHERE id = source AND (url, kind) <> (?, ?))"),
        DB_SQL("DELETE FROM hub WHERE source = ? AND EXISTS(SELECT 1 FROM"
               " source_state WHERE id = source AND (url, kind) <> (?, ?))")};
    struct query q;
    int r = 0;

    for (size_t i = 0; i < sizeof sql / sizeof *sql && r == 0; i++) {
        db_query(&store->db, &q, sql[i]);
        query_str(&q, source->id);
        query_text(&q, source->url);
        query_cstr(&q, kind_name(source->kind));
        r = query_run(&q);
    }
    return r;
}

static int
source_put(struct store *store, const struct source *source, struct wall now)
{
    _cleanup_(buf_done) struct buf tags;
    struct query q;
    int r;

    buf_init(&tags, 64 * 1024);
    r = source_tags(source, &tags);
    if (r == 0)
        r = condition_forget_address(store, source,
            kind_name(source->kind), now);
    if (r == 0)
        r = source_forget_pages(store, source);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO source_state(id, url, title, kind, owner, tier,"
               " tags, added) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT(id) DO UPDATE SET"
               /* What another address said is not true of this one. */
               " etag = iif((url, kind) = (excluded.url, excluded.kind),"
               "  etag, NULL),"
               " last_modified = iif((url, kind) = (excluded.url,"
               "  excluded.kind), last_modified, NULL),"
               " body_hash = iif((url, kind) = (excluded.url, excluded.kind),"
               "  body_hash, NULL),"
               " first_poll = iif((url, kind) = (excluded.url, excluded.kind),"
               "  first_poll, NULL),"
               " moved_to = iif(url = excluded.url, moved_to, NULL),"
               " moved_count = iif(url = excluded.url, moved_count, 0),"
               " hint = iif((url, kind) = (excluded.url, excluded.kind),"
               "  hint, NULL),"
               " failures = iif((url, kind) = (excluded.url, excluded.kind),"
               "  failures, 0),"
               " deaths = iif((url, kind) = (excluded.url, excluded.kind),"
               "  deaths, 0),"
               " state = iif((url, kind) = (excluded.url, excluded.kind),"
               "  state, 0),"
               " url = excluded.url,"
               " title = excluded.title, kind = excluded.kind,"
               " owner = excluded.owner, tier = excluded.tier,"
               " tags = excluded.tags, removed = NULL,"
               " rank = min(rank, 0)"));
    query_str(&q, source->id);
    query_text(&q, source->url);
    query_text(&q, source->title);
    query_cstr(&q, kind_name(source->kind));
    query_str(&q, source->owner);
    query_str(&q, source->tier);
    query_text(&q, buf_str(&tags));
    query_int(&q, now.ms);
    return query_run(&q);
}

int
store_source_sync(struct store *store, const struct source *sources, size_t n,
    struct wall now)
{
    bool own = !store->db.begun;
    struct query q;
    int r = own ? store_begin(store) : 0;

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET removed = ? WHERE removed IS NULL"));
    query_int(&q, now.ms);
    r = query_run(&q);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = source_put(store, &sources[i], now);
    if (r == 0)
        r = condition_forget_removed(store, now);
    if (own && r == 0)
        r = store_commit(store);
    if (own && r != 0)
        store_rollback(store);
    return r;
}

static void
rhythm_read(struct query *q, struct arena *arena, struct source_rhythm *ret)
{
    ret->learnt = query_get_str(q, arena);
    ret->items_a_week = query_get_double(q);
    ret->workdays = query_get_int(q) != 0;
    ret->from_hour = (int)query_get_int(q);
    ret->to_hour = (int)query_get_int(q);
    ret->ttl_ms = query_get_int(q);
    ret->skip_hours = (uint32_t)query_get_int(q);
    ret->skip_days = (uint32_t)query_get_int(q);
    ret->next_why = query_get_str(q, arena);
}

int
source_state_read(
    struct query *q, struct arena *arena, struct source_state *ret)
{
    struct source_state s = {0};
    struct str hash;

    s.etag = query_get_str(q, arena);
    s.last_modified = query_get_str(q, arena);
    hash = query_peek_str(q);
    if (hash.n == sizeof(s.body_hash))
        for (size_t i = 0; i < sizeof(s.body_hash); i++)
            s.body_hash[i] = (uint8_t)hash.p[i];
    else if (hash.n != 0)
        return E_CORRUPT;
    s.first_poll = query_get_wall(q);
    s.last_poll = query_get_wall(q);
    s.last_success = query_get_wall(q);
    s.last_new = query_get_wall(q);
    s.next_poll = query_get_wall(q);
    s.failures = (uint32_t)query_get_int(q);
    s.interval_ms = query_get_int(q);
    s.moved_to = query_get_str(q, arena);
    s.moved_count = (uint32_t)query_get_int(q);
    s.moved_since = query_get_wall(q);
    s.deaths = (uint32_t)query_get_int(q);
    s.state = (int)query_get_int(q);
    s.validator_url = query_get_str(q, arena);
    s.hint = query_get_str(q, arena);
    rhythm_read(q, arena, &s.rhythm);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = s;
    return 0;
}

int
store_source_load(struct store *store, struct str id, struct arena *arena,
    struct source_state *ret)
{
    struct query q;
    struct source_state s = {0};
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SOURCE_STATE_COLUMNS ","
               " (SELECT seen FROM source_seen WHERE source = id)"
               " FROM source_state WHERE id = ?"));
    query_str(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = source_state_read(&q, arena, &s);
    if (r == 0)
        s.seen = query_get_str(&q, arena);
    query_done(&q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = s;
    return r;
}

/* Written only when it differs: comparing costs less than writing. */
static int
source_seen_put(struct store *store, struct str id, struct str seen)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO source_seen(source, seen) VALUES(?, ?)"
               " ON CONFLICT(source) DO UPDATE SET seen = excluded.seen"
               " WHERE seen IS NOT excluded.seen"));
    query_str(&q, id);
    query_bytes(&q, seen);
    return query_run(&q);
}

static void
rhythm_bind(struct query *q, const struct source_rhythm *rhythm)
{
    query_bytes(q, rhythm->learnt);
    query_double(q, rhythm->items_a_week);
    query_int(q, rhythm->workdays);
    query_int(q, rhythm->from_hour);
    query_int(q, rhythm->to_hour);
    query_int(q, rhythm->ttl_ms);
    query_int(q, rhythm->skip_hours);
    query_int(q, rhythm->skip_days);
    query_str(q, rhythm->next_why);
}

int
store_source_save(
    struct store *store, struct str id, const struct source_state *state)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET etag = ?, last_modified = ?,"
               " body_hash = ?, first_poll = ?, last_poll = ?,"
               " last_success = ?, last_new = ?, next_poll = ?, failures = ?,"
               " interval_ms = ?, moved_to = ?, moved_count = ?,"
               " moved_since = ?, deaths = ?, state = ?,"
               " validator_url = ?, hint = ?, rhythm = ?, items_a_week = ?,"
               " workdays = ?, from_hour = ?, to_hour = ?, ttl_ms = ?,"
               " skip_hours = ?, skip_days = ?, next_why = ?"
               " WHERE id = ?"));
    query_str(&q, state->etag);
    query_str(&q, state->last_modified);
    query_blob(&q, state->body_hash, sizeof(state->body_hash));
    query_wall(&q, state->first_poll);
    query_wall(&q, state->last_poll);
    query_wall(&q, state->last_success);
    query_wall(&q, state->last_new);
    query_wall(&q, state->next_poll);
    query_int(&q, state->failures);
    query_int(&q, state->interval_ms);
    query_str(&q, state->moved_to);
    query_int(&q, state->moved_count);
    query_wall(&q, state->moved_since);
    query_int(&q, state->deaths);
    query_int(&q, state->state);
    query_str(&q, state->validator_url);
    query_bytes(&q, state->hint);
    rhythm_bind(&q, &state->rhythm);
    query_str(&q, id);
    r = query_run(&q);
    if (r == 0 && db_changes(&store->db) == 0)
        r = E_NOTFOUND;
    if (r == 0 && state->seen.p)
        r = source_seen_put(store, id, state->seen);
    return r;
}

int
store_pace_save(struct store *store, struct str bytes)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('pace', ?)"
               " ON CONFLICT(key) DO UPDATE SET value = excluded.value"));
    query_bytes(&q, bytes);
    return query_run(&q);
}

int
store_pace_load(struct store *store, struct arena *arena, struct str *ret)
{
    struct query q;
    struct str bytes = STR_NONE;
    int r;

    db_query(
        &store->db, &q, DB_SQL("SELECT value FROM meta WHERE key = 'pace'"));
    r = query_next(&q);
    if (r == 0)
        bytes = query_get_str(&q, arena);
    query_done(&q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = bytes;
    return r;
}
