/*
 * list_query: the incident list's address, as a filter and back.
 *
 * Every filter stands in the address, so that a list can be sent, saved as a
 * view, and linked to; reports and the page Now link with these names.
 */
#ifndef TOCSIN_CONSOLE_LIST_QUERY_H
#define TOCSIN_CONSOLE_LIST_QUERY_H

#include "console/context.h"
#include "store/view_list.h"

/* What stands for the asker, or for nobody, as assignee. */
#define LIST_ME "@me"
#define LIST_NOBODY "@none"

struct list_query {
    const struct http_header *params;
    size_t n;
};

/* The request's own. */
struct list_query list_query_own(const struct context *ctx);
/* That of a text, as a saved view has it: none when it is wrong. */
struct list_query list_query_of(const struct context *ctx, struct str text);
struct str list_query_get(const struct list_query *query, const char *name);

/* 0, or E_PARSE when something in it means nothing. */
int list_query_filter(const struct context *ctx, const struct list_query *query,
    struct list_filter *ret);
/* Whether it filters at all. */
bool list_query_is_any(const struct list_query *query);

/* The names of all filters, in the order in which links have them; NULL is the
 * end. */
extern const char *const list_query_names[];

/* The query in that order, without page, with the order of rows: what a view is
 * saved as and known again by.  In the arena. */
struct str list_query_text(
    const struct context *ctx, const struct list_query *query);
/* An address of base with the request's filters, of which name is set to value,
 * or left out when that is absent.  "limit" stays, the page does not. */
struct str list_link(const struct context *ctx, const char *base,
    const char *name, struct str value);
/* base?text, or base alone. */
struct str list_address(
    const struct context *ctx, const char *base, struct str text);

#endif
