/*
 * rule: one rule, from YAML.
 *
 * Every option is a line of a table, so that an override can change the same
 * option in the same words (override.c).
 */
#include <string.h>

#include "base/timefmt.h"
#include "rules/model.h"

enum { RULE_ZONE_DEFAULT_MINUTES = 8 * 60 };

/* What an item can be instead of an event. */
static const char *const contexts[] = {"advertisement", "anniversary", "award",
    "closed", "drill", "elsewhere", "fiction", "figurative", "name", "policy",
    "prevention", "refuted", "routine", "statistics", NULL};

static struct place
place_of(const char *file, const struct ynode *node)
{
    return (struct place){file, node->line, node->column};
}

/* Text of a scalar; STR_NONE with an error otherwise. */
static struct str
read_text(
    struct model *m, const char *file, const struct ynode *n, const char *key)
{
    if (n->type != YAML_SCALAR || str_trim(n->text).n == 0) {
        toc_errors_add(
            m->errors, file, n->line, n->column, "%s is to be a text", key);
        return STR_NONE;
    }
    return arena_str(m->arena, str_trim(n->text));
}

static void
read_title(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    r->title = read_text(m, file, node, "title");
}

static void
read_fields(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    const struct str *names = NULL;
    size_t n = 0;

    r->fields = 0;
    clause_read_texts(m, file, node, "fields", &names, &n);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(names[i], STR("title")))
            r->fields |= FIELDS_TITLE;
        else if (str_eq(names[i], STR("text")))
            r->fields |= FIELDS_TEXT;
        else
            toc_errors_add(m->errors, file, node->line, node->column,
                "\"%.*s\" is no field: title and text are", STR_ARG(names[i]));
    }
}

static void
read_points(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    static const char *const allowed[] = {"title", "text", NULL};
    int64_t v = 0;

    r->has_points = true;
    if (node->type != YAML_MAP) {
        if (yaml_int(node, file, m->errors, -MODEL_MAX_POINTS, MODEL_MAX_POINTS,
                &v) == 0)
            r->points[FIELD_TITLE] = r->points[FIELD_TEXT] = (int)v;
        return;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    for (int f = 0; f < 2; f++) {
        const struct ynode *n = yaml_get(node, allowed[f]);
        if (!n)
            toc_errors_add(m->errors, file, node->line, node->column,
                "points by field need both title and text");
        else if (yaml_int(n, file, m->errors, -MODEL_MAX_POINTS,
                     MODEL_MAX_POINTS, &v) == 0)
            r->points[f] = (int)v;
    }
}

static void
read_status(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    for (unsigned s = 0; s < RULE_STATUS_COUNT; s++)
        if (node->type == YAML_SCALAR &&
            str_eq(node->text, str_of(rule_status_name(s)))) {
            r->status = (enum rule_status)s;
            return;
        }
    toc_errors_add(m->errors, file, node->line, node->column,
        "status is to be experimental, test, stable or deprecated");
}

static void
read_level(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    enum level level;

    if (node->type == YAML_SCALAR && level_parse(node->text, &level) == 0 &&
        level != LEVEL_NONE)
        r->floor = level;
    else
        toc_errors_add(m->errors, file, node->line, node->column,
            "level is to be blue, yellow, orange or red: an item on which the "
            "rule holds is at least of this level, unless its context lowers "
            "it");
}

static void
read_at_most(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    enum level level;

    if (node->type == YAML_SCALAR && level_parse(node->text, &level) == 0 &&
        level != LEVEL_RED)
        r->ceiling = level;
    else
        toc_errors_add(m->errors, file, node->line, node->column,
            "at_most is to be none, blue, yellow or orange: an item on which "
            "the rule holds is of no higher level");
}

/* "2026-06-01", "2026-06-01 08:30" or with an offset; the first instant of it,
 * or the first after it when end. */
static void
read_date(struct model *m, const char *file, const struct ynode *node, bool end,
    struct wall *ret)
{
    struct str s = node->type == YAML_SCALAR ? str_trim(node->text) : STR_NONE;
    bool day = s.n == 10, zoned = s.n > 19;
    struct str text = arena_printf(m->arena, "%.*s%s%s", STR_ARG(s),
        s.n == 16 ? ":00" : "", day || zoned ? "" : "Z");
    struct wall t;

    if ((!day && s.n < 16) || timefmt_parse_rfc3339(text, &t) != 0) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "%s is to be a date, as 2026-06-01 or \"2026-06-01 08:30\"",
            end ? "until" : "since");
        return;
    }
    if (!zoned) {
        struct civil c = civil_of_wall(t, 0);
        if (day && end)
            c = civil_of_wall((struct wall){t.ms + MS_DAY}, 0);
        t = m->options->zone ? zone_to_wall(m->options->zone, &c)
                             : civil_to_wall(&c, RULE_ZONE_DEFAULT_MINUTES);
    }
    *ret = t;
}

static void
read_since(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_date(m, file, node, false, &r->since);
}

static void
read_until(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_date(m, file, node, true, &r->until);
}

static void
read_replaced(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    r->replaced_by = read_text(m, file, node, "replaced_by");
    r->replaced_place = place_of(file, node);
}

static void
read_context(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    struct str s = read_text(m, file, node, "context");

    r->context_place = place_of(file, node);
    for (size_t i = 0; contexts[i] && s.n; i++)
        if (str_eq(s, str_of(contexts[i]))) {
            r->context = str_of(contexts[i]);
            return;
        }
    if (s.n)
        toc_errors_add(m->errors, file, node->line, node->column,
            "\"%.*s\" is no context: advertisement, anniversary, award, "
            "closed, drill, elsewhere, fiction, figurative, name, policy, "
            "prevention, refuted, routine and statistics are",
            STR_ARG(s));
}

static void
read_flag(struct model *m, const char *file, const struct ynode *node,
    unsigned flag, struct model_rule *r)
{
    bool on = false;

    if (yaml_bool(node, file, m->errors, &on) == 0 && on)
        r->flags |= flag;
}

static void
read_raw(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_flag(m, file, node, RULE_RAW, r);
}

static void
read_helper(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_flag(m, file, node, RULE_HELPER, r);
}

static void
read_wish(struct model *m, const char *file, const struct ynode *node,
    unsigned wish, struct model_rule *r)
{
    bool on = false;

    if (yaml_bool(node, file, m->errors, &on) == 0)
        r->wishes = on ? r->wishes | wish : r->wishes & ~wish;
}

static void
read_body(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_wish(m, file, node, RULE_WISH_BODY, r);
}

static void
read_backfill(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    read_wish(m, file, node, RULE_WISH_BACKFILL, r);
}

static void
read_replace(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    if (yaml_bool(node, file, m->errors, &r->replaces) == 0 && r->replaces &&
        r->pack)
        toc_errors_add(m->errors, file, node->line, node->column,
            "a pack may not replace rules that stand elsewhere: only the "
            "bureau's own files may");
}

static void
read_sources(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    clause_read_sources(m, file, node, &r->sources);
}

static void
read_region(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    r->needs_region = str_eq(node->text, STR("required"));
    if (!r->needs_region)
        toc_errors_add(m->errors, file, node->line, node->column,
            "region is to be \"required\": the rule then holds only where "
            "a region is configured");
}

static struct model_sample *
read_sample(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {
        "title", "text", "kind", "tags", NULL};
    struct model_sample *s = ARENA_NEW(m->arena, struct model_sample);
    const struct ynode *n;
    const struct str *tags = NULL;

    if (!s)
        return NULL;
    s->place = place_of(file, node);
    if (node->type == YAML_SCALAR) {
        s->text = arena_str(m->arena, node->text);
        return s;
    }
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "a sample is to be a text or {title: …, text: …, kind: …, tags: "
            "[…]}");
        return NULL;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    if ((n = yaml_get(node, "title")))
        s->title = arena_str(m->arena, n->text);
    if ((n = yaml_get(node, "text")))
        s->text = arena_str(m->arena, n->text);
    if ((n = yaml_get(node, "kind")))
        s->kind = arena_str(m->arena, n->text);
    if ((n = yaml_get(node, "tags")))
        clause_read_texts(m, file, n, "tags", &tags, &s->ntags);
    if (s->ntags > sizeof(s->tags) / sizeof(s->tags[0]))
        s->ntags = sizeof(s->tags) / sizeof(s->tags[0]);
    for (size_t i = 0; i < s->ntags; i++)
        s->tags[i] = tags[i];
    return s;
}

static void
read_samples(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    static const char *const allowed[] = {"hits", "misses", NULL};
    struct model_sample **end = &r->samples;

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "samples is to be {hits: […], misses: […]}");
        return;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    for (int i = 0; i < 2; i++) {
        const struct ynode *list = yaml_get(node, allowed[i]);
        if (!list)
            continue;
        if (list->type != YAML_SEQ) {
            toc_errors_add(m->errors, file, list->line, list->column,
                "%s is to be a list of texts", allowed[i]);
            continue;
        }
        for (const struct ynode *n = list->first; n; n = n->next) {
            struct model_sample *s = read_sample(m, file, n);
            if (!s)
                continue;
            s->hit = i == 0;
            *end = s;
            end = &s->next;
        }
    }
}

/* Options that an override may change, and those that only the rule has. */
static const struct option {
    const char *key;
    void (*read)(struct model *m, const char *file, const struct ynode *node,
        struct model_rule *r);
    bool own;
} options[] = {{"title", read_title, false}, {"points", read_points, false},
    {"status", read_status, false}, {"level", read_level, false},
    {"at_most", read_at_most, false}, {"since", read_since, false},
    {"until", read_until, false}, {"replaced_by", read_replaced, false},
    {"body", read_body, false}, {"backfill", read_backfill, false},
    {"fields", read_fields, true}, {"sources", read_sources, true},
    {"raw", read_raw, true}, {"helper", read_helper, true},
    {"samples", read_samples, true}, {"region", read_region, true},
    {"context", read_context, true}, {"replace", read_replace, true}};

bool
rule_read_option(struct model *m, const char *file, const char *key,
    const struct ynode *node, struct model_rule *r)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (options[i].own || strcmp(options[i].key, key) != 0)
            continue;
        options[i].read(m, file, node, r);
        return true;
    }
    return false;
}

/* Read all, any, none, near, at_least and composite into the rule's root. */
static void
read_conditions(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    static const char *const keys[] = {
        "all", "any", "none", "near", "at_least", "composite", NULL};
    bool positive = false, any = false;

    r->root = clause_new(m, CLAUSE_ALL, r->place);
    for (size_t i = 0; keys[i] && r->root; i++) {
        const struct ynode *n = yaml_get(node, keys[i]);
        bool composite = strcmp(keys[i], "composite") == 0;
        if (!n)
            continue;
        any = true;
        struct clause *c = composite ? clause_read_composite(m, file, n)
                                     : clause_read(m, file, keys[i], n, 0);
        /* what was not understood is not said to be missing as well */
        if (strcmp(keys[i], "none") != 0 && !(composite && c && !c->count))
            positive = true;
        if (c)
            clause_append(r->root, c);
    }
    if (!positive && !(any && r->points[0] < 0 && r->points[1] < 0))
        toc_errors_add(m->errors, file, node->line, node->column,
            any ? "the rule has only none, so it would hold on nearly every "
                  "item: it needs all, any, near or at_least too"
                : "the rule has no condition: it needs all, any, near, "
                  "at_least or composite");
}

void
rule_check(
    struct model *m, const struct place *where, const struct model_rule *r)
{
    bool helper = r->flags & RULE_HELPER, lowers = false;

    if (!r->has_points && !helper && r->ceiling == LEVEL_COUNT)
        model_wrong(m, where ? *where : r->place, "the rule has no points");
    lowers = r->ceiling < LEVEL_COUNT || r->points[FIELD_TITLE] < 0 ||
             r->points[FIELD_TEXT] < 0;
    if (r->context.n && !helper && !lowers)
        model_wrong(m, where ? *where : r->context_place,
            "a rule with a context is to lower the score: it needs negative "
            "points or at_most");
    if (r->replaced_by.n && r->status != RULE_DEPRECATED)
        model_wrong(m, where ? *where : r->replaced_place,
            "replaced_by is for a rule with status: deprecated");
    if (r->since.ms >= r->until.ms)
        model_wrong(m, where ? *where : r->place,
            "until is before since: the rule would never hold");
}

static struct str
need_text(struct model *m, const char *file, const struct ynode *rule,
    const char *key)
{
    const struct ynode *n = yaml_get(rule, key);

    if (n)
        return read_text(m, file, n, key);
    toc_errors_add(
        m->errors, file, rule->line, rule->column, "the rule has no %s", key);
    return STR_NONE;
}

static void
read_names(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    const struct ynode *n;

    r->place = r->category_place = place_of(file, node);
    r->id = need_text(m, file, node, "id");
    if (!yaml_get(node, "title"))
        need_text(m, file, node, "title");
    r->category = need_text(m, file, node, "category");
    if ((n = yaml_get(node, "id")))
        r->place = place_of(file, n);
    if (r->id.n && !model_is_id(r->id))
        model_wrong(m, r->place,
            "id is to be small letters, digits and '-' only, not \"%.*s\"",
            STR_ARG(r->id));
    if ((n = yaml_get(node, "category")))
        r->category_place = place_of(file, n);
    if (r->category.n && !model_is_name(r->category))
        model_wrong(m, r->category_place,
            "category is to be small letters, digits, '-' and '_' only");
}

void
rule_read(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const keys[] = {"id", "title", "category", "points",
        "fields", "sources", "raw", "status", "all", "any", "none", "near",
        "at_least", "composite", "samples", "note", "region", "helper",
        "context", "level", "at_most", "since", "until", "replaced_by", "body",
        "backfill", "replace", NULL};
    struct model_rule *r = ARENA_NEW(m->arena, struct model_rule);

    if (!r)
        return;
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "a rule is to be a map with id, title, category, points and "
            "conditions");
        return;
    }
    yaml_check_keys(node, file, m->errors, keys);
    r->pack = m->pack;
    r->packed = m->pack != NULL;
    r->lent = m->lent;
    r->fields = FIELDS_TITLE | FIELDS_TEXT;
    r->ceiling = LEVEL_COUNT;
    r->half_life_ms = m->half_life_ms;
    r->since = (struct wall){INT64_MIN};
    r->until = (struct wall){INT64_MAX};
    read_names(m, file, node, r);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct ynode *n = yaml_get(node, options[i].key);
        if (n)
            options[i].read(m, file, n, r);
    }
    rule_check(m, NULL, r);
    read_conditions(m, file, node, r);
    *m->rules_end = r;
    m->rules_end = &r->next;
    r->number = (uint32_t)m->nrules++;
}
