/*
 * page_rules_test: what rules that are not in force would have said of what was
 * collected; what those in force say of one item.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "console/rows.h"
#include "console/rules_rows.h"
#include "store/view_items.h"

enum { CHART_HIGH = 80, CHART_STEP = 12 };

/* --- a test
 * ------------------------------------------------------------------- */

static void
set_when(const struct context *ctx, json_t *one, const char *key)
{
    struct wall t = WALL_NONE;

    (void)timefmt_parse_rfc3339(jsonx_get_str(one, key), &t);
    set_time(ctx, one, key, t);
}

/* The items of a list, with words. */
static void
set_changes(struct context *ctx, json_t *value, const char *key)
{
    json_t *list = json_object_get(value, key), *one;
    char flag[32];
    size_t i;

    json_array_foreach(list, i, one)
    {
        set_when(ctx, one, "first_seen");
        set_word(ctx, one, "level", "level");
        set_word(ctx, one, "level_before", "level");
    }
    (void)snprintf(flag, sizeof flag, "has_%s", key);
    set_flag(value, flag, json_array_size(list) > 0);
}

static json_int_t
number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Two bars a day. */
static void
set_chart(struct context *ctx, json_t *value)
{
    json_t *days = json_object_get(value, "by_day"), *one;
    json_int_t most = 1;
    size_t i;

    json_array_foreach(days, i, one)
    {
        json_int_t a = number_of(one, "before"), b = number_of(one, "now");

        most = a > most ? a : most;
        most = b > most ? b : most;
    }
    json_array_foreach(days, i, one)
    {
        json_int_t a = number_of(one, "before") * CHART_HIGH / most;
        json_int_t b = number_of(one, "now") * CHART_HIGH / most;

        set_when(ctx, one, "from");
        set_number(one, "xa", (int64_t)i * CHART_STEP + 1);
        set_number(one, "xb", (int64_t)i * CHART_STEP + 6);
        set_number(one, "ya", CHART_HIGH - a);
        set_number(one, "yb", CHART_HIGH - b);
        set_number(one, "ha", a);
        set_number(one, "hb", b);
    }
    set_number(
        value, "chart_wide", (int64_t)json_array_size(days) * CHART_STEP);
    set_number(value, "chart_high", CHART_HIGH);
    set_number(value, "most", most);
}

static struct str
per_day(const struct context *ctx, json_int_t n, json_int_t days)
{
    json_int_t tenths = days > 0 ? n * 10 / days : 0;

    return arena_printf(ctx->arena, "%lld.%lld", (long long)(tenths / 10),
        (long long)(tenths % 10));
}

static void
set_test_page(struct context *ctx, json_t *value)
{
    struct str object = arena_str(ctx->arena, jsonx_get_str(value, "object"));
    json_int_t days = number_of(value, "days");
    json_int_t total = number_of(value, "total");

    set_changes(ctx, value, "new");
    set_changes(ctx, value, "gone");
    set_changes(ctx, value, "other");
    set_chart(ctx, value);
    set_when(ctx, value, "since");
    set_when(ctx, value, "made");
    set_word(ctx, value, "alarm", "level");
    set_str(value, "object_link", object_link(ctx, object));
    set_str(value, "failed",
        text_sentence(
            ctx, arena_str(ctx->arena, jsonx_get_str(value, "failed"))));
    set_str(value, "per_day_before",
        per_day(ctx, number_of(value, "alarms_before"), days));
    set_str(value, "per_day", per_day(ctx, number_of(value, "alarms"), days));
    set_number(value, "percent",
        total > 0 ? (int64_t)(number_of(value, "done") * 100 / total) : 100);
    set_flag(value, "is_over",
        !json_is_true(json_object_get(value, "running")) &&
            jsonx_get_str(value, "failed").n == 0);
    set_checked(ctx, value, jsonx_get_str(value, "draft"),
        json_object_get(value, "checked"));
}

static void
test_answered(struct context *ctx, const struct action_result *result)
{
    json_t *value = rules_data(result);

    if (result->err || !value) {
        json_decref(value);
        if (result->err == E_NOTFOUND)
            reply_error(ctx, 404, "error_rule_test");
        else
            reply_error(
                ctx, result->err ? status_of_err(result->err) : 503, NULL);
        return;
    }
    if (!ctx->json)
        set_test_page(ctx, value);
    reply(ctx, 200, "rule_test", value);
}

void
page_rule_test(struct context *ctx)
{
    int64_t id;

    if (arg_number(ctx, 0, &id)) {
        reply_error(ctx, 404, "error_rule_test");
        return;
    }
    ask_rules(ctx, ACTION_RULE_TEST_SHOW, STR_NONE, id, test_answered);
}

/* --- one item
 * ------------------------------------------------------------------- */

static void
try_answered(struct context *ctx, const struct action_result *result)
{
    json_t *data = rules_data(result), *list;
    struct found_item found;
    struct str explanation = STR_NONE;
    struct buf text;
    int64_t id = 0;

    (void)arg_number(ctx, 0, &id);
    if (result->err || !data) {
        json_decref(data);
        reply_error_text(
            ctx, result->err ? status_of_err(result->err) : 503, result->text);
        return;
    }
    if (!ctx->json &&
        view_item(ctx->console->view, id, ctx->arena, &found) == 0) {
        list = json_object_get(data, "explanation");
        buf_init(&text, 64 * 1024);
        if (list && jsonx_dump(list, &text) == 0)
            explanation = arena_str(ctx->arena, buf_str(&text));
        buf_done(&text);
        set_explanation(ctx, data, explanation);
        set_word(ctx, data, "level", "level");
        set_str(data, "title", found.item.title);
        set_number(data, "score_before", found.item.score);
        set_str(data, "level_before",
            text_of(ctx, "level", str_of(level_name(found.level))));
    }
    reply(ctx, 200, "item_explain", data);
}

void
do_item_explain(struct context *ctx)
{
    int64_t id;

    if (arg_number(ctx, 0, &id)) {
        reply_error(ctx, 404, NULL);
        return;
    }
    ask_rules(ctx, ACTION_RULE_TRY, STR_NONE, id, try_answered);
}
