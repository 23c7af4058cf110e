/*
 * users: what changes of an account after it was made: its second factor, its
 * sessions one by one, its end.  Everything is by name, within the open
 * transaction; E_NOTFOUND when there is no such user or thing of his.
 */
#ifndef TOCSIN_STORE_USERS_H
#define TOCSIN_STORE_USERS_H

#include "store/store.h"

enum {
    TOTP_SECRET_BYTES = 20, /* RFC 4226: as long as SHA-1's output */
    RECOVERY_CODES = 10,
    SESSION_ID_BYTES = 8 /* of the hash: names a session to people */
};

/* Remove a user with all that is his. */
int store_user_drop(struct store *store, struct str name);
/* Admins that may log in, without the one called except. */
int store_user_admins(struct store *store, struct str except, int64_t *ret);
/* theme: "light", "dark", or absent. */
int store_user_theme(struct store *store, struct str name, struct str theme);

/* A second factor with its recovery codes (SHA-256 each), in place of an older
 * one; step: the one that was used to confirm it. */
int store_totp_set(struct store *store, struct str name, struct str secret,
    int64_t step, const uint8_t (*codes)[32], size_t ncodes);
int store_totp_clear(struct store *store, struct str name);
/* A step is good once: E_STATE for one that is not after the last. */
int store_totp_use(struct store *store, struct str name, int64_t step);
/* A recovery code is good once: it is removed. */
int store_recovery_use(
    struct store *store, struct str name, const uint8_t hash[32]);

/* Where a session was opened, by what. */
int store_session_note(struct store *store, const uint8_t hash[32],
    struct wall now, struct str from, struct str agent);
int store_session_used(
    struct store *store, const uint8_t hash[32], struct wall now);
/* End one by the first bytes of its hash, as hex; user absent: anybody's. */
int store_session_end(struct store *store, struct str user, struct str id);
/* End all of a user but the one with hash. */
int store_session_end_others(
    struct store *store, struct str user, const uint8_t hash[32]);

/* What a token is restricted to (docs/console-access.md); absent: nothing. */
int store_token_restrict(
    struct store *store, const uint8_t hash[32], struct str only);
int store_token_used(
    struct store *store, const uint8_t hash[32], struct wall now);

#endif
