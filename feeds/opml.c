/*
 * opml: see opml.h.
 *
 * Outlines nest: one with an address is an entry, one without is a folder
 * whose name is a tag of all within it.  Names of attributes are taken in any
 * case, because exporters write xmlUrl, xmlurl and xmlURL.
 */
#include "feeds/opml.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "feeds/decode.h"
#include "feeds/plain.h"
#include "feeds/prescan.h"
#include "feeds/repair.h"
#include "feeds/xml.h"
#include "feeds/xmlscan.h"

enum { HEAD_TITLE_BYTES = 4096 };

struct reading {
    struct arena *arena;
    struct opml opml;
    struct opml_outline *outlines;
    size_t cap;
    struct str folders[XMLSCAN_MAX_DEPTH]; /* by depth; absent: none */
    unsigned depth;
    bool is_opml, in_title, has_title, full;
    struct buf title, scratch;
    int err;
};

/* Text in one line, at most max bytes; absent when nothing is left. */
static struct str
clean(struct reading *reading, struct str value, size_t max)
{
    struct str text;

    buf_clear(&reading->scratch);
    plain_add(
        utf8_cut(str_trim(value), 4 * max), PLAIN_TITLE, &reading->scratch);
    text = str_trim(utf8_cut(buf_str(&reading->scratch), max));
    return text.n > 0 ? arena_str(reading->arena, text) : STR_NONE;
}

static struct str
address(struct reading *reading, const struct xml_element *element,
    const char *name)
{
    struct str value = str_trim(xml_attr_get(element, name)), url;

    if (value.n == 0)
        return STR_NONE;
    /* The schemes by which browsers once asked for a reader. */
    if (str_starts_nocase(value, STR("feed://")))
        value = arena_printf(
            reading->arena, "http://%.*s", STR_ARG(str_from(value, 7)));
    else if (str_starts_nocase(value, STR("feed:")))
        value = str_from(value, 5);
    if (value.n <= URL_MAX &&
        url_resolve(reading->arena, STR_NONE, value, &url) == 0 &&
        url_is_http(url))
        return url;
    reading->opml.unusable++;
    return STR_NONE;
}

static void
add_tag(struct reading *reading, struct str *tags, size_t *n, struct str text)
{
    text = clean(reading, text, OPML_MAX_TAG_BYTES);
    if (text.n == 0 || *n == OPML_MAX_TAGS)
        return;
    for (size_t i = 0; i < *n; i++)
        if (str_eq(tags[i], text))
            return;
    tags[(*n)++] = text;
}

/* The folders around the outline, then what its category attribute lists:
 * paths with slashes, commas between. */
static void
read_tags(struct reading *reading, const struct xml_element *element,
    struct opml_outline *outline)
{
    struct str rest = xml_attr_get(element, "category");
    struct str *tags = ARENA_ARRAY(reading->arena, OPML_MAX_TAGS, struct str);

    if (!tags) {
        reading->err = E_NOMEM;
        return;
    }
    for (unsigned i = 0; i < reading->depth && i < XMLSCAN_MAX_DEPTH; i++)
        if (reading->folders[i].p)
            add_tag(reading, tags, &outline->ntags, reading->folders[i]);
    while (rest.p && outline->ntags < OPML_MAX_TAGS) {
        struct str path = str_split(&rest, ',');

        while (path.p && outline->ntags < OPML_MAX_TAGS)
            add_tag(reading, tags, &outline->ntags, str_split(&path, '/'));
    }
    outline->tags = tags;
}

static struct opml_outline *
push_outline(struct reading *reading)
{
    struct opml *opml = &reading->opml;

    if (opml->noutlines == OPML_MAX_OUTLINES) {
        reading->full = true;
        return NULL;
    }
    if (opml->noutlines == reading->cap) {
        size_t cap = reading->cap ? 2 * reading->cap : 64;
        struct opml_outline *grown =
            ARENA_ARRAY(reading->arena, cap, struct opml_outline);

        if (!grown) {
            reading->err = E_NOMEM;
            return NULL;
        }
        if (opml->noutlines > 0)
            memcpy(grown, reading->outlines, opml->noutlines * sizeof *grown);
        reading->outlines = grown;
        reading->cap = cap;
    }
    return &reading->outlines[opml->noutlines++];
}

static void
read_outline(struct reading *reading, const struct xml_element *element)
{
    struct str title =
        clean(reading, xml_attr_get(element, "title"), OPML_MAX_TITLE_BYTES);
    struct str type = str_trim(xml_attr_get(element, "type"));
    struct str feed = address(reading, element, "xmlurl");
    struct str page = address(reading, element, "htmlurl");
    struct opml_outline *outline;

    if (!title.p)
        title =
            clean(reading, xml_attr_get(element, "text"), OPML_MAX_TITLE_BYTES);
    if (!page.p)
        page = address(reading, element, "url");
    if (!feed.p && !page.p) {
        if (reading->depth < XMLSCAN_MAX_DEPTH)
            reading->folders[reading->depth] = title;
        return;
    }
    outline = push_outline(reading);
    if (!outline)
        return;
    *outline =
        (struct opml_outline){.title = title, .feed = feed, .page = page};
    if (type.n > 0 && type.n <= 32)
        outline->type = arena_str(reading->arena, type);
    read_tags(reading, element, outline);
}

static void
on_start(void *arg, const struct xml_element *element)
{
    struct reading *reading = arg;

    if (reading->depth == 0)
        reading->is_opml = str_eq_nocase(element->name, STR("opml"));
    else if (reading->is_opml && str_eq_nocase(element->name, STR("outline")))
        read_outline(reading, element);
    else if (reading->depth == 2 && !reading->has_title)
        reading->in_title = str_eq_nocase(element->name, STR("title"));
    reading->depth++;
}

static void
on_end(void *arg, enum xml_ns ns, struct str name)
{
    struct reading *reading = arg;

    (void)ns;
    (void)name;
    reading->depth--;
    if (reading->depth < XMLSCAN_MAX_DEPTH)
        reading->folders[reading->depth] = STR_NONE;
    if (reading->in_title) {
        reading->in_title = false;
        reading->has_title = true;
        reading->opml.title =
            clean(reading, buf_str(&reading->title), OPML_MAX_TITLE_BYTES);
    }
}

static void
on_text(void *arg, struct str text)
{
    struct reading *reading = arg;

    if (reading->in_title && reading->title.n + text.n <= HEAD_TITLE_BYTES)
        buf_add_str(&reading->title, text);
}

static bool
on_enough(void *arg)
{
    const struct reading *reading = arg;

    return !reading->is_opml || reading->full || reading->err;
}

/* Parse the root that scan found, mended when it needs that. */
static int
read_root(struct reading *reading, const struct prescan *scan)
{
    static const struct xml_ops ops = {on_start, on_end, on_text, on_enough};
    struct buf repaired;
    int err = 0;

    buf_init(&repaired, 2 * DECODE_MAX_BYTES);
    if (scan->damaged)
        err = repair_xml(scan, &repaired);
    if (!err)
        err = xml_parse(
            scan->damaged ? buf_str(&repaired) : scan->root, &ops, reading);
    buf_done(&repaired);
    if (reading->err)
        return reading->err;
    reading->opml.partial = scan->truncated || reading->full || err == E_PARSE;
    return err == E_PARSE ? 0 : err;
}

static int
read_decoded(struct reading *reading, struct str text, struct toc_error *reterr)
{
    struct prescan scan;
    int err = prescan_xml(reading->arena, text, reterr, &scan);

    if (err)
        return err;
    err = read_root(reading, &scan);
    if (err) {
        toc_error_set(reterr, NULL, 0, 0, "the document %s",
            err == E_LIMIT ? "is over a limit" : err_text(err));
        return err;
    }
    if (!reading->is_opml) {
        toc_error_set(reterr, NULL, 0, 0,
            "the root element is <%.*s>, not <opml>: this is no OPML",
            STR_ARG(utf8_cut(scan.name, 40)));
        return E_PARSE;
    }
    return 0;
}

int
opml_parse(struct arena *arena, struct str bytes, struct toc_error *reterr,
    struct opml *ret)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    struct decoded decoded;
    int err = reading ? 0 : E_NOMEM;

    if (!err)
        err = decode_bytes(arena, bytes, STR_NONE, DECODE_XML, &decoded);
    if (err) {
        toc_error_set(reterr, NULL, 0, 0,
            "the document could not be decoded: %s", err_text(err));
        return err;
    }
    reading->arena = arena;
    buf_init(&reading->title, HEAD_TITLE_BYTES);
    buf_init(&reading->scratch, 64 * 1024);
    err = read_decoded(reading, decoded.text, reterr);
    buf_done(&reading->title);
    buf_done(&reading->scratch);
    if (!err && arena_failed(arena)) {
        toc_error_set(reterr, NULL, 0, 0, "the document %s", err_text(E_NOMEM));
        err = E_NOMEM;
    }
    if (err)
        return err;
    reading->opml.outlines = reading->outlines;
    *ret = reading->opml;
    return 0;
}

/* --- writing --- */

/* U+FFFE and U+FFFF, which XML does not allow. */
static bool
is_no_character(struct str s)
{
    return str_starts(s, STR("\xEF\xBF\xBE")) ||
           str_starts(s, STR("\xEF\xBF\xBF"));
}

static void
add_escaped(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = (uint8_t)value.p[i];

        if (c == '&')
            buf_add_cstr(out, "&amp;");
        else if (c == '<')
            buf_add_cstr(out, "&lt;");
        else if (c == '>')
            buf_add_cstr(out, "&gt;");
        else if (c == '"')
            buf_add_cstr(out, "&quot;");
        else if (is_no_character(str_from(value, i)))
            i += 2;
        else
            buf_add_char(out, c < 0x20 ? ' ' : (char)c);
    }
}

static void
add_attribute(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, " %s=\"", name);
    add_escaped(out, value);
    buf_add_char(out, '"');
}

static void
write_outline(const struct opml_outline *outline, struct buf *out)
{
    struct buf categories;

    buf_init(&categories, OPML_MAX_TAGS * (OPML_MAX_TAG_BYTES + 2));
    for (size_t i = 1; i < outline->ntags; i++)
        buf_printf(&categories, "%s/%.*s", i > 1 ? "," : "",
            STR_ARG(outline->tags[i]));
    buf_add_cstr(out, outline->ntags > 0 ? "      <outline" : "    <outline");
    add_attribute(out, "text", outline->title);
    if (outline->type.n > 0)
        add_attribute(out, "type", outline->type);
    if (outline->feed.n > 0)
        add_attribute(out, "xmlUrl", outline->feed);
    if (outline->page.n > 0)
        add_attribute(
            out, outline->feed.n > 0 ? "htmlUrl" : "url", outline->page);
    if (categories.n > 0)
        add_attribute(out, "category", buf_str(&categories));
    buf_add_cstr(out, "/>\n");
    buf_done(&categories);
}

/* All outlines from this one on whose first tag is its own. */
static void
write_folder(const struct opml_outline *outlines, size_t noutlines, size_t from,
    bool *written, struct buf *out)
{
    struct str tag = outlines[from].tags[0];

    buf_add_cstr(out, "    <outline");
    add_attribute(out, "text", tag);
    buf_add_cstr(out, ">\n");
    for (size_t i = from; i < noutlines; i++)
        if (outlines[i].ntags > 0 && str_eq(outlines[i].tags[0], tag)) {
            write_outline(&outlines[i], out);
            written[i] = true;
        }
    buf_add_cstr(out, "    </outline>\n");
}

int
opml_write(struct str title, const struct opml_outline *outlines,
    size_t noutlines, struct buf *out)
{
    bool *written = calloc(noutlines + 1, sizeof *written);

    if (!written)
        return E_NOMEM;
    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<opml version=\"2.0\">\n  <head>\n    <title>");
    add_escaped(out, title);
    buf_add_cstr(out, "</title>\n  </head>\n  <body>\n");
    for (size_t i = 0; i < noutlines; i++)
        if (outlines[i].ntags == 0)
            write_outline(&outlines[i], out);
        else if (!written[i])
            write_folder(outlines, noutlines, i, written, out);
    buf_add_cstr(out, "  </body>\n</opml>\n");
    free(written);
    return out->err;
}
