/* regroup: parts of incidents, splits and their undoing. */
#include "store/regroup.h"

#include "store/inside.h"

/* --- parts --------------------------------------------------------------- */

static int
part_findings(struct store *store, int64_t revision, struct arena *arena,
    struct incident_part *part)
{
    struct list list = {.arena = arena, .size = sizeof(struct part_finding)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT rule, indeterminate, spans FROM finding"
               " WHERE revision = ? ORDER BY id"));
    query_int(&q, revision);
    while ((r = query_next(&q)) == 0) {
        struct part_finding *f = list_add(&list);

        if (!f) {
            r = E_NOMEM;
            break;
        }
        f->rule = query_get_str(&q, arena);
        f->indeterminate = query_get_int(&q) != 0;
        r = spans_unpack(query_peek_str(&q), arena, &f->spans, &f->nspans);
        if (r != 0)
            break;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    part->findings = list.rows;
    part->nfindings = list.n;
    return r;
}

int
store_incident_parts(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct incident_part **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct incident_part)};
    struct list revisions = {.arena = arena, .size = sizeof(int64_t)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL(
            "SELECT r.id, i.id, i.source, r.title, r.text, r.published,"
            " i.first_seen, i.last_seen, r.score"
            " FROM incident_item AS m JOIN item AS i ON i.id = m.item"
            " JOIN revision AS r ON r.id = i.revision"
            " WHERE m.incident IN " FAMILY(
                "?1") " ORDER BY r.score DESC, i.first_seen, i.id LIMIT ?2"));
    query_int(&q, incident);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct incident_part *part = list_add(&list);
        int64_t *revision = list_add(&revisions);

        if (!part || !revision) {
            r = E_NOMEM;
            break;
        }
        *revision = query_get_int(&q);
        part->item = query_get_int(&q);
        part->source = query_get_str(&q, arena);
        part->title = query_get_str(&q, arena);
        part->text = query_get_str(&q, arena);
        part->published = query_get_wall(&q);
        part->first_seen = query_get_wall(&q);
        part->last_seen = query_get_wall(&q);
        part->score = (int)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    for (size_t i = 0; i < list.n && r == 0; i++)
        r = part_findings(store, ((int64_t *)revisions.rows)[i], arena,
            &((struct incident_part *)list.rows)[i]);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

/* --- splits -------------------------------------------------------------- */

static int
item_of_family(
    struct store *store, int64_t incident, int64_t item, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT incident FROM incident_item WHERE item = ?2"
               " AND incident IN " FAMILY("?1")));
    query_int(&q, incident);
    query_int(&q, item);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

static int
item_move(struct store *store, int64_t item, int64_t to)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET incident = ? WHERE item = ?"));
    query_int(&q, to);
    query_int(&q, item);
    return query_run(&q);
}

static int
split_take(
    struct store *store, int64_t id, const struct split *split, int64_t item)
{
    struct query q;
    int64_t was;
    int r = item_of_family(store, split->origin, item, &was);

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO split_item(split, item, was) VALUES(?, ?, ?)"));
    query_int(&q, id);
    query_int(&q, item);
    query_int(&q, was);
    r = query_run(&q);
    return r == 0 ? item_move(store, item, split->target) : r;
}

int
store_split_add(struct store *store, const struct split *split, int64_t *ret_id)
{
    struct query q;
    int64_t id;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO split(origin, target, fresh, at, by)"
               " VALUES(?, ?, ?, ?, ?)"));
    query_int(&q, split->origin);
    query_int(&q, split->target);
    query_int(&q, split->fresh);
    query_int(&q, split->at.ms);
    query_str(&q, split->by);
    r = query_insert(&q, &id);
    for (size_t i = 0; i < split->nitems && r == 0; i++)
        r = split_take(store, id, split, split->items[i]);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* The items of a split, in the order of their numbers. */
static int
split_items(struct store *store, int64_t id, struct arena *arena,
    const int64_t **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(int64_t)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT item FROM split_item WHERE split = ? ORDER BY item"));
    query_int(&q, id);
    while ((r = query_next(&q)) == 0) {
        int64_t *item = list_add(&list);

        if (!item) {
            r = E_NOMEM;
            break;
        }
        *item = query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    *ret = list.rows;
    *ret_n = list.n;
    return r;
}

int
store_split_load(
    struct store *store, int64_t id, struct arena *arena, struct split *ret)
{
    struct split split = {.id = id};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT origin, target, fresh, at, by, undone FROM split"
               " WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0) {
        split.origin = query_get_int(&q);
        split.target = query_get_int(&q);
        split.fresh = query_get_int(&q) != 0;
        split.at = query_get_wall(&q);
        split.by = query_get_str(&q, arena);
        split.undone = query_get_wall(&q);
    }
    query_done(&q);
    if (r == 0)
        r = split_items(store, id, arena, &split.items, &split.nitems);
    if (r == 0)
        *ret = split;
    return r;
}

static int
read_id(struct query *q, int64_t *ret)
{
    int r = query_next(q);

    if (r == 0)
        *ret = query_get_int(q);
    query_done(q);
    return r;
}

int
store_split_last(struct store *store, int64_t incident, int64_t *ret_id)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM split WHERE undone IS NULL"
               " AND (origin = ?1 OR target = ?1) ORDER BY id DESC LIMIT 1"));
    query_int(&q, incident);
    return read_id(&q, ret_id);
}

int
store_split_of(
    struct store *store, int64_t origin, int64_t item, int64_t *ret_id)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT s.id FROM split AS s JOIN split_item AS m"
               " ON m.split = s.id WHERE s.undone IS NULL AND s.origin = ?"
               " AND m.item = ? ORDER BY s.id DESC LIMIT 1"));
    query_int(&q, origin);
    query_int(&q, item);
    return read_id(&q, ret_id);
}

int
store_split_undo(struct store *store, int64_t id, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET incident ="
               " (SELECT was FROM split_item AS m WHERE m.split = ?1"
               "  AND m.item = incident_item.item)"
               " WHERE item IN (SELECT item FROM split_item WHERE split = ?1)"
               " AND incident = (SELECT target FROM split WHERE id = ?1)"));
    query_int(&q, id);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(
        &store->db, &q, DB_SQL("UPDATE split SET undone = ? WHERE id = ?"));
    query_int(&q, now.ms);
    query_int(&q, id);
    return query_run(&q);
}
