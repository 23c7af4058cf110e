/*
 * engine_rota: who is on call now, and whether he knows it.
 */
#ifndef TOCSIN_DAEMON_ENGINE_ROTA_H
#define TOCSIN_DAEMON_ENGINE_ROTA_H

#include "daemon/engine_clock.h"

/* What decides about a rota besides itself; in the engine's arena. */
int engine_rota_context(struct engine *engine, const struct rota *rota,
    struct wall since, struct rota_context *ret);
/* Who is on call in a rota at an instant (`explain`). */
int engine_rota_at(struct engine *engine, const struct rota *rota,
    struct wall at, struct on_call *ret);
/* Whether anything of a rota may have changed. */
bool engine_rota_is_due(const struct engine *engine);
/* Notice changes, ask the next to take over, tell when he did not. */
int engine_rota_run(struct engine *engine);

/* What people ask and do (engine_duty.c).  Within the open transaction. */
int engine_rota_override(struct asked *asked);
int engine_rota_override_drop(struct asked *asked);
int engine_rota_accept(struct asked *asked);
/* Everything about duty as JSON for pages: object: days ahead. */
int engine_duty_show(struct asked *asked);

#endif
