/*
 * report_case: how an incident stood at an instant of the past, from what the
 * ledger says of it.
 *
 * What a row of the store says now is of no use for a report of last month: it
 * may have been closed since.  So its entries are gone through again, up to the
 * instant.  An incident without entries is taken as its row stands.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_CASE_H
#define TOCSIN_INCIDENTS_REPORT_CASE_H

#include "base/arena.h"
#include "incidents/incident.h"
#include "incidents/report_rows.h"

struct report_case {
    const struct report_incident_row *row;
    enum incident_state state;
    enum level level; /* the highest so far */
    int score;
    int64_t into; /* MERGED: into this one */
    struct wall opened;
    struct wall acknowledged; /* first, by a person; or WALL_NONE */
    struct wall responding;   /* likewise */
    struct wall closed;       /* last, when it is over; or WALL_NONE */
    struct str by;            /* who acknowledged it first */
    struct str cause, reason; /* of its end */
    struct str first_source;  /* id */
    int64_t snoozed_ms;       /* before it was acknowledged */
    unsigned reopened;        /* how often */
    bool escalated;           /* an acknowledgement ran out, or nobody came */
};

/* How row stood just before until.  Texts are row's, or live in arena. */
int report_case_at(const struct report_incident_row *row, struct wall until,
    struct arena *arena, struct report_case *ret);

#endif
