/*
 * console: one request's way through the checks to its handler.
 *
 *   refused by the reader? → its status
 *   path in normal form?   → 400, 404
 *   Host one of ours?      → 421
 *   a change from another page (Origin, Sec-Fetch-Site, Referer)? → 403
 *   in the table?          → 404, 405
 *   who is it, has he the role?          → 401 (a browser: the log-in page),
 * 403 body readable as form or JSON?       → 400, 415 a session's change with
 * its token?   → 403 → the handler
 */
#include "console/console.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "console/auth.h"
#include "console/context.h"
#include "console/listen.h"
#include "console/live.h"
#include "console/login.h"
#include "console/worker.h"

enum { CONSOLE_CONFIG_BYTES = 64 * 1024, CONSOLE_ZONE_NAME = 64 };

/* --- a request's way --- */

/* Whether a browser wants a page; everybody else gets JSON only if asked for.
 */
static bool
wants_json(const struct context *ctx)
{
    struct str accept = http_header_get(ctx->exchange->request, "Accept");
    size_t json = str_find(accept, STR("application/json"));
    size_t html = str_find(accept, STR("text/html"));

    return json < accept.n && json < html;
}

static int
read_form(struct context *ctx, struct str body)
{
    struct http_header *form;
    int err = http_params(ctx->arena, body, &form, &ctx->nform);

    if (err)
        return 400;
    ctx->form = form;
    ctx->is_form = true;
    return 0;
}

static int
read_json(struct context *ctx, struct str body)
{
    json_t *json = NULL;

    if (jsonx_load(body, NULL, &json))
        return 400;
    if (!json_is_object(json)) {
        json_decref(json);
        return 400;
    }
    ctx->body = json;
    return 0;
}

/* Items are read by their own handler, which can say which one is wrong. */
static bool
kind_is_items(struct str kind)
{
    return str_eq_nocase(kind, STR("application/json")) ||
           str_eq_nocase(kind, STR("application/x-ndjson")) ||
           str_eq_nocase(kind, STR("application/jsonl"));
}

/* Forms are for pages, JSON for both; an API's change has no other body. */
static int
read_body(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct str type = http_header_get(request, "Content-Type");
    struct str kind = str_trim(str_first(type, str_find_char(type, ';')));

    if (http_method_is_safe(request->method))
        return 0;
    if (http_header_get(request, "Content-Encoding").n > 0)
        return 415; /* nothing is unpacked here */
    if (ctx->route->handler == do_hub)
        return 0; /* a document of any type, read by a parser */
    if (ctx->route->handler == do_items)
        return kind_is_items(kind) ? 0 : 415;
    if (str_eq_nocase(kind, STR("application/json")))
        return read_json(ctx, request->body);
    if (request->body.n == 0) {
        ctx->body = json_object();
        return 0;
    }
    if (str_eq_nocase(kind, STR("application/x-www-form-urlencoded")) &&
        !route_is_api(ctx->route))
        return read_form(ctx, request->body);
    return 415;
}

static int
read_target(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    struct http_header *query;
    int err = http_path(ctx->arena, request->path, &ctx->path);

    if (err) {
        ctx->path = STR("");
        return str_find_char(request->path, ';') < request->path.n ? 404 : 400;
    }
    if (http_params(ctx->arena, request->query, &query, &ctx->nquery))
        return 400;
    ctx->query = query;
    return 0;
}

/* The language: the query's for one page, the browser's, Chinese; who is logged
 * in may have chosen (auth_identify). */
static void
set_lang(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;

    ctx->lang =
        request ? lang_negotiate(http_header_get(request, "Accept-Language"))
                : LANG_EN;
}

static struct context *
context_new(struct console *console, struct exchange *exchange)
{
    struct context *ctx = ARENA_NEW(exchange->arena, struct context);
    uint8_t random[8];

    if (!ctx)
        return NULL;
    ctx->console = console;
    ctx->exchange = exchange;
    ctx->arena = exchange->arena;
    ctx->who.role = ROLE_NOBODY;
    ctx->now = loop_wall(console->loop);
    ctx->mono = loop_mono(console->loop);
    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        (void)snprintf(ctx->id + 2 * i, 3, "%02x", random[i]);
    exchange->data = ctx;
    set_lang(ctx);
    return ctx;
}

/* A page that needs a log-in leads there and back. */
static void
reply_unknown(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    _cleanup_(buf_done) struct buf to;

    if (ctx->json || request->method != HTTP_GET ||
        str_eq(ctx->path, STR("/events"))) {
        (void)exchange_header(ctx->exchange, "WWW-Authenticate",
            auth_route_is_feed(ctx->route) ? STR("Basic realm=\"tocsin\"")
                                           : STR("Bearer"));
        reply_error(ctx, 401, NULL);
        return;
    }
    buf_init(&to, HTTP_MAX_TARGET_BYTES * 3 + 64);
    (void)buf_add_cstr(&to, "/login");
    if (!str_eq(request->target, STR("/"))) {
        (void)buf_add_cstr(&to, "?next=");
        http_escape(&to, request->target);
    }
    reply_redirect(ctx, to.err ? STR("/login") : buf_str(&to));
}

/* Whether somebody who is not logged in may use this path by any method. */
static bool
path_is_open(const struct context *ctx)
{
    static const enum http_method methods[] = {
        HTTP_GET, HTTP_POST, HTTP_DELETE};
    const struct route *route;
    struct str args[ROUTE_MAX_ARGS];

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (routes_find(methods[i], ctx->path, &route, args) == 0 &&
            route->role == ROLE_NOBODY)
            return true;
    }
    return false;
}

static void
reply_wrong_method(struct context *ctx)
{
    const struct route *route;
    struct str args[ROUTE_MAX_ARGS];
    bool get = routes_find(HTTP_GET, ctx->path, &route, args) == 0;
    bool post = routes_find(HTTP_POST, ctx->path, &route, args) == 0;

    (void)exchange_header(ctx->exchange, "Allow",
        get && post ? STR("GET, HEAD, POST")
        : get       ? STR("GET, HEAD")
        : post      ? STR("POST")
                    : STR("DELETE"));
    reply_error(ctx, 405, NULL);
}

/* What a form of any page on the web can send, and no client of an API does:
 * refused before anything else is looked at. */
static bool
body_is_of_a_form(const struct http_request *request)
{
    static const char *const kinds[] = {"application/x-www-form-urlencoded",
        "multipart/form-data", "text/plain"};
    struct str type = http_header_get(request, "Content-Type");
    struct str kind = str_trim(str_first(type, str_find_char(type, ';')));

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq_nocase(kind, str_of(kinds[i])))
            return true;
    return false;
}

/* What must hold before anybody is asked who he is.  0, or a status. */
static int
check_entry(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    int status = read_target(ctx);

    ctx->json = wants_json(ctx) || str_starts(ctx->path, STR("/api/"));
    if (status)
        return status;
    if (!auth_host_is_ours(ctx->console, request->host))
        return 421;
    if (http_method_is_safe(request->method))
        return 0;
    if (!auth_origin_is_ours(ctx))
        return 403;
    if (str_starts(ctx->path, STR("/api/")) && body_is_of_a_form(request))
        return 415;
    return 0;
}

static void
context_run(struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;
    int status = check_entry(ctx), err;

    if (status) {
        reply_error(ctx, status, NULL);
        return;
    }
    err = routes_find(request->method, ctx->path, &ctx->route, ctx->args);
    status = auth_identify(ctx);
    if (status) {
        reply_error(ctx, status, "error_proxy");
        return;
    }
    if (err == E_DENIED) {
        if (ctx->who.role < ROLE_VIEWER && !path_is_open(ctx))
            reply_unknown(ctx);
        else
            reply_wrong_method(ctx);
        return;
    }
    if (err) {
        reply_error(ctx, 404, NULL);
        return;
    }
    if (ctx->who.role < ctx->route->role) {
        if (ctx->who.role < ROLE_VIEWER)
            reply_unknown(ctx);
        else
            reply_error(ctx, 403, NULL);
        return;
    }
    if (auth_is_beyond_token(ctx)) {
        reply_error(ctx, 403, "error_token");
        return;
    }
    if (login_lacks_factor(ctx)) {
        login_demand_factor(ctx);
        return;
    }
    status = read_body(ctx);
    if (!status && !http_method_is_safe(request->method) &&
        !auth_csrf_holds(ctx))
        status = 403;
    if (status)
        reply_error(ctx, status, status == 403 ? "error_csrf" : NULL);
    else
        ctx->route->handler(ctx);
}

void
console_request(void *arg, struct exchange *exchange)
{
    struct console *console = arg;
    struct context *ctx = context_new(console, exchange);

    if (!ctx) {
        exchange->status = 503;
        exchange_send(exchange);
    } else if (exchange->refused) {
        console->refusals++;
        reply_error(ctx, exchange->refused, NULL);
    } else {
        context_run(ctx);
    }
}

void
console_gone(void *arg, struct exchange *exchange)
{
    struct console *console = arg;
    struct context *ctx = exchange->data;

    if (!ctx)
        return;
    asks_forget(console, ctx);
    worker_forget(console->worker, ctx);
    json_decref(ctx->body);
    ctx->body = NULL;
    exchange->data = NULL;
}

/* --- configuration --- */

static void
config_defaults(struct console_config *config)
{
    if (config->session_idle_ms <= 0)
        config->session_idle_ms = CONSOLE_SESSION_IDLE_MS;
    if (config->session_max_ms <= 0)
        config->session_max_ms = CONSOLE_SESSION_MAX_MS;
    if (config->session_max_ms < config->session_idle_ms)
        config->session_max_ms = config->session_idle_ms;
    if (config->zone.n == 0)
        config->zone = STR("Asia/Shanghai");
}

/* Copy config into arena, with what is absent filled in. */
static int
config_copy(struct arena *arena, const struct console_config *config,
    struct console_config *ret)
{
    struct str *texts[] = {&ret->listen, &ret->socket_path, &ret->url,
        &ret->bureau, &ret->zone, &ret->templates_dir, &ret->static_dir,
        &ret->texts_dir, &ret->factor};

    *ret = *config;
    if (ret->nhosts > CONSOLE_MAX_HOSTS)
        ret->nhosts = CONSOLE_MAX_HOSTS;
    if (ret->nproxies > SERVER_MAX_PROXIES)
        ret->nproxies = SERVER_MAX_PROXIES;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(arena, *texts[i]);
    for (size_t i = 0; i < ret->nhosts; i++)
        ret->hosts[i] = arena_str(arena, ret->hosts[i]);
    for (size_t i = 0; i < ret->nproxies; i++)
        ret->proxies[i] = arena_str(arena, ret->proxies[i]);
    auth_proxy_copy(arena, &ret->proxy_user);
    ret->factor_role = (unsigned)user_role_parse(ret->factor);
    config_defaults(ret);
    if (ret->texts_dir.n == 0)
        ret->texts_dir =
            arena_printf(arena, "%.*s/../texts", STR_ARG(ret->templates_dir));
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
zone_of(const struct console_config *config, struct zone **ret)
{
    char name[CONSOLE_ZONE_NAME];

    if (config->zone.n >= sizeof name)
        return E_NOTFOUND;
    memcpy(name, config->zone.p, config->zone.n);
    name[config->zone.n] = '\0';
    return zone_load(name, ret);
}

int
console_reconfigure(
    struct console *console, const struct console_config *config)
{
    struct arena *arena = arena_new(CONSOLE_CONFIG_BYTES);
    struct console_config copy;
    struct zone *zone = NULL;
    int err = arena ? config_copy(arena, config, &copy) : E_NOMEM;

    if (err) {
        arena_free(arena);
        return err;
    }
    /* The zone's file may be out of reach by now: then the old one stays. */
    if (str_eq_nocase(copy.zone, str_of(zone_name(console->zone))) ||
        zone_of(&copy, &zone)) {
        zone = NULL;
    } else {
        zone_free(console->zone);
        console->zone = zone;
    }
    copy.listen = arena_str(arena, console->config.listen);
    arena_free(console->arena);
    console->arena = arena;
    console->config = copy;
    live_tell(console, "config", 0);
    return 0;
}

/* --- life --- */

static void
tick_cb(void *arg)
{
    struct console *console = arg;
    struct mono now = loop_mono(console->loop);

    asks_tick(console, now);
    live_tick(console, now);
    loop_timer_set(console->tick, CONSOLE_TICK_MS);
}

/* Who we are, for peers of the unix socket; read before lock-down. */
static void
set_own_name(struct console *console)
{
    struct passwd *own = getpwuid(geteuid());

    console->uid = geteuid();
    (void)snprintf(console->user_name, sizeof console->user_name, "%s",
        own && own->pw_name ? own->pw_name : "daemon");
}

static int
console_prepare(struct console *console, const struct console_config *config,
    struct toc_error *reterr)
{
    int err;

    console->arena = arena_new(CONSOLE_CONFIG_BYTES);
    err = console->arena ? config_copy(console->arena, config, &console->config)
                         : E_NOMEM;
    if (!err)
        err = digest_init();
    if (!err && (err = zone_of(&console->config, &console->zone)))
        toc_error_set(reterr, NULL, 0, 0, "zone: %.*s is not known",
            STR_ARG(console->config.zone));
    if (!err)
        err = routes_check(reterr);
    if (!err)
        err = assets_load(console->config.templates_dir,
            console->config.texts_dir, console->config.static_dir, reterr,
            &console->assets);
    if (!err)
        err = auth_password_hash(
            STR("nobody has this password"), console->dummy_hash);
    if (!err)
        err = loop_timer_new(console->loop, tick_cb, console, &console->tick);
    if (!err)
        err = worker_new(console, &console->worker);
    limit_init(&console->limit);
    digest_random(console->secret, sizeof console->secret);
    set_own_name(console);
    return err;
}

/* When people come by another address than a loopback one that is listened
 * on, there is a proxy on this machine. */
static size_t
proxies_of(const struct console_config *config, struct str *ret)
{
    size_t n = config->nproxies;

    for (size_t i = 0; i < n; i++)
        ret[i] = config->proxies[i];
    if (n == 0 && config->url.n > 0 && !auth_is_loopback(config->url) &&
        listen_is_loopback(config->listen)) {
        ret[n++] = STR("127.0.0.1");
        ret[n++] = STR("::1");
    }
    return n;
}

static int
console_listen(struct console *console, struct toc_error *reterr)
{
    static const struct server_ops ops = {
        console_request, console_gone, live_gone};
    const struct console_config *config = &console->config;
    struct str proxies[CONSOLE_MAX_PROXIES];
    struct server_config server = {.listen = config->listen,
        .listen_fd = config->listen_fd,
        .socket_path = config->socket_path,
        .insecure = config->insecure,
        .tls = auth_is_https(console),
        .proxies = proxies,
        .nproxies = proxies_of(config, proxies)};

    return server_new(
        console->loop, &server, &ops, console, reterr, &console->server);
}

int
console_new(struct loop *loop, const struct console_config *config,
    struct view *view, const struct console_ops *ops, void *arg,
    struct toc_error *reterr, struct console **ret)
{
    struct console *console = calloc(1, sizeof *console);
    int err;

    if (!console)
        return E_NOMEM;
    console->loop = loop;
    console->view = view;
    console->ops = ops;
    console->arg = arg;
    TAILQ_INIT(&console->asks);
    TAILQ_INIT(&console->lives);
    err = console_prepare(console, config, reterr);
    if (!err)
        err = console_listen(console, reterr);
    if (err) {
        console_free(console);
        return err;
    }
    *ret = console;
    return 0;
}

int
console_start(struct console *console)
{
    int err = worker_start(console->worker);

    loop_timer_set(console->tick, CONSOLE_TICK_MS);
    return err ? err : server_start(console->server);
}

uint16_t
console_port(const struct console *console)
{
    return server_port(console->server);
}

void
console_free(struct console *console)
{
    if (!console)
        return;
    server_free(console->server);
    if (console->tick)
        loop_timer_free(console->tick);
    worker_free(console->worker);
    assets_free(console->assets);
    if (console->zone)
        zone_free(console->zone);
    arena_free(console->arena);
    free(console);
}

void
console_changed(struct console *console, const char *what, int64_t id)
{
    live_tell(console, what, id);
}
