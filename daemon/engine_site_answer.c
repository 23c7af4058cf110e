/*
 * engine_site_answer: what fetch and the parsers say of a look.
 *
 * Both are checked like input from outside.  A visit and what was read of it
 * come from two roles, in any order; each is a step of its own, and the look
 * ends with the second.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine_poll.h"
#include "daemon/engine_site.h"
#include "daemon/evidence.h"
#include "daemon/pb.h"

enum {
    ANSWER_MAX_WORDS_BYTES = 4096,
    ANSWER_MAX_HOPS = 32,
    ANSWER_MAX_FOUND = 1000,
    ANSWER_MAX_LINKS = 5000,
    ANSWER_LATER_MS = 30 * MS_SECOND
};

/* Some thousand years either way. */
static const int64_t ANSWER_MAX_TIME_MS = 400000LL * MS_DAY;

static struct site_slot *
look_find(struct engine *engine, uint64_t number)
{
    struct site_desk *desk = engine->sites;
    struct site_slot *look;

    if (desk == NULL || number == 0)
        return NULL;
    look = &desk->looks[number & (SITE_MAX_IN_FLIGHT - 1)];
    return look->number == number && look->site < desk->n ? look : NULL;
}

/* --- checking ----------------------------------------------------------------
 */

static bool
words_are_sound(const char *s, size_t max)
{
    struct str words = str_of(s);

    return words.n <= max && utf8_is_valid(words);
}

static bool
list_is_sound(char *const *list, size_t n, size_t most, size_t bytes)
{
    bool ok = n <= most;

    for (size_t i = 0; i < n && ok; i++)
        ok = words_are_sound(list[i], bytes);
    return ok;
}

/* A time as pages and certificates have it, or none. */
static bool
time_is_sound(int64_t ms)
{
    return !wall_is_set((struct wall){ms}) ||
           (ms > -ANSWER_MAX_TIME_MS && ms < ANSWER_MAX_TIME_MS);
}

static bool
visit_is_sound(const Tocsin__SiteVisit *in)
{
    const Tocsin__Answer *answer = in->answer;

    return (unsigned)in->outcome <= TOCSIN__SITE_VISIT__OUTCOME__REFUSED &&
           words_are_sound(in->reason, ANSWER_MAX_WORDS_BYTES) &&
           words_are_sound(in->cert_subject, ANSWER_MAX_WORDS_BYTES) &&
           words_are_sound(in->cert_issuer, ANSWER_MAX_WORDS_BYTES) &&
           words_are_sound(in->cert_trouble, ANSWER_MAX_WORDS_BYTES) &&
           list_is_sound(in->hops, in->n_hops, ANSWER_MAX_HOPS, URL_MAX) &&
           list_is_sound(in->addresses, in->n_addresses, ANSWER_MAX_HOPS, 64) &&
           (answer == NULL || (words_are_sound(answer->url, URL_MAX) &&
                                  time_is_sound(answer->cert_expires_ms) &&
                                  answer->retry_after_ms >= 0));
}

static bool
links_are_sound(Tocsin__SiteLink *const *links, size_t n)
{
    bool ok = n <= ANSWER_MAX_LINKS;

    for (size_t i = 0; i < n && ok; i++)
        ok = (unsigned)links[i]->kind <= TOCSIN__SITE_LINK__KIND__ELSEWHERE &&
             words_are_sound(links[i]->url, URL_MAX) &&
             url_is_http(str_of(links[i]->url)) &&
             words_are_sound(links[i]->text, ANSWER_MAX_WORDS_BYTES);
    return ok;
}

static bool
found_are_sound(const Tocsin__SiteResult *in)
{
    bool ok = in->n_found <= ANSWER_MAX_FOUND;

    for (size_t i = 0; i < in->n_found && ok; i++) {
        const Tocsin__SiteFound *f = in->found[i];
        enum site_kind kind;

        ok = site_kind_of(str_of(f->kind), &kind) == 0 &&
             words_are_sound(f->target, URL_MAX) &&
             words_are_sound(f->evidence, ANSWER_MAX_WORDS_BYTES) &&
             words_are_sound(f->mask, 200) &&
             (f->hash.len == 0 || f->hash.len == DIGEST_SIZE);
    }
    return ok;
}

static bool
result_is_sound(const Tocsin__SiteResult *in)
{
    const Tocsin__Document *document = in->document;

    return time_is_sound(in->newest_ms) &&
           words_are_sound(in->reason, ANSWER_MAX_WORDS_BYTES) &&
           words_are_sound(in->title, ANSWER_MAX_WORDS_BYTES) &&
           (in->digest.len == 0 || in->digest.len == DIGEST_SIZE) &&
           list_is_sound(
               in->masked, in->n_masked, 200, ANSWER_MAX_WORDS_BYTES) &&
           found_are_sound(in) && links_are_sound(in->links, in->n_links) &&
           links_are_sound(in->columns, in->n_columns) &&
           (document == NULL ||
               (document->hash.len == DIGEST_SIZE &&
                   document->sealed.len <= EVIDENCE_MAX_DOCUMENT_BYTES &&
                   document->content_type.len <= EVIDENCE_MAX_HEADER_BYTES &&
                   words_are_sound(document->url, URL_MAX) &&
                   document->size <= INT64_MAX));
}

/* --- steps
 * -------------------------------------------------------------------- */

/* Write what came of a look; what cannot be written has not been. */
static int
look_write(struct engine *engine, struct site_slot *look,
    const Tocsin__SiteVisit *visit, const Tocsin__SiteResult *result)
{
    struct site *site = &engine->sites->sites[look->site];
    struct site_step step = {.engine = engine,
        .site = site,
        .source = site->source,
        .look = look,
        .visit = visit,
        .result = result,
        .now = engine_now(engine)};
    int r = engine_write_begin(engine);

    if (r != 0)
        return r;
    r = store_site_page_load(
        engine->store, look->page, engine->arena, &step.page);
    if (r == 0)
        r = visit ? site_step_visit(&step) : site_step_read(&step);
    if (r == 0)
        r = site_settle(&step);
    if (r == E_NOTFOUND) /* the page was forgotten meanwhile */
        r = 0;
    r = engine_write_end(engine, r);
    if (r != 0)
        log_say(LOG_ERROR, "a look at an own site could not be written",
            "source", arena_cstr(engine->arena, site->source->id), "why",
            err_text(r), NULL);
    return r;
}

static void
look_advance(struct engine *engine, struct site_slot *look)
{
    if (look->visited && (!look->handed || look->read))
        site_look_end(engine, look);
}

/* Whether this was one time too many: what is put off again and again must not
 * hold up the rest of its round.  The home page waits as long as it takes. */
static bool
look_had_its_turn(struct site *site, const struct site_slot *look)
{
    if (look->purpose == TOCSIN__SITE_PURPOSE__SITE_HOME)
        return false;
    if (site->put_off != look->page || site->put_off_for != look->purpose)
        site->put_off_times = 0;
    site->put_off = look->page;
    site->put_off_for = look->purpose;
    if (++site->put_off_times < SITE_MAX_PUT_OFF)
        return false;
    site->put_off = 0;
    return true;
}

/* Nobody answered; nothing is said of it, and the round goes on. */
static void
look_pass(struct engine *engine, const struct site_slot *look)
{
    struct site_page_look passed = {.id = look->page,
        .round = look->round,
        .at = engine_now(engine),
        .reason = STR("it was put off again and again")};

    if (engine_write_begin(engine) == 0)
        (void)engine_write_end(
            engine, store_site_page_looked(engine->store, &passed));
}

/* It was not asked: as if it had never been. */
static void
look_later(struct engine *engine, struct site_slot *look, int64_t after_ms)
{
    struct site *site = &engine->sites->sites[look->site];
    struct mono *next = &engine->sites->host_next[site->host];
    bool passed = look_had_its_turn(site, look);
    int64_t at;

    if (after_ms < MS_SECOND)
        after_ms = MS_SECOND;
    if (after_ms > POLL_RETRY_AFTER_MAX_MS)
        after_ms = POLL_RETRY_AFTER_MAX_MS;
    at = loop_mono(engine->loop).ms + after_ms;
    if (at > next->ms)
        next->ms = at;
    if (look->purpose == TOCSIN__SITE_PURPOSE__SITE_PLAIN)
        site->want_plain = !passed;
    else if (look->purpose == TOCSIN__SITE_PURPOSE__SITE_CRAWLER)
        site->want_crawler = !passed && site->home != NULL;
    else if (passed)
        look_pass(engine, look);
    site_look_end(engine, look);
}

void
engine_site_visit(struct engine *engine, const Tocsin__SiteVisit *in)
{
    struct site_slot *look = look_find(engine, in->look);

    if (look == NULL || look->visited || !visit_is_sound(in))
        return;
    if (in->outcome == TOCSIN__SITE_VISIT__OUTCOME__LATER) {
        look_later(engine, look, in->answer ? in->answer->retry_after_ms : 0);
        return;
    }
    arena_clear(engine->arena);
    look->visited = true;
    look->handed = in->handed;
    if (look_write(engine, look, in, NULL) != 0)
        look_later(engine, look, ANSWER_LATER_MS);
    else
        look_advance(engine, look);
}

void
engine_site_handed(struct engine *engine, const Tocsin__PollHanded *in)
{
    struct site_slot *look = look_find(engine, in->poll);

    if (look == NULL || in->parser >= ROLE_MAX_PARSERS)
        return;
    look->parser = (int32_t)in->parser;
    look->serial = ++engine->sites->serial;
    if (engine->parsers[in->parser].ipc == NULL)
        engine_site_parser_died(engine, in->parser);
}

void
engine_site_result(
    struct engine *engine, uint32_t parser, const Tocsin__SiteResult *in)
{
    struct site_slot *look = look_find(engine, in->look);

    if (look == NULL || look->read ||
        (look->parser >= 0 && look->parser != (int32_t)parser))
        return;
    if (!result_is_sound(in)) {
        poll_restart_parser(engine, parser);
        look->read = true;
        look_advance(engine, look);
        return;
    }
    arena_clear(engine->arena);
    look->read = true;
    if (look_write(engine, look, NULL, in) != 0)
        look_later(engine, look, ANSWER_LATER_MS);
    else
        look_advance(engine, look);
}

/* --- what nobody answers
 * -------------------------------------------------------- */

/* It ended its parser: three in a row, and the page is not read any more. */
static void
look_died(struct engine *engine, struct site_slot *look)
{
    struct site_page_look died = {.id = look->page,
        .round = look->round,
        .at = engine_now(engine),
        .died = true,
        .reason = STR("it ended the parser")};

    if (engine_write_begin(engine) == 0)
        (void)engine_write_end(
            engine, store_site_page_looked(engine->store, &died));
    log_say(LOG_WARN, "a page of an own site ended its parser", "source",
        arena_cstr(engine->arena, engine->sites->sites[look->site].source->id),
        NULL);
    site_look_end(engine, look);
}

void
engine_site_parser_died(struct engine *engine, uint32_t parser)
{
    struct site_desk *desk = engine->sites;
    struct site_slot *guilty = NULL;

    for (size_t i = 0; desk && i < SITE_MAX_IN_FLIGHT; i++) {
        struct site_slot *look = &desk->looks[i];

        if (look->number && !look->read && look->parser == (int32_t)parser &&
            (guilty == NULL || look->serial < guilty->serial))
            guilty = look;
    }
    arena_clear(engine->arena);
    for (size_t i = 0; desk && i < SITE_MAX_IN_FLIGHT; i++) {
        struct site_slot *look = &desk->looks[i];

        if (look->number == 0 || look->read || look->parser != (int32_t)parser)
            continue;
        if (look == guilty)
            look_died(engine, look);
        else
            look_later(engine, look, MS_SECOND);
    }
}

void
engine_site_fetch_died(struct engine *engine)
{
    struct site_desk *desk = engine->sites;

    for (size_t i = 0; desk && i < SITE_MAX_IN_FLIGHT; i++) {
        if (desk->looks[i].number && !desk->looks[i].visited)
            look_later(engine, &desk->looks[i], ANSWER_LATER_MS);
    }
}

void
engine_site_patience(struct engine *engine)
{
    struct site_desk *desk = engine->sites;
    struct mono now = loop_mono(engine->loop);

    for (size_t i = 0; desk && i < SITE_MAX_IN_FLIGHT; i++) {
        struct site_slot *look = &desk->looks[i];

        if (look->number &&
            now.ms - look->sent.ms >
                engine->config->sites.open_ms + SITE_PATIENCE_MS)
            look_later(engine, look, ANSWER_LATER_MS);
    }
}
