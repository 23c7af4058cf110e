/*
 * Pages as trees: the shape, the text, and the bounds that keep a hostile page
 * from costing more than its bytes.
 */
#include "feeds/html.h"
#include "page_check.h"

static struct html
parse(struct fixture *fixture, struct str page)
{
    struct html html = {0};

    assert_int_equal(html_parse(fixture->arena, page,
                         STR("http://www.yunxi.example/a/b.htm"), &html),
        0);
    for (uint32_t i = 1; i < html.n; i++) {
        const struct html_node *node = &html.nodes[i];

        assert_true(node->parent < i && node->end > i);
        assert_true(node->end <= html.nodes[node->parent].end);
        assert_int_equal(node->depth, html.nodes[node->parent].depth + 1);
    }
    return html;
}

static struct str
text(struct fixture *fixture, const char *page)
{
    struct html html = parse(fixture, str_of(page));
    struct str s = html_text_of(fixture->arena, &html, 0, 1000);

    html_done(&html);
    return s;
}

static void
text_is_what_a_reader_sees(void **state)
{
    struct fixture *f = *state;

    assert_str(text(f, "<p>通知 <b>公告</b>&nbsp;&amp;<p>第二段"),
        "通知 公告 & 第二段");
    assert_str(text(f, "a<br>b<script>var x='<p>'</script>c"), "a bc");
    assert_str(text(f, "<!-- <p>x</p> --><p>y<!--->z"), "yz");
    assert_str(text(f, "1 < 2 <3 &lt;b&gt;"), "1 < 2 <3 <b>");
    assert_str(text(f, "<textarea><p>x</textarea>"), "<p>x");
    assert_str(text(f, "<svg><text>q</text></svg>r"), "r");
    assert_str(text(f, "a\001b\002"), "ab");
    assert_str(text(f, ""), "");
    assert_str(text(f, "<td><table><tr><td>x</table>y"), "x y");
}

static void
attributes(void **state)
{
    struct html html = parse(*state,
        STR("<div CLASS='a  Bc' hidden data-x=1>x<a href=\"/y?a=1&amp;b\" "
            "title='\"'>t</a><i style='Display : none'>"));
    uint32_t div = html_find(&html, 1, html.n, HTML_TAG_DIV);
    uint32_t a = html_find(&html, 1, html.n, HTML_TAG_A);

    assert_true(div < html.n && a < html.n);
    assert_str(html_attr(&html, div, "class"), "a  Bc");
    assert_true(html_attr_has_word(&html, div, "class", "bc"));
    assert_false(html_attr_has_word(&html, div, "class", "b"));
    assert_true(html_is_hidden(&html, div));
    assert_false(html_is_hidden(&html, a));
    assert_true(html_is_hidden(&html, html_find(&html, 1, html.n, HTML_TAG_I)));
    assert_str(html_attr(&html, a, "href"), "/y?a=1&b");
    assert_str(html_attr(&html, a, "title"), "\"");
    assert_null(html_attr(&html, a, "name").p);
    assert_int_equal(html_ancestor(&html, a, HTML_TAG_DIV), div);
    html_done(&html);
}

static void
addresses_are_absolute_http(void **state)
{
    struct fixture *f = *state;
    struct html html = parse(f, STR("<base href='/c/'>x"));

    assert_str(html_url(f->arena, &html, STR(" d.htm ")),
        "http://www.yunxi.example/c/d.htm");
    assert_null(html_url(f->arena, &html, STR("javascript:x")).p);
    assert_null(html_url(f->arena, &html, STR("file:///etc/passwd")).p);
    html_done(&html);
}

static void
scripts_and_comments_are_aside(void **state)
{
    struct html html = parse(*state,
        STR("<script type='application/ld+json'>{}</script><style>b{}</style>"
            "<!--c--><script src=/x.js></script>"));

    assert_int_equal(html.nasides, 4);
    assert_int_equal(html.asides[0].kind, HTML_SCRIPT);
    assert_str(html.asides[0].type, "application/ld+json");
    assert_str(html.asides[0].text, "{}");
    assert_int_equal(html.asides[1].kind, HTML_STYLE);
    assert_str(html.asides[2].text, "c");
    assert_str(html.asides[3].src, "/x.js");
    html_done(&html);
}

/* Records that a page carries in a script become markup. */
static void
data_islands(void **state)
{
    struct fixture *f = *state;

    assert_str(text(f, "<script type=\"text/xml\"><datastore><record>"
                       "<![CDATA[<li><a href=1.htm>甲</a></li>]]></record>"
                       "<record><![CDATA[<li>乙</li>]]></record></datastore>"
                       "</script>丙"),
        "甲 乙 丙");
}

/* A page of n times the same bytes. */
static struct str
flood(struct fixture *f, const char *before, const char *unit, size_t n)
{
    buf_clear(&f->bytes);
    assert_int_equal(buf_add_cstr(&f->bytes, before), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(buf_add_cstr(&f->bytes, unit), 0);
    return buf_str(&f->bytes);
}

static void
attribute_flood(void **state)
{
    struct fixture *f = *state;
    struct html html;
    struct str page;

    buf_clear(&f->bytes);
    assert_int_equal(buf_add_cstr(&f->bytes, "<p "), 0);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf_printf(&f->bytes, "a%d=1 ", i), 0);
    assert_int_equal(buf_add_cstr(&f->bytes, ">x<b>y"), 0);
    page = buf_str(&f->bytes);
    html = parse(f, page);
    assert_true(html.cut);
    assert_str(html_text_of(f->arena, &html, 0, 100), "xy");
    html_done(&html);
}

static void
deep_nesting(void **state)
{
    static const char *const units[] = {"<div>", "<b><i><u>", "<table><tr><td>",
        "<font><p><a href=x>", "<ul><li>", "<select>", "<object><form>"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct html html;
        struct str text;

        (void)flood(f, "", units[i], 20000);
        assert_int_equal(buf_add_cstr(&f->bytes, "<div>the end"), 0);
        html = parse(f, buf_str(&f->bytes));
        assert_true(html.cut);
        text = html_text_of(f->arena, &html, 0, 100);
        if (!str_ends(text, STR("the end")))
            fail_msg("the end is lost behind %s", units[i]);
        for (uint32_t k = 0; k < html.n; k++)
            assert_true(html.nodes[k].depth < 400);
        html_done(&html);
        arena_clear(f->arena);
    }
}

static void
many_nodes(void **state)
{
    struct fixture *f = *state;
    struct html html = parse(f, flood(f, "", "<b>y</b>", 500000));

    assert_true(html.cut);
    assert_true(html.n < 3 * HTML_MAX_TAGS);
    html_done(&html);
}

static void
unfinished_markup(void **state)
{
    static const char *const units[] = {"<", "<!--", "<!--a--!>", "<a ",
        "<a b='", "<script>", "</", "<![CDATA[", "<svg>", "<?", "<textarea>",
        "<a b=\"x\">\xC3\xA9", "&#", "&amp"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct html html = parse(f, flood(f, "", units[i], 50000));

        html_done(&html);
        arena_clear(f->arena);
    }
}

static void
too_large_is_refused(void **state)
{
    struct fixture *f = *state;
    struct html html;

    assert_int_equal(
        html_parse(f->arena,
            flood(f, "<p>", "0123456789abcdef", HTML_MAX_BYTES / 16), STR_NONE,
            &html),
        E_LIMIT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            text_is_what_a_reader_sees, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(attributes, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            addresses_are_absolute_http, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            scripts_and_comments_are_aside, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            data_islands, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            attribute_flood, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            deep_nesting, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(many_nodes, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            unfinished_markup, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            too_large_is_refused, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
