/*
 * select: the records of a page, and what is in them; see select.h.
 */
#include "feeds/select.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "base/utf8.h"
#include "feeds/selectcss.h"

/* Whether s begins as a function's call: "string(.//a)", "text()". */
static bool
is_call(struct str s)
{
    size_t i = 0;

    while (i < s.n &&
           ((s.p[i] >= 'a' && s.p[i] <= 'z') || (i > 0 && s.p[i] == '-')))
        i++;
    return i > 0 && i < s.n && s.p[i] == '(';
}

/* "::" of an axis, not ::text or ::attr(). */
static bool
is_axis(struct str s)
{
    return str_starts(s, STR("::")) && !str_starts(s, STR("::text")) &&
           !str_starts(s, STR("::attr("));
}

static bool
is_xpath(struct str s)
{
    char quote = 0;
    int depth = 0;

    if (str_eq(s, STR(".")) || (s.n > 0 && strchr("(@", s.p[0])) || is_call(s))
        return true;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '[' || c == ']')
            depth += c == '[' ? 1 : -1;
        else if ((c == '/' && depth == 0) || is_axis(str_from(s, i)))
            return true;
    }
    return false;
}

static int
translate(
    struct str selector, bool within, struct buf *out, struct toc_error *reterr)
{
    struct str text = str_trim(selector);
    size_t at = 0;
    int err;

    if (text.n == 0 || text.n > SELECT_MAX_BYTES ||
        memchr(text.p, '\0', text.n)) {
        toc_error_set(reterr, NULL, 0, 0,
            "a selector has 1 to %d bytes, none of them zero",
            SELECT_MAX_BYTES);
        return E_CONF;
    }
    if (is_xpath(text)) {
        if (within && text.p[0] == '/')
            (void)buf_add_char(out, '.');
        return buf_add_str(out, text);
    }
    err = selectcss_translate(text, within, out, &at);
    if (err == E_CONF)
        toc_error_set(reterr, NULL, 0,
            (unsigned)utf8_count(str_first(text, at)) + 1,
            "the selector is not understood from \"%.*s\" on; XPath needs a "
            "'/', CSS may use type, .class, #id, [attribute], :nth-child(), "
            ":not(), :contains() and > + ~ ,",
            STR_ARG(utf8_cut(str_from(text, at), 40)));
    return err;
}

int
select_translate(struct str selector, struct buf *out, struct toc_error *reterr)
{
    return translate(selector, false, out, reterr);
}

static void
swallow(void *arg, xmlErrorPtr error)
{
    (void)arg;
    (void)error;
}

/* Compile selector in context; NULL with *reterr. */
static xmlXPathCompExprPtr
compile(xmlXPathContext *context, struct str selector, bool within,
    struct toc_error *reterr)
{
    struct buf xpath;
    xmlXPathCompExprPtr expression = NULL;

    buf_init(&xpath, 64 * 1024);
    if (translate(selector, within, &xpath, reterr) == 0) {
        expression =
            xmlXPathCtxtCompile(context, (const xmlChar *)buf_cstr(&xpath));
        if (!expression)
            toc_error_set(reterr, NULL, 0, 0, "\"%.*s\" is no XPath expression",
                STR_ARG(utf8_cut(selector, 200)));
    }
    buf_done(&xpath);
    return expression;
}

static int
check(struct str selector, bool within, struct toc_error *reterr)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathCompExprPtr expression;

    if (!context)
        return E_NOMEM;
    context->error = swallow;
    expression = compile(context, selector, within, reterr);
    xmlXPathFreeCompExpr(expression);
    xmlXPathFreeContext(context);
    return expression ? 0 : E_CONF;
}

int
select_check(struct str selector, struct toc_error *reterr)
{
    return check(selector, false, reterr);
}

int
select_check_within(struct str selector, struct toc_error *reterr)
{
    return check(selector, true, reterr);
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
    expression = compile(context, selector, false, reterr);
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

struct select {
    const struct html *html;
    xmlXPathContext *context;
    xmlXPathCompExprPtr expression;
};

void
select_done(struct select *select)
{
    if (!select)
        return;
    xmlXPathFreeCompExpr(select->expression);
    xmlXPathFreeContext(select->context);
    free(select);
}

int
select_open(const struct html *html, struct str selector,
    struct toc_error *reterr, struct select **ret)
{
    struct select *select = calloc(1, sizeof *select);

    if (!select)
        return E_NOMEM;
    select->html = html;
    select->context = xmlXPathNewContext(html->doc);
    if (!select->context) {
        select_done(select);
        return E_NOMEM;
    }
    select->context->error = swallow;
    select->context->opLimit = SELECT_MAX_STEPS;
    select->expression = compile(select->context, selector, true, reterr);
    if (!select->expression) {
        select_done(select);
        return E_CONF;
    }
    *ret = select;
    return 0;
}

/* What result says: the first of its nodes, or its value as a text. */
static int
take_hit(struct arena *arena, const struct html *html, xmlXPathObject *result,
    struct select_hit *ret)
{
    const xmlNodeSet *set = result->nodesetval;
    xmlNode *first = NULL;
    xmlChar *text;

    *ret = (struct select_hit){0};
    if (result->type == XPATH_NODESET) {
        if (!set || set->nodeNr <= 0)
            return 0;
        xmlXPathNodeSetSort(result->nodesetval);
        first = set->nodeTab[0];
        if (first->type == XML_ELEMENT_NODE) {
            ret->node = node_index(html, first);
            return 0;
        }
        text = xmlXPathCastNodeToString(first);
    } else {
        text = xmlXPathCastToString(result);
    }
    if (!text)
        return E_NOMEM;
    ret->text = arena_str(
        arena, utf8_cut(str_of((const char *)text), HTML_MAX_VALUE_BYTES));
    xmlFree(text);
    return ret->text.p ? 0 : E_NOMEM;
}

int
select_within(struct select *select, struct arena *arena, uint32_t node,
    struct toc_error *reterr, struct select_hit *ret)
{
    xmlXPathObject *result;
    int err;

    select->context->node = select->html->nodes[node].xml;
    result = xmlXPathCompiledEval(select->expression, select->context);
    if (!result) {
        toc_error_set(reterr, NULL, 0, 0,
            "a selector within the records takes more than %d steps on this "
            "page",
            SELECT_MAX_STEPS);
        return E_LIMIT;
    }
    err = take_hit(arena, select->html, result, ret);
    xmlXPathFreeObject(result);
    return err;
}
