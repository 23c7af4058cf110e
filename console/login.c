#include "console/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "base/num.h"
#include "console/auth.h"
#include "console/context.h"
#include "console/totp.h"
#include "console/worker.h"
#include "store/view_users.h"

/* Where a browser may be sent after log-in: only to pages of the table. */
static struct str
next_page(const struct context *ctx, struct str next)
{
    const struct route *route;
    struct str args[ROUTE_MAX_ARGS], path;
    size_t query = str_find_char(next, '?');

    if (next.n == 0 || next.n > 1024 ||
        http_path(ctx->arena, str_first(next, query), &path) ||
        routes_find(HTTP_GET, path, &route, args) ||
        route->role != ROLE_VIEWER || route_is_api(route) ||
        str_eq(path, STR("/events")))
        return STR("/");
    return next;
}

/* The log-in form, or with a ticket the one that asks for the code. */
static void
show_login(
    struct context *ctx, int status, const char *fault, struct str ticket)
{
    json_t *value;
    struct str next = query_get(ctx, "next");

    if (!next.p)
        next = field_get(ctx, "next");
    next = next_page(ctx, next);
    value = json_object();
    if (fault)
        (void)json_object_set_new(
            value, "error", jsonx_str(text_get(ctx, fault)));
    (void)json_object_set_new(value, "status", json_integer(status));
    if (ctx->json && ticket.n > 0)
        (void)json_object_set_new(value, "need", json_string("code"));
    if (!ctx->json) {
        (void)json_object_set_new(value, "next", jsonx_str(next));
        (void)json_object_set_new(
            value, "name", jsonx_str(field_get(ctx, "user")));
        if (ticket.n > 0)
            (void)json_object_set_new(value, "ticket", jsonx_str(ticket));
    }
    reply(ctx, status, "login", value);
}

void
page_login(struct context *ctx)
{
    if (ctx->who.role >= ROLE_VIEWER && !ctx->json)
        reply_redirect(ctx, next_page(ctx, query_get(ctx, "next")));
    else
        show_login(ctx, 200, NULL, STR_NONE);
}

/* --- waits --- */

void
login_refuse_wait(struct context *ctx, int64_t wait_ms)
{
    char seconds[24];

    (void)snprintf(
        seconds, sizeof seconds, "%" PRId64, (wait_ms + 999) / MS_SECOND);
    (void)exchange_header(ctx->exchange, "Retry-After", str_of(seconds));
    ctx->console->logins_slowed++;
    log_say(LOG_NOTICE, "log-in refused for now", "from",
        ctx->exchange->peer.address, "seconds", seconds, NULL);
    show_login(ctx, 429, "login_wait", STR_NONE);
}

/* The keys that somebody's failures count under. */
struct keys {
    uint64_t account, address, pair;
    bool local; /* the unix socket is not an address */
};

static struct keys
keys_of(const struct context *ctx, struct str name)
{
    const struct limit *limit = &ctx->console->limit;
    const struct peer *peer = &ctx->exchange->peer;
    struct keys keys = {.account = limit_key_account(limit, name),
        .address = limit_key_address(limit, str_of(peer->address)),
        .local = peer->local};

    keys.pair = limit_key_pair(limit, name, keys.address);
    return keys;
}

int64_t
login_wait(const struct context *ctx, struct str name)
{
    const struct limit *limit = &ctx->console->limit;
    struct keys keys = keys_of(ctx, name);
    bool known = limit_knows(limit, keys.pair);
    int64_t account = limit_wait(
        limit, known ? keys.pair : keys.account, LIMIT_FREE_ACCOUNT, ctx->mono);
    int64_t address = 0;

    /* Others fail at his address too: behind one gateway sits a whole house. */
    if (!keys.local && !known)
        address =
            limit_wait(limit, keys.address, LIMIT_FREE_ADDRESS, ctx->mono);
    return account > address ? account : address;
}

/* A name as the log takes it: with a NUL at its end. */
static const char *
log_name(struct context *ctx, struct str name)
{
    const char *text = arena_cstr(ctx->arena, name);

    return text ? text : "";
}

void
login_count_failure(struct context *ctx, struct str name)
{
    struct console *console = ctx->console;
    struct limit *limit = &console->limit;
    struct keys keys = keys_of(ctx, name);
    struct action action = {.kind = ACTION_LOGIN_FAILED,
        .object = name,
        .by = STR("-"),
        .from = str_of(ctx->exchange->peer.address)};

    console->logins_failed++;
    log_say(LOG_NOTICE, "log-in failed", "user", log_name(ctx, name), "from",
        ctx->exchange->peer.address, NULL);
    limit_fail(limit, keys.account, ctx->mono);
    if (limit_knows(limit, keys.pair))
        limit_fail(limit, keys.pair, ctx->mono);
    if (!keys.local)
        limit_fail(limit, keys.address, ctx->mono);
    tell_engine(console, &action);
}

/* --- the second factor --- */

bool
login_lacks_factor(const struct context *ctx)
{
    unsigned least = ctx->console->config.factor_role;

    return ctx->who.via == VIA_SESSION && !ctx->who.has_factor &&
           least != ROLE_UNSET && (unsigned)ctx->who.role >= least &&
           ctx->route->role >= ROLE_VIEWER &&
           ctx->route->handler != page_factor &&
           ctx->route->handler != do_factor_set &&
           ctx->route->handler != do_logout && ctx->route->handler != do_lang;
}

void
login_demand_factor(struct context *ctx)
{
    if (!ctx->json && http_method_is_safe(ctx->route->method) &&
        !str_eq(ctx->path, STR("/events")))
        reply_redirect(ctx, STR("/settings/factor?done=demanded"));
    else
        reply_error(ctx, 403, "error_factor");
}

/* What a ticket is signed over: good for this user, this password, until
 * then. */
static void
ticket_mac(const struct context *ctx, const struct user *user, struct str until,
    char ret[DIGEST_HEX_SIZE])
{
    struct str parts[] = {
        STR("tocsin ticket v1"), user->name, user->password_hash, until};
    uint8_t digest[DIGEST_SIZE], mac[DIGEST_SIZE];

    digest_parts(parts, sizeof parts / sizeof *parts, digest);
    digest_hmac_sha256((struct str){(const char *)ctx->console->secret, 32},
        (struct str){(const char *)digest, sizeof digest}, mac);
    (void)digest_hex(mac, ret);
}

static struct str
ticket_new(struct context *ctx, const struct user *user)
{
    char until[24], mac[DIGEST_HEX_SIZE];

    (void)snprintf(
        until, sizeof until, "%" PRId64, ctx->mono.ms + LOGIN_TICKET_MS);
    ticket_mac(ctx, user, str_of(until), mac);
    return arena_printf(ctx->arena, "%s.%s", until, mac);
}

static bool
ticket_holds(
    const struct context *ctx, const struct user *user, struct str ticket)
{
    struct str rest = ticket, until = str_split(&rest, '.');
    char mac[DIGEST_HEX_SIZE];
    int64_t end;

    if (ticket.n > LOGIN_MAX_TICKET || rest.n != DIGEST_HEX_SIZE - 1 ||
        num_parse_i64(until, 0, INT64_MAX, &end) || end < ctx->mono.ms)
        return false;
    ticket_mac(ctx, user, until, mac);
    return digest_equal(rest.p, mac, rest.n);
}

/* --- opening a session --- */

/* What a successful log-in carries to the engine's answer. */
struct opening {
    char secret[AUTH_SECRET_TEXT_SIZE];
    uint8_t hash[2 * DIGEST_SIZE]; /* of the session, of a recovery code */
    struct str user, role, ticket;
};

static void
set_cookie(struct context *ctx, struct str secret, int64_t max_age)
{
    const struct console *console = ctx->console;
    struct str line = arena_printf(ctx->arena,
        "%s=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s",
        auth_cookie_name(console), STR_ARG(secret), max_age,
        auth_is_https(console) ? "; Secure" : "");

    (void)exchange_header(ctx->exchange, "Set-Cookie", line);
}

/* He is who he says: what he got wrong before is forgotten, here and for the
 * account, and he is known from now on where he is. */
static void
login_done(struct context *ctx, struct str name)
{
    struct limit *limit = &ctx->console->limit;
    struct keys keys = keys_of(ctx, name);

    limit_forget(limit, keys.account, ctx->mono);
    limit_forget(limit, keys.pair, ctx->mono);
    limit_know(limit, keys.account, keys.pair);
}

static void
login_opened(struct context *ctx, const struct action_result *result)
{
    struct opening *opening = ctx->data;
    struct console *console = ctx->console;
    struct str secret = str_of(opening->secret);
    uint8_t mac[DIGEST_SIZE];
    char csrf[DIGEST_HEX_SIZE];
    json_t *value;

    if (result->err == E_STATE) { /* somebody else has used the code */
        login_count_failure(ctx, opening->user);
        show_login(ctx, 401, "login_code_used", opening->ticket);
        return;
    }
    if (result->err) {
        reply_error(ctx, 503, "error_engine");
        return;
    }
    login_done(ctx, opening->user);
    console->logins++;
    log_say(LOG_INFO, "logged in", "user", log_name(ctx, opening->user), "from",
        ctx->exchange->peer.address, NULL);
    set_cookie(ctx, secret, console->config.session_max_ms / MS_SECOND);
    if (!ctx->json) {
        reply_redirect(ctx, next_page(ctx, field_get(ctx, "next")));
        return;
    }
    digest_hmac_sha256(secret, STR("tocsin csrf v1"), mac);
    value = json_object();
    (void)json_object_set_new(value, "user", jsonx_str(opening->user));
    (void)json_object_set_new(value, "role", jsonx_str(opening->role));
    (void)json_object_set_new(
        value, "csrf", json_string(digest_hex(mac, csrf)));
    reply(ctx, 200, "", value);
}

/* step: of the second factor, 0: none; code: of a recovery code, or NULL. */
static void
login_open(struct context *ctx, const struct user *user, struct str ticket,
    int64_t step, const uint8_t *code)
{
    const struct console_config *config = &ctx->console->config;
    struct opening *opening = ARENA_NEW(ctx->arena, struct opening);
    struct action action = {.kind = ACTION_SESSION_OPEN,
        .object = user->name,
        .by = user->name,
        .id = step};

    if (!opening) {
        reply_error(ctx, 503, NULL);
        return;
    }
    auth_secret_new(opening->secret, opening->hash);
    if (code)
        memcpy(opening->hash + DIGEST_SIZE, code, DIGEST_SIZE);
    opening->user = user->name;
    opening->role = user->role;
    opening->ticket = ticket;
    ctx->data = opening;
    action.text = auth_agent(ctx);
    action.secret = (struct str){
        (const char *)opening->hash, (code ? 2 : 1) * (size_t)DIGEST_SIZE};
    action.until.ms = ctx->now.ms + config->session_idle_ms;
    ask_engine(ctx, &action, login_opened);
}

/* The password was right; now the code, if he has a second factor. */
static void
login_factor(struct context *ctx, const struct user *user)
{
    struct str code = str_trim(field_get(ctx, "code"));
    uint8_t hash[DIGEST_SIZE];
    struct str ticket;
    int64_t step = 0;

    if (user->totp_secret.n == 0) {
        login_open(ctx, user, STR_NONE, 0, NULL);
        return;
    }
    ticket = ticket_new(ctx, user);
    if (code.n == 0) {
        show_login(ctx, ctx->json ? 401 : 200,
            ctx->json ? "login_code_needed" : NULL, ticket);
    } else if (totp_check(
                   user->totp_secret, code, user->totp_step, ctx->now, &step)) {
        login_open(ctx, user, ticket, step, NULL);
    } else if (totp_recovery_hash(code, hash) == 0 &&
               view_recovery_has(ctx->console->view, user->name, hash)) {
        login_open(ctx, user, ticket, 0, hash);
    } else {
        login_count_failure(ctx, user->name);
        show_login(ctx, 401, "login_code_wrong", ticket);
    }
}

/* Load who may log in by password.  False: as if his password were wrong. */
static bool
login_user(struct context *ctx, struct user *ret)
{
    return view_user(ctx->console->view, field_get(ctx, "user"), ctx->arena,
               ret) == 0 &&
           !ret->disabled && ret->password_hash.n > 0;
}

/* Failures that were counted while this one waited its turn count too. */
static void
login_verified(struct context *ctx, bool right, const char *hash)
{
    struct str name = field_get(ctx, "user");
    int64_t wait = login_wait(ctx, name);
    struct user user = {0};

    (void)hash;
    if (wait > 0) {
        login_refuse_wait(ctx, wait);
    } else if (login_user(ctx, &user) && right) {
        login_factor(ctx, &user);
    } else {
        login_count_failure(ctx, name);
        show_login(ctx, 401, "login_failed", STR_NONE);
    }
}

static void
login_by_ticket(struct context *ctx, struct str ticket)
{
    struct user user = {0};

    if (login_user(ctx, &user) && ticket_holds(ctx, &user, ticket))
        login_factor(ctx, &user);
    else
        show_login(ctx, 401, "login_late", STR_NONE);
}

/* An unknown or disabled user costs the same time as a wrong password. */
void
do_login(struct context *ctx)
{
    struct str name = field_get(ctx, "user");
    struct str password = field_get(ctx, "password");
    struct str ticket = field_get(ctx, "ticket");
    struct user user = {0};
    int64_t wait;

    if (name.n == 0 || name.n > AUTH_NAME_MAX_BYTES ||
        (password.n == 0 && ticket.n == 0) ||
        password.n > AUTH_PASSWORD_MAX_BYTES) {
        show_login(ctx, 400, "login_incomplete", STR_NONE);
        return;
    }
    wait = login_wait(ctx, name);
    if (wait > 0)
        login_refuse_wait(ctx, wait);
    else if (ticket.n > 0)
        login_by_ticket(ctx, ticket);
    else
        worker_check(ctx,
            login_user(ctx, &user) ? user.password_hash : STR_NONE, password,
            login_verified);
}

static void
logout_closed(struct context *ctx, const struct action_result *result)
{
    if (result->err) {
        reply_error(ctx, 503, "error_engine");
        return;
    }
    set_cookie(ctx, STR(""), 0);
    (void)exchange_header(ctx->exchange, "Clear-Site-Data", STR("\"cache\""));
    reply_done(ctx, json_object(), STR("/login"));
}

void
do_logout(struct context *ctx)
{
    struct action action = {.kind = ACTION_SESSION_CLOSE};

    if (ctx->who.via != VIA_SESSION) { /* a proxy's user has none */
        reply_done(ctx, json_object(), STR("/login"));
        return;
    }
    action.secret = (struct str){(const char *)ctx->who.hash, 32};
    ask_engine(ctx, &action, logout_closed);
}
