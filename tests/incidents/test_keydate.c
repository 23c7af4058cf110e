/* Periods: which are on, and whom they are about. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

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

/* --- weights -------------------------------------------------------------- */

static const struct str exams[] = {{"exams", 5}}, weather[] = {{"weather", 7}};
static const struct key_date heavy[] = {{.name = {"exams", 5},
                                            .polls = 1,
                                            .tags = exam_tags,
                                            .ntags = 2,
                                            .categories = exams,
                                            .ncategories = 1,
                                            .weight = 150,
                                            .spans = first,
                                            .nspans = 1},
    {.name = {"more", 4},
        .polls = 1,
        .categories = exams,
        .ncategories = 1,
        .weight = 120,
        .spans = second,
        .nspans = 1},
    {.name = {"flood", 5},
        .polls = 3,
        .categories = weather,
        .ncategories = 1,
        .weight = 100,
        .spans = first,
        .nspans = 1},
    {.name = {"plain", 5},
        .polls = 3,
        .weight = 300,
        .spans = first,
        .nspans = 1}};

static const char *
weighs(const char *category, const char *tag, int64_t now)
{
    struct str tags[] = {str_of(tag)};
    const struct key_date *date = key_date_weighs(
        heavy, 4, str_of(category), tags, 1, (struct wall){now});

    return date ? date->name.p : "none";
}

/* Only chosen categories, of the sources that it is about, while it is on; of
 * several the greatest. */
static void
test_weights(void **state)
{
    (void)state;
    assert_string_equal(weighs("exams", "school", 99), "none");
    assert_string_equal(weighs("exams", "school", 100), "exams");
    assert_string_equal(weighs("exams", "school", 160), "exams");
    assert_string_equal(weighs("exams", "school", 200), "more");
    assert_string_equal(weighs("exams", "forum", 140), "none");
    assert_string_equal(weighs("exams", "forum", 150), "more");
    assert_string_equal(weighs("exams", "forum", 300), "none");
    assert_string_equal(weighs("weather", "school", 150), "none");
    assert_string_equal(weighs("food", "school", 150), "none");
}

/* One of every year: the span that is on, else the next; then none. */
static void
test_years(void **state)
{
    static const struct key_span years[] = {
        {{100}, {200}}, {{1100}, {1200}}, {{2100}, {2200}}};
    static const struct key_date date = {
        .polls = 2, .spans = years, .nspans = 3};

    (void)state;
    assert_int_equal(key_date_span(&date, (struct wall){0})->from.ms, 100);
    assert_int_equal(key_date_span(&date, (struct wall){199})->from.ms, 100);
    assert_int_equal(key_date_span(&date, (struct wall){200})->from.ms, 1100);
    assert_true(key_date_is_on(&date, (struct wall){1100}));
    assert_false(key_date_is_on(&date, (struct wall){1200}));
    assert_null(key_date_span(&date, (struct wall){2200}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_periods),
        cmocka_unit_test(test_weights), cmocka_unit_test(test_years)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
