#include "store/report.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "store/inside.h"
#include "store/report_inside.h"

int
store_report_rows(struct store *store, const struct report_span *span,
    struct arena *arena, struct report_rows *ret)
{
    return report_read(&store->db, span, arena, ret);
}

int
store_report_kept(struct store *store, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret)
{
    return report_read_kept(&store->db, name, zone, arena, ret);
}

int
store_report_keep(struct store *store, const struct report_kept *report)
{
    struct query q;
    int64_t id;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO report(name, zone, start, until, made, hash,"
               " figures) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, report->name);
    query_text(&q, report->zone);
    query_wall(&q, report->from);
    query_wall(&q, report->until);
    query_wall(&q, report->made);
    query_blob(&q, report->hash, sizeof report->hash);
    query_str(&q, report->figures);
    return query_insert(&q, &id);
}

int
store_report_since(struct store *store, struct wall *ret)
{
    return report_read_since(&store->db, ret);
}

int
store_report_sent(
    struct store *store, struct str schedule, struct str name, bool *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM report_sent"
               " WHERE schedule = ? AND name = ?"));
    query_str(&q, schedule);
    query_str(&q, name);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) > 0;
    query_done(&q);
    return r;
}

int
store_report_send(
    struct store *store, struct str schedule, struct str name, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO report_sent(schedule, name, at) VALUES(?, ?, ?)"));
    query_str(&q, schedule);
    query_str(&q, name);
    query_wall(&q, now);
    return query_run(&q);
}

/* --- what is purged
 * --------------------------------------------------------------------- */

enum { FORGET_MAX_BYTES = 64 * 1024 * 1024 };

/* Whether there was anything to take out. */
static bool
forget_words(json_t *figures, int64_t incident)
{
    static const char *const words[] = {
        "title", "assignee", "reason", "why", "timeline", "by"};
    json_t *list = json_object_get(figures, "incidents"), *one;
    bool found = false;
    size_t i;

    json_array_foreach(list, i, one)
    {
        if (json_integer_value(json_object_get(one, "id")) != incident)
            continue;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            found |= json_object_del(one, words[k]) == 0;
    }
    return found;
}

static int
forget_in(struct db *db, int64_t id, struct str text, int64_t incident)
{
    json_auto_t *figures = NULL;
    _cleanup_(buf_done) struct buf out;
    uint8_t hash[DIGEST_SIZE];
    struct query q;
    int r = jsonx_load(text, NULL, &figures);

    buf_init(&out, FORGET_MAX_BYTES);
    if (r == E_PARSE || (r == 0 && !forget_words(figures, incident)))
        return 0; /* what is damaged is not shown either */
    if (r != 0)
        return r;
    r = jsonx_dump(figures, &out);
    if (r != 0)
        return r;
    digest_sha256(buf_str(&out), hash);
    db_query(
        db, &q, DB_SQL("UPDATE report SET figures = ?, hash = ? WHERE id = ?"));
    query_str(&q, buf_str(&out));
    query_blob(&q, hash, sizeof hash);
    query_int(&q, id);
    return query_run(&q);
}

/* The next report behind *id that may say something of it. */
static int
forget_next(struct db *db, int64_t incident, int64_t *id, struct arena *arena,
    struct str *ret)
{
    char mark[40]; /* as it begins in figures */
    struct query q;
    int r;

    (void)snprintf(mark, sizeof mark, "{\"id\":%lld,", (long long)incident);
    db_query(db, &q,
        DB_SQL("SELECT r.id, r.figures FROM report AS r JOIN incident AS i"
               " ON i.id = ?1 WHERE r.id > ?2 AND r.until >= i.first_seen"
               " AND r.start <= max(i.last_seen, coalesce(i.closed, 0)) + ?3"
               " AND instr(r.figures, ?4) > 0 ORDER BY r.id LIMIT 1"));
    query_int(&q, incident);
    query_int(&q, *id);
    query_int(&q, 7 * MS_DAY);
    query_str(&q, str_of(mark));
    r = query_next(&q);
    if (r == 0) {
        *id = query_get_int(&q);
        *ret = query_get_str(&q, arena);
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    return r;
}

int
report_forget(struct db *db, int64_t incident)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(FORGET_MAX_BYTES);
    struct str figures = STR_NONE;
    int64_t id = 0;
    int r = arena ? 0 : E_NOMEM;

    while (r == 0) {
        arena_clear(arena);
        r = forget_next(db, incident, &id, arena, &figures);
        if (r == 0)
            r = forget_in(db, id, figures, incident);
    }
    return r == E_NOTFOUND ? 0 : r;
}
