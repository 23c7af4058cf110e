#include <sys/stat.h>

#include <limits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "check.h"

static char folder[] = "/tmp/tocsin-file-XXXXXX";
static char path[PATH_MAX];

static const char *
in_folder(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int
make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
    static const char *const names[] = {
        "a", "b.yaml", "a.yaml", ".c.yaml", "d.yml"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(in_folder(names[i]));
    return rmdir(folder);
}

static void
what_is_replaced_can_be_read(void **state)
{
    struct toc_error error = {0};
    struct buf out;
    struct stat st;

    (void)state;
    buf_init(&out, 100);
    assert_int_equal(
        file_replace(in_folder("a"), STR("first"), 0600, &error), 0);
    assert_int_equal(
        file_replace(in_folder("a"), STR("sec\0nd"), 0640, &error), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(file_read(path, &out, &error), 0);
    assert_int_equal(out.n, 6);
    assert_memory_equal(out.p, "sec\0nd", 6);
    buf_done(&out);
}

static void
the_limit_is_exact(void **state)
{
    struct toc_error error = {0};
    struct buf out;

    (void)state;
    assert_int_equal(
        file_replace(in_folder("a"), STR("12345"), 0600, &error), 0);
    buf_init(&out, 5);
    assert_int_equal(file_read(path, &out, &error), 0);
    assert_string_equal(buf_cstr(&out), "12345");
    buf_done(&out);
    buf_init(&out, 4);
    assert_int_equal(file_read(path, &out, &error), E_LIMIT);
    assert_string_equal(error.file, path);
    assert_non_null(strstr(error.text, "4 bytes"));
    buf_done(&out);
}

static void
failures_say_which_and_why(void **state)
{
    struct toc_error error = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    assert_int_equal(file_read(in_folder("none"), &out, &error), E_NOTFOUND);
    assert_string_equal(error.file, path);
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(file_read(in_folder("none"), &out, NULL), E_NOTFOUND);
    assert_int_equal(file_read(folder, &out, &error), E_IO);
    assert_int_equal(
        file_replace(in_folder("none/x"), STR(""), 0600, &error), E_NOTFOUND);
    buf_done(&out);
}

static void
a_failed_replacement_leaves_nothing(void **state)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct toc_error error = {0};
    const char **names;
    size_t n, after;

    (void)state;
    assert_int_equal(file_list(arena, folder, "", &names, &n), 0);
    assert_int_equal(mkdir(in_folder("taken"), 0700), 0);
    assert_true(file_replace(path, STR("x"), 0600, &error) < 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(file_list(arena, folder, "", &names, &after), 0);
    assert_int_equal(after, n);
    arena_free(arena);
}

static void
lists_are_sorted_and_chosen(void **state)
{
    static const char *const made[] = {"b.yaml", "a.yaml", ".c.yaml", "d.yml"};
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    const char **names = NULL;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        assert_int_equal(
            file_replace(in_folder(made[i]), STR(""), 0600, NULL), 0);
    assert_int_equal(file_list(arena, folder, ".yaml", &names, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "a.yaml");
    assert_string_equal(names[1], "b.yaml");
    assert_int_equal(file_list(arena, in_folder("none"), "", &names, &n), 0);
    assert_int_equal(n, 0);
    assert_true(file_list(arena, in_folder("a.yaml"), "", &names, &n) < 0);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_replaced_can_be_read),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(failures_say_which_and_why),
        cmocka_unit_test(a_failed_replacement_leaves_nothing),
        cmocka_unit_test(lists_are_sorted_and_chosen),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
