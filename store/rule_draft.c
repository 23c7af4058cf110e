/* rule_draft: versions of rules and lists, and what the console reads. */
#include "store/rule_draft.h"

#include "store/inside.h"
#include "store/view_edits.h"

static const char *const state_names[] = {"saved", "waiting", "rejected"};

const char *
rule_edit_state_name(enum rule_edit_state state)
{
    return state_names[state];
}

#define EDIT_COLUMNS                                                           \
    "id, object, text, base, state, note, made, made_by, decided,"             \
    " decided_by, decided_why"

static int
edit_read(struct query *q, struct arena *arena, void *row)
{
    struct rule_edit *ret = row;
    struct str state;

    ret->id = query_get_int(q);
    ret->object = query_get_str(q, arena);
    ret->text = query_get_str(q, arena);
    ret->base = query_get_int(q);
    state = query_peek_str(q);
    ret->state = str_eq(state, STR("saved"))     ? EDIT_SAVED
                 : str_eq(state, STR("waiting")) ? EDIT_WAITING
                                                 : EDIT_REJECTED;
    ret->note = query_get_str(q, arena);
    ret->made = query_get_wall(q);
    ret->made_by = query_get_str(q, arena);
    ret->decided = query_get_wall(q);
    ret->decided_by = query_get_str(q, arena);
    ret->decided_why = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
edit_one(struct query *q, struct arena *arena, struct rule_edit *ret)
{
    int r = query_next(q);

    if (r == 0)
        r = edit_read(q, arena, ret);
    query_done(q);
    return r;
}

static int
edit_all(
    struct query *q, struct arena *arena, struct rule_edit **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct rule_edit)};
    int r = list_read(&list, q, edit_read);

    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
store_rule_edit_add(
    struct store *store, const struct rule_edit *edit, int64_t *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO rule_edit(object, text, base, state, note, made,"
               " made_by) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    query_str(&q, edit->object);
    query_str(&q, edit->text);
    query_int(&q, edit->base);
    query_cstr(&q, state_names[edit->state]);
    query_str(&q, edit->note);
    query_wall(&q, edit->made);
    query_text(&q, edit->made_by);
    return query_insert(&q, ret);
}

int
store_rule_edit_decide(struct store *store, int64_t id,
    enum rule_edit_state state, struct str by, struct str why, struct wall now)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("UPDATE rule_edit SET state = ?, decided = ?, decided_by = ?,"
               " decided_why = ? WHERE id = ? AND state = 'waiting'"));
    query_cstr(&q, state_names[state]);
    query_wall(&q, now);
    query_str(&q, by);
    query_str(&q, why);
    query_int(&q, id);
    r = query_run(&q);
    if (r == 0 && db_changes(&store->db) == 0)
        r = E_STATE;
    return r;
}

int
store_rule_edit(
    struct store *store, int64_t id, struct arena *arena, struct rule_edit *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit WHERE id = ?"));
    query_int(&q, id);
    return edit_one(&q, arena, ret);
}

int
store_rule_edit_current(struct store *store, struct str object,
    struct arena *arena, struct rule_edit *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit WHERE object = ?"
               " AND state = 'saved' ORDER BY id DESC LIMIT 1"));
    query_str(&q, object);
    return edit_one(&q, arena, ret);
}

int
store_rule_edits_current(struct store *store, struct arena *arena,
    struct rule_edit **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit WHERE id IN (SELECT"
               " max(id) FROM rule_edit WHERE state = 'saved' GROUP BY object)"
               " ORDER BY object"));
    return edit_all(&q, arena, ret, ret_n);
}

/* --- for the console -------------------------------------------------------
 */

int
view_rule_edits(struct view *view, struct str object, struct arena *arena,
    struct rule_edit **ret, size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        object.p ? DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit"
                          " WHERE object = ?1 ORDER BY id DESC LIMIT ?2")
                 : DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit"
                          " WHERE state = 'waiting' AND ?1 IS NULL"
                          " ORDER BY id LIMIT ?2"));
    query_str(&q, object);
    query_int(&q, VIEW_EDITS_MAX);
    return edit_all(&q, arena, ret, ret_n);
}

int
view_rule_edit(
    struct view *view, int64_t id, struct arena *arena, struct rule_edit *ret)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit WHERE id = ?"));
    query_int(&q, id);
    return edit_one(&q, arena, ret);
}

int
view_rule_edit_before(struct view *view, const struct rule_edit *edit,
    struct arena *arena, struct rule_edit *ret)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " EDIT_COLUMNS " FROM rule_edit WHERE object = ?"
               " AND state = 'saved' AND id < ? ORDER BY id DESC LIMIT 1"));
    query_str(&q, edit->object);
    query_int(&q, edit->id);
    return edit_one(&q, arena, ret);
}

int
view_rule_edits_waiting(struct view *view, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM rule_edit WHERE state = 'waiting'"));
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}

int
view_rule_weeks(struct view *view, struct str rule, struct wall now,
    size_t weeks, struct rule_week *ret)
{
    const int64_t week = 7 * (int64_t)MS_DAY;
    struct wall since = {now.ms - (int64_t)weeks * week};
    struct query q;
    int r;

    for (size_t i = 0; i < weeks; i++)
        ret[i] = (struct rule_week){.from = {since.ms + (int64_t)i * week}};
    db_query(&view->db, &q,
        DB_SQL("SELECT (i.first_seen - ?2) / ?3, count(*),"
               " count(DISTINCT iif(c.state = 'closed', c.id, NULL)),"
               " count(DISTINCT iif(c.state = 'false_alarm', c.id, NULL))"
               " FROM finding AS f JOIN revision AS r ON r.id = f.revision"
               " JOIN item AS i ON i.id = r.item AND i.revision = r.id"
               " LEFT JOIN incident_item AS m ON m.item = i.id"
               " LEFT JOIN incident AS c ON c.id = " ROOT(
                   "m.incident") " WHERE f.rule = ?1 AND i.first_seen >= ?2 "
                                 "GROUP BY 1"));
    query_str(&q, rule);
    query_int(&q, since.ms);
    query_int(&q, week);
    while ((r = query_next(&q)) == 0) {
        int64_t at = query_get_int(&q);

        if (at < 0 || at >= (int64_t)weeks)
            continue;
        ret[at].items = (uint64_t)query_get_int(&q);
        ret[at].right = (uint64_t)query_get_int(&q);
        ret[at].wrong = (uint64_t)query_get_int(&q);
    }
    query_done(&q);
    return q.done ? 0 : r;
}

static int
hit_read(struct query *q, struct arena *arena, void *row)
{
    struct rule_hit *hit = row;
    struct str state;
    int r;

    hit->item = query_get_int(q);
    hit->title = query_get_str(q, arena);
    hit->source = query_get_str(q, arena);
    hit->seen = query_get_wall(q);
    hit->score = (int)query_get_int(q);
    r = store_level_of(query_get_int(q), &hit->level);
    hit->incident = query_get_int(q);
    state = query_peek_str(q);
    if (r == 0 && hit->incident)
        r = store_state_of(state, &hit->state);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
view_rule_hits(struct view *view, struct str rule, size_t max,
    struct arena *arena, struct rule_hit **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct rule_hit)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT i.id, r.title, s.title, i.first_seen, r.score, r.level,"
               " c.id, c.state FROM finding AS f"
               " CROSS JOIN revision AS r ON r.id = f.revision"
               " CROSS JOIN item AS i ON i.id = r.item AND i.revision = r.id"
               " CROSS JOIN source_state AS s ON s.id = i.source"
               " LEFT JOIN incident_item AS m ON m.item = i.id"
               " LEFT JOIN incident AS c ON c.id = " ROOT(
                   "m.incident") " WHERE f.rule = ? ORDER BY f.revision DESC "
                                 "LIMIT ?"));
    query_str(&q, rule);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, hit_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
view_rule_shadow(struct view *view, struct str rule, struct wall since,
    int points, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM finding AS f"
               " JOIN revision AS r ON r.id = f.revision"
               " JOIN item AS i ON i.id = r.item AND i.revision = r.id"
               " WHERE f.rule = ?1 AND i.first_seen >= ?2 AND r.score < ?3"
               " AND r.score + f.points >= ?3 AND NOT i.baseline"
               " AND NOT i.backfill"));
    query_str(&q, rule);
    query_int(&q, since.ms);
    query_int(&q, points);
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}
