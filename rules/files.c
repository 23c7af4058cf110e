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

int
rule_files_add(struct rule_files *files, struct arena *arena, const char *path,
    struct toc_errors *errors)
{
    const char **names;
    struct stat st;
    size_t n;
    int err;

    if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return add_file(files, arena, path, errors);
    err = file_list(arena, path, ".yaml", &names, &n);
    for (size_t i = 0; i < n && (err == 0 || err == E_CONF); i++) {
        struct str full = arena_printf(arena, "%s/%s", path, names[i]);
        char *name = arena_cstr(arena, full);
        int e = name ? add_file(files, arena, name, errors) : E_NOMEM;
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
