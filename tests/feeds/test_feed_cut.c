/* Documents that end at every byte where they could: what came whole before
 * stays, and nothing that came is invented. */
#include <iconv.h>

#include "feed_check.h"

struct sample {
    const char *text;
    const char *end; /* of an item, NULL in JSON */
};

static const struct sample samples[] = {
    {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
     "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
     " xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n"
     "<channel><title>云溪县教育</title><link>http://a.example/</link>\n"
     "<item><title>停课 &amp; 放假</title><link>http://a.example/1?a=1&amp;b=2"
     "</link><guid isPermaLink=\"false\">一</guid><dc:creator>x</dc:creator>"
     "<description><![CDATA[<p>甲 &lt; 乙</p>]]></description>"
     "<pubDate>Sun, 07 Jun 2026 09:30:00 +0800</pubDate></item>\n"
     "<item><title><![CDATA[校车 <b>晚点</b>]]></title>"
     "<link>http://a.example/2</link><!-- a > comment --><guid>2</guid>"
     "<content:encoded>&lt;p&gt;正文&#x4E2D;&lt;/p&gt;</content:encoded>"
     "</item><item><title>第三</title><link>http://a.example/3</link></item>"
     "</channel></rss>\n",
        "</item>"},
    {"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>"
     "<entry><id>urn:1</id><title type='html'>甲&lt;br&gt;乙</title>"
     "<link href='http://a.example/1' rel='alternate'/>"
     "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
     "<p>一<em>二</em></p></div></content>"
     "<updated>2026-06-07T01:30:00Z</updated></entry>"
     "<entry><id>urn:2</id><title>b</title><link href='http://a.example/2'/>"
     "<summary>s</summary></entry></feed>",
        "</entry>"},
    {"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
     " xmlns='http://purl.org/rss/1.0/'><channel rdf:about='x'>"
     "<title>t</title></channel>"
     "<item rdf:about='http://a.example/1'><title>一</title>"
     "<link>http://a.example/1</link></item>"
     "<item rdf:about='http://a.example/2'><title>二</title>"
     "<link>http://a.example/2</link></item></rdf:RDF>",
        "</item>"},
    {"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
     "<url><loc>http://a.example/一</loc><lastmod>2026-06-07</lastmod></url>"
     "<url><loc>http://a.example/2</loc></url></urlset>",
        "</url>"},
    {"{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"t\","
     " \"items\": [{\"id\": \"1\", \"url\": \"http://a.example/1\","
     " \"title\": \"一 \\\"引号\\\" }],\", \"content_html\": "
     "\"<p>\\u4e2d</p>\","
     " \"tags\": [\"a\", \"b\"], \"author\": {\"name\": \"x\"}},"
     " {\"id\": 2, \"url\": \"http://a.example/2\", \"title\": \"二\","
     " \"attachments\": [{\"url\": \"http://a.example/f\"}]}],"
     " \"authors\": [{\"name\": \"y\"}]}",
        NULL},
};

/* How many items are whole in the first n bytes. */
static size_t
count_whole(size_t n, const size_t *ends, size_t nends)
{
    size_t whole = 0;

    while (whole < nends && ends[whole] <= n)
        whole++;
    return whole;
}

static size_t
find_ends(const struct sample *sample, size_t ends[8])
{
    struct str text = str_of(sample->text), end = str_of(sample->end);
    size_t n = 0, at = 0;

    if (!end.p) { /* JSON has no end tags */
        ends[0] = str_find(text, STR("\"x\"}},")) + 5;
        ends[1] = str_find(text, STR("/f\"}]}]")) + 6;
        return 2;
    }
    while (at < text.n && n < 8) {
        at += str_find(str_from(text, at), end) + end.n;
        if (at <= text.n)
            ends[n++] = at;
    }
    return n;
}

static void
same(struct str got, struct str want, size_t cut)
{
    if (!str_eq(got, want))
        fail_msg("cut at %zu: \"%.*s\" is not \"%.*s\"", cut, STR_ARG(got),
            STR_ARG(want));
}

static void
cut_everywhere(struct str bytes, const char *content_type, const size_t *ends,
    size_t nends)
{
    struct arena *own = arena_new(ARENA_CAP_DEFAULT);
    struct feed_input input = {.bytes = bytes,
        .url = STR(BASE),
        .content_type = str_of(content_type),
        .now = now};
    const struct document *full, *cut;
    struct toc_error error;

    assert_int_equal(feed_parse(arena, &input, &error, &full), 0);
    assert_int_equal(full->nitems, nends);
    assert_false(full->partial);
    for (size_t n = 0; n < bytes.n; n++) {
        size_t whole = count_whole(n, ends, nends);
        int err;

        arena_clear(own);
        input.bytes = str_first(bytes, n);
        err = feed_parse(own, &input, &error, &cut);
        if (err) {
            if (whole > 0)
                fail_msg("cut at %zu: refused: %s", n, error.text);
            assert_int_equal(err, E_PARSE);
            continue;
        }
        if (cut->nitems < whole || cut->nitems > whole + 1)
            fail_msg(
                "cut at %zu: %zu items, %zu are whole", n, cut->nitems, whole);
        for (size_t i = 0; i < whole; i++) {
            same(cut->items[i].title, full->items[i].title, n);
            same(cut->items[i].url, full->items[i].url, n);
            same(cut->items[i].text, full->items[i].text, n);
            assert_memory_equal(
                cut->items[i].identity, full->items[i].identity, DIGEST_SIZE);
        }
        if (cut->nitems > whole) /* a part: its address is never half of one */
            same(cut->items[whole].url, full->items[whole].url, n);
    }
    arena_free(own);
}

static void
test_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        size_t ends[8], n = find_ends(&samples[i], ends);

        cut_everywhere(str_of(samples[i].text), NULL, ends, n);
    }
}

static struct str
converted(const char *to, struct str text)
{
    iconv_t cd = iconv_open(to, "UTF-8");
    size_t nin = text.n, nout = 4 * text.n;
    char *bytes = arena_alloc(arena, nout), *at = bytes;
    char *in = arena_cstr(arena, text);

    assert_true(cd != (iconv_t)-1);
    assert_true(iconv(cd, &in, &nin, &at, &nout) != (size_t)-1);
    iconv_close(cd);
    return (struct str){bytes, (size_t)(at - bytes)};
}

static void
test_other_encodings(void **state)
{
    static const struct {
        const char *iconv, *header;
    } encodings[] = {{"GB18030", "text/xml; charset=gb2312"},
        {"UTF-16LE", "text/xml; charset=utf-16le"}};

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct str text = str_of(samples[i].text), bytes;
        size_t declaration = str_find(text, STR("?>\n")), ends[8], n;

        if (declaration < text.n)
            text = str_from(text, declaration + 3);
        n = find_ends(&samples[i], ends);
        for (size_t j = 0; j < sizeof encodings / sizeof encodings[0]; j++) {
            size_t moved[8];

            for (size_t k = 0; k < n; k++) {
                size_t skipped = str_of(samples[i].text).n - text.n;

                moved[k] = converted(
                    encodings[j].iconv, str_first(text, ends[k] - skipped))
                               .n;
            }
            bytes = converted(encodings[j].iconv, text);
            cut_everywhere(bytes, encodings[j].header, moved, n);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_utf8),
        TEST(test_other_encodings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
