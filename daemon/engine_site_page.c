/*
 * engine_site_page: what a page of an own site says.
 *
 * All that was found on the page before and is not on it now is gone, because
 * the page was seen; of a page that could not be read nothing is said.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mask.h"
#include "base/url.h"
#include "daemon/engine_site.h"
#include "daemon/pb.h"
#include "feeds/site.h"

enum {
    PAGE_MAX_MASKED_BYTES = 8192,
    PAGE_ALL_LINKS = SITE_MAX_REFS /* so many: others were not told */
};

/* What only a parser can see, on the page itself. */
static bool
is_of_page(enum site_kind kind)
{
    switch ((int)kind) {
    case SITE_KIND_DEFACED:
    case SITE_KIND_HIDDEN_LINKS:
    case SITE_KIND_LEAK:
    case SITE_KIND_WRONG_WORD:
        return true;
    default:
        return false;
    }
}

static bool
is_fresh_kind(enum site_kind kind)
{
    return site_kind_group(kind) == SITE_FRESH;
}

static struct str
page_url(const struct site_step *step)
{
    return step->page.url;
}

static bool
is_home(const struct site_step *step)
{
    return step->page.purpose == SITE_PAGE_HOME;
}

static bool
is_column(const struct site_step *step)
{
    return step->page.purpose == SITE_PAGE_COLUMN;
}

/* --- what was found
 * ------------------------------------------------------------- */

/* A word's right form, and the note that the bureau's list has for its owner.
 */
static struct str
word_evidence(const struct site_step *step, const Tocsin__SiteFound *found)
{
    const struct config_sites *c = &step->engine->config->sites;
    struct str evidence = pb_str(found->evidence);

    for (size_t i = 0; i < c->nwords; i++) {
        const struct wrong_word *word = &c->words[i];

        if (!str_eq(word->wrong, pb_str(found->target)))
            continue;
        return arena_printf(step->engine->arena, "%.*s%s%.*s%s%.*s%s",
            STR_ARG(evidence), word->right.n ? "（应为“" : "",
            STR_ARG(word->right), word->right.n ? "”）" : "",
            STR_ARG(word->note), word->note.n ? "。" : "");
    }
    return evidence;
}

static int
put_found(struct site_step *step)
{
    int r = 0;

    for (size_t i = 0; i < step->result->n_found && r == 0; i++) {
        const Tocsin__SiteFound *found = step->result->found[i];
        struct site_fault fault = {.page = page_url(step),
            .target = pb_str(found->target),
            .evidence = pb_str(found->evidence),
            .mask = pb_str(found->mask),
            .line = found->line,
            .end_line = found->end_line,
            .count = found->count ? found->count : 1,
            .hash = pb_bytes(found->hash)};

        if (site_kind_of(pb_str(found->kind), &fault.kind) != 0 ||
            !is_of_page(fault.kind))
            continue;
        if (fault.kind == SITE_KIND_WRONG_WORD)
            fault.evidence = word_evidence(step, found);
        r = site_found(step, &fault);
    }
    return r;
}

static bool
is_in_found(struct site_step *step, const struct site_finding_row *row)
{
    for (size_t i = 0; i < step->result->n_found; i++) {
        const Tocsin__SiteFound *found = step->result->found[i];
        enum site_kind kind;

        if (site_kind_of(pb_str(found->kind), &kind) == 0 &&
            kind == row->kind &&
            str_eq(site_target(step, pb_str(found->target)), row->target))
            return true;
    }
    return false;
}

/* --- fresh
 * ------------------------------------------------------------------------ */

struct fresh {
    enum site_kind stale;
    int64_t most_ms;
    const char *what;
};

static void
fresh_of(const struct site_step *step, struct fresh *ret)
{
    const struct config_sites *c = &step->engine->config->sites;

    if (is_home(step)) {
        *ret = (struct fresh){SITE_KIND_STALE_HOME, c->home_ms, "首页"};
        return;
    }
    *ret = (struct fresh){SITE_KIND_STALE_COLUMN, step->page.fresh_ms, "栏目"};
    if (ret->most_ms == 0) {
        struct source_column column = {
            .title = step->page.name, .kind = step->page.kind};

        ret->most_ms = str_eq(config_site_column_kind(&column), STR("news"))
                           ? c->news_ms
                           : c->notices_ms;
    }
}

/* Which of the fresh kinds the page shows, if one. */
static int
put_fresh(struct site_step *step, bool *ret_is, enum site_kind *ret)
{
    const struct config_sites *c = &step->engine->config->sites;
    const Tocsin__SiteResult *in = step->result;
    struct wall newest = {in->newest_ms};
    struct site_fault fault = {.page = page_url(step), .count = 1};
    struct fresh fresh;
    bool is = true;

    fresh_of(step, &fresh);
    if (!is_home(step) && in->entries == 0) {
        fault.kind = SITE_KIND_EMPTY_COLUMN;
        fault.evidence = arena_printf(step->engine->arena, "栏目“%.*s”没有内容",
            STR_ARG(step->page.name));
        is = c->empty_columns && !in->doubtful;
    } else if (!wall_is_set(newest)) {
        fault.kind = SITE_KIND_NO_DATES;
        fault.evidence = arena_printf(step->engine->arena,
            "%s列出 %u 条信息，都看不到日期", fresh.what, in->entries);
        is = in->entries > 0;
    } else {
        fault.kind = fresh.stale;
        fault.evidence = arena_printf(step->engine->arena,
            "%s最新一条的日期是 %.*s，应在 %lld 天内更新", fresh.what,
            STR_ARG(site_day(step->engine, newest)),
            (long long)((fresh.most_ms + MS_DAY - 1) / MS_DAY));
        is = step->now.ms - newest.ms > fresh.most_ms;
    }
    *ret_is = is;
    *ret = fault.kind;
    return is ? site_found(step, &fault) : 0;
}

/* --- links
 * -------------------------------------------------------------------------- */

static bool
links_to(const struct site_step *step, struct str url)
{
    for (size_t i = 0; i < step->result->n_links; i++) {
        if (str_eq(pb_str(step->result->links[i]->url), url))
            return true;
    }
    return false;
}

static bool
leads_to_host(const struct site_step *step, struct str host)
{
    for (size_t i = 0; i < step->result->n_links; i++) {
        const Tocsin__SiteLink *link = step->result->links[i];

        if (link->kind == TOCSIN__SITE_LINK__KIND__ELSEWHERE &&
            str_eq_nocase(site_host(pb_str(link->url)), host))
            return true;
    }
    return false;
}

/* What it leads to is the site's own: the site is being learnt, or the page is
 * older than that and had no turn yet. */
static bool
is_learning(const struct site_step *step)
{
    return step->site->baseline ||
           (step->page.title.p == NULL &&
               step->page.added.ms <= step->site->learnt.ms);
}

static int
put_host(struct site_step *step, const Tocsin__SiteLink *link)
{
    struct engine *engine = step->engine;
    struct str host = site_host(pb_str(link->url));
    struct site_fault fault = {.kind = SITE_KIND_NEW_HOST,
        .page = page_url(step),
        .target = host,
        .line = link->line,
        .end_line = link->line,
        .count = 1};
    bool waits = false;
    int r;

    if (host.n == 0)
        return 0;
    r = store_site_host_put(engine->store, step->source->id, host,
        page_url(step), link->line, is_learning(step), step->now, &waits);
    if (r == E_LIMIT || (r == 0 && !waits))
        return 0;
    if (r != 0)
        return r;
    fault.evidence = arena_printf(engine->arena, "%.*s%s%.*s",
        STR_ARG(pb_str(link->text)), *link->text ? " → " : "",
        STR_ARG(mask_url_in(engine->arena, pb_str(link->url))));
    fault.hash = site_hash(step, host);
    return site_found(step, &fault);
}

static int
put_link(struct site_step *step, const Tocsin__SiteLink *link)
{
    struct site_page_put put = {.source = step->source->id,
        .url = pb_str(link->url),
        .purpose = SITE_PAGE_PAGE,
        .name = pb_str(link->text),
        .from = page_url(step),
        .from_line = link->line,
        .now = step->now};
    int r;

    if (!step->site->baseline && is_learning(step))
        put.added_ms = step->site->learnt.ms;

    switch ((int)link->kind) {
    case TOCSIN__SITE_LINK__KIND__ELSEWHERE:
        return put_host(step, link);
    case TOCSIN__SITE_LINK__KIND__DOCUMENT:
        put.purpose = SITE_PAGE_DOCUMENT;
        break;
    case TOCSIN__SITE_LINK__KIND__IMAGE:
        put.purpose = SITE_PAGE_LINK;
        put.kind = STR("image");
        break;
    default:
        break;
    }
    r = store_site_page_put(step->engine->store, &put);
    return r == E_LIMIT ? 0 : r;
}

static int
put_columns(struct site_step *step)
{
    struct store *store = step->engine->store;
    int r = store_site_columns_begin(store, step->source->id);

    for (size_t i = 0;
         i < step->result->n_columns && r == 0 && i < CONFIG_SITE_MAX_COLUMNS &&
         step->source->site.ncolumns == 0;
         i++) {
        const Tocsin__SiteLink *column = step->result->columns[i];
        struct site_page_put put = {.source = step->source->id,
            .url = pb_str(column->url),
            .purpose = SITE_PAGE_COLUMN,
            .name = pb_str(column->text),
            .from = page_url(step),
            .from_line = column->line,
            .now = step->now};
        struct source_column as = {.title = put.name};

        if (str_eq(put.url, page_url(step)))
            continue;
        put.kind = config_site_column_kind(&as);
        r = store_site_page_put(store, &put);
        if (r == E_LIMIT)
            r = 0;
    }
    return r;
}

static int
put_links(struct site_step *step)
{
    const Tocsin__SiteResult *in = step->result;
    int r = 0;

    for (size_t i = 0; i < in->n_links && r == 0; i++)
        r = put_link(step, in->links[i]);
    if (r == 0 && is_home(step))
        r = put_columns(step);
    return r;
}

/* Behind the findings: what is not linked any more and has none is forgotten.
 */
static int
put_unlinked(struct site_step *step)
{
    if (step->page.purpose == SITE_PAGE_DOCUMENT ||
        step->result->n_links >= PAGE_ALL_LINKS)
        return 0;
    return store_site_page_unlinked(
        step->engine->store, step->source->id, page_url(step), step->now);
}

/* --- what is not there any more
 * ------------------------------------------------------- */

static bool
is_listed(const struct source *source, struct str url)
{
    for (size_t i = 0; i < source->site.ncolumns; i++) {
        if (str_eq(source->site.columns[i].url, url))
            return true;
    }
    return false;
}

/* Whether what came says how old the page is: a list that a script brings, or a
 * home page without one, does not. */
static bool
fresh_is_told(const struct site_step *step)
{
    const Tocsin__SiteResult *in = step->result;

    return in->entries > 0 || wall_is_set((struct wall){in->newest_ms}) ||
           !(is_home(step) || (is_column(step) && in->doubtful));
}

static bool
is_there_still(struct site_step *step, const struct site_finding_row *row,
    bool stale, enum site_kind fresh)
{
    bool all = step->result->n_links < PAGE_ALL_LINKS;

    if (is_of_page(row->kind))
        return is_in_found(step, row);
    if (is_fresh_kind(row->kind))
        return !fresh_is_told(step) || (stale && row->kind == fresh);
    if (step->page.purpose == SITE_PAGE_DOCUMENT || !all)
        return true;
    if (row->kind == SITE_KIND_NEW_HOST)
        return leads_to_host(step, row->target);
    if (row->kind == SITE_KIND_BROKEN_LINK ||
        row->kind == SITE_KIND_BROKEN_IMAGE)
        return links_to(step, row->target) ||
               (is_home(step) && is_listed(step->source, row->target));
    return true;
}

static int
put_gone(struct site_step *step, bool stale, enum site_kind fresh)
{
    struct site_finding_row *rows = NULL;
    size_t n = 0;
    int r = store_site_findings(step->engine->store, step->source->id,
        page_url(step), step->engine->arena, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        if (!is_there_still(step, &rows[i], stale, fresh))
            r = site_gone(step, &rows[i]);
    }
    return r;
}

/* --- the page itself
 * ------------------------------------------------------------------- */

/* Of a page that was read it is never absent, but may be empty. */
static struct str
read_title(const struct site_step *step)
{
    struct str title =
        mask_in(step->engine->arena, pb_str(step->result->title));

    return title.n ? title : STR("");
}

static int
put_reading(struct site_step *step)
{
    struct engine *engine = step->engine;
    const Tocsin__SiteResult *in = step->result;
    struct site_page_reading reading = {.id = step->page.id,
        .at = step->now,
        .newest = {in->newest_ms},
        .entries = in->entries,
        .dated = in->dated,
        .title = read_title(step),
        .digest = pb_bytes(in->digest)};
    struct buf masked;
    int r;

    buf_init(&masked, PAGE_MAX_MASKED_BYTES);
    for (size_t i = 0; i < in->n_masked && masked.err == 0; i++) {
        if (i > 0)
            (void)buf_add_char(&masked, '\n');
        (void)buf_add_str(&masked, pb_str(in->masked[i]));
    }
    reading.masked = mask_in(engine->arena, buf_str(&masked));
    r = store_site_page_read(engine->store, &reading);
    buf_done(&masked);
    return r;
}

/* What people got is kept in memory until the crawler's look. */
static void
keep_home(struct site_step *step)
{
    struct site *site = step->site;
    Tocsin__SiteResult kept = *step->result;
    size_t n;

    kept.document = NULL;
    n = tocsin__site_result__get_packed_size(&kept);
    free(site->home);
    site->home = n <= SITE_MAX_HOME_BYTES ? malloc(n) : NULL;
    site->home_bytes = n;
    if (site->home)
        (void)tocsin__site_result__pack(&kept, site->home);
}

static int
put_home(struct site_step *step)
{
    struct engine *engine = step->engine;
    struct site_known known;
    int r =
        store_site_load(engine->store, step->source->id, engine->arena, &known);

    if (r != 0)
        return r;
    known.title = read_title(step);
    known.newest.ms = step->result->newest_ms;
    return store_site_save(engine->store, step->source->id, &known);
}

static int
read_page(struct site_step *step)
{
    bool document = step->page.purpose == SITE_PAGE_DOCUMENT;
    bool stale = false;
    enum site_kind fresh = SITE_KIND_STALE_HOME;
    int r = put_reading(step);

    if (r == 0 && is_home(step))
        r = put_home(step);
    if (r == 0)
        r = put_found(step);
    if (r == 0 && (is_home(step) || is_column(step)))
        r = put_fresh(step, &stale, &fresh);
    if (r == 0 && !document)
        r = put_links(step);
    if (r == 0)
        r = put_gone(step, stale, fresh);
    if (r == 0)
        r = put_unlinked(step);
    if (r == 0 && is_home(step))
        keep_home(step);
    return r;
}

/* --- as a crawler sees it
 * -------------------------------------------------------------- */

static void
facts_of(
    struct arena *arena, const Tocsin__SiteResult *in, struct site_facts *ret)
{
    struct site_seen *seen =
        ARENA_ARRAY(arena, in->n_found + 1, struct site_seen);
    struct site_ref *refs =
        ARENA_ARRAY(arena, in->n_links + 1, struct site_ref);

    *ret = (struct site_facts){
        .title = pb_str(in->title), .seen = seen, .refs = refs};
    for (size_t i = 0; seen && i < in->n_found; i++) {
        struct site_seen *s = &seen[ret->nseen];

        if (site_kind_of(pb_str(in->found[i]->kind), &s->kind) != 0)
            continue;
        s->target = pb_str(in->found[i]->target);
        s->evidence = pb_str(in->found[i]->evidence);
        s->count = in->found[i]->count;
        ret->nseen++;
    }
    for (size_t i = 0; refs && i < in->n_links; i++)
        refs[ret->nrefs++] =
            (struct site_ref){.kind = (enum site_ref_kind)in->links[i]->kind,
                .url = pb_str(in->links[i]->url),
                .text = pb_str(in->links[i]->text),
                .line = in->links[i]->line};
}

static int
read_crawler(struct site_step *step)
{
    struct site *site = step->site;
    struct arena *arena = step->engine->arena;
    Tocsin__SiteResult *home = site->home ? tocsin__site_result__unpack(NULL,
                                                site->home_bytes, site->home)
                                          : NULL;
    struct site_facts people, crawler;
    struct site_seen seen;
    int r;

    if (home == NULL)
        return 0;
    facts_of(arena, home, &people);
    facts_of(arena, step->result, &crawler);
    if (arena_failed(arena)) {
        r = E_NOMEM;
    } else if (site_compare(arena, &people, &crawler, &seen)) {
        struct site_fault fault = {.kind = SITE_KIND_AGENT_DEPENDENT,
            .page = page_url(step),
            .target = seen.target,
            .evidence = seen.evidence,
            .line = seen.lines.first,
            .end_line = seen.lines.last,
            .count = seen.count ? seen.count : 1};

        r = site_found(step, &fault);
    } else {
        struct site_finding_row *rows = NULL;
        size_t n = 0;

        r = store_site_findings(step->engine->store, step->source->id,
            page_url(step), arena, &rows, &n);
        for (size_t i = 0; i < n && r == 0; i++) {
            if (rows[i].kind == SITE_KIND_AGENT_DEPENDENT)
                r = site_gone(step, &rows[i]);
        }
    }
    tocsin__site_result__free_unpacked(home, NULL);
    return r;
}

int
site_step_read(struct site_step *step)
{
    const Tocsin__SiteResult *in = step->result;

    if (!in->ok) {
        log_say(LOG_INFO, "a page of an own site could not be read", "source",
            arena_cstr(step->engine->arena, step->source->id), "why",
            in->reason, NULL);
        return 0;
    }
    if (step->look->purpose == TOCSIN__SITE_PURPOSE__SITE_CRAWLER)
        return read_crawler(step);
    return read_page(step);
}
