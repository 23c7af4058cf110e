/*
 * page_rules_edit: the editor of rules and lists, their versions, approval.
 *
 * One form with three buttons: look at it, try it, save it.  What was written
 * is in the page again whatever came of it, with what is wrong beside its
 * lines.
 */
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/diff.h"
#include "console/rows.h"
#include "console/rules_rows.h"

enum {
    EDIT_DAYS = 7,
    EDIT_MAX_DAYS = 90,
    EDIT_MAX_LINES = 1200, /* shown with what is wrong beside them */
    EDIT_MAX_BYTES = RULE_EDIT_MAX_TEXT_BYTES
};

/* What was asked, between the question to the engine and its answer. */
struct editing {
    struct str object, text, note, what;
    int64_t base, days;
};

/* Texts of forms end their lines with CR LF. */
static struct str
without_cr(struct context *ctx, struct str text)
{
    char *out = arena_alloc(ctx->arena, text.n + 1);
    size_t n = 0;

    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r')
            out[n++] = text.p[i];
    out[n] = '\0';
    return (struct str){out, n};
}

static struct editing *
read_editing(struct context *ctx)
{
    struct editing *edit = ARENA_NEW(ctx->arena, struct editing);
    struct str days = field_get(ctx, "days"), base = field_get(ctx, "base");

    if (!edit)
        return NULL;
    edit->object = field_get(ctx, "object");
    edit->text = without_cr(ctx, field_get(ctx, "text"));
    edit->note = str_trim(field_get(ctx, "note"));
    edit->what = field_get(ctx, "do");
    edit->days = EDIT_DAYS;
    if (days.n > 0)
        (void)num_parse_i64(days, 1, EDIT_MAX_DAYS, &edit->days);
    else if (ctx->body && json_is_integer(json_object_get(ctx->body, "days")))
        edit->days = json_integer_value(json_object_get(ctx->body, "days"));
    if (base.n > 0)
        (void)num_parse_i64(base, 0, INT64_MAX, &edit->base);
    else if (ctx->body)
        edit->base = json_integer_value(json_object_get(ctx->body, "base"));
    ctx->data = edit;
    return edit;
}

/* --- what is wrong, beside its line
 * ------------------------------------------- */

static json_t *
line_of(struct str text, int64_t number, const json_t *faults)
{
    json_t *one = json_object(), *list = json_array(), *fault;
    size_t i;

    set_number(one, "number", number);
    set_str(one, "line", text);
    json_array_foreach(faults, i, fault)
    {
        if (!json_object_get(fault, "file") &&
            json_integer_value(json_object_get(fault, "line")) == number)
            (void)json_array_append(list, fault);
    }
    set_flag(one, "wrong", json_array_size(list) > 0);
    (void)json_object_set_new(one, "faults", list);
    return one;
}

void
set_checked(
    struct context *ctx, json_t *value, struct str text, json_t *checked)
{
    json_t *faults = json_object_get(checked, "faults"), *lines = json_array();
    json_t *samples = json_object_get(checked, "samples"), *one;
    int64_t number = 0;
    size_t wrong = 0, i;

    while (text.n > 0 && number < EDIT_MAX_LINES) {
        (void)json_array_append_new(
            lines, line_of(str_split(&text, '\n'), ++number, faults));
        if (!text.p)
            break;
    }
    json_array_foreach(samples, i, one)
    {
        bool bad = json_is_true(json_object_get(one, "hit")) !=
                   json_is_true(json_object_get(one, "found"));

        set_flag(one, "bad", bad);
        wrong += bad;
    }
    json_array_foreach(faults, i, one)
    {
        set_str(
            one, "text_words", text_sentence(ctx, jsonx_get_str(one, "text")));
    }
    (void)json_object_set_new(value, "lines", lines);
    (void)json_object_set(value, "checked", checked);
    set_flag(value, "was_checked", true);
    set_flag(value, "has_faults", json_array_size(faults) > 0);
    set_flag(value, "has_warnings",
        json_array_size(json_object_get(checked, "warnings")) > 0);
    set_flag(value, "has_samples", json_array_size(samples) > 0);
    set_flag(value, "samples_wrong", wrong > 0);
    set_number(value, "samples_bad", (int64_t)wrong);
    set_number(value, "samples_all", (int64_t)json_array_size(samples));
}

/* --- the editor
 * ----------------------------------------------------------------- */

static void
set_editor(struct context *ctx, json_t *value, const struct editing *edit)
{
    set_str(value, "object", edit->object);
    set_str(value, "object_link", object_link(ctx, edit->object));
    set_str(value, "name",
        str_from(edit->object, str_find_char(edit->object, ':') + 1));
    set_flag(value, "is_list", str_starts(edit->object, STR("list:")));
    set_str(value, "draft", edit->text);
    set_str(value, "note", edit->note);
    set_number(value, "base", edit->base);
    set_number(value, "days", edit->days);
}

static void
editor_answered(struct context *ctx, const struct action_result *result)
{
    struct editing edit = {.days = EDIT_DAYS};
    json_t *data = rules_data(result), *value;

    if (result->err || !data) {
        json_decref(data);
        reply_error(ctx, result->err ? status_of_err(result->err) : 503, NULL);
        return;
    }
    edit.object = query_get(ctx, "object");
    edit.text = jsonx_get_str(data, "draft");
    edit.base = json_integer_value(json_object_get(data, "base"));
    if (ctx->json) {
        reply(ctx, 200, "rule_edit", data);
        return;
    }
    value = json_object();
    set_editor(ctx, value, &edit);
    set_flag(value, "fresh", !json_is_true(json_object_get(data, "known")));
    set_flag(value, "two", str_eq(jsonx_get_str(data, "approval"), STR("two")));
    (void)json_object_set_new(value, "about", data);
    reply(ctx, 200, "rule_edit", value);
}

void
page_rule_editor(struct context *ctx)
{
    struct str object = query_get(ctx, "object");
    struct str id = str_trim(query_get(ctx, "new"));

    if (object.n == 0 && id.n > 0) { /* the form that names a new one */
        struct str kind = query_get(ctx, "kind");

        reply_redirect(
            ctx, arena_printf(ctx->arena, "/rule-editor?object=%s:%.*s",
                     str_eq(kind, STR("list")) ? "list" : "rule",
                     STR_ARG(link_part(ctx, id))));
        return;
    }
    ask_rules(ctx, ACTION_RULES, object, 0, editor_answered);
}

/* The page again, with what came of it. */
static void
editor_again(struct context *ctx, int status, const struct editing *edit,
    json_t *data, const struct action_result *result)
{
    json_t *value = json_object(), *conflict;

    set_editor(ctx, value, edit);
    conflict = json_object_get(data, "conflict");
    if (conflict) {
        struct wall at = WALL_NONE;

        (void)timefmt_parse_rfc3339(jsonx_get_str(conflict, "at"), &at);
        set_time(ctx, conflict, "at", at);
        (void)json_object_set_new(conflict, "diff",
            diff_pieces(jsonx_get_str(conflict, "text"), edit->text));
        (void)json_object_set(value, "conflict", conflict);
    } else if (data) {
        set_checked(ctx, value, edit->text, data);
    }
    if (result->err && result->text.n > 0 && !conflict &&
        !json_object_get(data, "faults"))
        set_str(value, "refused", text_sentence(ctx, result->text));
    reply(ctx, status, "rule_edit", value);
}

static void
edit_answered(struct context *ctx, const struct action_result *result)
{
    const struct editing *edit = ctx->data;
    json_t *data = rules_data(result);
    int status = result->err ? status_of_err(result->err) : 200;
    struct str link = object_link(ctx, edit->object);

    if (ctx->json) {
        if (!data)
            data = json_object();
        if (result->err)
            set_str(data, "error", result->text);
        reply(ctx, status, "", data);
        return;
    }
    if (!result->err && str_eq(edit->what, STR("test")) && data) {
        link = arena_printf(ctx->arena, "/rule-tests/%lld",
            (long long)json_integer_value(json_object_get(data, "test")));
        json_decref(data);
        reply_redirect(ctx, link);
        return;
    }
    if (!result->err && str_eq(edit->what, STR("save")) && data) {
        bool waits = str_eq(jsonx_get_str(data, "state"), STR("waiting"));
        bool force = json_is_true(json_object_get(data, "in_force"));

        json_decref(data);
        reply_redirect(
            ctx, arena_printf(ctx->arena, "%.*s?said=%s", STR_ARG(link),
                     waits   ? "waiting"
                     : force ? "saved"
                             : "not_in_force"));
        return;
    }
    editor_again(ctx, status == 200 ? 200 : status, edit, data, result);
    json_decref(data);
}

void
do_rule_editor(struct context *ctx)
{
    struct editing *edit = read_editing(ctx);
    struct action action = {.kind = ACTION_RULE_CHECK, .until = WALL_NONE};

    if (!edit || edit->text.n > EDIT_MAX_BYTES || edit->object.n == 0) {
        reply_error(ctx, 422, "error_rule_text");
        return;
    }
    if (str_eq(edit->what, STR("save"))) {
        action.kind = ACTION_RULE_SAVE;
        action.id = edit->base;
    } else if (str_eq(edit->what, STR("test"))) {
        action.kind = ACTION_RULE_TEST;
        action.id = edit->days;
    }
    action.object = edit->object;
    action.text = edit->note;
    action.data = edit->text;
    ask_engine(ctx, &action, edit_answered);
}

/* --- status
 * ----------------------------------------------------------------------- */

static void
status_answered(struct context *ctx, const struct action_result *result)
{
    json_t *data = rules_data(result);
    bool waits = str_eq(jsonx_get_str(data, "state"), STR("waiting"));
    bool force = json_is_true(json_object_get(data, "in_force"));

    json_decref(data);
    reply_result(ctx, result,
        arena_printf(ctx->arena, "/rules/%.*s?said=%s",
            STR_ARG(link_part(ctx, ctx->args[0])),
            waits   ? "waiting"
            : force ? "saved"
                    : "not_in_force"));
}

void
do_rule_status(struct context *ctx)
{
    struct action action = {.kind = ACTION_RULE_STATUS,
        .object = ctx->args[0],
        .role = field_get(ctx, "status"),
        .text = str_trim(field_get(ctx, "reason")),
        .until = WALL_NONE};

    if (action.text.n == 0) {
        reply_error(ctx, 422, "error_reason");
        return;
    }
    ask_engine(ctx, &action, status_answered);
}

/* --- versions
 * ---------------------------------------------------------------------- */

static int
fill_version(struct context *ctx, int64_t id, json_t *value)
{
    struct rule_edit edit, before = {.text = STR_NONE};
    json_t *one;
    int err = view_rule_edit(ctx->console->view, id, ctx->arena, &edit);

    if (err)
        return err;
    err = view_rule_edit_before(ctx->console->view, &edit, ctx->arena, &before);
    if (err && err != E_NOTFOUND)
        return err;
    one = row_edit(ctx, &edit);
    set_str(one, "text", edit.text);
    set_number(one, "before", err ? 0 : before.id);
    (void)json_object_set_new(
        one, "diff", diff_pieces(err ? STR("") : before.text, edit.text));
    if (!ctx->json) {
        set_flag(one, "has_before", !err);
        set_flag(one, "was_saved", edit.state == EDIT_SAVED);
    }
    (void)json_object_set_new(value, "version", one);
    return 0;
}

void
page_rule_version(struct context *ctx)
{
    json_t *value = json_object();
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err)
        err = fill_version(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "rule_version", value);
}

static void
decided(struct context *ctx, const struct action_result *result)
{
    struct rule_edit edit;
    struct str back = STR("/rules");
    int64_t id;

    if (arg_number(ctx, 0, &id) == 0 &&
        view_rule_edit(ctx->console->view, id, ctx->arena, &edit) == 0)
        back = object_link(ctx, edit.object);
    if (result->err)
        reply_error_text(ctx, status_of_err(result->err), result->text);
    else
        reply_result(ctx, result, back);
}

void
do_rule_version(struct context *ctx)
{
    struct action action = {.kind = ACTION_RULE_DECIDE,
        .object = field_get(ctx, "do"),
        .text = str_trim(field_get(ctx, "reason")),
        .until = WALL_NONE};
    struct rule_edit edit;
    int err = 0;

    if (arg_number(ctx, 0, &action.id))
        err = E_NOTFOUND;
    if (!err)
        err = view_rule_edit(ctx->console->view, action.id, ctx->arena, &edit);
    if (err)
        reply_error(ctx, status_of_err(err), NULL);
    else
        ask_engine(ctx, &action, decided);
}
