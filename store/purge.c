/*
 * purge: one table after the other, each with its own small statements.
 *
 * Rows are found in windows of ids, gaps skipped, so that no step looks at more
 * than that, however little of it is old.
 */
#include "store/purge.h"

#include "store/purge_inside.h"
#include "store/search.h"

#define EVIDENCE_OLD                                                           \
    " FROM evidence AS e WHERE e.at < ?1"                                      \
    " AND NOT EXISTS (SELECT 1 FROM incident AS i LEFT JOIN"                   \
    " incident_keeping AS k ON k.incident = i.id"                              \
    " WHERE (i.open = 1 OR k.hold IS NOT NULL)"                                \
    " AND i.id IN " CHAIN(EVIDENCE_INCIDENT) ")"
/* In a window, ?2 to ?3. */
#define ITEM_OLD                                                               \
    " FROM item WHERE last_seen < ?1 AND id > ?2 AND id <= ?3"                 \
    " AND NOT EXISTS (SELECT 1 FROM incident_item AS m WHERE m.item = "        \
    "item.id)"
#define DELIVERY_OLD                                                           \
    " FROM delivery AS d WHERE d.finished < ?1 AND d.id > ?2 AND d.id <= ?3"   \
    " AND d.state = 'delivered'" NOT_HELD("d.incident")

static const char *const names[] = {
#define X(table, name) [PURGE_##table] = name,
    PURGE_TABLES(X)
#undef X
};

const char *
purge_table_name(enum purge_table table)
{
    return names[table];
}

void
purge_begin(struct purge *purge, const struct purge_policy *policy)
{
    *purge = (struct purge){.policy = *policy};
}

/* --- small statements
 * ----------------------------------------------------------- */

int
purge_drop_all(
    struct db *db, const struct purge_drop *drops, size_t n, int64_t id)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        struct query q;

        db_query(db, &q, drops[i].sql);
        query_int(&q, id);
        r = query_run(&q);
        if (r == 0 && drops[i].count)
            *drops[i].count += (uint64_t)db_changes(db);
    }
    return r;
}

int
purge_drop_item(struct db *db, struct purged_incident *counts, int64_t id)
{
    const struct purge_drop drops[] = {
        /* The index lets go of its rules too, which are gone before it is. */
        {DB_SQL("INSERT OR IGNORE INTO search_todo SELECT i.id, " SEARCH_WORDS(
             "r", "i") " FROM item AS i JOIN revision AS r ON r.id = i.revision"
                       " WHERE i.id = ?"
                       " AND i.id <= (SELECT upto FROM search_state)"),
            NULL},
        {DB_SQL("DELETE FROM finding WHERE revision IN"
                " (SELECT id FROM revision WHERE item = ?)"),
            &counts->findings},
        {DB_SQL("DELETE FROM wanted WHERE item = ?"), NULL},
        {DB_SQL("DELETE FROM split_item WHERE item = ?"), NULL},
        /* Evidence that stays remembers whose it was. */
        {DB_SQL("UPDATE evidence SET incident = (SELECT incident"
                " FROM incident_item AS m WHERE m.item = evidence.item)"
                " WHERE item IN (SELECT item FROM incident_item"
                " WHERE item = ?)"),
            NULL},
        {DB_SQL("DELETE FROM incident_item WHERE item = ?"), NULL},
        /* Their numbers are never given again (items.c). */
        {DB_SQL("INSERT INTO meta(key, value) SELECT 'item.gone', ?1"
                " WHERE true ON CONFLICT(key) DO UPDATE"
                " SET value = max(value, excluded.value)"),
            NULL},
        {DB_SQL("INSERT INTO meta(key, value) SELECT 'revision.gone',"
                " ifnull(max(id), 0) FROM revision WHERE item = ?1"
                " ON CONFLICT(key) DO UPDATE"
                " SET value = max(value, excluded.value)"),
            NULL},
        {DB_SQL("DELETE FROM revision WHERE item = ?"), &counts->revisions},
        {DB_SQL("DELETE FROM item WHERE id = ?"), &counts->items}};

    return purge_drop_all(db, drops, sizeof drops / sizeof *drops, id);
}

/* A number of at most one parameter; NULL and no row are E_NOTFOUND. */
static int
number_of(struct db *db, const char *sql, int64_t after, int64_t *ret)
{
    struct query q;
    int r;

    db_query(db, &q, sql);
    query_int(&q, after);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

/* --- evidence
 * --------------------------------------------------------------------- */

int
purge_pieces_read(struct query *q, struct purge_pieces *ret)
{
    int64_t bytes = 0;
    int r = 0;

    ret->n = 0;
    while (ret->n < PURGE_BATCH && bytes < PURGE_BATCH_BYTES &&
           (r = query_next(q)) == 0) {
        ret->ids[ret->n] = query_get_int(q);
        ret->pieces[ret->n].incident = query_get_int(q);
        if (!query_get_hash(q, ret->pieces[ret->n].hash, DIGEST_SIZE)) {
            r = E_CORRUPT;
            break;
        }
        bytes += query_get_int(q);
        if (ret->n > 0 && bytes > PURGE_BATCH_BYTES)
            break;
        ret->n++;
    }
    query_done(q);
    return r == E_NOTFOUND ? 0 : r;
}

int
purge_pieces_drop(
    struct db *db, const struct purge_pieces *pieces, struct purge_step *step)
{
    static const struct purge_drop piece = {
        DB_SQL("DELETE FROM evidence WHERE id = ?"), NULL};
    struct query q;
    int r = 0;

    for (size_t i = 0; i < pieces->n && r == 0; i++)
        r = purge_drop_all(db, &piece, 1, pieces->ids[i]);
    for (size_t i = 0; i < pieces->n && r == 0; i++) {
        db_query(db, &q,
            DB_SQL("DELETE FROM evidence_document WHERE hash = ?"
                   " AND NOT EXISTS (SELECT 1 FROM evidence AS e"
                   " WHERE e.document = evidence_document.id)"));
        query_blob(&q, pieces->pieces[i].hash, DIGEST_SIZE);
        r = query_run(&q);
        step->pieces[step->npieces++] = pieces->pieces[i];
    }
    return r;
}

static int
step_evidence(struct db *db, struct purge *purge, struct purge_step *step)
{
    struct purge_pieces pieces;
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT e.id, " EVIDENCE_INCIDENT
               ", e.hash, " EVIDENCE_BYTES EVIDENCE_OLD
               " ORDER BY e.at LIMIT ?2"));
    query_int(&q, purge->policy.before[PURGE_EVIDENCE].ms);
    query_int(&q, PURGE_BATCH);
    r = purge_pieces_read(&q, &pieces);
    if (r == 0)
        r = purge_pieces_drop(db, &pieces, step);
    purge->counts[PURGE_EVIDENCE] += pieces.n;
    return r == 0 && pieces.n == 0 ? E_NOTFOUND : r;
}

/* --- tables in windows
 * --------------------------------------------------------------- */

/* How a table is gone through: the first row behind an id, and statements of
 * (before, after, end) of which the last one's rows are counted. */
static const struct window {
    const char *first;
    const char *drops[2];
} windows[PURGE_COUNT] = {
    [PURGE_DELIVERIES] = {DB_SQL("SELECT id FROM delivery WHERE id > ?"
                                 " ORDER BY id LIMIT 1"),
        {DB_SQL(
             "DELETE FROM attempt WHERE delivery IN (SELECT d.id" DELIVERY_OLD
             ")"),
            DB_SQL("DELETE FROM delivery WHERE id IN (SELECT d.id" DELIVERY_OLD
                   ")")}},
    [PURGE_ATTEMPTS] = {DB_SQL("SELECT delivery FROM attempt"
                               " WHERE delivery > ? ORDER BY delivery LIMIT 1"),
        {NULL,
            DB_SQL("DELETE FROM attempt WHERE at < ?1 AND delivery > ?2"
                   " AND delivery <= ?3 AND delivery IN (SELECT d.id"
                   " FROM delivery AS d WHERE d.state = 'delivered'" NOT_HELD(
                       "d.incident") ")")}},
    [PURGE_POLLS] = {DB_SQL("SELECT rowid FROM source_state WHERE rowid > ?"
                            " ORDER BY rowid LIMIT 1"),
        {NULL, DB_SQL("DELETE FROM poll_log WHERE at < ?1 AND source IN"
                      " (SELECT id FROM source_state WHERE rowid > ?2"
                      " AND rowid <= ?3)")}},
    [PURGE_CONDITIONS] = {DB_SQL("SELECT id FROM condition WHERE id > ?"
                                 " ORDER BY id LIMIT 1"),
        {NULL, DB_SQL("DELETE FROM condition WHERE closed < ?1"
                      " AND id > ?2 AND id <= ?3")}},
    [PURGE_SESSIONS] = {DB_SQL("SELECT id FROM user WHERE id > ?"
                               " ORDER BY id LIMIT 1"),
        {DB_SQL("DELETE FROM token WHERE expires < ?1 AND user > ?2"
                " AND user <= ?3"),
            DB_SQL("DELETE FROM session WHERE expires < ?1 AND user > ?2"
                   " AND user <= ?3")}},
    [PURGE_VISITS] = {DB_SQL("SELECT rowid FROM source_state WHERE rowid > ?"
                             " ORDER BY rowid LIMIT 1"),
        {NULL, DB_SQL("DELETE FROM site_visit WHERE at < ?1 AND source IN"
                      " (SELECT id FROM source_state WHERE rowid > ?2"
                      " AND rowid <= ?3)")}},
    [PURGE_FOUND] = {DB_SQL("SELECT id FROM site_finding WHERE id > ?"
                            " ORDER BY id LIMIT 1"),
        {NULL, DB_SQL("DELETE FROM site_finding WHERE gone < ?1"
                      " AND id > ?2 AND id <= ?3" NOT_HELD(
                          "site_finding.incident"))}},
};

static int
window_drop(struct db *db, struct purge *purge, const char *sql, int64_t after)
{
    struct query q;

    if (sql == NULL)
        return 0;
    db_query(db, &q, sql);
    query_int(&q, purge->policy.before[purge->table].ms);
    query_int(&q, after);
    query_int(&q, after + PURGE_WINDOW);
    return query_run(&q);
}

static int
step_window(struct db *db, struct purge *purge)
{
    const struct window *window = &windows[purge->table];
    int64_t first;
    int r = number_of(db, window->first, purge->after, &first);

    if (r != 0)
        return r;
    purge->after = first - 1 + PURGE_WINDOW;
    r = window_drop(db, purge, window->drops[0], first - 1);
    if (r == 0)
        r = window_drop(db, purge, window->drops[1], first - 1);
    if (r == 0)
        purge->counts[purge->table] += (uint64_t)db_changes(db);
    return r == E_NOTFOUND ? E_STATE : r; /* something refers to one of them */
}

static int
step_items(struct db *db, struct purge *purge)
{
    struct purged_incident counts = {0};
    int64_t ids[PURGE_WINDOW], first;
    struct query q;
    size_t n = 0, i = 0;
    int r = number_of(db,
        DB_SQL("SELECT id FROM item WHERE id > ? ORDER BY id LIMIT 1"),
        purge->after, &first);

    if (r != 0)
        return r;
    db_query(db, &q, DB_SQL("SELECT id" ITEM_OLD));
    query_int(&q, purge->policy.before[PURGE_ITEMS].ms);
    query_int(&q, first - 1);
    query_int(&q, first - 1 + PURGE_WINDOW);
    while (n < PURGE_WINDOW && (r = query_next(&q)) == 0)
        ids[n++] = query_get_int(&q);
    query_done(&q);
    purge->after = first - 1 + PURGE_WINDOW;
    if (r == E_NOTFOUND)
        r = 0;
    while (i < n && r == 0 && counts.revisions < PURGE_REVISIONS)
        r = purge_drop_item(db, &counts, ids[i++]);
    if (r == 0 && i < n)
        purge->after = ids[i] - 1;
    if (r == 0)
        purge->counts[PURGE_ITEMS] += i;
    return r == E_NOTFOUND ? E_STATE : r;
}

/* --- all of it
 * ------------------------------------------------------------------------- */

static bool
table_is_kept(const struct purge *purge)
{
    return !wall_is_set(purge->policy.before[purge->table]) &&
           !(purge->table == PURGE_INCIDENTS &&
               wall_is_set(purge->policy.assessed));
}

static int
step_table(struct db *db, struct purge *purge, struct wall now,
    struct purge_step *step)
{
    switch ((int)purge->table) {
    case PURGE_EVIDENCE:
        return step_evidence(db, purge, step);
    case PURGE_INCIDENTS:
        return purge_incident_step(db, purge, now, step);
    case PURGE_ITEMS:
        return step_items(db, purge);
    default:
        return step_window(db, purge);
    }
}

int
store_purge_step(struct store *store, struct purge *purge, struct wall now,
    struct purge_step *ret)
{
    struct db *db = &store->db;
    int64_t after;
    int r;

    *ret = (struct purge_step){0};
    while (purge->table < PURGE_COUNT && table_is_kept(purge))
        purge->table++;
    if (purge->table == PURGE_COUNT)
        return 0;
    r = db_run(db, DB_SQL("SAVEPOINT purge"));
    if (r != 0)
        return r;
    r = step_table(db, purge, now, ret);
    if (r == E_NOTFOUND) {
        r = purge->table == PURGE_INCIDENTS
                ? purge_old_words(db, purge->policy.before[PURGE_INCIDENTS])
                : 0;
        purge->table++;
        purge->after = 0;
    } else if (r == E_STATE) {
        /* Something refers to what was to go: it stays. */
        after = purge->after;
        purge->left++;
        *ret = (struct purge_step){0};
        r = db_run(db, DB_SQL("ROLLBACK TO purge"));
        purge->after = after;
    }
    if (r == 0)
        r = db_run(db, DB_SQL("RELEASE purge"));
    return r;
}

int
store_purge_end(struct store *store)
{
    int r;

    if (store->db.begun)
        return E_STATE;
    (void)sqlite3_busy_timeout(store->db.handle, 0); /* nobody is waited for */
    r = db_error(&store->db, sqlite3_wal_checkpoint_v2(store->db.handle, NULL,
                                 SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
    (void)sqlite3_busy_timeout(store->db.handle, DB_BUSY_MS);
    return r;
}

int
store_purge_last(struct store *store, struct wall *ret)
{
    struct query q;
    int r;

    *ret = WALL_NONE;
    db_query(&store->db, &q,
        DB_SQL("SELECT value FROM meta WHERE key = 'purge-last'"));
    r = query_next(&q);
    if (r == 0)
        ret->ms = query_get_int(&q);
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

int
store_purge_mark(struct store *store, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('purge-last', ?)"
               " ON CONFLICT(key) DO UPDATE SET value = excluded.value"));
    query_int(&q, now.ms);
    return query_run(&q);
}

/* --- what would go
 * --------------------------------------------------------------------- */

static const char *const counts[PURGE_COUNT] = {
    [PURGE_EVIDENCE] = DB_SQL("SELECT count(*)" EVIDENCE_OLD " AND ?2 <= ?3"),
    [PURGE_INCIDENTS] =
        DB_SQL("SELECT count(*)" INCIDENT_OLD " AND i.id <= ?3"),
    [PURGE_ITEMS] = DB_SQL("SELECT count(*)" ITEM_OLD),
    [PURGE_DELIVERIES] = DB_SQL("SELECT count(*)" DELIVERY_OLD),
    [PURGE_ATTEMPTS] =
        DB_SQL("SELECT count(*) FROM attempt WHERE at < ?1"
               " AND delivery > ?2 AND delivery <= ?3"
               " AND delivery IN (SELECT d.id FROM delivery"
               " AS d WHERE d.state = 'delivered'" NOT_HELD("d.incident") ")"),
    [PURGE_POLLS] = DB_SQL("SELECT count(*) FROM poll_log WHERE at < ?1"
                           " AND ?2 <= ?3"),
    [PURGE_CONDITIONS] = DB_SQL("SELECT count(*) FROM condition"
                                " WHERE closed < ?1 AND id > ?2 AND id <= ?3"),
    [PURGE_SESSIONS] = DB_SQL("SELECT count(*) FROM session"
                              " WHERE expires < ?1 AND user > ?2"
                              " AND user <= ?3"),
    [PURGE_VISITS] = DB_SQL("SELECT count(*) FROM site_visit WHERE at < ?1"
                            " AND ?2 <= ?3"),
    [PURGE_FOUND] =
        DB_SQL("SELECT count(*) FROM site_finding WHERE gone < ?1"
               " AND id > ?2 AND id <= ?3" NOT_HELD("site_finding.incident")),
};

int
view_purge_counts(struct view *view, const struct purge_policy *policy,
    uint64_t ret[PURGE_COUNT])
{
    int r = 0;

    for (int table = 0; table < PURGE_COUNT && r == 0; table++) {
        struct query q;

        ret[table] = 0;
        db_query(&view->db, &q, counts[table]);
        query_int(&q, policy->before[table].ms);
        query_int(
            &q, table == PURGE_INCIDENTS ? policy->assessed.ms : (int64_t)0);
        query_int(&q, INT64_MAX);
        r = query_next(&q);
        if (r == 0)
            ret[table] = (uint64_t)query_get_int(&q);
        query_done(&q);
    }
    return r;
}
