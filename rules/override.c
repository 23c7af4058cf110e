/*
 * override: changes of rules and lists that stand in other files.
 *
 * The bureau's own word on shipped rules, kept in its own files, so that a pack
 * can be replaced without losing it:
 *
 *   overrides:
 *     food-poisoning: {points: 30, status: test, disable: true}
 *   lists:
 *     pupils: {add: [学子], remove: [同学]}
 *
 * Applied in the order of the files when all are read; the later word counts.
 * One that finds nothing to change is a warning: packs change, and the watch
 * goes on.
 */
#include <string.h>

#include "rules/model.h"

static struct place
place_of(const char *file, const struct ynode *node)
{
    return (struct place){file, node->line, node->column};
}

/* Add a change to the list that ends at *end; false when it may not be made. */
static bool
keep(struct model *m, const char *file, const struct ynode *node,
    const char *what, struct model_patch ***end)
{
    struct model_patch *p;

    if (m->pack) {
        model_wrong(m, place_of(file, node->key),
            "a pack may not change %s: only the bureau's own files may, as "
            "those of rules.d/local.d",
            what);
        return false;
    }
    if (m->npatches == MODEL_MAX_PATCHES) {
        model_wrong(m, place_of(file, node->key),
            "there are more than %d changes of rules and lists",
            MODEL_MAX_PATCHES);
        return false;
    }
    p = ARENA_NEW(m->arena, struct model_patch);
    if (!p)
        return false;
    m->npatches++;
    p->file = file;
    p->node = node;
    **end = p;
    *end = &p->next;
    return true;
}

void
override_keep(struct model *m, const char *file, const struct ynode *node)
{
    keep(m, file, node, "rules that stand elsewhere", &m->overrides_end);
}

void
override_keep_list(struct model *m, const char *file, const struct ynode *node)
{
    static const char *const allowed[] = {"add", "remove", NULL};

    if (keep(m, file, node, "lists that stand elsewhere", &m->patches_end))
        yaml_check_keys(node, file, m->errors, allowed);
}

static bool
same_entry(const struct clause *a, const struct clause *b)
{
    return a->type == b->type && a->options == b->options &&
           str_eq(a->text, b->text) && a->n == 0 && b->n == 0;
}

static void
remove_entries(struct model *m, struct model_list *l, const struct clause *gone)
{
    for (const struct clause *g = gone->first; g; g = g->next) {
        struct clause **at = &l->any->first;
        bool found = false;

        while (*at) {
            if (!same_entry(*at, g)) {
                at = &(*at)->next;
                continue;
            }
            found = true;
            *at = (*at)->next;
            l->any->n--;
        }
        if (!found)
            model_warn(m, g->place,
                "the list %.*s has no entry \"%.*s\" to remove",
                STR_ARG(l->name), STR_ARG(g->text));
    }
}

static void
add_entries(struct model_list *l, const struct clause *more)
{
    struct clause **end = &l->any->first;

    while (*end)
        end = &(*end)->next;
    *end = more->first;
    l->any->n += more->n;
}

static void
patch_list(struct model *m, const struct model_patch *p)
{
    struct str name = p->node->key->text;
    struct model_list *l = model_find_list(m, name);
    const struct ynode *n;
    struct clause *c;

    if (!l) {
        model_warn(m, place_of(p->file, p->node->key),
            "there is no list %.*s any more: what this adds to it or removes "
            "has no effect",
            STR_ARG(name));
        return;
    }
    if ((n = yaml_get(p->node, "remove")) &&
        (c = clause_read(m, p->file, "any", n, 0)) && l->any)
        remove_entries(m, l, c);
    if ((n = yaml_get(p->node, "add")) &&
        (c = clause_read(m, p->file, "any", n, 0)) && l->any)
        add_entries(l, c);
}

static void
change_rule(struct model *m, const struct model_patch *p, struct model_rule *r)
{
    static const char *const allowed[] = {"points", "title", "status", "level",
        "at_most", "since", "until", "replaced_by", "body", "backfill",
        "disable", "note", NULL};
    bool disable = false;

    if (p->node->type != YAML_MAP) {
        model_wrong(m, place_of(p->file, p->node),
            "an override is to be a map, as {points: 30, status: test} or "
            "{disable: true}");
        return;
    }
    yaml_check_keys(p->node, p->file, m->errors, allowed);
    for (const struct ynode *n = p->node->first; n; n = n->next) {
        char key[MODEL_MAX_ID];

        if (n->key->text.n >= sizeof(key))
            continue;
        memcpy(key, n->key->text.p, n->key->text.n);
        key[n->key->text.n] = '\0';
        if (strcmp(key, "disable") == 0) {
            if (yaml_bool(n, p->file, m->errors, &disable) == 0)
                r->disabled = disable;
        } else
            rule_read_option(m, p->file, key, n, r);
    }
    r->overridden = true;
    if (r->id.n && !r->disabled) {
        const struct place where = place_of(p->file, p->node->key);

        rule_check(m, &where, r);
    }
}

int
override_apply(struct model *m)
{
    struct model_rule nobody, **by_id;
    size_t n;

    for (const struct model_patch *p = m->patches; p; p = p->next)
        patch_list(m, p);
    if (!m->overrides)
        return 0;
    by_id = refs_by_id(m, &n);
    if (!by_id)
        return E_NOMEM;
    for (const struct model_patch *p = m->overrides; p; p = p->next) {
        struct model_rule *r = refs_find(by_id, n, p->node->key->text);
        if (!r) {
            model_warn(m, place_of(p->file, p->node->key),
                "there is no rule %.*s any more: this override has no effect",
                STR_ARG(p->node->key->text));
            nobody = (struct model_rule){.place = {p->file, 0, 0}};
            r = &nobody; /* what is wrong with it is said all the same */
        }
        change_rule(m, p, r);
    }
    return 0;
}
