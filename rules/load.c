/*
 * load: rule files, from YAML into the model.
 *
 * Every error of the files is added with its place; reading goes on behind it,
 * so that a person mends all in one go.  Files that only lend come first, then
 * packs, then the bureau's own: these may change what packs set.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "rules/model.h"

static const struct rule_options no_options;

void
model_init(struct model *m, struct arena *arena, struct toc_errors *errors)
{
    *m = (struct model){.arena = arena,
        .errors = errors,
        .levels = {[LEVEL_BLUE] = 20,
            [LEVEL_YELLOW] = 40,
            [LEVEL_ORANGE] = 60,
            [LEVEL_RED] = 80},
        .others_percent = 100,
        .options = &no_options};
    m->rules_end = &m->rules;
    m->overrides_end = &m->overrides;
    m->patches_end = &m->patches;
    m->furniture_end = &m->furniture;
}

static size_t
slot_of(struct str name)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (uint8_t)name.p[i]) * 16777619u;
    return (h ^ h >> 16) % MODEL_LIST_SLOTS;
}

struct model_list *
model_find_list(const struct model *m, struct str name)
{
    struct model_list *l = m->list_slot ? m->list_slot[slot_of(name)] : NULL;

    while (l && !str_eq(l->name, name))
        l = l->same;
    return l;
}

void
model_add_list(struct model *m, struct model_list *list)
{
    struct model_list **slot;

    if (!m->list_slot)
        m->list_slot =
            ARENA_ARRAY(m->arena, MODEL_LIST_SLOTS, struct model_list *);
    if (!m->list_slot)
        return; /* the arena remembers */
    slot = &m->list_slot[slot_of(list->name)];
    list->next = m->lists;
    m->lists = list;
    list->same = *slot;
    *slot = list;
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
bool
model_is_name(struct str s)
{
    if (s.n == 0 || s.n > MODEL_MAX_ID)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!model_is_id(str_first(str_from(s, i), 1)) && s.p[i] != '_')
            return false;
    return true;
}

void
model_wrong(struct model *m, struct place place, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(m->errors, place.file, place.line, place.column, "%s", text);
}

void
model_warn(struct model *m, struct place place, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(
        m->options->warnings, place.file, place.line, place.column, "%s", text);
}

/* Whether a list's entry is a change of it: {add: […], remove: […]}. */
static bool
is_patch(const struct ynode *n)
{
    return n->type == YAML_MAP && (yaml_get(n, "add") || yaml_get(n, "remove"));
}

static void
read_list(struct model *m, const char *file, const struct ynode *n)
{
    struct model_list *l = model_find_list(m, n->key->text);

    if (is_patch(n)) {
        override_keep_list(m, file, n);
        return;
    }
    if (l) {
        toc_errors_add(m->errors, file, n->key->line, n->key->column,
            "the list %.*s is there already, at %s:%u%s", STR_ARG(n->key->text),
            l->place.file, l->place.line,
            l->pack && !m->pack ? "; {add: […], remove: […]} changes it" : "");
        return;
    }
    l = ARENA_NEW(m->arena, struct model_list);
    if (!l)
        return;
    l->name = arena_str(m->arena, n->key->text);
    l->place = place_of(file, n->key);
    l->pack = m->pack;
    if (!model_is_name(l->name))
        toc_errors_add(m->errors, file, n->key->line, n->key->column,
            "the name of a list is to be small letters, digits, '-' and "
            "'_' only");
    l->any = clause_read(m, file, "any", n, 0);
    model_add_list(m, l);
}

static void
read_lists(struct model *m, const char *file, const struct ynode *node)
{
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "lists is to be a map of names to lists of terms");
        return;
    }
    for (const struct ynode *n = node->first; n; n = n->next)
        read_list(m, file, n);
}

static void
read_half_life(
    struct model *m, const char *file, const struct ynode *node, int64_t *ret)
{
    if (yaml_is_null(node))
        *ret = 0; /* they stay what they are */
    else
        yaml_duration(node, file, m->errors, MS_HOUR,
            MODEL_MAX_HALF_LIFE_DAYS * (int64_t)MS_DAY, ret);
}

/* The category with this name, a new one, or NULL with an error. */
static struct model_category *
category_for(struct model *m, const char *file, const struct ynode *key)
{
    struct model_category *c = m->categories, *end = c + m->ncategories;

    for (; c < end; c++) {
        if (!str_eq(c->name, key->text))
            continue;
        if (c->pack && !m->pack) /* the bureau's own word on it */
            return c;
        toc_errors_add(m->errors, file, key->line, key->column,
            "the category %.*s is there already, at %s:%u", STR_ARG(c->name),
            c->place.file, c->place.line);
        return NULL;
    }
    if (m->ncategories == MODEL_MAX_CATEGORIES) {
        toc_errors_add(m->errors, file, key->line, key->column,
            "there are more than %d categories", MODEL_MAX_CATEGORIES);
        return NULL;
    }
    m->ncategories++;
    *c = (struct model_category){.cap = 100,
        .name = arena_str(m->arena, key->text),
        .pack = m->pack,
        .place = place_of(file, key)};
    return c;
}

static void
read_categories(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {
        "title", "cap", "modifier", "half_life", NULL};

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "categories is to be a map of names to {title: …, cap: …}");
        return;
    }
    for (const struct ynode *n = node->first, *k; n; n = n->next) {
        struct model_category *c;
        int64_t cap;
        if (n->type != YAML_MAP) {
            toc_errors_add(m->errors, file, n->line, n->column,
                "a category is to be {title: …, cap: …}");
            continue;
        }
        if (!(c = category_for(m, file, n->key)))
            continue;
        yaml_check_keys(n, file, m->errors, allowed);
        if ((k = yaml_get(n, "title")))
            c->title = arena_str(m->arena, k->text);
        if ((k = yaml_get(n, "cap")) &&
            yaml_int(k, file, m->errors, 0, 100, &cap) == 0)
            c->cap = (int)cap;
        if ((k = yaml_get(n, "modifier")))
            yaml_bool(k, file, m->errors, &c->modifier);
        if ((k = yaml_get(n, "half_life")))
            read_half_life(m, file, k, &c->half_life_ms);
    }
}

static void
read_levels(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {
        "blue", "yellow", "orange", "red", NULL};
    bool *set = m->pack ? &m->levels_set : &m->levels_patched;
    int before = 0;

    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "levels is to be {blue: 20, yellow: 40, orange: 60, red: 80}");
        return;
    }
    yaml_check_keys(node, file, m->errors, allowed);
    if (*set && !m->lent)
        toc_errors_add(m->errors, file, node->line, node->column,
            "levels are set in another file already");
    *set = *set || !m->lent;
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
read_rules(struct model *m, const char *file, const struct ynode *node)
{
    if (node->type != YAML_SEQ) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "rules is to be a list of rules");
        return;
    }
    for (const struct ynode *r = node->first; r; r = r->next) {
        if (m->nrules == MODEL_MAX_RULES) {
            toc_errors_add(m->errors, file, r->line, r->column,
                "there are more than %d rules", MODEL_MAX_RULES);
            return;
        }
        rule_read(m, file, r);
    }
}

/* A file may say itself that it is a pack, of one file. */
static void
read_pack(struct model *m, const char *file, const struct ynode *node)
{
    struct pack *pack;

    if (m->pack) {
        model_warn(m, place_of(file, node),
            "pack is of no effect here: %s says which pack this is",
            m->pack->manifest);
        return;
    }
    pack = ARENA_NEW(m->arena, struct pack);
    if (pack && pack_read(m->arena, file, node, m->errors, pack) == 0)
        m->pack = pack;
}

static void
read_overrides(struct model *m, const char *file, const struct ynode *node)
{
    if (node->type != YAML_MAP) {
        toc_errors_add(m->errors, file, node->line, node->column,
            "overrides is to be a map of ids of rules to what changes, as "
            "{food-poisoning: {points: 30}}");
        return;
    }
    for (const struct ynode *n = node->first; n; n = n->next)
        override_keep(m, file, n);
}

static void
read_top(struct model *m, const char *file, const struct ynode *top)
{
    const struct ynode *n;
    int64_t others;

    if ((n = yaml_get(top, "pack")))
        read_pack(m, file, n);
    if ((n = yaml_get(top, "half_life")))
        read_half_life(m, file, n, &m->half_life_ms);
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
    if ((n = yaml_get(top, "overrides")))
        read_overrides(m, file, n);
    if ((n = yaml_get(top, "rules")))
        read_rules(m, file, n);
}

int
model_load(struct model *m, const struct rule_file *file)
{
    static const char *const allowed[] = {"pack", "include", "half_life",
        "lists", "categories", "levels", "furniture", "others_percent",
        "overrides", "rules", NULL};
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
    m->pack = file->pack;
    m->lent = file->lent;
    m->half_life_ms = -1; /* that of the category */
    yaml_check_keys(top, file->name, m->errors, allowed);
    read_top(m, file->name, top);
    if (arena_failed(m->arena))
        return E_NOMEM;
    return m->errors->n + m->errors->dropped > before ? E_CONF : 0;
}

/* 0: lends only; 1: of a pack; 2: the bureau's own. */
static int
turn_of(const struct rule_file *file)
{
    return file->lent ? 0 : file->pack ? 1 : 2;
}

/* What follows from the category and the status of each rule. */
static void
settle(struct model *m)
{
    for (struct model_rule *r = m->rules; r; r = r->next) {
        r->flags &= ~(unsigned)RULE_SHADOW;
        if (r->status == RULE_TEST || r->status == RULE_EXPERIMENTAL)
            r->flags |= RULE_SHADOW;
        if (m->options->lint && r->status == RULE_DEPRECATED)
            model_warn(m, r->place, "the rule %.*s is deprecated%s%.*s",
                STR_ARG(r->id), r->replaced_by.n ? ": use " : "",
                STR_ARG(r->replaced_by));
        if (r->half_life_ms >= 0)
            continue;
        r->half_life_ms = 0;
        for (size_t i = 0; i < m->ncategories; i++)
            if (str_eq(m->categories[i].name, r->category))
                r->half_life_ms = m->categories[i].half_life_ms;
    }
}

int
model_read(struct model *m, const struct rule_file *files, size_t nfiles,
    const struct rule_options *options)
{
    size_t before = m->errors->n + m->errors->dropped;
    int err;

    m->options = options ? options : &no_options;
    err = model_region(m, m->options->region);
    for (int turn = 0; turn <= 2; turn++)
        for (size_t i = 0; i < nfiles && (err == 0 || err == E_CONF); i++) {
            int e = turn_of(&files[i]) == turn ? model_load(m, &files[i]) : 0;
            err = e ? e : err;
        }
    if (err != 0 && err != E_CONF)
        return err;
    err = override_apply(m);
    if (err == 0)
        err = refs_resolve(m);
    if (err != 0)
        return err;
    settle(m);
    if (arena_failed(m->arena))
        return E_NOMEM;
    return m->errors->n + m->errors->dropped > before ? E_CONF : 0;
}
