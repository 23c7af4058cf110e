/* site_page: what is known of the pages of own sites. */
#include "store/site.h"
#include "store/site_row.h"

static int
page_room(struct store *store, struct str source)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM site_page WHERE source = ?"));
    query_str(&q, source);
    r = query_next(&q);
    if (r == 0 && query_get_int(&q) >= STORE_SITE_MAX_PAGES)
        r = E_LIMIT;
    query_done(&q);
    return r;
}

/* 0 when it was there, and is now as put says. */
static int
page_update(struct store *store, const struct site_page_put *put)
{
    struct query q;
    int r;

    /* What the configuration lists has no parent; that of others is the page
     * that was first seen to link to them. */
    db_query(&store->db, &q,
        DB_SQL("UPDATE site_page SET linked = ?1,"
               " purpose = min(purpose, ?2),"
               " name = iif(?2 < 2 OR name = '', ?3, name),"
               " kind = iif(?2 < 2, ?4, kind),"
               " fresh_ms = iif(?2 < 2, ?5, fresh_ms),"
               " parent_line = iif(parent = ?6, ?7, parent_line),"
               " parent = iif(?6 IS NULL OR (purpose < 2 AND parent IS NULL),"
               " NULL, coalesce(parent, ?6))"
               " WHERE source = ?8 AND url = ?9"));
    query_wall(&q, put->now);
    query_int(&q, put->purpose);
    query_text(&q, put->name);
    query_text(&q, put->kind);
    query_int(&q, put->fresh_ms);
    query_str(&q, put->from);
    query_int(&q, put->from_line);
    query_str(&q, put->source);
    query_str(&q, put->url);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_site_page_put(struct store *store, const struct site_page_put *put)
{
    struct query q;
    int r = page_update(store, put);

    if (r != E_NOTFOUND)
        return r;
    r = page_room(store, put->source);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO site_page(source, url, purpose, name, kind,"
               " fresh_ms, parent, parent_line, added, linked)"
               " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10, ?9)"));
    query_str(&q, put->source);
    query_str(&q, put->url);
    query_int(&q, put->purpose);
    query_text(&q, put->name);
    query_text(&q, put->kind);
    query_int(&q, put->fresh_ms);
    query_str(&q, put->from);
    query_int(&q, put->from_line);
    query_wall(&q, put->now);
    query_int(&q, put->added_ms ? put->added_ms : put->now.ms);
    return query_run(&q);
}

#define IS_FOUND                                                               \
    "EXISTS (SELECT 1 FROM site_finding AS f"                                  \
    " WHERE f.source = site_page.source AND f.gone IS NULL"                    \
    " AND site_page.url IN (f.page, f.target))"

/* What only pages that are forgotten linked to is not linked either, and what
 * nobody links to is kept no longer than its findings. */
static int
pages_orphaned(struct store *store, struct str source)
{
    const char *const sql[] = {
        DB_SQL("UPDATE site_page SET parent = NULL WHERE source = ?"
               " AND purpose > 1 AND parent IS NOT NULL"
               " AND NOT EXISTS (SELECT 1 FROM site_page AS p"
               " WHERE p.source = site_page.source"
               " AND p.url = site_page.parent)"),
        DB_SQL("DELETE FROM site_page WHERE source = ? AND purpose > 1"
               " AND parent IS NULL AND NOT " IS_FOUND)};
    struct query q;
    int r = 0;

    for (size_t i = 0; i < sizeof sql / sizeof *sql && r == 0; i++) {
        db_query(&store->db, &q, sql[i]);
        query_str(&q, source);
        r = query_run(&q);
    }
    return r;
}

int
store_site_page_unlinked(
    struct store *store, struct str source, struct str from, struct wall now)
{
    const char *const sql[] = {
        DB_SQL("DELETE FROM site_page WHERE source = ? AND parent = ?"
               " AND linked < ? AND purpose > 1 AND NOT " IS_FOUND),
        DB_SQL("UPDATE site_page SET parent = NULL WHERE source = ?"
               " AND parent = ? AND linked < ? AND purpose > 1")};
    struct query q;
    int r = 0;

    for (size_t i = 0; i < sizeof sql / sizeof *sql && r == 0; i++) {
        db_query(&store->db, &q, sql[i]);
        query_str(&q, source);
        query_str(&q, from);
        query_wall(&q, now);
        r = query_run(&q);
    }
    return r ? r : pages_orphaned(store, source);
}

int
store_site_columns_begin(struct store *store, struct str source)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_page SET purpose = 2 WHERE source = ?"
               " AND purpose = 1 AND parent IS NOT NULL"));
    query_str(&q, source);
    return query_run(&q);
}

/* The first row of a query that is bound; it is finished then. */
static int
page_one(struct query *q, struct arena *arena, struct site_page_row *ret)
{
    int r = query_next(q);

    if (r == 0)
        r = site_page_read(q, arena, ret);
    query_done(q);
    return r;
}

int
store_site_page_load(struct store *store, int64_t id, struct arena *arena,
    struct site_page_row *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL(
            "SELECT " SITE_PAGE_COLUMNS " FROM site_page AS p WHERE p.id = ?"));
    query_int(&q, id);
    return page_one(&q, arena, ret);
}

int
store_site_page_find(struct store *store, struct str source, struct str url,
    struct arena *arena, struct site_page_row *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SITE_PAGE_COLUMNS
               " FROM site_page AS p WHERE p.source = ? AND p.url = ?"));
    query_str(&q, source);
    query_str(&q, url);
    return page_one(&q, arena, ret);
}

static int
page_count(struct store *store, struct str source,
    enum site_page_purpose purpose, uint64_t round, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM site_page WHERE source = ?"
               " AND purpose = ? AND round = ?"));
    query_str(&q, source);
    query_int(&q, purpose);
    query_int(&q, (int64_t)round);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_site_page_next(struct store *store, struct str source,
    enum site_page_purpose purpose, uint64_t round, int64_t most,
    struct arena *arena, struct site_page_row *ret)
{
    struct query q;
    int64_t n = 0;
    int r = page_count(store, source, purpose, round, &n);

    if (r != 0 || n >= most)
        return r ? r : E_NOTFOUND;
    db_query(&store->db, &q,
        DB_SQL("SELECT " SITE_PAGE_COLUMNS " FROM site_page AS p"
               " WHERE p.source = ? AND p.purpose = ? AND p.round < ?"
               " ORDER BY p.round, p.looked, p.id LIMIT 1"));
    query_str(&q, source);
    query_int(&q, purpose);
    query_int(&q, (int64_t)round);
    return page_one(&q, arena, ret);
}

int
store_site_page_recheck(struct store *store, struct str source,
    struct arena *arena, struct site_page_row *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SITE_PAGE_COLUMNS " FROM site_page AS p"
               " WHERE p.source = ?1 AND p.purpose > 0 AND p.url IN"
               " (SELECT page FROM site_finding WHERE source = ?1"
               " AND gone IS NULL AND accepted IS NULL UNION ALL"
               " SELECT target FROM site_finding WHERE source = ?1"
               " AND gone IS NULL AND accepted IS NULL AND part = 4)"
               " ORDER BY p.looked LIMIT 1"));
    query_str(&q, source);
    return page_one(&q, arena, ret);
}

int
store_site_page_looked(struct store *store, const struct site_page_look *look)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_page SET looked = ?1, round = max(round, ?2),"
               " opened = iif(?3, ?1, opened), status = ?4, reason = ?5,"
               " failures = iif(?3, 0, failures + ?6),"
               " deaths = deaths + ?7"
               " WHERE id = ?8"));
    query_wall(&q, look->at);
    query_int(&q, (int64_t)look->round);
    query_int(&q, look->opened);
    query_int(&q, look->status);
    query_str(&q, look->reason);
    query_int(&q, look->counts);
    query_int(&q, look->died);
    query_int(&q, look->id);
    return query_run(&q);
}

int
store_site_pages_forgive(struct store *store, struct str source, unsigned most)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_page SET deaths = ?1 - 1 WHERE source = ?2"
               " AND deaths >= ?1"));
    query_int(&q, most);
    query_str(&q, source);
    return query_run(&q);
}

int
store_site_page_read(
    struct store *store, const struct site_page_reading *reading)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_page SET title = ?1, newest = ?2, entries = ?3,"
               " dated = ?4, masked = ?5, deaths = 0,"
               " changed = iif(digest IS NULL OR digest = ?6, changed, ?7),"
               " digest = ?6 WHERE id = ?8"));
    query_str(&q, reading->title);
    query_wall(&q, reading->newest);
    query_int(&q, reading->entries);
    query_int(&q, reading->dated);
    query_str(&q, reading->masked);
    query_bytes(&q, reading->digest);
    query_wall(&q, reading->at);
    query_int(&q, reading->id);
    return query_run(&q);
}
