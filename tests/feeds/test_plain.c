/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "feeds/entity.h"
#include "feeds/plain.h"

struct row {
    const char *html, *text;
};

static void
check(const struct row *rows, size_t n, enum plain_mode mode)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_clear(&out);
        assert_int_equal(plain_add(str_of(rows[i].html), mode, &out), 0);
        assert_string_equal(buf_cstr(&out), rows[i].text);
    }
    buf_done(&out);
}

static void
test_html(void **state)
{
    static const struct row rows[] = {
        {"", ""},
        {"<p>One</p><p>Two</p>", "One Two"},
        {"a<b>b</b>c", "abc"},
        {"line<br>line<br/>line", "line line line"},
        {"  a \n\t b  ", "a b"},
        {"学校\xe3\x80\x80\xe3\x80\x80通知\xc2\xa0!", "学校 通知 !"},
        {"&lt;b&gt; &amp; &eacute;&#233;&#xE9;&nbsp;x", "<b> & ééé x"},
        {"&copy2024 &notit; &unknown; & &; &#; &#x;",
            "©2024 ¬it; &unknown; & &; &#; &#x;"},
        {"&#128;&#0;&#xD800;&#x110000;", "€\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF"
                                         "\xBD"},
        {"<script>alert(1)</script>x<style>p{}</style>y", "x y"},
        {"<SCRIPT src=x>a</ScRiPt >x", "x"},
        {"<script>never closed", ""},
        {"a<!-- b > c -->d", "ad"},
        {"a<!-- never closed", "a"},
        {"<a href=\"x>y\" title='<p>'>link</a>", "link"},
        {"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
        {"a<b", "a<b"},
        {"cut <a href=\"http://a.exa", "cut"},
        {"<![CDATA[in]]>out", "inout"},
        {"a\x01\x02\x7f\xc2\x85z", "a z"},
        {"<td>1</td><td>2</td>", "1 2"},
        {"<?php x ?>y", "y"},
        {"<o:p>w</o:p>", "w"},
        {"&lt;script&gt;", "<script>"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0], PLAIN_HTML);
}

static void
test_title(void **state)
{
    static const struct row rows[] = {
        {"Nice <gorilla> what", "Nice <gorilla> what"},
        {"A <b>bold</b> title", "A bold title"},
        {"RSS <<<Tutorial>>>", "RSS <<<Tutorial>>>"},
        {"AT&amp;T &ldquo;x&rdquo;", "AT&amp;T “x”"},
        {"I <3 tea", "I <3 tea"},
        {"<!DOCTYPE ~", "<!DOCTYPE ~"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0], PLAIN_TITLE);
}

static void
test_text(void **state)
{
    static const struct row rows[] = {
        {" <b>literal</b> &amp; \n so ", "<b>literal</b> &amp; so"},
        {"a\x0b\x08z", "a z"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0], PLAIN_TEXT);
}

static void
test_limit(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 8);
    assert_true(plain_add(STR("one two three"), PLAIN_HTML, &out) < 0);
    assert_true(out.n <= 8);
    buf_done(&out);
}

/* Signs that begin tags and never end them cost no more than other text: the
 * test's own time limit is what would show it. */
static void
test_long_runs_of_signs(void **state)
{
    static const char *const units[] = {"<", "<a ", "<a<", "<!", "<?", "</a",
        "<a ='", "<!-- ", "<script ", "&", "&#", "&amp", "]]", "<a href=\""};
    struct buf text, out;

    (void)state;
    buf_init(&text, 1 << 22);
    buf_init(&out, 1 << 24);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        buf_clear(&text);
        buf_clear(&out);
        while (text.n < (1 << 21))
            buf_add_cstr(&text, units[i]);
        assert_int_equal(plain_add(buf_str(&text), PLAIN_HTML, &out), 0);
        buf_clear(&out);
        assert_int_equal(plain_add(buf_str(&text), PLAIN_TITLE, &out), 0);
    }
    buf_done(&text);
    buf_done(&out);
}

static void
test_entities(void **state)
{
    uint32_t c[2];

    (void)state;
    assert_int_equal(entity_find(STR("amp"), c), 1);
    assert_int_equal(c[0], '&');
    assert_int_equal(entity_find(STR("NotEqualTilde"), c), 2);
    assert_int_equal(c[0], 0x2242);
    assert_int_equal(c[1], 0x338);
    assert_int_equal(entity_find(STR("Aacute"), c), 1);
    assert_int_equal(entity_find(STR("zwnj"), c), 1);
    assert_int_equal(entity_find(STR("AMp"), c), 0);
    assert_int_equal(entity_find(STR(""), c), 0);
    assert_int_equal(entity_find(STR("zzzz"), c), 0);
    assert_int_equal(entity_number(0x93), 0x201C);
    assert_int_equal(entity_number(0), 0xFFFD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_title),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_long_runs_of_signs),
        cmocka_unit_test(test_entities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
