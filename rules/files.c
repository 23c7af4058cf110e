#include "rules/files.h"

#include <sys/stat.h>

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#ifndef TOCSIN_RULES_DIR
#define TOCSIN_RULES_DIR "/usr/share/tocsin/packs"
#endif

/* The folder of the bureau's changes of packs, inside that of its rules. */
static const char local_folder[] = "local.d";

int
rule_files_read(struct arena *arena, const char *path,
    struct toc_errors *errors, struct rule_file *ret)
{
    struct toc_error error = {.line = 0};
    struct rule_file file = {.name = NULL};
    struct buf buf;
    int err;

    buf_init(&buf, RULE_FILE_MAX_BYTES);
    err = file_read(path, &buf, &error);
    if (err != 0) {
        toc_errors_add(errors, path, 0, 0, "%s",
            error.text[0] ? error.text : err_text(err));
        err = err == E_NOMEM ? err : E_CONF;
    } else {
        file.name = arena_cstr(arena, str_of(path));
        file.text = arena_str(arena, buf_str(&buf));
        if (!file.name || arena_failed(arena))
            err = E_NOMEM;
        else
            *ret = file;
    }
    buf_done(&buf);
    return err;
}

static bool
is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *
rule_files_join(struct arena *arena, const char *folder, const char *name)
{
    return arena_cstr(arena, arena_printf(arena, "%s/%s", folder, name));
}

bool
rule_files_is_pack(struct arena *arena, const char *folder)
{
    char *manifest = rule_files_join(arena, folder, PACK_MANIFEST);

    return manifest && access(manifest, F_OK) == 0;
}

/* The folder that a file lies in. */
static const char *
folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return arena_cstr(
        arena, (struct str){path, slash == path ? 1 : (size_t)(slash - path)});
}

/* --- one file ---------------------------------------------------------------
 */

size_t
rule_files_find(const struct rule_files *files, const char *path)
{
    struct stat st;
    size_t i = 0;

    if (stat(path, &st) != 0)
        return files->n;
    while (i < files->n && (files->origin[i].dev != st.st_dev ||
                               files->origin[i].ino != st.st_ino))
        i++;
    return i;
}

int
rule_files_add_one(struct rule_files *files, struct arena *arena,
    const char *path, const char *root, const struct pack *pack, bool lent,
    struct toc_errors *errors, size_t *ret)
{
    bool piped = strcmp(path, "-") == 0;
    size_t i = piped ? files->n : rule_files_find(files, path);
    struct stat st;

    if (i < files->n) {
        files->file[i].lent = files->file[i].lent && lent;
        if (ret)
            *ret = i;
        return 0;
    }
    if (files->n == RULE_FILES_MAX) {
        toc_errors_add(errors, path, 0, 0, "there are more than %d rule files",
            RULE_FILES_MAX);
        return E_CONF;
    }
    int err = rule_files_read(arena, path, errors, &files->file[i]);
    if (err != 0)
        return err;
    files->file[i].pack = pack;
    files->file[i].lent = lent;
    files->origin[i] = (struct rule_file_origin){.root = root};
    if (!piped && stat(path, &st) == 0) {
        files->origin[i].dev = st.st_dev;
        files->origin[i].ino = st.st_ino;
    }
    files->n++;
    if (ret)
        *ret = i;
    return 0;
}

/* All *.yaml of one folder but a manifest. */
static int
add_folder(struct rule_files *files, struct arena *arena, const char *path,
    const char *root, const struct pack *pack, bool lent,
    struct toc_errors *errors)
{
    const char **names = NULL;
    size_t n = 0;
    int err = file_list(arena, path, ".yaml", &names, &n);

    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *name = rule_files_join(arena, path, names[i]);
        if (!name)
            return E_NOMEM;
        if (strcmp(names[i], PACK_MANIFEST) == 0 || is_folder(name))
            continue;
        int e = rule_files_add_one(
            files, arena, name, root, pack, lent, errors, NULL);
        err = e ? e : err;
    }
    return err;
}

/* --- packs ------------------------------------------------------------------
 */

size_t
rule_files_find_pack(const struct rule_files *files, struct str id)
{
    size_t i = 0;

    while (i < files->npacks && !str_eq(files->pack[i]->id, id))
        i++;
    return i;
}

/* Read the manifest of folder; its number in *ret. */
static int
open_pack(struct rule_files *files, struct arena *arena, const char *folder,
    struct toc_errors *errors, size_t *ret)
{
    char *manifest = rule_files_join(arena, folder, PACK_MANIFEST);
    struct pack *pack = ARENA_NEW(arena, struct pack);
    struct rule_file file;

    if (!manifest || !pack)
        return E_NOMEM;
    for (size_t i = 0; i < files->npacks; i++)
        if (strcmp(files->pack[i]->folder, folder) == 0) {
            *ret = i;
            return 0;
        }
    int err = rule_files_read(arena, manifest, errors, &file);
    if (err == 0)
        err = pack_parse(arena, file.name, file.text, errors, pack);
    if (err != 0)
        return err;
    size_t twin = rule_files_find_pack(files, pack->id);
    if (twin < files->npacks || files->npacks == PACK_LIST_MAX) {
        if (twin < files->npacks)
            toc_errors_add(errors, manifest, 1, 1,
                "the pack %.*s is there already, in %s: one of the two is to "
                "go",
                STR_ARG(pack->id), files->pack[twin]->folder);
        else
            toc_errors_add(errors, manifest, 0, 0,
                "there are more than %d packs", PACK_LIST_MAX);
        return E_CONF;
    }
    *ret = files->npacks;
    files->pack[files->npacks++] = pack;
    return 0;
}

int
rule_files_add_pack(struct rule_files *files, struct arena *arena,
    const char *folder, bool lent, struct toc_errors *errors)
{
    size_t i;
    int err = open_pack(files, arena, folder, errors, &i);

    if (err != 0)
        return err;
    files->whole[i] = true;
    return add_folder(files, arena, files->pack[i]->folder,
        files->pack[i]->folder, files->pack[i], lent, errors);
}

/* A file by itself; one of a pack has what the pack lends. */
static int
add_single(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    const char *folder = folder_of(arena, path);
    size_t i;

    if (!folder)
        return E_NOMEM;
    if (strcmp(path, "-") == 0 || !rule_files_is_pack(arena, folder))
        return rule_files_add_one(
            files, arena, path, folder, NULL, false, errors, NULL);
    int err = open_pack(files, arena, folder, errors, &i);
    return err ? err
               : rule_files_add_one(files, arena, path, folder, files->pack[i],
                     false, errors, NULL);
}

/* --- folders ----------------------------------------------------------------
 */

/* What lies in a folder of rules besides files: packs, and then local.d. */
static int
add_below(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    const char **names = NULL;
    char *local = rule_files_join(arena, path, local_folder);
    size_t n = 0;
    int err = local ? file_list(arena, path, "", &names, &n) : E_NOMEM;

    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *folder = rule_files_join(arena, path, names[i]);
        int e = folder ? 0 : E_NOMEM;
        if (e == 0 && (!is_folder(folder) || strcmp(folder, local) == 0))
            continue;
        if (e == 0 && rule_files_is_pack(arena, folder))
            e = rule_files_add_pack(files, arena, folder, false, errors);
        err = e ? e : err;
    }
    if ((err == 0 || err == E_CONF) && is_folder(local)) {
        int e = add_folder(files, arena, local, path, NULL, false, errors);
        err = e ? e : err;
    }
    return err;
}

int
rule_files_add(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    struct str s = str_of(path);
    const char *root;
    int err;

    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    root = arena_cstr(arena, s);
    if (!root)
        return E_NOMEM;
    if (strcmp(path, "-") == 0 || !is_folder(path))
        err = add_single(files, arena, root, errors);
    else if (rule_files_is_pack(arena, root))
        err = rule_files_add_pack(files, arena, root, false, errors);
    else {
        err = add_folder(files, arena, root, root, NULL, false, errors);
        if (err == 0 || err == E_CONF) {
            int e = add_below(files, arena, root, errors);
            err = e ? e : err;
        }
    }
    if (files->nroots < RULE_FILES_MAX_ROOTS)
        files->root[files->nroots++] = root;
    return err;
}

/* --- what packs there are ----------------------------------------------------
 */

static int
list_pack(struct pack_list *packs, struct arena *arena, const char *folder,
    struct toc_errors *errors)
{
    char *manifest = rule_files_join(arena, folder, PACK_MANIFEST);
    struct rule_file file;

    if (!manifest)
        return E_NOMEM;
    int err = rule_files_read(arena, manifest, errors, &file);
    if (err == 0 && packs->n == PACK_LIST_MAX) {
        toc_errors_add(errors, manifest, 0, 0, "there are more than %d packs",
            PACK_LIST_MAX);
        return E_CONF;
    }
    if (err == 0)
        err = pack_parse(
            arena, file.name, file.text, errors, &packs->pack[packs->n]);
    packs->n += err == 0;
    return err;
}

int
pack_list_add(struct pack_list *packs, struct arena *arena, const char *folder,
    struct toc_errors *errors)
{
    const char **names = NULL;
    size_t n = 0;
    int err;

    if (rule_files_is_pack(arena, folder))
        return list_pack(packs, arena, folder, errors);
    err = file_list(arena, folder, "", &names, &n);
    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *below = rule_files_join(arena, folder, names[i]);
        if (!below)
            return E_NOMEM;
        if (!rule_files_is_pack(arena, below))
            continue;
        int e = list_pack(packs, arena, below, errors);
        err = e ? e : err;
    }
    return err;
}

const char *
rule_files_packs(struct arena *arena, const char *wish)
{
    static const char *const beside[] = {
        "../share/tocsin/packs", "../../../rules/packs"};
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct stat st;

    if (wish && wish[0])
        return arena_cstr(arena, str_of(wish));
    while (n > 0 && self[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof(beside) / sizeof(beside[0]); i++) {
        struct str path =
            arena_printf(arena, "%.*s%s", (int)n, self, beside[i]);
        char *name = arena_cstr(arena, path);
        if (name && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
            return name;
    }
    return TOCSIN_RULES_DIR;
}
