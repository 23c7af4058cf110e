/*
 * export: everything that is stored, row by row, for another program.
 */
#ifndef TOCSIN_STORE_EXPORT_H
#define TOCSIN_STORE_EXPORT_H

#include "store/view.h"

/* clang-format off */
/* The tables, in an order in which what is referred to comes first.  Left out
 * are those that are made from others (search, tally), and those that only
 * hold keys and log-ins. */
#define EXPORT_TABLES(X)                                                   \
    X(meta) X(generation) X(source_state) X(hub) X(item) X(revision)       \
    X(finding) X(user) X(incident) X(incident_item) X(incident_keeping)    \
    X(split) X(split_item) X(ledger) X(delivery) X(attempt) X(condition)   \
    X(suspicion) X(poll_log) X(poll_tally) X(wanted) X(evidence_document)  \
    X(evidence) X(exception) X(silence) X(silenced) X(held) X(report)      \
    X(report_sent) X(clock_run) X(escalation_run) X(rota_override)         \
    X(handover) X(channel_state) X(pulse) X(list_view) X(bulk)             \
    X(bulk_item) X(rule_edit) X(site_state) X(site_visit) X(site_page)       \
    X(site_finding) X(site_host)
/* clang-format on */
enum export_table {
#define X(name) EXPORT_##name,
    EXPORT_TABLES(X)
#undef X
        EXPORT_COUNT
};
const char *export_table_name(enum export_table table);

/* One value of a row. */
struct export_value {
    const char *column;
    enum {
        EXPORT_NULL,
        EXPORT_INT,
        EXPORT_REAL,
        EXPORT_TEXT,
        EXPORT_BYTES
    } type;
    int64_t integer;
    double real;
    struct str text; /* or bytes; lent until the call returns */
};
enum { EXPORT_MAX_COLUMNS = 64 };
/* Every row of a table, over one snapshot when it is called between
 * view_export_begin and view_export_end; passwords and secrets are left out.
 * Stops on a non-zero return of each, and returns it. */
int view_export_begin(struct view *view);
int view_export(struct view *view, enum export_table table,
    int (*each)(void *arg, const struct export_value *values, size_t n),
    void *arg);
void view_export_end(struct view *view);

#endif
