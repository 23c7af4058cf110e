/*
 * view_report_incidents: the incidents of a range, with what happened to them
 * and when their items were seen, up to its end.
 */
#include "incidents/clock.h"
#include "store/inside.h"
#include "store/report_inside.h"

/* The columns that incident_row_read reads. */
#define ROW_COLUMNS                                                            \
    "id, coalesce(merged_into, 0), title, category, owner, assignee, "         \
    "explanation, state, cause, level, score, coalesce(opened, first_seen), "  \
    "acknowledged, closed"

static int
incident_row_read(
    struct query *q, struct arena *arena, struct report_incident_row *ret)
{
    ret->id = query_get_int(q);
    ret->merged_into = query_get_int(q);
    ret->title = query_get_str(q, arena);
    ret->category = query_get_str(q, arena);
    ret->owner = query_get_str(q, arena);
    ret->assignee = query_get_str(q, arena);
    ret->explanation = query_get_str(q, arena);
    ret->state = query_get_str(q, arena);
    ret->cause = query_get_str(q, arena);
    int r = store_level_of(query_get_int(q), &ret->level);
    ret->score = (int)query_get_int(q);
    ret->opened = query_get_wall(q);
    ret->acknowledged = query_get_wall(q);
    ret->closed = query_get_wall(q);
    ret->told = WALL_NONE;
    return r;
}

/* Run a query that gives rows of incidents. */
static int
read_rows(struct query *q, struct arena *arena,
    struct report_incident_row **ret, size_t *ret_n)
{
    struct list list = {
        .arena = arena, .size = sizeof(struct report_incident_row)};
    int r;

    while ((r = query_next(q)) == 0) {
        struct report_incident_row *row = list_add(&list);

        r = row ? incident_row_read(q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

static int
read_entries(struct report_reading *reading, struct report_incident_row *row)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_entry)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT at, kind, by, text FROM ledger WHERE incident = ?"
               " AND at < ? ORDER BY id"));
    query_int(&q, row->id);
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        struct report_entry *entry = list_add(&list);

        if (!entry) {
            r = E_NOMEM;
            break;
        }
        entry->at = query_get_wall(&q);
        entry->kind = query_get_str(&q, reading->arena);
        entry->by = query_get_str(&q, reading->arena);
        entry->text = query_get_str(&q, reading->arena);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    row->entries = list.rows;
    row->nentries = list.n;
    return r;
}

static int
read_items(struct report_reading *reading, struct report_incident_row *row)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_item)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT i.first_seen, i.source FROM incident_item AS m"
               " JOIN item AS i ON i.id = m.item WHERE m.incident = ?"
               " AND i.first_seen < ? ORDER BY i.first_seen, i.id"));
    query_int(&q, row->id);
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        struct wall seen = query_get_wall(&q);
        struct report_item *item;
        uint32_t source;

        if (report_source_find(reading->rows, query_peek_str(&q), &source) != 0)
            continue;
        item = list_add(&list);
        if (!item) {
            r = E_NOMEM;
            break;
        }
        *item = (struct report_item){seen, source};
    }
    if (q.done)
        r = 0;
    query_done(&q);
    row->items = list.rows;
    row->nitems = list.n;
    return r;
}

/* Whether it was told, and when that was accepted. */
static int
read_told(struct report_reading *reading, struct report_incident_row *row)
{
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT count(*), min(iif(state = 'delivered' AND finished < ?2,"
               " finished, NULL)) FROM delivery"
               " WHERE incident = ?1 AND created < ?2"));
    query_int(&q, row->id);
    query_wall(&q, reading->span->until);
    r = query_next(&q);
    if (r == 0) {
        row->asked = query_get_int(&q) > 0;
        row->told = query_get_wall(&q);
    }
    query_done(&q);
    return r;
}

/* Mark those of which quiet hours or a silence held a message back. */
static int
read_held(struct report_reading *reading)
{
    struct report_rows *rows = reading->rows;
    struct query q;
    size_t at = 0;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT incident FROM held WHERE since < ?1 UNION"
               " SELECT incident FROM silenced WHERE first < ?1"
               " ORDER BY incident"));
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        int64_t id = query_get_int(&q);

        while (at < rows->nincidents && rows->incidents[at].id < id)
            at++;
        if (at < rows->nincidents && rows->incidents[at].id == id)
            rows->incidents[at].held = true;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    return r;
}

/* Runs of the deadlines of the incidents of the range. */
static int
read_clocks(struct report_reading *reading)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_clock_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT clock, title, document, incident, started, due,"
               " breached, ended FROM clock_run WHERE started < ?1"
               /* A merge, or a rule that let it go, decides nothing. */
               " AND (breached IS NOT NULL OR ending NOT IN (?3, ?4))"
               " AND incident IN"
               " (SELECT id FROM incident INDEXED BY incident_range"
               "  WHERE opened < ?1 AND (closed IS NULL OR closed >= ?2))"
               " ORDER BY clock, incident, id"));
    query_wall(&q, reading->span->until);
    query_wall(&q, reading->span->starts[0]);
    query_int(&q, CLOCK_MERGED);
    query_int(&q, CLOCK_DROPPED);
    while ((r = query_next(&q)) == 0) {
        struct report_clock_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->clock = query_get_str(&q, reading->arena);
        row->title = query_get_str(&q, reading->arena);
        row->document = query_get_str(&q, reading->arena);
        row->incident = query_get_int(&q);
        row->started = query_get_wall(&q);
        row->due = query_get_wall(&q);
        row->breached = query_get_wall(&q);
        row->ended = query_get_wall(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    reading->rows->clocks = list.rows;
    reading->rows->nclocks = list.n;
    return r;
}

int
report_read_incidents(struct report_reading *reading)
{
    const struct report_span *span = reading->span;
    struct report_rows *rows = reading->rows;
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT " ROW_COLUMNS " FROM incident WHERE id IN"
               " (SELECT id FROM incident INDEXED BY incident_range"
               "  WHERE opened < ?1 AND (closed IS NULL OR closed >= ?2))"
               " ORDER BY id"));
    query_wall(&q, span->until);
    query_wall(&q, span->starts[0]);
    r = read_rows(&q, reading->arena, &rows->incidents, &rows->nincidents);
    for (size_t i = 0; r == 0 && i < rows->nincidents; i++) {
        r = read_entries(reading, &rows->incidents[i]);
        if (r == 0)
            r = read_items(reading, &rows->incidents[i]);
        if (r == 0)
            r = read_told(reading, &rows->incidents[i]);
    }
    if (r == 0)
        r = read_held(reading);
    if (r == 0)
        r = read_clocks(reading);
    if (r != 0)
        return r;
    db_query(reading->db, &q,
        DB_SQL("SELECT " ROW_COLUMNS " FROM incident INDEXED BY incident_range"
               " WHERE opened >= ? AND opened < ? ORDER BY id"));
    query_wall(&q, span->before);
    query_wall(&q, span->starts[0]);
    r = read_rows(
        &q, reading->arena, &rows->incidents_before, &rows->nincidents_before);
    for (size_t i = 0; r == 0 && i < rows->nincidents_before; i++)
        r = read_entries(reading, &rows->incidents_before[i]);
    return r;
}
