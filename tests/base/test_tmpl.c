#include "base/jsonx.h"
#include "base/tmpl.h"
#include "check.h"

enum { OUT_MAX = 100000 };

/* Partials of a test: pairs of name and text, parsed when asked for. */
struct partials {
    const char *const *pairs;
    struct tmpl *parsed[16];
    size_t n;
};

static const struct tmpl *
find_partial(void *arg, struct str name)
{
    struct partials *p = arg;

    for (size_t i = 0; p->pairs && p->pairs[2 * i]; i++) {
        if (!str_eq(name, str_of(p->pairs[2 * i])))
            continue;
        if (!p->parsed[i])
            assert_int_equal(tmpl_parse("partial", str_of(p->pairs[2 * i + 1]),
                                 TMPL_HTML, NULL, &p->parsed[i]),
                0);
        return p->parsed[i];
    }
    return NULL;
}

static int
render(const char *text, const char *json, const char *const *pairs,
    enum tmpl_escape escape, struct buf *out)
{
    struct partials partials = {.pairs = pairs};
    struct toc_error error = {0};
    struct tmpl *tmpl = NULL;
    json_t *data = NULL;
    int err;

    if (tmpl_parse("t", str_of(text), escape, &error, &tmpl))
        fail_msg("%u:%u: %s", error.line, error.column, error.text);
    assert_int_equal(jsonx_load(str_of(json), NULL, &data), 0);
    err = tmpl_render(tmpl, data, find_partial, &partials, out);
    json_decref(data);
    tmpl_free(tmpl);
    for (size_t i = 0; i < 16; i++)
        tmpl_free(partials.parsed[i]);
    return err;
}

static void
assert_renders(const char *text, const char *json, const char *const *pairs,
    const char *wanted)
{
    struct buf out;

    buf_init(&out, OUT_MAX);
    assert_int_equal(render(text, json, pairs, TMPL_HTML, &out), 0);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_done(&out);
}

static void
values(void **state)
{
    const char *json = "{\"s\":\"<a href='x'>&\\\"\",\"i\":-5,\"r\":1.21,"
                       "\"t\":true,\"f\":false,\"n\":null,\"l\":[1],"
                       "\"o\":{\"x\":1}}";

    (void)state;
    assert_renders(
        "{{s}}", json, NULL, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    assert_renders("{{{s}}}|{{&s}}|{{& s }}|{{{ s }}}", json, NULL,
        "<a href='x'>&\"|<a href='x'>&\"|<a href='x'>&\"|<a href='x'>&\"");
    assert_renders("{{i}} {{r}} {{t}} {{f}}", json, NULL, "-5 1.21 true false");
    assert_renders(
        "[{{n}}{{l}}{{o}}{{missing}}{{o.y.z}}{{s.x}}]", json, NULL, "[]");
    assert_renders("{{o.x}}{{ o.x }}", json, NULL, "11");
    assert_renders("{ {} } }}", json, NULL, "{ {} } }}");
}

/* What is around a row shows through only where the row has no such key. */
static void
rows_hide_what_is_around_them(void **state)
{
    const char *json =
        "{\"f\":true,\"s\":\"out\",\"l\":[{\"f\":false,\"s\":null},"
        "{\"f\":true,\"s\":\"in\"},{\"s\":\"\"},{}]}";

    (void)state;
    assert_renders("{{#l}}[{{#f}}+{{/f}}{{^f}}-{{/f}}{{s}}]{{/l}}", json, NULL,
        "[-][+in][+][+out]");
}

static void
text_templates_do_not_escape(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, OUT_MAX);
    assert_int_equal(
        render("{{s}}", "{\"s\":\"<&>\"}", NULL, TMPL_TEXT, &out), 0);
    assert_string_equal(buf_cstr(&out), "<&>");
    buf_done(&out);
}

static void
json_templates_stay_json(void **state)
{
    static const struct {
        const char *text, *json, *wanted;
    } cases[] = {
        {"{\"t\":\"{{s}}\"}", "{\"s\":\"a\\\"b\\\\c\\nd\\u0001<&>食\"}",
            "{\"t\":\"a\\\"b\\\\c\\nd\\u0001<&>食\"}"},
        {"[{{n}},{{{n}}},{{{s}}}]", "{\"n\":7,\"s\":\"a\\\"b\"}",
            "[7,7,\"a\\\"b\"]"},
        {"[{{{o}}},{{{none}}},{{&l}}]", "{\"o\":{\"k\":[1]},\"l\":[\"x\"]}",
            "[{\"k\":[1]},null,[\"x\"]]"},
        {"\"{{none}}{{o}}\"", "{\"o\":{}}", "\"\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf out;

        buf_init(&out, OUT_MAX);
        assert_int_equal(
            render(cases[i].text, cases[i].json, NULL, TMPL_JSON, &out), 0);
        assert_string_equal(buf_cstr(&out), cases[i].wanted);
        buf_done(&out);
    }
}

static void
sections_and_what_is_false(void **state)
{
    (void)state;
    assert_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":\"x\"}", NULL, "1");
    assert_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":\"\"}", NULL, "0");
    assert_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":0}", NULL, "0");
    assert_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":{}}", NULL, "1");
    assert_renders("{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":null}", NULL, "0");
    assert_renders(
        "{{#a}}{{.}}{{/a}}", "{\"a\":[0,1,\"\",false]}", NULL, "01false");
    assert_renders("{{#a}}{{b}}{{c}};{{/a}}",
        "{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}],\"c\":9}", NULL, "19;23;");
    assert_renders("{{#.}}<{{.}}>{{/.}}", "[1,2]", NULL, "<1><2>");
    assert_renders("{{^a}}{{^b}}{{c}}{{/b}}{{/a}}", "{\"c\":1}", NULL, "1");
    assert_renders("{{#a}}{{#b}}{{/b}}{{#b}}x{{/b}}{{/a}}{{a.b}}",
        "{\"a\":{\"b\":[1,2]}}", NULL, "xx");
}

static void
only_the_first_part_is_looked_for_outward(void **state)
{
    (void)state;
    assert_renders("{{#a}}{{b.c}}{{/a}}",
        "{\"a\":{\"b\":{}},\"b\":{\"c\":\"wrong\"}}", NULL, "");
    assert_renders(
        "{{#a}}{{b}}{{/a}}", "{\"a\":{\"b\":null},\"b\":1}", NULL, "");
    assert_renders("{{a.}}{{.a}}{{a..b}}", "{\"a\":{\"b\":1}}", NULL, "");
}

static void
standalone_lines_leave_nothing(void **state)
{
    const char *json = "{\"a\":true}";

    (void)state;
    assert_renders("1\n  {{#a}} \t\n2\n{{/a}}\n3\n", json, NULL, "1\n2\n3\n");
    assert_renders(
        "1\r\n{{#a}}\r\n2\r\n {{/a}} \r\n3", json, NULL, "1\r\n2\r\n3");
    assert_renders("{{! a }}\n\n  {{!\n b\n}}\nx", json, NULL, "\nx");
    assert_renders("{{#a}}\n{{/a}}", json, NULL, "");
    assert_renders(" {{=<% %>=}}\n<%a%>", json, NULL, "true");
    /* Two tags on a line, or a tag that prints, are no such line. */
    assert_renders("{{#a}} {{/a}}\n", json, NULL, " \n");
    assert_renders("  {{a}}\n", json, NULL, "  true\n");
    assert_renders("  {{! x }} y\n", json, NULL, "   y\n");
    assert_renders("{{#a}}\r{{/a}}\n", json, NULL, "\r\n");
}

static void
delimiters_change_until_changed_again(void **state)
{
    static const char *const partials[] = {"p", "{{a}}|a|", NULL};
    const char *json = "{\"a\":1,\"b\":\"<\"}";

    (void)state;
    assert_renders("{{=| |=}}|a|{{a}}|={{ }}=|{{a}}", json, NULL, "1{{a}}1");
    assert_renders("{{=<% %>=}}<%{b}%><%&b%><%b%>", json, NULL, "<<&lt;");
    assert_renders("{{= @   @ =}}@a@", json, NULL, "1");
    assert_renders("{{=| |=}}|>p|", json, partials, "1|a|");
}

static void
partials_see_the_context_and_recurse(void **state)
{
    static const char *const partials[] = {
        "node", "{{v}}({{#n}}{{>node}}{{/n}})", "empty", "", NULL};

    (void)state;
    assert_renders("{{>node}}",
        "{\"v\":1,\"n\":[{\"v\":2,\"n\":[]},{\"v\":3,\"n\":[]}]}", partials,
        "1(2()3())");
    assert_renders("[{{>none}}{{> empty }}]", "{}", partials, "[]");
    assert_renders("a\n {{>none}}\nb", "{}", partials, "a\nb");
}

static void
standalone_partials_are_indented(void **state)
{
    static const char *const partials[] = {"p", "|\n{{{c}}}\n|\n", "outer",
        "o\n  {{>p}}\n{{>inline}}!\n", "inline", "x\ny", "section",
        "{{#l}}\n{{.}}\n{{/l}}\n{{#l}}{{.}}{{/l}}\nend", "blank",
        "a\n\nb\r\n\r\nc", NULL};

    (void)state;
    assert_renders("\\\n {{>p}}\n/\n", "{\"c\":\"<\\n->\"}", partials,
        "\\\n |\n <\n->\n |\n/\n");
    /* Indents add up; a partial within a line takes none. */
    assert_renders(" {{>outer}}\n.", "{\"c\":1}", partials,
        " o\n   |\n   1\n   |\n x\ny!\n.");
    assert_renders("  {{>section}}\n.", "{\"l\":[1,2]}", partials,
        "  1\n  2\n  12\n  end.");
    assert_renders(" {{>blank}}\n", "{}", partials, " a\n\n b\r\n\r\n c");
    assert_renders(
        "\t{{>blank}}\r\n.", "{}", partials, "\ta\n\n\tb\r\n\r\n\tc.");
}

static void
wrong_templates_say_where(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *words;
    } cases[] = {
        {"a\n 云{{b", 2, 3, "not closed"},
        {"{{{a}}", 1, 1, "not closed"},
        {"{{=a", 1, 1, "not closed"},
        {"{{#a}}", 1, 4, "\"a\""},
        {"{{#a}}\n{{/b}}", 2, 1, "\"b\""},
        {"x {{/a}}", 1, 3, "\"a\""},
        {"{{}}", 1, 1, "no name"},
        {"{{# }}", 1, 1, "no name"},
        {"{{=<%=}}", 1, 1, "delimiters"},
        {"{{=a b c=}}", 1, 1, "delimiters"},
        {"{{=a= b=}}", 1, 1, "delimiters"},
        {"{{=aaaaaaaaaaaaaaaaa b=}}", 1, 1, "delimiters"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct toc_error error = {0};
        struct tmpl *tmpl = NULL;

        assert_int_equal(
            tmpl_parse("name", str_of(cases[i].text), TMPL_HTML, &error, &tmpl),
            E_PARSE);
        assert_null(tmpl);
        assert_string_equal(error.file, "name");
        if (error.line != cases[i].line || error.column != cases[i].column ||
            !strstr(error.text, cases[i].words))
            fail_msg("%s: %u:%u: %s", cases[i].text, error.line, error.column,
                error.text);
    }
}

static void
sections_nest_to_their_bound(void **state)
{
    struct toc_error error = {0};
    struct tmpl *tmpl = NULL;
    struct buf text;

    (void)state;
    buf_init(&text, OUT_MAX);
    for (int i = 0; i < TMPL_MAX_DEPTH; i++)
        buf_add_cstr(&text, "{{#a}}");
    buf_add_cstr(&text, "x");
    for (int i = 0; i < TMPL_MAX_DEPTH; i++)
        buf_add_cstr(&text, "{{/a}}");
    assert_renders(buf_cstr(&text), "{\"a\":true}", NULL, "x");
    buf_clear(&text);
    for (int i = 0; i < TMPL_MAX_DEPTH + 1; i++)
        buf_add_cstr(&text, "{{#a}}");
    assert_int_equal(
        tmpl_parse("t", buf_str(&text), TMPL_HTML, &error, &tmpl), E_LIMIT);
    assert_non_null(strstr(error.text, "too deep"));
    buf_done(&text);
}

static void
endless_recursion_ends(void **state)
{
    static const char *const partials[] = {"p", "x{{>p}}", "q",
        "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{>q}}{{/a}}{{/a}}{{/a}}{{/a}}"
        "{{/a}}{{/a}}",
        "r",
        "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{>r}}{{/a}}{{/a}}{{/a}}"
        "{{/a}}{{/a}}{{/a}}{{/a}}",
        NULL};
    struct buf out;

    (void)state;
    buf_init(&out, OUT_MAX);
    buf_add_cstr(&out, "before");
    assert_int_equal(
        render("{{>p}}", "{}", partials, TMPL_HTML, &out), E_LIMIT);
    assert_string_equal(buf_cstr(&out), "before");
    assert_int_equal(
        render("{{>q}}", "{\"a\":true}", partials, TMPL_HTML, &out), E_LIMIT);
    assert_int_equal(
        render("{{>r}}", "{\"a\":true}", partials, TMPL_HTML, &out), E_LIMIT);
    buf_done(&out);
}

/* Render a partial that calls itself to the given depth. */
static int
recurse(int depth, struct buf *out)
{
    static const char *const partials[] = {"p", "x{{#n}}{{>p}}{{/n}}", NULL};
    struct buf json;
    int err;

    buf_init(&json, OUT_MAX);
    for (int i = 1; i < depth; i++)
        buf_add_cstr(&json, "{\"n\":");
    buf_add_cstr(&json, "{\"n\":null}");
    for (int i = 1; i < depth; i++)
        buf_add_char(&json, '}');
    err = render("{{>p}}", buf_cstr(&json), partials, TMPL_HTML, out);
    buf_done(&json);
    return err;
}

static void
partials_nest_to_their_bound(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, OUT_MAX);
    assert_int_equal(recurse(TMPL_MAX_DEPTH, &out), 0);
    assert_int_equal(out.n, TMPL_MAX_DEPTH);
    assert_int_equal(recurse(TMPL_MAX_DEPTH + 1, &out), E_LIMIT);
    buf_done(&out);
}

/* Loops in loops print nothing and would run for hours. */
static void
work_is_bounded(void **state)
{
    struct buf text, out;

    (void)state;
    buf_init(&text, OUT_MAX);
    for (int i = 0; i < 30; i++)
        buf_add_cstr(&text, "{{#a}}");
    for (int i = 0; i < 30; i++)
        buf_add_cstr(&text, "{{/a}}");
    buf_init(&out, OUT_MAX);
    assert_int_equal(render(buf_cstr(&text), "{\"a\":[1,2,3,4,5,6,7,8,9]}",
                         NULL, TMPL_HTML, &out),
        E_LIMIT);
    buf_done(&text);
    buf_done(&out);
}

static void
output_is_bounded(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 10);
    assert_int_equal(
        render("{{#a}}{{.}}{{/a}}", "{\"a\":[\"12345\",\"67890\",\"x\"]}", NULL,
            TMPL_HTML, &out),
        E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_done(&out);
}

static void
size_is_bounded(void **state)
{
    char *text = calloc(1, TMPL_MAX_BYTES + 1);
    struct toc_error error = {0};
    struct tmpl *tmpl = NULL;

    (void)state;
    assert_int_equal(tmpl_parse("t", (struct str){text, TMPL_MAX_BYTES + 1},
                         TMPL_TEXT, &error, &tmpl),
        E_LIMIT);
    assert_int_equal(tmpl_parse("t", (struct str){text, TMPL_MAX_BYTES},
                         TMPL_TEXT, &error, &tmpl),
        0);
    tmpl_free(tmpl);
    tmpl_free(NULL);
    free(text);
}

static void
templates_without_partials_or_data(void **state)
{
    struct tmpl *tmpl = NULL;
    struct buf out;

    (void)state;
    buf_init(&out, OUT_MAX);
    assert_int_equal(tmpl_parse("t", STR("a{{>p}}{{b}}{{.}}{{#.}}x{{/.}}c"),
                         TMPL_HTML, NULL, &tmpl),
        0);
    assert_int_equal(tmpl_render(tmpl, NULL, NULL, NULL, &out), 0);
    assert_string_equal(buf_cstr(&out), "ac");
    tmpl_free(tmpl);
    assert_int_equal(tmpl_parse("t", STR_NONE, TMPL_HTML, NULL, &tmpl), 0);
    assert_int_equal(tmpl_render(tmpl, NULL, NULL, NULL, &out), 0);
    tmpl_free(tmpl);
    buf_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(rows_hide_what_is_around_them),
        cmocka_unit_test(text_templates_do_not_escape),
        cmocka_unit_test(json_templates_stay_json),
        cmocka_unit_test(sections_and_what_is_false),
        cmocka_unit_test(only_the_first_part_is_looked_for_outward),
        cmocka_unit_test(standalone_lines_leave_nothing),
        cmocka_unit_test(delimiters_change_until_changed_again),
        cmocka_unit_test(partials_see_the_context_and_recurse),
        cmocka_unit_test(standalone_partials_are_indented),
        cmocka_unit_test(wrong_templates_say_where),
        cmocka_unit_test(sections_nest_to_their_bound),
        cmocka_unit_test(endless_recursion_ends),
        cmocka_unit_test(partials_nest_to_their_bound),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(templates_without_partials_or_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
