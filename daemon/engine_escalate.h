/*
 * engine_escalate: who is told next when nobody takes an incident.
 */
#ifndef TOCSIN_DAEMON_ENGINE_ESCALATE_H
#define TOCSIN_DAEMON_ENGINE_ESCALATE_H

#include "daemon/engine_clock.h"

/* People and channels that targets come to. */
struct reached {
    struct str channels[DUTY_MAX_CHANNELS];
    size_t n;
    struct buf who; /* "林、沈", for people */
};

/* Begin, stop or go on as the incident's state asks. */
int engine_escalate_sync(
    struct engine *engine, const struct incident *incident);
/* Take the steps that are due, each in a step of its own. */
int engine_escalate_run(struct engine *engine);
/* Whom targets mean now; who is taken by reached_done. */
int engine_escalate_reach(struct engine *engine,
    const struct incident *incident, const struct str *to, size_t n,
    struct reached *ret);
void reached_init(struct reached *reached);
void reached_done(struct reached *reached);
/* Add a person's channels and name. */
void engine_escalate_person(
    const struct engine *engine, struct str name, struct reached *reached);
/* A step, or a hand-over, reached nobody: the ledger, a condition, and the
 * fallback channels hear of it. */
int engine_escalate_nobody(struct engine *engine,
    const struct incident *incident, struct str subject,
    const struct said *said);
/* It reached somebody again. */
int engine_escalate_somebody(struct engine *engine, struct str subject);

#endif
