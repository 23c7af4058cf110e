/* site_finding: what is found on own sites, and goes, and comes back. */
#include "store/site.h"
#include "store/site_row.h"

struct stored {
    int64_t id;
    bool gone, accepted, same; /* same: nothing of it is another */
};

static int
finding_find(
    struct store *store, const struct site_finding_put *put, struct stored *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, gone IS NOT NULL, accepted IS NOT NULL,"
               " hash IS ?1 AND level = ?2 AND (?1 IS NOT NULL OR"
               " (evidence = ?3 AND count = ?4)) FROM site_finding"
               " WHERE source = ?5 AND kind = ?6 AND page = ?7"
               " AND target = ?8"));
    query_bytes(&q, put->hash);
    query_int(&q, put->level);
    query_text(&q, put->evidence);
    query_int(&q, put->count);
    query_str(&q, put->source);
    query_cstr(&q, put->kind_name);
    query_text(&q, put->page);
    query_text(&q, put->target);
    r = query_next(&q);
    if (r == 0) {
        ret->id = query_get_int(&q);
        ret->gone = query_get_int(&q) != 0;
        ret->accepted = query_get_int(&q) != 0;
        ret->same = query_get_int(&q) != 0;
    }
    query_done(&q);
    return r;
}

static int
finding_add(
    struct store *store, const struct site_finding_put *put, int64_t *ret_id)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO site_finding(source, kind, part, page, target,"
               " evidence, line, end_line, count, mask, hash, level, points,"
               " first_seen, since, last_seen) VALUES(?1, ?2, ?3, ?4, ?5, ?6,"
               " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?14)"));
    query_str(&q, put->source);
    query_cstr(&q, put->kind_name);
    query_int(&q, put->group);
    query_text(&q, put->page);
    query_text(&q, put->target);
    query_text(&q, put->evidence);
    query_int(&q, put->line);
    query_int(&q, put->end_line);
    query_int(&q, put->count);
    query_text(&q, put->mask);
    query_bytes(&q, put->hash);
    query_int(&q, put->level);
    query_int(&q, put->points);
    query_wall(&q, put->now);
    return query_insert(&q, ret_id);
}

static int
finding_update(struct store *store, const struct site_finding_put *put,
    const struct stored *stored)
{
    struct query q;
    bool new = stored->gone || (stored->accepted && !stored->same);

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_finding SET evidence = ?1, line = ?2,"
               " end_line = ?3, count = ?4, mask = ?5, hash = ?6, level = ?7,"
               " points = ?8, last_seen = ?9,"
               " since = iif(gone IS NULL, since, ?9),"
               " times = times + (gone IS NOT NULL), gone = NULL,"
               " accepted = iif(?10, NULL, accepted),"
               " accepted_by = iif(?10, NULL, accepted_by),"
               " accepted_reason = iif(?10, NULL, accepted_reason)"
               " WHERE id = ?11"));
    query_text(&q, put->evidence);
    query_int(&q, put->line);
    query_int(&q, put->end_line);
    query_int(&q, put->count);
    query_text(&q, put->mask);
    query_bytes(&q, put->hash);
    query_int(&q, put->level);
    query_int(&q, put->points);
    query_wall(&q, put->now);
    query_int(&q, new && !(stored->accepted && stored->same));
    query_int(&q, stored->id);
    return query_run(&q);
}

int
store_site_finding_put(struct store *store, const struct site_finding_put *put,
    int64_t *ret_id, enum site_finding_is *ret)
{
    struct stored stored;
    int r = finding_find(store, put, &stored);

    if (r == E_NOTFOUND) {
        *ret = SITE_FINDING_NEW;
        return finding_add(store, put, ret_id);
    }
    if (r == 0)
        r = finding_update(store, put, &stored);
    if (r != 0)
        return r;
    *ret_id = stored.id;
    /* What a person took for no fault stays that while it is the same. */
    if (stored.accepted)
        *ret = stored.same ? SITE_FINDING_ACCEPTED_SAME : SITE_FINDING_NEW;
    else if (stored.gone)
        *ret = SITE_FINDING_NEW;
    else
        *ret = stored.same ? SITE_FINDING_SAME : SITE_FINDING_CHANGED;
    return 0;
}

int
store_site_finding_gone(struct store *store, int64_t id, struct wall now)
{
    struct query q;

    /* That it was down, and rightly, says nothing of the next time. */
    db_query(&store->db, &q,
        DB_SQL("UPDATE site_finding SET gone = ?,"
               " accepted = iif(kind = 'unreachable', NULL, accepted)"
               " WHERE id = ? AND gone IS NULL"));
    query_wall(&q, now);
    query_int(&q, id);
    return query_run(&q);
}

int
store_site_finding_incident(struct store *store, int64_t id, int64_t incident)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_finding SET incident = ? WHERE id = ?"));
    query_id(&q, incident);
    query_int(&q, id);
    return query_run(&q);
}

int
store_site_finding_accept(struct store *store, int64_t id, struct str by,
    struct str reason, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE site_finding SET accepted = ?, accepted_by = ?,"
               " accepted_reason = ? WHERE id = ? AND gone IS NULL"
               " AND accepted IS NULL"));
    query_wall(&q, now);
    query_str(&q, by);
    query_str(&q, reason);
    query_int(&q, id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_STATE : r;
}

/* All rows of a query that is bound; it is finished then. */
static int
finding_rows(struct query *q, struct arena *arena,
    struct site_finding_row **ret, size_t *ret_n)
{
    struct list list = {
        .arena = arena, .size = sizeof(struct site_finding_row)};
    int r = list_read(&list, q, site_finding_read);

    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_site_findings(struct store *store, struct str source, struct str page,
    struct arena *arena, struct site_finding_row **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SITE_FINDING_COLUMNS SITE_FINDING_FROM
               " WHERE f.source = ?1 AND f.gone IS NULL"
               " AND (?2 IS NULL OR f.page = ?2)"
               " ORDER BY f.points DESC, f.id LIMIT 5000"));
    query_str(&q, source);
    query_str(&q, page);
    return finding_rows(&q, arena, ret, ret_n);
}

int
store_site_findings_about(struct store *store, struct str source,
    const char *kind_name, struct str target, struct arena *arena,
    struct site_finding_row **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " SITE_FINDING_COLUMNS SITE_FINDING_FROM
               " WHERE f.source = ?1 AND f.gone IS NULL AND f.kind = ?2"
               " AND f.target = ?3 ORDER BY f.id LIMIT 5000"));
    query_str(&q, source);
    query_cstr(&q, kind_name);
    query_text(&q, target);
    return finding_rows(&q, arena, ret, ret_n);
}

int
store_site_finding_load(struct store *store, int64_t id, struct arena *arena,
    struct site_finding_row *ret)
{
    return site_finding_get(&store->db, id, arena, ret);
}

int
store_site_incident(
    struct store *store, struct str source, enum site_group group, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT max(incident) FROM site_finding WHERE source = ?"
               " AND part = ?"));
    query_str(&q, source);
    query_int(&q, group);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    if (r == 0 && *ret == 0)
        r = E_NOTFOUND;
    query_done(&q);
    return r;
}

static int
unsettled_read(struct query *q, struct arena *arena, void *row)
{
    *(struct str *)row = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
store_site_unsettled(
    struct store *store, struct arena *arena, struct str **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct str)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT DISTINCT f.source FROM site_finding AS f"
               " JOIN incident AS i ON i.id = f.incident"
               " JOIN source_state AS s ON s.id = f.source"
               " LEFT JOIN site_state AS t ON t.source = f.source"
               " WHERE i.open = 1 AND (s.removed IS NOT NULL"
               " OR s.kind <> 'site' OR t.last_visit IS NULL)"
               " AND NOT EXISTS (SELECT 1"
               " FROM site_finding AS g WHERE g.source = f.source"
               " AND g.part = f.part AND g.gone IS NULL"
               " AND g.accepted IS NULL)"));
    r = list_read(&list, &q, unsettled_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
