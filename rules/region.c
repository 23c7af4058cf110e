/*
 * region: the places that matter, as lists that rules may use.
 *
 * From JSON as CONTRACTS §1 describes, and from the owners of the
 * configuration.  All lists exist always, so that a pack may name them where no
 * region is configured: an empty list never holds.
 */
#include <string.h>

#include "base/jsonx.h"
#include "base/utf8.h"
#include "rules/model.h"
#include "rules/names.h"

enum { REGION_MAX_NAMES = 20000 };

static struct model_list *
add_list(struct model *m, const char *name, const char *file)
{
    struct model_list *l = ARENA_NEW(m->arena, struct model_list);

    if (!l)
        return NULL;
    l->name = str_of(name);
    l->place = (struct place){file, 1, 1};
    l->builtin = true;
    l->any = clause_new(m, CLAUSE_ANY, l->place);
    model_add_list(m, l);
    return l->any ? l : NULL;
}

static void
add_term(struct model *m, struct model_list *l, struct str name)
{
    struct clause *c = clause_new(m, CLAUSE_TERM, l->place);

    if (!c)
        return;
    c->text = arena_str(m->arena, name);
    c->next = l->any->first;
    l->any->first = c;
    l->any->n++;
}

static struct str
text_of(const json_t *value)
{
    return str_trim(
        (struct str){json_string_value(value), json_string_length(value)});
}

static void
wrong_names(struct model *m, const struct model_list *l, const char *key)
{
    toc_errors_add(m->errors, l->place.file, 0, 0,
        "\"%s\" of the region is to be a list of names, at most %d of a kind",
        key, REGION_MAX_NAMES);
}

/* Add a name; "瓯陵县" is also called 瓯陵. */
static void
add_name(
    struct model *m, struct model_list *l, const char *key, const json_t *name)
{
    static const char *const kinds[] = {
        "县", "市", "区", "州", "省", "镇", "乡", NULL};
    struct str s = text_of(name);

    if (!json_is_string(name) || s.n == 0 || l->any->n >= REGION_MAX_NAMES) {
        wrong_names(m, l, key);
        return;
    }
    add_term(m, l, s);
    for (size_t i = 0; kinds[i]; i++) {
        struct str kind = str_of(kinds[i]);
        struct str rest = str_first(s, s.n - kind.n);
        if (s.n > kind.n && str_ends(s, kind) && utf8_count(rest) >= 2)
            add_term(m, l, rest);
    }
}

/* A school: its name, or {"name": …, "aliases": […]}, and its short forms. */
static void
add_school(struct model *m, struct model_list *l, const json_t *school)
{
    const json_t *name =
        json_is_object(school) ? json_object_get(school, "name") : school;
    const json_t *aliases = json_object_get(school, "aliases"), *alias;
    struct str form[NAMES_MAX_FORMS];
    size_t i;

    add_name(m, l, "schools", name);
    if (json_is_string(name) && text_of(name).n > 0) {
        size_t n = names_forms(m->arena, text_of(name), form);
        for (i = 1; i < n; i++)
            add_term(m, l, form[i]);
    }
    if (aliases && !json_is_array(aliases))
        wrong_names(m, l, "aliases");
    json_array_foreach(aliases, i, alias) add_name(m, l, "aliases", alias);
}

/* Add the names under key of object (a text or a list of texts). */
static void
add_names(struct model *m, struct model_list *l, const json_t *object,
    const char *key)
{
    const json_t *value = json_object_get(object, key), *name;
    size_t i;

    if (!value || !l)
        return;
    if (!json_is_array(value)) {
        add_name(m, l, key, value);
        return;
    }
    json_array_foreach(value, i, name)
    {
        if (strcmp(key, "schools") == 0)
            add_school(m, l, name);
        else
            add_name(m, l, key, name);
    }
}

/* The owners are at home, and schools unless they are offices. */
static void
add_owners(struct model *m, struct model_list *home, struct model_list *schools)
{
    for (size_t i = 0; i < m->options->nowners; i++) {
        const struct rule_owner *o = &m->options->owners[i];
        struct str form[NAMES_MAX_FORMS];
        size_t n = names_forms(m->arena, o->name, form);
        bool school = !names_is_office(o->name);

        for (size_t k = 0; k < n + o->naliases; k++) {
            struct str name = k < n ? form[k] : o->aliases[k - n];
            if (name.n == 0 || home->any->n >= REGION_MAX_NAMES)
                continue;
            add_term(m, home, name);
            if (school)
                add_term(m, schools, name);
        }
    }
}

int
model_region(struct model *m, const struct rule_file *region)
{
    static const char *const home_keys[] = {
        "county", "towns", "schools", "landmarks"};
    const char *file = region ? region->name : "region";
    struct model_list *home = add_list(m, "region-home", file);
    struct model_list *schools = add_list(m, "region-schools", file);
    struct model_list *near = add_list(m, "region-near", file);
    struct model_list *far = add_list(m, "region-far", file);
    struct model_list *province = add_list(m, "region-province", file);
    struct toc_error error = {.line = 0};
    json_t *root = NULL;

    if (!home || !schools || !near || !far || !province)
        return E_NOMEM;
    add_owners(m, home, schools);
    if (!region)
        return arena_failed(m->arena) ? E_NOMEM : 0;
    m->has_region = true;
    int err = jsonx_load(region->text, &error, &root);
    if (err != 0 || !json_is_object(root)) {
        toc_errors_add(m->errors, file, error.line, error.column,
            "the region is to be a JSON object: %s",
            error.text[0] ? error.text : "it is none");
        json_decref(root);
        return err == E_NOMEM ? err : E_CONF;
    }
    const json_t *h = json_object_get(root, "home");
    if (h && !json_is_object(h))
        toc_errors_add(m->errors, file, 0, 0,
            "\"home\" of the region is to be an object with county, towns, "
            "schools and landmarks");
    for (size_t i = 0; i < sizeof(home_keys) / sizeof(home_keys[0]); i++)
        add_names(m, home, h, home_keys[i]);
    add_names(m, schools, h, "schools");
    add_names(m, near, root, "same_prefecture_not_home");
    add_names(m, near, root, "neighbours");
    add_names(m, far, root, "far");
    add_names(m, province, root, "province");
    json_decref(root);
    return arena_failed(m->arena) ? E_NOMEM : 0;
}
