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
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(select_text(f, rows[i].selector), rows[i].text);
}

static void
refuses_what_is_no_selector(void **state)
{
    static const char *const wrong[] = {"", "   ", ">", "li >", "li..a", "#",
        "li[", "li[a", "li[a='x]", "li[a='x']b!", "li:nth-child(2)", "//li[",
        "//", "(//li", "li[a=\"x'y\"]", "//li[foo()=1]("};
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            names_the_right_elements, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            refuses_what_is_no_selector, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_value_is_no_element, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            steps_are_bounded, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
