#include "console/auth.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "console/context.h"

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

/* Passwords that every list of leaks begins with, or that our users would
 * think of first; checked without regard to case. */
static const char *const common[] = {"password", "password1", "password123",
    "passw0rd", "p@ssw0rd", "12345678", "123456789", "1234567890", "87654321",
    "11111111", "00000000", "88888888", "66666666", "12341234", "11223344",
    "abcd1234", "abc12345", "a1234567", "a12345678", "qwertyui", "qwerty123",
    "qwertyuiop", "1qaz2wsx", "1q2w3e4r", "1q2w3e4r5t", "zaq12wsx", "asdfghjk",
    "asdf1234", "iloveyou", "sunshine", "princess", "football", "baseball",
    "superman", "trustno1", "letmein1", "welcome1", "welcome123", "admin123",
    "admin1234", "admin888", "administrator", "changeme", "changeit",
    "default1", "test1234", "root1234", "woaini520", "woaini1314", "5201314520",
    "tocsin123", "tocsin1234", "jiaoyuju", "jiaoyuju123", "school123"};

/* Few different characters, or digits only (dates, telephone numbers): what
 * lists of common passwords are mostly made of. */
static bool
is_simple(struct str password)
{
    bool seen[256] = {false};
    size_t different = 0, digits = 0;

    for (size_t i = 0; i < password.n; i++) {
        unsigned char c = (unsigned char)password.p[i];

        different += !seen[c];
        seen[c] = true;
        digits += c >= '0' && c <= '9';
    }
    return different < 4 || (digits == password.n && password.n < 14);
}

const char *
auth_password_fault(struct str password, struct str name)
{
    if (!utf8_is_valid(password) || password.n > AUTH_PASSWORD_MAX_BYTES)
        return "password_long";
    if (utf8_count(password) < AUTH_PASSWORD_MIN)
        return "password_short";
    if (is_simple(password) || (name.n > 0 && str_eq_nocase(password, name)))
        return "password_common";
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (str_eq_nocase(password, str_of(common[i])))
            return "password_common";
    return NULL;
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
}

/* Every page of a session has the same token, and only its browser can make
 * the two fit. */
static void
csrf_make(struct identity *who, struct str secret)
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
        csrf_make(&ctx->who, secret);
}

static void
identify_token(struct context *ctx, struct str header, struct session_row *row)
{
    struct str secret = str_trim(str_from(header, sizeof "Bearer " - 1));

    if (secret.n == 0 || secret.n > 256)
        return;
    auth_secret_hash(secret, ctx->who.hash);
    if (view_token(
            ctx->console->view, ctx->who.hash, ctx->now, ctx->arena, row) == 0)
        identity_set(&ctx->who, VIA_TOKEN, row);
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

void
auth_identify(struct context *ctx)
{
    const struct peer *peer = &ctx->exchange->peer;
    const struct http_request *request = ctx->exchange->request;
    struct str header = http_header_get(request, "Authorization");
    struct session_row row = {0};

    ctx->who.role = ROLE_NOBODY;
    if (peer->local && (peer->uid == 0 || peer->uid == ctx->console->uid)) {
        ctx->who.via = VIA_SOCKET;
        ctx->who.role = ROLE_ADMIN;
        ctx->who.user =
            peer->uid == 0 ? STR("root") : str_of(ctx->console->user_name);
    } else if (header.p) {
        if (str_starts_nocase(header, STR("Bearer ")) && ctx->route &&
            route_is_api(ctx->route))
            identify_token(ctx, header, &row);
    } else {
        identify_session(ctx, &row);
        if (ctx->who.via == VIA_SESSION && !str_eq(ctx->path, STR("/events")))
            session_touch(ctx, &row);
    }
    if (ctx->who.role >= ROLE_VIEWER && row.user.lang.n > 0)
        ctx->lang = str_starts(row.user.lang, STR("en")) ? LANG_EN : LANG_ZH;
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

    if (ctx->who.via != VIA_SESSION)
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
