/* Periods: which are on, and whom they are about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "incidents/keydate.h"

static const struct str exam_tags[] = {{"exam", 4}, {"school", 6}};
static const struct key_span first[] = {{{100}, {200}}},
                             second[] = {{{150}, {300}}};
static const struct key_date dates[] = {
    {.name = {"all", 3}, .polls = 2, .spans = first, .nspans = 1},
    {.name = {"exams", 5},
        .polls = 5,
        .tags = exam_tags,
        .ntags = 2,
        .spans = second,
        .nspans = 1}};

static int
polls(const char *tag, int64_t now)
{
    struct str tags[] = {STR("news"), str_of(tag)};

    return key_date_polls(dates, 2, tags, 2, (struct wall){now});
}

static void
test_periods(void **state)
{
    (void)state;
    assert_int_equal(polls("school", 99), 1);
    assert_int_equal(polls("school", 100), 2);
    assert_int_equal(polls("school", 150), 5);
    assert_int_equal(polls("forum", 150), 2);
    assert_int_equal(polls("forum", 200), 1);
    assert_int_equal(polls("exam", 299), 5);
    assert_int_equal(polls("exam", 300), 1);
    assert_int_equal(key_date_polls(NULL, 0, NULL, 0, (struct wall){0}), 1);
    assert_int_equal(key_date_polls(dates, 2, NULL, 0, (struct wall){250}), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_periods)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
