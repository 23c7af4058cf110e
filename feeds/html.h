/*
 * html: a page as a flat array of nodes, behind a cleaning pass.
 *
 *   UTF-8 ─htmlscan─▶ bounded tags ─libxml2─▶ tree ─flatten─▶ struct html
 *
 * libxml2 builds the tree (it knows which tag closes which), but only from
 * bytes that htmlscan has cut to bounds: attributes per tag, tags per page,
 * depth.  Nodes then stand in document order with the end of their subtree, so
 * that every walk over a page is a loop over indices and none recurses.
 *
 * Scripts, styles and comments are not in the tree; they can be looked at as
 * text (struct html_aside).
 */
#ifndef TOCSIN_FEEDS_HTML_H
#define TOCSIN_FEEDS_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    HTML_MAX_BYTES = 16 * 1024 * 1024, /* of the page in UTF-8 */
    HTML_MAX_TAGS = 200000,            /* the rest of the page is cut off */
    HTML_MAX_ATTRIBUTES = 64,          /* of one tag; the rest is dropped */
    HTML_MAX_ATTRIBUTES_ALL = 600000,  /* of the page */
    HTML_MAX_VALUE_BYTES = 32 * 1024,  /* of an attribute; it is dropped */
    HTML_MAX_OPEN = 120,   /* open at once that nothing closes by itself */
    HTML_MAX_ASIDES = 4000 /* scripts, styles and comments that are kept */
};

/* How an element behaves: a BLOCK begins a line; VOID has no content; RAW
 * holds text that is no markup; TEXT the same, but shown; CLOSES is closed by
 * what follows it; FORMAT only changes the looks. */
enum {
    HTML_BLOCK = 1,
    HTML_VOID = 2,
    HTML_RAW = 4,
    HTML_TEXT_ONLY = 8,
    HTML_CLOSES = 16,
    HTML_FORMAT = 32
};

/* clang-format off */
#define HTML_TAGS(X)                                                          \
    X(A, "a", 0) X(ABBR, "abbr", HTML_FORMAT) X(ADDRESS, "address", HTML_BLOCK) \
    X(AREA, "area", HTML_VOID) X(ARTICLE, "article", HTML_BLOCK)              \
    X(ASIDE, "aside", HTML_BLOCK) X(AUDIO, "audio", 0) X(B, "b", HTML_FORMAT) \
    X(BASE, "base", HTML_VOID) X(BIG, "big", HTML_FORMAT)                     \
    X(BLOCKQUOTE, "blockquote", HTML_BLOCK) X(BODY, "body", HTML_BLOCK)       \
    X(BR, "br", HTML_VOID) X(BUTTON, "button", 0)                             \
    X(CAPTION, "caption", HTML_BLOCK) X(CENTER, "center", HTML_BLOCK)         \
    X(CITE, "cite", HTML_FORMAT) X(CODE, "code", HTML_FORMAT)                 \
    X(COL, "col", HTML_VOID) X(DD, "dd", HTML_BLOCK | HTML_CLOSES)            \
    X(DETAILS, "details", HTML_BLOCK) X(DIALOG, "dialog", HTML_BLOCK)         \
    X(DIV, "div", HTML_BLOCK) X(DL, "dl", HTML_BLOCK)                         \
    X(DT, "dt", HTML_BLOCK | HTML_CLOSES) X(EM, "em", HTML_FORMAT)            \
    X(EMBED, "embed", HTML_VOID) X(FIELDSET, "fieldset", HTML_BLOCK)          \
    X(FIGCAPTION, "figcaption", HTML_BLOCK) X(FIGURE, "figure", HTML_BLOCK)   \
    X(FONT, "font", HTML_FORMAT) X(FOOTER, "footer", HTML_BLOCK)              \
    X(FORM, "form", HTML_BLOCK) X(FRAME, "frame", HTML_VOID)                  \
    X(FRAMESET, "frameset", HTML_BLOCK) X(H1, "h1", HTML_BLOCK)               \
    X(H2, "h2", HTML_BLOCK) X(H3, "h3", HTML_BLOCK) X(H4, "h4", HTML_BLOCK)   \
    X(H5, "h5", HTML_BLOCK) X(H6, "h6", HTML_BLOCK) X(HEAD, "head", 0)        \
    X(HEADER, "header", HTML_BLOCK) X(HR, "hr", HTML_VOID | HTML_BLOCK)       \
    X(HTML, "html", HTML_BLOCK) X(I, "i", HTML_FORMAT)                        \
    X(IFRAME, "iframe", HTML_RAW) X(IMG, "img", HTML_VOID)                    \
    X(INPUT, "input", HTML_VOID) X(INS, "ins", HTML_FORMAT)                   \
    X(LABEL, "label", 0) X(LEGEND, "legend", HTML_BLOCK)                      \
    X(LI, "li", HTML_BLOCK | HTML_CLOSES) X(LINK, "link", HTML_VOID)          \
    X(MAIN, "main", HTML_BLOCK) X(MARQUEE, "marquee", HTML_BLOCK)             \
    X(MENU, "menu", HTML_BLOCK) X(META, "meta", HTML_VOID)                    \
    X(NAV, "nav", HTML_BLOCK) X(NOEMBED, "noembed", HTML_RAW)                 \
    X(NOFRAMES, "noframes", HTML_BLOCK) X(NOSCRIPT, "noscript", 0)            \
    X(OBJECT, "object", 0) X(OL, "ol", HTML_BLOCK)                            \
    X(OPTION, "option", HTML_CLOSES) X(P, "p", HTML_BLOCK | HTML_CLOSES)      \
    X(PARAM, "param", HTML_VOID) X(PICTURE, "picture", 0)                     \
    X(PRE, "pre", HTML_BLOCK) X(S, "s", HTML_FORMAT)                          \
    X(SCRIPT, "script", HTML_RAW) X(SECTION, "section", HTML_BLOCK)           \
    X(SELECT, "select", 0) X(SMALL, "small", HTML_FORMAT)                     \
    X(SOURCE, "source", HTML_VOID) X(SPAN, "span", HTML_FORMAT)               \
    X(STRIKE, "strike", HTML_FORMAT) X(STRONG, "strong", HTML_FORMAT)         \
    X(STYLE, "style", HTML_RAW) X(SUB, "sub", HTML_FORMAT)                    \
    X(SUMMARY, "summary", HTML_BLOCK) X(SUP, "sup", HTML_FORMAT)              \
    X(SVG, "svg", 0) X(TABLE, "table", HTML_BLOCK)                            \
    X(TBODY, "tbody", HTML_BLOCK | HTML_CLOSES)                               \
    X(TD, "td", HTML_BLOCK | HTML_CLOSES) X(TEMPLATE, "template", 0)          \
    X(TEXTAREA, "textarea", HTML_TEXT_ONLY)                                   \
    X(TFOOT, "tfoot", HTML_BLOCK | HTML_CLOSES)                               \
    X(TH, "th", HTML_BLOCK | HTML_CLOSES)                                     \
    X(THEAD, "thead", HTML_BLOCK | HTML_CLOSES) X(TIME, "time", HTML_FORMAT)  \
    X(TITLE, "title", HTML_TEXT_ONLY) X(TR, "tr", HTML_BLOCK | HTML_CLOSES)   \
    X(U, "u", HTML_FORMAT) X(UL, "ul", HTML_BLOCK) X(VIDEO, "video", 0)       \
    X(WBR, "wbr", HTML_VOID) X(XMP, "xmp", HTML_TEXT_ONLY)
/* clang-format on */
enum html_tag {
    HTML_TAG_NONE, /* the document itself, and elements not in the table */
    HTML_TAG_TEXT, /* a text node */
#define X(name, text, flags) HTML_TAG_##name,
    HTML_TAGS(X)
#undef X
        HTML_TAG_COUNT
};

/* The tag called name (lower case), HTML_TAG_NONE when it is not known. */
enum html_tag html_tag_of(struct str name);
/* Its HTML_BLOCK, … */
unsigned html_tag_flags(enum html_tag tag);

struct html_node {
    uint32_t parent; /* index; the document (0) is its own parent */
    uint32_t end;    /* index behind the last node of its subtree */
    uint16_t depth;
    uint16_t tag;    /* enum html_tag */
    struct str text; /* of a text node, as it stands */
    void *xml;       /* libxml2's node */
};

/* Text that the tree leaves out. */
enum html_aside_kind { HTML_SCRIPT, HTML_STYLE, HTML_COMMENT };
struct html_aside {
    enum html_aside_kind kind;
    struct str type; /* a script's type attribute, or absent */
    struct str src;  /* a script's src attribute, or absent */
    struct str text; /* view into the page */
};

struct html {
    struct html_node *nodes; /* in document order; [0] is the document */
    uint32_t n;
    const struct html_aside *asides; /* in document order */
    size_t nasides;
    bool cut;  /* something was dropped to keep within a bound */
    struct str base; /* URL that references are relative to */
    void *doc; /* libxml2's document; html_done frees it */
};

/* Parse page (valid UTF-8, lent: must outlive the tree), fetched from url (may
 * be absent).  Nodes live in arena.  0, E_LIMIT when it is larger than
 * HTML_MAX_BYTES, E_NOMEM.  On success the caller calls html_done. */
int html_parse(struct arena *arena, struct str page, struct str url,
    struct html *ret);
/* Free libxml2's part; NULL and a zeroed html are allowed. */
void html_done(struct html *html);

/* Whether node i is an element with this tag. */
static inline bool
html_is(const struct html *html, uint32_t i, enum html_tag tag)
{
    return html->nodes[i].tag == tag;
}
/* The value of an attribute (name in lower case), lent; absent when there is
 * none. */
struct str html_attr(const struct html *html, uint32_t i, const char *name);
/* Whether the space-separated words of an attribute hold word, in any case. */
bool html_attr_has_word(const struct html *html, uint32_t i, const char *name,
    const char *word);
/* Whether node i itself is not shown: hidden attribute, display:none. */
bool html_is_hidden(const struct html *html, uint32_t i);
/* The nearest ancestor with tag, or 0. */
uint32_t html_ancestor(const struct html *html, uint32_t i, enum html_tag tag);
/* The next node with tag in [i, end), or end. */
uint32_t html_find(const struct html *html, uint32_t i, uint32_t end,
    enum html_tag tag);
/* Append the text of nodes [i, end): white space collapsed, a block's border
 * as one space (or, with lines, one newline). */
int html_text(const struct html *html, uint32_t i, uint32_t end, bool lines,
    struct buf *out);
/* The same without the nodes for which left_out (n flags) is set. */
int html_text_without(const struct html *html, uint32_t i, uint32_t end,
    const bool *left_out, bool lines, struct buf *out);
/* The same as a text in arena, trimmed, at most max bytes; empty on failure. */
struct str html_text_of(struct arena *arena, const struct html *html,
    uint32_t i, size_t max);
/* Resolve a reference of the page: absolute http or https, or absent. */
struct str html_url(struct arena *arena, const struct html *html,
    struct str reference);

#endif
