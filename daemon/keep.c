/*
 * keep: the keeper role: makes the backups and asks the invariants.
 *
 * Both take as long as the database is large, and the engine must not wait; so
 * a process of its own does them, one at a time, when the engine orders it.
 * It reads the database like the console does, through a connection that only
 * reads, and writes the folder of the backups, nothing else.  It is not
 * pinged, because it does not answer while it works.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/pb.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "store/backup.h"
#include "store/check.h"

enum { KEEP_ARENA_BYTES = 64 * 1024 * 1024, KEEP_TEXT_BYTES = 1024 };

struct keep {
    struct role *role;
    struct arena *arena;
    char database[PATH_MAX - 64], folder[PATH_MAX - 64];
};

static int
keep_lock(struct keep *keep)
{
    struct sandbox sandbox = {.role = TOCSIN__ROLE__ROLE_KEEPER};
    char wal[PATH_MAX], shm[PATH_MAX];
    struct buf protections;
    int r;

    snprintf(wal, sizeof wal, "%s-wal", keep->database);
    snprintf(shm, sizeof shm, "%s-shm", keep->database);
    sandbox_allow(&sandbox, keep->database, false);
    sandbox_allow(&sandbox, wal, false);
    sandbox_allow(&sandbox, shm, true);
    sandbox_allow(&sandbox, keep->folder, true);
    buf_init(&protections, 256);
    r = sandbox_enter(&sandbox, &protections);
    if (r == 0)
        role_ready(keep->role, buf_cstr(&protections));
    buf_done(&protections);
    return r;
}

static void
keep_configure(struct keep *keep, const Tocsin__KeepConfig *in)
{
    if (strlen(in->database) >= sizeof keep->database ||
        strlen(in->folder) >= sizeof keep->folder) {
        role_stop(keep->role, EXIT_FAILURE);
        return;
    }
    if (keep->database[0]) { /* it can reach no other folder now */
        if (strcmp(keep->folder, in->folder) != 0)
            role_stop(keep->role, EXIT_SUCCESS);
        return;
    }
    snprintf(keep->database, sizeof keep->database, "%s", in->database);
    snprintf(keep->folder, sizeof keep->folder, "%s", in->folder);
    if (mkdir(keep->folder, 0700) != 0 && errno != EEXIST)
        log_say(LOG_WARN, "the folder of the backups cannot be made", "folder",
            keep->folder, "why", strerror(errno), NULL);
    if (keep_lock(keep) != 0)
        role_stop(keep->role, EXIT_FAILURE);
}

/* Ask what stands in file for the invariants. */
static void
keep_check(struct keep *keep, const char *file, Tocsin__KeepResult *out)
{
    struct toc_error error = {.line = 0};
    struct check_result result;
    struct view *view = NULL;
    char **examples;
    int r = view_open(file, &error, &view);

    if (r == 0)
        r = view_check(view, keep->arena, &result);
    view_close(view);
    out->checked = r;
    if (r != 0)
        return;
    out->broken = result.broken;
    examples = ARENA_ARRAY(
        keep->arena, (size_t)CHECK_COUNT * CHECK_EXAMPLES + 1, char *);
    if (examples == NULL)
        return;
    for (int i = 0; i < CHECK_COUNT; i++)
        for (size_t j = 0; j < result.line[i].nexamples; j++)
            examples[out->n_examples++] =
                pb_cstr(keep->arena, arena_printf(keep->arena, "%s: %.*s",
                                         check_name((enum check_kind)i),
                                         STR_ARG(result.line[i].examples[j])));
    if (arena_failed(keep->arena))
        out->n_examples = 0;
    out->examples = examples;
}

static int
keep_backup(struct keep *keep, const Tocsin__KeepOrder *in,
    Tocsin__KeepResult *out, char path[PATH_MAX], char text[KEEP_TEXT_BYTES])
{
    struct toc_error error = {.line = 0};
    struct backup_facts facts = {.bytes = 0};
    int r;

    /* What was left half made when it was killed may fill the disk. */
    (void)backup_prune(keep->arena, keep->folder, BACKUP_KEEP_MAX);
    r = backup_make(keep->database, keep->folder, (struct wall){in->now_ms},
        &error, path, &facts);
    if (r == 0)
        r = backup_prune(keep->arena, keep->folder, in->keep);
    else
        path[0] = '\0';
    if (r != 0 && error.text[0])
        snprintf(
            text, KEEP_TEXT_BYTES, "%.250s: %.500s", error.file, error.text);
    else if (r != 0)
        snprintf(text, KEEP_TEXT_BYTES, "%s", err_text(r));
    out->bytes = facts.bytes;
    out->items = facts.items;
    return r;
}

static void
keep_order(struct keep *keep, const Tocsin__KeepOrder *in)
{
    Tocsin__KeepResult out = TOCSIN__KEEP_RESULT__INIT;
    char path[PATH_MAX] = "", text[KEEP_TEXT_BYTES] = "";

    if (!keep->database[0])
        return;
    arena_clear(keep->arena);
    out.number = in->number;
    if (in->backup)
        out.err = keep_backup(keep, in, &out, path, text);
    /* The copy is asked, so that nothing waits for the answer. */
    keep_check(keep, path[0] ? path : keep->database, &out);
    out.path = path;
    out.text = text;
    if (keep->role->engine)
        (void)ipc_send(
            keep->role->engine, FRAME(keep_result, KEEP_RESULT, &out));
}

static int
keep_start(struct role *role)
{
    static struct keep keep;

    keep.role = role;
    role->state = &keep;
    keep.arena = arena_new(KEEP_ARENA_BYTES);
    return keep.arena ? 0 : E_NOMEM;
}

static void
keep_peer(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc; /* only the engine's, which is in role->engine */
}

static void
keep_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct keep *keep = role->state;

    (void)ipc;
    if (fd >= 0)
        close(fd);
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_KEEP_CONFIG:
        keep_configure(keep, frame->keep_config);
        break;
    case TOCSIN__FRAME__BODY_KEEP_ORDER:
        keep_order(keep, frame->keep_order);
        break;
    default:
        break;
    }
}

static void
keep_ended(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc;
}

const struct role_ops role_keeper = {
    "keeper", keep_start, keep_peer, keep_frame, keep_ended};
