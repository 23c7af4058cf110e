/*
 * restore: the way back from a backup.
 *
 * The new database is made whole beside its place, and everything that is to
 * be said of the restore is written into it there; only then does the old one
 * step aside and the new one take its name.  Killed at any point, either the
 * old stands in its place or the new, or none does and both are there under
 * their other names, which the next start refuses to take for an empty start.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/backup.h"
#include "store/backup_inside.h"
#include "store/conditions.h"
#include "store/inside.h"

static const char *const suffixes[] = {"", "-wal", "-shm"};
enum { RESTORE_ARENA_BYTES = 64 * 1024, RESTORE_SKIP_NUMBERS = 1000 };
enum { SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]) };

struct place {
    char path[PATH_MAX - 64], fresh[PATH_MAX], kept[PATH_MAX];
    int lock;
    bool exists;
};

static int
place_lock(struct place *place, struct toc_error *reterr)
{
    char name[PATH_MAX];

    (void)snprintf(name, sizeof(name), "%s-lock", place->path);
    place->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (place->lock < 0) {
        toc_error_set(
            reterr, name, 0, 0, "cannot be opened: %s", strerror(errno));
        return errno == EACCES ? E_DENIED : E_IO;
    }
    if (flock(place->lock, LOCK_EX | LOCK_NB) < 0) {
        toc_error_set(reterr, place->path, 0, 0,
            "is in use by a running tocsind; stop it first");
        (void)close(place->lock);
        place->lock = -1; /* nothing of the place is ours to tidy up */
        return E_BUSY;
    }
    return 0;
}

static bool
there(const char *path, const char *suffix)
{
    char name[PATH_MAX + 8];
    struct stat st;

    (void)snprintf(name, sizeof(name), "%s%s", path, suffix);
    return stat(name, &st) == 0 && (st.st_size > 0 || suffix[0] == '\0');
}

static void
drop(const char *path)
{
    static const char *const all[] = {"", "-wal", "-shm", "-lock", "-journal"};
    char name[PATH_MAX + 16];

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, all[i]);
        (void)unlink(name);
    }
}

static int
place_take(struct place *place, const struct restore *restore,
    struct toc_error *reterr)
{
    char stamp[BACKUP_STAMP_SIZE];
    int n = snprintf(place->path, sizeof(place->path), "%s", restore->database);
    int r;

    place->lock = -1;
    if (n < 0 || (size_t)n >= sizeof(place->path)) {
        toc_error_set(reterr, restore->database, 0, 0, "the path is too long");
        return E_LIMIT;
    }
    (void)snprintf(
        place->fresh, sizeof(place->fresh), "%s.restored", place->path);
    backup_stamp(restore->now, stamp);
    (void)snprintf(
        place->kept, sizeof(place->kept), "%s.kept-%s", place->path, stamp);
    r = place_lock(place, reterr);
    if (r != 0)
        return r;
    place->exists = there(place->path, "") || there(place->path, "-wal");
    if (place->exists && !restore->replace) {
        toc_error_set(reterr, place->path, 0, 0,
            "exists; say that it is to be replaced (it is kept aside)");
        return E_EXISTS;
    }
    if (there(place->kept, "")) {
        toc_error_set(reterr, place->kept, 0, 0, "exists already");
        return E_EXISTS;
    }
    return 0;
}

/* Every source is asked for all it shows, as if for the first time, but what
 * it showed before is still known: only what is missing is news. */
static int
restore_repoll(struct db *db)
{
    return db_run(
        db, DB_SQL("UPDATE source_state SET etag = NULL, last_modified = NULL,"
                   " body_hash = NULL, validator_url = NULL, next_poll = NULL,"
                   " failures = 0; UPDATE hub SET next = 0;"));
}

/* What was true then and is not now: who has logged out since would be logged
 * in again; numbers that were told since would mean another incident, also to
 * the links in its messages; and of this file there is no backup yet. */
static int
restore_forget(struct db *db)
{
    _Static_assert(RESTORE_SKIP_NUMBERS == 1000, "the literal below");
    return db_run(db, DB_SQL("DELETE FROM session;"
                             "INSERT INTO sqlite_sequence(name, seq)"
                             " SELECT 'incident', 0 WHERE NOT EXISTS (SELECT 1"
                             " FROM sqlite_sequence WHERE name = 'incident');"
                             "UPDATE sqlite_sequence SET seq = seq + 1000"
                             " WHERE name = 'incident';"
                             "DELETE FROM pulse WHERE name = 'backup';"));
}

static int
restore_tell(struct store *store, const struct restore *restore,
    const struct place *place)
{
    struct arena *arena = arena_new(RESTORE_ARENA_BYTES);
    const char *kept = place->exists ? strrchr(place->kept, '/') : NULL;
    const char *file = strrchr(restore->file, '/');
    struct condition_text words;
    struct ledger_entry entry = {.at = restore->now,
        .kind = STR("store.restored"),
        .by = restore->by,
        .from = STR("road")};
    bool edge;
    int r = 0;

    if (!arena)
        return E_NOMEM;
    file = file ? file + 1 : restore->file;
    kept = kept ? kept + 1 : place->kept;
    /* Names of files that we made; a quote in one is none of ours. */
    if (strpbrk(file, "\"\\") || strpbrk(kept, "\"\\"))
        file = kept = "";
    entry.text = arena_printf(arena,
        "{\"backup\":\"%s\",\"kept\":\"%s\",\"why\":\"%.*s\"}", file,
        place->exists ? kept : "", STR_ARG(restore->why));
    r = arena_failed(arena) ? E_NOMEM : store_ledger_add(store, &entry);
    words.en = STR("the database was restored from a backup: what was done "
                   "after it is lost, and items since may be told again");
    words.zh = STR("数据库已从备份恢复：备份之后的操作已丢失，"
                   "其后的条目可能会再次通知");
    if (r == 0)
        r = store_condition_put(
            store, STR("daemon"), STR("restored"), &words, restore->now, &edge);
    arena_free(arena);
    return r;
}

/* Beside its place: copied, brought up to date, told; its log moved into it. */
static int
restore_make(const struct restore *restore, const struct place *place,
    struct toc_error *reterr)
{
    struct backup_facts facts;
    struct store *store = NULL;
    int r;

    drop(place->fresh);
    r = backup_copy(restore->file, place->fresh, reterr, &facts);
    if (r == 0)
        r = store_open(place->fresh, reterr, &store);
    if (r != 0)
        return r;
    r = store_begin(store);
    if (r == 0)
        r = restore_repoll(&store->db);
    if (r == 0)
        r = restore_forget(&store->db);
    if (r == 0)
        r = restore_tell(store, restore, place);
    if (r == 0)
        r = store_commit(store);
    if (r == 0)
        r = db_error(
            &store->db, sqlite3_wal_checkpoint_v2(store->db.handle, NULL,
                            SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
    if (r != 0)
        toc_error_set(reterr, place->fresh, 0, 0, "cannot be written: %s",
            store_error(store));
    store_close(store);
    return r;
}

/* The new one belongs to whom the old one, or the folder, belonged; so does
 * the lock, which may be new and which the daemon must be able to open. */
static void
restore_owner(const struct place *place)
{
    char folder[PATH_MAX];
    struct stat st;

    backup_folder_of(place->path, folder);
    if (geteuid() != 0 ||
        (stat(place->path, &st) != 0 && stat(folder, &st) != 0))
        return;
    (void)!lchown(place->fresh, st.st_uid, st.st_gid);
    (void)!fchown(place->lock, st.st_uid, st.st_gid);
}

static int
restore_swap(const struct place *place, struct toc_error *reterr)
{
    char from[PATH_MAX + 8], to[PATH_MAX + 8];

    restore_owner(place);
    for (size_t i = 0; i < SUFFIXES; i++) {
        (void)snprintf(from, sizeof(from), "%s%s", place->path, suffixes[i]);
        (void)snprintf(to, sizeof(to), "%s%s", place->kept, suffixes[i]);
        if (rename(from, to) != 0 && errno != ENOENT) {
            toc_error_set(reterr, from, 0, 0, "cannot be kept aside: %s",
                strerror(errno));
            return E_IO;
        }
    }
    /* A log without its file would be taken for this one's. */
    for (size_t i = 1; i < SUFFIXES; i++) {
        (void)snprintf(from, sizeof(from), "%s%s", place->fresh, suffixes[i]);
        (void)unlink(from);
    }
    if (rename(place->fresh, place->path) != 0) {
        toc_error_set(reterr, place->path, 0, 0, "cannot be put in place: %s",
            strerror(errno));
        return E_IO;
    }
    return backup_sync_folder(place->path);
}

int
backup_restore(const struct restore *restore, struct toc_error *reterr,
    char ret_kept[PATH_MAX], struct backup_facts *ret)
{
    struct place place;
    int r = place_take(&place, restore, reterr);

    if (r == 0)
        r = backup_verify(restore->file, reterr, ret);
    if (r == 0)
        r = restore_make(restore, &place, reterr);
    if (r == 0)
        r = restore_swap(&place, reterr);
    if (r == 0)
        (void)snprintf(
            ret_kept, PATH_MAX, "%s", place.exists ? place.kept : "");
    if (place.lock >= 0) {
        char lock[PATH_MAX + 8];

        drop(place.fresh);
        (void)snprintf(lock, sizeof(lock), "%s.restored-lock", place.path);
        (void)unlink(lock);
        (void)close(place.lock);
    }
    return r;
}
