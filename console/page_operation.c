/*
 * page_operation: deliveries, and what may be done with them.
 */
#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "store/view_deliveries.h"
#include "store/view_outbox.h"

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

/* The address of the list with this filter, but for the state and where it
 * begins. */
static struct str
outbox_link(struct context *ctx, const struct delivery_filter *filter,
    const char *state, int64_t before)
{
    const struct {
        const char *name;
        struct str value;
    } parts[] = {{"channel", filter->channel}, {"type", filter->type}};
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, HTTP_MAX_TARGET_BYTES);
    (void)buf_printf(&out, "/deliveries?state=%s", state);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].value.n == 0)
            continue;
        (void)buf_printf(&out, "&%s=", parts[i].name);
        http_escape(&out, parts[i].value);
    }
    if (filter->incident)
        (void)buf_printf(&out, "&incident=%lld", (long long)filter->incident);
    if (before)
        (void)buf_printf(&out, "&before=%lld", (long long)before);
    return arena_str(ctx->arena, buf_str(&out));
}

static void
add_choice(json_t *list, struct str value, struct str text, struct str chosen)
{
    json_t *one = json_object();

    set_str(one, "value", value);
    set_str(one, "text", text);
    set_flag(one, "chosen", str_eq(value, chosen));
    (void)json_array_append_new(list, one);
}

/* What messages may be about, and their channels. */
static void
set_choices(
    struct context *ctx, json_t *value, const struct delivery_filter *filter)
{
    static const char *const types[] = {"incident.opened", "incident.raised",
        "incident.reminded", "incident.escalated", "incident.deadline",
        "incident.acknowledged", "incident.reopened", "incident.closed",
        "digest", "source.condition", "channel.condition", "report", "handover",
        "canary", "test"};
    json_t *list = json_array(), *channels = json_array();
    struct channel_row *rows = NULL;
    size_t n = 0;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        add_choice(list, str_of(types[i]),
            text_of(ctx, "event", str_of(types[i])), filter->type);
    (void)json_object_set_new(value, "type_options", list);
    if (view_channels(ctx->console->view, ctx->arena, &rows, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++)
        add_choice(channels, rows[i].state.channel, rows[i].state.channel,
            filter->channel);
    (void)json_object_set_new(value, "channel_options", channels);
}

static void
set_delivery_page(struct context *ctx, json_t *value,
    const struct delivery_filter *filter, int64_t next)
{
    static const char *const states[] = {"all", "pending", "delivered", "dead"};
    const char *chosen = states[filter->state + 1];
    json_t *list = json_array();

    for (int i = 0; i < 4; i++) {
        json_t *tab = json_object();

        set_str(tab, "link", outbox_link(ctx, filter, states[i], 0));
        set_str(tab, "text", text_of(ctx, "delivery", str_of(states[i])));
        set_flag(tab, "chosen", filter->state == i - 1);
        (void)json_array_append_new(list, tab);
    }
    (void)json_object_set_new(value, "tabs", list);
    set_choices(ctx, value, filter);
    set_str(value, "state", str_of(chosen));
    set_str(value, "channel", filter->channel);
    if (filter->incident)
        set_number(value, "incident_asked", filter->incident);
    set_flag(value, "filtered",
        filter->incident || filter->channel.n || filter->type.n);
    set_flag(value, "only_dead",
        filter->state == DELIVERY_DEAD && !filter->incident && !filter->type.n);
    if (next > 0)
        set_str(value, "link_next", outbox_link(ctx, filter, chosen, next));
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
    set_flag(object, "has_lost", row->dead > 0);
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
    if (!ctx->json)
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

/* --- why a message waits ---------------------------------------------------
 */

/* The state of a message's channel, or NULL. */
static const struct channel_row *
channel_of(
    const struct channel_row *rows, size_t n, const struct delivery *delivery)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].state.channel, delivery->channel))
            return &rows[i];
    return NULL;
}

/* Why, and until when, as "wait_text" and "wait_until". */
static void
set_wait(struct context *ctx, const struct delivery_row *row,
    const struct channel_row *channel, json_t *json)
{
    const struct delivery *delivery = &row->delivery;
    const char *why = "wait_turn";
    struct wall until = delivery->next;

    if (delivery->state != DELIVERY_PENDING)
        return;
    if (delivery->folded > 0)
        why = "wait_digest";
    else if (channel && channel->state.disabled)
        why = "wait_disabled";
    else if (channel && wall_is_set(channel->state.broken))
        why = "wait_broken";
    else if (channel && wall_is_set(channel->state.wait_until) &&
             channel->state.wait_until.ms > ctx->now.ms) {
        why = "wait_limit";
        until = channel->state.wait_until;
    } else if (row->ntries > 0) {
        why = "wait_retry";
    }
    set_str(json, "wait_text", text_get(ctx, why));
    if (wall_is_set(until) && until.ms > ctx->now.ms)
        set_time(ctx, json, "wait_until", until);
    if (channel &&
        (channel->state.disabled || wall_is_set(channel->state.broken)))
        set_str(json, "wait_why", channel->state.why);
}

/* --- the page --------------------------------------------------------------
 */

static int
read_outbox(struct context *ctx, struct delivery_filter *ret)
{
    struct delivery_filter filter = {
        .channel = query_get(ctx, "channel"), .type = query_get(ctx, "type")};
    int64_t limit = DELIVERIES_PAGE;
    int err = read_state(query_get(ctx, "state"), &filter.state);

    if (!err)
        err = read_number(
            query_get(ctx, "incident"), 0, INT64_MAX, 0, &filter.incident);
    if (!err)
        err = read_number(
            query_get(ctx, "limit"), 1, VIEW_PAGE_MAX, DELIVERIES_PAGE, &limit);
    if (!err)
        err = read_number(
            query_get(ctx, "before"), 0, INT64_MAX, 0, &filter.before);
    filter.limit = (size_t)limit;
    *ret = filter;
    return err;
}

static void
add_outbox(struct context *ctx, const struct delivery_row *rows, size_t n,
    json_t *value)
{
    json_t *list = json_array();
    struct channel_row *channels = NULL;
    size_t nchannels = 0;

    if (view_channels(ctx->console->view, ctx->arena, &channels, &nchannels) !=
        0)
        nchannels = 0;
    for (size_t i = 0; i < n; i++) {
        json_t *json = row_delivery(ctx, &rows[i]);

        set_wait(ctx, &rows[i],
            channel_of(channels, nchannels, &rows[i].delivery), json);
        (void)json_array_append_new(list, json);
    }
    (void)json_object_set_new(value, "deliveries", list);
}

void
page_deliveries(struct context *ctx)
{
    struct delivery_filter filter;
    struct delivery_row *rows = NULL;
    json_t *value;
    int64_t next;
    size_t n = 0;
    int err = read_outbox(ctx, &filter);

    if (err) {
        reply_error(ctx, 422, "error_filter");
        return;
    }
    err =
        view_delivery_page(ctx->console->view, &filter, ctx->arena, &rows, &n);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    add_outbox(ctx, rows, n, value);
    if (filter.before == 0 && filter.incident == 0)
        (void)set_channels(ctx, value);
    next = n == filter.limit ? rows[n - 1].delivery.id : 0;
    (void)json_object_set_new(
        value, "next", next ? json_integer((json_int_t)next) : json_null());
    if (!ctx->json) {
        set_flag(value, "any", n > 0);
        set_delivery_page(ctx, value, &filter, next);
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
