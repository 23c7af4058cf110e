/* ruleset: see the header. */
#include "ruleset.h"

#include <stdio.h>

#include "base/utf8.h"

static const char yaml[] =
    "levels: {blue: 20, yellow: 40, orange: 60, red: 80}\n"
    "others_percent: 10\n"
    "categories:\n"
    "  fire: {title: 火灾, cap: 50}\n"
    "  harm: {title: 伤害, cap: 60}\n"
    "  weight: {title: 轻重, modifier: true}\n"
    "furniture: [\"下一篇:\", \"read next:\"]\n"
    "lists:\n"
    "  pupil: [学生, 小学, pupil*, kid]\n"
    "  fire: [起火, 冒烟, fire, \"/着.{0,3}火/\"]\n"
    "rules:\n"
    "  - {id: burns, title: t, category: fire, points: {title: 30, text: 20},\n"
    "     all: [{list: fire}, {any: [{list: pupil}, 宿舍]}], none: [演练]}\n"
    "  - {id: close, title: t, category: harm, points: 25,\n"
    "     near: {terms: [{list: pupil}, 受伤], within: 8, ordered: true}}\n"
    "  - {id: two, title: t, category: harm, points: 15,\n"
    "     at_least: {count: 2, of: [骨折, 昏迷, 送医, {rule: burns}]}}\n"
    "  - {id: raw, title: t, category: harm, points: 5, raw: true,\n"
    "     any: [ＡＢ, \"/\\\\d{3,5}号/\"]}\n"
    "  - {id: words, title: t, category: fire, points: 10,\n"
    "     any: [\"/(甲|丙).{0,5}(乙|丁)/\", \"/(a+)+b/\", \"/^通知/\"],\n"
    "     fields: [title]}\n"
    "  - {id: forum, title: t, category: weight, points: 10,\n"
    "     all: [听说, {source: {kinds: [forum]}}]}\n"
    "  - {id: less, title: t, category: weight, points: -20, any: [辟谣]}\n";

const struct ruleset *
ruleset_fixed(void)
{
    static struct ruleset *set;
    struct rule_file file = {.name = "fixed.yaml", .text = str_of(yaml)};
    struct toc_errors errors = {.n = 0};

    if (!set) {
        if (ruleset_compile(&file, 1, NULL, &errors, &set) != 0)
            toc_errors_print(&errors, stderr);
        HOLD(set != NULL);
        toc_errors_done(&errors);
    }
    return set;
}

static void
check_verdict(const struct ruleset *set, const struct rule_item *item,
    const struct verdict *verdict)
{
    size_t title = utf8_count(item->title), text = utf8_count(item->text);

    HOLD(verdict->nfindings <= VERDICT_MAX_FINDINGS);
    for (size_t i = 0; i < verdict->nfindings; i++) {
        const struct finding *f = &verdict->findings[i];

        HOLD(f->rule < ruleset_count(set));
        HOLD(f->nspans <= FINDING_MAX_SPANS);
        for (size_t j = 0; j < f->nspans; j++) {
            const struct span *s = &f->spans[j];

            HOLD(s->field == FIELD_TITLE || s->field == FIELD_TEXT);
            HOLD(s->start <= s->end);
            HOLD(s->end <= (s->field == FIELD_TITLE ? title : text));
        }
    }
}

static void
check_score(const struct ruleset *set, const struct rule_item *item,
    const struct verdict *verdict, struct arena *arena)
{
    struct score_context neutral = SCORE_CONTEXT_NEUTRAL;
    struct score score;

    HOLD(score_verdict(set, verdict, item, &neutral, arena, &score) == 0);
    HOLD(score.points >= 0 && score.points <= 100);
    HOLD(score.level <= LEVEL_RED);
    HOLD(score.ncategories <= SCORE_MAX_CATEGORIES);
    HOLD(score.nreasons <= SCORE_MAX_REASONS);
}

void
ruleset_match(const struct ruleset *set, struct str title, struct str text,
    struct str kind)
{
    struct arena *arena = fuzz_arena();
    struct rule_item item = {.title = fuzz_repaired(arena, title),
        .text = fuzz_repaired(arena, text),
        .source = {.id = STR("s"), .name = STR("n"), .kind = kind},
        .published = WALL_NONE};
    struct matcher *matcher = NULL;
    struct verdict first, second;
    struct str folded;

    HOLD(matcher_new(set, &matcher) == 0);
    HOLD(match_item(matcher, &item, arena, &first) == 0);
    check_verdict(set, &item, &first);
    check_score(set, &item, &first, arena);
    HOLD(match_folded(matcher, FIELD_TEXT, arena, &folded) == 0);
    HOLD(utf8_is_valid(folded));
    HOLD(match_item(matcher, &item, arena, &second) == 0);
    check_verdict(set, &item, &second);
    HOLD(first.nfindings == second.nfindings);
    matcher_free(matcher);
    arena_free(arena);
}
