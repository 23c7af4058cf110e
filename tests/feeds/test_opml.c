/* Lists of subscriptions: read, and written so that they read the same. */
#include "feed_check.h"
#include "feeds/opml.h"

static struct opml
read_opml(const char *text)
{
    struct opml opml;
    struct toc_error error = {0};

    if (opml_parse(arena, str_of(text), &error, &opml))
        fail_msg("refused: %s: %s", error.text, text);
    return opml;
}

static void
test_outlines(void **state)
{
    struct opml opml = read_opml(
        "<?xml version='1.0'?><opml version='2.0'><head><title>我的 &amp; 订阅"
        "</title></head><body><outline text='教育'><outline text='学校'>"
        "<outline text='a' title='云溪一中' type='rss' xmlUrl=' "
        "http://a.example"
        "/rss ' htmlUrl='http://a.example/' category='/x/y,z,/学校'/></outline>"
        "<outline text='b' xmlurl='feed://b.example/x'/></outline>"
        "<outline xmlURL='feed:https://c.example/'/>"
        "<outline text='l' type='link' url='https://d.example/'/>"
        "<outline text='e' xmlUrl='ftp://e.example/'/>"
        "<outline text='folder'/></body></opml>");
    const struct opml_outline *o = opml.outlines;

    (void)state;
    is(opml.title, "我的 & 订阅");
    assert_int_equal(opml.noutlines, 4);
    assert_int_equal(opml.unusable, 1);
    assert_false(opml.partial);
    is(o[0].title, "云溪一中");
    is(o[0].feed, "http://a.example/rss");
    is(o[0].page, "http://a.example/");
    is(o[0].type, "rss");
    assert_int_equal(o[0].ntags, 5);
    is(o[0].tags[0], "教育");
    is(o[0].tags[1], "学校");
    is(o[0].tags[2], "x");
    is(o[0].tags[4], "z");
    is(o[1].feed, "http://b.example/x");
    assert_int_equal(o[1].ntags, 1);
    is(o[2].feed, "https://c.example/");
    is(o[2].title, NULL);
    assert_int_equal(o[2].ntags, 0);
    is(o[3].feed, NULL);
    is(o[3].page, "https://d.example/");
}

static void
test_encodings_and_damage(void **state)
{
    struct opml opml =
        read_opml("<?xml version=\"1.0\" encoding=\"gb2312\"?><opml><body>"
                  "<outline text=\"\xD4\xC6\xCF\xAA\" xmlUrl=\"http://a.example"
                  "/?a=1&b=2\"></body></opml>");

    (void)state;
    assert_int_equal(opml.noutlines, 1);
    is(opml.outlines[0].title, "云溪");
    is(opml.outlines[0].feed, "http://a.example/?a=1&b=2");
    opml =
        read_opml("<opml><body><outline text='a' xmlUrl='http://a.example/'/>"
                  "<outline text='b' xmlUrl='http");
    assert_int_equal(opml.noutlines, 1);
    assert_true(opml.partial);
}

static void
test_refusals(void **state)
{
    static const char *const texts[] = {"", "hello", "<rss/>",
        "<!DOCTYPE opml [<!ATTLIST a b CDATA 'x'>]><opml/>", "{}",
        "<html><body><opml/></body></html>"};
    struct opml opml;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct toc_error error = {0};
        int err = opml_parse(arena, str_of(texts[i]), &error, &opml);

        if (err != E_PARSE && err != E_LIMIT)
            fail_msg("not refused: %s", texts[i]);
        assert_true(error.text[0] != '\0');
    }
}

static void
test_bounds(void **state)
{
    struct opml opml;
    struct toc_error error;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 23);
    buf_add_cstr(&text, "<opml><body>");
    for (int i = 0; i < 25; i++)
        buf_printf(&text, "<outline text='t%d'>", i);
    for (int i = 0; i < OPML_MAX_OUTLINES + 10; i++)
        buf_printf(&text, "<outline xmlUrl='http://a.example/%d'/>", i);
    for (int i = 0; i < 25; i++)
        buf_add_cstr(&text, "</outline>");
    buf_add_cstr(&text, "</body></opml>");
    assert_int_equal(opml_parse(arena, buf_str(&text), &error, &opml), 0);
    assert_int_equal(opml.noutlines, OPML_MAX_OUTLINES);
    assert_int_equal(opml.outlines[7].ntags, OPML_MAX_TAGS);
    assert_true(opml.partial);
    buf_done(&text);
}

static void
test_round_trip(void **state)
{
    static const struct str two[] = {{"x", 1}, {"y & z", 5}};
    const struct opml_outline outlines[] = {
        {.title = STR("<云> & \"b\""),
            .feed = STR("http://a.example/?a=1&b=2"),
            .type = STR("rss"),
            .tags = two,
            .ntags = 2},
        {.title = STR("云溪"), .feed = STR("http://b.example/")},
        {.title = STR("c"),
            .page = STR("http://c.example/"),
            .type = STR("link"),
            .tags = two,
            .ntags = 1},
    };
    static const size_t order[] = {0, 2, 1};
    struct opml opml;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 16);
    assert_int_equal(opml_write(STR("A & <云>"), outlines, 3, &text), 0);
    opml = read_opml(buf_cstr(&text));
    is(opml.title, "A & <云>");
    assert_int_equal(opml.noutlines, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct opml_outline *got = &opml.outlines[i];
        const struct opml_outline *want = &outlines[order[i]];

        assert_true(str_eq(got->title, want->title));
        assert_true(str_eq(got->feed, want->feed));
        assert_true(str_eq(got->page, want->page));
        assert_int_equal(got->ntags, want->ntags);
        for (size_t j = 0; j < got->ntags; j++)
            assert_true(str_eq(got->tags[j], want->tags[j]));
    }
    buf_done(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_outlines),
        TEST(test_encodings_and_damage),
        TEST(test_refusals),
        TEST(test_bounds),
        TEST(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
