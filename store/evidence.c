/* evidence: documents by their hash, and what refers to them. */
#include "store/evidence.h"

#include "store/inside.h"

/* Since it was closed last. */
#define IS_ASSESSED                                                            \
    "assessed >= coalesce((SELECT closed FROM incident"                        \
    " WHERE id = incident_keeping.incident), assessed)"

static int
document_find(struct store *store, const uint8_t *hash, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM evidence_document WHERE hash = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

static int
document_put(struct store *store, const struct evidence_put *put, int64_t *ret)
{
    struct query q;
    int r = document_find(store, put->hash, ret);

    if (r != E_NOTFOUND || put->sealed.n == 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO evidence_document(hash, size, sealed)"
               " VALUES(?, ?, ?)"));
    query_blob(&q, put->hash, DIGEST_SIZE);
    query_int(&q, (int64_t)put->size);
    query_bytes(&q, put->sealed);
    return query_insert(&q, ret);
}

static int
evidence_is_there(struct store *store, const struct evidence_put *put)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM evidence WHERE revision = ? AND hash = ?"));
    query_int(&q, put->revision);
    query_blob(&q, put->hash, DIGEST_SIZE);
    r = query_next(&q);
    query_done(&q);
    return r;
}

int
store_evidence_add(struct store *store, const struct evidence_put *put)
{
    struct query q;
    int64_t document = 0, id;
    int r = evidence_is_there(store, put);

    if (r != E_NOTFOUND)
        return r == 0 ? E_EXISTS : r;
    r = document_put(store, put, &document);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO evidence(incident, item, revision, article, at,"
               " hash, size, document, original, about)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_int(&q, put->incident);
    query_int(&q, put->item);
    query_int(&q, put->revision);
    query_int(&q, put->article);
    query_int(&q, put->at.ms);
    query_blob(&q, put->hash, DIGEST_SIZE);
    query_int(&q, (int64_t)put->size);
    query_id(&q, document);
    query_bytes(&q, put->original);
    query_bytes(&q, put->about);
    return query_insert(&q, &id);
}

static int
incident_exists(struct store *store, int64_t incident)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("SELECT id FROM incident WHERE id = ?"));
    query_int(&q, incident);
    r = query_next(&q);
    query_done(&q);
    return r;
}

int
store_incident_hold(struct store *store, int64_t incident, struct str reason,
    struct str by, struct wall now)
{
    struct query q;
    int r = incident_exists(store, incident);

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO incident_keeping(incident, hold, hold_by, hold_at)"
               " VALUES(?, ?, ?, ?) ON CONFLICT(incident) DO UPDATE SET"
               " hold = excluded.hold, hold_by = excluded.hold_by,"
               " hold_at = excluded.hold_at"));
    query_int(&q, incident);
    query_str(&q, reason.n ? reason : STR_NONE);
    query_str(&q, reason.n ? by : STR_NONE);
    query_wall(&q, reason.n ? now : WALL_NONE);
    return query_run(&q);
}

int
store_incident_assess(
    struct store *store, int64_t incident, struct str by, struct wall now)
{
    struct query q;
    int r = incident_exists(store, incident);

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO incident_keeping(incident, assessed, assessed_by)"
               " VALUES(?, ?, ?) ON CONFLICT(incident) DO UPDATE SET"
               /* again when it was open again in between */
               " assessed = iif(" IS_ASSESSED ", assessed, excluded.assessed),"
               " assessed_by = iif(" IS_ASSESSED ", assessed_by,"
               " excluded.assessed_by)"));
    query_int(&q, incident);
    query_int(&q, now.ms);
    query_str(&q, by);
    return query_run(&q);
}
