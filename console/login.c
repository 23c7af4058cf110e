#include "console/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "console/auth.h"
#include "console/context.h"

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

static void
show_login(struct context *ctx, int status, const char *fault)
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
    if (!ctx->json) {
        (void)json_object_set_new(value, "next", jsonx_str(next));
        (void)json_object_set_new(
            value, "name", jsonx_str(field_get(ctx, "user")));
    }
    reply(ctx, status, "login", value);
}

void
page_login(struct context *ctx)
{
    if (ctx->who.role >= ROLE_VIEWER && !ctx->json)
        reply_redirect(ctx, next_page(ctx, query_get(ctx, "next")));
    else
        show_login(ctx, 200, NULL);
}

static void
refuse_wait(struct context *ctx, int64_t wait_ms)
{
    char seconds[24];

    (void)snprintf(
        seconds, sizeof seconds, "%" PRId64, (wait_ms + 999) / MS_SECOND);
    (void)exchange_header(ctx->exchange, "Retry-After", str_of(seconds));
    show_login(ctx, 429, "login_wait");
}

/* How long the account and the address must still wait. */
static int64_t
login_wait(const struct context *ctx, struct str user)
{
    const struct limit *limit = &ctx->console->limit;
    const struct peer *peer = &ctx->exchange->peer;
    int64_t account = limit_wait(
        limit, limit_key_account(limit, user), LIMIT_FREE_ACCOUNT, ctx->mono);
    int64_t address = 0;

    if (!peer->local)
        address =
            limit_wait(limit, limit_key_address(limit, str_of(peer->address)),
                LIMIT_FREE_ADDRESS, ctx->mono);
    return account > address ? account : address;
}

void
do_login(struct context *ctx)
{
    struct console *console = ctx->console;
    struct str user = field_get(ctx, "user");
    struct str password = field_get(ctx, "password");
    struct verify *verify;
    int64_t wait;

    if (user.n == 0 || password.n == 0 || user.n > AUTH_NAME_MAX_BYTES ||
        password.n > AUTH_PASSWORD_MAX_BYTES) {
        show_login(ctx, 400, "login_incomplete");
        return;
    }
    wait = login_wait(ctx, user);
    if (wait > 0) {
        refuse_wait(ctx, wait);
        return;
    }
    verify = console->nverifies < CONSOLE_MAX_VERIFIES
                 ? calloc(1, sizeof *verify)
                 : NULL;
    if (!verify) {
        refuse_wait(ctx, MS_SECOND);
        return;
    }
    verify->ctx = ctx;
    TAILQ_INSERT_TAIL(&console->verifies, verify, link);
    if (console->nverifies++ == 0)
        loop_timer_set(console->verifier, 0);
}

void
login_forget(struct console *console, const struct context *ctx)
{
    struct verify *verify, *next;

    for (verify = TAILQ_FIRST(&console->verifies); verify; verify = next) {
        next = TAILQ_NEXT(verify, link);
        if (verify->ctx != ctx)
            continue;
        TAILQ_REMOVE(&console->verifies, verify, link);
        console->nverifies--;
        free(verify);
    }
}

/* A name as the log takes it: with a NUL at its end. */
static const char *
log_name(struct context *ctx, struct str name)
{
    const char *text = arena_cstr(ctx->arena, name);

    return text ? text : "";
}

static void
login_failed(struct context *ctx, struct str user)
{
    struct console *console = ctx->console;
    struct limit *limit = &console->limit;
    const struct peer *peer = &ctx->exchange->peer;
    struct action action = {.kind = ACTION_LOGIN_FAILED,
        .object = user,
        .by = STR("-"),
        .from = str_of(peer->address)};

    console->logins_failed++;
    log_say(LOG_NOTICE, "log-in failed", "user", log_name(ctx, user), "from",
        peer->address, NULL);
    limit_fail(limit, limit_key_account(limit, user), ctx->mono);
    if (!peer->local)
        limit_fail(
            limit, limit_key_address(limit, str_of(peer->address)), ctx->mono);
    tell_engine(console, &action);
    show_login(ctx, 401, "login_failed");
}

/* What a successful log-in carries to the engine's answer. */
struct opening {
    char secret[AUTH_SECRET_TEXT_SIZE];
    uint8_t hash[32];
    struct str user, role;
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

static void
login_opened(struct context *ctx, const struct action_result *result)
{
    struct opening *opening = ctx->data;
    struct console *console = ctx->console;
    struct str secret = str_of(opening->secret);
    uint8_t mac[DIGEST_SIZE];
    char csrf[DIGEST_HEX_SIZE];
    json_t *value;

    if (result->err) {
        reply_error(ctx, 503, "error_engine");
        return;
    }
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

static void
login_succeeded(struct context *ctx, const struct user *user)
{
    struct console *console = ctx->console;
    struct opening *opening = ARENA_NEW(ctx->arena, struct opening);
    struct action action = {.kind = ACTION_SESSION_OPEN, .object = user->name};

    if (!opening) {
        reply_error(ctx, 503, NULL);
        return;
    }
    limit_forget(
        &console->limit, limit_key_account(&console->limit, user->name));
    auth_secret_new(opening->secret, opening->hash);
    opening->user = user->name;
    opening->role = user->role;
    ctx->data = opening;
    action.by = user->name;
    action.secret = (struct str){(const char *)opening->hash, 32};
    action.until.ms = ctx->now.ms + console->config.session_idle_ms;
    ask_engine(ctx, &action, login_opened);
}

/* An unknown or disabled user costs the same time as a wrong password. */
static void
login_verify(struct context *ctx)
{
    struct console *console = ctx->console;
    struct str name = field_get(ctx, "user");
    struct user user = {0};
    int err = view_user(console->view, name, ctx->arena, &user);
    struct str hash = user.password_hash;
    bool right;

    if (err || user.disabled || hash.n == 0)
        hash = str_of(console->dummy_hash);
    right = auth_password_verify(hash, field_get(ctx, "password"));
    if (err == 0 && !user.disabled && user.password_hash.n > 0 && right)
        login_succeeded(ctx, &user);
    else
        login_failed(ctx, name);
}

void
login_step(void *arg)
{
    struct console *console = arg;
    struct verify *verify = TAILQ_FIRST(&console->verifies);
    struct context *ctx;

    if (!verify)
        return;
    ctx = verify->ctx;
    TAILQ_REMOVE(&console->verifies, verify, link);
    free(verify);
    if (--console->nverifies > 0)
        loop_timer_set(console->verifier, 0);
    ctx->now = loop_wall(console->loop);
    ctx->mono = loop_mono(console->loop);
    login_verify(ctx);
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

    if (ctx->who.via != VIA_SESSION) {
        reply_done(ctx, json_object(), STR("/login"));
        return;
    }
    action.secret = (struct str){(const char *)ctx->who.hash, 32};
    ask_engine(ctx, &action, logout_closed);
}
