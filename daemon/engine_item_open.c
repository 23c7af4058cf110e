/*
 * engine_item_open: an incident that a person opens from an item which raised
 * none: no rule thought of it, or its source was read for the first time.
 *
 * It scores what its rules say, but is blue at least, because somebody wants it
 * looked at; from then on it is an incident like any other.
 */
#include "daemon/engine_item_open.h"

#include "base/err.h"
#include "base/jsonx.h"
#include "base/utf8.h"
#include "daemon/engine_retract.h"
#include "daemon/engine_score.h"
#include "store/search.h"

enum { OPEN_TITLE_BYTES = 180, OPEN_MAX_REASON_BYTES = 1500 };

static void
open_plain(
    struct asked *asked, const struct item_brief *brief, struct incident *ret)
{
    struct engine *engine = asked->engine;
    const struct source *source = config_source(engine->config, brief->source);
    struct item item = {.title = brief->title, .text = brief->text};
    struct wall now = engine_now(engine);

    *ret = (struct incident){.state = INCIDENT_NEW,
        .substate = INCIDENT_SUB_NEW,
        .level = LEVEL_BLUE,
        .score = 0,
        .title = brief->title.n ? brief->title
                                : utf8_cut(brief->text, OPEN_TITLE_BYTES),
        .category = brief->category,
        .owner = source ? engine_score_owner(engine, source, &item) : STR_NONE,
        .items = 1,
        .sources = 1,
        .first_seen = now,
        .last_seen = now,
        .opened = now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .generation = engine->generation};
}

static int
open_attach(struct asked *asked, struct incident *incident)
{
    struct engine *engine = asked->engine;
    int r = store_incident_add(engine->store, incident, &incident->id);

    if (r == 0)
        r = store_incident_attach(engine->store, incident->id, asked->id,
            STR("opened by hand"), 0, engine_now(engine));
    if (r == 0)
        r = engine_rescore(engine, incident);
    if (r == 0 && incident->level < LEVEL_BLUE)
        incident->level = LEVEL_BLUE;
    if (r == 0)
        r = store_incident_save(engine->store, incident);
    if (r == 0)
        r = engine_retract_watch(engine, asked->id);
    return r ? r : engine_regroup(engine, incident->id);
}

static json_t *
answer_of(int64_t incident)
{
    return json_pack("{sI}", "incident", (json_int_t)incident);
}

int
act_item_open(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct item_brief brief;
    struct incident incident;
    int64_t id = 0;
    int r;

    if (asked->text.n == 0 || asked->text.n > OPEN_MAX_REASON_BYTES)
        return E_DENIED;
    r = store_incident_of(engine->store, asked->id, &id);
    if (r == 0) /* it was asked twice, or a rule was faster */
        return act_data(asked, answer_of(id));
    if (r == E_NOTFOUND)
        r = store_item_brief(engine->store, asked->id, engine->arena, &brief);
    if (r != 0)
        return r;
    open_plain(asked, &brief, &incident);
    r = open_attach(asked, &incident);
    if (r == 0)
        r = act_ledger(asked, "incident.opened.by-hand", incident.id,
            json_pack("{sIss}", "item", (json_int_t)asked->id, "level",
                level_name(incident.level)));
    if (r == 0)
        r = engine_tell(engine, &incident, INCIDENT_EVENT_OPENED,
            "an operator opened it from an item");
    if (r == 0)
        engine_changed(engine, "incident", incident.id);
    return r ? r : act_data(asked, answer_of(incident.id));
}
