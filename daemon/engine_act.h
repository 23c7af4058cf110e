/*
 * engine_act: what the files of the engine that do what is asked have in
 * common.
 *
 *   engine_act.c      incidents' states, deliveries; the way in
 *   engine_user.c     users, their sessions and tokens
 *   engine_bulk.c     one act on many; views that are saved
 *   engine_merge.c    incidents that are put together and taken apart
 *   engine_rescore.c  what they score then
 *   engine_retract.c  items that are gone at their source
 *   engine_teach.c    exceptions that false alarms teach
 */
#ifndef TOCSIN_DAEMON_ENGINE_ACT_H
#define TOCSIN_DAEMON_ENGINE_ACT_H

#include "console/action.h"
#include "daemon/engine.h"
#include "incidents/state.h"

/* What is asked, as views, and the answer being made. */
struct asked {
    struct engine *engine;
    const Tocsin__ActionRequest *in;
    struct str object, text, role, by, from;
    int64_t id;        /* what it is about, one at a time */
    bool new_rules;    /* exceptions of rules have changed */
    json_t *args;      /* the request's data as a JSON object, or NULL; owned */
    char *data;        /* JSON for the answer, owned */
    const char *words; /* why it was refused, when no sentence of err's says
                          it; static */
};

/* Append to the ledger that this was done; more (may be NULL, taken) is added
 * to what every entry has. */
int act_ledger(const struct asked *asked, const char *kind, int64_t incident,
    json_t *more_taken);
/* Put json (taken) into the answer. */
int act_data(struct asked *asked, json_t *json_taken);
/* A number of the request's data, 0 when it has none. */
int64_t act_number(const struct asked *asked, const char *name);

/* Answer now; or after the commit, with what act_data put. */
void act_answer(
    struct asked *asked, int err, const char *text, const char *data);
int act_answer_later(struct asked *asked);
/* Why it was refused, as a sentence: static. */
const char *act_words(const struct asked *asked, int err);
/* Do what is asked, within the open transaction, with its text masked. */
int act_write_masked(struct asked *asked);

/* What a person does to incident asked->id, or a link for him: text is the
 * reason.  Within the open transaction. */
int act_incident(struct asked *asked, enum incident_act act);

/* --- engine_user.c --------------------------------------------------------- */
/* What is asked about users; E_NOTFOUND when it is about something else. */
int act_people(struct asked *asked);

/* --- engine_merge.c -------------------------------------------------------- */
/* Within the open transaction, each about incident asked->id: merge it into
 * data.into; give it back; put its items data.items into a new incident, or
 * into data.into; take the split data.split (or its last one) back.  Asking
 * the same again changes nothing. */
int act_merge(struct asked *asked);
int act_unmerge(struct asked *asked);
int act_split(struct asked *asked);
int act_unsplit(struct asked *asked);

/* --- engine_rescore.c ------------------------------------------------------ */
/* Make score, level, explanation and category anew from what incident has
 * now; one without items keeps them. */
int engine_rescore(struct engine *engine, struct incident *incident);
/* engine_group.c: let the grouper learn incident anew. */
int engine_regroup(struct engine *engine, int64_t incident);

/* --- engine_item.c --------------------------------------------------------- */
/* Load the incident, or the one that it was merged into. */
int engine_incident_load(
    struct engine *engine, int64_t id, struct incident *ret);

#endif
