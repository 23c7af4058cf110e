/*
 * ledger: an append-only chain of what happened.
 *
 * hash(n) = SHA-256 over the parts [hash(n-1), id, at, kind, incident, by,
 * from, text], each preceded by its length; of the first row the previous hash
 * is 32 zero bytes.  The newest hash and the number of rows stand in meta too,
 * so that a chain cut at its end is noticed as well.
 *
 * Of a text the chain holds its SHA-256 (text_hash; rows of before that have
 * none hold the text).  So the text of what happened to an incident can be
 * erased when the incident is purged: its hash still stands, and an entry
 * "incident.purged" further on says why it is gone.  Without one, a missing
 * text is an alteration.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "store/inside.h"
#include "store/view_ledger.h"

enum { LEDGER_NUMBER_SIZE = 24 };

struct chain {
    int64_t id; /* of the row that hash is of; 0 before the first */
    uint8_t hash[DIGEST_SIZE];
};

static struct str
number_text(char out[LEDGER_NUMBER_SIZE], int64_t value)
{
    int n = snprintf(out, LEDGER_NUMBER_SIZE, "%lld", (long long)value);

    return (struct str){out, n > 0 ? (size_t)n : 0};
}

/* The hash of entry as row id behind chain; text stands for its text. */
static void
chain_hash(const struct chain *chain, int64_t id,
    const struct ledger_entry *entry, struct str text, uint8_t ret[DIGEST_SIZE])
{
    char numbers[3][LEDGER_NUMBER_SIZE];
    struct str parts[] = {{(const char *)chain->hash, DIGEST_SIZE},
        number_text(numbers[0], id), number_text(numbers[1], entry->at.ms),
        entry->kind, number_text(numbers[2], entry->incident), entry->by,
        entry->from, text};

    digest_parts(parts, sizeof(parts) / sizeof(parts[0]), ret);
}

static int
chain_end(struct db *db, struct chain *ret)
{
    struct query q;
    int r;

    *ret = (struct chain){0};
    db_query(
        db, &q, DB_SQL("SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1"));
    r = query_next(&q);
    if (r == 0) {
        ret->id = query_get_int(&q);
        if (!query_get_hash(&q, ret->hash, DIGEST_SIZE))
            r = E_CORRUPT;
    }
    query_done(&q);
    return q.done ? 0 : r;
}

static int
chain_mark(struct db *db, const struct chain *chain)
{
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('ledger-hash', ?)"
               " ON CONFLICT(key) DO UPDATE SET value = excluded.value"));
    query_blob(&q, chain->hash, DIGEST_SIZE);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(db, &q,
        DB_SQL("INSERT INTO meta(key, value) VALUES('ledger-last', ?)"
               " ON CONFLICT(key) DO UPDATE SET value = excluded.value"));
    query_int(&q, chain->id);
    return query_run(&q);
}

static int
ledger_append(struct db *db, const struct ledger_entry *entry)
{
    struct chain chain;
    struct query q;
    uint8_t hash[DIGEST_SIZE], text_hash[DIGEST_SIZE];
    struct str text = STR_NONE;
    int r = chain_end(db, &chain);

    if (r != 0)
        return r;
    if (entry->text.p) {
        digest_sha256(entry->text, text_hash);
        text = (struct str){(const char *)text_hash, DIGEST_SIZE};
    }
    chain_hash(&chain, chain.id + 1, entry, text, hash);
    chain.id++;
    memcpy(chain.hash, hash, sizeof(hash));
    db_query(db, &q,
        DB_SQL("INSERT INTO ledger(id, at, kind, incident, by, origin, text,"
               " hash, text_hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_int(&q, chain.id);
    query_int(&q, entry->at.ms);
    query_text(&q, entry->kind);
    query_id(&q, entry->incident);
    query_str(&q, entry->by);
    query_str(&q, entry->from);
    query_str(&q, entry->text);
    query_blob(&q, chain.hash, DIGEST_SIZE);
    query_bytes(&q, text);
    r = query_run(&q);
    return r == 0 ? chain_mark(db, &chain) : r;
}

int
store_ledger_add(struct store *store, const struct ledger_entry *entry)
{
    bool own = !store->db.begun;
    int r = own ? store_begin(store) : 0;

    if (r == 0)
        r = ledger_append(&store->db, entry);
    if (own && r == 0)
        r = store_commit(store);
    if (own && r != 0)
        store_rollback(store);
    return r;
}

/* What meta says the chain ends with. */
static int
chain_marked(struct db *db, struct chain *ret)
{
    struct query q;
    int r;

    *ret = (struct chain){0};
    db_query(db, &q,
        DB_SQL("SELECT (SELECT value FROM meta WHERE key = 'ledger-last'),"
               " (SELECT value FROM meta WHERE key = 'ledger-hash')"));
    r = query_next(&q);
    if (r == 0) {
        ret->id = query_get_int(&q);
        (void)query_get_hash(&q, ret->hash, DIGEST_SIZE);
    }
    query_done(&q);
    return r;
}

/* What stands for the text of the row in the chain: *ret.  false when the text
 * is not what was written, or is gone without a reason. */
static bool
ledger_text(struct query *q, struct str text, uint8_t hash[DIGEST_SIZE],
    struct str *ret)
{
    uint8_t now[DIGEST_SIZE];
    bool erased;

    *ret = text;
    if (!query_get_hash(q, hash, DIGEST_SIZE)) {
        query_skip(q);
        return true;
    }
    erased = query_get_int(q) != 0; /* by a purge */
    *ret = (struct str){(const char *)hash, DIGEST_SIZE};
    if (!text.p)
        return erased;
    digest_sha256(text, now);
    return digest_equal(now, hash, DIGEST_SIZE);
}

/* Read one row and check it against chain, which moves on to it. */
static enum ledger_fault
ledger_row_check(struct query *q, struct chain *chain, struct wall *ret_at)
{
    struct ledger_entry e;
    uint8_t hash[DIGEST_SIZE], kept[DIGEST_SIZE], text_hash[DIGEST_SIZE];
    int64_t id = query_get_int(q);
    struct str text;
    bool sound;

    e.at = query_get_wall(q);
    e.kind = query_peek_str(q);
    e.incident = query_get_int(q);
    e.by = query_peek_str(q);
    e.from = query_peek_str(q);
    e.text = query_peek_str(q);
    sound = query_get_hash(q, kept, DIGEST_SIZE);
    sound &= ledger_text(q, e.text, text_hash, &text);
    if (id != chain->id + 1) /* numbers begin at 1 and leave none out */
        return id > chain->id + 1 ? LEDGER_FAULT_MISSING : LEDGER_FAULT_ADDED;
    chain_hash(chain, id, &e, text, hash);
    chain->id = id;
    memcpy(chain->hash, hash, DIGEST_SIZE);
    *ret_at = e.at;
    return sound && digest_equal(hash, kept, DIGEST_SIZE)
               ? LEDGER_FAULT_NONE
               : LEDGER_FAULT_ALTERED;
}

/* Whether the chain ends where the mark says. */
static void
ledger_end_check(const struct chain *chain, const struct chain *marked,
    struct ledger_check *check)
{
    if (chain->id < marked->id) {
        check->fault = LEDGER_FAULT_CUT;
        check->bad = chain->id + 1;
    } else if (chain->id > marked->id) {
        check->fault = LEDGER_FAULT_ADDED;
        check->bad = marked->id + 1;
    } else if (!digest_equal(chain->hash, marked->hash, DIGEST_SIZE)) {
        check->fault = LEDGER_FAULT_MARK;
        check->bad = chain->id;
    }
}

int
ledger_walk(struct db *db, struct ledger_check *ret)
{
    struct ledger_check check = {.from = WALL_NONE, .to = WALL_NONE};
    struct chain chain = {0}, marked;
    struct query q;
    int r = chain_marked(db, &marked);

    _Static_assert((int)LEDGER_HASH_SIZE == (int)DIGEST_SIZE, "one hash");
    /* One bad entry must not hide the others of its page. */
    if (r == 0)
        r = db_run(db, DB_SQL("PRAGMA cell_size_check = OFF"));
    if (r != 0)
        return r;
    db_query(db, &q,
        DB_SQL("SELECT id, at, kind, incident, by, origin, text, hash,"
               " text_hash, CASE WHEN text IS NULL THEN EXISTS (SELECT 1"
               " FROM ledger AS p WHERE p.incident = ledger.incident"
               " AND p.kind = 'incident.purged' AND p.id > ledger.id)"
               " ELSE 0 END"
               " FROM ledger ORDER BY id"));
    while (check.fault == LEDGER_FAULT_NONE && (r = query_next(&q)) == 0) {
        check.count++;
        check.fault = ledger_row_check(&q, &chain, &check.to);
        if (check.count == 1)
            check.from = check.to;
        if (check.fault == LEDGER_FAULT_ALTERED)
            check.bad = chain.id;
        else if (check.fault != LEDGER_FAULT_NONE)
            check.bad = chain.id + 1;
    }
    if (q.done)
        r = 0;
    query_done(&q);
    (void)db_run(db, DB_SQL("PRAGMA cell_size_check = ON"));
    if (r == E_CORRUPT && check.fault == LEDGER_FAULT_NONE) {
        /* What cannot be read any more was not written so. */
        check.fault = LEDGER_FAULT_ALTERED;
        check.bad = chain.id + 1;
        r = 0;
    }
    if (r != 0)
        return r;
    if (check.fault == LEDGER_FAULT_NONE)
        ledger_end_check(&chain, &marked, &check);
    check.last = chain.id;
    memcpy(check.head, chain.hash, DIGEST_SIZE);
    *ret = check;
    return 0;
}

int
ledger_verify(struct db *db, int64_t *ret_bad, uint64_t *ret_count)
{
    struct ledger_check check;
    int r = ledger_walk(db, &check);

    if (r == 0) {
        *ret_bad = check.bad;
        *ret_count = check.count;
    }
    return r;
}

int
store_ledger_verify(struct store *store, int64_t *ret_bad, uint64_t *ret_count)
{
    return ledger_verify(&store->db, ret_bad, ret_count);
}
