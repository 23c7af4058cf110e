/*
 * html: a page as a flat array of nodes; see html.h.
 */
#include <string.h>

#include <libxml/HTMLparser.h>

#include "base/url.h"
#include "base/utf8.h"
#include "feeds/htmlscan.h"

enum { HTML_TAG_CACHE = 256 }; /* slots; a power of two */

/* libxml2 keeps one copy of each name of a document, so that a name's address
 * finds its tag. */
struct html_tag_cache {
    const xmlChar *name[HTML_TAG_CACHE];
    uint16_t tag[HTML_TAG_CACHE];
};

static uint16_t
html_node_tag(struct html_tag_cache *cache, const xmlNode *node)
{
    size_t slot = ((uintptr_t)node->name >> 2) & (HTML_TAG_CACHE - 1);

    if (node->type != XML_ELEMENT_NODE)
        return HTML_TAG_TEXT;
    if (cache->name[slot] != node->name) {
        cache->name[slot] = node->name;
        cache->tag[slot] =
            (uint16_t)html_tag_of(str_of((const char *)node->name));
    }
    return cache->tag[slot];
}

static bool
html_is_kept(const xmlNode *node)
{
    return node->type == XML_ELEMENT_NODE || node->type == XML_TEXT_NODE ||
           node->type == XML_CDATA_SECTION_NODE;
}

/* The node after node in document order below top, NULL at the end; *depth
 * follows. */
static xmlNode *
html_step(xmlNode *node, const xmlDoc *top, unsigned *depth)
{
    if (node->type == XML_ELEMENT_NODE && node->children) {
        ++*depth;
        return node->children;
    }
    while (!node->next) {
        node = node->parent;
        --*depth;
        if (!node || node == (const xmlNode *)top)
            return NULL;
    }
    return node->next;
}

static size_t
html_count(const xmlDoc *doc)
{
    size_t n = 1;
    unsigned depth = 1;

    for (xmlNode *x = doc->children; x; x = html_step(x, doc, &depth))
        n += html_is_kept(x);
    return n;
}

static int
html_flatten(struct arena *arena, xmlDoc *doc, struct html *html)
{
    struct html_tag_cache cache = {0};
    size_t count = html_count(doc);
    unsigned depth = 1;
    uint32_t last = 0; /* the latest node: where a way up begins */

    html->nodes = ARENA_ARRAY(arena, count, struct html_node);
    if (!html->nodes)
        return E_NOMEM;
    html->n = 1;
    for (xmlNode *x = doc->children; x; x = html_step(x, doc, &depth)) {
        struct html_node *node = &html->nodes[html->n];

        if (!html_is_kept(x))
            continue;
        while (last != 0 && html->nodes[last].depth >= depth) {
            html->nodes[last].end = html->n;
            last = html->nodes[last].parent;
        }
        node->parent = last;
        node->depth = (uint16_t)depth;
        node->tag = html_node_tag(&cache, x);
        node->xml = x;
        if (node->tag == HTML_TAG_TEXT)
            node->text = str_of((const char *)x->content);
        x->_private = node;
        last = html->n++;
    }
    while (last != 0) {
        html->nodes[last].end = html->n;
        last = html->nodes[last].parent;
    }
    html->nodes[0].end = html->n;
    return 0;
}

static void
html_find_base(struct arena *arena, struct str url, struct html *html)
{
    html->base = url;
    for (uint32_t i = 1; i < html->n; i++) {
        struct str href;
        struct str base = STR_NONE;

        if (!html_is(html, i, HTML_TAG_BASE))
            continue;
        href = html_attr(html, i, "href");
        if (!href.p)
            continue;
        if (url.p)
            (void)url_resolve(arena, url, str_trim(href), &base);
        else if (url_is_http(str_trim(href)))
            base = arena_str(arena, str_trim(href));
        if (base.p && url_is_http(base))
            html->base = base;
        return;
    }
}

int
html_parse(
    struct arena *arena, struct str page, struct str url, struct html *ret)
{
    static const char empty[] = "<html></html>";
    struct htmlscan scan;
    struct html html = {0};
    htmlDocPtr doc = NULL;
    int err = htmlscan_run(arena, page, &scan);

    if (err == 0) {
        struct str clean = buf_str(&scan.out);

        if (clean.n == 0)
            clean = STR(empty);
        doc = htmlReadMemory(clean.p, (int)clean.n, NULL, "UTF-8",
            HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC);
        err = doc ? html_flatten(arena, doc, &html) : E_NOMEM;
    }
    html.doc = doc;
    html.asides = scan.asides;
    html.nasides = scan.nasides;
    html.cut = scan.cut;
    htmlscan_done(&scan);
    if (err != 0) {
        html_done(&html);
        return err;
    }
    html_find_base(arena, url, &html);
    *ret = html;
    return 0;
}

void
html_done(struct html *html)
{
    if (html && html->doc)
        xmlFreeDoc(html->doc);
    if (html)
        *html = (struct html){0};
}

struct str
html_attr(const struct html *html, uint32_t i, const char *name)
{
    const xmlNode *x = html->nodes[i].xml;

    if (!x || x->type != XML_ELEMENT_NODE)
        return STR_NONE;
    for (const xmlAttr *a = x->properties; a; a = a->next) {
        if (strcmp((const char *)a->name, name) != 0)
            continue;
        if (!a->children || !a->children->content)
            return STR("");
        return str_of((const char *)a->children->content);
    }
    return STR_NONE;
}

bool
html_attr_has_word(
    const struct html *html, uint32_t i, const char *name, const char *word)
{
    struct str rest = html_attr(html, i, name);

    while (rest.n > 0) {
        size_t n = 0;

        while (n < rest.n && !strchr(" \t\n\r\f", rest.p[n]))
            n++;
        if (str_eq_nocase(str_first(rest, n), str_of(word)))
            return true;
        rest = str_from(rest, n + 1);
    }
    return false;
}

/* Whether style sets property to value, white space and case apart. */
static bool
html_style_says(struct str style, const char *property, const char *value)
{
    while (style.n > 0) {
        struct str part = str_split(&style, ';');
        size_t colon = str_find_char(part, ':');

        if (colon == part.n ||
            !str_eq_nocase(str_trim(str_first(part, colon)), str_of(property)))
            continue;
        if (str_starts_nocase(
                str_trim(str_from(part, colon + 1)), str_of(value)))
            return true;
    }
    return false;
}

bool
html_is_hidden(const struct html *html, uint32_t i)
{
    struct str style = html_attr(html, i, "style");

    return html_attr(html, i, "hidden").p ||
           html_style_says(style, "display", "none") ||
           html_style_says(style, "visibility", "hidden");
}

uint32_t
html_ancestor(const struct html *html, uint32_t i, enum html_tag tag)
{
    do
        i = html->nodes[i].parent;
    while (i != 0 && html->nodes[i].tag != tag);
    return i;
}

uint32_t
html_find(const struct html *html, uint32_t i, uint32_t end, enum html_tag tag)
{
    while (i < end && html->nodes[i].tag != tag)
        i++;
    return i < end ? i : end;
}

/* Append text with each run of white space (also U+00A0 and U+3000) as one
 * space, none at the start of out or of a line. */
static void
html_add_text(struct buf *out, struct str text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.n;) {
        unsigned char c = (unsigned char)text.p[i];
        size_t width = 0;

        if (c == ' ' || (c >= '\t' && c <= '\r'))
            width = 1;
        else if (c == 0xC2 && i + 1 < text.n && text.p[i + 1] == '\xA0')
            width = 2;
        else if (c == 0xE3 && i + 2 < text.n && text.p[i + 1] == '\x80' &&
                 text.p[i + 2] == '\x80')
            width = 3;
        if (width == 0) {
            i++;
            continue;
        }
        buf_add(out, text.p + from, i - from);
        if (out->n > 0 && out->p[out->n - 1] != ' ' &&
            out->p[out->n - 1] != '\n')
            buf_add_char(out, ' ');
        i += width;
        from = i;
    }
    buf_add(out, text.p + from, text.n - from);
}

static void
html_add_border(struct buf *out, bool lines)
{
    if (out->n > 0 && out->p[out->n - 1] == ' ' && lines)
        out->n--;
    if (out->n > 0 && out->p[out->n - 1] != ' ' && out->p[out->n - 1] != '\n')
        buf_add_char(out, lines ? '\n' : ' ');
}

static bool
html_is_border(uint16_t tag)
{
    return tag == HTML_TAG_BR ||
           (html_tag_flags((enum html_tag)tag) & HTML_BLOCK) != 0;
}

int
html_text_without(const struct html *html, uint32_t i, uint32_t end,
    const bool *left_out, bool lines, struct buf *out)
{
    uint32_t inside = 0; /* the innermost block that is open, for its end */

    for (uint32_t k = i; k < end && out->err == 0; k++) {
        const struct html_node *node = &html->nodes[k];

        while (inside != 0 && k >= html->nodes[inside].end) {
            html_add_border(out, lines);
            do
                inside = html->nodes[inside].parent;
            while (inside >= i && inside != 0 &&
                   !html_is_border(html->nodes[inside].tag));
            if (inside < i)
                inside = 0;
        }
        if (left_out && left_out[k])
            continue;
        if (node->tag == HTML_TAG_TEXT) {
            html_add_text(out, node->text);
        } else if (html_is_border(node->tag)) {
            html_add_border(out, lines);
            if (node->tag != HTML_TAG_BR)
                inside = k;
        }
    }
    return out->err;
}

int
html_text(const struct html *html, uint32_t i, uint32_t end, bool lines,
    struct buf *out)
{
    return html_text_without(html, i, end, NULL, lines, out);
}

struct str
html_text_of(
    struct arena *arena, const struct html *html, uint32_t i, size_t max)
{
    struct buf out;
    struct str text;

    /* Room for what is cut off again, so that a long text is cut and does not
     * fail. */
    buf_init(&out, 2 * max + 64 * 1024);
    (void)html_text(html, i, html->nodes[i].end, false, &out);
    text = arena_str(arena, utf8_cut(str_trim(buf_str(&out)), max));
    buf_done(&out);
    return text.p ? text : STR("");
}

struct str
html_url(struct arena *arena, const struct html *html, struct str reference)
{
    struct str url = STR_NONE;

    reference = str_trim(reference);
    if (html->base.p) {
        if (url_resolve(arena, html->base, reference, &url) != 0)
            return STR_NONE;
    } else {
        url = arena_str(arena, reference);
    }
    return url_is_http(url) ? url : STR_NONE;
}
