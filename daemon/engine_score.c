/*
 * engine_score: what an item and an incident score, and whose they are.
 *
 * Findings come from the parse role; here the source, the time and what else is
 * known of the event weigh on them (rules/score.c), and an item's score weighs
 * on its incident (rules/explain.c).
 */
#include "daemon/engine_score.h"

#include <string.h>

#include <arpa/inet.h>

#include "base/log.h"
#include "base/url.h"
#include "rules/explain.h"
#include "rules/names.h"

/* Say in the explanation which key date it is that weighs. */
static void
name_key_date(
    struct arena *arena, const struct key_date *date, struct score *score)
{
    for (size_t i = 0; i < score->nreasons; i++)
        if (str_eq(score->reasons[i].rule, STR("category-weight")))
            score->reasons[i].text = arena_printf(arena, "%.*s ×%d.%02d",
                STR_ARG(date->name), date->weight / 100, date->weight % 100);
}

int
engine_score_item(struct engine *engine, const struct ruleset *rules,
    const struct source *source, const struct item *item,
    const struct verdict *verdict, struct score *ret)
{
    struct score_context context = SCORE_CONTEXT_NEUTRAL;
    struct rule_item subject = {.title = item->title,
        .text = item->text,
        .published = item->published,
        .seen = engine_now(engine),
        .source = {.id = source->id,
            .name = source->title,
            .kind = source->tier,
            .tags = source->tags,
            .ntags = source->ntags}};

    const struct key_date *date;
    int r;

    context.source_weight = source->weight;
    context.source_tier = source->tier;
    context.now = engine_now(engine);
    context.published = item->published;
    r = score_verdict(
        rules, verdict, &subject, &context, engine->arena, ret);
    if (r != 0 || ret->ncategories == 0)
        return r;
    date = key_date_weighs(engine->config->key_dates,
        engine->config->nkey_dates, ret->categories[0], source->tags,
        source->ntags, context.now);
    if (date == NULL)
        return 0;
    context.category_weight = date->weight;
    r = score_verdict(
        rules, verdict, &subject, &context, engine->arena, ret);
    if (r == 0)
        name_key_date(engine->arena, date, ret);
    return r;
}

/* The name of the host that publishes a source; an address is no name: many
 * publish at one. */
static struct str
host_of(const struct source *source)
{
    struct url url;
    char text[INET6_ADDRSTRLEN + 1];
    struct in6_addr address;

    if (source->kind == SOURCE_PUSH || url_parse(source->url, &url) != 0)
        return STR_NONE;
    if (url.host.n < sizeof(text)) {
        memcpy(text, url.host.p, url.host.n);
        text[url.host.n] = '\0';
        if (inet_pton(AF_INET, text, &address) == 1 ||
            inet_pton(AF_INET6, text, &address) == 1)
            return STR_NONE;
    }
    return url.host;
}

/* The owner of another source on this host, when all that have one agree. */
static struct str
owner_on(
    const struct engine *engine, const struct watch *watch, struct str host)
{
    struct str owner = STR_NONE;

    for (size_t i = 0; i < engine->nwatches; i++) {
        const struct watch *w = &engine->watches[i];

        if (w->host != watch->host || w->source->owner.n == 0 ||
            !str_eq_nocase(host_of(w->source), host))
            continue;
        if (owner.n && !str_eq(owner, w->source->owner))
            return STR_NONE;
        owner = w->source->owner;
    }
    return owner;
}

/* What a source depends on: its owner; without one, its host, which is that
 * of an owner when the configuration says so of others there; or only itself.
 * It depends on the configuration alone, so that a further source of an
 * incident never makes two others one. */
static struct str
source_key(struct engine *engine, const struct watch *watch)
{
    const struct source *source = watch->source;
    struct str host = source->owner.n ? STR_NONE : host_of(source);
    struct str owner = host.n ? owner_on(engine, watch, host) : source->owner;

    if (owner.n)
        return arena_printf(engine->arena, "owner %.*s", STR_ARG(owner));
    if (host.n)
        return arena_printf(engine->arena, "host %.*s", STR_ARG(host));
    return arena_printf(engine->arena, "source %.*s", STR_ARG(source->id));
}

/* How many independent sources report incident; those that are no longer
 * configured do not count. */
static int
count_independent(struct engine *engine, int64_t incident, unsigned *ret)
{
    struct str *ids = NULL;
    struct explain_source *sources;
    size_t n = 0, known = 0;
    int r = store_incident_source_ids(
        engine->store, incident, engine->arena, &ids, &n);

    if (r != 0)
        return r;
    sources = ARENA_ARRAY(engine->arena, n + 1, struct explain_source);
    if (sources == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        uint32_t at;

        if (engine_watch_find(engine, ids[i], &at) != 0)
            continue;
        sources[known++] = (struct explain_source){
            .key = source_key(engine, &engine->watches[at]),
            .aggregator =
                str_eq(engine->watches[at].source->tier, STR("aggregator"))};
    }
    *ret = explain_independent(sources, known);
    return 0;
}

int
engine_score_incident(struct engine *engine, const struct ruleset *rules,
    const struct score *item, struct incident *incident, int *ret_score,
    enum level *ret_level)
{
    struct explain_event event = {.score = incident->score,
        .level = incident->level,
        .explanation = incident->explanation};
    unsigned sources = 0;
    int r = count_independent(engine, incident->id, &sources);

    if (r == 0)
        r = explain_item(
            rules, item, sources > 0 ? sources - 1 : 0, engine->arena, &event);
    if (r != 0)
        return r;
    incident->explanation = event.explanation;
    *ret_score = event.score;
    *ret_level = event.level;
    return 0;
}

/* --- whose it is ------------------------------------------------------------
 */

void
engine_score_config(struct engine *engine)
{
    struct names *names = NULL;

    if (names_new(engine->config->owners, engine->config->nowners, &names) != 0)
        log_say(LOG_ERROR,
            "incidents belong to the owners of their sources: there is no "
            "memory for the names of schools",
            NULL);
    names_free(engine->names);
    engine->names = names;
}

/* Whether a school publishes here about itself. */
static bool
is_own_site(const struct engine *engine, const struct source *source)
{
    if (!str_eq(source->tier, STR("own")) || source->owner.n == 0)
        return false;
    for (size_t i = 0; i < engine->config->nowners; i++)
        if (str_eq(engine->config->owners[i].name, source->owner))
            return !names_is_office(source->owner);
    return false;
}

struct str
engine_score_owner(
    struct engine *engine, const struct source *source, const struct item *item)
{
    size_t owner;

    if (engine->names == NULL || is_own_site(engine, source) ||
        names_find(
            engine->names, engine->arena, item->title, item->text, &owner) != 0)
        return source->owner.n ? source->owner : engine->config->duty.owner;
    return engine->config->owners[owner].name;
}
