#include "base/buf.h"
#include "base/err.h"
#include "check.h"

static void
appending(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    assert_str(buf_str(&buf), "");
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf_add(&buf, "ab", 2), 0);
    assert_int_equal(buf_add_str(&buf, STR("cd")), 0);
    assert_int_equal(buf_add_str(&buf, STR_NONE), 0);
    assert_int_equal(buf_add_cstr(&buf, "ef"), 0);
    assert_int_equal(buf_add_char(&buf, 'g'), 0);
    assert_int_equal(buf_add_codepoint(&buf, 0x53BF), 0);
    assert_int_equal(buf_add_codepoint(&buf, 0xD800), 0);
    assert_int_equal(buf_printf(&buf, "%d", 12), 0);
    assert_string_equal(buf_cstr(&buf), "abcdefg县\xEF\xBF\xBD"
                                        "12");
    buf_done(&buf);
}

static void
the_maximum_is_exact_and_failure_stays(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    assert_int_equal(buf_add_cstr(&buf, "abcde"), 0);
    assert_int_equal(buf_add_char(&buf, 'f'), E_LIMIT);
    assert_int_equal(buf.err, E_LIMIT);
    assert_string_equal(buf_cstr(&buf), "abcde");
    assert_int_equal(buf_add_cstr(&buf, ""), E_LIMIT);
    assert_null(buf_room(&buf, 0));
    assert_null(buf_take(&buf, NULL));
    buf_clear(&buf);
    assert_int_equal(buf_add_cstr(&buf, "abc"), 0);
    assert_int_equal(buf_printf(&buf, "%s", "def"), E_LIMIT);
    assert_string_equal(buf_cstr(&buf), "abc");
    buf_clear(&buf);
    assert_int_equal(buf_printf(&buf, "%s", "vwxyz"), 0);
    assert_string_equal(buf_cstr(&buf), "vwxyz");
    buf_done(&buf);
    assert_int_equal(buf_add(&buf, "abcdef", 6), E_LIMIT);
    assert_null(buf.p);
    buf_done(&buf);
}

static void
no_maximum_is_no_overflow(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, SIZE_MAX);
    assert_int_equal(buf_add_char(&buf, 'a'), 0);
    assert_null(buf_room(&buf, SIZE_MAX - 1));
    assert_int_equal(buf.err, E_LIMIT);
    buf_done(&buf);
}

static void
printf_grows(void **state)
{
    struct buf buf;
    char wanted[4001];

    (void)state;
    memset(wanted, 'x', 4000);
    wanted[4000] = '\0';
    buf_init(&buf, 10000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(buf_printf(&buf, "%.*s", 1000, wanted), 0);
    assert_string_equal(buf_cstr(&buf), wanted);
    buf_done(&buf);
}

static void
room_is_for_writing_into(void **state)
{
    struct buf buf;
    char *room;

    (void)state;
    buf_init(&buf, 100);
    buf_add_cstr(&buf, "ab");
    room = buf_room(&buf, 98);
    assert_non_null(room);
    assert_string_equal(buf_cstr(&buf), "ab");
    memset(room, 'c', 98);
    buf.n += 3;
    assert_string_equal(buf_cstr(&buf), "abccc");
    assert_null(buf_room(&buf, 96));
    buf_done(&buf);
}

static void
dropping_and_taking(void **state)
{
    struct buf buf;
    size_t n = 0;
    char *taken;

    (void)state;
    buf_init(&buf, 100);
    buf_drop(&buf, 3);
    assert_null(buf_take(&buf, &n));
    buf_add_cstr(&buf, "abcdef");
    buf_drop(&buf, 2);
    assert_string_equal(buf_cstr(&buf), "cdef");
    taken = buf_take(&buf, &n);
    assert_string_equal(taken, "cdef");
    assert_int_equal(n, 4);
    free(taken);
    assert_int_equal(buf.n, 0);
    buf_add_cstr(&buf, "again");
    buf_drop(&buf, 1000);
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf.max, 100);
    buf_done(&buf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending),
        cmocka_unit_test(the_maximum_is_exact_and_failure_stays),
        cmocka_unit_test(no_maximum_is_no_overflow),
        cmocka_unit_test(printf_grows),
        cmocka_unit_test(room_is_for_writing_into),
        cmocka_unit_test(dropping_and_taking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
