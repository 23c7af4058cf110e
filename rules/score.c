/*
 * score: from findings to 0–100, with the sum shown line by line.
 *
 * Points of one category add up to its cap.  The heaviest category counts
 * whole, the others by the set's others_percent.  Categories that are modifiers
 * and rules that lower the score count whole.  Then come the factors: age, the
 * category's weight by the calendar, the source's weight and tier; then what
 * rules say of the level itself; at last other sources that report the same.
 * Rules of status test are left out, and the whole is done once more with them
 * to say what they would make of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/set.h"
#include "rules/weigh.h"

enum {
    SCORE_MAX = 100,
    SCORE_WORDS = 5,
    SCORE_ALL_CATEGORIES = 64,
    SCORE_FACTOR_LINES = 14, /* kept free for what is no finding */
    SCORE_DAY_MS = 24 * 60 * 60 * 1000
};

struct scorer {
    const struct image *image;
    const struct rule_item *item;
    const struct score_context *context;
    const struct verdict *verdict;
    struct arena *arena;
    bool with_test; /* rules of status test count */
    bool aged;      /* points count for what age leaves of them */
    bool quiet;     /* nothing is explained */
    struct score score;
    int unlisted; /* points of findings beyond the lines there are */
    int sum[SCORE_ALL_CATEGORIES];      /* by category, capped */
    int positive[SCORE_ALL_CATEGORIES]; /* the same without what lowers */
};

const char *
rule_status_name(enum rule_status status)
{
    static const char *const names[] = {
#define X(name, text) [RULE_##name] = text,
        RULE_STATUSES(X)
#undef X
    };

    return status < RULE_STATUS_COUNT ? names[status] : "";
}

static const struct image_rule *
rule_of(const struct scorer *s, const struct finding *f)
{
    return IMAGE_ARRAY(s->image, struct image_rule, SEC_RULES) + f->rule;
}

static const struct image_category *
category_of(const struct scorer *s, const struct image_rule *r)
{
    return IMAGE_ARRAY(s->image, struct image_category, SEC_CATEGORIES) +
           r->category;
}

/* Whether what the rule says counts. */
static bool
counts(const struct scorer *s, const struct image_rule *r)
{
    return !(r->flags & IMAGE_RULE_SHADOW) ||
           (s->with_test && r->status == RULE_TEST);
}

static int64_t
age_of(const struct scorer *s)
{
    const struct score_context *c = s->context;

    return wall_is_set(c->now) && wall_is_set(c->published) &&
                   c->published.ms < c->now.ms
               ? c->now.ms - c->published.ms
               : 0;
}

/* Points of the field that it was found in: the title counts first. */
static int
plain_points(const struct image_rule *r, const struct finding *f)
{
    enum rule_field field = f->nspans > 0                   ? f->spans[0].field
                            : r->fields & 1u << FIELD_TITLE ? FIELD_TITLE
                                                            : FIELD_TEXT;

    return r->points[field];
}

static int
points_of(const struct scorer *s, const struct finding *f)
{
    const struct image_rule *r = rule_of(s, f);
    int points = counts(s, r) ? plain_points(r, f) : 0;

    return s->aged ? weigh_aged(points, age_of(s), r->half_life_ms) : points;
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
    if (!s->quiet && s->score.nreasons < SCORE_MAX_REASONS)
        s->score.reasons[s->score.nreasons++] = reason;
}

static void
add_finding(struct scorer *s, const struct finding *f)
{
    const struct image_rule *r = rule_of(s, f);
    const struct image_category *c = category_of(s, r);
    int points = f->indeterminate ? 0 : points_of(s, f);
    int *sum = &s->sum[r->category];

    if (points > 0 && points > c->cap - *sum)
        points = c->cap > *sum ? c->cap - *sum : 0;
    *sum += points;
    if (points > 0)
        s->positive[r->category] += points;
    if (s->quiet)
        return;
    if (s->score.nreasons >= SCORE_MAX_REASONS - SCORE_FACTOR_LINES) {
        s->unlisted += points;
        return;
    }
    add_reason(s, (struct reason){.rule = image_str(s->image, r->id),
                      .title = image_str(s->image, r->title),
                      .category = image_str(s->image, c->name),
                      .points = points,
                      .text = words_of(s, f),
                      .context = image_str(s->image, r->context),
                      .status = (enum rule_status)r->status,
                      .would = r->status == RULE_TEST && !f->indeterminate
                                   ? plain_points(r, f)
                                   : 0,
                      .indeterminate = f->indeterminate});
}

/* Findings from the heaviest to what lowers most; equal ones by number. */
static void
add_findings(struct scorer *s)
{
    const struct verdict *v = s->verdict;
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
    if (s->unlisted != 0)
        add_reason(s, (struct reason){
                          .rule = STR("further-rules"), .points = s->unlisted});
}

static void
add_factor(
    struct scorer *s, int *total, const char *name, int delta, struct str text)
{
    if (delta == 0)
        return;
    *total += delta;
    add_reason(s,
        (struct reason){.rule = str_of(name), .points = delta, .text = text});
}

/* Whether a category that is no modifier was raised. */
static bool
is_raised(const struct scorer *s)
{
    const struct image_category *c =
        IMAGE_ARRAY(s->image, struct image_category, SEC_CATEGORIES);

    for (uint32_t i = 0; i < IMAGE_COUNT(s->image, SEC_CATEGORIES); i++)
        if (!c[i].modifier && s->sum[i] > 0)
            return true;
    return false;
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

/* What age takes: the sum once more, of what it leaves. */
static void
add_age(struct scorer *s, int *total)
{
    struct scorer aged = {.image = s->image,
        .item = s->item,
        .context = s->context,
        .verdict = s->verdict,
        .with_test = s->with_test,
        .aged = true,
        .quiet = true};
    int64_t age = age_of(s);

    if (age <= 0 || *total <= 0)
        return;
    add_findings(&aged);
    add_factor(s, total, "age", total_of(&aged) - *total,
        arena_printf(s->arena, "%lld d", (long long)(age / SCORE_DAY_MS)));
}

static struct str
percent_text(const struct scorer *s, int percent)
{
    return arena_printf(s->arena, "%d %%", percent);
}

static void
add_factors(struct scorer *s, int *total)
{
    const struct score_context *c = s->context;

    add_age(s, total);
    add_factor(s, total, "category-weight",
        weigh_percent(*total, c->category_weight),
        percent_text(s, c->category_weight));
    add_factor(s, total, "source-weight",
        weigh_percent(*total, c->source_weight),
        percent_text(s, c->source_weight));
    add_factor(s, total, "source-tier",
        weigh_percent(*total, weigh_tier(c->source_tier)), c->source_tier);
}

/* What no rule could decide a human must see: at least the lowest level. */
static void
add_indeterminate(struct scorer *s, int *total)
{
    const struct verdict *v = s->verdict;
    int blue = s->image->header->level[LEVEL_BLUE];

    for (size_t i = 0; i < v->nfindings; i++) {
        const struct finding *f = &v->findings[i];
        if (f->indeterminate && points_of(s, f) > 0 && *total < blue)
            add_factor(s, total, "indeterminate", blue - *total, STR_NONE);
    }
}

/* The rule that asks for the highest level, unless one lowers. */
static const struct image_rule *
floor_of(const struct scorer *s)
{
    const struct image_rule *best = NULL;
    bool raised = is_raised(s);

    for (size_t i = 0; i < s->verdict->nfindings; i++) {
        const struct finding *f = &s->verdict->findings[i];
        const struct image_rule *r = rule_of(s, f);
        if (f->indeterminate || !counts(s, r))
            continue;
        if (r->context.n > 0 || r->ceiling < LEVEL_COUNT || points_of(s, f) < 0)
            return NULL;
        if (r->floor > LEVEL_NONE && (raised || !category_of(s, r)->modifier) &&
            (!best || r->floor > best->floor))
            best = r;
    }
    return best;
}

/* The rule that allows the least. */
static const struct image_rule *
ceiling_of(const struct scorer *s)
{
    const struct image_rule *best = NULL;

    for (size_t i = 0; i < s->verdict->nfindings; i++) {
        const struct finding *f = &s->verdict->findings[i];
        const struct image_rule *r = rule_of(s, f);
        if (!f->indeterminate && counts(s, r) && r->ceiling < LEVEL_RED &&
            (!best || r->ceiling < best->ceiling))
            best = r;
    }
    return best;
}

/* What rules say of the level itself. */
static void
add_levels(struct scorer *s, int *total)
{
    const struct image_rule *r = floor_of(s);
    const int32_t *level = s->image->header->level;

    if (r && *total < level[r->floor])
        add_factor(s, total, "level-floor", level[r->floor] - *total,
            str_of(level_name((enum level)r->floor)));
    r = ceiling_of(s);
    if (!r)
        return;
    int limit = level[r->ceiling + 1] - 1;
    int delta = *total > limit ? limit - *total : 0;
    *total += delta;
    s->score.limit = limit;
    add_reason(s, (struct reason){.rule = STR("context-limit"),
                      .points = delta,
                      .text = str_of(level_name((enum level)r->ceiling)),
                      .context = image_str(s->image, r->context)});
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

static void
run(struct scorer *s)
{
    int total;

    s->score.limit = SCORE_MAX;
    add_findings(s);
    total = total_of(s);
    add_factors(s, &total);
    add_indeterminate(s, &total);
    add_levels(s, &total);
    s->score.points = total < 0 ? 0 : total > SCORE_MAX ? SCORE_MAX : total;
}

static enum level
level_of(const struct image *image, int points)
{
    enum level level = LEVEL_NONE;

    for (int l = LEVEL_BLUE; l <= LEVEL_RED; l++)
        if (points >= image->header->level[l])
            level = (enum level)l;
    return level;
}

enum level
ruleset_level(const struct ruleset *set, int points)
{
    return level_of(&set->image, points);
}

int
ruleset_limit(const struct ruleset *set, enum level level)
{
    return level < LEVEL_RED ? set->image.header->level[level + 1] - 1
                             : SCORE_MAX;
}

/* What the score would be with the rules of status test. */
static void
add_would(struct scorer *s)
{
    struct scorer with = {.image = s->image,
        .item = s->item,
        .context = s->context,
        .verdict = s->verdict,
        .arena = s->arena,
        .with_test = true,
        .quiet = true};

    for (size_t i = 0; i < s->verdict->nfindings; i++) {
        const struct finding *f = &s->verdict->findings[i];
        const struct image_rule *r = rule_of(s, f);
        s->score.has_would =
            s->score.has_would ||
            (r->status == RULE_TEST &&
                (plain_points(r, f) != 0 || r->floor > LEVEL_NONE ||
                    r->ceiling < LEVEL_COUNT));
    }
    if (!s->score.has_would)
        return;
    run(&with);
    s->score.would_points = with.score.points;
}

int
score_corroborate(const struct ruleset *set, unsigned corroborating,
    struct arena *arena, struct score *score)
{
    int more = weigh_corroboration(corroborating);
    int limit = score->limit < SCORE_MAX ? score->limit : SCORE_MAX;

    if (score->has_would && score->would_points > 0)
        score->would_points = score->would_points + more > SCORE_MAX
                                  ? SCORE_MAX
                                  : score->would_points + more;
    if (score->has_would)
        score->would_level = level_of(&set->image, score->would_points);
    if (score->points <= 0)
        more = 0;
    if (more > limit - score->points)
        more = limit > score->points ? limit - score->points : 0;
    score->points += more;
    score->level = level_of(&set->image, score->points);
    if (more == 0 || score->nreasons == SCORE_MAX_REASONS)
        return 0;
    struct str text = arena_printf(arena, "%u", corroborating);
    score->reasons[score->nreasons++] = (struct reason){
        .rule = STR("corroboration"), .points = more, .text = text};
    return text.p ? 0 : E_NOMEM;
}

int
score_verdict(const struct ruleset *set, const struct verdict *verdict,
    const struct rule_item *item, const struct score_context *context,
    struct arena *arena, struct score *ret)
{
    struct scorer s = {.image = &set->image,
        .item = item,
        .context = context,
        .verdict = verdict,
        .arena = arena};

    if (IMAGE_COUNT(s.image, SEC_CATEGORIES) > SCORE_ALL_CATEGORIES ||
        verdict->nfindings > VERDICT_MAX_FINDINGS)
        return E_LIMIT;
    for (size_t i = 0; i < verdict->nfindings; i++)
        if (verdict->findings[i].rule >= ruleset_count(set))
            return E_PROTO;
    run(&s);
    list_categories(&s);
    add_would(&s);
    int err = score_corroborate(set, context->corroborating, arena, &s.score);
    if (err == 0 && arena_failed(arena))
        err = E_NOMEM;
    if (err == 0)
        *ret = s.score;
    return err;
}
