/*
 * engine_rules: rules that a parser has given up a regular expression of.
 *
 * An expression that costs too much is searched no more (rules/ledger.h); its
 * rules are indeterminate where they could hold, so that a person looks at such
 * items.  That must be known: it is logged as an error, once for each rule, and
 * is a condition of the rule until other rules are taken.
 */
#include "base/err.h"
#include "daemon/engine.h"
#include "daemon/engine_poll.h"
#include "daemon/pb.h"
#include "store/conditions.h"

#define RULES_SLOW STR("slow-rule")

static int
rules_open(struct engine *engine, const struct rule_info *rule)
{
    struct str subject =
        arena_printf(engine->arena, "rule:%.*s", STR_ARG(rule->id));
    struct condition_text text = {
        STR("a regular expression of this rule takes too long and is searched "
            "no more; what the rule could hold on is shown as undecided"),
        STR("该规则的一个正则表达式耗时过长，已停止使用；"
            "可能命中的条目显示为“无法判定”")};
    bool edge = false;
    int r = store_condition_put(
        engine->store, subject, RULES_SLOW, &text, engine_now(engine), &edge);

    if (r == 0 && edge)
        log_say(LOG_ERROR, "a rule has an expression that takes too long",
            "rule", arena_cstr(engine->arena, rule->id), "why",
            arena_cstr(engine->arena, text.en), NULL);
    return r;
}

void
engine_rules_slow(struct engine *engine, const Tocsin__ParseResult *in)
{
    const struct ruleset *rules = engine_rules_of(engine, in->generation);
    int r = 0;

    if (in->n_slow_rules == 0 || in->n_slow_rules > MATCH_MAX_SLOW ||
        rules == NULL || in->generation != engine->generation ||
        engine_write_begin(engine) != 0)
        return;
    for (size_t i = 0; i < in->n_slow_rules && r == 0; i++) {
        if (in->slow_rules[i] >= ruleset_count(rules))
            continue;
        struct rule_info rule = ruleset_rule(rules, in->slow_rules[i]);
        r = rules_open(engine, &rule);
    }
    (void)engine_write_end(engine, r);
}

int
engine_rules_taken(struct engine *engine, struct wall now)
{
    return store_condition_close_kind(engine->store, RULES_SLOW, now);
}
