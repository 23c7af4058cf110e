/*
 * engine_site_incident: what findings of own sites lead to.
 *
 * A site has one incident per group of findings (reachable, fresh, clean,
 * leaking, right).  Its items are the pages that have some: each version of an
 * item's text is a version of what was found, with the page as it came for
 * evidence.  The incident closes itself when nothing is there any more, with
 * the last of them seen corrected; what comes back opens it again, or after
 * duty.reopen_window a new one that points to it.
 */
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "daemon/engine_evidence.h"
#include "daemon/engine_site.h"
#include "incidents/state.h"
#include "rules/explain.h"

enum {
    CASE_TEXT_BYTES = 16 * 1024,
    CASE_TITLE_BYTES = 300,
    CASE_TITLE_KINDS = 3,
    CASE_REASON_BYTES = 600
};

/* The incident of one group of a site, as a step leaves it. */
struct site_case {
    struct site_step *step;
    enum site_group group;
    const struct site_finding_row *rows; /* that are there, heaviest first */
    size_t n;
    enum level level;
    int points;
    bool news;
    struct incident incident; /* id 0: none */
    int64_t own;              /* its number before it was merged; 0: none */
    bool merged;              /* into another one */
};

static struct str
case_category(const struct site_case *c)
{
    return c->group == SITE_LEAKING ? STR("privacy") : STR("site_integrity");
}

/* --- words
 * ---------------------------------------------------------------------- */

/* The kinds of rows (of a page, when it is given) as a list of words. */
static void
add_kinds(struct buf *out, const struct site_finding_row *rows, size_t n,
    struct str page)
{
    const char *said[CASE_TITLE_KINDS];
    unsigned kinds = 0;

    for (size_t i = 0; i < n; i++) {
        const char *words = site_row_words(&rows[i]);
        bool again = page.n && !str_eq(rows[i].page, page);

        for (unsigned k = 0; k < kinds && !again; k++)
            again = said[k] == words;
        if (again)
            continue;
        if (kinds == CASE_TITLE_KINDS) {
            (void)buf_add_cstr(out, "等");
            break;
        }
        if (kinds > 0)
            (void)buf_add_cstr(out, "、");
        (void)buf_add_cstr(out, words);
        said[kinds++] = words;
    }
}

static struct str
kinds_title(const struct site_step *step, const struct site_finding_row *rows,
    size_t n, struct str page, const char *tail)
{
    struct buf out;
    struct str title;

    buf_init(&out, CASE_TITLE_BYTES * 4);
    (void)buf_printf(&out, "%.*s：", STR_ARG(step->source->title));
    add_kinds(&out, rows, n, page);
    (void)buf_add_cstr(&out, tail);
    title = arena_str(
        step->engine->arena, utf8_cut(buf_str(&out), CASE_TITLE_BYTES));
    buf_done(&out);
    return title;
}

static void
add_row(struct buf *out, const struct site_finding_row *row)
{
    const char *target = site_target_words(row->kind, row->target);

    (void)buf_printf(out, "· %s", site_row_words(row));
    if (target)
        (void)buf_printf(out, "（%s）", target);
    else if (row->target.n && site_kind_group(row->kind) >= SITE_CLEAN)
        (void)buf_printf(out, " %.*s", STR_ARG(row->target));
    if (row->count > 1 && row->group != SITE_REACHABLE)
        (void)buf_printf(out, "，%u 处", row->count);
    if (row->mask.n)
        (void)buf_printf(out, "，如 %.*s", STR_ARG(row->mask));
    if (row->line)
        (void)buf_printf(out, "（HTML 第 %u", row->line);
    if (row->line && row->end_line > row->line)
        (void)buf_printf(out, "–%u", row->end_line);
    if (row->line)
        (void)buf_add_cstr(out, " 行）");
    if (row->evidence.n)
        (void)buf_printf(out, "：%.*s", STR_ARG(row->evidence));
    (void)buf_add_char(out, '\n');
}

/* What is on a page now, and what went just now. */
static struct str
page_text(const struct site_case *c, struct str page, size_t *ret_there)
{
    const struct site_step *step = c->step;
    struct arena *arena = step->engine->arena;
    struct buf out;
    struct str text;
    size_t there = 0;

    buf_init(&out, CASE_TEXT_BYTES);
    for (size_t i = 0; i < c->n; i++) {
        if (!str_eq(c->rows[i].page, page))
            continue;
        add_row(&out, &c->rows[i]);
        there++;
    }
    for (size_t i = 0; i < step->nchanges; i++) {
        const struct site_change *change = &step->changes[i];
        struct site_finding_row row;

        if (change->is != SITE_WENT || change->group != c->group ||
            !str_eq(change->page, page) ||
            store_site_finding_load(
                step->engine->store, change->finding, arena, &row) != 0)
            continue;
        (void)buf_add_cstr(
            &out, wall_is_set(row.gone) ? "已改正 " : "认定不是问题 ");
        add_row(&out, &row);
    }
    text = mask_in(arena, buf_str(&out));
    text = arena_str(arena, text);
    buf_done(&out);
    *ret_there = there;
    return text;
}

/* One line for each kind that is there, as of a rule. */
static int
case_explain(const struct site_case *c, struct str *ret)
{
    bool said[SITE_KINDS_N] = {false};
    json_t *list = json_array();
    struct buf out;
    int r = list ? 0 : E_NOMEM;

    buf_init(&out, EXPLAIN_MAX_BYTES);
    for (size_t i = 0; i < c->n && r == 0; i++) {
        const struct site_finding_row *row = &c->rows[i];
        json_t *line;
        char rule[64];

        if (said[row->kind])
            continue;
        said[row->kind] = true;
        (void)snprintf(rule, sizeof rule, "site-%s", row->kind_name);
        line = json_object();
        r = jsonx_set(line, "rule", json_string(rule));
        if (r == 0)
            r = jsonx_set(
                line, "title", json_string(site_kind_words(row->kind)));
        if (r == 0)
            r = jsonx_set(line, "category", jsonx_str(case_category(c)));
        if (r == 0)
            r = jsonx_set(
                line, "points", json_integer(c->level && i ? 0 : row->points));
        if (r == 0)
            r = jsonx_set(line, "text", jsonx_str(row->evidence));
        if (json_array_append_new(list, line) != 0)
            r = E_NOMEM;
    }
    if (r == 0)
        r = mask_json(list);
    if (r == 0)
        r = jsonx_dump(list, &out);
    if (r == 0)
        *ret = arena_str(c->step->engine->arena, buf_str(&out));
    json_decref(list);
    buf_done(&out);
    return r == 0 && arena_failed(c->step->engine->arena) ? E_NOMEM : r;
}

/* --- ledger
 * ------------------------------------------------------------------------ */

static int
case_log(const struct site_case *c, const char *kind, struct str why)
{
    json_t *details = json_object();
    int r = jsonx_set(details, "source", jsonx_str(c->step->source->id));

    if (r == 0)
        r = jsonx_set(details, "title", jsonx_str(c->incident.title));
    if (r == 0)
        r = jsonx_set(
            details, "level", json_string(level_name(c->incident.level)));
    if (r == 0)
        r = jsonx_set(details, "score", json_integer(c->incident.score));
    if (r == 0 && why.n)
        r = jsonx_set(details, "why", jsonx_str(why));
    if (r != 0) {
        json_decref(details);
        return r;
    }
    return engine_ledger(
        c->step->engine, kind, c->incident.id, STR_NONE, STR_NONE, details);
}

/* --- pages as items
 * ------------------------------------------------------------------ */

/* The page as it came is the evidence of what is said of it. */
static int
item_evidence(
    const struct site_case *c, struct str page, int64_t item, int64_t revision)
{
    const struct site_step *step = c->step;
    Tocsin__ParseResult carrier = TOCSIN__PARSE_RESULT__INIT;
    Tocsin__Item in = TOCSIN__ITEM__INIT;
    struct arrival arrival = {
        .source = step->source, .article = true, .result = &carrier};

    if (step->result == NULL || step->result->document == NULL ||
        !str_eq(step->page.url, page))
        return 0;
    carrier.document = step->result->document;
    return engine_evidence_keep(
        step->engine, &arrival, &in, c->incident.id, item, revision);
}

static int
item_put(const struct site_case *c, struct str page, struct str title,
    struct str text, int64_t *ret_item, int64_t *ret_revision,
    enum item_outcome *ret)
{
    struct engine *engine = c->step->engine;
    struct score score = {
        .points = c->points, .level = c->level, .ncategories = 1};
    struct item item = {.id = page,
        .url = page,
        .title = title,
        .text = text,
        .published = WALL_NONE,
        .updated = WALL_NONE};
    struct item_put put = {.source = c->step->source->id,
        .item = &item,
        .seen = c->step->now,
        .score = &score,
        .generation = engine->generation};
    char number[32];
    struct str parts[3], digest[2] = {title, text};
    struct str category = case_category(c);

    (void)snprintf(number, sizeof number, "%lld", (long long)c->incident.id);
    parts[0] = STR("own site");
    parts[1] = str_of(number);
    parts[2] = page;
    digest_parts(parts, 3, item.identity);
    digest_parts(digest, 2, item.digest);
    score.categories[0] = category;
    return store_item_put(engine->store, &put, ret_item, ret_revision, ret);
}

/* What is said of one page of the incident, when it has changed. */
static int
case_page(struct site_case *c, struct str page)
{
    struct engine *engine = c->step->engine;
    enum item_outcome outcome = ITEM_KNOWN;
    int64_t item = 0, revision = 0, in = 0;
    size_t there = 0;
    struct str text = page_text(c, page, &there), title;
    int r;

    if (there == 0 && text.n == 0)
        return 0;
    title = kinds_title(
        c->step, c->rows, there ? c->n : 0, page, there ? "" : "已改正");
    if (arena_failed(engine->arena))
        return E_NOMEM;
    r = item_put(c, page, title, text, &item, &revision, &outcome);
    if (r == 0)
        r = store_incident_of(engine->store, item, &in);
    if (r == E_NOTFOUND && c->incident.items < SITE_MAX_ITEMS) {
        r = store_incident_attach(engine->store, c->incident.id, item,
            STR("a page of an own site"), 1, c->step->now);
        if (r == 0)
            r = engine_tell_later(engine, c->incident.id);
        c->incident.items++;
    } else if (r == E_NOTFOUND) {
        return 0;
    }
    return r ? r : item_evidence(c, page, item, revision);
}

/* Every page that something of this group changed on, once. */
static int
case_pages(struct site_case *c)
{
    const struct site_step *step = c->step;
    int r = 0;

    for (size_t i = 0; i < step->nchanges && r == 0; i++) {
        bool again = step->changes[i].group != c->group;

        for (size_t j = 0; j < i && !again; j++)
            again = step->changes[j].group == c->group &&
                    str_eq(step->changes[j].page, step->changes[i].page);
        if (!again)
            r = case_page(c, step->changes[i].page);
    }
    return r;
}

/* --- the incident
 * ---------------------------------------------------------------------- */

/* What is there is the incident's own, also when that was merged: what it was
 * merged into is not closed with the last finding. */
static int
case_claim(const struct site_case *c)
{
    int r = 0;

    for (size_t i = 0; i < c->n && r == 0; i++) {
        if (c->rows[i].incident != c->own)
            r = store_site_finding_incident(
                c->step->engine->store, c->rows[i].id, c->own);
    }
    return r;
}

static int
case_open(struct site_case *c, int64_t previous)
{
    struct engine *engine = c->step->engine;
    const struct source *source = c->step->source;
    int r;

    c->incident = (struct incident){.state = INCIDENT_NEW,
        .substate = INCIDENT_SUB_NEW,
        .level = c->level,
        .score = c->points,
        .title = kinds_title(c->step, c->rows, c->n, STR_NONE, ""),
        .category = case_category(c),
        .owner = source->owner.n ? source->owner : engine->config->duty.owner,
        .sources = 1,
        .first_seen = c->step->now,
        .last_seen = c->step->now,
        .opened = c->step->now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE,
        .unmerged_until = WALL_NONE,
        .previous = previous,
        .generation = engine->generation};
    r = case_explain(c, &c->incident.explanation);
    if (r == 0)
        r = store_incident_add(engine->store, &c->incident, &c->incident.id);
    c->own = c->incident.id;
    if (r == 0)
        r = case_claim(c);
    if (r == 0)
        r = case_pages(c);
    if (r == 0)
        r = case_log(c, "incident.opened", STR("found on an own site"));
    if (r == 0)
        r = engine_tell(engine, &c->incident, INCIDENT_EVENT_OPENED,
            previous ? "the same fault of an own site, again"
                     : "first notification");
    if (r == 0)
        engine_changed(engine, "incident", c->incident.id);
    return r;
}

static const char *
tell_reason(enum incident_event event)
{
    return event == INCIDENT_EVENT_REOPENED ? "it was corrected and is back"
           : event == INCIDENT_EVENT_RAISED ? "the level went up"
                                            : "more was found";
}

/* Something more, or something again. */
static int
case_feel(struct site_case *c)
{
    struct engine *engine = c->step->engine;
    struct incident_change change = {.act = INCIDENT_ACT_ITEM,
        .level = c->level,
        .score = c->points > c->incident.score ? c->points : c->incident.score,
        .reopen_ms = engine->config->duty.reopen_ms};
    struct incident_result result = {0};
    int r = incident_apply(&c->incident, &change, c->step->now, &result);

    if (r == E_STATE)
        return 0;
    if (r == 0 && !c->merged)
        r = case_explain(c, &c->incident.explanation);
    if (r == 0 && !c->merged)
        c->incident.score = change.score;
    if (r == 0)
        r = store_incident_save(engine->store, &c->incident);
    if (r == 0)
        r = case_log(c,
            result.notify ? incident_event_name(result.event) : "incident.item",
            STR("found on an own site"));
    if (r == 0 && result.notify)
        r = engine_tell(
            engine, &c->incident, result.event, tell_reason(result.event));
    return r;
}

static int
case_close(struct site_case *c)
{
    struct engine *engine = c->step->engine;
    struct incident_change change = {.act = INCIDENT_ACT_CLOSE};
    struct incident_result result = {0};
    struct site_finding_row row;
    struct buf words;
    int r;

    buf_init(&words, CASE_REASON_BYTES * 4);
    (void)buf_add_cstr(&words,
        c->step->nchanges ? "复查时已看到改正："
                          : "网站已移出配置或换了地址，原先发现的问题不再复查");
    for (size_t i = 0; i < c->step->nchanges && words.n < CASE_REASON_BYTES;
         i++) {
        const struct site_change *change_of = &c->step->changes[i];

        if (change_of->group == c->group && change_of->is == SITE_WENT &&
            store_site_finding_load(
                engine->store, change_of->finding, engine->arena, &row) == 0)
            (void)buf_printf(
                &words, "%s %.*s；", site_row_words(&row), STR_ARG(row.page));
    }
    change.reason =
        arena_str(engine->arena, utf8_cut(buf_str(&words), CASE_REASON_BYTES));
    change.reason = mask_in(engine->arena, change.reason);
    buf_done(&words);
    r = incident_apply(&c->incident, &change, c->step->now, &result);
    if (r == E_STATE)
        return 0;
    if (r == 0)
        r = store_incident_save(engine->store, &c->incident);
    if (r == 0)
        r = case_log(c, "incident.closed", change.reason);
    if (r == 0)
        r = engine_tell(engine, &c->incident, INCIDENT_EVENT_CLOSED,
            c->step->nchanges
                ? "all that was found on the site was seen corrected"
                : "the site is not checked any more");
    if (r == 0)
        engine_changed(engine, "incident", c->incident.id);
    return r;
}

static int
case_load(struct site_case *c)
{
    struct engine *engine = c->step->engine;
    int64_t id = 0;
    int r =
        store_site_incident(engine->store, c->step->source->id, c->group, &id);

    if (r == 0)
        r = engine_incident_load(engine, id, &c->incident);
    if (r == 0) {
        c->own = id;
        c->merged = c->incident.id != id;
        return 0;
    }
    c->incident.id = 0;
    return r == E_NOTFOUND ? 0 : r;
}

/* Whether something came that the incident never was about. */
static bool
case_has_other(const struct site_case *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].incident != c->own)
            return true;
    }
    return false;
}

/* Whether what came is another incident's: the last one ended too long ago, or
 * as a false alarm, which says nothing of what was not found then. */
static bool
case_is_over(const struct site_case *c)
{
    const struct incident *incident = &c->incident;

    if (incident->id == 0)
        return true;
    if (incident_state_is_open(incident->state) ||
        !wall_is_set(incident->closed))
        return false;
    return c->step->now.ms - incident->closed.ms >
               c->step->engine->config->duty.reopen_ms ||
           (incident->state == INCIDENT_FALSE_ALARM && case_has_other(c));
}

/* How a site stands is what its incident is called. */
static int
case_retitle(struct site_case *c)
{
    struct str title;

    if (c->group != SITE_REACHABLE || c->merged || c->n == 0)
        return 0;
    title = kinds_title(c->step, c->rows, c->n, STR_NONE, "");
    if (title.n == 0 || str_eq(title, c->incident.title))
        return 0;
    c->incident.title = title;
    return store_incident_save(c->step->engine->store, &c->incident);
}

static int
case_write(struct site_case *c)
{
    struct engine *engine = c->step->engine;
    const struct incident *incident = &c->incident;
    bool open = incident->id && incident_state_is_open(incident->state);
    /* A level that rises is news, whoever closed the incident meanwhile. */
    bool news = c->news || (incident->id && c->level > incident->level);
    int r = 0;

    if (news && case_is_over(c))
        return case_open(c, incident->id);
    if (incident->id == 0)
        return 0;
    if (news) {
        r = case_claim(c);
        if (r == 0)
            r = case_feel(c);
    }
    if (r == 0 && (open || news))
        r = case_retitle(c);
    if (r == 0 && (open || news))
        r = case_pages(c);
    if (r == 0)
        engine_changed(engine, "incident", incident->id);
    if (r == 0 && c->n == 0 && open && !c->merged)
        r = case_close(c);
    return r;
}

static int
settle_group(struct site_step *step, enum site_group group,
    struct site_finding_row *rows, size_t n)
{
    struct site_case c = {.step = step, .group = group, .rows = rows};
    size_t kept = 0;
    int r;

    for (size_t i = 0; i < n; i++) {
        if (rows[i].group != group || wall_is_set(rows[i].accepted))
            continue;
        rows[kept++] = rows[i];
        if (rows[i].level > c.level)
            c.level = rows[i].level;
        if (rows[i].points > c.points)
            c.points = rows[i].points;
    }
    c.n = kept;
    for (size_t i = 0; i < step->nchanges; i++)
        c.news = c.news || (step->changes[i].group == group &&
                               step->changes[i].is == SITE_CAME);
    r = case_load(&c);
    return r ? r : case_write(&c);
}

int
site_settle(struct site_step *step)
{
    int r = 0;

    for (unsigned group = 0; group < SITE_GROUPS && r == 0; group++) {
        struct site_finding_row *rows = NULL;
        size_t n = 0;

        if (!(step->touched & (1u << group)))
            continue;
        r = store_site_findings(step->engine->store, step->source->id, STR_NONE,
            step->engine->arena, &rows, &n);
        if (r == 0)
            r = settle_group(step, (enum site_group)group, rows, n);
    }
    if (r == 0 && step->touched)
        engine_changed(step->engine, "site", 0);
    return r;
}

/* Sites that left the configuration leave nothing to be mended. */
int
engine_site_unsettled(struct engine *engine)
{
    struct str *sources = NULL;
    size_t n = 0;
    int r = store_site_unsettled(engine->store, engine->arena, &sources, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        struct source source = {.id = sources[i], .title = sources[i]};
        struct site_step step = {.engine = engine,
            .source = &source,
            .now = engine_now(engine),
            .touched = (1u << SITE_GROUPS) - 1};

        r = site_settle(&step);
    }
    return r;
}
