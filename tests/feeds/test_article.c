/*
 * Articles: title, date and text without what surrounds them.
 */
#include "page_check.h"

static const struct article *
parse(struct fixture *f, struct str bytes, const char *url)
{
    struct feed_input input = {
        .bytes = bytes, .url = str_of(url), .now = page_time("2026-06-20")};
    const struct article *article = NULL;
    struct toc_error error = {0};

    if (article_parse(f->arena, &input, &error, &article) != 0)
        fail_msg("not read: %s", error.text);
    return article;
}

static void
school_page(void **state)
{
    struct fixture *f = *state;
    const struct article *a = parse(f, page_load(f, "article.html"), NULL);

    assert_str(a->title, "关于做好夏季防溺水工作的通知");
    assert_time(a->published, "2026-06-17T16:00:00Z");
    assert_str(a->encoding, "utf-8");
    assert_true(str_starts(a->text, STR("为保障学生安全")));
    assert_true(str_ends(a->text, STR("班主任做好记录。")));
    assert_int_equal(str_find(a->text, STR("上一篇")), a->text.n);
    assert_int_equal(str_find(a->text, STR("版权所有")), a->text.n);
    assert_int_equal(str_find(a->text, STR("发布时间")), a->text.n);
}

/* A page whose <title> names only the site, whose text is divided by <br>, and
 * whose date stands in its address. */
static void
old_layout(void **state)
{
    const struct article *a = parse(*state,
        STR("<html><title>云溪县第二中学</title><table><tr><td class=menu>"
            "<a href=/>首页</a> <a href=/n>新闻</a><td><h5>关于调整期末考试"
            "时间的通知</h5><div>发布时间：2026-06-07 09:30　点击：12</div>"
            "<div>各班级：<br>"
            "　　因天气原因，期末考试的时间改在下一周，具体安排"
            "由年级组另行通知，请家长留意。<br><br>　　考试期间，学生按时到校，"
            "带好文具，注意途中安全；因病不能到校的，请向班主任请假。<br><br>"
            "云溪县第二中学教务处<br>责任编辑：张老师</div><div><a "
            "href=1>打印</a>"
            "<a "
            "href=2>关闭</a></div></table></html>"),
        "http://www.yunxi.example/2026/0607/c1a2/page.htm");

    assert_str(a->title, "关于调整期末考试时间的通知");
    assert_time(a->published, "2026-06-07T01:30:00Z");
    assert_true(str_find(a->text, STR("考试期间")) < a->text.n);
    assert_true(str_find(a->text, STR("请家长留意。")) < a->text.n);
    assert_int_equal(str_find(a->text, STR("首页")), a->text.n);
    assert_int_equal(str_find(a->text, STR("责任编辑")), a->text.n);
}

/* Lists of links inside the article's own element are none of its text. */
static void
foreign_parts(void **state)
{
    static const char words[] =
        "<p>"
        "县教育局今天召开会议，部署暑期安全工作，要求各校落实责任，加强值班，"
        "做好巡查，及时报告；各校校长、园长参加会议，并签订责任书。</p>";
    char page[4096];
    const struct article *a;

    snprintf(page, sizeof page,
        "<title>暑期安全工作会议召开</title><div class=con><h1>暑期安全工作会议"
        "召开</h1>%s%s%s%s<div><a href=/1>校园艺术节举行</a> "
        "<a href=/2>运动会圆满结束</a> <a href=/3>招生简章公布</a></div>%s"
        "</div>",
        words, words, words, words, words);
    a = parse(*state, str_of(page), NULL);
    assert_str(a->title, "暑期安全工作会议召开");
    assert_true(str_find(a->text, STR("签订责任书")) < a->text.n);
    assert_int_equal(str_find(a->text, STR("艺术节")), a->text.n);
}

static void
said_for_machines(void **state)
{
    const struct article *a = parse(*state,
        STR("<title>School closes - News | Yunxi Daily</title>"
            "<meta property='og:title' content='School closes early'>"
            "<script type='application/ld+json'>{\"@type\":\"NewsArticle\","
            "\"datePublished\" : \"2026-06-01T08:00:00+02:00\"}</script>"
            "<p>Short."),
        NULL);

    assert_str(a->title, "School closes early");
    assert_time(a->published, "2026-06-01T06:00:00Z");
}

static void
nothing_there(void **state)
{
    const struct article *a = parse(*state, STR(""), NULL);

    assert_int_equal(a->text.n, 0);
    assert_false(wall_is_set(a->published));
    assert_true(a->nnotes > 0);
}

/* A page of the same block again and again costs no more than its bytes. */
static void
hostile_shapes(void **state)
{
    static const char *const units[] = {
        ("<br>一段有二十个字以上的文字，加上逗号。"
         "再来一句话，补足长度，够了。<br>"),
        "<div class=article>", "<p>文字，文字，文字，文字，文字，文字，文字。",
        "<ul><li><a href=/a>链接文字</a>", "<h1 class=title>题目"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        buf_clear(&f->bytes);
        (void)buf_add_cstr(&f->bytes, "<body><div>");
        for (int k = 0; k < 20000; k++)
            (void)buf_add_cstr(&f->bytes, units[i]);
        (void)parse(f, buf_str(&f->bytes), NULL);
        arena_clear(f->arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(school_page, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(old_layout, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            foreign_parts, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            said_for_machines, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            nothing_there, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            hostile_shapes, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
