/*
 * safety: doubt.
 *
 * After damage or a failed sync the file may be other than what this process
 * believes.  It ends then; a mark beside the file makes the next start look at
 * every index, which quick_check does not.
 */
#include "store/safety.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/inside.h"

static bool
mark_name(const struct store *store, char out[STORE_PATH_BYTES + 16])
{
    return store->path[0] &&
           snprintf(out, STORE_PATH_BYTES + 16, "%s-suspect", store->path) > 0;
}

bool
store_is_doomed(const struct store *store)
{
    char name[STORE_PATH_BYTES + 16];
    int fd;

    if (!store->db.doomed)
        return false;
    if (mark_name(store, name)) {
        fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0)
            (void)close(fd);
    }
    return true;
}

bool
store_is_suspect(const struct store *store)
{
    char name[STORE_PATH_BYTES + 16];

    return mark_name(store, name) && access(name, F_OK) == 0;
}

void
store_is_cleared(const struct store *store)
{
    char name[STORE_PATH_BYTES + 16];

    if (mark_name(store, name))
        (void)unlink(name);
}

bool
store_was_full(const struct store *store)
{
    return store->db.full;
}

int
store_open_known(
    const char *path, bool known, struct toc_error *reterr, struct store **ret)
{
    struct stat st;

    if (known && stat(path, &st) != 0) {
        toc_error_set(reterr, path, 0, 0,
            "is gone, but there are backups of it; restore one (tocsin "
            "restore), or move them away to begin anew");
        return E_CORRUPT;
    }
    return store_open(path, reterr, ret);
}

int
store_pulse_load(struct store *store, struct str name, struct wall *ret_tried,
    struct wall *ret_well)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("SELECT at, ok FROM pulse WHERE name = ?"));
    query_text(&q, name);
    r = query_next(&q);
    if (r == 0) {
        *ret_tried = query_get_wall(&q);
        *ret_well = query_get_wall(&q);
    }
    query_done(&q);
    return r;
}
