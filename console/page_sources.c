/*
 * page_sources: the list of sources, and one source whole.
 */
#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "feeds/condition.h"
#include "store/conditions.h"
#include "store/view_outbox.h"

enum {
    SOURCES_PAGE = 60,
    SOURCES_MAX_TAGS = 200, /* to choose from */
    SOURCES_MAX_HOUSE = 20, /* conditions above the list */
    SOURCE_PAST = 20,       /* conditions that are over */
    SOURCE_ITEMS = 20,
    SOURCE_WEEK_DAYS = 84,          /* whose hours the week is made of */
    SOURCE_SHADES = 4,              /* of a cell that has any */
    SOURCE_PROBE_MS = 2 * MS_MINUTE /* to wait for what a probe brings */
};

/* --- the list --- */

static int
read_filter(struct context *ctx, struct source_filter *ret)
{
    struct str state = query_get(ctx, "state");
    int64_t limit = ctx->json ? VIEW_SOURCES_MAX : SOURCES_PAGE;
    struct str number = query_get(ctx, "limit");
    int err = 0;

    *ret = (struct source_filter){.troubled = str_eq(state, STR("troubled")),
        .condition = query_get(ctx, "condition"),
        .tag = query_get(ctx, "tag"),
        .text = str_trim(query_get(ctx, "q")),
        .after = query_get(ctx, "after")};
    if (state.n > 0 && !ret->troubled && !str_eq(state, STR("all")))
        err = E_PARSE;
    if (!err && number.n > 0)
        err = num_parse_i64(number, 1, VIEW_SOURCES_MAX, &limit);
    ret->limit = (size_t)limit;
    return err;
}

/* The address of this list from behind a cursor on, with the same filter. */
static struct str
list_link(
    struct context *ctx, const struct source_filter *filter, struct str after)
{
    static const char *const names[] = {"q", "condition", "tag"};
    const struct str values[] = {filter->text, filter->condition, filter->tag};
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_add_cstr(&out, "/sources?after=");
    http_escape(&out, after);
    for (size_t i = 0; i < 3; i++) {
        if (values[i].n == 0)
            continue;
        (void)buf_printf(&out, "&%s=", names[i]);
        http_escape(&out, values[i]);
    }
    if (filter->troubled)
        (void)buf_add_cstr(&out, "&state=troubled");
    return arena_str(ctx->arena, buf_str(&out));
}

static void
add_option(json_t *list, struct str value, struct str text, struct str chosen)
{
    json_t *option = json_object();

    set_str(option, "value", value);
    set_str(option, "text", text);
    set_flag(option, "chosen", str_eq(value, chosen));
    (void)json_array_append_new(list, option);
}

/* The conditions that are open somewhere, and the one that is asked for. */
static json_t *
condition_options(struct context *ctx, struct str chosen)
{
    static const char *const words[] = {
#define X(name, word, severity, bad, good) word,
        CONDITION_KINDS(X)
#undef X
    };
    uint64_t counts[CONDITION_COUNT] = {0};
    json_t *list = json_array();

    (void)view_condition_counts(ctx->console->view, counts);
    for (int i = 0; i < CONDITION_MANY_DOWN; i++) {
        struct str word = str_of(words[i]);

        if (counts[i] > 0 || str_eq(word, chosen))
            add_option(list, word,
                arena_printf(ctx->arena, "%.*s (%llu)",
                    STR_ARG(text_of(ctx, "condition", word)),
                    (unsigned long long)counts[i]),
                chosen);
    }
    return list;
}

static json_t *
tag_options(struct context *ctx, struct str chosen)
{
    json_t *list = json_array();
    struct str *tags;
    size_t n = 0;

    if (view_source_tags(
            ctx->console->view, SOURCES_MAX_TAGS, ctx->arena, &tags, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        add_option(list, tags[i], tags[i], chosen);
    return list;
}

/* What is wrong with anything but a source is said above the list. */
static json_t *
house_conditions(struct context *ctx)
{
    json_t *list = json_array();
    struct condition_row *rows;
    size_t n = 0;

    if (view_house_conditions(
            ctx->console->view, SOURCES_MAX_HOUSE, ctx->arena, &rows, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        json_t *row = row_condition(ctx, &rows[i]);
        struct str rest = rows[i].subject;

        (void)str_split(&rest, ':');
        set_str(row, "about", rest); /* a channel, a rule */
        (void)json_array_append_new(list, row);
    }
    return list;
}

static void
set_list_page(
    struct context *ctx, json_t *value, const struct source_filter *filter)
{
    uint64_t all = 0, troubled = 0;
    json_t *options;

    (void)view_source_counts(ctx->console->view, &all, &troubled);
    set_number(value, "total", (int64_t)all);
    set_number(value, "troubled", (int64_t)troubled);
    set_flag(value, "has_troubled", troubled > 0);
    set_flag(value, "bad_only", filter->troubled);
    set_flag(value, "paged", filter->after.n > 0);
    set_flag(value, "filtered",
        filter->troubled || filter->text.n > 0 || filter->condition.n > 0 ||
            filter->tag.n > 0);
    set_str(value, "q", filter->text);
    options = condition_options(ctx, filter->condition);
    set_flag(value, "has_conditions", json_array_size(options) > 0);
    (void)json_object_set_new(value, "condition_options", options);
    options = tag_options(ctx, filter->tag);
    set_flag(value, "has_tags", json_array_size(options) > 0);
    (void)json_object_set_new(value, "tag_options", options);
    (void)json_object_set_new(value, "house", house_conditions(ctx));
}

void
page_sources(struct context *ctx)
{
    struct source_filter filter;
    struct source_row *rows = NULL;
    json_t *value, *list;
    size_t n = 0;
    bool more = false;
    int err = read_filter(ctx, &filter);

    if (!err)
        err = view_source_page(
            ctx->console->view, &filter, ctx->arena, &rows, &n, &more);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_source(ctx, &rows[i]));
    (void)json_object_set_new(value, "sources", list);
    (void)json_object_set_new(value, "more", json_boolean(more));
    set_str(value, "next", more ? rows[n - 1].cursor : STR_NONE);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_list_page(ctx, value, &filter);
        if (more)
            set_str(value, "link_next",
                list_link(ctx, &filter, rows[n - 1].cursor));
    }
    reply(ctx, 200, "sources", value);
}

/* --- one source --- */

static int
set_past(struct context *ctx, json_t *value, struct str id)
{
    struct condition_row *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_source_conditions(
        ctx->console->view, id, SOURCE_PAST, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++)
        (void)json_array_append_new(list, row_condition(ctx, &rows[i]));
    (void)json_object_set_new(value, "past", list);
    set_flag(value, "has_past", !ctx->json && n > 0);
    return err;
}

static int
set_polls(struct context *ctx, json_t *value, struct str id)
{
    struct poll_entry *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_source_polls(ctx->console->view, id, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++)
        (void)json_array_append_new(list, row_poll(ctx, &rows[i]));
    (void)json_object_set_new(value, "polls", list);
    set_flag(value, "has_polls", !ctx->json && n > 0);
    return err;
}

static int
set_items(struct context *ctx, json_t *value, struct str id)
{
    struct source_item *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_source_items(
        ctx->console->view, id, SOURCE_ITEMS, ctx->arena, &rows, &n);

    for (size_t i = 0; i < n && !err; i++)
        (void)json_array_append_new(list, row_source_item(ctx, &rows[i]));
    (void)json_object_set_new(value, "items", list);
    set_flag(value, "has_newest", !ctx->json && n > 0);
    return err;
}

/* One day of the week: 24 cells, each with what stood in it. */
static json_t *
week_day(
    struct context *ctx, size_t day, const uint32_t hours[24], uint32_t most)
{
    static const char *const names[] = {
        "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    struct str name = text_of(ctx, "weekday", str_of(names[day]));
    json_t *row = json_object(), *cells = json_array();
    uint32_t all = 0;

    for (size_t i = 0; i < 24; i++) {
        uint32_t n = hours[i];
        json_t *cell = json_object();
        struct str args[] = {name, arena_printf(ctx->arena, "%zu", i),
            arena_printf(ctx->arena, "%u", n)};

        all += n;
        set_number(cell, "x", (int64_t)i * 10);
        set_number(cell, "y", (int64_t)day * 10);
        set_number(
            cell, "shade", n ? 1 + (int64_t)(n - 1) * SOURCE_SHADES / most : 0);
        set_str(cell, "title", text_format(ctx, "week_cell", args, 3));
        (void)json_array_append_new(cells, cell);
    }
    set_str(row, "name", name);
    set_number(row, "items", all);
    (void)json_object_set_new(row, "cells", cells);
    return row;
}

/* When in the week it publishes: a cell for each hour. */
static void
set_week(struct context *ctx, json_t *value, struct str id)
{
    const struct zone *zone = ctx->console->zone;
    struct wall since = {ctx->now.ms - SOURCE_WEEK_DAYS * (int64_t)MS_DAY};
    uint32_t hours[7][24], most = 1;
    json_t *list;
    size_t n = 0;

    if (view_source_week(ctx->console->view, id, since,
            zone_offset(zone, ctx->now), hours, &n) != 0)
        n = 0;
    if (ctx->json || n == 0)
        return;
    for (size_t d = 0; d < 7; d++)
        for (size_t i = 0; i < 24; i++)
            most = hours[d][i] > most ? hours[d][i] : most;
    list = json_array();
    for (size_t d = 0; d < 7; d++)
        (void)json_array_append_new(list, week_day(ctx, d, hours[d], most));
    (void)json_object_set_new(value, "week", list);
    set_flag(value, "has_week", true);
    set_number(value, "week_items", (int64_t)n);
}

/* What came of a poll that somebody asked for: ?probed=MILLISECONDS. */
static void
set_probe(struct context *ctx, json_t *value)
{
    struct str text = query_get(ctx, "probed");
    const json_t *last = json_array_get(json_object_get(value, "polls"), 0);
    struct wall at = WALL_NONE;
    int64_t asked = 0;

    if (ctx->json || text.n == 0 ||
        num_parse_i64(text, 1, INT64_MAX, &asked) != 0)
        return;
    if (last)
        (void)timefmt_parse_rfc3339(jsonx_get_str(last, "at"), &at);
    if (wall_is_set(at) && at.ms >= asked)
        (void)json_object_set(value, "probe_done",
            json_array_get(json_object_get(value, "polls"), 0));
    else
        set_flag(value, "probing", ctx->now.ms - asked < SOURCE_PROBE_MS);
}

void
page_source(struct context *ctx)
{
    struct str id = ctx->args[0];
    struct source_row row;
    json_t *value;
    int err = view_source(ctx->console->view, id, ctx->arena, &row);

    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "source", row_source(ctx, &row));
    err = set_past(ctx, value, id);
    if (!err)
        err = set_polls(ctx, value, id);
    if (!err)
        err = set_items(ctx, value, id);
    if (!err) {
        set_week(ctx, value, id);
        set_probe(ctx, value);
    }
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "source", value);
}

static void
probed(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result,
        arena_printf(ctx->arena, "/sources/%.*s?probed=%lld",
            STR_ARG(ctx->args[0]), (long long)ctx->now.ms));
}

void
do_probe(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_PROBE, .object = ctx->args[0], .until = WALL_NONE};

    ask_engine(ctx, &action, probed);
}
