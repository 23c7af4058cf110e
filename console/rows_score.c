/*
 * rows_score: the explanation of a score, line by line, as people read it.
 *
 * The lines are what rules/explain.h writes; a program gets them as they are.
 */
#include <stdio.h>

#include "base/jsonx.h"
#include "console/rows.h"
#include "console/rows_incident.h"

/* What a factor rests on, where it is a word of ours. */
static void
set_word(const struct context *ctx, json_t *reason)
{
    static const struct {
        const char *rule, *prefix;
    } words[] = {{"source-tier", "tier"}, {"level-floor", "level"},
        {"context-limit", "level"}};
    struct str rule = jsonx_get_str(reason, "rule");

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(rule, str_of(words[i].rule)))
            set_str(reason, "text",
                text_of(ctx, words[i].prefix, jsonx_get_str(reason, "text")));
}

/* What only some lines say: that the item is no event, and what a rule that is
 * being tried would do. */
static void
set_notes(const struct context *ctx, json_t *reason)
{
    const json_t *would = json_object_get(reason, "would");
    const json_t *score = json_object_get(reason, "would_score");
    char text[64];

    set_name(
        ctx, reason, "context", "context", jsonx_get_str(reason, "context"));
    set_str(reason, "rule_status_text",
        text_of(ctx, "rule_status", jsonx_get_str(reason, "status")));
    if (would) {
        (void)snprintf(text, sizeof text, "%+" JSON_INTEGER_FORMAT,
            json_integer_value(would));
        (void)json_object_set_new(reason, "would_text", json_string(text));
    }
    if (score) {
        struct str level =
            text_of(ctx, "level", jsonx_get_str(reason, "would_level"));
        set_str(reason, "text",
            arena_printf(ctx->arena, "%" JSON_INTEGER_FORMAT " · %.*s",
                json_integer_value(score), STR_ARG(level)));
    }
}

static void
set_line(const struct context *ctx, json_t *reason)
{
    json_int_t points = json_integer_value(json_object_get(reason, "points"));
    char text[32];

    (void)snprintf(text, sizeof text, "%+" JSON_INTEGER_FORMAT, points);
    (void)json_object_set_new(reason, "points_text", json_string(text));
    set_flag(reason, "lowers", points < 0);
    set_flag(reason, "zero", points == 0);
    set_name(
        ctx, reason, "category", "category", jsonx_get_str(reason, "category"));
    if (json_is_string(json_object_get(reason, "title")))
        set_notes(ctx, reason);
    else {
        set_str(reason, "title",
            text_of(ctx, "factor", jsonx_get_str(reason, "rule")));
        set_notes(ctx, reason);
        set_word(ctx, reason);
    }
}

void
set_explanation(
    const struct context *ctx, json_t *object, struct str explanation)
{
    json_t *list = NULL, *reason;
    size_t i;

    if (explanation.n > 0)
        (void)jsonx_load(explanation, NULL, &list);
    if (!json_is_array(list)) {
        json_decref(list);
        list = json_array();
    }
    if (!ctx->json)
        json_array_foreach(list, i, reason) set_line(ctx, reason);
    (void)json_object_set_new(object, "explanation", list);
}

/* A further line, for what the lines before it do not say. */
static void
add_rest(const struct context *ctx, json_t *list, json_int_t sum, int score)
{
    bool capped = sum > 100 || sum < 0;
    json_t *line = json_object();
    char text[32];

    (void)snprintf(text, sizeof text, "%+" JSON_INTEGER_FORMAT, score - sum);
    (void)json_object_set_new(line, "points_text", json_string(text));
    set_str(
        line, "title", text_get(ctx, capped ? "factor_range" : "factor_rest"));
    set_flag(line, "factor", true);
    set_flag(line, "lowers", score < sum);
    set_number(line, "sum", score);
    (void)json_array_append_new(list, line);
}

void
set_score_sums(const struct context *ctx, json_t *incident, int score)
{
    json_t *list = json_object_get(incident, "explanation"), *line;
    json_int_t sum = 0;
    size_t i;

    json_array_foreach(list, i, line)
    {
        struct str rule = jsonx_get_str(line, "rule");

        sum += json_integer_value(json_object_get(line, "points"));
        (void)json_object_set_new(line, "sum", json_integer(sum));
        set_flag(line, "factor",
            !str_eq(text_of(ctx, "factor", rule), rule) ||
                jsonx_get_str(line, "category").n == 0);
    }
    if (json_array_size(list) > 0 && sum != score)
        add_rest(ctx, list, sum, score);
}
