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

static int
add_file(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    if (files->n == RULE_FILES_MAX) {
        toc_errors_add(errors, path, 0, 0, "there are more than %d rule files",
            RULE_FILES_MAX);
        return E_CONF;
    }
    int err = rule_files_read(arena, path, errors, &files->file[files->n]);
    if (err == 0)
        files->n++;
    return err;
}

static bool
is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *
join(struct arena *arena, const char *folder, const char *name)
{
    return arena_cstr(arena, arena_printf(arena, "%s/%s", folder, name));
}

/* All *.yaml of one folder but its manifest. */
static int
add_folder(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    const char **names = NULL;
    size_t n = 0;
    int err = file_list(arena, path, ".yaml", &names, &n);

    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *name = join(arena, path, names[i]);
        if (strcmp(names[i], PACK_MANIFEST) == 0)
            continue;
        int e = name ? add_file(files, arena, name, errors) : E_NOMEM;
        err = e ? e : err;
    }
    return err;
}

int
rule_files_add(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    const char **names = NULL;
    size_t n = 0;
    int err;

    if (strcmp(path, "-") == 0 || !is_folder(path))
        return add_file(files, arena, path, errors);
    err = add_folder(files, arena, path, errors);
    if (err == 0 || err == E_CONF) {
        int e = file_list(arena, path, "", &names, &n);
        err = e ? e : err;
    }
    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *folder = join(arena, path, names[i]);
        char *manifest = folder ? join(arena, folder, PACK_MANIFEST) : NULL;
        if (!manifest)
            return E_NOMEM;
        if (access(manifest, F_OK) != 0)
            continue;
        int e = add_folder(files, arena, folder, errors);
        err = e ? e : err;
    }
    return err;
}

static int
add_pack(struct pack_list *packs, struct arena *arena, const char *manifest,
    struct toc_errors *errors)
{
    struct rule_file file;
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
    char *manifest = join(arena, folder, PACK_MANIFEST);
    const char **names = NULL;
    size_t n = 0;
    int err;

    if (!manifest)
        return E_NOMEM;
    if (access(manifest, F_OK) == 0)
        return add_pack(packs, arena, manifest, errors);
    err = file_list(arena, folder, "", &names, &n);
    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        char *sub = join(arena, folder, names[i]);
        manifest = sub ? join(arena, sub, PACK_MANIFEST) : NULL;
        if (!manifest)
            return E_NOMEM;
        if (access(manifest, F_OK) != 0)
            continue;
        int e = add_pack(packs, arena, manifest, errors);
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
