/* view_evidence: evidence is listed with the incident its item is in now. */
#include "store/view_evidence.h"

#include "store/inside.h"

#define EVIDENCE_COLUMNS                                                       \
    "e.id, coalesce(m.incident, e.incident), e.item, e.revision, e.article,"   \
    " e.document IS NOT NULL, e.at, e.hash, e.size,"                           \
    " (SELECT title FROM revision WHERE id = e.revision),"                     \
    " (SELECT source FROM item WHERE id = e.item)"
#define EVIDENCE_FROM                                                          \
    " FROM evidence AS e LEFT JOIN incident_item AS m ON m.item = e.item"

static int
evidence_read(struct query *q, struct arena *arena, void *row)
{
    struct evidence_row *ret = row;

    ret->id = query_get_int(q);
    ret->incident = query_get_int(q);
    ret->item = query_get_int(q);
    ret->revision = query_get_int(q);
    ret->article = query_get_int(q) != 0;
    ret->kept = query_get_int(q) != 0;
    ret->at = query_get_wall(q);
    if (!query_get_hash(q, ret->hash, DIGEST_SIZE))
        return E_CORRUPT;
    ret->size = (uint64_t)query_get_int(q);
    ret->title = query_get_str(q, arena);
    ret->source = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_evidence(struct view *view, int64_t incident, int64_t after, size_t max,
    struct arena *arena, struct evidence_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct evidence_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " EVIDENCE_COLUMNS EVIDENCE_FROM
               " WHERE e.id IN (SELECT e2.id FROM incident_item AS m2"
               " JOIN evidence AS e2 ON e2.item = m2.item"
               " WHERE m2.incident IN " FAMILY(
                   "?1") " UNION SELECT id FROM evidence"
                         " WHERE incident IN " FAMILY(
                             "?1") ")"
                                   " AND coalesce(m.incident, e.incident) "
                                   "IN " FAMILY("?1") " AND e.id > ?3 ORDER BY "
                                                      "e.id LIMIT ?2"));
    query_int(&q, incident);
    query_int(&q, (int64_t)max);
    query_int(&q, after);
    r = list_read(&list, &q, evidence_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

int
view_evidence_one(struct view *view, int64_t id, struct arena *arena,
    struct evidence_row *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " EVIDENCE_COLUMNS ", e.original, e.about" EVIDENCE_FROM
               " WHERE e.id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = evidence_read(&q, arena, ret);
    if (r == 0) {
        ret->original = query_get_str(&q, arena);
        ret->about = query_get_str(&q, arena);
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    return r;
}

int
view_evidence_document(struct view *view, const uint8_t hash[DIGEST_SIZE],
    struct arena *arena, struct str *ret_sealed)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT sealed FROM evidence_document WHERE hash = ?"));
    query_blob(&q, hash, DIGEST_SIZE);
    r = query_next(&q);
    if (r == 0)
        *ret_sealed = query_get_str(&q, arena);
    query_done(&q);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
view_incident_keeping(struct view *view, int64_t incident, struct arena *arena,
    struct incident_keeping *ret)
{
    struct query q;
    int r;

    *ret = (struct incident_keeping){
        .hold_at = WALL_NONE, .assessed = WALL_NONE, .purged = WALL_NONE};
    db_query(&view->db, &q,
        DB_SQL("SELECT k.hold, k.hold_by, k.hold_at,"
               " iif(k.assessed < i.closed, NULL, k.assessed),"
               " iif(k.assessed < i.closed, NULL, k.assessed_by), k.purged"
               " FROM incident_keeping AS k JOIN incident AS i"
               " ON i.id = k.incident WHERE k.incident = ?"));
    query_int(&q, incident);
    r = query_next(&q);
    if (r == 0) {
        ret->hold = query_get_str(&q, arena);
        ret->hold_by = query_get_str(&q, arena);
        ret->hold_at = query_get_wall(&q);
        ret->assessed = query_get_wall(&q);
        ret->assessed_by = query_get_str(&q, arena);
        ret->purged = query_get_wall(&q);
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}
