/*
 * engine_remind: an incident that nobody took is told again.
 *
 * After notify.repeat_interval without any message about it; where routes,
 * silences or quiet hours stand against that, they decide as for any other.
 */
#include "base/err.h"
#include "daemon/engine_outbox.h"

enum {
    REMIND_EVERY_MS = 15 * MS_SECOND,
    REMIND_MAX = 100 /* in one go */
};

/* Whether it was reminded of in the last repeat_ms; then it was. */
static bool
remembered(struct reminder *memory, int64_t incident, struct mono now,
    int64_t repeat_ms)
{
    size_t at = memory->n % REMIND_MEMORY;

    for (size_t i = 0; i < memory->n && i < REMIND_MEMORY; i++) {
        if (memory->last[i].incident != incident)
            continue;
        if (now.ms - memory->last[i].at.ms < repeat_ms)
            return true;
        memory->last[i].at = now;
        return false;
    }
    memory->last[at].incident = incident;
    memory->last[at].at = now;
    memory->n++;
    return false;
}

static int
remind(struct engine *engine, const int64_t *ids, size_t n)
{
    struct mono now = loop_mono(engine->loop);
    size_t told = 0;
    int r = 0;

    /* Those that are held are looked at each time and told of no more, and keep
     * none of the others from their turn. */
    for (size_t i = 0; i < n && told < REMIND_MAX && r == 0; i++) {
        struct incident incident;

        if (remembered(&engine->outbox->reminder, ids[i], now,
                engine->config->delivery.repeat_ms))
            continue;
        told++;
        r = store_incident_load(
            engine->store, ids[i], engine->arena, &incident);
        if (r == 0)
            r = engine_tell(engine, &incident, INCIDENT_EVENT_REMINDED,
                "repeat interval elapsed");
    }
    return r;
}

void
engine_remind_run(struct engine *engine)
{
    struct reminder *memory = &engine->outbox->reminder;
    struct mono now = loop_mono(engine->loop);
    struct wall before = engine_now(engine);
    int64_t *ids;
    size_t n;

    if (engine->config->delivery.repeat_ms == 0 || now.ms < memory->next.ms)
        return;
    memory->next.ms = now.ms + REMIND_EVERY_MS;
    before.ms -= engine->config->delivery.repeat_ms;
    arena_clear(engine->arena);
    if (store_incident_unheard(engine->store, before,
            engine->config->notify_min_level, REMIND_MEMORY, engine->arena,
            &ids, &n) != 0 ||
        n == 0)
        return;
    if (engine_write_begin(engine) == 0 &&
        engine_write_end(engine, remind(engine, ids, n)) != 0)
        memory->n = 0; /* nobody was reminded */
}
