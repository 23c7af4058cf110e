#include "feeds/feedxml.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "feeds/feedlink.h"
#include "feeds/feedtype.h"
#include "feeds/vocab.h"
#include "feeds/wish.h"
#include "feeds/xml.h"

enum {
    NO_DEPTH = 0,
    ROW_CACHE = 64, /* a power of two */
    CAPTURE_MAX_BYTES = 2 * FEED_MAX_TEXT_BYTES + 64 * 1024
};

/* An element whose content is being collected. */
struct capture {
    const struct vocab_row *row; /* NULL: none */
    unsigned depth;
    enum vocab_mode mode;
    bool permalink; /* of a guid */
    bool no_link;   /* of a link whose text is none */
    bool markup;    /* elements were found inside */
};

struct cached_row {
    const char *name;
    enum xml_ns ns;
    const struct vocab_row *row;
};

struct feedxml {
    struct build *build;
    bool started, refused, cdf;
    enum xml_ns native; /* what elements without a namespace belong to */
    enum xml_ns own;    /* the root's, when nobody knows it */
    unsigned depth;
    unsigned ignore_depth; /* inside an element that means nothing */
    unsigned item_depth;
    bool ignore_records; /* not even items count in there */
    struct capture capture;
    struct buf text; /* of the capture */
    struct feedlink link;
    struct wish wish;
    struct cached_row cache[ROW_CACHE];
};

/* What an element of the wrong or no namespace is taken for. */
static enum xml_ns
effective_ns(const struct feedxml *feed, const struct xml_element *element)
{
    if (element->ns == XML_NS_NONE && !element->known_uri && !element->prefixed)
        return feed->native;
    if (element->ns == XML_NS_OTHER && feed->own == XML_NS_OTHER)
        return feed->native;
    return element->ns;
}

static const struct vocab_row *
find_row(struct feedxml *feed, enum xml_ns ns, struct str name)
{
    size_t slot = (((size_t)name.p >> 3) ^ (size_t)ns) & (ROW_CACHE - 1);
    struct cached_row *cached = &feed->cache[slot];

    if (cached->name != name.p || cached->ns != ns) {
        cached->name = name.p;
        cached->ns = ns;
        cached->row = vocab_element(ns, name);
    }
    return cached->row;
}

static void
begin_capture(struct feedxml *feed, const struct vocab_row *row,
    const struct xml_element *element, enum xml_ns ns)
{
    struct capture *capture = &feed->capture;

    memset(capture, 0, sizeof *capture);
    capture->row = row;
    capture->depth = feed->depth;
    capture->mode = row->mode;
    buf_clear(&feed->text);
    if (row->mode == VOCAB_BY_TYPE) {
        capture->mode = feedtype_mode(
            element, ns == XML_NS_ATOM03, row->field == FIELD_TITLE);
        if (row->field == FIELD_CONTENT)
            feedlink_offer(&feed->link, 2, xml_attr_get(element, "src"));
    }
    if (row->action == VOCAB_LINK) {
        struct str rel = str_trim(xml_attr_get(element, "rel"));

        capture->no_link = !feedlink_is_page(rel);
    }
    if (row->action == VOCAB_GUID)
        capture->permalink = !str_eq_nocase(
            str_trim(xml_attr_get(element, "ispermalink")), STR("false"));
    if (row->action == VOCAB_CATEGORY && feed->build->item) {
        struct str label = xml_attr_get(element, "label");
        struct str term = xml_attr_get(element, "term");

        if (term.n == 0)
            term = xml_attr_get(element, "text"); /* itunes */
        build_category(feed->build, feed->build->item, term);
        build_category(feed->build, feed->build->item, label);
    }
}

/* The Channel Definition Format keeps in attributes what others have in
 * elements. */
static void
read_cdf(struct feedxml *feed, const struct xml_element *element)
{
    if (!feed->cdf)
        return;
    feedlink_offer(&feed->link, 9, xml_attr_get(element, "href"));
    build_offer(feed->build, build_target(feed->build), FIELD_UPDATED, 9,
        xml_attr_get(element, "lastmod"));
}

static void
begin_item(struct feedxml *feed, const struct xml_element *element)
{
    if (feed->build->item) /* the end tag of the last one is missing */
        build_end(feed->build);
    if (!build_begin(feed->build))
        return;
    feed->item_depth = feed->depth;
    read_cdf(feed, element);
    if (feed->native == XML_NS_RSS1) {
        struct str about = xml_attr_ns(element, XML_NS_RDF, "about");

        if (about.n > 0) {
            build_offer(feed->build, feed->build->item, FIELD_ID, 2, about);
            feedlink_offer(&feed->link, 3, about);
        }
    }
}

static struct str
version_of(struct feedxml *feed, const struct xml_element *element)
{
    struct str version = str_trim(xml_attr_get(element, "version"));
    char digits[8];
    size_t n = 0;

    for (size_t i = 0; i < version.n && i < 8 && n < 4; i++)
        if (version.p[i] >= '0' && version.p[i] <= '9')
            digits[n++] = version.p[i];
        else if (version.p[i] != '.')
            break;
    if (n > 0 && digits[0] == '2')
        return STR("rss20");
    return n > 0 ? arena_printf(feed->build->arena, "rss%.*s", (int)n, digits)
                 : STR("rss");
}

static void
begin_root(struct feedxml *feed, const struct xml_element *element)
{
    struct document *document = &feed->build->document;
    struct str name = element->name;

    feed->started = true;
    feed->own = element->ns;
    if (str_eq_nocase(name, STR("rss"))) {
        document->format = DOCUMENT_RSS;
        document->version = version_of(feed, element);
        feed->native = XML_NS_NONE;
    } else if (str_eq_nocase(name, STR("rdf"))) {
        document->format = DOCUMENT_RDF;
        document->version = STR("rdf10");
        feed->native = XML_NS_RSS1;
    } else if (str_eq_nocase(name, STR("feed")) ||
               str_eq_nocase(name, STR("entry"))) {
        document->format = DOCUMENT_ATOM;
        feed->native =
            element->ns == XML_NS_ATOM03 ||
                    str_starts(xml_attr_get(element, "version"), STR("0.3"))
                ? XML_NS_ATOM03
                : XML_NS_ATOM;
        document->version =
            feed->native == XML_NS_ATOM03 ? STR("atom03") : STR("atom10");
        if (str_eq_nocase(name, STR("entry")))
            begin_item(feed, element);
    } else if (str_eq_nocase(name, STR("channel"))) {
        document->format = DOCUMENT_RSS;
        document->version = STR("cdf");
        feed->native = XML_NS_NONE;
        feed->cdf = true;
        read_cdf(feed, element);
    } else {
        feed->refused = true;
    }
}

/* An element inside a captured one: markup of the content. */
static void
capture_tag(struct feedxml *feed, struct str name, bool closing)
{
    struct capture *capture = &feed->capture;

    if (!capture->markup) {
        capture->markup = true;
        if (capture->mode == VOCAB_TITLE || capture->mode == VOCAB_TEXT ||
            capture->mode == VOCAB_BY_TYPE)
            capture->mode = VOCAB_XHTML;
    }
    if (feed->text.n > CAPTURE_MAX_BYTES)
        return;
    buf_add_cstr(&feed->text, closing ? "</" : "<");
    buf_add_str(&feed->text, name);
    buf_add_char(&feed->text, '>');
}

static void
ignore(struct feedxml *feed, bool records_too)
{
    feed->ignore_depth = feed->depth;
    feed->ignore_records = records_too;
}

static void
start_known(struct feedxml *feed, const struct vocab_row *row,
    const struct xml_element *element, enum xml_ns ns)
{
    uint8_t rank = feed->build->item ? row->in_item : row->in_channel;

    switch (row->action) {
    case VOCAB_RECORD:
        begin_item(feed, element);
        break;
    case VOCAB_CHANNEL:
    case VOCAB_GROUP:
        break;
    case VOCAB_IGNORE:
        ignore(feed, true);
        break;
    case VOCAB_ENCLOSURE:
        if (rank > 0)
            feedlink_enclosure(&feed->link, element);
        break;
    case VOCAB_PLAYER:
        if (rank > 0)
            feedlink_offer(&feed->link, rank, xml_attr_get(element, "url"));
        break;
    case VOCAB_LINK:
        if (xml_attr_get(element, "href").p)
            feedlink_atom(&feed->link, element, rank);
        begin_capture(feed, row, element, ns);
        break;
    case VOCAB_FIELD:
    case VOCAB_GUID:
    case VOCAB_CATEGORY:
    case VOCAB_KEYWORDS:
    case VOCAB_WISH:
    case VOCAB_LANGUAGE:
        if (rank > 0)
            begin_capture(feed, row, element, ns);
        else
            ignore(feed, false);
        break;
    }
}

static void
on_start(void *arg, const struct xml_element *element)
{
    struct feedxml *feed = arg;
    const struct vocab_row *row;
    enum xml_ns ns;

    feed->depth++;
    if (!feed->started) {
        begin_root(feed, element);
        feedlink_push(&feed->link, element, feed->depth);
        return;
    }
    if (feed->capture.row) {
        capture_tag(feed, element->name, false);
        return;
    }
    ns = effective_ns(feed, element);
    row = find_row(feed, ns, element->name);
    if (feed->ignore_depth != NO_DEPTH &&
        (feed->ignore_records || !row || row->action != VOCAB_RECORD))
        return;
    if (element->nattrs > 0)
        feedlink_push(&feed->link, element, feed->depth);
    if (!row) {
        /* What an extension holds is the extension's. */
        ignore(feed, element->prefixed);
        return;
    }
    feed->ignore_depth = NO_DEPTH;
    start_known(feed, row, element, ns);
}

static enum plain_mode
plain_mode_of(const struct capture *capture)
{
    switch (capture->mode) {
    case VOCAB_TEXT:
        return PLAIN_TEXT;
    case VOCAB_TITLE:
        return PLAIN_TITLE;
    case VOCAB_HTML:
    case VOCAB_XHTML: /* on_text has escaped what is no markup */
        return PLAIN_HTML;
    case VOCAB_BASE64:
    case VOCAB_BY_TYPE:
    case VOCAB_RAW:
        break;
    }
    return capture->row->field == FIELD_TITLE ? PLAIN_TITLE : PLAIN_HTML;
}

static void
end_text(struct feedxml *feed, struct draft *draft, uint8_t rank)
{
    struct capture *capture = &feed->capture;
    struct str text = buf_str(&feed->text);
    struct buf decoded, clean;

    if (capture->mode != VOCAB_BASE64) {
        build_offer_text(feed->build, draft, capture->row->field, rank, text,
            plain_mode_of(capture));
        return;
    }
    buf_init(&decoded, CAPTURE_MAX_BYTES);
    buf_init(&clean, CAPTURE_MAX_BYTES);
    for (size_t i = 0; i < text.n; i++)
        if ((uint8_t)text.p[i] > ' ')
            buf_add_char(&clean, text.p[i]);
    if (digest_unbase64(&decoded, buf_str(&clean)) == 0) {
        buf_clear(&clean);
        if (utf8_repair(buf_str(&decoded), &clean) >= 0)
            text = buf_str(&clean);
    }
    build_offer_text(feed->build, draft, capture->row->field, rank, text,
        plain_mode_of(capture));
    buf_done(&clean);
    buf_done(&decoded);
}

static void
end_field(struct feedxml *feed, struct draft *draft, uint8_t rank)
{
    enum field field = feed->capture.row->field;

    switch (field) {
    case FIELD_TITLE:
    case FIELD_CONTENT:
    case FIELD_SUMMARY:
        end_text(feed, draft, rank);
        break;
    case FIELD_LINK:
        feedlink_offer(&feed->link, rank, buf_str(&feed->text));
        break;
    case FIELD_ID:
    case FIELD_PUBLISHED:
    case FIELD_UPDATED:
    case FIELD_COUNT:
        build_offer(feed->build, draft, field, rank, buf_str(&feed->text));
        break;
    }
}

static void
read_keywords(struct feedxml *feed)
{
    struct str rest = buf_str(&feed->text);

    while (rest.n > 0 && feed->build->item)
        build_category(feed->build, feed->build->item, str_split(&rest, ','));
}

static void
end_capture(struct feedxml *feed)
{
    const struct capture *capture = &feed->capture;
    const struct vocab_row *row = capture->row;
    struct draft *draft = build_target(feed->build);
    uint8_t rank = feed->build->item ? row->in_item : row->in_channel;

    switch (row->action) {
    case VOCAB_FIELD:
        end_field(feed, draft, rank);
        break;
    case VOCAB_LINK:
        if (!capture->no_link)
            feedlink_offer(&feed->link, rank, buf_str(&feed->text));
        break;
    case VOCAB_GUID:
        build_offer(feed->build, draft, FIELD_ID, rank, buf_str(&feed->text));
        if (capture->permalink)
            feedlink_offer(&feed->link, 4, buf_str(&feed->text));
        break;
    case VOCAB_KEYWORDS:
        read_keywords(feed);
        break;
    case VOCAB_CATEGORY:
        if (feed->build->item)
            build_category(feed->build, draft, buf_str(&feed->text));
        break;
    case VOCAB_WISH:
        wish_read(&feed->wish, str_of(row->name), buf_str(&feed->text));
        break;
    case VOCAB_LANGUAGE:
        feed->build->language = arena_str(
            feed->build->arena, str_first(str_trim(buf_str(&feed->text)), 32));
        break;
    case VOCAB_RECORD:
    case VOCAB_CHANNEL:
    case VOCAB_GROUP:
    case VOCAB_IGNORE:
    case VOCAB_PLAYER:
    case VOCAB_ENCLOSURE:
        break;
    }
    feed->capture.row = NULL;
}

static void
on_end(void *arg, enum xml_ns ns, struct str name)
{
    struct feedxml *feed = arg;

    (void)ns;
    if (feed->capture.row) {
        if (feed->capture.depth == feed->depth)
            end_capture(feed);
        else
            capture_tag(feed, name, true);
    } else if (feed->ignore_depth == feed->depth) {
        feed->ignore_depth = NO_DEPTH;
    } else if (feed->item_depth == feed->depth && feed->build->item) {
        build_end(feed->build);
        feed->item_depth = NO_DEPTH;
    }
    feedlink_pop(&feed->link, feed->depth);
    feed->depth--;
}

/* Text within elements of the content is text: its signs are no markup. */
static void
add_xhtml(struct buf *out, struct str text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '<' && text.p[i] != '&')
            continue;
        buf_add(out, text.p + from, i - from);
        buf_add_cstr(out, text.p[i] == '<' ? "&lt;" : "&amp;");
        from = i + 1;
    }
    buf_add(out, text.p + from, text.n - from);
}

static void
on_text(void *arg, struct str text)
{
    struct feedxml *feed = arg;

    if (!feed->capture.row || feed->text.n > CAPTURE_MAX_BYTES)
        return;
    if (feed->capture.mode == VOCAB_XHTML)
        add_xhtml(&feed->text, text);
    else
        buf_add_str(&feed->text, text);
}

static bool
on_enough(void *arg)
{
    struct feedxml *feed = arg;

    return feed->refused || feed->build->full || feed->build->err;
}

int
feedxml_read(struct build *build, struct str text, bool truncated)
{
    static const struct xml_ops ops = {on_start, on_end, on_text, on_enough};
    struct feedxml feed = {.build = build, .link.build = build};
    int err;

    buf_init(&feed.text, CAPTURE_MAX_BYTES + 1024 * 1024);
    wish_init(&feed.wish);
    err = xml_parse(text, &ops, &feed);
    buf_done(&feed.text);
    wish_finish(&feed.wish, &build->document);
    if (feed.refused || !feed.started)
        return E_PARSE;
    if (build->err || err == E_NOMEM)
        return E_NOMEM;
    if (build->item) {
        /* What the item has is whole, element by element: with a name and an
         * address it is one that a reader would see. */
        const struct draft *item = build->item;

        if (truncated &&
            (item->value[FIELD_TITLE].n == 0 || item->value[FIELD_LINK].n == 0))
            build_drop(build);
        else
            build_end(build);
    }
    if (truncated || (err && !build->full)) {
        build->document.partial = true;
        build_note(
            build, TROUBLE_CUT, "the document ends before it is complete");
    }
    return 0;
}
