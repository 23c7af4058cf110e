/*
 * view_list: the incident list.
 *
 * A statement gives the numbers of a page, in order; it reads indexes only,
 * which hold every column that a filter or an order asks for.  The rows are
 * read one by one then.  Words, a source, a rule and a tag are looked up first,
 * in the index of words by incident (found.h): when few incidents have them,
 * only those are looked at; when many have, the list is walked in its order,
 * which finds enough of them soon.
 */
#include "store/view_list.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "store/found.h"
#include "store/inside.h"
#include "store/search.h"
#include "store/view_clocks.h"

enum {
    QUESTION_MAX_BYTES = 16384,
    CURSOR_PARTS = 3,
    STATES_LIST_BYTES = 128,
    TAG_SOURCES_MAX = 60, /* of a tag that are looked up */
    FEW_MAX = 2000        /* incidents that are looked at one by one */
};

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

/* clang-format off */
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
    " AND (?26 IS NULL OR id <= ?26) AND (?35 IS NULL OR id > ?35)"
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

#define AMONG " (?34 IS NULL OR among(id)) AND"
#define FROM_OPEN                                                              \
    " FROM incident INDEXED BY incident_open WHERE open = 1 AND" AMONG         \
    OF_STATES WHERE
#define FROM_ANY(index)                                                        \
    " FROM incident INDEXED BY " index " WHERE" AMONG OF_STATES WHERE
#define FROM_FEW                                                               \
    " FROM incident NOT INDEXED WHERE id IN (SELECT value"                     \
    " FROM json_each(?34)) AND" OF_STATES WHERE

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

/* By deadline: those that have one, then the others by their newest item. */
#define BY_DEADLINE(from)                                                      \
    "SELECT id, key, last_seen FROM (SELECT id, last_seen, "                   \
    DEADLINE " AS key" from ") WHERE key > -(1 << 62)"                         \
    " AND (key, last_seen, id) < (?1, ?2, ?3)"                                 \
    " ORDER BY key DESC, last_seen DESC, id DESC LIMIT ?4"
#define BY_NO_DEADLINE(from)                                                   \
    "SELECT id, -(1 << 62), last_seen" from                                    \
    " AND (last_seen, id) < (?2, ?3)"                                          \
    " AND (open = 0 OR " DEADLINE " = -(1 << 62))"                             \
    " ORDER BY last_seen DESC, id DESC LIMIT ?4"

/* Each order of all of them has an index of its own, that is read from one end
 * until a page is full. */
#define STATEMENTS_ANY                                                         \
    {                                                                          \
        DB_SQL(BY_ONE(FROM_ANY("incident_seen"), "last_seen")),                \
        DB_SQL(BY_ONE(FROM_ANY("incident_first"), "first_seen")),              \
        DB_SQL(BY_TWO(FROM_ANY("incident_level"), "level")),                   \
        DB_SQL(BY_TWO(FROM_ANY("incident_score"), "score")),                   \
        DB_SQL(BY_NO_DEADLINE(FROM_ANY("incident_seen")))                      \
    }
#define STATEMENTS(from)                                                       \
    {                                                                          \
        DB_SQL(BY_ONE(from, "last_seen")),                                     \
        DB_SQL(BY_ONE(from, "first_seen")),                                    \
        DB_SQL(BY_TWO(from, "level")),                                         \
        DB_SQL(BY_TWO(from, "score")),                                         \
        DB_SQL(BY_TWO(from, DEADLINE))                                         \
    }
/* clang-format on */
/* Who asks for open ones of some states reads the open ones only. */
enum {
#define X(state, name, open) (open ? 1 << INCIDENT_##state : 0) |
    OPEN_STATES = INCIDENT_STATES(X) 0
#undef X
};
enum { FROM_OPEN_ONES, FROM_ALL, FROM_THESE };
#define NO_DEADLINE (-(INT64_C(1) << 62))
static const char *const statements[3][LIST_SORT_COUNT] = {
    STATEMENTS(FROM_OPEN),
    STATEMENTS_ANY,
    STATEMENTS(FROM_FEW),
};
static const char *const deadlines = DB_SQL(BY_DEADLINE(FROM_OPEN));

/* --- looking words up --------------------------------------------------------
 */

/* How a filter is asked: which incidents may fit at all, and what the texts of
 * those are still to be asked for. */
struct plan {
    struct found found;
    bool looked_up; /* found is meant */
    struct str few; /* all of found, when they are few */
    struct str text, source, rule, tag;
    int64_t above; /* number that all are above; 0: any */
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

/* "(zs… OR zs…)" of the sources that have the tag; E_NOTFOUND when none has,
 * E_LIMIT when too many have. */
static int
add_tagged(struct view *view, struct str tag, struct buf *out)
{
    struct query q;
    size_t n = 0;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT id FROM source_state"
               " WHERE instr(', ' || tags || ',', ', ' || ?1 || ',') > 0"
               " LIMIT ?2"));
    query_str(&q, tag);
    query_int(&q, TAG_SOURCES_MAX + 1);
    while ((r = query_next(&q)) == 0) {
        add_hex(out, n > 0 ? " OR zs" : "(zs", query_peek_str(&q));
        n++;
    }
    query_done(&q);
    if (!q.done)
        return r;
    (void)buf_add_char(out, ')');
    return n == 0 ? E_NOTFOUND : n > TAG_SOURCES_MAX ? E_LIMIT : out->err;
}

static size_t
words_of(struct str question)
{
    size_t n = 0;

    while (question.p && question.n > 0)
        n += str_split(&question, ' ').n > 0;
    return n;
}

/* Whether the one word of the index that it has is the whole text; several may
 * stand apart, and signs are in no index. */
static bool
is_one_word(struct str text, struct str question)
{
    return words_of(question) == 1 &&
           utf8_count(text) * (size_t)SEARCH_FIGURES + 1 == question.n;
}

/* What the index is asked for; none of it when the filter has nothing that is
 * in it.  E_NOTFOUND: no incident can fit. */
static int
question_make(struct view *view, const struct list_filter *filter,
    struct plan *plan, struct buf *question, struct found_words *words)
{
    int r = filter->text.n > 0 ? search_question(filter->text, question) : 0;
    bool one = r == 0 && is_one_word(filter->text, buf_str(question));
    bool tagged = false;

    if (r == 0 && filter->text.n > 0 && question->n == 0 &&
        filter->source.n + filter->rule.n + filter->tag.n == 0)
        return 0;
    if (r == 0 && filter->source.n + filter->rule.n + filter->tag.n == 0)
        words->titles = buf_str(question);
    add_hex(question, " zs", filter->source);
    add_hex(question, " zr", filter->rule);
    r = r ? r : question->err;
    if (r == 0 && filter->tag.n > 0) {
        _cleanup_(buf_done) struct buf tags;

        buf_init(&tags, QUESTION_MAX_BYTES / 2);
        r = add_tagged(view, filter->tag, &tags);
        if (r == 0) {
            (void)buf_add_cstr(question, question->n ? " AND " : "");
            r = buf_add_str(question, buf_str(&tags));
        } else if (r == E_LIMIT) {
            r = 0; /* it is asked of what is found */
            tagged = true;
        }
    }
    /* What is still asked of the texts is asked of one and the same item. */
    if (r == 0 && question->n > 0 && !tagged && (one || filter->text.n == 0))
        plan->text = plan->source = plan->rule = plan->tag = STR_NONE;
    return r;
}

static int
plan_look_up(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct plan *plan)
{
    _cleanup_(buf_done) struct buf question;
    struct found_words words = {
        .text = filter->text, .source = filter->source, .rule = filter->rule};
    int64_t newest = 0;
    int r;

    buf_init(&question, QUESTION_MAX_BYTES);
    r = question_make(view, filter, plan, &question, &words);
    if (r == E_NOTFOUND) {
        plan->looked_up = true;
        plan->few = STR("[]");
        return 0;
    }
    if (r == 0 && question.n == 0) { /* signs alone */
        r = view_list_newest(view, &newest);
        plan->above = newest > LIST_SIGNS_MAX ? newest - LIST_SIGNS_MAX : 0;
        return r;
    }
    words.question = buf_str(&question);
    if (words.titles.p)
        words.titles = words.question;
    if (r == 0)
        r = found_read(view, &words, arena, &plan->found);
    if (r != 0)
        return r;
    plan->looked_up = true;
    if (plan->found.n <= FEW_MAX)
        plan->few = found_list(&plan->found, arena);
    return 0;
}

static int
plan_make(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct plan *plan)
{
    bool indexed = false;
    int r = 0;

    *plan = (struct plan){.text = filter->text,
        .source = filter->source,
        .rule = filter->rule,
        .tag = filter->tag};
    if (filter->text.n + filter->source.n + filter->rule.n + filter->tag.n == 0)
        return 0;
    r = found_is_indexed(view, &indexed);
    return r == 0 && indexed ? plan_look_up(view, filter, arena, plan) : r;
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
    bind_text(q, plan->tag);
    bind_text(q, plan->source);
    bind_text(q, plan->rule);
    bind_text(q, plan->text); /* ?25 */
    query_id(q, filter->upto);
    bind_states(q, filter->states ? filter->states : OPEN_STATES); /* ?27 */
    query_str(q, plan->few.p       ? plan->few
                 : plan->looked_up ? STR("1")
                                   : STR_NONE); /* ?34 */
    query_id(q, plan->above);
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

/* One statement's places, behind those that list has. */
static int
places_add(struct view *view, const char *sql, const struct list_filter *filter,
    const struct plan *plan, const int64_t cursor[CURSOR_PARTS], size_t limit,
    struct list *list)
{
    char substates[STATES_LIST_BYTES];
    struct query q;
    int r;

    db_query(&view->db, &q, sql);
    list_bind(&q, filter, plan, cursor, limit - list->n, substates);
    view->found = plan->looked_up ? &plan->found : NULL;
    r = list_read(list, &q, place_read);
    view->found = NULL;
    return r;
}

/* The first limit places, in order, within the open snapshot. */
static int
list_places(struct view *view, const struct list_filter *filter, size_t limit,
    struct list *list)
{
    int64_t cursor[CURSOR_PARTS];
    struct plan plan;
    bool open_only = (filter->states & ~(unsigned)OPEN_STATES) == 0;
    int from = open_only ? FROM_OPEN_ONES : FROM_ALL;
    int r = cursor_parse(filter->after, filter->sort > LIST_SORT_FIRST, cursor);

    if (r == 0)
        r = plan_make(view, filter, list->arena, &plan);
    if (r != 0)
        return r;
    if (plan.few.p)
        from = FROM_THESE;
    else if (from == FROM_ALL && filter->sort == LIST_SORT_CLOCK &&
             cursor[0] > NO_DEADLINE) {
        r = places_add(view, deadlines, filter, &plan, cursor, limit, list);
        cursor[1] = cursor[2] = INT64_MAX; /* then all that have none */
    }
    if (r == 0 && list->n < limit)
        r = places_add(view, statements[from][filter->sort], filter, &plan,
            cursor, limit, list);
    return r;
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

/* Of places that begin with those of a page, its rows. */
static int
rows_read(struct view *view, const struct list_filter *filter,
    struct list *list, size_t limit, struct list_row **ret, size_t *ret_n)
{
    size_t n = list->n > limit ? limit : list->n;
    struct list_row *rows = ARENA_ARRAY(list->arena, n + 1, struct list_row);
    const struct place *places = list->rows;
    int r = rows ? 0 : E_NOMEM;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = row_read(view, filter, list->arena, places[i], &rows[i]);
    *ret = rows;
    *ret_n = n;
    return r;
}

static size_t
limit_of(const struct list_filter *filter)
{
    size_t limit = filter->limit ? filter->limit : VIEW_PAGE_DEFAULT;

    return limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
}

/* most: places that are looked for, those of the page among them. */
static int
list_read_page(struct view *view, const struct list_filter *filter, size_t most,
    struct list *list, struct list_row **ret, size_t *ret_n)
{
    struct list_row *rows = NULL;
    size_t n = 0;
    int r = db_begin(&view->db);

    if (r == 0)
        r = list_places(view, filter, most, list);
    if (r == 0)
        r = rows_read(view, filter, list, limit_of(filter), &rows, &n);
    db_rollback(&view->db);
    if (r == 0) {
        *ret = rows;
        *ret_n = n;
    }
    return r;
}

int
view_list(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more)
{
    struct list list = {.arena = arena, .size = sizeof(struct place)};
    size_t limit = limit_of(filter);
    /* One more than asked tells whether there is more. */
    int r = list_read_page(view, filter, limit + 1, &list, ret, ret_n);

    if (r == 0)
        *ret_more = list.n > limit;
    return r;
}

int
view_list_page(struct view *view, const struct list_filter *filter,
    struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more,
    uint64_t *ret_total)
{
    struct list list = {.arena = arena, .size = sizeof(struct place)};
    int r;

    _Static_assert(
        (int)LIST_COUNT_MAX > (int)VIEW_PAGE_MAX, "a page is counted whole");
    if (filter->after.n > 0) {
        r = view_list(view, filter, arena, ret, ret_n, ret_more);
        return r ? r : view_list_count(view, filter, ret_total);
    }
    /* Whoever looks for few of many does so once, not once more to count. */
    r = list_read_page(view, filter, LIST_COUNT_MAX + 1, &list, ret, ret_n);
    if (r == 0) {
        *ret_more = list.n > limit_of(filter);
        *ret_total = list.n;
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
