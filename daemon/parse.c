/*
 * parse: the role that reads foreign bytes and matches them.
 *
 * It starts with nothing but its channels; the first ParseConfig brings the
 * rule set's image in a sealed memory file, then it locks itself down: no
 * file, no socket, a bound on memory, and on CPU time per document.  One
 * document is one arena.  Items of the source's seen set are dropped before
 * matching; what is left goes to the engine with its findings.
 *
 * When a document takes too long or too much, the process ends.  The engine
 * sees who died of what (engine_parser_died in engine_poll.c), and the parent starts
 * another.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/mask.h"
#include "daemon/evidence.h"
#include "daemon/parse_door.h"
#include "daemon/parse_site.h"
#include "daemon/parse_test.h"
#include "daemon/pb.h"
#include "daemon/role.h"
#include "daemon/sandbox.h"
#include "feeds/feeds.h"
#include "feeds/gap.h"
#include "feeds/seen.h"
#include "incidents/features.h"
#include "rules/rules.h"

enum {
    PARSE_MAX_ZONES = 64,
    PARSE_ARENA_BYTES = 96 * 1024 * 1024, /* one document and its result */
    PARSE_MAX_CHILDREN = 16, /* sitemaps of an index, at one poll */
    PARSE_MAX_SEEN_BYTES = 1024 * 1024,
    PARSE_EXIT_DEADLINE = 75
};

struct parse {
    struct ipc *fetch;
    void *image;
    size_t image_bytes;
    uint64_t generation;
    struct ruleset *rules;
    struct matcher *matcher;
    struct zone *zones[PARSE_MAX_ZONES];
    size_t nzones;
    struct arena *arena;
    size_t evidence; /* bytes that the document may still add to it */
    int64_t cpu_ms;
    bool locked;
    struct trial trial; /* parse_test.h */
};

/* --- configuration ---------------------------------------------------------- */

static void
parse_drop_rules(struct parse *parse)
{
    matcher_free(parse->matcher);
    ruleset_free(parse->rules);
    if (parse->image)
        munmap(parse->image, parse->image_bytes);
    parse->matcher = NULL;
    parse->rules = NULL;
    parse->image = NULL;
}

static int
parse_take_rules(
    struct parse *parse, const Tocsin__ParseConfig *config, int fd)
{
    size_t n = config->image_bytes;
    void *image;
    int r;

    parse_drop_rules(parse);
    image = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
    if (image == MAP_FAILED)
        return E_NOMEM;
    parse->image = image;
    parse->image_bytes = n;
    parse->generation = config->generation;
    r = ruleset_open((struct str){image, n}, &parse->rules);
    if (r == 0)
        r = matcher_new(parse->rules, &parse->matcher);
    if (r == 0)
        matcher_limit(parse->matcher, &MATCH_LIMITS(clock_cpu_us));
    return r;
}

static const struct zone *
parse_zone(const struct parse *parse, struct str name)
{
    for (size_t i = 0; i < parse->nzones; i++) {
        if (str_eq(str_of(zone_name(parse->zones[i])), name))
            return parse->zones[i];
    }
    return NULL;
}

static int
parse_take_zones(struct parse *parse, const Tocsin__ParseConfig *config)
{
    for (size_t i = 0; i < config->n_zones; i++) {
        struct zone *zone;

        if (parse_zone(parse, str_of(config->zones[i])))
            continue;
        /* A zone that is new after lockdown, when its file cannot be opened
         * any more: a fresh process will have it. */
        if (parse->locked)
            return E_STATE;
        if (parse->nzones == PARSE_MAX_ZONES)
            return 0;
        if (zone_load(config->zones[i], &zone) != 0)
            continue; /* config_load has said so */
        parse->zones[parse->nzones++] = zone;
    }
    return 0;
}

static void
parse_deadline(int signo)
{
    (void)signo;
    _exit(PARSE_EXIT_DEADLINE);
}

static void parse_announce(struct parse *parse);

static int
parse_lock(struct role *role, uint64_t memory_bytes)
{
    struct sandbox sandbox = {
        .role = TOCSIN__ROLE__ROLE_PARSE, .memory_bytes = memory_bytes};
    struct parse *parse = role->state;
    struct buf protections;
    int r;

    signal(SIGPROF, parse_deadline);
    buf_init(&protections, 256);
    r = sandbox_enter(&sandbox, &protections);
    parse->locked = r == 0;
    if (r == 0) {
        role_ready(role, buf_cstr(&protections));
        parse_announce(parse);
    }
    buf_done(&protections);
    return r;
}

static void
parse_configure(struct role *role, const Tocsin__ParseConfig *config, int fd)
{
    struct parse *parse = role->state;
    int r = fd < 0 ? E_PROTO : parse_take_zones(parse, config);

    parse->cpu_ms = config->cpu_ms;
    if (r == 0)
        r = parse_take_rules(parse, config, fd);
    if (r == 0 && !parse->locked)
        r = parse_lock(role, config->memory_bytes);
    else if (r == 0)
        role_ready(role, "new rules");
    if (fd >= 0)
        close(fd);
    if (r != 0) {
        if (r != E_STATE)
            log_say(LOG_ERROR, "cannot take the rules", "why", err_text(r),
                NULL);
        role_stop(role, r == E_STATE ? EXIT_SUCCESS : EXIT_FAILURE);
    }
}

/* A done without a poll tells fetch that there is work to be had here. */
static void
parse_announce(struct parse *parse)
{
    Tocsin__ParseDone done = TOCSIN__PARSE_DONE__INIT;

    if (parse->locked && parse->fetch)
        (void)ipc_send(parse->fetch, FRAME(parse_done, PARSE_DONE, &done));
}

/* --- one document -------------------------------------------------------------- */

/* The alarm counts CPU time of this process; 0 stops it. */
static void
parse_alarm(int64_t ms)
{
    struct itimerval t = {.it_value = {.tv_sec = (time_t)(ms / 1000),
                              .tv_usec = (suseconds_t)(ms % 1000 * 1000)}};

    setitimer(ITIMER_PROF, &t, NULL);
}

static Tocsin__Finding **
parse_findings(struct arena *arena, const struct verdict *verdict)
{
    size_t n = verdict->nfindings;
    Tocsin__Finding **list = ARENA_ARRAY(arena, n + 1, Tocsin__Finding *);

    for (size_t i = 0; i < n && list; i++) {
        const struct finding *f = &verdict->findings[i];
        Tocsin__Finding *out = list[i] = ARENA_NEW(arena, Tocsin__Finding);

        if (out == NULL)
            return NULL;
        tocsin__finding__init(out);
        out->rule = f->rule;
        out->indeterminate = f->indeterminate;
        out->spans = ARENA_ARRAY(arena, f->nspans + 1, Tocsin__Span *);
        for (size_t j = 0; j < f->nspans && out->spans; j++) {
            Tocsin__Span *span = ARENA_NEW(arena, Tocsin__Span);

            if (span == NULL)
                return NULL;
            tocsin__span__init(span);
            span->field = f->spans[j].field;
            span->start = f->spans[j].start;
            span->end = f->spans[j].end;
            out->spans[out->n_spans++] = span;
        }
    }
    return list;
}

static int
parse_features(
    struct arena *arena, const struct item *item, ProtobufCBinaryData *ret)
{
    const uint16_t *title = NULL, *text = NULL;
    size_t ntitle = 0, ntext = 0;
    struct buf buf;
    int r;

    buf_init(&buf, FEATURES_MAX_BYTES);
    r = rules_fold(arena, item->title, &title, &ntitle);
    if (r == 0)
        r = rules_fold(arena, item->text, &text, &ntext);
    if (r == 0)
        r = features_make(title, ntitle, text, ntext, &buf);
    if (r == 0)
        *ret = pb_data(arena_str(arena, buf_str(&buf)));
    buf_done(&buf);
    return r;
}

static int
parse_match(struct parse *parse, const Tocsin__ParseRequest *request,
    const struct item *item, Tocsin__Item *out)
{
    struct arena *arena = parse->arena;
    const Tocsin__ParseContext *context = request->context;
    struct rule_item subject = {.title = item->title,
        .text = item->text,
        .published = item->published,
        .seen = {request->now_ms},
        .source = {.id = pb_str(request->source),
            .name = pb_str(context->title),
            .kind = pb_str(context->tier),
            .tags = pb_strs(arena, context->tags, context->n_tags),
            .ntags = context->n_tags}};
    struct verdict verdict;
    int r = match_item(parse->matcher, &subject, arena, &verdict);

    if (r != 0)
        return r;
    out->findings = parse_findings(arena, &verdict);
    out->n_findings = out->findings ? verdict.nfindings : 0;
    return out->findings ? 0 : E_NOMEM;
}

static void
parse_enclosures(
    struct arena *arena, const struct item *item, Tocsin__Item *out)
{
    out->enclosures =
        ARENA_ARRAY(arena, item->nenclosures + 1, Tocsin__Enclosure *);
    for (size_t i = 0; i < item->nenclosures && out->enclosures; i++) {
        Tocsin__Enclosure *e = ARENA_NEW(arena, Tocsin__Enclosure);

        if (e == NULL)
            return;
        tocsin__enclosure__init(e);
        e->url = pb_cstr(arena, item->enclosures[i].url);
        e->type = pb_cstr(arena, item->enclosures[i].type);
        out->enclosures[out->n_enclosures++] = e;
    }
}

/* What an item says, masked. */
static void
parse_fill(struct arena *arena, const struct item *item, Tocsin__Item *out)
{
    out->id = pb_cstr(arena, item->id);
    out->url = pb_cstr(arena, item->url);
    out->title = pb_cstr(arena, item->title);
    out->text = pb_cstr(arena, item->text);
    out->summary = pb_cstr(arena, item->summary);
    out->published_ms = item->published.ms;
    out->updated_ms = item->updated.ms;
    out->categories = pb_cstrs(arena, item->categories, item->ncategories);
    out->n_categories = out->categories ? item->ncategories : 0;
    parse_enclosures(arena, item, out);
    out->identity =
        pb_data((struct str){(const char *)item->identity, DIGEST_SIZE});
    out->digest =
        pb_data((struct str){(const char *)item->digest, DIGEST_SIZE});
}

/* Matched as it was published, passed on as it may be kept. */
static int
parse_item(struct parse *parse, const Tocsin__ParseRequest *request,
    const struct item *item, bool revised, Tocsin__Item **ret)
{
    struct arena *arena = parse->arena;
    struct item *masked = ARENA_NEW(arena, struct item);
    Tocsin__Item *out = ARENA_NEW(arena, Tocsin__Item);
    int r;

    if (out == NULL || masked == NULL)
        return E_NOMEM;
    tocsin__item__init(out);
    *masked = *item;
    r = parse_match(parse, request, item, out);
    if (r == 0)
        r = door_mask(arena, masked);
    if (r == 0)
        r = parse_features(arena, masked, &out->features);
    if (r == 0 && (out->n_findings > 0 || revised))
        r = door_original(arena, item, &parse->evidence, out);
    if (r == 0)
        parse_fill(arena, masked, out);
    if (r == 0 && !str_eq(masked->url, item->url))
        out->address = pb_cstr(arena, item->url);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = out;
    return r;
}

/* Whether the source gave most of what it shows new identities: then what is
 * known by its content is no news (CONTRACTS §2).  *ret_moved says of which
 * items that is so; it is NULL when the document is no re-announcement. */
static int
parse_is_reannounced(struct arena *arena, struct seen *seen,
    const Tocsin__ParseRequest *request, const struct document *document,
    const bool **ret_moved)
{
    bool *moved = ARENA_ARRAY(arena, document->nitems + 1, bool);
    size_t n = 0;
    int r = moved ? seen_moved(seen, document, moved, &n) : E_NOMEM;

    *ret_moved = NULL;
    if (r != 0 || 2 * n <= document->nitems)
        return r;
    log_say(LOG_NOTICE, "a source gave its items new identities", "source",
        request->source, NULL);
    *ret_moved = moved;
    return seen_move(seen, document, moved);
}

/* What is new or changed of the window. */
static int
parse_news(struct parse *parse, const Tocsin__ParseRequest *request,
    const struct seen *seen, const struct document *document,
    const bool *moved, Tocsin__ParseResult *result)
{
    bool any_revised = false;
    int r = 0;

    result->items =
        ARENA_ARRAY(parse->arena, document->nitems + 1, Tocsin__Item *);
    if (result->items == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < document->nitems && r == 0; i++) {
        const struct item *item = &document->items[i];
        enum seen_verdict state = seen_check(seen, item);

        if ((moved && moved[i]) || state == SEEN_SAME)
            continue;
        any_revised |= state == SEEN_REVISED;
        r = parse_item(parse, request, item, state == SEEN_REVISED,
            &result->items[result->n_items++]);
    }
    if (r == 0)
        r = door_document(
            parse->arena, request, any_revised, &parse->evidence, result);
    return r;
}

/* An index of sitemaps lists no publications: what is new or changed in it is
 * to be read in its turn, so many at a time.  Entries are told apart by their
 * date too.  Those whose turn has not come are taken out of items, so that the
 * next poll finds them new. */
static int
parse_children(struct parse *parse, const struct seen *seen,
    struct item *items, size_t *n, int64_t now_ms,
    Tocsin__ParseResult *result)
{
    size_t kept = 0;

    result->children = ARENA_ARRAY(parse->arena, PARSE_MAX_CHILDREN, char *);
    result->children_updated_ms =
        ARENA_ARRAY(parse->arena, PARSE_MAX_CHILDREN, int64_t);
    if (result->children == NULL || result->children_updated_ms == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < *n; i++) {
        struct str parts[2] = {items[i].url,
            {(const char *)&items[i].updated.ms, sizeof items[i].updated.ms}};

        digest_parts(parts, 2, items[i].digest);
        if (items[i].url.n && seen_check(seen, &items[i]) != SEEN_SAME) {
            if (result->n_children == PARSE_MAX_CHILDREN) {
                result->children_left = true;
                continue;
            }
            result->children_updated_ms[result->n_children_updated_ms++] =
                seen_check(seen, &items[i]) == SEEN_NEW ? items[i].updated.ms
                                                        : now_ms;
            result->children[result->n_children++] =
                pb_cstr(parse->arena, items[i].url);
        }
        items[kept++] = items[i];
    }
    *n = kept;
    return 0;
}

/* Put what is new or revised into result, and all of the window into the seen
 * set, the top of the document as the newest. */
static int
parse_items(struct parse *parse, const Tocsin__ParseRequest *request,
    const struct document *document, Tocsin__ParseResult *result)
{
    struct arena *arena = parse->arena;
    struct seen *seen = NULL;
    bool index = document->format == DOCUMENT_SITEMAPINDEX;
    struct item *items = ARENA_ARRAY(arena, document->nitems + 1, struct item);
    struct document own = *document;
    struct gap_verdict gap;
    const bool *moved = NULL; /* of a re-announcement */
    struct buf saved;
    int r = items ? seen_open(pb_bytes(request->context->seen), &seen)
                  : E_NOMEM;

    if (r == E_CORRUPT) /* then everything is new; the store knows better */
        r = seen_open(STR_NONE, &seen);
    if (r != 0)
        return r;
    if (document->nitems)
        memcpy(items, document->items, document->nitems * sizeof *items);
    own.items = items;
    r = parse_is_reannounced(arena, seen, request, &own, &moved);
    gap = gap_check(seen, &own);
    result->known = (uint32_t)gap.known;
    result->reaches = gap.reaches || seen_count(seen) == 0 || index;
    result->reannounced = moved != NULL;
    if (moved)
        result->trouble |= TROUBLE_REANNOUNCED;
    buf_init(&saved, PARSE_MAX_SEEN_BYTES);
    if (index && r == 0)
        r = parse_children(parse, seen, items, &own.nitems,
            request->now_ms, result);
    else if (r == 0)
        r = parse_news(parse, request, seen, &own, moved, result);
    for (size_t i = own.nitems; i-- > 0 && r == 0;)
        r = seen_put(seen, &items[i]);
    if (r == 0 &&
        (result->n_items > 0 || result->n_children > 0 || moved)) {
        r = seen_save(seen, SEEN_MAX_ENTRIES, &saved);
        result->seen = pb_data(arena_str(arena, buf_str(&saved)));
    }
    buf_done(&saved);
    seen_free(seen);
    return r;
}

static void
parse_describe(struct arena *arena, const struct document *document,
    Tocsin__ParseResult *result)
{
    result->format = pb_cstr(arena, document->version);
    result->encoding = pb_cstr(arena, document->encoding);
    result->title = pb_cstr(arena, document->title);
    result->in_window = (uint32_t)document->nitems;
    result->partial = document->partial;
    result->ttl_ms = document->ttl_ms;
    result->skip_hours = document->skip_hours;
    result->skip_days = document->skip_days;
    result->next = pb_cstr(arena, document->next);
    result->hub = pb_cstr(arena, document->hub);
    result->self = pb_cstr(arena, document->self);
    result->notes = pb_cstrs(arena, document->notes, document->nnotes);
    result->n_notes = result->notes ? document->nnotes : 0;
    result->trouble = document->trouble;
    result->hint_lost = document->hint_lost;
    result->hint = pb_data(document->hint);
}

/* Whether another page stands in the place of the one that was asked for; then
 * *reterr says which.  read: what reading it came to. */
static bool
parse_is_blocked(struct parse *parse, const struct feed_input *input, int read,
    const struct document *document, struct toc_error *reterr)
{
    struct str why = document ? document->blocked : STR_NONE;

    if (read == E_PARSE && page_blocked(parse->arena, input, &why) != 0)
        return false;
    if (why.n > 0)
        toc_error_set(reterr, NULL, 0, 0, "%.*s", STR_ARG(why));
    return why.n > 0;
}

/* An item's own page: its text, and its date when none was known. */
static int
parse_article(struct parse *parse, const Tocsin__ParseRequest *request,
    const struct feed_input *input, struct toc_error *error,
    Tocsin__ParseResult *result)
{
    const Tocsin__Item *in = request->context->item;
    struct arena *arena = parse->arena;
    const struct article *article = NULL;
    struct item item = {0};
    int r = in && in->identity.len == DIGEST_SIZE ? 0 : E_PROTO;

    if (r == 0)
        r = article_parse(arena, input, error, &article);
    if (r != 0)
        return r;
    item.url = pb_str(in->url);
    item.title = in->title[0] ? pb_str(in->title) : article->title;
    item.text = article->text;
    item.published = (struct wall){in->published_ms};
    item.updated = (struct wall){in->updated_ms};
    if (!wall_is_set(item.published))
        item.published = article->published;
    memcpy(item.identity, in->identity.data, DIGEST_SIZE);
    digest_parts((struct str[]){item.title, item.text, item.url}, 3,
        item.digest);
    result->title = pb_cstr(arena, article->title);
    result->encoding = pb_cstr(arena, article->encoding);
    result->notes = pb_cstrs(arena, article->notes, article->nnotes);
    result->n_notes = result->notes ? article->nnotes : 0;
    result->items = ARENA_ARRAY(arena, 1, Tocsin__Item *);
    if (result->items == NULL)
        return E_NOMEM;
    if (item.text.n == 0)
        return 0;
    result->n_items = 1;
    r = parse_item(parse, request, &item, true, result->items);
    return r ? r
             : door_document(arena, request, true, &parse->evidence, result);
}

static int
parse_document(struct parse *parse, const Tocsin__ParseRequest *request,
    Tocsin__ParseResult *result)
{
    const Tocsin__ParseContext *context = request->context;
    struct feed_input input = {.bytes = pb_bytes(request->body),
        .url = pb_str(request->url),
        .content_type = pb_bytes(request->content_type),
        .zone = parse_zone(parse, pb_str(context->zone)),
        .now = {request->now_ms},
        .select = pb_str(context->select),
        .select_link = pb_str(context->select_link),
        .select_title = pb_str(context->select_title),
        .select_date = pb_str(context->select_date),
        .hint = pb_bytes(context->hint)};
    const struct document *document = NULL;
    struct toc_error error = {0};
    int r;

    if (request->want == TOCSIN__WANT__WANT_ARTICLE)
        r = parse_article(parse, request, &input, &error, result);
    else if (request->want == TOCSIN__WANT__WANT_LIST)
        r = list_parse(parse->arena, &input, &error, &document);
    else
        r = feed_parse(parse->arena, &input, &error, &document);
    if (request->want != TOCSIN__WANT__WANT_ARTICLE)
        result->blocked =
            parse_is_blocked(parse, &input, r, document, &error);
    if (result->blocked)
        r = E_PARSE;
    if (r == 0 && document) {
        parse_describe(parse->arena, document, result);
        r = parse_items(parse, request, document, result);
    }
    if (r == 0)
        r = door_describe(parse->arena, result);
    if (r == 0)
        return 0;
    result->limit = err_class(r) == ERR_LIMIT || r == E_NOMEM;
    result->reason = pb_cstr(parse->arena,
        mask_in(parse->arena, str_of(*error.text ? error.text : err_text(r))));
    result->n_items = 0;
    result->document = NULL;
    return r;
}

/* A result that is too large for a message goes without its evidence. */
static int
parse_send(struct ipc *engine, Tocsin__ParseResult *result)
{
    int r = ipc_send(engine, FRAME(parse_result, PARSE_RESULT, result));

    if (r == 0 || result->document == NULL)
        return r;
    result->document = NULL;
    for (size_t i = 0; i < result->n_items; i++)
        result->items[i]->original = (ProtobufCBinaryData){0};
    return ipc_send(engine, FRAME(parse_result, PARSE_RESULT, result));
}

/* A page of an own site, or a document of it. */
static void
parse_site(struct role *role, const Tocsin__ParseRequest *request)
{
    struct parse *parse = role->state;
    Tocsin__SiteResult result = TOCSIN__SITE_RESULT__INIT;
    struct str zone = pb_str(request->site->zone);

    parse_alarm(parse->cpu_ms);
    site_answer(parse->arena, request, parse_zone(parse, zone), &result);
    parse_alarm(0);
    site_answer_send(role->engine, &result);
}

static void
parse_poll(struct role *role, const Tocsin__ParseRequest *request)
{
    struct parse *parse = role->state;
    Tocsin__ParseResult result = TOCSIN__PARSE_RESULT__INIT;
    char no_memory[] = "out of memory";
    uint32_t slow[MATCH_MAX_SLOW];

    result.poll = request->poll;
    result.generation = parse->generation;
    result.answer = request->answer;
    parse->evidence = EVIDENCE_MAX_POLL_BYTES;
    parse_alarm(parse->cpu_ms);
    result.ok = parse_document(parse, request, &result) == 0;
    result.n_slow_rules = matcher_slow_rules(parse->matcher, slow);
    result.slow_rules = slow;
    parse_alarm(0);
    if (result.reason == NULL)
        result.reason = no_memory;
    if (parse_send(role->engine, &result) != 0) {
        /* The result is larger than a frame may be: say that instead. */
        char too_large[] = "the result is larger than a message may be";

        tocsin__parse_result__init(&result);
        result.poll = request->poll;
        result.generation = parse->generation;
        result.answer = request->answer;
        result.limit = true;
        result.reason = too_large;
        (void)ipc_send(
            role->engine, FRAME(parse_result, PARSE_RESULT, &result));
    }
}

static void
parse_request(struct role *role, const struct ipc *from,
    const Tocsin__ParseRequest *request)
{
    struct parse *parse = role->state;
    Tocsin__ParseDone done = TOCSIN__PARSE_DONE__INIT;
    bool site = request->want == TOCSIN__WANT__WANT_SITE;

    if ((site ? !request->site : !request->context || !request->answer) ||
        parse->rules == NULL || role->engine == NULL)
        return;
    done.poll = request->poll;
    if (site)
        parse_site(role, request);
    else
        parse_poll(role, request);
    if (parse->fetch && from == parse->fetch)
        (void)ipc_send(parse->fetch, FRAME(parse_done, PARSE_DONE, &done));
    arena_clear(parse->arena);
}

/* --- role ------------------------------------------------------------------------ */

static int
parse_start(struct role *role)
{
    static struct parse parse;

    role->state = &parse;
    parse.arena = arena_new(PARSE_ARENA_BYTES);
    return parse.arena ? feeds_init() : E_NOMEM;
}

static void
parse_peer(struct role *role, struct ipc *ipc)
{
    struct parse *parse = role->state;

    if (ipc_peer(ipc) != TOCSIN__ROLE__ROLE_FETCH)
        return; /* the engine's is in role->engine */
    ipc_free(parse->fetch);
    parse->fetch = ipc;
    parse_announce(parse);
}

/* Other rules than those in force, or items to try rules on. */
static void
parse_test(struct role *role, const Tocsin__Frame *frame)
{
    struct parse *parse = role->state;
    struct trial_house house = {.rules = parse->rules,
        .matcher = parse->matcher,
        .generation = parse->generation,
        .arena = parse->arena,
        .engine = role->engine};

    if (parse->rules == NULL || role->engine == NULL)
        return;
    parse_alarm(parse->cpu_ms);
    if (frame->body_case == TOCSIN__FRAME__BODY_RULE_TRIAL) {
        house.zone = parse_zone(parse, pb_str(frame->rule_trial->zone));
        trial_make(&parse->trial, &house, frame->rule_trial);
    } else {
        trial_items(&parse->trial, &house, frame->trial_items);
    }
    parse_alarm(0);
    arena_clear(parse->arena);
}

static void
parse_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_CONFIG) {
        parse_configure(role, frame->parse_config, fd);
        return;
    }
    if (fd >= 0)
        close(fd);
    if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_REQUEST)
        parse_request(role, ipc, frame->parse_request);
    else if (frame->body_case == TOCSIN__FRAME__BODY_RULE_TRIAL ||
             frame->body_case == TOCSIN__FRAME__BODY_TRIAL_ITEMS)
        parse_test(role, frame);
}

static void
parse_ended(struct role *role, struct ipc *ipc)
{
    struct parse *parse = role->state;

    if (parse->fetch == ipc)
        parse->fetch = NULL;
}

const struct role_ops role_parse = {
    "parse", parse_start, parse_peer, parse_frame, parse_ended};
