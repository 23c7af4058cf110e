/*
 * list_views: the tabs above the incident list, and the filters in force as
 * words that can be taken away.
 */
#ifndef TOCSIN_CONSOLE_LIST_VIEWS_H
#define TOCSIN_CONSOLE_LIST_VIEWS_H

#include "console/list_query.h"

/* "views": those that are there always, everybody's and one's own, each with its
 * address and how many it has; which one this is. */
void set_views(struct context *ctx, json_t *value);
/* "chips": each filter of the address in words, and the address without it. */
void set_chips(struct context *ctx, json_t *value);
/* A filter's value in words: those of several with a comma between. */
struct str list_value_text(
    const struct context *ctx, const char *name, struct str value);

#endif
