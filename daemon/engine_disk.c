/*
 * engine_disk: low, full, and well again.
 *
 * Well means a quarter above low, and that the ballast is in its place, so that
 * it does not come and go with every poll.
 */
#include "daemon/engine_disk.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "store/conditions.h"
#include "store/safety.h"

struct disk {
    char folder[PATH_MAX - 64], ballast[PATH_MAX];
    bool low;    /* nothing is fetched */
    bool told;   /* and the condition says so */
    bool weighs; /* the ballast is in its place */
    bool said;   /* since the start: before, the condition may be either */
};

/* --- the ballast ---------------------------------------------------------- */

static void
ballast_drop(struct disk *disk)
{
    if (unlink(disk->ballast) == 0)
        log_say(LOG_WARN, "the disk is full: the ballast was let go of", NULL);
    disk->weighs = false;
}

static void
ballast_take(struct engine *engine)
{
    struct disk *disk = engine->disk;
    off_t size = (off_t)engine->config->kept.ballast_bytes;
    int fd, failed;

    if (disk->weighs || size == 0)
        return;
    fd = open(disk->ballast, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    failed = posix_fallocate(fd, 0, size);
    (void)close(fd);
    disk->weighs = failed == 0;
    if (failed)
        (void)unlink(disk->ballast);
}

/* One that an earlier start took is still in its place, also when the disk is
 * low now; one that is no more wanted goes. */
static void
ballast_find(struct engine *engine)
{
    struct disk *disk = engine->disk;
    off_t size = (off_t)engine->config->kept.ballast_bytes;
    struct stat st;

    if (lstat(disk->ballast, &st) != 0)
        return;
    if (size == 0)
        (void)unlink(disk->ballast);
    else
        disk->weighs = S_ISREG(st.st_mode) && st.st_size >= size;
}

/* --- looking -------------------------------------------------------------- */

static bool
disk_left(const struct disk *disk, uint64_t *ret)
{
    struct statvfs st;

    if (statvfs(disk->folder, &st) != 0)
        return false;
    *ret = (uint64_t)st.f_bavail * st.f_frsize;
    return true;
}

static void
disk_tell(struct engine *engine, uint64_t left)
{
    struct disk *disk = engine->disk;
    unsigned long long mib = left >> 20;
    bool edge = false;
    int r;

    if ((disk->said && disk->told == disk->low) ||
        engine_write_begin(engine) != 0)
        return;
    arena_clear(engine->arena);
    if (disk->low) {
        const struct condition_text text = {
            arena_printf(engine->arena,
                "%llu MiB are left on the disk of the database: nothing is "
                "fetched until there is more; what is known is still told",
                mib),
            arena_printf(engine->arena,
                "数据库所在磁盘仅剩 %llu MiB：在腾出空间之前暂停抓取；"
                "已知的事件照常通知",
                mib)};

        r = store_condition_put(engine->store, STR("daemon"), STR("disk-low"),
            &text, engine_now(engine), &edge);
    } else {
        r = store_condition_close(engine->store, STR("daemon"), STR("disk-low"),
            engine_now(engine), &edge);
    }
    engine_changed(engine, "config", 0);
    if (engine_write_end(engine, r) == 0) {
        disk->told = disk->low;
        disk->said = true;
    }
}

static void
disk_pause(struct engine *engine)
{
    if (!engine->disk->low)
        log_say(LOG_ERROR, "the disk is nearly full; nothing is fetched", NULL);
    engine->disk->low = true;
}

static void
disk_go_on(struct engine *engine)
{
    ballast_take(engine);
    if (!engine->disk->low)
        return;
    log_say(LOG_NOTICE, "there is room on the disk again", NULL);
    engine->disk->low = false;
    engine_poll_start(engine);
}

void
engine_disk_run(struct engine *engine)
{
    struct disk *disk = engine->disk;
    uint64_t low = (uint64_t)engine->config->kept.low_bytes, left = 0;
    uint64_t well = low;

    if (!disk_left(disk, &left))
        return;
    well += low / 4;
    if (!disk->weighs)
        well += (uint64_t)engine->config->kept.ballast_bytes;
    if (left < low)
        disk_pause(engine);
    else if (left >= well)
        disk_go_on(engine);
    else if (!disk->low && !disk->weighs)
        ballast_take(engine);
    disk_tell(engine, left);
}

void
engine_disk_full(struct engine *engine)
{
    if (engine->disk->weighs)
        ballast_drop(engine->disk);
    disk_pause(engine);
}

bool
engine_disk_is_low(const struct engine *engine)
{
    return engine->disk && engine->disk->low;
}

int
engine_disk_init(struct engine *engine)
{
    static struct disk disk;
    const char *slash = strrchr(engine->database, '/');
    size_t n = slash ? (size_t)(slash - engine->database) : 0;
    uint64_t left = 0;

    if (n >= sizeof disk.folder ||
        snprintf(disk.ballast, sizeof disk.ballast, "%s-ballast",
            engine->database) >= (int)sizeof disk.ballast)
        return E_LIMIT;
    memcpy(disk.folder, slash ? engine->database : ".", slash ? n : 1);
    if (slash == engine->database)
        disk.folder[0] = '/';
    engine->disk = &disk;
    ballast_find(engine);
    if (engine->config->kept.low_bytes == 0 || !disk_left(&disk, &left))
        return 0;
    if (left >= (uint64_t)engine->config->kept.low_bytes)
        ballast_take(engine);
    else
        disk_pause(engine);
    return 0;
}
