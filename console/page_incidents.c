/*
 * page_incidents: the incident list, with its filters in the address.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/acts.h"
#include "console/context.h"
#include "console/rows.h"

enum {
    LIST_MAX_TEXT_BYTES = 256,
    LIST_MAX_PAGE_ROWS = 100 /* of HTML, so that a page stays small */
};

/* "red,orange" as bits; a name that is none is an error. */
static int
read_levels(struct str list, unsigned *ret)
{
    unsigned bits = 0;
    enum level level;

    while (list.p && list.n > 0) {
        struct str name = str_trim(str_split(&list, ','));

        if (name.n == 0 || str_eq(name, STR("all")))
            continue;
        if (level_parse(name, &level))
            return E_PARSE;
        bits |= 1u << level;
    }
    *ret = bits;
    return 0;
}

static int
read_states(struct str list, unsigned *ret)
{
    unsigned bits = 0;
    enum incident_state state;

    while (list.p && list.n > 0) {
        struct str name = str_trim(str_split(&list, ','));

        if (name.n == 0 || str_eq(name, STR("open")))
            continue;
        if (str_eq(name, STR("all")))
            bits |= (1u << INCIDENT_STATE_COUNT) - 1;
        else if (incident_state_parse(name, &state))
            return E_PARSE;
        else
            bits |= 1u << state;
    }
    *ret = bits;
    return 0;
}

/* A date or a date and time; a date alone is midnight in the zone. */
static int
read_time(const struct context *ctx, struct str text, struct wall *ret)
{
    struct civil c;

    *ret = WALL_NONE;
    if (text.n == 0)
        return 0;
    if (timefmt_parse_rfc3339(text, ret))
        return E_PARSE;
    if (text.n == 10) {
        c = civil_of_wall(*ret, 0);
        *ret = zone_to_wall(ctx->console->zone, &c);
    }
    return 0;
}

static int
read_filter(const struct context *ctx, struct incident_filter *filter)
{
    struct str limit = query_get(ctx, "limit");
    int64_t n = 0;
    int err = read_levels(query_get(ctx, "level"), &filter->levels);

    if (!err)
        err = read_states(query_get(ctx, "state"), &filter->states);
    if (!err)
        err = read_time(ctx, query_get(ctx, "from"), &filter->from);
    if (!err)
        err = read_time(ctx, query_get(ctx, "to"), &filter->to);
    if (!err && limit.n > 0)
        err = num_parse_i64(limit, 1, VIEW_PAGE_MAX, &n);
    if (err)
        return E_PARSE;
    if (!ctx->json && n > LIST_MAX_PAGE_ROWS)
        n = LIST_MAX_PAGE_ROWS;
    filter->limit = (size_t)n;
    filter->category = query_get(ctx, "category");
    filter->source = query_get(ctx, "source");
    filter->owner = query_get(ctx, "owner");
    filter->assignee = query_get(ctx, "assignee");
    filter->text = str_trim(query_get(ctx, "q"));
    filter->after = query_get(ctx, "after");
    if (filter->text.n > LIST_MAX_TEXT_BYTES)
        return E_PARSE;
    /* An empty field of the form is no filter. */
    struct str *fields[] = {&filter->category, &filter->source, &filter->owner,
        &filter->assignee, &filter->text, &filter->after};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i]->n == 0)
            *fields[i] = STR_NONE;
    return 0;
}

/* The address base with the filters of this one, one parameter set to value, or
 * without it. */
static struct str
link_from(const struct context *ctx, const char *base, const char *name,
    struct str value)
{
    static const char *const kept[] = {"level", "state", "category", "source",
        "owner", "assignee", "q", "from", "to", "limit"};
    _cleanup_(buf_done) struct buf out;
    char separator = '?';

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_add_cstr(&out, base);
    for (size_t i = 0; i <= sizeof kept / sizeof *kept; i++) {
        bool own = i == sizeof kept / sizeof *kept;
        const char *key = own ? name : kept[i];
        struct str v = own ? value : query_get(ctx, key);

        if (v.n == 0 || (!own && str_eq(str_of(key), str_of(name))))
            continue;
        (void)buf_printf(&out, "%c%s=", separator, key);
        http_escape(&out, v);
        separator = '&';
    }
    return arena_str(ctx->arena, buf_str(&out));
}

static struct str
link_with(const struct context *ctx, const char *name, struct str value)
{
    return link_from(ctx, "/incidents", name, value);
}

struct str
incidents_link(struct context *ctx, struct str more)
{
    struct str link = link_with(ctx, "after", STR_NONE);

    if (more.n == 0)
        return link;
    return arena_printf(ctx->arena, "%.*s%c%.*s", STR_ARG(link),
        str_find_char(link, '?') < link.n ? '&' : '?', STR_ARG(more));
}

/* --- what the page has besides the list --- */

static void
add_option(const struct context *ctx, json_t *list, const char *prefix,
    struct str value, struct str chosen)
{
    json_t *option = json_object();

    set_str(option, "value", value);
    set_str(option, "text", text_of(ctx, prefix, value));
    set_flag(option, "chosen", str_eq(value, chosen));
    (void)json_array_append_new(list, option);
}

static void
set_options(const struct context *ctx, json_t *value)
{
    static const char *const categories[] = {"accident", "food", "health",
        "violence", "building_fire", "transport", "drowning", "fees", "exams",
        "weather", "commercial", "site_integrity", "privacy", "data_error"};
    json_t *states = json_array(), *kinds = json_array();
    struct str state = query_get(ctx, "state");

    add_option(
        ctx, states, "state", STR("open"), state.n ? state : STR("open"));
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++)
        if (i != INCIDENT_MERGED)
            add_option(ctx, states, "state",
                str_of(incident_state_name((enum incident_state)i)), state);
    add_option(ctx, states, "state", STR("all"), state);
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        add_option(ctx, kinds, "category", str_of(categories[i]),
            query_get(ctx, "category"));
    (void)json_object_set_new(value, "states", states);
    (void)json_object_set_new(value, "categories", kinds);
}

static void
set_source_options(struct context *ctx, json_t *value)
{
    struct str chosen = query_get(ctx, "source");
    json_t *list = json_array();
    size_t n;
    const struct source_row *rows = rows_sources(ctx, &n);

    for (size_t i = 0; i < n; i++) {
        json_t *option = json_object();

        set_str(option, "value", rows[i].id);
        set_str(option, "text", rows[i].title.n ? rows[i].title : rows[i].id);
        set_flag(option, "chosen", str_eq(rows[i].id, chosen));
        (void)json_array_append_new(list, option);
    }
    (void)json_object_set_new(value, "source_options", list);
}

/* One tile per level, red first: how many are open, and the filter behind it.
 */
static void
set_tiles(const struct context *ctx, json_t *value,
    const uint64_t counts[LEVEL_COUNT])
{
    json_t *list = json_array();
    struct str chosen = query_get(ctx, "level");

    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--) {
        struct str name = str_of(level_name((enum level)i));
        bool on = str_eq(name, chosen);
        json_t *tile = json_object();

        set_str(tile, "level", name);
        set_str(tile, "text", text_of(ctx, "level", name));
        set_str(tile, "grade", text_of(ctx, "grade", name));
        set_number(tile, "count", (int64_t)counts[i]);
        set_flag(tile, "none", counts[i] == 0);
        set_flag(tile, "chosen", on);
        set_str(tile, "link", link_with(ctx, "level", on ? STR_NONE : name));
        (void)json_array_append_new(list, tile);
    }
    (void)json_object_set_new(value, "tiles", list);
}

/* The filter as the form shows it, and whether there is any. */
static void
set_filter(const struct context *ctx, json_t *value)
{
    static const char *const names[] = {"level", "state", "category", "source",
        "owner", "assignee", "q", "from", "to"};
    json_t *filter = json_object();
    bool any = false;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str v = query_get(ctx, names[i]);

        set_str(filter, names[i], v);
        any = any || v.n > 0;
    }
    set_flag(value, "filtered", any);
    set_flag(value, "paged", query_get(ctx, "after").n > 0);
    (void)json_object_set_new(value, "filter", filter);
    set_str(value, "link_new",
        link_with(ctx, "state",
            str_eq(query_get(ctx, "state"), STR("new")) ? STR_NONE
                                                        : STR("new")));
    set_flag(value, "only_new", str_eq(query_get(ctx, "state"), STR("new")));
    set_str(value, "link_mine",
        link_with(ctx, "assignee",
            query_get(ctx, "assignee").n ? STR_NONE : ctx->who.user));
    set_flag(value, "only_mine", query_get(ctx, "assignee").n > 0);
    set_str(value, "link_first", link_with(ctx, "after", STR_NONE));
    set_str(value, "link_act",
        link_from(ctx, "/incidents/actions", "after", STR_NONE));
}

/* What became of an act on many: ?acted=N&refused=M. */
static void
set_acted(const struct context *ctx, json_t *value)
{
    int64_t acted, refused = 0;

    if (num_parse_i64(query_get(ctx, "acted"), 0, VIEW_PAGE_MAX, &acted))
        return;
    (void)num_parse_i64(
        query_get(ctx, "refused"), 0, VIEW_PAGE_MAX, &refused);
    set_flag(value, "acted_on_many", true);
    set_number(value, "acted", acted);
    set_number(value, "refused", refused);
    set_flag(value, "has_refused", refused > 0);
}

/* --- the list --- */

static void
set_counts(struct context *ctx, json_t *value)
{
    uint64_t counts[LEVEL_COUNT] = {0};
    json_t *object = json_object();
    size_t fresh = rows_unacknowledged(ctx);

    (void)view_incident_counts(ctx->console->view, counts);
    for (int i = LEVEL_RED; i >= LEVEL_BLUE; i--)
        set_number(object, level_name((enum level)i), (int64_t)counts[i]);
    (void)json_object_set_new(value, "counts", object);
    set_number(value, "unacknowledged", (int64_t)fresh);
    if (!ctx->json) {
        set_flag(value, "has_new", fresh > 0);
        set_flag(value, "many_new", fresh == VIEW_PAGE_MAX);
        set_tiles(ctx, value, counts);
    }
}

void
page_incidents(struct context *ctx)
{
    struct incident_filter filter = {.from = WALL_NONE, .to = WALL_NONE};
    struct incident_row *rows = NULL;
    json_t *value, *list;
    size_t n = 0;
    bool more = false;
    int err = read_filter(ctx, &filter);

    if (!err)
        err = view_incidents(
            ctx->console->view, &filter, ctx->arena, &rows, &n, &more);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_incident(ctx, &rows[i]));
    (void)json_object_set_new(value, "incidents", list);
    (void)json_object_set_new(value, "more", json_boolean(more));
    set_str(value, "next", more && n > 0 ? rows[n - 1].cursor : STR_NONE);
    set_counts(ctx, value);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_filter(ctx, value);
        set_acted(ctx, value);
        set_causes(ctx, value, "causes_resolve", false);
        set_causes(ctx, value, "causes_false_alarm", true);
        set_options(ctx, value);
        set_source_options(ctx, value);
        if (more && n > 0)
            set_str(value, "link_next",
                link_with(ctx, "after", rows[n - 1].cursor));
    }
    reply(ctx, 200, "incidents", value);
}
