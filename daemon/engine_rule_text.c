/*
 * engine_rule_text: what stands in the rule files, and where.
 *
 * The texts are those that the configuration in force was made of.  All rules
 * are listed once per generation; the text of one is cut out of its file as it
 * stands there, comments and all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/yaml.h"
#include "console/action.h"
#include "daemon/engine_rule_desk.h"
#include "daemon/pb.h"
#include "rules/manifest.h"

enum {
    TEXT_ARENA_BYTES = 64 * 1024 * 1024,
    INDEX_BYTES = 4 * 1024 * 1024,
    USES_MAX = 200
};

/* --- walking the files
 * ---------------------------------------------------------
 */

/* One rule or list where it is written. */
struct rule_place {
    const struct rule_file *file;
    const struct ynode *top, *node;
    struct str id;
    unsigned end; /* first line behind it, 0: the file's end */
    bool list;
};

typedef bool written_cb(void *arg, const struct rule_place *written);

/* A sequence's or map's next thing, or that of what it stands in. */
static unsigned
line_behind(const struct ynode *node, const struct ynode *parent)
{
    const struct ynode *next = node->next ? node->next : parent->next;

    if (next == NULL)
        return 0;
    return next->key ? next->key->line : next->line;
}

static bool
walk_file(const struct rule_file *file, struct arena *arena, written_cb *each,
    void *arg)
{
    struct toc_errors errors = {0};
    struct ynode *top = NULL, *rules, *lists;
    bool more = true;

    arena_clear(arena);
    if (yaml_parse(arena, file->name, file->text, &errors, &top) != 0)
        top = NULL;
    toc_errors_done(&errors);
    if (top == NULL || top->type != YAML_MAP)
        return true;
    rules = yaml_get(top, "rules");
    for (const struct ynode *n = rules ? rules->first : NULL; n && more;
         n = n->next) {
        const struct ynode *id = yaml_get(n, "id");
        struct rule_place w = {.file = file,
            .top = top,
            .node = n,
            .id = id ? id->text : STR_NONE,
            .end = line_behind(n, rules)};

        more = each(arg, &w);
    }
    lists = yaml_get(top, "lists");
    for (const struct ynode *n = lists ? lists->first : NULL; n && more;
         n = n->next) {
        struct rule_place w = {.file = file,
            .top = top,
            .node = n,
            .id = n->key->text,
            .end = line_behind(n, lists),
            .list = true};

        if (n->type == YAML_MAP &&
            (yaml_get(n, "add") || yaml_get(n, "remove")))
            continue; /* a change of a list that stands elsewhere */
        more = each(arg, &w);
    }
    return more;
}

static int
walk(const struct engine *engine, written_cb *each, void *arg)
{
    struct arena *arena = arena_new(TEXT_ARENA_BYTES);
    const struct config *config = engine->config;
    bool more = true;

    if (arena == NULL)
        return E_NOMEM;
    for (size_t i = config->nrules; i > 0 && more; i--)
        more = walk_file(&config->rules[i - 1], arena, each, arg);
    arena_free(arena);
    return 0;
}

/* --- the list
 * -----------------------------------------------------------------
 */

struct indexing {
    const struct engine *engine;
    json_t *rules, *lists, *seen;
};

static void
set_place(const struct engine *engine, json_t *one, const struct rule_place *w)
{
    struct str folder = engine->config->rules_edited;
    bool edited = folder.n > 0 && str_starts(str_of(w->file->name), folder) &&
                  w->file->name[folder.n] == '/';

    (void)jsonx_set(one, "file", jsonx_str(rule_file_name(w->file->name)));
    (void)jsonx_set(one, "line", json_integer(w->node->line));
    if (w->file->pack)
        (void)jsonx_set(one, "pack", jsonx_str(w->file->pack->id));
    (void)jsonx_set(one, "edited", json_boolean(edited));
}

static bool
index_rule(void *arg, const struct rule_place *w)
{
    struct indexing *x = arg;
    struct rule_info rule;
    uint32_t number;
    json_t *one;

    if (w->file->lent || w->id.n == 0)
        return true;
    if (w->list) {
        one = json_object();
        (void)jsonx_set(one, "name", jsonx_str(w->id));
        (void)jsonx_set(
            one, "entries", json_integer((json_int_t)w->node->count));
        set_place(x->engine, one, w);
        (void)json_array_append_new(x->lists, one);
        return true;
    }
    /* The files come from the last to the first: the one that is meant is seen
     * before the one that it replaced. */
    if (ruleset_find(x->engine->rules, w->id, &number) != 0 ||
        json_object_getn(x->seen, w->id.p, w->id.n))
        return true;
    (void)json_object_setn_new(x->seen, w->id.p, w->id.n, json_true());
    rule = ruleset_rule(x->engine->rules, number);
    one = json_object();
    (void)jsonx_set(one, "rule", jsonx_str(rule.id));
    (void)jsonx_set(one, "title", jsonx_str(rule.title));
    (void)jsonx_set(one, "category", jsonx_str(rule.category));
    (void)jsonx_set(one, "points", json_integer(rule.points));
    (void)jsonx_set(one, "status", json_string(rule_status_name(rule.status)));
    if (rule.context.n)
        (void)jsonx_set(one, "context", jsonx_str(rule.context));
    (void)jsonx_set(
        one, "helper", json_boolean(yaml_get(w->node, "helper") != NULL));
    set_place(x->engine, one, w);
    (void)json_array_append_new(x->rules, one);
    return true;
}

/* Rules that an override somewhere turned off. */
static void
mark_off(const struct engine *engine, json_t *rules)
{
    struct arena *arena = arena_new(TEXT_ARENA_BYTES);
    json_t *off = json_object(), *one;
    size_t k;

    for (size_t i = 0; arena && i < engine->config->nrules; i++) {
        const struct rule_file *file = &engine->config->rules[i];
        struct toc_errors errors = {0};
        struct ynode *top = NULL, *overrides;

        if (file->pack ||
            str_find(file->text, STR("overrides")) == file->text.n)
            continue;
        arena_clear(arena);
        if (yaml_parse(arena, file->name, file->text, &errors, &top) == 0 &&
            top && top->type == YAML_MAP &&
            (overrides = yaml_get(top, "overrides")))
            for (const struct ynode *n = overrides->first; n; n = n->next) {
                const struct ynode *d = yaml_get(n, "disable");

                if (d)
                    (void)json_object_setn_new(off, n->key->text.p,
                        n->key->text.n,
                        json_boolean(str_eq(d->text, STR("true"))));
            }
        toc_errors_done(&errors);
    }
    arena_free(arena);
    json_array_foreach(rules, k, one)
    {
        struct str id = jsonx_get_str(one, "rule");
        bool is = json_is_true(json_object_getn(off, id.p, id.n));

        (void)jsonx_set(one, "off", json_boolean(is));
        if (is)
            (void)jsonx_set(one, "status", json_string("off"));
    }
    json_decref(off);
}

const char *
rule_index(struct engine *engine)
{
    struct rule_desk *desk = engine->rule_desk;
    struct indexing x = {.engine = engine,
        .rules = json_array(),
        .lists = json_array(),
        .seen = json_object()};
    struct buf text;
    json_t *all;

    if (desk->index && desk->index_generation == engine->generation)
        goto out;
    free(desk->index);
    desk->index = NULL;
    if (walk(engine, index_rule, &x) != 0)
        goto out;
    mark_off(engine, x.rules);
    all = json_object();
    (void)jsonx_set(all, "rules", json_incref(x.rules));
    (void)jsonx_set(all, "lists", json_incref(x.lists));
    (void)jsonx_set(all, "approval", jsonx_str(engine->config->rules_approval));
    (void)jsonx_set(all, "alarm",
        json_string(level_name(engine->config->notify_min_level)));
    (void)jsonx_set(
        all, "generation", json_integer((json_int_t)engine->generation));
    buf_init(&text, INDEX_BYTES);
    if (jsonx_dump(all, &text) == 0)
        desk->index = strdup(buf_cstr(&text));
    desk->index_generation = engine->generation;
    buf_done(&text);
    json_decref(all);
out:
    json_decref(x.rules);
    json_decref(x.lists);
    json_decref(x.seen);
    return desk->index ? desk->index : "{}";
}

/* --- one of them
 * ---------------------------------------------------------------
 */

struct finding_one {
    const struct engine *engine;
    struct str id;
    bool list, found;
    json_t *out;
    json_t *used_by;
    struct arena *arena;
    struct str half_life;
};

/* The lines from one to before another. */
static struct str
lines_of(struct str text, unsigned from, unsigned to)
{
    size_t at = 0, start = 0;
    unsigned line = 1;

    for (; at < text.n && (to == 0 || line < to); at++) {
        if (line < from)
            start = at + 1;
        line += text.p[at] == '\n';
    }
    return str_first(str_from(text, start), at > start ? at - start : 0);
}

/* Without empty lines and comments that belong to what follows. */
static struct str
trim_behind(struct str text)
{
    for (;;) {
        size_t end = text.n, at;

        while (end > 0 && (text.p[end - 1] == '\n' || text.p[end - 1] == ' '))
            end--;
        at = end;
        while (at > 0 && text.p[at - 1] != '\n')
            at--;
        text.n = end;
        if (at == 0 || str_trim(str_from(text, at)).n == 0 ||
            str_trim(str_from(text, at)).p[0] != '#')
            return text;
        text.n = at;
    }
}

static size_t
indent_of(struct str line)
{
    size_t n = 0;

    while (n < line.n && line.p[n] == ' ')
        n++;
    return n;
}

/* Lines moved so that the first stands at two spaces. */
static void
add_moved(struct buf *out, struct str text)
{
    size_t less = indent_of(text);

    while (text.n > 0) {
        size_t end = str_find_char(text, '\n');
        struct str line = str_first(text, end);
        size_t n = indent_of(line);

        if (line.n > n) {
            (void)buf_add_cstr(out, "  ");
            (void)buf_add_str(out, str_from(line, n < less ? n : less));
        }
        (void)buf_add_char(out, '\n');
        text = end < text.n ? str_from(text, end + 1) : STR_NONE;
    }
}

/* The rule as a file of its own, in the place of the one it is made from. */
static void
add_replacing(struct buf *out, const struct rule_place *w, struct str text)
{
    size_t at = out->n;
    struct str moved;
    struct buf copy;
    size_t brace, line;

    if (yaml_get(w->top, "half_life"))
        (void)buf_printf(out, "half_life: %.*s\n",
            STR_ARG(yaml_get(w->top, "half_life")->text));
    (void)buf_add_cstr(out, "rules:\n");
    at = out->n;
    add_moved(out, text);
    if (yaml_get(w->node, "replace"))
        return;
    buf_init(&copy, RULE_EDIT_MAX_TEXT_BYTES);
    (void)buf_add_str(&copy, str_from(buf_str(out), at));
    moved = buf_str(&copy);
    out->n = at;
    brace = str_find_char(moved, '{');
    line = str_find_char(moved, '\n');
    if (brace < line && brace < 6) { /* - {id: …} */
        (void)buf_add_str(out, str_first(moved, brace + 1));
        (void)buf_add_cstr(out, "replace: true, ");
        (void)buf_add_str(out, str_from(moved, brace + 1));
    } else {
        (void)buf_add_str(out, str_first(moved, line));
        (void)buf_add_cstr(out, "\n    replace: true");
        (void)buf_add_str(out, str_from(moved, line));
    }
    buf_done(&copy);
}

/* Which lists and rules a condition names. */
static void
add_uses(const struct ynode *node, json_t *lists, json_t *rules, unsigned depth)
{
    if (depth > YAML_MAX_DEPTH)
        return;
    for (const struct ynode *n = node->first; n; n = n->next) {
        json_t *to = NULL;

        if (n->key && n->type == YAML_SCALAR &&
            str_eq(n->key->text, STR("list")))
            to = lists;
        else if (n->key && n->type == YAML_SCALAR &&
                 str_eq(n->key->text, STR("rule")))
            to = rules;
        if (to && json_array_size(to) < USES_MAX)
            (void)json_array_append_new(to, jsonx_str(n->text));
        if (n->first)
            add_uses(n, lists, rules, depth + 1);
    }
}

static bool
uses_it(
    const struct ynode *node, const char *key, struct str id, unsigned depth)
{
    for (const struct ynode *n = node->first; n && depth < YAML_MAX_DEPTH;
         n = n->next) {
        if (n->key && n->type == YAML_SCALAR && str_eq(n->text, id) &&
            str_eq(n->key->text, str_of(key)))
            return true;
        if (n->first && uses_it(n, key, id, depth + 1))
            return true;
    }
    return false;
}

static bool
find_one(void *arg, const struct rule_place *w)
{
    struct finding_one *x = arg;
    struct buf draft;
    struct str text;
    json_t *lists, *rules;

    if (w->list != x->list || !str_eq(w->id, x->id)) {
        if (uses_it(w->node, x->list ? "list" : "rule", x->id, 0) &&
            json_array_size(x->used_by) < USES_MAX)
            (void)json_array_append_new(x->used_by, jsonx_str(w->id));
        return true;
    }
    if (x->found)
        return true; /* the one that it replaced */
    x->found = true;
    text = trim_behind(lines_of(
        w->file->text, w->list ? w->node->key->line : w->node->line, w->end));
    buf_init(&draft, RULE_EDIT_MAX_TEXT_BYTES);
    if (w->list)
        (void)buf_printf(&draft,
            "lists:\n  %.*s:\n    add: []\n    remove: []\n", STR_ARG(w->id));
    else
        add_replacing(&draft, w, text);
    (void)jsonx_set(x->out, "text", jsonx_str(text));
    (void)jsonx_set(x->out, "draft", jsonx_str(buf_str(&draft)));
    buf_done(&draft);
    set_place(x->engine, x->out, w);
    lists = json_array();
    rules = json_array();
    add_uses(w->node, lists, rules, 0);
    (void)jsonx_set(x->out, "uses_lists", lists);
    (void)jsonx_set(x->out, "uses_rules", rules);
    if (w->list)
        (void)jsonx_set(
            x->out, "entries", json_integer((json_int_t)w->node->count));
    return true;
}

static void
set_rule(const struct engine *engine, struct str id, json_t *out)
{
    struct rule_info rule;
    uint32_t number;

    if (ruleset_find(engine->rules, id, &number) != 0)
        return;
    rule = ruleset_rule(engine->rules, number);
    (void)jsonx_set(out, "title", jsonx_str(rule.title));
    (void)jsonx_set(out, "category", jsonx_str(rule.category));
    (void)jsonx_set(out, "points", json_integer(rule.points));
    (void)jsonx_set(out, "status", json_string(rule_status_name(rule.status)));
}

/* What an editor begins with, when there is nothing yet. */
static struct str
new_draft(struct arena *arena, bool list, struct str id)
{
    if (list)
        return arena_printf(arena, "lists:\n  %.*s: []\n", STR_ARG(id));
    return arena_printf(arena,
        "rules:\n  - id: %.*s\n    title: \n    category: \n    points: 30\n"
        "    status: test\n    any: []\n    none: []\n    samples:\n"
        "      hits: []\n      misses: []\n",
        STR_ARG(id));
}

static void
set_status_off(struct engine *engine, struct str id, json_t *out)
{
    json_t *all = NULL, *one;
    size_t i;

    if (jsonx_load(str_of(rule_index(engine)), NULL, &all) != 0)
        return;
    json_array_foreach(json_object_get(all, "rules"), i, one)
    {
        if (str_eq(jsonx_get_str(one, "rule"), id))
            (void)jsonx_set(
                out, "status", json_incref(json_object_get(one, "status")));
    }
    (void)jsonx_set(
        out, "approval", json_incref(json_object_get(all, "approval")));
    (void)jsonx_set(out, "alarm", json_incref(json_object_get(all, "alarm")));
    (void)jsonx_set(
        out, "alarm_points", json_incref(json_object_get(all, "alarm_points")));
    json_decref(all);
}

int
rule_object_json(struct engine *engine, struct str object, json_t **ret)
{
    struct str id = object, kind = str_split(&id, ':');
    struct finding_one x = {.engine = engine,
        .id = id,
        .list = str_eq(kind, STR("list")),
        .out = json_object(),
        .used_by = json_array()};
    struct rule_edit current = {0};
    int r =
        store_rule_edit_current(engine->store, object, engine->arena, &current);

    if (r == 0 || r == E_NOTFOUND)
        r = walk(engine, find_one, &x);
    if (r != 0) {
        json_decref(x.out);
        json_decref(x.used_by);
        return r;
    }
    (void)jsonx_set(x.out, "object", jsonx_str(object));
    (void)jsonx_set(x.out, "known", json_boolean(x.found));
    (void)jsonx_set(x.out, "base", json_integer(current.id));
    (void)jsonx_set(x.out, "used_by", x.used_by);
    if (current.text.n)
        (void)jsonx_set(x.out, "draft", jsonx_str(current.text));
    else if (!x.found)
        (void)jsonx_set(
            x.out, "draft", jsonx_str(new_draft(engine->arena, x.list, id)));
    if (!x.list)
        set_rule(engine, id, x.out);
    set_status_off(engine, id, x.out);
    *ret = x.out;
    return 0;
}

/* --- the way in
 * -----------------------------------------------------------------
 */

static void
rules_show(struct engine *engine, const Tocsin__ActionRequest *in)
{
    struct str object = pb_str(in->object);
    json_t *data = NULL;
    int r = 0;

    if (object.n == 0)
        r = jsonx_load(str_of(rule_index(engine)), NULL, &data);
    else if (!rule_object_is_sound(object))
        r = E_NOTFOUND;
    else
        r = rule_object_json(engine, object, &data);
    rule_answer(engine, in->token, r, NULL, data);
}

void
engine_rule_action(struct engine *engine, const Tocsin__ActionRequest *in)
{
    switch (in->kind) {
    case ACTION_RULES:
        rules_show(engine, in);
        break;
    case ACTION_RULE_TEST:
        rule_test_ask(engine, in);
        break;
    case ACTION_RULE_TEST_SHOW:
        rule_test_show(engine, in);
        break;
    case ACTION_RULE_TRY:
        rule_try(engine, in);
        break;
    default:
        rule_edit_action(engine, in);
        break;
    }
}
