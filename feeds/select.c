/*
 * select: the records of a page, said by the relation; see select.h.
 */
#include "feeds/select.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/xpath.h>

#include "base/utf8.h"

static bool
is_xpath(struct str s)
{
    char quote = 0;
    int depth = 0;

    if (s.n > 0 && s.p[0] == '(')
        return true;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            depth++;
        } else if (c == ']') {
            depth--;
        } else if (c == '/' && depth == 0) {
            return true;
        } else if (c == ':' && i + 1 < s.n && s.p[i + 1] == ':') {
            return true;
        }
    }
    return false;
}

/* A CSS selector being read. */
struct css {
    struct str text;
    size_t at;
    struct buf *out;
};

static bool
css_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           (unsigned char)c >= 0x80;
}

static struct str
css_name(struct css *css)
{
    size_t from = css->at;

    while (css->at < css->text.n && css_is_name(css->text.p[css->at]))
        css->at++;
    return str_first(str_from(css->text, from), css->at - from);
}

static char
css_peek(const struct css *css)
{
    return css->at < css->text.n ? css->text.p[css->at] : '\0';
}

static bool
css_space(struct css *css)
{
    size_t from = css->at;

    while (
        css_peek(css) == ' ' || css_peek(css) == '\t' || css_peek(css) == '\n')
        css->at++;
    return css->at > from;
}

/* A value cannot hold its own quote: XPath has no escapes. */
static int
css_literal(struct css *css, struct str value)
{
    if (str_find_char(value, '\'') < value.n)
        return E_CONF;
    (void)buf_printf(css->out, "'%.*s'", STR_ARG(value));
    return 0;
}

/* [name], [name=value], and ~= ^= $= *= */
static int
css_attribute(struct css *css)
{
    struct str name, value;
    char relation = 0;
    char quote;

    css->at++;
    (void)css_space(css);
    name = css_name(css);
    (void)css_space(css);
    if (name.n == 0)
        return E_CONF;
    if (css_peek(css) == ']') {
        css->at++;
        (void)buf_printf(css->out, "[@%.*s]", STR_ARG(name));
        return 0;
    }
    if (css_peek(css) != '=') {
        relation = css_peek(css);
        css->at++;
    }
    if (css_peek(css) != '=' || (relation && !strchr("~^$*", relation)))
        return E_CONF;
    css->at++;
    (void)css_space(css);
    quote = css_peek(css);
    if (quote == '"' || quote == '\'') {
        struct str rest = str_from(css->text, css->at + 1);
        size_t n = str_find_char(rest, quote);

        if (n == rest.n)
            return E_CONF;
        value = str_first(rest, n);
        css->at += n + 2;
    } else {
        value = css_name(css);
    }
    (void)css_space(css);
    if (css_peek(css) != ']' || str_find_char(value, '\'') < value.n)
        return E_CONF;
    css->at++;
    if (relation == 0)
        (void)buf_printf(
            css->out, "[@%.*s='%.*s']", STR_ARG(name), STR_ARG(value));
    else if (relation == '^')
        (void)buf_printf(css->out, "[starts-with(@%.*s,'%.*s')]", STR_ARG(name),
            STR_ARG(value));
    else if (relation == '*')
        (void)buf_printf(css->out, "[contains(@%.*s,'%.*s')]", STR_ARG(name),
            STR_ARG(value));
    else if (relation == '~')
        (void)buf_printf(css->out,
            "[contains(concat(' ',normalize-space(@%.*s),' '),' %.*s ')]",
            STR_ARG(name), STR_ARG(value));
    else
        (void)buf_printf(css->out,
            "[substring(@%.*s,string-length(@%.*s)-string-length('%.*s')+1)="
            "'%.*s']",
            STR_ARG(name), STR_ARG(name), STR_ARG(value), STR_ARG(value));
    return 0;
}

/* The conditions behind a type: .class, #id, [attribute]. */
static int
css_conditions(struct css *css, bool *ret_any)
{
    for (;;) {
        char c = css_peek(css);
        struct str name;
        int err = 0;

        if (c == '[') {
            err = css_attribute(css);
        } else if (c == '.' || c == '#') {
            css->at++;
            name = css_name(css);
            if (name.n == 0)
                return E_CONF;
            (void)buf_add_cstr(css->out,
                c == '#' ? "[@id="
                         : "[contains(concat(' ',normalize-space(@class),"
                           "' '),concat(' ',");
            err = css_literal(css, name);
            (void)buf_add_cstr(css->out, c == '#' ? "]" : ",' '))]");
        } else {
            return 0;
        }
        if (err != 0)
            return err;
        *ret_any = true;
    }
}

/* One compound: li.item[data-x] */
static int
css_compound(struct css *css)
{
    struct str type = css_name(css);
    bool any = type.n > 0;
    int err;

    if (type.n == 0 && css_peek(css) == '*') {
        css->at++;
        any = true;
    }
    (void)buf_add_str(css->out, type.n > 0 ? type : STR("*"));
    err = css_conditions(css, &any);
    return err != 0 ? err : any ? 0 : E_CONF;
}

static int
css_selector(struct css *css)
{
    int err;

    (void)css_space(css);
    (void)buf_add_cstr(css->out, "//");
    for (;;) {
        bool space;
        char c;

        err = css_compound(css);
        if (err != 0)
            return err;
        space = css_space(css);
        c = css_peek(css);
        if (c == '\0')
            return 0;
        if (c == '>' || c == '+' || c == '~' || c == ',') {
            css->at++;
            (void)css_space(css);
        } else if (!space) {
            return E_CONF;
        }
        if (c == '>')
            (void)buf_add_cstr(css->out, "/");
        else if (c == '+')
            (void)buf_add_cstr(css->out, "/following-sibling::*[1]/self::");
        else if (c == '~')
            (void)buf_add_cstr(css->out, "/following-sibling::");
        else
            (void)buf_add_cstr(css->out, c == ',' ? "|//" : "//");
    }
}

int
select_translate(struct str selector, struct buf *out, struct toc_error *reterr)
{
    struct css css = {.text = str_trim(selector), .out = out};
    int err;

    if (css.text.n == 0 || css.text.n > SELECT_MAX_BYTES ||
        memchr(css.text.p, '\0', css.text.n)) {
        toc_error_set(reterr, NULL, 0, 0,
            "a selector has 1 to %d bytes, none of them zero",
            SELECT_MAX_BYTES);
        return E_CONF;
    }
    if (is_xpath(css.text))
        return buf_add_str(out, css.text);
    err = css_selector(&css);
    if (err != 0)
        toc_error_set(reterr, NULL, 0, (unsigned)css.at + 1,
            "the selector is not understood from \"%.*s\" on; XPath needs a "
            "'/', CSS may use type, .class, #id, [attribute] and > + ~ ,",
            STR_ARG(utf8_cut(str_from(css.text, css.at), 40)));
    return err != 0 ? err : out->err;
}

static void
swallow(void *arg, xmlErrorPtr error)
{
    (void)arg;
    (void)error;
}

/* Compile selector in context; NULL with *reterr. */
static xmlXPathCompExprPtr
compile(xmlXPathContext *context, struct str selector, struct toc_error *reterr)
{
    struct buf xpath;
    xmlXPathCompExprPtr expression = NULL;

    buf_init(&xpath, 64 * 1024);
    if (select_translate(selector, &xpath, reterr) == 0) {
        expression =
            xmlXPathCtxtCompile(context, (const xmlChar *)buf_cstr(&xpath));
        if (!expression)
            toc_error_set(reterr, NULL, 0, 0, "\"%.*s\" is no XPath expression",
                STR_ARG(utf8_cut(selector, 200)));
    }
    buf_done(&xpath);
    return expression;
}

int
select_check(struct str selector, struct toc_error *reterr)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathCompExprPtr expression;

    if (!context)
        return E_NOMEM;
    context->error = swallow;
    expression = compile(context, selector, reterr);
    xmlXPathFreeCompExpr(expression);
    xmlXPathFreeContext(context);
    return expression ? 0 : E_CONF;
}

/* The place of a result in html's nodes, 0 for none of them. */
static uint32_t
node_index(const struct html *html, const xmlNode *x)
{
    const struct html_node *node;

    if (x->type == XML_ATTRIBUTE_NODE || x->type == XML_TEXT_NODE)
        x = x->parent;
    if (!x || x->type != XML_ELEMENT_NODE || !x->_private)
        return 0;
    node = x->_private;
    return (uint32_t)(node - html->nodes);
}

static int
by_index(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static int
take_nodes(struct arena *arena, const struct html *html, const xmlNodeSet *set,
    uint32_t **ret, size_t *ret_n)
{
    size_t count = set && set->nodeNr > 0 ? (size_t)set->nodeNr : 0;
    uint32_t *nodes = ARENA_ARRAY(arena, count + 1, uint32_t);
    size_t n = 0, kept = 0;

    if (!nodes)
        return E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        uint32_t index = node_index(html, set->nodeTab[i]);

        if (index != 0)
            nodes[n++] = index;
    }
    qsort(nodes, n, sizeof *nodes, by_index);
    for (size_t i = 0; i < n && kept < SELECT_MAX_NODES; i++)
        if (kept == 0 || nodes[kept - 1] != nodes[i])
            nodes[kept++] = nodes[i];
    *ret = nodes;
    *ret_n = kept;
    return 0;
}

int
select_nodes(struct arena *arena, const struct html *html, struct str selector,
    struct toc_error *reterr, uint32_t **ret, size_t *ret_n)
{
    xmlXPathContext *context = xmlXPathNewContext(html->doc);
    xmlXPathCompExprPtr expression;
    xmlXPathObject *result = NULL;
    int err = E_CONF;

    if (!context)
        return E_NOMEM;
    context->error = swallow;
    context->opLimit = SELECT_MAX_STEPS;
    expression = compile(context, selector, reterr);
    if (expression) {
        result = xmlXPathCompiledEval(expression, context);
        if (!result) {
            toc_error_set(reterr, NULL, 0, 0,
                "\"%.*s\" takes more than %d steps on this page",
                STR_ARG(utf8_cut(selector, 200)), SELECT_MAX_STEPS);
            err = E_LIMIT;
        } else if (result->type != XPATH_NODESET) {
            toc_error_set(reterr, NULL, 0, 0,
                "\"%.*s\" names no elements but a value",
                STR_ARG(utf8_cut(selector, 200)));
        } else {
            err = take_nodes(arena, html, result->nodesetval, ret, ret_n);
        }
    }
    xmlXPathFreeObject(result);
    xmlXPathFreeCompExpr(expression);
    xmlXPathFreeContext(context);
    return err;
}
