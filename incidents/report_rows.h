/*
 * report_rows: what a report is made from, as the store reads it.  Types only:
 * store/ includes this header, incidents/report_figures.h counts.
 *
 * All of it is of one snapshot, and nothing of it is later than the end of the
 * range: rows carry what has an instant, and the count leaves out what came
 * after.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_ROWS_H
#define TOCSIN_INCIDENTS_REPORT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/level.h"
#include "base/str.h"

/* A source that was configured at some time before the end. */
struct report_source_row {
    struct str id, title, tier, owner; /* tier, owner: or absent */
    struct wall added, removed;        /* or WALL_NONE */
    uint64_t baseline;     /* taken in at its first poll, in the range */
    uint64_t before;       /* items in the range before */
    const uint32_t *items; /* one per day of the range */
};

/* An item on which a rule held. */
struct report_match_row {
    struct wall seen;
    uint32_t source; /* number of its row */
    enum level level;
    struct str category;
};

struct report_entry {
    struct wall at;
    struct str kind, by, text; /* text: JSON of details */
};

struct report_item {
    struct wall at; /* first seen */
    uint32_t source;
};

/* An incident that was not over before the range began. */
struct report_incident_row {
    int64_t id, merged_into;
    struct str title, category, owner, assignee, explanation;
    struct str state, cause; /* as it is now, for those without entries */
    enum level level;        /* likewise */
    int score;
    struct wall opened, acknowledged, closed;
    struct wall told; /* its first message was accepted, WALL_NONE */
    bool asked;       /* a message was made for it */
    bool held;        /* quiet hours or a silence held one back */
    const struct report_entry *entries;
    size_t nentries;
    const struct report_item *items; /* in the order they were seen */
    size_t nitems;
};

/* That a rule held on items of an incident, or of none. */
struct report_rule_row {
    struct str rule, title;
    int64_t incident; /* 0 none */
    uint64_t items;
};

struct report_delivery_row {
    struct str channel, state;
    struct wall created, finished;
    uint32_t attempts;
};

/* How bad a condition is (feeds/condition.h): something may be missed; nothing
 * is seen of its source at all. */
enum { REPORT_TROUBLE = 2, REPORT_BLIND = 3 };
struct report_condition_row {
    struct str subject, kind, text, text_zh;
    int severity; /* as REPORT_TROUBLE, REPORT_BLIND; less is a note */
    struct wall opened, closed; /* WALL_NONE: still open */
};

/* One run of a deadline of an incident. */
struct report_clock_row {
    struct str clock, title, document; /* document: or absent */
    int64_t incident;
    struct wall started, due, breached, ended; /* or WALL_NONE */
};

/* An own site (feeds/sitekind.h), with what was found on it by group. */
enum { REPORT_SITE_GROUPS = 5 };
struct report_site_row {
    struct str id, title, owner; /* owner: or absent */
    uint64_t visits, failed;     /* in the range */
    uint64_t found[REPORT_SITE_GROUPS], mended[REPORT_SITE_GROUPS]; /* in it */
    uint64_t open[REPORT_SITE_GROUPS]; /* at its end */
};

struct report_rows {
    struct report_source_row *sources;
    size_t nsources;
    struct report_match_row *matches, *matches_before; /* by seen */
    size_t nmatches, nmatches_before;
    struct report_incident_row *incidents; /* by id */
    size_t nincidents;
    struct report_incident_row *incidents_before; /* opened in the range before;
                                                     without items */
    size_t nincidents_before;
    struct report_rule_row *rules, *rules_before; /* by rule, incident */
    size_t nrules, nrules_before;
    struct report_delivery_row *deliveries; /* by channel, id */
    size_t ndeliveries;
    struct report_condition_row *conditions; /* by subject, opened */
    size_t nconditions;
    struct report_clock_row *clocks; /* by clock, incident */
    size_t nclocks;
    struct report_site_row *sites; /* by id */
    size_t nsites;
    struct wall since; /* of the first configuration: nothing was watched
                          before; WALL_NONE */
};

/* What to read: the range's days, each from starts[i] until starts[i + 1]. */
struct report_span {
    const struct wall *starts; /* days + 1 */
    size_t days;
    struct wall before; /* where the range before begins; it ends at
                           starts[0] */
    struct wall until;  /* of what is counted: the end, or now when the range
                           still runs */
};

#endif
