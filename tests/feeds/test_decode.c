/* Bytes of any encoding to UTF-8: the order of what is believed, and that one
 * bad byte costs one character. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/utf8.h"
#include "feeds/decode.h"
#include "feeds/gunzip.h"

static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CAP_DEFAULT);
    return arena && decode_init() == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct decoded
decode(const char *bytes, size_t n, const char *content_type)
{
    struct decoded out;

    assert_int_equal(decode_bytes(arena, (struct str){bytes, n},
                         str_of(content_type), DECODE_XML, &out),
        0);
    assert_true(utf8_is_valid(out.text));
    assert_true(utf8_is_valid(out.note));
    return out;
}

#define DECODE(bytes, type) decode(bytes, sizeof(bytes) - 1, type)

static void
expect(struct decoded got, const char *encoding, const char *part)
{
    assert_string_equal(got.encoding.p, encoding);
    if (str_find(got.text, str_of(part)) == got.text.n)
        fail_msg("\"%s\" is not in \"%.*s\"", part, STR_ARG(got.text));
}

/* 云溪县教育局 in GB2312. */
#define GB "\xd4\xc6\xcf\xaa\xcf\xd8\xbd\xcc\xd3\xfd\xbe\xd6"

static void
test_labels(void **state)
{
    static const char *const rows[][2] = {
        {"GB2312", "gb18030"},
        {"gbk", "gb18030"},
        {"x-gbk", "gb18030"},
        {"gb_2312-80", "gb18030"},
        {"iso-8859-1", "windows-1252"},
        {"us-ascii", "windows-1252"},
        {"latin1", "windows-1252"},
        {" UTF8 ", "utf-8"},
        {"shift_jis", "shift_jis"},
        {"sjis", "shift_jis"},
        {"ks_c_5601-1987", "euc-kr"},
        {"big5-hkscs", "big5"},
        {"windows_1251", "windows-1251"},
        {"koi8-r", "koi8-r"},
        {"iso-8859-9", "windows-1254"},
        {"tis-620", "windows-874"},
    };
    static const char *const refused[] = {"utf-7", "iso-2022-cn",
        "iso-2022-cn-ext", "hz-gb-2312", "ebcdic-us", "ibm037", "../x",
        "UTF-8//TRANSLIT", "", " ", "none", "utf-8 gbk"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str got = decode_label(str_of(rows[i][0]));

        assert_non_null(got.p);
        assert_string_equal(got.p, rows[i][1]);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_null(decode_label(str_of(refused[i])).p);
}

/* A note quotes a label only when it is text. */
static void
test_label_that_is_no_text(void **state)
{
    (void)state;
    (void)DECODE("<a>x</a>", "text/xml; charset=\xff\xfe\xd4");
}

static void
test_order_of_belief(void **state)
{
    (void)state;
    expect(DECODE("<r>" GB "</r>", "text/xml; charset=gb2312"), "gb18030",
        "云溪县教育局");
    expect(DECODE("<?xml version='1.0' encoding='gbk'?><r>" GB "</r>", ""),
        "gb18030", "云溪县教育局");
    /* The header stands above the declaration. */
    expect(DECODE("<?xml version='1.0' encoding='big5'?><r>" GB "</r>",
               "text/xml; charset=\"GBK\""),
        "gb18030", "云溪县教育局");
    /* The mark stands above both. */
    expect(DECODE("\xEF\xBB\xBF<?xml version='1.0' encoding='gbk'?><r>云溪"
                  "</r>",
               "text/xml; charset=big5"),
        "utf-8", "云溪");
    expect(DECODE("\xFF\xFE<\0r\0>\0\x91\x4e<\0/\0r\0>\0", "charset=gbk"),
        "utf-16le", "<r>云</r>");
    /* No label at all. */
    expect(DECODE("<r>云溪县</r>", ""), "utf-8", "云溪县");
    expect(DECODE("<r>" GB GB "</r>", NULL), "gb18030", "云溪县");
    expect(
        DECODE("\0<\0r\0>\x4e\x91\0<\0/\0r\0>", ""), "utf-16be", "<r>云</r>");
}

static void
test_wrong_labels_lose(void **state)
{
    struct decoded got;

    (void)state;
    got = DECODE("<r>云溪县教育局发布通知</r>", "text/xml; charset=gb2312");
    expect(got, "utf-8", "云溪县教育局");
    assert_non_null(got.note.p);
    got =
        DECODE("<?xml version='1.0' encoding='utf-8'?><r>" GB GB GB "</r>", "");
    expect(got, "gb18030", "云溪县教育局");
    assert_non_null(got.note.p);
    got = DECODE("<r>云溪县</r>", "text/xml; charset=no-such-thing");
    expect(got, "utf-8", "云溪县");
    assert_non_null(got.note.p);
    /* GB2312 whose pairs all look like UTF-8: the label is right. */
    got = DECODE("<r>\xd0\xa3\xd4\xb0\xcd\xa8\xd6\xaa</r>", "charset=gb2312");
    expect(got, "gb18030", "校园通知");
    /* So it is without one, or with a wrong one. */
    got = DECODE("<r>\xd0\xa3\xd4\xb0\xcd\xa8\xd6\xaa</r>", "charset=utf-8");
    expect(got, "gb18030", "校园通知");
    expect(DECODE("<r>Été à Łódź, школа, Ωμέγα</r>", ""), "utf-8", "школа");
    /* A declaration that could be read as bytes is not in UTF-16. */
    expect(DECODE("<?xml version='1.0' encoding='utf-16'?><r>云溪县</r>", ""),
        "utf-8", "云溪县");
}

static void
test_one_bad_byte(void **state)
{
    struct decoded got;

    (void)state;
    got = DECODE("<r>云溪县\xff教育局</r>", "charset=utf-8");
    expect(got, "utf-8", "云溪县\xEF\xBF\xBD教育局");
    assert_int_equal(got.replaced, 1);
    got = DECODE("<r>云溪县\xff教育局</r>", "");
    expect(got, "utf-8", "云溪县\xEF\xBF\xBD教育局");
    got = DECODE("<r>" GB GB "\xff" GB GB "</r>", "charset=gbk");
    expect(got, "gb18030", "云溪县教育局\xEF\xBF\xBD云溪县教育局");
    /* Cut within a character. */
    got = DECODE("<r>云溪县教\xe8\x82", "charset=utf-8");
    expect(got, "utf-8", "云溪县教\xEF\xBF\xBD");
    got = DECODE("<r>" GB GB "\xd4", "charset=gbk");
    expect(got, "gb18030", "教育局\xEF\xBF\xBD");
}

static void
test_encodings(void **state)
{
    (void)state;
    expect(DECODE("<r>caf\xe9 \x93q\x94</r>", "charset=iso-8859-1"),
        "windows-1252", "café “q”");
    expect(DECODE("<r>\xdb\xcb\xcf\xcc\xc1</r>", "charset=koi8-r"), "koi8-r",
        "школа");
    expect(DECODE("<r>\xa4\xaa\xc3\xce\xa4\xe9\xa4\xbb</r>", "charset=euc-jp"),
        "euc-jp", "お知らせ");
    expect(DECODE("<r>\x1b$B$*CN$i$;\x1b(B</r>", "charset=iso-2022-jp"),
        "iso-2022-jp", "お知らせ");
    expect(DECODE("<r>\xb1\xd0\xa8\x7c\xa7\xbd</r>", "charset=big5"), "big5",
        "教育局");
    expect(
        DECODE("<r>\xb1\xb3\xc0\xb0</r>", "charset=euc-kr"), "euc-kr", "교육");
    expect(DECODE("<r>\x81\x30\x81\x30" GB "</r>", "charset=gb18030"),
        "gb18030", "云溪县");
}

static void
test_damaged_utf16(void **state)
{
    struct decoded got;

    (void)state;
    got = DECODE("\xFF\xFE<\0r\0>\0\x00\xd8<\0/\0r\0>\0", "");
    expect(got, "utf-16le", "<r>\xEF\xBF\xBD</r>");
    got = DECODE("\xFF\xFE<\0r\0>\0x", "");
    expect(got, "utf-16le", "<r>\xEF\xBF\xBD");
    got = DECODE("", "");
    assert_int_equal(got.text.n, 0);
}

static void
test_gunzip(void **state)
{
    /* gzip of "<rss/>\n" */
    static const char packed[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xb3\x29\x2a\x2e\xd6\xb7\xe3"
        "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    struct str bytes = {packed, sizeof packed - 1}, out;
    bool whole;

    (void)state;
    assert_true(gunzip_is(bytes));
    assert_int_equal(gunzip_bytes(arena, bytes, 1000, &out, &whole), 0);
    assert_int_equal(out.n, 7);
    assert_memory_equal(out.p, "<rss/>\n", 7);
    assert_false(whole); /* its checksum is wrong */
    assert_int_equal(gunzip_bytes(arena, bytes, 3, &out, &whole), E_LIMIT);
    assert_int_equal(
        gunzip_bytes(arena, str_first(bytes, 11), 1000, &out, &whole), E_PARSE);
    assert_false(gunzip_is(STR("\x1f\x8b")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_label_that_is_no_text),
        cmocka_unit_test(test_order_of_belief),
        cmocka_unit_test(test_wrong_labels_lose),
        cmocka_unit_test(test_one_bad_byte),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_damaged_utf16),
        cmocka_unit_test(test_gunzip),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
