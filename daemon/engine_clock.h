/*
 * engine_clock: deadlines at work, and what duty's parts have in common.
 *
 *   engine_clock.c     runs of deadlines: begun, kept in step, told
 *   engine_escalate.c  who is told next
 *   engine_rota.c      who is on call; hand-overs; overrides
 *   engine_duty.c      what is asked about all that, and done by people
 *
 * Every change of an incident marks it (engine_duty_changed); just before the
 * transaction commits, its runs are brought in step with it, so that a state
 * and its deadlines are written together or not at all.  What is due is found
 * in the store by its next instant: nothing is kept in memory but a timer.
 */
#ifndef TOCSIN_DAEMON_ENGINE_CLOCK_H
#define TOCSIN_DAEMON_ENGINE_CLOCK_H

#include "daemon/engine.h"
#include "store/clocks.h"
#include "store/rota.h"

struct asked;

enum {
    DUTY_TICK_MS = 1000,       /* at most, between looks at what is due */
    DUTY_MAX_CHANNELS = 64,    /* that one message goes to */
    DUTY_MAX_SAID_BYTES = 4096 /* of a reason */
};

/* What changed since the last commit; the walk over all open incidents after
 * a new configuration. */
struct duty_state {
    struct loop_timer *timer;
    int64_t *dirty; /* owned */
    size_t ndirty, cap;
    size_t done;    /* of dirty, in the flush that is going on */
    bool walking;   /* through all that is open, ids after walked */
    bool rotas_due; /* who is on call is looked up at the next tick */
    int64_t walked;
    uint64_t walk_sure; /* what was walked is stored with so many commits */
    bool rewound;       /* it was undone, while it walked */
    struct wall rota_next;  /* of the next change of any rota */
    struct mono rota_seen;  /* when they were looked at */
    int64_t override_named; /* that cannot be read, 0: none */
};

/* A sentence in both languages; in the engine's arena. */
struct said {
    const char *zh, *en;
};

/* --- engine_clock.c --------------------------------------------------------
 */
int engine_duty_start(struct engine *engine);
/* An incident was changed in the open transaction. */
void engine_duty_changed(struct engine *engine, int64_t incident);
/* Bring all that were changed in step, in the open transaction. */
int engine_duty_flush(struct engine *engine);
/* The transaction was undone. */
void engine_duty_forget(struct engine *engine);
/* Another configuration: look at everything that is open. */
void engine_duty_reload(struct engine *engine);
/* Say what is due. */
void engine_duty_run(struct engine *engine);
/* The time that rules count by. */
struct clock_time engine_clock_time(const struct engine *engine);
/* The running clocks of an incident, the next deadline first (`explain`). */
int engine_clocks_running(struct engine *engine, int64_t incident,
    struct clock_run **ret, size_t *ret_n);
/* Mark a clock as done. */
int engine_clock_done(struct asked *asked);
/* Tell these channels, each in its language.  *ret_told (may be NULL) is how
 * many it is on its way to. */
int engine_duty_tell(struct engine *engine, const struct incident *incident,
    enum incident_event event, const struct said *said,
    const struct str *channels, size_t n, size_t *ret_told);
/* Print into the engine's arena; "" when memory ended. */
const char *engine_duty_text(struct engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A span of time for people: "5 h", "1 h 30 min", "12 min". */
const char *engine_duty_span(int64_t ms, bool zh, char out[64]);

#endif
