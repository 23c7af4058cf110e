/*
 * view_items: three ways through the items, newest first.
 *
 * By the index when the question has a word, a source, a rule or the like; by
 * what is in incidents when it asks for that alone; else by the items
 * themselves.  Whatever the way, each item that comes is looked at once more
 * here, and a page looks at no more than VIEW_ITEMS_LOOKS of them, so that its
 * time is bounded by the page and not by the store.
 */
#include "store/view_items.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "store/inside.h"
#include "store/search.h"

enum { QUESTION_BYTES = 4096, BEFORE_BYTES = 600 };

#define FOUND_COLUMNS                                                          \
    "i.id, r.id, i.source, s.title, r.title, r.text, r.url, r.published,"      \
    " i.first_seen, i.revisions, r.score, r.level, r.category, i.baseline,"    \
    " i.backfill, m.gone, m.checked, m.why, m.similarity, m.incident"
#define FOUND_JOINS                                                            \
    " CROSS JOIN revision AS r ON r.id = i.revision"                           \
    " CROSS JOIN source_state AS s ON s.id = i.source"

static struct str
found_hex(struct buf *out, const char *prefix, struct str s)
{
    (void)buf_printf(out, " %s", prefix);
    for (size_t i = 0; i < s.n; i++)
        (void)buf_printf(out, "%02x", (unsigned char)s.p[i]);
    return buf_str(out);
}

/* " (zl2 OR zl3)" of bits. */
static void
add_choice(struct buf *out, const char *prefix, unsigned bits)
{
    bool first = true;

    (void)buf_add_cstr(out, " (");
    for (unsigned i = 0; i < 32; i++) {
        if (!(bits >> i & 1))
            continue;
        (void)buf_printf(out, "%s%s%u", first ? "" : " OR ", prefix, i);
        first = false;
    }
    (void)buf_add_char(out, ')');
}

/* The index' question, with words between AND; empty when it has none. */
static int
question_make(const struct item_filter *f, struct buf *out)
{
    unsigned all = (1u << LEVEL_COUNT) - 1, steps = 0;
    int r = search_question(f->text, out);

    if (f->source.n)
        found_hex(out, "zs", f->source);
    if (f->category.n)
        found_hex(out, "zc", f->category);
    if (f->rule.n)
        found_hex(out, "zr", f->rule);
    if (f->levels && (f->levels & all) != all)
        add_choice(out, "zl", f->levels & all);
    if (f->min_score >= 10 || (f->max_score > 0 && f->max_score < 100)) {
        int top = f->max_score > 0 ? f->max_score : 100;

        for (int i = f->min_score / 10; i <= top / 10 && i < 32; i++)
            steps |= 1u << i;
        if (steps)
            add_choice(out, "zp", steps);
    }
    return r ? r : out->err;
}

/* Words one after the other mean AND, but a bracket needs it said. */
static struct str
question_text(struct arena *arena, struct str words)
{
    struct buf out;
    struct str ret, rest = words;
    int depth = 0;

    buf_init(&out, 2 * QUESTION_BYTES);
    for (bool first = true; rest.n > 0;) {
        struct str word = str_split(&rest, ' ');

        if (word.n == 0)
            continue;
        if (!first && depth == 0)
            (void)buf_add_cstr(&out, " AND ");
        else if (!first)
            (void)buf_add_char(&out, ' ');
        first = false;
        depth += word.p[0] == '(';
        depth -= word.p[word.n - 1] == ')';
        (void)buf_add_str(&out, word);
        if (!rest.p)
            break;
    }
    ret = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

/* --- rows ------------------------------------------------------------------
 */

static int
found_read(struct view *view, struct query *q, struct arena *arena,
    struct found_item *ret)
{
    struct item_row *item = &ret->item;
    int r;

    *ret = (struct found_item){0};
    item->id = query_get_int(q);
    item->revision = query_get_int(q);
    item->source = query_get_str(q, arena);
    item->source_title = query_get_str(q, arena);
    item->title = query_get_str(q, arena);
    item->text = query_get_str(q, arena);
    item->url = query_get_str(q, arena);
    item->published = query_get_wall(q);
    item->first_seen = query_get_wall(q);
    item->revisions = (uint32_t)query_get_int(q);
    item->score = (int)query_get_int(q);
    r = store_level_of(query_get_int(q), &ret->level);
    ret->category = query_get_str(q, arena);
    ret->baseline = query_get_int(q) != 0;
    ret->backfill = query_get_int(q) != 0;
    item->gone = query_get_wall(q);
    item->checked = query_get_wall(q);
    item->why = query_get_str(q, arena);
    item->similarity = query_get_double(q);
    item->incident = query_get_int(q);
    ret->starts = true;
    if (r == 0)
        r = item_findings(view, arena, item);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

static int
found_incident(struct view *view, struct arena *arena, struct found_item *ret)
{
    struct query q;
    int r;

    if (ret->item.incident == 0)
        return 0;
    db_query(&view->db, &q,
        DB_SQL("SELECT id, state, title FROM incident WHERE id = " ROOT("?1")));
    query_int(&q, ret->item.incident);
    r = query_next(&q);
    if (r == 0) {
        ret->item.incident = query_get_int(&q);
        r = store_state_of(query_peek_str(&q), &ret->state);
        ret->incident_title = query_get_str(&q, arena);
    }
    query_done(&q);
    return r;
}

/* --- looking at each ---------------------------------------------------------
 */

struct look {
    const struct item_filter *filter;
    struct str title, text;
    int64_t id, incident;
    struct wall first_seen, published;
    bool gone;
    int score;
    unsigned level;
};

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Where needle is in text, text.n when nowhere; as holds() finds it. */
static size_t
find(struct str text, struct str needle)
{
    if (needle.n == 0)
        return 0;
    for (size_t i = 0; i + needle.n <= text.n; i++) {
        size_t k = 0;

        if (lower(text.p[i]) != lower(needle.p[0])) {
            char c = needle.p[0];
            const char *next;

            if (lower(c) >= 'a' && lower(c) <= 'z')
                continue;
            next = memchr(text.p + i, c, text.n - i);
            if (!next)
                return text.n;
            i = (size_t)(next - text.p);
            if (i + needle.n > text.n)
                return text.n;
        }
        while (k < needle.n && lower(text.p[i + k]) == lower(needle.p[k]))
            k++;
        if (k == needle.n)
            return i;
    }
    return text.n;
}

static bool
within(struct wall t, struct wall from, struct wall to)
{
    if (from.ms > 0 && (!wall_is_set(t) || t.ms < from.ms))
        return false;
    return to.ms <= 0 || (wall_is_set(t) && t.ms < to.ms);
}

static bool
look_fits(const struct look *look)
{
    const struct item_filter *f = look->filter;

    if ((f->in == ITEM_IN_INCIDENT && look->incident == 0) ||
        (f->in == ITEM_IN_NONE && look->incident != 0) ||
        (f->gone && !look->gone))
        return false;
    if (look->score < f->min_score ||
        (f->max_score > 0 && look->score > f->max_score) ||
        (f->levels && !(f->levels >> look->level & 1)))
        return false;
    if (!within(look->first_seen, f->from, f->to) ||
        !within(look->published, f->pub_from, f->pub_to))
        return false;
    return f->text.n == 0 || find(look->title, f->text) < look->title.n ||
           find(look->text, f->text) < look->text.n;
}

/* Columns of each look: id, title, text, first_seen, published, incident,
 * gone, score, level. */
#define LOOK_COLUMNS                                                           \
    "i.id, r.title, r.text, i.first_seen, r.published,"                        \
    " coalesce(m.incident, 0), m.gone IS NOT NULL, r.score, r.level"

static struct look
look_read(struct query *q, const struct item_filter *filter)
{
    struct look look = {.filter = filter};

    look.id = query_get_int(q);
    look.title = query_peek_str(q);
    look.text = query_peek_str(q);
    look.first_seen = query_get_wall(q);
    look.published = query_get_wall(q);
    look.incident = query_get_int(q);
    look.gone = query_get_int(q) != 0;
    look.score = (int)query_get_int(q);
    look.level = (unsigned)query_get_int(q);
    return look;
}

/* --- the page ----------------------------------------------------------------
 */

/* The newest item that was first seen before t, or the oldest from t on. */
static int
edge_of(struct view *view, struct wall t, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id FROM item WHERE first_seen < ?"
               " ORDER BY first_seen DESC, id DESC LIMIT 1"));
    query_int(&q, t.ms);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    if (r == E_NOTFOUND)
        *ret = 0;
    return r == E_NOTFOUND ? 0 : r;
}

/* Which statement, and its first parameter. */
static const char *
way_sql(const struct item_filter *f, bool words)
{
    if (words)
        return DB_SQL("SELECT " LOOK_COLUMNS " FROM search AS x"
                      " CROSS JOIN item AS i ON i.id = x.rowid" FOUND_JOINS
                      " LEFT JOIN incident_item AS m ON m.item = i.id"
                      " WHERE x.search MATCH ?1 AND x.rowid < ?2"
                      " ORDER BY x.rowid DESC");
    if (f->gone || f->in == ITEM_IN_INCIDENT)
        return DB_SQL("SELECT " LOOK_COLUMNS " FROM incident_item AS m"
                      " CROSS JOIN item AS i ON i.id = m.item" FOUND_JOINS
                      " WHERE ?1 IS NULL AND m.item < ?2"
                      " ORDER BY m.item DESC");
    return DB_SQL("SELECT " LOOK_COLUMNS " FROM item AS i" FOUND_JOINS
                  " LEFT JOIN incident_item AS m ON m.item = i.id"
                  " WHERE ?1 IS NULL AND i.id < ?2 ORDER BY i.id DESC");
}

static int
page_ids(struct view *view, const struct item_filter *f, struct arena *arena,
    struct str question, int64_t before, int64_t oldest, int64_t *ids,
    size_t limit, struct item_page *ret)
{
    struct query q;
    size_t looks = 0;
    int r;

    db_query(&view->db, &q, way_sql(f, question.n > 0));
    query_str(&q, question.n ? question : STR_NONE);
    query_int(&q, before);
    while ((r = query_next(&q)) == 0) {
        struct look look = look_read(&q, f);

        if (look.id <= oldest) {
            q.done = true;
            break;
        }
        if (ret->n == limit) {
            ret->more = true;
            break;
        }
        before = look.id;
        if (look_fits(&look)) {
            ids[ret->n++] = look.id;
        } else if (++looks >= VIEW_ITEMS_LOOKS) {
            ret->more = ret->unfinished = true;
            ret->back = look.first_seen;
            break;
        }
    }
    if (r == E_NOTFOUND && q.done)
        r = 0;
    query_done(&q);
    if (ret->more)
        ret->next = arena_printf(arena, "%" PRId64, before);
    return r;
}

/* A list shows where the words stand, not the whole. */
static void
cut_text(struct found_item *found, struct str needle)
{
    struct str text = found->item.text;
    size_t at = find(text, needle), from = 0;

    if (needle.n && at < text.n && at > BEFORE_BYTES) {
        from = at - BEFORE_BYTES;
        while (from < text.n && ((unsigned char)text.p[from] & 0xC0) == 0x80)
            from++;
        found->starts = false;
    }
    found->item.text = utf8_cut(str_from(text, from), VIEW_ITEMS_TEXT);
}

static int
is_filling(struct view *view, bool *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT (SELECT max(id) FROM item) > upto + 1000"
               " FROM search_state"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) != 0;
    query_done(&q);
    return r;
}

int
view_item_search(struct view *view, const struct item_filter *filter,
    struct arena *arena, struct item_page *ret)
{
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;
    int64_t before = INT64_MAX, oldest = 0, edge = 0, *ids;
    struct str question;
    struct buf words;
    int r = 0;

    *ret = (struct item_page){.back = WALL_NONE};
    limit = limit < VIEW_PAGE_MAX ? limit : VIEW_PAGE_MAX;
    if (filter->after.n &&
        num_parse_i64(filter->after, 1, INT64_MAX, &before) != 0)
        return E_PARSE;
    buf_init(&words, QUESTION_BYTES);
    r = question_make(filter, &words);
    question = question_text(arena, buf_str(&words));
    buf_done(&words);
    ids = ARENA_ARRAY(arena, limit + 1, int64_t);
    ret->rows = ARENA_ARRAY(arena, limit + 1, struct found_item);
    if (r == 0 && (!ids || !ret->rows))
        r = E_NOMEM;
    if (r == 0 && filter->to.ms > 0)
        r = edge_of(view, filter->to, &edge);
    if (filter->to.ms > 0 && edge + 1 < before)
        before = edge + 1;
    if (r == 0 && filter->from.ms > 0)
        r = edge_of(view, filter->from, &oldest);
    if (r == 0)
        r = page_ids(
            view, filter, arena, question, before, oldest, ids, limit, ret);
    for (size_t i = 0; i < ret->n && r == 0; i++) {
        r = view_item(view, ids[i], arena, &ret->rows[i]);
        cut_text(&ret->rows[i], filter->text);
    }
    return r ? r : is_filling(view, &ret->filling);
}

int
view_item(
    struct view *view, int64_t id, struct arena *arena, struct found_item *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " FOUND_COLUMNS " FROM item AS i" FOUND_JOINS
               " LEFT JOIN incident_item AS m ON m.item = i.id"
               " WHERE i.id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = found_read(view, &q, arena, ret);
    query_done(&q);
    return r ? r : found_incident(view, arena, ret);
}

int
view_item_rules(struct view *view, size_t max, struct arena *arena,
    struct str **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct str)};
    struct query q;
    int r;

    /* From one rule to the next through the index: as many steps as rules. */
    db_query(&view->db, &q,
        DB_SQL("WITH RECURSIVE one(rule) AS (SELECT min(rule) FROM finding"
               " UNION ALL SELECT (SELECT min(f.rule) FROM finding AS f"
               " WHERE f.rule > one.rule) FROM one WHERE rule IS NOT NULL)"
               " SELECT rule FROM one WHERE rule IS NOT NULL LIMIT ?"));
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct str *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        *row = query_get_str(&q, arena);
    }
    query_done(&q);
    if (!q.done)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}
