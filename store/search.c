/*
 * search: words of the index.
 *
 * Each character that is a letter, a digit or a sign of a script is a word of
 * four figures to the base of 36, each pair of adjacent ones a word of eight.
 * A question for 食 asks for one word, for 食物中毒 for three; what the index
 * gives is then looked at again, in its text.  So the tokenizer of SQLite sees
 * nothing but small letters and digits, and is the same everywhere.
 */
#include "store/search.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "store/inside.h"
#include "store/search_incidents.h"

enum {
    WORD_FIGURES = SEARCH_FIGURES,
    SEARCH_WORDS_BYTES = (SEARCH_MAX_POINTS + 8) * (3 * WORD_FIGURES + 2) * 2
};

/* Whether a character is a part of words.  Signs and spaces between words are
 * not; a search for them is answered by looking at the texts alone. */
static bool
is_indexed(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    return c >= 0xC0 && !(c >= 0x2000 && c <= 0x206F) &&
           !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) &&
           !(c >= 0xFF00 && c <= 0xFF0F) && !(c >= 0xFF1A && c <= 0xFF20) &&
           !(c >= 0xFE00 && c <= 0xFE6F) && c != UTF8_REPLACEMENT;
}

static uint32_t
small(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static void
figures(uint32_t c, char out[WORD_FIGURES])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

    for (int i = WORD_FIGURES - 1; i >= 0; i--) {
        out[i] = digits[c % 36];
        c /= 36;
    }
}

/* The words of a text; singles: those of single characters too. */
static void
add_words(struct str text, struct buf *out)
{
    char before[WORD_FIGURES], now[WORD_FIGURES];
    bool pair = false;
    size_t at = 0;

    for (size_t n = 0; at < text.n && n < SEARCH_MAX_POINTS; n++) {
        uint32_t c = small(utf8_next(text, &at));

        if (!is_indexed(c)) {
            pair = false;
            continue;
        }
        figures(c, now);
        (void)buf_add_char(out, ' ');
        (void)buf_add(out, now, WORD_FIGURES);
        if (pair) {
            (void)buf_add_char(out, ' ');
            (void)buf_add(out, before, WORD_FIGURES);
            (void)buf_add(out, now, WORD_FIGURES);
        }
        memcpy(before, now, WORD_FIGURES);
        pair = true;
    }
}

int
search_question(struct str text, struct buf *out)
{
    char before[WORD_FIGURES], now[WORD_FIGURES];
    unsigned run = 0, words = 0; /* of characters that follow one another */
    size_t at = 0;

    while (words < SEARCH_MAX_WORDS) {
        bool end = at >= text.n;
        uint32_t c = end ? 0 : small(utf8_next(text, &at));
        bool is = !end && is_indexed(c);

        if (!is && run == 1) { /* it stands alone */
            (void)buf_add_char(out, ' ');
            (void)buf_add(out, before, WORD_FIGURES);
            words++;
        }
        if (end)
            break;
        run = is ? run + 1 : 0;
        if (!is)
            continue;
        figures(c, now);
        if (run > 1) {
            (void)buf_add_char(out, ' ');
            (void)buf_add(out, before, WORD_FIGURES);
            (void)buf_add(out, now, WORD_FIGURES);
            words++;
        }
        memcpy(before, now, WORD_FIGURES);
    }
    return out->err;
}

static struct str
value_str(sqlite3_value *value)
{
    const void *p = sqlite3_value_blob(value);
    int n = sqlite3_value_bytes(value);

    return (struct str){p ? p : "", n > 0 ? (size_t)n : 0};
}

static void
search_words(sqlite3_context *context, int n, sqlite3_value **values)
{
    _cleanup_(buf_done) struct buf out;

    (void)n;
    buf_init(&out, SEARCH_WORDS_BYTES);
    for (int i = 0; i < n; i++)
        add_words(value_str(values[i]), &out);
    if (out.err)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text64(
            context, buf_cstr(&out), out.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int
db_add_search(struct db *db)
{
    return db_error(
        db, sqlite3_create_function_v2(db->handle, "search_words", 2,
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                search_words, NULL, NULL, NULL));
}

/* --- filling -------------------------------------------------------------- */

#define SEARCH_INSERT                                                          \
    "INSERT INTO search(rowid, words) SELECT i.id, " SEARCH_WORDS(             \
        "r", "i") " FROM item AS i JOIN revision AS r ON r.id = i.revision"

/* What was revised or deleted: out with its old words, in with its new ones. */
static int
fill_again(struct store *store, int64_t *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("INSERT INTO search(search, rowid, words)"
               " SELECT 'delete', item, words FROM search_todo"
               " ORDER BY item LIMIT ?"));
    query_int(&q, SEARCH_SLICE);
    r = query_run(&q);
    if (r == 0)
        r = search_incidents_forget(store);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL(SEARCH_INSERT " WHERE i.id IN (SELECT item FROM search_todo"
                             " ORDER BY item LIMIT ?)"
                             " AND i.id <= (SELECT upto FROM search_state)"));
    query_int(&q, SEARCH_SLICE);
    r = query_run(&q);
    if (r == 0)
        r = search_incidents_again(store);
    if (r != 0)
        return r;
    db_query(&store->db, &q,
        DB_SQL("DELETE FROM search_todo WHERE item IN (SELECT item"
               " FROM search_todo ORDER BY item LIMIT ?)"));
    query_int(&q, SEARCH_SLICE);
    r = query_run(&q);
    *ret = db_changes(&store->db);
    return r;
}

/* Numbers of items that are gone are given again: what takes one is new. */
static int
search_back(struct store *store)
{
    struct query q;

    db_query(&store->db, &q,
        DB_SQL("UPDATE search_state SET upto = n, incidents = min(n, incidents)"
               " FROM (SELECT coalesce(max(id), 0) AS n FROM item)"
               " WHERE upto > n"));
    return query_run(&q);
}

static int
search_upto(struct store *store, int64_t *ret_from, int64_t *ret_to)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT upto, (SELECT max(id) FROM (SELECT id FROM item"
               " WHERE id > upto ORDER BY id LIMIT ?)) FROM search_state"));
    query_int(&q, SEARCH_SLICE);
    r = query_next(&q);
    if (r == 0) {
        *ret_from = query_get_int(&q);
        *ret_to = query_get_int(&q);
    }
    query_done(&q);
    return r;
}

/* What was collected since. */
static int
fill_next(struct store *store, bool *ret_left)
{
    int64_t from = 0, to = 0;
    struct query q;
    int r = search_upto(store, &from, &to);

    *ret_left = false;
    if (r != 0 || to <= from)
        return r;
    db_query(
        &store->db, &q, DB_SQL(SEARCH_INSERT " WHERE i.id > ? AND i.id <= ?"));
    query_int(&q, from);
    query_int(&q, to);
    r = query_run(&q);
    if (r != 0)
        return r;
    db_query(&store->db, &q, DB_SQL("UPDATE search_state SET upto = ?"));
    query_int(&q, to);
    *ret_left = to - from >= SEARCH_SLICE;
    return query_run(&q);
}

int
store_search_fill(struct store *store, bool *ret_left)
{
    int64_t again = 0;
    bool more = false;
    int r = fill_again(store, &again);

    if (r == 0)
        r = search_back(store);
    *ret_left = again == SEARCH_SLICE;
    if (r != 0 || *ret_left)
        return r;
    r = fill_next(store, ret_left);
    if (r == 0)
        r = search_incidents_fill(store, &more);
    *ret_left = *ret_left || more;
    return r;
}

int
store_search_is_behind(struct store *store, bool *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT EXISTS(SELECT 1 FROM search_todo) OR EXISTS(SELECT 1"
               " FROM item, search_state WHERE id > upto)"
               " OR (SELECT incidents < upto FROM search_state)"));
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q) != 0;
    query_done(&q);
    return r;
}

int
store_item_brief(struct store *store, int64_t item, struct arena *arena,
    struct item_brief *ret)
{
    struct query q;
    int r;

    db_query(&store->db, &q,
        DB_SQL("SELECT i.source, r.title, r.text, r.category FROM item AS i"
               " JOIN revision AS r ON r.id = i.revision WHERE i.id = ?"));
    query_int(&q, item);
    r = query_next(&q);
    if (r == 0) {
        ret->source = query_get_str(&q, arena);
        ret->title = query_get_str(&q, arena);
        ret->text = query_get_str(&q, arena);
        ret->category = query_get_str(&q, arena);
    }
    query_done(&q);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}
