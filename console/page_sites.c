/*
 * page_sites: the bureau's own sites, what is to be mended first, and what an
 * editor decides about one.
 */
#include <string.h>

#include "base/jsonx.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_site.h"
#include "console/sites.h"

enum {
    SITES_MAX_OWNERS = 300, /* to choose from */
    SITES_MAX_REASON_BYTES = 600,
    SITES_MAX_HOSTS = 1000, /* that may be approved at once */
    SITES_DATA_BYTES = 256 * 1024
};

/* --- the list's filter -----------------------------------------------------
 */

int
sites_filter(struct context *ctx, struct site_filter *ret)
{
    struct str groups = query_get(ctx, "group"), one;

    *ret = (struct site_filter){
        .owner = query_get(ctx, "owner"), .source = query_get(ctx, "site")};
    if (ret->owner.n == 0)
        ret->owner = STR_NONE;
    if (ret->source.n == 0)
        ret->source = STR_NONE;
    while (groups.p && groups.n > 0) {
        enum site_group group;

        one = str_split(&groups, ',');
        if (rows_site_group_parse(one, &group) != 0)
            return E_PARSE;
        ret->groups |= 1u << group;
    }
    return 0;
}

struct str
sites_link(
    struct context *ctx, const char *base, const char *name, struct str value)
{
    static const char *const names[] = {"owner", "site", "group", "format"};
    _cleanup_(buf_done) struct buf out;
    char sign = '?';

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_add_cstr(&out, base);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str own = strcmp(names[i], name) == 0 ? value
                         : i == 3                    ? STR_NONE
                                                     : query_get(ctx, names[i]);

        if (own.n == 0)
            continue;
        (void)buf_printf(&out, "%c%s=", sign, names[i]);
        http_escape(&out, own);
        sign = '&';
    }
    return arena_str(ctx->arena, buf_str(&out));
}

static bool
is_known_option(const json_t *list, struct str value)
{
    const json_t *one;
    size_t i;

    json_array_foreach(list, i,
        one) if (str_eq(jsonx_get_str(one, "value"), value)) return true;
    return false;
}

void
sites_owners(struct context *ctx, json_t *value, struct str chosen)
{
    struct site_filter any = {.groups = 0};
    struct site_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_sites(ctx->console->view, &any, ctx->now, ctx->arena, &rows, &n))
        n = 0;
    for (size_t i = 0; i < n && json_array_size(list) < SITES_MAX_OWNERS; i++) {
        json_t *one;

        if (rows[i].owner.n == 0 || is_known_option(list, rows[i].owner))
            continue;
        one = json_object();
        set_str(one, "value", rows[i].owner);
        set_flag(one, "chosen", str_eq(rows[i].owner, chosen));
        (void)json_array_append_new(list, one);
    }
    set_flag(value, "has_owners", json_array_size(list) > 0);
    (void)json_object_set_new(value, "owners", list);
}

/* --- the list --------------------------------------------------------------
 */

/* Sites and findings of each group, over all sites; each a link that filters,
 * or stops to. */
static void
set_counts(struct context *ctx, json_t *value, const struct site_counts *counts,
    const struct site_filter *filter)
{
    json_t *list = json_array();

    set_number(value, "total", counts->sites);
    for (int i = 0; i < SITE_GROUPS; i++) {
        struct str name = str_of(rows_site_group_name((enum site_group)i));
        bool chosen = filter->groups == 1u << i;
        struct str at = arena_printf(ctx->arena, "%u", counts->with[i]);
        json_t *one = json_object();

        set_name(ctx, one, "group", "site_group", name);
        set_number(one, "sites", counts->with[i]);
        set_number(one, "findings", counts->open[i]);
        if (!ctx->json) {
            set_flag(one, "found", counts->open[i] > 0);
            set_flag(one, "chosen", chosen);
            set_str(one, "sites_text",
                text_format(ctx,
                    counts->with[i] == 1 ? "sites_at_one" : "sites_at", &at,
                    1));
            set_str(one, "link",
                sites_link(ctx, "/sites", "group", chosen ? STR_NONE : name));
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "counts", list);
}

/* The heaviest finding of each site: they come by site, the heaviest first. */
static int
read_worst(struct context *ctx, const struct site_filter *filter,
    struct site_finding_row **ret, size_t *ret_n)
{
    struct site_finding_filter findings = {.source = filter->source,
        .owner = filter->owner,
        .groups = filter->groups,
        .gone_from = WALL_NONE};

    return view_site_findings(
        ctx->console->view, &findings, ctx->arena, ret, ret_n);
}

static void
set_first(struct context *ctx, json_t *site, struct str source,
    const struct site_finding_row *findings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(findings[i].source, source))
            continue;
        (void)json_object_set_new(
            site, "first", row_site_finding(ctx, &findings[i]));
        return;
    }
}

static int
set_sites(struct context *ctx, json_t *value, const struct site_filter *filter)
{
    struct site_row *rows = NULL;
    struct site_finding_row *findings = NULL;
    json_t *list = json_array();
    size_t n = 0, nfindings = 0;
    int err =
        view_sites(ctx->console->view, filter, ctx->now, ctx->arena, &rows, &n);

    if (!err)
        err = read_worst(ctx, filter, &findings, &nfindings);
    for (size_t i = 0; i < n && !err; i++) {
        json_t *one = row_site(ctx, &rows[i]);

        set_first(ctx, one, rows[i].source, findings, nfindings);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "sites", list);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_number(value, "shown", (int64_t)n);
    }
    return err;
}

void
page_sites(struct context *ctx)
{
    struct site_filter filter;
    struct site_counts counts = {.sites = 0};
    json_t *value;
    int err = sites_filter(ctx, &filter);

    if (err) {
        reply_error(ctx, 422, "error_filter");
        return;
    }
    value = json_object();
    err = view_site_counts(ctx->console->view, &counts);
    if (!err)
        err = set_sites(ctx, value, &filter);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    set_counts(ctx, value, &counts, &filter);
    if (!ctx->json) {
        set_str(value, "page_title", text_get(ctx, "nav_sites"));
        set_flag(value, "filtered",
            filter.groups || filter.owner.n > 0 || filter.source.n > 0);
        set_str(value, "group", query_get(ctx, "group"));
        set_str(value, "sheet_link",
            sites_link(ctx, "/sites/inspection", "format", STR_NONE));
        sites_owners(ctx, value, filter.owner);
    }
    reply(ctx, 200, "sites", value);
}

/* --- what is decided -------------------------------------------------------
 */

static void
back_to_site(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result,
        arena_printf(ctx->arena, "/sites/%.*s", STR_ARG(ctx->args[0])));
}

static void
checked(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result,
        arena_printf(ctx->arena, "/sites/%.*s?checked=%lld",
            STR_ARG(ctx->args[0]), (long long)ctx->now.ms));
}

void
do_site_check(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_PROBE, .object = ctx->args[0], .until = WALL_NONE};

    ask_engine(ctx, &action, checked);
}

/* Hosts that are named: a form's boxes, or an array. */
static int
read_hosts(struct context *ctx, struct buf *out, size_t *ret_n)
{
    const json_t *list = ctx->body ? json_object_get(ctx->body, "hosts") : NULL;
    const json_t *one;
    size_t i, n = 0;

    for (i = 0; i < ctx->nform; i++) {
        if (!str_eq(ctx->form[i].name, STR("hosts")))
            continue;
        n++;
        (void)buf_add_str(out, ctx->form[i].value);
        (void)buf_add_char(out, '\n');
    }
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one))
            return E_PARSE;
        n++;
        (void)buf_add_cstr(out, json_string_value(one));
        (void)buf_add_char(out, '\n');
    }
    *ret_n = n;
    return n == 0 || n > SITES_MAX_HOSTS ? E_PARSE : out->err;
}

void
do_site_hosts(struct context *ctx)
{
    struct action action = {.kind = ACTION_SITE_HOSTS_APPROVE,
        .object = ctx->args[0],
        .until = WALL_NONE};
    _cleanup_(buf_done) struct buf hosts;
    size_t n = 0;

    buf_init(&hosts, SITES_DATA_BYTES);
    if (read_hosts(ctx, &hosts, &n) != 0) {
        reply_error(ctx, 422, "error_site_hosts");
        return;
    }
    action.data = arena_str(ctx->arena, buf_str(&hosts));
    ask_engine(ctx, &action, back_to_site);
}

void
do_site_accept(struct context *ctx)
{
    struct str reason = str_trim(field_get(ctx, "reason"));
    struct action action = {.kind = ACTION_SITE_FINDING_ACCEPT,
        .object = ctx->args[0],
        .text = reason,
        .until = WALL_NONE};

    if (arg_number(ctx, 1, &action.id))
        reply_error(ctx, 404, NULL);
    else if (reason.n == 0 || reason.n > SITES_MAX_REASON_BYTES)
        reply_error(
            ctx, 422, reason.n == 0 ? "error_reason" : "error_reason_long");
    else
        ask_engine(ctx, &action, back_to_site);
}
