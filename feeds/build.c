#include "feeds/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "feeds/date.h"
#include "feeds/identity.h"

enum {
    NOTE_MAX_BYTES = 200,
    LIST_MIN = 4,              /* elements of a list at first, a power of two */
    SCRIPT_SAMPLE_BYTES = 4096 /* looked at to tell the document's script */
};

void
build_init(
    struct build *build, struct arena *arena, const struct feed_input *input)
{
    memset(build, 0, sizeof *build);
    build->arena = arena;
    build->input = input;
    build->document.updated = WALL_NONE;
    buf_init(&build->scratch, 4 * FEED_MAX_TEXT_BYTES);
}

void
build_done(struct build *build)
{
    free(build->items);
    buf_done(&build->scratch);
}

bool
build_begin(struct build *build)
{
    size_t max =
        build->input->max_items ? build->input->max_items : FEED_MAX_ITEMS;

    if (build->nitems >= max || build->kept > BUILD_MAX_ALL_BYTES) {
        build->full = true;
        return false;
    }
    if (build->nitems == build->cap) {
        size_t cap = build->cap ? build->cap * 2 : 32;
        struct draft *items = realloc(build->items, cap * sizeof *items);

        if (!items) {
            build->err = E_NOMEM;
            return false;
        }
        build->items = items;
        build->cap = cap;
    }
    build->item = &build->items[build->nitems++];
    memset(build->item, 0, sizeof *build->item);
    return true;
}

void
build_end(struct build *build)
{
    build->item = NULL;
}

void
build_drop(struct build *build)
{
    if (!build->item)
        return;
    build->item = NULL;
    build->nitems--;
}

struct draft *
build_target(struct build *build)
{
    return build->item ? build->item : &build->feed;
}

static const char *
trouble_word(enum document_trouble trouble)
{
#define X(name, word)                                                          \
    if (trouble == TROUBLE_##name)                                             \
        return word;
    DOCUMENT_TROUBLES(X)
#undef X
    return "note";
}

void
build_note(
    struct build *build, enum document_trouble trouble, const char *format, ...)
{
    struct document *document = &build->document;
    char text[NOTE_MAX_BYTES];
    struct str note;
    va_list args;
    int n = snprintf(text, sizeof text, "%s: ", trouble_word(trouble));

    document->trouble |= trouble;
    va_start(args, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    note = utf8_cut(str_of(text), sizeof text - 1);
    for (size_t i = 0; i < document->nnotes; i++)
        if (str_eq(document->notes[i], note))
            return;
    if (document->nnotes == DOCUMENT_MAX_NOTES)
        return;
    note = arena_str(build->arena, note);
    if (note.p)
        document->notes[document->nnotes++] = note;
}

/* Copy a value for keeping, and count it. */
static struct str
keep(struct build *build, struct str value)
{
    build->kept += value.n;
    return arena_str(build->arena, value);
}

static void
offer_kept(
    struct draft *draft, enum field field, uint8_t rank, struct str value)
{
    if (!value.p)
        return;
    draft->value[field] = value;
    draft->rank[field] = rank;
}

void
build_offer(struct build *build, struct draft *draft, enum field field,
    uint8_t rank, struct str value)
{
    value = str_trim(value);
    if (value.n == 0 || rank <= draft->rank[field])
        return;
    if (value.n > BUILD_MAX_SHORT_BYTES) {
        build_note(build, TROUBLE_LIMIT,
            "a value of more than %d bytes was dropped", BUILD_MAX_SHORT_BYTES);
        return;
    }
    offer_kept(draft, field, rank, keep(build, value));
}

void
build_offer_text(struct build *build, struct draft *draft, enum field field,
    uint8_t rank, struct str value, enum plain_mode mode)
{
    size_t max =
        field == FIELD_TITLE ? FEED_MAX_TITLE_BYTES : FEED_MAX_TEXT_BYTES;
    bool cut = value.n > 2 * max;
    struct str text;

    if (rank <= draft->rank[field])
        return;
    buf_clear(&build->scratch);
    plain_add(utf8_cut(value, 2 * max), mode, &build->scratch);
    text = buf_str(&build->scratch);
    if (field == FIELD_TITLE && text.n > FEED_MAX_TITLE_CHARS)
        max = utf8_offset(text, FEED_MAX_TITLE_CHARS);
    if (text.n > max || cut) {
        text = utf8_cut(text, max);
        build_note(
            build, TROUBLE_LIMIT, "a text of more than %zu bytes was cut", max);
    }
    if (text.n > 0)
        offer_kept(draft, field, rank, keep(build, text));
}

/* An array of n elements with room for one more: a new one when n is a power
 * of two from LIST_MIN on, or none yet. */
static void *
grown(struct arena *arena, void *list, size_t n, size_t size)
{
    void *larger;

    if (list && (n < LIST_MIN || (n & (n - 1)) != 0))
        return list;
    larger = arena_array(arena, n < LIST_MIN ? LIST_MIN : 2 * n, size);
    if (larger && n > 0)
        memcpy(larger, list, n * size);
    return larger;
}

void
build_category(struct build *build, struct draft *draft, struct str value)
{
    struct str text;

    buf_clear(&build->scratch);
    plain_add(
        str_first(value, BUILD_MAX_SHORT_BYTES), PLAIN_TITLE, &build->scratch);
    text = buf_str(&build->scratch);
    if (text.n == 0 || draft->ncategories == BUILD_MAX_CATEGORIES)
        return;
    for (size_t i = 0; i < draft->ncategories; i++)
        if (str_eq(draft->categories[i], text))
            return;
    draft->categories = grown(build->arena, draft->categories,
        draft->ncategories, sizeof *draft->categories);
    text = keep(build, text);
    if (draft->categories && text.p)
        draft->categories[draft->ncategories++] = text;
}

void
build_enclosure(
    struct build *build, struct draft *draft, struct str url, struct str type)
{
    struct enclosure *enclosure;

    url = str_trim(url);
    if (url.n == 0 || url.n > URL_MAX ||
        draft->nenclosures == BUILD_MAX_ENCLOSURES)
        return;
    for (size_t i = 0; i < draft->nenclosures; i++)
        if (str_eq(draft->enclosures[i].url, url))
            return;
    draft->enclosures = grown(build->arena, draft->enclosures,
        draft->nenclosures, sizeof *draft->enclosures);
    if (!draft->enclosures)
        return;
    enclosure = &draft->enclosures[draft->nenclosures++];
    enclosure->url = keep(build, url);
    type = str_trim(type);
    if (type.n > 0 && type.n < 256)
        enclosure->type = keep(build, type);
}

/* An address as it may leave the house: absolute, http or https. */
static struct str
finish_url(struct build *build, struct str url)
{
    struct str own = build->input->url.n > 0 ? build->input->url : build->self;
    const struct str bases[2] = {build->document.link, own};
    struct str out;

    if (url.n == 0)
        return STR_NONE;
    if (url.n > URL_MAX) {
        build_note(build, TROUBLE_LIMIT,
            "an address of more than %d bytes was dropped", URL_MAX);
        return STR_NONE;
    }
    for (size_t i = 0; i < 2; i++)
        if (bases[i].n > 0 &&
            url_resolve(build->arena, bases[i], url, &out) == 0) {
            if (url_is_http(out))
                return out;
            break;
        }
    if (url_resolve(build->arena, STR("http://-/"), url, &out) == 0 &&
        url_is_http(out) && !str_starts(out, STR("http://-/")))
        return out;
    build_note(build, TROUBLE_BAD_URLS,
        "an address that is not http or https was dropped");
    return STR_NONE;
}

enum script { SCRIPT_OTHER, SCRIPT_CHINESE, SCRIPT_JAPANESE, SCRIPT_KOREAN };

/* By its letters: dates without a zone are taken as local there. */
static enum script
script_of(struct str text)
{
    size_t han = 0, kana = 0, hangul = 0, at = 0;

    text = utf8_cut(text, SCRIPT_SAMPLE_BYTES);
    while (at < text.n) {
        uint32_t c = utf8_next(text, &at);

        han += c >= 0x4E00 && c <= 0x9FFF;
        kana += c >= 0x3041 && c <= 0x30FF;
        hangul += c >= 0xAC00 && c <= 0xD7A3;
    }
    if (hangul > han + kana)
        return SCRIPT_KOREAN;
    if (kana * 8 > han + kana)
        return SCRIPT_JAPANESE;
    return han > 0 ? SCRIPT_CHINESE : SCRIPT_OTHER;
}

static int
default_offset(const struct build *build)
{
    enum script script = script_of(build->feed.value[FIELD_TITLE]);

    for (size_t i = 0; i < build->nitems && i < 5 && script == SCRIPT_OTHER;
         i++) {
        script = script_of(build->items[i].value[FIELD_TITLE]);
        if (script == SCRIPT_OTHER)
            script = script_of(build->items[i].value[FIELD_SUMMARY]);
    }
    if (script == SCRIPT_OTHER) {
        if (str_starts_nocase(build->language, STR("zh")))
            script = SCRIPT_CHINESE;
        else if (str_starts_nocase(build->language, STR("ja")))
            script = SCRIPT_JAPANESE;
        else if (str_starts_nocase(build->language, STR("ko")))
            script = SCRIPT_KOREAN;
    }
    return script == SCRIPT_OTHER     ? 0
           : script == SCRIPT_CHINESE ? 8 * 60
                                      : 9 * 60;
}

static struct wall
finish_date(
    struct build *build, struct str text, const struct date_context *context)
{
    struct wall t;

    if (text.n == 0)
        return WALL_NONE;
    t = date_parse(text, context);
    if (!wall_is_set(t))
        build_note(build, TROUBLE_BAD_DATES,
            "a date could not be read: \"%.*s\"", STR_ARG(utf8_cut(text, 60)));
    return t;
}

static void
finish_item(struct build *build, const struct draft *draft,
    const struct date_context *context, struct item *item)
{
    struct str content = draft->value[FIELD_CONTENT];
    struct str summary = draft->value[FIELD_SUMMARY];
    size_t n = 0;

    item->id = draft->value[FIELD_ID];
    item->url = finish_url(build, draft->value[FIELD_LINK]);
    item->title = draft->value[FIELD_TITLE];
    item->text = content.n > 0 ? content : summary;
    if (content.n > 0 && summary.n > 0 && !str_eq(content, summary))
        item->summary = summary;
    item->published =
        finish_date(build, draft->value[FIELD_PUBLISHED], context);
    item->updated = finish_date(build, draft->value[FIELD_UPDATED], context);
    item->categories = draft->categories;
    item->ncategories = draft->ncategories;
    for (size_t i = 0; i < draft->nenclosures; i++) {
        struct str url = finish_url(build, draft->enclosures[i].url);

        if (!url.p)
            continue;
        draft->enclosures[n] = draft->enclosures[i];
        draft->enclosures[n++].url = url;
    }
    item->enclosures = draft->enclosures;
    item->nenclosures = n;
}

static int
compare_updated(const void *a, const void *b)
{
    const struct item *const *x = a, *const *y = b;

    if ((*x)->updated.ms != (*y)->updated.ms)
        return (*x)->updated.ms > (*y)->updated.ms ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

/* The children of a sitemap index, newest first; those without a date, which
 * is the least of all, after them in their order. */
static void
finish_children(struct build *build, const struct item *items, size_t nitems)
{
    struct document *document = &build->document;
    const struct item **sorted =
        ARENA_ARRAY(build->arena, nitems + 1, const struct item *);
    struct str *children =
        ARENA_ARRAY(build->arena, DOCUMENT_MAX_CHILDREN, struct str);

    if (!sorted || !children)
        return;
    for (size_t i = 0; i < nitems; i++)
        sorted[i] = &items[i];
    qsort(sorted, nitems, sizeof *sorted, compare_updated);
    for (size_t i = 0;
         i < nitems && document->nchildren < DOCUMENT_MAX_CHILDREN; i++)
        if (sorted[i]->url.p)
            children[document->nchildren++] = sorted[i]->url;
    document->children = children;
}

int
build_finish(struct build *build, const struct document **ret)
{
    struct document *document = ARENA_NEW(build->arena, struct document);
    struct item *items =
        ARENA_ARRAY(build->arena, build->nitems + 1, struct item);
    struct date_context context = {build->input->zone, 0, build->input->now};
    size_t shared = 0;
    int err;

    if (build->err)
        return build->err;
    if (!document || !items)
        return E_NOMEM;
    if (!context.zone)
        context.offset_minutes = default_offset(build);
    build->document.title = build->feed.value[FIELD_TITLE];
    build->document.link = finish_url(build, build->feed.value[FIELD_LINK]);
    build->document.updated =
        finish_date(build, build->feed.value[FIELD_UPDATED], &context);
    if (!wall_is_set(build->document.updated))
        build->document.updated =
            finish_date(build, build->feed.value[FIELD_PUBLISHED], &context);
    if (build->document.next.n > 0)
        build->document.next = finish_url(build, build->document.next);
    if (build->document.hub.n > 0)
        build->document.hub = finish_url(build, build->document.hub);
    if (build->self.n > 0 && url_is_http(build->self))
        build->document.self = build->self;
    for (size_t i = 0; i < build->nitems; i++)
        finish_item(build, &build->items[i], &context, &items[i]);
    if (build->document.format == DOCUMENT_SITEMAPINDEX)
        finish_children(build, items, build->nitems);
    if (build->full) {
        build->document.partial = true;
        build_note(build, TROUBLE_LIMIT, "only the first %zu items were read",
            build->nitems);
    }
    err = identity_fill(build->arena, items, build->nitems, &shared);
    if (!err && shared > 0)
        build_note(build, TROUBLE_DUPLICATES,
            "%zu items have an identity that another one has too", shared);
    if (err || arena_failed(build->arena))
        return err ? err : E_NOMEM;
    build->document.items = items;
    build->document.nitems = build->nitems;
    *document = build->document;
    *ret = document;
    return 0;
}
