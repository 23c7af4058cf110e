/*
 * purge_incident: an incident whose time has come, a batch at a time: its
 * evidence when it was assessed, its items, its messages, then its words.
 */
#include "store/purge_inside.h"

static int
find_old(
    struct db *db, const struct purge *purge, int64_t *ret, bool *ret_assessed)
{
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT i.id, " ASSESSED_OLD INCIDENT_OLD
               " AND i.id > ?3 ORDER BY i.id LIMIT 1"));
    query_int(&q, purge->policy.before[PURGE_INCIDENTS].ms);
    query_int(&q, purge->policy.assessed.ms);
    query_int(&q, purge->after);
    r = query_next(&q);
    if (r == 0) {
        *ret = query_get_int(&q);
        *ret_assessed = query_get_int(&q) != 0;
    }
    query_done(&q);
    return r;
}

/* A batch of its evidence.  E_NOTFOUND when there is none left. */
static int
drop_evidence(struct db *db, int64_t incident, struct purge *purge,
    struct purge_step *step)
{
    struct purge_pieces pieces;
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT e.id, " EVIDENCE_INCIDENT ", e.hash, " EVIDENCE_BYTES
               " FROM evidence AS e WHERE e.id IN (SELECT e2.id"
               " FROM incident_item AS m2 JOIN evidence AS e2"
               " ON e2.item = m2.item WHERE m2.incident = ?1"
               " UNION SELECT id FROM evidence WHERE incident = ?1)"
               " AND " EVIDENCE_INCIDENT " = ?1 ORDER BY e.id LIMIT ?2"));
    query_int(&q, incident);
    query_int(&q, PURGE_BATCH);
    r = purge_pieces_read(&q, &pieces);
    if (r == 0)
        r = purge_pieces_drop(db, &pieces, step);
    if (r != 0)
        return r;
    purge->incident.evidence += pieces.n;
    purge->counts[PURGE_EVIDENCE] += pieces.n;
    return pieces.n ? 0 : E_NOTFOUND;
}

/* A batch of its items.  E_NOTFOUND when there is none left; E_STATE when
 * something refers to one. */
static int
drop_items(struct db *db, int64_t incident, struct purge *purge)
{
    int64_t ids[PURGE_BATCH];
    uint64_t most = purge->incident.revisions + PURGE_REVISIONS;
    struct query q;
    size_t n = 0, i = 0;
    int r = 0;

    db_query(db, &q,
        DB_SQL("SELECT item FROM incident_item WHERE incident = ? LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, PURGE_BATCH);
    while (n < PURGE_BATCH && (r = query_next(&q)) == 0)
        ids[n++] = query_get_int(&q);
    query_done(&q);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    r = 0;
    while (i < n && r == 0 && purge->incident.revisions < most)
        r = purge_drop_item(db, &purge->incident, ids[i++]);
    if (r == 0)
        purge->counts[PURGE_ITEMS] += i;
    if (r == E_NOTFOUND)
        return E_STATE;
    return r ? r : n ? 0 : E_NOTFOUND;
}

/* Its messages that were delivered; dead letters stay. */
static int
drop_deliveries(struct db *db, int64_t incident, struct purge *purge)
{
    const struct purge_drop drops[] = {
        {DB_SQL("DELETE FROM attempt WHERE delivery IN (SELECT id"
                " FROM delivery WHERE incident = ? AND state = 'delivered')"),
            NULL},
        {DB_SQL("DELETE FROM delivery WHERE incident = ?"
                " AND state = 'delivered'"),
            &purge->incident.deliveries}};
    int r = purge_drop_all(db, drops, sizeof drops / sizeof *drops, incident);

    if (r == 0)
        purge->counts[PURGE_DELIVERIES] += purge->incident.deliveries;
    return r == E_NOTFOUND ? E_STATE : r;
}

int
purge_incident_step(struct db *db, struct purge *purge, struct wall now,
    struct purge_step *step)
{
    bool assessed = false;
    int64_t id;
    int r = find_old(db, purge, &id, &assessed);

    if (r != 0)
        return r;
    if (purge->incident.id != id)
        purge->incident = (struct purged_incident){.id = id};
    r = assessed ? drop_evidence(db, id, purge, step) : E_NOTFOUND;
    if (r == E_NOTFOUND)
        r = drop_items(db, id, purge);
    if (r == E_STATE)
        purge->after = id;
    if (r != E_NOTFOUND)
        return r;
    r = drop_deliveries(db, id, purge);
    if (r == E_STATE)
        purge->after = id;
    if (r == 0)
        r = purge_words(db, id, now);
    if (r == 0) {
        purge->after = id;
        purge->counts[PURGE_INCIDENTS]++;
        step->done = purge->incident;
    }
    return r;
}
