#include "daemon/notify_beat.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "daemon/outward.h"
#include "daemon/pb.h"

enum {
    BEAT_TOTAL_MS = 15 * MS_SECOND,
    BEAT_BODY_BYTES = 64 * 1024,
    BEAT_TEXT_BYTES = 200
};

struct beat {
    struct ipc *engine;
    struct gate_policy policy;
};

/* The address may hold a secret: only the status is told, or a sentence of
 * ours. */
static void
beat_tell(struct ipc *engine, int status, const char *why)
{
    Tocsin__BeatResult out = TOCSIN__BEAT_RESULT__INIT;
    char text[BEAT_TEXT_BYTES];

    (void)snprintf(text, sizeof text, "%s", why);
    out.status = status;
    out.text = text;
    (void)ipc_send(engine, FRAME(beat_result, BEAT_RESULT, &out));
}

static void
beat_answered(void *arg, const struct http_answer *answer)
{
    static const char *const sentences[] = {[HTTP_ANSWERED] = "answered",
        [HTTP_REFUSED] = "the address may not be asked",
        [HTTP_DNS] = "its name is not found",
        [HTTP_CONNECT] = "no connection",
        [HTTP_TLS] = "the secure connection fails",
        [HTTP_TIMEOUT] = "it takes too long"};
    struct beat *beat = arg;
    size_t at = (size_t)answer->result;
    const char *why = at < sizeof sentences / sizeof *sentences && sentences[at]
                          ? sentences[at]
                          : "the answer is broken";

    beat_tell(beat->engine, answer->status, why);
    free(beat);
}

void
notify_beat(struct http *http, struct ipc *engine,
    const Tocsin__NotifyConfig *config, const Tocsin__BeatRequest *in)
{
    struct beat *beat = calloc(1, sizeof *beat);
    struct http_request request = {.url = pb_str(in->url),
        .max_body_bytes = BEAT_BODY_BYTES,
        .max_wire_bytes = BEAT_BODY_BYTES,
        .first_byte_ms = BEAT_TOTAL_MS,
        .total_ms = BEAT_TOTAL_MS};

    if (beat == NULL)
        return;
    beat->engine = engine;
    outward_policy(&beat->policy, config->ports, config->n_ports, config->deny);
    outward_allow(&beat->policy, config->allow, config->n_allow);
    request.policy = &beat->policy;
    if (http_start(http, &request, beat_answered, beat, NULL) != 0) {
        beat_tell(engine, 0, err_text(E_BUSY));
        free(beat);
    }
}
