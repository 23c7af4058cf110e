/* accounts: what changes of an account (users.h). */
#include "base/digest.h"
#include "store/inside.h"
#include "store/users.h"

/* Run a change of one user; E_NOTFOUND when it changed nothing. */
static int
run_one(struct store *store, struct query *q)
{
    int r = query_run(q);

    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

static int
drop_codes(struct store *store, struct str name)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM recovery_code"
               " WHERE user = (SELECT id FROM user WHERE name = ?)"));
    query_str(&q, name);
    return query_run(&q);
}

int
store_user_drop(struct store *store, struct str name)
{
    struct query q;
    int r = store_session_drop_user(store, name);

    if (r == 0)
        r = drop_codes(store, name);
    if (r == 0) {
        db_query(
            &store->db, &q, DB_SQL("DELETE FROM list_view WHERE owner = ?"));
        query_str(&q, name);
        r = query_run(&q);
    }
    if (r == 0) {
        db_query(&store->db, &q,
            DB_SQL("DELETE FROM token"
                   " WHERE user = (SELECT id FROM user WHERE name = ?)"));
        query_str(&q, name);
        r = query_run(&q);
    }
    if (r != 0)
        return r;
    db_query(&store->db, &q, DB_SQL("DELETE FROM user WHERE name = ?"));
    query_str(&q, name);
    return run_one(store, &q);
}

int
store_user_admins(struct store *store, struct str except, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM user"
               " WHERE role = 'admin' AND disabled = 0 AND name IS NOT ?"));
    query_str(&q, except);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_user_theme(struct store *store, struct str name, struct str theme)
{
    struct query q;

    db_query(
        &store->db, &q, DB_SQL("UPDATE user SET theme = ? WHERE name = ?"));
    query_str(&q, theme);
    query_str(&q, name);
    return run_one(store, &q);
}

/* --- the second factor --- */

static int
set_totp(struct store *store, struct str name, struct str secret, int64_t step)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE user SET totp_secret = ?, totp_step = ?"
               " WHERE name = ?"));
    query_bytes(&q, secret);
    query_int(&q, step);
    query_str(&q, name);
    return run_one(store, &q);
}

int
store_totp_set(struct store *store, struct str name, struct str secret,
    int64_t step, const uint8_t (*codes)[32], size_t ncodes)
{
    struct query q;
    int r = secret.n == TOTP_SECRET_BYTES && ncodes <= RECOVERY_CODES
                ? set_totp(store, name, secret, step)
                : E_PARSE;

    if (r == 0)
        r = drop_codes(store, name);
    for (size_t i = 0; i < ncodes && r == 0; i++) {
        db_query(&store->db, &q,
            DB_SQL("INSERT INTO recovery_code(user, hash)"
                   " SELECT id, ? FROM user WHERE name = ?"));
        query_blob(&q, codes[i], DIGEST_SIZE);
        query_str(&q, name);
        r = query_run(&q);
    }
    return r;
}

int
store_totp_clear(struct store *store, struct str name)
{
    int r = set_totp(store, name, STR_NONE, 0);

    return r ? r : drop_codes(store, name);
}

int
store_totp_use(struct store *store, struct str name, int64_t step)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE user SET totp_step = ?1"
               " WHERE name = ?2 AND totp_step < ?1"
               " AND totp_secret IS NOT NULL"));
    query_int(&q, step);
    query_str(&q, name);
    r = run_one(store, &q);
    return r == E_NOTFOUND ? E_STATE : r;
}

int
store_recovery_use(struct store *store, struct str name, const uint8_t hash[32])
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM recovery_code WHERE hash = ?"
               " AND user = (SELECT id FROM user WHERE name = ?)"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_str(&q, name);
    return run_one(store, &q);
}

/* --- sessions and tokens --- */

int
store_session_note(struct store *store, const uint8_t hash[32], struct wall now,
    struct str from, struct str agent)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE session SET used = ?, origin = ?, agent = ?"
               " WHERE hash = ?"));
    query_int(&q, now.ms);
    query_str(&q, from);
    query_str(&q, agent);
    query_blob(&q, hash, DIGEST_SIZE);
    return run_one(store, &q);
}

int
store_session_used(struct store *store, const uint8_t hash[32], struct wall now)
{
    struct query q;

    db_query(
        &store->db, &q, DB_SQL("UPDATE session SET used = ? WHERE hash = ?"));
    query_int(&q, now.ms);
    query_blob(&q, hash, DIGEST_SIZE);
    return run_one(store, &q);
}

int
store_session_end(struct store *store, struct str user, struct str id)
{
    struct query q;

    if (id.n != 2 * (size_t)SESSION_ID_BYTES)
        return E_NOTFOUND;
    db_query(&store->db, &q,
        DB_SQL("DELETE FROM session WHERE lower(hex(substr(hash, 1, 8))) = ?1"
               " AND (?2 IS NULL"
               "  OR user = (SELECT id FROM user WHERE name = ?2))"));
    query_str(&q, id);
    query_str(&q, user);
    return run_one(store, &q);
}

int
store_session_end_others(
    struct store *store, struct str user, const uint8_t hash[32])
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM session WHERE hash IS NOT ?"
               " AND user = (SELECT id FROM user WHERE name = ?)"));
    query_blob(&q, hash, DIGEST_SIZE);
    query_str(&q, user);
    return query_run(&q);
}

int
store_token_restrict(
    struct store *store, const uint8_t hash[32], struct str only)
{
    struct query q;

    db_query(
        &store->db, &q, DB_SQL("UPDATE token SET only = ? WHERE hash = ?"));
    query_str(&q, only);
    query_blob(&q, hash, DIGEST_SIZE);
    return run_one(store, &q);
}

int
store_token_used(struct store *store, const uint8_t hash[32], struct wall now)
{
    struct query q;

    db_query(
        &store->db, &q, DB_SQL("UPDATE token SET used = ? WHERE hash = ?"));
    query_int(&q, now.ms);
    query_blob(&q, hash, DIGEST_SIZE);
    return run_one(store, &q);
}
