#include "console/rows_site.h"

#include <stdio.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/url.h"
#include "console/rows.h"

enum {
    SITE_CERT_SOON_DAYS = 30, /* from here on its end is shown as near */
    SITE_SHARE_BAD = 5        /* hundredths of a week's visits that may fail */
};

/* --- names -----------------------------------------------------------------
 */

static const char *const group_names[SITE_GROUPS] = {
    [SITE_REACHABLE] = "reachable",
    [SITE_FRESH] = "fresh",
    [SITE_CLEAN] = "clean",
    [SITE_LEAKING] = "leaking",
    [SITE_RIGHT] = "right",
};

const char *
rows_site_group_name(enum site_group group)
{
    return group_names[group];
}

int
rows_site_group_parse(struct str name, enum site_group *ret)
{
    for (int i = 0; i < SITE_GROUPS; i++) {
        if (str_eq(name, str_of(group_names[i]))) {
            *ret = (enum site_group)i;
            return 0;
        }
    }
    return E_PARSE;
}

/* --- what both have --------------------------------------------------------
 */

void
set_site_link(
    const struct context *ctx, json_t *object, const char *key, struct str url)
{
    char name[48];
    struct url parts;

    set_str(object, key, url);
    /* An address that was masked leads nowhere. */
    if (ctx->json || str_find(url, STR("***")) < url.n || !url_is_http(url) ||
        url_parse(url, &parts))
        return;
    (void)snprintf(name, sizeof name, "%s_link", key);
    set_str(object, name, url);
}

void
set_days_left(const struct context *ctx, json_t *object, struct wall t)
{
    int64_t ms;

    if (ctx->json || !wall_is_set(t))
        return;
    ms = t.ms - ctx->now.ms;
    set_flag(object, "ended", ms < 0);
    set_number(object, "days", (ms < 0 ? -ms : ms) / MS_DAY);
    set_flag(object, "soon", ms < SITE_CERT_SOON_DAYS * (int64_t)MS_DAY);
}

/* Lines of text, as an array. */
static void
set_lines(json_t *object, const char *key, struct str text)
{
    json_t *list = json_array();

    while (text.p && text.n > 0) {
        struct str line = str_trim(str_split(&text, '\n'));

        if (line.n > 0)
            (void)json_array_append_new(list, jsonx_str(line));
    }
    (void)json_object_set_new(object, key, list);
}

/* A sentence of the house's, for pages in their language. */
static void
set_sentence(
    const struct context *ctx, json_t *object, const char *key, struct str s)
{
    set_str(object, key, ctx->json ? s : text_sentence(ctx, s));
}

/* --- a site ----------------------------------------------------------------
 */

static void
set_groups(const struct context *ctx, json_t *object, const uint32_t *open)
{
    json_t *list = ctx->json ? json_object() : json_array();

    for (int i = 0; i < SITE_GROUPS; i++) {
        json_t *one;

        if (ctx->json) {
            set_number(list, group_names[i], open[i]);
            continue;
        }
        one = json_object();
        set_name(ctx, one, "group", "site_group", str_of(group_names[i]));
        set_number(one, "open", open[i]);
        set_flag(one, "found", open[i] > 0);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(object, ctx->json ? "open" : "groups", list);
}

/* The certificate, as an object of its own; none when nothing is known. */
static void
set_certificate(
    const struct context *ctx, json_t *object, const struct site_row *row)
{
    json_t *one;

    if (!wall_is_set(row->cert_expires) && row->cert_trouble.n == 0) {
        (void)json_object_set_new(object, "certificate", json_null());
        return;
    }
    one = json_object();
    set_time(ctx, one, "expires", row->cert_expires);
    set_days_left(ctx, one, row->cert_expires);
    set_str(one, "subject", row->cert_subject);
    set_str(one, "issuer", row->cert_issuer);
    set_sentence(ctx, one, "trouble", row->cert_trouble);
    (void)json_object_set_new(object, "certificate", one);
}

/* Tenths of a percent of the week's visits that opened, "99.2". */
static void
set_share(const struct context *ctx, json_t *object, const struct site_row *row)
{
    uint64_t opened = row->visits - row->failed;
    uint64_t tenths =
        row->visits ? (opened * 1000 + row->visits / 2) / row->visits : 0;

    set_number(object, "visits", row->visits);
    set_number(object, "failed", row->failed);
    if (ctx->json || row->visits == 0)
        return;
    set_str(object, "share",
        arena_printf(ctx->arena, "%llu.%llu", (unsigned long long)(tenths / 10),
            (unsigned long long)(tenths % 10)));
    set_flag(object, "share_bad",
        (uint64_t)row->failed * 100 > (uint64_t)row->visits * SITE_SHARE_BAD);
}

static void
set_site_state(
    const struct context *ctx, json_t *object, const struct site_row *row)
{
    uint64_t open = 0;

    if (ctx->json)
        return;
    for (int i = 0; i < SITE_GROUPS; i++)
        open += row->open[i];
    set_number(object, "open_all", (int64_t)open);
    set_flag(object, "to_mend", open > 0);
    set_flag(object, "fine", open == 0 && wall_is_set(row->round_done));
    set_flag(object, "unchecked", !wall_is_set(row->round_done));
    set_flag(object, "down", row->failures > 0);
    set_flag(object, "up", row->failures == 0 && wall_is_set(row->last_opened));
    set_flag(object, "has_waiting", row->hosts_waiting > 0);
}

json_t *
row_site(struct context *ctx, const struct site_row *row)
{
    json_t *object = json_object();

    set_str(object, "source", row->source);
    set_str(object, "title", row->title.n ? row->title : row->source);
    set_site_link(ctx, object, "url", row->url);
    set_str(object, "owner", row->owner);
    set_share(ctx, object, row);
    set_time(ctx, object, "last_visit", row->last_visit);
    set_time(ctx, object, "last_opened", row->last_opened);
    set_number(object, "failures", row->failures);
    set_sentence(ctx, object, "last_reason", row->last_reason);
    set_certificate(ctx, object, row);
    set_site_link(ctx, object, "landed", row->landed);
    set_lines(object, "addresses", row->addresses);
    set_str(object, "page_title", row->page_title);
    set_time(ctx, object, "newest", row->newest);
    set_number(object, "round", (int64_t)row->round);
    set_time(ctx, object, "round_started", row->round_started);
    set_time(ctx, object, "round_done", row->round_done);
    set_time(ctx, object, "baseline", row->baseline);
    set_number(object, "pages", row->pages);
    set_number(object, "documents", row->documents);
    set_number(object, "columns", row->columns);
    set_groups(ctx, object, row->open);
    set_number(object, "accepted", row->accepted);
    set_number(object, "gone", row->gone);
    set_number(object, "hosts_waiting", row->hosts_waiting);
    set_name(ctx, object, "worst", "level", str_of(level_name(row->worst)));
    set_site_state(ctx, object, row);
    return object;
}

/* --- a finding -------------------------------------------------------------
 */

/* "line 12", "lines 12–14". */
static void
set_place(
    struct context *ctx, json_t *object, const struct site_finding_row *row)
{
    struct str args[] = {arena_printf(ctx->arena, "%u", row->line),
        arena_printf(ctx->arena, "%u", row->end_line)};

    set_number(object, "line", row->line);
    set_number(object, "end_line", row->end_line);
    if (ctx->json || row->line == 0)
        return;
    set_str(object, "lines_text",
        text_format(ctx, row->end_line > row->line ? "site_lines" : "site_line",
            args, 2));
}

static void
set_about(
    struct context *ctx, json_t *object, const struct site_finding_row *row)
{
    struct str count = arena_printf(ctx->arena, "%u", row->count);

    set_str(object, "target", row->target);
    set_str(object, "evidence", row->evidence);
    set_number(object, "count", row->count);
    set_str(object, "mask", row->mask);
    if (ctx->json)
        return;
    if (!str_eq(row->target, row->page))
        set_str(object, "target_text", text_of(ctx, "site_data", row->target));
    if (!str_eq(row->evidence, row->target))
        set_str(object, "evidence_text", row->evidence);
    if (row->count > 1)
        set_str(
            object, "count_text", text_format(ctx, "site_count", &count, 1));
}

static void
set_accepted(const struct context *ctx, json_t *object,
    const struct site_finding_row *row)
{
    set_time(ctx, object, "accepted", row->accepted);
    set_str(object, "accepted_by", row->accepted_by);
    set_str(object, "accepted_reason", row->accepted_reason);
    if (ctx->json)
        return;
    set_flag(object, "is_gone", wall_is_set(row->gone));
    set_flag(object, "is_accepted",
        wall_is_set(row->accepted) && !wall_is_set(row->gone));
    set_flag(object, "is_open",
        !wall_is_set(row->accepted) && !wall_is_set(row->gone));
    set_flag(object, "came_back", row->times > 1);
}

json_t *
row_site_finding(struct context *ctx, const struct site_finding_row *row)
{
    json_t *object = json_object();

    set_number(object, "id", row->id);
    set_str(object, "site", row->source);
    set_str(object, "site_title", row->title.n ? row->title : row->source);
    set_str(object, "owner", row->owner);
    set_name(ctx, object, "group", "site_group", str_of(row->group_name));
    set_name(ctx, object, "kind", "site_kind", str_of(row->kind_name));
    set_name(ctx, object, "level", "level", str_of(level_name(row->level)));
    set_number(object, "points", row->points);
    set_site_link(ctx, object, "page", row->page);
    set_str(object, "page_title", row->page_title);
    set_about(ctx, object, row);
    set_place(ctx, object, row);
    set_time(ctx, object, "first_seen", row->first_seen);
    set_time(ctx, object, "since", row->since);
    set_time(ctx, object, "last_seen", row->last_seen);
    set_time(ctx, object, "gone", row->gone);
    set_number(object, "times", row->times);
    if (row->incident > 0)
        set_number(object, "incident", row->incident);
    else
        (void)json_object_set_new(object, "incident", json_null());
    set_name(ctx, object, "incident_state", "state", row->incident_state);
    set_accepted(ctx, object, row);
    return object;
}

/* --- pages and hosts -------------------------------------------------------
 */

static const char *
purpose_name(enum site_page_purpose purpose)
{
    static const char *const names[] = {
        [SITE_PAGE_HOME] = "home",
        [SITE_PAGE_COLUMN] = "column",
        [SITE_PAGE_PAGE] = "page",
        [SITE_PAGE_DOCUMENT] = "document",
        [SITE_PAGE_LINK] = "link",
    };

    return (size_t)purpose < sizeof names / sizeof *names
               ? names[purpose]
               : names[SITE_PAGE_PAGE];
}

/* How a page with publications stands against its threshold. */
static void
set_freshness(
    struct context *ctx, json_t *object, const struct site_page_row *row)
{
    struct str days =
        arena_printf(ctx->arena, "%lld", (long long)(row->fresh_ms / MS_DAY));

    set_time(ctx, object, "newest", row->newest);
    set_number(object, "entries", row->entries);
    set_number(object, "dated", row->dated);
    set_number(object, "fresh_ms", row->fresh_ms);
    if (ctx->json)
        return;
    if (row->fresh_ms > 0)
        set_str(object, "fresh_text", text_format(ctx, "site_days", &days, 1));
    set_flag(object, "stale",
        row->fresh_ms > 0 && wall_is_set(row->newest) &&
            ctx->now.ms - row->newest.ms > row->fresh_ms);
    set_flag(object, "empty",
        wall_is_set(row->opened) && row->entries == 0 &&
            row->purpose == SITE_PAGE_COLUMN);
    set_flag(object, "undated", row->entries > 0 && row->dated == 0);
    set_flag(object, "failing", row->failures > 0);
    set_flag(object, "waiting", !wall_is_set(row->looked));
    set_flag(object, "is_home", row->purpose == SITE_PAGE_HOME);
}

json_t *
row_site_page(struct context *ctx, const struct site_page_row *row)
{
    json_t *object = json_object();

    set_number(object, "id", row->id);
    set_site_link(ctx, object, "url", row->url);
    set_str(object, "purpose", str_of(purpose_name(row->purpose)));
    set_str(object, "name", row->name.n ? row->name : row->title);
    set_name(ctx, object, "kind", "site_column", row->kind);
    set_str(object, "title", row->title);
    set_str(object, "from", row->from);
    set_number(object, "from_line", row->from_line);
    set_time(ctx, object, "added", row->added);
    set_time(ctx, object, "looked", row->looked);
    set_time(ctx, object, "opened", row->opened);
    set_time(ctx, object, "changed", row->changed);
    set_number(object, "status", row->status);
    set_number(object, "failures", row->failures);
    set_sentence(ctx, object, "reason", row->reason);
    set_lines(object, "masked", row->masked);
    set_number(object, "findings", row->findings);
    set_freshness(ctx, object, row);
    return object;
}

json_t *
row_site_host(struct context *ctx, const struct site_host_row *row)
{
    json_t *object = json_object();

    set_str(object, "host", row->host);
    set_site_link(ctx, object, "page", row->page);
    set_number(object, "line", row->line);
    set_time(ctx, object, "first_seen", row->first_seen);
    set_time(ctx, object, "last_seen", row->last_seen);
    (void)json_object_set_new(object, "baseline", json_boolean(row->baseline));
    set_time(ctx, object, "approved", row->approved);
    set_str(object, "approved_by", row->approved_by);
    return object;
}

int
set_own_sites(struct context *ctx, int64_t incident, json_t *value)
{
    struct site_finding_filter filter = {.incident = incident,
        .which =
            SITE_FINDINGS_OPEN | SITE_FINDINGS_ACCEPTED | SITE_FINDINGS_GONE,
        .gone_from = WALL_NONE};
    struct site_finding_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err =
        view_site_findings(ctx->console->view, &filter, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++) { /* they come by site */
        json_t *one;

        if (i > 0 && str_eq(rows[i].source, rows[i - 1].source))
            continue;
        one = json_object();
        set_str(one, "source", rows[i].source);
        set_str(one, "title", rows[i].title.n ? rows[i].title : rows[i].source);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "own_sites", list);
    return err;
}
