/*
 * engine_silence: silences are made, match, and end: by a person, by their
 * time, or because nothing matched for a while.  Each beginning and end is in
 * the ledger; what one held back is looked at as soon as it ends.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "daemon/engine_act.h"
#include "daemon/engine_route.h"
#include "store/silences.h"

enum {
    SILENCE_MAX_RULES = 256,
    SILENCE_SCRATCH_BYTES = 16 * 1024 * 1024 /* of one look at all of them */
};

/* --- matching
 * -------------------------------------------------------------------- */

/* Whether any of them looks at sources or rules. */
static bool
need_findings(const struct silence *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].match.source.n > 0 || list[i].match.rule.n > 0)
            return true;
    return false;
}

int
engine_silences_of(struct engine *engine, const struct incident *incident,
    struct arena *arena, struct silence **ret, size_t *ret_n)
{
    struct silence_subject subject = {.incident = incident};
    struct silence *list = NULL;
    struct str *sources = NULL, *rules = NULL;
    size_t n = 0, kept = 0;
    int r = store_silences(engine->store, arena, &list, &n);

    if (r == 0 && need_findings(list, n))
        r = store_incident_source_ids(
            engine->store, incident->id, arena, &sources, &subject.nsources);
    if (r == 0 && need_findings(list, n))
        r = store_incident_rules(engine->store, incident->id, SILENCE_MAX_RULES,
            arena, &rules, &subject.nrules);
    if (r != 0)
        return r;
    subject.sources = sources;
    subject.rules = rules;
    for (size_t i = 0; i < n; i++) {
        if (silence_over(&list[i], engine_now(engine)) == NULL &&
            silence_matches(&list[i].match, &subject))
            list[kept++] = list[i];
    }
    *ret = list;
    *ret_n = kept;
    return 0;
}

/* Of several the one that lasts longest, so that its end is the end. */
static const struct silence *
longest(const struct silence *list, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (list[i].until.ms > list[best].until.ms)
            best = i;
    return &list[best];
}

int
engine_silence_find(
    struct engine *engine, const struct incident *incident, struct silence *ret)
{
    struct arena *scratch = arena_new(SILENCE_SCRATCH_BYTES);
    struct silence *list = NULL;
    size_t n = 0;
    int r = scratch ? engine_silences_of(engine, incident, scratch, &list, &n)
                    : E_NOMEM;

    if (r == 0 && n == 0)
        r = E_NOTFOUND;
    if (r == 0) {
        const struct silence *found = longest(list, n);

        /* What is shown of it outlives the others. */
        *ret = (struct silence){.id = found->id,
            .until = found->until,
            .author = arena_str(engine->arena, found->author),
            .reason = arena_str(engine->arena, found->reason)};
    }
    arena_free(scratch);
    return r;
}

/* --- made and ended by people
 * ------------------------------------------------------- */

static void
set_text(json_t *json, const char *key, struct str text)
{
    if (text.n > 0)
        (void)jsonx_set(json, key, jsonx_str(text));
}

static json_t *
silence_details(const struct silence *silence)
{
    const struct silence_match *match = &silence->match;
    json_t *json = json_object();

    (void)jsonx_set(json, "silence", json_integer(silence->id));
    set_text(json, "owner", match->owner);
    set_text(json, "category", match->category);
    set_text(json, "source", match->source);
    set_text(json, "rule", match->rule);
    set_text(json, "title", match->title);
    if (match->incident)
        (void)jsonx_set(json, "of", json_integer(match->incident));
    if (match->max_level != LEVEL_NONE)
        (void)jsonx_set(
            json, "max_level", json_string(level_name(match->max_level)));
    (void)jsonx_set(json, "until", jsonx_time(silence->until));
    return json;
}

static struct str
arg_text(const struct asked *asked, const char *key)
{
    return str_trim(jsonx_get_str(asked->args, key));
}

static int
read_silence(struct asked *asked, struct silence *ret)
{
    struct str level = arg_text(asked, "max_level");
    const json_t *idle = json_object_get(asked->args, "idle_ms");

    *ret = (struct silence){.match = {.owner = arg_text(asked, "owner"),
                                .category = arg_text(asked, "category"),
                                .source = arg_text(asked, "source"),
                                .rule = arg_text(asked, "rule"),
                                .title = arg_text(asked, "title"),
                                .incident = asked->id},
        .author = asked->by,
        .reason = str_trim(asked->text),
        .created = engine_now(asked->engine),
        .until = {asked->in->until_ms},
        .idle_ms = json_is_integer(idle) ? json_integer_value(idle)
                                         : SILENCE_IDLE_DEFAULT_MS,
        .last_match = WALL_NONE,
        .ended = WALL_NONE};
    if (level.n > 0 && level_parse(level, &ret->match.max_level) != 0)
        return E_PARSE;
    return 0;
}

/* The sentence of what silence_fault() says. */
static const char *
fault_words(const char *fault)
{
    static const struct {
        const char *key, *words;
    } all[] = {{"silence_long", "A text of it is too long."},
        {"silence_empty",
            "A silence names at least one of owner, category, source, rule, "
            "title and incident."},
        {"silence_red",
            "Red is never silenced, unless the silence names one incident."},
        {"silence_reason", "A silence needs a reason."},
        {"silence_until",
            "Its end is to be in the future, in 30 days at most."},
        {"silence_idle", "The time without a match is to be 0 or more."}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eq(str_of(all[i].key), str_of(fault)))
            return all[i].words;
    return "It cannot be.";
}

int
act_silence_add(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct silence silence;
    const char *fault;
    int r = read_silence(asked, &silence);

    if (r != 0)
        return r;
    fault = silence_fault(&silence, engine_now(engine));
    if (fault) {
        asked->words = fault_words(fault);
        return E_PARSE;
    }
    r = store_silence_add(engine->store, &silence, &silence.id);
    if (r == E_LIMIT)
        asked->words = "There are too many silences in force.";
    if (r == 0)
        r = act_ledger(asked, "silence.added", silence.match.incident,
            silence_details(&silence));
    if (r == 0)
        engine_changed(engine, "silence", silence.id);
    return r ? r
             : act_data(asked, json_pack("{sI}", "id", (json_int_t)silence.id));
}

static int
silence_end(struct engine *engine, int64_t id, struct str by, struct str why)
{
    struct wall now = engine_now(engine);
    int r = store_silence_end(engine->store, id, by, why, now);

    if (r == 0)
        r = store_held_hurry(engine->store, id, now);
    if (r == 0)
        engine_changed(engine, "silence", id);
    return r;
}

int
act_silence_end(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct str why = str_trim(asked->text);
    struct silence silence;
    int r =
        store_silence_load(engine->store, asked->id, engine->arena, &silence);

    if (r == 0)
        r = silence_end(engine, silence.id, asked->by,
            why.n ? utf8_cut(why, SILENCE_TEXT_BYTES) : STR("by hand"));
    if (r == 0)
        r = act_ledger(asked, "silence.ended", silence.match.incident,
            json_pack("{sI}", "silence", (json_int_t)silence.id));
    return r;
}

/* --- ended by themselves
 * --------------------------------------------------------------- */

static int
end_over(struct engine *engine, const struct silence *silence, const char *why)
{
    json_t *details = silence_details(silence);
    int r;

    (void)jsonx_set(details, "why", json_string(why));
    (void)jsonx_set(details, "author", jsonx_str(silence->author));
    r = silence_end(engine, silence->id, STR("system"), str_of(why));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    log_printf(LOG_NOTICE, "silence %lld has ended: %s", (long long)silence->id,
        why[0] == 't' ? "its time is over" : "nothing matched it any more");
    return engine_ledger(engine, "silence.ended", silence->match.incident,
        STR_NONE, STR_NONE, details);
}

void
engine_silence_run(struct engine *engine)
{
    struct silence *list = NULL;
    size_t n = 0;
    int r;

    arena_clear(engine->arena);
    if (store_silences(engine->store, engine->arena, &list, &n) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const char *why = silence_over(&list[i], engine_now(engine));

        if (why == NULL)
            continue;
        r = engine_write_begin(engine);
        if (r != 0)
            return;
        (void)engine_write_end(engine, end_over(engine, &list[i], why));
        /* A full transaction was committed, and the arena with it. */
        if (!engine->writing)
            return;
    }
}
