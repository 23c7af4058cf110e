/*
 * page_api: the API as an OpenAPI 3.1 document.
 *
 * Which routes there are, who may use them and what they do stands in
 * routes.def; what they take and give stands in static/api.json, by "METHOD
 * path".  Here the two are put together, so that no route can be missing; that
 * none lacks its half, and that answers are as it says, tests/e2e/test_api.py
 * holds.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "console/context.h"
#include "console/rows.h"

enum { API_NAME_BYTES = 512 };

#define API_PREFIX "/api/v1"

/* What the {} after this segment stands for: incidents → incident, deliveries →
 * delivery. */
static void
name_argument(struct str segment, struct buf *out)
{
    if (str_ends(segment, STR("ies"))) {
        (void)buf_add_str(out, str_first(segment, segment.n - 3));
        (void)buf_add_char(out, 'y');
    } else if (str_ends(segment, STR("s"))) {
        (void)buf_add_str(out, str_first(segment, segment.n - 1));
    } else {
        (void)buf_add_str(out, segment);
    }
}

/* s with its NUL; "" when memory ended. */
static const char *
text_z(const struct context *ctx, struct str s)
{
    const char *text = arena_cstr(ctx->arena, s);

    return text ? text : "";
}

/* The parameters of the path, as OpenAPI has it: each {} with a name. */
static json_t *
path_parameters(const struct context *ctx, const json_t *about,
    struct str pattern, struct buf *path)
{
    json_t *list = json_array();
    struct str before = STR("");

    (void)str_split(&pattern, '/'); /* what is before the first one */
    while (pattern.p) {
        struct str segment = str_split(&pattern, '/');

        (void)buf_add_char(path, '/');
        if (str_eq(segment, STR("{}"))) {
            _cleanup_(buf_done) struct buf name;
            json_t *one = json_object(), *schema;
            const char *key;

            buf_init(&name, API_NAME_BYTES);
            name_argument(before, &name);
            key = text_z(ctx, buf_str(&name));
            (void)buf_printf(path, "{%s}", key);
            schema = json_object_get(json_object_get(about, "path"), key);
            set_str(one, "name", str_of(key));
            set_str(one, "in", STR("path"));
            (void)json_object_set_new(one, "required", json_true());
            (void)json_object_set_new(one, "schema",
                schema ? json_incref(schema)
                       : json_pack("{s:s}", "type", "string"));
            (void)json_array_append_new(list, one);
        } else {
            (void)buf_add_str(path, segment);
        }
        before = segment;
    }
    return list;
}

/* The parameters of the query, which the operation names. */
static void
add_query(const json_t *about, const json_t *operation, json_t *parameters)
{
    json_t *name;
    size_t i;

    json_array_foreach(json_object_get(operation, "query"), i, name)
    {
        const char *key = json_string_value(name);
        json_t *known = json_object_get(json_object_get(about, "query"), key);
        json_t *one = json_object();

        set_str(one, "name", str_of(key));
        set_str(one, "in", STR("query"));
        if (known)
            (void)json_object_update(one, known);
        if (!json_object_get(one, "schema"))
            (void)json_object_set_new(
                one, "schema", json_pack("{s:s}", "type", "string"));
        (void)json_array_append_new(parameters, one);
    }
}

/* get_incidents_one_evidence: what a client's function is called. */
static json_t *
operation_id(const struct route *route)
{
    _cleanup_(buf_done) struct buf id;
    struct str rest = str_from(route->pattern, sizeof API_PREFIX - 1);

    buf_init(&id, API_NAME_BYTES);
    for (const char *m = http_method_name(route->method); *m; m++)
        (void)buf_add_char(&id, (char)tolower((unsigned char)*m));
    for (size_t i = 0; i < rest.n; i++) {
        unsigned char c = (unsigned char)rest.p[i];

        if (c == '{')
            (void)buf_add_cstr(&id, "one");
        else if (c != '}')
            (void)buf_add_char(&id, isalnum(c) ? (char)c : '_');
    }
    return jsonx_str(buf_str(&id));
}

static json_t *
content(const char *type, json_t *schema)
{
    return json_pack(
        "{s:{s:o}}", type, "schema", schema ? schema : json_true());
}

/* {"200": …, "default": an error}. */
static json_t *
responses(const struct context *ctx, const json_t *operation)
{
    struct str status = jsonx_get_str(operation, "status");
    struct str type = jsonx_get_str(operation, "type");
    struct str says = jsonx_get_str(operation, "says");
    json_t *schema = json_object_get(operation, "answer");
    json_t *all = json_object(), *one = json_object();

    set_str(one, "description", says.n ? says : STR("done"));
    (void)json_object_set_new(one, "content",
        content(type.n ? text_z(ctx, type) : "application/json",
            schema ? json_incref(schema) : NULL));
    (void)json_object_set_new(all, status.n ? text_z(ctx, status) : "200", one);
    (void)json_object_set_new(all, "default",
        json_pack("{s:s}", "$ref", "#/components/responses/error"));
    return all;
}

static json_t *
operation_of(const struct context *ctx, const json_t *about,
    const struct route *route, json_t *parameters)
{
    json_t *one = json_object(), *known, *body;
    const char *key = text_z(
        ctx, arena_printf(ctx->arena, "%s %.*s",
                 http_method_name(route->method), STR_ARG(route->pattern)));

    known = json_object_get(json_object_get(about, "operations"), key);
    body = json_object_get(known, "body");
    (void)json_object_set_new(one, "operationId", operation_id(route));
    set_str(one, "summary", str_of(route->help));
    set_str(one, "x-role",
        route->role == ROLE_NOBODY ? STR("nobody")
                                   : str_of(user_role_name(route->role)));
    if (route->role == ROLE_NOBODY)
        (void)json_object_set_new(one, "security", json_array());
    add_query(about, known, parameters);
    if (!http_method_is_safe(route->method))
        (void)json_array_append_new(parameters,
            json_pack("{s:s}", "$ref", "#/components/parameters/csrf"));
    (void)json_object_set_new(one, "parameters", parameters);
    if (body)
        (void)json_object_set_new(one, "requestBody",
            json_pack("{s:b,s:o}", "required",
                json_object_get(known, "optional") ? 0 : 1, "content",
                content("application/json", json_incref(body))));
    (void)json_object_set_new(one, "responses", responses(ctx, known));
    return one;
}

static json_t *
paths_of(const struct context *ctx, const json_t *about)
{
    json_t *paths = json_object();

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        _cleanup_(buf_done) struct buf path;
        json_t *parameters, *at;
        char method[16];
        const char *name;

        if (!str_starts(route->pattern, STR(API_PREFIX "/")))
            continue;
        buf_init(&path, API_NAME_BYTES);
        parameters = path_parameters(ctx, about, route->pattern, &path);
        name = text_z(ctx, buf_str(&path));
        (void)snprintf(
            method, sizeof method, "%s", http_method_name(route->method));
        for (char *c = method; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        at = json_object_get(paths, name);
        if (!at) {
            at = json_object();
            (void)json_object_set_new(paths, name, at);
        }
        (void)json_object_set_new(
            at, method, operation_of(ctx, about, route, parameters));
    }
    return paths;
}

void
page_openapi(struct context *ctx)
{
    const struct static_file *file =
        assets_static(ctx->console->assets, STR("api.json"));
    _cleanup_(json_decrefp) json_t *about = NULL;
    json_t *value;
    static const char *const copied[] = {"info", "components", "security"};

    if (!file || jsonx_load(file->bytes, NULL, &about)) {
        reply_error(ctx, 503, NULL);
        return;
    }
    value = json_object();
    set_str(value, "openapi", STR("3.1.0"));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        (void)json_object_set(
            value, copied[i], json_object_get(about, copied[i]));
    (void)json_object_set_new(value, "servers",
        json_pack("[{s:o}]", "url", jsonx_str(ctx->console->config.url)));
    (void)json_object_set_new(value, "paths", paths_of(ctx, about));
    reply(ctx, 200, "", value);
}
