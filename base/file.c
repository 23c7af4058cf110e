#include "base/file.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

enum { FILE_CHUNK = 64 * 1024 }; /* bytes asked for at once */

static int
err_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return E_NOTFOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return E_DENIED;
    case ENOMEM:
        return E_NOMEM;
    default:
        return E_IO;
    }
}

/* Say in reterr that verb failed on path because of errno. */
static int
fail(const char *path, const char *verb, struct toc_error *reterr)
{
    int number = errno;

    toc_error_set(reterr, path, 0, 0, "cannot be %s: %s", verb,
        strerrordesc_np(number) ? strerrordesc_np(number) : "unknown reason");
    return err_of_errno(number);
}

/* Read fd to its end.  Errno is set for E_IO. */
static int
read_all(int fd, struct buf *out)
{
    for (;;) {
        size_t left = out->max > out->n ? out->max - out->n : 0;
        size_t ask = left < FILE_CHUNK ? left : FILE_CHUNK;
        char beyond; /* at the limit, only the end of the file may follow */
        char *room = left ? buf_room(out, ask) : &beyond;
        ssize_t n;

        if (!room)
            return out->err;
        n = read(fd, room, left ? ask : 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return E_IO;
        if (n == 0)
            return 0;
        if (left == 0)
            return E_LIMIT;
        out->n += (size_t)n;
    }
}

int
file_read(const char *path, struct buf *out, struct toc_error *reterr)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int err;

    if (fd < 0)
        return fail(path, "opened", reterr);
    err = read_all(fd, out);
    if (err == E_IO)
        err = fail(path, "read", reterr);
    else if (err == E_LIMIT)
        toc_error_set(reterr, path, 0, 0, "is larger than %zu bytes", out->max);
    else if (err)
        toc_error_set(reterr, path, 0, 0, "cannot be read: %s", err_text(err));
    if (!is_stdin)
        close(fd);
    return err;
}

static int
write_all(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes = str_from(bytes, (size_t)n);
    }
    return 0;
}

/* Make a rename in the folder of path last through a power cut. */
static int
sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    int fd, result;

    if (slash) {
        size_t n = slash == path ? 1 : (size_t)(slash - path);

        if (n >= sizeof(folder)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    result = fsync(fd);
    close(fd);
    return result;
}

int
file_replace(
    const char *path, struct str bytes, unsigned mode, struct toc_error *reterr)
{
    char beside[PATH_MAX];
    int n = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    int fd, err = 0;

    if (n < 0 || (size_t)n >= sizeof(beside)) {
        errno = ENAMETOOLONG;
        return fail(path, "written", reterr);
    }
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return fail(path, "written", reterr);
    if (write_all(fd, bytes) < 0 || fchmod(fd, (mode_t)mode) < 0 ||
        fsync(fd) < 0)
        err = fail(path, "written", reterr);
    if (close(fd) < 0 && !err)
        err = fail(path, "written", reterr);
    if (!err && rename(beside, path) < 0)
        err = fail(path, "replaced", reterr);
    if (err) {
        unlink(beside);
        return err;
    }
    return sync_folder(path) < 0 ? fail(path, "synced", reterr) : 0;
}

static int
order_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Grow the array in the arena by doubling; the old one stays behind. */
static const char **
names_grow(struct arena *arena, const char **names, size_t n)
{
    const char **more = ARENA_ARRAY(arena, n ? 2 * n : 16, const char *);

    if (more && n)
        memcpy(more, names, n * sizeof(*names));
    return more;
}

static int
list_names(struct arena *arena, DIR *dir, struct str suffix, const char ***ret,
    size_t *ret_n)
{
    const char **names = NULL;
    size_t n = 0, cap = 0;
    struct dirent *entry;

    for (;;) {
        struct str name;

        errno = 0;
        entry = readdir(dir);
        if (!entry)
            break;
        name = str_of(entry->d_name);
        if (name.p[0] == '.' || !str_ends(name, suffix))
            continue;
        if (n == FILE_LIST_MAX)
            return E_LIMIT;
        if (n == cap) {
            names = names_grow(arena, names, n);
            cap = n ? 2 * n : 16;
        }
        if (!names || !(names[n] = arena_cstr(arena, name)))
            return E_NOMEM;
        n++;
    }
    if (errno)
        return E_IO;
    if (n)
        qsort(names, n, sizeof(*names), order_names);
    *ret = names;
    *ret_n = n;
    return 0;
}

int
file_list(struct arena *arena, const char *folder, const char *suffix,
    const char ***ret, size_t *ret_n)
{
    DIR *dir = opendir(folder);
    int err;

    if (!dir && errno == ENOENT) {
        *ret = NULL;
        *ret_n = 0;
        return 0;
    }
    if (!dir)
        return err_of_errno(errno);
    err = list_names(arena, dir, str_of(suffix), ret, ret_n);
    closedir(dir);
    return err;
}
