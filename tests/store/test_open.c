/* Opening, refusing, crashing, filling the disk. */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/err.h"
#include "fixture.h"
#include "store/db.h"
#include "store/schema.h"

static void
a_new_file_is_private_and_stays(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    char wal[200];

    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    fixture_reopen(f);
    /* Its log stays where a confined reader was told to find it. */
    (void)snprintf(wal, sizeof(wal), "%s-wal", f->path);
    fixture_close(f); /* also the last reader */
    assert_int_equal(stat(wal, &st), 0);
}

static int64_t
pragma(const char *path, bool reader, const char *sql)
{
    struct db db;
    struct query q;
    int64_t value;

    assert_int_equal(db_open(&db, path, reader, false), 0);
    db_query(&db, &q, sql);
    assert_int_equal(query_next(&q), 0);
    value = query_get_int(&q);
    query_done(&q);
    db_close(&db);
    return value;
}

static void
the_pragmas_hold(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(pragma(f->path, false, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(f->path, false, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(f->path, false, "PRAGMA trusted_schema"), 0);
    assert_int_equal(pragma(f->path, false, "PRAGMA cell_size_check"), 1);
    assert_int_equal(pragma(f->path, false, "PRAGMA mmap_size"), 0);
    assert_int_equal(pragma(f->path, false, "PRAGMA secure_delete"), 1);
    assert_int_equal(pragma(f->path, false, "PRAGMA journal_size_limit"),
        DB_JOURNAL_MAX_BYTES);
    assert_int_equal(pragma(f->path, true, "PRAGMA query_only"), 1);
    assert_int_equal(pragma(f->path, true, "PRAGMA wal_autocheckpoint"), 0);
}

static void
a_second_writer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {0};
    struct store *second = NULL;

    assert_int_equal(store_open(f->path, &error, &second), E_BUSY);
    assert_non_null(strstr(error.text, "another tocsind"));
    assert_null(second);
}

static void
a_newer_schema_is_refused(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {0};

    store_close(f->store);
    f->store = NULL;
    meddle(f->path, "PRAGMA user_version = 9000");
    assert_int_equal(store_open(f->path, &error, &f->store), E_CONF);
    assert_non_null(strstr(error.text, "9000"));
    assert_non_null(strstr(error.text, "newer"));
}

/* Overwrite n bytes of the file at offset with 0x5a. */
static void
scribble(const char *path, off_t offset, size_t n)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    char junk[4096];

    assert_true(fd >= 0);
    memset(junk, 0x5a, sizeof(junk));
    for (; n > 0; n -= n < sizeof(junk) ? n : sizeof(junk)) {
        size_t k = n < sizeof(junk) ? n : sizeof(junk);

        assert_int_equal(pwrite(fd, junk, k, offset), (ssize_t)k);
        offset += (off_t)k;
    }
    (void)close(fd);
}

static void
damage_is_never_an_empty_start(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {0};
    char wal[200];

    for (int i = 0; i < 500; i++) {
        struct item item = item_of(i, "标题", "一段正文");

        put_item(f->store, &item);
    }
    assert_int_equal(store_idle(f->store), 0);
    view_close(f->view);
    f->view = NULL;
    store_close(f->store);
    f->store = NULL;

    scribble(f->path, 4096 * 8, 4096 * 20);
    assert_int_equal(store_open(f->path, &error, &f->store), E_CORRUPT);
    assert_non_null(strstr(error.text, "damaged"));

    scribble(f->path, 0, 100);
    assert_int_equal(store_open(f->path, &error, &f->store), E_CORRUPT);

    assert_int_equal(truncate(f->path, 0), 0);
    assert_int_equal(store_open(f->path, &error, &f->store), E_CORRUPT);
    assert_non_null(strstr(error.text, "empty"));

    /* The file is gone, what was not yet checkpointed is not. */
    assert_int_equal(unlink(f->path), 0);
    (void)snprintf(wal, sizeof(wal), "%s-wal", f->path);
    (void)close(open(wal, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    scribble(wal, 0, 100);
    assert_int_equal(store_open(f->path, &error, &f->store), E_CORRUPT);
    assert_non_null(strstr(error.text, "gone"));
}

static void
a_stranger_s_database_is_refused(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {0};
    struct store *store = NULL;
    char path[200];

    (void)snprintf(path, sizeof(path), "%s/other.db", f->folder);
    meddle(path, "CREATE TABLE t(a); PRAGMA user_version = 1");
    assert_int_equal(store_open(path, &error, &store), E_CORRUPT);
    assert_non_null(strstr(error.text, "another program"));
    meddle(path, "PRAGMA user_version = 0");
    assert_int_equal(store_open(path, &error, &store), E_CORRUPT);
    assert_int_equal(store_open("/nowhere/at/all", &error, &store), E_IO);
    assert_null(store);
}

/* In a child: begin, write, and die before or after the commit. */
static void
die_writing(const char *path, int n, bool commit)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct item item = item_of(n, "题", "文");
        struct source_state s = {.etag = STR("\"v2\"")};
        struct item_put put = {
            .source = STR("news"), .item = &item, .seen = at(1)};
        struct store *store;
        enum item_outcome outcome;
        int64_t id, revision;

        if (store_open(path, NULL, &store) != 0 || store_begin(store) != 0 ||
            store_item_put(store, &put, &id, &revision, &outcome) != 0 ||
            store_source_save(store, STR("news"), &s) != 0)
            _exit(1);
        if (commit && store_commit(store) != 0)
            _exit(1);
        (void)kill(getpid(), SIGKILL);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void
a_crash_loses_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct store_numbers numbers;
    struct source_state s;

    fixture_close(f);
    die_writing(f->path, 1, false);
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
    assert_int_equal(view_open(f->path, NULL, &f->view), 0);
    assert_int_equal(view_numbers(f->view, &numbers), 0);
    assert_int_equal(numbers.items, 0);
    assert_int_equal(store_source_load(f->store, STR("news"), f->arena, &s), 0);
    assert_null(s.etag.p);

    fixture_close(f);
    die_writing(f->path, 1, true);
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
    assert_int_equal(view_open(f->path, NULL, &f->view), 0);
    assert_int_equal(view_numbers(f->view, &numbers), 0);
    assert_int_equal(numbers.items, 1);
    assert_int_equal(store_source_load(f->store, STR("news"), f->arena, &s), 0);
    assert_str(s.etag, "\"v2\"");
}

/* A crash between making the file and naming it leaves nothing to trip on. */
static void
a_half_made_file_is_made_again(void **state)
{
    struct fixture *f = *state;
    struct store *store = NULL;
    char path[200], half[210];

    (void)snprintf(path, sizeof(path), "%s/b.db", f->folder);
    (void)snprintf(half, sizeof(half), "%s.new", path);
    meddle(half, "CREATE TABLE meta(a)");
    assert_int_equal(store_open(path, NULL, &store), 0);
    assert_int_equal(access(half, F_OK), -1);
    store_close(store);
}

static void
an_older_schema_is_taken_along(void **state)
{
    struct fixture *f = *state;
    struct store *store = NULL;
    struct db db;
    struct source_state s;
    char path[200];

    (void)snprintf(path, sizeof(path), "%s/old.db", f->folder);
    assert_int_equal(db_open(&db, path, false, true), 0);
    assert_int_equal(schema_migrate(&db, 1), 0);
    assert_int_equal(
        db_run(&db, "INSERT INTO source_state(id, url, title, kind, tags,"
                    " added, etag) VALUES('s', 'u', 't', 'feed', '', 1,"
                    " '\"e\"')"),
        0);
    db_close(&db);
    assert_int_equal(store_open(path, NULL, &store), 0);
    assert_int_equal(store_source_load(store, STR("s"), f->arena, &s), 0);
    assert_str(s.etag, "\"e\"");
    store_close(store);
    assert_int_equal(
        pragma(path, true, "PRAGMA user_version"), schema_version());
}

/* Write until the file may not grow; return the error that came. */
static int
fill(struct store *store, char *big, size_t n)
{
    int r = 0;

    for (int i = 0; r == 0 && i < 200; i++) {
        struct item item = item_of(i, "题", "");
        struct item_put put = {
            .source = STR("news"), .item = &item, .seen = at(1)};
        enum item_outcome outcome;
        int64_t id, revision;

        memset(item.digest, i, sizeof(item.digest));
        item.text = (struct str){big, n};
        r = store_begin(store);
        if (r == 0)
            r = store_item_put(store, &put, &id, &revision, &outcome);
        if (r == 0)
            r = store_commit(store);
    }
    return r;
}

static void
a_full_disk_is_an_error_and_passes(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit = {1024 * 1024, RLIM_INFINITY};
    struct rlimit before;
    struct item item = item_of(7777, "后来", "又可以写");
    size_t n = 64 * 1024;
    char *big = malloc(n);
    int r;

    assert_non_null(big);
    memset(big, 'x', n);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    r = fill(f->store, big, n);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    free(big);
    assert_int_equal(r, E_IO);
    assert_true(strlen(store_error(f->store)) > 0);
    /* SQLite has rolled back by itself: nothing may be committed alone now. */
    assert_int_equal(
        store_source_save(f->store, STR("news"), &(struct source_state){0}),
        E_STATE);
    store_rollback(f->store);
    assert_int_equal(store_begin(f->store), 0);
    assert_true(put_item(f->store, &item) > 0);
    assert_int_equal(store_commit(f->store), 0);
    fixture_reopen(f);
}

static void
rolled_back_is_gone_and_misuse_is_refused(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "题", "文");
    struct store_numbers numbers;

    assert_int_equal(store_commit(f->store), E_STATE);
    assert_int_equal(store_begin(f->store), 0);
    assert_int_equal(store_begin(f->store), E_STATE);
    assert_int_equal(store_idle(f->store), E_STATE);
    put_item(f->store, &item);
    store_rollback(f->store);
    assert_int_equal(view_numbers(f->view, &numbers), 0);
    assert_int_equal(numbers.items, 0);
}

static void
a_generation_keeps_its_number(void **state)
{
    struct fixture *f = *state;
    uint64_t a, b, c;

    assert_int_equal(store_generation_add(f->store, STR("h1"), at(1), &a), 0);
    fixture_reopen(f);
    assert_int_equal(store_generation_add(f->store, STR("h1"), at(2), &b), 0);
    assert_int_equal(a, b);
    assert_int_equal(store_generation_add(f->store, STR("h2"), at(3), &c), 0);
    assert_true(c > b);
    assert_int_equal(store_generation_add(f->store, STR("h1"), at(4), &a), 0);
    assert_true(a > c);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_private_and_stays),
        TEST(the_pragmas_hold),
        TEST(a_second_writer_is_refused),
        TEST(a_newer_schema_is_refused),
        TEST(damage_is_never_an_empty_start),
        TEST(a_stranger_s_database_is_refused),
        TEST(a_crash_loses_all_or_nothing),
        TEST(a_half_made_file_is_made_again),
        TEST(an_older_schema_is_taken_along),
        TEST(a_full_disk_is_an_error_and_passes),
        TEST(rolled_back_is_gone_and_misuse_is_refused),
        TEST(a_generation_keeps_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
