/*
 * engine_write: one transaction for all that is written in a moment.
 *
 * DESIGN, "commit": polls that finish together commit together; only then is
 * the world told.  When the commit fails nothing of it happened: polls are
 * repeated, operators are told, and what memory knew of it (the grouper) is
 * read back from the store.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_clock.h"
#include "daemon/engine_disk.h"
#include "daemon/engine_notice.h"
#include "daemon/engine_outbox.h"
#include "daemon/engine_poll.h"
#include "store/safety.h"

enum { LEDGER_MAX_BYTES = 512 * 1024 };

static void engine_settle(struct engine *engine, bool committed);

int
engine_write_begin(struct engine *engine)
{
    int r = engine->writing ? 0 : store_begin(engine->store);

    if (r == 0 && !engine->writing) {
        engine->writing = true;
        engine->writes = 0;
        loop_timer_set(engine->commit_timer, COMMIT_DELAY_MS);
    }
    if (r == 0)
        r = store_step_begin(engine->store);
    if (r != 0) {
        log_say(
            LOG_ERROR, "cannot write", "why", store_error(engine->store), NULL);
        /* What cannot be written to have arrived is not sent again and again.
         */
        if (engine->failing.ms == 0)
            engine->failing = loop_mono(engine->loop);
        return r;
    }
    engine->step_pending = engine->npending;
    engine->step_tells = engine->ntells;
    return 0;
}

void
engine_refresh(struct engine *engine)
{
    if (!engine->stale)
        return;
    engine->stale =
        engine_rhythm_load(engine) != 0 || engine_group_load(engine) != 0 ||
        engine_follow_load(engine) != 0 || engine_many_load(engine) != 0;
    if (engine->stale)
        log_say(LOG_ERROR, "the open incidents could not be read", "why",
            store_error(engine->store), NULL);
}

static void
engine_rollback(struct engine *engine)
{
    struct mono now = loop_mono(engine->loop);

    log_say(LOG_ERROR, "what was to be written is undone and will be repeated",
        "why", store_error(engine->store), NULL);
    store_rollback(engine->store);
    engine->writing = false;
    engine->rollbacks++;
    if (store_was_full(engine->store))
        engine_disk_full(engine);
    engine_tell_forget(engine);
    engine_duty_forget(engine);
    engine_outbox_doubt(engine, true);
    loop_timer_cancel(engine->commit_timer);
    if (engine->failing.ms == 0)
        engine->failing = now;
    engine->hold.ms = now.ms + ENGINE_HOLD_MS;
    engine->stale = true;
    engine_refresh(engine);
    engine_settle(engine, false);
}

/* Undo what the step did in memory; what it told the grouper points to an
 * incident that is not there, which incident_join takes for none. */
static void
engine_step_undo(struct engine *engine)
{
    while (engine->npending > engine->step_pending) {
        struct pending *last = &engine->pending[--engine->npending];

        free(last->text);
        free(last->data);
    }
    if (engine->ntells > engine->step_tells)
        engine->ntells = engine->step_tells;
    engine_outbox_doubt(engine, false);
}

int
engine_write_end(struct engine *engine, int r)
{
    if (store_step_end(engine->store, r == 0) != 0) {
        engine_rollback(engine);
        return r ? r : E_IO;
    }
    if (r != 0)
        engine_step_undo(engine);
    if (++engine->writes >= COMMIT_MAX_WRITES ||
        engine->ntells >= ENGINE_MAX_TELLS) {
        int failed = engine_commit(engine);

        if (failed != 0)
            return r ? r : failed;
    }
    return r;
}

int
engine_write_then(struct engine *engine, const struct pending *pending)
{
    if (engine->npending == engine->pending_cap) {
        size_t cap = engine->pending_cap ? 2 * engine->pending_cap : 64;
        struct pending *grown =
            reallocarray(engine->pending, cap, sizeof *grown);

        if (grown == NULL) {
            free(pending->text);
            free(pending->data);
            return E_NOMEM;
        }
        engine->pending = grown;
        engine->pending_cap = cap;
    }
    engine->pending[engine->npending++] = *pending;
    return 0;
}

int
engine_commit(struct engine *engine)
{
    int r;

    if (!engine->writing)
        return 0;
    loop_timer_cancel(engine->commit_timer);
    arena_clear(engine->arena);
    r = engine_duty_flush(engine);
    if (r == 0)
        r = engine_tell_flush(engine);
    if (r == 0)
        r = store_commit(engine->store);
    if (r != 0) {
        engine_rollback(engine);
        return r;
    }
    engine->writing = false;
    engine->failing.ms = 0;
    engine->commits++;
    engine->last_commit = engine_now(engine);
    engine_settle(engine, true);
    return 0;
}

/* --- after the commit
 * ---------------------------------------------------------- */

static void
settle_action(
    struct engine *engine, const struct pending *pending, bool committed)
{
    Tocsin__ActionResult result = TOCSIN__ACTION_RESULT__INIT;
    char none[] = "", failed[] = "It could not be stored. Please try again.";

    result.token = pending->token;
    result.err = committed ? 0 : E_IO;
    result.text = committed ? (pending->text ? pending->text : none) : failed;
    result.data = committed && pending->data ? pending->data : none;
    if (engine->console.ipc)
        (void)ipc_send(
            engine->console.ipc, FRAME(action_result, ACTION_RESULT, &result));
}

static void
settle_changed(struct engine *engine, const struct pending *pending)
{
    Tocsin__Changed changed = TOCSIN__CHANGED__INIT;
    char what[32];

    (void)memccpy(what, pending->what, '\0', sizeof what);
    what[sizeof what - 1] = '\0';
    changed.what = what;
    changed.id = pending->id;
    if (engine->console.ipc && engine->console.ready)
        (void)ipc_send(engine->console.ipc, FRAME(changed, CHANGED, &changed));
}

static void
engine_settle(struct engine *engine, bool committed)
{
    struct pending *list = engine->pending;
    size_t n = engine->npending;
    bool outbox = false;

    /* What happens now may write, and so make a new list. */
    engine->pending = NULL;
    engine->npending = engine->pending_cap = 0;
    for (size_t i = 0; i < n; i++) {
        switch (list[i].kind) {
        case PENDING_POLL:
            engine_poll_settle(engine, &list[i], committed);
            break;
        case PENDING_WANTED:
            engine_wanted_settle(engine, &list[i], committed);
            break;
        case PENDING_PUSH:
            engine_push_settle(engine, &list[i]);
            break;
        case PENDING_ACTION:
            settle_action(engine, &list[i], committed);
            break;
        case PENDING_CHANGED:
            if (committed)
                settle_changed(engine, &list[i]);
            break;
        case PENDING_SEND:
            outbox = true;
            break;
        }
        free(list[i].text);
        free(list[i].data);
    }
    free(list);
    if (outbox)
        engine_outbox_run(engine);
}

void
engine_changed(struct engine *engine, const char *what, int64_t id)
{
    if (strcmp(what, "incident") == 0)
        engine_duty_changed(engine, id);
    for (size_t i = 0; i < engine->npending; i++) {
        const struct pending *p = &engine->pending[i];

        if (p->kind == PENDING_CHANGED && p->id == id &&
            strcmp(p->what, what) == 0)
            return;
    }
    (void)engine_write_then(engine,
        &(struct pending){.kind = PENDING_CHANGED, .what = what, .id = id});
}

int
engine_ledger(struct engine *engine, const char *kind, int64_t incident,
    struct str by, struct str from, json_t *details_taken)
{
    struct ledger_entry entry = {.at = engine_now(engine),
        .kind = str_of(kind),
        .incident = incident,
        .by = by.n ? by : STR("system"),
        .from = from.n ? from : STR("road")};
    struct buf text;
    int r;

    buf_init(&text, LEDGER_MAX_BYTES);
    r = details_taken ? mask_json(details_taken) : 0;
    if (r == 0)
        r = details_taken ? jsonx_dump(details_taken, &text)
                          : buf_add_cstr(&text, "{}");
    if (r == 0) {
        entry.text = buf_str(&text);
        r = store_ledger_add(engine->store, &entry);
    }
    json_decref(details_taken);
    buf_done(&text);
    return r;
}
