/*
 * Dates inside running text and in addresses.
 */
#include "feeds/pagedate.h"
#include "page_check.h"

enum {
    ALL = PAGEDATE_SHORT | PAGEDATE_COMPACT | PAGEDATE_RELATIVE | PAGEDATE_SPLIT
};

static void
finds_dates(void **state)
{
    static const struct {
        const char *text;
        unsigned flags;
        const char *date; /* "" for none */
    } rows[] = {
        {"发布时间：2026-06-07 10:20 来源：教务处", 0, "2026-06-07T02:20:00Z"},
        {"2026年6月7日", 0, "2026-06-06T16:00:00Z"},
        {"2026年 06 月 07 日 9时05分", 0, "2026-06-07T01:05:00Z"},
        {"2026/6/7 下午3:20", 0, "2026-06-07T07:20:00Z"},
        {"2026.06.07", 0, "2026-06-06T16:00:00Z"},
        {"2026-06-07T10:20:30.5+02:00", 0, "2026-06-07T08:20:30Z"},
        {"2026-06-07T10:20:30Z", 0, "2026-06-07T10:20:30Z"},
        {"2026-06-07（星期日）", 0, "2026-06-06T16:00:00Z"},
        {"第 12026-06-07 号", 0, ""},
        {"2026-13-07", 0, ""},
        {"2026-02-30", 0, ""},
        {"1.2-3.4", 0, ""},
        {"June 7, 2026 at 3:20 pm", 0, "2026-06-07T07:20:00Z"},
        {"Sun, 7 Jun 2026 10:00:00 GMT", 0, "2026-06-07T10:00:00Z"},
        {"7th of June 2026", 0, "2026-06-06T16:00:00Z"},
        {"Maybe 7 days in May", 0, ""},
        {"6月7日举行", 0, "2026-06-06T16:00:00Z"},
        {"[06-07]", 0, ""},
        {"[06-07]", ALL, "2026-06-06T16:00:00Z"},
        {"12-31", ALL, "2025-12-30T16:00:00Z"},
        {"02-29", ALL, "2024-02-28T16:00:00Z"},
        {"26-06-07", ALL, "2026-06-06T16:00:00Z"},
        {"07\n2026-06", ALL, "2026-06-06T16:00:00Z"},
        {"2026.06 07", ALL, "2026-06-06T16:00:00Z"},
        {"06-07 2026", ALL, "2026-06-06T16:00:00Z"},
        {"20260607", ALL, "2026-06-06T16:00:00Z"},
        {"13312345678", ALL, ""},
        {"昨天 21:40", ALL, "2026-06-19T13:40:00Z"},
        {"3小时前", ALL, "2026-06-20T01:00:00Z"},
        {"07.06.2026", 0, "2026-06-06T16:00:00Z"},
        {"25/06/2025", 0, "2025-06-24T16:00:00Z"},
        {"2026-07-20", 0, ""}, /* the future */
        {"令和8年6月7日", 0, "2026-06-06T16:00:00Z"},
        {"令和元年5月1日(水)", 0, "2019-04-30T16:00:00Z"},
        {"R8.6.7", 0, "2026-06-06T16:00:00Z"},
        {"平成30年4月1日", 0, "2018-03-31T16:00:00Z"},
        {"2026년 6월 7일", 0, "2026-06-06T16:00:00Z"},
        {"7 juin 2026", 0, "2026-06-06T16:00:00Z"},
        {"7. Juni 2026", 0, "2026-06-06T16:00:00Z"},
        {"7 de junio de 2026", 0, "2026-06-06T16:00:00Z"},
        {"7 июня 2026 г.", 0, "2026-06-06T16:00:00Z"},
        {"7 marks in 2026", 0, ""},
        {"R12.34", 0, ""},
    };
    struct wall now = page_time("2026-06-20T04:00:00Z");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pagedate date;
        struct wall t = WALL_NONE;
        char text[TIMEFMT_RFC3339_SIZE];

        if (pagedate_find(str_of(rows[i].text), 0, rows[i].flags, &date))
            t = pagedate_wall(&date, NULL, now);
        if (strcmp(timefmt_rfc3339(t, text), rows[i].date) != 0)
            fail_msg("\"%s\" gives \"%s\"", rows[i].text, text);
    }
}

static void
knows_where_they_stand(void **state)
{
    struct pagedate date;

    (void)state;
    assert_true(pagedate_find(STR("ab 2026-06-07 cd"), 0, 0, &date));
    assert_int_equal(date.start, 3);
    assert_int_equal(date.end, 13);
    assert_false(pagedate_find(STR("ab 2026-06-07 cd"), 4, 0, &date));
    assert_true(pagedate_is_pure(STR("（发布时间：2026-06-07）"), 0, &date));
    assert_true(pagedate_is_pure(STR(" [06-07] "), PAGEDATE_SHORT, &date));
    assert_false(pagedate_is_pure(STR("2026-06-07 停电通知"), 0, &date));
}

static void
addresses(void **state)
{
    static const struct {
        const char *url;
        int year, month, day;
    } rows[] = {
        {"http://a.example/2026/0607/c1a2/page.htm", 2026, 6, 7},
        {"http://a.example/202606/t20260607_123.html", 2026, 6, 7},
        {"http://a.example/art/2026/6/7/art_1.html", 2026, 6, 7},
        {"http://a.example/2026-06/07/content.htm", 2026, 6, 7},
        {"http://a.example/202606/123.html", 2026, 6, 0},
        {"http://a.example/info/1057/8920.htm", 0, 0, 0},
        {"http://20260607.example/x", 0, 0, 0},
        {"http://a.example/2026/1332/x", 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pagedate date = {0};

        if (pagedate_in_url(str_of(rows[i].url), &date) !=
                (rows[i].year != 0) ||
            date.year != rows[i].year || date.month != rows[i].month ||
            date.day != rows[i].day)
            fail_msg("%s gives %d-%d-%d", rows[i].url, date.year, date.month,
                date.day);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_dates),
        cmocka_unit_test(knows_where_they_stand),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
