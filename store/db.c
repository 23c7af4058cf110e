/* db: opening, the statement cache, binding and reading. */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/search.h"

/* SQLite's result codes as ours. */
static int
db_err_of(int extended)
{
    switch (extended & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return E_NOMEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return E_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return E_BUSY;
    case SQLITE_TOOBIG:
        return E_LIMIT;
    case SQLITE_CONSTRAINT:
        if (extended == SQLITE_CONSTRAINT_FOREIGNKEY)
            return E_NOTFOUND;
        if (extended == SQLITE_CONSTRAINT_UNIQUE ||
            extended == SQLITE_CONSTRAINT_PRIMARYKEY)
            return E_EXISTS;
        return E_BUG;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
        return E_IO;
    default:
        return E_BUG;
    }
}

/* What a failure says of the file itself.  After a sync that failed nobody
 * knows what of it is on the disk. */
static void
db_doubt(struct db *db, int extended)
{
    int base = extended & 0xff;

    db->full = base == SQLITE_FULL;
    db->doomed = db->doomed || base == SQLITE_CORRUPT ||
                 base == SQLITE_NOTADB || extended == SQLITE_IOERR_FSYNC ||
                 extended == SQLITE_IOERR_DIR_FSYNC;
}

int
db_error(struct db *db, int code)
{
    int extended = code;
    int n;

    if (db_err_of(code) == 0)
        return 0;
    if (db->handle && (sqlite3_errcode(db->handle) & 0xff) == (code & 0xff))
        extended = sqlite3_extended_errcode(db->handle);
    n = snprintf(db->error, sizeof(db->error), "%s (%d)",
        db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code),
        extended);
    if (n < 0)
        db->error[0] = '\0';
    db_doubt(db, extended);
    return db_err_of(extended);
}

int
db_run(struct db *db, const char *sql)
{
    return db_error(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

void
db_say(struct db *db, struct str sentence)
{
    size_t n =
        sentence.n < sizeof(db->error) ? sentence.n : sizeof(db->error) - 1;

    if (n)
        memcpy(db->error, sentence.p, n);
    db->error[n] = '\0';
}

int
db_trust(struct db *db)
{
    return db_error(db, sqlite3_db_config(db->handle,
                            SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL));
}

int
db_begin(struct db *db)
{
    int r;

    if (db->begun)
        return E_STATE;
    r = db_run(db, db->reader ? DB_SQL("BEGIN") : DB_SQL("BEGIN IMMEDIATE"));
    db->begun = r == 0;
    if (r == 0)
        db->full = false; /* that was of an earlier transaction */
    return r;
}

int
db_commit(struct db *db)
{
    int r;

    if (!db->begun || sqlite3_get_autocommit(db->handle))
        return E_STATE;
    r = db_run(db, DB_SQL("COMMIT"));
    if (r == 0)
        db->begun = false;
    return r;
}

void
db_rollback(struct db *db)
{
    char kept[sizeof(db->error)];

    memcpy(kept, db->error, sizeof(kept));
    if (!sqlite3_get_autocommit(db->handle))
        (void)db_run(db, DB_SQL("ROLLBACK"));
    memcpy(db->error, kept, sizeof(kept));
    db->begun = false;
}

/* What a connection may do, whatever the file says. */
static int
db_confine(struct db *db)
{
    sqlite3 *h = db->handle;
    int keep = 1;
    int r = SQLITE_OK;

    sqlite3_hard_heap_limit64(DB_HEAP_MAX_BYTES);
    sqlite3_limit(h, SQLITE_LIMIT_SQL_LENGTH, DB_SQL_MAX_BYTES);
    sqlite3_limit(h, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(h, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(h, SQLITE_LIMIT_WORKER_THREADS, 0);
    if (r == SQLITE_OK)
        r = sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_db_config(
            h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    /* The -wal and -shm files stay, so that a confined reader's rules about
     * them stay true when the writer restarts. */
    if (r == SQLITE_OK && !db->reader)
        r = sqlite3_file_control(h, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (r == SQLITE_OK)
        r = sqlite3_extended_result_codes(h, 1);
    if (r == SQLITE_OK)
        r = sqlite3_busy_timeout(h, DB_BUSY_MS);
    return db_error(db, r);
}

static int
db_pragmas(struct db *db)
{
    static const char common[] = "PRAGMA cell_size_check = ON;"
                                 "PRAGMA mmap_size = 0;"
                                 "PRAGMA temp_store = MEMORY;"
                                 "PRAGMA cache_size = -16384;"
                                 "PRAGMA foreign_keys = ON;";
    static const char writer[] = "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA wal_autocheckpoint = 4000;"
                                 "PRAGMA journal_size_limit = 67108864;"
                                 "PRAGMA secure_delete = ON;";
    static const char reader[] = "PRAGMA query_only = ON;"
                                 "PRAGMA wal_autocheckpoint = 0;";
    int r;

    _Static_assert(DB_CACHE_KIB == 16384 && DB_JOURNAL_MAX_BYTES == 67108864,
        "the literals above");
    r = db_run(db, common);
    if (r == 0)
        r = db_run(db, db->reader ? reader : writer);
    return r;
}

/* SQLite creates with 0644 less the umask: make the file ourselves. */
static int
db_create_file(struct db *db, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        db_say(db, str_of(strerror(errno)));
        return errno == EACCES ? E_DENIED : E_IO;
    }
    (void)close(fd);
    return 0;
}

int
db_open(struct db *db, const char *path, bool reader, bool create)
{
    int flags = reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int r = 0;

    *db = (struct db){.reader = reader};
    if (create)
        r = db_create_file(db, path);
    if (r == 0)
        r = db_error(db, sqlite3_open_v2(path, &db->handle,
                             flags | SQLITE_OPEN_NOMUTEX, NULL));
    if (r == 0)
        r = db_confine(db);
    if (r == 0)
        r = db_pragmas(db);
    if (r == 0)
        r = db_add_search(db);
    if (r != 0)
        db_close(db);
    return r;
}

void
db_close(struct db *db)
{
    for (unsigned i = 0; i < DB_STATEMENTS; i++)
        (void)sqlite3_finalize(db->slots[i].stmt);
    (void)sqlite3_close_v2(db->handle);
    db->handle = NULL;
    memset(db->slots, 0, sizeof(db->slots));
    db->nslots = 0;
}

static struct db_slot *
db_slot_of(struct db *db, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) * 0x9e3779b1u;

    for (size_t i = 0; i < DB_STATEMENTS; i++) {
        struct db_slot *slot = &db->slots[(at + i) % DB_STATEMENTS];

        if (slot->sql == sql || !slot->sql)
            return slot;
    }
    return NULL;
}

void
db_query(struct db *db, struct query *ret, const char *sql)
{
    struct db_slot *slot = db_slot_of(db, sql);

    *ret = (struct query){.db = db, .param = 1};
    if (!slot || (db->begun && sqlite3_get_autocommit(db->handle))) {
        ret->err = slot ? E_STATE : E_BUG;
        return;
    }
    if (!slot->sql) {
        ret->err =
            db_error(db, sqlite3_prepare_v3(db->handle, sql, -1,
                             SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL));
        if (ret->err != 0)
            return;
        slot->sql = sql;
        db->nslots++;
    }
    /* A statement that is being stepped cannot be begun again. */
    if (sqlite3_stmt_busy(slot->stmt)) {
        ret->err = E_BUG;
        return;
    }
    ret->stmt = slot->stmt;
}

void
query_done(struct query *q)
{
    if (!q->stmt)
        return;
    (void)sqlite3_reset(q->stmt);
    (void)sqlite3_clear_bindings(q->stmt);
    q->stmt = NULL;
}

static void
query_bound(struct query *q, int code)
{
    if (q->err == 0)
        q->err = db_error(q->db, code);
    q->param++;
}

void
query_int(struct query *q, int64_t value)
{
    if (q->err == 0)
        query_bound(q, sqlite3_bind_int64(q->stmt, q->param, value));
}

void
query_id(struct query *q, int64_t value)
{
    if (q->err != 0)
        return;
    query_bound(q, value ? sqlite3_bind_int64(q->stmt, q->param, value)
                         : sqlite3_bind_null(q->stmt, q->param));
}

void
query_double(struct query *q, double value)
{
    if (q->err == 0)
        query_bound(q, sqlite3_bind_double(q->stmt, q->param, value));
}

void
query_str(struct query *q, struct str s)
{
    if (q->err != 0)
        return;
    query_bound(q, s.p ? sqlite3_bind_text64(q->stmt, q->param, s.p, s.n,
                             SQLITE_STATIC, SQLITE_UTF8)
                       : sqlite3_bind_null(q->stmt, q->param));
}

void
query_text(struct query *q, struct str s)
{
    query_str(q, s.p ? s : STR(""));
}

void
query_cstr(struct query *q, const char *s)
{
    query_str(q, str_of(s));
}

void
query_blob(struct query *q, const void *bytes, size_t n)
{
    if (q->err == 0)
        query_bound(q, sqlite3_bind_blob64(q->stmt, q->param, n ? bytes : "", n,
                           SQLITE_STATIC));
}

void
query_bytes(struct query *q, struct str bytes)
{
    if (bytes.p)
        query_blob(q, bytes.p, bytes.n);
    else
        query_id(q, 0);
}

void
query_wall(struct query *q, struct wall t)
{
    if (q->err != 0)
        return;
    query_bound(q, wall_is_set(t) ? sqlite3_bind_int64(q->stmt, q->param, t.ms)
                                  : sqlite3_bind_null(q->stmt, q->param));
}

int
query_next(struct query *q)
{
    int code;

    if (q->err != 0)
        return q->err;
    code = sqlite3_step(q->stmt);
    q->column = 0;
    if (code == SQLITE_ROW)
        return 0;
    q->done = code == SQLITE_DONE;
    q->err = q->done ? E_NOTFOUND : db_error(q->db, code);
    return q->err;
}

int
query_run(struct query *q)
{
    int r = query_next(q);

    query_done(q);
    return q->done ? 0 : r;
}

int
query_insert(struct query *q, int64_t *ret)
{
    int r = query_run(q);

    if (r == 0)
        *ret = sqlite3_last_insert_rowid(q->db->handle);
    return r;
}

int64_t
db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t
query_get_int(struct query *q)
{
    return sqlite3_column_int64(q->stmt, q->column++);
}

double
query_get_double(struct query *q)
{
    return sqlite3_column_double(q->stmt, q->column++);
}

struct str
query_peek_str(struct query *q)
{
    int c = q->column++;
    struct str s = STR_NONE;

    if (sqlite3_column_type(q->stmt, c) == SQLITE_NULL)
        return s;
    s.p = sqlite3_column_blob(q->stmt, c); /* of text: its bytes */
    s.n = (size_t)sqlite3_column_bytes(q->stmt, c);
    if (!s.p)
        s.p = "";
    return s;
}

struct str
query_get_str(struct query *q, struct arena *arena)
{
    return arena_str(arena, query_peek_str(q));
}

struct wall
query_get_wall(struct query *q)
{
    int c = q->column++;

    if (sqlite3_column_type(q->stmt, c) == SQLITE_NULL)
        return WALL_NONE;
    return (struct wall){sqlite3_column_int64(q->stmt, c)};
}

bool
query_get_hash(struct query *q, uint8_t *out, size_t n)
{
    struct str bytes = query_peek_str(q);

    if (bytes.n != n)
        return false;
    memcpy(out, bytes.p, n);
    return true;
}

void
query_skip(struct query *q)
{
    q->column++;
}
