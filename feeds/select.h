/*
 * select: the records of a page, and what is in them, said by the operator.
 *
 * A selector is an XPath 1.0 expression or a CSS selector of the common kind,
 * which is translated (feeds/selectcss.h).  It is XPath when it begins with
 * '(', '@' or a function's call, is "." or holds a '/' outside of brackets or
 * "::".
 *
 * One selector names the records, as elements of the page.  Others name a text
 * within a record: an element (its text), an attribute, or the value of an
 * expression; CSS has ::attr(name) and ::text for that.  They are looked for
 * in the record only, also when they begin with '/'.
 */
#ifndef TOCSIN_FEEDS_SELECT_H
#define TOCSIN_FEEDS_SELECT_H

#include "feeds/html.h"

enum {
    SELECT_MAX_BYTES = 2048,     /* of a selector */
    SELECT_MAX_STEPS = 10000000, /* of evaluating it on one page */
    SELECT_MAX_NODES = 5000
};

/* Append the XPath form of selector to out.  0, or E_CONF with *reterr, whose
 * column is where it is not understood. */
int select_translate(
    struct str selector, struct buf *out, struct toc_error *reterr);
/* Whether selector can name records: 0, or E_CONF with *reterr.  For reading
 * the configuration. */
int select_check(struct str selector, struct toc_error *reterr);
/* The same of a selector that names a text within a record. */
int select_check_within(struct str selector, struct toc_error *reterr);
/* The elements that selector names, as nodes of html in document order, at
 * most SELECT_MAX_NODES.  E_CONF, E_LIMIT (too many steps), E_NOMEM, with
 * *reterr. */
int select_nodes(struct arena *arena, const struct html *html,
    struct str selector, struct toc_error *reterr, uint32_t **ret,
    size_t *ret_n);

/* A selector within records, made ready for one page. */
struct select;
/* What it names in one record. */
struct select_hit {
    uint32_t node;   /* the first element, 0 when it is none */
    struct str text; /* of the attribute, text or value; absent for elements */
};
/* 0; E_CONF or E_NOMEM with *reterr.  select_done frees *ret. */
int select_open(const struct html *html, struct str selector,
    struct toc_error *reterr, struct select **ret);
void select_done(struct select *select);
/* What select names in the record at node; neither node nor text when nothing.
 * E_LIMIT, E_NOMEM with *reterr. */
int select_within(struct select *select, struct arena *arena, uint32_t node,
    struct toc_error *reterr, struct select_hit *ret);

#endif
