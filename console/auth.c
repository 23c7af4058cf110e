#include "console/auth.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "console/context.h"
#include "store/view_users.h"

enum {
    TOKEN_SEEN_MS = 5 * 60 * 1000,
    AUTH_AGENT_BYTES = 80,
    AUTH_BASIC_BYTES = 512
};

/* --- secrets --- */

void
auth_secret_hash(struct str text, uint8_t hash[32])
{
    digest_sha256(text, hash);
}

void
auth_secret_new(char text[AUTH_SECRET_TEXT_SIZE], uint8_t hash[32])
{
    uint8_t random[AUTH_SECRET_BYTES];

    digest_random(random, sizeof random);
    (void)digest_hex(random, text);
    auth_secret_hash(str_of(text), hash);
    sodium_memzero(random, sizeof random);
}

int
auth_password_hash(struct str password, char ret[AUTH_HASH_SIZE])
{
    _Static_assert(
        crypto_pwhash_argon2id_STRBYTES <= AUTH_HASH_SIZE, "hash size");

    return crypto_pwhash_argon2id_str(
               ret, password.p, password.n, AUTH_HASH_OPS, AUTH_HASH_BYTES)
               ? E_NOMEM
               : 0;
}

bool
auth_password_verify(struct str hash, struct str password)
{
    char text[AUTH_HASH_SIZE];

    if (hash.n == 0 || hash.n >= sizeof text ||
        password.n > AUTH_PASSWORD_MAX_BYTES)
        return false;
    memset(text, 0, sizeof text);
    memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(
               text, password.p ? password.p : "", password.n) == 0;
}

const char *
auth_name_fault(struct str name)
{
    if (name.n == 0 || name.n > AUTH_NAME_MAX_BYTES || !utf8_is_valid(name))
        return "name_bad";
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];

        if (c <= 0x20 || c == 0x7f || strchr("/?#%&\"'<>\\;:", c))
            return "name_bad";
    }
    return NULL;
}

/* --- who --- */

bool
auth_is_https(const struct console *console)
{
    return str_starts_nocase(console->config.url, STR("https://"));
}

const char *
auth_cookie_name(const struct console *console)
{
    return auth_is_https(console) ? "__Host-tocsin" : "tocsin_session";
}

/* Fill who from a row; a disabled user, or a role unknown to us, is nobody. */
static void
identity_set(struct identity *who, enum via via, const struct session_row *row)
{
    enum role role = user_role_parse(row->user.role);
    enum role scope = user_role_parse(row->scope);

    if (row->user.disabled || role == ROLE_UNSET)
        return;
    if (via == VIA_TOKEN && scope != ROLE_UNSET && scope < role)
        role = scope;
    who->via = via;
    who->role = role;
    who->user = row->user.name;
    who->theme = row->user.theme;
    who->has_factor = row->user.totp_secret.n > 0;
}

/* Every page of a session has the same token, and only its browser can make
 * the two fit. */
void
auth_csrf_make(struct identity *who, struct str secret)
{
    uint8_t mac[DIGEST_SIZE];

    digest_hmac_sha256(secret, STR("tocsin csrf v1"), mac);
    (void)digest_hex(mac, who->csrf);
}

static void
identify_session(struct context *ctx, struct session_row *row)
{
    struct console *console = ctx->console;
    struct str cookies = http_header_get(ctx->exchange->request, "Cookie");
    struct str secret = http_cookie(cookies, str_of(auth_cookie_name(console)));

    if (secret.n != AUTH_SECRET_TEXT_SIZE - 1)
        return;
    auth_secret_hash(secret, ctx->who.hash);
    if (view_session(console->view, ctx->who.hash, ctx->now, ctx->arena, row))
        return;
    identity_set(&ctx->who, VIA_SESSION, row);
    if (ctx->who.via == VIA_SESSION)
        auth_csrf_make(&ctx->who, secret);
}

/* When a token was used last is written down at most once in TOKEN_SEEN_MS. */
static void
token_touch(struct context *ctx, const struct token_use *use)
{
    struct action action = {.kind = ACTION_TOKEN_USED, .until = WALL_NONE};

    if (wall_is_set(use->used) && ctx->now.ms - use->used.ms < TOKEN_SEEN_MS)
        return;
    action.secret = (struct str){(const char *)ctx->who.hash, 32};
    action.by = ctx->who.user;
    action.from = str_of(ctx->exchange->peer.address);
    tell_engine(ctx->console, &action);
}

static void
identify_token(struct context *ctx, struct str secret, struct session_row *row)
{
    struct view *view = ctx->console->view;
    struct token_use use;

    if (secret.n == 0 || secret.n > 256)
        return;
    auth_secret_hash(secret, ctx->who.hash);
    if (view_token(view, ctx->who.hash, ctx->now, ctx->arena, row) ||
        view_token_use(view, ctx->who.hash, ctx->arena, &use))
        return;
    identity_set(&ctx->who, VIA_TOKEN, row);
    ctx->who.only = use.only;
    if (ctx->who.via == VIA_TOKEN)
        token_touch(ctx, &use);
}

void
auth_identify_token(struct context *ctx, struct str secret)
{
    struct session_row row = {0};

    ctx->who = (struct identity){.role = ROLE_NOBODY};
    identify_token(ctx, secret, &row);
}

bool
auth_route_is_feed(const struct route *route)
{
    return route && route_is_api(route) &&
           (route->handler == page_feed || route->handler == page_ical);
}

/* Readers of feeds and calendars know Basic only: its password is the token,
 * as Bearer would have it. */
static struct str
secret_of_basic(const struct context *ctx, struct str header)
{
    _cleanup_(buf_done) struct buf plain;
    struct str pair;

    buf_init(&plain, AUTH_BASIC_BYTES);
    if (digest_unbase64(
            &plain, str_trim(str_from(header, sizeof "Basic " - 1))) != 0)
        return STR_NONE;
    pair = buf_str(&plain);
    (void)str_split(&pair, ':');
    return arena_str(ctx->arena, str_trim(pair));
}

/* Whether a line of a token's restriction is what is asked. */
static bool
line_allows(struct str line, const struct route *route)
{
    struct str pattern = line, method = str_split(&pattern, ' ');

    return str_eq(method, str_of(http_method_name(route->method))) &&
           str_eq(pattern, route->pattern);
}

bool
auth_only_allows(struct str only, const struct route *route)
{
    if (only.n == 0)
        return true;
    if (str_eq(only, STR("read")))
        return http_method_is_safe(route->method);
    while (only.p)
        if (line_allows(str_split(&only, '\n'), route))
            return true;
    return false;
}

bool
auth_is_beyond_token(const struct context *ctx)
{
    return ctx->who.via == VIA_TOKEN && ctx->route->role != ROLE_NOBODY &&
           !auth_only_allows(ctx->who.only, ctx->route);
}

struct str
auth_agent(const struct context *ctx)
{
    struct str agent = http_header_get(ctx->exchange->request, "User-Agent");
    char *text;
    size_t n = agent.n < AUTH_AGENT_BYTES ? agent.n : AUTH_AGENT_BYTES;

    text = arena_alloc(ctx->arena, AUTH_AGENT_BYTES);
    if (!text)
        return STR_NONE;
    for (size_t i = 0; i < n; i++)
        text[i] = agent.p[i] >= 0x20 && agent.p[i] < 0x7f ? agent.p[i] : '?';
    return (struct str){text, n};
}

/* Push a session's end out while it is used, at most once in a quarter of its
 * idle time, and never past its absolute end. */
static void
session_touch(struct context *ctx, const struct session_row *row)
{
    const struct console_config *config = &ctx->console->config;
    int64_t idle = config->session_idle_ms;
    int64_t end = row->created.ms + config->session_max_ms;
    struct action action = {.kind = ACTION_SESSION_TOUCH};

    action.until.ms = ctx->now.ms + idle < end ? ctx->now.ms + idle : end;
    if (action.until.ms - row->expires.ms < idle / 4)
        return;
    action.secret = (struct str){(const char *)ctx->who.hash, 32};
    action.by = ctx->who.user;
    action.from = str_of(ctx->exchange->peer.address);
    tell_engine(ctx->console, &action);
}

static bool
is_ours(const struct console *console, const struct peer *peer)
{
    return peer->local && (peer->uid == 0 || peer->uid == console->uid);
}

/* A token of ours, where tokens are taken; or nobody. */
static void
identify_header(struct context *ctx, struct str header, struct session_row *row)
{
    if (str_starts_nocase(header, STR("Bearer ")) && ctx->route &&
        route_is_api(ctx->route))
        identify_token(
            ctx, str_trim(str_from(header, sizeof "Bearer " - 1)), row);
    else if (str_starts_nocase(header, STR("Basic ")) &&
             auth_route_is_feed(ctx->route))
        identify_token(ctx, secret_of_basic(ctx, header), row);
}

int
auth_identify(struct context *ctx)
{
    const struct peer *peer = &ctx->exchange->peer;
    const struct http_request *request = ctx->exchange->request;
    struct str header = http_header_get(request, "Authorization");
    struct session_row row = {0};
    int status = 0;

    ctx->who.role = ROLE_NOBODY;
    if (is_ours(ctx->console, peer)) {
        ctx->who.via = VIA_SOCKET;
        ctx->who.role = ROLE_ADMIN;
        ctx->who.user =
            peer->uid == 0 ? STR("root") : str_of(ctx->console->user_name);
    } else if (header.p) {
        identify_header(ctx, header, &row);
        /* A proxy may log people in by this header and pass it on. */
        if (ctx->who.role < ROLE_VIEWER && auth_proxy_is_peer(ctx)) {
            row = (struct session_row){0};
            (void)auth_proxy_identify(ctx, &status);
        }
    } else if (!auth_proxy_identify(ctx, &status)) {
        identify_session(ctx, &row);
        if (ctx->who.via == VIA_SESSION && !str_eq(ctx->path, STR("/events")))
            session_touch(ctx, &row);
    }
    if (ctx->who.role >= ROLE_VIEWER && row.user.lang.n > 0)
        ctx->lang = str_starts(row.user.lang, STR("en")) ? LANG_EN : LANG_ZH;
    return status;
}

/* --- from where --- */

/* "scheme://host[:port]" of url. */
static struct str
origin_of(struct str url)
{
    size_t start = str_find(url, STR("://"));
    struct str rest;

    if (start == url.n)
        return STR_NONE;
    rest = str_from(url, start + 3);
    return str_first(url, start + 3 + str_find_char(rest, '/'));
}

static bool
origin_matches(const struct context *ctx, struct str origin)
{
    struct str host = ctx->exchange->request->host;
    struct str name = origin;

    if (str_starts(origin, STR("http://")))
        name = str_from(origin, 7);
    else if (str_starts(origin, STR("https://")))
        name = str_from(origin, 8);
    else
        return false;
    return str_eq_nocase(name, host) ||
           str_eq_nocase(origin, origin_of(ctx->console->config.url));
}

bool
auth_origin_is_ours(const struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct str origin = http_header_get(request, "Origin");
    struct str site = http_header_get(request, "Sec-Fetch-Site");
    struct str referer = http_header_get(request, "Referer");

    if (site.p && !str_eq(site, STR("same-origin")) &&
        !str_eq(site, STR("none")))
        return false;
    /* A page under no-referrer says "null" even to its own server. */
    if (str_eq(origin, STR("null")) && str_eq(site, STR("same-origin")))
        return true;
    if (origin.p)
        return origin_matches(ctx, origin);
    if (referer.p)
        return origin_matches(ctx, origin_of(referer));
    return true;
}

bool
auth_csrf_holds(const struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct str given = http_header_get(request, "X-CSRF-Token");

    if (ctx->who.via != VIA_SESSION && ctx->who.via != VIA_PROXY)
        return true;
    if (!given.p)
        given = field_get(ctx, "csrf");
    return given.n == AUTH_SECRET_TEXT_SIZE - 1 &&
           digest_equal(given.p, ctx->who.csrf, given.n);
}

/* The host part without the port. */
static struct str
host_name(struct str host)
{
    size_t end = host.n;

    if (host.n > 0 && host.p[0] == '[')
        return str_first(host, str_find_char(host, ']') + 1);
    end = str_find_char(host, ':');
    return str_first(host, end);
}

static bool
is_own_name(struct str name)
{
    return str_eq_nocase(name, STR("localhost")) ||
           str_eq_nocase(name, STR("127.0.0.1")) ||
           str_eq_nocase(name, STR("[::1]"));
}

bool
auth_is_loopback(struct str url)
{
    struct str origin = origin_of(url);

    return origin.p && is_own_name(host_name(
                           str_from(origin, str_find(origin, STR("://")) + 3)));
}

bool
auth_host_is_ours(const struct console *console, struct str host)
{
    const struct console_config *config = &console->config;
    struct str name = host_name(host);
    struct str own = origin_of(config->url);

    if (str_eq_nocase(host, config->listen) || is_own_name(name))
        return true;
    if (own.p &&
        str_eq_nocase(host, str_from(own, str_find(own, STR("://")) + 3)))
        return true;
    for (size_t i = 0; i < config->nhosts; i++)
        if (str_eq_nocase(host, config->hosts[i]) ||
            str_eq_nocase(name, config->hosts[i]))
            return true;
    return false;
}
