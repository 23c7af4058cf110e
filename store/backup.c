/*
 * backup: copying by SQLite's own means, within one read transaction, so that
 * the writer neither waits nor makes the copy start again.
 */
#include "store/backup.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/timefmt.h"
#include "store/backup_inside.h"
#include "store/inside.h"
#include "store/schema.h"

#define BACKUP_PREFIX "tocsin-"
#define BACKUP_SUFFIX ".db"
#define BACKUP_PART ".part"

static int
say(struct toc_error *reterr, const char *path, int r, const char *what)
{
    toc_error_set(reterr, path, 0, 0, "%s", what);
    return r;
}

static int
say_errno(struct toc_error *reterr, const char *path, const char *what)
{
    int saved = errno;

    toc_error_set(reterr, path, 0, 0, "%s: %s", what, strerror(saved));
    return saved == ENOENT   ? E_NOTFOUND
           : saved == EACCES ? E_DENIED
           : saved == EEXIST ? E_EXISTS
                             : E_IO;
}

/* --- facts ---------------------------------------------------------------- */

static int
count(struct db *db, const char *sql, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(db, &q, sql);
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}

static int
facts_of(struct db *db, struct backup_facts *ret)
{
    int r = schema_of(db, &ret->schema);

    if (r == 0)
        r = count(
            db, DB_SQL("SELECT count(*) FROM source_state"), &ret->sources);
    if (r == 0)
        r = count(db, DB_SQL("SELECT count(*) FROM item"), &ret->items);
    if (r == 0)
        r = count(db, DB_SQL("SELECT count(*) FROM incident"), &ret->incidents);
    if (r == 0)
        r = count(
            db, DB_SQL("SELECT count(*) FROM delivery"), &ret->deliveries);
    if (r == 0)
        r = count(
            db, DB_SQL("SELECT ifnull(max(id), 0) FROM ledger"), &ret->ledger);
    return r;
}

static bool
facts_equal(const struct backup_facts *a, const struct backup_facts *b)
{
    return a->schema == b->schema && a->sources == b->sources &&
           a->items == b->items && a->incidents == b->incidents &&
           a->deliveries == b->deliveries && a->ledger == b->ledger;
}

/* --- copying -------------------------------------------------------------- */

/* What root makes is for whom its folder belongs to: the daemon is to read it
 * at its next start.  What fd, or else path, is. */
static void
give_to_owner(const char *path, int fd)
{
    char folder[PATH_MAX];
    struct stat st;

    backup_folder_of(path, folder);
    if (geteuid() != 0 || stat(folder, &st) != 0)
        return;
    if (fd >= 0)
        (void)!fchown(fd, st.st_uid, st.st_gid);
    else
        (void)!lchown(path, st.st_uid, st.st_gid);
}

/* Open a fresh file of mode 0600 to copy into. */
static int
copy_target(const char *path, struct toc_error *reterr, sqlite3 **ret)
{
    int fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return say_errno(reterr, path, "cannot be made");
    give_to_owner(path, fd);
    (void)close(fd);
    if (sqlite3_open_v2(path, ret, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
            NULL) == SQLITE_OK)
        return 0;
    return say(reterr, path, E_IO, "cannot be opened");
}

/* All pages of from, which is in a read transaction; then one file of its own,
 * without a log. */
static int
copy_pages(
    struct db *from, sqlite3 *to, const char *path, struct toc_error *reterr)
{
    sqlite3_backup *copy =
        sqlite3_backup_init(to, "main", from->handle, "main");
    int code = copy ? SQLITE_OK : sqlite3_errcode(to);

    while (copy && code == SQLITE_OK)
        code = sqlite3_backup_step(copy, BACKUP_STEP_PAGES);
    if (copy) {
        int end = sqlite3_backup_finish(copy);

        code = code == SQLITE_DONE ? end : code;
    }
    if (code == SQLITE_OK)
        code = sqlite3_exec(to,
            DB_SQL("PRAGMA synchronous = FULL;"
                   "PRAGMA journal_mode = DELETE;"),
            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return 0;
    toc_error_set(
        reterr, path, 0, 0, "cannot be copied: %s", sqlite3_errstr(code));
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB
               ? E_CORRUPT
           : (code & 0xff) == SQLITE_NOMEM ? E_NOMEM
                                           : E_IO;
}

/* Copy what stands in database into path, which must not exist. */
int
backup_copy(const char *database, const char *path, struct toc_error *reterr,
    struct backup_facts *ret)
{
    struct db from;
    sqlite3 *to = NULL;
    int r = db_open(&from, database, true, false);

    if (r != 0) {
        toc_error_set(reterr, database, 0, 0, "cannot be read: %s", from.error);
        return r;
    }
    r = db_begin(&from);
    if (r == 0)
        r = facts_of(&from, ret); /* the snapshot is taken by reading */
    if (r != 0)
        toc_error_set(reterr, database, 0, 0, "cannot be read: %s", from.error);
    if (r == 0)
        r = copy_target(path, reterr, &to);
    if (r == 0)
        r = copy_pages(&from, to, path, reterr);
    db_rollback(&from);
    db_close(&from);
    if (sqlite3_close(to) != SQLITE_OK && r == 0)
        r = say(reterr, path, E_IO, "cannot be closed");
    return r;
}

/* --- verifying ------------------------------------------------------------ */

static int
whole(struct db *db, struct toc_error *reterr, const char *file)
{
    struct query q;
    int r;

    db_query(db, &q, DB_SQL("PRAGMA integrity_check(1)"));
    r = query_next(&q);
    if (r == 0 && !str_eq(query_peek_str(&q), STR("ok"))) {
        db_say(db, query_peek_str(&q));
        r = E_CORRUPT;
    }
    query_done(&q);
    if (r != 0)
        goto out;
    db_query(db, &q, DB_SQL("SELECT \"table\" FROM pragma_foreign_key_check"));
    r = query_next(&q);
    if (r == 0) {
        db_say(db, STR("a row refers to one that is not there"));
        r = E_CORRUPT;
    } else if (r == E_NOTFOUND) {
        r = 0;
    }
    query_done(&q);
out:
    if (r != 0)
        toc_error_set(reterr, file, 0, 0, "is damaged: %s", db->error);
    return r;
}

int
backup_verify(
    const char *file, struct toc_error *reterr, struct backup_facts *ret)
{
    struct stat st;
    struct db db;
    int r;

    *ret = (struct backup_facts){.bytes = 0};
    if (stat(file, &st) != 0)
        return say_errno(reterr, file, "cannot be read");
    if (st.st_size == 0)
        return say(reterr, file, E_CORRUPT, "is empty");
    ret->bytes = (uint64_t)st.st_size;
    r = db_open(&db, file, true, false);
    if (r != 0) {
        toc_error_set(reterr, file, 0, 0, "cannot be read: %s", db.error);
        return r;
    }
    r = schema_of(&db, &ret->schema);
    if (r == 0 && ret->schema == 0)
        r = say(reterr, file, E_CORRUPT, "holds no tables");
    else if (r != 0)
        toc_error_set(reterr, file, 0, 0, "cannot be read: %s", db.error);
    else if (ret->schema > schema_version())
        r = say(reterr, file, E_CONF, "was written by a newer tocsin");
    if (r == 0)
        r = whole(&db, reterr, file);
    if (r == 0)
        r = facts_of(&db, ret);
    db_close(&db);
    return r;
}

/* --- a backup ------------------------------------------------------------- */

void
backup_folder_of(const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;

    if (n >= PATH_MAX)
        n = 0;
    memcpy(ret, path, n);
    ret[n] = '\0';
    if (n == 0) {
        ret[0] = slash ? '/' : '.';
        ret[1] = '\0';
    }
}

int
backup_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    int fd, r;

    backup_folder_of(path, folder);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return E_IO;
    r = fsync(fd) == 0 ? 0 : E_IO;
    (void)close(fd);
    return r;
}

void
backup_stamp(struct wall now, char ret[BACKUP_STAMP_SIZE])
{
    struct civil t = civil_of_wall(now, 0);
    char text[96];
    int n = snprintf(text, sizeof(text), "%04d%02d%02dT%02d%02d%02dZ", t.year,
        t.month, t.day, t.hour, t.minute, t.second);

    memset(ret, 0, BACKUP_STAMP_SIZE);
    memcpy(ret, text,
        n > 0 && n < BACKUP_STAMP_SIZE ? (size_t)n : BACKUP_STAMP_SIZE - 1);
}

/* "tocsin-20261125T033000Z.db": the time sorts as text. */
static bool
name_of(const char *folder, struct wall now, char path[PATH_MAX])
{
    char stamp[BACKUP_STAMP_SIZE];
    int n;

    backup_stamp(now, stamp);
    n = snprintf(
        path, PATH_MAX, "%s/" BACKUP_PREFIX "%s" BACKUP_SUFFIX, folder, stamp);
    return n > 0 && n < PATH_MAX;
}

static uint64_t
size_of(const char *database, const char *suffix)
{
    char name[PATH_MAX];
    struct stat st;
    int n = snprintf(name, sizeof(name), "%s%s", database, suffix);

    return n > 0 && n < PATH_MAX && stat(name, &st) == 0 ? (uint64_t)st.st_size
                                                         : 0;
}

/* A copy that fills the disk would hurt whoever writes there, the daemon first
 * of all. */
static int
has_room(const char *database, const char *folder, struct toc_error *reterr)
{
    uint64_t need =
        size_of(database, "") + size_of(database, "-wal") + BACKUP_SPARE_BYTES;
    struct statvfs st;
    uint64_t left;

    if (statvfs(folder, &st) != 0)
        return 0;
    left = (uint64_t)st.f_bavail * st.f_frsize;
    if (left >= need)
        return 0;
    toc_error_set(reterr, folder, 0, 0,
        "has no room for a copy: %llu MiB are needed, %llu are left",
        (unsigned long long)(need >> 20), (unsigned long long)(left >> 20));
    return E_IO;
}

int
backup_make(const char *database, const char *folder, struct wall now,
    struct toc_error *reterr, char path[PATH_MAX], struct backup_facts *ret)
{
    struct backup_facts was = {.bytes = 0};
    char part[PATH_MAX + sizeof(BACKUP_PART)];
    int r;

    if (!name_of(folder, now, path))
        return say(reterr, folder, E_LIMIT, "the path is too long");
    (void)snprintf(part, sizeof(part), "%s" BACKUP_PART, path);
    if (mkdir(folder, 0700) == 0)
        give_to_owner(folder, -1);
    else if (errno != EEXIST)
        return say_errno(reterr, folder, "cannot be made");
    if (access(path, F_OK) == 0)
        return say(reterr, path, E_EXISTS, "exists already");
    (void)unlink(part);
    r = has_room(database, folder, reterr);
    if (r == 0)
        r = backup_copy(database, part, reterr, &was);
    if (r == 0)
        r = backup_verify(part, reterr, ret);
    if (r == 0 && !facts_equal(&was, ret))
        r = say(reterr, part, E_CORRUPT, "is not what was copied");
    if (r == 0 && rename(part, path) != 0)
        r = say_errno(reterr, path, "cannot be named");
    if (r == 0)
        r = backup_sync_folder(path);
    if (r != 0)
        (void)unlink(part);
    return r;
}

/* The time of a backup's name; false for any other file. */
static bool
time_of(struct str name, struct wall *ret)
{
    char text[32];
    int n;

    if (name.n != sizeof("20261125T033000Z") - 1 + sizeof(BACKUP_PREFIX) - 1 +
                      sizeof(BACKUP_SUFFIX) - 1 ||
        !str_starts(name, STR(BACKUP_PREFIX)))
        return false;
    name = str_from(name, sizeof(BACKUP_PREFIX) - 1);
    n = snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name.p,
        name.p + 4, name.p + 6, name.p + 9, name.p + 11, name.p + 13);
    return n > 0 && timefmt_parse_rfc3339(str_of(text), ret) == 0;
}

int
backup_list(struct arena *arena, const char *folder, struct backup_file **ret,
    size_t *ret_n)
{
    struct backup_file *files;
    const char **names;
    size_t n = 0, found = 0;
    int r = file_list(arena, folder, BACKUP_SUFFIX, &names, &n);

    if (r != 0)
        return r;
    files = ARENA_ARRAY(arena, n + 1, struct backup_file);
    if (!files)
        return E_NOMEM;
    for (size_t i = n; i-- > 0;) { /* the newest has the last name */
        struct wall at;

        if (!time_of(str_of(names[i]), &at))
            continue;
        files[found].path =
            arena_cstr(arena, arena_printf(arena, "%s/%s", folder, names[i]));
        files[found].at = at;
        if (!files[found++].path)
            return E_NOMEM;
    }
    *ret = files;
    *ret_n = found;
    return 0;
}

int
backup_prune(struct arena *arena, const char *folder, size_t keep)
{
    struct backup_file *files;
    const char **parts = NULL;
    size_t n, nparts = 0;
    int r = backup_list(arena, folder, &files, &n);

    for (size_t i = keep; r == 0 && i < n; i++)
        if (unlink(files[i].path) != 0)
            r = E_IO;
    if (r == 0)
        r = file_list(arena, folder, BACKUP_PART, &parts, &nparts);
    for (size_t i = 0; r == 0 && i < nparts; i++) {
        char *path =
            arena_cstr(arena, arena_printf(arena, "%s/%s", folder, parts[i]));

        if (!path || unlink(path) != 0)
            r = E_IO;
    }
    return r;
}
