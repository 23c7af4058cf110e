/* wanted: pages that are still to be read. */
#include "store/wanted.h"

#include <string.h>

#include "base/mask.h"
#include "base/seal.h"
#include "base/url.h"
#include "store/inside.h"

#define WANTED_COLUMNS                                                       \
    "id, source, kind, url, item, remaining, tries, baseline, since, due,"   \
    " sealed"

/* The address as it is asked for, when it holds a number of a person. */
static int
wanted_open(struct query *q, struct arena *arena, struct str *url)
{
    struct str sealed = query_peek_str(q);
    struct buf opened;
    int r;

    if (sealed.n == 0)
        return 0;
    buf_init(&opened, URL_MAX);
    r = seal_open(&opened, sealed);
    if (r == 0)
        *url = arena_str(arena, buf_str(&opened));
    buf_done(&opened);
    return r;
}

static int
wanted_read(struct query *q, struct arena *arena, void *row)
{
    struct wanted *ret = row;
    int r;

    ret->id = query_get_int(q);
    ret->source = query_get_str(q, arena);
    ret->kind = (enum wanted_kind)query_get_int(q);
    ret->url = query_get_str(q, arena);
    ret->item = query_get_int(q);
    ret->left = (uint32_t)query_get_int(q);
    ret->tries = (uint32_t)query_get_int(q);
    ret->baseline = query_get_int(q) != 0;
    ret->since = query_get_wall(q);
    ret->due = query_get_wall(q);
    r = wanted_open(q, arena, &ret->url);
    if (r != 0)
        return r;
    if (ret->kind > WANTED_CHECK)
        return E_CORRUPT;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
wanted_total(struct store *store, struct str source, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM wanted WHERE source = ?"));
    query_str(&q, source);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

static int
wanted_insert(struct store *store, const struct wanted *wanted,
    struct str masked, struct str sealed)
{
    struct query q;
    int64_t id;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO wanted(source, kind, url, item, remaining,"
               " tries, baseline, since, due, sealed)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, wanted->source);
    query_int(&q, (int)wanted->kind);
    query_text(&q, masked);
    query_id(&q, wanted->item);
    query_int(&q, wanted->left);
    query_int(&q, wanted->tries);
    query_int(&q, wanted->baseline);
    query_wall(&q, wanted->since);
    query_int(&q, wanted->due.ms);
    query_bytes(&q, sealed);
    return query_insert(&q, &id);
}

int
store_wanted_add(struct store *store, const struct wanted *wanted)
{
    struct buf masked, sealed;
    int64_t total = 0;
    int r = wanted_total(store, wanted->source, &total);

    if (r == 0 && total >= STORE_WANTED_PER_SOURCE)
        r = E_LIMIT;
    buf_init(&masked, 4 * URL_MAX);
    buf_init(&sealed, 4 * URL_MAX);
    if (r == 0)
        r = mask_url(&masked, wanted->url);
    if (r == 0 && !str_eq(buf_str(&masked), wanted->url))
        r = seal_pack(&sealed, wanted->url);
    if (r == 0)
        r = wanted_insert(store, wanted, buf_str(&masked), buf_str(&sealed));
    buf_done(&masked);
    buf_done(&sealed);
    return r;
}

int
store_wanted_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct wanted **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct wanted)};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " WANTED_COLUMNS " FROM (SELECT *, row_number()"
               " OVER (PARTITION BY source ORDER BY due, id) AS turn"
               " FROM wanted WHERE due <= ?) WHERE turn <= ?"
               " ORDER BY due, id LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, STORE_WANTED_TURNS);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, wanted_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

int
store_wanted_load(struct store *store, int64_t id, struct arena *arena,
    struct wanted *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT " WANTED_COLUMNS " FROM wanted WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = wanted_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_wanted_next(struct store *store, struct wall *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q, DB_SQL("SELECT min(due) FROM wanted"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_wall(&q);
    query_done(&q);
    return r;
}

int
store_wanted_again(
    struct store *store, int64_t id, uint32_t tries, struct wall due)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE wanted SET tries = ?, due = ? WHERE id = ?"));
    query_int(&q, tries);
    query_int(&q, due.ms);
    query_int(&q, id);
    return query_run(&q);
}

int
store_wanted_drop(struct store *store, int64_t id)
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM wanted WHERE id = ?"));
    query_int(&q, id);
    return query_run(&q);
}

int
store_wanted_count(struct store *store, struct str source,
    enum wanted_kind kind, uint32_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT count(*) FROM wanted WHERE source = ? AND kind = ?"));
    query_str(&q, source);
    query_int(&q, (int)kind);
    r = query_next(&q);
    if (r == 0)
        *ret = (uint32_t)query_get_int(&q);
    query_done(&q);
    return r;
}

int
store_item_load(struct store *store, int64_t id, struct arena *arena,
    struct stored_item *ret)
{
    struct stored_item s = {0};
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT identity, digest, url, revision.title, text,"
               " published, updated, revision.id, baseline, backfill"
               " FROM item JOIN revision ON revision.id = item.revision"
               " WHERE item.id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0 && (!query_get_hash(&q, s.item.identity, DIGEST_SIZE) ||
                      !query_get_hash(&q, s.item.digest, DIGEST_SIZE)))
        r = E_CORRUPT;
    if (r == 0) {
        s.item.url = query_get_str(&q, arena);
        s.item.title = query_get_str(&q, arena);
        s.item.text = query_get_str(&q, arena);
        s.item.published = query_get_wall(&q);
        s.item.updated = query_get_wall(&q);
        s.revision = query_get_int(&q);
        s.baseline = query_get_int(&q) != 0;
        s.backfill = query_get_int(&q) != 0;
        r = arena_failed(arena) ? E_NOMEM : 0;
    }
    query_done(&q);
    if (r == 0)
        *ret = s;
    return r;
}

int
store_item_before(struct store *store, int64_t id, int64_t revision,
    struct item_before *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT baseline, backfill, coalesce((SELECT r.level FROM"
               " revision AS r WHERE r.item = item.id AND r.id < ?"
               " ORDER BY r.id DESC LIMIT 1), ?) FROM item WHERE id = ?"));
    query_int(&q, revision);
    query_int(&q, LEVEL_NONE);
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0) {
        ret->baseline = query_get_int(&q) != 0;
        ret->backfill = query_get_int(&q) != 0;
        r = store_level_of(query_get_int(&q), &ret->level);
    }
    query_done(&q);
    return r;
}
