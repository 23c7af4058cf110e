/* incidents: events, their items, and the ledger of what happened to them. */
#include "store/inside.h"

/* Bind what add and save have in common, in the order of their columns. */
static void
incident_bind(struct query *q, const struct incident *i)
{
    struct wall opened = wall_is_set(i->opened) ? i->opened : i->first_seen;
    struct wall first = wall_is_set(i->first_seen) ? i->first_seen : opened;
    struct wall last = wall_is_set(i->last_seen) ? i->last_seen : first;

    query_int(q, store_state_open(i->state));
    query_cstr(q, store_state_name(i->state));
    query_cstr(q, store_substate_name(i->substate));
    query_int(q, (int)i->level);
    query_int(q, i->score);
    query_text(q, i->title);
    query_str(q, i->category);
    query_str(q, i->owner);
    query_str(q, i->assignee);
    query_str(q, i->reason);
    query_str(q, i->explanation);
    query_wall(q, first);
    query_wall(q, last);
    query_wall(q, i->opened);
    query_wall(q, i->acknowledged);
    query_wall(q, i->closed);
    query_wall(q, i->until);
    query_cstr(q, store_state_name(i->before));
    query_wall(q, i->before_until);
    query_id(q, i->previous);
    query_id(q, i->merged_into);
    query_int(q, (int64_t)i->generation);
    query_str(q, i->cause);
    query_cstr(q, store_state_name(i->unmerged));
    query_wall(q, i->unmerged_until);
}

/* --- the index of titles ----------------------------------------------------
 */

static int
title_run(struct store *store, const char *sql, int64_t id, struct str title)
{
    struct query q;

    db_query(&store->db, &q, sql);
    query_int(&q, id);
    query_text(&q, title);
    return query_run(&q);
}

static int
title_add(struct store *store, int64_t id, struct str title)
{
    return title_run(store,
        DB_SQL("INSERT INTO incident_title(rowid, words)"
               " VALUES(?1, search_words(?2, ''))"),
        id, title);
}

/* Take out what was erased since. */
static int
title_forget(struct store *store)
{
    static const char *const sql[] = {
        DB_SQL("INSERT INTO incident_title(incident_title, rowid, words)"
               " SELECT 'delete', incident, words FROM incident_title_gone"),
        DB_SQL("DELETE FROM incident_title_gone")};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof sql / sizeof *sql; i++) {
        struct query q;

        db_query(&store->db, &q, sql[i]);
        r = query_run(&q);
    }
    return r;
}

/* Another title than the one it is known by. */
static int
title_change(struct store *store, int64_t id, struct str title)
{
    struct query q;
    bool other;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT title <> ?2 FROM incident WHERE id = ?1"));
    query_int(&q, id);
    query_text(&q, title);
    r = query_next(&q);
    other = r == 0 && query_get_int(&q) != 0;
    query_done(&q);
    if (r != 0 || !other || title.n == 0)
        return r;
    /* One that was erased is not there any more. */
    r = title_forget(store);
    if (r != 0)
        return r;
    r = title_run(store,
        DB_SQL("INSERT INTO incident_title(incident_title, rowid, words)"
               " SELECT 'delete', id, search_words(title, '') FROM incident"
               " WHERE id = ?1 AND title <> '' AND ?2 <> ''"),
        id, title);
    return r ? r : title_add(store, id, title);
}

/* --- incidents ----------------------------------------------------------------
 */

int
store_incident_add(
    struct store *store, const struct incident *incident, int64_t *ret_id)
{
    struct query q;
    int64_t id = 0;
    int r = title_forget(store);

    if (r != 0)
        return r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO incident(open, state, substate, level, score,"
               " title, category, owner, assignee, reason, explanation,"
               " first_seen, last_seen, opened, acknowledged, closed, until,"
               " before, before_until, previous, merged_into, generation, cause,"
               " unmerged, unmerged_until)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
               " ?, ?, ?, ?, ?, ?, ?)"));
    incident_bind(&q, incident);
    r = query_insert(&q, &id);
    if (r == 0)
        r = title_add(store, id, incident->title);
    if (r == 0)
        *ret_id = id;
    return r;
}

int
store_incident_save(struct store *store, const struct incident *incident)
{
    struct query q;
    int r = title_change(store, incident->id, incident->title);

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE incident SET open = ?, state = ?, substate = ?,"
               " level = ?, score = ?, title = ?, category = ?, owner = ?,"
               " assignee = ?, reason = ?, explanation = ?, first_seen = ?,"
               " last_seen = ?, opened = ?, acknowledged = ?, closed = ?,"
               " until = ?, before = ?, before_until = ?, previous = ?,"
               " merged_into = ?, generation = ?, cause = ?, unmerged = ?,"
               " unmerged_until = ? WHERE id = ?"));
    incident_bind(&q, incident);
    query_int(&q, incident->id);
    r = query_run(&q);
    return r == 0 && db_changes(&store->db) == 0 ? E_NOTFOUND : r;
}

int
incident_read(struct query *q, struct arena *arena, struct incident *ret)
{
    struct incident i = {0};
    int r;

    i.id = query_get_int(q);
    r = store_state_of(query_peek_str(q), &i.state);
    if (r == 0)
        r = store_substate_of(query_peek_str(q), &i.substate);
    if (r == 0)
        r = store_level_of(query_get_int(q), &i.level);
    if (r != 0)
        return r;
    i.score = (int)query_get_int(q);
    i.title = query_get_str(q, arena);
    i.category = query_get_str(q, arena);
    i.owner = query_get_str(q, arena);
    i.assignee = query_get_str(q, arena);
    i.reason = query_get_str(q, arena);
    i.explanation = query_get_str(q, arena);
    i.first_seen = query_get_wall(q);
    i.last_seen = query_get_wall(q);
    i.opened = query_get_wall(q);
    i.acknowledged = query_get_wall(q);
    i.closed = query_get_wall(q);
    i.until = query_get_wall(q);
    r = store_state_of(query_peek_str(q), &i.before);
    if (r != 0)
        return r;
    i.before_until = query_get_wall(q);
    i.previous = query_get_int(q);
    i.merged_into = query_get_int(q);
    i.generation = (uint64_t)query_get_int(q);
    i.cause = query_get_str(q, arena);
    r = store_state_of(query_peek_str(q), &i.unmerged);
    if (r != 0)
        return r;
    i.unmerged_until = query_get_wall(q);
    i.items = (uint32_t)query_get_int(q);
    i.sources = (uint32_t)query_get_int(q);
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = i;
    return 0;
}

int
store_incident_load(
    struct store *store, int64_t id, struct arena *arena, struct incident *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " INCIDENT_COLUMNS " FROM incident WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = incident_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_incident_attach(struct store *store, int64_t incident, int64_t item,
    struct str why, double similarity, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO incident_item(item, incident, why, similarity,"
               " at) VALUES(?, ?, ?, ?, ?)"));
    query_int(&q, item);
    query_int(&q, incident);
    query_str(&q, why);
    query_double(&q, similarity);
    query_int(&q, now.ms);
    return query_run(&q);
}

int
store_incident_of(struct store *store, int64_t item, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT incident FROM incident_item WHERE item = ?"));
    query_int(&q, item);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_incident_counts(struct store *store, int64_t incident,
    uint32_t *ret_items, uint32_t *ret_sources)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*), count(DISTINCT item.source)"
               " FROM incident_item JOIN item ON item.id = incident_item.item"
               " WHERE incident_item.incident IN " FAMILY("?1")));
    query_int(&q, incident);
    r = query_next(&q);
    if (r == 0) {
        *ret_items = (uint32_t)query_get_int(&q);
        *ret_sources = (uint32_t)query_get_int(&q);
    }
    query_done(&q);
    return r;
}

int
store_incident_untold(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct untold_item **ret, size_t *ret_n)
{
    struct untold_item *list = ARENA_ARRAY(arena, max + 1, struct untold_item);
    struct query q;
    size_t n = 0;
    int r;

    if (list == NULL)
        return E_NOMEM;
    db_query(&store->db, &q,
        DB_SQL("SELECT item.id, revision.title, revision.url,"
               " coalesce(nullif(s.title, ''), s.id)"
               " FROM incident_item JOIN item ON item.id = incident_item.item"
               " JOIN revision ON revision.id = item.revision"
               " JOIN source_state s ON s.id = item.source"
               " WHERE incident_item.incident IN " FAMILY("?1")
               " AND incident_item.told IS NULL"
               " ORDER BY incident_item.at, item.id LIMIT ?2"));
    query_int(&q, incident);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0 && n < max) {
        list[n].item = query_get_int(&q);
        list[n].title = query_get_str(&q, arena);
        list[n].url = query_get_str(&q, arena);
        list[n].source = query_get_str(&q, arena);
        n++;
    }
    query_done(&q);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    if (arena_failed(arena))
        return E_NOMEM;
    *ret = list;
    *ret_n = n;
    return 0;
}

int
store_item_told(struct store *store, int64_t item, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE incident_item SET told = ? WHERE item = ?"));
    query_int(&q, now.ms);
    query_int(&q, item);
    return query_run(&q);
}

int
store_incident_sources(struct store *store, int64_t incident,
    struct arena *arena, struct str **ret, size_t *ret_n)
{
    enum { SOURCES_MAX = 100 };
    struct str *list = ARENA_ARRAY(arena, SOURCES_MAX, struct str);
    struct query q;
    size_t n = 0;
    int r;

    if (list == NULL)
        return E_NOMEM;
    db_query(&store->db, &q,
        DB_SQL("SELECT coalesce(nullif(s.title, ''), s.id), min(item.first_seen)"
               " FROM incident_item JOIN item ON item.id = incident_item.item"
               " JOIN source_state s ON s.id = item.source"
               " WHERE incident_item.incident IN " FAMILY("?1")
               " GROUP BY s.id"
               " ORDER BY 2, 1 LIMIT 100"));
    query_int(&q, incident);
    while ((r = query_next(&q)) == 0 && n < SOURCES_MAX)
        list[n++] = query_get_str(&q, arena);
    query_done(&q);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    *ret = list;
    *ret_n = n;
    return 0;
}

int
store_incident_source_ids(struct store *store, int64_t incident,
    struct arena *arena, struct str **ret, size_t *ret_n)
{
    struct str *list = ARENA_ARRAY(arena, STORE_MAX_SOURCE_IDS, struct str);
    struct query q;
    size_t n = 0;
    int r = 0;

    if (list == NULL)
        return E_NOMEM;
    db_query(&store->db, &q,
        DB_SQL("SELECT DISTINCT item.source"
               " FROM incident_item JOIN item ON item.id = incident_item.item"
               " WHERE incident_item.incident IN " FAMILY("?1")
               " ORDER BY 1 LIMIT 256"));
    query_int(&q, incident);
    while (n < STORE_MAX_SOURCE_IDS && (r = query_next(&q)) == 0)
        list[n++] = query_get_str(&q, arena);
    query_done(&q);
    if (n < STORE_MAX_SOURCE_IDS && r != 0 && r != E_NOTFOUND)
        return r;
    *ret = list;
    *ret_n = n;
    return 0;
}

static int
each_open_item(struct query *q,
    int (*each)(void *arg, const struct open_item *item), void *arg)
{
    int r;

    while ((r = query_next(q)) == 0) {
        struct open_item item;

        item.incident = query_get_int(q);
        item.features = query_peek_str(q);
        item.title = query_peek_str(q);
        item.category = query_peek_str(q);
        item.source = query_peek_str(q);
        item.time = query_get_wall(q);
        r = each(arg, &item);
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    return r;
}

int
store_open_items(struct store *store, struct wall since, size_t max,
    int (*each)(void *arg, const struct open_item *item), void *arg)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("WITH RECURSIVE up(id, root) AS ("
               "  SELECT id, id FROM (SELECT id FROM incident"
               "   WHERE merged_into IS NULL AND last_seen >= ?1"
               "   ORDER BY last_seen DESC, id DESC LIMIT ?2)"
               "  UNION ALL SELECT c.id, up.root FROM incident AS c"
               "   JOIN up ON c.merged_into = up.id)"
               " SELECT up.root, r.features, r.title, r.category, i.source,"
               " coalesce(r.published, i.first_seen) AS time"
               " FROM up JOIN incident_item AS m ON m.incident = up.id"
               " JOIN item AS i ON i.id = m.item"
               " JOIN revision AS r ON r.id = i.revision"
               " ORDER BY up.root, time, i.id"));
    query_int(&q, since.ms);
    query_int(&q, (int64_t)max);
    return each_open_item(&q, each, arg);
}

int
store_incident_each_item(struct store *store, int64_t incident,
    int (*each)(void *arg, const struct open_item *item), void *arg)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT ?1, r.features, r.title, r.category, i.source,"
               " coalesce(r.published, i.first_seen) AS time"
               " FROM incident_item AS m JOIN item AS i ON i.id = m.item"
               " JOIN revision AS r ON r.id = i.revision"
               " WHERE m.incident IN " FAMILY("?1") " ORDER BY time, i.id"));
    query_int(&q, incident);
    return each_open_item(&q, each, arg);
}

/* The rest of a query whose only column is a number, and its end. */
static int
read_ids(
    struct query *q, struct arena *arena, int64_t **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(int64_t)};
    int r;

    while ((r = query_next(q)) == 0) {
        int64_t *id = list_add(&list);

        if (!id) {
            r = E_NOMEM;
            break;
        }
        *id = query_get_int(q);
    }
    if (q->done)
        r = 0;
    query_done(q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_incident_expired(struct store *store, struct wall now, size_t max,
    struct arena *arena, int64_t **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM incident WHERE open = 1 AND until IS NOT NULL"
               " AND until <= ? ORDER BY until, id LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, (int64_t)max);
    return read_ids(&q, arena, ret, ret_n);
}

int
store_untold_incidents(struct store *store, enum level min_level, size_t max,
    struct arena *arena, int64_t **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM incident WHERE open = 1 AND level >= ?"
               " AND EXISTS (SELECT 1 FROM incident_item AS m"
               "  WHERE m.incident IN " FAMILY("incident.id")
               "  AND m.told IS NULL)"
               " ORDER BY id LIMIT ?"));
    query_int(&q, min_level);
    query_int(&q, (int64_t)max);
    return read_ids(&q, arena, ret, ret_n);
}
