/* users: people, their sessions and tokens (known by hash alone). */
#include "base/digest.h"
#include "store/inside.h"

int
store_user_add(struct store *store, const struct user *user)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO user(name, password_hash, role, lang, disabled,"
               " created) VALUES(?, ?, ?, ?, ?, ?)"));
    query_text(&q, user->name);
    query_str(&q, user->password_hash);
    query_text(&q, user->role);
    query_str(&q, user->lang);
    query_int(&q, user->disabled);
    query_int(&q, user->created.ms);
    return query_run(&q);
}

int
store_user_save(struct store *store, const struct user *user)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE user SET password_hash = ?, role = ?, lang = ?,"
               " disabled = ? WHERE name = ?"));
    query_str(&q, user->password_hash);
    query_text(&q, user->role);
    query_str(&q, user->lang);
    query_int(&q, user->disabled);
    query_str(&q, user->name);
    r = query_run(&q);
    if (r == 0 && db_changes(&store->db) == 0)
        r = E_NOTFOUND;
    if (r == 0 && user->disabled)
        r = store_session_drop_user(store, user->name);
    return r;
}

int
user_read(struct query *q, struct arena *arena, struct user *ret)
{
    struct user u = {0};

    u.id = query_get_int(q);
    u.name = query_get_str(q, arena);
    u.password_hash = query_get_str(q, arena);
    u.role = query_get_str(q, arena);
    u.lang = query_get_str(q, arena);
    u.disabled = query_get_int(q) != 0;
    u.created = query_get_wall(q);
    u.theme = query_get_str(q, arena);
    u.totp_secret = query_get_str(q, arena);
    u.totp_step = query_get_int(q);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = u;
    return 0;
}

int
store_session_add(struct store *store, const uint8_t hash[32], struct str user,
    struct wall now, struct wall expires)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO session(hash, user, created, expires)"
               " SELECT ?, id, ?, ? FROM user WHERE name = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_int(&q, now.ms);
    query_int(&q, expires.ms);
    query_str(&q, user);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_session_drop(struct store *store, const uint8_t hash[32])
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM session WHERE hash = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    return query_run(&q);
}

int
store_session_expire(struct store *store, struct wall now)
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM session WHERE expires <= ?"));
    query_int(&q, now.ms);
    return query_run(&q);
}

int
store_session_drop_user(struct store *store, struct str user)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM session"
               " WHERE user = (SELECT id FROM user WHERE name = ?)"));
    query_str(&q, user);
    return query_run(&q);
}

int
store_session_touch(
    struct store *store, const uint8_t hash[32], struct wall expires)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE session SET expires = ? WHERE hash = ?"));
    query_int(&q, expires.ms);
    query_blob(&q, hash, DIGEST_SIZE);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_token_add(struct store *store, const uint8_t hash[32], struct str user,
    struct str name, struct str scope, struct wall now, struct wall expires)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO token(hash, user, name, scope, created, expires)"
               " SELECT ?, id, ?, ?, ?, ? FROM user WHERE user.name = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_text(&q, name);
    query_text(&q, scope);
    query_int(&q, now.ms);
    query_wall(&q, expires);
    query_str(&q, user);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_token_drop(struct store *store, struct str user, struct str name)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM token WHERE name = ?"
               " AND user = (SELECT id FROM user WHERE name = ?)"));
    query_str(&q, name);
    query_str(&q, user);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
store_user_load(
    struct store *store, struct str name, struct arena *arena, struct user *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " USER_COLUMNS " FROM user WHERE name = ?"));
    query_str(&q, name);
    r = query_next(&q);
    if (r == 0)
        r = user_read(&q, arena, ret);
    query_done(&q);
    return r;
}
