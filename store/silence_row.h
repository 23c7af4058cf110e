/*
 * silence_row: how a row of the table is read, for store and view.
 */
#ifndef TOCSIN_STORE_SILENCE_ROW_H
#define TOCSIN_STORE_SILENCE_ROW_H

#include "incidents/silence.h"
#include "store/inside.h"

/* In the order that silence_read reads; then come messages and incidents. */
#define SILENCE_COLUMNS                                                        \
    "id, owner, category, source, rule, title, silence.incident, max_level, "  \
    "author, reason, created, until, idle_ms, last_match, ended, ended_by, "   \
    "ended_why"
int silence_read(struct query *q, struct arena *arena, void *row);
/* All rows of a query; it is done then. */
int silence_rows(
    struct query *q, struct arena *arena, struct silence **ret, size_t *ret_n);

#endif
