#include "feeds/prescan.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "feeds/entity.h"
#include "feeds/plain.h"
#include "feeds/xmlscan.h"

enum { PROLOG_MAX_BYTES = 8192 /* in which junk before the start is seen */ };

/* Sixteen bytes at a time, in whatever registers the machine has. */
typedef uint8_t lanes __attribute__((vector_size(16)));

/* Whether s holds a control character that XML does not allow. */
static bool
has_controls(struct str s)
{
    size_t i = 0;
    lanes bad = {0};
    uint64_t halves[2];

    for (; s.n - i >= sizeof(lanes); i += sizeof(lanes)) {
        lanes v;

        memcpy(&v, s.p + i, sizeof v);
        bad |= (lanes)((v < 0x20) & (v != '\t') & (v != '\n') & (v != '\r'));
    }
    memcpy(halves, &bad, sizeof halves);
    if (halves[0] | halves[1])
        return true;
    for (; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];

        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return true;
    }
    return false;
}

/* Where the document begins when a server printed something before it, often
 * with tags of HTML ("<b>Warning</b>: …"). */
static size_t
prolog_at(struct str text)
{
    struct xmlscan scan = {.text = str_first(text, PROLOG_MAX_BYTES)};
    size_t declaration = str_find(scan.text, STR("<?xml "));

    if (declaration == scan.text.n)
        return 0;
    while (scan.at < declaration && xmlscan_next(&scan) != XMLSCAN_CUT)
        if ((scan.kind == XMLSCAN_START || scan.kind == XMLSCAN_EMPTY) &&
            plain_is_html(scan.name) && scan.at < declaration)
            return declaration;
    return 0;
}

/* The decoded text of an entity's literal; absent when it refers to others. */
static struct str
entity_text(struct arena *arena, struct str literal)
{
    struct buf out;
    struct str text = STR_NONE;

    buf_init(&out, PRESCAN_MAX_ENTITY_BYTES);
    for (size_t at = 0; at < literal.n;) {
        char utf8[ENTITY_MAX_BYTES];
        size_t taken, n;

        if (literal.p[at] == '%')
            goto out;
        if (literal.p[at] != '&') {
            buf_add_char(&out, literal.p[at++]);
            continue;
        }
        n = entity_decode(str_from(literal, at), &taken, utf8);
        if (n == 0)
            goto out;
        buf_add(&out, utf8, n);
        at += taken;
    }
    if (!out.err)
        text = out.n > 0 ? arena_str(arena, buf_str(&out)) : STR("");
out:
    buf_done(&out);
    return text;
}

static struct str
next_word(struct str *rest)
{
    size_t n = 0;
    struct str word;

    *rest = str_trim(*rest);
    while (n < rest->n && (uint8_t)rest->p[n] > ' ')
        n++;
    word = str_first(*rest, n);
    *rest = str_trim(str_from(*rest, n));
    return word;
}

/* One <!ENTITY …> of the subset, without its brackets. */
static int
read_entity(struct arena *arena, struct str body, struct prescan_entity *ret)
{
    struct str name = next_word(&body);

    if (name.n == 0 || name.p[0] == '%')
        return E_LIMIT;
    ret->name = name;
    /* One of another document is never fetched: it stands for nothing. */
    if (str_starts(body, STR("SYSTEM")) || str_starts(body, STR("PUBLIC"))) {
        ret->value = STR("");
        return 0;
    }
    if (body.n < 2 || (body.p[0] != '"' && body.p[0] != '\'') ||
        body.p[body.n - 1] != body.p[0])
        return E_LIMIT;
    ret->value = entity_text(arena, str_first(str_from(body, 1), body.n - 2));
    return ret->value.p ? 0 : E_LIMIT;
}

/* Length of the declaration at the start of s, its '>' included. */
static size_t
declaration_length(struct str s)
{
    char quote = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        else if (!quote && c == '>')
            return i + 1;
    }
    return s.n;
}

static int
read_subset(struct arena *arena, struct str subset, struct prescan *out)
{
    struct prescan_entity *list =
        ARENA_ARRAY(arena, PRESCAN_MAX_ENTITIES, struct prescan_entity);

    if (!list)
        return E_NOMEM;
    for (subset = str_trim(subset); subset.n > 0; subset = str_trim(subset)) {
        size_t n;

        if (str_starts(subset, STR("<!--"))) {
            subset = str_from(subset, str_find(subset, STR("-->")) + 3);
            continue;
        }
        if (!str_starts(subset, STR("<!ENTITY")) ||
            out->nentities == PRESCAN_MAX_ENTITIES)
            return E_LIMIT;
        n = declaration_length(subset);
        if (read_entity(arena,
                str_from(str_first(subset, n > 0 ? n - 1 : 0), 8),
                &list[out->nentities]))
            return E_LIMIT;
        out->nentities++;
        subset = str_from(subset, n);
    }
    out->entities = list;
    return 0;
}

static int
read_doctype(struct arena *arena, struct str token, struct prescan *out)
{
    size_t open = str_find_char(token, '['), close = token.n;

    if (open == token.n)
        return 0;
    while (close > open && token.p[close - 1] != ']')
        close--;
    if (close <= open + 1)
        return 0;
    return read_subset(
        arena, str_first(str_from(token, open + 1), close - open - 2), out);
}

/* Walk to the root element; 0 with scan at it. */
static int
walk_prolog(struct arena *arena, struct xmlscan *scan, struct toc_error *reterr,
    struct prescan *out)
{
    for (;;) {
        switch (xmlscan_next(scan)) {
        case XMLSCAN_START:
        case XMLSCAN_EMPTY:
            return 0;
        case XMLSCAN_DOCTYPE:
            if (read_doctype(arena, scan->token, out)) {
                toc_error_set(reterr, NULL, 0, 0,
                    "the document's DOCTYPE declares more than plain "
                    "entities; it is not read");
                return E_LIMIT;
            }
            break;
        case XMLSCAN_LIMIT:
            toc_error_set(reterr, NULL, 0, 0,
                "a tag has more than %d attributes or %d bytes",
                XMLSCAN_MAX_ATTRIBUTES, XMLSCAN_MAX_TAG_BYTES);
            return E_LIMIT;
        case XMLSCAN_CUT:
        case XMLSCAN_EOF:
            toc_error_set(reterr, NULL, 0, 0,
                "the document holds no element: it is no feed");
            return E_PARSE;
        case XMLSCAN_TEXT:
        case XMLSCAN_END:
        case XMLSCAN_CDATA:
        case XMLSCAN_COMMENT:
        case XMLSCAN_PI:
        case XMLSCAN_STRAY:
            break;
        }
    }
}

struct walk {
    struct str open[XMLSCAN_MAX_DEPTH];
    size_t depth;
    size_t records; /* item or entry elements begun and not ended */
};

static bool
is_record(struct str name)
{
    return (name.n == 4 && memcmp(name.p, "item", 4) == 0) ||
           (name.n == 5 && memcmp(name.p, "entry", 5) == 0);
}

static bool
walk_start(struct walk *walk, const struct xmlscan *scan, struct prescan *out)
{
    if (scan->crooked || scan->bad_refs)
        out->damaged = true;
    if (scan->kind == XMLSCAN_EMPTY) {
        if (is_record(scan->name) && walk->records > 0)
            out->damaged = true;
        return true;
    }
    if (is_record(scan->name) && walk->records++ > 0) {
        size_t depth = walk->depth;

        /* One within another: its end tag is missing, the repair ends it. */
        while (depth > 0 && !str_eq(walk->open[depth - 1], scan->name))
            depth--;
        if (depth > 0) {
            out->damaged = true;
            walk->depth = depth - 1;
        }
    }
    if (walk->depth == XMLSCAN_MAX_DEPTH)
        return false;
    walk->open[walk->depth++] = scan->name;
    return true;
}

static void
walk_end(struct walk *walk, const struct xmlscan *scan, struct prescan *out)
{
    size_t depth = walk->depth;

    if (scan->crooked)
        out->damaged = true;
    if (is_record(scan->name) && walk->records > 0)
        walk->records--;
    if (str_eq(walk->open[depth - 1], scan->name)) {
        walk->depth--;
        return;
    }
    out->damaged = true;
    while (depth > 0 && !str_eq_nocase(walk->open[depth - 1], scan->name))
        depth--;
    if (depth == 0 && xmlscan_is_cut_end(scan, walk->open[walk->depth - 1]))
        depth = walk->depth;
    if (depth > 0)
        walk->depth = depth - 1;
}

/* From the root's start tag, already found, to its end tag. */
static int
walk_root(struct xmlscan *scan, struct prescan *out)
{
    struct walk walk;

    walk.depth = 0;
    walk.records = 0;
    for (;; xmlscan_next(scan)) {
        switch (scan->kind) {
        case XMLSCAN_START:
        case XMLSCAN_EMPTY:
            if (!walk_start(&walk, scan, out))
                return E_LIMIT;
            break;
        case XMLSCAN_END:
            walk_end(&walk, scan, out);
            break;
        case XMLSCAN_TEXT:
            if (scan->bad_refs)
                out->damaged = true;
            break;
        case XMLSCAN_PI:
        case XMLSCAN_DOCTYPE:
        case XMLSCAN_STRAY:
            out->damaged = true;
            break;
        case XMLSCAN_CDATA:
        case XMLSCAN_COMMENT:
            break;
        case XMLSCAN_LIMIT:
            return E_LIMIT;
        case XMLSCAN_CUT:
        case XMLSCAN_EOF:
            out->truncated = true;
            return 0;
        }
        if (walk.depth == 0)
            return 0;
    }
}

int
prescan_xml(struct arena *arena, struct str text, struct toc_error *reterr,
    struct prescan *ret)
{
    struct xmlscan scan = {.text = text, .at = prolog_at(text)};
    struct prescan out = {0};
    size_t begin, end;
    int err = walk_prolog(arena, &scan, reterr, &out);

    if (err)
        return err;
    begin = scan.at - scan.token.n;
    out.name = scan.name;
    err = walk_root(&scan, &out);
    if (err) {
        toc_error_set(reterr, NULL, 0, 0,
            "elements are nested deeper than %d, or a tag has more than %d "
            "attributes or %d bytes",
            XMLSCAN_MAX_DEPTH, XMLSCAN_MAX_ATTRIBUTES, XMLSCAN_MAX_TAG_BYTES);
        return err;
    }
    end = scan.kind == XMLSCAN_CUT ? scan.at - scan.token.n : scan.at;
    out.root = str_first(str_from(text, begin), end - begin);
    if (has_controls(out.root))
        out.damaged = true;
    *ret = out;
    return 0;
}
