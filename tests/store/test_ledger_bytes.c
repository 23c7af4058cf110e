/*
 * The ledger, altered anywhere: every column of an entry, any byte of the file,
 * entries taken out, put in, exchanged and cut off.  What is altered first is
 * named, also when SQLite cannot read it any more.
 */
#include <sqlite3.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "fixture.h"
#include "store/view_ledger.h"

enum { ENTRIES = 60, FLIPS = 400, SQL_BYTES = 512, DUMP_BYTES = 1 << 20 };

static uint32_t
some(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static void
fill(struct store *store)
{
    static const char *const kinds[] = {
        "incident.opened", "incident.note", "user.added", "report.kept"};

    for (int i = 0; i < ENTRIES; i++) {
        char text[128];
        struct ledger_entry entry = {.at = at(i),
            .kind = str_of(kinds[i % 4]),
            .incident = i % 3 + 1,
            .by = STR("li"),
            .from = STR("127.0.0.1")};

        snprintf(text, sizeof text, "{\"text\":\"第 %d 条记录，共六十条\"}", i);
        entry.text = str_of(text);
        assert_int_equal(store_ledger_add(store, &entry), 0);
    }
}

/* Close all, so that the file alone is the database. */
static void
settle(struct fixture *f)
{
    fill(f->store);
    fixture_close(f);
}

static struct ledger_check
check(struct fixture *f)
{
    struct ledger_check result = {0};
    struct view *view;

    assert_int_equal(view_open(f->path, NULL, &view), 0);
    assert_int_equal(view_ledger_check(view, &result), 0);
    view_close(view);
    return result;
}

/* --- columns
 * ---------------------------------------------------------------------------
 */

static void
every_column_counts(void **state)
{
    static const char *const altered[] = {"at = at + 1", "at = -at - 1",
        "kind = kind || ' '", "kind = 'incident.closed'",
        "incident = incident + 1", "incident = NULL", "by = 'Li'", "by = NULL",
        "origin = '127.0.0.2'", "origin = NULL", "text = text || ' '",
        "text = replace(text, '第', '笫')", "text = ''", "text = NULL",
        "hash = randomblob(32)", "hash = zeroblob(32)",
        "text_hash = randomblob(32)", "text_hash = NULL",
        "text = '', text_hash = NULL"};
    struct fixture *f = *state;
    uint64_t seed = 20261125;
    struct buf whole;

    settle(f);
    meddle(f->path, "DROP TRIGGER ledger_is_final");
    meddle(f->path, "PRAGMA journal_mode = DELETE");
    buf_init(&whole, 64 << 20);
    assert_int_equal(file_read(f->path, &whole, NULL), 0);
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        for (int k = 0; k < 4; k++) {
            uint32_t id = 1 + some(&seed, ENTRIES);
            char sql[SQL_BYTES];
            struct ledger_check result;

            snprintf(sql, sizeof sql, "UPDATE ledger SET %s WHERE id = %u",
                altered[i], id);
            meddle(f->path, sql);
            result = check(f);
            if (result.bad != id)
                fail_msg("%s: %lld is named", sql, (long long)result.bad);
            assert_int_equal(
                file_replace(f->path, buf_str(&whole), 0600, NULL), 0);
        }
    }
    assert_int_equal(check(f).bad, 0);
    buf_done(&whole);
}

static void
order_counts(void **state)
{
    static const struct {
        const char *sql;
        int64_t bad;
    } altered[] = {{"UPDATE ledger SET id = 1000 WHERE id = 7;"
                    "UPDATE ledger SET id = 7 WHERE id = 8;"
                    "UPDATE ledger SET id = 8 WHERE id = 1000",
                       7},
        {"DELETE FROM ledger WHERE id = 30", 30},
        {"DELETE FROM ledger WHERE id > 55", 56},
        {"DELETE FROM ledger WHERE id < 5", 1},
        {"INSERT INTO ledger SELECT 61, at, kind, incident, by, origin, text,"
         " hash, text_hash FROM ledger WHERE id = 60",
            61},
        {"INSERT INTO ledger SELECT 0, at, kind, incident, by, origin, text,"
         " hash, text_hash FROM ledger WHERE id = 1",
            1},
        {"DELETE FROM ledger", 1}};
    struct fixture *f = *state;
    struct buf whole;

    settle(f);
    meddle(f->path, "DROP TRIGGER ledger_is_final");
    meddle(f->path, "DROP TRIGGER ledger_is_kept");
    meddle(f->path, "PRAGMA journal_mode = DELETE");
    buf_init(&whole, 64 << 20);
    assert_int_equal(file_read(f->path, &whole, NULL), 0);
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        meddle(f->path, altered[i].sql);
        if (check(f).bad != altered[i].bad)
            fail_msg("%s", altered[i].sql);
        assert_int_equal(file_replace(f->path, buf_str(&whole), 0600, NULL), 0);
    }
    buf_done(&whole);
}

/* --- bytes
 * -----------------------------------------------------------------------------
 */

/* All that the ledger says, as far as SQLite reads it; the entries before the
 * first that is another than in sound. */
static int64_t
same_entries(const char *path, char sound[ENTRIES][65], bool record)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    int64_t same = 0;

    assert_int_equal(
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db,
            "SELECT quote(id) || quote(at) || quote(kind) || quote(incident)"
            " || quote(by) || quote(origin) || quote(text) || quote(hash)"
            " || quote(text_hash) FROM ledger ORDER BY id",
            -1, &rows, NULL) == SQLITE_OK) {
        while (same < ENTRIES && sqlite3_step(rows) == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(rows, 0);
            uint8_t hash[DIGEST_SIZE];
            char hex[DIGEST_HEX_SIZE];

            digest_sha256(str_of(text ? text : ""), hash);
            digest_hex(hash, hex);
            if (record)
                memcpy(sound[same], hex, sizeof sound[same]);
            else if (memcmp(sound[same], hex, sizeof sound[same]) != 0)
                break;
            same++;
        }
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return same;
}

/* Where the ledger's entries lie in the file: what only they say. */
static size_t
place_of_entry(struct str file, uint64_t *seed)
{
    char mark[64];
    size_t at;

    snprintf(mark, sizeof mark, "{\"text\":\"第 %u 条", some(seed, ENTRIES));
    at = str_find(file, str_of(mark));
    assert_true(at > 60 && at < file.n);
    return at - 60 + some(seed, 170);
}

static void
every_byte_counts(void **state)
{
    static char sound[ENTRIES][65];
    struct fixture *f = *state;
    uint64_t seed = 20261126;
    size_t altered = 0;
    struct buf whole;

    settle(f);
    meddle(f->path, "PRAGMA journal_mode = DELETE");
    assert_int_equal(same_entries(f->path, sound, true), ENTRIES);
    buf_init(&whole, 64 << 20);
    assert_int_equal(file_read(f->path, &whole, NULL), 0);
    for (int i = 0; i < FLIPS; i++) {
        size_t at_byte = place_of_entry(buf_str(&whole), &seed);
        char was = whole.p[at_byte];
        struct ledger_check result;
        int64_t same;

        whole.p[at_byte] = (char)(was ^ (1 << some(&seed, 8)));
        assert_int_equal(file_replace(f->path, buf_str(&whole), 0600, NULL), 0);
        same = same_entries(f->path, sound, false);
        result = check(f);
        if (same < ENTRIES && result.bad != same + 1)
            fail_msg(
                "byte %zu fault %d count %d: %lld is named, %lld is altered",
                at_byte, (int)result.fault, (int)result.count,
                (long long)result.bad, (long long)same + 1);
        if (same == ENTRIES)
            assert_int_equal(result.bad, 0);
        altered += same < ENTRIES;
        whole.p[at_byte] = was;
    }
    assert_true(altered > FLIPS / 2);
    buf_done(&whole);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_column_counts),
        TEST(order_counts),
        TEST(every_byte_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
