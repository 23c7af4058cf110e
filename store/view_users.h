/*
 * view_users: sessions and tokens, for the people they belong to.
 */
#ifndef TOCSIN_STORE_VIEW_USERS_H
#define TOCSIN_STORE_VIEW_USERS_H

#include "store/view.h"

enum { VIEW_MAX_SESSIONS = 500, VIEW_MAX_TOKENS = 500 };

struct session_entry {
    struct str id; /* hex of the first bytes of its hash: no secret */
    struct str user;
    struct wall created, expires, used;
    struct str from, agent;
};
struct token_entry {
    struct str user, name, scope, only;
    struct wall created, expires, used;
};

/* Those that have not ended, last used first; user absent: everybody's. */
int view_sessions(struct view *view, struct str user, struct wall now,
    struct arena *arena, struct session_entry **ret, size_t *ret_n);
/* All of them, also those that ended; by user and name. */
int view_tokens(struct view *view, struct str user, struct arena *arena,
    struct token_entry **ret, size_t *ret_n);

/* Of a token: when it was used last, and what it is restricted to. */
struct token_use {
    struct wall used;
    struct str only;
};
int view_token_use(struct view *view, const uint8_t hash[32],
    struct arena *arena, struct token_use *ret);
/* How many recovery codes a user has left. */
int view_recovery_left(struct view *view, struct str user, int64_t *ret);
/* Whether hash is one of them. */
bool view_recovery_has(
    struct view *view, struct str user, const uint8_t hash[32]);

/* Bytes of the store's file, without its log. */
int view_store_bytes(struct view *view, int64_t *ret);

#endif
