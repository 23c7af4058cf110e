/*
 * page_calendar: who is on call, overrides, hand-overs, key dates and the
 * school calendar.
 *
 * Who is on call is the engine's to say: it has the configuration.  It answers
 * one JSON value, which is the API's; for pages its times are made local here.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rows_clock.h"

enum {
    CALENDAR_DATA_BYTES = 4096,
    CALENDAR_MAX_REASON_BYTES = 300,
    HANDOVER_SHOWN = 30 /* open incidents on the hand-over page */
};

/* --- what the engine says, for pages ----------------------------------------
 */

static void
local_time(const struct context *ctx, json_t *object, const char *key)
{
    struct wall t;
    struct str text = jsonx_get_str(object, key);

    if (text.n && timefmt_parse_rfc3339(text, &t) == 0)
        set_time(ctx, object, key, t);
}

static void
local_times(const struct context *ctx, json_t *list)
{
    static const char *const keys[] = {
        "from", "until", "at", "due", "accepted"};
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            local_time(ctx, one, keys[k]);
        set_flag(one, "nobody",
            json_array_size(json_object_get(one, "people")) == 0);
    }
}

static void
show_handovers(const struct context *ctx, json_t *rota)
{
    json_t *list = json_object_get(rota, "handovers"), *one;
    size_t i;

    local_times(ctx, list);
    json_array_foreach(list, i, one)
    {
        struct str state = jsonx_get_str(one, "state");

        set_str(one, "state_text", text_of(ctx, "handover", state));
        set_flag(one, "waits",
            str_eq(state, STR("waiting")) || str_eq(state, STR("overdue")));
        set_flag(one, "overdue", str_eq(state, STR("overdue")));
    }
}

static void
show_overrides(const struct context *ctx, json_t *rota)
{
    json_t *list = json_object_get(rota, "overrides"), *one;
    size_t i;

    local_times(ctx, list);
    set_flag(rota, "has_overrides", json_array_size(list) > 0);
    json_array_foreach(list, i, one) set_str(
        one, "kind_text", text_of(ctx, "override", jsonx_get_str(one, "kind")));
}

static void
show_key_dates(const struct context *ctx, json_t *value)
{
    static const char *const lists[] = {"categories", "hours", "extra"};
    json_t *list = json_object_get(value, "key_dates"), *one;
    size_t i;

    local_times(ctx, list);
    set_flag(value, "has_key_dates", json_array_size(list) > 0);
    json_array_foreach(list, i, one)
    {
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
            char name[32];

            (void)snprintf(name, sizeof name, "has_%s", lists[k]);
            set_flag(
                one, name, json_array_size(json_object_get(one, lists[k])) > 0);
        }
        json_t *names = json_array(), *category;
        size_t c;

        json_array_foreach(json_object_get(one, "categories"), c, category)(
            void) json_array_append_new(names,
            jsonx_str(
                text_of(ctx, "category", str_of(json_string_value(category)))));
        (void)json_object_set_new(one, "category_texts", names);
    }
}

static void
show_calendar(json_t *value)
{
    static const char *const lists[] = {"terms", "holidays", "workdays"};
    json_t *calendar = json_object_get(value, "calendar");
    bool any = false;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        bool some = json_array_size(json_object_get(calendar, lists[i])) > 0;
        char name[32];

        (void)snprintf(name, sizeof name, "has_%s", lists[i]);
        set_flag(calendar, name, some);
        any = any || some;
    }
    set_flag(value, "has_calendar", any);
}

static void
show_duty(const struct context *ctx, json_t *value)
{
    json_t *rotas = json_object_get(value, "rotas"), *rota;
    size_t i;

    set_flag(value, "has_rotas", json_array_size(rotas) > 0);
    json_array_foreach(rotas, i, rota)
    {
        local_times(ctx, json_object_get(rota, "shifts"));
        local_times(ctx, json_object_get(rota, "gaps"));
        set_flag(rota, "has_gaps",
            json_array_size(json_object_get(rota, "gaps")) > 0);
        set_flag(rota, "somebody",
            json_array_size(json_object_get(rota, "on_call")) > 0);
        show_overrides(ctx, rota);
        show_handovers(ctx, rota);
    }
    show_key_dates(ctx, value);
    show_calendar(value);
}

/* The engine's value, or NULL after an error was answered. */
static json_t *
duty_value(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL;

    if (result->err) {
        reply_error_text(ctx, status_of_err(result->err), result->text);
        return NULL;
    }
    (void)jsonx_load(result->data, NULL, &value);
    if (!json_is_object(value)) {
        json_decref(value);
        reply_error(ctx, 503, "error_engine");
        return NULL;
    }
    if (!ctx->json)
        show_duty(ctx, value);
    return value;
}

static void
ask_duty(struct context *ctx,
    void (*then)(struct context *ctx, const struct action_result *result))
{
    struct action action = {.kind = ACTION_DUTY,
        .object = query_get(ctx, "days"),
        .until = WALL_NONE};

    ask_engine(ctx, &action, then);
}

/* --- the calendar
 * ------------------------------------------------------------- */

static void
calendar_shown(struct context *ctx, const struct action_result *result)
{
    json_t *value = duty_value(ctx, result);

    if (!value)
        return;
    if (!ctx->json)
        set_str(value, "page_title", text_get(ctx, "nav_calendar"));
    reply(ctx, 200, "calendar", value);
}

void
page_calendar(struct context *ctx)
{
    ask_duty(ctx, calendar_shown);
}

/* --- overrides
 * -------------------------------------------------------------------- */

/* RFC 3339, or 2026-06-07T08:30 as forms have it, in the bureau's zone. */
static int
read_when(const struct context *ctx, const char *name, struct wall *ret)
{
    struct str text = field_get(ctx, name);
    char full[32];
    struct wall utc;
    struct civil civil;

    if (text.n != sizeof("2026-06-07T08:30") - 1)
        return timefmt_parse_rfc3339(text, ret);
    (void)snprintf(full, sizeof full, "%.16s:00Z", text.p);
    if (timefmt_parse_rfc3339(str_of(full), &utc) != 0)
        return E_PARSE;
    civil = civil_of_wall(utc, 0);
    *ret = zone_to_wall(ctx->console->zone, &civil);
    return 0;
}

static void
back_to_calendar(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/calendar"));
}

void
do_override(struct context *ctx)
{
    struct action action = {.kind = ACTION_ROTA_OVERRIDE,
        .object = field_get(ctx, "rota"),
        .text = field_get(ctx, "reason"),
        .until = WALL_NONE};
    struct wall from, until;
    struct buf data;
    json_t *args;

    if (read_when(ctx, "from", &from) != 0 ||
        read_when(ctx, "until", &until) != 0 ||
        action.text.n > CALENDAR_MAX_REASON_BYTES) {
        reply_error(ctx, 422, "error_override");
        return;
    }
    args = json_object();
    (void)jsonx_set(args, "kind", jsonx_str(field_get(ctx, "kind")));
    (void)jsonx_set(args, "person", jsonx_str(field_get(ctx, "person")));
    (void)jsonx_set(args, "instead", jsonx_str(field_get(ctx, "instead")));
    (void)jsonx_set(args, "from", jsonx_time(from));
    (void)jsonx_set(args, "until", jsonx_time(until));
    buf_init(&data, CALENDAR_DATA_BYTES);
    if (jsonx_dump(args, &data) == 0)
        action.data = arena_str(ctx->arena, buf_str(&data));
    buf_done(&data);
    json_decref(args);
    if (!action.data.n)
        reply_error(ctx, 422, "error_override");
    else
        ask_engine(ctx, &action, back_to_calendar);
}

void
do_override_drop(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_ROTA_OVERRIDE_DROP, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id))
        reply_error(ctx, 404, NULL);
    else
        ask_engine(ctx, &action, back_to_calendar);
}

/* --- the hand-over
 * ----------------------------------------------------------------- */

/* Open incidents, the worst first, and of a level those with news. */
static int
read_open(struct context *ctx, struct incident_row *ret, size_t *ret_n)
{
    struct incident_filter filter = {.from = WALL_NONE, .to = WALL_NONE};
    size_t n = 0;
    int r = 0;

    for (int level = LEVEL_RED; level >= LEVEL_NONE && r == 0; level--) {
        struct incident_row *rows = NULL;
        size_t some = 0;
        bool more;

        filter.levels = 1u << level;
        filter.limit = HANDOVER_SHOWN - n;
        if (filter.limit == 0)
            break;
        r = view_incidents(
            ctx->console->view, &filter, ctx->arena, &rows, &some, &more);
        for (size_t i = 0; i < some && r == 0 && n < HANDOVER_SHOWN; i++)
            ret[n++] = rows[i];
    }
    *ret_n = n;
    return r;
}

static json_t *
row_open(struct context *ctx, const struct incident_row *row,
    const struct clock_run *run)
{
    json_t *one = row_incident(ctx, row), *clock;

    if (run->id == 0)
        return one;
    clock = json_object();
    set_str(
        clock, "title", ctx->json ? run->title : rows_clock_title(ctx, run));
    set_time(ctx, clock, "due", run->due);
    set_flag(clock, "missed", wall_is_set(run->breached));
    (void)json_object_set_new(one, "clock", clock);
    return one;
}

/* What the next must know: at most HANDOVER_SHOWN, and how many are left out.
 */
static int
add_open(struct context *ctx, json_t *value)
{
    struct incident_row *rows =
        ARENA_ARRAY(ctx->arena, HANDOVER_SHOWN, struct incident_row);
    struct clock_run *runs = NULL;
    int64_t ids[HANDOVER_SHOWN];
    uint64_t counts[LEVEL_COUNT] = {0}, all = 0;
    json_t *list = json_array();
    size_t n = 0;
    int r = rows ? read_open(ctx, rows, &n) : E_NOMEM;

    for (size_t i = 0; r == 0 && i < n; i++)
        ids[i] = rows[i].incident.id;
    if (r == 0)
        r = view_clocks_next(ctx->console->view, ids, n, ctx->arena, &runs);
    if (r == 0)
        r = view_incident_counts(ctx->console->view, counts);
    for (size_t i = 0; r == 0 && i < n; i++)
        (void)json_array_append_new(list, row_open(ctx, &rows[i], &runs[i]));
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        all += counts[i];
    (void)json_object_set_new(value, "incidents", list);
    set_number(value, "left_out", all > n ? (int64_t)(all - n) : 0);
    if (!ctx->json) {
        set_flag(value, "has_incidents", n > 0);
        set_flag(value, "has_left_out", all > n);
    }
    return r;
}

static void
handover_shown(struct context *ctx, const struct action_result *result)
{
    json_t *value = duty_value(ctx, result);
    int r;

    if (!value)
        return;
    r = add_open(ctx, value);
    if (r != 0) {
        json_decref(value);
        reply_error(ctx, status_of_err(r), NULL);
        return;
    }
    if (!ctx->json)
        set_str(value, "page_title", text_get(ctx, "handover_title"));
    reply(ctx, 200, "handover", value);
}

void
page_handover(struct context *ctx)
{
    ask_duty(ctx, handover_shown);
}

static void
back_to_handover(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/handover"));
}

void
do_accept(struct context *ctx)
{
    struct action action = {.kind = ACTION_HANDOVER_ACCEPT, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id))
        reply_error(ctx, 404, NULL);
    else
        ask_engine(ctx, &action, back_to_handover);
}

/* --- clocks of an incident
 * ------------------------------------------------------------ */

static void
back_to_incident(struct context *ctx, const struct action_result *result)
{
    int64_t id = 0;

    (void)arg_number(ctx, 0, &id);
    reply_result(
        ctx, result, arena_printf(ctx->arena, "/incidents/%" PRId64, id));
}

void
do_clock_done(struct context *ctx)
{
    struct action action = {.kind = ACTION_CLOCK_DONE,
        .object = ctx->args[1],
        .text = field_get(ctx, "reason"),
        .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id))
        reply_error(ctx, 404, NULL);
    else if (action.text.n > CALENDAR_MAX_REASON_BYTES)
        reply_error(ctx, 422, NULL);
    else
        ask_engine(ctx, &action, back_to_incident);
}
