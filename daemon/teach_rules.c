/*
 * teach_rules: each exception becomes one rule of the bureau's own, which holds
 * where its rule holds and its words stand, and takes that rule's points away:
 *
 *   - id: exception-12
 *     category: food
 *     points: -45
 *     all: [{rule: food-poisoning}, 招聘]
 *     none: [{all: [招聘会]}]
 *
 * The points of a rule are taken away once: where several of its exceptions
 * have their words, the first one counts, and the others yield (`none`).  The
 * first is the one that lasts longest, so that none yields to one that is over.
 */
#include "daemon/teach_rules.h"

#include <stdlib.h>

#include "base/jsonx.h"

static void
add_json(struct buf *out, json_t *value_taken)
{
    if (value_taken)
        (void)jsonx_dump(value_taken, out); /* JSON is YAML */
    json_decref(value_taken);
}

static void
add_source(struct buf *out, struct arena *arena, struct str source)
{
    (void)buf_add_cstr(out, "{tags: [");
    add_json(
        out, jsonx_str(arena_printf(arena, "source:%.*s", STR_ARG(source))));
    (void)buf_add_cstr(out, "]}");
}

static void
add_terms(struct buf *out, const struct exception *e, const char *before)
{
    for (size_t i = 0; i < e->nterms; i++) {
        (void)buf_add_cstr(out, i ? ", " : before);
        add_json(out, jsonx_str(e->terms[i]));
    }
}

/* What this one yields to: exceptions of its rule that stand before it. */
static void
add_before(struct buf *out, struct arena *arena, const struct exception *list,
    size_t at)
{
    size_t n = 0;

    for (size_t i = 0; i < at && n < TEACH_RULES_MAX_BEFORE; i++) {
        if (!str_eq(list[i].rule, list[at].rule))
            continue;
        (void)buf_add_cstr(out, n++ ? ", {all: [" : ", none: [{all: [");
        add_terms(out, &list[i], "");
        if (list[i].source.n) {
            (void)buf_add_cstr(out, ", {source: ");
            add_source(out, arena, list[i].source);
            (void)buf_add_char(out, '}');
        }
        (void)buf_add_cstr(out, "]}");
    }
    if (n > 0)
        (void)buf_add_char(out, ']');
}

static void
add_one(struct buf *out, const struct zone *zone, struct arena *arena,
    const struct exception *list, size_t at, const struct rule_info *rule)
{
    const struct exception *e = &list[at];
    char day[TIMEFMT_LOCAL_SIZE];

    (void)buf_printf(out, " - {id: exception-%lld, title: ", (long long)e->id);
    add_json(
        out, jsonx_str(arena_printf(arena, "例外 %lld：%.*s", (long long)e->id,
                 STR_ARG(e->nterms ? e->terms[0] : STR("")))));
    (void)buf_add_cstr(out, ", category: ");
    /* As they are now: a pack may have others than when it was accepted. */
    (void)buf_add_str(out, rule->category);
    (void)buf_printf(out, ", points: %d, all: [{rule: ", -rule->points);
    (void)buf_add_str(out, e->rule);
    (void)buf_add_char(out, '}');
    add_terms(out, e, ", ");
    (void)buf_add_char(out, ']');
    add_before(out, arena, list, at);
    if (e->source.n) {
        (void)buf_add_cstr(out, ", sources: ");
        add_source(out, arena, e->source);
    }
    if (wall_is_set(e->until))
        (void)buf_printf(
            out, ", until: %.10s", timefmt_local(zone, e->until, day));
    (void)buf_add_cstr(out, "}\n");
}

/* The one that lasts longest first, then the oldest. */
static int
exception_order(const void *a, const void *b)
{
    const struct exception *x = a, *y = b;
    int64_t ends = wall_is_set(x->until) ? x->until.ms : INT64_MAX;
    int64_t other = wall_is_set(y->until) ? y->until.ms : INT64_MAX;

    if (ends != other)
        return ends > other ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

size_t
teach_rules_write(struct exception *list, size_t n, const struct ruleset *rules,
    const struct zone *zone, struct arena *arena,
    void (*lost)(const struct exception *exception), struct buf *out)
{
    size_t written = 0;

    if (n > 0)
        qsort(list, n, sizeof *list, exception_order);
    (void)buf_add_cstr(out, "rules:\n");
    for (size_t i = 0; i < n; i++) {
        struct rule_info info;
        uint32_t rule;

        if (ruleset_find(rules, list[i].rule, &rule) != 0) {
            if (lost)
                lost(&list[i]);
            continue;
        }
        info = ruleset_rule(rules, rule);
        add_one(out, zone, arena, list, i, &info);
        written++;
    }
    return written;
}
