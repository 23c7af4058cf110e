/*
 * engine_item: what one new or revised item leads to.
 *
 * DESIGN's steps 5 to 7 for one item, inside the open transaction: score,
 * store, find its incident or open one, change that, queue the messages.  The
 * item comes from the parse role and is checked like input from outside before
 * anything of its document is written (engine_item_is_sound).
 */
#include <string.h>

#include "base/err.h"
#include "base/jsonx.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine_act.h"
#include "daemon/engine_besides.h"
#include "daemon/engine_evidence.h"
#include "daemon/engine_retract.h"
#include "daemon/engine_score.h"
#include "daemon/pb.h"
#include "feeds/feeds.h"
#include "incidents/features.h"
#include "incidents/state.h"
#include "rules/explain.h"

enum {
    /* no text of a document becomes twice as long by being masked */
    ITEM_MAX_TITLE_BYTES = 2 * FEED_MAX_TITLE_BYTES,
    ITEM_MAX_TEXT_BYTES = 2 * FEED_MAX_TEXT_BYTES,
    ITEM_TITLE_CUT_BYTES = 240,   /* of a text that has to serve as a title */
    ITEM_HEADLINE_MAX_CHARS = 60, /* a text shorter than that says no more */
    MERGES_MAX = 16               /* followed from a merged incident */
};
static const int64_t ITEM_MAX_DATE_MS = INT64_C(253402300800000);
static const double QUIET_MIN_SIMILARITY = 0.7;

/* --- checking
 * ------------------------------------------------------------------ */

static bool
text_is_sound(const char *s, size_t max)
{
    return s == NULL || (str_of(s).n <= max && utf8_is_valid(str_of(s)));
}

static bool
findings_are_sound(const struct ruleset *rules, const Tocsin__Item *in)
{
    if (in->n_findings > VERDICT_MAX_FINDINGS)
        return false;
    for (size_t i = 0; i < in->n_findings; i++) {
        const Tocsin__Finding *f = in->findings[i];

        if (f->rule >= ruleset_count(rules) || f->n_spans > FINDING_MAX_SPANS)
            return false;
        for (size_t j = 0; j < f->n_spans; j++) {
            const Tocsin__Span *span = f->spans[j];

            if (span->field > FIELD_TEXT || span->start > span->end)
                return false;
        }
    }
    return true;
}

/* Absent, or before the year 10000 and as far from 1970 the other way, so that
 * it can be reckoned with. */
static bool
date_is_sound(int64_t ms)
{
    return !wall_is_set((struct wall){ms}) ||
           (ms > -ITEM_MAX_DATE_MS && ms < ITEM_MAX_DATE_MS);
}

bool
engine_item_is_sound(const struct ruleset *rules, const Tocsin__Item *in)
{
    bool ok =
        in->identity.len == DIGEST_SIZE && in->digest.len == DIGEST_SIZE &&
        in->features.len <= FEATURES_MAX_BYTES &&
        date_is_sound(in->published_ms) && date_is_sound(in->updated_ms) &&
        text_is_sound(in->id, ITEM_MAX_TEXT_BYTES) &&
        text_is_sound(in->title, ITEM_MAX_TITLE_BYTES) &&
        text_is_sound(in->text, ITEM_MAX_TEXT_BYTES) &&
        text_is_sound(in->summary, ITEM_MAX_TEXT_BYTES) &&
        text_is_sound(in->url, ITEM_MAX_TEXT_BYTES) &&
        (in->url == NULL || *in->url == '\0' || url_is_http(str_of(in->url)));

    for (size_t i = 0; i < in->n_categories && ok; i++)
        ok = text_is_sound(in->categories[i], ITEM_MAX_TEXT_BYTES);
    for (size_t i = 0; i < in->n_enclosures && ok; i++)
        ok = text_is_sound(in->enclosures[i]->url, ITEM_MAX_TEXT_BYTES) &&
             text_is_sound(in->enclosures[i]->type, ITEM_MAX_TEXT_BYTES);
    return ok && findings_are_sound(rules, in);
}

/* --- from the message to our types
 * ------------------------------------------------ */

static int
take_item(struct arena *arena, const Tocsin__Item *in, struct item *ret)
{
    struct enclosure *enclosures =
        ARENA_ARRAY(arena, in->n_enclosures + 1, struct enclosure);

    *ret = (struct item){.id = pb_str(in->id),
        .url = pb_str(in->url),
        .title = pb_str(in->title),
        .text = pb_str(in->text),
        .summary = pb_str(in->summary),
        .published = {in->published_ms},
        .updated = {in->updated_ms},
        .categories = pb_strs(arena, in->categories, in->n_categories),
        .ncategories = in->n_categories,
        .enclosures = enclosures,
        .nenclosures = in->n_enclosures};
    if (enclosures == NULL || ret->categories == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < in->n_enclosures; i++)
        enclosures[i] =
            (struct enclosure){.url = pb_str(in->enclosures[i]->url),
                .type = pb_str(in->enclosures[i]->type)};
    memcpy(ret->identity, in->identity.data, DIGEST_SIZE);
    memcpy(ret->digest, in->digest.data, DIGEST_SIZE);
    return 0;
}

static int
take_verdict(struct arena *arena, const Tocsin__Item *in, struct verdict *ret)
{
    struct finding *findings =
        ARENA_ARRAY(arena, in->n_findings + 1, struct finding);

    if (findings == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < in->n_findings; i++) {
        const Tocsin__Finding *f = in->findings[i];
        struct span *spans = ARENA_ARRAY(arena, f->n_spans + 1, struct span);

        if (spans == NULL)
            return E_NOMEM;
        for (size_t j = 0; j < f->n_spans; j++)
            spans[j] = (struct span){(enum rule_field)f->spans[j]->field,
                f->spans[j]->start, f->spans[j]->end};
        findings[i] = (struct finding){.rule = f->rule,
            .indeterminate = f->indeterminate,
            .spans = spans,
            .nspans = f->n_spans};
    }
    *ret = (struct verdict){.findings = findings, .nfindings = in->n_findings};
    return 0;
}

/* Everything known of the item at hand. */
struct subject {
    const struct arrival *arrival;
    const struct source *source;
    const struct ruleset *rules;
    const Tocsin__Item *in;
    struct item item;
    struct verdict verdict;
    struct score score;
    struct str features;
    int64_t id, revision;
    enum item_outcome outcome;
    bool backfill;
};

static int
subject_score(struct engine *engine, struct subject *subject)
{
    return engine_score_item(engine, subject->rules, subject->source,
        &subject->item, &subject->verdict, &subject->score);
}

static int
subject_store(struct engine *engine, struct subject *subject)
{
    struct item_put put = {.source = subject->source->id,
        .item = &subject->item,
        .seen = engine_now(engine),
        .baseline = subject->arrival->baseline,
        .backfill = subject->backfill,
        .features = subject->features,
        .score = subject->verdict.nfindings ? &subject->score : NULL,
        .generation = subject->arrival->generation};
    int r = store_item_put(engine->store, &put, &subject->id,
        &subject->revision, &subject->outcome);

    if (r != 0 || subject->outcome == ITEM_KNOWN)
        return r;
    for (size_t i = 0; i < subject->verdict.nfindings && r == 0; i++) {
        const struct finding *f = &subject->verdict.findings[i];
        struct rule_info rule = ruleset_rule(subject->rules, f->rule);
        struct finding_put finding = {.revision = subject->revision,
            .rule = rule.id,
            .title = rule.title,
            .category = rule.category,
            .rule_version = rule.version,
            .generation = subject->arrival->generation,
            .points = rule.points,
            .indeterminate = f->indeterminate,
            .spans = f->spans,
            .nspans = f->nspans};

        r = store_finding_put(engine->store, &finding);
        if (r == E_EXISTS) /* the parser named a rule twice */
            r = 0;
    }
    return r;
}

/* --- incidents
 * -------------------------------------------------------------------------- */

static struct str
item_title(const struct item *item)
{
    return item->title.n ? item->title
                         : utf8_cut(item->text, ITEM_TITLE_CUT_BYTES);
}

static void
group_item_of(const struct engine *engine, const struct subject *subject,
    struct group_item *ret)
{
    struct wall now = engine_now(engine);

    *ret = (struct group_item){.features = subject->features,
        .title = subject->item.title,
        .text = subject->item.text,
        .category = subject->score.ncategories ? subject->score.categories[0]
                                               : STR_NONE,
        .source = subject->source->id,
        .owner = subject->source->owner,
        .time = wall_is_set(subject->item.published) &&
                        subject->item.published.ms < now.ms
                    ? subject->item.published
                    : now};
}

static int
incident_log(struct engine *engine, const struct incident *incident,
    const char *kind, const struct subject *subject, struct str why)
{
    json_t *details = json_object();
    int r = jsonx_set(details, "item", json_integer(subject->id));

    if (r == 0)
        r = jsonx_set(details, "source", jsonx_str(subject->source->id));
    if (r == 0)
        r = jsonx_set(details, "title", jsonx_str(item_title(&subject->item)));
    if (r == 0)
        r = jsonx_set(
            details, "level", json_string(level_name(incident->level)));
    if (r == 0)
        r = jsonx_set(details, "score", json_integer(incident->score));
    if (r == 0 && why.n)
        r = jsonx_set(details, "why", jsonx_str(why));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    return engine_ledger(
        engine, kind, incident->id, STR_NONE, STR_NONE, details);
}

/* What it was found in, as it came. */
static int
item_evidence(
    struct engine *engine, const struct subject *subject, int64_t incident)
{
    return engine_evidence_keep(engine, subject->arrival, subject->in, incident,
        subject->id, subject->revision);
}

static int
incident_attach(struct engine *engine, const struct incident *incident,
    const struct subject *subject, const struct group_verdict *verdict)
{
    struct group_item g;
    int r;

    group_item_of(engine, subject, &g);
    r = store_incident_attach(engine->store, incident->id, subject->id,
        verdict->why, verdict->similarity, engine_now(engine));
    if (r == 0)
        r = item_evidence(engine, subject, incident->id);
    if (r == 0)
        r = engine_retract_watch(engine, subject->id);
    if (r == 0)
        r = grouper_add(engine->grouper, incident->id, &g);
    if (r == 0)
        r = engine_tell_later(engine, incident->id);
    if (r == 0)
        engine_changed(engine, "incident", incident->id);
    return r;
}

static int
incident_open(struct engine *engine, const struct subject *subject,
    const struct group_verdict *verdict, int64_t previous)
{
    struct wall now = engine_now(engine);
    struct incident incident = {.state = INCIDENT_NEW,
        .substate = INCIDENT_SUB_NEW,
        .level = subject->score.level,
        .score = subject->score.points,
        .title = item_title(&subject->item),
        .category = subject->score.ncategories ? subject->score.categories[0]
                                               : STR_NONE,
        .owner = engine_score_owner(engine, subject->source, &subject->item),
        .items = 1,
        .sources = 1,
        .first_seen = now,
        .last_seen = now,
        .opened = now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .previous = previous,
        .generation = subject->arrival->generation};
    int r =
        explain_score(engine->arena, &subject->score, &incident.explanation);

    if (r == 0)
        r = store_incident_add(engine->store, &incident, &incident.id);
    if (r == 0)
        r = incident_attach(engine, &incident, subject, verdict);
    if (r == 0)
        r = incident_log(
            engine, &incident, "incident.opened", subject, verdict->why);
    if (r == 0)
        r = engine_tell(engine, &incident, INCIDENT_EVENT_OPENED,
            previous ? "the same event as a closed incident, again"
                     : "first notification");
    return r;
}

int
engine_incident_load(struct engine *engine, int64_t id, struct incident *ret)
{
    int r = store_incident_load(engine->store, id, engine->arena, ret);

    for (int i = 0; i < MERGES_MAX && r == 0 && ret->merged_into != 0; i++)
        r = store_incident_load(
            engine->store, ret->merged_into, engine->arena, ret);
    return r;
}

static const char *
tell_reason(enum incident_event event)
{
    switch ((int)event) {
    case INCIDENT_EVENT_RAISED:
        return "the level went up";
    case INCIDENT_EVENT_REOPENED:
        return "new items after it was closed";
    default:
        return "new items";
    }
}

/* What the ledger calls an item that changes nothing else. */
static const char *
item_event(const struct subject *subject)
{
    if (subject->arrival->article)
        return "incident.article";
    return subject->outcome == ITEM_REVISED ? "incident.revised"
                                            : "incident.item";
}

/* The item is attached: let the incident feel it. */
static int
incident_feel(struct engine *engine, struct subject *subject,
    struct incident *incident, struct str why)
{
    struct incident_change change = {
        .act = INCIDENT_ACT_ITEM, .reopen_ms = engine->config->duty.reopen_ms};
    struct incident_result result;
    int r = store_incident_counts(
        engine->store, incident->id, &incident->items, &incident->sources);

    if (r == 0)
        r = engine_score_incident(engine, subject->rules, &subject->score,
            incident, &change.score, &change.level);
    if (r == 0)
        r = incident_apply(incident, &change, engine_now(engine), &result);
    if (r == E_STATE) /* over for good: the item is with it, and that is all */
        return 0;
    if (r != 0)
        return r;
    incident->score = change.score;
    r = store_incident_save(engine->store, incident);
    if (r == 0)
        r = incident_log(engine, incident,
            result.notify ? incident_event_name(result.event)
                          : item_event(subject),
            subject, why);
    if (r == 0 && result.notify)
        r = engine_tell(
            engine, incident, result.event, tell_reason(result.event));
    engine_changed(engine, "incident", incident->id);
    return r;
}

static int
incident_join(struct engine *engine, struct subject *subject,
    const struct group_verdict *verdict)
{
    struct wall now = engine_now(engine);
    struct incident incident;
    int r = engine_incident_load(engine, verdict->incident, &incident);
    bool late = r == 0 && !incident_state_is_open(incident.state) &&
                wall_is_set(incident.closed) &&
                now.ms - incident.closed.ms > engine->config->duty.reopen_ms;

    if (r == E_NOTFOUND || late) {
        if (subject->score.level == LEVEL_NONE)
            return 0;
        grouper_remove(engine->grouper, verdict->incident);
        return incident_open(
            engine, subject, verdict, late ? verdict->incident : 0);
    }
    if (r == 0)
        r = incident_attach(engine, &incident, subject, verdict);
    if (r == 0)
        r = incident_feel(engine, subject, &incident, verdict->why);
    return r;
}

/* A revision of an item that is in an incident; 1 when it is in none. */
static int
incident_revise(struct engine *engine, struct subject *subject)
{
    struct incident incident;
    int64_t id;
    int r = store_incident_of(engine->store, subject->id, &id);

    if (r == E_NOTFOUND)
        return 1;
    if (r == 0)
        r = engine_incident_load(engine, id, &incident);
    if (r == 0)
        r = item_evidence(engine, subject, incident.id);
    if (r == 0)
        r = incident_feel(engine, subject, &incident,
            subject->arrival->article
                ? STR("the item's own page was read")
                : STR("the item was published in a changed version"));
    return r;
}

static int
incident_group(struct engine *engine, struct subject *subject)
{
    struct group_verdict verdict = {0};
    struct group_item g;
    int r;

    group_item_of(engine, subject, &g);
    r = grouper_find(engine->grouper, &g, engine->arena, &verdict);
    if (r != 0)
        return r;
    /* What raises no alarm by itself (a statement, a refutation, but also a
     * drill at the same school) joins only what it is clearly about. */
    if (subject->score.level == LEVEL_NONE &&
        (verdict.incident == 0 || verdict.similarity < QUIET_MIN_SIMILARITY))
        return 0;
    if (verdict.incident != 0)
        return incident_join(engine, subject, &verdict);
    return incident_open(engine, subject, &verdict, verdict.previous);
}

/* --- items that are only a headline, and old ones
 * ------------------------------------ */

/* Published so long before its source was last read that it is no news, but
 * was put in later.  A date without a time of day is midnight somewhere, and so
 * stands on a quarter of an hour; it means all of that day. */
static bool
item_is_backfill(const struct engine *engine, const struct arrival *arrival,
    const struct item *item)
{
    struct wall published =
        wall_is_set(item->published) ? item->published : item->updated;

    if (!wall_is_set(arrival->since) || !wall_is_set(published) ||
        engine->config->backfill_after_ms == 0)
        return false;
    if (published.ms % (MS_HOUR / 4) == 0)
        published.ms += MS_DAY;
    return published.ms + engine->config->backfill_after_ms < arrival->since.ms;
}

static bool
rules_ask_for(const struct subject *subject, enum rule_wish wish)
{
    for (size_t i = 0; i < subject->verdict.nfindings; i++) {
        struct rule_info rule =
            ruleset_rule(subject->rules, subject->verdict.findings[i].rule);

        if (rule.wishes & wish)
            return true;
    }
    return false;
}

static bool
item_is_headline(const struct item *item)
{
    return utf8_count(item->text) < ITEM_HEADLINE_MAX_CHARS;
}

/* Want the item's own page, when it brought a headline only and a rule could
 * say more with the text. */
static int
item_want_article(struct engine *engine, const struct subject *subject)
{
    const struct item *item = &subject->item;
    struct wanted wanted = {.source = subject->source->id,
        .kind = WANTED_ARTICLE,
        .url = *subject->in->address ? pb_str(subject->in->address) : item->url,
        .item = subject->id,
        .since = WALL_NONE,
        .due = engine_now(engine)};
    bool wish = item->title.n == 0 || subject->score.points > 0 ||
                rules_ask_for(subject, RULE_WISH_BODY);

    if (subject->arrival->article || item->url.n == 0 ||
        !item_is_headline(item))
        return 0;
    switch (subject->source->articles) {
    case ARTICLES_NEVER:
        return 0;
    case ARTICLES_MATCHED:
        return wish ? engine_wanted_add(engine, &wanted) : 0;
    case ARTICLES_ALWAYS:
        return engine_wanted_add(engine, &wanted);
    }
    return 0;
}

/* An item that was no news when it was first seen (it was there already, or
 * is old) is none when it is edited, unless the edit makes it worse. */
static int
item_was_no_news(
    struct engine *engine, const struct subject *subject, bool *ret)
{
    struct item_before before;
    int r = store_item_before(
        engine->store, subject->id, subject->revision, &before);

    *ret = r == 0 && (before.baseline || before.backfill) &&
           subject->score.level <= before.level;
    return r;
}

static int
item_alarm(struct engine *engine, struct subject *subject)
{
    bool quiet = false;
    int r;

    if (subject->outcome == ITEM_REVISED) {
        r = incident_revise(engine, subject);
        if (r <= 0)
            return r;
        r = item_was_no_news(engine, subject, &quiet);
        if (r != 0 || quiet)
            return r;
    }
    if (subject->verdict.nfindings == 0)
        return 0;
    return incident_group(engine, subject);
}

int
engine_item(struct engine *engine, const struct arrival *arrival,
    const Tocsin__Item *in)
{
    struct subject subject = {.arrival = arrival,
        .source = arrival->source,
        .rules = arrival->rules,
        .in = in,
        .features = pb_bytes(in->features)};
    int r = take_item(engine->arena, in, &subject.item);

    if (r == 0)
        r = take_verdict(engine->arena, in, &subject.verdict);
    if (r == 0)
        r = subject_score(engine, &subject);
    subject.backfill = item_is_backfill(engine, arrival, &subject.item);
    if (r == 0)
        r = subject_store(engine, &subject);
    if (r == 0 && arrival->ret)
        *arrival->ret = (struct arrived){.item = subject.id,
            .id = subject.item.id,
            .outcome = subject.outcome,
            .score = subject.score.points,
            .level = subject.score.level};
    if (r != 0 || subject.outcome == ITEM_KNOWN || arrival->baseline)
        return r;
    if (subject.outcome == ITEM_NEW && subject.backfill &&
        !rules_ask_for(&subject, RULE_WISH_BACKFILL))
        return 0;
    r = item_alarm(engine, &subject);
    return r == 0 ? item_want_article(engine, &subject) : r;
}
