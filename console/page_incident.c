/*
 * page_incident: one incident, whole, and what may be done with it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "console/context.h"
#include "console/diff.h"
#include "console/rows.h"

enum {
    INCIDENT_MAX_DELIVERIES = 200,
    INCIDENT_PAGE_ITEMS = 60,     /* on a page; ?all=1 shows the rest */
    INCIDENT_PAGE_POINTS = 20000, /* of all their texts together */
    INCIDENT_ITEM_POINTS = 120,   /* of each, at least */
    INCIDENT_MAX_REVISIONS = 10,  /* of an item: what each changed */
    INCIDENT_MAX_REASON_BYTES = 4000,
    INCIDENT_MAX_SNOOZE_DAYS = 30
};

/* --- reading --- */

/* How much of each text a page shows, so that all stay within its budget. */
static size_t
points_each(size_t shown)
{
    size_t points = shown ? INCIDENT_PAGE_POINTS / shown : 0;

    if (points < INCIDENT_ITEM_POINTS)
        return INCIDENT_ITEM_POINTS;
    return points < ROWS_TEXT_POINTS ? points : ROWS_TEXT_POINTS;
}

/* What each version of the item changed, newest first. */
static void
add_changes(struct context *ctx, const struct item_row *row, json_t *item)
{
    struct revision_row *revisions = NULL;
    json_t *list = json_array();
    size_t n = 0;

    if (row->revisions < 2 ||
        view_item_revisions(ctx->console->view, row->id,
            INCIDENT_MAX_REVISIONS + 1, ctx->arena, &revisions, &n) != 0)
        n = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        json_t *one = json_object();

        set_time(ctx, one, "seen", revisions[i].seen);
        (void)json_object_set_new(one, "title",
            diff_pieces(revisions[i + 1].title, revisions[i].title));
        (void)json_object_set_new(one, "text",
            diff_pieces(revisions[i + 1].text, revisions[i].text));
        set_flag(one, "first_text", revisions[i + 1].text.n == 0 &&
                                        revisions[i].text.n > 0);
        set_number(one, "score_before", revisions[i + 1].score);
        set_number(one, "score", revisions[i].score);
        (void)json_array_append_new(list, one);
    }
    set_flag(item, "has_changes", n > 1);
    (void)json_object_set_new(item, "changes", list);
}

static int
add_items(struct context *ctx, int64_t id, json_t *value)
{
    struct item_row *rows;
    json_t *list = json_array();
    bool all = ctx->json || query_get(ctx, "all").n > 0;
    size_t n = 0, shown;
    int err =
        view_incident_items(ctx->console->view, id, ctx->arena, &rows, &n);

    shown = all || n < INCIDENT_PAGE_ITEMS ? n : INCIDENT_PAGE_ITEMS;
    ctx->text_points = points_each(shown);
    for (size_t i = 0; !err && i < shown; i++) {
        json_t *item = row_item(ctx, &rows[i]);

        add_changes(ctx, &rows[i], item);
        (void)json_array_append_new(list, item);
    }
    (void)json_object_set_new(value, "items", list);
    if (!ctx->json) {
        set_number(value, "item_count", (int64_t)n);
        if (n > shown)
            set_number(value, "items_left", (int64_t)(n - shown));
    }
    return err;
}

static int
add_timeline(struct context *ctx, int64_t id, json_t *value)
{
    struct ledger_row *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err =
        view_incident_ledger(ctx->console->view, id, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_ledger(ctx, &rows[i]));
    (void)json_object_set_new(value, "timeline", list);
    return err;
}

static int
add_deliveries(struct context *ctx, int64_t id, json_t *value)
{
    struct delivery_row *rows;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_deliveries(ctx->console->view, id, -1,
        INCIDENT_MAX_DELIVERIES, 0, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_delivery(ctx, &rows[i]));
    (void)json_object_set_new(value, "deliveries", list);
    if (!ctx->json)
        set_flag(value, "has_deliveries", n > 0);
    return err;
}

void
page_incident(struct context *ctx)
{
    struct incident_row row;
    json_t *value;
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = view_incident(ctx->console->view, id, ctx->arena, &row);
    if (err) {
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    value = json_object();
    (void)json_object_set_new(value, "incident", row_incident(ctx, &row));
    err = add_items(ctx, id, value);
    if (!err)
        err = add_timeline(ctx, id, value);
    if (!err)
        err = add_deliveries(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "incident", value);
}

/* --- acting --- */

/* The actions that are about one incident, and what they need. */
static const struct {
    struct str name;
    enum action_kind kind;
    bool reason; /* required */
} incident_actions[] = {
    {{"acknowledge", 11}, ACTION_ACKNOWLEDGE, false},
    {{"respond", 7}, ACTION_RESPOND, false},
    {{"resolve", 7}, ACTION_RESOLVE, true},
    {{"false_alarm", 11}, ACTION_FALSE_ALARM, true},
    {{"note", 4}, ACTION_NOTE, true},
    {{"reopen", 6}, ACTION_REOPEN, false},
    {{"snooze", 6}, ACTION_SNOOZE, false},
    {{"assign", 6}, ACTION_ASSIGN, false},
};

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
    return ret->ms > ctx->now.ms &&
                   ret->ms - ctx->now.ms <=
                       INCIDENT_MAX_SNOOZE_DAYS * (int64_t)MS_DAY
               ? 0
               : E_LIMIT;
}

static void
acted(struct context *ctx, const struct action_result *result)
{
    const struct action *action = ctx->data;
    struct incident_row row;
    json_t *value;

    if (result->err) {
        if (result->err == E_STATE)
            reply_error(ctx, 409, "error_state");
        else
            reply_result(ctx, result, STR("/"));
        return;
    }
    if (!ctx->json) {
        struct str back = field_get(ctx, "back");

        reply_redirect(ctx,
            str_eq(back, STR("list"))
                ? STR("/")
                : arena_printf(ctx->arena, "/incidents/%" PRId64, action->id));
        return;
    }
    value = json_object();
    if (view_incident(ctx->console->view, action->id, ctx->arena, &row) == 0)
        (void)json_object_set_new(value, "incident", row_incident(ctx, &row));
    if (result->text.n > 0)
        set_str(value, "text", result->text);
    reply(ctx, 200, "", value);
}

/* Fill action from the request.  NULL, or the key of what is wrong. */
static const char *
read_action(const struct context *ctx, struct action *action)
{
    size_t count = sizeof incident_actions / sizeof *incident_actions, i = 0;
    struct str name = field_get(ctx, "action");

    while (i < count && !str_eq(incident_actions[i].name, name))
        i++;
    if (i == count)
        return "error_action";
    action->kind = incident_actions[i].kind;
    action->text = str_trim(field_get(ctx, "reason"));
    if (action->text.n == 0)
        action->text = str_trim(field_get(ctx, "note"));
    if (!utf8_is_valid(action->text) ||
        action->text.n > INCIDENT_MAX_REASON_BYTES)
        return "error_reason_long";
    if (incident_actions[i].reason && action->text.n == 0)
        return "error_reason";
    if (action->kind == ACTION_SNOOZE &&
        read_until(ctx, field_get(ctx, "until"), &action->until))
        return "error_until";
    if (action->kind == ACTION_ASSIGN) {
        action->object = field_get(ctx, "assignee");
        if (action->object.n == 0)
            action->object = ctx->who.user;
    }
    return NULL;
}

/* Whether the one to assign to exists and may act. */
static bool
assignee_may_act(struct context *ctx, struct str name)
{
    struct user user;

    return view_user(ctx->console->view, name, ctx->arena, &user) == 0 &&
           !user.disabled && user_role_parse(user.role) >= ROLE_OPERATOR;
}

void
do_incident_action(struct context *ctx)
{
    struct action *action = ARENA_NEW(ctx->arena, struct action);
    const char *fault;

    if (!action) {
        reply_error(ctx, 503, NULL);
        return;
    }
    action->until = WALL_NONE;
    if (arg_number(ctx, 0, &action->id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    fault = read_action(ctx, action);
    if (!fault && action->kind == ACTION_ASSIGN &&
        !str_eq(action->object, ctx->who.user) &&
        !assignee_may_act(ctx, action->object))
        fault = "error_assignee";
    if (fault) {
        reply_error(ctx, 422, fault);
        return;
    }
    ctx->data = action;
    ask_engine(ctx, action, acted);
}
