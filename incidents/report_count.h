/*
 * report_count: what the counting of a report has in common.  Only for
 * report_figures.c and the files beside it.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_COUNT_H
#define TOCSIN_INCIDENTS_REPORT_COUNT_H

#include "base/jsonx.h"
#include "incidents/report_case.h"
#include "incidents/report_figures.h"

struct counting {
    const struct report_input *input;
    const struct report_rows *rows;
    struct wall from, until;
    struct arena *arena;
    struct report_case *cases, *before; /* beside rows->incidents, _before */
    size_t *items; /* of each case, with those merged into it */
    bool *listed;  /* it is named somewhere in the report */
    bool *important;
    json_t *out;
    bool failed;
};

/* Set key of object; failure marks counting. */
void count_set(
    struct counting *c, json_t *object, const char *key, json_t *value_taken);
void count_number(
    struct counting *c, json_t *object, const char *key, uint64_t value);
void count_str(
    struct counting *c, json_t *object, const char *key, struct str value);
/* Absent instants are null. */
void count_time(
    struct counting *c, json_t *object, const char *key, struct wall t);

/* It opened in the range, and is an incident of its own at the end. */
bool count_opened(const struct counting *c, const struct report_case *one);
/* It ended in the range, and was over at the end. */
bool count_ended(const struct counting *c, const struct report_case *one);
/* The number of the case with this id; n when there is none. */
size_t count_find(const struct counting *c, int64_t id);
/* That of what it was merged into, itself when it was not. */
size_t count_root(const struct counting *c, size_t i);

/* report_volume.c: volume, days, levels, categories, tiers, sources, owners */
void count_volume(struct counting *c);
void count_sources(struct counting *c);
void count_owners(struct counting *c);
/* report_lists.c: opened, closed, carried, important, and what these are */
void count_lists(struct counting *c);
/* report_times.c: response times and deadlines */
void count_times(struct counting *c);
void count_clocks(struct counting *c);
/* report_work.c: rules, coverage, deliveries */
void count_rules(struct counting *c);
void count_coverage(struct counting *c);
void count_deliveries(struct counting *c);
/* report_sites.c */
void count_own_sites(struct counting *c);

#endif
