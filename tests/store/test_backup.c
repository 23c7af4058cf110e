/* Backups: whole, of one moment, and the way back; never an empty start. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"
#include "fixture.h"
#include "store/backup.h"
#include "store/channels.h"
#include "store/export.h"

static char folder[128], made[PATH_MAX];
static struct backup_facts facts;

static void
put_items(struct fixture *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct item item = item_of(i, "标题", "一段正文");

        put_item(f->store, &item);
    }
}

/* The same, committed together. */
static void
fill(struct fixture *f, int from, int to)
{
    assert_int_equal(store_begin(f->store), 0);
    put_items(f, from, to);
    assert_int_equal(store_commit(f->store), 0);
}

static int
backup(struct fixture *f, int64_t when)
{
    struct toc_error error = {.line = 0};
    int r;

    (void)snprintf(folder, sizeof(folder), "%s/backups", f->folder);
    r = backup_make(f->path, folder, at(when), &error, made, &facts);
    if (r != 0)
        print_message("%s: %s\n", error.file, error.text);
    return r;
}

static int64_t
number(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t n;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void
scribble(const char *path, off_t offset, size_t n)
{
    char junk[4096];
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    memset(junk, 0x5a, sizeof(junk));
    for (size_t i = 0; i < n; i += sizeof(junk))
        assert_int_equal(
            pwrite(fd, junk, sizeof(junk), offset + (off_t)i), sizeof(junk));
    (void)close(fd);
}

static void
a_backup_is_of_one_moment(void **state)
{
    struct fixture *f = *state;
    struct backup_facts again;
    struct toc_error error = {.line = 0};
    struct stat st;

    fill(f, 0, 300);
    assert_int_equal(store_begin(f->store), 0); /* not yet committed */
    put_items(f, 300, 310);
    assert_int_equal(backup(f, 1000), 0);
    assert_int_equal(store_commit(f->store), 0);
    assert_int_equal(facts.items, 300);
    assert_int_equal(stat(made, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(backup_verify(made, &error, &again), 0);
    assert_int_equal(again.items, 300);
    assert_true(again.bytes > 0);
    assert_int_equal(backup(f, 1000), E_EXISTS);
}

static void
a_damaged_database_makes_no_backup(void **state)
{
    struct fixture *f = *state;
    struct backup_file *files;
    size_t n = 7;

    fill(f, 0, 600);
    assert_int_equal(store_idle(f->store), 0);
    fixture_close(f);
    scribble(f->path, 4096 * 40, (size_t)4096 * 30);
    assert_int_equal(backup(f, 1000), E_CORRUPT);
    assert_int_equal(backup_list(f->arena, folder, &files, &n), 0);
    assert_int_equal(n, 0);
}

static void
a_backup_fills_no_disk(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {.line = 0};
    struct backup_file *files;
    size_t n = 7;

    (void)snprintf(folder, sizeof(folder), "%s/backups", f->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    if (mount("tocsin-test", folder, "tmpfs", 0, "size=8m") != 0)
        skip(); /* nothing may be mounted here */
    fill(f, 0, 3);
    assert_int_equal(
        backup_make(f->path, folder, at(1000), &error, made, &facts), E_IO);
    assert_non_null(strstr(error.text, "no room"));
    assert_int_equal(backup_list(f->arena, folder, &files, &n), 0);
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
    assert_int_equal(n, 0);
}

static void
damage_in_a_backup_is_found(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {.line = 0};

    fill(f, 0, 600);
    assert_int_equal(backup(f, 1000), 0);
    scribble(made, 4096 * 40, 4096 * 2);
    assert_int_equal(backup_verify(made, &error, &facts), E_CORRUPT);
    assert_int_equal(truncate(made, 4096 * 20), 0);
    assert_int_equal(backup_verify(made, &error, &facts), E_CORRUPT);
    assert_int_equal(truncate(made, 0), 0);
    assert_int_equal(backup_verify(made, &error, &facts), E_CORRUPT);
    assert_int_equal(
        backup_verify("/nowhere/at.db", &error, &facts), E_NOTFOUND);
}

static void
the_newest_are_kept(void **state)
{
    struct fixture *f = *state;
    struct backup_file *files;
    char other[200];
    size_t n;

    for (int i = 1; i <= 5; i++)
        assert_int_equal(backup(f, i * 86400), 0);
    (void)snprintf(other, sizeof(other), "%s/mine.db", folder);
    assert_int_equal(close(open(other, O_CREAT | O_WRONLY, 0600)), 0);
    (void)snprintf(other, sizeof(other), "%s/half.part", folder);
    assert_int_equal(close(open(other, O_CREAT | O_WRONLY, 0600)), 0);
    assert_int_equal(backup_prune(f->arena, folder, 3), 0);
    assert_int_equal(backup_list(f->arena, folder, &files, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(files[0].at.ms, at(5 * 86400).ms);
    assert_int_equal(files[2].at.ms, at(3 * 86400).ms);
    assert_int_not_equal(access(other, F_OK), 0);
    (void)snprintf(other, sizeof(other), "%s/mine.db", folder);
    assert_int_equal(access(other, F_OK), 0);
}

static int
restore(struct fixture *f, bool replace, char kept[PATH_MAX])
{
    struct toc_error error = {.line = 0};
    struct restore r = {.file = made,
        .database = f->path,
        .replace = replace,
        .why = STR("a test"),
        .by = STR("system"),
        .now = at(2000)};

    return backup_restore(&r, &error, kept, &facts);
}

static void
a_restore_asks_first_and_keeps_what_was(void **state)
{
    struct fixture *f = *state;
    char kept[PATH_MAX];

    fill(f, 0, 100);
    assert_int_equal(backup(f, 1000), 0);
    fill(f, 100, 150);
    meddle(f->path, "UPDATE source_state SET etag = 'x', next_poll = 9e12");
    assert_int_equal(restore(f, true, kept), E_BUSY);
    fixture_close(f);
    assert_int_equal(restore(f, false, kept), E_EXISTS);
    assert_int_equal(number(f->path, "SELECT count(*) FROM item"), 150);
    assert_int_equal(restore(f, true, kept), 0);
    assert_int_equal(number(kept, "SELECT count(*) FROM item"), 150);
    fixture_reopen(f);
    assert_int_equal(number(f->path, "SELECT count(*) FROM item"), 100);
    assert_int_equal(number(f->path, "SELECT count(*) FROM source_state"
                                     " WHERE etag IS NOT NULL"
                                     " OR next_poll IS NOT NULL"),
        0);
    assert_int_equal(number(f->path, "SELECT count(*) FROM ledger"
                                     " WHERE kind = 'store.restored'"),
        1);
    assert_int_equal(number(f->path, "SELECT count(*) FROM condition"
                                     " WHERE kind = 'restored'"),
        1);
}

/* Who logged out since is not logged in again; a number that was told since is
 * not given to another incident; a new backup is due. */
static void
a_restore_forgets_what_is_no_more_true(void **state)
{
    struct fixture *f = *state;
    char kept[PATH_MAX];

    fill(f, 0, 3);
    assert_int_equal(store_begin(f->store), 0);
    assert_int_equal(
        store_pulse_save(f->store, STR("backup"), at(900), true, STR("")), 0);
    assert_int_equal(store_commit(f->store), 0);
    meddle(f->path, "INSERT INTO user(id, name, role, disabled, created)"
                    " VALUES(1, 'li', 'admin', 0, 0)");
    meddle(f->path, "INSERT INTO session(hash, user, created, expires)"
                    " VALUES(zeroblob(32), 1, 0, 9000000000000)");
    assert_int_equal(backup(f, 1000), 0);
    assert_int_equal(number(made, "SELECT count(*) FROM session"), 1);
    fixture_close(f);
    assert_int_equal(restore(f, true, kept), 0);
    assert_int_equal(number(f->path, "SELECT count(*) FROM session"), 0);
    assert_int_equal(number(f->path, "SELECT count(*) FROM pulse"), 0);
    assert_true(number(f->path, "SELECT seq FROM sqlite_sequence"
                                " WHERE name = 'incident'") >= 1000);
}

/* What the administrator does is for the daemon, which is another user. */
static void
what_root_makes_belongs_to_the_daemon(void **state)
{
    struct fixture *f = *state;
    char kept[PATH_MAX], lock[PATH_MAX];
    struct stat st;

    if (geteuid() != 0)
        skip();
    fill(f, 0, 3);
    assert_int_equal(chown(f->folder, 1234, 1235), 0);
    assert_int_equal(backup(f, 1000), 0);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(stat(made, &st), 0);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(st.st_mode & 0777, 0600);
    fixture_close(f);
    (void)snprintf(lock, sizeof(lock), "%s-lock", f->path);
    assert_int_equal(unlink(f->path), 0); /* a new machine */
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(restore(f, false, kept), 0);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(stat(lock, &st), 0);
    assert_int_equal(st.st_uid, 1234);
}

/* One that is under way is left alone. */
static void
a_second_restore_spoils_no_first(void **state)
{
    struct fixture *f = *state;
    char kept[PATH_MAX], fresh[PATH_MAX];

    assert_int_equal(backup(f, 1000), 0);
    (void)snprintf(fresh, sizeof(fresh), "%s.restored", f->path);
    assert_int_equal(close(open(fresh, O_CREAT | O_WRONLY, 0600)), 0);
    assert_int_equal(restore(f, true, kept), E_BUSY);
    assert_int_equal(access(fresh, F_OK), 0);
}

static void
a_damaged_backup_replaces_nothing(void **state)
{
    struct fixture *f = *state;
    char kept[PATH_MAX];

    fill(f, 0, 600);
    assert_int_equal(backup(f, 1000), 0);
    scribble(made, 4096 * 40, 4096 * 2);
    fixture_close(f);
    assert_int_equal(restore(f, true, kept), E_CORRUPT);
    assert_int_equal(number(f->path, "SELECT count(*) FROM item"), 600);
}

static void
an_older_backup_is_brought_up_to_date(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {.line = 0};
    char kept[PATH_MAX];

    assert_int_equal(backup(f, 1000), 0);
    meddle(made, "PRAGMA user_version = 9000");
    assert_int_equal(backup_verify(made, &error, &facts), E_CONF);
    fixture_close(f);
    assert_int_equal(restore(f, true, kept), E_CONF);
}

static int
is_no_key(void *arg, const struct export_value *values, size_t n)
{
    size_t *rows = arg;

    (*rows)++;
    for (size_t i = 0; i < n; i++)
        if (strcmp(values[i].column, "key") == 0)
            assert_false(str_ends(values[i].text, STR("-key")));
    return 0;
}

/* Those that sign links, and that numbers are hashed with. */
static void
an_export_has_no_keys(void **state)
{
    struct fixture *f = *state;
    size_t rows = 0;

    meddle(f->path, "INSERT INTO meta(key, value) VALUES('act-key', x'00'),"
                    " ('site-key', x'01'), ('pace', 1)");
    assert_int_equal(view_export(f->view, EXPORT_meta, is_no_key, &rows), 0);
    assert_true(rows >= 1);
}

/* Every table is exported, or left out for a reason. */
static int
count_row(void *arg, const struct export_value *values, size_t n)
{
    size_t *rows = arg;

    (*rows)++;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_string_not_equal(values[i].column, "password_hash");
    return 0;
}

static void
an_export_has_every_table(void **state)
{
    static const char left_out[] =
        " 'source_seen', 'session', 'token', 'recovery_code', 'search',"
        " 'search_state', 'search_todo', 'incident_title',"
        " 'incident_title_gone', 'tally', 'channel_sent', 'act_used'";
    struct fixture *f = *state;
    char sql[2048];
    size_t rows = 0, n = 0;

    fill(f, 0, 3);
    n = (size_t)snprintf(sql, sizeof(sql),
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%%' AND name NOT LIKE 'search\\_%%'"
        " ESCAPE '\\' AND name NOT LIKE 'incident\\_title\\_%%' ESCAPE '\\'"
        " AND name NOT LIKE 'incident\\_search%%' ESCAPE '\\' AND name NOT IN "
        "(%s",
        left_out);
    for (int i = 0; i < EXPORT_COUNT; i++)
        n += (size_t)snprintf(sql + n, sizeof(sql) - n, ", '%s'",
            export_table_name((enum export_table)i));
    (void)snprintf(sql + n, sizeof(sql) - n, ")");
    assert_int_equal(number(f->path, sql), 0);
    assert_int_equal(view_export_begin(f->view), 0);
    for (int i = 0; i < EXPORT_COUNT; i++)
        assert_int_equal(
            view_export(f->view, (enum export_table)i, count_row, &rows), 0);
    view_export_end(f->view);
    assert_true(rows >= 3 + 3 + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name)                                                                \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        T(a_backup_is_of_one_moment), T(a_damaged_database_makes_no_backup),
        T(a_backup_fills_no_disk), T(damage_in_a_backup_is_found),
        T(the_newest_are_kept), T(a_restore_asks_first_and_keeps_what_was),
        T(a_restore_forgets_what_is_no_more_true),
        T(what_root_makes_belongs_to_the_daemon),
        T(a_second_restore_spoils_no_first),
        T(a_damaged_backup_replaces_nothing),
        T(an_older_backup_is_brought_up_to_date), T(an_export_has_no_keys),
        T(an_export_has_every_table)};

    if (digest_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
