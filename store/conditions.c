/* conditions: what is wrong with a source, a channel, the daemon. */
#include "store/conditions.h"

#include "store/inside.h"

static const struct str source_prefix = {"source:", 7};

static int64_t
condition_weight(struct str kind)
{
    static const struct {
        const char *word;
        int64_t severity;
    } kinds[] = {
#define X(name, word, severity, bad, good) {word, CONDITION_##severity},
        CONDITION_KINDS(X)
#undef X
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(kind, str_of(kinds[i].word)))
            return kinds[i].severity;
    return CONDITION_TROUBLE;
}

static enum condition_kind
condition_number(struct str kind)
{
    static const char *const words[] = {
#define X(name, word, severity, bad, good) word,
        CONDITION_KINDS(X)
#undef X
    };

    for (int i = 0; i < CONDITION_COUNT; i++)
        if (str_eq(kind, str_of(words[i])))
            return (enum condition_kind)i;
    return CONDITION_COUNT;
}

/* What is worst of a source stands with it, so that lists can begin there. */
static int
condition_source(struct store *store, struct str subject)
{
    struct query q;

    if (!str_starts(subject, source_prefix))
        return 0;
    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET rank = (SELECT"
               " -coalesce(max(severity), 0) FROM condition"
               " WHERE subject = ?1 AND closed IS NULL)"
               " WHERE id = ?2 AND removed IS NULL"));
    query_str(&q, subject);
    query_str(&q, str_from(subject, source_prefix.n));
    return query_run(&q);
}

/* When it was told of one that closed and was not told of that, opening it
 * again is no news. */
static int
condition_inherit(
    struct store *store, struct str subject, struct str kind, struct wall *ret)
{
    struct query q;
    int64_t id = 0;
    int r;

    *ret = WALL_NONE;
    db_query(&store->db, &q,
        DB_SQL("SELECT id, told FROM condition WHERE subject = ? AND kind = ?"
               " AND closed IS NOT NULL AND told IS NOT NULL"
               " AND told_closed IS NULL ORDER BY id DESC LIMIT 1"));
    query_str(&q, subject);
    query_str(&q, kind);
    r = query_next(&q);
    if (r == 0) {
        id = query_get_int(&q);
        *ret = query_get_wall(&q);
    }
    query_done(&q);
    if (r != 0)
        return r == E_NOTFOUND ? 0 : r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET told_closed = closed WHERE id = ?"));
    query_int(&q, id);
    return query_run(&q);
}

static int
condition_insert(struct store *store, struct str subject, struct str kind,
    const struct condition_text *text, struct wall now)
{
    struct query q;
    struct wall told;
    int r = condition_inherit(store, subject, kind, &told);

    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO condition(subject, kind, text, text_zh, severity,"
               " opened, told) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    query_text(&q, subject);
    query_text(&q, kind);
    query_text(&q, text->en);
    query_str(&q, text->zh);
    query_int(&q, condition_weight(kind));
    query_int(&q, now.ms);
    query_wall(&q, told);
    r = query_run(&q);
    return r == 0 ? condition_source(store, subject) : r;
}

int
store_condition_put(struct store *store, struct str subject, struct str kind,
    const struct condition_text *text, struct wall now, bool *ret_edge)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET text = ?, text_zh = ? WHERE subject = ?"
               " AND kind = ? AND closed IS NULL"));
    query_text(&q, text->en);
    query_str(&q, text->zh);
    query_str(&q, subject);
    query_str(&q, kind);
    r = query_run(&q);
    if (r != 0)
        return r;
    if (db_changes(&store->db) > 0) {
        *ret_edge = false;
        return 0;
    }
    r = condition_insert(store, subject, kind, text, now);
    if (r == 0)
        *ret_edge = true;
    return r;
}

int
store_condition_open(struct store *store, struct str subject, struct str kind,
    struct str text, struct wall now, bool *ret_edge)
{
    return store_condition_put(store, subject, kind,
        &(struct condition_text){text, STR_NONE}, now, ret_edge);
}

/* Forget the oldest closed ones of a subject. */
static int
condition_trim(struct store *store, struct str subject)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("DELETE FROM condition WHERE subject = ?1 AND closed IS NOT NULL"
               " AND (told IS NULL OR told_closed IS NOT NULL) AND id <= ("
               "  SELECT id FROM condition WHERE subject = ?1"
               "  AND closed IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?2)"));
    query_str(&q, subject);
    query_int(&q, STORE_PAST_CONDITIONS);
    return query_run(&q);
}

int
store_condition_close(struct store *store, struct str subject, struct str kind,
    struct wall now, bool *ret_edge)
{
    struct query q;
    bool edge;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET closed = ? WHERE subject = ?"
               " AND kind = ? AND closed IS NULL"));
    query_int(&q, now.ms);
    query_str(&q, subject);
    query_str(&q, kind);
    r = query_run(&q);
    edge = r == 0 && db_changes(&store->db) > 0;
    if (edge)
        r = condition_source(store, subject);
    if (edge && r == 0)
        r = condition_trim(store, subject);
    if (r == 0)
        *ret_edge = edge;
    return r;
}

int
store_condition_courses(struct store *store, struct str subject,
    struct condition_course ret[CONDITION_COUNT])
{
    struct query q;
    int r;

    for (int i = 0; i < CONDITION_COUNT; i++)
        ret[i] = (struct condition_course){0};
    db_query(&store->db, &q,
        DB_SQL("SELECT kind, 1, 0 FROM condition WHERE subject = ?1"
               " AND closed IS NULL UNION ALL"
               " SELECT kind, 0, against FROM suspicion WHERE subject = ?1"));
    query_str(&q, subject);
    while ((r = query_next(&q)) == 0) {
        enum condition_kind kind = condition_number(query_peek_str(&q));

        if (kind == CONDITION_COUNT)
            continue;
        if (query_get_int(&q))
            ret[kind].open = true;
        ret[kind].against += (unsigned)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    return r;
}

int
store_condition_suspect(
    struct store *store, struct str subject, struct str kind, unsigned against)
{
    struct query q;

    if (against == 0) {
        db_query(&store->db, &q,
            DB_SQL("DELETE FROM suspicion WHERE subject = ? AND kind = ?"));
        query_str(&q, subject);
        query_str(&q, kind);
        return query_run(&q);
    }
    db_query(&store->db, &q,
        DB_SQL("INSERT INTO suspicion(subject, kind, against) VALUES(?, ?, ?)"
               " ON CONFLICT DO UPDATE SET against = excluded.against"));
    query_str(&q, subject);
    query_str(&q, kind);
    query_int(&q, against);
    return query_run(&q);
}

/* --- sources that change --- */

/* What was wrong at another address is not wrong at this one. */
int
condition_forget_address(struct store *store, const struct source *source,
    const char *kind, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET closed = ?1, told_closed = ?1"
               " WHERE closed IS NULL AND subject = 'source:' || ?2"
               " AND EXISTS(SELECT 1 FROM source_state WHERE id = ?2"
               "  AND (url, kind) <> (?3, ?4))"));
    query_int(&q, now.ms);
    query_str(&q, source->id);
    query_text(&q, source->url);
    query_cstr(&q, kind);
    r = query_run(&q);
    if (r != 0 || db_changes(&store->db) == 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET rank = 0 WHERE id = ?"));
    query_str(&q, source->id);
    return query_run(&q);
}

int
store_condition_close_kind(
    struct store *store, struct str kind, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET closed = ?"
               " WHERE kind = ? AND closed IS NULL"));
    query_int(&q, now.ms);
    query_str(&q, kind);
    return query_run(&q);
}

int
condition_forget_removed(struct store *store, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET closed = ?1, told_closed = ?1"
               " WHERE closed IS NULL AND subject IN (SELECT 'source:' || id"
               "  FROM source_state WHERE removed IS NOT NULL)"));
    query_int(&q, now.ms);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("UPDATE source_state SET rank = 1"
               " WHERE removed IS NOT NULL AND rank <> 1"));
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("DELETE FROM suspicion WHERE subject IN (SELECT 'source:' || id"
               "  FROM source_state WHERE removed IS NOT NULL)"));
    return query_run(&q);
}

/* --- who was told --- */

static void
news_read(struct query *q, struct arena *arena, struct condition_news *ret)
{
    ret->id = query_get_int(q);
    ret->subject = query_get_str(q, arena);
    ret->kind = query_get_str(q, arena);
    ret->text.en = query_get_str(q, arena);
    ret->text.zh = query_get_str(q, arena);
    ret->opened = query_get_wall(q);
    ret->closed = query_get_wall(q);
    ret->open = !wall_is_set(ret->closed);
    ret->title = query_get_str(q, arena);
    ret->owner = query_get_str(q, arena);
}

int
store_condition_untold(struct store *store, uint32_t kinds, struct wall before,
    size_t max, struct arena *arena, struct condition_news **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct condition_news)};
    struct query q;
    int r = 0;

    db_query(&store->db, &q,
        DB_SQL("SELECT c.id, subject, c.kind, text, text_zh, opened, closed,"
               " title, owner FROM ("
               "  SELECT * FROM condition WHERE closed IS NULL"
               "   AND told IS NULL AND opened <= ?1"
               "  UNION ALL"
               "  SELECT * FROM condition WHERE closed IS NOT NULL"
               "   AND told IS NOT NULL AND told_closed IS NULL"
               "   AND closed <= ?1) AS c"
               " LEFT JOIN source_state AS s ON s.id = substr(subject, 8)"
               "  AND subject LIKE 'source:%'"
               " ORDER BY coalesce(closed, opened), c.id"));
    query_int(&q, before.ms);
    while (list.n < max && (r = query_next(&q)) == 0) {
        struct condition_news row = {0}, *kept;
        enum condition_kind kind;

        news_read(&q, arena, &row);
        kind = condition_number(row.kind);
        if (kind == CONDITION_COUNT || !(kinds & 1u << kind))
            continue;
        kept = list_add(&list);
        if (kept == NULL) {
            r = E_NOMEM;
            break;
        }
        *kept = row;
    }
    if (q.done || list.n == max)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_condition_told(
    struct store *store, const struct condition_news *news, struct wall now)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE condition SET told = iif(?2, ?1, told),"
               " told_closed = iif(?2, told_closed, ?1) WHERE id = ?3"));
    query_int(&q, now.ms);
    query_int(&q, news->open);
    query_int(&q, news->id);
    return query_run(&q);
}

/* --- as the console reads them --- */

void
condition_read(struct query *q, struct arena *arena, struct condition_row *ret)
{
    ret->subject = query_get_str(q, arena);
    ret->kind = query_get_str(q, arena);
    ret->text = query_get_str(q, arena);
    ret->text_zh = query_get_str(q, arena);
    ret->opened = query_get_wall(q);
    ret->closed = query_get_wall(q);
}

int
view_condition_counts(struct view *view, uint64_t ret[CONDITION_COUNT])
{
    uint64_t counts[CONDITION_COUNT] = {0};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT kind, count(*) FROM condition WHERE closed IS NULL"
               " GROUP BY kind"));
    while ((r = query_next(&q)) == 0) {
        enum condition_kind kind = condition_number(query_peek_str(&q));

        if (kind != CONDITION_COUNT)
            counts[kind] = (uint64_t)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    for (int i = 0; i < CONDITION_COUNT && r == 0; i++)
        ret[i] = counts[i];
    return r;
}

int
view_house_conditions(struct view *view, size_t max, struct arena *arena,
    struct condition_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct condition_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " CONDITION_COLUMNS " FROM condition"
               " WHERE closed IS NULL"
               " AND (subject < 'source:' OR subject >= 'source;')"
               " ORDER BY severity DESC, opened, id LIMIT ?"));
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct condition_row *row = list_add(&list);

        if (row == NULL) {
            r = E_NOMEM;
            break;
        }
        condition_read(&q, arena, row);
    }
    if (q.done)
        r = arena_failed(arena) ? E_NOMEM : 0;
    query_done(&q);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}
