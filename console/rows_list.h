/*
 * rows_list: a row of the incident list, and the choices of its forms.
 */
#ifndef TOCSIN_CONSOLE_ROWS_LIST_H
#define TOCSIN_CONSOLE_ROWS_LIST_H

#include "console/rows.h"
#include "store/view_list.h"

/* An incident as row_incident, with its next deadline as "clock", the last
 * thing that happened as "touched", and the channel that did not take its
 * message. */
json_t *row_list(struct context *ctx, const struct list_row *row);
/* How long until t, or since: "1 h 12 min"; at most two units. */
struct str rows_left(const struct context *ctx, struct wall t);
/* A deadline that runs: {"id","title","document","due","left_ms"}; for pages
 * also its words and how near it is. */
json_t *row_deadline(struct context *ctx, const struct clock_run *run);
/* Add an option to a list of a form: its value, its text, whether chosen. */
void rows_option(json_t *list, struct str value, struct str text, bool chosen);
/* Add the people who may act, as "people": for assigning. */
void set_people(struct context *ctx, json_t *value);

#endif
