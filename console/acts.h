/*
 * acts: what the pages about incidents share.
 */
#ifndef TOCSIN_CONSOLE_ACTS_H
#define TOCSIN_CONSOLE_ACTS_H

#include "console/context.h"

/* The address of the incident list with the filters of this request's own
 * address, and more ("NAME=VALUE&…", may be absent) behind them. */
struct str incidents_link(struct context *ctx, struct str more);
/* Add the causes that end an incident, or that make it a false alarm, as
 * options. */
void set_causes(
    const struct context *ctx, json_t *value, const char *key, bool false_alarm);
/* Add what the incident has to do with others: merged, next, splits. */
int set_related(struct context *ctx, const struct incident *incident,
    json_t *value);

#endif
