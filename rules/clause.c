/*
 * clause: one condition of a rule, from YAML.
 */
#include <string.h>

#include "rules/model.h"

static struct place
place_of(const char *file, const struct ynode *node)
{
    return (struct place){file, node->line, node->column};
}

static void
wrong(struct model *m, const char *file, const struct ynode *node,
    const char *what)
{
    toc_errors_add(m->errors, file, node->line, node->column, "%s", what);
}

struct clause *
clause_new(struct model *m, enum clause_type type, struct place place)
{
    struct clause *c = ARENA_NEW(m->arena, struct clause);

    if (c) {
        c->type = type;
        c->place = place;
    }
    return c;
}

void
clause_append(struct clause *parent, struct clause *child)
{
    struct clause **end = &parent->first;

    while (*end)
        end = &(*end)->next;
    *end = child;
    parent->n++;
}

/* The pattern between slashes, with "\/" as "/", and its flags. */
static struct clause *
read_regex(struct model *m, const char *file, const struct ynode *node)
{
    struct str s = node->text;
    size_t end = s.n;
    struct clause *c = clause_new(m, CLAUSE_REGEX, place_of(file, node));

    if (!c)
        return NULL;
    while (end > 1 && s.p[end - 1] != '/')
        end--;
    if (end <= 2) {
        wrong(m, file, node,
            "a term that begins with '/' is a regular expression and is to end "
            "in '/' and flags, as \"/a.b/i\"");
        return NULL;
    }
    for (size_t i = end; i < s.n; i++) {
        const char *flags = "isx", *f = strchr(flags, s.p[i]);
        if (!f || s.p[i] == '\0') {
            toc_errors_add(m->errors, file, node->line, node->column,
                "'%c' is no flag of a regular expression: i (either case), s "
                "(dot matches a line break) and x (spaces do not count) are",
                s.p[i]);
            return NULL;
        }
        c->options |= 1u << (f - flags);
    }
    char *p = arena_alloc(m->arena, end);
    size_t n = 0;
    if (!p)
        return NULL;
    for (size_t i = 1; i + 1 < end; i++) {
        if (s.p[i] == '\\' && i + 2 < end && s.p[i + 1] == '/')
            i++;
        else if (s.p[i] == '\\' && i + 2 < end)
            p[n++] = s.p[i++];
        p[n++] = s.p[i];
    }
    c->text = (struct str){p, n};
    return c;
}

static struct clause *
read_scalar(struct model *m, const char *file, const struct ynode *node)
{
    struct clause *c;

    if (yaml_is_null(node) || str_trim(node->text).n == 0) {
        wrong(m, file, node, "a term is empty");
        return NULL;
    }
    if (node->text.p[0] == '/')
        return read_regex(m, file, node);
    c = clause_new(m, CLAUSE_TERM, place_of(file, node));
    if (c)
        c->text = arena_str(m->arena, str_trim(node->text));
    return c;
}

static struct clause *
read_name(struct model *m, const char *file, enum clause_type type,
    const struct ynode *node)
{
    struct clause *c;

    if (node->type != YAML_SCALAR || node->text.n == 0 ||
        node->text.n > MODEL_MAX_ID) {
        wrong(m, file, node,
            type == CLAUSE_LIST ? "list is to be the name of a list"
                                : "rule is to be the id of a rule");
        return NULL;
    }
    c = clause_new(m, type, place_of(file, node));
    if (c)
        c->text = arena_str(m->arena, node->text);
    return c;
}

void
clause_read_texts(struct model *m, const char *file, const struct ynode *node,
    const char *what, const struct str **ret, size_t *ret_n)
{
    const struct ynode *n = node->type == YAML_SEQ ? node->first : node;
    size_t count = node->type == YAML_SEQ ? node->count : 1, i = 0;
    struct str *list = ARENA_ARRAY(m->arena, count, struct str);

    for (; list && n; n = node->type == YAML_SEQ ? n->next : NULL) {
        if (n->type != YAML_SCALAR || n->text.n == 0) {
            toc_errors_add(m->errors, file, n->line, n->column,
                "%s is to be a list of texts", what);
            return;
        }
        list[i++] = arena_str(m->arena, n->text);
    }
    *ret = list;
    *ret_n = i;
}

void
clause_read_sources(struct model *m, const char *file, const struct ynode *node,
    struct model_sources *ret)
{
    static const char *const allowed[] = {"tags", "not_tags", "kinds", NULL};
    const struct ynode *n;

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "sources is to be {tags: […]}, {not_tags: […]} or {kinds: […]}");
        return;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    if ((n = yaml_get(node, "tags")))
        clause_read_texts(m, file, n, "tags", &ret->tags, &ret->ntags);
    if ((n = yaml_get(node, "not_tags")))
        clause_read_texts(
            m, file, n, "not_tags", &ret->not_tags, &ret->nnot_tags);
    if ((n = yaml_get(node, "kinds")))
        clause_read_texts(m, file, n, "kinds", &ret->kinds, &ret->nkinds);
}

static struct clause *
read_source(struct model *m, const char *file, const struct ynode *node)
{
    struct clause *c = clause_new(m, CLAUSE_SOURCE, place_of(file, node));

    if (c)
        clause_read_sources(m, file, node, &c->sources);
    return c;
}

struct clause *
clause_read_entry(
    struct model *m, const char *file, const struct ynode *node, unsigned depth)
{
    const struct ynode *value = node->first;

    if (node->type == YAML_SCALAR)
        return read_scalar(m, file, node);
    if (depth >= MODEL_MAX_DEPTH) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "conditions are nested deeper than %d", MODEL_MAX_DEPTH);
        return NULL;
    }
    if (node->type != YAML_MAP || node->count != 1) {
        wrong(m, file, node,
            "an entry is to be a term, a \"/regex/\", {list: NAME}, {rule: "
            "ID}, {source: …}, or one of {all: […]}, {any: […]}, {none: […]}, "
            "{at_least: "
            "{count: N, of: […]}}, {near: {terms: […], within: N}}");
        return NULL;
    }
    if (str_eq(value->key->text, STR("list")))
        return read_name(m, file, CLAUSE_LIST, value);
    if (str_eq(value->key->text, STR("rule")))
        return read_name(m, file, CLAUSE_RULE, value);
    if (str_eq(value->key->text, STR("source")))
        return read_source(m, file, value);
    static const char *const keys[] = {
        "all", "any", "none", "at_least", "near", NULL};
    for (size_t i = 0; keys[i]; i++)
        if (str_eq(value->key->text, str_of(keys[i])))
            return clause_read(m, file, keys[i], value, depth + 1);
    toc_errors_add(m->errors, file, value->key->line, value->key->column,
        "\"%.*s\" is no condition: list, rule, source, all, any, none, "
        "at_least and near are",
        STR_ARG(value->key->text));
    return NULL;
}

/* Read the entries of a sequence (a single entry is allowed) into parent. */
static bool
read_entries(struct model *m, const char *file, struct clause *parent,
    const struct ynode *node, unsigned depth)
{
    const struct ynode *n = node->type == YAML_SEQ ? node->first : node;
    struct clause **end = &parent->first;
    bool ok = true;

    if (!n || (node->type == YAML_SCALAR && yaml_is_null(node))) {
        wrong(m, file, node, "is empty: at least one entry is needed");
        return false;
    }
    if (node->count > MODEL_MAX_ENTRIES) {
        wrong(m, file, node, "has more entries than 50000");
        return false;
    }
    for (; n; n = node->type == YAML_SEQ ? n->next : NULL) {
        struct clause *c = clause_read_entry(m, file, n, depth);
        if (!c) {
            ok = false;
            continue;
        }
        *end = c;
        end = &c->next;
        parent->n++;
    }
    return ok;
}

static struct clause *
read_at_least(
    struct model *m, const char *file, const struct ynode *node, unsigned depth)
{
    static const char *const allowed[] = {"count", "of", NULL};
    struct clause *c = clause_new(m, CLAUSE_AT_LEAST, place_of(file, node));
    const struct ynode *count, *of;
    int64_t n = 0;

    if (!c)
        return NULL;
    if (node->type != YAML_MAP || !(count = yaml_get(node, "count")) ||
        !(of = yaml_get(node, "of"))) {
        wrong(m, file, node, "at_least is to be {count: N, of: [entries]}");
        return NULL;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    if (yaml_int(count, file, m->errors, 1, MODEL_MAX_ENTRIES, &n) != 0 ||
        !read_entries(m, file, c, of, depth))
        return NULL;
    c->count = (unsigned)n;
    bool spread = c->n == 1 && c->first->type == CLAUSE_LIST;
    if (!spread && c->count > c->n) {
        toc_errors_add(m->errors, file, count->line, count->column,
            "count is %u, but there are only %zu entries: it can never hold",
            c->count, c->n);
        return NULL;
    }
    return c;
}

static bool
near_entry_fits(const struct clause *c)
{
    if (c->type == CLAUSE_TERM || c->type == CLAUSE_LIST)
        return true;
    if (c->type != CLAUSE_ANY)
        return false;
    for (const struct clause *k = c->first; k; k = k->next)
        if (k->type != CLAUSE_TERM && k->type != CLAUSE_LIST)
            return false;
    return true;
}

static struct clause *
read_near(
    struct model *m, const char *file, const struct ynode *node, unsigned depth)
{
    static const char *const allowed[] = {"terms", "within", "ordered", NULL};
    struct clause *c = clause_new(m, CLAUSE_NEAR, place_of(file, node));
    const struct ynode *terms, *within, *ordered;
    int64_t n = 0;
    bool in_order = false;

    if (!c)
        return NULL;
    if (node->type != YAML_MAP || !(terms = yaml_get(node, "terms")) ||
        !(within = yaml_get(node, "within"))) {
        wrong(m, file, node, "near is to be {terms: [entries], within: N}");
        return NULL;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    ordered = yaml_get(node, "ordered");
    if (yaml_int(within, file, m->errors, 0, MODEL_MAX_WITHIN, &n) != 0 ||
        (ordered && yaml_bool(ordered, file, m->errors, &in_order) != 0) ||
        !read_entries(m, file, c, terms, depth))
        return NULL;
    for (const struct clause *k = c->first; k; k = k->next) {
        if (near_entry_fits(k))
            continue;
        toc_errors_add(m->errors, file, k->place.line, k->place.column,
            "an entry of near is to be a term, a list, or {any: [terms]}");
        return NULL;
    }
    if (c->n < 2 || c->n > MODEL_MAX_NEAR) {
        toc_errors_add(m->errors, file, terms->line, terms->column,
            "near needs 2 to %d terms, not %zu", MODEL_MAX_NEAR, c->n);
        return NULL;
    }
    c->within = (unsigned)n;
    c->count = in_order;
    return c;
}

struct clause *
clause_read(struct model *m, const char *file, const char *key,
    const struct ynode *node, unsigned depth)
{
    enum clause_type type;
    struct clause *c;

    if (strcmp(key, "at_least") == 0)
        return read_at_least(m, file, node, depth);
    if (strcmp(key, "near") == 0)
        return read_near(m, file, node, depth);
    type = strcmp(key, "all") == 0   ? CLAUSE_ALL
           : strcmp(key, "any") == 0 ? CLAUSE_ANY
                                     : CLAUSE_NONE;
    c = clause_new(m, type, place_of(file, node));
    if (!c || !read_entries(m, file, c, node, depth))
        return NULL;
    return c;
}

/* A term of a composite is the id of a rule; the depth was checked when it was
 * read. */
static bool
name_rules(struct model *m, struct clause *c)
{
    bool ok = true;

    switch (c->type) {
    case CLAUSE_TERM:
        c->type = CLAUSE_RULE;
        if (model_is_id(c->text))
            return true;
        model_wrong(
            m, c->place, "\"%.*s\" is no id of a rule", STR_ARG(c->text));
        return false;
    case CLAUSE_RULE:
        return true;
    case CLAUSE_ALL:
    case CLAUSE_ANY:
    case CLAUSE_NONE:
    case CLAUSE_AT_LEAST:
        for (struct clause *k = c->first; k; k = k->next)
            ok = name_rules(m, k) && ok;
        return ok;
    case CLAUSE_REGEX:
    case CLAUSE_LIST:
    case CLAUSE_SOURCE:
    case CLAUSE_NEAR:
        break;
    }
    model_wrong(m, c->place,
        "an entry of composite is to be the id of a rule, or {all: […]}, "
        "{any: […]}, {none: […]}, {at_least: {count: N, of: […]}} of ids");
    return false;
}

struct clause *
clause_read_composite(
    struct model *m, const char *file, const struct ynode *node)
{
    static const char *const keys[] = {"all", "any", "none", "at_least", NULL};
    struct clause *all = clause_new(m, CLAUSE_ALL, place_of(file, node));
    bool ok = true;

    if (!all)
        return NULL;
    if (node->type != YAML_MAP || node->count == 0) {
        wrong(m, file, node,
            "composite is to be {all: […]}, {any: […]}, {none: […]} or "
            "{at_least: {count: N, of: […]}}, of ids of rules");
        return NULL;
    }
    yaml_check_keys(node, file, m->errors, keys);
    for (size_t i = 0; keys[i]; i++) {
        const struct ynode *n = yaml_get(node, keys[i]);
        struct clause *c = n ? clause_read(m, file, keys[i], n, 0) : NULL;
        if (n && (!c || !name_rules(m, c))) {
            ok = false;
            continue;
        }
        if (!c)
            continue;
        if (c->type != CLAUSE_NONE)
            all->count = 1; /* it asks for something to be there */
        clause_append(all, c);
    }
    return ok && all->n > 0 ? all : NULL;
}
