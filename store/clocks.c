#include "store/clocks.h"

#include "store/inside.h"

#define CLOCK_COLUMNS                                                          \
    "id, incident, clock, title, document, ending, until, own, started, due, " \
    "paused, paused_ms, told, breached, ended, next, over"
#define ESCALATION_COLUMNS                                                     \
    "incident, policy, state, level, fired, round, next, left_ms"
#define INSTANT_END_MS (100LL * 1000 * 366 * MS_DAY)

/* --- reading ----------------------------------------------------------------
 */

/* Instants that arithmetic can be done with: of the first hundred thousand
 * years. */
static bool
is_instant(struct wall t)
{
    return !wall_is_set(t) || (t.ms >= 0 && t.ms < INSTANT_END_MS);
}

static bool
clock_is_sound(const struct clock_run *run, int64_t end, int64_t until)
{
    return end >= 0 && end <= CLOCK_DROPPED && until >= 0 &&
           until <= CLOCK_UNTIL_CLOSED && wall_is_set(run->own) &&
           wall_is_set(run->started) && is_instant(run->own) &&
           is_instant(run->started) && is_instant(run->due) &&
           is_instant(run->paused) && is_instant(run->breached) &&
           is_instant(run->ended) && run->paused_ms >= 0 &&
           run->paused_ms < INSTANT_END_MS;
}

static int
clock_read(struct query *q, struct arena *arena, void *row)
{
    struct clock_run *ret = row;
    int64_t end, until;

    ret->id = query_get_int(q);
    ret->incident = query_get_int(q);
    ret->clock = query_get_str(q, arena);
    ret->title = query_get_str(q, arena);
    ret->document = query_get_str(q, arena);
    end = query_get_int(q);
    until = query_get_int(q);
    ret->own = query_get_wall(q);
    ret->started = query_get_wall(q);
    ret->due = query_get_wall(q);
    ret->paused = query_get_wall(q);
    ret->paused_ms = query_get_int(q);
    ret->told = (int)query_get_int(q);
    ret->breached = query_get_wall(q);
    ret->ended = query_get_wall(q);
    ret->next = query_get_wall(q);
    ret->over = query_get_int(q) != 0;
    ret->unreadable = false;
    if (clock_is_sound(ret, end, until)) {
        ret->end = (enum clock_end)end;
        ret->until = (enum clock_until)until;
    } else {
        *ret = (struct clock_run){.id = ret->id,
            .incident = ret->incident,
            .clock = ret->clock,
            .end = CLOCK_DROPPED,
            .unreadable = true};
    }
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
escalation_read(struct query *q, struct arena *arena, void *row)
{
    struct escalation_run *ret = row;
    int64_t state, level, fired, round;

    ret->incident = query_get_int(q);
    ret->policy = query_get_str(q, arena);
    state = query_get_int(q);
    level = query_get_int(q);
    fired = query_get_int(q);
    round = query_get_int(q);
    ret->next = query_get_wall(q);
    ret->left_ms = query_get_int(q);
    if (state < 0 || state > ESCALATION_OVER || level < 0 ||
        level >= LEVEL_COUNT || fired < 0 || fired > ESCALATION_MAX_STEPS ||
        round < 0 || round > ESCALATION_MAX_REPEAT || ret->left_ms < 0 ||
        ret->left_ms >= INSTANT_END_MS || !is_instant(ret->next))
        return E_CORRUPT;
    ret->state = (enum escalation_state)state;
    ret->level = (enum level)level;
    ret->fired = (int)fired;
    ret->round = (int)round;
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* All rows of a query that was bound. */
static int
clock_rows(
    struct query *q, struct arena *arena, struct clock_run **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct clock_run)};
    int r;

    r = list_read(&list, q, clock_read);
    if (r != 0)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

/* The one row of a query that was bound. */
static int
clock_one(struct query *q, struct arena *arena, struct clock_run *ret)
{
    int r = query_next(q);

    if (r == 0)
        r = clock_read(q, arena, ret);
    query_done(q);
    return r;
}

/* --- clocks ------------------------------------------------------------------
 */

int
store_clocks_of(struct store *store, int64_t incident, struct arena *arena,
    struct clock_run **ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " CLOCK_COLUMNS " FROM clock_run WHERE id IN"
               " (SELECT max(id) FROM clock_run WHERE incident = ?"
               " GROUP BY clock) ORDER BY id"));
    query_int(&q, incident);
    return clock_rows(&q, arena, ret, ret_n);
}

int
store_clock_load(
    struct store *store, int64_t id, struct arena *arena, struct clock_run *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT " CLOCK_COLUMNS " FROM clock_run WHERE id = ?"));
    query_int(&q, id);
    return clock_one(&q, arena, ret);
}

int
store_clocks_due(
    struct store *store, struct wall now, struct clock_due *ret, size_t *ret_n)
{
    struct query q;
    size_t n = 0;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT id, incident FROM clock_run WHERE next <= ?"
               " ORDER BY next, id LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, CLOCKS_MAX);
    while ((r = query_next(&q)) == 0 && n < CLOCKS_MAX) {
        ret[n].id = query_get_int(&q);
        ret[n++].incident = query_get_int(&q);
    }
    query_done(&q);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    *ret_n = n;
    return 0;
}

/* One statement of an instant and a number. */
static int
put_off(struct store *store, const char *sql, struct wall until, int64_t id)
{
    struct query q;

    db_query(&store->db, &q, sql);
    query_wall(&q, until);
    query_int(&q, id);
    return query_run(&q);
}

int
store_clock_put_off(struct store *store, int64_t id, struct wall until)
{
    return put_off(
        store, DB_SQL("UPDATE clock_run SET next = ? WHERE id = ?"), until, id);
}

int
store_clock_drop(struct store *store, int64_t id)
{
    struct query q;

    db_query(&store->db, &q, DB_SQL("DELETE FROM clock_run WHERE id = ?"));
    query_int(&q, id);
    return query_run(&q);
}

int
store_escalation_put_off(
    struct store *store, int64_t incident, struct wall until)
{
    return put_off(store,
        DB_SQL("UPDATE escalation_run SET next = ? WHERE incident = ?"), until,
        incident);
}

int
store_expiry_put_off(struct store *store, int64_t incident, struct wall until)
{
    return put_off(store, DB_SQL("UPDATE incident SET until = ? WHERE id = ?"),
        until, incident);
}

static void
bind_clock(struct query *q, const struct clock_run *run)
{
    query_int(q, run->incident);
    query_text(q, run->clock);
    query_text(q, run->title);
    query_str(q, run->document);
    query_int(q, (int)run->end);
    query_int(q, (int)run->until);
    query_wall(q, run->own);
    query_wall(q, run->started);
    query_wall(q, run->due);
    query_wall(q, run->paused);
    query_int(q, run->paused_ms);
    query_int(q, run->told);
    query_wall(q, run->breached);
    query_wall(q, run->ended);
    query_wall(q, run->next);
    query_int(q, run->over);
}

int
store_clock_save(struct store *store, struct clock_run *run)
{
    struct query q;

    if (run->id == 0) {
        db_query(&store->db, &q,
            DB_SQL("INSERT INTO clock_run(incident, clock, title, document,"
                   " ending, until, own, started, due, paused, paused_ms,"
                   " told, breached, ended, next, over) VALUES"
                   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        bind_clock(&q, run);
        return query_insert(&q, &run->id);
    }
    db_query(&store->db, &q,
        DB_SQL("UPDATE clock_run SET incident = ?, clock = ?, title = ?,"
               " document = ?, ending = ?, until = ?, own = ?, started = ?,"
               " due = ?, paused = ?, paused_ms = ?, told = ?, breached = ?,"
               " ended = ?, next = ?, over = ? WHERE id = ?"));
    bind_clock(&q, run);
    query_int(&q, run->id);
    return query_run(&q);
}

static int
one_wall(struct query *q, struct wall *ret)
{
    int r = query_next(q);

    if (r == 0)
        *ret = query_get_wall(q);
    query_done(q);
    return r;
}

int
store_clocks_next(struct store *store, struct wall *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT min(next) FROM (SELECT min(next) AS next FROM clock_run"
               " WHERE next IS NOT NULL UNION ALL SELECT min(next)"
               " FROM escalation_run WHERE next IS NOT NULL)"));
    return one_wall(&q, ret);
}

int
store_clock_merged(
    struct store *store, int64_t incident, struct str clock, struct wall *ret)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL(
            "WITH RECURSIVE child(id) AS (SELECT id FROM incident"
            " WHERE merged_into = ?1 UNION SELECT i.id FROM incident AS i"
            " JOIN child ON i.merged_into = child.id)"
            " SELECT min(own) FROM clock_run WHERE clock = ?2 AND ending = ?3"
            " AND incident IN (SELECT id FROM child)"
            /* What was merged before it was over began nothing since. */
            " AND (ended >= (SELECT max(own) FROM clock_run"
            "  WHERE incident = ?1 AND clock = ?2) OR NOT EXISTS (SELECT 1"
            "  FROM clock_run WHERE incident = ?1 AND clock = ?2"
            "  AND over = 1))"));
    query_int(&q, incident);
    query_text(&q, clock);
    query_int(&q, CLOCK_MERGED);
    return one_wall(&q, ret);
}

/* The numbers that a query gives, at most CLOCKS_MAX. */
static int
read_numbers(struct query *q, int64_t *ret, size_t *ret_n)
{
    size_t n = 0;
    int r;

    while ((r = query_next(q)) == 0 && n < CLOCKS_MAX)
        ret[n++] = query_get_int(q);
    query_done(q);
    if (r != 0 && r != E_NOTFOUND)
        return r;
    *ret_n = n;
    return 0;
}

int
store_open_after(
    struct store *store, int64_t after, int64_t *ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT id FROM incident WHERE open = 1 AND id > ?"
               " ORDER BY id LIMIT ?"));
    query_int(&q, after);
    query_int(&q, CLOCKS_MAX);
    return read_numbers(&q, ret, ret_n);
}

/* --- escalations
 * --------------------------------------------------------------- */

int
store_escalation_save(struct store *store, const struct escalation_run *run)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO escalation_run(" ESCALATION_COLUMNS ")"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT(incident) DO UPDATE SET policy = excluded.policy,"
               " state = excluded.state, level = excluded.level,"
               " fired = excluded.fired, round = excluded.round,"
               " next = excluded.next, left_ms = excluded.left_ms"));
    query_int(&q, run->incident);
    query_text(&q, run->policy);
    query_int(&q, (int)run->state);
    query_int(&q, (int)run->level);
    query_int(&q, run->fired);
    query_int(&q, run->round);
    query_wall(&q, run->next);
    query_int(&q, run->left_ms);
    return query_run(&q);
}

static int
escalation_one(struct db *db, int64_t incident, struct arena *arena,
    struct escalation_run *ret)
{
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT " ESCALATION_COLUMNS " FROM escalation_run"
               " WHERE incident = ?"));
    query_int(&q, incident);
    r = query_next(&q);
    if (r == 0)
        r = escalation_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
store_escalation_load(struct store *store, int64_t incident,
    struct arena *arena, struct escalation_run *ret)
{
    return escalation_one(&store->db, incident, arena, ret);
}

int
store_escalations_due(
    struct store *store, struct wall now, int64_t *ret, size_t *ret_n)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("SELECT incident FROM escalation_run WHERE next <= ?"
               " ORDER BY next, incident LIMIT ?"));
    query_int(&q, now.ms);
    query_int(&q, CLOCKS_MAX);
    return read_numbers(&q, ret, ret_n);
}

/* --- views
 * --------------------------------------------------------------------- */

/* Those that can be read. */
static size_t
readable(struct clock_run *runs, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (!runs[i].unreadable)
            runs[kept++] = runs[i];
    return kept;
}

int
view_clocks(struct view *view, int64_t incident, struct arena *arena,
    struct clock_run **ret, size_t *ret_n)
{
    struct query q;
    size_t n = 0;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " CLOCK_COLUMNS " FROM clock_run WHERE incident = ?"
               " ORDER BY id LIMIT ?"));
    query_int(&q, incident);
    query_int(&q, CLOCKS_MAX);
    r = clock_rows(&q, arena, ret, &n);
    if (r == 0)
        *ret_n = readable(*ret, n);
    return r;
}

int
view_clocks_next(struct view *view, const int64_t *incidents, size_t n,
    struct arena *arena, struct clock_run **ret)
{
    struct clock_run *runs = ARENA_ARRAY(arena, n + 1, struct clock_run);
    int r = runs ? 0 : E_NOMEM;

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct query q;

        db_query(&view->db, &q,
            DB_SQL("SELECT " CLOCK_COLUMNS " FROM clock_run"
                   " WHERE incident = ? AND ending = 0 ORDER BY due LIMIT 1"));
        query_int(&q, incidents[i]);
        r = clock_one(&q, arena, &runs[i]);
        if (r == E_NOTFOUND)
            r = 0;
        if (runs[i].unreadable)
            runs[i].id = 0;
    }
    if (r == 0)
        *ret = runs;
    return r;
}

int
view_escalation(struct view *view, int64_t incident, struct arena *arena,
    struct escalation_run *ret)
{
    return escalation_one(&view->db, incident, arena, ret);
}
