#include "base/err.h"
#include "base/num.h"
#include "check.h"

static void
integers(void **state)
{
    int64_t n = 77;

    (void)state;
    assert_int_equal(num_parse_i64(STR("0"), 0, 9, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(num_parse_i64(STR("-5"), -9, 9, &n), 0);
    assert_int_equal(n, -5);
    assert_int_equal(num_parse_i64(STR("007"), 0, 9, &n), 0);
    assert_int_equal(n, 7);
    assert_int_equal(
        num_parse_i64(STR("9223372036854775807"), INT64_MIN, INT64_MAX, &n), 0);
    assert_true(n == INT64_MAX);
    assert_int_equal(
        num_parse_i64(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &n),
        0);
    assert_true(n == INT64_MIN);
}

static void
what_is_no_integer(void **state)
{
    static const char *const texts[] = {"", "-", "+1", " 1", "1 ", "1\n", "0x1",
        "1.0", "1e3", "--1", "１", "99999999999999999999x"};
    int64_t n = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(num_parse_i64(str_of(texts[i]), -99, 99, &n), E_PARSE);
    /* No minus where nothing negative is possible. */
    assert_int_equal(num_parse_i64(STR("-0"), 0, 9, &n), E_PARSE);
    assert_int_equal(num_parse_i64(STR_NONE, 0, 9, &n), E_PARSE);
    assert_int_equal(n, 77);
}

static void
integers_outside_their_limits(void **state)
{
    int64_t n = 77;

    (void)state;
    assert_int_equal(num_parse_i64(STR("10"), 0, 9, &n), E_LIMIT);
    assert_int_equal(num_parse_i64(STR("-10"), -9, 9, &n), E_LIMIT);
    assert_int_equal(
        num_parse_i64(STR("9223372036854775808"), INT64_MIN, INT64_MAX, &n),
        E_LIMIT);
    assert_int_equal(
        num_parse_i64(STR("18446744073709551617"), 0, 9, &n), E_LIMIT);
    /* The step that overflows leaves 4, the next one makes it 45. */
    assert_int_equal(
        num_parse_i64(STR("184467440737095516205"), 0, 99, &n), E_LIMIT);
    assert_int_equal(n, 77);
}

static void
hexadecimal(void **state)
{
    uint64_t n = 77;

    (void)state;
    assert_int_equal(num_parse_hex(STR("fF"), 255, &n), 0);
    assert_int_equal(n, 255);
    assert_int_equal(num_parse_hex(STR("ffffffffffffffff"), UINT64_MAX, &n), 0);
    assert_true(n == UINT64_MAX);
    assert_int_equal(
        num_parse_hex(STR("10ffffffffffffffff"), UINT64_MAX, &n), E_LIMIT);
    assert_int_equal(num_parse_hex(STR("100"), 255, &n), E_LIMIT);
    assert_int_equal(num_parse_hex(STR(""), 255, &n), E_PARSE);
    assert_int_equal(num_parse_hex(STR("0x1"), 255, &n), E_PARSE);
    assert_int_equal(num_parse_hex(STR("-1"), 255, &n), E_PARSE);
}

static void
fractions(void **state)
{
    static const char *const wrong[] = {"", ".", "1.", ".5", "nan", "inf",
        "0x1", "1,5", "1e", "1e+", " 1", "1 ", "--1", "1.5.5"};
    double n = 77;

    (void)state;
    assert_int_equal(num_parse_double(STR("-1.5"), -9, 9, &n), 0);
    assert_true(n < -1.49 && n > -1.51);
    assert_int_equal(num_parse_double(STR("2"), 0, 9, &n), 0);
    assert_int_equal(num_parse_double(STR("1e3"), 0, 1000, &n), 0);
    assert_int_equal(num_parse_double(STR("1e3"), 0, 999, &n), E_LIMIT);
    assert_int_equal(
        num_parse_double(STR("1e999"), -1e300, 1e300, &n), E_LIMIT);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(
            num_parse_double(str_of(wrong[i]), -9, 9, &n), E_PARSE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(what_is_no_integer),
        cmocka_unit_test(integers_outside_their_limits),
        cmocka_unit_test(hexadecimal),
        cmocka_unit_test(fractions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
