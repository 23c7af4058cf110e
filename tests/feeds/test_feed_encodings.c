/* Encodings: every way to say which one it is, and none, and a wrong one. */
#include <iconv.h>

#include "feed_check.h"
#include "feeds/decode.h"

struct sample {
    const char *text;  /* UTF-8 */
    const char *iconv; /* what makes the bytes */
    const char *label; /* what documents call it */
    const char *name;  /* WHATWG's */
    bool detected;     /* to be found without any label */
};

static const struct sample samples[] = {
    {"云溪县第一小学食堂停水通知", "UTF-8", "utf-8", "utf-8", true},
    {"云溪县第一小学食堂停水通知", "GB18030", "gb2312", "gb18030", true},
    {"云溪县第一小学食堂停水通知", "GBK", "GBK", "gb18030", true},
    {"朱镕基与囧字：镕 囧 喆 堃", "GBK", "gb_2312-80", "gb18030", false},
    {"云溪县㐀𠀀第一小学", "GB18030", "GB18030", "gb18030", true},
    {"雲溪縣第一小學食堂停水通知", "BIG5-HKSCS", "big5", "big5", true},
    {"學校「停課」公告，請家長留意", "BIG5-HKSCS", "Big5-HKSCS", "big5", true},
    {"学校からのお知らせ：給食の中止について", "CP932", "Shift_JIS",
        "shift_jis", true},
    {"学校からのお知らせ：給食の中止について", "CP932", "windows-31j",
        "shift_jis", true},
    {"学校からのお知らせ：給食の中止について", "EUC-JP", "euc-jp", "euc-jp",
        true},
    {"学校からのお知らせ", "ISO-2022-JP", "iso-2022-jp", "iso-2022-jp", false},
    {"학교 급식 중단 안내와 학부모 공지", "CP949", "euc-kr", "euc-kr", true},
    {"학교 급식 중단 안내와 학부모 공지", "CP949", "ks_c_5601-1987", "euc-kr",
        true},
    {"Школа объявляет о временном закрытии столовой", "CP1251", "windows-1251",
        "windows-1251", true},
    {"Школа объявляет о временном закрытии столовой", "KOI8-R", "koi8-r",
        "koi8-r", true},
    {"Школа объявляет", "ISO-8859-5", "iso-8859-5", "iso-8859-5", false},
    {"Café fermé à l’école – “élève”", "CP1252", "iso-8859-1", "windows-1252",
        true},
    {"Café fermé à l’école – “élève”", "CP1252", "us-ascii", "windows-1252",
        true},
    {"Příliš žluťoučký kůň úpěl", "CP1250", "windows-1250", "windows-1250",
        false},
    {"Příliš žluťoučký kůň úpěl", "ISO-8859-2", "iso-8859-2", "iso-8859-2",
        false},
    {"Το σχολείο είναι κλειστό σήμερα", "CP1253", "windows-1253",
        "windows-1253", false},
    {"Okul bugün kapalı: İğneada çığ şöför", "CP1254", "iso-8859-9",
        "windows-1254", false},
    {"בית הספר סגור היום", "CP1255", "windows-1255", "windows-1255", false},
    {"المدرسة مغلقة اليوم", "CP1256", "windows-1256", "windows-1256", false},
    {"Mokykla šiandien uždaryta", "CP1257", "windows-1257", "windows-1257",
        false},
    {"โรงเรียนปิดวันนี้", "CP874", "tis-620", "windows-874", false},
    {"Школа", "MAC-CYRILLIC", "x-mac-cyrillic", "x-mac-cyrillic", false},
    {"Prix : 10 € à Œuvres", "ISO-8859-15", "iso-8859-15", "iso-8859-15",
        false},
};

static void
convert(const char *to, struct str text, struct buf *out)
{
    iconv_t cd = iconv_open(to, "UTF-8");
    char bytes[8192], *in = arena_cstr(arena, text), *at = bytes;
    size_t nin = text.n, nout = sizeof bytes;

    if (cd == (iconv_t)-1)
        fail_msg("no converter to %s", to);
    if (iconv(cd, &in, &nin, &at, &nout) == (size_t)-1 ||
        iconv(cd, NULL, NULL, &at, &nout) == (size_t)-1)
        fail_msg("%s cannot hold the sample", to);
    iconv_close(cd);
    buf_add(out, bytes, (size_t)(at - bytes));
}

/* A feed of two items with the sample as their titles. */
static struct str
make(const struct sample *sample, const char *declared, const char *to)
{
    struct buf utf8, bytes;
    struct str made;

    buf_init(&utf8, 65536);
    buf_init(&bytes, 65536);
    if (declared)
        buf_printf(
            &utf8, "<?xml version=\"1.0\" encoding=\"%s\"?>\n", declared);
    buf_printf(&utf8,
        "<rss version=\"2.0\"><channel><title>%s</title>"
        "<item><title>%s</title><link>http://a.example/1</link></item>"
        "<item><title>%s</title><link>http://a.example/2</link></item>"
        "</channel></rss>",
        sample->text, sample->text, sample->text);
    convert(to, buf_str(&utf8), &bytes);
    made = arena_str(arena, buf_str(&bytes));
    buf_done(&utf8);
    buf_done(&bytes);
    return made;
}

static const struct document *
read_as(struct str bytes, const char *content_type)
{
    struct feed_input input = {.bytes = bytes,
        .url = STR(BASE),
        .content_type = str_of(content_type),
        .now = now};
    struct toc_error error = {0};
    const struct document *document;

    if (feed_parse(arena, &input, &error, &document))
        fail_msg("refused: %s", error.text);
    return document;
}

static void
check(const struct sample *sample, const char *how,
    const struct document *document, unsigned trouble)
{
    struct str want = str_of(sample->text);

    for (size_t i = 0; i < document->nitems; i++)
        if (!str_eq(document->items[i].title, want))
            fail_msg("%s, %s: \"%.*s\" is not \"%s\" (read as %.*s)",
                sample->label, how, STR_ARG(document->items[i].title),
                sample->text, STR_ARG(document->encoding));
    assert_int_equal(document->nitems, 2);
    if (!str_eq(document->encoding, str_of(sample->name)))
        fail_msg("%s, %s: read as %.*s", sample->label, how,
            STR_ARG(document->encoding));
    if (document->trouble != trouble)
        fail_msg("%s, %s: trouble %u: %.*s", sample->label, how,
            document->trouble,
            STR_ARG(document->nnotes ? document->notes[0] : STR("")));
}

static const char *
header(const char *label)
{
    return arena_cstr(
        arena, arena_printf(arena, "application/rss+xml; charset=%s", label));
}

#define EACH(s)                                                                \
    for (const struct sample *s = samples;                                     \
         s < samples + sizeof samples / sizeof samples[0]; s++)

static void
test_declared(void **state)
{
    (void)state;
    EACH(s)
    {
        check(s, "declared", read_as(make(s, s->label, s->iconv), NULL), 0);
        check(s, "declared as text/html",
            read_as(make(s, s->label, s->iconv), "text/html"), 0);
        check(s, "declared, header without charset",
            read_as(make(s, s->label, s->iconv), "text/xml"), 0);
    }
}

static void
test_in_the_header(void **state)
{
    (void)state;
    EACH(s)
    {
        check(s, "in the header",
            read_as(make(s, NULL, s->iconv), header(s->label)), 0);
        check(s, "in the header, quoted",
            read_as(make(s, NULL, s->iconv),
                arena_cstr(
                    arena, arena_printf(arena,
                               "text/xml; foo=bar; Charset=\"%s\"", s->label))),
            0);
    }
}

static void
test_the_header_counts_more(void **state)
{
    (void)state;
    EACH(s)
    check(s, "header right, declaration wrong",
        read_as(make(s, "windows-1258", s->iconv), header(s->label)), 0);
}

/* A header that says UTF-8 by default while the document knows better. */
static void
test_a_header_that_cannot_be(void **state)
{
    (void)state;
    EACH(s)
    {
        if (strcmp(s->name, "utf-8") == 0 ||
            strcmp(s->name, "iso-2022-jp") == 0)
            continue;
        check(s, "header utf-8, declaration right",
            read_as(make(s, s->label, s->iconv), header("utf-8")),
            TROUBLE_ENCODING);
    }
}

static void
test_labels_that_mean_nothing(void **state)
{
    (void)state;
    EACH(s)
    {
        check(s, "unknown label in the header",
            read_as(make(s, s->label, s->iconv), header("klingon")),
            TROUBLE_ENCODING);
        check(s, "unknown label declared",
            read_as(make(s, "none", s->iconv), header(s->label)),
            TROUBLE_ENCODING);
    }
}

static void
test_without_any_label(void **state)
{
    (void)state;
    EACH(s)
    if (s->detected)
        check(s, "without a label", read_as(make(s, NULL, s->iconv), NULL), 0);
}

/* Declared UTF-8, and is not. */
static void
test_a_wrong_declaration(void **state)
{
    (void)state;
    EACH(s)
    {
        if (!s->detected || strcmp(s->name, "utf-8") == 0 ||
            strcmp(s->name, "iso-2022-jp") == 0)
            continue;
        check(s, "declared utf-8", read_as(make(s, "utf-8", s->iconv), NULL),
            TROUBLE_ENCODING);
    }
}

/* The other way round: UTF-8 that says it is something else. */
static void
test_utf8_under_other_names(void **state)
{
    static const char *const labels[] = {"gb2312", "gbk", "big5", "iso-8859-1",
        "us-ascii", "windows-1251", "shift_jis", "euc-kr"};

    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        check(&samples[0], labels[i],
            read_as(make(&samples[0], labels[i], "UTF-8"), NULL),
            TROUBLE_ENCODING);
        check(&samples[0], labels[i],
            read_as(make(&samples[0], NULL, "UTF-8"), header(labels[i])),
            TROUBLE_ENCODING);
    }
}

static void
test_wide_encodings(void **state)
{
    static const struct {
        const char *mark, *iconv, *declared;
        size_t nmark;
        const char *name;
    } wide[] = {
        {"\xFF\xFE", "UTF-16LE", "utf-16", 2, "utf-16le"},
        {"\xFE\xFF", "UTF-16BE", "utf-16", 2, "utf-16be"},
        {"\xFF\xFE", "UTF-16LE", "gb2312", 2, "utf-16le"},
        {"\xFF\xFE", "UTF-16LE", NULL, 2, "utf-16le"},
        {"", "UTF-16LE", "utf-16", 0, "utf-16le"},
        {"", "UTF-16BE", "UTF-16BE", 0, "utf-16be"},
        {"\xFF\xFE\0\0", "UTF-32LE", "utf-32", 4, "utf-32le"},
        {"\0\0\xFE\xFF", "UTF-32BE", NULL, 4, "utf-32be"},
        {"\xEF\xBB\xBF", "UTF-8", NULL, 3, "utf-8"},
        {"\xEF\xBB\xBF", "UTF-8", "gbk", 3, "utf-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        struct sample sample = {
            samples[0].text, NULL, wide[i].iconv, wide[i].name, false};
        struct str body = make(&sample, wide[i].declared, wide[i].iconv);
        struct buf bytes;

        buf_init(&bytes, 65536);
        buf_add(&bytes, wide[i].mark, wide[i].nmark);
        buf_add_str(&bytes, body);
        check(&sample, "by its mark", read_as(buf_str(&bytes), NULL), 0);
        check(&sample, "by its mark, against the header",
            read_as(buf_str(&bytes), header("iso-8859-1")), 0);
        buf_done(&bytes);
    }
}

/* One bad byte harms one character, wherever it stands and whatever the
 * encoding. */
static void
test_one_bad_byte(void **state)
{
    (void)state;
    EACH(s)
    {
        const struct document *document;
        struct str made;
        char *bytes;
        size_t at;

        if (strcmp(s->name, "utf-8") != 0 && strcmp(s->name, "gb18030") != 0 &&
            strcmp(s->name, "big5") != 0 && strcmp(s->name, "euc-kr") != 0)
            continue;
        made = make(s, s->label, s->iconv);
        at = str_find(made, STR("<item>")) + 13;
        bytes = arena_copy(arena, made.p, made.n);
        bytes[at] = '\xFF';
        document = read_as((struct str){bytes, made.n}, NULL);
        assert_int_equal(document->nitems, 2);
        is(document->items[1].title, s->text);
        assert_true(document->trouble & TROUBLE_ENCODING);
        is(document->encoding, s->name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_declared),
        TEST(test_in_the_header),
        TEST(test_the_header_counts_more),
        TEST(test_a_header_that_cannot_be),
        TEST(test_labels_that_mean_nothing),
        TEST(test_without_any_label),
        TEST(test_a_wrong_declaration),
        TEST(test_utf8_under_other_names),
        TEST(test_wide_encodings),
        TEST(test_one_bad_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
