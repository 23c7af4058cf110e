/*
 * engine_score: what an item and an incident score, and whose they are.
 */
#ifndef TOCSIN_DAEMON_ENGINE_SCORE_H
#define TOCSIN_DAEMON_ENGINE_SCORE_H

#include "daemon/engine.h"

/* The score of an item by itself. */
int engine_score_item(struct engine *engine, const struct ruleset *rules,
    const struct source *source, const struct item *item,
    const struct verdict *verdict, struct score *ret);
/* What incident scores with an item (attached already) that scores so; its
 * explanation is changed, score and level are returned: they never fall. */
int engine_score_incident(struct engine *engine, const struct ruleset *rules,
    const struct score *item, struct incident *incident, int *ret_score,
    enum level *ret_level);
/* Make the index of the configuration's owners. */
void engine_score_config(struct engine *engine);
/* Whose an incident is that this item opens: the school that it names, or the
 * owner of its source. */
struct str engine_score_owner(struct engine *engine,
    const struct source *source, const struct item *item);

#endif
