/* view_rules: stored items and findings. */
#include "store/view_rules.h"

#include <stdlib.h>

#include "store/inside.h"
#include "store/view_edits.h"

#define MATCHED_COLUMNS                                                        \
    "i.id, r.id, i.source, s.title, r.title, r.text, r.url, r.published,"      \
    " r.updated, i.first_seen, i.revisions, r.score, r.level, s.tier,"         \
    " s.tags, i.baseline, i.backfill"
#define MATCHED_TABLES                                                         \
    " FROM item AS i JOIN revision AS r ON r.id = i.revision"                  \
    " JOIN source_state AS s ON s.id = i.source"

static int
matched_read(struct view *view, struct query *q, struct arena *arena,
    struct matched_item *ret)
{
    struct item_row *item = &ret->item;
    int r;

    *ret = (struct matched_item){0};
    item->id = query_get_int(q);
    item->revision = query_get_int(q);
    item->source = query_get_str(q, arena);
    item->source_title = query_get_str(q, arena);
    item->title = query_get_str(q, arena);
    item->text = query_get_str(q, arena);
    item->url = query_get_str(q, arena);
    item->published = query_get_wall(q);
    ret->updated = query_get_wall(q);
    item->first_seen = query_get_wall(q);
    item->revisions = (uint32_t)query_get_int(q);
    item->score = (int)query_get_int(q);
    r = store_level_of(query_get_int(q), &ret->level);
    ret->tier = query_get_str(q, arena);
    ret->tags = query_get_str(q, arena);
    ret->baseline = query_get_int(q) != 0;
    ret->backfill = query_get_int(q) != 0;
    if (r == 0)
        r = item_findings(view, arena, item);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

static void
bind_span(struct query *q, struct wall since, struct wall until)
{
    query_int(q, wall_is_set(since) ? since.ms : 0);
    query_int(q, wall_is_set(until) ? until.ms : INT64_MAX);
}

int
view_matched_items(struct view *view, struct wall since, struct wall until,
    struct arena *arena,
    int (*each)(void *arg, const struct matched_item *item), void *arg)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " MATCHED_COLUMNS MATCHED_TABLES
               " WHERE i.first_seen >= ? AND i.first_seen < ?"
               " ORDER BY i.first_seen, i.id"));
    bind_span(&q, since, until);
    while ((r = query_next(&q)) == 0) {
        struct matched_item item;

        arena_clear(arena);
        r = matched_read(view, &q, arena, &item);
        if (r == 0)
            r = each(arg, &item);
        if (r != 0)
            break;
    }
    query_done(&q);
    return r == E_NOTFOUND && q.done ? 0 : r;
}

int
view_matched_slice(struct view *view, struct wall since, int64_t after,
    size_t max, struct arena *arena, struct matched_item **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct matched_item)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " MATCHED_COLUMNS MATCHED_TABLES
               " WHERE i.id > max(?1, coalesce((SELECT id FROM item"
               " WHERE first_seen < ?2 ORDER BY first_seen DESC LIMIT 1), 0))"
               " AND i.first_seen >= ?2 ORDER BY i.id LIMIT ?3"));
    query_int(&q, after);
    query_int(&q, since.ms);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct matched_item *row = list_add(&list);

        r = row ? matched_read(view, &q, arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    query_done(&q);
    if (!q.done)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_matched_item(struct view *view, int64_t id, struct arena *arena,
    struct matched_item *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " MATCHED_COLUMNS MATCHED_TABLES " WHERE i.id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = matched_read(view, &q, arena, ret);
    query_done(&q);
    return r;
}

int
view_matched_count(
    struct view *view, struct wall since, struct wall until, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM item"
               " WHERE first_seen >= ? AND first_seen < ?"));
    bind_span(&q, since, until);
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}

static int
rule_sums_read(struct view *view, struct wall since, struct arena *arena,
    struct rule_sum **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct rule_sum)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        /* once over the findings; few incidents were merged into another */
        DB_SQL(
            "WITH hit AS MATERIALIZED ("
            " SELECT f.rule, f.indeterminate, f.title, i.first_seen,"
            " c.id, c.state, c.cause"
            " FROM item AS i CROSS JOIN finding AS f"
            "  ON f.revision = i.revision"
            " LEFT JOIN incident_item AS m ON m.item = i.id"
            " LEFT JOIN incident AS o ON o.id = m.incident"
            " LEFT JOIN incident AS c ON c.id = iif(o.merged_into IS NULL,"
            "  o.id, " ROOT(
                "o.id") ")"
                        " WHERE i.first_seen >= ?1),"
                        " why AS MATERIALIZED ("
                        " SELECT rule, cause, count(DISTINCT id) AS n FROM hit"
                        " WHERE state = 'false_alarm' AND cause IS NOT NULL"
                        " GROUP BY rule, cause)"
                        "SELECT rule, count(*), sum(indeterminate),"
                        " count(DISTINCT id),"
                        " count(DISTINCT iif(state = 'closed', id, NULL)),"
                        " count(DISTINCT iif(state = 'false_alarm', id, NULL)),"
                        " max(first_seen), max(title),"
                        " (SELECT w.cause FROM why AS w WHERE w.rule = hit.rule"
                        "  ORDER BY w.n DESC, w.cause LIMIT 1)"
                        " FROM hit GROUP BY rule ORDER BY rule"));
    query_int(&q, wall_is_set(since) ? since.ms : 0);
    while ((r = query_next(&q)) == 0) {
        struct rule_sum *sum = list_add(&list);

        if (!sum) {
            r = E_NOMEM;
            break;
        }
        sum->rule = query_get_str(&q, arena);
        sum->items = (uint64_t)query_get_int(&q);
        sum->indeterminate = (uint64_t)query_get_int(&q);
        sum->incidents = (uint64_t)query_get_int(&q);
        sum->right = (uint64_t)query_get_int(&q);
        sum->wrong = (uint64_t)query_get_int(&q);
        sum->last = query_get_wall(&q);
        sum->title = query_get_str(&q, arena);
        sum->cause = query_get_str(&q, arena);
    }
    query_done(&q);
    if (!q.done)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* --- sums that cost much are kept for a moment -------------------------------
 */

struct rule_sums {
    struct arena *arena;
    struct rule_sum *rows;
    size_t n;
    struct wall since;
};

void
rule_sums_free(struct rule_sums *sums)
{
    if (!sums)
        return;
    arena_free(sums->arena);
    free(sums);
}

/* The sums of a question that is at most RULE_SUMS_AGE_MS older. */
static bool
sums_recent(const struct rule_sums *sums, struct wall since)
{
    return sums && since.ms >= sums->since.ms &&
           since.ms - sums->since.ms < RULE_SUMS_AGE_MS;
}

static int
sums_copy(const struct rule_sum *from, size_t n, struct arena *arena,
    struct rule_sum **ret)
{
    struct rule_sum *rows = ARENA_ARRAY(arena, n + 1, struct rule_sum);

    for (size_t i = 0; rows && i < n; i++) {
        rows[i] = from[i];
        rows[i].rule = arena_str(arena, from[i].rule);
        rows[i].title = arena_str(arena, from[i].title);
        rows[i].cause = arena_str(arena, from[i].cause);
    }
    if (!rows || arena_failed(arena))
        return E_NOMEM;
    *ret = rows;
    return 0;
}

/* What few items made is counted anew each time. */
static bool
sums_cost(const struct rule_sum *rows, size_t n)
{
    uint64_t items = 0;

    for (size_t i = 0; i < n; i++)
        items += rows[i].items;
    return items >= RULE_SUMS_COSTLY;
}

/* Without memory nothing is kept. */
static void
sums_keep(
    struct view *view, struct wall since, const struct rule_sum *rows, size_t n)
{
    struct rule_sums *sums = calloc(1, sizeof(*sums));

    rule_sums_free(view->rule_sums);
    view->rule_sums = NULL;
    if (!sums || !sums_cost(rows, n)) {
        free(sums);
        return;
    }
    *sums = (struct rule_sums){
        .arena = arena_new(ARENA_CAP_DEFAULT), .n = n, .since = since};
    if (!sums->arena || sums_copy(rows, n, sums->arena, &sums->rows) != 0)
        rule_sums_free(sums);
    else
        view->rule_sums = sums;
}

int
view_rule_sums(struct view *view, struct wall since, struct arena *arena,
    struct rule_sum **ret, size_t *ret_n)
{
    int r;

    if (sums_recent(view->rule_sums, since)) {
        r = sums_copy(view->rule_sums->rows, view->rule_sums->n, arena, ret);
        if (r == 0)
            *ret_n = view->rule_sums->n;
        return r;
    }
    r = rule_sums_read(view, since, arena, ret, ret_n);
    if (r == 0)
        sums_keep(view, since, *ret, *ret_n);
    return r;
}
