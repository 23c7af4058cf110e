/* disk: the shim.  Single-threaded, like its users. */
#include "disk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 8, SECTOR = 512 };

struct op {
    int64_t at;
    size_t n; /* bytes; a truncation has none */
    unsigned char *bytes;
};

/* What the disk knows of one file: its content at the last sync, and what
 * happened to it since. */
struct track {
    char name[256];
    unsigned char *durable;
    size_t size, cap;
    struct op *ops;
    size_t nops, cap_ops;
};

struct file {
    sqlite3_file base;
    struct track *track; /* NULL: not one that counts */
    sqlite3_file real[];
};

static struct {
    sqlite3_vfs vfs, *real;
    struct track tracks[FILES];
    size_t ntracks;
    enum disk_fault fault;
    long n;
    bool forever, fired;
    char left[256];
    uint32_t seed;
} disk;

static void *
must(void *p)
{
    if (!p)
        abort();
    return p;
}

static uint32_t
chance(void)
{
    disk.seed = disk.seed * 1664525u + 1013904223u;
    return disk.seed >> 8;
}

/* --- what would be left --------------------------------------------------- */

static void
apply(struct track *t, const struct op *op, size_t n)
{
    size_t end = (size_t)op->at + n;

    if (op->bytes == NULL) {
        t->size = (size_t)op->at < t->size ? (size_t)op->at : t->size;
        return;
    }
    if (end > t->cap) {
        t->cap = end * 2;
        t->durable = must(realloc(t->durable, t->cap));
    }
    if (end > t->size) {
        memset(t->durable + t->size, 0, end - t->size);
        t->size = end;
    }
    memcpy(t->durable + op->at, op->bytes, n);
}

static void
put(const char *name, const struct track *t)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || (t->size && write(fd, t->durable, t->size) < 0))
        abort();
    (void)close(fd);
}

/* Of what was not synced each part is there, or not, or torn. */
static void
leave(bool all)
{
    for (size_t i = 0; i < disk.ntracks; i++) {
        struct track *t = &disk.tracks[i], copy = *t;
        bool log = strstr(t->name, "-wal") != NULL;
        char name[300];

        copy.durable = must(malloc(t->size + 1));
        copy.cap = t->size + 1;
        if (t->size)
            memcpy(copy.durable, t->durable, t->size);
        for (size_t k = 0; k < t->nops; k++) {
            const struct op *op = &t->ops[k];
            uint32_t fate = all ? 0 : chance() % 3;

            if (fate == 0)
                apply(&copy, op, op->n);
            else if (fate == 1 && op->n > SECTOR)
                apply(&copy, op, SECTOR * (chance() % (op->n / SECTOR)));
        }
        (void)snprintf(
            name, sizeof(name), "%s%s", disk.left, log ? "-wal" : "");
        put(name, &copy);
        free(copy.durable);
    }
}

/* --- counting ------------------------------------------------------------- */

/* What SQLite is told of the operation at hand: SQLITE_OK, or its fault. */
static int
meet(struct track *t, bool sync)
{
    if (!t || disk.fault == DISK_NONE || (disk.fault == DISK_SYNC && !sync) ||
        (disk.fault == DISK_FULL && sync))
        return SQLITE_OK;
    if (disk.n > 1) {
        disk.n--;
        return SQLITE_OK;
    }
    if (disk.fired && !disk.forever)
        return SQLITE_OK;
    if (!disk.fired &&
        (disk.fault == DISK_POWER_CUT || disk.fault == DISK_KILL))
        leave(disk.fault == DISK_KILL);
    disk.fired = true;
    if (disk.fault == DISK_FULL)
        return SQLITE_FULL;
    return sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
}

static void
note(struct track *t, int64_t at, const void *bytes, size_t n)
{
    struct op *op;

    if (!t)
        return;
    if (t->nops == t->cap_ops) {
        t->cap_ops = t->cap_ops ? 2 * t->cap_ops : 64;
        t->ops = must(realloc(t->ops, t->cap_ops * sizeof(*t->ops)));
    }
    op = &t->ops[t->nops++];
    *op = (struct op){.at = at, .n = n};
    if (bytes) {
        op->bytes = must(malloc(n ? n : 1));
        memcpy(op->bytes, bytes, n);
    }
}

static void
settle(struct track *t, bool keep)
{
    for (size_t i = 0; i < t->nops; i++) {
        if (keep)
            apply(t, &t->ops[i], t->ops[i].n);
        free(t->ops[i].bytes);
    }
    t->nops = 0;
}

/* --- the methods ---------------------------------------------------------- */

#define REAL(f) (((struct file *)(void *)(f))->real)

static int
x_close(sqlite3_file *f)
{
    return REAL(f)->pMethods->xClose(REAL(f));
}
static int
x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static int
x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct track *t = ((struct file *)(void *)f)->track;
    int r = meet(t, false);

    if (r != SQLITE_OK)
        return r;
    r = REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
    if (r == SQLITE_OK)
        note(t, at, p, (size_t)n);
    return r;
}
static int
x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct track *t = ((struct file *)(void *)f)->track;
    int r = disk.fault == DISK_FULL ? SQLITE_OK : meet(t, false);

    if (r != SQLITE_OK)
        return SQLITE_IOERR_TRUNCATE;
    r = REAL(f)->pMethods->xTruncate(REAL(f), size);
    if (r == SQLITE_OK)
        note(t, size, NULL, 0);
    return r;
}
static int
x_sync(sqlite3_file *f, int flags)
{
    struct track *t = ((struct file *)(void *)f)->track;
    int r = meet(t, true);

    (void)flags; /* the model is the disk: nothing need reach the real one */
    if (r == SQLITE_OK && t)
        settle(t, true);
    return r;
}
static int
x_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), ret);
}
static int
x_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int
x_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int
x_reserved(sqlite3_file *f, int *ret)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), ret);
}
static int
x_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int
x_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int
x_device(sqlite3_file *f)
{
    (void)f;
    return 0; /* promises nothing, not even that sectors are whole */
}
static int
x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, p);
}
static int
x_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void
x_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int
x_shm_unmap(sqlite3_file *f, int drop)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), drop);
}

static const sqlite3_io_methods methods = {2, x_close, x_read, x_write,
    x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control,
    x_sector, x_device, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, NULL,
    NULL};

static struct track *
track_of(const char *name)
{
    struct track *t;

    for (size_t i = 0; i < disk.ntracks; i++)
        if (strcmp(disk.tracks[i].name, name) == 0)
            return &disk.tracks[i];
    if (disk.ntracks == FILES)
        abort();
    t = &disk.tracks[disk.ntracks++];
    *t = (struct track){.nops = 0};
    (void)snprintf(t->name, sizeof(t->name), "%s", name);
    return t;
}

/* What is there when it is opened first counts as synced. */
static void
track_begin(struct track *t, sqlite3_file *real)
{
    sqlite3_int64 size = 0;

    if (t->durable || real->pMethods->xFileSize(real, &size) != SQLITE_OK)
        return;
    t->size = (size_t)size;
    t->cap = t->size + 1;
    t->durable = must(malloc(t->cap));
    if (t->size &&
        real->pMethods->xRead(real, t->durable, (int)t->size, 0) != SQLITE_OK)
        abort();
}

static int
x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct file *file = (struct file *)(void *)f;
    int r = disk.real->xOpen(disk.real, name, file->real, flags, out);

    (void)vfs;
    f->pMethods = NULL;
    file->track = NULL;
    if (r != SQLITE_OK)
        return r;
    f->pMethods = &methods;
    if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) &&
        (flags & SQLITE_OPEN_READWRITE) && !strstr(name, ".new")) {
        file->track = track_of(name);
        track_begin(file->track, file->real);
    }
    return r;
}

void
disk_install(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.zName = "disk";
    disk.vfs.szOsFile = (int)sizeof(struct file) + disk.real->szOsFile;
    disk.vfs.xOpen = x_open;
    if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
        abort();
}

void
disk_reset(void)
{
    for (size_t i = 0; i < disk.ntracks; i++) {
        settle(&disk.tracks[i], false);
        free(disk.tracks[i].ops);
        free(disk.tracks[i].durable);
        disk.tracks[i] = (struct track){.nops = 0};
    }
    disk.ntracks = 0;
    disk.fault = DISK_NONE;
    disk.fired = false;
}

void
disk_arm(enum disk_fault fault, long n, bool forever, const char *path,
    uint32_t seed)
{
    disk.fault = fault;
    disk.n = n;
    disk.forever = forever;
    disk.fired = false;
    disk.seed = seed;
    (void)snprintf(disk.left, sizeof(disk.left), "%s", path ? path : "");
}

bool
disk_fired(void)
{
    return disk.fired;
}
