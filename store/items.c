/* items: publications, their revisions, what rules found on them. */
#include "store/inside.h"

/* The next number of a table that no row ever had: evidence and the ledger
 * remember items that were purged by their numbers (purge.c notes the highest
 * that went). */
#define NEVER_USED(table)                                                      \
    "max(ifnull((SELECT max(id) FROM " table "), 0), ifnull((SELECT value"     \
    " FROM meta WHERE key = '" table ".gone'), 0)) + 1"

struct known {
    int64_t item, revision, revisions;
};

static int
item_find(struct store *store, const struct item_put *put, struct known *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, revision, revisions FROM item"
               " WHERE source = ? AND identity = ?"));
    query_str(&q, put->source);
    query_blob(&q, put->item->identity, sizeof(put->item->identity));
    r = query_next(&q);
    if (r == 0) {
        ret->item = query_get_int(&q);
        ret->revision = query_get_int(&q);
        ret->revisions = query_get_int(&q);
    }
    query_done(&q);
    return r;
}

static int
item_add(struct store *store, const struct item_put *put, struct known *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO item(id, source, identity, first_seen, last_seen,"
               " baseline, backfill)"
               " VALUES(" NEVER_USED("item") ", ?, ?, ?, ?, ?, ?)"));
    query_str(&q, put->source);
    query_blob(&q, put->item->identity, sizeof(put->item->identity));
    query_int(&q, put->seen.ms);
    query_int(&q, put->seen.ms);
    query_int(&q, put->baseline);
    query_int(&q, put->backfill);
    *ret = (struct known){0};
    r = query_insert(&q, &ret->item);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET items = items + 1 WHERE id = ?"));
    query_str(&q, put->source);
    return query_run(&q);
}

/* A text that this item had before has been judged before. */
static int
revision_find(
    struct store *store, int64_t item, const uint8_t *digest, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM revision WHERE item = ? AND digest = ?"));
    query_int(&q, item);
    query_blob(&q, digest, DIGEST_SIZE);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

static int
revision_add(
    struct store *store, const struct item_put *put, int64_t item, int64_t *ret)
{
    const struct item *i = put->item;
    const struct score *score = put->score;
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO revision(id, item, digest, seen, url, title, text,"
               " published, updated, features, score, level, category,"
               " generation) VALUES(" NEVER_USED("revision")
               ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_int(&q, item);
    query_blob(&q, i->digest, sizeof(i->digest));
    query_int(&q, put->seen.ms);
    query_str(&q, i->url);
    query_text(&q, i->title);
    query_text(&q, i->text);
    query_wall(&q, i->published);
    query_wall(&q, i->updated);
    query_bytes(&q, put->features);
    query_int(&q, score ? score->points : 0);
    query_int(&q, score ? (int)score->level : LEVEL_NONE);
    query_str(
        &q, score && score->ncategories ? score->categories[0] : STR_NONE);
    query_int(&q, (int64_t)put->generation);
    return query_insert(&q, ret);
}

/* Make revision the item's newest; fresh when it was just added. */
static int
item_point(struct store *store, int64_t item, int64_t revision, bool fresh,
    struct wall seen)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE item SET revision = ?, revisions = revisions + ?,"
               " last_seen = max(last_seen, ?) WHERE id = ?"));
    query_int(&q, revision);
    query_int(&q, fresh);
    query_int(&q, seen.ms);
    query_int(&q, item);
    return query_run(&q);
}

/* Of an item that changes for ever keep the first and the newest. */
static int
revisions_trim(struct store *store, int64_t item)
{
    struct query q;
    int64_t victim = 0;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM revision WHERE item = ?"
               " ORDER BY id LIMIT 1 OFFSET 1"));
    query_int(&q, item);
    r = query_next(&q);
    if (r == 0)
        victim = query_get_int(&q);
    query_done(&q);
    if (r != 0)
        return r == E_NOTFOUND ? 0 : r;
    db_query(&store->db, &q, DB_SQL("DELETE FROM finding WHERE revision = ?"));
    query_int(&q, victim);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q, DB_SQL("DELETE FROM revision WHERE id = ?"));
    query_int(&q, victim);
    return query_run(&q);
}

/* Whether the newest revision is the same headline with the text of its own
 * page, which a list that shows the headline again does not take away. */
static int
item_has_more(struct store *store, int64_t revision,
    const struct item_put *put, bool *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT title = ? AND text <> '' FROM revision WHERE id = ?"));
    query_text(&q, put->item->title);
    query_int(&q, revision);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) != 0;
    query_done(&q);
    return r;
}

int
store_item_put(struct store *store, const struct item_put *put,
    int64_t *ret_item, int64_t *ret_revision, enum item_outcome *ret)
{
    enum item_outcome outcome = ITEM_REVISED;
    struct known known = {0};
    int64_t revision = 0;
    bool more = false;
    int r = item_find(store, put, &known);

    if (r == E_NOTFOUND) {
        outcome = ITEM_NEW;
        r = item_add(store, put, &known);
    }
    if (r != 0)
        return r;
    r = E_NOTFOUND;
    if (outcome != ITEM_NEW)
        r = revision_find(store, known.item, put->item->digest, &revision);
    if (r == 0) {
        outcome = ITEM_KNOWN;
        if (revision != known.revision && put->item->text.n == 0)
            r = item_has_more(store, known.revision, put, &more);
        if (r == 0 && revision != known.revision && !more)
            r = item_point(store, known.item, revision, false, put->seen);
    } else if (r == E_NOTFOUND) {
        r = 0;
        if (known.revisions >= STORE_MAX_REVISIONS)
            r = revisions_trim(store, known.item);
        if (r == 0)
            r = revision_add(store, put, known.item, &revision);
        if (r == 0)
            r = item_point(store, known.item, revision, true, put->seen);
    }
    if (r != 0)
        return r;
    *ret_item = known.item;
    *ret_revision = revision;
    *ret = outcome;
    return 0;
}

int
store_finding_put(struct store *store, const struct finding_put *put)
{
    _cleanup_(buf_done) struct buf spans;
    struct query q;
    int r;

    buf_init(&spans, (size_t)FINDING_MAX_SPANS * SPAN_PACKED_SIZE);
    r = spans_pack(put->spans, put->nspans, &spans);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO finding(revision, rule, title, category,"
               " rule_version, generation, points, indeterminate, spans)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_int(&q, put->revision);
    query_text(&q, put->rule);
    query_text(&q, put->title);
    query_text(&q, put->category);
    query_int(&q, put->rule_version);
    query_int(&q, (int64_t)put->generation);
    query_int(&q, put->points);
    query_int(&q, put->indeterminate);
    query_blob(&q, buf_cstr(&spans), spans.n);
    return query_run(&q);
}
