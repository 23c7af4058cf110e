/*
 * rows_site: own sites and what was found on them, as JSON.
 */
#ifndef TOCSIN_CONSOLE_ROWS_SITE_H
#define TOCSIN_CONSOLE_ROWS_SITE_H

#include "console/context.h"
#include "store/view_site.h"

/* "reachable", …; static.  As feeds/sitekind.h names them. */
const char *rows_site_group_name(enum site_group group);
/* E_PARSE when there is no such group. */
int rows_site_group_parse(struct str name, enum site_group *ret);

/* Objects are owned by the caller. */
json_t *row_site(struct context *ctx, const struct site_row *row);
json_t *row_site_finding(
    struct context *ctx, const struct site_finding_row *row);
json_t *row_site_page(struct context *ctx, const struct site_page_row *row);
json_t *row_site_host(struct context *ctx, const struct site_host_row *row);

/* The own sites whose findings are this incident, as "own_sites"; for pages. */
int set_own_sites(struct context *ctx, int64_t incident, json_t *value);

/* An address of a site's own: key, and for pages key_link when a person may
 * follow it. */
void set_site_link(
    const struct context *ctx, json_t *object, const char *key, struct str url);
/* For pages: the number of whole days until t, as "days", and "ended" when it
 * is over. */
void set_days_left(const struct context *ctx, json_t *object, struct wall t);

#endif
