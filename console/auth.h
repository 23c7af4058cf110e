/*
 * auth: who is asking, and whether a change may be his.
 *
 * Passwords are argon2id (libsodium); sessions and tokens are 256 random bits
 * known to the store by their SHA-256 only.  Log-in itself, with its waits, is
 * in login.c.
 */
#ifndef TOCSIN_CONSOLE_AUTH_H
#define TOCSIN_CONSOLE_AUTH_H

#include "console/inside.h"

enum {
    AUTH_SECRET_BYTES = 32,
    AUTH_SECRET_TEXT_SIZE = 65, /* hex and NUL */
    AUTH_PASSWORD_MIN = 8,      /* characters */
    AUTH_PASSWORD_MAX_BYTES = 1024,
    AUTH_NAME_MAX_BYTES = 64,
    AUTH_HASH_SIZE = 128,
    AUTH_HASH_OPS = 2,                 /* passes of argon2id */
    AUTH_HASH_BYTES = 19 * 1024 * 1024 /* its memory */
};

/* Find out who asks: the unix socket's uid, a bearer token, the proxy's header,
 * a session cookie.  Fills ctx->who; ROLE_NOBODY when nobody is known.  0, or
 * the status of a request that claims what it may not. */
int auth_identify(struct context *ctx);
/* The same of a token that stands elsewhere than in a header: whoever asked
 * otherwise is forgotten. */
void auth_identify_token(struct context *ctx, struct str secret);
/* Whether a token that is restricted to only may use route. */
bool auth_only_allows(struct str only, const struct route *route);
/* Whether a token is used for what it is restricted from. */
bool auth_is_beyond_token(const struct context *ctx);
/* Whether it is the feed's or the calendar's, whose readers may bring a token
 * as the password of HTTP Basic. */
bool auth_route_is_feed(const struct route *route);
/* What the browser or program calls itself, short, in the arena. */
struct str auth_agent(const struct context *ctx);
/* The token that pages of this session or user must bring with changes. */
void auth_csrf_make(struct identity *who, struct str secret);

/* auth_proxy.c: users whom a reverse proxy vouches for.  Whether the request
 * names one; then *ret_status is 0 or what it is to be refused with. */
bool auth_proxy_identify(struct context *ctx, int *ret_status);
/* Whether the one who is connected is a proxy that may. */
bool auth_proxy_is_peer(const struct context *ctx);
void auth_proxy_copy(struct arena *arena, struct console_proxy_user *proxy);
/* Whether the request may come from one of our own pages, or from no browser at
 * all: Origin, Sec-Fetch-Site, Referer.  Only for methods that change. */
bool auth_origin_is_ours(const struct context *ctx);
/* Whether a session's change brings its token.  Others need none. */
bool auth_csrf_holds(const struct context *ctx);
/* Whether the Host header is one that the configuration names. */
bool auth_host_is_ours(const struct console *console, struct str host);
/* Name of the session cookie: with __Host- when people come by https. */
const char *auth_cookie_name(const struct console *console);
bool auth_is_https(const struct console *console);
/* Whether url names this machine by a loopback name or address. */
bool auth_is_loopback(struct str url);

/* Make a secret for a person and its hash for the store. */
void auth_secret_new(char text[AUTH_SECRET_TEXT_SIZE], uint8_t hash[32]);
void auth_secret_hash(struct str text, uint8_t hash[32]);
/* Hash a password.  0, or E_NOMEM when there is no memory for it. */
int auth_password_hash(struct str password, char ret[AUTH_HASH_SIZE]);
/* Slow on purpose: about 0.1 s, 19 MiB. */
bool auth_password_verify(struct str hash, struct str password);
/* The key of the text that says what is wrong, NULL when it will do. */
const char *auth_password_fault(struct str password, struct str name);
const char *auth_name_fault(struct str name);
/* Whether it is one that is tried first (password.c). */
bool auth_password_is_common(struct str password, struct str name);

#endif
