#include <stdalign.h>

#include "base/arena.h"
#include "check.h"

static void
assert_zero(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(bytes[i], 0);
}

static void
memory_is_zero_aligned_and_apart(void **state)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    char *before = NULL;

    (void)state;
    assert_non_null(arena);
    for (size_t n = 0; n < 3000; n++) {
        char *p = arena_alloc(arena, n);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        assert_ptr_not_equal(p, before);
        assert_zero(p, n);
        memset(p, 0xAA, n);
        before = p;
    }
    arena_free(arena);
}

static void
the_cap_holds_and_failure_stays(void **state)
{
    struct arena *arena = arena_new(1000);

    (void)state;
    assert_non_null(arena_alloc(arena, 600));
    assert_non_null(arena_alloc(arena, 400));
    assert_int_equal(arena_used(arena), 1000);
    assert_false(arena_failed(arena));
    assert_null(arena_alloc(arena, 1));
    assert_true(arena_failed(arena));
    arena_clear(arena);
    assert_false(arena_failed(arena));
    assert_null(arena_alloc(arena, 1001));
    assert_null(arena_alloc(arena, 1)); /* failed stays failed */
    arena_free(arena);
}

static void
clear_gives_zeroed_memory_again(void **state)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            char *p = arena_alloc(arena, 1000);

            assert_zero(p, 1000);
            memset(p, 0xAA, 1000);
        }
        assert_non_null(arena_alloc(arena, 5 * 1024 * 1024));
        arena_clear(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    arena_free(arena);
}

static void
impossible_sizes_fail(void **state)
{
    struct arena *arena = arena_new(SIZE_MAX);

    (void)state;
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    assert_true(arena_failed(arena));
    arena_clear(arena);
    assert_null(arena_alloc(arena, SIZE_MAX));
    arena_clear(arena);
    assert_null(arena_copy(arena, "", SIZE_MAX));
    arena_free(arena);
}

static void
copies(void **state)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct str s;

    (void)state;
    s = arena_str(arena, str_first(STR("hello world"), 5));
    assert_str(s, "hello");
    assert_int_equal(s.p[5], '\0');
    assert_null(arena_str(arena, STR_NONE).p);
    assert_non_null(arena_str(arena, STR("")).p);
    assert_string_equal(arena_cstr(arena, STR("abc")), "abc");
    assert_string_equal(arena_cstr(arena, STR_NONE), "");
    assert_str(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    arena_free(arena);
    arena_free(NULL);
}

static void
copies_fail_at_the_cap(void **state)
{
    struct arena *arena = arena_new(4);

    (void)state;
    assert_null(arena_str(arena, STR("hello")).p);
    arena_clear(arena);
    assert_null(arena_printf(arena, "%s", "hello").p);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_aligned_and_apart),
        cmocka_unit_test(the_cap_holds_and_failure_stays),
        cmocka_unit_test(clear_gives_zeroed_memory_again),
        cmocka_unit_test(impossible_sizes_fail),
        cmocka_unit_test(copies),
        cmocka_unit_test(copies_fail_at_the_cap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
