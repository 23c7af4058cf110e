/*
 * engine_teach: exceptions that false alarms taught, as a part of the rules.
 */
#ifndef TOCSIN_DAEMON_ENGINE_TEACH_H
#define TOCSIN_DAEMON_ENGINE_TEACH_H

#include "daemon/engine.h"

struct asked;

/* Compile the exceptions in force into rules, which are replaced, and add them
 * to the configuration's hash; where that cannot be done both stay as they are,
 * and the log says why. */
void engine_teach_rules(
    struct engine *engine, struct config *config, struct ruleset **rules);
/* The exceptions in force as the text of a rule file, absent when there are
 * none. */
int engine_teach_text(
    struct engine *engine, struct arena *arena, struct str *ret);
/* An editor accepts an exception, or ends one, in the open transaction. */
int act_exception_add(struct asked *asked);
int act_exception_end(struct asked *asked);

#endif
