/*
 * page_charts: what the last week, month or quarter brought, and how fast it
 * was answered; as charts with their tables, or as figures.
 */
#include <inttypes.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/chart.h"
#include "console/context.h"
#include "console/rows.h"
#include "store/view_charts.h"

enum { CHARTS_DAYS_DEFAULT = 30 };

/* --- the days --------------------------------------------------------------
 */

/* The last days of the zone, today the last of them. */
static int
make_days(struct context *ctx, struct charts *charts)
{
    const struct zone *zone = ctx->console->zone;
    struct civil now = civil_of_wall(ctx->now, zone_offset(zone, ctx->now));
    int64_t today = civil_days(now.year, now.month, now.day);
    int64_t first = today - (int64_t)charts->ndays + 1;

    charts->days = ARENA_ARRAY(ctx->arena, charts->ndays, struct chart_day);
    if (!charts->days)
        return E_NOMEM;
    for (size_t i = 0; i < charts->ndays; i++) {
        struct wall utc = {(first + (int64_t)i) * MS_DAY};
        struct civil from = civil_of_wall(utc, 0);
        struct civil until = civil_of_wall((struct wall){utc.ms + MS_DAY}, 0);

        charts->days[i] = (struct chart_day){.from = zone_to_wall(zone, &from),
            .until = zone_to_wall(zone, &until)};
    }
    return 0;
}

/* "2026-06-07" of the day. */
static struct str
day_name(struct context *ctx, const struct chart_day *day)
{
    struct civil c =
        civil_of_wall(day->from, zone_offset(ctx->console->zone, day->from));

    return arena_printf(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* "12 min", "3 h 20 min", "2 d 5 h"; nothing when there is none. */
static struct str
lasting(struct context *ctx, int64_t ms)
{
    int64_t minutes = ms / MS_MINUTE;
    const char *key = "lasting_minutes";
    struct str args[2];

    if (ms < 0)
        return STR_NONE;
    if (minutes >= 48 * 60) {
        key = "lasting_days";
        args[0] = arena_printf(ctx->arena, "%" PRId64, minutes / (24 * 60));
        args[1] = arena_printf(ctx->arena, "%" PRId64, minutes / 60 % 24);
    } else if (minutes >= 60) {
        key = "lasting_hours";
        args[0] = arena_printf(ctx->arena, "%" PRId64, minutes / 60);
        args[1] = arena_printf(ctx->arena, "%" PRId64, minutes % 60);
    } else {
        args[0] = arena_printf(ctx->arena, "%" PRId64, minutes);
        args[1] = STR_NONE;
    }
    return text_format(ctx, key, args, 2);
}

/* --- figures ---------------------------------------------------------------
 */

static void
set_times(struct context *ctx, json_t *object, const char *key,
    const struct chart_times *times)
{
    json_t *one = json_object();

    set_number(one, "n", (int64_t)times->n);
    if (times->n > 0) {
        set_number(one, "median_ms", times->median_ms);
        set_number(one, "p90_ms", times->p90_ms);
    }
    if (!ctx->json && times->n > 0) {
        set_str(one, "median", lasting(ctx, times->median_ms));
        set_str(one, "p90", lasting(ctx, times->p90_ms));
    }
    (void)json_object_set_new(object, key, one);
}

static json_t *
day_json(struct context *ctx, const struct chart_day *day)
{
    json_t *one = json_object();
    uint64_t all = 0;

    set_str(one, "day", day_name(ctx, day));
    set_number(one, "items", (int64_t)day->items);
    for (int i = LEVEL_BLUE; i <= LEVEL_RED; i++) {
        set_number(one, level_name((enum level)i), (int64_t)day->incidents[i]);
        all += day->incidents[i];
    }
    set_number(one, "incidents", (int64_t)all);
    set_times(ctx, one, "acknowledged", &day->acknowledged);
    return one;
}

static struct str
share_name(struct context *ctx, const char *what, struct str key)
{
    if (key.n == 0)
        return text_get(ctx, "charts_others");
    return str_eq(str_of(what), STR("source")) ? rows_source_title(ctx, key)
                                               : text_of(ctx, "category", key);
}

static void
set_shares(struct context *ctx, json_t *value, const char *key,
    const char *what, const struct chart_share *shares, size_t n)
{
    json_t *list = json_array();
    uint64_t most = 1, all = 0;

    for (size_t i = 0; i < n; i++) {
        most = shares[i].n > most ? shares[i].n : most;
        all += shares[i].n;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();

        set_str(one, what, shares[i].key);
        set_number(one, "n", (int64_t)shares[i].n);
        if (!ctx->json) {
            set_str(one, "name", share_name(ctx, what, shares[i].key));
            set_number(one, "width", (int64_t)(shares[i].n * 100 / most));
            set_str(one, "part",
                arena_printf(ctx->arena, "%.1f%%",
                    (double)shares[i].n * 100.0 / (double)all));
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, key, list);
}

/* --- charts ----------------------------------------------------------------
 */

/* What stands beside a chart: its name, and what it is read by. */
static void
add_chart(struct context *ctx, json_t *list, json_t *chart_taken,
    const char *title, struct str top, const struct charts *charts)
{
    struct str args[] = {day_name(ctx, &charts->days[0]),
        day_name(ctx, &charts->days[charts->ndays - 1]), top};

    set_str(chart_taken, "id",
        arena_printf(ctx->arena, "chart-%zu", json_array_size(list) + 1));
    set_str(chart_taken, "name", text_get(ctx, title));
    set_str(chart_taken, "about", text_format(ctx, "charts_about", args, 3));
    set_str(chart_taken, "top_text", top);
    set_str(chart_taken, "first", args[0]);
    set_str(chart_taken, "last", args[1]);
    (void)json_array_append_new(list, chart_taken);
}

static struct str
top_number(struct context *ctx, const json_t *chart)
{
    return arena_printf(
        ctx->arena, "%.0f", json_real_value(json_object_get(chart, "top")));
}

/* What a column's title says: the day and its figures. */
static struct str
day_title(struct context *ctx, const struct chart_day *day, bool items)
{
    _cleanup_(buf_done) struct buf out;
    struct str name = day_name(ctx, day);

    buf_init(&out, 512);
    (void)buf_add_str(&out, name);
    if (items) {
        (void)buf_printf(&out, ": %" PRIu64, day->items);
        return arena_str(ctx->arena, buf_str(&out));
    }
    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--) {
        struct str level =
            text_of(ctx, "level", str_of(level_name((enum level)i)));

        (void)buf_printf(&out, "%s%.*s %" PRIu64, i == LEVEL_RED ? ": " : ", ",
            STR_ARG(level), day->incidents[i]);
    }
    return arena_str(ctx->arena, buf_str(&out));
}

static struct str
times_title(struct context *ctx, const struct chart_day *day)
{
    struct str args[] = {day_name(ctx, day),
        lasting(ctx, day->acknowledged.median_ms),
        lasting(ctx, day->acknowledged.p90_ms)};

    return day->acknowledged.n ? text_format(ctx, "charts_times_day", args, 3)
                               : args[0];
}

static int
set_charts(struct context *ctx, json_t *value, const struct charts *charts)
{
    enum { ROWS = 3 + LEVEL_COUNT };
    size_t n = charts->ndays;
    double *v = ARENA_ARRAY(ctx->arena, n * ROWS, double);
    struct str *titles = ARENA_ARRAY(ctx->arena, n * 3, struct str);
    struct chart_series items = {"items", v}, levels[LEVEL_COUNT];
    struct chart_series times[] = {{"p90", v + n}, {"median", v + 2 * n}};
    json_t *list = json_array(), *one;
    size_t nlevels = 0;

    if (!v || !titles)
        return E_NOMEM;
    for (int k = LEVEL_RED; k >= LEVEL_BLUE; k--) {
        double *row = v + (3 + nlevels) * n;

        for (size_t i = 0; i < n; i++)
            row[i] = (double)charts->days[i].incidents[k];
        levels[nlevels++] =
            (struct chart_series){level_name((enum level)k), row};
    }
    for (size_t i = 0; i < n; i++) {
        const struct chart_times *t = &charts->days[i].acknowledged;

        v[i] = (double)charts->days[i].items;
        v[n + i] = t->n ? (double)t->p90_ms / MS_MINUTE : -1;
        v[2 * n + i] = t->n ? (double)t->median_ms / MS_MINUTE : -1;
        titles[i] = day_title(ctx, &charts->days[i], false);
        titles[n + i] = day_title(ctx, &charts->days[i], true);
        titles[2 * n + i] = times_title(ctx, &charts->days[i]);
    }
    one = chart_stack(levels, nlevels, n, titles);
    set_flag(one, "by_level", true);
    add_chart(ctx, list, one, "charts_incidents", top_number(ctx, one), charts);
    one = chart_lines(times, 2, n, titles + 2 * n);
    set_flag(one, "by_time", true);
    add_chart(ctx, list, one, "charts_times",
        lasting(ctx,
            (int64_t)json_real_value(json_object_get(one, "top")) * MS_MINUTE),
        charts);
    one = chart_stack(&items, 1, n, titles + n);
    set_flag(one, "by_items", true);
    add_chart(ctx, list, one, "charts_items", top_number(ctx, one), charts);
    (void)json_object_set_new(value, "charts", list);
    return 0;
}

/* --- the page --------------------------------------------------------------
 */

static void
set_ranges(struct context *ctx, json_t *value, size_t days)
{
    static const int ranges[] = {7, 30, 90};
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        struct str number = arena_printf(ctx->arena, "%d", ranges[i]);
        json_t *one = json_object();

        set_str(one, "link",
            arena_printf(ctx->arena, "/charts?days=%d", ranges[i]));
        set_str(one, "text", text_format(ctx, "charts_days", &number, 1));
        set_flag(one, "chosen", (size_t)ranges[i] == days);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "ranges", list);
}

static json_t *
charts_json(struct context *ctx, const struct charts *charts)
{
    json_t *value = json_object(), *days = json_array();

    /* The newest first in a table, as everywhere. */
    for (size_t i = 0; i < charts->ndays; i++)
        (void)json_array_append_new(
            days, day_json(ctx,
                      &charts->days[ctx->json ? i : charts->ndays - 1 - i]));
    set_number(value, "days", (int64_t)charts->ndays);
    set_str(value, "zone", str_of(zone_name(ctx->console->zone)));
    set_number(value, "items", (int64_t)charts->items);
    set_number(value, "incidents", (int64_t)charts->incidents);
    set_times(ctx, value, "acknowledged", &charts->acknowledged);
    set_times(ctx, value, "closed", &charts->closed);
    (void)json_object_set_new(value, "by_day", days);
    set_shares(ctx, value, "by_category", "category", charts->categories,
        charts->ncategories);
    set_shares(
        ctx, value, "by_source", "source", charts->sources, charts->nsources);
    return value;
}

void
page_charts(struct context *ctx)
{
    struct str text = query_get(ctx, "days");
    struct charts charts = {0};
    int64_t days = CHARTS_DAYS_DEFAULT;
    json_t *value;
    int err = 0;

    if (text.n > 0 && num_parse_i64(text, 1, CHART_DAYS_MAX, &days) != 0) {
        reply_error(ctx, 422, "error_filter");
        return;
    }
    charts.ndays = (size_t)days;
    err = make_days(ctx, &charts);
    if (!err)
        err = view_charts(ctx->console->view, ctx->arena, &charts);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = charts_json(ctx, &charts);
    if (!ctx->json) {
        set_ranges(ctx, value, charts.ndays);
        set_str(value, "page_title", text_get(ctx, "charts_title"));
        set_flag(value, "any", charts.items + charts.incidents > 0);
        err = set_charts(ctx, value, &charts);
    }
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "charts", value);
}
