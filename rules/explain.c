#include "rules/explain.h"

#include "base/jsonx.h"
#include "rules/weigh.h"

static const char corroboration[] = "corroboration";
static const char context_limit[] = "context-limit";
static const char test_rules[] = "test-rules";

static int
set_level(json_t *line, const char *key, enum level level)
{
    return jsonx_set(line, key, json_string(level_name(level)));
}

/* What only some reasons have. */
static int
set_more(json_t *line, const struct reason *reason)
{
    int r = 0;

    if (reason->context.n)
        r = jsonx_set(line, "context", jsonx_str(reason->context));
    if (r == 0 && reason->status != RULE_STABLE)
        r = jsonx_set(
            line, "status", json_string(rule_status_name(reason->status)));
    if (r == 0 && reason->status == RULE_TEST)
        r = jsonx_set(line, "would", json_integer(reason->would));
    if (r == 0 && reason->indeterminate)
        r = jsonx_set(line, "indeterminate", json_true());
    return r;
}

static int
add_line(json_t *list, const struct reason *reason)
{
    json_t *line = json_object();
    int r = jsonx_set(line, "rule", jsonx_str(reason->rule));

    if (r == 0)
        r = jsonx_set(line, "title", jsonx_str(reason->title));
    if (r == 0)
        r = jsonx_set(line, "category", jsonx_str(reason->category));
    if (r == 0)
        r = jsonx_set(line, "points", json_integer(reason->points));
    if (r == 0)
        r = jsonx_set(line, "text", jsonx_str(reason->text));
    if (r == 0)
        r = set_more(line, reason);
    if (json_array_append_new(list, line) != 0)
        r = E_NOMEM;
    return r;
}

/* What the rules of status test would have made of it. */
static int
add_would(json_t *list, const struct score *score)
{
    struct reason reason = {.rule = str_of(test_rules)};
    json_t *line;
    int r = score->has_would ? add_line(list, &reason) : 0;

    if (r != 0 || !score->has_would)
        return r;
    line = json_array_get(list, json_array_size(list) - 1);
    r = jsonx_set(line, "would_score", json_integer(score->would_points));
    return r ? r : set_level(line, "would_level", score->would_level);
}

static int
score_json(const struct score *score, json_t **ret)
{
    json_t *list = json_array();
    int r = list ? 0 : E_NOMEM;

    for (size_t i = 0; i < score->nreasons && r == 0; i++)
        r = add_line(list, &score->reasons[i]);
    if (r == 0)
        r = add_would(list, score);
    if (r != 0)
        json_decref(list);
    else
        *ret = list;
    return r;
}

static int
dump(struct arena *arena, const json_t *list, struct str *ret)
{
    struct buf text;

    buf_init(&text, EXPLAIN_MAX_BYTES);
    int r = jsonx_dump(list, &text);
    struct str copy = r == 0 ? arena_str(arena, buf_str(&text)) : STR_NONE;
    buf_done(&text);
    if (r == 0 && !copy.p)
        r = E_NOMEM;
    if (r == 0)
        *ret = copy;
    return r;
}

int
explain_score(struct arena *arena, const struct score *score, struct str *ret)
{
    json_t *list = NULL;
    int r = score_json(score, &list);

    if (r == 0)
        r = dump(arena, list, ret);
    json_decref(list);
    return r;
}

/* Number of the line of this rule, or the count of lines. */
static size_t
find_line(const json_t *list, const char *rule)
{
    size_t i = 0;

    while (
        i < json_array_size(list) &&
        !str_eq(jsonx_get_str(json_array_get(list, i), "rule"), str_of(rule)))
        i++;
    return i;
}

/* Take the line of corroboration away; its points. */
static int
take_corroboration(json_t *list)
{
    size_t i = find_line(list, corroboration);
    const json_t *line = json_array_get(list, i);
    int points = (int)json_integer_value(json_object_get(line, "points"));

    if (line)
        json_array_remove(list, i);
    return points;
}

static int
limit_of(const struct ruleset *set, const json_t *list)
{
    const json_t *line = json_array_get(list, find_line(list, context_limit));
    enum level level = LEVEL_RED;

    if (line)
        level_parse(jsonx_get_str(line, "text"), &level);
    return ruleset_limit(set, level);
}

/* Raise base by what further sources add, with a line for it. */
static int
corroborate(const struct ruleset *set, json_t *list, unsigned sources,
    struct arena *arena, int *base)
{
    int limit = limit_of(set, list), more = weigh_corroboration(sources);
    size_t at = find_line(list, test_rules);

    if (*base <= 0)
        return 0;
    if (more > limit - *base)
        more = limit > *base ? limit - *base : 0;
    if (more == 0)
        return 0;
    struct reason reason = {.rule = str_of(corroboration),
        .points = more,
        .text = arena_printf(arena, "%u", sources)};
    json_t *lines = json_array();
    int r = lines ? add_line(lines, &reason) : E_NOMEM;
    if (r == 0 && json_array_insert(list, at, json_array_get(lines, 0)) != 0)
        r = E_NOMEM;
    json_decref(lines);
    *base += more;
    return r;
}

int
explain_item(const struct ruleset *set, const struct score *item,
    unsigned corroborating, struct arena *arena, struct explain_event *event)
{
    json_t *list = NULL, *fresh = NULL;
    struct str explanation = STR_NONE;
    int base = event->score, mine = item->points;
    int r = score_json(item, &fresh);

    if (r == 0)
        r = corroborate(set, fresh, corroborating, arena, &mine);
    if (event->explanation.n == 0 ||
        jsonx_load(event->explanation, NULL, &list) != 0)
        base = -1;
    else
        base -= take_corroboration(list);
    if (r == 0 && list)
        r = corroborate(set, list, corroborating, arena, &base);
    /* With what the sources add: a context may hold the heavier one down. */
    if (mine > base) {
        json_decref(list);
        list = fresh;
        fresh = NULL;
        base = mine;
    }
    json_decref(fresh);
    if (r == 0)
        r = dump(arena, list, &explanation);
    json_decref(list);
    if (r != 0)
        return r;
    if (base < event->score) /* sources are fewer than they were */
        return 0;
    event->score = base;
    event->explanation = explanation;
    if (ruleset_level(set, base) > event->level)
        event->level = ruleset_level(set, base);
    return 0;
}

unsigned
explain_independent(const struct explain_source *sources, size_t n)
{
    unsigned count = 0;

    for (size_t i = 0; i < n; i++) {
        bool known = sources[i].aggregator;
        for (size_t k = 0; k < i && !known; k++)
            known = !sources[k].aggregator &&
                    str_eq(sources[k].key, sources[i].key);
        count += !known;
    }
    return count > 0 ? count : n > 0;
}
