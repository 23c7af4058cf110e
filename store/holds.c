/*
 * holds: the SQL function holds(text, needle): whether needle occurs in text,
 * byte for byte, ASCII letters in either case.  UTF-8 makes that right for
 * Chinese words of any length; SQLite's instr(lower()) copies each text first.
 */
#include <string.h>

#include "store/db.h"

static unsigned char
lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static bool
is_letter(unsigned char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool
same(const unsigned char *a, const unsigned char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static bool
holds(struct str text, struct str needle)
{
    const unsigned char *t = (const unsigned char *)text.p;
    const unsigned char *k = (const unsigned char *)needle.p;
    const unsigned char *end;

    if (needle.n == 0 || needle.n > text.n)
        return needle.n == 0;
    end = t + text.n - needle.n + 1;
    for (; t < end; t++) {
        if (!is_letter(k[0])) {
            t = memchr(t, k[0], (size_t)(end - t));
            if (!t)
                return false;
        }
        if (same(t, k, needle.n))
            return true;
    }
    return false;
}

static struct str
value_str(sqlite3_value *value)
{
    const void *p = sqlite3_value_blob(value); /* of text: its bytes */
    int n = sqlite3_value_bytes(value);

    return (struct str){p ? p : "", n > 0 ? (size_t)n : 0};
}

static void
holds_call(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    sqlite3_result_int(
        context, sqlite3_value_type(values[0]) != SQLITE_NULL &&
                     holds(value_str(values[0]), value_str(values[1])));
}

int
db_add_holds(struct db *db)
{
    return db_error(
        db, sqlite3_create_function_v2(db->handle, "holds", 2,
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                holds_call, NULL, NULL, NULL));
}
