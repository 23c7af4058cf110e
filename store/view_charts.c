/* view_charts: the tally, by day. */
#include "store/view_charts.h"

#include <string.h>

#include "base/num.h"
#include "store/inside.h"

enum {
    TALLY_SHIFT_MS = 8 * MS_HOUR, /* its days are those of UTC+8 */
    TALLY_TENS = 10               /* days that are counted together too */
};

/* Counts of steps, of one day or of all. */
struct steps {
    uint64_t n[CHART_TIMES], sum;
};

int
chart_step(int64_t minutes)
{
    int64_t step;

    if (minutes < 0)
        minutes = 0;
    if (minutes < 60)
        step = minutes;
    else if (minutes < 600)
        step = 60 + (minutes - 60) / 10;
    else if (minutes < 6000)
        step = 114 + (minutes - 600) / 100;
    else
        step = 168 + (minutes - 6000) / 1000;
    return step < CHART_TIMES ? (int)step : CHART_TIMES - 1;
}

int64_t
chart_step_minutes(int step)
{
    if (step < 60)
        return step;
    if (step < 114)
        return 60 + (step - 60 + 1) * 10 - 1;
    if (step < 168)
        return 600 + (step - 114 + 1) * 100 - 1;
    return 6000 + (step - 168 + 1) * (int64_t)1000 - 1;
}

/* The longest time of the step that so many per cent do not exceed. */
static int64_t
steps_part(const struct steps *steps, unsigned percent)
{
    uint64_t wanted = (steps->sum * percent + 99) / 100, seen = 0;

    for (int i = 0; i < CHART_TIMES; i++) {
        seen += steps->n[i];
        if (seen >= wanted)
            return chart_step_minutes(i) * MS_MINUTE;
    }
    return -1;
}

static void
steps_say(const struct steps *steps, struct chart_times *ret)
{
    *ret = (struct chart_times){steps->sum, -1, -1};
    if (steps->sum == 0)
        return;
    ret->median_ms = steps_part(steps, 50);
    ret->p90_ms = steps_part(steps, 90);
}

/* Which day has the instant; ndays: none. */
static size_t
day_at(const struct charts *charts, int64_t ms)
{
    size_t low = 0, high = charts->ndays;

    if (high == 0 || ms < charts->days[0].from.ms)
        return high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (charts->days[mid].until.ms <= ms)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void
bind_range(struct query *q, const char *what, int64_t from, int64_t until)
{
    query_cstr(q, what);
    query_int(q, from);
    query_int(q, until);
}

/* Days of the tally that begin in the range, a half day of grace. */
static int64_t
tally_day(struct wall t)
{
    return (t.ms + TALLY_SHIFT_MS + MS_DAY / 2) / MS_DAY;
}

static int
read_hours(struct view *view, struct charts *charts, const char *what)
{
    bool items = strcmp(what, "item") == 0;
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT bucket, key, n FROM tally WHERE what = ?"
               " AND bucket >= ? AND bucket < ?"));
    bind_range(&q, what, charts->days[0].from.ms / MS_HOUR,
        charts->days[charts->ndays - 1].until.ms / MS_HOUR);
    while ((r = query_next(&q)) == 0) {
        size_t day = day_at(charts, query_get_int(&q) * MS_HOUR);
        int64_t level = 0, n;

        (void)num_parse_i64(query_peek_str(&q), 0, LEVEL_COUNT - 1, &level);
        n = query_get_int(&q);
        if (day == charts->ndays || n <= 0)
            continue;
        if (items) {
            charts->days[day].items += (uint64_t)n;
            charts->items += (uint64_t)n;
        } else {
            charts->days[day].incidents[level] += (uint64_t)n;
            charts->incidents += (uint64_t)n;
        }
    }
    query_done(&q);
    return q.done ? 0 : r;
}

/* days: one for each, or NULL. */
static int
read_times(struct view *view, const struct charts *charts, const char *what,
    struct steps *all, struct steps *days)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT bucket, key, n FROM tally WHERE what = ?"
               " AND bucket >= ? AND bucket < ?"));
    bind_range(&q, what, tally_day(charts->days[0].from),
        tally_day(charts->days[charts->ndays - 1].until));
    while ((r = query_next(&q)) == 0) {
        int64_t middle =
            query_get_int(&q) * MS_DAY - TALLY_SHIFT_MS + MS_DAY / 2;
        size_t day = day_at(charts, middle);
        int64_t step = -1, n;

        (void)num_parse_i64(query_peek_str(&q), 0, CHART_TIMES - 1, &step);
        n = query_get_int(&q);
        if (step < 0 || n <= 0)
            continue;
        all->n[step] += (uint64_t)n;
        all->sum += (uint64_t)n;
        if (!days || day == charts->ndays)
            continue;
        days[day].n[step] += (uint64_t)n;
        days[day].sum += (uint64_t)n;
    }
    query_done(&q);
    return q.done ? 0 : r;
}

/* Days of the tally in up to three parts: single days, then tens that are
 * wholly within, then single days. */
struct parts {
    int64_t from, tens_from, tens_until, until; /* tens: numbers of tens */
};

static struct parts
parts_of(const struct charts *charts)
{
    struct parts p = {.from = tally_day(charts->days[0].from),
        .until = tally_day(charts->days[charts->ndays - 1].until)};

    p.tens_from = (p.from + TALLY_TENS - 1) / TALLY_TENS;
    p.tens_until = p.until / TALLY_TENS;
    if (p.tens_until <= p.tens_from)
        p.tens_from = p.tens_until = p.until / TALLY_TENS + 1;
    return p;
}

static void
shares_query(struct view *view, struct query *q, const struct charts *charts,
    const char *what, const char *tens)
{
    struct parts p = parts_of(charts);
    bool whole = tens == NULL || p.tens_from * TALLY_TENS >= p.until;

    db_query(&view->db, q,
        DB_SQL("SELECT key, sum(n) AS all_of FROM ("
               "SELECT key, n FROM tally"
               " WHERE what = ?1 AND bucket >= ?3 AND bucket < ?4"
               " UNION ALL SELECT key, n FROM tally"
               " WHERE what = ?2 AND bucket >= ?5 AND bucket < ?6"
               " UNION ALL SELECT key, n FROM tally"
               " WHERE what = ?1 AND bucket >= ?7 AND bucket < ?8)"
               " GROUP BY key HAVING all_of > 0"
               " ORDER BY all_of DESC, key"));
    query_cstr(q, what);
    query_cstr(q, tens);
    query_int(q, p.from);
    query_int(q, whole ? p.until : p.tens_from * TALLY_TENS);
    query_int(q, p.tens_from);
    query_int(q, whole ? p.tens_from : p.tens_until);
    query_int(q, whole ? p.until : p.tens_until * TALLY_TENS);
    query_int(q, p.until);
}

/* The most first; what is beyond the last that is named, in one. */
static int
read_shares(struct view *view, const struct charts *charts, const char *what,
    const char *tens, struct arena *arena, struct chart_share *shares,
    size_t *ret_n)
{
    struct query q;
    uint64_t others = 0;
    size_t n = 0;
    int r;

    shares_query(view, &q, charts, what, tens);
    while ((r = query_next(&q)) == 0) {
        struct str key = query_peek_str(&q);
        uint64_t count = (uint64_t)query_get_int(&q);

        if (n == CHART_SHARES_MAX) {
            others += count;
            continue;
        }
        shares[n++] = (struct chart_share){arena_str(arena, key), count};
    }
    query_done(&q);
    if (!q.done)
        return r;
    if (others > 0)
        shares[n++] = (struct chart_share){STR_NONE, others};
    *ret_n = n;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
read_all(struct view *view, struct arena *arena, struct charts *charts)
{
    struct steps *days = ARENA_ARRAY(arena, charts->ndays + 2, struct steps);
    int r = days ? 0 : E_NOMEM;

    if (r != 0)
        return r;
    memset(days, 0, (charts->ndays + 2) * sizeof(*days));
    r = read_hours(view, charts, "item");
    if (r == 0)
        r = read_hours(view, charts, "level");
    if (r == 0)
        r = read_times(view, charts, "taken", &days[charts->ndays], days);
    if (r == 0)
        r = read_times(view, charts, "closed", &days[charts->ndays + 1], NULL);
    if (r == 0)
        r = read_shares(view, charts, "source", "source10", arena,
            charts->sources, &charts->nsources);
    if (r == 0)
        r = read_shares(view, charts, "category", NULL, arena,
            charts->categories, &charts->ncategories);
    for (size_t i = 0; r == 0 && i < charts->ndays; i++)
        steps_say(&days[i], &charts->days[i].acknowledged);
    if (r == 0) {
        steps_say(&days[charts->ndays], &charts->acknowledged);
        steps_say(&days[charts->ndays + 1], &charts->closed);
    }
    return r;
}

int
view_charts(struct view *view, struct arena *arena, struct charts *charts)
{
    int r;

    if (charts->ndays == 0 || charts->ndays > CHART_DAYS_MAX)
        return E_LIMIT;
    charts->items = charts->incidents = 0;
    r = db_begin(&view->db);
    if (r == 0)
        r = read_all(view, arena, charts);
    db_rollback(&view->db);
    return r;
}
