/*
 * page_sheet: the sheet of an inspection of own sites: as a page, as figures,
 * as CSV and as a Word document.
 */
#include <stdio.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "console/context.h"
#include "console/report.h"
#include "console/rows.h"
#include "console/rows_site.h"
#include "console/sites.h"
#include "incidents/sheet_rows.h"

enum {
    SHEET_GONE_DAYS = 30, /* what was mended since then is on it */
    SHEET_NAME_BYTES = 128
};

/* What was read for one sheet: findings come by site, as sites do not. */
struct sheet_read {
    struct site_filter filter;
    struct site_row *sites;
    size_t nsites;
    struct site_finding_row *findings;
    size_t nfindings;
};

static int
read_sheet(struct context *ctx, struct sheet_read *ret)
{
    struct view *view = ctx->console->view;
    struct site_finding_filter findings;
    int err = sites_filter(ctx, &ret->filter);

    if (err)
        return err;
    findings = (struct site_finding_filter){.source = ret->filter.source,
        .owner = ret->filter.owner,
        .groups = ret->filter.groups,
        .which =
            SITE_FINDINGS_OPEN | SITE_FINDINGS_ACCEPTED | SITE_FINDINGS_GONE,
        .gone_from = {ctx->now.ms - SHEET_GONE_DAYS * (int64_t)MS_DAY}};
    err = view_sites(
        view, &ret->filter, ctx->now, ctx->arena, &ret->sites, &ret->nsites);
    if (!err)
        err = view_site_findings(
            view, &findings, ctx->arena, &ret->findings, &ret->nfindings);
    return err;
}

/* --- as a document ---------------------------------------------------------
 */

static enum sheet_state
state_of(const struct site_finding_row *row)
{
    if (wall_is_set(row->gone))
        return SHEET_GONE;
    return wall_is_set(row->accepted) ? SHEET_ACCEPTED : SHEET_OPEN;
}

static struct sheet_finding
sheet_finding(const struct site_finding_row *row)
{
    return (struct sheet_finding){.group = str_of(row->group_name),
        .kind = str_of(row->kind_name),
        .page = row->page,
        .target = row->target,
        .evidence = row->evidence,
        .mask = row->mask,
        .line = row->line,
        .end_line = row->end_line,
        .count = row->count,
        .first_seen = row->first_seen,
        .last_seen = row->last_seen,
        .gone = row->gone,
        .state = state_of(row),
        .reason = row->accepted_reason,
        .incident = row->incident};
}

static int
add_findings(struct context *ctx, const struct sheet_read *read,
    struct str source, struct sheet_site *ret)
{
    struct sheet_finding *list;
    size_t n = 0;

    for (size_t i = 0; i < read->nfindings; i++)
        n += str_eq(read->findings[i].source, source);
    list = ARENA_ARRAY(ctx->arena, n + 1, struct sheet_finding);
    if (!list)
        return E_NOMEM;
    n = 0;
    for (size_t i = 0; i < read->nfindings; i++)
        if (str_eq(read->findings[i].source, source))
            list[n++] = sheet_finding(&read->findings[i]);
    ret->findings = list;
    ret->nfindings = n;
    return 0;
}

static int
make_sheet(
    struct context *ctx, const struct sheet_read *read, struct sheet *ret)
{
    struct sheet_site *sites =
        ARENA_ARRAY(ctx->arena, read->nsites + 1, struct sheet_site);
    int err = sites ? 0 : E_NOMEM;

    _Static_assert((int)SHEET_GROUPS == (int)SITE_GROUPS, "the same groups");
    for (size_t i = 0; i < read->nsites && !err; i++) {
        const struct site_row *row = &read->sites[i];

        sites[i] = (struct sheet_site){.id = row->source,
            .title = row->title.n ? row->title : row->source,
            .owner = row->owner,
            .url = row->url,
            .visits = row->visits,
            .opened = row->visits - row->failed,
            .cert_until = row->cert_expires,
            .newest = row->newest,
            .last_round = row->round_done};
        for (size_t g = 0; g < SITE_GROUPS; g++)
            sites[i].open[g] = row->open[g];
        err = add_findings(ctx, read, row->source, &sites[i]);
    }
    *ret = (struct sheet){.bureau = ctx->console->config.bureau,
        .about = read->filter.owner.n ? read->filter.owner
                 : read->filter.source.n && read->nsites == 1 ? sites[0].title
                                                              : STR_NONE,
        .made = ctx->now,
        .sites = sites,
        .nsites = read->nsites,
        .cut = read->nfindings >= VIEW_SITE_FINDINGS_MAX};
    return err;
}

/* "tocsin-sites-2026-06-07.csv". */
static struct str
file_name(struct context *ctx, struct str format)
{
    char local[TIMEFMT_LOCAL_SIZE];

    (void)timefmt_local(ctx->console->zone, ctx->now, local);
    return arena_printf(ctx->arena,
        "attachment; filename=\"tocsin-sites-%.10s.%.*s\"", local,
        STR_ARG(format));
}

static void
reply_sheet(
    struct context *ctx, const struct sheet_read *read, struct str format)
{
    const struct console *console = ctx->console;
    struct str lang = query_get(ctx, "lang");
    struct sheet sheet;
    struct sheet_ask ask = {.sheet = &sheet,
        .format = format,
        .lang = str_eq(lang, STR("en"))   ? LANG_EN
                : str_eq(lang, STR("zh")) ? LANG_ZH
                                          : ctx->lang,
        .zone = console->zone,
        .url = console->config.url};
    _cleanup_(buf_done) struct buf bytes;
    const char *type = NULL;
    int err = console->ops->sheet ? make_sheet(ctx, read, &sheet) : E_NOTFOUND;

    buf_init(&bytes, SERVER_MAX_ANSWER_BYTES);
    if (!err)
        err = console->ops->sheet(console->arg, &ask, &bytes, &type);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_sheet_format" : NULL);
        return;
    }
    (void)exchange_header(
        ctx->exchange, "Content-Disposition", file_name(ctx, format));
    reply_bytes(ctx, 200, type, buf_str(&bytes));
}

/* --- as a page -------------------------------------------------------------
 */

static void
set_sums(struct context *ctx, json_t *value, const struct sheet_read *read)
{
    size_t sums[3] = {0}, bad = 0;

    for (size_t i = 0; i < read->nfindings; i++)
        sums[state_of(&read->findings[i])]++;
    for (size_t i = 0; i < read->nsites; i++) {
        uint64_t open = 0;

        for (size_t g = 0; g < SITE_GROUPS; g++)
            open += read->sites[i].open[g];
        bad += open > 0;
    }
    set_number(value, "sites_all", (int64_t)read->nsites);
    set_number(value, "sites_bad", (int64_t)bad);
    set_number(value, "findings_open", (int64_t)sums[SHEET_OPEN]);
    set_number(value, "findings_gone", (int64_t)sums[SHEET_GONE]);
    set_number(value, "findings_accepted", (int64_t)sums[SHEET_ACCEPTED]);
    set_time(ctx, value, "made", ctx->now);
    (void)json_object_set_new(
        value, "cut", json_boolean(read->nfindings >= VIEW_SITE_FINDINGS_MAX));
}

static void
set_sheet_page(
    struct context *ctx, json_t *value, const struct sheet_read *read)
{
    set_str(value, "page_title", text_get(ctx, "sheet_title"));
    set_flag(value, "any", read->nsites > 0);
    set_flag(value, "any_findings", read->nfindings > 0);
    set_flag(value, "filtered",
        read->filter.groups || read->filter.owner.n || read->filter.source.n);
    set_str(value, "owner", read->filter.owner);
    set_str(value, "site", read->filter.source);
    set_str(value, "group", query_get(ctx, "group"));
    set_str(value, "csv_link",
        sites_link(ctx, "/sites/inspection", "format", STR("csv")));
    set_str(value, "docx_link",
        sites_link(ctx, "/sites/inspection", "format", STR("docx")));
    sites_owners(ctx, value, read->filter.owner);
}

/* Those of one site: the sheet has them in the order of the sites. */
static void
add_rows(struct context *ctx, const struct sheet_read *read, struct str source,
    json_t *list)
{
    for (size_t i = 0; i < read->nfindings; i++)
        if (str_eq(read->findings[i].source, source))
            (void)json_array_append_new(
                list, row_site_finding(ctx, &read->findings[i]));
}

void
page_site_sheet(struct context *ctx)
{
    struct str format = query_get(ctx, "format");
    struct sheet_read read = {.nsites = 0};
    json_t *value, *sites, *findings;
    int err = read_sheet(ctx, &read);

    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    if (format.n > 0 && !str_eq(format, STR("json"))) {
        reply_sheet(ctx, &read, format);
        return;
    }
    value = json_object();
    sites = json_array();
    findings = json_array();
    for (size_t i = 0; i < read.nsites; i++) {
        (void)json_array_append_new(sites, row_site(ctx, &read.sites[i]));
        add_rows(ctx, &read, read.sites[i].source, findings);
    }
    (void)json_object_set_new(value, "sites", sites);
    (void)json_object_set_new(value, "findings", findings);
    set_sums(ctx, value, &read);
    if (!ctx->json)
        set_sheet_page(ctx, value, &read);
    reply(ctx, 200, "sheet", value);
}
