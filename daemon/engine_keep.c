/*
 * engine_keep: a backup every night, and the first one as soon as the house
 * runs; the invariants with it.
 *
 * What came of the last try is a pulse (the console's settings show it); a try
 * that failed, and an invariant that is broken, are conditions.
 */
#include "daemon/engine_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/pb.h"
#include "store/backup.h"
#include "store/channels.h"
#include "store/conditions.h"
#include "store/safety.h"

enum {
    KEEP_REST_MS = 20 * MS_HOUR,    /* between two of the hour */
    KEEP_AGAIN_MS = MS_HOUR,        /* after one that failed */
    KEEP_LATE_MS = 2 * MS_DAY,      /* then at any hour */
    KEEP_PATIENCE_MS = 2 * MS_HOUR, /* for an answer */
    KEEP_ARENA_BYTES = 1024 * 1024,
    KEEP_WORDS_BYTES = 600
};

struct keeping {
    uint64_t number;         /* of the order under way, or 0 */
    uint64_t last;           /* that was given */
    struct mono ordered;     /* when */
    struct wall tried, good; /* WALL_NONE: never */
    bool nightly;            /* the order is the one of the hour */
};

/* --- a damaged database --------------------------------------------------- */

static char *
keep_folder(struct arena *arena, const struct config *config)
{
    struct str database = config->database, folder = config->kept.folder;
    size_t n = database.n;

    if (folder.n)
        return arena_cstr(arena, folder);
    while (n > 0 && database.p[n - 1] != '/')
        n--;
    return arena_cstr(
        arena, arena_printf(arena, "%.*sbackups", (int)n, database.p));
}

/* Put the newest backup that is whole in the place of what is damaged. */
static int
keep_restore(struct engine *engine, const char *why,
    const struct backup_file *files, size_t n)
{
    struct toc_error error;
    struct backup_facts facts;
    char kept[PATH_MAX];
    struct restore restore = {.database = engine->database,
        .replace = true,
        .why = STR("damaged"),
        .by = STR("system"),
        .now = loop_wall(engine->loop)};
    int r = E_NOTFOUND;

    for (size_t i = 0; i < n && r != 0; i++) {
        error = (struct toc_error){.line = 0};
        restore.file = files[i].path;
        r = backup_restore(&restore, &error, kept, &facts);
        if (r != 0)
            log_say(LOG_ERROR, "a backup cannot be restored", "backup",
                files[i].path, "why", error.text, NULL);
    }
    if (r == 0)
        log_say(LOG_ERROR,
            "the database was damaged; it is kept aside, and a backup stands "
            "in its place: what was done since is lost, and every source is "
            "asked again",
            "why", why, "backup", restore.file, "kept", kept, NULL);
    return r;
}

int
engine_keep_open(struct engine *engine, const struct config *config)
{
    struct arena *arena = arena_new(KEEP_ARENA_BYTES);
    char *folder = arena ? keep_folder(arena, config) : NULL;
    struct toc_error error = {.line = 0};
    struct backup_file *files = NULL;
    size_t n = 0;
    int r = folder ? 0 : E_NOMEM;

    /* What is wrong with the folder stops no start: the keeper tells. */
    if (r == 0 && backup_list(arena, folder, &files, &n) != 0)
        n = 0;
    if (r == 0)
        r = store_open_known(engine->database, n > 0, &error, &engine->store);
    if (r == E_CORRUPT && config->kept.restore && n > 0) {
        char why[sizeof error.text];

        memcpy(why, error.text, sizeof why);
        log_say(LOG_ERROR, "the database is damaged; a backup is restored",
            "why", why, NULL);
        if (keep_restore(engine, why, files, n) == 0)
            r = store_open(engine->database, &error, &engine->store);
    }
    if (r != 0)
        log_say(LOG_ERROR, "the database cannot be used", "why",
            *error.text ? error.text : err_text(r), NULL);
    arena_free(arena);
    return r;
}

bool
engine_keep_doomed(struct engine *engine)
{
    if (!store_is_doomed(engine->store))
        return false;
    log_say(LOG_ERROR,
        "the database cannot be trusted any more; starting again to look at "
        "all of it",
        "why", store_error(engine->store), NULL);
    engine->stopping = true;
    role_stop(engine->role, EXIT_FAILURE);
    return true;
}

/* --- orders --------------------------------------------------------------- */

int
engine_keep_init(struct engine *engine)
{
    static struct keeping keeping;
    int r = store_pulse_load(
        engine->store, STR("backup"), &keeping.tried, &keeping.good);

    if (r == E_NOTFOUND) {
        keeping.tried = keeping.good = WALL_NONE;
        r = 0;
    }
    engine->keeping = &keeping;
    return r;
}

int
engine_keep_send(struct engine *engine, struct ipc *ipc)
{
    struct arena *arena = arena_new(KEEP_ARENA_BYTES);
    Tocsin__KeepConfig out = TOCSIN__KEEP_CONFIG__INIT;
    char *folder = arena ? keep_folder(arena, engine->config) : NULL;
    int r = E_NOMEM;

    out.database = engine->database;
    out.folder = folder;
    if (folder)
        r = ipc_send(ipc, FRAME(keep_config, KEEP_CONFIG, &out));
    arena_free(arena);
    return r;
}

static bool
keep_is_due(struct engine *engine, bool *ret_nightly)
{
    const struct keeping *k = engine->keeping;
    struct wall now = engine_now(engine);
    int offset = engine->zone ? zone_offset(engine->zone, now) : 0;
    int64_t since;

    *ret_nightly = false;
    if (!wall_is_set(k->tried) || k->tried.ms > now.ms)
        return true;
    since = now.ms - k->tried.ms;
    if (!wall_is_set(k->good) || k->good.ms < k->tried.ms)
        return since > KEEP_AGAIN_MS;
    *ret_nightly = true;
    return since > KEEP_LATE_MS ||
           (since > KEEP_REST_MS &&
               civil_of_wall(now, offset).hour == engine->config->kept.hour);
}

void
engine_keep_run(struct engine *engine)
{
    struct keeping *k = engine->keeping;
    Tocsin__KeepOrder order = TOCSIN__KEEP_ORDER__INIT;
    struct mono now = loop_mono(engine->loop);

    if (k->number != 0 && now.ms - k->ordered.ms > KEEP_PATIENCE_MS)
        engine_keep_died(engine);
    if (k->number != 0 || !engine->keeper.ready || engine->failing.ms != 0 ||
        !keep_is_due(engine, &k->nightly) || engine_commit(engine) != 0)
        return;
    order.number = ++k->last;
    order.backup = engine->config->kept.keep > 0;
    order.keep = (uint32_t)engine->config->kept.keep;
    order.now_ms = engine_now(engine).ms;
    if (ipc_send(engine->keeper.ipc, FRAME(keep_order, KEEP_ORDER, &order)) !=
        0)
        return;
    k->number = order.number;
    k->ordered = now;
}

/* --- what came of them ---------------------------------------------------- */

static int
keep_condition(struct engine *engine, const char *kind, bool open,
    const struct condition_text *text, bool *ret_edge)
{
    return open ? store_condition_put(engine->store, STR("daemon"),
                      str_of(kind), text, engine_now(engine), ret_edge)
                : store_condition_close(engine->store, STR("daemon"),
                      str_of(kind), engine_now(engine), ret_edge);
}

static int
keep_tell_backup(struct engine *engine, const Tocsin__KeepResult *in)
{
    struct keeping *k = engine->keeping;
    bool good = in->err == 0, edge = false;
    struct str why = str_first(str_of(in->text), KEEP_WORDS_BYTES);
    const struct condition_text text = {
        arena_printf(
            engine->arena, "there is no backup of tonight: %.*s", STR_ARG(why)),
        arena_printf(engine->arena, "今夜的备份没有做成：%.*s", STR_ARG(why))};
    int r = good && !in->path[0] /* none was wanted */
                ? 0
                : store_pulse_save(engine->store, STR("backup"),
                      engine_now(engine), good, why);

    if (r == 0)
        r = keep_condition(engine, "backup", !good, &text, &edge);
    if (r == 0 && good && k->nightly)
        r = keep_condition(engine, "restored", false, NULL, &edge);
    if (r == 0 && good && in->path[0])
        r = engine_ledger(engine, "store.backup", 0, STR_NONE, STR_NONE,
            json_pack("{ss sI sI}", "file", in->path, "bytes",
                (json_int_t)in->bytes, "items", (json_int_t)in->items));
    if (good && in->path[0])
        log_say(
            LOG_INFO, "a backup was made and verified", "file", in->path, NULL);
    else if (!good)
        log_say(LOG_ERROR, "no backup could be made", "why", in->text, NULL);
    return r;
}

static int
keep_tell_check(struct engine *engine, const Tocsin__KeepResult *in)
{
    struct str first = in->n_examples > 0 ? str_first(str_of(in->examples[0]),
                                                KEEP_WORDS_BYTES)
                                          : STR("");
    const struct condition_text text = {
        arena_printf(engine->arena, "%llu things are not as promised: %.*s",
            (unsigned long long)in->broken, STR_ARG(first)),
        arena_printf(engine->arena, "有 %llu 处与承诺不符：%.*s",
            (unsigned long long)in->broken, STR_ARG(first))};
    bool edge = false;
    int r;

    if (in->checked != 0) {
        log_say(LOG_ERROR, "the invariants could not be asked", "why",
            err_text(in->checked), NULL);
        return 0;
    }
    r = keep_condition(engine, "unsound", in->broken > 0, &text, &edge);
    for (size_t i = 0; i < in->n_examples; i++)
        log_say(
            LOG_ERROR, "an invariant is broken", "what", in->examples[i], NULL);
    if (in->broken == 0)
        log_say(LOG_INFO, "all invariants hold", NULL);
    return r;
}

void
engine_keep_result(struct engine *engine, const Tocsin__KeepResult *in)
{
    struct keeping *k = engine->keeping;
    int r;

    if (in->number != k->number || k->number == 0)
        return;
    k->number = 0;
    k->tried = engine_now(engine);
    if (in->err == 0)
        k->good = k->tried;
    arena_clear(engine->arena);
    r = engine_write_begin(engine);
    if (r != 0)
        return;
    r = keep_tell_backup(engine, in);
    if (r == 0)
        r = keep_tell_check(engine, in);
    engine_changed(engine, "config", 0);
    (void)engine_write_end(engine, r);
}

void
engine_keep_died(struct engine *engine)
{
    char text[] = "the keeper ended while it worked", path[] = "";
    Tocsin__KeepResult lost = TOCSIN__KEEP_RESULT__INIT;

    if (engine->keeping == NULL || engine->keeping->number == 0)
        return;
    lost.number = engine->keeping->number;
    lost.err = lost.checked = E_CLOSED;
    lost.text = text;
    lost.path = path;
    engine_keep_result(engine, &lost);
}
