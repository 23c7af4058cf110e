/*
 * select: the records of a page, said by the operator.
 *
 * A selector is an XPath 1.0 expression, or a CSS selector of the common kind
 * (type, .class, #id, [attribute…], descendant, child, sibling, comma), which
 * is translated.  It is XPath when it holds a '/' outside of brackets, "::",
 * or begins with '('.
 */
#ifndef TOCSIN_FEEDS_SELECT_H
#define TOCSIN_FEEDS_SELECT_H

#include "feeds/html.h"

enum {
    SELECT_MAX_BYTES = 2048,      /* of a selector */
    SELECT_MAX_STEPS = 10000000,  /* of evaluating it on one page */
    SELECT_MAX_NODES = 5000
};

/* Append the XPath form of selector to out.  0, or E_CONF with *reterr. */
int select_translate(
    struct str selector, struct buf *out, struct toc_error *reterr);
/* Whether selector can be used: 0, or E_CONF with *reterr.  For reading the
 * configuration. */
int select_check(struct str selector, struct toc_error *reterr);
/* The elements that selector names, as nodes of html in document order, at
 * most SELECT_MAX_NODES.  E_CONF, E_LIMIT (too many steps), E_NOMEM, with
 * *reterr. */
int select_nodes(struct arena *arena, const struct html *html,
    struct str selector, struct toc_error *reterr, uint32_t **ret,
    size_t *ret_n);

#endif
