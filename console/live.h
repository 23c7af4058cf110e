/*
 * live: open pages hear of changes by server-sent events.
 *
 * An event says only what changed, never what it is now: the page asks for
 * that, with its own rights.  A stream whose session has ended is ended at the
 * next heartbeat.
 */
#ifndef TOCSIN_CONSOLE_LIVE_H
#define TOCSIN_CONSOLE_LIVE_H

#include "console/inside.h"

/* Send event what with id to all. */
void live_tell(struct console *console, const char *what, int64_t id);
/* Heartbeats, and the end of those who may no longer listen. */
void live_tick(struct console *console, struct mono now);
/* The server's stream_gone. */
void live_gone(void *arg, struct connection *stream, void *data);

#endif
