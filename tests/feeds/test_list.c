/*
 * List pages of different makes: the records are found without a selector,
 * with whole titles and the right dates; what is no list gives none.
 */
#include "page_check.h"

static const char *const titles[] = {"关于做好夏季防溺水工作的通知",
    "我校举行第二十三届校园文化艺术节", "云溪县实验小学招生简章",
    "五年级学生赴青石镇开展研学活动", "关于调整作息时间的通知",
    "食堂食材采购结果公示", "教师节表彰大会圆满结束", "县教育局督导组到校检查",
    "关于停水停电的通知", "2026年春季学期开学典礼举行",
    "安全疏散演练在操场进行", "家长会安排（七年级）"};
static const int june[] = {18, 17, 15, 12, 11, 9, 8, 5, 4, 3, 2, 1};

static const struct document *
parse(struct fixture *fixture, struct str bytes, const char *select)
{
    struct feed_input input = {.bytes = bytes,
        .url = STR("http://www.yunxi.example/tz/list.htm"),
        .now = page_time("2026-06-20"),
        .select = str_of(select)};
    const struct document *document = NULL;
    struct toc_error error = {0};

    if (list_parse(fixture->arena, &input, &error, &document) != 0)
        fail_msg("not read: %s", error.text);
    assert_int_equal(document->format, DOCUMENT_LIST);
    return document;
}

/* The dates of June 2026, at midnight in UTC+8. */
static void
assert_june(const struct document *document)
{
    for (size_t i = 0; i < 12; i++) {
        struct civil civil = {.year = 2026, .month = 6, .day = june[i]};

        assert_true(document->items[i].published.ms ==
                    civil_to_wall(&civil, 8 * 60).ms);
    }
}

static void
finds_records_of_every_make(void **state)
{
    static const char *const files[] = {"ul.html", "br-gb18030.html",
        "dl-split.html", "cut-ul.html", "cards.html", "table.html",
        "columns.html", "bracketed.html", "url-date.html", "portal.html"};
    struct fixture *fixture = *state;

    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        const struct document *document =
            parse(fixture, page_load(fixture, files[f]), NULL);

        if (document->nitems != 12)
            fail_msg("%s: %zu items", files[f], document->nitems);
        for (size_t i = 0; i < 12; i++)
            assert_str(document->items[i].title, titles[i]);
        assert_june(document);
    }
}

static void
crosses_a_new_year(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document =
        parse(fixture, page_load(fixture, "new-year.html"), NULL);

    assert_int_equal(document->nitems, 12);
    assert_time(document->items[0].published, "2026-01-04T16:00:00Z");
    assert_time(document->items[3].published, "2025-12-30T16:00:00Z");
}

/* A month with one publication is as much a part of the list as the others. */
static void
months_above_days(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document =
        parse(fixture, page_load(fixture, "months.html"), NULL);

    assert_int_equal(document->nitems, 12);
    assert_time(document->items[10].published, "2026-06-01T16:00:00Z");
    assert_time(document->items[11].published, "2026-05-29T16:00:00Z");
}

static void
an_article_is_no_list(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document =
        parse(fixture, page_load(fixture, "article.html"), NULL);

    assert_int_equal(document->nitems, 0);
    assert_true(document->nnotes > 0);
}

static void
takes_the_selector(void **state)
{
    static const char *const selectors[] = {
        "//ul[@class='list']/li[position()<4]", "ul.list > li:x"};
    struct fixture *fixture = *state;
    struct str bytes = page_load(fixture, "ul.html");
    const struct document *document = parse(fixture, bytes, selectors[0]);
    struct feed_input input = {.bytes = bytes, .select = str_of(selectors[1])};
    struct toc_error error = {0};

    assert_int_equal(document->nitems, 3);
    assert_str(document->items[2].title, titles[2]);
    document = parse(fixture, bytes, "ul.list > li");
    assert_int_equal(document->nitems, 12);
    document = parse(fixture, bytes, "ul.gone li");
    assert_int_equal(document->nitems, 0);
    assert_int_equal(
        list_parse(fixture->arena, &input, &error, &document), E_CONF);
    assert_true(error.text[0] != '\0');
}

static void
keeps_to_the_maximum(void **state)
{
    struct fixture *fixture = *state;
    struct feed_input input = {.bytes = page_load(fixture, "ul.html"),
        .url = STR("http://www.yunxi.example/"),
        .max_items = 5};
    const struct document *document;

    assert_int_equal(list_parse(fixture->arena, &input, NULL, &document), 0);
    assert_int_equal(document->nitems, 5);
    assert_true(document->partial);
}

static void
only_http_comes_out(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document = parse(fixture,
        STR("<ul class=list>"
            "<li><a href='javascript:alert(1)'>关于做好安全工作的通知</a>"
            "<i>2026-06-01</i>"
            "<li><a href='ftp://a.example/1'>关于放假安排的通知</a>"
            "<i>2026-06-02</i>"
            "<li><a href='/1.htm'>关于召开家长会的通知</a><i>2026-06-03</i>"
            "<li><a href='/2.htm'>关于停电的紧急通知</a><i>2026-06-04</i>"
            "<li><a href='/3.htm'>关于举行运动会的通知</a><i>2026-06-05</i>"
            "<li><a href='/4.htm'>关于食堂改造的通知</a><i>2026-06-06</i>"
            "</ul>"),
        NULL);

    assert_int_equal(document->nitems, 4);
    for (size_t i = 0; i < document->nitems; i++)
        assert_true(str_starts(
            document->items[i].url, STR("http://www.yunxi.example/")));
}

static void
records_have_identities(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document =
        parse(fixture, page_load(fixture, "ul.html"), NULL);

    assert_memory_not_equal(
        document->items[0].identity, document->items[1].identity, DIGEST_SIZE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            finds_records_of_every_make, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            crosses_a_new_year, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            months_above_days, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            an_article_is_no_list, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            takes_the_selector, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            keeps_to_the_maximum, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            only_http_comes_out, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            records_have_identities, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
