/*
 * view_list: the incident list.
 *
 * A statement gives the numbers of a page, in order; it reads indexes only,
 * which hold every column that a filter or an order asks for.  The rows are
 * read one by one then.  Words, a source and a rule are looked up in the index
 * of items first: when few items have them, only their incidents are looked at;
 * when many have, the list is walked in its order, which finds enough of them
 * soon.
 */
#include "store/view_list.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "store/inside.h"
#include "store/search.h"
#include "store/view_clocks.h"

enum { QUESTION_MAX_BYTES = 4096, CURSOR_PARTS = 3, STATES_LIST_BYTES = 128 };

static const char *const sort_names[] = {
#define X(sort, name) name,
    LIST_SORTS(X)
#undef X
};

const char *
list_sort_name(enum list_sort sort)
{
    return sort_names[sort];
}

int
list_sort_parse(struct str name, enum list_sort *ret)
{
    for (int i = 0; i < LIST_SORT_COUNT; i++) {
        if (str_eq(name, str_of(sort_names[i]))) {
            *ret = (enum list_sort)i;
            return 0;
        }
    }
    return E_PARSE;
}

/* --- the statements --------------------------------------------------------
 */

/* What an item must have: each is a parameter, NULL when it does not matter. */
#define ITEM_HAS(tag, source, rule, text)                                      \
    " (" source " IS NULL OR i.source = " source ")"                           \
    " AND (" rule " IS NULL OR EXISTS(SELECT 1 FROM finding AS f"              \
    " WHERE f.revision = r.id AND f.rule = " rule "))"                         \
    " AND (" tag " IS NULL OR EXISTS(SELECT 1 FROM source_state AS s"          \
    " WHERE s.id = i.source"                                                   \
    " AND instr(', ' || s.tags || ',', ', ' || " tag " || ',') > 0))"          \
    " AND (" text " IS NULL OR holds(r.title, " text ")"                       \
    " OR holds(r.text, " text "))"

/* clang-format off */
/* The incidents of items that the index finds, of those it does not have yet,
 * and what they were merged into. */
#define FOUND                                                                  \
    "WITH RECURSIVE found(id) AS MATERIALIZED ("                               \
    "SELECT m.incident FROM (SELECT rowid AS item FROM search"                 \
    " WHERE search MATCH ?34) AS s"                                            \
    " CROSS JOIN incident_item AS m ON m.item = s.item"                        \
    " UNION SELECT m.incident FROM (SELECT item FROM search_todo"              \
    " UNION SELECT id FROM (SELECT id FROM item"                               \
    " WHERE id > (SELECT upto FROM search_state)"                              \
    " ORDER BY id DESC LIMIT ?38)) AS u"                                       \
    " CROSS JOIN incident_item AS m ON m.item = u.item"                        \
    " CROSS JOIN item AS i ON i.id = m.item"                                   \
    " CROSS JOIN revision AS r ON r.id = i.revision"                           \
    " WHERE" ITEM_HAS("NULL", "?36", "?37", "?35")                             \
    " UNION SELECT rowid FROM incident_title"                                  \
    " WHERE incident_title MATCH ifnull(?39, 'zz')),"                         \
    " up(id, next) AS (SELECT id, merged_into FROM incident"                   \
    " WHERE merged_into IS NOT NULL AND id IN found"                           \
    " UNION SELECT p.id, p.merged_into FROM up"                                \
    " JOIN incident AS p ON p.id = up.next) "

#define WHERE_COLUMNS                                                          \
    " ((?5 >> level) & 1) AND (?6 IS NULL OR category = ?6)"                   \
    " AND (?7 IS NULL OR owner = ?7) AND (?8 IS NULL OR assignee = ?8)"        \
    " AND (?9 IS NULL OR assignee IS NULL)"                                    \
    " AND (?10 IS NULL OR first_seen >= ?10)"                                  \
    " AND (?11 IS NULL OR first_seen < ?11)"                                   \
    " AND (?12 IS NULL OR opened >= ?12) AND (?13 IS NULL OR opened < ?13)"    \
    " AND (?14 IS NULL OR acknowledged >= ?14)"                                \
    " AND (?15 IS NULL OR acknowledged < ?15)"                                 \
    " AND (?16 IS NULL OR closed >= ?16) AND (?17 IS NULL OR closed < ?17)"    \
    " AND (?18 IS NULL OR instr(?18, ',' || substate || ',') > 0)"             \
    " AND (?26 IS NULL OR id <= ?26)"
#define WHERE_BESIDES                                                          \
    " AND (?19 IS NULL OR id IN (SELECT incident FROM delivery"                \
    " WHERE state IN (iif(?19 & 1, 'dead', ''), iif(?19 & 2, 'pending', ''))"  \
    " AND incident IS NOT NULL"                                                \
    " AND (state = 'dead' OR NOT ?19 & 4 OR attempts > 0)))"                   \
    " AND (?21 IS NULL OR id IN (SELECT incident FROM clock_run"               \
    " WHERE ending = 0 AND due >= ?20 AND due < ?21))"                         \
    " AND ((?22 IS NULL AND ?23 IS NULL AND ?24 IS NULL AND ?25 IS NULL)"      \
    " OR EXISTS(SELECT 1 FROM incident_item AS m"                              \
    " JOIN item AS i ON i.id = m.item"                                         \
    " JOIN revision AS r ON r.id = i.revision"                                 \
    " WHERE m.incident IN " FAMILY("incident.id") " AND"                       \
    ITEM_HAS("?22", "?23", "?24", "?25") ")"                                   \
    " OR (?22 IS NULL AND ?23 IS NULL AND ?24 IS NULL"                         \
    " AND holds(incident.title, ?25)))"
#define WHERE WHERE_COLUMNS WHERE_BESIDES
#define OF_STATES                                                              \
    " (?27 IS NULL OR state IN (?27, ?28, ?29, ?30, ?31, ?32, ?33)) AND"

#define FROM_OPEN                                                              \
    " FROM incident INDEXED BY incident_open WHERE open = 1 AND"               \
    OF_STATES WHERE
#define FROM_ANY(index)                                                        \
    " FROM incident INDEXED BY " index " WHERE" OF_STATES WHERE
#define FROM_FOUND_OPEN                                                        \
    " FROM incident NOT INDEXED WHERE (id IN (SELECT id FROM found"            \
    " UNION SELECT id FROM up)) AND open = 1 AND" OF_STATES WHERE
#define FROM_FOUND_ANY                                                         \
    " FROM incident NOT INDEXED WHERE (id IN (SELECT id FROM found"            \
    " UNION SELECT id FROM up)) AND" OF_STATES WHERE

#define BY_ONE(from, key)                                                      \
    "SELECT id, " key ", 0" from " AND (" key ", id) < (?1, ?3)"               \
    " ORDER BY " key " DESC, id DESC LIMIT ?4"
#define BY_TWO(from, key)                                                      \
    "SELECT id, " key ", last_seen" from                                       \
    " AND (" key ", last_seen, id) < (?1, ?2, ?3)"                             \
    " ORDER BY " key " DESC, last_seen DESC, id DESC LIMIT ?4"
/* The nearest first: the greatest of what is left, counted backwards. */
#define DEADLINE                                                               \
    "(-ifnull(iif(open = 1, (SELECT min(c.due) FROM clock_run AS c"            \
    " WHERE c.incident = incident.id AND c.ending = 0), NULL), 1 << 62))"

/* Each order of all of them has an index of its own, that is read from one end
 * until a page is full. */
#define STATEMENTS_ANY                                                         \
    {                                                                          \
        DB_SQL(BY_ONE(FROM_ANY("incident_seen"), "last_seen")),                \
        DB_SQL(BY_ONE(FROM_ANY("incident_first"), "first_seen")),              \
        DB_SQL(BY_TWO(FROM_ANY("incident_level"), "level")),                   \
        DB_SQL(BY_TWO(FROM_ANY("incident_score"), "score")),                   \
        DB_SQL(BY_TWO(FROM_ANY("incident_seen"), DEADLINE))                    \
    }
#define STATEMENTS(with, from)                                                 \
    {                                                                          \
        DB_SQL(with BY_ONE(from, "last_seen")),                                \
        DB_SQL(with BY_ONE(from, "first_seen")),                               \
        DB_SQL(with BY_TWO(from, "level")),                                    \
        DB_SQL(with BY_TWO(from, "score")),                                    \
        DB_SQL(with BY_TWO(from, DEADLINE))                                    \
    }
/* clang-format on */
/* Who asks for open ones of some states reads the open ones only. */
enum {
#define X(state, name, open) (open ? 1 << INCIDENT_##state : 0) |
    OPEN_STATES = INCIDENT_STATES(X) 0
#undef X
};
enum { FROM_OPEN_ONES, FROM_ALL, FROM_FOUND = 2 }; /* added to either */
static const char *const statements[4][LIST_SORT_COUNT] = {
    STATEMENTS("", FROM_OPEN),
    STATEMENTS_ANY,
    STATEMENTS(FOUND, FROM_FOUND_OPEN),
    STATEMENTS(FOUND, FROM_FOUND_ANY),
};

/* --- looking words up --------------------------------------------------------
 */

/* How a filter is asked: what the index is asked for, and what the texts are
 * still to be asked for. */
struct plan {
    struct str question; /* absent: the index is not asked */
    struct str titles;   /* the same of the incidents' own titles */
    struct str text, source, rule;
};

static void
add_hex(struct buf *out, const char *mark, struct str name)
{
    if (name.n == 0)
        return;
    (void)buf_add_cstr(out, mark);
    for (size_t i = 0; i < name.n; i++)
        (void)buf_printf(out, "%02x", (unsigned char)name.p[i]);
}

/* Whether so few items answer that their incidents can be looked at. */
static int
answers_are_few(struct view *view, struct str question, bool *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM (SELECT rowid FROM search"
               " WHERE search MATCH ?1 LIMIT ?2)"));
    query_str(&q, question);
    query_int(&q, LIST_HITS_MAX + 1);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) <= LIST_HITS_MAX;
    query_done(&q);
    return r;
}

static size_t
words_of(struct str question)
{
    size_t n = 0;

    while (question.p && question.n > 0)
        n += str_split(&question, ' ').n > 0;
    return n;
}

static int
plan_make(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct plan *ret)
{
    _cleanup_(buf_done) struct buf question;
    struct plan plan = {
        .text = filter->text, .source = filter->source, .rule = filter->rule};
    bool few = false;
    size_t words;
    int r = 0;

    buf_init(&question, QUESTION_MAX_BYTES);
    if (filter->text.n > 0)
        r = search_question(filter->text, &question);
    words = words_of(buf_str(&question));
    /* Signs alone are in no index. */
    if (r == 0 && (words > 0 || filter->text.n == 0)) {
        add_hex(&question, " zs", filter->source);
        add_hex(&question, " zr", filter->rule);
        r = question.err;
    }
    if (r == 0 && question.n > 0)
        r = answers_are_few(view, buf_str(&question), &few);
    if (r == 0 && few) {
        plan.question = arena_str(arena, buf_str(&question));
        if (filter->source.n == 0 && filter->rule.n == 0)
            plan.titles = plan.question;
        plan.source = plan.rule = STR_NONE;
        /* A word of the index is a whole answer; several may stand apart. */
        if (words == 1)
            plan.text = STR_NONE;
    }
    if (r == 0)
        *ret = plan;
    return r;
}

/* --- binding
 * ------------------------------------------------------------------ */

/* Up to three numbers with a dot between; those that are missing are 0. */
static int
cursor_parse(struct str cursor, bool two, int64_t ret[CURSOR_PARTS])
{
    int64_t parts[CURSOR_PARTS] = {INT64_MAX, INT64_MAX, INT64_MAX};
    size_t n = two ? 3 : 2, at = 0;

    if (cursor.n == 0) {
        memcpy(ret, parts, sizeof parts);
        return 0;
    }
    parts[1] = 0;
    while (cursor.p && at < n) {
        struct str part = str_split(&cursor, '.');

        if (num_parse_i64(
                part, INT64_MIN, INT64_MAX, &parts[at + (!two && at)]))
            return E_PARSE;
        at++;
    }
    if (at < n || cursor.n > 0 || parts[2] < 0)
        return E_PARSE;
    memcpy(ret, parts, sizeof parts);
    return 0;
}

static void
bind_text(struct query *q, struct str s)
{
    query_str(q, s.n > 0 ? s : STR_NONE);
}

static void
bind_number(struct query *q, struct wall t)
{
    query_id(q, t.ms > 0 ? t.ms : 0); /* WALL_NONE and 0 are NULL */
}

static void
bind_span(struct query *q, const struct list_span *span)
{
    bind_number(q, span->from);
    bind_number(q, span->until);
}

static void
bind_clock(struct query *q, const struct list_filter *filter)
{
    int64_t from = INT64_MIN, until = INT64_MAX, now = filter->now.ms;

    if (filter->clock == LIST_DUE_SOON) {
        from = now;
        until = now + LIST_SOON_MS;
    } else if (filter->clock == LIST_BREACHED) {
        until = now;
    }
    query_int(q, from);
    query_id(q, filter->clock == LIST_CLOCK_ANY ? 0 : until);
}

/* ",new,ongoing," */
static struct str
substates_text(const struct list_filter *filter, char text[STATES_LIST_BYTES])
{
    size_t n = 0;

    if (!filter->substates)
        return STR_NONE;
    text[n++] = ',';
    for (int i = 0; i < INCIDENT_SUBSTATE_COUNT; i++) {
        const char *name = store_substate_name((enum incident_substate)i);
        size_t length = strlen(name);

        if (!(filter->substates & (1u << i)) ||
            n + length + 1 > STATES_LIST_BYTES)
            continue;
        memcpy(text + n, name, length);
        n += length;
        text[n++] = ',';
    }
    return (struct str){text, n};
}

/* Of all states there are, nothing needs to be asked. */
static void
bind_states(struct query *q, unsigned states)
{
    bool all = (states & ((1u << INCIDENT_STATE_COUNT) - 1)) ==
               (1u << INCIDENT_STATE_COUNT) - 1;
    const char *names[INCIDENT_STATE_COUNT] = {NULL};
    size_t n = 0;

    for (int i = 0; i < INCIDENT_STATE_COUNT && !all; i++)
        if (states & (1u << i))
            names[n++] = store_state_name((enum incident_state)i);
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++)
        query_cstr(q, names[i]);
}

static void
list_bind(struct query *q, const struct list_filter *filter,
    const struct plan *plan, const int64_t cursor[CURSOR_PARTS], size_t limit,
    char substates[STATES_LIST_BYTES])
{
    static const int bits[] = {[LIST_DELIVERY_ANY] = 0,
        [LIST_FAILED] = 1,
        [LIST_PENDING] = 2,
        [LIST_LATE] = 7};

    for (int i = 0; i < CURSOR_PARTS; i++) /* ?1 */
        query_int(q, cursor[i]);
    query_int(q, (int64_t)limit);
    query_int(q, filter->levels ? filter->levels : ~0u); /* ?5 */
    bind_text(q, filter->category);
    bind_text(q, filter->owner);
    bind_text(q, filter->assignee);
    query_id(q, filter->unassigned);
    bind_span(q, &filter->first_seen); /* ?10 */
    bind_span(q, &filter->opened);
    bind_span(q, &filter->acknowledged);
    bind_span(q, &filter->closed);
    query_str(q, substates_text(filter, substates)); /* ?18 */
    query_id(q, bits[filter->delivery]);
    bind_clock(q, filter); /* ?20 */
    bind_text(q, filter->tag);
    bind_text(q, plan->source);
    bind_text(q, plan->rule);
    bind_text(q, plan->text); /* ?25 */
    query_id(q, filter->upto);
    bind_states(q, filter->states); /* ?27 */
    if (plan->question.n == 0)
        return;
    bind_text(q, plan->question); /* ?34 */
    bind_text(q, filter->text);
    bind_text(q, filter->source);
    bind_text(q, filter->rule);
    query_int(q, LIST_UNINDEXED_MAX); /* ?38 */
    bind_text(q, plan->titles);
}

/* --- reading
 * ------------------------------------------------------------------ */

struct place {
    int64_t id, key, second;
};

static int
place_read(struct query *q, struct arena *arena, void *row)
{
    struct place *place = row;

    (void)arena;
    place->id = query_get_int(q);
    place->key = query_get_int(q);
    place->second = query_get_int(q);
    return 0;
}

/* The first limit places, in order, within the open snapshot. */
static int
list_places(struct view *view, const struct list_filter *filter, size_t limit,
    struct list *list)
{
    char substates[STATES_LIST_BYTES];
    int64_t cursor[CURSOR_PARTS];
    struct plan plan = {0};
    struct query q;
    bool open_only = (filter->states & ~(unsigned)OPEN_STATES) == 0;
    int from = open_only ? FROM_OPEN_ONES : FROM_ALL;
    bool two = filter->sort > LIST_SORT_FIRST;
    int r = cursor_parse(filter->after, two, cursor);

    if (r == 0)
        r = plan_make(view, filter, list->arena, &plan);
    if (r != 0)
        return r;
    if (plan.question.n > 0)
        from += FROM_FOUND;
    db_query(&view->db, &q, statements[from][filter->sort]);
    list_bind(&q, filter, &plan, cursor, limit, substates);
    return list_read(list, &q, place_read);
}

static struct str
cursor_of(
    struct arena *arena, const struct list_filter *filter, struct place place)
{
    return filter->sort > LIST_SORT_FIRST
               ? arena_printf(arena, "%" PRId64 ".%" PRId64 ".%" PRId64,
                     place.key, place.second, place.id)
               : arena_printf(
                     arena, "%" PRId64 ".%" PRId64, place.key, place.id);
}

static int
row_touched(struct view *view, struct arena *arena, struct list_row *row)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT at, kind, by FROM ledger WHERE incident = ?"
               " ORDER BY id DESC LIMIT 1"));
    query_int(&q, row->row.incident.id);
    row->touched = WALL_NONE;
    r = query_next(&q);
    if (r == 0) {
        row->touched = query_get_wall(&q);
        row->touched_kind = query_get_str(&q, arena);
        row->touched_by = query_get_str(&q, arena);
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
row_channel(struct view *view, struct arena *arena, struct list_row *row)
{
    struct query q;
    int r;

    if (row->row.dead == 0 && row->row.pending == 0)
        return 0;
    db_query(&view->db, &q,
        DB_SQL("SELECT channel FROM delivery WHERE incident = ?1"
               " AND state = ?2 ORDER BY id DESC LIMIT 1"));
    query_int(&q, row->row.incident.id);
    query_cstr(&q, row->row.dead ? "dead" : "pending");
    r = query_next(&q);
    if (r == 0)
        row->channel = query_get_str(&q, arena);
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static int
row_read(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct place place, struct list_row *row)
{
    struct clock_run *clock = NULL;
    int r = view_row_read(view, place.id, arena, &row->row);

    if (r == 0)
        r = row_touched(view, arena, row);
    if (r == 0)
        r = row_channel(view, arena, row);
    if (r == 0)
        r = view_clocks_next(view, &place.id, 1, arena, &clock);
    if (r != 0)
        return r;
    row->clock = *clock;
    row->row.cursor = cursor_of(arena, filter, place);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_list(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct place)};
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT, n = 0;
    struct list_row *rows = NULL;
    struct place *places;
    int r = db_begin(&view->db);

    if (limit > VIEW_PAGE_MAX)
        limit = VIEW_PAGE_MAX;
    /* One more than asked tells whether there is more. */
    if (r == 0)
        r = list_places(view, filter, limit + 1, &list);
    places = list.rows;
    if (r == 0) {
        n = list.n > limit ? limit : list.n;
        rows = ARENA_ARRAY(arena, n + 1, struct list_row);
        r = rows ? 0 : E_NOMEM;
    }
    for (size_t i = 0; r == 0 && i < n; i++)
        r = row_read(view, filter, arena, places[i], &rows[i]);
    db_rollback(&view->db);
    if (r == 0) {
        *ret = rows;
        *ret_n = n;
        *ret_more = list.n > limit;
    }
    return r;
}

/* Without the page: the order does not matter, so it is the fastest one. */
static int
list_all(struct view *view, const struct list_filter *filter, bool ordered,
    size_t limit, struct list *list)
{
    struct list_filter whole = *filter;
    int r = db_begin(&view->db);

    whole.after = STR_NONE;
    if (!ordered)
        whole.sort = LIST_SORT_SEEN;
    if (r == 0)
        r = list_places(view, &whole, limit, list);
    db_rollback(&view->db);
    return r;
}

int
view_list_count(
    struct view *view, const struct list_filter *filter, uint64_t *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct list list = {.arena = arena, .size = sizeof(struct place)};
    int r = arena ? list_all(view, filter, false, LIST_COUNT_MAX + 1, &list)
                  : E_NOMEM;

    if (r == 0)
        *ret = list.n;
    return r;
}

int
view_list_ids(struct view *view, const struct list_filter *filter,
    struct arena *arena, int64_t **ret, size_t *ret_n, bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct place)};
    int r = list_all(view, filter, true, LIST_MAX_IDS + 1, &list);
    size_t n = list.n > LIST_MAX_IDS ? LIST_MAX_IDS : list.n;
    struct place *places = list.rows;
    int64_t *ids = ARENA_ARRAY(arena, n + 1, int64_t);

    if (r == 0 && !ids)
        r = E_NOMEM;
    if (r != 0)
        return r;
    for (size_t i = 0; i < n; i++)
        ids[i] = places[i].id;
    *ret = ids;
    *ret_n = n;
    *ret_more = list.n > n;
    return 0;
}

int
view_list_newest(struct view *view, int64_t *ret)
{
    struct query q;
    int r;

    db_query(
        &view->db, &q, DB_SQL("SELECT coalesce(max(id), 0) FROM incident"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}
