/*
 * page_teach: what a false alarm may teach, and the exceptions in force.
 *
 * Proposing only reads; an exception is accepted by an editor, and the page
 * shows before what it would have hidden.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/context.h"
#include "console/rows.h"
#include "console/rules_rows.h"
#include "store/view_teach.h"

enum {
    TEACH_MAX_TEXT_BYTES = 400,
    TEACH_UNTIL_DAYS = 180, /* an exception ends, unless told otherwise */
    TEACH_MAX_DATA_BYTES = 8192
};

/* --- what is tried -------------------------------------------------------- */

/* The words of a field, by commas or spaces. */
static size_t
read_terms(const struct context *ctx, struct str text, struct str *terms)
{
    static const char *const separators[] = {"，", "、", ",", " ", "　"};
    size_t n = 0;

    (void)ctx;
    while (text.n > 0 && n < EXCEPTION_MAX_TERMS) {
        size_t end = text.n, skip = 0;

        for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
            struct str s = str_of(separators[i]);
            size_t at = str_find(text, s);

            if (at < end) {
                end = at;
                skip = s.n;
            }
        }
        if (end > 0)
            terms[n++] = str_first(text, end);
        text = str_from(text, end + skip);
    }
    return n;
}

static json_t *
row_hit(const struct context *ctx, const struct teach_hit *hit)
{
    json_t *one = json_object();

    set_number(one, "id", hit->incident);
    set_str(one, "title", hit->title);
    set_name(
        ctx, one, "state", "state", str_of(incident_state_name(hit->state)));
    set_time(ctx, one, "first_seen", hit->seen);
    (void)json_object_set_new(one, "whole", json_boolean(hit->whole));
    if (!ctx->json) {
        set_flag(one, "is_true", hit->state == INCIDENT_CLOSED);
        set_flag(one, "is_false", hit->state == INCIDENT_FALSE_ALARM);
        set_flag(one, "is_open",
            hit->state != INCIDENT_CLOSED &&
                hit->state != INCIDENT_FALSE_ALARM);
    }
    return one;
}

static int
set_effect(struct context *ctx, const struct teach_try *try, json_t *value)
{
    struct teach_effect effect;
    json_t *object, *list;
    int err = view_teach_effect(ctx->console->view, try, ctx->arena, &effect);

    if (err)
        return err;
    object = json_object();
    list = json_array();
    set_number(object, "false_alarms", (int64_t)effect.wrong);
    set_number(object, "true", (int64_t)effect.right);
    set_number(object, "unjudged", (int64_t)effect.unknown);
    set_number(object, "items", (int64_t)effect.items);
    (void)json_object_set_new(
        object, "suggested", json_boolean(effect.right == 0));
    for (size_t i = 0; i < effect.nhits; i++)
        (void)json_array_append_new(list, row_hit(ctx, &effect.hits[i]));
    (void)json_object_set_new(object, "incidents", list);
    if (!ctx->json) {
        set_flag(object, "harmful", effect.right > 0);
        set_flag(object, "doubtful", effect.right == 0 && effect.unknown > 0);
    }
    (void)json_object_set_new(value, "effect", object);
    return 0;
}

/* --- the page of one false alarm -------------------------------------------
 */

static int
set_words(struct context *ctx, int64_t incident, struct str rule, json_t *value)
{
    struct teach_word *words = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_teach_words(
        ctx->console->view, incident, rule, ctx->arena, &words, &n);

    for (size_t i = 0; !err && i < n; i++) {
        json_t *one = json_object();

        set_str(one, "word", words[i].word);
        set_number(one, "false_alarms", (int64_t)words[i].wrong);
        set_number(one, "true", (int64_t)words[i].right);
        set_number(one, "unjudged", (int64_t)words[i].unknown);
        (void)json_object_set_new(
            one, "suggested", json_boolean(words[i].suggested));
        if (!ctx->json) {
            set_flag(one, "harmful", !words[i].suggested);
            set_str(one, "word_part", link_part(ctx, words[i].word));
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "words", list);
    if (!ctx->json)
        set_flag(value, "has_words", n > 0);
    return err;
}

static int
set_rules(
    struct context *ctx, int64_t incident, struct str *chosen, json_t *value)
{
    struct teach_rule *rules = NULL;
    json_t *list = json_array();
    size_t n = 0;
    bool known = false;
    int err =
        view_teach_rules(ctx->console->view, incident, ctx->arena, &rules, &n);

    for (size_t i = 0; !err && i < n; i++)
        known = known || str_eq(rules[i].rule, *chosen);
    if (!known)
        *chosen = n > 0 ? rules[0].rule : STR_NONE;
    for (size_t i = 0; !err && i < n; i++) {
        json_t *one = json_object();

        set_str(one, "rule", rules[i].rule);
        set_str(one, "title", rules[i].title);
        set_number(one, "points", rules[i].points);
        set_flag(one, "chosen", str_eq(rules[i].rule, *chosen));
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "rules", list);
    if (!ctx->json)
        set_flag(value, "has_rules", n > 0);
    return err;
}

static struct str
default_until(const struct context *ctx)
{
    struct wall t = {ctx->now.ms + TEACH_UNTIL_DAYS * (int64_t)MS_DAY};
    struct civil c = civil_of_wall(t, 0);

    return arena_printf(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static int
teach_fill(struct context *ctx, int64_t id, json_t *value)
{
    struct str rule = query_get(ctx, "rule"), terms[EXCEPTION_MAX_TERMS];
    struct str text = str_trim(query_get(ctx, "terms"));
    struct str until = query_get(ctx, "until");
    struct teach_try try = {.terms = terms,
        .nterms = read_terms(ctx, text, terms),
        .source = query_get(ctx, "source")};
    struct incident_row row;
    struct item_row *items = NULL;
    size_t n = 0;
    int err = view_incident(ctx->console->view, id, ctx->arena, &row);

    if (!err)
        err = set_rules(ctx, id, &rule, value);
    if (!err && rule.n > 0)
        err = set_words(ctx, id, rule, value);
    if (!err)
        err =
            view_incident_items(ctx->console->view, id, ctx->arena, &items, &n);
    if (err)
        return err;
    (void)json_object_set_new(value, "incident", row_incident(ctx, &row));
    set_str(value, "rule", rule);
    try.rule = rule;
    if (try.nterms > 0 && rule.n > 0)
        err = set_effect(ctx, &try, value);
    if (!ctx->json) {
        set_str(value, "terms", text);
        set_str(value, "source", try.source);
        set_str(value, "item_source", n > 0 ? items[0].source : STR_NONE);
        set_flag(value, "of_source", try.source.n > 0);
        set_str(value, "until", until.n ? until : default_until(ctx));
    }
    return err;
}

void
page_teach(struct context *ctx)
{
    json_t *value = json_object();
    int64_t id;
    int err = arg_number(ctx, 0, &id) ? E_NOTFOUND : 0;

    if (!err && query_get(ctx, "terms").n > TEACH_MAX_TEXT_BYTES)
        err = E_PARSE;
    if (!err)
        err = teach_fill(ctx, id, value);
    if (err) {
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    reply(ctx, 200, "teach", value);
}

/* --- accepting and ending ---------------------------------------------------
 */

static json_t *
accept_args(struct context *ctx)
{
    struct str terms[EXCEPTION_MAX_TERMS];
    json_t *args = json_object(), *list = json_array();
    json_t *given = json_object_get(ctx->body, "terms");
    size_t n;

    if (json_is_array(given)) {
        json_decref(list);
        list = json_incref(given);
    } else {
        n = read_terms(ctx, str_trim(field_get(ctx, "terms")), terms);
        for (size_t i = 0; i < n; i++)
            (void)json_array_append_new(list, jsonx_str(terms[i]));
    }
    (void)jsonx_set(args, "terms", list);
    (void)jsonx_set(args, "rule", jsonx_str(field_get(ctx, "rule")));
    if (field_get(ctx, "source").n > 0)
        (void)jsonx_set(args, "source", jsonx_str(field_get(ctx, "source")));
    if (str_eq(field_get(ctx, "force"), STR("1")) ||
        json_is_true(json_object_get(ctx->body, "force")))
        (void)jsonx_set(args, "force", json_true());
    return args;
}

/* The end of the day in the zone. */
static int
read_until(const struct context *ctx, struct wall *ret)
{
    struct str text = field_get(ctx, "until");
    struct civil c;

    *ret = WALL_NONE;
    if (text.n == 0)
        return 0;
    if (timefmt_parse_rfc3339(text, ret))
        return E_PARSE;
    if (text.n == 10) {
        c = civil_of_wall(*ret, 0);
        *ret = zone_to_wall(ctx->console->zone, &c);
        ret->ms += MS_DAY - MS_SECOND;
    }
    return 0;
}

static void
accepted(struct context *ctx, const struct action_result *result)
{
    if (result->err) {
        reply_error_text(ctx,
            result->err == E_DENIED ? 422 : status_of_err(result->err),
            result->text);
        return;
    }
    reply_result(ctx, result, STR("/rules"));
}

void
do_exception_add(struct context *ctx)
{
    struct action *action = ARENA_NEW(ctx->arena, struct action);
    _cleanup_(buf_done) struct buf out;
    json_t *args;
    int err;

    buf_init(&out, TEACH_MAX_DATA_BYTES);
    if (!action) {
        reply_error(ctx, 503, NULL);
        return;
    }
    action->kind = ACTION_EXCEPTION_ADD;
    action->text = str_trim(field_get(ctx, "reason"));
    err = arg_number(ctx, 0, &action->id);
    if (!err)
        err = read_until(ctx, &action->until);
    if (err) {
        reply_error(ctx, err == E_PARSE ? 422 : 404, "error_until");
        return;
    }
    args = accept_args(ctx);
    err = jsonx_dump(args, &out);
    json_decref(args);
    if (err) {
        reply_error(ctx, 422, NULL);
        return;
    }
    action->data = arena_str(ctx->arena, buf_str(&out));
    ask_engine(ctx, action, accepted);
}

void
do_exception_end(struct context *ctx)
{
    struct action action = {.kind = ACTION_EXCEPTION_END, .until = WALL_NONE};

    if (arg_number(ctx, 0, &action.id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_engine(ctx, &action, accepted);
}

/* --- exceptions
 * --------------------------------------------------------------- */

static json_t *
row_exception(const struct context *ctx, const struct exception *e)
{
    json_t *one = json_object(), *terms = json_array();
    bool over = wall_is_set(e->ended) ||
                (wall_is_set(e->until) && e->until.ms <= ctx->now.ms);

    for (size_t i = 0; i < e->nterms; i++)
        (void)json_array_append_new(terms, jsonx_str(e->terms[i]));
    set_number(one, "id", e->id);
    set_str(one, "rule", e->rule);
    (void)json_object_set_new(one, "terms", terms);
    set_str(one, "source", e->source);
    set_time(ctx, one, "until", e->until);
    set_str(one, "reason", e->reason);
    set_number(one, "incident", e->incident);
    set_time(ctx, one, "made", e->made);
    set_str(one, "made_by", e->made_by);
    set_time(ctx, one, "ended", e->ended);
    set_str(one, "ended_by", e->ended_by);
    (void)json_object_set_new(one, "in_force", json_boolean(!over));
    return one;
}

int
set_exceptions(struct context *ctx, struct str rule, json_t *value)
{
    struct exception *rows = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_exceptions(ctx->console->view, ctx->arena, &rows, &n);

    for (size_t i = 0; !err && i < n; i++)
        if (rule.n == 0 || str_eq(rows[i].rule, rule))
            (void)json_array_append_new(list, row_exception(ctx, &rows[i]));
    (void)json_object_set_new(value, "exceptions", list);
    if (!ctx->json)
        set_flag(value, "has_exceptions", json_array_size(list) > 0);
    return err;
}
