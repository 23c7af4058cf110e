/*
 * page: what every HTML page has besides its handler's value.
 */
#ifndef TOCSIN_CONSOLE_PAGE_H
#define TOCSIN_CONSOLE_PAGE_H

#include "console/context.h"

/* Add to the value of page name: "page_title", "t" (all texts) and "ui" (who,
 * language, links, alarms). */
int page_frame(struct context *ctx, const char *name, json_t *value);

#endif
