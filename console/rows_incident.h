/*
 * rows_incident: what only the page of one incident says, for people.
 *
 * None of it is in the API: all of it is made from what the API has.
 */
#ifndef TOCSIN_CONSOLE_ROWS_INCIDENT_H
#define TOCSIN_CONSOLE_ROWS_INCIDENT_H

#include "console/context.h"
#include "incidents/clock.h"

/* What is read once for a page of an incident. */
struct incident_page {
    const struct incident_row *row;
    const struct item_row *items;
    size_t nitems; /* that were read, of row->incident.items */
    const struct ledger_row *ledger;
    size_t nledger;
    const struct delivery_row *deliveries;
    size_t ndeliveries;
    const struct clock_run *clocks;
    size_t nclocks;
    bool whole; /* nothing is left out */
};

/* page_incident.c: read it all, of its items the first max; lists are in the
 * request's arena. */
int incident_page_read(struct context *ctx, int64_t id, size_t max,
    struct incident_page *ret);

/* rows_glance.c: six answers, as "glance": what, where, how sure, how long,
 * who knows, what next. */
void set_glance(
    struct context *ctx, const struct incident_page *page, json_t *value);

/* rows_time.c: all that happened in one list, newest first, as "events": what
 * the ledger has, messages, attempts with the platform's answer, clocks.
 * ?show=people, messages or clocks leaves the others out, ?all=1 shortens
 * nothing. */
void set_events(
    struct context *ctx, const struct incident_page *page, json_t *value);

/* rows_similar.c: open incidents that may be the same event, the likeliest
 * first, as "similar". */
int set_similar(
    struct context *ctx, const struct incident *incident, json_t *value);
/* How much alike two titles are, 0 … 100: of pairs of characters, those that
 * both have. */
int similar_titles(struct str a, struct str b);

/* rows_score.c: running sums beside the lines of "explanation", and a line for
 * what is missing, so that they end at the score. */
void set_score_sums(const struct context *ctx, json_t *incident, int score);

#endif
