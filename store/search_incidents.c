/*
 * search_incidents: the words of what is in incidents, by incident.
 *
 * A list of incidents asks for them, and must not look each of many items up:
 * so what is in an incident stands in an index of its own, at a place that is
 * the incident's number and a running one.  It follows the index of items
 * (search.c), a little behind; what is put into an incident later, or into
 * another, waits with what was revised.
 */
#include "store/search_incidents.h"

#include "store/inside.h"
#include "store/search.h"

_Static_assert(SEARCH_PLACE_BITS == 14, "the literals below");

/* Places for the items that from says, where there is room: an incident of more
 * items is found by the first of them. */
#define PLACES_ADD(from)                                                       \
    "INSERT OR IGNORE INTO search_place(place, item) SELECT place, item"       \
    " FROM (SELECT m.item, m.incident, (m.incident << 14)"                     \
    "  + coalesce((SELECT max(p.place) + 1 - (m.incident << 14)"               \
    "   FROM search_place AS p WHERE p.place >= m.incident << 14"              \
    "   AND p.place < (m.incident + 1) << 14), 0)"                             \
    "  + row_number() OVER (PARTITION BY m.incident ORDER BY m.item) - 1"      \
    "  AS place FROM incident_item AS m WHERE " from(                          \
        "m.item") ")"                                                          \
                  " WHERE place < (incident + 1) << 14"
/* Their words, in the order of places: one that goes back to a smaller place
 * would end a piece of the index. */
#define WORDS_ADD(from)                                                        \
    "INSERT INTO incident_search(rowid, words)"                                \
    " SELECT p.place, " SEARCH_WORDS(                                          \
        "r", "i") " FROM search_place AS p"                                    \
                  " CROSS JOIN item AS i ON i.id = p.item"                     \
                  " CROSS JOIN revision AS r ON r.id = i.revision"             \
                  " WHERE " from("p.item") " ORDER BY p.place"
#define WAITING "(SELECT item FROM search_todo ORDER BY item LIMIT ?1)"
#define WAITING_FOLLOWED(item)                                                 \
    item " IN " WAITING " AND " item " <= (SELECT incidents FROM "             \
                                     "search_state)"
#define NEXT(item) item " > ?1 AND " item " <= ?2"

static int
run(struct store *store, const char *sql, int64_t first, int64_t second)
{
    struct query q;

    db_query(&store->db, &q, sql);
    query_int(&q, first);
    if (second)
        query_int(&q, second);
    return query_run(&q);
}

int
search_incidents_forget(struct store *store)
{
    int r = run(store,
        DB_SQL("INSERT INTO incident_search(incident_search, rowid, words)"
               " SELECT 'delete', p.place, t.words FROM (SELECT item, words"
               "  FROM search_todo ORDER BY item LIMIT ?1) AS t"
               " CROSS JOIN search_place AS p ON p.item = t.item"
               " ORDER BY p.place"),
        SEARCH_SLICE, 0);

    if (r == 0)
        r = run(store,
            DB_SQL("DELETE FROM search_place WHERE item IN " WAITING),
            SEARCH_SLICE, 0);
    return r;
}

int
search_incidents_again(struct store *store)
{
    int r = run(store, DB_SQL(PLACES_ADD(WAITING_FOLLOWED)), SEARCH_SLICE, 0);

    if (r == 0)
        r = run(store, DB_SQL(WORDS_ADD(WAITING_FOLLOWED)), SEARCH_SLICE, 0);
    return r;
}

/* From which item, excluded, to which the next slice is; all to the end of the
 * index of items when there is less. */
static int
slice_next(
    struct store *store, int64_t *ret_from, int64_t *ret_to, bool *ret_left)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT incidents, upto, (SELECT max(item) FROM (SELECT item"
               " FROM incident_item WHERE item > incidents AND item <= upto"
               " ORDER BY item LIMIT ?1)), (SELECT count(*) FROM (SELECT 1"
               " FROM incident_item WHERE item > incidents AND item <= upto"
               " LIMIT ?1)) FROM search_state"));
    query_int(&q, SEARCH_SLICE);
    r = query_next(&q);
    if (r == 0) {
        int64_t upto, last;

        *ret_from = query_get_int(&q);
        upto = query_get_int(&q);
        last = query_get_int(&q);
        *ret_left = query_get_int(&q) == SEARCH_SLICE && last < upto;
        *ret_to = *ret_left ? last : upto;
    }
    query_done(&q);
    return r;
}

int
search_incidents_fill(struct store *store, bool *ret_left)
{
    int64_t from = 0, to = 0;
    struct query q;
    int r = slice_next(store, &from, &to, ret_left);

    if (r != 0 || to <= from)
        return r;
    r = run(store, DB_SQL(PLACES_ADD(NEXT)), from, to);
    if (r == 0)
        r = run(store, DB_SQL(WORDS_ADD(NEXT)), from, to);
    if (r != 0)
        return r;
    db_query(&store->db, &q, DB_SQL("UPDATE search_state SET incidents = ?"));
    query_int(&q, to);
    return query_run(&q);
}
