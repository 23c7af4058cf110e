/*
 * include: what rule files need besides themselves, found and added.
 *
 * Three things: what a file includes, the rest of a pack of which only some
 * files were given, and the packs that packs require.  The last two only lend.
 * Everything found may need more, so this goes on until nothing is new.
 */
#include <string.h>
#include <unistd.h>

#include "base/yaml.h"
#include "rules/files.h"
#include "rules/model.h"

enum { INCLUDE_SCRATCH_BYTES = 256 * 1024 * 1024 };

struct finder {
    struct rule_files *files;
    struct arena *arena;
    const char *library;
    struct toc_errors *errors;
    bool wrong;
};

/* The folder of the pack with this id, among folders of packs; NULL. */
static const char *
pack_below(struct finder *f, const char *folder, struct str id)
{
    struct pack_list *packs = ARENA_NEW(f->arena, struct pack_list);
    struct toc_errors ignored = {.n = 0};
    const char *found = NULL;

    if (!packs || access(folder, F_OK) != 0)
        return NULL;
    pack_list_add(packs, f->arena, folder, &ignored);
    for (size_t i = 0; i < packs->n && !found; i++)
        if (str_eq(packs->pack[i].id, id))
            found = packs->pack[i].folder;
    toc_errors_done(&ignored);
    return found;
}

/* Look beside what was given, then in the library. */
static const char *
find_pack(struct finder *f, struct str id)
{
    const char *found = NULL;

    for (size_t i = 0; i < f->files->nroots && !found; i++) {
        char *beside = rule_files_join(f->arena, f->files->root[i], "..");
        found = pack_below(f, f->files->root[i], id);
        if (!found && beside && rule_files_is_pack(f->arena, f->files->root[i]))
            found = pack_below(f, beside, id);
    }
    return found || !f->library ? found : pack_below(f, f->library, id);
}

/* --- what is required -------------------------------------------------------
 */

static int
add_needs(struct finder *f, const struct pack *pack)
{
    int err = 0;

    for (size_t i = 0; i < pack->nneeds && (err == 0 || err == E_CONF); i++) {
        const struct pack_need *need = &pack->needs[i];
        size_t at = rule_files_find_pack(f->files, need->id);
        if (at == f->files->npacks) {
            const char *folder = find_pack(f, need->id);
            if (!folder) {
                toc_errors_add(f->errors, pack->manifest, need->line,
                    need->column,
                    "the pack %.*s, which this one requires, is not there",
                    STR_ARG(need->id));
                f->wrong = true;
                continue;
            }
            err = rule_files_add_pack(
                f->files, f->arena, folder, true, f->errors);
            if (err != 0)
                continue;
        }
        const struct pack *other = f->files->pack[at];
        if (pack_version_cmp(&other->version, &need->version) >= 0)
            continue;
        toc_errors_add(f->errors, pack->manifest, need->line, need->column,
            "version %u.%u.%u or later of the pack %.*s is required, but %s "
            "is version %.*s",
            need->version.part[0], need->version.part[1], need->version.part[2],
            STR_ARG(need->id), other->folder, STR_ARG(other->version_text));
        f->wrong = true;
    }
    return err;
}

/* The rest of packs of which only some files were given. */
static int
add_rest(struct finder *f, size_t pack)
{
    if (f->files->whole[pack])
        return 0;
    return rule_files_add_pack(
        f->files, f->arena, f->files->pack[pack]->folder, true, f->errors);
}

/* --- what is included -------------------------------------------------------
 */

/* Whether path stays where it begins. */
static bool
is_below(struct str path)
{
    struct str rest = path;

    if (path.n == 0 || path.p[0] == '/')
        return false;
    while (rest.p)
        if (str_eq(str_split(&rest, '/'), STR("..")))
            return false;
    return true;
}

static int
include_path(struct finder *f, size_t from, const struct ynode *n)
{
    struct rule_files *files = f->files;
    const struct rule_file *file = &files->file[from];
    const char *slash = strrchr(file->name, '/');
    size_t to;
    int err;

    if (!is_below(n->text)) {
        toc_errors_add(f->errors, file->name, n->line, n->column,
            "\"%.*s\" is not below the folder of this file: what is included "
            "has a path without \"..\" that begins there, or is the id of a "
            "pack",
            STR_ARG(n->text));
        return E_CONF;
    }
    char *path =
        arena_cstr(f->arena, arena_printf(f->arena, "%.*s%.*s",
                                 (int)(slash ? slash + 1 - file->name : 0),
                                 file->name, STR_ARG(n->text)));
    if (!path)
        return E_NOMEM;
    if (access(path, R_OK) != 0) {
        toc_errors_add(f->errors, file->name, n->line, n->column,
            "there is no file %s to include", path);
        return E_CONF;
    }
    err = rule_files_add_one(files, f->arena, path, files->origin[from].root,
        file->pack, file->lent, f->errors, &to);
    if (err != 0)
        return err;
    if (files->nincludes == RULE_FILES_MAX_INCLUDES) {
        toc_errors_add(f->errors, file->name, n->line, n->column,
            "there are more than %d includes", RULE_FILES_MAX_INCLUDES);
        return E_CONF;
    }
    files->include[files->nincludes].from = (uint32_t)from;
    files->include[files->nincludes].to = (uint32_t)to;
    files->include[files->nincludes].line = n->line;
    files->include[files->nincludes++].column = n->column;
    return 0;
}

static int
include_pack(struct finder *f, size_t from, const struct ynode *n)
{
    const struct rule_file *file = &f->files->file[from];
    size_t at = rule_files_find_pack(f->files, n->text);
    const char *folder = at < f->files->npacks ? f->files->pack[at]->folder
                                               : find_pack(f, n->text);

    if (file->pack) {
        toc_errors_add(f->errors, file->name, n->line, n->column,
            "a pack includes no other: its manifest is to say requires: "
            "[%.*s]",
            STR_ARG(n->text));
        return E_CONF;
    }
    if (!folder) {
        toc_errors_add(f->errors, file->name, n->line, n->column,
            "there is no pack %.*s to include; a file has a name with a dot",
            STR_ARG(n->text));
        return E_CONF;
    }
    return rule_files_add_pack(
        f->files, f->arena, folder, file->lent, f->errors);
}

static int
follow(struct finder *f, size_t from, const struct ynode *list)
{
    const struct ynode *n = list->type == YAML_SEQ ? list->first : list;
    int err = 0;

    for (; n && err != E_NOMEM; n = list->type == YAML_SEQ ? n->next : NULL) {
        int e;
        if (n->type != YAML_SCALAR || n->text.n == 0) {
            toc_errors_add(f->errors, f->files->file[from].name, n->line,
                n->column, "include is to be a list of paths and ids of packs");
            e = E_CONF;
        } else if (model_is_id(n->text))
            e = include_pack(f, from, n);
        else
            e = include_path(f, from, n);
        err = e ? e : err;
    }
    return err;
}

/* Follow the includes of one file; its other errors are for those who load it.
 */
static int
scan(struct finder *f, size_t from)
{
    struct str text = f->files->file[from].text;
    struct toc_errors ignored = {.n = 0};
    struct ynode *top = NULL;
    const struct ynode *list = NULL;
    struct arena *scratch;
    int err = 0;

    if (f->files->origin[from].scanned)
        return 0;
    f->files->origin[from].scanned = true;
    if (str_find(text, STR("include")) == text.n)
        return 0;
    scratch = arena_new(INCLUDE_SCRATCH_BYTES);
    if (!scratch)
        return E_NOMEM;
    if (yaml_parse(scratch, f->files->file[from].name, text, &ignored, &top) ==
            0 &&
        top && top->type == YAML_MAP)
        list = yaml_get(top, "include");
    if (list && !yaml_is_null(list))
        err = follow(f, from, list);
    toc_errors_done(&ignored);
    arena_free(scratch);
    return err;
}

/* --- circles ----------------------------------------------------------------
 */

/* The first include of file that was not walked yet, or nincludes. */
static size_t
next_include(const struct rule_files *files, const uint8_t *done, size_t from)
{
    size_t i = 0;

    while (i < files->nincludes && (done[i] || files->include[i].from != from))
        i++;
    return i;
}

static void
tell_circle(struct finder *f, const uint32_t *parent, size_t include)
{
    const struct rule_files *files = f->files;
    uint32_t from = files->include[include].from,
             to = files->include[include].to;
    struct str path = str_of(files->file[to].name);

    for (uint32_t i = from; i != to; i = parent[i])
        path = arena_printf(
            f->arena, "%s → %.*s", files->file[i].name, STR_ARG(path));
    toc_errors_add(f->errors, files->file[from].name,
        files->include[include].line, files->include[include].column,
        "the file includes itself: %s → %.*s", files->file[to].name,
        STR_ARG(path));
    f->wrong = true;
}

/* Refuse files that include themselves, by however many steps. */
static int
check_circles(struct finder *f)
{
    const struct rule_files *files = f->files;
    uint8_t *done = ARENA_ARRAY(f->arena, files->nincludes + 1, uint8_t);
    uint8_t *open = ARENA_ARRAY(f->arena, files->n + 1, uint8_t);
    uint32_t *parent = ARENA_ARRAY(f->arena, files->n + 1, uint32_t);

    if (!done || !open || !parent)
        return E_NOMEM;
    for (size_t start = 0; start < files->n; start++) {
        size_t at = start;
        open[at] = 1;
        for (;;) {
            size_t i = next_include(files, done, at);
            if (i == files->nincludes) {
                open[at] = 0;
                if (at == start)
                    break;
                at = parent[at];
                continue;
            }
            done[i] = 1;
            if (open[files->include[i].to]) {
                tell_circle(f, parent, i);
                continue;
            }
            parent[files->include[i].to] = (uint32_t)at;
            at = files->include[i].to;
            open[at] = 1;
        }
    }
    return 0;
}

int
rule_files_finish(struct rule_files *files, struct arena *arena,
    const char *library, struct toc_errors *errors)
{
    struct finder f = {files, arena, library, errors, false};
    size_t nfiles = 0, npacks = 0;
    int err = 0;

    while ((nfiles < files->n || npacks < files->npacks) &&
           (err == 0 || err == E_CONF)) {
        int e = nfiles < files->n ? scan(&f, nfiles) : 0;
        if (nfiles < files->n)
            nfiles++;
        else if (npacks < files->npacks) {
            e = add_rest(&f, npacks);
            if (e == 0)
                e = add_needs(&f, files->pack[npacks]);
            npacks++;
        }
        err = e ? e : err;
    }
    if (err == 0 || err == E_CONF) {
        int e = check_circles(&f);
        err = e ? e : err;
    }
    return err == 0 && f.wrong ? E_CONF : err;
}
