/*
 * page_site: one own site, whole: how it opens, what was found, its columns,
 * where it leads, and what was taken as changing by itself.
 */
#include <stdio.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "console/chart.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_site.h"
#include "console/sites.h"

enum {
    SITE_DAYS_SHOWN = 28,
    SITE_FAILURES_SHOWN = 20,
    SITE_GONE_SHOWN = 100,
    SITE_PAGES_SHOWN = 500,
    SITE_WAITING_SHOWN = 200, /* hosts: a form has no more fields than 256 */
    SITE_CHECK_MS = 2 * MS_MINUTE /* to wait for what a check brings */
};

/* --- findings --------------------------------------------------------------
 */

static int
set_findings(struct context *ctx, json_t *value, struct str source,
    unsigned which, const char *key)
{
    struct site_finding_filter filter = {
        .source = source, .which = which, .gone_from = WALL_NONE};
    struct site_finding_row *rows = NULL;
    json_t *list = json_array();
    char name[32];
    size_t n = 0;
    int err;

    if (which == SITE_FINDINGS_GONE)
        filter.limit = SITE_GONE_SHOWN;
    err =
        view_site_findings(ctx->console->view, &filter, ctx->arena, &rows, &n);
    for (size_t i = 0; i < n && !err; i++)
        (void)json_array_append_new(list, row_site_finding(ctx, &rows[i]));
    (void)json_object_set_new(value, key, list);
    (void)snprintf(name, sizeof name, "has_%s", key);
    if (!ctx->json) {
        set_flag(value, name, n > 0);
        (void)snprintf(name, sizeof name, "n_%s", key);
        set_number(value, name, (int64_t)n);
    }
    return err;
}

/* --- how it opens ----------------------------------------------------------
 */

struct days {
    struct site_day all[SITE_DAYS_SHOWN];
    size_t nknown; /* that had visits */
};

/* The last days of the zone, today the last; those without visits too. */
static int
read_days(struct context *ctx, struct str source, struct days *ret)
{
    int64_t offset =
        zone_offset(ctx->console->zone, ctx->now) * (int64_t)MS_MINUTE;
    int64_t today = (ctx->now.ms + offset) / MS_DAY;
    struct site_day *rows = NULL;
    size_t n = 0;
    int err = view_site_days(
        ctx->console->view, source, offset, ctx->now, ctx->arena, &rows, &n);

    ret->nknown = 0;
    for (int64_t i = 0; i < SITE_DAYS_SHOWN; i++)
        ret->all[i] = (struct site_day){
            .day = {(today - SITE_DAYS_SHOWN + 1 + i) * MS_DAY - offset}};
    for (size_t i = 0; i < n && !err; i++) {
        int64_t at =
            (rows[i].day.ms + offset) / MS_DAY - today + SITE_DAYS_SHOWN - 1;

        if (at < 0 || at >= SITE_DAYS_SHOWN)
            continue;
        ret->all[at] = rows[i];
        ret->nknown++;
    }
    return err;
}

static struct str
day_name(struct context *ctx, const struct site_day *day)
{
    struct civil c =
        civil_of_wall(day->day, zone_offset(ctx->console->zone, day->day));

    return arena_printf(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static json_t *
row_day(struct context *ctx, const struct site_day *day)
{
    json_t *one = json_object();

    set_str(one, "day", day_name(ctx, day));
    set_number(one, "visits", day->visits);
    set_number(one, "failed", day->failed);
    set_number(one, "mean_ms", day->mean_ms);
    set_number(one, "slowest_ms", day->slowest_ms);
    if (!ctx->json) {
        set_number(one, "opened", (int64_t)day->visits - day->failed);
        set_flag(one, "bad", day->failed > 0);
        set_flag(one, "timed", day->visits > day->failed);
    }
    return one;
}

static void
set_chart(struct context *ctx, json_t *value, const struct days *days)
{
    double opened[SITE_DAYS_SHOWN], failed[SITE_DAYS_SHOWN];
    struct str titles[SITE_DAYS_SHOWN];
    struct chart_series series[] = {{"opened", opened}, {"failed", failed}};
    struct str about[3];
    json_t *chart;

    for (size_t i = 0; i < SITE_DAYS_SHOWN; i++) {
        const struct site_day *day = &days->all[i];
        struct str args[] = {day_name(ctx, day),
            arena_printf(ctx->arena, "%u", day->visits),
            arena_printf(ctx->arena, "%u", day->failed)};

        failed[i] = day->visits ? 100.0 * day->failed / day->visits : 0;
        opened[i] = day->visits ? 100 - failed[i] : 0;
        titles[i] = text_format(
            ctx, day->visits ? "site_day" : "site_day_none", args, 3);
    }
    chart = chart_stack(series, 2, SITE_DAYS_SHOWN, titles);
    about[0] = day_name(ctx, &days->all[0]);
    about[1] = day_name(ctx, &days->all[SITE_DAYS_SHOWN - 1]);
    about[2] = STR("100 %");
    set_str(chart, "top_text", about[2]);
    set_str(chart, "about", text_format(ctx, "charts_about", about, 3));
    set_str(chart, "first", about[0]);
    set_str(chart, "last", about[1]);
    (void)json_object_set_new(value, "visits_chart", chart);
}

static int
set_days(struct context *ctx, json_t *value, struct str source)
{
    json_t *list = json_array();
    struct days days;
    int err = read_days(ctx, source, &days);

    for (size_t i = 0; i < SITE_DAYS_SHOWN && !err; i++) {
        const struct site_day *day =
            &days.all[ctx->json ? i : SITE_DAYS_SHOWN - 1 - i];

        if (day->visits > 0)
            (void)json_array_append_new(list, row_day(ctx, day));
    }
    (void)json_object_set_new(value, "days", list);
    if (!err && !ctx->json && days.nknown > 0) {
        set_flag(value, "has_days", true);
        set_chart(ctx, value, &days);
    }
    return err;
}

static int
set_failures(struct context *ctx, json_t *value, struct str source)
{
    struct site_visit_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_site_failures(
        ctx->console->view, source, SITE_FAILURES_SHOWN, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++) {
        json_t *one = json_object();

        set_time(ctx, one, "at", rows[i].at);
        set_number(one, "status", rows[i].status);
        if (!ctx->json)
            set_flag(one, "has_status", rows[i].status > 0);
        set_number(one, "elapsed_ms", rows[i].elapsed_ms);
        set_str(one, "reason",
            ctx->json ? rows[i].reason : text_sentence(ctx, rows[i].reason));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "failures", list);
    if (!ctx->json)
        set_flag(value, "has_failures", n > 0);
    return err;
}

/* --- pages and hosts -------------------------------------------------------
 */

static int
set_pages(struct context *ctx, json_t *value, struct str source)
{
    struct site_page_row *rows = NULL;
    json_t *columns = json_array(), *masked = json_array(),
           *list = json_array();
    size_t n = 0;
    int err = view_site_pages(
        ctx->console->view, source, SITE_PAGES_SHOWN, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++) {
        json_t *one = row_site_page(ctx, &rows[i]);

        if (rows[i].masked.n > 0)
            (void)json_array_append(masked, one);
        if (rows[i].purpose <= SITE_PAGE_COLUMN)
            (void)json_array_append(columns, one);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "pages", list);
    if (ctx->json) {
        json_decref(columns);
        json_decref(masked);
        return err;
    }
    set_flag(value, "has_columns", json_array_size(columns) > 0);
    (void)json_object_set_new(value, "column_pages", columns);
    set_flag(value, "has_masked", json_array_size(masked) > 0);
    (void)json_object_set_new(value, "masked_pages", masked);
    return err;
}

static int
set_hosts(struct context *ctx, json_t *value, struct str source)
{
    struct site_host_row *rows = NULL;
    json_t *waiting = json_array(), *approved = json_array();
    size_t n = 0, more = 0;
    int err = view_site_hosts(
        ctx->console->view, source, VIEW_SITE_HOSTS_MAX, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++) {
        json_t *list = wall_is_set(rows[i].approved) ? approved : waiting;

        if (!ctx->json && list == waiting &&
            json_array_size(waiting) == SITE_WAITING_SHOWN) {
            more++;
            continue;
        }
        (void)json_array_append_new(list, row_site_host(ctx, &rows[i]));
    }
    if (!ctx->json) {
        set_flag(value, "has_waiting", json_array_size(waiting) > 0);
        set_flag(value, "has_approved", json_array_size(approved) > 0);
        set_flag(value, "more_waiting", more > 0);
        set_number(
            value, "n_waiting", (int64_t)(json_array_size(waiting) + more));
        set_number(value, "n_approved", (int64_t)json_array_size(approved));
    }
    (void)json_object_set_new(value, "hosts_waiting", waiting);
    (void)json_object_set_new(value, "hosts_approved", approved);
    return err;
}

/* --- the page --------------------------------------------------------------
 */

/* What came of a check that somebody asked for: ?checked=MILLISECONDS. */
static void
set_checked(struct context *ctx, json_t *value, const struct site_row *row)
{
    struct str text = query_get(ctx, "checked");
    int64_t asked = 0;

    if (text.n == 0 || num_parse_i64(text, 1, INT64_MAX, &asked) != 0)
        return;
    if (wall_is_set(row->round_done) && row->round_done.ms >= asked)
        set_flag(value, "check_done", true);
    else
        set_flag(value, "checking", ctx->now.ms - asked < SITE_CHECK_MS);
}

static int
set_parts(struct context *ctx, json_t *value, struct str source)
{
    int err = set_findings(ctx, value, source, SITE_FINDINGS_OPEN, "open");

    if (!err)
        err = set_findings(
            ctx, value, source, SITE_FINDINGS_ACCEPTED, "accepted");
    if (!err)
        err = set_findings(ctx, value, source, SITE_FINDINGS_GONE, "gone");
    if (!err)
        err = set_days(ctx, value, source);
    if (!err)
        err = set_failures(ctx, value, source);
    if (!err)
        err = set_pages(ctx, value, source);
    if (!err)
        err = set_hosts(ctx, value, source);
    return err;
}

void
page_site(struct context *ctx)
{
    struct str source = ctx->args[0];
    struct site_row row;
    json_t *value;
    int err = view_site(ctx->console->view, source, ctx->now, ctx->arena, &row);

    if (err) {
        reply_error(
            ctx, status_of_err(err), err == E_NOTFOUND ? "error_site" : NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "site", row_site(ctx, &row));
    err = set_parts(ctx, value, source);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    if (!ctx->json) {
        set_checked(ctx, value, &row);
        set_str(value, "page_title", row.title.n ? row.title : row.source);
    }
    reply(ctx, 200, "site", value);
}
