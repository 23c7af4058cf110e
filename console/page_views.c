/*
 * page_views: views of the incident list, saved and shown.
 *
 * A view is a name for an address of the list.  Five are there always; others
 * are saved by people, for themselves or for everybody.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/utf8.h"
#include "console/list_views.h"
#include "console/rows_list.h"

enum {
    VIEWS_SHOWN = 24,
    VIEWS_COUNTED = 12, /* with their figures; the others without */
    VIEW_NAME_MAX_BYTES = 60,
    VIEW_QUERY_MAX_BYTES = 1024,
    VIEW_DATA_BYTES = 4096,
    VALUE_TEXT_MAX_BYTES = 1024
};

static const struct {
    const char *key; /* of its name */
    struct str query;
} built_in[] = {
    {"view_open", {"", 0}},
    {"view_urgent", {"level=red%2Corange&state=new", 28}},
    {"view_mine", {"assignee=%40me", 14}},
    {"view_soon", {"clock=soon&sort=clock", 21}},
    {"view_late", {"delivery=late", 13}},
};

/* --- tabs
 * ----------------------------------------------------------------------- */

/* How many a query has; false when it costs more than a tab is worth. */
static bool
count_of(struct context *ctx, struct str text, uint64_t *ret)
{
    struct list_query query = list_query_of(ctx, text);
    struct list_filter filter;

    return list_query_filter(ctx, &query, &filter) == 0 && filter.text.n == 0 &&
           view_list_count(ctx->console->view, &filter, ret) == 0;
}

static json_t *
row_view(struct context *ctx, struct str name, struct str query, bool counted)
{
    json_t *one = json_object();
    uint64_t n = 0;

    set_str(one, "name", name);
    (void)json_object_set_new(one, "query", jsonx_str(query));
    set_str(one, "link", list_address(ctx, "/incidents", query));
    if (counted && count_of(ctx, query, &n)) {
        set_number(
            one, "count", (int64_t)(n > LIST_COUNT_MAX ? LIST_COUNT_MAX : n));
        set_flag(one, "counted", true);
        set_flag(one, "more_than", n > LIST_COUNT_MAX);
        set_flag(one, "none", n == 0);
    }
    return one;
}

static void
add_saved(struct context *ctx, json_t *list, struct str here, json_t *value)
{
    struct saved_view *rows = NULL;
    size_t n = 0;

    if (view_saved_views(ctx->console->view, ctx->who.user, VIEWS_SHOWN,
            ctx->arena, &rows, &n) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        json_t *one = row_view(ctx, rows[i].name, rows[i].query,
            json_array_size(list) < VIEWS_COUNTED);
        bool chosen = str_eq(rows[i].query, here);

        set_number(one, "id", rows[i].id);
        set_str(one, "by", rows[i].by);
        (void)json_object_set_new(
            one, "shared", json_boolean(rows[i].owner.n == 0));
        set_flag(one, "chosen", !ctx->json && chosen);
        if (!ctx->json && chosen &&
            (ctx->who.role >= ROLE_ADMIN || str_eq(rows[i].by, ctx->who.user)))
            set_number(value, "view_here", rows[i].id);
        if (!ctx->json && chosen)
            set_flag(value, "in_view", true);
        (void)json_array_append_new(list, one);
    }
}

void
set_views(struct context *ctx, json_t *value)
{
    struct list_query query = list_query_own(ctx);
    struct str here = list_query_text(ctx, &query);
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        json_t *one = row_view(
            ctx, text_get(ctx, built_in[i].key), built_in[i].query, true);
        bool chosen = str_eq(built_in[i].query, here);

        set_flag(one, "chosen", !ctx->json && chosen);
        if (chosen)
            set_flag(value, "in_view", true);
        (void)json_array_append_new(list, one);
    }
    add_saved(ctx, list, here, value);
    (void)json_object_set_new(value, "views", list);
}

/* --- chips
 * ---------------------------------------------------------------------- */

static struct str
word_text(const struct context *ctx, const char *name, struct str word)
{
    static const struct {
        const char *name, *prefix;
    } prefixes[] = {{"level", "level"}, {"state", "state"},
        {"substate", "substate"}, {"category", "category"},
        {"delivery", "list_delivery"}, {"clock", "list_clock"}};

    if (strcmp(name, "assignee") == 0 && str_eq(word, STR(LIST_ME)))
        return text_get(ctx, "list_me");
    if (strcmp(name, "assignee") == 0 && str_eq(word, STR(LIST_NOBODY)))
        return text_get(ctx, "nobody");
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strcmp(prefixes[i].name, name) == 0)
            return text_of(ctx, prefixes[i].prefix, word);
    return word;
}

struct str
list_value_text(const struct context *ctx, const char *name, struct str value)
{
    static const char *const whole[] = {"q", "owner", "source", "rule", "tag"};
    _cleanup_(buf_done) struct buf out;

    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(whole[i], name) == 0)
            return value;
    buf_init(&out, VALUE_TEXT_MAX_BYTES);
    while (value.p && value.n > 0) {
        struct str word = str_trim(str_split(&value, ','));

        if (word.n == 0)
            continue;
        if (out.n > 0)
            (void)buf_add_str(&out, text_get(ctx, "list_comma"));
        (void)buf_add_str(&out, word_text(ctx, name, word));
    }
    return arena_str(ctx->arena, buf_str(&out));
}

void
set_chips(struct context *ctx, json_t *value)
{
    json_t *list = json_array();

    for (size_t i = 0; list_query_names[i]; i++) {
        const char *name = list_query_names[i];
        struct str v = query_get(ctx, name);
        json_t *one;

        if (v.n == 0)
            continue;
        one = json_object();
        set_str(one, "name", text_of(ctx, "chip", str_of(name)));
        set_str(one, "text",
            strcmp(name, "source") == 0 ? rows_source_title(ctx, v)
                                        : list_value_text(ctx, name, v));
        set_str(one, "link", list_link(ctx, "/incidents", name, STR_NONE));
        (void)json_array_append_new(list, one);
    }
    set_flag(value, "has_chips", json_array_size(list) > 0);
    (void)json_object_set_new(value, "chips", list);
}

/* --- as pages
 * ------------------------------------------------------------------- */

void
page_views(struct context *ctx)
{
    json_t *value = json_object();

    set_views(ctx, value);
    reply(ctx, 200, "error", value);
}

static void
saved(struct context *ctx, const struct action_result *result)
{
    const struct str *query = ctx->data;

    reply_result(ctx, result,
        query ? list_address(ctx, "/incidents", *query) : STR("/incidents"));
}

/* The query that is to be saved: of the address, or of a JSON body. */
static struct str
query_to_save(struct context *ctx)
{
    struct list_query query = list_query_own(ctx);

    if (ctx->body && field_get(ctx, "query").n > 0)
        query = list_query_of(ctx, field_get(ctx, "query"));
    return list_query_text(ctx, &query);
}

void
do_view_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_VIEW_ADD,
        .object = str_trim(field_get(ctx, "name")),
        .until = WALL_NONE};
    struct str *query = ARENA_NEW(ctx->arena, struct str);
    struct list_query own;
    struct list_filter filter;

    if (!query) {
        reply_error(ctx, 503, NULL);
        return;
    }
    *query = query_to_save(ctx);
    own = list_query_of(ctx, *query);
    if (action.object.n == 0 || action.object.n > VIEW_NAME_MAX_BYTES ||
        !utf8_is_valid(action.object) || query->n > VIEW_QUERY_MAX_BYTES ||
        list_query_filter(ctx, &own, &filter) != 0) {
        reply_error(ctx, 422, "error_view");
        return;
    }
    action.text = *query;
    action.role = str_eq(field_get(ctx, "shared"), STR("1")) ||
                          json_is_true(json_object_get(ctx->body, "shared"))
                      ? STR("shared")
                      : STR("own");
    ctx->data = query;
    ask_engine(ctx, &action, saved);
}

void
do_view_drop(struct context *ctx)
{
    struct action action = {.kind = ACTION_VIEW_DROP, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id) != 0) {
        reply_error(ctx, 404, NULL);
        return;
    }
    /* An admin may take away everybody's, whoever made it. */
    action.role = ctx->who.role >= ROLE_ADMIN ? STR("admin") : STR("operator");
    ask_engine(ctx, &action, saved);
}
