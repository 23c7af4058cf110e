/* What is wrong with a document that was read all the same, as bits and as
 * sentences. */
#include "feed_check.h"

struct trouble_case {
    const char *text;
    unsigned trouble;
    const char *note; /* how the first note begins */
};

#define ITEM "<item><title>T</title><link>http://a.example/1</link>"

static const struct trouble_case cases[] = {
    {"<rss><channel>" ITEM "</item></channel></rss>", 0, NULL},
    {"<?xml version='1.0' encoding='gbk'?><rss><channel>"
     "<title>云溪县第一小学</title>" ITEM "</item></channel></rss>",
        TROUBLE_ENCODING, "encoding: the document says it is gb18030"},
    {"<?xml version='1.0' encoding='klingon'?><rss><channel>"
     "<title>云溪县第一小学</title>" ITEM "</item></channel></rss>",
        TROUBLE_ENCODING, "encoding: unknown encoding \"klingon\""},
    {"<rss><channel><title>云溪县\xE7\xAC第一小学云溪县</title>" ITEM
     "</item></channel></rss>",
        TROUBLE_ENCODING, "encoding: 1 bad bytes were replaced"},
    {"<rss><channel>" ITEM "<description>a & b</description></item>"
     "</channel></rss>",
        TROUBLE_MALFORMED, "malformed: "},
    {"<rss><channel>" ITEM "</item><item><title>x", TROUBLE_CUT, "cut: "},
    {"<rss><channel>" ITEM "<pubDate>soon</pubDate></item></channel></rss>",
        TROUBLE_BAD_DATES, "date: a date could not be read: \"soon\""},
    {"<rss><channel><item><title>T</title><link>javascript:x()</link>"
     "</item></channel></rss>",
        TROUBLE_BAD_URLS, "address: "},
    {"<rss><channel>" ITEM "<guid>1</guid></item>" ITEM
     "<guid>1</guid></item></channel></rss>",
        TROUBLE_DUPLICATES, "duplicate: 2 items"},
};

static void
test_each_trouble_has_its_bit_and_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct document *document = parse_ok(cases[i].text);

        if (document->trouble != cases[i].trouble)
            fail_msg("case %zu: trouble %u", i, document->trouble);
        if (!cases[i].note) {
            assert_int_equal(document->nnotes, 0);
            continue;
        }
        assert_true(document->nnotes > 0);
        if (!str_starts(document->notes[0], str_of(cases[i].note)))
            fail_msg("case %zu: %.*s", i, STR_ARG(document->notes[0]));
    }
}

static void
test_bad_bytes_are_counted(void **state)
{
    (void)state;
    assert_int_equal(parse_ok(cases[0].text)->replaced, 0);
    assert_int_equal(parse_ok(cases[3].text)->replaced, 1);
}

static void
test_children_of_an_index(void **state)
{
    const struct document *document = parse_ok(
        "<sitemapindex><sitemap><loc>http://a.example/undated.xml</loc>"
        "</sitemap><sitemap><loc>http://a.example/old.xml</loc>"
        "<lastmod>2026-01-01</lastmod></sitemap>"
        "<sitemap><loc>http://a.example/new.xml</loc>"
        "<lastmod>2026-06-01</lastmod></sitemap></sitemapindex>");

    (void)state;
    assert_int_equal(document->nchildren, 3);
    is(document->children[0], "http://a.example/new.xml");
    is(document->children[1], "http://a.example/old.xml");
    is(document->children[2], "http://a.example/undated.xml");
    assert_int_equal(parse_ok(cases[0].text)->nchildren, 0);
}

static void
test_children_are_bounded(void **state)
{
    struct buf text;
    const struct document *document;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_add_cstr(&text, "<sitemapindex>");
    for (int i = 0; i < 3 * DOCUMENT_MAX_CHILDREN; i++)
        buf_printf(
            &text, "<sitemap><loc>http://a.example/%d.xml</loc></sitemap>", i);
    buf_add_cstr(&text, "</sitemapindex>");
    assert_int_equal(parse(buf_str(&text), &document), 0);
    assert_int_equal(document->nchildren, DOCUMENT_MAX_CHILDREN);
    is(document->children[0], "http://a.example/0.xml");
    buf_done(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_trouble_has_its_bit_and_its_word),
        TEST(test_bad_bytes_are_counted),
        TEST(test_children_of_an_index),
        TEST(test_children_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
