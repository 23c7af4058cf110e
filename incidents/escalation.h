/*
 * escalation: who is told next when nobody takes an incident, and when.
 *
 * A policy has steps, each so long after the one before it; after the last it
 * begins again, so often as it says.  A run is one policy at work on one
 * incident; it is kept in the store.  Nothing here tells or reads a clock.
 *
 *   what happens                       the run
 *   an incident is told and is new     waits for the first step
 *   taken (acknowledged, responding)   stopped, where it is
 *   … and the acknowledgement ran out  goes on at once with one step more
 *   … and a higher level               begins again, with that level's policy
 *   snoozed                            stopped; goes on when the snooze ends
 *   merged; and taken apart again      stopped; goes on
 *   no policy fits it any more         stopped; goes on when one does again
 *   closed, false alarm                over: opened again it begins anew
 */
#ifndef TOCSIN_INCIDENTS_ESCALATION_H
#define TOCSIN_INCIDENTS_ESCALATION_H

#include "incidents/incident.h"
#include "incidents/written.h"

enum {
    ESCALATION_MAX = 50,
    ESCALATION_MAX_STEPS = 16,
    ESCALATION_MAX_TARGETS = 16, /* of a step */
    ESCALATION_MAX_REPEAT = 20
};

enum target_kind { TARGET_ROTA, TARGET_PERSON, TARGET_CHANNEL, TARGET_OWNER };

/* Of a step: "rota:NAME", "person:NAME", "channel:ID" or "owner". */
struct escalation_target {
    enum target_kind kind;
    struct str name; /* absent of the owner */
};

struct escalation_step {
    struct written at;
    int64_t after_ms; /* since the step before, or the start */
    const struct str *to;
    size_t nto;
};

struct escalation {
    struct written at;
    struct str name;
    const struct str *levels; /* none: all */
    size_t nlevels;
    const struct str *categories; /* none: all */
    size_t ncategories;
    const struct escalation_step *steps;
    size_t nsteps;
    int repeat;       /* times that it begins again */
    int64_t every_ms; /* between the last step and the first of the next */
};

enum escalation_state {
    ESCALATION_RUNNING,
    ESCALATION_STOPPED, /* somebody took it */
    ESCALATION_PAUSED,  /* snoozed, merged, or without a policy */
    ESCALATION_OVER     /* closed, a false alarm, or all was said */
};
const char *escalation_state_name(enum escalation_state state);

struct escalation_run {
    int64_t incident;
    struct str policy;
    enum escalation_state state;
    enum level level; /* of the incident, when it began */
    int fired;        /* steps of this round that were taken */
    int round;        /* 0 is the first */
    struct wall next; /* of the next step; WALL_NONE: none waits */
    int64_t left_ms;  /* ESCALATION_PAUSED: to the next step */
};

/* Read a target.  0 or E_PARSE. */
int escalation_target_parse(struct str text, struct escalation_target *ret);
/* The first policy that is about such an incident, or NULL. */
const struct escalation *escalation_find(const struct escalation *list,
    size_t n, enum level level, struct str category);
/* Begin. */
void escalation_begin(const struct escalation *policy,
    const struct incident *incident, struct wall now,
    struct escalation_run *ret);
/* Bring a run in step with its incident.  policy is what escalation_find
 * gives now.  Returns whether anything changed. */
bool escalation_sync(struct escalation_run *run,
    const struct escalation *policy, const struct incident *incident,
    struct wall now);
/* The step that is due, or -1; counts it as taken and plans the next.  reached
 * is asked afterwards: escalation_hurry when it reached nobody. */
int escalation_take(struct escalation_run *run, const struct escalation *policy,
    struct wall now);
/* The step reached nobody: the next of this round comes at once. */
void escalation_hurry(struct escalation_run *run,
    const struct escalation *policy, struct wall now);

#endif
