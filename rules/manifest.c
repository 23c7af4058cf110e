#include "rules/manifest.h"

#include <string.h>

#include "base/yaml.h"
#include "rules/model.h"

enum { VERSION_MAX_DIGITS = 6 };

bool
pack_version_parse(struct str text, struct pack_version *ret)
{
    struct pack_version v = {{0, 0, 0}};
    size_t i = 0;

    for (size_t part = 0; part < PACK_VERSION_PARTS; part++) {
        size_t digits = 0;
        for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
            if (++digits > VERSION_MAX_DIGITS)
                return false;
            v.part[part] = v.part[part] * 10 + (unsigned)(text.p[i] - '0');
        }
        if (digits == 0)
            return false;
        if (i == text.n) {
            *ret = v;
            return true;
        }
        if (text.p[i++] != '.')
            return false;
    }
    return false;
}

int
pack_version_cmp(const struct pack_version *a, const struct pack_version *b)
{
    for (size_t i = 0; i < PACK_VERSION_PARTS; i++)
        if (a->part[i] != b->part[i])
            return a->part[i] < b->part[i] ? -1 : 1;
    return 0;
}

/* What reading one manifest needs. */
struct reader {
    struct arena *arena;
    struct toc_errors *errors;
    const char *file;
    bool only_id; /* all else may be absent */
};

static void
wrong(const struct reader *r, const struct ynode *at, const char *what)
{
    toc_errors_add(r->errors, r->file, at->line, at->column, "%s", what);
}

/* A text of map that is there, or an error. */
static struct str
need_text(const struct reader *r, const struct ynode *map, const char *key)
{
    const struct ynode *n = yaml_get(map, key);

    if (!n && r->only_id && strcmp(key, "id") != 0)
        return STR_NONE;
    if (!n || n->type != YAML_SCALAR || str_trim(n->text).n == 0) {
        toc_errors_add(r->errors, r->file, n ? n->line : map->line,
            n ? n->column : map->column,
            n ? "%s is to be a text" : "the pack has no %s", key);
        return STR_NONE;
    }
    return arena_str(r->arena, str_trim(n->text));
}

static void
read_version(
    const struct reader *r, const struct ynode *n, struct pack_version *ret)
{
    if (n->type != YAML_SCALAR || !pack_version_parse(n->text, ret))
        wrong(r, n, "version is to be one to three numbers, as 2 or 1.4.0");
}

static void
read_need(const struct reader *r, const struct ynode *n, struct pack *pack)
{
    static const char *const allowed[] = {"id", "version", NULL};
    struct pack_need need = {.line = n->line, .column = n->column};
    const struct ynode *id = n->type == YAML_MAP ? yaml_get(n, "id") : n;

    if (pack->nneeds == PACK_MAX_REQUIRES) {
        toc_errors_add(r->errors, r->file, n->line, n->column,
            "a pack may require %d others at most", PACK_MAX_REQUIRES);
        return;
    }
    if (!id || id->type != YAML_SCALAR || !model_is_id(id->text)) {
        wrong(r, n,
            "an entry of requires is to be the id of a pack, or {id: ID, "
            "version: AT LEAST}");
        return;
    }
    if (n->type == YAML_MAP) {
        yaml_check_keys(n, r->file, r->errors, allowed);
        if (yaml_get(n, "version"))
            read_version(r, yaml_get(n, "version"), &need.version);
    }
    need.id = arena_str(r->arena, id->text);
    if (str_eq(need.id, pack->id))
        wrong(r, n, "the pack requires itself");
    pack->needs[pack->nneeds++] = need;
}

static void
read_pack(const struct reader *r, const struct ynode *map, struct pack *pack)
{
    static const char *const allowed[] = {
        "id", "version", "title", "author", "licence", "requires", NULL};
    const struct ynode *n;

    yaml_check_keys(map, r->file, r->errors, allowed);
    pack->id = need_text(r, map, "id");
    if (pack->id.n && !model_is_id(pack->id))
        wrong(r, yaml_get(map, "id"),
            "id is to be small letters, digits and '-' only");
    pack->version_text = need_text(r, map, "version");
    if (pack->version_text.n)
        read_version(r, yaml_get(map, "version"), &pack->version);
    pack->author = need_text(r, map, "author");
    pack->licence = need_text(r, map, "licence");
    if ((n = yaml_get(map, "title")) && n->type == YAML_SCALAR)
        pack->title = arena_str(r->arena, str_trim(n->text));
    if (!(n = yaml_get(map, "requires")) || yaml_is_null(n))
        return;
    if (n->type != YAML_SEQ) {
        wrong(r, n, "requires is to be a list of ids of packs");
        return;
    }
    for (const struct ynode *k = n->first; k; k = k->next)
        read_need(r, k, pack);
}

int
pack_parse(struct arena *arena, const char *manifest, struct str text,
    struct toc_errors *errors, struct pack *ret)
{
    static const char *const allowed[] = {"pack", NULL};
    struct reader r = {
        arena, errors, arena_cstr(arena, str_of(manifest)), false};
    struct pack pack = {.manifest = r.file};
    size_t before = errors->n + errors->dropped;
    const char *slash = strrchr(manifest, '/');
    struct ynode *top = NULL;

    pack.folder = arena_cstr(arena,
        slash ? (struct str){manifest, (size_t)(slash - manifest)} : STR("."));
    if (!pack.manifest || !pack.folder)
        return E_NOMEM;
    int err = yaml_parse(arena, pack.manifest, text, errors, &top);
    if (err != 0)
        return err;
    const struct ynode *map =
        top && top->type == YAML_MAP ? yaml_get(top, "pack") : NULL;
    if (!map || map->type != YAML_MAP)
        toc_errors_add(errors, pack.manifest, top ? top->line : 1,
            top ? top->column : 1,
            "a manifest is to be \"pack:\" with id, version, author and "
            "licence");
    else {
        yaml_check_keys(top, pack.manifest, errors, allowed);
        read_pack(&r, map, &pack);
    }
    if (arena_failed(arena))
        return E_NOMEM;
    if (errors->n + errors->dropped > before)
        return E_CONF;
    *ret = pack;
    return 0;
}

int
pack_read(struct arena *arena, const char *file, const struct ynode *node,
    struct toc_errors *errors, struct pack *ret)
{
    struct reader r = {arena, errors, file, true};
    struct pack pack = {.manifest = file};

    if (node->type != YAML_MAP) {
        wrong(&r, node, "pack is to be {id: …, version: …, title: …}");
        return E_CONF;
    }
    read_pack(&r, node, &pack);
    if (pack.id.n == 0)
        return E_CONF;
    *ret = pack;
    return 0;
}

bool
pack_may_use(const struct pack *pack, const struct pack *other)
{
    if (!pack || pack == other)
        return true;
    if (!other)
        return false;
    for (size_t i = 0; i < pack->nneeds; i++)
        if (str_eq(pack->needs[i].id, other->id))
            return true;
    return false;
}
