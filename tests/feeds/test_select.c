/*
 * Selectors: CSS translated to XPath, XPath as it is, and what is refused.
 */
#include "feeds/select.h"
#include "page_check.h"

static const char page[] =
    "<div id=main><ul class='list news'><li class=a>1<li>2<li class=b>3</ul>"
    "<p data-k='x y'>4</p><p lang=zh-CN>5</p></div><ul><li>6</ul>";

/* The texts of what selector names, joined. */
static struct str
select_text(struct fixture *f, const char *selector)
{
    struct html html;
    struct buf out;
    uint32_t *nodes;
    size_t n = 0;
    struct toc_error error = {0};
    struct str text;

    assert_int_equal(html_parse(f->arena, STR(page), STR_NONE, &html), 0);
    if (select_nodes(f->arena, &html, str_of(selector), &error, &nodes, &n) !=
        0)
        fail_msg("%s: %s", selector, error.text);
    buf_init(&out, 1000);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(
            html_text(&html, nodes[i], html.nodes[nodes[i]].end, false, &out),
            0);
    text = arena_str(f->arena, str_trim(buf_str(&out)));
    buf_done(&out);
    html_done(&html);
    return text.p ? text : STR("");
}

static void
names_the_right_elements(void **state)
{
    static const struct {
        const char *selector, *text;
    } rows[] = {
        {"//li", "1 2 3 6"},
        {"/html/body/ul/li", "6"},
        {"(//li)[2]", "2"},
        {"//li/@class", "1 3"},
        {"//li/text()", "1 2 3 6"},
        {"li", "1 2 3 6"},
        {".list li", "1 2 3"},
        {"ul.news.list > li.b", "3"},
        {"#main p", "4 5"},
        {"#main > li", ""},
        {"li.a + li", "2"},
        {"li.a ~ li", "2 3"},
        {"li.a, p", "1 4 5"},
        {"p[data-k]", "4"},
        {"p[data-k~=y]", "4"},
        {"p[lang^='zh']", "5"},
        {"p[lang$=\"CN\"]", "5"},
        {"p[lang*=h-]", "5"},
        {"*[id=main] .b", "3"},
        {"  li.b  ", "3"},
        {"LI.a", "1"},
        {"p[lang|=zh]", "5"},
        {"p[data-k='x y']", "4"},
        {"ul.list li:first-child", "1"},
        {"ul.list li:last-child", "3"},
        {"ul.list li:nth-child(2)", "2"},
        {"ul.list li:nth-child(odd)", "1 3"},
        {"ul.list li:nth-child(2n)", "2"},
        {"ul.list li:nth-child(2n+1)", "1 3"},
        {"ul.list li:nth-child(n+2)", "2 3"},
        {"ul.list li:nth-child(-n + 2)", "1 2"},
        {"ul.list li:nth-last-child(1)", "3"},
        {"#main p:nth-of-type(2)", "5"},
        {"p:first-of-type", "4"},
        {"li:not(.a)", "2 3 6"},
        {"li:not(.a):not([class=b])", "2 6"},
        {"li:contains('3')", "3"},
        {"div > ul, div > p:last-of-type", "1 2 3 5"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(select_text(f, rows[i].selector), rows[i].text);
}

static void
refuses_what_is_no_selector(void **state)
{
    static const char *const wrong[] = {"", "   ", ">", "li >", "li..a", "#",
        "li[", "li[a", "li[a='x]", "li[a='x']b!", "li:nth-child()",
        "li:nth-child(x)", "li:nth-child(2", "li:hover", "li:not(",
        "li:not(:not(:not(:not(:not(b)))))", "li::text", "a:contains(\"it's\")",
        ".x:nth-of-type(2)", "li:last-childx", "//li[", "//", "(//li",
        "li[a=\"x'y\"]", "//li[foo()=1]("};
    struct toc_error error;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error.text[0] = '\0';
        if (select_check(str_of(wrong[i]), &error) != E_CONF)
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_true(error.text[0] != '\0');
    }
    assert_int_equal(select_check(STR("ul > li"), &error), 0);
    assert_int_equal(select_check(STR("//ul/li"), &error), 0);
}

/* Where a selector stops being one is said in characters. */
static void
says_where(void **state)
{
    static const struct {
        const char *selector;
        unsigned column;
    } rows[] = {{"li..a", 4}, {"ul > li!", 8}, {".列表 li:x", 8}, {">", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct toc_error error = {0};

        assert_int_equal(
            select_check(str_of(rows[i].selector), &error), E_CONF);
        assert_int_equal(error.column, rows[i].column);
    }
}

/* Texts within a record: never from outside of it. */
static void
names_texts_within(void **state)
{
    static const struct {
        const char *selector;
        bool element;
        const char *text;
    } rows[] = {{"a", true, "链接"}, {"a::attr(title)", false, "全文"},
        {"a::text", false, "链接"}, {"i, b", true, "六月"},
        {".//a/@title", false, "全文"}, {"//a/@title", false, "全文"},
        {"@id", false, "r"}, {".", true, "六月链接 7日"},
        {"string(.//a)", false, "链接"}, {"concat(b, i)", false, "六月7日"},
        {"text()[2]", false, NULL}, {"//h1", false, NULL}, {"h1", false, NULL}};
    struct fixture *f = *state;
    struct html html;
    uint32_t *nodes;
    size_t n;
    struct toc_error error = {0};

    assert_int_equal(
        html_parse(f->arena,
            STR("<h1>外</h1><a title=外>外</a><div id=r><b>六月</b><a "
                "title=全文>链接</a> <i>7日</i></div>"),
            STR_NONE, &html),
        0);
    assert_int_equal(
        select_nodes(f->arena, &html, STR("#r"), &error, &nodes, &n), 0);
    assert_int_equal(n, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct select *select = NULL;
        struct select_hit hit;
        struct str text;

        assert_int_equal(
            select_check_within(str_of(rows[i].selector), &error), 0);
        assert_int_equal(
            select_open(&html, str_of(rows[i].selector), &error, &select), 0);
        assert_int_equal(
            select_within(select, f->arena, nodes[0], &error, &hit), 0);
        select_done(select);
        text =
            hit.node ? html_text_of(f->arena, &html, hit.node, 100) : hit.text;
        assert_int_equal(hit.node != 0, rows[i].element);
        if (!str_eq(text, str_of(rows[i].text)))
            fail_msg("%s: \"%.*s\"", rows[i].selector, STR_ARG(text));
    }
    html_done(&html);
    assert_int_equal(select_check_within(STR("a::attr("), &error), E_CONF);
    assert_int_equal(select_check_within(STR("a >"), &error), E_CONF);
}

static void
a_value_is_no_element(void **state)
{
    struct fixture *f = *state;
    struct html html;
    uint32_t *nodes;
    size_t n;
    struct toc_error error = {0};

    assert_int_equal(html_parse(f->arena, STR(page), STR_NONE, &html), 0);
    assert_int_equal(
        select_nodes(f->arena, &html, STR("count(//li)"), &error, &nodes, &n),
        E_CONF);
    html_done(&html);
}

/* An expression that is too dear for a page stops. */
static void
steps_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct html html;
    uint32_t *nodes;
    size_t n;
    struct toc_error error = {0};

    buf_clear(&f->bytes);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(buf_add_cstr(&f->bytes, "<b>y</b>"), 0);
    assert_int_equal(
        html_parse(f->arena, buf_str(&f->bytes), STR_NONE, &html), 0);
    assert_int_equal(
        select_nodes(f->arena, &html,
            STR("//b[count(//b[count(//b) > 1]) > 1]"), &error, &nodes, &n),
        E_LIMIT);
    html_done(&html);
}

/* All records together may take no more steps than one selector may. */
static void
steps_within_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct html html;
    struct select *select = NULL;
    struct select_hit hit;
    struct toc_error error = {0};
    int err = 0;
    int done = 0;

    buf_clear(&f->bytes);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(buf_add_cstr(&f->bytes, "<b>y</b>"), 0);
    assert_int_equal(
        html_parse(f->arena, buf_str(&f->bytes), STR_NONE, &html), 0);
    assert_int_equal(select_open(&html, STR("count(//b[position() mod 2 = 0])"),
                         &error, &select),
        0);
    while (err == 0 && done++ < 5000)
        err = select_within(select, f->arena, 1, &error, &hit);
    select_done(select);
    html_done(&html);
    assert_int_equal(err, E_LIMIT);
    assert_true(done < 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            names_the_right_elements, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            refuses_what_is_no_selector, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(says_where, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            names_texts_within, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            steps_within_are_bounded, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_value_is_no_element, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            steps_are_bounded, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
