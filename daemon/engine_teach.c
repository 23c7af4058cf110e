/*
 * engine_teach: exceptions that false alarms taught, as a part of the rules.
 *
 * The database keeps what an editor accepted; no file is written.  Whenever the
 * rules are compiled each exception becomes one more rule (teach_rules.c), so
 * that it stands in every explanation that it changes.  One whose rule is gone
 * is left out and named in the log.
 */
#include "daemon/engine_teach.h"

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "daemon/engine_act.h"
#include "daemon/teach_rules.h"
#include "rules/names.h"
#include "store/teach.h"

enum { TEACH_ARENA_BYTES = 32 * 1024 * 1024, TEACH_MAX_REASON_BYTES = 1000 };

/* --- as rules ------------------------------------------------------------ */

static void
say_lost(const struct exception *e)
{
    log_printf(LOG_NOTICE,
        "exception %lld is left out: there is no rule %.*s any more",
        (long long)e->id, STR_ARG(e->rule));
}

int
engine_teach_text(
    struct engine *engine, struct arena *arena, struct str *ret)
{
    struct exception *list = NULL;
    struct zone *zone = NULL;
    _cleanup_(buf_done) struct buf text;
    size_t n = 0, written = 0;
    int r =
        store_exceptions(engine->store, engine_now(engine), arena, &list, &n);

    buf_init(&text, TEACH_RULES_MAX_BYTES);
    if (r == 0 && n > 0)
        r = zone_load(engine->config->zone.p, &zone);
    if (r == 0 && n > 0)
        written = teach_rules_write(
            list, n, engine->rules, zone, arena, NULL, &text);
    zone_free(zone);
    *ret = written > 0 && !text.err ? arena_str(arena, buf_str(&text))
                                    : STR_NONE;
    return r;
}

static int
exceptions_compile(const struct config *config, struct arena *arena,
    struct str text, const struct zone *zone, struct toc_errors *errors,
    struct ruleset **ret)
{
    struct rule_file *files =
        ARENA_ARRAY(arena, config->nrules + 1, struct rule_file);
    struct toc_errors warnings = {.n = 0};
    struct rule_options options = {
        .region = config->region_file.text.p ? &config->region_file : NULL,
        .owners = config->owners,
        .nowners = config->nowners,
        .zone = zone,
        .warnings = &warnings};
    int r;

    if (!files)
        return E_NOMEM;
    for (size_t i = 0; i < config->nrules; i++)
        files[i] = config->rules[i];
    files[config->nrules] =
        (struct rule_file){.name = "exceptions", .text = text};
    r = ruleset_compile_with(files, config->nrules + 1, &options, errors, ret);
    toc_errors_done(&warnings);
    return r;
}

static int
teach_compile(struct engine *engine, struct config *config, struct arena *arena,
    struct toc_errors *errors, struct ruleset **rules)
{
    struct exception *list = NULL;
    struct ruleset *fresh = NULL;
    struct zone *zone = NULL;
    _cleanup_(buf_done) struct buf text;
    uint8_t hash[DIGEST_SIZE];
    size_t n = 0, written = 0;
    int r =
        store_exceptions(engine->store, engine_now(engine), arena, &list, &n);

    buf_init(&text, TEACH_RULES_MAX_BYTES);
    if (r == 0 && n > 0)
        r = zone_load(config->zone.p, &zone);
    if (r == 0 && n > 0)
        written =
            teach_rules_write(list, n, *rules, zone, arena, say_lost, &text);
    if (r == 0)
        r = text.err;
    if (r == 0 && written > 0)
        r = exceptions_compile(config, arena, arena_str(arena, buf_str(&text)),
            zone, errors, &fresh);
    zone_free(zone);
    if (r != 0 || written == 0)
        return r;
    ruleset_free(*rules);
    *rules = fresh;
    /* Other rules are another generation. */
    digest_parts((struct str[]){{(const char *)config->hash, DIGEST_SIZE},
                     buf_str(&text)},
        2, hash);
    memcpy(config->hash, hash, DIGEST_SIZE);
    return 0;
}

void
engine_teach_rules(
    struct engine *engine, struct config *config, struct ruleset **rules)
{
    struct arena *arena = arena_new(TEACH_ARENA_BYTES);
    struct toc_errors errors = {0};
    int r =
        arena ? teach_compile(engine, config, arena, &errors, rules) : E_NOMEM;

    if (r != 0)
        log_printf(LOG_ERROR, "the exceptions are not in force: %s",
            errors.n ? errors.list[0].text : err_text(r));
    toc_errors_done(&errors);
    arena_free(arena);
}

/* --- accepting ----------------------------------------------------------- */

/* Whether a term is nothing but the name of a school or a place, or a part of
 * one. */
static bool
term_is_name(const struct engine *engine, struct str term)
{
    const struct config *config = engine->config;

    for (size_t i = 0; i < config->nowners; i++) {
        if (str_find(config->owners[i].name, term) < config->owners[i].name.n)
            return true;
        for (size_t k = 0; k < config->owners[i].naliases; k++)
            if (str_find(config->owners[i].aliases[k], term) <
                config->owners[i].aliases[k].n)
                return true;
    }
    return false;
}

static bool
term_is_sound(struct str term)
{
    size_t n = utf8_count(term);

    if (n < EXCEPTION_MIN_TERM_CHARS || n > EXCEPTION_MAX_TERM_CHARS)
        return false;
    for (size_t i = 0; i < term.n; i++)
        if ((unsigned char)term.p[i] < 0x20 || term.p[i] == '/' ||
            term.p[i] == '*')
            return false;
    return true;
}

static int
read_terms(struct asked *asked, struct exception *e)
{
    json_t *list = json_object_get(asked->args, "terms"), *one;
    struct str *terms =
        ARENA_ARRAY(asked->engine->arena, EXCEPTION_MAX_TERMS, struct str);
    bool only_names = true;
    size_t i;

    if (!terms)
        return E_NOMEM;
    json_array_foreach(list, i, one)
    {
        struct str term = {json_string_value(one), json_string_length(one)};

        if (i >= EXCEPTION_MAX_TERMS || !json_is_string(one) ||
            !term_is_sound(term)) {
            asked->words = "One to four words of 2 to 32 characters, without "
                           "/ and *, are needed.";
            return E_DENIED;
        }
        only_names = only_names && term_is_name(asked->engine, term);
        terms[e->nterms++] = term;
    }
    e->terms = terms;
    if (e->nterms == 0 || only_names) {
        asked->words = e->nterms == 0
                           ? "One to four words of 2 to 32 characters, without "
                             "/ and *, are needed."
                           : "The name of a school or a place alone is no "
                             "exception: it would hide what happens there.";
        return E_DENIED;
    }
    return 0;
}

/* True incidents that it would have hidden: only who says so may hide them. */
static int
check_effect(
    struct asked *asked, const struct exception *e, struct teach_effect *ret)
{
    struct teach_try try = {.rule = e->rule,
        .terms = e->terms,
        .nterms = e->nterms,
        .source = e->source};
    int r = store_teach_effect(
        asked->engine->store, &try, asked->engine->arena, ret);

    if (r == 0 && ret->right > 0 &&
        !json_is_true(json_object_get(asked->args, "force"))) {
        asked->words = "It would have hidden incidents that were true.";
        return E_DENIED;
    }
    return r;
}

static json_t *
exception_details(const struct exception *e, const struct teach_effect *effect)
{
    json_t *details = json_object(), *terms = json_array();

    for (size_t i = 0; i < e->nterms; i++)
        (void)json_array_append_new(terms, jsonx_str(e->terms[i]));
    (void)jsonx_set(details, "exception", json_integer(e->id));
    (void)jsonx_set(details, "rule", jsonx_str(e->rule));
    (void)jsonx_set(details, "terms", terms);
    if (e->source.n)
        (void)jsonx_set(details, "source", jsonx_str(e->source));
    if (effect) {
        (void)jsonx_set(details, "hides_false_alarms",
            json_integer((json_int_t)effect->wrong));
        (void)jsonx_set(
            details, "hides_true", json_integer((json_int_t)effect->right));
    }
    return details;
}

/* Whether the very same is in force: two would take the points away twice. */
static int
find_same(
    struct engine *engine, const struct exception *e, struct exception *ret)
{
    struct exception *list = NULL;
    size_t n = 0, k;
    int r = store_exceptions(
        engine->store, engine_now(engine), engine->arena, &list, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        if (!str_eq(list[i].rule, e->rule) || list[i].nterms != e->nterms ||
            !str_eq(list[i].source, e->source))
            continue;
        for (k = 0; k < e->nterms && str_eq(list[i].terms[k], e->terms[k]); k++)
            ;
        if (k == e->nterms) {
            *ret = list[i];
            return 0;
        }
    }
    return r ? r : E_NOTFOUND;
}

int
act_exception_add(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct exception e = {.rule = jsonx_get_str(asked->args, "rule"),
        .source = jsonx_get_str(asked->args, "source"),
        .until = asked->in->until_ms > 0 ? (struct wall){asked->in->until_ms}
                                         : WALL_NONE,
        .reason = str_first(asked->text, asked->text.n < TEACH_MAX_REASON_BYTES
                                             ? asked->text.n
                                             : TEACH_MAX_REASON_BYTES),
        .incident = asked->id,
        .made = engine_now(engine),
        .made_by = asked->by};
    struct teach_effect effect;
    struct exception same;
    struct rule_info rule;
    uint32_t number;
    int r = read_terms(asked, &e);

    if (r != 0)
        return r;
    if (e.reason.n == 0 || (wall_is_set(e.until) && e.until.ms <= e.made.ms))
        return E_DENIED;
    if (ruleset_find(engine->rules, e.rule, &number) != 0 ||
        str_starts(e.rule, STR("exception-"))) {
        asked->words = "There is no such rule.";
        return E_NOTFOUND;
    }
    rule = ruleset_rule(engine->rules, number);
    e.category = rule.category;
    e.points = rule.points;
    r = find_same(engine, &e, &same);
    if (r == 0) /* it was sent twice */
        return act_data(asked, exception_details(&same, NULL));
    if (r == E_NOTFOUND)
        r = check_effect(asked, &e, &effect);
    if (r == 0)
        r = store_exception_add(engine->store, &e, &e.id);
    if (r == 0)
        r = act_ledger(asked, "exception.added", asked->id,
            exception_details(&e, &effect));
    asked->new_rules = r == 0;
    return r ? r : act_data(asked, exception_details(&e, &effect));
}

int
act_exception_end(struct asked *asked)
{
    struct engine *engine = asked->engine;
    int r = store_exception_end(
        engine->store, asked->id, asked->by, engine_now(engine));

    asked->new_rules = r == 0;
    return r ? r
             : act_ledger(asked, "exception.ended", 0,
                   json_pack("{sI}", "exception", (json_int_t)asked->id));
}
