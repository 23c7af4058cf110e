/*
 * demo_script: what the county publishes, and when.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/demo.h"

#define FILE_NAME "county.yaml"

static struct str
text_of(const struct ynode *map, const char *key)
{
    const struct ynode *n = yaml_get(map, key);

    return n && n->type == YAML_SCALAR ? n->text : STR_NONE;
}

/* Position of word in "a|b|c", or -1. */
static int
position(const char *words, struct str word)
{
    struct str rest = str_of(words);

    for (int i = 0; rest.p; i++)
        if (str_eq(str_split(&rest, '|'), word))
            return i;
    return -1;
}

static void
read_source(struct demo_script *script, const struct ynode *n,
    struct toc_errors *errors)
{
    static const char *const keys[] = {"id", "title", "format", "charset",
        "tier", "tags", "owner", "weight", "validators", "trouble", NULL};
    struct demo_source *s = &script->sources[script->nsources];
    int format = position("rss|rdf|atom|json|list", text_of(n, "format"));
    struct str validators = text_of(n, "validators");
    struct str trouble = text_of(n, "trouble");
    const struct ynode *tags = yaml_get(n, "tags");

    yaml_check_keys(n, FILE_NAME, errors, keys);
    if (format < 0) {
        toc_errors_add(errors, FILE_NAME, n->line, n->column,
            "format is to be rss, rdf, atom, json or list");
        return;
    }
    s->id = text_of(n, "id");
    s->title = text_of(n, "title");
    s->tier = text_of(n, "tier");
    s->owner = text_of(n, "owner");
    s->format = (enum demo_format)format;
    s->gb18030 = str_eq(text_of(n, "charset"), STR("gb18030"));
    s->has_etag = !validators.p || str_eq(validators, STR("etag"));
    s->has_modified = !validators.p || str_eq(validators, STR("modified"));
    s->unavailable = str_eq(trouble, STR("unavailable"));
    s->malformed = str_eq(trouble, STR("malformed"));
    s->weight = 100;
    if (yaml_get(n, "weight"))
        yaml_int(yaml_get(n, "weight"), FILE_NAME, errors, 0, 1000, &s->weight);
    for (const struct ynode *t = tags ? tags->first : NULL;
         t && s->ntags < DEMO_MAX_TAGS; t = t->next)
        s->tags[s->ntags++] = t->text;
    script->nsources++;
}

static void
read_publication(struct demo_script *script, const struct ynode *n,
    struct toc_errors *errors)
{
    static const char *const keys[] = {
        "at", "before", "in", "event", "title", "text", NULL};
    struct demo_publication *p = &script->publications[script->npublications];
    const struct ynode *at = yaml_get(n, "at"), *before = yaml_get(n, "before");
    struct str in = text_of(n, "in");
    size_t source = 0;

    yaml_check_keys(n, FILE_NAME, errors, keys);
    while (source < script->nsources && !str_eq(script->sources[source].id, in))
        source++;
    if (source == script->nsources || !at == !before) {
        toc_errors_add(errors, FILE_NAME, n->line, n->column,
            "a publication needs in: with a source, and either at: or "
            "before:");
        return;
    }
    if (yaml_duration(at ? at : before, FILE_NAME, errors, 0, 60LL * MS_DAY,
            &p->at_ms) < 0)
        return;
    if (before)
        p->at_ms = -p->at_ms;
    p->source = source;
    p->title = text_of(n, "title");
    p->text = text_of(n, "text");
    p->event = text_of(n, "event");
    script->npublications++;
}

static int
by_time(const void *a, const void *b)
{
    const struct demo_publication *x = a, *y = b;

    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

int
demo_script_load(struct arena *arena, struct str yaml,
    struct toc_errors *errors, struct demo_script **ret)
{
    struct demo_script *script = ARENA_NEW(arena, struct demo_script);
    struct ynode *root = NULL;

    if (!script)
        return E_NOMEM;
    script->publications =
        ARENA_ARRAY(arena, DEMO_MAX_PUBLICATIONS, struct demo_publication);
    if (!script->publications)
        return E_NOMEM;
    if (yaml_parse(arena, FILE_NAME, yaml, errors, &root) < 0 || !root)
        return E_CONF;
    const struct ynode *sources = yaml_get(root, "sources");
    const struct ynode *list = yaml_get(root, "publications");
    for (const struct ynode *n = sources ? sources->first : NULL;
         n && script->nsources < DEMO_MAX_SOURCES; n = n->next)
        read_source(script, n, errors);
    for (const struct ynode *n = list ? list->first : NULL;
         n && script->npublications < DEMO_MAX_PUBLICATIONS; n = n->next)
        read_publication(script, n, errors);
    if (toc_errors_any(errors))
        return E_CONF;
    qsort(script->publications, script->npublications,
        sizeof(struct demo_publication), by_time);
    *ret = script;
    return 0;
}

struct demo_publication *
demo_script_next(
    struct demo_script *script, int64_t elapsed_ms, struct wall now)
{
    if (script->nout == script->npublications)
        return NULL;
    struct demo_publication *p = &script->publications[script->nout];
    if (p->at_ms > elapsed_ms)
        return NULL;
    p->out = true;
    p->published = now;
    if (p->at_ms < 0)
        p->published.ms += p->at_ms;
    /* Last-Modified has whole seconds: each change gets one of its own. */
    struct wall *changed = &script->sources[p->source].changed;
    int64_t next = (changed->ms / MS_SECOND + 1) * MS_SECOND;
    changed->ms = now.ms > next ? now.ms : next;
    script->nout++;
    return p;
}
