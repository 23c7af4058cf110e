/*
 * page_ledger: what was done, by whom, when and from where, with the filters in
 * the address; and whether all of it is as it was written.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "store/view_ledger.h"

enum { LEDGER_PAGE = 60, LEDGER_MAX_TEXT_BYTES = 256 };

static const char *const filters[] = {
    "kind", "by", "incident", "q", "from", "to"};
enum { FILTERS = sizeof filters / sizeof *filters };

/* A date is midnight in the zone; of the last day its end. */
static int
read_time(
    const struct context *ctx, const char *name, bool end, struct wall *ret)
{
    struct str text = query_get(ctx, name);
    struct civil c;

    *ret = WALL_NONE;
    if (text.n == 0)
        return 0;
    if (timefmt_parse_rfc3339(text, ret))
        return E_PARSE;
    if (text.n == 10) {
        c = civil_of_wall(*ret, 0);
        *ret = zone_to_wall(ctx->console->zone, &c);
        if (end)
            ret->ms += MS_DAY;
    }
    return 0;
}

static int
read_filter(const struct context *ctx, struct ledger_filter *filter)
{
    struct str incident = query_get(ctx, "incident");
    struct str before = query_get(ctx, "before");
    struct str limit = query_get(ctx, "limit");
    int64_t n = LEDGER_PAGE;
    int err = read_time(ctx, "from", false, &filter->from);

    if (!err)
        err = read_time(ctx, "to", true, &filter->to);
    if (str_starts(incident, STR("#")))
        incident = str_from(incident, 1);
    if (!err && incident.n > 0)
        err = num_parse_i64(incident, 1, INT64_MAX, &filter->incident);
    if (!err && before.n > 0)
        err = num_parse_i64(before, 1, INT64_MAX, &filter->before);
    if (!err && limit.n > 0)
        err = num_parse_i64(limit, 1, VIEW_PAGE_MAX, &n);
    filter->limit = (size_t)n;
    filter->kind = query_get(ctx, "kind");
    filter->by = str_trim(query_get(ctx, "by"));
    filter->text = str_trim(query_get(ctx, "q"));
    if (err || filter->text.n > LEDGER_MAX_TEXT_BYTES ||
        filter->kind.n > LEDGER_MAX_TEXT_BYTES)
        return E_PARSE;
    return 0;
}

/* --- checking ------------------------------------------------------------ */

static json_t *
row_check(struct context *ctx, const struct ledger_check *check)
{
    json_t *object = json_object();
    char head[2 * LEDGER_HASH_SIZE + 1];

    for (size_t i = 0; i < LEDGER_HASH_SIZE; i++)
        (void)snprintf(head + 2 * i, 3, "%02x", check->head[i]);
    (void)json_object_set_new(
        object, "ok", json_boolean(check->fault == LEDGER_FAULT_NONE));
    set_name(ctx, object, "fault", "ledger",
        str_of(ledger_fault_name(check->fault)));
    set_number(object, "entry", check->bad);
    set_number(object, "entries", (int64_t)check->count);
    set_number(object, "last", check->last);
    set_str(object, "head", str_of(head));
    if (!ctx->json)
        set_str(object, "anchor",
            arena_printf(ctx->arena, "%lld:%s", (long long)check->last, head));
    set_time(ctx, object, "from", check->from);
    set_time(ctx, object, "to", check->to);
    return object;
}

void
page_ledger_verify(struct context *ctx)
{
    struct ledger_check check;
    int err = view_ledger_check(ctx->console->view, &check);

    if (err)
        reply_error(ctx, status_of_err(err), NULL);
    else
        reply(ctx, 200, "", row_check(ctx, &check));
}

/* --- the list ------------------------------------------------------------ */

static void
set_kinds(const struct context *ctx, json_t *value)
{
    static const char *const kinds[] = {"incident", "user", "session", "login",
        "token", "config", "source", "channel", "delivery", "silence",
        "exception", "escalation", "rota", "evidence", "report", "site"};
    struct str chosen = query_get(ctx, "kind");
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        json_t *one = json_object();

        set_str(one, "value", str_of(kinds[i]));
        set_str(one, "text", text_of(ctx, "ledger_kind", str_of(kinds[i])));
        set_flag(one, "chosen", str_eq(chosen, str_of(kinds[i])));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "kinds", list);
}

/* The address of this page with its filters, and one more parameter. */
static struct str
link_with(struct context *ctx, const char *name, struct str value)
{
    _cleanup_(buf_done) struct buf out;
    char separator = '?';

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_add_cstr(&out, "/ledger");
    for (size_t i = 0; i <= FILTERS; i++) {
        const char *key = i == FILTERS ? name : filters[i];
        struct str v = i == FILTERS ? value : query_get(ctx, key);

        if (v.n == 0)
            continue;
        (void)buf_printf(&out, "%c%s=", separator, key);
        http_escape(&out, v);
        separator = '&';
    }
    return arena_str(ctx->arena, buf_str(&out));
}

static void
set_page(struct context *ctx, json_t *value, int64_t next)
{
    json_t *filter = json_object();
    struct ledger_check check;
    bool any = false;

    for (size_t i = 0; i < FILTERS; i++) {
        struct str v = query_get(ctx, filters[i]);

        set_str(filter, filters[i], v);
        any = any || v.n > 0;
    }
    (void)json_object_set_new(value, "filter", filter);
    set_flag(value, "filtered", any);
    set_kinds(ctx, value);
    set_str(value, "link_verify", link_with(ctx, "verify", STR("1")));
    if (next > 0)
        set_str(value, "link_next",
            link_with(ctx, "before",
                arena_printf(ctx->arena, "%lld", (long long)next)));
    if (query_get(ctx, "verify").n > 0 &&
        view_ledger_check(ctx->console->view, &check) == 0)
        (void)json_object_set_new(value, "check", row_check(ctx, &check));
}

static json_t *
row_line(struct context *ctx, const struct ledger_line *line)
{
    json_t *object = row_ledger(ctx, &line->row);
    char hash[2 * LEDGER_HASH_SIZE + 1];

    for (size_t i = 0; i < LEDGER_HASH_SIZE; i++)
        (void)snprintf(hash + 2 * i, 3, "%02x", line->hash[i]);
    set_number(object, "incident", line->row.entry.incident);
    set_str(object, "hash", str_of(hash));
    if (!ctx->json) {
        set_flag(object, "has_incident", line->row.entry.incident > 0);
        set_str(object, "hash_short", str_first(str_of(hash), 12));
    }
    return object;
}

void
page_ledger(struct context *ctx)
{
    struct ledger_filter filter = {.limit = LEDGER_PAGE};
    struct ledger_line *lines = NULL;
    json_t *value, *list;
    size_t n = 0;
    bool more = false;
    int err = read_filter(ctx, &filter);

    if (!err)
        err = view_ledger(
            ctx->console->view, &filter, ctx->arena, &lines, &n, &more);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : status_of_err(err),
            err == E_PARSE ? "error_filter" : NULL);
        return;
    }
    value = json_object();
    list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, row_line(ctx, &lines[i]));
    (void)json_object_set_new(value, "entries", list);
    (void)json_object_set_new(value, "more", json_boolean(more));
    set_number(value, "next", more && n > 0 ? lines[n - 1].row.id : 0);
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_page(ctx, value, more && n > 0 ? lines[n - 1].row.id : 0);
    }
    reply(ctx, 200, "ledger", value);
}
