/* store: opening, the one transaction, generations, housekeeping. */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/schema.h"

/* PATH with a suffix; false when it does not fit. */
static bool
path_with(char out[PATH_MAX], const char *path, const char *suffix)
{
    int n = snprintf(out, PATH_MAX, "%s%s", path, suffix);

    return n > 0 && n < PATH_MAX;
}

/* Hold PATH-lock, so that a second engine on the same file is refused. */
static int
store_lock(struct store *store, const char *path, struct toc_error *reterr)
{
    char name[PATH_MAX];

    if (!path_with(name, path, "-lock")) {
        toc_error_set(reterr, path, 0, 0, "the path is too long");
        return E_LIMIT;
    }
    store->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock < 0) {
        toc_error_set(reterr, name, 0, 0,
            "cannot be opened (%s); the folder must exist and be writable",
            strerror(errno));
        return errno == EACCES ? E_DENIED : E_IO;
    }
    if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
        toc_error_set(reterr, path, 0, 0,
            "is in use by another tocsind; stop that one first");
        return E_BUSY;
    }
    return 0;
}

/* A new database is made beside its place and renamed into it, so that what
 * stands there is never half made, and an empty file there is damage. */
static int
store_create(struct store *store, const char *path)
{
    static const char *const leftovers[] = {".new", ".new-wal", ".new-shm"};
    char name[PATH_MAX];
    int r;

    for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
        if (!path_with(name, path, leftovers[i]))
            return E_LIMIT;
        (void)unlink(name);
    }
    (void)path_with(name, path, ".new");
    r = db_open(&store->db, name, false, true);
    if (r == 0)
        r = schema_migrate(&store->db, schema_version());
    if (r != 0)
        return r;
    /* Without this the log would keep its temporary name. */
    r = db_error(&store->db, sqlite3_wal_checkpoint_v2(store->db.handle, NULL,
                                 SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
    db_close(&store->db);
    if (r == 0 && rename(name, path) < 0) {
        (void)snprintf(
            store->db.error, sizeof(store->db.error), "%s", strerror(errno));
        r = E_IO;
    }
    for (size_t i = 1; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
        if (path_with(name, path, leftovers[i]))
            (void)unlink(name);
    }
    return r;
}

static int
store_check(struct store *store)
{
    bool suspect = store_is_suspect(store);
    struct query q;
    int r;

    db_query(&store->db, &q,
        suspect ? DB_SQL("PRAGMA integrity_check(1)")
                : DB_SQL("PRAGMA quick_check(1)"));
    r = query_next(&q);
    if (r == 0) {
        struct str said = query_peek_str(&q);

        if (!str_eq(said, STR("ok"))) {
            db_say(&store->db, said);
            r = E_CORRUPT;
        }
    }
    query_done(&q);
    if (r == 0 && suspect)
        store_is_cleared(store);
    return r == E_NOTFOUND ? E_CORRUPT : r;
}

/* Open what is at path, check it, and bring it up to date. */
static int
store_take(struct store *store, const char *path, struct toc_error *reterr)
{
    unsigned version = 0;
    int r = db_open(&store->db, path, false, false);

    if (r == 0)
        r = store_check(store);
    if (r == 0)
        r = db_trust(&store->db);
    if (r == 0)
        r = schema_of(&store->db, &version);
    if (r == 0 && version > schema_version()) {
        toc_error_set(reterr, path, 0, 0,
            "was written by a newer tocsind (schema %u, this one knows %u); "
            "install that version again, or restore a backup from before it",
            version, schema_version());
        return E_CONF;
    }
    if (r == 0 && version == 0) {
        (void)snprintf(
            store->db.error, sizeof(store->db.error), "it holds no tables");
        r = E_CORRUPT;
    }
    if (r == 0)
        r = schema_migrate(&store->db, schema_version());
    if (r == E_CORRUPT)
        toc_error_set(reterr, path, 0, 0,
            "is damaged: %s; keep it aside and restore a backup: starting "
            "empty would forget every incident",
            store->db.error);
    else if (r != 0)
        toc_error_set(
            reterr, path, 0, 0, "cannot be opened: %s", store->db.error);
    return r;
}

/* Whether path exists; E_CORRUPT when it is gone or empty but must not be. */
static int
store_find(const char *path, struct toc_error *reterr, bool *ret)
{
    char wal[PATH_MAX];
    struct stat st;

    if (stat(path, &st) == 0) {
        *ret = true;
        if (st.st_size > 0)
            return 0;
        toc_error_set(reterr, path, 0, 0,
            "is empty; restore a backup, or remove the file to begin anew");
        return E_CORRUPT;
    }
    *ret = false;
    if (errno != ENOENT) {
        toc_error_set(
            reterr, path, 0, 0, "cannot be reached: %s", strerror(errno));
        return errno == EACCES ? E_DENIED : E_IO;
    }
    if (path_with(wal, path, "-wal") && stat(wal, &st) == 0 && st.st_size > 0) {
        toc_error_set(reterr, path, 0, 0,
            "is gone, but its log %s is still there; restore the file, or "
            "remove the log to begin anew",
            wal);
        return E_CORRUPT;
    }
    return 0;
}

int
store_open(const char *path, struct toc_error *reterr, struct store **ret)
{
    struct store *store = calloc(1, sizeof(*store));
    bool exists = false;
    int r;

    if (!store) {
        toc_error_set(reterr, path, 0, 0, "out of memory");
        return E_NOMEM;
    }
    store->lock = -1;
    (void)snprintf(store->path, sizeof(store->path), "%s", path);
    r = store_lock(store, path, reterr);
    if (r == 0)
        r = store_find(path, reterr, &exists);
    if (r == 0 && !exists) {
        r = store_create(store, path);
        if (r != 0)
            toc_error_set(
                reterr, path, 0, 0, "cannot be created: %s", store->db.error);
    }
    if (r == 0)
        r = store_take(store, path, reterr);
    if (r != 0) {
        store_close(store);
        return r;
    }
    *ret = store;
    return 0;
}

void
store_close(struct store *store)
{
    if (!store)
        return;
    db_close(&store->db);
    if (store->lock >= 0)
        (void)close(store->lock);
    free(store);
}

const char *
store_error(const struct store *store)
{
    return store->db.error;
}

int
store_begin(struct store *store)
{
    return db_begin(&store->db);
}

int
store_commit(struct store *store)
{
    return db_commit(&store->db);
}

void
store_rollback(struct store *store)
{
    db_rollback(&store->db);
}

int
store_step_begin(struct store *store)
{
    return store->db.begun ? db_run(&store->db, DB_SQL("SAVEPOINT step"))
                           : E_STATE;
}

int
store_step_end(struct store *store, bool keep)
{
    int r = 0;

    if (sqlite3_get_autocommit(store->db.handle))
        return E_STATE;
    if (!keep)
        r = db_run(&store->db, DB_SQL("ROLLBACK TO step"));
    if (r == 0)
        r = db_run(&store->db, DB_SQL("RELEASE step"));
    return r;
}

int
store_idle(struct store *store)
{
    int r;

    if (store->db.begun)
        return E_STATE;
    r = db_error(&store->db, sqlite3_wal_checkpoint_v2(store->db.handle, NULL,
                                 SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
    return r == E_BUSY ? 0 : r; /* a reader is in the way: next time */
}

int
store_generation_add(struct store *store, struct str hash, struct wall now,
    uint64_t *ret_generation)
{
    struct query q;
    int64_t id = 0;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM generation"
               " WHERE id = (SELECT max(id) FROM generation) AND hash = ?"));
    query_text(&q, hash);
    r = query_next(&q);
    if (r == 0)
        id = query_get_int(&q);
    query_done(&q);
    if (r == E_NOTFOUND) {
        db_query(&store->db, &q,
            DB_SQL("INSERT INTO generation(hash, at) VALUES(?, ?)"));
        query_text(&q, hash);
        query_int(&q, now.ms);
        r = query_insert(&q, &id);
    }
    if (r == 0)
        *ret_generation = (uint64_t)id;
    return r;
}
