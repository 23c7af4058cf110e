/* datafiles: see the header. */
#include "daemon/datafiles.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
datafiles_folder(struct arena *arena, const char *name)
{
    static const char *const beside[] = {"../share/tocsin", "../../.."};
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    struct stat st;

    while (n > 0 && self[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof beside / sizeof *beside; i++) {
        struct str path = arena_printf(
            arena, "%.*s%s/%s", (int)n, self, beside[i], name);

        if (path.p && stat(path.p, &st) == 0 && S_ISDIR(st.st_mode))
            return path.p;
    }
    return arena_printf(arena, "%s/%s", TOCSIN_DATA_DIR, name).p;
}
