/*
 * load: one rule file, from YAML into the model.
 *
 * Every error of the file is added with its place; reading goes on behind it,
 * so that a person mends all in one go.
 */
#include <string.h>

#include "rules/model.h"

static const char *const rule_keys[] = {"id", "title", "category", "points",
    "fields", "sources", "raw", "status", "all", "any", "none", "near",
    "at_least", "samples", "note", "region", "helper", NULL};

void
model_init(struct model *m, struct arena *arena, struct toc_errors *errors)
{
    *m = (struct model){.arena = arena,
        .errors = errors,
        .levels = {[LEVEL_BLUE] = 20,
            [LEVEL_YELLOW] = 40,
            [LEVEL_ORANGE] = 60,
            [LEVEL_RED] = 80},
        .others_percent = 100};
    m->rules_end = &m->rules;
    m->furniture_end = &m->furniture;
}

struct model_list *
model_find_list(const struct model *m, struct str name)
{
    struct model_list *l = m->lists;

    while (l && !str_eq(l->name, name))
        l = l->next;
    return l;
}

static struct place
place_of(const char *file, const struct ynode *node)
{
    return (struct place){file, node->line, node->column};
}

bool
model_is_id(struct str s)
{
    if (s.n == 0 || s.n > MODEL_MAX_ID)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
                (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return false;
    return true;
}

/* A category may also hold '_'. */
static bool
is_name(struct str s)
{
    if (s.n == 0 || s.n > MODEL_MAX_ID)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!model_is_id(str_first(str_from(s, i), 1)) && s.p[i] != '_')
            return false;
    return true;
}

/* Text of a scalar that must be there; STR_NONE with an error otherwise. */
static struct str
need_text(struct model *m, const char *file, const struct ynode *rule,
    const char *key)
{
    const struct ynode *n = yaml_get(rule, key);

    if (!n) {
        toc_errors_add(m->errors, file, rule->line, rule->column,
            "the rule has no %s", key);
        return STR_NONE;
    }
    if (n->type != YAML_SCALAR || str_trim(n->text).n == 0) {
        toc_errors_add(
            m->errors, file, n->line, n->column, "%s is to be a text", key);
        return STR_NONE;
    }
    return arena_str(m->arena, str_trim(n->text));
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
    if (node->type == YAML_SCALAR &&
        (str_eq(node->text, STR("stable")) || str_eq(node->text, STR("test"))))
        return;
    if (node->type == YAML_SCALAR && (str_eq(node->text, STR("experimental")) ||
                                         str_eq(node->text, STR("deprecated"))))
        r->flags |= RULE_SHADOW;
    else
        toc_errors_add(m->errors, file, node->line, node->column,
            "status is to be experimental, test, stable or deprecated");
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

/* Read all, any, none, near and at_least of a rule into its root. */
static void
read_conditions(struct model *m, const char *file, const struct ynode *node,
    struct model_rule *r)
{
    static const char *const keys[] = {
        "all", "any", "none", "near", "at_least", NULL};
    bool positive = false, any = false;

    r->root = clause_new(m, CLAUSE_ALL, r->place);
    for (size_t i = 0; keys[i] && r->root; i++) {
        const struct ynode *n = yaml_get(node, keys[i]);
        if (!n)
            continue;
        any = true;
        if (strcmp(keys[i], "none") != 0)
            positive = true;
        struct clause *c = clause_read(m, file, keys[i], n, 0);
        if (c)
            clause_append(r->root, c);
    }
    if (!positive && !(any && r->points[0] < 0 && r->points[1] < 0))
        toc_errors_add(m->errors, file, node->line, node->column,
            any ? "the rule has only none, so it would hold on nearly every "
                  "item: it needs all, any, near or at_least too"
                : "the rule has no condition: it needs all, any, near or "
                  "at_least");
}

static void
read_rule(
    struct model *m, const char *file, const struct ynode *node, bool packed)
{
    struct model_rule *r = ARENA_NEW(m->arena, struct model_rule);
    const struct ynode *n;
    bool raw = false, helper = false;

    if (!r)
        return;
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "a rule is to be a map with id, title, category, points and "
            "conditions");
        return;
    }
    yaml_check_keys(node, file, m->errors, rule_keys);
    r->place = r->category_place = place_of(file, node);
    r->packed = packed;
    r->fields = FIELDS_TITLE | FIELDS_TEXT;
    r->id = need_text(m, file, node, "id");
    r->title = need_text(m, file, node, "title");
    r->category = need_text(m, file, node, "category");
    if ((n = yaml_get(node, "id")))
        r->place = place_of(file, n);
    if (r->id.n && !model_is_id(r->id))
        toc_errors_add(m->errors, file, r->place.line, r->place.column,
            "id is to be small letters, digits and '-' only, not \"%.*s\"",
            STR_ARG(r->id));
    if ((n = yaml_get(node, "category")))
        r->category_place = place_of(file, n);
    if (r->category.n && !is_name(r->category))
        toc_errors_add(m->errors, file, r->category_place.line,
            r->category_place.column,
            "category is to be small letters, digits, '-' and '_' only");
    if ((n = yaml_get(node, "helper")) &&
        yaml_bool(n, file, m->errors, &helper) == 0 && helper)
        r->flags |= RULE_HELPER;
    if ((n = yaml_get(node, "points")))
        read_points(m, file, n, r);
    else if (!helper)
        toc_errors_add(m->errors, file, node->line, node->column,
            "the rule has no points");
    if ((n = yaml_get(node, "fields")))
        read_fields(m, file, n, r);
    if ((n = yaml_get(node, "sources")))
        clause_read_sources(m, file, n, &r->sources);
    if ((n = yaml_get(node, "status")))
        read_status(m, file, n, r);
    if ((n = yaml_get(node, "raw")) &&
        yaml_bool(n, file, m->errors, &raw) == 0 && raw)
        r->flags |= RULE_RAW;
    if ((n = yaml_get(node, "samples")))
        read_samples(m, file, n, r);
    if ((n = yaml_get(node, "region"))) {
        r->needs_region = str_eq(n->text, STR("required"));
        if (!r->needs_region)
            toc_errors_add(m->errors, file, n->line, n->column,
                "region is to be \"required\": the rule then holds only where "
                "a region is configured");
    }
    read_conditions(m, file, node, r);
    *m->rules_end = r;
    m->rules_end = &r->next;
    r->number = (uint32_t)m->nrules++;
}

static void
read_lists(struct model *m, const char *file, const struct ynode *node)
{
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "lists is to be a map of names to lists of terms");
        return;
    }
    for (const struct ynode *n = node->first; n; n = n->next) {
        struct model_list *l = model_find_list(m, n->key->text);
        if (l) {
            toc_errors_add(m->errors, file, n->key->line, n->key->column,
                "the list %.*s is there already, at %s:%u",
                STR_ARG(n->key->text), l->place.file, l->place.line);
            continue;
        }
        l = ARENA_NEW(m->arena, struct model_list);
        if (!l)
            return;
        l->name = arena_str(m->arena, n->key->text);
        l->place = place_of(file, n->key);
        if (!is_name(l->name))
            toc_errors_add(m->errors, file, n->key->line, n->key->column,
                "the name of a list is to be small letters, digits, '-' and "
                "'_' only");
        l->any = clause_read(m, file, "any", n, 0);
        l->next = m->lists;
        m->lists = l;
    }
}

static void
read_categories(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {"title", "cap", "modifier", NULL};

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "categories is to be a map of names to {title: …, cap: …}");
        return;
    }
    for (const struct ynode *n = node->first, *k; n; n = n->next) {
        struct model_category c = {.cap = 100, .place = place_of(file, n->key)};
        int64_t cap = 100;
        if (n->type != YAML_MAP || m->ncategories == MODEL_MAX_CATEGORIES) {
            toc_errors_add(m->errors, file, n->line, n->column,
                n->type != YAML_MAP ? "a category is to be {title: …, cap: …}"
                                    : "there are more than 64 categories");
            continue;
        }
        yaml_check_keys(n, file, m->errors, allowed);
        c.name = arena_str(m->arena, n->key->text);
        if ((k = yaml_get(n, "title")))
            c.title = arena_str(m->arena, k->text);
        if ((k = yaml_get(n, "cap")))
            yaml_int(k, file, m->errors, 0, 100, &cap);
        c.cap = (int)cap;
        if ((k = yaml_get(n, "modifier")))
            yaml_bool(k, file, m->errors, &c.modifier);
        for (size_t i = 0; i < m->ncategories; i++)
            if (str_eq(m->categories[i].name, c.name))
                toc_errors_add(m->errors, file, n->key->line, n->key->column,
                    "the category %.*s is there already, at %s:%u",
                    STR_ARG(c.name), m->categories[i].place.file,
                    m->categories[i].place.line);
        m->categories[m->ncategories++] = c;
    }
}

static void
read_levels(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {
        "blue", "yellow", "orange", "red", NULL};
    int before = 0;

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "levels is to be {blue: 20, yellow: 40, orange: 60, red: 80}");
        return;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    if (m->levels_set)
        toc_errors_add(m->errors, file, node->line, node->column,
            "levels are set in another file already");
    m->levels_set = true;
    for (int i = 0; allowed[i]; i++) {
        const struct ynode *n = yaml_get(node, allowed[i]);
        int64_t v = m->levels[i + 1];
        if (n && yaml_int(n, file, m->errors, 1, 100, &v) != 0)
            continue;
        if (v <= before)
            toc_errors_add(m->errors, file, n ? n->line : node->line,
                n ? n->column : node->column,
                "%s is to be above %d, the level before it", allowed[i],
                before);
        m->levels[i + 1] = before = (int)v;
    }
}

static void
read_furniture(struct model *m, const char *file, const struct ynode *node)
{
    struct clause *any = clause_read(m, file, "any", node, 0);

    for (struct clause *c = any ? any->first : NULL, *next; c; c = next) {
        next = c->next;
        c->next = NULL;
        if (c->type != CLAUSE_TERM) {
            toc_errors_add(m->errors, file, c->place.line, c->place.column,
                "an entry of furniture is to be a term");
            continue;
        }
        *m->furniture_end = c;
        m->furniture_end = &c->next;
    }
}

static void
read_top(struct model *m, const char *file, const struct ynode *top)
{
    static const char *const pack_keys[] = {
        "id", "version", "title", "author", "licence", NULL};
    const struct ynode *n, *pack = yaml_get(top, "pack");
    int64_t others;

    if (pack && pack->type == YAML_MAP)
        yaml_check_keys(pack, file, m->errors, pack_keys);
    if ((n = yaml_get(top, "lists")))
        read_lists(m, file, n);
    if ((n = yaml_get(top, "categories")))
        read_categories(m, file, n);
    if ((n = yaml_get(top, "levels")))
        read_levels(m, file, n);
    if ((n = yaml_get(top, "furniture")))
        read_furniture(m, file, n);
    if ((n = yaml_get(top, "others_percent")) &&
        yaml_int(n, file, m->errors, 0, 100, &others) == 0)
        m->others_percent = (int)others;
    if (!(n = yaml_get(top, "rules")))
        return;
    if (n->type != YAML_SEQ) {
        toc_errors_add(m->errors, file, n->line, n->column,
            "rules is to be a list of rules");
        return;
    }
    for (const struct ynode *r = n->first; r; r = r->next) {
        if (m->nrules == MODEL_MAX_RULES) {
            toc_errors_add(m->errors, file, r->line, r->column,
                "there are more than %d rules", MODEL_MAX_RULES);
            return;
        }
        read_rule(m, file, r, pack != NULL);
    }
}

int
model_load(struct model *m, const struct rule_file *file)
{
    static const char *const allowed[] = {"pack", "lists", "categories",
        "levels", "furniture", "others_percent", "rules", NULL};
    struct ynode *top = NULL;
    size_t before = m->errors->n + m->errors->dropped;
    int err = yaml_parse(m->arena, file->name, file->text, m->errors, &top);

    if (err != 0)
        return err;
    if (!top)
        return 0;
    if (top->type != YAML_MAP) {
        toc_errors_add(m->errors, file->name, top->line, top->column,
            "a rule file is to be a map with rules, lists, …");
        return E_CONF;
    }
    yaml_check_keys(top, file->name, m->errors, allowed);
    read_top(m, file->name, top);
    if (arena_failed(m->arena))
        return E_NOMEM;
    return m->errors->n + m->errors->dropped > before ? E_CONF : 0;
}
