/*
 * engine_expire: acknowledgements and snoozes that ran out.
 */
#include "base/err.h"
#include "daemon/engine_skip.h"
#include "incidents/state.h"
#include "store/clocks.h"

static int
expire_one(struct engine *engine, int64_t id)
{
    struct incident_change change = {.act = INCIDENT_ACT_EXPIRE};
    struct incident_result result;
    struct incident incident;
    int r = store_incident_load(engine->store, id, engine->arena, &incident);

    if (r == 0)
        r = incident_apply(&incident, &change, engine_now(engine), &result);
    if (r == E_STATE) /* it is no longer what expires */
        return 0;
    if (r == 0)
        r = store_incident_save(engine->store, &incident);
    if (r == 0)
        r = engine_ledger(
            engine, "incident.expire", id, STR_NONE, STR_NONE, NULL);
    if (r == 0 && result.notify)
        r = engine_tell(
            engine, &incident, result.event, "the acknowledgement ran out");
    if (r == 0)
        engine_changed(engine, "incident", id);
    return r;
}

static int
expire_later(struct engine *engine, int64_t id, struct wall until)
{
    return store_expiry_put_off(engine->store, id, until);
}

void
engine_expire(struct engine *engine)
{
    static const struct skip_ops ops = {"expiry", expire_one, expire_later};
    int64_t due[CLOCKS_MAX], *ids;
    size_t n = 0;
    int r;

    arena_clear(engine->arena);
    r = store_incident_expired(
        engine->store, engine_now(engine), CLOCKS_MAX, engine->arena, &ids, &n);
    for (size_t i = 0; i < n && r == 0; i++)
        due[i] = ids[i]; /* the arena is cleared by each */
    for (size_t i = 0; i < n && r == 0; i++)
        r = engine_skip_do(engine, &ops, due[i], due[i]);
    if (r != 0)
        log_say(LOG_ERROR, "what ran out could not be looked at", "why",
            store_error(engine->store), NULL);
}
