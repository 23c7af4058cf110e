/*
 * The next page of a list, in the ways in which pages offer it, and what only
 * looks like one.
 */
#include "feeds/pager.h"
#include "page_check.h"

#define SITE "http://www.yunxi.example"

static const struct {
    const char *url, *page, *next; /* next: NULL for none */
} rows[] = {
    {SITE "/a/", "<link rel=next href=/a/2><a href=/x>下一页</a>", SITE "/a/2"},
    {SITE "/a/", "<a rel='nofollow next' href='?page=2#top'>2</a>",
        SITE "/a/?page=2"},
    {SITE "/tzgg/list.htm",
        "<ul class=wp_paging><li class=page_nav><a class=first "
        "href='javascript:void(0)'>第一页</a><a class=next "
        "href=/tzgg/list2.htm><span>下一页&gt;&gt;</span></a>"
        "<a href=/tzgg/list9.htm>尾页</a></ul>",
        SITE "/tzgg/list2.htm"},
    /* Pages that count down. */
    {SITE "/xw/yw.htm",
        "<div class=pb_sys_common><span class=p_no_d>1</span><span "
        "class=p_no><a href=yw/61.htm>2</a></span><span class='p_next p_fun'>"
        "<a href=yw/61.htm>下页</a></span><a href=yw/1.htm>尾页</a></div>",
        SITE "/xw/yw/61.htm"},
    {SITE "/xw/yw/61.htm",
        "<a href=../yw.htm>上页</a><a href=60.htm>下页</a><a href=1.htm>尾页"
        "</a>",
        SITE "/xw/yw/60.htm"},
    {SITE "/forum-2-1.html",
        "<div class=pg><strong>1</strong><a href=forum-2-2.html>2</a><a "
        "href=forum-2-2.html class=nxt>下一页</a></div>",
        SITE "/forum-2-2.html"},
    {SITE "/blog/", "<a href=/blog/page/2/>← Older posts</a>",
        SITE "/blog/page/2/"},
    {SITE "/blog/page/2/",
        "<a href=/blog/>Newer posts →</a><a href=/blog/page/3/>Older entries "
        "»</a>",
        SITE "/blog/page/3/"},
    {SITE "/oshirase/", "<div><a href=index_2.html>次のページ ›</a></div>",
        SITE "/oshirase/index_2.html"},
    /* A sign: of two, the nearer. */
    {SITE "/n/",
        "<div class=pagination><a href=?p=1>&lt;</a><a href=?p=9>»</a>"
        "<a href=?p=2>›</a></div>",
        SITE "/n/?p=2"},
    {SITE "/n/",
        "<nav class=page-links><a href=/n/page/2 class='next page-numbers'>"
        "<i></i></a></nav>",
        SITE "/n/page/2"},
    {SITE "/n/", "<p>首页 <a href=/n/1>></a> <a href=/n/2>></a> 正文", NULL},
    /* Numbers alone. */
    {SITE "/list.asp?page=3",
        "<div id=pages><a href=?page=2>2</a> <b>3</b> <a href=?page=4>4</a> "
        "<a href=?page=5>5</a></div>",
        SITE "/list.asp?page=4"},
    {SITE "/list.asp?page=3",
        "<div class=page><a href=?page=2>2</a><a class=current "
        "href=?page=3>3</a><a href=?page=4>[4]</a></div>",
        SITE "/list.asp?page=4"},
    {SITE "/list.asp",
        "<div class=fenye><a href=list.asp>1</a> <a href=?page=2>2</a> "
        "<a href=?page=3>3</a></div>",
        SITE "/list.asp?page=2"},
    {SITE "/list.asp?page=9",
        "<div class=fenye><a href=?page=1>1</a> <a href=?page=2>2</a> <span>9"
        "</span></div>",
        NULL},
    /* A pager that a script writes. */
    {SITE "/jyj/tz/",
        "<script>function createPageHTML(n, i, a, b) {}</script>"
        "<script>createPageHTML(25, 0, \"index\", \"html\");</script>",
        SITE "/jyj/tz/index_1.html"},
    {SITE "/jyj/tz/index_4.html",
        "<script>createPageHTML('page_div',25, 4,'index','html',498);"
        "</script>",
        SITE "/jyj/tz/index_5.html"},
    {SITE "/jyj/tz/index_24.html",
        "<script>createPageHTML(25, 24, 'index', 'html')</script>", NULL},
    {SITE "/jyj/", "<script>createPageHTML(</script>", NULL},
    /* What is none. */
    {SITE "/a/1.htm", "<p>下一篇：<a href=2.htm>关于放假的通知</a>", NULL},
    {SITE "/a/1.htm", "<a href=2.htm>下一篇</a><a href=3.htm>下一条</a>", NULL},
    {SITE "/a/", "<div class=page><a href='javascript:go(2)'>下一页</a></div>",
        NULL},
    {SITE "/a/list.htm", "<a href=list.htm>下一页</a>", NULL},
    {SITE "/a/list.htm", "<a href=#>下一页</a><a href=''>下页</a>", NULL},
    {SITE "/a/", "<a href=http://ads.example/2>下一页</a>", NULL},
    {SITE "/a/", "<a href=/news/7>Next Tuesday is a holiday for all</a>", NULL},
    {SITE "/a/", "<table><tr><td>1<td><a href=/c/2>2</a></table>", NULL},
};

static void
finds_the_next_page(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct html html;
        struct str next;

        assert_int_equal(html_parse(fixture->arena, str_of(rows[i].page),
                             str_of(rows[i].url), &html),
            0);
        next = pager_next(fixture->arena, &html, str_of(rows[i].url));
        html_done(&html);
        if (!str_eq(next, str_of(rows[i].next)))
            fail_msg("%s %s: %.*s", rows[i].url, rows[i].page, STR_ARG(next));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            finds_the_next_page, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
