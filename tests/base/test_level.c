#include "base/err.h"
#include "base/level.h"
#include "check.h"

static void
names_go_round(void **state)
{
    (void)state;
    assert_string_equal(level_name(LEVEL_NONE), "none");
    assert_string_equal(level_name(LEVEL_RED), "red");
    for (int i = 0; i < LEVEL_COUNT; i++) {
        enum level level = LEVEL_NONE;

        assert_int_equal(
            level_parse(str_of(level_name((enum level)i)), &level), 0);
        assert_int_equal(level, i);
    }
}

static void
other_names_are_none(void **state)
{
    enum level level = LEVEL_BLUE;

    (void)state;
    assert_int_equal(level_parse(STR("Red"), &level), E_PARSE);
    assert_int_equal(level_parse(STR(""), &level), E_PARSE);
    assert_int_equal(level, LEVEL_BLUE);
}

static void
they_are_in_order(void **state)
{
    (void)state;
    assert_true(LEVEL_NONE < LEVEL_BLUE && LEVEL_BLUE < LEVEL_YELLOW &&
                LEVEL_YELLOW < LEVEL_ORANGE && LEVEL_ORANGE < LEVEL_RED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_round),
        cmocka_unit_test(other_names_are_none),
        cmocka_unit_test(they_are_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
