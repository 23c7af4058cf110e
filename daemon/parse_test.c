/* parse_test: see parse_test.h. */
#include "daemon/parse_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/utf8.h"
#include "daemon/pb.h"
#include "rules/explain.h"
#include "rules/model.h"
#include "rules/rules.h"

enum {
    TRIAL_MAX_FAULTS = 60,
    TRIAL_MAX_SAMPLES = 400,
    TRIAL_SAMPLE_BYTES = 240, /* of a sample that is shown */
    TRIAL_MODEL_BYTES = 64 * 1024 * 1024
};

static void
trial_drop(struct trial *trial)
{
    matcher_free(trial->matcher);
    ruleset_free(trial->set);
    *trial = (struct trial){0};
}

/* --- what is compiled ------------------------------------------------------
 */

static int
read_packs(struct arena *arena, const Tocsin__RuleTrial *in, struct pack **ret)
{
    struct pack *packs = ARENA_ARRAY(arena, in->n_packs + 1, struct pack);

    if (packs == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < in->n_packs; i++) {
        const Tocsin__RulePack *from = in->packs[i];

        packs[i] = (struct pack){.id = pb_str(from->id),
            .manifest = from->manifest,
            .folder = from->folder};
        for (size_t k = 0; k < from->n_needs && k < PACK_MAX_REQUIRES; k++)
            packs[i].needs[packs[i].nneeds++].id = pb_str(from->needs[k]);
    }
    *ret = packs;
    return 0;
}

static int
read_files(
    struct arena *arena, const Tocsin__RuleTrial *in, struct rule_file **ret)
{
    struct rule_file *files =
        ARENA_ARRAY(arena, in->n_files + 1, struct rule_file);
    struct pack *packs = NULL;
    int r = files ? read_packs(arena, in, &packs) : E_NOMEM;

    for (size_t i = 0; i < in->n_files && r == 0; i++) {
        const Tocsin__RuleFile *from = in->files[i];

        files[i] = (struct rule_file){.name = from->name,
            .text = pb_bytes(from->text),
            .lent = from->lent};
        if (files[i].text.p == NULL)
            files[i].text = STR("");
        if (from->pack > in->n_packs)
            r = E_PROTO;
        else if (from->pack > 0)
            files[i].pack = &packs[from->pack - 1];
    }
    *ret = files;
    return r;
}

static int
read_owners(struct arena *arena, const Tocsin__RuleTrial *in,
    struct rule_options *options)
{
    struct rule_owner *owners =
        ARENA_ARRAY(arena, in->n_owners + 1, struct rule_owner);

    for (size_t i = 0; i < in->n_owners && owners; i++) {
        const Tocsin__RuleOwner *from = in->owners[i];

        owners[i] = (struct rule_owner){.name = pb_str(from->name),
            .aliases = pb_strs(arena, from->aliases, from->n_aliases),
            .naliases = from->n_aliases};
    }
    options->owners = owners;
    options->nowners = in->n_owners;
    return owners ? 0 : E_NOMEM;
}

/* --- what is answered -------------------------------------------------------
 */

static void
add_faults(struct arena *arena, const struct toc_errors *errors, bool warning,
    Tocsin__RuleTrialResult *out)
{
    for (size_t i = 0; i < errors->n; i++) {
        const struct toc_error *e = &errors->list[i];
        Tocsin__RuleFault *fault;

        if (out->n_faults == TRIAL_MAX_FAULTS) {
            out->left += (uint32_t)(errors->n - i);
            return;
        }
        fault = ARENA_NEW(arena, Tocsin__RuleFault);
        if (fault == NULL)
            return;
        tocsin__rule_fault__init(fault);
        fault->file = pb_cstr(arena, str_of(e->file));
        fault->line = e->line;
        fault->column = e->column;
        fault->text = pb_cstr(arena, str_of(e->text));
        fault->warning = warning;
        out->faults[out->n_faults++] = fault;
    }
}

static bool
sample_finds(struct trial *trial, const struct model_rule *rule,
    const struct model_sample *sample, struct arena *arena)
{
    struct rule_item item = {.title = sample->title,
        .text = sample->text,
        .source = {.kind = sample->kind,
            .tags = sample->tags,
            .ntags = sample->ntags},
        .published = WALL_NONE,
        .seen = WALL_NONE};
    struct verdict verdict;

    if (sample->title.n == 0 && !(rule->fields & FIELDS_TEXT)) {
        item.title = sample->text;
        item.text = STR_NONE;
    }
    if (match_item(trial->matcher, &item, arena, &verdict) != 0)
        return !sample->hit;
    for (size_t i = 0; i < verdict.nfindings; i++)
        if (str_eq(ruleset_rule(trial->set, verdict.findings[i].rule).id,
                rule->id))
            return !verdict.findings[i].indeterminate;
    return false;
}

static void
add_samples(struct trial *trial, const struct model_rule *rule,
    struct arena *arena, Tocsin__RuleTrialResult *out)
{
    for (const struct model_sample *s = rule->samples;
         s && out->n_samples < TRIAL_MAX_SAMPLES; s = s->next) {
        Tocsin__RuleSample *one = ARENA_NEW(arena, Tocsin__RuleSample);

        if (one == NULL)
            return;
        tocsin__rule_sample__init(one);
        one->rule = pb_cstr(arena, rule->id);
        one->line = s->place.line;
        one->text = pb_cstr(arena,
            utf8_cut(s->title.n ? s->title : s->text, TRIAL_SAMPLE_BYTES));
        one->hit = s->hit;
        one->found = sample_finds(trial, rule, s, arena);
        out->samples[out->n_samples++] = one;
    }
}

/* "…/rule-ID.yaml" is to hold that rule and none else, a list's file none. */
static void
check_id(const struct model_rule *rule, const char *subject,
    struct toc_errors *errors)
{
    struct str name = str_of(subject), prefix = STR("rule-");
    size_t at = name.n;

    while (at > 0 && name.p[at - 1] != '/')
        at--;
    name = str_from(name, at);
    if (str_ends(name, STR(".yaml")))
        name.n -= sizeof ".yaml" - 1;
    if (!str_starts(name, prefix))
        toc_errors_add(errors, subject, rule->place.line, rule->place.column,
            "there may be no rule here: it is edited by itself");
    else if (!str_eq(str_from(name, prefix.n), rule->id))
        toc_errors_add(errors, subject, rule->place.line, rule->place.column,
            "the id is to be %.*s, which is what is edited here",
            STR_ARG(str_from(name, prefix.n)));
}

/* The samples are not in the compiled set: read the files once more. */
static void
run_samples(struct trial *trial, const struct trial_house *house,
    const struct rule_file *files, size_t nfiles, struct rule_options *options,
    const char *subject, struct toc_errors *wrong, Tocsin__RuleTrialResult *out)
{
    struct arena *arena = arena_new(TRIAL_MODEL_BYTES);
    struct toc_errors errors = {0};
    struct model model;

    out->samples =
        ARENA_ARRAY(house->arena, TRIAL_MAX_SAMPLES, Tocsin__RuleSample *);
    if (arena == NULL || out->samples == NULL)
        goto out;
    options->warnings = NULL;
    options->lint = false;
    model_init(&model, arena, &errors);
    if (model_read(&model, files, nfiles, options) != 0)
        goto out;
    for (const struct model_rule *r = model.rules; r; r = r->next) {
        if (r->lent || !r->place.file || strcmp(r->place.file, subject) != 0)
            continue;
        check_id(r, subject, wrong);
        if (!r->disabled && !(r->flags & RULE_HELPER))
            add_samples(trial, r, house->arena, out);
    }
out:
    toc_errors_done(&errors);
    arena_free(arena);
}

void
trial_make(struct trial *kept, const struct trial_house *house,
    const Tocsin__RuleTrial *in)
{
    /* What is looked at once leaves a test that goes on alone. */
    struct trial once = {0}, *trial = in->keep ? kept : &once;
    Tocsin__RuleTrialResult out = TOCSIN__RULE_TRIAL_RESULT__INIT;
    struct toc_errors errors = {0}, warnings = {0};
    struct rule_file *files = NULL, region = {.name = in->region_name,
                                        .text = pb_bytes(in->region)};
    struct rule_options options = {.region = region.text.p ? &region : NULL,
        .zone = house->zone,
        .lint = true,
        .warnings = &warnings};
    int r = read_files(house->arena, in, &files);

    trial_drop(trial);
    out.trial = in->trial;
    out.faults =
        ARENA_ARRAY(house->arena, TRIAL_MAX_FAULTS, Tocsin__RuleFault *);
    if (r == 0)
        r = out.faults ? read_owners(house->arena, in, &options) : E_NOMEM;
    if (r == 0)
        r = ruleset_compile_with(
            files, in->n_files, &options, &errors, &trial->set);
    if (r == 0)
        r = matcher_new(trial->set, &trial->matcher);
    if (r == 0) {
        matcher_limit(trial->matcher, &MATCH_LIMITS(clock_cpu_us));
        out.rules = (uint32_t)ruleset_count(trial->set);
        run_samples(trial, house, files, in->n_files, &options, in->subject,
            &errors, &out);
        if (toc_errors_any(&errors))
            r = E_CONF;
    }
    out.ok = r == 0;
    add_faults(house->arena, &errors, false, &out);
    add_faults(house->arena, &warnings, true, &out);
    (void)ipc_send(
        house->engine, FRAME(rule_trial_result, RULE_TRIAL_RESULT, &out));
    toc_errors_done(&errors);
    toc_errors_done(&warnings);
    if (r != 0 || !in->keep)
        trial_drop(trial);
    else
        trial->id = in->trial;
}

/* --- items
 * -------------------------------------------------------------------- */

struct judged {
    struct verdict verdict;
    struct score score;
};

static int
judge(const struct ruleset *set, struct matcher *matcher,
    const Tocsin__TrialItem *in, const struct rule_item *item,
    struct arena *arena, struct judged *ret)
{
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    int r = match_item(matcher, item, arena, &ret->verdict);

    context.source_weight = in->weight;
    context.source_tier = pb_str(in->tier);
    context.now = item->seen;
    context.published = item->published;
    return r ? r
             : score_verdict(
                   set, &ret->verdict, item, &context, arena, &ret->score);
}

static bool
has_rule(const struct ruleset *set, const struct judged *in, struct str id)
{
    for (size_t i = 0; i < in->verdict.nfindings; i++)
        if (!in->verdict.findings[i].indeterminate &&
            str_eq(ruleset_rule(set, in->verdict.findings[i].rule).id, id))
            return true;
    return false;
}

/* Rules that hold in a and not in b. */
static size_t
only_in(const struct ruleset *a_set, const struct judged *a,
    const struct ruleset *b_set, const struct judged *b, struct arena *arena,
    char ***ret)
{
    char **list = ARENA_ARRAY(arena, a->verdict.nfindings + 1, char *);
    size_t n = 0;

    for (size_t i = 0; i < a->verdict.nfindings && list; i++) {
        struct str id = ruleset_rule(a_set, a->verdict.findings[i].rule).id;

        if (a->verdict.findings[i].indeterminate || has_rule(b_set, b, id))
            continue;
        list[n] = pb_cstr(arena, id);
        if (list[n] == NULL)
            break;
        n++;
    }
    *ret = list;
    return n;
}

static Tocsin__TrialVerdict *
judge_one(struct trial *trial, const struct trial_house *house,
    const Tocsin__TrialItem *in)
{
    struct arena *arena = house->arena;
    Tocsin__TrialVerdict *out = ARENA_NEW(arena, Tocsin__TrialVerdict);
    struct rule_item item = {.title = pb_str(in->title),
        .text = pb_str(in->text),
        .source = {.id = pb_str(in->source),
            .name = pb_str(in->source_name),
            .kind = pb_str(in->tier),
            .tags = pb_strs(arena, in->tags, in->n_tags),
            .ntags = in->n_tags},
        .published = {in->published_ms},
        .seen = {in->seen_ms}};
    struct judged before, now;
    struct str text = STR_NONE;

    if (out == NULL || arena_failed(arena) ||
        judge(house->rules, house->matcher, in, &item, arena, &before) != 0)
        return NULL;
    tocsin__trial_verdict__init(out);
    out->id = in->id;
    out->score_before = out->score = before.score.points;
    out->level_before = out->level = before.score.level;
    if (trial->set == NULL) {
        if (explain_score(arena, &before.score, &text) == 0)
            out->explanation = pb_data(text);
        return out;
    }
    if (judge(trial->set, trial->matcher, in, &item, arena, &now) != 0)
        return NULL;
    out->score = now.score.points;
    out->level = now.score.level;
    out->n_gained =
        only_in(trial->set, &now, house->rules, &before, arena, &out->gained);
    out->n_lost =
        only_in(house->rules, &before, trial->set, &now, arena, &out->lost);
    return out;
}

void
trial_items(struct trial *trial, const struct trial_house *house,
    const Tocsin__TrialItems *in)
{
    Tocsin__TrialVerdicts out = TOCSIN__TRIAL_VERDICTS__INIT;
    struct trial none = {0};

    out.trial = in->trial;
    out.generation = house->generation;
    out.ok = in->trial == 0 || (trial->set && trial->id == in->trial);
    out.verdicts =
        ARENA_ARRAY(house->arena, in->n_items + 1, Tocsin__TrialVerdict *);
    out.ok = out.ok && out.verdicts;
    for (size_t i = 0; i < in->n_items && out.ok; i++) {
        Tocsin__TrialVerdict *one =
            judge_one(in->trial ? trial : &none, house, in->items[i]);

        if (one)
            out.verdicts[out.n_verdicts++] = one;
    }
    (void)ipc_send(house->engine, FRAME(trial_verdicts, TRIAL_VERDICTS, &out));
}
