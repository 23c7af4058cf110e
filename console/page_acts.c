/*
 * page_acts: what a person may do to one incident, or to many at once.
 *
 * One form, or one JSON object, names the action and what it needs; the engine
 * does it, and is asked the same for each of many.  What is sent twice is done
 * once: the engine sees to that.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "console/acts.h"
#include "console/context.h"
#include "console/list_query.h"
#include "console/rows.h"

enum {
    ACTS_MAX_REASON_BYTES = 4000,
    ACTS_MAX_SNOOZE_DAYS = 30,
    ACTS_MAX_IDS = 200, /* incidents, or items, of one act */
    ACTS_MAX_DATA_BYTES = 64 * 1024,
    ACTS_MAX_ONCE_BYTES = 64
};

/* The actions, and what they need. */
static const struct verb {
    struct str name;
    enum action_kind kind;
    bool reason; /* required; a cause of the list will do */
    bool many;   /* may be asked of many */
} verbs[] = {
    {{"acknowledge", 11}, ACTION_ACKNOWLEDGE, false, true},
    {{"respond", 7}, ACTION_RESPOND, false, true},
    {{"resolve", 7}, ACTION_RESOLVE, true, true},
    {{"false_alarm", 11}, ACTION_FALSE_ALARM, true, true},
    {{"note", 4}, ACTION_NOTE, true, true},
    {{"reopen", 6}, ACTION_REOPEN, false, true},
    {{"snooze", 6}, ACTION_SNOOZE, false, true},
    {{"assign", 6}, ACTION_ASSIGN, false, true},
    {{"merge", 5}, ACTION_MERGE, false, true},
    {{"unmerge", 7}, ACTION_UNMERGE, false, true},
    {{"split", 5}, ACTION_SPLIT, false, false},
    {{"unsplit", 7}, ACTION_UNSPLIT, false, false},
    {{"check", 5}, ACTION_CHECK_ITEMS, false, false},
};

/* --- reading the request ------------------------------------------------- */

/* "30m", "4h", "2d" from now, or RFC 3339. */
static int
read_until(const struct context *ctx, struct str text, struct wall *ret)
{
    int64_t n, unit = 0;
    char last = text.n > 1 ? text.p[text.n - 1] : '\0';

    if (last == 'm')
        unit = MS_MINUTE;
    else if (last == 'h')
        unit = MS_HOUR;
    else if (last == 'd')
        unit = MS_DAY;
    if (unit) {
        if (num_parse_i64(str_first(text, text.n - 1), 1, 100000, &n))
            return E_PARSE;
        ret->ms = ctx->now.ms + n * unit;
    } else if (timefmt_parse_rfc3339(text, ret)) {
        return E_PARSE;
    }
    return ret->ms > ctx->now.ms && ret->ms - ctx->now.ms <=
                                        ACTS_MAX_SNOOZE_DAYS * (int64_t)MS_DAY
               ? 0
               : E_LIMIT;
}

static int
add_id(json_t *list, struct str text)
{
    int64_t id;

    text = str_trim(text);
    if (str_starts(text, STR("#")))
        text = str_from(text, 1);
    if (num_parse_i64(text, 1, INT64_MAX, &id) ||
        json_array_size(list) == ACTS_MAX_IDS)
        return E_PARSE;
    return json_array_append_new(list, json_integer(id)) ? E_NOMEM : 0;
}

/* The numbers of a field that may be there many times, or of an array; each
 * may hold several with commas. */
static int
read_ids(const struct context *ctx, const char *name, json_t *list)
{
    json_t *array = json_object_get(ctx->body, name), *one;
    int err = 0;
    size_t i;

    if (json_is_integer(array))
        return json_array_append(list, array) ? E_NOMEM : 0;
    json_array_foreach(array, i, one)
    {
        if (!json_is_integer(one) || json_integer_value(one) < 1 ||
            i == ACTS_MAX_IDS)
            return E_PARSE;
        if (json_array_append(list, one))
            return E_NOMEM;
    }
    if (json_is_array(array))
        return 0;
    for (i = 0; !ctx->body && i < ctx->nform && !err; i++) {
        struct str values = ctx->form[i].value;

        if (!str_eq(ctx->form[i].name, str_of(name)))
            continue;
        while (values.p && values.n > 0 && !err)
            err = add_id(list, str_split(&values, ','));
    }
    if (json_is_string(array)) {
        struct str values = {
            json_string_value(array), json_string_length(array)};

        while (values.p && values.n > 0 && !err)
            err = add_id(list, str_split(&values, ','));
    }
    return err;
}

/* Put the one number of a field, when it is there, into args. */
static int
read_number(const struct context *ctx, const char *name, json_t *args)
{
    json_t *list = json_array();
    int err = list ? read_ids(ctx, name, list) : E_NOMEM;

    if (!err && json_array_size(list) == 1)
        err =
            json_object_set(args, name, json_array_get(list, 0)) ? E_NOMEM : 0;
    else if (!err && json_array_size(list) > 1)
        err = E_PARSE;
    json_decref(list);
    return err;
}

/* The reason in words; of a cause that is chosen its name will do. */
static const char *
read_reason(struct context *ctx, const struct verb *verb, struct action *action,
    json_t *args)
{
    struct str cause = field_get(ctx, "cause");
    enum incident_cause kind;

    action->text = str_trim(field_get(ctx, "reason"));
    if (action->text.n == 0)
        action->text = str_trim(field_get(ctx, "note"));
    if (!utf8_is_valid(action->text) || action->text.n > ACTS_MAX_REASON_BYTES)
        return "error_reason_long";
    if (cause.n > 0 && verb->reason && verb->kind != ACTION_NOTE) {
        if (incident_cause_parse(cause, &kind) ||
            incident_cause_is_false_alarm(kind) !=
                (verb->kind == ACTION_FALSE_ALARM))
            return "error_cause";
        if (jsonx_set(args, "cause", jsonx_str(cause)))
            return "error_503";
        if (action->text.n == 0 && kind != INCIDENT_CAUSE_OTHER)
            action->text = text_of(ctx, "cause", cause);
    }
    return verb->reason && action->text.n == 0 ? "error_reason" : NULL;
}

/* Whether the one to assign to exists and may act. */
static bool
assignee_may_act(struct context *ctx, struct str name)
{
    struct user user;

    return str_eq(name, ctx->who.user) ||
           (view_user(ctx->console->view, name, ctx->arena, &user) == 0 &&
               !user.disabled && user_role_parse(user.role) >= ROLE_OPERATOR);
}

/* What stands in args for the action.  NULL, or the key of what is wrong. */
static const char *
read_args(struct context *ctx, const struct verb *verb, json_t *args)
{
    json_t *items = json_array();
    const char *fault = NULL;
    bool into = verb->kind == ACTION_MERGE || verb->kind == ACTION_SPLIT;

    if (into && read_number(ctx, "into", args))
        fault = "error_into";
    if (verb->kind == ACTION_UNSPLIT && read_number(ctx, "split", args))
        fault = "error_action";
    if (verb->kind == ACTION_SPLIT) {
        if (!items || read_ids(ctx, "items", items) ||
            json_array_size(items) == 0)
            fault = "error_pick";
        else if (json_object_set(args, "items", items))
            fault = "error_503";
    }
    json_decref(items);
    return fault;
}

static const char *
read_action(struct context *ctx, const struct verb **ret_verb,
    struct action *action, json_t *args)
{
    struct str name = field_get(ctx, "action");
    size_t count = sizeof verbs / sizeof *verbs, i = 0;
    const char *fault;

    while (i < count && !str_eq(verbs[i].name, name))
        i++;
    if (i == count)
        return "error_action";
    *ret_verb = &verbs[i];
    action->kind = verbs[i].kind;
    fault = read_reason(ctx, &verbs[i], action, args);
    if (!fault && action->kind == ACTION_SNOOZE &&
        read_until(ctx, field_get(ctx, "until"), &action->until))
        fault = "error_until";
    if (!fault && action->kind == ACTION_ASSIGN) {
        action->object = field_get(ctx, "assignee");
        if (action->object.n == 0)
            action->object = ctx->who.user;
        if (!assignee_may_act(ctx, action->object))
            fault = "error_assignee";
    }
    return fault ? fault : read_args(ctx, &verbs[i], args);
}

/* args as the action's data, in the arena. */
static int
give_args(struct context *ctx, struct action *action, json_t *args)
{
    _cleanup_(buf_done) struct buf out;
    int err;

    if (json_object_size(args) == 0)
        return 0;
    buf_init(&out, ACTS_MAX_DATA_BYTES);
    err = jsonx_dump(args, &out);
    if (!err)
        action->data = arena_str(ctx->arena, buf_str(&out));
    return err;
}

/* --- one ----------------------------------------------------------------- */

static struct str
page_of(struct context *ctx, int64_t incident)
{
    return arena_printf(ctx->arena, "/incidents/%" PRId64, incident);
}

/* Where a browser goes: to the list, to the incident that it led to, or, of a
 * false alarm, to what may be learnt of it. */
static struct str
back_to(struct context *ctx, const struct action *action, int64_t led_to)
{
    if (str_eq(field_get(ctx, "back"), STR("list")))
        return STR("/incidents");
    if (action->kind == ACTION_FALSE_ALARM &&
        str_eq(field_get(ctx, "teach"), STR("1")))
        return arena_printf(
            ctx->arena, "/incidents/%" PRId64 "/teach", action->id);
    return page_of(ctx, led_to > 0 ? led_to : action->id);
}

static void
acted(struct context *ctx, const struct action_result *result)
{
    const struct action *action = ctx->data;
    struct incident_row row;
    json_t *value = NULL;
    int64_t led_to;

    if (result->err) {
        if (result->err == E_STATE && ctx->json && result->text.n == 0)
            reply_error(ctx, 409, "error_state");
        else
            reply_error_text(ctx,
                result->err == E_DENIED ? 422 : status_of_err(result->err),
                result->text);
        return;
    }
    if (result->data.n > 0)
        (void)jsonx_load(result->data, NULL, &value);
    if (!json_is_object(value)) {
        json_decref(value);
        value = json_object();
    }
    led_to = json_integer_value(json_object_get(value, "incident"));
    if (!ctx->json) {
        json_decref(value);
        reply_redirect(ctx, back_to(ctx, action, led_to));
        return;
    }
    if (led_to > 0)
        set_number(value, "led_to", led_to);
    (void)json_object_del(value, "incident");
    if (view_incident(ctx->console->view, action->id, ctx->arena, &row) == 0)
        (void)json_object_set_new(value, "incident", row_incident(ctx, &row));
    if (result->text.n > 0)
        set_str(value, "text", result->text);
    reply(ctx, 200, "", value);
}

void
do_incident_action(struct context *ctx)
{
    struct action *action = ARENA_NEW(ctx->arena, struct action);
    json_t *args = json_object();
    const struct verb *verb = NULL;
    const char *fault = NULL;

    if (!action || !args) {
        json_decref(args);
        reply_error(ctx, 503, NULL);
        return;
    }
    action->until = WALL_NONE;
    if (arg_number(ctx, 0, &action->id)) {
        json_decref(args);
        reply_error(ctx, 404, NULL);
        return;
    }
    fault = read_action(ctx, &verb, action, args);
    if (!fault && action->kind == ACTION_MERGE &&
        !json_object_get(args, "into"))
        fault = "error_into";
    if (!fault && give_args(ctx, action, args))
        fault = "error_503";
    json_decref(args);
    if (fault) {
        reply_error(ctx, 422, fault);
        return;
    }
    ctx->data = action;
    ask_engine(ctx, action, acted);
}

/* --- many ---------------------------------------------------------------- */

/* A browser goes back to the list as it was, which says what became of it. */
static void
acted_on_many(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL;
    int64_t bulk;

    if (result->err) {
        reply_result(ctx, result, STR("/incidents"));
        return;
    }
    (void)jsonx_load(result->data, NULL, &value);
    if (ctx->json) {
        reply(ctx, 200, "", value ? value : json_object());
        return;
    }
    bulk = json_integer_value(json_object_get(value, "bulk"));
    json_decref(value);
    reply_redirect(ctx,
        incidents_link(
            ctx, arena_printf(ctx->arena, "bulk=%" PRId64, bulk)));
}

void
do_undo(struct context *ctx)
{
    struct action action = {.kind = ACTION_BULK_UNDO, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id) != 0) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_engine(ctx, &action, acted_on_many);
}

/* Those that the list's filters find, when all of them are meant: none that came
 * after whoever asks saw the list. */
static const char *
read_all(struct context *ctx, json_t *ids)
{
    struct list_query query = list_query_own(ctx);
    struct list_filter filter;
    int64_t *found = NULL, upto = 0;
    size_t n = 0;
    bool more = false;

    if (list_query_filter(ctx, &query, &filter) != 0)
        return "error_filter";
    if (field_get(ctx, "upto").n > 0 &&
        num_parse_i64(field_get(ctx, "upto"), 0, INT64_MAX, &upto) != 0)
        return "error_ids";
    filter.upto = upto;
    if (view_list_ids(
            ctx->console->view, &filter, ctx->arena, &found, &n, &more) != 0)
        return "error_503";
    if (more)
        return "error_all_too_many";
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(ids, json_integer(found[i])) != 0)
            return "error_503";
    /* None, because it was done already: the engine knows by its name. */
    return n > 0 || field_get(ctx, "once").n > 0 ? NULL : "error_ids";
}

static const char *
read_many(struct context *ctx, json_t *args, json_t *ids)
{
    struct str once = field_get(ctx, "once");
    bool all = str_eq(field_get(ctx, "all"), STR("1")) ||
               json_is_true(json_object_get(ctx->body, "all"));
    const char *fault;

    if (once.n > ACTS_MAX_ONCE_BYTES || !utf8_is_valid(once))
        return "error_ids";
    /* What is asked by another, or of other incidents, is something else. */
    if (once.n > 0 && jsonx_set(args, "once", jsonx_str(once)) != 0)
        return "error_503";
    if (all)
        return read_all(ctx, ids);
    fault = read_ids(ctx, "ids", ids) ? "error_ids" : NULL;
    return !fault && json_array_size(ids) == 0 ? "error_pick_some" : fault;
}

/* Merging many needs no target: the oldest of them has the others then. */
static int
choose_target(json_t *args, json_t *ids)
{
    json_int_t least = 0;
    json_t *one;
    size_t i;

    if (json_object_get(args, "into"))
        return 0;
    json_array_foreach(ids, i, one)
    {
        if (least == 0 || json_integer_value(one) < least)
            least = json_integer_value(one);
    }
    return jsonx_set(args, "into", json_integer(least));
}

void
do_incidents_action(struct context *ctx)
{
    struct action *action = ARENA_NEW(ctx->arena, struct action);
    json_t *args = json_object(), *ids = json_array();
    const struct verb *verb = NULL;
    const char *fault = NULL;

    if (!action || !args || !ids)
        fault = "error_503";
    else
        fault = read_many(ctx, args, ids);
    if (!fault) {
        action->until = WALL_NONE;
        fault = read_action(ctx, &verb, action, args);
    }
    if (!fault && !verb->many)
        fault = "error_action";
    if (!fault && action->kind == ACTION_MERGE &&
        (json_array_size(ids) < 2 && !json_object_get(args, "into")))
        fault = "error_into";
    if (!fault &&
        ((action->kind == ACTION_MERGE && choose_target(args, ids)) ||
            json_object_set(args, "ids", ids) || give_args(ctx, action, args)))
        fault = "error_503";
    json_decref(args);
    json_decref(ids);
    if (fault) {
        reply_error(ctx, 422, fault);
        return;
    }
    ctx->data = action;
    ask_engine(ctx, action, acted_on_many);
}
