/* view_site: own sites, to look at. */
#include "store/view_site.h"

#include <stdlib.h>

#include "store/site_row.h"

/* --- rows ------------------------------------------------------------------
 */

struct kind {
    const char *name;
    enum site_group group;
};

static const struct kind kinds[] = {
#define X(kind, name, group, level, points) {name, SITE_##group},
    SITE_KINDS(X)
#undef X
};

static int
kind_stored(struct str name, struct site_finding_row *row)
{
    static const char *const groups[SITE_GROUPS] = {
        "reachable", "fresh", "clean", "leaking", "right"};

    for (size_t i = 0; i < SITE_KINDS_N; i++) {
        if (str_eq(name, str_of(kinds[i].name))) {
            row->kind = (enum site_kind)i;
            row->kind_name = kinds[i].name;
            row->group = kinds[i].group;
            row->group_name = groups[kinds[i].group];
            return 0;
        }
    }
    return E_CORRUPT;
}

int
site_page_read(struct query *q, struct arena *arena, void *row)
{
    struct site_page_row *ret = row;

    ret->id = query_get_int(q);
    ret->url = query_get_str(q, arena);
    ret->purpose = (enum site_page_purpose)query_get_int(q);
    ret->name = query_get_str(q, arena);
    ret->kind = query_get_str(q, arena);
    ret->fresh_ms = query_get_int(q);
    ret->from = query_get_str(q, arena);
    ret->from_line = (uint32_t)query_get_int(q);
    ret->added = query_get_wall(q);
    ret->looked = query_get_wall(q);
    ret->opened = query_get_wall(q);
    ret->changed = query_get_wall(q);
    ret->status = (int)query_get_int(q);
    ret->failures = (uint32_t)query_get_int(q);
    ret->reason = query_get_str(q, arena);
    ret->title = query_get_str(q, arena);
    ret->newest = query_get_wall(q);
    ret->entries = (uint32_t)query_get_int(q);
    ret->dated = (uint32_t)query_get_int(q);
    ret->masked = query_get_str(q, arena);
    ret->deaths = (uint32_t)query_get_int(q);
    ret->findings = (uint32_t)query_get_int(q);
    if ((unsigned)ret->purpose > SITE_PAGE_LINK)
        return E_CORRUPT;
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
site_finding_read(struct query *q, struct arena *arena, void *row)
{
    struct site_finding_row *ret = row;
    int r;

    ret->id = query_get_int(q);
    ret->source = query_get_str(q, arena);
    ret->title = query_get_str(q, arena);
    ret->owner = query_get_str(q, arena);
    ret->site_url = query_get_str(q, arena);
    r = kind_stored(query_peek_str(q), ret);
    if (r != 0)
        return r;
    ret->page = query_get_str(q, arena);
    ret->page_title = query_get_str(q, arena);
    ret->target = query_get_str(q, arena);
    ret->evidence = query_get_str(q, arena);
    ret->line = (uint32_t)query_get_int(q);
    ret->end_line = (uint32_t)query_get_int(q);
    ret->count = (uint32_t)query_get_int(q);
    ret->mask = query_get_str(q, arena);
    r = store_level_of(query_get_int(q), &ret->level);
    if (r != 0)
        return r;
    ret->points = (int)query_get_int(q);
    ret->first_seen = query_get_wall(q);
    ret->since = query_get_wall(q);
    ret->last_seen = query_get_wall(q);
    ret->gone = query_get_wall(q);
    ret->times = (uint32_t)query_get_int(q);
    ret->incident = query_get_int(q);
    ret->incident_state = query_get_str(q, arena);
    ret->accepted = query_get_wall(q);
    ret->accepted_by = query_get_str(q, arena);
    ret->accepted_reason = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

/* --- how sites stand -------------------------------------------------------
 */

#define SITE_PAGES(purpose)                                                    \
    " (SELECT count(*) FROM site_page AS p WHERE p.source = s.id"              \
    " AND p.purpose = " purpose "),"

static int
site_read(struct query *q, struct arena *arena, void *row)
{
    struct site_row *ret = row;

    ret->source = query_get_str(q, arena);
    ret->title = query_get_str(q, arena);
    ret->url = query_get_str(q, arena);
    ret->owner = query_get_str(q, arena);
    ret->visits = (uint32_t)query_get_int(q);
    ret->failed = (uint32_t)query_get_int(q);
    ret->columns = (uint32_t)query_get_int(q);
    ret->pages = (uint32_t)query_get_int(q);
    ret->documents = (uint32_t)query_get_int(q);
    ret->hosts_waiting = (uint32_t)query_get_int(q);
    ret->last_visit = query_get_wall(q);
    ret->last_opened = query_get_wall(q);
    ret->failures = (uint32_t)query_get_int(q);
    ret->last_reason = query_get_str(q, arena);
    ret->cert_expires = query_get_wall(q);
    ret->cert_subject = query_get_str(q, arena);
    ret->cert_issuer = query_get_str(q, arena);
    ret->cert_trouble = query_get_str(q, arena);
    ret->landed = query_get_str(q, arena);
    ret->addresses = query_get_str(q, arena);
    ret->page_title = query_get_str(q, arena);
    ret->newest = query_get_wall(q);
    ret->round = (uint64_t)query_get_int(q);
    ret->round_started = query_get_wall(q);
    ret->round_done = query_get_wall(q);
    ret->baseline = query_get_wall(q);
    ret->worst = LEVEL_NONE;
    return arena_failed(arena) ? E_NOMEM : 0;
}

static int
sites_read(struct view *view, const struct site_filter *filter, struct wall now,
    struct list *list)
{
    struct query q;

    db_query(&view->db, &q,
        DB_SQL(
            "SELECT s.id, s.title, s.url, s.owner,"
            " (SELECT count(*) FROM site_visit AS v WHERE v.source = s.id"
            " AND v.at > ?1),"
            " (SELECT count(*) FROM site_visit AS v WHERE v.source = s.id"
            " AND v.at > ?1 AND v.opened = 0)," SITE_PAGES("1") SITE_PAGES("2")
                SITE_PAGES(
                    "3") " (SELECT count(*) FROM site_host AS h WHERE h.source "
                         "= s.id"
                         " AND h.approved IS NULL),"
                         " t.last_visit, t.last_opened, t.failures, "
                         "t.last_reason,"
                         " t.cert_expires, t.cert_subject, t.cert_issuer,"
                         " t.cert_trouble, t.landed, t.addresses, t.title, "
                         "t.newest,"
                         " t.round, t.round_started, t.round_done, t.baseline"
                         " FROM source_state AS s LEFT JOIN site_state AS t"
                         " ON t.source = s.id"
                         " WHERE s.kind = 'site' AND s.removed IS NULL"
                         " AND (?2 IS NULL OR s.owner = ?2)"
                         " AND (?3 IS NULL OR s.id = ?3) ORDER BY s.id LIMIT "
                         "?4"));
    query_int(&q, now.ms - 7 * (int64_t)MS_DAY);
    query_str(&q, filter->owner);
    query_str(&q, filter->source);
    query_int(&q, VIEW_SITES_MAX);
    return list_read(list, &q, site_read);
}

static int
by_source(const void *a, const void *b)
{
    const struct site_row *x = a, *y = b;

    return str_cmp(x->source, y->source);
}

/* What is there and was there, into rows that are sorted by source. */
static int
sites_count(struct view *view, const struct site_filter *filter,
    struct site_row *rows, size_t n)
{
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT source, part, gone IS NOT NULL, accepted IS NOT NULL,"
               " count(*), max(level) FROM site_finding"
               " WHERE ?1 IS NULL OR source = ?1 GROUP BY 1, 2, 3, 4"));
    query_str(&q, filter->source);
    while ((r = query_next(&q)) == 0) {
        struct site_row key = {.source = query_peek_str(&q)}, *row;
        int64_t part = query_get_int(&q);
        bool gone = query_get_int(&q) != 0;
        bool accepted = query_get_int(&q) != 0;
        uint32_t count = (uint32_t)query_get_int(&q);
        int64_t level = query_get_int(&q);

        row = n ? bsearch(&key, rows, n, sizeof *rows, by_source) : NULL;
        if (row == NULL || part < 0 || part >= SITE_GROUPS)
            continue;
        if (gone)
            row->gone += count;
        else if (accepted)
            row->accepted += count;
        else
            row->open[part] += count;
        if (!gone && !accepted && level > (int64_t)row->worst)
            r = store_level_of(level, &row->worst);
        if (r != 0)
            break;
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

static uint32_t
all_open(const struct site_row *row)
{
    uint32_t n = 0;

    for (size_t i = 0; i < SITE_GROUPS; i++)
        n += row->open[i];
    return n;
}

static int
by_need(const void *a, const void *b)
{
    const struct site_row *x = a, *y = b;
    uint32_t nx = all_open(x), ny = all_open(y);

    if (x->worst != y->worst)
        return x->worst > y->worst ? -1 : 1;
    if (nx != ny)
        return nx > ny ? -1 : 1;
    return by_source(a, b);
}

static bool
has_groups(const struct site_row *row, unsigned groups)
{
    for (unsigned i = 0; i < SITE_GROUPS; i++) {
        if ((groups & (1u << i)) && row->open[i] > 0)
            return true;
    }
    return groups == 0;
}

int
view_sites(struct view *view, const struct site_filter *filter, struct wall now,
    struct arena *arena, struct site_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct site_row)};
    size_t limit = filter->limit ? filter->limit : VIEW_SITES_MAX, n = 0;
    struct site_row *rows;
    int r = db_begin(&view->db);

    if (r == 0)
        r = sites_read(view, filter, now, &list);
    rows = list.rows;
    if (r == 0)
        r = sites_count(view, filter, rows, list.n);
    db_rollback(&view->db);
    if (r != 0)
        return r;
    for (size_t i = 0; i < list.n; i++) {
        if (has_groups(&rows[i], filter->groups))
            rows[n++] = rows[i];
    }
    if (n > 0)
        qsort(rows, n, sizeof *rows, by_need);
    *ret = rows;
    *ret_n = n < limit ? n : limit;
    return 0;
}

int
view_site(struct view *view, struct str source, struct wall now,
    struct arena *arena, struct site_row *ret)
{
    struct site_filter filter = {.source = source};
    struct site_row *rows;
    size_t n;
    int r = view_sites(view, &filter, now, arena, &rows, &n);

    if (r == 0 && n == 0)
        r = E_NOTFOUND;
    if (r == 0)
        *ret = rows[0];
    return r;
}

/* --- visits ----------------------------------------------------------------
 */

int
view_site_days(struct view *view, struct str source, int64_t offset_ms,
    struct wall now, struct arena *arena, struct site_day **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct site_day)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT (at + ?1) / 86400000 AS day, count(*),"
               " sum(opened = 0), avg(iif(opened, elapsed_ms, NULL)),"
               " max(iif(opened, elapsed_ms, 0)) FROM site_visit"
               " WHERE source = ?2 AND at > ?3 GROUP BY day ORDER BY day"));
    query_int(&q, offset_ms);
    query_str(&q, source);
    query_int(&q, now.ms - VIEW_SITE_DAYS * (int64_t)MS_DAY);
    while ((r = query_next(&q)) == 0) {
        struct site_day *day = list_add(&list);

        if (day == NULL) {
            r = E_NOMEM;
            break;
        }
        day->day.ms = query_get_int(&q) * MS_DAY - offset_ms;
        day->visits = (uint32_t)query_get_int(&q);
        day->failed = (uint32_t)query_get_int(&q);
        day->mean_ms = (int64_t)query_get_double(&q);
        day->slowest_ms = query_get_int(&q);
    }
    query_done(&q);
    if (r != E_NOTFOUND)
        return r;
    *ret = list.rows;
    *ret_n = list.n;
    return 0;
}

static int
visit_read(struct query *q, struct arena *arena, void *row)
{
    struct site_visit_row *ret = row;

    ret->at = query_get_wall(q);
    ret->opened = query_get_int(q) != 0;
    ret->status = (int)query_get_int(q);
    ret->elapsed_ms = query_get_int(q);
    ret->reason = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_site_failures(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_visit_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct site_visit_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT at, opened, status, elapsed_ms, reason FROM site_visit"
               " WHERE source = ? AND opened = 0 ORDER BY at DESC LIMIT ?"));
    query_str(&q, source);
    query_int(&q, (int64_t)max);
    r = list_read(&list, &q, visit_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

/* --- pages, findings, hosts ------------------------------------------------
 */

int
view_site_pages(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_page_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct site_page_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " SITE_PAGE_COLUMNS
               " FROM site_page AS p WHERE p.source = ?"
               " ORDER BY min(p.purpose, 2), iif(p.purpose < 2, p.id, 0),"
               " p.looked DESC, p.id LIMIT ?"));
    query_str(&q, source);
    query_int(&q, (int64_t)(max ? max : VIEW_SITE_PAGES_MAX));
    r = list_read(&list, &q, site_page_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
view_site_findings(struct view *view, const struct site_finding_filter *filter,
    struct arena *arena, struct site_finding_row **ret, size_t *ret_n)
{
    struct list list = {
        .arena = arena, .size = sizeof(struct site_finding_row)};
    unsigned which = filter->which ? filter->which : SITE_FINDINGS_OPEN;
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT " SITE_FINDING_COLUMNS SITE_FINDING_FROM
               " WHERE s.kind = 'site' AND s.removed IS NULL"
               " AND (?1 IS NULL OR f.source = ?1)"
               " AND (?2 IS NULL OR s.owner = ?2)"
               " AND (?3 = 0 OR (1 << f.part) & ?3)"
               " AND (CASE WHEN f.gone IS NOT NULL THEN 4"
               " WHEN f.accepted IS NOT NULL THEN 2 ELSE 1 END) & ?4"
               " AND (?5 IS NULL OR f.incident = ?5)"
               " AND (?6 IS NULL OR f.gone IS NULL OR f.gone >= ?6)"
               " ORDER BY f.source, f.gone IS NOT NULL, f.points DESC, f.kind,"
               " f.page, f.id LIMIT ?7"));
    query_str(&q, filter->source);
    query_str(&q, filter->owner);
    query_int(&q, filter->groups);
    query_int(&q, which);
    query_id(&q, filter->incident);
    query_wall(&q, filter->gone_from);
    query_int(
        &q, (int64_t)(filter->limit ? filter->limit : VIEW_SITE_FINDINGS_MAX));
    r = list_read(&list, &q, site_finding_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
site_finding_get(struct db *db, int64_t id, struct arena *arena,
    struct site_finding_row *ret)
{
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT " SITE_FINDING_COLUMNS SITE_FINDING_FROM
               " WHERE f.id = ?"));
    query_int(&q, id);
    r = query_next(&q);
    if (r == 0)
        r = site_finding_read(&q, arena, ret);
    query_done(&q);
    return r;
}

int
view_site_finding(struct view *view, int64_t id, struct arena *arena,
    struct site_finding_row *ret)
{
    return site_finding_get(&view->db, id, arena, ret);
}

static int
host_read(struct query *q, struct arena *arena, void *row)
{
    struct site_host_row *ret = row;

    ret->host = query_get_str(q, arena);
    ret->page = query_get_str(q, arena);
    ret->line = (uint32_t)query_get_int(q);
    ret->first_seen = query_get_wall(q);
    ret->last_seen = query_get_wall(q);
    ret->baseline = query_get_int(q) != 0;
    ret->approved = query_get_wall(q);
    ret->approved_by = query_get_str(q, arena);
    return arena_failed(arena) ? E_NOMEM : 0;
}

int
view_site_hosts(struct view *view, struct str source, size_t max,
    struct arena *arena, struct site_host_row **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct site_host_row)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT host, page, line, first_seen, last_seen, baseline,"
               " approved, approved_by FROM site_host WHERE source = ?"
               " ORDER BY approved IS NOT NULL, baseline, host LIMIT ?"));
    query_str(&q, source);
    query_int(&q, (int64_t)(max ? max : VIEW_SITE_HOSTS_MAX));
    r = list_read(&list, &q, host_read);
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

int
view_site_counts(struct view *view, struct site_counts *ret)
{
    struct site_counts counts = {0};
    struct query q;
    int r = db_begin(&view->db);

    db_query(&view->db, &q,
        DB_SQL("SELECT count(*) FROM source_state WHERE kind = 'site'"
               " AND removed IS NULL"));
    if (r == 0)
        r = query_next(&q);
    if (r == 0)
        counts.sites = (uint32_t)query_get_int(&q);
    query_done(&q);
    db_query(&view->db, &q,
        DB_SQL("SELECT f.part, count(*), count(DISTINCT f.source)"
               " FROM site_finding AS f JOIN source_state AS s"
               " ON s.id = f.source WHERE f.gone IS NULL"
               " AND f.accepted IS NULL AND s.kind = 'site'"
               " AND s.removed IS NULL GROUP BY f.part"));
    while (r == 0 && (r = query_next(&q)) == 0) {
        int64_t part = query_get_int(&q);

        if (part < 0 || part >= SITE_GROUPS)
            continue;
        counts.open[part] = (uint32_t)query_get_int(&q);
        counts.with[part] = (uint32_t)query_get_int(&q);
    }
    query_done(&q);
    db_rollback(&view->db);
    if (r != E_NOTFOUND)
        return r;
    *ret = counts;
    return 0;
}
