/*
 * page_operation: deliveries, and what may be done with them.
 */
#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "store/view_deliveries.h"

enum { DELIVERIES_PAGE = 60 };

static int
read_number(
    struct str text, int64_t min, int64_t max, int64_t otherwise, int64_t *ret)
{
    *ret = otherwise;
    return text.n == 0 ? 0 : num_parse_i64(text, min, max, ret);
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

/* --- channels, as they are --- */

static const char *
channel_word(const struct channel_state *state, struct wall now)
{
    if (state->disabled)
        return "disabled";
    if (wall_is_set(state->broken))
        return "broken";
    if (wall_is_set(state->stuck))
        return "stuck";
    return wall_is_set(state->wait_until) && state->wait_until.ms > now.ms
               ? "waiting"
               : "open";
}

static json_t *
channel_json(struct context *ctx, const struct channel_row *row)
{
    struct str word =
        str_of(channel_word(&row->state, loop_wall(ctx->console->loop)));
    bool open = str_eq(word, STR("open"));
    json_t *object = json_object();

    set_str(object, "id", row->state.channel);
    set_name(ctx, object, "state", "line", word);
    set_str(object, "why", open ? STR_NONE : row->state.why);
    set_time(ctx, object, "broken", row->state.broken);
    set_time(ctx, object, "stuck", row->state.stuck);
    set_time(ctx, object, "wait_until",
        str_eq(word, STR("waiting")) ? row->state.wait_until : WALL_NONE);
    set_number(object, "pending", (int64_t)row->pending);
    set_number(object, "dead", (int64_t)row->dead);
    set_number(object, "delivered", (int64_t)row->delivered);
    set_time(ctx, object, "last", row->last);
    set_time(ctx, object, "canary", row->state.canary);
    set_time(ctx, object, "canary_accepted", row->state.canary_ok);
    if (ctx->json)
        return object;
    set_flag(object, "open", open);
    set_flag(object, "trouble",
        wall_is_set(row->state.broken) || wall_is_set(row->state.stuck) ||
            row->state.disabled);
    return object;
}

static int
set_channels(struct context *ctx, json_t *value)
{
    struct pulse_row pulse;
    struct channel_row *rows;
    json_t *list = json_array(), *heartbeat = json_object();
    size_t n = 0;
    int err = view_channels(ctx->console->view, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, channel_json(ctx, &rows[i]));
    (void)json_object_set_new(value, "channels", list);
    set_flag(value, "has_channels", n > 0);
    if (!err && view_pulse(ctx->console->view, STR("heartbeat"), ctx->arena,
                    &pulse) == 0) {
        set_time(ctx, heartbeat, "at", pulse.at);
        set_time(ctx, heartbeat, "ok", pulse.ok);
        set_str(heartbeat, "text", pulse.text);
        (void)json_object_set_new(value, "heartbeat", heartbeat);
    } else {
        json_decref(heartbeat);
    }
    return err;
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
    if (before == 0 && incident == 0)
        (void)set_channels(ctx, value);
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

/* All dead letters, or those of a channel. */
void
do_resend_dead(struct context *ctx)
{
    struct action action = {.kind = ACTION_RESEND,
        .object = field_get(ctx, "channel"),
        .until = WALL_NONE};

    if (action.object.n == 0)
        action.object = STR("*");
    ask_engine(ctx, &action, resent);
}
