/*
 * page_operation: sources and deliveries, and what may be done with them.
 */
#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"

enum { DELIVERIES_PAGE = 60, SOURCES_PAGE = 60 };

static int
read_number(
    struct str text, int64_t min, int64_t max, int64_t otherwise, int64_t *ret)
{
    *ret = otherwise;
    return text.n == 0 ? 0 : num_parse_i64(text, min, max, ret);
}

/* --- sources --- */

static bool
is_troubled(const struct source_row *row)
{
    return row->nconditions > 0 || row->state.failures > 0;
}

static bool
has_text(struct str s, struct str text)
{
    return text.n == 0 || str_find(s, text) < s.n;
}

/* What the query asks of a source: text in its name, owner or id; trouble. */
static bool
source_is_wanted(const struct context *ctx, const struct source_row *row)
{
    struct str text = str_trim(query_get(ctx, "q"));

    if (str_eq(query_get(ctx, "state"), STR("troubled")) && !is_troubled(row))
        return false;
    return has_text(row->title, text) || has_text(row->owner, text) ||
           has_text(row->id, text);
}

/* The wanted ones from number skip on, those in trouble first, otherwise as
 * they come; at most max.  How many are wanted in all. */
static size_t
append_sources(struct context *ctx, json_t *list, const struct source_row *rows,
    size_t n, size_t skip, size_t max)
{
    size_t wanted = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            if (is_troubled(&rows[i]) != (pass == 0) ||
                !source_is_wanted(ctx, &rows[i]))
                continue;
            if (wanted >= skip && wanted - skip < max)
                (void)json_array_append_new(list, row_source(ctx, &rows[i]));
            wanted++;
        }
    }
    return wanted;
}

static void
set_source_page(
    struct context *ctx, json_t *value, const struct source_row *rows, size_t n)
{
    bool bad_only = str_eq(query_get(ctx, "state"), STR("troubled"));
    size_t bad = 0;

    for (size_t i = 0; i < n; i++)
        bad += is_troubled(&rows[i]);
    set_number(value, "total", (int64_t)n);
    set_number(value, "troubled", (int64_t)bad);
    set_flag(value, "has_troubled", bad > 0);
    set_flag(value, "bad_only", bad_only);
    set_flag(value, "filtered", bad_only || query_get(ctx, "q").n > 0);
    set_str(value, "q", query_get(ctx, "q"));
}

/* The address of the page that begins at number from. */
static struct str
source_link(struct context *ctx, size_t from)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_printf(&out, "/sources?after=%zu&q=", from);
    http_escape(&out, query_get(ctx, "q"));
    if (str_eq(query_get(ctx, "state"), STR("troubled")))
        (void)buf_add_cstr(&out, "&state=troubled");
    return arena_str(ctx->arena, buf_str(&out));
}

void
page_sources(struct context *ctx)
{
    struct source_row *rows;
    json_t *value, *list;
    size_t n = 0, wanted, max;
    int64_t skip = 0;
    int err = read_number(query_get(ctx, "after"), 0, INT32_MAX, 0, &skip);

    if (err) {
        reply_error(ctx, 422, "error_filter");
        return;
    }
    err = view_sources(ctx->console->view, ctx->arena, &rows, &n);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    list = json_array();
    max = ctx->json ? n : SOURCES_PAGE;
    wanted = append_sources(ctx, list, rows, n, (size_t)skip, max);
    (void)json_object_set_new(value, "sources", list);
    if (!ctx->json) {
        set_flag(value, "any", json_array_size(list) > 0);
        set_source_page(ctx, value, rows, n);
        if (wanted > (size_t)skip + max)
            set_str(value, "link_next", source_link(ctx, (size_t)skip + max));
    }
    reply(ctx, 200, "sources", value);
}

static void
probed(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/sources"));
}

void
do_probe(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_PROBE, .object = ctx->args[0], .until = WALL_NONE};

    ask_engine(ctx, &action, probed);
}

/* --- deliveries --- */

static int
read_state(struct str name, int *ret)
{
    static const struct str names[] = {
#define X(state, text) {text, sizeof(text) - 1},
        DELIVERY_STATES(X)
#undef X
    };

    if (name.n == 0 || str_eq(name, STR("all"))) {
        *ret = -1;
        return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i])) {
            *ret = (int)i;
            return 0;
        }
    }
    return E_PARSE;
}

static void
set_delivery_page(struct context *ctx, json_t *value, int state, int64_t next)
{
    static const char *const states[] = {"all", "pending", "delivered", "dead"};
    json_t *list = json_array();

    for (int i = 0; i < 4; i++) {
        json_t *tab = json_object();

        set_str(tab, "link",
            arena_printf(ctx->arena, "/deliveries?state=%s", states[i]));
        set_str(tab, "text", text_of(ctx, "delivery", str_of(states[i])));
        set_flag(tab, "chosen", state == i - 1);
        (void)json_array_append_new(list, tab);
    }
    (void)json_object_set_new(value, "tabs", list);
    set_flag(value, "only_dead", state == DELIVERY_DEAD);
    if (next > 0)
        set_str(value, "link_next",
            arena_printf(ctx->arena, "/deliveries?state=%s&before=%lld",
                states[state + 1], (long long)next));
}

void
page_deliveries(struct context *ctx)
{
    struct delivery_row *rows;
    json_t *value, *list;
    int64_t incident = 0, limit = DELIVERIES_PAGE, before = 0;
    size_t n = 0;
    int state;
    int err = read_state(query_get(ctx, "state"), &state);

    if (!err)
        err =
            read_number(query_get(ctx, "incident"), 0, INT64_MAX, 0, &incident);
    if (!err)
        err = read_number(
            query_get(ctx, "limit"), 1, VIEW_PAGE_MAX, DELIVERIES_PAGE, &limit);
    if (!err)
        err = read_number(query_get(ctx, "before"), 0, INT64_MAX, 0, &before);
    if (err) {
        reply_error(ctx, 422, "error_filter");
        return;
    }
    err = view_deliveries(ctx->console->view, incident, state, (size_t)limit,
        before, ctx->arena, &rows, &n);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_delivery(ctx, &rows[i]));
    before = n == (size_t)limit ? rows[n - 1].delivery.id : 0;
    (void)json_object_set_new(value, "deliveries", list);
    (void)json_object_set_new(
        value, "next", before ? json_integer((json_int_t)before) : json_null());
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_delivery_page(ctx, value, state, before);
    }
    reply(ctx, 200, "deliveries", value);
}

static void
resent(struct context *ctx, const struct action_result *result)
{
    struct str back = field_get(ctx, "incident");
    int64_t id;

    if (back.n > 0 && num_parse_i64(back, 1, INT64_MAX, &id) == 0)
        back = arena_printf(ctx->arena, "/incidents/%lld", (long long)id);
    else
        back = STR("/deliveries?state=dead");
    reply_result(ctx, result, back);
}

void
do_resend(struct context *ctx)
{
    struct action action = {.kind = ACTION_RESEND, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_engine(ctx, &action, resent);
}
