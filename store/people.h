/*
 * people: users of the console, their sessions and tokens; part of store.h.
 * What they may change of their accounts is in users.h.
 */
#ifndef TOCSIN_STORE_PEOPLE_H
#define TOCSIN_STORE_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

struct store;

struct user {
    int64_t id;
    struct str name, password_hash, role, lang;
    bool disabled;
    struct wall created;
    struct str theme;       /* "light" or "dark"; absent: as the system has it */
    struct str totp_secret; /* bytes; absent: no second factor */
    int64_t totp_step;      /* the last one that was used */
};
/* E_EXISTS when the name is taken. */
int store_user_add(struct store *store, const struct user *user);
/* By name. */
int store_user_load(
    struct store *store, struct str name, struct arena *arena, struct user *ret);
/* By name; disabling one ends its sessions. */
int store_user_save(struct store *store, const struct user *user);
/* Sessions and API tokens are known by the SHA-256 of their secret. */
int store_session_add(struct store *store, const uint8_t hash[32],
    struct str user, struct wall now, struct wall expires);
int store_session_drop(struct store *store, const uint8_t hash[32]);
/* Drop those that ended at or before now. */
int store_session_expire(struct store *store, struct wall now);
int store_session_drop_user(struct store *store, struct str user);
int store_session_touch(
    struct store *store, const uint8_t hash[32], struct wall expires);
int store_token_add(struct store *store, const uint8_t hash[32],
    struct str user, struct str name, struct str scope, struct wall now,
    struct wall expires);
int store_token_drop(struct store *store, struct str user, struct str name);

#endif
