/*
 * page_incidents: the incident list, with its filters in the address.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "console/acts.h"
#include "console/list_query.h"
#include "console/list_views.h"
#include "console/rows_list.h"

enum { LIST_REFUSED_SHOWN = 20, LIST_ONCE_BYTES = 16 };

struct str
incidents_link(struct context *ctx, struct str more)
{
    struct str link = list_link(ctx, "/incidents", NULL, STR_NONE);

    if (more.n == 0)
        return link;
    return arena_printf(ctx->arena, "%.*s%c%.*s", STR_ARG(link),
        str_find_char(link, '?') < link.n ? '&' : '?', STR_ARG(more));
}

/* --- the form of filters
 * ------------------------------------------------------ */

/* Words of one kind as options; the first is "any". */
static void
set_words(const struct context *ctx, json_t *value, const char *key,
    const char *name, const char *prefix, const char *const *words)
{
    struct str chosen = query_get(ctx, name);
    json_t *list = json_array();
    bool known = chosen.n == 0;

    for (size_t i = 0; words[i]; i++) {
        bool is = str_eq(str_of(words[i]), chosen);

        known = known || is;
        rows_option(list, str_of(words[i]),
            strchr(words[i], ',') ? list_value_text(ctx, name, str_of(words[i]))
                                  : text_of(ctx, prefix, str_of(words[i])),
            is);
    }
    /* Several words with commas come from links; they stay as they are. */
    if (!known)
        rows_option(list, chosen, list_value_text(ctx, name, chosen), true);
    (void)json_object_set_new(value, key, list);
}

static void
set_choices(const struct context *ctx, json_t *value)
{
    static const char *const levels[] = {
        "red", "orange", "red,orange", "yellow", "blue", NULL};
    static const char *const states[] = {"new", "acknowledged", "responding",
        "snoozed", "closed", "false_alarm", "merged", "all", NULL};
    static const char *const categories[] = {"accident", "food", "health",
        "violence", "building_fire", "transport", "drowning", "fees", "exams",
        "weather", "commercial", "site_integrity", "privacy", "data_error",
        NULL};
    static const char *const deliveries[] = {"late", "failed", "pending", NULL};
    static const char *const clocks[] = {"soon", "breached", "running", NULL};
    static const char *const substates[] = {
        "new", "ongoing", "escalating", "regressed", "retracted", NULL};

    set_words(ctx, value, "level_options", "level", "level", levels);
    set_words(ctx, value, "states", "state", "state", states);
    set_words(ctx, value, "categories", "category", "category", categories);
    set_words(ctx, value, "delivery_options", "delivery", "list_delivery",
        deliveries);
    set_words(ctx, value, "clock_options", "clock", "list_clock", clocks);
    set_words(
        ctx, value, "substate_options", "substate", "substate", substates);
}

static void
set_sources_and_tags(struct context *ctx, json_t *value)
{
    struct str chosen = query_get(ctx, "source"), *tags = NULL;
    json_t *list = json_array(), *tag_list = json_array();
    size_t n;
    const struct source_row *rows = rows_sources(ctx, &n);

    for (size_t i = 0; i < n; i++)
        rows_option(list, rows[i].id,
            rows[i].title.n ? rows[i].title : rows[i].id,
            str_eq(rows[i].id, chosen));
    (void)json_object_set_new(value, "source_options", list);
    n = 0;
    if (view_source_tags(
            ctx->console->view, VIEW_PAGE_MAX, ctx->arena, &tags, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        rows_option(
            tag_list, tags[i], tags[i], str_eq(tags[i], query_get(ctx, "tag")));
    (void)json_object_set_new(value, "tag_options", tag_list);
}

/* The filter as the form shows it. */
static void
set_filter(struct context *ctx, json_t *value)
{
    static const char *const plain[] = {"q", "state", "source", "tag"};
    struct str assignee = query_get(ctx, "assignee");
    json_t *filter = json_object();
    bool more = false;

    for (size_t i = 0; list_query_names[i]; i++) {
        struct str v = query_get(ctx, list_query_names[i]);
        bool shown = false;

        set_str(filter, list_query_names[i], v);
        for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
            shown = shown || strcmp(plain[k], list_query_names[i]) == 0;
        more = more || (v.n > 0 && i > 4 && !shown);
    }
    set_str(filter, "sort", query_get(ctx, "sort"));
    set_flag(filter, "me", str_eq(assignee, STR(LIST_ME)));
    set_flag(filter, "nobody", str_eq(assignee, STR(LIST_NOBODY)));
    set_flag(filter, "more", more);
    (void)json_object_set_new(value, "filter", filter);
    set_people(ctx, value);
    set_flag(value, "paged", query_get(ctx, "after").n > 0);
    set_str(value, "link_first", list_link(ctx, "/incidents", NULL, STR_NONE));
    set_str(value, "link_act",
        list_link(ctx, "/incidents/actions", NULL, STR_NONE));
    set_str(
        value, "link_save", list_link(ctx, "/incidents/views", NULL, STR_NONE));
}

/* Links that order the list; the one in force is marked. */
static void
set_sorts(const struct context *ctx, json_t *value, enum list_sort sort)
{
    json_t *sorts = json_object(), *options = json_array();

    for (int i = 0; i < LIST_SORT_COUNT; i++) {
        const char *name = list_sort_name((enum list_sort)i);
        json_t *one = json_object();

        set_str(one, "link",
            list_link(ctx, "/incidents", "sort",
                i == LIST_SORT_SEEN ? STR_NONE : str_of(name)));
        set_flag(one, "chosen", (int)sort == i);
        (void)json_object_set_new(sorts, name, one);
        rows_option(options, str_of(name),
            text_of(ctx, "list_sort", str_of(name)), (int)sort == i);
    }
    (void)json_object_set_new(value, "sorts", sorts);
    (void)json_object_set_new(value, "sort_options", options);
}

/* --- what became of an act on many
 * --------------------------------------------- */

static void
set_refused(struct context *ctx, json_t *acted, const json_t *list)
{
    json_t *shown = json_array(), *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        json_t *row = json_object();

        if (i == LIST_REFUSED_SHOWN) {
            json_decref(row);
            break;
        }
        set_number(row, "incident",
            json_integer_value(json_object_get(one, "incident")));
        set_str(row, "why", text_sentence(ctx, jsonx_get_str(one, "why")));
        (void)json_array_append_new(shown, row);
    }
    set_number(acted, "refused", (int64_t)json_array_size(list));
    set_flag(acted, "has_refused", json_array_size(list) > 0);
    set_flag(acted, "more_refused", json_array_size(list) > LIST_REFUSED_SHOWN);
    (void)json_object_set_new(acted, "refused_list", shown);
}

/* ?bulk=N: what was done, and how to take it back. */
static void
set_acted(struct context *ctx, json_t *value)
{
    struct bulk_row bulk;
    json_t *acted, *answer = NULL;
    int64_t id;

    if (num_parse_i64(query_get(ctx, "bulk"), 1, INT64_MAX, &id) != 0 ||
        view_bulk(ctx->console->view, id, ctx->arena, &bulk) != 0 ||
        !str_eq(bulk.by, ctx->who.user))
        return;
    (void)jsonx_load(bulk.answer, NULL, &answer);
    acted = json_object();
    set_number(acted, "id", bulk.id);
    set_str(acted, "action", text_of(ctx, "act", bulk.action));
    set_number(acted, "done",
        (int64_t)json_array_size(json_object_get(answer, "done")));
    set_refused(ctx, acted, json_object_get(answer, "refused"));
    set_str(acted, "link",
        list_link(ctx,
            arena_cstr(
                ctx->arena, arena_printf(ctx->arena, "/incidents/undo/%lld",
                                (long long)bulk.id)),
            NULL, STR_NONE));
    set_flag(acted, "undone", wall_is_set(bulk.undone));
    set_flag(acted, "can_undo",
        wall_is_set(bulk.until) && !wall_is_set(bulk.undone) &&
            bulk.until.ms > ctx->now.ms);
    if (wall_is_set(bulk.until))
        set_str(acted, "left", rows_left(ctx, bulk.until));
    json_decref(answer);
    (void)json_object_set_new(value, "acted", acted);
    set_flag(value, "acted_on", true);
}

/* The name of this asking, so that it is done once, and the newest incident
 * that whoever asks can have seen. */
static void
set_once(struct context *ctx, json_t *value)
{
    uint8_t random[LIST_ONCE_BYTES];
    char once[2 * LIST_ONCE_BYTES + 1];
    int64_t newest = 0;

    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        (void)snprintf(once + 2 * i, 3, "%02x", random[i]);
    (void)json_object_set_new(value, "once", json_string(once));
    (void)view_list_newest(ctx->console->view, &newest);
    set_number(value, "upto", newest);
}

/* --- the list
 * ------------------------------------------------------------------ */

static void
set_counts(struct context *ctx, json_t *value)
{
    uint64_t counts[LEVEL_COUNT] = {0};
    json_t *object = json_object();

    (void)view_incident_counts(ctx->console->view, counts);
    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--)
        set_number(object, level_name((enum level)i), (int64_t)counts[i]);
    (void)json_object_set_new(value, "counts", object);
    set_number(value, "unacknowledged", (int64_t)rows_unacknowledged(ctx));
}

static void
set_total(const struct context *ctx, json_t *value, uint64_t total)
{
    set_number(value, "total",
        (int64_t)(total > LIST_COUNT_MAX ? LIST_COUNT_MAX : total));
    if (ctx->json)
        (void)json_object_set_new(
            value, "more_than_total", json_boolean(total > LIST_COUNT_MAX));
    else
        set_flag(value, "more_than_total", total > LIST_COUNT_MAX);
}

static void
set_page(struct context *ctx, json_t *value, const struct list_filter *filter,
    struct str next)
{
    struct list_query query = list_query_own(ctx);

    set_flag(value, "filtered", list_query_is_any(&query));
    set_filter(ctx, value);
    set_choices(ctx, value);
    set_sources_and_tags(ctx, value);
    set_sorts(ctx, value, filter->sort);
    set_views(ctx, value);
    set_chips(ctx, value);
    set_acted(ctx, value);
    set_once(ctx, value);
    set_causes(ctx, value, "causes_resolve", false);
    set_causes(ctx, value, "causes_false_alarm", true);
    if (next.n > 0)
        set_str(
            value, "link_next", list_link(ctx, "/incidents", "after", next));
}

void
page_incidents(struct context *ctx)
{
    struct list_query query = list_query_own(ctx);
    struct list_filter filter;
    struct list_row *rows = NULL;
    json_t *value, *list;
    size_t n = 0;
    bool more = false;
    uint64_t total = 0;
    struct str next = STR_NONE;
    int err = list_query_filter(ctx, &query, &filter);

    if (!err)
        err = view_list_page(
            ctx->console->view, &filter, ctx->arena, &rows, &n, &more, &total);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_list(ctx, &rows[i]));
    (void)json_object_set_new(value, "incidents", list);
    (void)json_object_set_new(value, "more", json_boolean(more));
    if (more && n > 0)
        next = rows[n - 1].row.cursor;
    set_str(value, "next", next);
    set_counts(ctx, value);
    set_total(ctx, value, total);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_page(ctx, value, &filter, next);
    }
    reply(ctx, 200, "incidents", value);
}
