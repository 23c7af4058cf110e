/*
 * rows_clock: the deadlines of an incident, and who is told next.
 */
#ifndef TOCSIN_CONSOLE_ROWS_CLOCK_H
#define TOCSIN_CONSOLE_ROWS_CLOCK_H

#include "console/context.h"

/* Set "clocks" and "escalation" of an incident's value.  0 or an error. */
int rows_clocks(struct context *ctx, int64_t incident, json_t *value);

#endif
