/*
 * check: the invariants, each as one or two statements that find what breaks
 * it.
 *
 * I1 is read from the seen sets: an item that a source is known to have shown
 * is never asked for again, so it must be here.  A set holds an identity more
 * for each one that moved to another (feeds/seen.h), and what was purged is
 * missing lawfully; what is missing beyond both was lost.
 */
#include "store/check.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "store/conditions.h"
#include "store/inside.h"
#include "store/view_ledger.h"

enum {
    SEEN_ENTRY_BYTES = 3 * DIGEST_SIZE, /* identity, digest, content */
    SEEN_ENTRY_VERSION = 2,
    CHECK_PAGE_ERRORS = 20
};

static const struct {
    const char *name, *text;
} check_words[CHECK_COUNT] = {
#define X(kind, name, text) [CHECK_##kind] = {name, text},
    CHECKS(X)
#undef X
};

const char *
check_name(enum check_kind kind)
{
    return check_words[kind].name;
}

const char *
check_text(enum check_kind kind)
{
    return check_words[kind].text;
}

struct checking {
    struct db *db;
    /* Attempts, messages and conditions that ended before these were purged, or
     * WALL_NONE. */
    struct wall attempts, deliveries, conditions;
    struct arena *arena;
    struct check_result *result;
};

static void
broken(struct checking *c, enum check_kind kind, struct str sentence)
{
    struct check_line *line = &c->result->line[kind];

    if (line->nexamples < CHECK_EXAMPLES)
        line->examples[line->nexamples++] = arena_str(c->arena, sentence);
    line->broken++;
    c->result->broken++;
}

/* --- what was purged ------------------------------------------------------ */

/* Where a purge was, what is left tells how far it went: attempts are kept from
 * the oldest on, messages from the oldest that was delivered on, which may have
 * been tried for days. */
static int
ask_purged(struct checking *c)
{
    struct query q;
    int r;

    db_query(c->db, &q,
        DB_SQL("SELECT (SELECT ifnull(min(at), 9e15) + 86400000 FROM attempt),"
               " (SELECT ifnull(min(finished), 9e15) + 4 * 86400000"
               " FROM delivery WHERE state = 'delivered'),"
               " (SELECT ifnull(min(closed), 9e15) FROM condition)"
               " FROM ledger WHERE kind = 'purge.done' LIMIT 1"));
    r = query_next(&q);
    if (r == 0) {
        c->attempts = query_get_wall(&q);
        c->deliveries = query_get_wall(&q);
        c->conditions = query_get_wall(&q);
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

/* --- what SQL finds ------------------------------------------------------- */

/* A statement gives a sentence for each row that breaks the invariant; ?1, ?2
 * and ?3 are the times before which attempts, messages and conditions were
 * purged.  Another counts what it was asked of.
 *
 * A dead letter is kept for ever, conditions are not: of a channel with as many
 * as are kept of one, only those after the last that ended are asked of. */
struct question {
    enum check_kind kind;
    const char *count, *find;
};

static const struct question questions[] = {
    {CHECK_FILE, DB_SQL("SELECT page_count FROM pragma_page_count"),
        DB_SQL(
            "SELECT 'a row of ' || \"table\" || ' refers to one of ' ||"
            " parent || ' that is not there' FROM pragma_foreign_key_check")},
    {CHECK_POLLED, DB_SQL("SELECT count(*) FROM source_state"),
        DB_SQL("SELECT 'source ' || id || ' has validators, but was never"
               " polled with success' FROM source_state WHERE (etag IS NOT"
               " NULL OR last_modified IS NOT NULL) AND first_poll IS NULL")},
    {CHECK_POLLED, NULL,
        DB_SQL("SELECT 'source ' || s.id || ' has ' || count(i.id) ||"
               " ' items, more than were ever counted' FROM source_state AS s"
               " JOIN item AS i ON i.source = s.id"
               " GROUP BY s.id HAVING count(i.id) > s.items")},
    {CHECK_GROUPED, DB_SQL("SELECT count(*) FROM item"),
        DB_SQL("SELECT 'item ' || i.id || ' alarms, but is in no incident'"
               " FROM item AS i JOIN revision AS r ON r.id = i.revision"
               " WHERE r.level > 0 AND i.baseline = 0 AND i.backfill = 0"
               " AND NOT EXISTS (SELECT 1 FROM incident_item AS m"
               " WHERE m.item = i.id)")},
    {CHECK_GROUPED, NULL,
        DB_SQL("SELECT 'item ' || i.id || ' has no version' FROM item AS i"
               " WHERE NOT EXISTS (SELECT 1 FROM revision AS r"
               " WHERE r.id = i.revision AND r.item = i.id)")},
    {CHECK_GROUPED, NULL,
        DB_SQL(
            "SELECT 'incident ' || n.id || ' counts as told, but no message"
            " of it is there' FROM incident AS n WHERE EXISTS (SELECT 1"
            " FROM incident_item AS m WHERE m.incident = n.id"
            " AND m.told >= max(ifnull(?2, 0), ifnull(?1, 0)))"
            " AND NOT EXISTS (SELECT 1 FROM delivery AS d"
            " WHERE d.incident IN " FAMILY(
                "n.id") ")"
                        " AND NOT EXISTS (SELECT 1 FROM delivery AS d"
                        " WHERE d.incident = " ROOT(
                            "n.id") ")"
                                    " AND NOT EXISTS (SELECT 1 FROM split AS p"
                                    " WHERE p.target = n.id)"
                                    " AND NOT EXISTS (SELECT 1 FROM held AS h"
                                    " WHERE h.incident = n.id)"
                                    " AND NOT EXISTS (SELECT 1 FROM silenced "
                                    "AS q"
                                    " WHERE q.incident = n.id)")},
    {CHECK_DELIVERED,
        DB_SQL("SELECT count(*) FROM delivery WHERE state = 'delivered'"),
        DB_SQL("SELECT 'message ' || d.id || ' counts as delivered, but no"
               " attempt at it was accepted' FROM delivery AS d"
               " WHERE d.state = 'delivered' AND d.folded IS NULL"
               " AND d.finished >= max(ifnull(?1, 0), ifnull(?2, 0))"
               " AND NOT EXISTS (SELECT 1 FROM attempt AS a"
               " WHERE a.delivery = d.id AND a.class = 'delivered')")},
    {CHECK_DELIVERED, NULL,
        DB_SQL("SELECT 'message ' || d.id || ' counts as delivered by digest '"
               " || d.folded || ', which is not' FROM delivery AS d"
               " JOIN delivery AS g ON g.id = d.folded"
               " WHERE d.state = 'delivered' AND g.state <> 'delivered'")},
    {CHECK_DEAD, DB_SQL("SELECT count(*) FROM delivery WHERE state = 'dead'"),
        DB_SQL("SELECT 'message ' || id || ' was given up without a reason'"
               " FROM delivery WHERE state = 'dead'"
               " AND (ifnull(last_error, '') = '' OR finished IS NULL)")},
    {CHECK_DEAD, NULL,
        DB_SQL("SELECT 'channel ' || d.channel || ' gave up message ' || d.id"
               " || ', and no condition says so' FROM delivery AS d"
               " WHERE d.state = 'dead' AND d.attempts > 0"
               " AND d.folded IS NULL AND NOT EXISTS (SELECT 1"
               " FROM condition AS c WHERE c.subject = 'channel:' || d.channel"
               " AND c.kind IN ('undeliverable', 'broken')"
               " AND ifnull(c.closed, d.finished) >= d.finished)"
               " AND d.finished >= ifnull(?3, 0) AND (SELECT count(*) < 50"
               " OR d.finished > max(c.closed) FROM condition AS c"
               " WHERE c.subject = 'channel:' || d.channel"
               " AND c.closed IS NOT NULL)")},
    {CHECK_KEPT, DB_SQL("SELECT count(*) FROM delivery"),
        DB_SQL("SELECT 'message ' || d.id || ' is ' || d.state || ', but what"
               " incident ' || d.incident || ' was about is purged'"
               " FROM delivery AS d JOIN incident_keeping AS k"
               " ON k.incident = d.incident WHERE d.state <> 'delivered'"
               " AND k.purged IS NOT NULL")},
    {CHECK_KEPT, NULL,
        DB_SQL("SELECT 'message ' || id || ' waits, but says nothing'"
               " FROM delivery WHERE state <> 'delivered'"
               " AND length(body) = 0")},
};

static int
ask_count(struct checking *c, const struct question *question)
{
    struct query q;
    int r;

    if (!question->count)
        return 0;
    db_query(c->db, &q, question->count);
    r = query_next(&q);
    if (r == 0)
        c->result->line[question->kind].looked = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}

/* A statement takes as many parameters as it names. */
static int
ask_find(struct checking *c, const struct question *question)
{
    struct query q;
    int r;

    _Static_assert(STORE_PAST_CONDITIONS == 50, "the literal above");
    db_query(c->db, &q, question->find);
    if (q.stmt && sqlite3_bind_parameter_count(q.stmt) >= 1) {
        query_wall(&q, c->attempts);
        query_wall(&q, c->deliveries);
        if (sqlite3_bind_parameter_count(q.stmt) >= 3)
            query_wall(&q, c->conditions);
    }
    while ((r = query_next(&q)) == 0)
        broken(c, question->kind, query_peek_str(&q));
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

/* --- the file, the seen sets, the ledger ---------------------------------- */

static int
ask_file(struct checking *c)
{
    struct query q;
    int r;

    _Static_assert(CHECK_PAGE_ERRORS == 20, "the literal below");
    db_query(c->db, &q, DB_SQL("PRAGMA integrity_check(20)"));
    while ((r = query_next(&q)) == 0) {
        struct str said = query_peek_str(&q);

        if (!str_eq(said, STR("ok")))
            broken(c, CHECK_FILE, said);
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
is_stored(
    struct checking *c, struct str source, const char *identity, bool *ret)
{
    struct query q;
    int r;

    db_query(c->db, &q,
        DB_SQL("SELECT 1 FROM item WHERE source = ? AND identity = ?"));
    query_str(&q, source);
    query_blob(&q, identity, DIGEST_SIZE);
    r = query_next(&q);
    query_done(&q);
    *ret = r == 0;
    return r == E_NOTFOUND ? 0 : r;
}

/* How many entries of a set are of no item that is stored, less those that
 * moved to another identity. */
static int
seen_missing(
    struct checking *c, struct str source, struct str seen, int64_t *ret)
{
    int64_t missing = 0;

    *ret = 0;
    if (seen.n < 1 || seen.p[0] != SEEN_ENTRY_VERSION)
        return 0;
    for (size_t at = 1; at + SEEN_ENTRY_BYTES <= seen.n;
         at += SEEN_ENTRY_BYTES) {
        const char *entry = seen.p + at;
        bool stored = false;
        int r = is_stored(c, source, entry, &stored);

        if (r != 0)
            return r;
        missing += !stored;
        missing -= memcmp(entry, entry + 2 * DIGEST_SIZE, DIGEST_SIZE) == 0;
    }
    *ret = missing;
    return 0;
}

/* What a sitemap showed are also the sitemaps below it, which are no items. */
static int
ask_seen(struct checking *c)
{
    struct query q;
    int r;

    db_query(c->db, &q,
        DB_SQL("SELECT n.source, n.seen, s.items - (SELECT count(*)"
               " FROM item AS i WHERE i.source = n.source)"
               " FROM source_seen AS n JOIN source_state AS s"
               " ON s.id = n.source WHERE s.kind <> 'sitemap'"));
    while ((r = query_next(&q)) == 0) {
        struct str source = query_peek_str(&q), seen = query_peek_str(&q);
        int64_t purged = query_get_int(&q), missing;

        r = seen_missing(c, source, seen, &missing);
        if (r != 0)
            break;
        if (missing > (purged > 0 ? purged : 0))
            broken(c, CHECK_POLLED,
                arena_printf(c->arena,
                    "source %.*s has shown %lld items that are not stored",
                    STR_ARG(source), (long long)missing));
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
ask_ledger(struct checking *c)
{
    struct ledger_check check;
    int r = ledger_walk(c->db, &check);

    if (r != 0)
        return r;
    c->result->line[CHECK_LEDGER].looked = check.count;
    if (check.fault != LEDGER_FAULT_NONE)
        broken(c, CHECK_LEDGER,
            arena_printf(c->arena, "entry %lld is wrong (%s)",
                (long long)check.bad, ledger_fault_name(check.fault)));
    return 0;
}

static int
ask_all(struct checking *c)
{
    int r = ask_file(c);

    if (r == 0)
        r = ask_purged(c);
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (r == 0)
            r = ask_count(c, &questions[i]);
        if (r == 0)
            r = ask_find(c, &questions[i]);
    }
    if (r == 0)
        r = ask_seen(c);
    if (r == 0)
        r = ask_ledger(c);
    return r;
}

int
view_check(struct view *view, struct arena *arena, struct check_result *ret)
{
    struct checking c = {.db = &view->db,
        .attempts = WALL_NONE,
        .deliveries = WALL_NONE,
        .conditions = WALL_NONE,
        .arena = arena,
        .result = ret};
    int r = db_begin(&view->db);

    *ret = (struct check_result){.broken = 0};
    if (r == 0)
        r = ask_all(&c);
    if (r == E_CORRUPT) { /* that is an answer too */
        broken(&c, CHECK_FILE, str_of(view->db.error));
        r = 0;
    }
    db_rollback(&view->db);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}
