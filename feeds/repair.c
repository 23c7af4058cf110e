#include "feeds/repair.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "feeds/entity.h"
#include "feeds/xmlscan.h"

struct repair {
    const struct prescan *scan;
    struct buf *out;
    struct str open[XMLSCAN_MAX_DEPTH];
    size_t depth;
    size_t expanded; /* bytes that the document's own entities made */
};

/* Append s as text of XML; controls vanish. */
static void
add_escaped(struct buf *out, struct str s)
{
    size_t from = 0;

    for (size_t i = 0; i <= s.n; i++) {
        uint8_t c = i < s.n ? (uint8_t)s.p[i] : 0;
        bool special = c == '&' || c == '<' || c == '"';

        if (i < s.n && !special &&
            (c >= 0x20 || c == '\t' || c == '\n' || c == '\r'))
            continue;
        buf_add(out, s.p + from, i - from);
        from = i + 1;
        if (special)
            buf_add_cstr(out, c == '&'   ? "&amp;"
                              : c == '<' ? "&lt;"
                                         : "&quot;");
    }
}

static const struct prescan_entity *
own_entity(const struct repair *repair, struct str name)
{
    for (size_t i = 0; i < repair->scan->nentities; i++)
        if (str_eq(repair->scan->entities[i].name, name))
            return &repair->scan->entities[i];
    return NULL;
}

static bool
is_xml_name(struct str name)
{
    return str_eq(name, STR("amp")) || str_eq(name, STR("lt")) ||
           str_eq(name, STR("gt")) || str_eq(name, STR("quot")) ||
           str_eq(name, STR("apos"));
}

/* The '&' that s begins with; return how many bytes it took. */
static size_t
add_reference(struct repair *repair, struct str s)
{
    size_t semicolon = str_find_char(str_first(s, ENTITY_MAX_NAME + 2), ';');
    struct str name = str_from(str_first(s, semicolon), 1);
    const struct prescan_entity *own;
    char utf8[ENTITY_MAX_BYTES];
    size_t n, taken;

    if (semicolon < s.n && semicolon < ENTITY_MAX_NAME + 2) {
        if (is_xml_name(name)) {
            buf_add(repair->out, s.p, semicolon + 1);
            return semicolon + 1;
        }
        own = own_entity(repair, name);
        if (own) {
            repair->expanded += own->value.n;
            add_escaped(repair->out, own->value);
            return semicolon + 1;
        }
        n = entity_decode(s, &taken, utf8);
        if (n > 0 && taken == semicolon + 1) {
            add_escaped(repair->out, (struct str){utf8, n});
            return taken;
        }
    } else if (s.n > 2 && s.p[1] == '#') {
        n = entity_decode(s, &taken, utf8);
        if (n > 0) {
            add_escaped(repair->out, (struct str){utf8, n});
            return taken;
        }
    }
    buf_add_cstr(repair->out, "&amp;");
    return 1;
}

/* Text or an attribute's value: what is escaped stays, the rest is mended. */
static void
add_text(struct repair *repair, struct str s)
{
    size_t from = 0, at = 0;

    if (s.n == 0)
        return; /* a bare attribute has no value */
    while (at < s.n) {
        uint8_t c = (uint8_t)s.p[at];

        if (c != '&' && c != '<' && c != '"' && c >= 0x20) {
            at++;
            continue;
        }
        if (c == '\t' || c == '\n' || c == '\r') {
            at++;
            continue;
        }
        buf_add(repair->out, s.p + from, at - from);
        if (c == '&')
            at += add_reference(repair, str_from(s, at));
        else
            add_escaped(repair->out, str_first(str_from(s, at++), 1));
        from = at;
    }
    buf_add(repair->out, s.p + from, at - from);
}

static void
add_cdata(struct repair *repair, struct str s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];

        if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r')
            continue;
        buf_add(repair->out, s.p + from, i - from);
        from = i + 1;
    }
    buf_add(repair->out, s.p + from, s.n - from);
}

static void
close_top(struct repair *repair)
{
    buf_add_cstr(repair->out, "</");
    buf_add_str(repair->out, repair->open[--repair->depth]);
    buf_add_char(repair->out, '>');
}

/* Depth of the innermost open element called name, 0 when there is none. */
static size_t
find_open(const struct repair *repair, struct str name)
{
    size_t depth = repair->depth;

    while (depth > 0 && !str_eq_nocase(repair->open[depth - 1], name))
        depth--;
    return depth;
}

static bool
is_record(struct str name)
{
    return str_eq(name, STR("item")) || str_eq(name, STR("entry"));
}

/* Elements that hold text alone: one of an item's own elements within them
 * says that their end tag is missing or misspelt. */
static bool
is_leaf(struct str name)
{
    static const char *const names[] = {"title", "link", "guid", "pubDate",
        "id", "updated", "published", "loc", "lastmod", "dc:date"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq_nocase(name, str_of(names[i])))
            return true;
    return false;
}

static bool
ends_leaf(const struct repair *repair, struct str name)
{
    struct str top =
        repair->depth > 0 ? repair->open[repair->depth - 1] : STR_NONE;

    return is_leaf(top) &&
           (is_leaf(name) || str_eq_nocase(name, STR("description")) ||
               str_eq_nocase(name, STR("content:encoded")) ||
               str_eq_nocase(name, STR("enclosure")) ||
               str_eq_nocase(name, STR("category")) ||
               str_eq_nocase(name, STR("author"))) &&
           !str_eq_nocase(name, top);
}

static int
add_start(struct repair *repair, const struct xmlscan *scan)
{
    struct str rest = str_from(scan->token, 1 + scan->name.n);
    struct xmlscan_attr attr;

    if (is_record(scan->name)) {
        size_t depth = find_open(repair, scan->name);

        if (depth > 0 && scan->kind == XMLSCAN_EMPTY)
            return 0; /* <item/> within an item is none */
        while (depth > 0 && repair->depth >= depth)
            close_top(repair);
    }
    if (ends_leaf(repair, scan->name))
        close_top(repair);
    if (scan->kind == XMLSCAN_START && repair->depth == XMLSCAN_MAX_DEPTH)
        return E_LIMIT;
    buf_add_char(repair->out, '<');
    buf_add_str(repair->out, scan->name);
    if (rest.n > 0)
        rest.n -= scan->kind == XMLSCAN_EMPTY ? 2 : 1;
    while (xmlscan_attr(&rest, &attr)) {
        buf_add_char(repair->out, ' ');
        buf_add_str(repair->out, attr.name);
        buf_add_cstr(repair->out, "=\"");
        add_text(repair, attr.value);
        buf_add_char(repair->out, '"');
    }
    buf_add_cstr(repair->out, scan->kind == XMLSCAN_EMPTY ? "/>" : ">");
    if (scan->kind == XMLSCAN_START)
        repair->open[repair->depth++] = scan->name;
    return 0;
}

static void
add_end(struct repair *repair, const struct xmlscan *scan)
{
    size_t depth = find_open(repair, scan->name);

    if (depth == 0 && repair->depth > 0 &&
        xmlscan_is_cut_end(scan, repair->open[repair->depth - 1]))
        depth = repair->depth;
    while (depth > 0 && repair->depth >= depth)
        close_top(repair);
}

static int
repair_token(struct repair *repair, const struct xmlscan *scan)
{
    switch (scan->kind) {
    case XMLSCAN_TEXT:
        add_text(repair, scan->token);
        break;
    case XMLSCAN_START:
    case XMLSCAN_EMPTY:
        return add_start(repair, scan);
    case XMLSCAN_END:
        add_end(repair, scan);
        break;
    case XMLSCAN_CDATA:
        add_cdata(repair, scan->token);
        break;
    case XMLSCAN_STRAY:
        buf_add_cstr(repair->out, "&lt;");
        break;
    case XMLSCAN_LIMIT:
        return E_LIMIT;
    case XMLSCAN_COMMENT:
    case XMLSCAN_PI:
    case XMLSCAN_DOCTYPE:
    case XMLSCAN_CUT:
    case XMLSCAN_EOF:
        break;
    }
    return 0;
}

int
repair_xml(const struct prescan *scan, struct buf *out)
{
    struct repair repair = {.scan = scan, .out = out};
    struct xmlscan tokens = {.text = scan->root};
    int err;

    while (xmlscan_next(&tokens) != XMLSCAN_EOF) {
        err = repair_token(&repair, &tokens);
        if (err || out->err)
            return err ? err : out->err;
        if (repair.expanded > PRESCAN_MAX_EXPANSION_BYTES)
            return E_LIMIT;
        if (repair.depth == 0)
            break; /* the root has ended */
    }
    return out->err;
}
