/*
 * page_rules: every rule and how it does; one rule, or one list, whole.
 *
 * What a rule says and where it stands comes from the engine, which has the
 * files; how it did comes from the store.  Without an answer of the engine the
 * list is what the store knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "console/rows.h"
#include "console/rules_rows.h"
#include "store/view_rules.h"

enum {
    RULES_DAYS = 90,
    RULES_MAX_DAYS = 365,
    RULES_MAX = 5000, /* on a page */
    RULE_HITS = 30,
    RULE_WEEKS = 26
};

/* --- shared -----------------------------------------------------------------
 */

json_t *
rules_data(const struct action_result *result)
{
    json_t *data = NULL;

    if (result->data.n == 0 || jsonx_load(result->data, NULL, &data) != 0)
        return NULL;
    if (json_is_object(data))
        return data;
    json_decref(data);
    return NULL;
}

void
ask_rules(struct context *ctx, enum action_kind kind, struct str object,
    int64_t id,
    void (*then)(struct context *ctx, const struct action_result *result))
{
    struct action action = {
        .kind = kind, .object = object, .id = id, .until = WALL_NONE};

    ask_engine(ctx, &action, then);
}

void
set_word(const struct context *ctx, json_t *object, const char *key,
    const char *prefix)
{
    struct str word = arena_str(ctx->arena, jsonx_get_str(object, key));

    if (word.n > 0)
        set_name(ctx, object, key, prefix, word);
}

struct str
object_link(const struct context *ctx, struct str object)
{
    struct str name = object, kind = str_split(&name, ':');

    return arena_printf(ctx->arena, "/%s/%.*s",
        str_eq(kind, STR("list")) ? "lists" : "rules",
        STR_ARG(link_part(ctx, name)));
}

json_t *
row_edit(const struct context *ctx, const struct rule_edit *edit)
{
    json_t *one = json_object();

    set_number(one, "version", edit->id);
    set_str(one, "object", edit->object);
    set_number(one, "base", edit->base);
    set_name(
        ctx, one, "state", "edit", str_of(rule_edit_state_name(edit->state)));
    set_str(one, "note", edit->note);
    set_time(ctx, one, "made", edit->made);
    set_str(one, "made_by", edit->made_by);
    set_time(ctx, one, "decided", edit->decided);
    set_str(one, "decided_by", edit->decided_by);
    set_str(one, "decided_why", edit->decided_why);
    if (!ctx->json) {
        set_flag(one, "waits", edit->state == EDIT_WAITING);
        set_flag(one, "own", str_eq(edit->made_by, ctx->who.user));
        set_flag(one, "shipped", edit->text.n == 0);
        set_str(one, "object_link", object_link(ctx, edit->object));
    }
    return one;
}

int
set_edits(
    struct context *ctx, json_t *value, const char *key, struct str object)
{
    struct rule_edit *edits = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err =
        view_rule_edits(ctx->console->view, object, ctx->arena, &edits, &n);

    for (size_t i = 0; !err && i < n; i++)
        (void)json_array_append_new(list, row_edit(ctx, &edits[i]));
    (void)json_object_set_new(value, key, list);
    if (!ctx->json) {
        char flag[32];

        (void)snprintf(flag, sizeof flag, "has_%s", key);
        set_flag(value, flag, n > 0);
    }
    return err;
}

/* --- the list
 * ----------------------------------------------------------------- */

static int64_t
days_asked(const struct context *ctx)
{
    int64_t days = RULES_DAYS;
    struct str text = query_get(ctx, "days");

    if (text.n == 0 || num_parse_i64(text, 1, RULES_MAX_DAYS, &days) != 0)
        days = RULES_DAYS;
    return days;
}

static void
set_sum(const struct context *ctx, json_t *one, const struct rule_sum *sum)
{
    uint64_t judged = sum->right + sum->wrong;

    set_number(one, "items", (int64_t)sum->items);
    set_number(one, "incidents", (int64_t)sum->incidents);
    set_number(one, "true", (int64_t)sum->right);
    set_number(one, "false_alarms", (int64_t)sum->wrong);
    set_number(one, "judged", (int64_t)judged);
    (void)json_object_set_new(one, "precision",
        judged ? json_real((double)sum->right / (double)judged) : json_null());
    set_name(ctx, one, "cause", "cause", sum->cause);
    set_time(ctx, one, "last", sum->last);
    if (ctx->json)
        return;
    set_flag(one, "silent", sum->items == 0);
    if (judged > 0)
        set_str(one, "precision_text",
            arena_printf(ctx->arena, "%llu %%",
                (unsigned long long)(100 * sum->right / judged)));
}

static json_t *
row_rule(struct context *ctx, const json_t *known, const struct rule_sum *sum)
{
    static const struct rule_sum nothing = {.last = {INT64_MIN}};
    json_t *one = known ? json_deep_copy(known) : json_object();

    if (!known) {
        set_str(one, "rule", sum->rule);
        set_str(one, "title", sum->title);
    }
    set_sum(ctx, one, sum ? sum : &nothing);
    if (ctx->json)
        return one;
    set_word(ctx, one, "category", "category");
    set_word(ctx, one, "status", "rule_status");
    set_flag(one, "gone", !known);
    set_flag(
        one, "lowers", json_integer_value(json_object_get(one, "points")) < 0);
    set_flag(one, "is_test",
        str_eq(jsonx_get_str(one, "status"), STR("test")) ||
            str_eq(jsonx_get_str(one, "status"), STR("experimental")));
    set_flag(one, "is_off", str_eq(jsonx_get_str(one, "status"), STR("off")));
    return one;
}

static bool
holds(struct str text, struct str needle)
{
    return needle.n == 0 || str_find(text, needle) < text.n;
}

/* Whether a row is asked for. */
static bool
row_wanted(const struct context *ctx, const json_t *one)
{
    struct str q = str_trim(query_get(ctx, "q"));
    struct str category = query_get(ctx, "category");
    struct str status = query_get(ctx, "status");

    if (q.n > 0 && !holds(jsonx_get_str(one, "rule"), q) &&
        !holds(jsonx_get_str(one, "title"), q))
        return false;
    if (category.n > 0 && !str_eq(jsonx_get_str(one, "category"), category))
        return false;
    if (status.n == 0)
        return true;
    if (str_eq(status, STR("edited")))
        return json_is_true(json_object_get(one, "edited"));
    if (str_eq(status, STR("silent")))
        return json_integer_value(json_object_get(one, "items")) == 0;
    return str_eq(jsonx_get_str(one, "status"), status);
}

static int
by_items(const void *a, const void *b)
{
    json_t *const *x = a, *const *y = b;
    json_int_t n = json_integer_value(json_object_get(*x, "items"));
    json_int_t m = json_integer_value(json_object_get(*y, "items"));

    if (n != m)
        return n > m ? -1 : 1;
    return str_cmp(jsonx_get_str(*x, "rule"), jsonx_get_str(*y, "rule"));
}

/* The rules of the engine and those of the store as one list. */
static int
set_rules(struct context *ctx, json_t *index, json_t *value)
{
    struct wall since = {ctx->now.ms - days_asked(ctx) * (int64_t)MS_DAY};
    json_t *known = json_object_get(index, "rules"), *by_id = json_object();
    json_t **rows = ARENA_ARRAY(ctx->arena, RULES_MAX, json_t *);
    json_t *list = json_array(), *one;
    struct rule_sum *sums = NULL;
    size_t n = 0, nrows = 0, all = 0, i;
    int err = view_rule_sums(ctx->console->view, since, ctx->arena, &sums, &n);

    json_array_foreach(known, i, one)
    {
        struct str id = jsonx_get_str(one, "rule");

        (void)json_object_setn(by_id, id.p, id.n, one);
    }
    for (i = 0; i < n && rows && !err && nrows < RULES_MAX; i++) {
        json_t *is = json_object_getn(by_id, sums[i].rule.p, sums[i].rule.n);

        rows[nrows++] = row_rule(ctx, is, &sums[i]);
        if (is)
            (void)json_object_deln(by_id, sums[i].rule.p, sums[i].rule.n);
    }
    json_array_foreach(known, i, one)
    {
        struct str id = jsonx_get_str(one, "rule");

        if (rows && nrows < RULES_MAX && json_object_getn(by_id, id.p, id.n))
            rows[nrows++] = row_rule(ctx, one, NULL);
    }
    all = nrows;
    if (nrows > 1)
        qsort(rows, nrows, sizeof *rows, by_items);
    for (i = 0; i < nrows; i++) {
        if (row_wanted(ctx, rows[i]))
            (void)json_array_append(list, rows[i]);
        json_decref(rows[i]);
    }
    json_decref(by_id);
    set_number(value, "total", (int64_t)all);
    set_number(value, "shown", (int64_t)json_array_size(list));
    set_flag(value, "any", json_array_size(list) > 0);
    (void)json_object_set_new(value, "rules", list);
    set_time(ctx, value, "since", since);
    return err;
}

static void
add_option(const struct context *ctx, json_t *list, const char *prefix,
    const char *name, struct str chosen)
{
    json_t *option = json_object();

    set_str(option, "value", str_of(name));
    set_str(option, "text", text_of(ctx, prefix, str_of(name)));
    set_flag(option, "chosen", str_eq(str_of(name), chosen));
    (void)json_array_append_new(list, option);
}

static void
set_form(struct context *ctx, json_t *index, json_t *value)
{
    static const char *const statuses[] = {"stable", "test", "experimental",
        "deprecated", "off", "edited", "silent"};
    json_t *states = json_array(), *kinds = json_array(), *one;
    json_t *seen = json_object();
    size_t i;

    for (i = 0; i < sizeof statuses / sizeof *statuses; i++)
        add_option(
            ctx, states, "rule_status", statuses[i], query_get(ctx, "status"));
    json_array_foreach(json_object_get(index, "rules"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "category"));

        if (!name || json_object_get(seen, name))
            continue;
        (void)json_object_set_new(seen, name, json_true());
        add_option(ctx, kinds, "category", name, query_get(ctx, "category"));
    }
    json_decref(seen);
    (void)json_object_set_new(value, "statuses", states);
    (void)json_object_set_new(value, "categories", kinds);
    set_str(value, "q", query_get(ctx, "q"));
    set_number(value, "days", days_asked(ctx));
    set_flag(value, "filtered",
        query_get(ctx, "q").n + query_get(ctx, "status").n +
                query_get(ctx, "category").n >
            0);
}

static void
rules_answered(struct context *ctx, const struct action_result *result)
{
    json_t *index = rules_data(result), *value = json_object();
    json_t *lists = index ? json_object_get(index, "lists") : NULL;
    int err = set_rules(ctx, index, value);

    if (!err)
        err = set_exceptions(ctx, STR_NONE, value);
    if (!err)
        err = set_edits(ctx, value, "waiting", STR_NONE);
    if (err) {
        json_decref(index);
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    (void)json_object_set_new(
        value, "lists", lists ? json_incref(lists) : json_array());
    if (!ctx->json) {
        set_form(ctx, index, value);
        set_flag(value, "has_lists", json_array_size(lists) > 0);
        set_flag(
            value, "two", str_eq(jsonx_get_str(index, "approval"), STR("two")));
        set_flag(value, "no_engine", index == NULL);
    }
    json_decref(index);
    reply(ctx, 200, "rules", value);
}

void
page_rules(struct context *ctx)
{
    ask_rules(ctx, ACTION_RULES, STR_NONE, 0, rules_answered);
}

/* --- one of them
 * --------------------------------------------------------------- */

static int
set_hits(struct context *ctx, struct str rule, json_t *value)
{
    struct rule_hit *hits = NULL;
    json_t *list = json_array();
    size_t n = 0;
    int err = view_rule_hits(
        ctx->console->view, rule, RULE_HITS, ctx->arena, &hits, &n);

    for (size_t i = 0; !err && i < n; i++) {
        json_t *one = json_object();

        set_number(one, "item", hits[i].item);
        set_str(one, "title", hits[i].title);
        set_str(one, "source", hits[i].source);
        set_time(ctx, one, "first_seen", hits[i].seen);
        set_number(one, "score", hits[i].score);
        set_name(ctx, one, "level", "level", str_of(level_name(hits[i].level)));
        set_number(one, "incident", hits[i].incident);
        if (hits[i].incident)
            set_name(ctx, one, "state", "state",
                str_of(incident_state_name(hits[i].state)));
        set_flag(one, "in_incident", !ctx->json && hits[i].incident > 0);
        set_flag(one, "has_level", !ctx->json && hits[i].level > LEVEL_NONE);
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "hits", list);
    set_flag(value, "has_hits", n > 0);
    return err;
}

static void
set_total(struct context *ctx, json_t *value, uint64_t items, uint64_t right,
    uint64_t wrong)
{
    set_number(value, "items", (int64_t)items);
    set_number(value, "true", (int64_t)right);
    set_number(value, "false_alarms", (int64_t)wrong);
    set_number(value, "judged", (int64_t)(right + wrong));
    if (!ctx->json && right + wrong > 0)
        set_str(value, "precision_text",
            arena_printf(ctx->arena, "%llu %%",
                (unsigned long long)(100 * right / (right + wrong))));
}

/* Items and judged incidents of each week, with bars for a page. */
static int
set_weeks(struct context *ctx, struct str rule, json_t *value)
{
    struct rule_week weeks[RULE_WEEKS];
    json_t *list = json_array();
    uint64_t most = 1, items = 0, right = 0, wrong = 0;
    int err =
        view_rule_weeks(ctx->console->view, rule, ctx->now, RULE_WEEKS, weeks);

    for (size_t i = 0; !err && i < RULE_WEEKS; i++) {
        most = weeks[i].items > most ? weeks[i].items : most;
        items += weeks[i].items;
        right += weeks[i].right;
        wrong += weeks[i].wrong;
    }
    for (size_t i = 0; !err && i < RULE_WEEKS; i++) {
        const struct rule_week *w = &weeks[i];
        uint64_t judged = w->right + w->wrong;
        json_t *one = json_object();

        set_time(ctx, one, "from", w->from);
        set_number(one, "items", (int64_t)w->items);
        set_number(one, "true", (int64_t)w->right);
        set_number(one, "false_alarms", (int64_t)w->wrong);
        (void)json_object_set_new(one, "precision",
            judged ? json_real((double)w->right / (double)judged)
                   : json_null());
        if (!ctx->json) {
            set_number(one, "x", (int64_t)i * 14 + 2);
            set_number(one, "h", (int64_t)(w->items * 60 / most));
            set_number(one, "y", 64 - (int64_t)(w->items * 60 / most));
            /* Nothing rather than what the whole has. */
            set_str(one, "precision_text",
                judged ? arena_printf(ctx->arena, "%llu %%",
                             (unsigned long long)(100 * w->right / judged))
                       : STR_NONE);
        }
        (void)json_array_append_new(list, one);
    }
    (void)json_object_set_new(value, "weeks", list);
    set_total(ctx, value, items, right, wrong);
    return err;
}

static int
set_shadow(struct context *ctx, struct str rule, json_t *data, json_t *value)
{
    int64_t points = json_integer_value(json_object_get(data, "alarm_points"));
    struct wall since = {
        ctx->now.ms - (int64_t)RULE_WEEKS * 7 * (int64_t)MS_DAY};
    uint64_t n = 0;
    struct str status = jsonx_get_str(data, "status");
    int err = 0;

    if (!str_eq(status, STR("test")) && !str_eq(status, STR("experimental")))
        return 0;
    if (points > 0)
        err =
            view_rule_shadow(ctx->console->view, rule, since, (int)points, &n);
    set_number(value, "would_have_alarmed", (int64_t)n);
    set_flag(value, "in_shadow", true);
    return err;
}

static void
set_statuses(const struct context *ctx, struct str now, json_t *value)
{
    static const char *const all[] = {"stable", "test", "off"};
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        add_option(ctx, list, "rule_status", all[i], now);
    (void)json_object_set_new(value, "statuses", list);
}

/* What came of a change: only what the address may say. */
static void
set_said(const struct context *ctx, json_t *value)
{
    struct str said = query_get(ctx, "said");
    struct str text = text_of(ctx, "rules_said", said);

    set_flag(value, "said", !str_eq(text, said));
    set_str(value, "said_text", text);
}

static int
fill_object(struct context *ctx, struct str object, json_t *data, json_t *value)
{
    bool list = str_starts(object, STR("list:"));
    struct str name = str_from(object, str_find_char(object, ':') + 1);
    int err = set_edits(ctx, value, "versions", object);

    if (!err && !list)
        err = set_edits(ctx, value, "switches",
            arena_printf(ctx->arena, "status:%.*s", STR_ARG(name)));
    if (!err && !list)
        err = set_hits(ctx, name, value);
    if (!err && !list)
        err = set_weeks(ctx, name, value);
    if (!err && !list)
        err = set_exceptions(ctx, name, value);
    if (!err && !list)
        err = set_shadow(ctx, name, data, value);
    if (!ctx->json) {
        set_flag(value, "is_list", list);
        set_flag(value, "is_rule", !list);
        set_str(value, "name", name);
        set_statuses(ctx, jsonx_get_str(data, "status"), value);
        set_said(ctx, value);
    }
    return err;
}

static void
object_answered(struct context *ctx, const struct action_result *result)
{
    struct str object = ctx->data ? *(struct str *)ctx->data : STR_NONE;
    json_t *data = rules_data(result), *value;
    int err = result->err;

    if (err || !data) {
        json_decref(data);
        reply_error(ctx, err ? status_of_err(err) : 503, NULL);
        return;
    }
    value = json_object();
    err = fill_object(ctx, object, data, value);
    if (!err && !json_is_true(json_object_get(data, "known")) &&
        json_array_size(json_object_get(value, "versions")) == 0 &&
        json_array_size(json_object_get(value, "hits")) == 0)
        err = E_NOTFOUND;
    if (err) {
        json_decref(data);
        json_decref(value);
        reply_error(ctx, status_of_err(err), NULL);
        return;
    }
    if (!ctx->json) {
        set_word(ctx, data, "category", "category");
        set_word(ctx, data, "status", "rule_status");
        set_flag(data, "has_uses_lists",
            json_array_size(json_object_get(data, "uses_lists")) > 0);
        set_flag(data, "has_uses_rules",
            json_array_size(json_object_get(data, "uses_rules")) > 0);
        set_flag(data, "has_used_by",
            json_array_size(json_object_get(data, "used_by")) > 0);
        set_str(value, "page_title", jsonx_get_str(data, "title"));
    }
    (void)json_object_set_new(value, "about", data);
    reply(ctx, 200, "rule", value);
}

static void
page_object(struct context *ctx, const char *kind)
{
    struct str *object = ARENA_NEW(ctx->arena, struct str);

    if (object)
        *object =
            arena_printf(ctx->arena, "%s:%.*s", kind, STR_ARG(ctx->args[0]));
    ctx->data = object;
    ask_rules(
        ctx, ACTION_RULES, object ? *object : STR_NONE, 0, object_answered);
}

void
page_rule(struct context *ctx)
{
    page_object(ctx, "rule");
}

void
page_list(struct context *ctx)
{
    page_object(ctx, "list");
}
