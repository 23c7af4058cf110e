/*
 * engine_search: see engine_search.h.
 *
 * It waits while commits fail, and lets go of the loop after each slice, so
 * that a store of a million items that is indexed for the first time holds up
 * nothing.
 */
#include "daemon/engine_search.h"

#include "daemon/engine.h"
#include "store/search.h"

enum {
    SEARCH_LOOK_MS = 1000, /* between two looks when all is indexed */
    SEARCH_NEXT_MS = 60    /* between two slices */
};

struct searcher {
    struct engine *engine;
    struct loop_timer *timer;
};

static bool
search_slice(struct engine *engine)
{
    bool left = false;
    int r = store_search_is_behind(engine->store, &left);

    if (r != 0 || !left || engine_write_begin(engine) != 0)
        return false;
    r = store_search_fill(engine->store, &left);
    if (r != 0)
        log_say(LOG_ERROR, "what was collected could not be indexed", "why",
            store_error(engine->store), NULL);
    return engine_write_end(engine, r) == 0 && left;
}

static void
on_search_timer(void *arg)
{
    struct searcher *searcher = arg;
    struct engine *engine = searcher->engine;
    bool left = false;

    if (engine->stopping)
        return;
    if (engine->failing.ms == 0)
        left = search_slice(engine);
    loop_timer_set(searcher->timer, left ? SEARCH_NEXT_MS : SEARCH_LOOK_MS);
}

int
engine_search_init(struct engine *engine)
{
    static struct searcher searcher;
    int r;

    searcher.engine = engine;
    r = loop_timer_new(
        engine->loop, on_search_timer, &searcher, &searcher.timer);
    if (r == 0)
        loop_timer_set(searcher.timer, SEARCH_LOOK_MS);
    return r;
}
