/*
 * A list is found again by its hint, and missed when it is gone; the parts of
 * a record that the operator names are taken from where he says.
 */
#include "page_check.h"

#define SITE "http://www.yunxi.example/"

static const struct document *
parse(struct fixture *fixture, struct str page, struct str hint)
{
    struct feed_input input = {.bytes = page,
        .url = STR(SITE "tz/list.htm"),
        .now = page_time("2026-06-20"),
        .hint = hint};
    const struct document *document = NULL;
    struct toc_error error = {0};

    if (list_parse(fixture->arena, &input, &error, &document) != 0)
        fail_msg("not read: %s", error.text);
    return document;
}

/* Append n records to the page, each with a date, of the column called name.
 */
static void
add_list(struct buf *page, const char *open, const char *name, int n)
{
    (void)buf_printf(page, "<%s>", open);
    for (int i = 0; i < n; i++)
        (void)buf_printf(page,
            "<li><a href='/%s/%d.htm'>%s的第%d条重要通知</a><span>2026-06-%02d"
            "</span></li>",
            name, i, name, i, 15 - i % 14);
    (void)buf_add_cstr(page, "</ul>");
}

static struct str
page_of(struct fixture *fixture, int notices, int news, const char *around)
{
    struct str page;

    buf_clear(&fixture->bytes);
    (void)buf_add_cstr(&fixture->bytes, "<title>云溪县教育局</title>");
    (void)buf_add_cstr(&fixture->bytes, around);
    if (notices > 0)
        add_list(&fixture->bytes, "ul class='list tz'", "notices", notices);
    (void)buf_add_cstr(&fixture->bytes, "</div><section>");
    if (news > 0)
        add_list(&fixture->bytes, "ul class=news", "news", news);
    (void)buf_add_cstr(&fixture->bytes, "</section>");
    page = arena_str(fixture->arena, buf_str(&fixture->bytes));
    assert_non_null(page.p);
    return page;
}

static bool
is_of(const struct document *document, const char *name)
{
    for (size_t i = 0; i < document->nitems; i++)
        if (str_find(document->items[i].url, str_of(name)) ==
            document->items[i].url.n)
            return false;
    return document->nitems > 0;
}

static struct str
first_hint(struct fixture *fixture)
{
    const struct document *document =
        parse(fixture, page_of(fixture, 12, 5, "<div id=main>"), STR_NONE);

    assert_true(is_of(document, "notices"));
    assert_non_null(document->hint.p);
    assert_true(document->hint.n <= DOCUMENT_MAX_HINT_BYTES);
    assert_false(document->hint_lost);
    return document->hint;
}

static void
chooses_the_same_list(void **state)
{
    struct fixture *fixture = *state;
    struct str hint = first_hint(fixture);
    const struct document *document;

    /* Without the hint the news would win. */
    for (int left = 8; left > 0; left -= 7) {
        struct str page = page_of(fixture, left, 14, "<div id=main>");

        assert_true(is_of(parse(fixture, page, STR_NONE), "news"));
        document = parse(fixture, page, hint);
        assert_true(is_of(document, "notices"));
        assert_int_equal(document->nitems, left);
        assert_false(document->hint_lost);
        assert_str(document->hint, hint.p);
        assert_time(document->items[0].published, "2026-06-14T16:00:00Z");
    }
}

static void
knows_it_by_its_class(void **state)
{
    struct fixture *fixture = *state;
    struct str hint = first_hint(fixture);
    const struct document *document = parse(
        fixture, page_of(fixture, 5, 14, "<div><main><div><article>"), hint);

    assert_true(is_of(document, "notices"));
    assert_int_equal(document->nitems, 5);
    assert_false(document->hint_lost);
    assert_false(str_eq(document->hint, hint));
}

static void
misses_what_is_gone(void **state)
{
    struct fixture *fixture = *state;
    struct str hint = first_hint(fixture);
    const struct document *document =
        parse(fixture, page_of(fixture, 0, 14, "<div id=main>"), hint);

    assert_true(document->hint_lost);
    assert_true(is_of(document, "news"));
    assert_true(document->nnotes > 0);
    assert_false(str_eq(document->hint, hint));
    document = parse(fixture,
        STR("<title>云溪县教育局</title><p>本栏目正在调整，敬请期待，"
            "给您带来不便，深表歉意。</p><a href=/>返回首页</a>"),
        hint);
    assert_true(document->hint_lost);
    assert_null(document->hint.p);
    assert_int_equal(document->nitems, 0);
}

static void
a_wall_loses_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct str hint = first_hint(fixture);
    const struct document *document = parse(
        fixture, STR("<title>网站维护中</title><h1>网站维护中</h1>"), hint);

    assert_non_null(document->blocked.p);
    assert_false(document->hint_lost);
    assert_false(
        parse(fixture, STR("<title>通知</title><ul></ul>"), hint)->hint_lost);
}

static void
foreign_hints_mean_nothing(void **state)
{
    static const char *const hints[] = {"", "1", "x", "2 1 1 1 1 1",
        "1 0123456789abcdef0 0 0 0 0", "1 1 1 1 41 1", "1 a b c d e f",
        "1 1 1 1 -1 1", "1  1 1 1 1"};
    struct fixture *fixture = *state;
    struct str page = page_of(fixture, 12, 5, "<div id=main>");

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        const struct document *document =
            parse(fixture, page, str_of(hints[i]));

        assert_true(is_of(document, "notices"));
        assert_false(document->hint_lost);
    }
}

static const char records_page[] =
    "<title>云溪县教育局公开目录</title>"
    "<div class=row data-id=7><b>教办〔2026〕3号</b><a href=/more>详情</a>"
    "<p class=name>关于做好防溺水工作的通知</p><i>成文 2026-05-01</i>"
    "<em>发布 2026-06-07 09:30</em></div>"
    "<div class=row data-id=8><b>教办〔2026〕4号</b><a href=/more2>详情</a>"
    "<p class=name>关于暑期放假的通知</p><i>成文 2026-05-02</i></div>";

static int
parse_parts(struct fixture *fixture, struct feed_input input,
    const struct document **ret)
{
    struct toc_error error = {0};
    int err;

    input.bytes = STR(records_page);
    input.url = STR(SITE "gk/");
    input.now = page_time("2026-06-20");
    err = list_parse(fixture->arena, &input, &error, ret);
    assert_true(err == 0 || error.text[0] != '\0');
    return err;
}

static void
takes_parts_from_where_the_operator_says(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document;

    assert_int_equal(
        parse_parts(fixture,
            (struct feed_input){.select = STR("div.row"),
                .select_title = STR("p.name"),
                .select_date = STR("em"),
                .select_link = STR("concat('/info/', @data-id, '.htm')")},
            &document),
        0);
    assert_int_equal(document->nitems, 2);
    assert_str(document->items[0].title, "关于做好防溺水工作的通知");
    assert_str(document->items[0].url, SITE "info/7.htm");
    assert_time(document->items[0].published, "2026-06-07T01:30:00Z");
    assert_false(wall_is_set(document->items[1].published));
    assert_str(document->items[1].url, SITE "info/8.htm");
    assert_int_equal(document->nnotes, 0);
}

static void
says_what_selectors_do_not_find(void **state)
{
    struct fixture *fixture = *state;
    const struct document *document;

    assert_int_equal(parse_parts(fixture,
                         (struct feed_input){.select = STR("div.row"),
                             .select_title = STR("h5")},
                         &document),
        0);
    assert_int_equal(document->nitems, 2);
    assert_int_equal(document->nnotes, 1);
    assert_false(document->hint_lost);
    assert_int_equal(
        parse_parts(
            fixture, (struct feed_input){.select = STR("div.rows")}, &document),
        0);
    assert_int_equal(document->nitems, 0);
    assert_true(document->hint_lost);
    assert_int_equal(parse_parts(fixture,
                         (struct feed_input){.select = STR("div.row"),
                             .select_date = STR("em >")},
                         &document),
        E_CONF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            chooses_the_same_list, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            knows_it_by_its_class, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            misses_what_is_gone, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_wall_loses_nothing, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            foreign_hints_mean_nothing, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            takes_parts_from_where_the_operator_says, page_setup,
            page_teardown),
        cmocka_unit_test_setup_teardown(
            says_what_selectors_do_not_find, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
