/*
 * What a page offers: its feeds, and without any the pages that list.
 */
#include "page_check.h"

static const struct discovery *
discover(struct fixture *f, const char *page)
{
    struct feed_input input = {
        .bytes = str_of(page), .url = STR("http://www.yunxi.example/x/")};
    const struct discovery *found = NULL;

    assert_int_equal(discover_parse(f->arena, &input, NULL, &found), 0);
    return found;
}

static void
feeds_in_their_order(void **state)
{
    const struct discovery *found = discover(*state,
        "<base href='/y/'><link rel='stylesheet' href=a.css>"
        "<link rel=' Alternate ' type='application/RSS+xml' href=' 1.xml '>"
        "<link rel=alternate type=application/atom+xml href=2.xml>"
        "<link rel=alternate type=application/rss+xml href=1.xml>"
        "<link rel=alternate type=application/feed+json href=/3.json>"
        "<link rel=alternate type=application/json href=/wp-json/x>"
        "<link rel=alternate hreflang=en href=/en/>"
        "<link rel=alternate type=application/rss+xml>"
        "<link rel=alternate type=application/rss+xml href='ftp://a/b'>"
        "<link rev=alternate type=application/rss+xml href=/no>");

    assert_int_equal(found->nfeeds, 3);
    assert_str(found->feeds[0], "http://www.yunxi.example/y/1.xml");
    assert_str(found->feeds[1], "http://www.yunxi.example/y/2.xml");
    assert_str(found->feeds[2], "http://www.yunxi.example/3.json");
}

static void
plain_links_only_without_others(void **state)
{
    static const char anchor[] = "<a href=/news/rss.xml>RSS</a>";
    char both[256];

    assert_int_equal(discover(*state, anchor)->nfeeds, 1);
    snprintf(both, sizeof both, "%s%s",
        "<link rel=alternate type=application/rss+xml href=/1.xml>", anchor);
    assert_int_equal(discover(*state, both)->nfeeds, 1);
    assert_str(
        discover(*state, both)->feeds[0], "http://www.yunxi.example/1.xml");
}

static void
columns_are_lists(void **state)
{
    const struct discovery *found = discover(*state,
        "<ul><li><a href=/>首页</a><li><a href=/tzgg/>通知公告</a>"
        "<li><a href=/xwdt/list.htm#top>新闻动态</a>"
        "<li><a href='http://other.example/news/'>上级新闻</a>"
        "<li><a href=/1.htm>关于做好防溺水工作的通知</a></ul>"
        "<a href=/xwdt/list.htm>更多</a><a href=#>新闻</a>");

    assert_int_equal(found->nfeeds, 0);
    assert_int_equal(found->nlists, 2);
    assert_str(found->lists[0], "http://www.yunxi.example/tzgg/");
    assert_str(found->lists[1], "http://www.yunxi.example/xwdt/list.htm");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            feeds_in_their_order, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            plain_links_only_without_others, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            columns_are_lists, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
