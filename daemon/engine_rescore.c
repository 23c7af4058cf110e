/*
 * engine_rescore: what an incident scores with the items that it has now.
 *
 * Items that come one by one only ever raise an incident (engine_item.c).
 * Where items are taken out of one or put into another by a person, its score,
 * level, explanation and category are made anew from what was found on each,
 * by the rules that are in force.
 */
#include "base/err.h"
#include "daemon/engine_act.h"
#include "daemon/engine_score.h"
#include "store/regroup.h"

enum { RESCORE_MAX_ITEMS = 200 /* the heaviest */ };

/* *lost is set when something was found by what is no rule any more. */
static int
part_verdict(const struct engine *engine, const struct incident_part *part,
    struct verdict *ret, bool *lost)
{
    struct finding *findings =
        ARENA_ARRAY(engine->arena, part->nfindings + 1, struct finding);
    size_t n = 0;

    if (findings == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < part->nfindings; i++) {
        const struct part_finding *f = &part->findings[i];
        uint32_t rule;

        if (ruleset_find(engine->rules, f->rule, &rule) != 0) {
            *lost = true;
            continue;
        }
        findings[n++] = (struct finding){.rule = rule,
            .indeterminate = f->indeterminate,
            .spans = f->spans,
            .nspans = f->nspans};
    }
    *ret = (struct verdict){.findings = findings, .nfindings = n};
    return 0;
}

static int
part_score(struct engine *engine, const struct incident_part *part,
    struct score *ret, bool *lost)
{
    const struct source *source = config_source(engine->config, part->source);
    struct source gone = {.id = part->source, .weight = 100};
    struct item item = {
        .title = part->title, .text = part->text, .published = part->published};
    struct verdict verdict;
    int r = part_verdict(engine, part, &verdict, lost);

    return r == 0 ? engine_score_item(engine, engine->rules,
                        source ? source : &gone, &item, &verdict, ret)
                  : r;
}

int
engine_rescore(struct engine *engine, struct incident *incident)
{
    struct incident fresh = *incident;
    struct incident_part *parts = NULL;
    bool lost = false;
    size_t n = 0;
    int r = store_incident_parts(engine->store, incident->id, RESCORE_MAX_ITEMS,
        engine->arena, &parts, &n);

    fresh.score = 0;
    fresh.level = LEVEL_NONE;
    fresh.explanation = STR_NONE;
    for (size_t i = 0; i < n && r == 0; i++) {
        struct score score;

        r = part_score(engine, &parts[i], &score, &lost);
        if (r == 0)
            r = engine_score_incident(engine, engine->rules, &score, &fresh,
                &fresh.score, &fresh.level);
        if (r == 0 && i == 0 && score.ncategories > 0)
            fresh.category = score.categories[0];
    }
    /* A rule that is gone takes no level away from what it found. */
    if (r == 0 && n > 0 && !(lost && fresh.level < incident->level))
        *incident = fresh;
    return r;
}
