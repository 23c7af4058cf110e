/* site: how own sites stand, their visits, pages and hosts. */
#include "store/site.h"

#include "store/site_row.h"

/* --- in step with the configuration ----------------------------------------
 */

static int
run_for(struct store *store, const char *sql, struct str source)
{
    struct query q;

    db_query(&store->db, &q, sql);
    query_str(&q, source);
    return query_run(&q);
}

static int
run_at(struct store *store, const char *sql, struct wall now, struct str source)
{
    struct query q;

    db_query(&store->db, &q, sql);
    query_wall(&q, now);
    query_str(&q, source);
    return query_run(&q);
}

/* It is at another address now: all that was known is of another site. */
static int
site_forget(struct store *store, struct str source, struct wall now)
{
    int r = run_at(store,
        DB_SQL("UPDATE site_finding SET gone = ?, last_seen = last_seen"
               " WHERE source = ? AND gone IS NULL"),
        now, source);

    if (r == 0)
        r = run_for(
            store, DB_SQL("DELETE FROM site_page WHERE source = ?"), source);
    if (r == 0)
        r = run_for(
            store, DB_SQL("DELETE FROM site_host WHERE source = ?"), source);
    if (r == 0)
        r = run_for(
            store, DB_SQL("DELETE FROM site_visit WHERE source = ?"), source);
    if (r == 0)
        r = run_for(
            store, DB_SQL("DELETE FROM site_state WHERE source = ?"), source);
    return r;
}

static int
site_moved(struct store *store, const struct source *source, bool *ret)
{
    struct query q;
    int r;

    db_query(
        &store->db, &q, DB_SQL("SELECT url FROM site_state WHERE source = ?"));
    query_str(&q, source->id);
    r = query_next(&q);
    *ret = r == 0 && !str_eq(query_peek_str(&q), source->url);
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
site_columns_put(
    struct store *store, const struct source *source, struct wall now)
{
    struct site_page_put put = {.source = source->id,
        .url = source->url,
        .purpose = SITE_PAGE_HOME,
        .name = source->title,
        .now = now};
    int r = store_site_page_put(store, &put);

    put.purpose = SITE_PAGE_COLUMN;
    for (size_t i = 0; i < source->site.ncolumns && r == 0; i++) {
        const struct source_column *column = &source->site.columns[i];

        put.url = column->url;
        put.name = column->title;
        put.kind = column->kind;
        put.fresh_ms = column->fresh_ms;
        r = store_site_page_put(store, &put);
    }
    /* What is listed no more; those that are found are put by their page. */
    if (r == 0)
        r = run_at(store,
            DB_SQL("UPDATE site_page SET purpose = 2 WHERE linked < ?"
                   " AND source = ? AND purpose = 1 AND parent IS NULL"),
            now, source->id);
    return r;
}

int
store_site_sync(struct store *store, const struct source *sources, size_t n,
    struct wall now)
{
    struct query q;
    bool moved = false;
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        if (sources[i].kind != SOURCE_SITE)
            continue;
        r = site_moved(store, &sources[i], &moved);
        if (r == 0 && moved)
            r = site_forget(store, sources[i].id, now);
        if (r != 0)
            break;
        db_query(&store->db, &q,
            DB_SQL("INSERT INTO site_state(source, url) VALUES(?, ?)"
                   " ON CONFLICT(source) DO NOTHING"));
        query_str(&q, sources[i].id);
        query_str(&q, sources[i].url);
        r = query_run(&q);
        if (r == 0)
            r = site_columns_put(store, &sources[i], now);
    }
    if (r != 0)
        return r;
    /* Of what left the configuration nothing is there any more. */
    db_query(&store->db, &q,
        DB_SQL("UPDATE site_finding SET gone = ? WHERE gone IS NULL"
               " AND source IN (SELECT id FROM source_state"
               " WHERE removed IS NOT NULL OR kind <> 'site')"));
    query_wall(&q, now);
    return query_run(&q);
}

/* --- how one stands --------------------------------------------------------
 */

int
store_site_load(struct store *store, struct str source, struct arena *arena,
    struct site_known *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT round, round_started, round_done, baseline, last_visit,"
               " last_opened, failures, known_addresses, last_reason,"
               " cert_expires, cert_subject, cert_issuer, cert_trouble,"
               " addresses, landed, title, newest FROM site_state"
               " WHERE source = ?"));
    query_str(&q, source);
    r = query_next(&q);
    if (r == 0) {
        ret->round = (uint64_t)query_get_int(&q);
        ret->round_started = query_get_wall(&q);
        ret->round_done = query_get_wall(&q);
        ret->baseline = query_get_wall(&q);
        ret->last_visit = query_get_wall(&q);
        ret->last_opened = query_get_wall(&q);
        ret->failures = (uint32_t)query_get_int(&q);
        ret->known_addresses = query_get_str(&q, arena);
        ret->last_reason = query_get_str(&q, arena);
        ret->cert_expires = query_get_wall(&q);
        ret->cert_subject = query_get_str(&q, arena);
        ret->cert_issuer = query_get_str(&q, arena);
        ret->cert_trouble = query_get_str(&q, arena);
        ret->addresses = query_get_str(&q, arena);
        ret->landed = query_get_str(&q, arena);
        ret->title = query_get_str(&q, arena);
        ret->newest = query_get_wall(&q);
        if (arena_failed(arena))
            r = E_NOMEM;
    }
    query_done(&q);
    return r;
}

int
store_site_save(
    struct store *store, struct str source, const struct site_known *known)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_state SET round = ?, round_started = ?,"
               " round_done = ?, baseline = ?, last_visit = ?,"
               " last_opened = ?, failures = ?, known_addresses = ?,"
               " last_reason = ?, cert_expires = ?, cert_subject = ?,"
               " cert_issuer = ?, cert_trouble = ?, addresses = ?, landed = ?,"
               " title = ?, newest = ? WHERE source = ?"));
    query_int(&q, (int64_t)known->round);
    query_wall(&q, known->round_started);
    query_wall(&q, known->round_done);
    query_wall(&q, known->baseline);
    query_wall(&q, known->last_visit);
    query_wall(&q, known->last_opened);
    query_int(&q, known->failures);
    query_str(&q, known->known_addresses);
    query_str(&q, known->last_reason);
    query_wall(&q, known->cert_expires);
    query_str(&q, known->cert_subject);
    query_str(&q, known->cert_issuer);
    query_str(&q, known->cert_trouble);
    query_str(&q, known->addresses);
    query_str(&q, known->landed);
    query_str(&q, known->title);
    query_wall(&q, known->newest);
    query_str(&q, source);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_site_visit(struct store *store, struct str source, struct wall at,
    bool opened, int status, int64_t elapsed_ms, struct str reason)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO site_visit(source, at, opened, status, elapsed_ms,"
               " reason) VALUES(?, ?, ?, ?, ?, ?)"));
    query_str(&q, source);
    query_wall(&q, at);
    query_int(&q, opened);
    query_int(&q, status);
    query_int(&q, elapsed_ms);
    query_str(&q, reason);
    return query_run(&q);
}

int
store_site_visits(struct store *store, struct str source, struct wall since,
    uint32_t *ret, uint32_t *ret_failed)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*), coalesce(sum(opened = 0), 0) FROM site_visit"
               " WHERE source = ? AND at > ?"));
    query_str(&q, source);
    query_wall(&q, since);
    r = query_next(&q);
    if (r == 0) {
        *ret = (uint32_t)query_get_int(&q);
        *ret_failed = (uint32_t)query_get_int(&q);
    }
    query_done(&q);
    return r;
}

/* --- hosts -----------------------------------------------------------------
 */

static int
host_room(struct store *store, struct str source)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM site_host WHERE source = ?"));
    query_str(&q, source);
    r = query_next(&q);
    if (r == 0 && query_get_int(&q) >= STORE_SITE_MAX_HOSTS)
        r = E_LIMIT;
    query_done(&q);
    return r;
}

/* 0 when it is known: whether it waits to be approved. */
static int
host_find(
    struct store *store, struct str source, struct str host, bool *ret_waits)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT baseline = 0 AND approved IS NULL FROM site_host"
               " WHERE source = ? AND host = ?"));
    query_str(&q, source);
    query_str(&q, host);
    r = query_next(&q);
    if (r == 0)
        *ret_waits = query_get_int(&q) != 0;
    query_done(&q);
    return r;
}

int
store_site_host_put(struct store *store, struct str source, struct str host,
    struct str page, uint32_t line, bool baseline, struct wall now,
    bool *ret_waits)
{
    struct query q;
    int r = host_find(store, source, host, ret_waits);

    if (r == 0) {
        db_query(&store->db, &q,
            DB_SQL("UPDATE site_host SET last_seen = ? WHERE source = ?"
                   " AND host = ?"));
        query_wall(&q, now);
        query_str(&q, source);
        query_str(&q, host);
        return query_run(&q);
    }
    if (r == E_NOTFOUND)
        r = host_room(store, source);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO site_host(source, host, page, line, first_seen,"
               " last_seen, baseline) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6)"));
    query_str(&q, source);
    query_str(&q, host);
    query_text(&q, page);
    query_int(&q, line);
    query_wall(&q, now);
    query_int(&q, baseline);
    *ret_waits = !baseline;
    return query_run(&q);
}

int
store_site_hosts_approve(struct store *store, struct str source,
    struct str host, struct str by, struct wall now, uint32_t *ret_n)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_host SET approved = ?1, approved_by = ?2"
               " WHERE source = ?3 AND approved IS NULL"
               " AND (?4 IS NULL OR host = ?4)"));
    query_wall(&q, now);
    query_str(&q, by);
    query_str(&q, source);
    query_str(&q, host);
    r = query_run(&q);
    if (r == 0)
        *ret_n = (uint32_t)db_changes(&store->db);
    return r;
}

static int
site_key_load(struct store *store, uint8_t ret[STORE_SITE_KEY_SIZE])
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT value FROM meta WHERE key = 'site-key'"));
    r = query_next(&q);
    if (r == 0 && !query_get_hash(&q, ret, STORE_SITE_KEY_SIZE))
        r = E_CORRUPT;
    query_done(&q);
    return r;
}

int
store_site_key(struct store *store, const uint8_t random[STORE_SITE_KEY_SIZE],
    uint8_t ret[STORE_SITE_KEY_SIZE])
{
    struct query q;
    int r = site_key_load(store, ret);

    if (r != E_NOTFOUND)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('site-key', ?)"));
    query_blob(&q, random, STORE_SITE_KEY_SIZE);
    r = query_run(&q);
    return r ? r : site_key_load(store, ret);
}
