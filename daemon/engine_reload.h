/*
 * engine_reload: what came of the last reading of the configuration, for who
 * asks later.
 */
#ifndef TOCSIN_DAEMON_ENGINE_RELOAD_H
#define TOCSIN_DAEMON_ENGINE_RELOAD_H

#include <jansson.h>

#include "daemon/engine.h"

enum {
    RELOAD_MAX_ERRORS = 20, /* that are remembered */
    RELOAD_ERROR_BYTES = 1024
};

/* Remember it; memory that is not there is forgotten. */
void engine_reload_note(
    struct engine *engine, const struct toc_errors *errors, bool ok);
/* {"at_ms","ok","errors":["file:line:column: sentence"…]}, or NULL when there
 * was none since the start. */
json_t *engine_reload_json(const struct engine *engine);

#endif
