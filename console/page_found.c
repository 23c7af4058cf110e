/*
 * page_found: all that was collected, searched; one item, whole.
 */
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "console/context.h"
#include "console/mark.h"
#include "console/rows.h"
#include "store/view_items.h"

enum {
    FOUND_PAGE = 40,
    FOUND_MAX_TEXT_BYTES = 300, /* of what is searched */
    FOUND_SNIPPET = 150,        /* code points of a text in the list */
    FOUND_MAX_MARKS = 40,
    FOUND_MAX_RULES = 400, /* to choose from */
    FOUND_REVISIONS = 20,
    FOUND_POINTS = 20000 /* of an item's text on its own page */
};

static const char *const params[] = {"q", "source", "category", "rule", "level",
    "min", "max", "in", "gone", "from", "to", "pfrom", "pto", "limit"};

/* --- the filter ------------------------------------------------------------
 */

/* A day in the zone, or an instant; the day after for an end. */
static int
read_day(struct context *ctx, const char *name, bool end, struct wall *ret)
{
    struct str text = query_get(ctx, name);
    struct civil c;

    *ret = WALL_NONE;
    if (text.n == 0)
        return 0;
    if (timefmt_parse_rfc3339(text, ret))
        return E_PARSE;
    if (text.n != 10)
        return 0;
    c = civil_of_wall(*ret, 0);
    *ret = zone_to_wall(ctx->console->zone, &c);
    if (end)
        ret->ms += MS_DAY;
    return 0;
}

static int
read_levels(struct str text, unsigned *ret)
{
    *ret = 0;
    while (text.n > 0) {
        enum level level;

        if (level_parse(str_split(&text, ','), &level) != 0)
            return E_PARSE;
        *ret |= 1u << level;
        if (!text.p)
            break;
    }
    return 0;
}

static int
read_number(struct context *ctx, const char *name, int64_t max, int *ret)
{
    struct str text = query_get(ctx, name);
    int64_t n = 0;
    int err = text.n ? num_parse_i64(text, 0, max, &n) : 0;

    *ret = (int)n;
    return err;
}

static int
read_where(struct context *ctx, struct item_filter *ret)
{
    struct str in = query_get(ctx, "in");

    if (str_eq(in, STR("incident")))
        ret->in = ITEM_IN_INCIDENT;
    else if (str_eq(in, STR("none")))
        ret->in = ITEM_IN_NONE;
    else if (in.n > 0)
        return E_PARSE;
    ret->gone = query_get(ctx, "gone").n > 0;
    return 0;
}

static int
read_filter(struct context *ctx, struct item_filter *ret)
{
    int limit = 0, err;

    *ret = (struct item_filter){.text = str_trim(query_get(ctx, "q")),
        .source = query_get(ctx, "source"),
        .category = query_get(ctx, "category"),
        .rule = query_get(ctx, "rule"),
        .after = query_get(ctx, "after")};
    err = ret->text.n > FOUND_MAX_TEXT_BYTES ? E_PARSE : read_where(ctx, ret);
    if (!err)
        err = read_levels(query_get(ctx, "level"), &ret->levels);
    if (!err)
        err = read_number(ctx, "min", 100, &ret->min_score);
    if (!err)
        err = read_number(ctx, "max", 100, &ret->max_score);
    if (!err)
        err = read_number(ctx, "limit", VIEW_PAGE_MAX, &limit);
    if (!err)
        err = read_day(ctx, "from", false, &ret->from);
    if (!err)
        err = read_day(ctx, "to", true, &ret->to);
    if (!err)
        err = read_day(ctx, "pfrom", false, &ret->pub_from);
    if (!err)
        err = read_day(ctx, "pto", true, &ret->pub_to);
    ret->limit = limit > 0 ? (size_t)limit : FOUND_PAGE;
    return err;
}

/* This list with the same filter, from behind a cursor on. */
static struct str
list_link(const struct context *ctx, struct str after)
{
    _cleanup_(buf_done) struct buf out;
    char separator = '?';

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_add_cstr(&out, "/items");
    for (size_t i = 0; i <= sizeof params / sizeof *params; i++) {
        bool own = i == sizeof params / sizeof *params;
        const char *key = own ? "after" : params[i];
        struct str v = own ? after : query_get(ctx, key);

        if (v.n == 0)
            continue;
        (void)buf_printf(&out, "%c%s=", separator, key);
        http_escape(&out, v);
        separator = '&';
    }
    return arena_str(ctx->arena, buf_str(&out));
}

/* --- rows -------------------------------------------------------------------
 */

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
starts(struct str text, struct str needle)
{
    if (text.n < needle.n)
        return false;
    for (size_t i = 0; i < needle.n; i++)
        if (lower(text.p[i]) != lower(needle.p[i]))
            return false;
    return true;
}

/* Where needle stands in text, as spans of code points. */
static size_t
find_all(struct str text, struct str needle, enum rule_field field,
    struct span *spans)
{
    size_t n = 0, at = 0, points = utf8_count(needle);

    for (uint32_t i = 0; needle.n && at < text.n && n < FOUND_MAX_MARKS; i++) {
        if (starts(str_from(text, at), needle))
            spans[n++] = (struct span){
                .field = field, .start = i, .end = i + (uint32_t)points};
        (void)utf8_next(text, &at);
    }
    return n;
}

static void
set_found(struct context *ctx, json_t *one, const struct found_item *found,
    struct str needle)
{
    struct span spans[FOUND_MAX_MARKS];
    struct str title = found->item.title, text = found->item.text;
    size_t n = find_all(title, needle, FIELD_TITLE, spans);

    (void)json_object_set_new(one, "title_pieces",
        mark_pieces(ctx->arena, title, FIELD_TITLE, spans, n, 0));
    n = find_all(text, needle, FIELD_TEXT, spans);
    (void)json_object_set_new(one, "text_pieces",
        mark_pieces(
            ctx->arena, text, FIELD_TEXT, spans, n, n ? FOUND_SNIPPET : 90));
    set_flag(one, "cut_start", !found->starts);
}

static void
set_place(struct context *ctx, json_t *one, const struct found_item *found)
{
    set_name(ctx, one, "level", "level", str_of(level_name(found->level)));
    set_name(ctx, one, "category", "category", found->category);
    set_number(one, "incident", found->item.incident);
    set_time(ctx, one, "gone", found->item.gone);
    (void)json_object_set_new(one, "baseline", json_boolean(found->baseline));
    (void)json_object_set_new(one, "backfill", json_boolean(found->backfill));
    if (ctx->json)
        return;
    set_flag(one, "has_level", found->level > LEVEL_NONE);
    set_flag(one, "in_incident", found->item.incident > 0);
    set_flag(one, "is_gone", wall_is_set(found->item.gone));
    set_str(one, "incident_title", found->incident_title);
    if (found->item.incident > 0)
        set_name(ctx, one, "incident_state", "state",
            str_of(incident_state_name(found->state)));
}

static json_t *
row_found(
    struct context *ctx, const struct found_item *found, struct str needle)
{
    json_t *one = row_item(ctx, &found->item);

    set_place(ctx, one, found);
    if (ctx->json) {
        (void)json_object_del(one, "why");
        (void)json_object_del(one, "similarity");
    } else {
        set_found(ctx, one, found, needle);
    }
    return one;
}

/* --- the form ---------------------------------------------------------------
 */

static void
add_option(json_t *list, struct str value, struct str text, struct str chosen)
{
    json_t *option = json_object();

    set_str(option, "value", value);
    set_str(option, "text", text);
    set_flag(option, "chosen", str_eq(value, chosen));
    (void)json_array_append_new(list, option);
}

static json_t *
named_options(const struct context *ctx, const char *prefix,
    const char *const *names, struct str chosen)
{
    json_t *list = json_array();

    for (; *names; names++)
        add_option(
            list, str_of(*names), text_of(ctx, prefix, str_of(*names)), chosen);
    return list;
}

static json_t *
source_options(struct context *ctx, struct str chosen)
{
    size_t n;
    const struct source_row *rows = rows_sources(ctx, &n);
    json_t *list = json_array();
    bool known = chosen.n == 0;

    for (size_t i = 0; i < n; i++) {
        add_option(list, rows[i].id,
            rows[i].title.n ? rows[i].title : rows[i].id, chosen);
        known = known || str_eq(rows[i].id, chosen);
    }
    if (!known)
        add_option(list, chosen, chosen, chosen);
    return list;
}

static json_t *
rule_options(struct context *ctx, struct str chosen)
{
    struct str *rules = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (view_item_rules(
            ctx->console->view, FOUND_MAX_RULES, ctx->arena, &rules, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        add_option(list, rules[i], rules[i], chosen);
    return list;
}

static void
set_form(struct context *ctx, json_t *value)
{
    static const char *const categories[] = {"accident", "food", "health",
        "violence", "building_fire", "transport", "drowning", "fees", "exams",
        "weather", "commercial", "site_integrity", "privacy", "data_error",
        NULL};
    static const char *const levels[] = {
        "red", "orange", "yellow", "blue", "none", NULL};
    static const char *const ins[] = {"incident", "none", NULL};
    json_t *filter = json_object();
    bool any = false, more = false;

    for (size_t i = 0; i + 1 < sizeof params / sizeof *params; i++) {
        struct str v = query_get(ctx, params[i]);

        set_str(filter, params[i], v);
        any = any || v.n > 0;
        more = more || (v.n > 0 && i >= 3);
    }
    (void)json_object_set_new(value, "filter", filter);
    set_flag(value, "filtered", any);
    set_flag(value, "more_filters", more);
    (void)json_object_set_new(value, "category_options",
        named_options(ctx, "category", categories, query_get(ctx, "category")));
    (void)json_object_set_new(value, "level_options",
        named_options(ctx, "level", levels, query_get(ctx, "level")));
    (void)json_object_set_new(value, "in_options",
        named_options(ctx, "items_in", ins, query_get(ctx, "in")));
    (void)json_object_set_new(
        value, "source_options", source_options(ctx, query_get(ctx, "source")));
    (void)json_object_set_new(
        value, "rule_options", rule_options(ctx, query_get(ctx, "rule")));
}

static json_t *
found_value(struct context *ctx, const struct item_page *page, struct str text)
{
    json_t *value = json_object(), *list = json_array();

    for (size_t i = 0; i < page->n; i++)
        (void)json_array_append_new(list, row_found(ctx, &page->rows[i], text));
    (void)json_object_set_new(value, "items", list);
    (void)json_object_set_new(value, "more", json_boolean(page->more));
    set_str(value, "next", page->next);
    (void)json_object_set_new(
        value, "unfinished", json_boolean(page->unfinished));
    set_time(ctx, value, "back", page->back);
    (void)json_object_set_new(value, "filling", json_boolean(page->filling));
    if (ctx->json)
        return value;
    set_flag(value, "any", page->n > 0);
    set_flag(value, "paged", query_get(ctx, "after").n > 0);
    set_str(value, "link_first", list_link(ctx, STR_NONE));
    if (page->more)
        set_str(value, "link_next", list_link(ctx, page->next));
    set_form(ctx, value);
    return value;
}

void
page_items(struct context *ctx)
{
    struct item_filter filter;
    struct item_page page;
    int err = read_filter(ctx, &filter);

    if (!err)
        err = view_item_search(ctx->console->view, &filter, ctx->arena, &page);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    reply(ctx, 200, "items", found_value(ctx, &page, filter.text));
}

/* --- one item ---------------------------------------------------------------
 */

/* Why it is in no incident, as the name of a text. */
static const char *
why_none(const struct found_item *found)
{
    if (found->baseline)
        return "baseline";
    if (found->backfill)
        return "backfill";
    if (found->item.nfindings == 0)
        return "nothing";
    return found->level == LEVEL_NONE ? "low" : "other";
}

static int
set_one(struct context *ctx, const struct found_item *found, json_t *value)
{
    json_t *item;

    ctx->text_points = FOUND_POINTS;
    item = row_item(ctx, &found->item);
    set_place(ctx, item, found);
    set_item_changes(ctx, &found->item, FOUND_REVISIONS, item);
    if (found->item.incident == 0)
        set_name(ctx, item, "why_none", "items_why", str_of(why_none(found)));
    (void)json_object_set_new(value, "item", item);
    if (!ctx->json)
        set_str(value, "page_title", found->item.title);
    return 0;
}

void
page_found(struct context *ctx)
{
    struct found_item found;
    json_t *value = json_object();
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = view_item(ctx->console->view, id, ctx->arena, &found);
    if (!err)
        err = set_one(ctx, &found, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "item", value);
}

/* --- an incident from it -----------------------------------------------------
 */

static void
opened(struct context *ctx, const struct action_result *result)
{
    json_t *data = NULL;
    struct str back =
        arena_printf(ctx->arena, "/items/%.*s", STR_ARG(ctx->args[0]));

    if (!result->err && result->data.n > 0 &&
        jsonx_load(result->data, NULL, &data) == 0)
        back = arena_printf(ctx->arena, "/incidents/%lld",
            (long long)json_integer_value(json_object_get(data, "incident")));
    json_decref(data);
    reply_result(ctx, result, back);
}

void
do_item_open(struct context *ctx)
{
    struct action action = {.kind = ACTION_ITEM_OPEN,
        .text = str_trim(field_get(ctx, "reason")),
        .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    if (action.text.n == 0) {
        reply_error(ctx, 422, "error_reason");
        return;
    }
    ask_engine(ctx, &action, opened);
}
