/*
 * engine_besides: what comes besides the polls of the sources' own addresses:
 * further pages and articles, the hubs that tell of news, and documents that
 * somebody brought.
 */
#ifndef TOCSIN_DAEMON_ENGINE_BESIDES_H
#define TOCSIN_DAEMON_ENGINE_BESIDES_H

#include "daemon/engine.h"
#include "store/wanted.h"

/* --- engine_wanted.c ------------------------------------------------------- */
/* Ask for the pages that are due (store/wanted.h). */
void engine_wanted_run(struct engine *engine);
/* Want one more, in the open transaction; one that is wanted already, or is
 * one too many for its source, is no error. */
int engine_wanted_add(struct engine *engine, const struct wanted *wanted);
/* After the commit (or its failure) of what a page brought. */
void engine_wanted_settle(struct engine *engine,
    const struct pending *pending, bool committed);

/* --- engine_hub.c ------------------------------------------------------------ */
/* Ask the hubs that are to be asked; at every pulse. */
void engine_hub_run(struct engine *engine);
void engine_hub_answer(struct engine *engine, const Tocsin__HubAnswer *in);

/* --- engine_push.c --------------------------------------------------------- */
/* A document that somebody brought for a source. */
struct push {
    struct str source, content_type, body;
    bool signed_by_hub; /* news of a feed, by WebSub */
    uint64_t token; /* of the action that is answered when it is stored */
};
/* Let it be read; the answer comes after the commit.  E_NOTFOUND no such
 * source, E_DENIED one that takes nothing, E_STATE one that was never polled
 * yet, E_BUSY no parser. */
int engine_push(struct engine *engine, const struct push *push);
void engine_push_settle(
    struct engine *engine, const struct pending *pending);

#endif
