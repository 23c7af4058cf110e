/*
 * sites: what the pages of own sites have in common.  Only for page_site*.c
 * and page_sheet.c.
 */
#ifndef TOCSIN_CONSOLE_SITES_H
#define TOCSIN_CONSOLE_SITES_H

#include <jansson.h>

#include "console/context.h"
#include "store/view_site.h"

/* ?owner=, ?site=, ?group=a,b of the request.  0, or E_PARSE when a group is
 * none. */
int sites_filter(struct context *ctx, struct site_filter *ret);
/* base with those filters of the request, of which name ("group", …, or
 * "format") is value, or left out when that is absent. */
struct str sites_link(
    struct context *ctx, const char *base, const char *name, struct str value);
/* The owners to choose from, as "owners"; for pages. */
void sites_owners(struct context *ctx, json_t *value, struct str chosen);

#endif
