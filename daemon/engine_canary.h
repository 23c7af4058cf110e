/*
 * engine_canary: what is watched of the road itself.
 *
 *   engine_canary.c     a message a day, from a document to every channel
 *   engine_heartbeat.c  an address that is asked while everything works
 *   engine_remind.c     incidents that nobody took are told again
 */
#ifndef TOCSIN_DAEMON_ENGINE_CANARY_H
#define TOCSIN_DAEMON_ENGINE_CANARY_H

#include "daemon/engine.h"

enum { REMIND_MEMORY = 4096 /* incidents that were reminded of */ };

/* What they remember while the engine runs; part of the outbox. */
struct canary {
    uint64_t asked; /* number of the document with a parser, 0: none */
    struct mono asked_at;
    struct wall due;   /* the time of day that it is for */
    struct mono since; /* when it was due */
    bool late;         /* no parser answered, and it was said */
};
struct heartbeat {
    struct mono next;   /* 0: at once */
    struct mono polled; /* when the number of polls changed */
    uint64_t polls;
};
struct reminder {
    struct mono next;
    size_t n;
    /* A message that was held is no row, and is not to be held anew. */
    struct reminded {
        int64_t incident;
        struct mono at;
    } last[REMIND_MEMORY];
};

/* Send it when it is time, and look whether it was accepted; at every pulse. */
void engine_canary_run(struct engine *engine);
/* A parser's answer: whether it is of our document. */
bool engine_canary_parsed(struct engine *engine, const Tocsin__ParseResult *in);

/* At every pulse; well: every role answers, and commits succeed. */
void engine_heartbeat_run(struct engine *engine, bool well);
void engine_heartbeat_answered(
    struct engine *engine, const Tocsin__BeatResult *in);

/* At every pulse. */
void engine_remind_run(struct engine *engine);

#endif
