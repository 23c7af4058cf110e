/*
 * purge_inside: what the files that purge share.
 */
#ifndef TOCSIN_STORE_PURGE_INSIDE_H
#define TOCSIN_STORE_PURGE_INSIDE_H

#include "store/inside.h"
#include "store/purge.h"

/* An incident and all that it was merged into, as a subquery. */
#define CHAIN(of)                                                              \
    "(WITH RECURSIVE up(id, next) AS (SELECT id, merged_into FROM incident"    \
    " WHERE id = " of " UNION SELECT p.id, p.merged_into FROM incident AS p"   \
    " JOIN up ON p.id = up.next) SELECT id FROM up)"
/* Not of an incident that is held, itself or what it was merged into. */
#define NOT_HELD(of)                                                           \
    " AND NOT EXISTS (SELECT 1 FROM incident_keeping AS k"                     \
    " WHERE k.hold IS NOT NULL AND k.incident IN " CHAIN(of) ")"
/* The incident that a piece of evidence e belongs to. */
#define EVIDENCE_INCIDENT                                                      \
    "coalesce((SELECT m.incident FROM incident_item AS m"                      \
    " WHERE m.item = e.item), e.incident)"
/* What its deletion overwrites: the header of a blob says how long it is. */
#define EVIDENCE_BYTES                                                         \
    "coalesce(length(e.original), 0) + length(e.about)"                        \
    " + coalesce((SELECT length(x.sealed) FROM evidence_document AS x"         \
    " WHERE x.id = e.document), 0)"
/* i, or what it was merged into at last, was assessed so long ago (?2), and has
 * not been opened again since. */
#define ASSESSED_OLD                                                           \
    "EXISTS (SELECT 1 FROM incident_keeping AS t JOIN incident AS x"           \
    " ON x.id = t.incident WHERE t.incident = CASE WHEN i.merged_into"         \
    " IS NULL THEN i.id ELSE " ROOT(                                           \
        "i.id") " END"                                                         \
                " AND t.assessed < ?2 AND t.assessed >= coalesce(x.closed, "   \
                "t.assessed))"
/* Closed for longer (?1), or assessed so long ago (?2), not held, and not
 * purged since it was closed for the last time.  What was merged stays as long
 * as what it was merged into. */
#define INCIDENT_OLD                                                           \
    " FROM incident AS i LEFT JOIN incident_keeping AS k"                      \
    " ON k.incident = i.id WHERE i.open = 0"                                   \
    " AND k.hold IS NULL AND (k.purged IS NULL OR k.purged < i.closed)"        \
    " AND (i.merged_into IS NULL OR EXISTS (SELECT 1"                          \
    " FROM incident_keeping AS t WHERE t.incident = i.merged_into"             \
    " AND t.purged IS NOT NULL))"                                              \
    " AND (coalesce(i.closed, i.last_seen) < ?1 OR " ASSESSED_OLD ")"          \
    " AND NOT EXISTS (SELECT 1 FROM delivery AS d"                             \
    " WHERE d.incident = i.id AND d.state = 'pending')"

/* Delete what statements say of one row; *count (may be NULL) grows by the rows
 * of each. */
struct purge_drop {
    const char *sql; /* one parameter: the row's id */
    uint64_t *count;
};
int purge_drop_all(
    struct db *db, const struct purge_drop *drops, size_t n, int64_t id);
/* Delete one item with all that is its own. */
int purge_drop_item(struct db *db, struct purged_incident *counts, int64_t id);

/* The pieces of evidence of a query of id, incident, hash, bytes; it is
 * finished. */
struct purge_pieces {
    int64_t ids[PURGE_BATCH];
    struct purged_piece pieces[PURGE_BATCH];
    size_t n;
};
/* The first of them that are together no more than PURGE_BATCH_BYTES, or one.
 */
int purge_pieces_read(struct query *q, struct purge_pieces *ret);
/* Delete them, and documents that only they were of; say so in step. */
int purge_pieces_drop(
    struct db *db, const struct purge_pieces *pieces, struct purge_step *step);

/* Take out of everything what is said of an incident, and mark it as purged. */
int purge_words(struct db *db, int64_t incident, struct wall now);
/* The same of what belongs to no incident and ended before. */
int purge_old_words(struct db *db, struct wall before);
/* A batch of one incident that is old; E_NOTFOUND when none is. */
int purge_incident_step(struct db *db, struct purge *purge, struct wall now,
    struct purge_step *step);

#endif
