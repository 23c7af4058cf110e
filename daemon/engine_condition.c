/*
 * engine_condition: what is wrong with a source: opened, closed, told.
 */
#include "base/err.h"
#include "daemon/engine_poll.h"

static struct str
condition_subject(struct engine *engine, const struct source *source)
{
    return arena_printf(engine->arena, "source:%.*s", STR_ARG(source->id));
}

int
condition_set(struct engine *engine, const struct source *source,
    struct str kind, struct str text, bool open)
{
    struct str subject = condition_subject(engine, source);
    struct wall now = engine_now(engine);
    bool edge = false;
    int r =
        open ? store_condition_open(
                   engine->store, subject, kind, text, now, &edge)
             : store_condition_close(engine->store, subject, kind, now, &edge);

    if (r != 0 || !edge)
        return r;
    log_say(open ? LOG_WARN : LOG_NOTICE,
        open ? "a source is in trouble" : "a source is well again", "source",
        arena_cstr(engine->arena, source->id), "condition",
        arena_cstr(engine->arena, kind), "why", arena_cstr(engine->arena, text),
        NULL);
    engine_changed(engine, "source", 0);
    return 0;
}

/* What the new schedule says of the source's health. */
int
condition_of_poll(struct engine *engine, const struct source *source,
    const struct poll *poll, struct str reason)
{
    bool down = poll->failures >= ENGINE_DOWN_AFTER;
    int r;

    r = condition_set(engine, source, STR("gone"),
        STR("the server says that it is gone for good (410)"),
        poll->state == POLL_STOPPED);
    if (r == 0)
        r = condition_set(engine, source, STR("quarantined"),
            STR("its document ended the parser three times in a row"),
            poll->state == POLL_QUARANTINED);
    if (r == 0 && (down || poll->failures == 0))
        r = condition_set(engine, source, STR("down"), reason, down);
    return r;
}
