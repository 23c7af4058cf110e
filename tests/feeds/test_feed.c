/* Feeds of every format, from bytes to items. */
#include "feed_check.h"

static void
test_rss(void **state)
{
    const struct document *document = parse_ok(
        "<?xml version='1.0'?><rss version='2.0'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
        " xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:media='http://search.yahoo.com/mrss/'"
        " xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
        "<image><title>no</title><link>http://no.example/</link></image>"
        "<title>云溪县第一小学</title><link>/site/</link><ttl>30</ttl>"
        "<lastBuildDate>Sun, 07 Jun 2026 01:30:00 GMT</lastBuildDate>"
        "<atom:link rel='next' href='?page=2'/>"
        "<item><media:title>no</media:title><title>停水 &amp; 停电通知</title>"
        "<link>news/1.html</link><guid isPermaLink='false'>n-1</guid>"
        "<description>short</description>"
        "<content:encoded><![CDATA[<p>Long</p><p>text</p>]]>"
        "</content:encoded><pubDate>Sun, 07 Jun 2026 09:30:00 +0800</pubDate>"
        "<category>通知</category><dc:subject>后勤</dc:subject>"
        "<enclosure url='a.pdf' type='application/pdf' length='1'/></item>"
        "</channel></rss>");
    const struct item *item = &document->items[0];

    (void)state;
    assert_int_equal(document->format, DOCUMENT_RSS);
    is(document->version, "rss20");
    is(document->encoding, "utf-8");
    is(document->title, "云溪县第一小学");
    is(document->link, "http://origin.example/site/");
    is(document->next, "http://origin.example/site/?page=2");
    assert_int_equal(document->ttl_ms, 30 * MS_MINUTE);
    is_time(document->updated, "2026-06-07T01:30:00Z");
    assert_int_equal(document->nitems, 1);
    is(item->id, "n-1");
    is(item->url, "http://origin.example/site/news/1.html");
    is(item->title, "停水 & 停电通知");
    is(item->text, "Long text");
    is(item->summary, "short");
    is_time(item->published, "2026-06-07T01:30:00Z");
    is_time(item->updated, "");
    assert_int_equal(item->ncategories, 2);
    is(item->categories[1], "后勤");
    assert_int_equal(item->nenclosures, 1);
    is(item->enclosures[0].url, "http://origin.example/site/a.pdf");
    is(item->enclosures[0].type, "application/pdf");
    assert_int_equal(document->nnotes, 0);
    assert_false(document->partial);
}

static void
test_other_formats(void **state)
{
    const struct document *document;
    const struct item *item;

    (void)state;
    document = parse_ok(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
        " xmlns='http://purl.org/rss/1.0/'><channel><title>t</title></channel>"
        "<item rdf:about='http://a.example/1'><title>one</title></item>"
        "</rdf:RDF>");
    is(document->version, "rdf10");
    is(document->items[0].url, "http://a.example/1");
    item = only_item("<feed xmlns='http://www.w3.org/2005/Atom'"
                     " xml:base='http://b.example/x/'><title>f</title><entry>"
                     "<id>urn:1</id><title type='html'>A &amp;lt;b&amp;gt;"
                     "</title><link rel='self' href='no'/>"
                     "<link href='post'/><updated>2026-06-07T01:30:00Z"
                     "</updated><content type='xhtml'><div xmlns="
                     "'http://www.w3.org/1999/xhtml'><p>1 &lt; 2</p>"
                     "<script>x</script>y</div></content>"
                     "<source><title>no</title></source></entry></feed>");
    is(item->id, "urn:1");
    is(item->title, "A <b>");
    is(item->url, "http://b.example/x/post");
    is(item->text, "1 < 2 y");
    is_time(item->published, "");
    is_time(item->updated, "2026-06-07T01:30:00Z");
    item = only_item("<feed version='0.3' xmlns='http://purl.org/atom/ns#'>"
                     "<entry><title mode='base64'>5LqR5rqq</title>"
                     "<issued>2026-06-07</issued></entry></feed>");
    is(item->title, "云溪");
    item = only_item("<entry xmlns='http://www.w3.org/2005/Atom'><title>alone"
                     "</title></entry>");
    is(item->title, "alone");
}

static void
test_json(void **state)
{
    const struct document *document = parse_ok(
        "\xEF\xBB\xBF{\"version\":\"https://jsonfeed.org/version/1.1\","
        "\"title\":\"云溪\",\"home_page_url\":\"http://a.example/\","
        "\"items\":[null,3,{\"id\":7,\"url\":\"/p\",\"title\":\"x\","
        "\"content_html\":\"<b>h</b>\",\"tags\":[\"t\",1],"
        "\"date_published\":\"2026-06-07T01:30:00Z\",\"attachments\":"
        "[{\"url\":\"f\",\"mime_type\":\"a/b\"}]},"
        "{\"id\":{\"a\":1},\"title\":[\"x\"],\"content_text\":\"a<b>\"}]}");
    const struct document *none;

    (void)state;
    is(document->version, "json11");
    assert_int_equal(document->nitems, 2);
    is(document->items[0].id, "7");
    is(document->items[0].url, "http://a.example/p");
    is(document->items[0].text, "h");
    assert_int_equal(document->items[0].ncategories, 1);
    is(document->items[1].text, "a<b>");
    is(document->items[1].id, NULL);
    /* What stands in a string declares nothing. */
    document = parse_ok("{\"items\":[{\"id\":\"1\",\"content_text\":"
                        "\"<?xml encoding='gbk'?> 云\"}]}");
    is(document->encoding, "utf-8");
    assert_int_equal(parse(STR("{\"items\":{}}"), &none), E_PARSE);
    assert_int_equal(parse(STR("{\"items\":["), &none), E_PARSE);
    assert_int_equal(parse(STR("[1]"), &none), E_PARSE);
}

static void
test_sitemaps(void **state)
{
    const struct document *document = parse_ok(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
        " xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
        " xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
        "<url><loc>http://a.example/1</loc><lastmod>2026-06-07</lastmod>"
        "<image:image><image:loc>http://a.example/i.png</image:loc>"
        "<image:title>no</image:title></image:image>"
        "<news:news><news:publication_date>2026-06-06T01:00:00Z"
        "</news:publication_date><news:title>标题</news:title></news:news>"
        "</url><url><lastmod>2026</lastmod></url></urlset>");

    (void)state;
    assert_int_equal(document->format, DOCUMENT_SITEMAP);
    assert_int_equal(document->nitems, 1);
    is(document->items[0].url, "http://a.example/1");
    is(document->items[0].title, "标题");
    is_time(document->items[0].published, "2026-06-06T01:00:00Z");
    document = parse_ok("<sitemapindex><sitemap><loc>http://a.example/s.xml"
                        "</loc></sitemap></sitemapindex>");
    assert_int_equal(document->format, DOCUMENT_SITEMAPINDEX);
    document = parse_ok("http://a.example/1\r\nhttp://a.example/2\n");
    is(document->version, "sitemap");
    assert_int_equal(document->nitems, 2);
}

static void
test_refusals(void **state)
{
    static const char *const texts[] = {"", "  \n ", "garbage",
        "<!DOCTYPE html><html><head></head></html>", "<note><to>x</to></note>",
        "<svg/>", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03zzzz"};
    const struct document *document;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(parse(str_of(texts[i]), &document) < 0);
}

static void
test_links_that_may_leave(void **state)
{
    static const char *const rows[][2] = {
        {"javascript:alert(1)", NULL},
        {" java\nscript:alert(1)", NULL},
        {"file:///etc/passwd", NULL},
        {"tel:123", NULL},
        {"data:text/html,x", NULL},
        {"//b.example/x", "http://b.example/x"},
        {"../y", "http://origin.example/y"},
        {"https://c.example/?a=1&amp;b=2", "https://c.example/?a=1&b=2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[300];

        snprintf(text, sizeof text,
            "<rss><channel><item><title>t</title><link>%s</link></item>"
            "</channel></rss>",
            rows[i][0]);
        is(only_item(text)->url, rows[i][1]);
    }
}

static void
test_strange_namespaces(void **state)
{
    static const char *const texts[] = {
        "<x:rss xmlns:x='http://backend.userland.com/rss2'><x:channel><x:item>"
        "<x:title>T</x:title></x:item></x:channel></x:rss>",
        "<rss xmlns='urn:unknown'><channel><item><title>T</title></item>"
        "</channel></rss>",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry>"
        "<a:title>T</a:title></a:entry></a:feed>",
        "<feed><entry><title>T</title></entry></feed>",
        "<feed xmlns='https://www.w3.org/2005/Atom/'><entry><title>T</title>"
        "</entry></feed>",
        "<RSS><Channel><Item><Title>T</Title></Item></Channel></RSS>",
        "<rss><channel><item><dc:title>T</dc:title></item></channel></rss>",
        "<rss><channel><x:y xmlns:x='urn:x'><item><title>no</title></item>"
        "</x:y><item><title>T</title></item></channel></rss>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        is(only_item(texts[i])->title, "T");
}

static void
test_damage(void **state)
{
    const struct document *document;

    (void)state;
    document = parse_ok("<rss><channel><item><title>A & B &mdash; C\x08</title>"
                        "<link>http://a.example/?a=1&b=2</link></item>"
                        "</channel></rss><script>x</script>");
    is(document->items[0].title, "A & B — C");
    is(document->items[0].url, "http://a.example/?a=1&b=2");
    assert_int_equal(document->nnotes, 1);
    /* Cut: what is whole is kept, and the fetch is no complete one. */
    document = parse_ok("<rss><channel><item><title>one</title></item><item>"
                        "<title>tw");
    assert_int_equal(document->nitems, 1);
    assert_true(document->partial);
    document = parse_ok("<rss><channel><item><title>one</title><item>"
                        "<title>two</title></channel></rss>");
    assert_int_equal(document->nitems, 2);
    assert_false(document->partial);
    document = parse_ok("<rss><channel><item><title>云溪\xff县</title></item>"
                        "</channel></rss>");
    is(document->items[0].title, "云溪\xEF\xBF\xBD县");
}

static void
test_dates_without_zone(void **state)
{
    (void)state;
    is_time(only_item("<rss><channel><title>云溪县</title><item><title>通知"
                      "</title><pubDate>2026-06-07 09:30:00</pubDate></item>"
                      "</channel></rss>")
                ->published,
        "2026-06-07T01:30:00Z");
    is_time(only_item("<rss><channel><item><title>Notice</title><pubDate>"
                      "2026-06-07 09:30:00</pubDate></item></channel></rss>")
                ->published,
        "2026-06-07T09:30:00Z");
    is_time(only_item("<rss><channel><item><title>x</title><pubDate>someday"
                      "</pubDate></item></channel></rss>")
                ->published,
        "");
}

static bool
same(const struct item *a, const struct item *b)
{
    return memcmp(a->identity, b->identity, DIGEST_SIZE) == 0;
}

/* Over the whole value: ids of one site are alike for most of their length. */
static void
test_long_ids_differ_at_their_end(void **state)
{
    const struct document *a = parse_ok(
        "<rss><channel><item><title>a</title>"
        "<guid>https://school.example/2026/11/25/notice/1</guid>"
        "</item></channel></rss>");
    const struct document *b = parse_ok(
        "<rss><channel><item><title>a</title>"
        "<guid>https://school.example/2026/11/25/notice/2</guid>"
        "</item></channel></rss>");

    (void)state;
    assert_false(same(&a->items[0], &b->items[0]));
}

static void
test_identity(void **state)
{
    const struct document *a, *b;

    (void)state;
    /* The id stands above all else; what changed is a revision. */
    a = parse_ok("<rss><channel><item><guid>1</guid><title>x</title>"
                 "<link>/a</link></item></channel></rss>");
    b = parse_ok("<rss><channel><item><guid>1</guid><title>y</title>"
                 "<link>/b</link></item></channel></rss>");
    assert_true(same(&a->items[0], &b->items[0]));
    assert_memory_not_equal(
        a->items[0].digest, b->items[0].digest, DIGEST_SIZE);
    /* Then the canonical address. */
    a = parse_ok("<rss><channel><item><title>x</title>"
                 "<link>HTTP://A.example:80/p?utm_source=x#y</link></item>"
                 "</channel></rss>");
    b = parse_ok("<rss><channel><item><title>z</title>"
                 "<link>http://a.example/p</link></item></channel></rss>");
    assert_true(same(&a->items[0], &b->items[0]));
    /* Then title and date. */
    a = parse_ok("<rss><channel><item><title>No Tice</title></item><item>"
                 "<title>other</title></item></channel></rss>");
    b = parse_ok("<rss><channel><item><title>no  tice</title></item>"
                 "</channel></rss>");
    assert_true(same(&a->items[0], &b->items[0]));
    assert_false(same(&a->items[0], &a->items[1]));
    /* One id for two addresses: two items. */
    a = parse_ok("<rss><channel>"
                 "<item><guid isPermaLink='false'>1</guid><link>/a</link>"
                 "</item><item><guid isPermaLink='false'>1</guid>"
                 "<link>/b</link></item></channel></rss>");
    assert_int_equal(a->nitems, 2);
    assert_false(same(&a->items[0], &a->items[1]));
    /* Ids are compared as they are written. */
    a = parse_ok("<rss><channel><item><guid>a</guid></item><item>"
                 "<guid>A</guid></item></channel></rss>");
    assert_false(same(&a->items[0], &a->items[1]));
}

static void
test_limits(void **state)
{
    const struct document *document;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 26);
    buf_add_cstr(&text, "<rss><channel>");
    for (int i = 0; i < FEED_MAX_ITEMS + 5; i++)
        buf_printf(&text, "<item><guid>%d</guid></item>", i);
    buf_add_cstr(&text, "</channel></rss>");
    assert_int_equal(parse(buf_str(&text), &document), 0);
    assert_int_equal(document->nitems, FEED_MAX_ITEMS);
    assert_true(document->partial);
    buf_clear(&text);
    buf_add_cstr(&text, "<rss><channel><item><title>");
    for (int i = 0; i < FEED_MAX_TITLE_BYTES; i++)
        buf_add_cstr(&text, "云");
    buf_add_cstr(&text, "</title><link>http://a.example/");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&text, 'x');
    buf_add_cstr(&text, "</link></item></channel></rss>");
    assert_int_equal(parse(buf_str(&text), &document), 0);
    assert_int_equal(document->nitems, 1);
    assert_int_equal(
        utf8_count(document->items[0].title), FEED_MAX_TITLE_CHARS);
    assert_true(utf8_is_valid(document->items[0].title));
    is(document->items[0].url, NULL);
    assert_true(document->nnotes > 0);
    buf_done(&text);
}

/* Names without number cost libxml2 the square of it: they end the document,
 * not the parser. */
static void
test_a_flood_of_names(void **state)
{
    const struct document *document;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 24);
    buf_add_cstr(&text, "<rss><channel><item><title>T</title></item>");
    for (int i = 0; i < 300000; i++)
        buf_printf(&text, "<n%d/>", i);
    buf_add_cstr(&text, "</channel></rss>");
    assert_int_equal(parse(buf_str(&text), &document), 0);
    assert_int_equal(document->nitems, 1);
    assert_true(document->partial);
    buf_done(&text);
    is(only_item("<rss><channel><item><title>U</title></item></channel></rss>")
            ->title,
        "U");
}

/* The parser is one for the whole process: one document must not show in the
 * next, whatever the first one was. */
static void
test_documents_do_not_meet(void **state)
{
    const struct document *document;

    (void)state;
    assert_true(parse(STR("<feed><entry><title>cut"), &document) == 0);
    assert_true(parse(STR("<rss><channel><item>"), &document) == 0);
    assert_int_equal(document->nitems, 0);
    is(only_item("<rss><channel><item><title>T</title></item></channel></rss>")
            ->title,
        "T");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rss),
        TEST(test_other_formats),
        TEST(test_json),
        TEST(test_sitemaps),
        TEST(test_refusals),
        TEST(test_links_that_may_leave),
        TEST(test_strange_namespaces),
        TEST(test_damage),
        TEST(test_dates_without_zone),
        TEST(test_long_ids_differ_at_their_end),
        TEST(test_identity),
        TEST(test_limits),
        TEST(test_a_flood_of_names),
        TEST(test_documents_do_not_meet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
