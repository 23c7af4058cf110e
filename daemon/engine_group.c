/*
 * engine_group: the grouper's memory, filled from the store: also with what is
 * closed, so that an item of the same event reopens it, or points to it.
 */
#include "base/err.h"
#include "daemon/engine_act.h"

static int
group_load_one(void *arg, const struct open_item *item)
{
    struct engine *engine = arg;
    const struct source *source = config_source(engine->config, item->source);
    struct group_item g = {.features = item->features,
        .title = item->title,
        .category = item->category,
        .source = item->source,
        .owner = source ? source->owner : STR_NONE,
        .time = item->time};
    int r = grouper_add(engine->grouper, item->incident, &g);

    return r == E_CORRUPT ? 0 : r; /* nothing is like it then */
}

int
engine_group_load(struct engine *engine)
{
    struct wall since = engine_now(engine);
    struct grouper *fresh;
    int r = grouper_new(engine->config->region_file.text, &fresh);

    if (r != 0)
        return r;
    grouper_free(engine->grouper);
    engine->grouper = fresh;
    since.ms -= GROUP_MEMORY_MS;
    return store_open_items(engine->store, since, GROUP_MAX_INCIDENTS,
        group_load_one, engine);
}

int
engine_regroup(struct engine *engine, int64_t incident)
{
    grouper_remove(engine->grouper, incident);
    return store_incident_each_item(
        engine->store, incident, group_load_one, engine);
}
