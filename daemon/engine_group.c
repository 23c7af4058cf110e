/*
 * engine_group: the grouper's memory, filled from the store.
 */
#include "daemon/engine.h"

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

    return grouper_add(engine->grouper, item->incident, &g);
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
    since.ms -= GROUP_WINDOW_MS;
    return store_open_items(engine->store, since, group_load_one, engine);
}
