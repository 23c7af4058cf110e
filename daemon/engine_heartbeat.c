/*
 * engine_heartbeat: a dead man's switch.
 *
 * Somebody else's service is asked at intervals, and raises the alarm when it
 * is not.  It is asked only while the road works: every role answers, commits
 * succeed, and sources are being polled.
 */
#include <stdio.h>

#include "base/err.h"
#include "daemon/engine_outbox.h"
#include "daemon/pb.h"

enum {
    HEARTBEAT_POLLS_MS = 15 * MS_MINUTE, /* without one nothing works, … */
    HEARTBEAT_INTERVALS = 3 /* … or so many of the usual interval */
};

/* Whether a poll ended of late, where there is anything to poll. */
static bool
polls_go_on(const struct engine *engine, struct heartbeat *beat)
{
    struct mono now = loop_mono(engine->loop);
    int64_t most = HEARTBEAT_INTERVALS * engine->config->interval_ms;

    if (beat->polls != engine->polls_done || beat->polled.ms == 0) {
        beat->polls = engine->polls_done;
        beat->polled = now;
    }
    if (most < HEARTBEAT_POLLS_MS)
        most = HEARTBEAT_POLLS_MS;
    return engine->config->nsources == 0 || now.ms - beat->polled.ms < most;
}

void
engine_heartbeat_run(struct engine *engine, bool well)
{
    struct heartbeat *beat = &engine->outbox->heartbeat;
    const struct config_delivery *config = &engine->config->delivery;
    struct mono now = loop_mono(engine->loop);
    Tocsin__BeatRequest out = TOCSIN__BEAT_REQUEST__INIT;

    if (config->heartbeat_url.n == 0 || !polls_go_on(engine, beat) || !well ||
        now.ms < beat->next.ms || engine->notify.ipc == NULL ||
        !engine->notify.ready)
        return;
    arena_clear(engine->arena);
    out.url = pb_cstr(engine->arena, config->heartbeat_url);
    if (out.url && ipc_send(engine->notify.ipc,
                       FRAME(beat_request, BEAT_REQUEST, &out)) == 0)
        beat->next.ms = now.ms + config->heartbeat_ms;
}

void
engine_heartbeat_answered(struct engine *engine, const Tocsin__BeatResult *in)
{
    bool good = in->status >= 200 && in->status < 300;
    char text[64];

    (void)snprintf(text, sizeof text, "HTTP %d", in->status);
    if (!good)
        log_say(LOG_WARN, "the heartbeat was not accepted", "status", text,
            "why", in->text, NULL);
    arena_clear(engine->arena);
    if (engine_write_begin(engine) == 0)
        (void)engine_write_end(engine,
            store_pulse_save(engine->store, STR("heartbeat"),
                engine_now(engine), good,
                good         ? STR_NONE
                : in->status ? str_of(text)
                             : arena_str(engine->arena, str_of(in->text))));
}
