/*
 * engine_search: the index of what was collected, filled behind the road.
 */
#ifndef TOCSIN_DAEMON_ENGINE_SEARCH_H
#define TOCSIN_DAEMON_ENGINE_SEARCH_H

struct engine;

/* Begin to fill it, a little at a time, for as long as the engine lives. */
int engine_search_init(struct engine *engine);

#endif
