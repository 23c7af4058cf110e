/* view_users: sessions and tokens as people see them. */
#include "store/view_users.h"

#include "base/digest.h"
#include "store/inside.h"

static int
read_session(struct query *q, struct arena *arena, void *row)
{
    struct session_entry *entry = row;

    entry->id = query_get_str(q, arena);
    entry->user = query_get_str(q, arena);
    entry->created = query_get_wall(q);
    entry->expires = query_get_wall(q);
    entry->used = query_get_wall(q);
    entry->from = query_get_str(q, arena);
    entry->agent = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_sessions(struct view *view, struct str user, struct wall now,
    struct arena *arena, struct session_entry **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct session_entry)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT lower(hex(substr(s.hash, 1, 8))), user.name, s.created,"
               " s.expires, s.used, s.origin, s.agent"
               " FROM session AS s JOIN user ON user.id = s.user"
               " WHERE s.expires > ?1 AND (?2 IS NULL OR user.name = ?2)"
               " ORDER BY coalesce(s.used, s.created) DESC, s.hash"
               " LIMIT ?3"));
    query_int(&q, now.ms);
    query_str(&q, user);
    query_int(&q, VIEW_MAX_SESSIONS);
    r = list_read(&list, &q, read_session);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

static int
read_token(struct query *q, struct arena *arena, void *row)
{
    struct token_entry *entry = row;

    entry->user = query_get_str(q, arena);
    entry->name = query_get_str(q, arena);
    entry->scope = query_get_str(q, arena);
    entry->only = query_get_str(q, arena);
    entry->created = query_get_wall(q);
    entry->expires = query_get_wall(q);
    entry->used = query_get_wall(q);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_tokens(struct view *view, struct str user, struct arena *arena,
    struct token_entry **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct token_entry)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT user.name, t.name, t.scope, t.only, t.created,"
               " t.expires, t.used"
               " FROM token AS t JOIN user ON user.id = t.user"
               " WHERE ?1 IS NULL OR user.name = ?1"
               " ORDER BY user.name, t.name LIMIT ?2"));
    query_str(&q, user);
    query_int(&q, VIEW_MAX_TOKENS);
    r = list_read(&list, &q, read_token);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
view_token_use(struct view *view, const uint8_t hash[32], struct arena *arena,
    struct token_use *ret)
{
    struct query q;
    int r;

    db_query(
        &view->db, &q, DB_SQL("SELECT used, only FROM token WHERE hash = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    r = query_next(&q);
    if (r == 0) {
        ret->used = query_get_wall(&q);
        ret->only = query_get_str(&q, arena);
        /* Without the list of what it may do it might do all. */
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    return r;
}

int
view_recovery_left(struct view *view, struct str user, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM recovery_code"
               " WHERE user = (SELECT id FROM user WHERE name = ?)"));
    query_str(&q, user);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

bool
view_recovery_has(struct view *view, struct str user, const uint8_t hash[32])
{
    struct query q;
    bool has;

    db_query(&view->db, &q,
        DB_SQL("SELECT 1 FROM recovery_code WHERE hash = ?"
               " AND user = (SELECT id FROM user WHERE name = ?)"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_str(&q, user);
    has = query_next(&q) == 0;
    query_done(&q);
    return has;
}

int
view_store_bytes(struct view *view, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT page_count * page_size"
               " FROM pragma_page_count(), pragma_page_size()"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}
