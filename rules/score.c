/*
 * score: from findings to 0–100, with the sum shown line by line.
 *
 * Points of one category add up to its cap.  The heaviest category counts
 * whole, the others by the set's others_percent.  Categories that are modifiers
 * and rules that lower the score count whole.  Then come the factors: the
 * source's weight and tier, the category's weight by the calendar, and other
 * sources that report the same. None of them lowers a score when it grows
 * itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/set.h"

enum { SCORE_MAX = 100, SCORE_WORDS = 5, SCORE_ALL_CATEGORIES = 64 };

struct scorer {
    const struct image *image;
    const struct rule_item *item;
    struct arena *arena;
    struct score score;
    int sum[SCORE_ALL_CATEGORIES];      /* by category, capped */
    int positive[SCORE_ALL_CATEGORIES]; /* the same without what lowers */
};

static const struct image_rule *
rule_of(const struct scorer *s, const struct finding *f)
{
    return IMAGE_ARRAY(s->image, struct image_rule, SEC_RULES) + f->rule;
}

/* Points of the field that it was found in: the title counts first. */
static int
points_of(const struct scorer *s, const struct finding *f)
{
    const struct image_rule *r = rule_of(s, f);
    enum rule_field field = f->nspans > 0 ? f->spans[0].field : FIELD_TITLE;

    return r->flags & IMAGE_RULE_SHADOW ? 0 : r->points[field];
}

/* The words of the spans, each once, joined by "、". */
static struct str
words_of(const struct scorer *s, const struct finding *f)
{
    struct str words[SCORE_WORDS], all = STR_NONE;
    size_t n = 0;

    for (size_t i = 0; i < f->nspans && n < SCORE_WORDS; i++) {
        const struct span *span = &f->spans[i];
        struct str text =
            span->field == FIELD_TITLE ? s->item->title : s->item->text;
        size_t begin = utf8_offset(text, span->start);
        struct str rest = str_from(text, begin);
        struct str word =
            str_first(rest, utf8_offset(rest, span->end - span->start));
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known = known || str_eq(words[k], word);
        if (known)
            continue;
        words[n++] = word;
        all = all.n ? arena_printf(
                          s->arena, "%.*s、%.*s", STR_ARG(all), STR_ARG(word))
                    : arena_printf(s->arena, "%.*s", STR_ARG(word));
    }
    return all;
}

static void
add_reason(struct scorer *s, struct reason reason)
{
    if (s->score.nreasons < SCORE_MAX_REASONS)
        s->score.reasons[s->score.nreasons++] = reason;
}

static void
add_finding(struct scorer *s, const struct finding *f)
{
    const struct image_rule *r = rule_of(s, f);
    const struct image_category *c =
        IMAGE_ARRAY(s->image, struct image_category, SEC_CATEGORIES) +
        r->category;
    int points = f->indeterminate ? 0 : points_of(s, f);
    int *sum = &s->sum[r->category];

    if (points > 0 && points > c->cap - *sum)
        points = c->cap > *sum ? c->cap - *sum : 0;
    *sum += points;
    if (points > 0)
        s->positive[r->category] += points;
    add_reason(s, (struct reason){.rule = image_str(s->image, r->id),
                      .title = image_str(s->image, r->title),
                      .category = image_str(s->image, c->name),
                      .points = points,
                      .text = words_of(s, f),
                      .indeterminate = f->indeterminate});
}

/* Findings from the heaviest to what lowers most; equal ones by number. */
static void
add_findings(struct scorer *s, const struct verdict *v)
{
    uint8_t done[VERDICT_MAX_FINDINGS] = {0};

    for (size_t round = 0; round < v->nfindings; round++) {
        size_t best = v->nfindings;
        for (size_t i = 0; i < v->nfindings; i++)
            if (!done[i] &&
                (best == v->nfindings || points_of(s, &v->findings[i]) >
                                             points_of(s, &v->findings[best])))
                best = i;
        done[best] = 1;
        add_finding(s, &v->findings[best]);
    }
}

static void
add_factor(struct scorer *s, int *total, const char *name, int delta)
{
    if (delta == 0)
        return;
    *total += delta;
    add_reason(s, (struct reason){.rule = str_of(name), .points = delta});
}

/* All categories together.  A modifier raises only what another category has
 * raised. */
static int
total_of(struct scorer *s)
{
    const struct image_category *c =
        IMAGE_ARRAY(s->image, struct image_category, SEC_CATEGORIES);
    int heaviest = 0, positive = 0, negative = 0, more = 0, total;

    for (uint32_t i = 0; i < IMAGE_COUNT(s->image, SEC_CATEGORIES); i++) {
        if (s->sum[i] < 0)
            negative += s->sum[i];
        else if (c[i].modifier)
            more += s->sum[i];
        else
            positive += s->sum[i];
        if (!c[i].modifier && s->sum[i] > heaviest)
            heaviest = s->sum[i];
    }
    total = heaviest +
            (positive - heaviest) * s->image->header->others_percent / 100;
    if (total < positive)
        add_reason(s, (struct reason){.rule = STR("other-categories"),
                          .points = total - positive});
    if (positive == 0 && more > 0)
        add_reason(s,
            (struct reason){.rule = STR("nothing-to-raise"), .points = -more});
    return total + (positive > 0 ? more : 0) + negative;
}

static int
tier_percent(struct str tier)
{
    if (str_eq(tier, STR("own")) || str_eq(tier, STR("institution")))
        return 110;
    return str_eq(tier, STR("press")) ? 105 : 100;
}

static int
corroboration(unsigned sources)
{
    static const int points[] = {0, 5, 8, 10, 12, 15};
    unsigned last = sizeof(points) / sizeof(points[0]) - 1;

    return points[sources < last ? sources : last];
}

static void
add_factors(struct scorer *s, const struct score_context *c, int *total)
{
    if (*total <= 0)
        return;
    add_factor(
        s, total, "category-weight", *total * (c->category_weight - 100) / 100);
    add_factor(
        s, total, "source-weight", *total * (c->source_weight - 100) / 100);
    add_factor(s, total, "source-tier",
        *total * (tier_percent(c->source_tier) - 100) / 100);
    add_factor(s, total, "corroboration", corroboration(c->corroborating));
}

/* What no rule could decide a human must see: at least the lowest level. */
static void
add_indeterminate(struct scorer *s, const struct verdict *v, int *total)
{
    int blue = s->image->header->level[LEVEL_BLUE];

    for (size_t i = 0; i < v->nfindings; i++) {
        const struct finding *f = &v->findings[i];
        if (f->indeterminate && points_of(s, f) > 0 && *total < blue)
            add_factor(s, total, "indeterminate", blue - *total);
    }
}

/* Names of the categories that raised the score, heaviest first. */
static void
list_categories(struct scorer *s)
{
    const struct image_category *c =
        IMAGE_ARRAY(s->image, struct image_category, SEC_CATEGORIES);
    uint32_t n = IMAGE_COUNT(s->image, SEC_CATEGORIES);

    while (s->score.ncategories < SCORE_MAX_CATEGORIES) {
        uint32_t best = n;
        for (uint32_t i = 0; i < n; i++)
            if (s->positive[i] > 0 && s->sum[i] > 0 && !c[i].modifier &&
                (best == n || s->positive[i] > s->positive[best]))
                best = i;
        if (best == n)
            return;
        s->positive[best] = 0;
        s->score.categories[s->score.ncategories++] =
            image_str(s->image, c[best].name);
    }
}

int
score_verdict(const struct ruleset *set, const struct verdict *verdict,
    const struct rule_item *item, const struct score_context *context,
    struct arena *arena, struct score *ret)
{
    struct scorer s = {.image = &set->image, .item = item, .arena = arena};
    int total;

    if (IMAGE_COUNT(s.image, SEC_CATEGORIES) > SCORE_ALL_CATEGORIES ||
        verdict->nfindings > VERDICT_MAX_FINDINGS)
        return E_LIMIT;
    for (size_t i = 0; i < verdict->nfindings; i++)
        if (verdict->findings[i].rule >= ruleset_count(set))
            return E_PROTO;
    add_findings(&s, verdict);
    total = total_of(&s);
    add_factors(&s, context, &total);
    add_indeterminate(&s, verdict, &total);
    s.score.points = total < 0 ? 0 : total > SCORE_MAX ? SCORE_MAX : total;
    for (int l = LEVEL_BLUE; l <= LEVEL_RED; l++)
        if (s.score.points >= s.image->header->level[l])
            s.score.level = (enum level)l;
    list_categories(&s);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = s.score;
    return 0;
}
