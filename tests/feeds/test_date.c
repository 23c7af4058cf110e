/* Dates as they are written, and what they are not. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "feeds/date.h"

struct row {
    const char *text;
    const char *expected; /* RFC 3339 in UTC, "" for none */
};

/* 2026-06-10T04:00:00Z: noon in China. */
static const struct wall now = {1781064000000};

static int
check_rows(const struct row *rows, size_t n, int offset_minutes)
{
    struct date_context context = {NULL, offset_minutes, now};
    int bad = 0;

    for (size_t i = 0; i < n; i++) {
        char got[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(date_parse(str_of(rows[i].text), &context), got);
        if (strcmp(got, rows[i].expected) != 0) {
            print_error("\"%s\": \"%s\", not \"%s\"\n", rows[i].text, got,
                rows[i].expected);
            bad++;
        }
    }
    return bad;
}

#define CHECK(rows, offset)                                                    \
    assert_int_equal(                                                          \
        check_rows(rows, sizeof(rows) / sizeof(rows)[0], offset), 0)

static void
test_rfc822(void **state)
{
    static const struct row rows[] = {
        {"Sun, 07 Jun 2026 09:30:00 +0800", "2026-06-07T01:30:00Z"},
        {"07 Jun 2026 09:30 +0800", "2026-06-07T01:30:00Z"},
        {"Sun, 7 June 26 01:30:00 GMT", "2026-06-07T01:30:00Z"},
        {"Fri,07 Jun 2026 01:30:00 -0000", "2026-06-07T01:30:00Z"},
        {"Sun, 07 Jun 2026 01:30:00 Z", "2026-06-07T01:30:00Z"},
        {"Sat, 06 Jun 2026 21:30:00 EDT", "2026-06-07T01:30:00Z"},
        {"Sat, 06 Jun 2026 19:30:00 CST", "2026-06-07T01:30:00Z"},
        {"Sun, 07 Jun 2026 03:30:00 GMT+0200", "2026-06-07T01:30:00Z"},
        {"Sun, 07 Jun 2026 03:30:00 +0200 (CEST)", "2026-06-07T01:30:00Z"},
        {"Sun, 07 Jun 2026 01:30:00 Etc/GMT", "2026-06-07T01:30:00Z"},
        {"Sat, 06 Jun 2026 18:30:00 America/Los_Angeles",
            "2026-06-07T01:30:00Z"},
        {"Mon, 26 Jan 2026 17:30:00 PT", "2026-01-27T01:30:00Z"},
        {"Sun Jun  7 01:30:00 2026", "2026-06-07T01:30:00Z"},
        {"Sun Jun 07 2026 03:30:00 +0200", "2026-06-07T01:30:00Z"},
        {"Sun, 07 Jun 2026", "2026-06-07T00:00:00Z"},
        {"Sun, 07 Jun 2026 24:00:00 GMT", "2026-06-08T00:00:00Z"},
        {"Tue, 30 Jun 2015 23:59:60 GMT", "2015-07-01T00:00:00Z"},
        {"Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z"},
        {"Sat, 05 Nov 94 13:15:30 GMT", "1994-11-05T13:15:30Z"},
    };

    (void)state;
    CHECK(rows, 0);
}

static void
test_iso(void **state)
{
    static const struct row rows[] = {
        {"2026-06-07T09:30:00+08:00", "2026-06-07T01:30:00Z"},
        {"2026-06-07T01:30:00.25Z", "2026-06-07T01:30:00.250Z"},
        {"2026-06-07 09:30:00+0800", "2026-06-07T01:30:00Z"},
        {"2026-06-07T01:30", "2026-06-07T01:30:00Z"},
        {"2026-06-07T01", "2026-06-07T01:00:00Z"},
        {"20260607T013000Z", "2026-06-07T01:30:00Z"},
        {"2026-06-07", "2026-06-07T00:00:00Z"},
        {"2026/6/7 1:30:00", "2026-06-07T01:30:00Z"},
        {"2026-06", "2026-06-01T00:00:00Z"},
        {"2025", "2025-01-01T00:00:00Z"},
        {"2026-W23-7", "2026-06-07T00:00:00Z"},
        {"2026-W01-1", "2025-12-29T00:00:00Z"},
        {"2026-158", "2026-06-07T00:00:00Z"},
        {"25365", "2025-12-31T00:00:00Z"},
        {"03-12-31", "2003-12-31T00:00:00Z"},
        {"031231", "2003-12-31T00:00:00Z"},
        {"2004-07-08 23:56:58 -00:20", "2004-07-09T00:16:58Z"},
        {"1780796400", "2026-06-07T01:40:00Z"},
    };

    (void)state;
    CHECK(rows, 0);
}

static void
test_other_ways(void **state)
{
    static const struct row rows[] = {
        {"Friday, December 22, 2017 - 3:09pm", "2017-12-22T15:09:00Z"},
        {"Thu, June 22, 2023 at 01:11 PM EDT", "2023-06-22T17:11:00Z"},
        {"Nov. 16, 2020, 10:57 a.m.", "2020-11-16T10:57:00Z"},
        {"Mon, 16th Nov 2020 13:16:28 GMT", "2020-11-16T13:16:28Z"},
        {"5 August, 2019", "2019-08-05T00:00:00Z"},
        {"Nov. 2020", "2020-11-01T00:00:00Z"},
        {"26 Sep 2022 GMT", "2022-09-26T00:00:00Z"},
        {"Mon, 03/30/2020 - 19:19", "2020-03-30T19:19:00Z"},
        {"Fri, 26/06/2020", "2020-06-26T00:00:00Z"},
        {"30.10.23", "2023-10-30T00:00:00Z"},
        {"05-Nov-2019 10:00", "2019-11-05T10:00:00Z"},
        {"Mon, 09 Apr 2018, 16:04", "2018-04-09T16:04:00Z"},
    };

    (void)state;
    CHECK(rows, 0);
}

static void
test_languages(void **state)
{
    static const struct row rows[] = {
        {"Do, 29 Mär 2018 10:00:00 +0200", "2018-03-29T08:00:00Z"},
        {"mar., 01 déc. 2020 16:11:02 +0000", "2020-12-01T16:11:02Z"},
        {"ven., 03 juil. 2020 10:00:00 +0000", "2020-07-03T10:00:00Z"},
        {"mer, 9 avr 2018 00:00:00 +0200", "2018-04-08T22:00:00Z"},
        {"Πεμ, 07 Μαΐ 2020 10:00:00 +0000", "2020-05-07T10:00:00Z"},
        {"ЧТ, 07 МАЯ 2020 10:00:00 +0300", "2020-05-07T07:00:00Z"},
        {"7 kesäkuuta 2020", "2020-06-07T00:00:00Z"},
        {"2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z"},
        {"2020년 6월 7일 오후 3:05", "2020-06-07T06:05:00Z"},
    };

    (void)state;
    CHECK(rows, 0);
}

static void
test_chinese(void **state)
{
    static const struct row rows[] = {
        {"2026年6月7日 9时30分", "2026-06-07T01:30:00Z"},
        {"2026年06月07日 09:30:15", "2026-06-07T01:30:15Z"},
        {"2026年6月7日星期日 下午3点半", "2026-06-07T07:30:00Z"},
        {"二〇二六年六月七日", "2026-06-06T16:00:00Z"},
        {"２０２６年６月７日　９：３０", "2026-06-07T01:30:00Z"},
        {"2026-06-07 09:30", "2026-06-07T01:30:00Z"},
        {"06-07", "2026-06-06T16:00:00Z"},
        {"12-31", "2025-12-30T16:00:00Z"},
        {"6月7日 21:40", "2026-06-07T13:40:00Z"},
        {"昨天 21:40", "2026-06-09T13:40:00Z"},
        {"前天", "2026-06-07T16:00:00Z"},
        {"今天 08:00", "2026-06-10T00:00:00Z"},
        {"3小时前", "2026-06-10T01:00:00Z"},
        {"15分钟前", "2026-06-10T03:45:00Z"},
        {"2天前", "2026-06-08T04:00:00Z"},
        {"刚刚", "2026-06-10T04:00:00Z"},
        {"Sun, 07 Jun 2026 09:30:00 CST", "2026-06-07T01:30:00Z"},
    };

    (void)state;
    CHECK(rows, 8 * 60);
}

static void
test_no_date_is_no_date(void **state)
{
    static const struct row rows[] = {
        {"", ""},
        {"   ", ""},
        {"meep", ""},
        {"-3", ""},
        {"0", ""},
        {"-1", ""},
        {"now", ""},
        {"昨", ""},
        {"前", ""},
        {"年月日", ""},
        {"Sun, 16 zzz 2012 11:47:32 GMT", ""},
        {"Sun, Dec x 2012 11:47:32 GMT", ""},
        {"Sun, 16 Dec 2012 11:47:32 +zz:00", ""},
        {"Sun, 99 Jun 2009 12:00:00 GMT", ""},
        {"Mon, 30 Feb 2026 08:00:00 GMT", ""},
        {"2026-13-01", ""},
        {"2026-06-07T25:00:00Z", ""},
        {"9223372036854775808", ""},
        {"Mon, 02 Mar 0026 08:00:00 GMT", ""},
        {"Mon, 02 Mar 12026 08:00:00 GMT", ""},
        {"1970-01-01T00:00:00Z", ""},
        {"2026-06-13T00:00:00Z", ""},
        {"9999-12-31T23:59:59-99:99", ""},
        {"2026-W54-1", ""},
        {"2026-06-07T09:30:00+25:00", ""},
        {"%00%00", ""},
        {"13月45日", ""},
    };

    (void)state;
    CHECK(rows, 0);
}

/* Without a clock nothing relative can be read, and nothing is refused for
 * being in the future. */
static void
test_without_now(void **state)
{
    struct date_context context = {NULL, 0, WALL_NONE};

    (void)state;
    assert_false(wall_is_set(date_parse(STR("3小时前"), &context)));
    assert_false(wall_is_set(date_parse(STR("06-07"), &context)));
    assert_true(wall_is_set(date_parse(STR("2040-01-01"), &context)));
}

static void
test_long_texts(void **state)
{
    struct date_context context = {NULL, 0, now};
    static char text[200000];

    (void)state;
    memset(text, '1', sizeof text);
    assert_false(
        wall_is_set(date_parse((struct str){text, sizeof text}, &context)));
    for (size_t n = 0; n <= DATE_MAX_BYTES; n++)
        date_parse((struct str){text, n}, &context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc822),
        cmocka_unit_test(test_iso),
        cmocka_unit_test(test_other_ways),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_chinese),
        cmocka_unit_test(test_no_date_is_no_date),
        cmocka_unit_test(test_without_now),
        cmocka_unit_test(test_long_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
