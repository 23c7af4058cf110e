/* view_silences: silences and what waits, to look at. */
#include "store/view_silences.h"

#include "store/silence_row.h"

int
silence_read(struct query *q, struct arena *arena, void *row)
{
    struct silence *ret = row;
    int r;

    ret->id = query_get_int(q);
    ret->match.owner = query_get_str(q, arena);
    ret->match.category = query_get_str(q, arena);
    ret->match.source = query_get_str(q, arena);
    ret->match.rule = query_get_str(q, arena);
    ret->match.title = query_get_str(q, arena);
    ret->match.incident = query_get_int(q);
    r = store_level_of(query_get_int(q), &ret->match.max_level);
    if (r != 0)
        return r;
    ret->author = query_get_str(q, arena);
    ret->reason = query_get_str(q, arena);
    ret->created = query_get_wall(q);
    ret->until = query_get_wall(q);
    ret->idle_ms = query_get_int(q);
    ret->last_match = query_get_wall(q);
    ret->ended = query_get_wall(q);
    ret->ended_by = query_get_str(q, arena);
    ret->ended_why = query_get_str(q, arena);
    ret->held = (uint32_t)query_get_int(q);
    ret->incidents = (uint32_t)query_get_int(q);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
silence_rows(
    struct query *q, struct arena *arena, struct silence **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct silence)};
    int r;

    r = list_read(&list, q, silence_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

#define SILENCE_HELD                                                           \
    ", coalesce((SELECT sum(messages) FROM silenced"                           \
    " WHERE silenced.silence = silence.id), 0),"                               \
    " (SELECT count(DISTINCT silenced.incident) FROM silenced"                 \
    " WHERE silenced.silence = silence.id)"

int
view_silences(struct view *view, size_t max, struct arena *arena,
    struct silence **ret, size_t *ret_n)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL("SELECT " SILENCE_COLUMNS SILENCE_HELD " FROM silence"
               " ORDER BY ended IS NOT NULL, ended DESC, id DESC LIMIT ?"));
    query_int(&q, (int64_t)max);
    return silence_rows(&q, arena, ret, ret_n);
}

int
view_silence(
    struct view *view, int64_t id, struct arena *arena, struct silence *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " SILENCE_COLUMNS SILENCE_HELD
               " FROM silence WHERE id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = silence_read(&q, arena, ret);
    query_done(&q);
    return r;
}

/* Title, level and state of the incident that a row is about. */
static int
about_read(struct query *q, struct arena *arena, struct str *ret_title,
    enum level *ret_level, enum incident_state *ret_state)
{
    int r;

    *ret_title = query_get_str(q, arena);
    r = store_level_of(query_get_int(q), ret_level);
    return r ? r : store_state_of(query_peek_str(q), ret_state);
}

int
view_silenced(struct view *view, int64_t silence, size_t max,
    struct arena *arena, struct silenced_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct silenced_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT incident.title, incident.level, incident.state,"
               " incident.id, channel, messages, first, last"
               " FROM silenced JOIN incident"
               " ON incident.id = silenced.incident"
               " WHERE silence = ? ORDER BY last DESC, incident.id LIMIT ?"));
    query_int(&q, silence);
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct silenced_row *row = list_add(&list);

        r = row ? about_read(&q, arena, &row->title, &row->level, &row->state)
                : E_NOMEM;
        if (r != 0)
            break;
        row->incident = query_get_int(&q);
        row->channel = query_get_str(&q, arena);
        row->messages = (uint32_t)query_get_int(&q);
        row->first = query_get_wall(&q);
        row->last = query_get_wall(&q);
    }
    query_done(&q);
    if (r != E_NOTFOUND)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_held(struct view *view, size_t max, struct arena *arena,
    struct held_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct held_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT incident.title, incident.level, incident.state,"
               " held.id, incident.id, channel, word, silence, messages,"
               " since, held.until, settled, outcome"
               " FROM held JOIN incident ON incident.id = held.incident"
               " WHERE settled IS NULL"
               " ORDER BY held.until IS NULL, held.until, held.id LIMIT ?"));
    query_int(&q, (int64_t)max);
    while ((r = query_next(&q)) == 0) {
        struct held_row *row = list_add(&list);

        r = row ? about_read(&q, arena, &row->title, &row->level, &row->state)
                : E_NOMEM;
        if (r != 0)
            break;
        row->id = query_get_int(&q);
        row->incident = query_get_int(&q);
        row->channel = query_get_str(&q, arena);
        row->word = query_get_str(&q, arena);
        row->silence = query_get_int(&q);
        row->messages = (uint32_t)query_get_int(&q);
        row->since = query_get_wall(&q);
        row->until = query_get_wall(&q);
        row->settled = query_get_wall(&q);
        row->outcome = query_get_str(&q, arena);
    }
    query_done(&q);
    if (r != E_NOTFOUND)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_held_count(struct view *view, uint64_t *ret)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM held WHERE settled IS NULL"));
    r = query_next(&q);
    if (r == 0)
        *ret = (uint64_t)query_get_int(&q);
    query_done(&q);
    return r;
}
