/* A view beside a writing engine, confined to the files it may touch. */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "base/err.h"
#include "fixture.h"

static void
a_missing_or_newer_file_is_said(void **state)
{
    struct fixture *f = *state;
    struct toc_error error = {0};
    struct view *view = NULL;

    assert_int_equal(view_open("/nowhere/x.db", &error, &view), E_IO);
    assert_true(strlen(error.text) > 0);
    meddle(f->path, "PRAGMA user_version = 77");
    assert_int_equal(view_open(f->path, &error, &view), E_CONF);
    assert_non_null(strstr(error.text, "77"));
    assert_null(view);
}

static void
numbers_add_up(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "甲", "一");
    struct ledger_entry entry = {.at = at(44), .kind = STR("x")};
    struct store_numbers n;
    uint64_t generation;

    assert_int_equal(view_numbers(f->view, &n), 0);
    assert_false(wall_is_set(n.last_commit));
    put_item(f->store, &item);
    add_incident(f->store, "甲", LEVEL_RED, 1);
    add_delivery(f->store, "m", LEVEL_RED, 1, 1);
    assert_int_equal(
        store_generation_add(f->store, STR("h"), at(1), &generation), 0);
    assert_int_equal(store_ledger_add(f->store, &entry), 0);
    assert_int_equal(view_numbers(f->view, &n), 0);
    assert_int_equal(n.sources, 1);
    assert_int_equal(n.items, 1);
    assert_int_equal(n.incidents, 1);
    assert_int_equal(n.open_incidents, 1);
    assert_int_equal(n.deliveries_pending, 1);
    assert_int_equal(n.deliveries_dead, 0);
    assert_int_equal(n.generation, generation);
    assert_int_equal(n.last_commit.ms, at(44).ms);
}

/* In a child: write without pause for as long as the parent reads. */
static void
write_for_ever(const char *path)
{
    struct store *store = NULL;

    if (store_open(path, NULL, &store) != 0)
        _exit(1);
    for (int i = 0;; i++) {
        struct incident incident = incident_of("题", LEVEL_BLUE, i);
        struct item item = item_of(i, "题", "文");
        struct item_put put = {
            .source = STR("news"), .item = &item, .seen = at(i)};
        enum item_outcome outcome;
        int64_t id, item_id, revision;

        if (store_begin(store) != 0 ||
            store_item_put(store, &put, &item_id, &revision, &outcome) != 0 ||
            store_incident_add(store, &incident, &id) != 0 ||
            store_incident_attach(store, id, item_id, STR_NONE, 1, at(i)) !=
                0 ||
            store_commit(store) != 0)
            _exit(2);
        if (i % 50 == 0)
            (void)store_idle(store);
    }
}

static void
reading_beside_a_writer_is_consistent(void **state)
{
    struct fixture *f = *state;
    struct store_numbers n = {0};
    uint64_t before = 0;
    pid_t child;
    int status;

    /* SQLite's connections do not survive a fork: none may be open. */
    fixture_close(f);
    child = fork();
    if (child == 0)
        write_for_ever(f->path);
    assert_true(child > 0);
    assert_int_equal(view_open(f->path, NULL, &f->view), 0);
    for (int i = 0; i < 300 || (n.items < 20 && i < 30000); i++) {
        struct incident_filter filter = {.limit = 20};
        struct incident_row *rows;
        size_t count;
        bool more;

        assert_int_equal(view_numbers(f->view, &n), 0);
        assert_int_equal(n.items, n.incidents);
        assert_true(n.items >= before);
        before = n.items;
        assert_int_equal(
            view_incidents(f->view, &filter, f->arena, &rows, &count, &more),
            0);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(rows[k].incident.items, 1);
        arena_clear(f->arena);
    }
    assert_true(n.items >= 20);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
}

/* Allow access to one path beneath a ruleset. */
static int
allow(int ruleset, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = access, .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    long r;

    if (rule.parent_fd < 0)
        return -1;
    r = syscall(
        SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    (void)close(rule.parent_fd);
    return (int)r;
}

/* As the console locks itself down: read PATH and PATH-wal, write PATH-shm. */
static int
confine(const char *path)
{
    const uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE;
    const uint64_t write = read | LANDLOCK_ACCESS_FS_WRITE_FILE;
    struct landlock_ruleset_attr all = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    char name[200];

    if (ruleset < 0)
        return -1;
    if (allow(ruleset, path, read) != 0)
        return -1;
    (void)snprintf(name, sizeof(name), "%s-wal", path);
    if (allow(ruleset, name, read) != 0)
        return -1;
    (void)snprintf(name, sizeof(name), "%s-shm", path);
    if (allow(ruleset, name, write) != 0)
        return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* The child's status: 0 it read what it should, 77 no Landlock here. */
static void
read_confined(const char *path, int go)
{
    struct store_numbers n;
    struct view *view = NULL;
    char byte;

    if (confine(path) != 0)
        _exit(77);
    if (open(path, O_RDWR | O_CLOEXEC) >= 0)
        _exit(3);
    if (view_open(path, NULL, &view) != 0)
        _exit(4);
    if (view_numbers(view, &n) != 0 || n.items != 1)
        _exit(5);
    /* The engine restarts meanwhile. */
    if (read(go, &byte, 1) != 1)
        _exit(6);
    if (view_numbers(view, &n) != 0 || n.items != 2)
        _exit(7);
    view_close(view);
    if (view_open(path, NULL, &view) != 0 || view_numbers(view, &n) != 0)
        _exit(8);
    view_close(view);
    _exit(0);
}

static void
a_confined_console_can_read(void **state)
{
    struct fixture *f = *state;
    struct item item = item_of(1, "甲", "一"), next = item_of(2, "乙", "二");
    int go[2];
    pid_t child;
    int status;

    put_item(f->store, &item);
    assert_int_equal(pipe(go), 0);
    fixture_close(f);
    child = fork();
    if (child == 0)
        read_confined(f->path, go[0]);
    assert_true(child > 0);
    (void)usleep(100 * 1000);
    fixture_reopen(f);
    put_item(f->store, &next);
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)close(go[0]);
    (void)close(go[1]);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: this kernel has no Landlock\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_or_newer_file_is_said),
        TEST(numbers_add_up),
        TEST(reading_beside_a_writer_is_consistent),
        TEST(a_confined_console_can_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
