/*
 * engine_search: see engine_search.h.
 *
 * It waits while commits fail, and lets go of the loop after each slice, so
 * that a store of a million items that is indexed for the first time holds up
 * nothing.  An index that cannot be written is tried again after ever longer
 * waits, and said once for each.
 */
#include "daemon/engine_search.h"

#include "daemon/engine.h"
#include "store/search.h"

enum {
    SEARCH_LOOK_MS = 1000,           /* between two looks when all is indexed */
    SEARCH_NEXT_MS = 60,             /* between two slices */
    SEARCH_WORST_MS = 60 * 60 * 1000 /* after one failure too many */
};

struct searcher {
    struct engine *engine;
    struct loop_timer *timer;
    int64_t failed_ms; /* the wait after the last failure; 0: it went well */
};

/* Twice as long after each failure. */
static void
search_failed(struct searcher *searcher, const char *why)
{
    int64_t wait = 2 * searcher->failed_ms;

    if (wait < SEARCH_LOOK_MS)
        wait = 2 * SEARCH_LOOK_MS;
    searcher->failed_ms = wait < SEARCH_WORST_MS ? wait : SEARCH_WORST_MS;
    log_say(
        LOG_ERROR, "what was collected could not be indexed", "why", why, NULL);
}

/* *ret_left: there is more.  What fails here is told of here. */
static int
search_slice(struct searcher *searcher, bool *ret_left)
{
    struct engine *engine = searcher->engine;
    int r = store_search_is_behind(engine->store, ret_left);

    if (r != 0 || !*ret_left)
        return r;
    *ret_left = false;
    if (engine_write_begin(engine) != 0)
        return 0; /* that no commit succeeds is told of elsewhere */
    r = store_search_fill(engine->store, ret_left);
    if (r != 0)
        search_failed(searcher, store_error(engine->store));
    else
        searcher->failed_ms = 0;
    if (engine_write_end(engine, r) != 0)
        *ret_left = false;
    return 0;
}

static void
on_search_timer(void *arg)
{
    struct searcher *searcher = arg;
    struct engine *engine = searcher->engine;
    bool left = false;

    if (engine->stopping)
        return;
    if (engine->failing.ms == 0 && search_slice(searcher, &left) != 0)
        search_failed(searcher, store_error(engine->store));
    loop_timer_set(searcher->timer, searcher->failed_ms ? searcher->failed_ms
                                    : left              ? SEARCH_NEXT_MS
                                                        : SEARCH_LOOK_MS);
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
