/*
 * page_silences: silences, and messages that wait; who is told of an incident.
 *
 * What is decided is the engine's: the page about an incident asks it, so that
 * what is shown is what would happen.
 */
#include <inttypes.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "console/context.h"
#include "console/rows.h"
#include "incidents/silence.h"
#include "store/view_silences.h"

enum {
    SILENCES_MAX = 300,      /* on the page: in force, and ended */
    SILENCES_MAX_HELD = 500, /* rows of what one held back, or what waits */
    SILENCES_DATA_BYTES = 8 * 1024
};

/* --- reading
 * --------------------------------------------------------------------- */

static void
set_some(json_t *json, const char *key, struct str s)
{
    if (s.n > 0)
        set_str(json, key, s);
}

static json_t *
row_silence(const struct context *ctx, const struct silence *silence)
{
    const struct silence_match *match = &silence->match;
    json_t *json = json_object();

    set_number(json, "id", silence->id);
    set_some(json, "owner", match->owner);
    set_some(json, "category", match->category);
    set_some(json, "source", match->source);
    set_some(json, "rule", match->rule);
    set_some(json, "title", match->title);
    if (match->incident)
        set_number(json, "incident", match->incident);
    if (match->max_level != LEVEL_NONE)
        set_name(ctx, json, "max_level", "level",
            str_of(level_name(match->max_level)));
    if (match->category.n > 0)
        set_name(ctx, json, "category", "category", match->category);
    set_str(json, "author", silence->author);
    set_str(json, "reason", silence->reason);
    set_time(ctx, json, "created", silence->created);
    set_time(ctx, json, "until", silence->until);
    set_time(ctx, json, "last_match", silence->last_match);
    set_time(ctx, json, "ended", silence->ended);
    set_some(json, "ended_by", silence->ended_by);
    if (wall_is_set(silence->ended))
        set_name(ctx, json, "ended_why", "silence_why", silence->ended_why);
    set_number(json, "idle_hours", silence->idle_ms / MS_HOUR);
    set_number(json, "held", silence->held);
    set_number(json, "incidents", silence->incidents);
    set_flag(json, "in_force", !wall_is_set(silence->ended));
    set_flag(json, "has_idle", silence->idle_ms > 0);
    return json;
}

static void
set_about(const struct context *ctx, json_t *json, int64_t incident,
    struct str title, enum level level, enum incident_state state)
{
    set_number(json, "incident", incident);
    set_str(json, "title", title);
    set_name(ctx, json, "level", "level", str_of(level_name(level)));
    set_name(ctx, json, "state", "state", str_of(incident_state_name(state)));
}

static json_t *
row_waiting(const struct context *ctx, const struct held_row *row)
{
    json_t *json = json_object();

    set_about(ctx, json, row->incident, row->title, row->level, row->state);
    set_str(json, "channel", row->channel);
    set_name(ctx, json, "word", "told_word", row->word);
    if (row->silence)
        set_number(json, "silence", row->silence);
    set_number(json, "messages", row->messages);
    set_time(ctx, json, "since", row->since);
    set_time(ctx, json, "until", row->until);
    return json;
}

static int
add_waiting(struct context *ctx, json_t *value)
{
    struct held_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err =
        view_held(ctx->console->view, SILENCES_MAX_HELD, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_waiting(ctx, &rows[i]));
    (void)json_object_set_new(value, "waiting", list);
    set_flag(value, "has_waiting", n > 0);
    if (!ctx->json)
        set_number(value, "waiting_count", (int64_t)n);
    return err;
}

/* What stands in the form: as the link that led here says. */
static void
add_form(struct context *ctx, json_t *value)
{
    static const char *const fields[] = {
        "owner", "category", "source", "rule", "title", "incident", NULL};
    json_t *form = json_object();
    bool filled = false;

    for (size_t i = 0; fields[i]; i++) {
        struct str given = query_get(ctx, fields[i]);

        set_str(form, fields[i], given);
        filled = filled || given.n > 0;
    }
    set_flag(form, "filled", filled);
    (void)json_object_set_new(value, "form", form);
}

void
page_silences(struct context *ctx)
{
    struct silence *rows = NULL;
    json_t *value = json_object(), *list = json_array(), *ended = json_array();
    size_t n = 0;
    int err =
        view_silences(ctx->console->view, SILENCES_MAX, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(wall_is_set(rows[i].ended) ? ended : list,
            row_silence(ctx, &rows[i]));
    set_flag(value, "has_ended", json_array_size(ended) > 0);
    (void)json_object_set_new(value, "silences", list);
    (void)json_object_set_new(value, "ended", ended);
    if (!err)
        err = add_waiting(ctx, value);
    if (!ctx->json) {
        add_form(ctx, value);
        set_str(value, "page_title", text_get(ctx, "silences_title"));
    }
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "silences", value);
}

static int
add_silenced(struct context *ctx, int64_t id, json_t *value)
{
    struct silenced_row *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_silenced(
        ctx->console->view, id, SILENCES_MAX_HELD, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++) {
        json_t *one = json_object();

        set_about(ctx, one, rows[i].incident, rows[i].title, rows[i].level,
            rows[i].state);
        set_str(one, "channel", rows[i].channel);
        set_number(one, "messages", rows[i].messages);
        set_time(ctx, one, "first", rows[i].first);
        set_time(ctx, one, "last", rows[i].last);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "held", list);
    set_flag(value, "has_held", n > 0);
    return err;
}

void
page_silence(struct context *ctx)
{
    struct silence silence;
    json_t *value;
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = view_silence(ctx->console->view, id, ctx->arena, &silence);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "silence", row_silence(ctx, &silence));
    err = add_silenced(ctx, id, value);
    if (!ctx->json)
        set_str(value, "page_title", text_get(ctx, "silences_title"));
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "silence", value);
}

/* --- making and ending one
 * ---------------------------------------------------------- */

/* "4h", "1d" as milliseconds, "0" as 0.  0 or E_PARSE. */
static int
read_span(struct str text, int64_t *ret)
{
    int64_t n, unit;
    char last = text.n > 1 ? text.p[text.n - 1] : '\0';

    if (str_eq(text, STR("0"))) {
        *ret = 0;
        return 0;
    }
    unit = last == 'm'   ? MS_MINUTE
           : last == 'h' ? MS_HOUR
           : last == 'd' ? MS_DAY
                         : 0;
    if (!unit || num_parse_i64(str_first(text, text.n - 1), 1, 100000, &n) != 0)
        return E_PARSE;
    *ret = n * unit;
    return 0;
}

static int
read_until(const struct context *ctx, struct wall *ret)
{
    struct str text = str_trim(field_get(ctx, "until"));
    int64_t span;

    if (read_span(text, &span) == 0 && span > 0) {
        ret->ms = ctx->now.ms + span;
        return 0;
    }
    return timefmt_parse_rfc3339(text, ret);
}

/* The incident that is named: a field of a form, or a number of JSON. */
static int
read_incident(const struct context *ctx, int64_t *ret)
{
    const json_t *number =
        ctx->body ? json_object_get(ctx->body, "incident") : NULL;
    struct str text = str_trim(field_get(ctx, "incident"));

    *ret = 0;
    if (json_is_integer(number)) {
        *ret = json_integer_value(number);
        return *ret > 0 ? 0 : E_PARSE;
    }
    if (text.n > 0 && text.p[0] == '#')
        text = str_from(text, 1);
    return text.n == 0 ? 0 : num_parse_i64(text, 1, INT64_MAX, ret);
}

/* Fill action from the request.  NULL, or the key of what is wrong. */
static const char *
read_silence(struct context *ctx, struct action *action, struct buf *data)
{
    static const char *const fields[] = {
        "owner", "category", "source", "rule", "title", "max_level", NULL};
    struct str idle = str_trim(field_get(ctx, "idle"));
    json_t *json = json_object();
    int64_t idle_ms = SILENCE_IDLE_DEFAULT_MS;
    int err = 0;

    for (size_t i = 0; fields[i]; i++) {
        struct str given = str_trim(field_get(ctx, fields[i]));

        if (!utf8_is_valid(given) || given.n > SILENCE_TEXT_BYTES) {
            json_decref(json);
            return "error_reason_long";
        }
        set_some(json, fields[i], given);
    }
    if (idle.n > 0)
        err = read_span(idle, &idle_ms);
    set_number(json, "idle_ms", idle_ms);
    if (!err)
        err = jsonx_dump(json, data);
    json_decref(json);
    if (err)
        return "error_until";
    if (read_incident(ctx, &action->id) != 0)
        return "error_silence_incident";
    action->data = buf_str(data);
    action->text = str_trim(field_get(ctx, "reason"));
    if (action->text.n == 0)
        return "error_reason";
    if (!utf8_is_valid(action->text) || action->text.n > SILENCE_TEXT_BYTES)
        return "error_reason_long";
    return read_until(ctx, &action->until) != 0 ? "error_until" : NULL;
}

static void
silence_done(struct context *ctx, const struct action_result *result)
{
    reply_result(ctx, result, STR("/silences"));
}

void
do_silence_add(struct context *ctx)
{
    struct action action = {.kind = ACTION_SILENCE_ADD, .until = WALL_NONE};
    _cleanup_(buf_done) struct buf data;
    const char *fault;

    buf_init(&data, SILENCES_DATA_BYTES);
    fault = read_silence(ctx, &action, &data);
    if (fault)
        reply_error(ctx, 422, fault);
    else
        ask_engine(ctx, &action, silence_done);
}

void
do_silence_end(struct context *ctx)
{
    struct action action = {.kind = ACTION_SILENCE_END, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    action.text = str_trim(field_get(ctx, "reason"));
    if (!utf8_is_valid(action.text) || action.text.n > SILENCE_TEXT_BYTES) {
        reply_error(ctx, 422, "error_reason_long");
        return;
    }
    ask_engine(ctx, &action, silence_done);
}

/* --- who is told
 * ------------------------------------------------------------------------ */

/* A copy of a member's text, so that the member may be set anew. */
static struct str
text_at(const struct context *ctx, const json_t *object, const char *key)
{
    return arena_str(ctx->arena, jsonx_get_str(object, key));
}

static void
page_channel(const struct context *ctx, json_t *one)
{
    struct wall until;
    struct str word = text_at(ctx, one, "word");
    struct str decision = text_at(ctx, one, "decision");

    set_name(ctx, one, "word", "told_word", word);
    set_name(ctx, one, "decision", "told", decision);
    set_flag(one, "is_send", str_eq(decision, STR("send")));
    set_flag(one, "is_hold", str_eq(decision, STR("hold")));
    set_flag(one, "is_not", str_eq(decision, STR("not")));
    set_flag(
        one, "is_disabled", json_is_true(json_object_get(one, "disabled")));
    if (timefmt_parse_rfc3339(jsonx_get_str(one, "until"), &until) == 0)
        set_time(ctx, one, "until", until);
}

/* What happens without anybody, and when. */
static void
page_next(const struct context *ctx, json_t *value)
{
    json_t *list = json_object_get(value, "next"), *one;
    size_t i;

    set_flag(value, "has_next", json_array_size(list) > 0);
    json_array_foreach(list, i, one)
    {
        struct str what = jsonx_get_str(one, "what");
        struct wall at;

        if (timefmt_parse_rfc3339(jsonx_get_str(one, "at"), &at) == 0)
            set_time(ctx, one, "at", at);
        set_str(one, "what_text",
            text_of(ctx, "next", str_first(what, str_find_char(what, ' '))));
    }
}

/* Words and local times for a page. */
static void
page_told(const struct context *ctx, json_t *value)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(value, "channels"), i, one)
        page_channel(ctx, one);
    set_flag(value, "has_channels",
        json_array_size(json_object_get(value, "channels")) > 0);
    json_array_foreach(json_object_get(value, "silences"), i, one)
    {
        struct wall until;

        if (timefmt_parse_rfc3339(jsonx_get_str(one, "until"), &until) == 0)
            set_time(ctx, one, "until", until);
    }
    page_next(ctx, value);
    set_flag(value, "has_on_call",
        json_array_size(json_object_get(value, "on_call")) > 0);
    set_flag(value, "has_contacts",
        json_array_size(json_object_get(value, "contacts")) > 0);
    set_str(value, "page_title", text_get(ctx, "told_title"));
}

static void
explained(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL, *incident;

    if (result->err) {
        reply_error(ctx, status_of_err(result->err), NULL);
        return;
    }
    if (jsonx_load(result->data, NULL, &value) != 0 || !json_is_object(value)) {
        json_decref(value);
        reply_error(ctx, 503, "error_engine");
        return;
    }
    incident = json_object_get(value, "incident");
    if (ctx->who.role < ROLE_OPERATOR)
        (void)json_object_del(value, "contacts"); /* private numbers */
    if (!ctx->json && incident) {
        set_name(
            ctx, incident, "level", "level", text_at(ctx, incident, "level"));
        page_told(ctx, value);
    }
    reply(ctx, 200, "told", value);
}

void
page_explain(struct context *ctx)
{
    struct action action = {.kind = ACTION_EXPLAIN, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_engine(ctx, &action, explained);
}
