/*
 * rows_clock: the deadlines of an incident, and who is told next.
 */
#ifndef TOCSIN_CONSOLE_ROWS_CLOCK_H
#define TOCSIN_CONSOLE_ROWS_CLOCK_H

#include "console/context.h"
#include "store/view_clocks.h"

/* What a clock is called in the reader's language. */
struct str rows_clock_title(
    const struct context *ctx, const struct clock_run *run);
/* Set "clocks" and "escalation" of an incident's value.  0 or an error. */
int rows_clocks(struct context *ctx, int64_t incident, json_t *value);

#endif
