/* view: opening, people, conditions, numbers. */
#include <stdlib.h>

#include "base/digest.h"
#include "store/found.h"
#include "store/inside.h"
#include "store/schema.h"

int
view_open(const char *path, struct toc_error *reterr, struct view **ret)
{
    struct view *view = calloc(1, sizeof(*view));
    unsigned version = 0;
    int r;

    if (!view) {
        toc_error_set(reterr, path, 0, 0, "out of memory");
        return E_NOMEM;
    }
    r = db_open(&view->db, path, true, false);
    if (r == 0)
        r = db_add_holds(&view->db);
    if (r == 0)
        r = db_add_among(&view->db, &view->found);
    if (r == 0)
        r = schema_of(&view->db, &version);
    if (r == 0 && version != schema_version()) {
        toc_error_set(reterr, path, 0, 0,
            "has schema %u, but this program reads %u", version,
            schema_version());
        view_close(view);
        return E_CONF;
    }
    if (r != 0) {
        toc_error_set(reterr, path, 0, 0, "cannot be read: %s", view->db.error);
        view_close(view);
        return r;
    }
    *ret = view;
    return 0;
}

void
view_close(struct view *view)
{
    if (!view)
        return;
    db_close(&view->db);
    rule_sums_free(view->rule_sums);
    free(view);
}

int
view_user(
    struct view *view, struct str name, struct arena *arena, struct user *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " USER_COLUMNS " FROM user WHERE name = ?"));
    query_str(&q, name);
    r = query_next(&q);
    if (r == 0)
        r = user_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
view_users(
    struct view *view, struct arena *arena, struct user **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct user)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " USER_COLUMNS " FROM user ORDER BY name"));
    while ((r = query_next(&q)) == 0) {
        struct user *row = list_add(&list);

        r = row ? user_read(&q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

/* Read the columns of a session or token, and finish the query. */
static int
session_take(struct query *q, struct arena *arena, struct session_row *ret)
{
    struct session_row row = {0};
    int r = query_next(q);

    if (r == 0)
        r = user_read(q, arena, &row.user);
    if (r == 0) {
        row.created = query_get_wall(q);
        row.expires = query_get_wall(q);
        row.scope = query_get_str(q, arena);
    }
    query_done(q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = row;
    return r;
}

int
view_session(struct view *view, const uint8_t hash[32], struct wall now,
    struct arena *arena, struct session_row *ret)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " USER_COLUMNS ", s.created, s.expires, NULL"
               " FROM session AS s JOIN user ON user.id = s.user"
               " WHERE s.hash = ? AND s.expires > ? AND disabled = 0"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_int(&q, now.ms);
    return session_take(&q, arena, ret);
}

int
view_token(struct view *view, const uint8_t hash[32], struct wall now,
    struct arena *arena, struct session_row *ret)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " USER_COLUMNS ", t.created, t.expires, t.scope"
               " FROM token AS t JOIN user ON user.id = t.user"
               " WHERE t.hash = ? AND (t.expires IS NULL OR t.expires > ?)"
               " AND disabled = 0"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_int(&q, now.ms);
    return session_take(&q, arena, ret);
}

int
view_conditions(struct view *view, struct str subject, struct arena *arena,
    struct condition_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct condition_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " CONDITION_COLUMNS " FROM condition"
               " WHERE closed IS NULL AND (?1 IS NULL OR subject = ?1)"
               " ORDER BY severity DESC, opened, id"));
    query_str(&q, subject);
    while ((r = query_next(&q)) == 0) {
        struct condition_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        condition_read(&q, arena, row);
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
view_ledger_verify(struct view *view, int64_t *ret_bad, uint64_t *ret_count)
{
    int r = db_begin(&view->db);

    if (r == 0)
        r = ledger_verify(&view->db, ret_bad, ret_count);
    db_rollback(&view->db);
    return r;
}

int
view_numbers(struct view *view, struct store_numbers *ret)
{
    struct store_numbers n = {0};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT"
               " (SELECT count(*) FROM source_state WHERE removed IS NULL),"
               " (SELECT coalesce(sum(items), 0) FROM source_state),"
               " (SELECT count(*) FROM incident),"
               " (SELECT count(*) FROM incident WHERE open = 1),"
               " (SELECT count(*) FROM delivery WHERE state = 'pending'),"
               " (SELECT count(*) FROM delivery WHERE state = 'dead'),"
               " (SELECT count(*) FROM condition WHERE closed IS NULL),"
               " (SELECT coalesce(max(id), 0) FROM generation),"
               " nullif(max("
               "  coalesce((SELECT max(last_poll) FROM source_state), 0),"
               "  coalesce((SELECT at FROM ledger ORDER BY id DESC LIMIT 1),"
               "   0)), 0)"));
    r = query_next(&q);
    if (r == 0) {
        n.sources = (uint64_t)query_get_int(&q);
        n.items = (uint64_t)query_get_int(&q);
        n.incidents = (uint64_t)query_get_int(&q);
        n.open_incidents = (uint64_t)query_get_int(&q);
        n.deliveries_pending = (uint64_t)query_get_int(&q);
        n.deliveries_dead = (uint64_t)query_get_int(&q);
        n.conditions_open = (uint64_t)query_get_int(&q);
        n.generation = (uint64_t)query_get_int(&q);
        n.last_commit = query_get_wall(&q);
        n.schema = schema_version();
        *ret = n;
    }
    query_done(&q);
    return r;
}
