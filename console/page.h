/*
 * page: what every HTML page has besides its handler's value.
 */
#ifndef TOCSIN_CONSOLE_PAGE_H
#define TOCSIN_CONSOLE_PAGE_H

#include "console/context.h"

/* Add to value: "t" (all texts) and "ui" (who, language, links, alarms). */
int page_frame(struct context *ctx, json_t *value);

#endif
