/*
 * inside: what the files of store/ share among themselves.
 */
#ifndef TOCSIN_STORE_INSIDE_H
#define TOCSIN_STORE_INSIDE_H

#include "base/buf.h"
#include "store/db.h"
#include "store/store.h"
#include "store/view.h"

enum { STORE_PATH_BYTES = 4096 };
struct store {
    struct db db;
    char path[STORE_PATH_BYTES];
    int lock; /* descriptor of PATH-lock, held: one writer */
};

struct view {
    struct db db;
    const struct found *found; /* that among() asks; while a list is read */
    struct rule_sums *rule_sums; /* the last, or NULL */
};
void rule_sums_free(struct rule_sums *sums);

/* safety.c: whether its last user doubted it; it was looked at, and is whole. */
bool store_is_suspect(const struct store *store);
void store_is_cleared(const struct store *store);

enum {
    SPAN_PACKED_SIZE = 9, /* field, start, end; little endian */
    LIST_FIRST = 32       /* rows that a growing list starts with */
};

/* Spans as bytes and back; E_CORRUPT, E_NOMEM. */
int spans_pack(const struct span *spans, size_t n, struct buf *out);
int spans_unpack(struct str bytes, struct arena *arena, const struct span **ret,
    size_t *ret_n);

/* A list that grows in an arena. */
struct list {
    struct arena *arena;
    void *rows;
    size_t n, cap, size; /* size of one row */
};
/* The next row, zeroed, or NULL. */
void *list_add(struct list *list);
/* Add every row of a query that was bound, each by read; the query is done
 * then. */
int list_read(struct list *list, struct query *q,
    int (*read)(struct query *q, struct arena *arena, void *row));

/* Names of what is stored by name; by X-macro, so that store/ links with base
 * alone. */
const char *store_state_name(enum incident_state state);
int store_state_of(struct str name, enum incident_state *ret);
bool store_state_open(enum incident_state state);
const char *store_substate_name(enum incident_substate substate);
int store_substate_of(struct str name, enum incident_substate *ret);
int store_level_of(int64_t value, enum level *ret);

/* An incident and all that were merged into it, as a subquery. */
#define FAMILY(of)                                                             \
    "(WITH RECURSIVE family(id) AS (SELECT " of                                \
    " UNION SELECT c.id FROM incident AS c"                                    \
    " JOIN family ON c.merged_into = family.id) SELECT id FROM family)"

/* What an incident was merged into at last, or itself, as a subquery. */
#define ROOT(of)                                                               \
    "(WITH RECURSIVE up(id, next) AS (SELECT id, merged_into FROM incident"    \
    " WHERE id = " of " UNION SELECT p.id, p.merged_into FROM incident AS p"   \
    " JOIN up ON p.id = up.next) SELECT id FROM up WHERE next IS NULL)"

/* The columns of an incident, in the order that incident_read reads. */
#define INCIDENT_COLUMNS                                                       \
    "incident.id, incident.state, substate, level, score, incident.title, "    \
    "category, owner, assignee, reason, explanation, first_seen, last_seen, "  \
    "opened, acknowledged, incident.closed, until, before, before_until, "     \
    "previous, merged_into, generation, cause, unmerged, unmerged_until, "     \
    "(SELECT count(*) FROM incident_item AS m"                                 \
    " WHERE m.incident IN " FAMILY("incident.id") "), "                        \
    "(SELECT count(DISTINCT i.source) FROM incident_item AS m"                 \
    " JOIN item AS i ON i.id = m.item"                                         \
    " WHERE m.incident IN " FAMILY("incident.id") ")"
int incident_read(struct query *q, struct arena *arena, struct incident *ret);

/* An incident and what stands beside it in a list, without a cursor. */
int view_row_read(struct view *view, int64_t id, struct arena *arena,
    struct incident_row *ret);

/* The findings of row's revision, in the order they were stored. */
int item_findings(
    struct view *view, struct arena *arena, struct item_row *row);

/* The columns of a delivery, in the order that delivery_read reads. */
#define DELIVERY_COLUMNS                                                       \
    "id, message_id, channel, type, incident, level, state, attempts, "        \
    "created, next, finished, last_error, form, unsure, folded, settled, calls"
int delivery_read(struct query *q, struct arena *arena, struct delivery *ret);
const char *delivery_state_name(enum delivery_state state);

/* The columns of a channel's state, and all rows of a query of them; it is done
 * then. */
#define CHANNEL_STATE_COLUMNS                                                  \
    "channel, wait_until, broken, disabled, why, canary, canary_delivery, "    \
    "canary_ok, stuck"
struct channel_state;
int channel_state_rows(struct query *q, struct arena *arena,
    struct channel_state **ret, size_t *ret_n);

/* The columns of a user, in the order that user_read reads. */
#define USER_COLUMNS                                                           \
    "user.id, user.name, password_hash, role, lang, disabled, "                \
    "user.created, theme, totp_secret, totp_step"
int user_read(struct query *q, struct arena *arena, struct user *ret);

/* The columns of source_state, in the order that source_state_read reads; seen
 * is not among them. */
#define SOURCE_RHYTHM_COLUMNS                                                  \
    "rhythm, items_a_week, workdays, from_hour, to_hour, ttl_ms, skip_hours, " \
    "skip_days, next_why"
#define SOURCE_STATE_COLUMNS                                                   \
    "etag, last_modified, body_hash, first_poll, last_poll, last_success, "    \
    "last_new, next_poll, failures, interval_ms, moved_to, moved_count, "      \
    "moved_since, deaths, state, validator_url, hint, " SOURCE_RHYTHM_COLUMNS
int source_state_read(
    struct query *q, struct arena *arena, struct source_state *ret);

/* The columns of a condition, in the order that condition_read reads. */
#define CONDITION_COLUMNS "subject, kind, text, text_zh, opened, closed"
void condition_read(
    struct query *q, struct arena *arena, struct condition_row *ret);
/* Close what was open of a source whose address or kind changes now (kind: the
 * new one), and of all that left the configuration. */
int condition_forget_address(struct store *store, const struct source *source,
    const char *kind, struct wall now);
int condition_forget_removed(struct store *store, struct wall now);

/* Walk the ledger; *ret_bad is the first entry that does not follow from the
 * one before, 0 when all do. */
int ledger_verify(struct db *db, int64_t *ret_bad, uint64_t *ret_count);
/* The same, and what is wrong with it (store/view_ledger.h). */
struct ledger_check;
int ledger_walk(struct db *db, struct ledger_check *ret);

#endif
