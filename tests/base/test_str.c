#include "check.h"

static void
absent_and_empty_are_safe(void **state)
{
    struct str none = STR_NONE, rest = STR_NONE;

    (void)state;
    assert_null(str_of(NULL).p);
    assert_true(str_eq(none, STR("")));
    assert_true(str_starts(none, none));
    assert_true(str_ends(none, STR("")));
    assert_true(str_eq_nocase(none, none));
    assert_int_equal(str_find(none, STR("a")), 0);
    assert_int_equal(str_find_char(none, 'a'), 0);
    assert_int_equal(str_trim(none).n, 0);
    assert_int_equal(str_from(none, 5).n, 0);
    assert_int_equal(str_cmp(none, STR("")), 0);
    assert_int_equal(str_split(&rest, ',').n, 0);
    assert_null(rest.p);
}

static void
equality_and_ends(void **state)
{
    (void)state;
    assert_true(str_eq(STR("abc"), STR("abc")));
    assert_false(str_eq(STR("abc"), STR("abd")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("@"), STR("`"))); /* only letters fold */
    assert_false(str_eq_nocase(STR("É"), STR("é")));
    assert_true(str_starts(STR("http://a"), STR("http:")));
    assert_false(str_starts(STR("ht"), STR("http:")));
    assert_true(str_starts_nocase(STR("HTTP://a"), STR("http:")));
    assert_true(str_ends(STR("a.yaml"), STR(".yaml")));
    assert_false(str_ends(STR("yaml"), STR(".yaml")));
}

static void
finding(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("hello"), STR("ll")), 2);
    assert_int_equal(str_find(STR("hello"), STR("lo!")), 5);
    assert_int_equal(str_find(STR("hello"), STR("")), 0);
    assert_int_equal(str_find(STR("ab"), STR("abc")), 2);
    assert_int_equal(str_find_char(STR("hello"), 'o'), 4);
    assert_int_equal(str_find_char(STR("hello"), 'x'), 5);
    /* A view ends where it says, not at a NUL or later. */
    assert_int_equal(str_find(str_first(STR("hello"), 3), STR("lo")), 3);
}

static void
cutting(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n\f\va b\n ")), "a b");
    assert_str(str_trim(STR("   ")), "");
    assert_str(str_from(STR("hello"), 2), "llo");
    assert_str(str_from(STR("hello"), 9), "");
    assert_str(str_first(STR("hello"), 2), "he");
    assert_str(str_first(STR("hello"), 9), "hello");
}

static void
splitting(void **state)
{
    struct str rest = STR("a,,b,");

    (void)state;
    assert_str(str_split(&rest, ','), "a");
    assert_str(str_split(&rest, ','), "");
    assert_str(str_split(&rest, ','), "b");
    assert_non_null(rest.p);
    assert_str(str_split(&rest, ','), "");
    assert_null(rest.p);
}

static void
ordering(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("b"), STR("a")) > 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("\xFF"), STR("a")) > 0); /* bytes are unsigned */
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_and_empty_are_safe),
        cmocka_unit_test(equality_and_ends),
        cmocka_unit_test(finding),
        cmocka_unit_test(cutting),
        cmocka_unit_test(splitting),
        cmocka_unit_test(ordering),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
