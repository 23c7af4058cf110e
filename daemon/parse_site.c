/* parse_site: own sites in the parse role; see the header. */
#include "daemon/parse_site.h"

#include "base/err.h"
#include "base/mask.h"
#include "daemon/evidence.h"
#include "daemon/parse_door.h"
#include "daemon/pb.h"
#include "feeds/site.h"

static enum site_look
look_of(Tocsin__SitePurpose purpose)
{
    switch ((int)purpose) {
    case TOCSIN__SITE_PURPOSE__SITE_HOME:
        return SITE_LOOK_HOME;
    case TOCSIN__SITE_PURPOSE__SITE_COLUMN:
        return SITE_LOOK_COLUMN;
    case TOCSIN__SITE_PURPOSE__SITE_DOCUMENT:
        return SITE_LOOK_DOCUMENT;
    default:
        return SITE_LOOK_PAGE;
    }
}

/* The bureau's words as they came. */
static const struct site_word *
words_of(struct arena *arena, const Tocsin__SiteContext *context, size_t *ret_n)
{
    size_t n =
        context->n_words < SITE_MAX_WORDS ? context->n_words : SITE_MAX_WORDS;
    struct site_word *words = ARENA_ARRAY(arena, n + 1, struct site_word);

    for (size_t i = 0; words && i < n; i++)
        words[i] = (struct site_word){
            pb_str(context->words[i]->wrong), pb_str(context->words[i]->right)};
    *ret_n = words ? n : 0;
    return words;
}

static int
add_found(struct arena *arena, const struct site_reading *reading,
    Tocsin__SiteResult *result)
{
    result->found = ARENA_ARRAY(arena, reading->nseen + 1, Tocsin__SiteFound *);
    for (size_t i = 0; result->found && i < reading->nseen; i++) {
        const struct site_seen *seen = &reading->seen[i];
        Tocsin__SiteFound *out = ARENA_NEW(arena, Tocsin__SiteFound);

        if (!out)
            return E_NOMEM;
        tocsin__site_found__init(out);
        out->kind = pb_cstr(arena, str_of(site_kind_name(seen->kind)));
        out->target = pb_cstr(arena, seen->target);
        out->evidence = pb_cstr(arena, mask_in(arena, seen->evidence));
        out->line = seen->lines.first;
        out->end_line = seen->lines.last;
        out->count = seen->count;
        out->mask = pb_cstr(arena, seen->mask);
        if (seen->hashed)
            out->hash =
                pb_data((struct str){(const char *)seen->hash, DIGEST_SIZE});
        result->found[result->n_found++] = out;
    }
    return result->found ? 0 : E_NOMEM;
}

/* Links without those whose address holds a person's number: to ask for it
 * would be to pass it on. */
static int
add_refs(struct arena *arena, const struct site_ref *refs, size_t n,
    size_t *ret_n, Tocsin__SiteLink ***ret)
{
    Tocsin__SiteLink **list = ARENA_ARRAY(arena, n + 1, Tocsin__SiteLink *);
    size_t kept = 0;

    for (size_t i = 0; list && i < n; i++) {
        Tocsin__SiteLink *out;

        if (!str_eq(mask_url_in(arena, refs[i].url), refs[i].url))
            continue;
        out = list[kept++] = ARENA_NEW(arena, Tocsin__SiteLink);
        if (!out)
            return E_NOMEM;
        tocsin__site_link__init(out);
        out->kind = (Tocsin__SiteLink__Kind)refs[i].kind;
        out->url = pb_cstr(arena, refs[i].url);
        out->text = pb_cstr(arena, mask_in(arena, refs[i].text));
        out->line = refs[i].line;
    }
    *ret = list;
    *ret_n = kept;
    return list ? 0 : E_NOMEM;
}

static int
fill(struct arena *arena, const struct site_reading *reading,
    Tocsin__SiteResult *result)
{
    int r = add_found(arena, reading, result);

    result->title = pb_cstr(arena, mask_in(arena, reading->title));
    result->newest_ms = reading->newest.ms;
    result->entries = reading->entries;
    result->dated = reading->dated;
    result->doubtful = reading->doubtful;
    if (r == 0)
        r = add_refs(arena, reading->refs, reading->nrefs, &result->n_links,
            &result->links);
    if (r == 0)
        r = add_refs(arena, reading->columns, reading->ncolumns,
            &result->n_columns, &result->columns);
    result->digest =
        pb_data((struct str){(const char *)reading->digest, DIGEST_SIZE});
    result->masked = ARENA_ARRAY(arena, reading->nmasked + 1, char *);
    for (size_t i = 0; result->masked && i < reading->nmasked; i++)
        result->masked[result->n_masked++] =
            pb_cstr(arena, mask_in(arena, reading->masked[i]));
    return r;
}

void
site_answer(struct arena *arena, const Tocsin__ParseRequest *request,
    const struct zone *zone, Tocsin__SiteResult *result)
{
    static char no_memory[] = "out of memory";
    struct feed_input input = {.bytes = pb_bytes(request->body),
        .url = pb_str(request->url),
        .content_type = pb_bytes(request->content_type),
        .zone = zone,
        .now = {request->now_ms}};
    struct site_want want = {.look = look_of(request->site_purpose),
        .key = pb_bytes(request->site->key)};
    const struct site_reading *reading;
    struct toc_error error = {0};
    size_t budget = EVIDENCE_MAX_POLL_BYTES;
    int r;

    result->look = request->poll;
    want.words = words_of(arena, request->site, &want.nwords);
    r = site_read(arena, &input, &want, &error, &reading);
    if (r == 0)
        r = fill(arena, reading, result);
    if (r == 0)
        r = door_body(arena, request, &budget, &result->document);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        result->ok = true;
        return;
    }
    tocsin__site_result__init(result);
    result->look = request->poll;
    result->reason = pb_cstr(
        arena, mask_in(arena, str_of(*error.text ? error.text : err_text(r))));
    if (result->reason == NULL)
        result->reason = no_memory;
}

void
site_answer_send(struct ipc *engine, Tocsin__SiteResult *result)
{
    char too_large[] = "the result is larger than a message may be";
    uint64_t look = result->look;

    if (ipc_send(engine, FRAME(site_result, SITE_RESULT, result)) == 0)
        return;
    result->document = NULL;
    if (ipc_send(engine, FRAME(site_result, SITE_RESULT, result)) == 0)
        return;
    tocsin__site_result__init(result);
    result->look = look;
    result->reason = too_large;
    (void)ipc_send(engine, FRAME(site_result, SITE_RESULT, result));
}
