/*
 * page_system: health, figures, static files, and the table of routes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "console/auth.h"
#include "console/context.h"
#include "console/rows.h"
#include "store/view_edits.h"

static const char plain[] = "text/plain; charset=utf-8";

void
page_healthz(struct context *ctx)
{
    reply_bytes(ctx, 200, plain, STR("ok\n"));
}

void
page_readyz(struct context *ctx)
{
    struct store_numbers numbers;

    if (view_numbers(ctx->console->view, &numbers))
        reply_bytes(ctx, 503, plain, STR("the store cannot be read\n"));
    else
        reply_bytes(ctx, 200, plain, STR("ok\n"));
}

/* --- static files --- */

static void
send_static(struct context *ctx, struct str name)
{
    const struct static_file *file = assets_static(ctx->console->assets, name);
    struct str known = http_header_get(ctx->exchange->request, "If-None-Match");

    if (!file) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ctx->exchange->cache = "no-cache";
    (void)exchange_header(ctx->exchange, "ETag", str_of(file->etag));
    if (str_eq(known, str_of(file->etag)))
        reply_bytes(ctx, 304, NULL, STR(""));
    else
        reply_bytes(ctx, 200, file->type, file->bytes);
}

void
page_static(struct context *ctx)
{
    send_static(ctx, ctx->args[0]);
}

void
page_favicon(struct context *ctx)
{
    send_static(ctx, STR("icon.svg"));
}

/* --- figures --- */

static void
set_store_numbers(struct context *ctx, json_t *value)
{
    struct store_numbers numbers = {.last_commit = WALL_NONE};
    uint64_t counts[LEVEL_COUNT] = {0}, waiting = 0;
    json_t *open = json_object();

    (void)view_numbers(ctx->console->view, &numbers);
    (void)view_incident_counts(ctx->console->view, counts);
    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--)
        set_number(open, level_name((enum level)i), (int64_t)counts[i]);
    set_number(value, "generation", (int64_t)ctx->console->config.generation);
    (void)json_object_set_new(value, "open", open);
    set_number(value, "sources", (int64_t)numbers.sources);
    set_number(value, "items", (int64_t)numbers.items);
    set_number(value, "incidents", (int64_t)numbers.incidents);
    set_number(value, "open_incidents", (int64_t)numbers.open_incidents);
    set_number(
        value, "deliveries_pending", (int64_t)numbers.deliveries_pending);
    set_number(value, "deliveries_dead", (int64_t)numbers.deliveries_dead);
    set_number(value, "conditions_open", (int64_t)numbers.conditions_open);
    set_time(ctx, value, "last_commit", numbers.last_commit);
    if (view_rule_edits_waiting(ctx->console->view, &waiting) == 0)
        set_number(value, "rules_waiting", (int64_t)waiting);
    set_number(value, "schema", (int64_t)numbers.schema);
}

/* An engine that does not answer is part of the status. */
static void
status_got(struct context *ctx, const struct action_result *result)
{
    json_t *value = json_object(), *engine = NULL;

    set_str(value, "version", STR("0.1.0"));
    set_str(value, "bureau", ctx->console->config.bureau);
    set_store_numbers(ctx, value);
    set_number(value, "unacknowledged", (int64_t)rows_unacknowledged(ctx));
    if (!result->err && result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &engine);
    (void)json_object_set_new(value, "engine", engine ? engine : json_null());
    reply(ctx, 200, "settings", value);
}

void
page_status(struct context *ctx)
{
    struct action action = {.kind = ACTION_STATUS, .until = WALL_NONE};

    ask_engine(ctx, &action, status_got);
}

static void
metric(struct buf *out, const char *name, const char *type, const char *help,
    uint64_t n)
{
    (void)buf_printf(out,
        "# HELP tocsin_%s %s\n# TYPE tocsin_%s %s\ntocsin_%s %" PRIu64 "\n",
        name, help, name, type, name, n);
}

static void
metrics_store(struct context *ctx, struct buf *out)
{
    struct store_numbers n = {.last_commit = WALL_NONE};
    uint64_t counts[LEVEL_COUNT] = {0};

    if (view_numbers(ctx->console->view, &n))
        return;
    metric(out, "sources", "gauge", "Sources configured.", n.sources);
    metric(out, "items", "gauge", "Items kept.", n.items);
    metric(out, "incidents", "gauge", "Incidents kept.", n.incidents);
    metric(out, "deliveries_pending", "gauge", "Messages to be delivered.",
        n.deliveries_pending);
    metric(out, "deliveries_dead", "gauge", "Messages given up.",
        n.deliveries_dead);
    metric(out, "conditions_open", "gauge",
        "Things wrong with sources, channels or the daemon.",
        n.conditions_open);
    metric(out, "configuration_generation", "gauge", "Configuration in force.",
        n.generation);
    metrics_sources(ctx, out);
    metrics_channels(ctx, out);
    if (wall_is_set(n.last_commit) && n.last_commit.ms > 0)
        metric(out, "last_commit_timestamp_seconds", "gauge",
            "When the store last changed.",
            (uint64_t)(n.last_commit.ms / MS_SECOND));
    if (view_incident_counts(ctx->console->view, counts))
        return;
    (void)buf_add_cstr(out, "# HELP tocsin_incidents_open Open incidents.\n"
                            "# TYPE tocsin_incidents_open gauge\n");
    for (int i = LEVEL_BLUE; i <= LEVEL_RED; i++)
        (void)buf_printf(out,
            "tocsin_incidents_open{level=\"%s\"} %" PRIu64 "\n",
            level_name((enum level)i), counts[i]);
}

static void
metrics_console(const struct console *console, struct buf *out)
{
    (void)buf_add_cstr(out,
        "# HELP tocsin_console_requests_total Requests answered.\n"
        "# TYPE tocsin_console_requests_total counter\n");
    for (int i = 2; i < 6; i++)
        (void)buf_printf(out,
            "tocsin_console_requests_total{class=\"%dxx\"} %" PRIu64 "\n", i,
            console->requests[i]);
    metric(out, "websub_forged_total", "counter",
        "News at a hub's address without the right signature.",
        console->forged);
    metric(out, "console_refusals_total", "counter",
        "Requests that were not HTTP as it should be.", console->refusals);
    metric(out, "console_logins_total", "counter", "Log-ins.", console->logins);
    metric(out, "console_logins_failed_total", "counter", "Log-ins refused.",
        console->logins_failed);
    metric(out, "console_connections", "gauge", "Connections open.",
        server_connections(console->server));
}

/* From this machine and not through a proxy, or as anybody with a role. */
static bool
may_see_metrics(const struct context *ctx)
{
    const struct http_request *request = ctx->exchange->request;

    if (ctx->who.role >= ROLE_VIEWER || ctx->exchange->peer.local)
        return true;
    return ctx->exchange->peer.loopback &&
           !http_header_get(request, "X-Forwarded-For").p &&
           !http_header_get(request, "Forwarded").p &&
           !http_header_get(request, "Via").p;
}

void
page_metrics(struct context *ctx)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 64 * 1024);
    if (!may_see_metrics(ctx)) {
        reply_error(ctx, 401, NULL);
        return;
    }
    metrics_store(ctx, &out);
    metrics_console(ctx->console, &out);
    reply_bytes(
        ctx, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
}

void
page_routes(struct context *ctx)
{
    json_t *value = json_object(), *list = json_array();

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        json_t *one = json_object();

        set_str(one, "method", str_of(http_method_name(route->method)));
        set_str(one, "path", route->pattern);
        set_str(one, "role", str_of(user_role_name(route->role)));
        set_str(one, "help", str_of(route->help));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "routes", list);
    reply(ctx, 200, "settings", value);
}
