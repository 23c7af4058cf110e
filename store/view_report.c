/*
 * view_report: sources, matches, rules, deliveries and conditions of a range.
 *
 * Items are counted per source and day on the index item_range, without
 * reading a row of them; matches are found on revision_match.  A quarter with
 * a million items takes about a second.
 */
#include "store/inside.h"
#include "store/report_inside.h"

/* --- sources -------------------------------------------------------------- */

static int
read_sources(struct report_reading *reading)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_source_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT id, title, tier, owner, added, removed"
               " FROM source_state WHERE added < ?1"
               " AND (removed IS NULL OR removed > ?2) ORDER BY id"));
    query_wall(&q, reading->span->until);
    query_wall(&q, reading->span->before);
    while ((r = query_next(&q)) == 0) {
        struct report_source_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->id = query_get_str(&q, reading->arena);
        row->title = query_get_str(&q, reading->arena);
        row->tier = query_get_str(&q, reading->arena);
        row->owner = query_get_str(&q, reading->arena);
        row->added = query_get_wall(&q);
        row->removed = query_get_wall(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    reading->rows->sources = list.rows;
    reading->rows->nsources = list.n;
    return r;
}

int
report_source_find(const struct report_rows *rows, struct str id, uint32_t *ret)
{
    size_t low = 0, high = rows->nsources;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(rows->sources[middle].id, id);

        if (order == 0) {
            *ret = (uint32_t)middle;
            return 0;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return E_NOTFOUND;
}

/* Items of a source first seen from a until b; those of its first poll or not.
 */
static int
count_items(struct report_reading *reading, struct str source, struct wall a,
    struct wall b, bool baseline, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT count(*) FROM item INDEXED BY item_range"
               " WHERE source = ? AND baseline = ?"
               " AND first_seen >= ? AND first_seen < ?"));
    query_str(&q, source);
    query_int(&q, baseline);
    query_wall(&q, a);
    query_wall(&q, b);
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}

/* The end of day n, as far as it is counted. */
static struct wall
day_end(const struct report_span *span, size_t n)
{
    return span->starts[n + 1].ms < span->until.ms ? span->starts[n + 1]
                                                   : span->until;
}

static int
count_source(struct report_reading *reading, struct report_source_row *row)
{
    const struct report_span *span = reading->span;
    uint32_t *days = ARENA_ARRAY(reading->arena, span->days + 1, uint32_t);
    uint64_t all = 0, n = 0;
    int r = days ? 0 : E_NOMEM;

    if (r == 0)
        r = count_items(reading, row->id, span->before, span->starts[0], false,
            &row->before);
    if (r == 0)
        r = count_items(reading, row->id, span->starts[0], span->until, true,
            &row->baseline);
    if (r == 0)
        r = count_items(
            reading, row->id, span->starts[0], span->until, false, &all);
    /* Most sources of a long list had nothing: they need no days. */
    for (size_t i = 0; r == 0 && all > 0 && i < span->days; i++) {
        if (span->starts[i].ms >= span->until.ms)
            break;
        r = count_items(
            reading, row->id, span->starts[i], day_end(span, i), false, &n);
        if (r == 0)
            days[i] = (uint32_t)n;
    }
    row->items = days;
    return r;
}

static int
count_sources(struct report_reading *reading)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < reading->rows->nsources; i++)
        r = count_source(reading, &reading->rows->sources[i]);
    return r;
}

/* --- matches -------------------------------------------------------------- */

/* Items first seen from a until b on which a rule held before b: each once,
 * with the highest of its revisions.  How many of these have a category is
 * what the index revision_match holds. */
static int
read_matches(struct report_reading *reading, struct wall a, struct wall b,
    struct report_match_row **ret, size_t *ret_n)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_match_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT i.first_seen, i.source, max(r.level), r.category"
               " FROM revision AS r INDEXED BY revision_match"
               " JOIN item AS i ON i.id = r.item"
               " WHERE r.category IS NOT NULL AND r.seen >= ?1 AND r.seen < ?2"
               " AND i.first_seen >= ?1 AND i.baseline = 0"
               " GROUP BY r.item ORDER BY i.first_seen, r.item"));
    query_wall(&q, a);
    query_wall(&q, b);
    while ((r = query_next(&q)) == 0) {
        struct wall seen = query_get_wall(&q);
        struct str source = query_peek_str(&q);
        struct report_match_row *row;
        uint32_t number;

        if (report_source_find(reading->rows, source, &number) != 0)
            continue; /* it left the configuration long ago */
        row = list_add(&list);
        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->seen = seen;
        row->source = number;
        r = store_level_of(query_get_int(&q), &row->level);
        row->category = query_get_str(&q, reading->arena);
        if (r != 0)
            break;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

/* --- rules ---------------------------------------------------------------- */

static int
read_rules(struct report_reading *reading, struct wall a, struct wall b,
    struct report_rule_row **ret, size_t *ret_n)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_rule_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT f.rule, f.title, coalesce(m.incident, 0),"
               " count(DISTINCT r.item)"
               " FROM revision AS r INDEXED BY revision_match"
               " JOIN item AS i ON i.id = r.item"
               " JOIN finding AS f ON f.revision = r.id"
               " LEFT JOIN incident_item AS m ON m.item = r.item AND m.at < ?2"
               " WHERE r.category IS NOT NULL AND r.seen >= ?1 AND r.seen < ?2"
               " AND i.first_seen >= ?1 AND i.baseline = 0"
               " AND f.indeterminate = 0"
               " GROUP BY f.rule, coalesce(m.incident, 0)"
               " ORDER BY f.rule, coalesce(m.incident, 0)"));
    query_wall(&q, a);
    query_wall(&q, b);
    while ((r = query_next(&q)) == 0) {
        struct report_rule_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->rule = query_get_str(&q, reading->arena);
        row->title = query_get_str(&q, reading->arena);
        row->incident = query_get_int(&q);
        row->items = (uint64_t)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

/* --- deliveries, conditions ----------------------------------------------- */

static int
read_deliveries(struct report_reading *reading)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_delivery_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT channel, state, created, finished, attempts"
               " FROM delivery INDEXED BY delivery_created"
               " WHERE created >= ? AND created < ? ORDER BY channel, id"));
    query_wall(&q, reading->span->starts[0]);
    query_wall(&q, reading->span->until);
    while ((r = query_next(&q)) == 0) {
        struct report_delivery_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->channel = query_get_str(&q, reading->arena);
        row->state = query_get_str(&q, reading->arena);
        row->created = query_get_wall(&q);
        row->finished = query_get_wall(&q);
        row->attempts = (uint32_t)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    reading->rows->deliveries = list.rows;
    reading->rows->ndeliveries = list.n;
    return r;
}

static int
read_conditions(struct report_reading *reading)
{
    struct list list = {
        .arena = reading->arena, .size = sizeof(struct report_condition_row)};
    struct query q;
    int r;

    db_query(reading->db, &q,
        DB_SQL("SELECT subject, kind, text, text_zh, severity, opened, closed"
               " FROM condition WHERE opened < ?"
               " AND (closed IS NULL OR closed > ?)"
               " ORDER BY subject, opened, id"));
    query_wall(&q, reading->span->until);
    query_wall(&q, reading->span->starts[0]);
    while ((r = query_next(&q)) == 0) {
        struct report_condition_row *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->subject = query_get_str(&q, reading->arena);
        row->kind = query_get_str(&q, reading->arena);
        row->text = query_get_str(&q, reading->arena);
        row->text_zh = query_get_str(&q, reading->arena);
        row->severity = (int)query_get_int(&q);
        row->opened = query_get_wall(&q);
        row->closed = query_get_wall(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    reading->rows->conditions = list.rows;
    reading->rows->nconditions = list.n;
    return r;
}

int
report_read_since(struct db *db, struct wall *ret)
{
    struct query q;
    int r;

    db_query(db, &q, DB_SQL("SELECT min(at) FROM generation"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_wall(&q);
    query_done(&q);
    return r;
}

/* --- all of it ------------------------------------------------------------ */

int
report_read(struct db *db, const struct report_span *span, struct arena *arena,
    struct report_rows *ret)
{
    struct report_rows rows = {0};
    struct report_reading reading = {db, span, arena, &rows};
    struct wall start = span->starts[0];
    int r = report_read_since(db, &rows.since);

    if (r == 0)
        r = read_sources(&reading);
    if (r == 0)
        r = count_sources(&reading);
    if (r == 0)
        r = read_matches(
            &reading, start, span->until, &rows.matches, &rows.nmatches);
    if (r == 0)
        r = read_matches(&reading, span->before, start, &rows.matches_before,
            &rows.nmatches_before);
    if (r == 0)
        r = read_rules(&reading, start, span->until, &rows.rules, &rows.nrules);
    if (r == 0)
        r = read_rules(&reading, span->before, start, &rows.rules_before,
            &rows.nrules_before);
    if (r == 0)
        r = report_read_incidents(&reading);
    if (r == 0)
        r = read_deliveries(&reading);
    if (r == 0)
        r = read_conditions(&reading);
    if (r == 0)
        r = report_read_sites(&reading);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0)
        *ret = rows;
    return r;
}

static void
kept_read(struct query *q, struct arena *arena, struct report_kept *ret)
{
    ret->name = query_get_str(q, arena);
    ret->zone = query_get_str(q, arena);
    ret->from = query_get_wall(q);
    ret->until = query_get_wall(q);
    ret->made = query_get_wall(q);
    (void)query_get_hash(q, ret->hash, sizeof ret->hash);
}

int
report_read_kept(struct db *db, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret)
{
    struct report_kept row = {0};
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT name, zone, start, until, made, hash, figures"
               " FROM report WHERE name = ? AND zone = ?"));
    query_str(&q, name);
    query_str(&q, zone);
    r = query_next(&q);
    if (r == 0) {
        kept_read(&q, arena, &row);
        row.figures = query_get_str(&q, arena);
        if (arena_failed(arena))
            r = E_NOMEM;
    }
    query_done(&q);
    if (r == 0)
        *ret = row;
    return r;
}

int
view_report_rows(struct view *view, const struct report_span *span,
    struct arena *arena, struct report_rows *ret)
{
    int r = db_begin(&view->db);

    if (r == 0)
        r = report_read(&view->db, span, arena, ret);
    db_rollback(&view->db);
    return r;
}

int
view_report_kept(struct view *view, struct str name, struct str zone,
    struct arena *arena, struct report_kept *ret)
{
    return report_read_kept(&view->db, name, zone, arena, ret);
}

int
view_reports(struct view *view, size_t max, struct arena *arena,
    struct report_kept **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct report_kept)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT name, zone, start, until, made, hash FROM report"
               " ORDER BY until DESC, start DESC, name LIMIT ?"));
    query_int(&q, (int64_t)(max < VIEW_REPORTS_MAX ? max : VIEW_REPORTS_MAX));
    while ((r = query_next(&q)) == 0) {
        struct report_kept *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        kept_read(&q, arena, row);
    }
    if (q.done)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
