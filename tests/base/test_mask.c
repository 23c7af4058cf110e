/*
 * mask: what is a number of a person, and what only looks like one.
 *
 * Numbers are made here, with right checksums, by a generator with a seed.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "check.h"
#include "tests_mask.h"

static void
expect(const char *text, const char *wanted)
{
    struct buf out;

    buf_init(&out, 8192);
    assert_int_equal(mask_text(&out, str_of(text)), 0);
    assert_str(buf_str(&out), wanted);
    buf_done(&out);
}

static void
stays(const char *text)
{
    expect(text, text);
}

static void
test_mobile(void **state)
{
    (void)state;
    expect("", "");
    expect("家长电话13812345678。", "家长电话138****5678。");
    expect("13812345678,13912345679", "138****5678,139****5679");
    expect("13812345678 13912345679", "138****5678 139****5679");
    expect("13812345678、13912345679", "138****5678、139****5679");
    expect("+8613812345678", "+86138****5678");
    expect("8613812345678", "86138****5678");
    expect("008613812345678", "0086138****5678");
    expect("013812345678", "0138****5678");
    expect("+86 138 1234 5678", "+86 138 **** 5678");
    expect("+86-138-1234-5678", "+86-138-****-5678");
    expect("１３８１２３４５６７８", "１３８****５６７８");
    expect("138-1234-5678", "138-****-5678");
    expect("138 1234 5678", "138 **** 5678");
    expect("138.1234.5678", "138.****.5678");
    expect("138 - 1234 - 5678", "138 - **** - 5678");
    expect("1381234 5678", "138**** 5678");
    expect("138\xE2\x80\x8B"
           "12345678",
        "138\xE2\x80\x8B****5678");
    expect("一三八一二三四五六七八", "一三八****五六七八");
    expect(
        "幺三八，电话幺三八幺二三四五六七八", "幺三八，电话幺三八****五六七八");
    expect("138-1234 5678", "138-**** 5678");
    expect("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8");
    expect("138\xE2\x80\x89" /* a thin space, a mark of direction */
           "1234\xE2\x80\x89"
           "56\xE2\x80\x8E"
           "78",
        "138\xE2\x80\x89****\xE2\x80\x89"
        "56\xE2\x80\x8E"
        "78");
    expect("13812345678wx同号", "138****5678wx同号");
    expect("Tel13812345678", "Tel138****5678");
    expect("VX13812345678", "VX138****5678");
    expect("1.13812345678张三", "1.138****5678张三");
    expect("\xff"
           "13812345678",
        "\xEF\xBF\xBD"
        "138****5678");
}

static void
test_identity(void **state)
{
    (void)state;
    expect("110101199003077758", "110101********7758");
    expect("11010119900307867X", "110101********867X"); /* wrong checksum */
    stays("编号11010119900307867X");
    stays("530102202606070012"); /* a place, and the day of a document */
    expect("身份证号：110101199003077750", "身份证号：110101********7750");
    expect(
        "身份证号码是11010119900307867x，", "身份证号码是110101********867x，");
    expect("身份证11010119900307775X岁", "身份证110101********775X岁");
    expect("110101 19900307 7758", "110101 ******** 7758");
    expect("110101900307775", "110101*****7775");
    expect("学籍号G110101199003077758", "学籍号G110101********7758");
    stays("110101901307775"); /* no such day */
    stays("999999199003077758");
    stays("110101199013077758");
}

static void
test_cards(void **state)
{
    (void)state;
    expect("6222021234567890128", "622202*********0128");
    expect("6222 0212 3456 7890 128", "6222 02** **** ***0 128");
    expect("卡号 6222021234567890123", "卡号 622202*********0123");
    expect("账号：123456789012", "账号：1234****9012");
    expect("卡号 6222 0212 3456 7890", "卡号 6222 02** **** 7890");
    expect("卡号 6222 0212 3456 7890 123", "卡号 6222 02** **** ***0 123");
    stays("6222021234567890123"); /* Luhn's sum is wrong */
    stays("订单6222021234567890128");
    stays("9222021234567890128");
}

static void
test_worded(void **state)
{
    (void)state;
    expect("QQ：123456789", "QQ：12*****89");
    expect("QQ群 12345678", "QQ群 12345678"); /* of a group, not of a person */
    expect("加微信 98765432", "加微信 98****32");
    expect("微信号：1234567", "微信号：1*****7");
    expect("学号：20260123", "学号：20****23");
    expect("学号：B20260123", "学号：B20****23");
    expect("准考证号 2026530912345", "准考证号 20*********45");
    expect("护照E12345678", "护照E12****78");
    expect("zhang.san@qq.com", "z********@qq.com");
    expect("12345678@QQ.com，", "1*******@QQ.com，");
    expect("13812345678@139.com", "1**********@139.com");
    stays("office@yunxi.example");
    stays("news@qq.company.example");
    stays("微信支付2026年");
    stays("QQ音乐");
}

static void
test_others_stay(void **state)
{
    (void)state;
    stays("2026年6月7日 09:30");
    stays("2026-06-07 12:00:00");
    stays("23812345678");
    stays("12345678901");
    stays("1381234567");
    stays("138123456789");
    stays("010-12345678");
    stays("0871-65101234 转 8012");
    stays("12345、110、119、120、95598");
    stays("400-820-8820");
    stays("4008208820");
    stays("order_13812345678");
    stays("SN13812345678");
    stays("订单号：13812345678");
    stays("编号 13812345678");
    stays("统一社会信用代码 91530000MA6K12345X");
    stays("12530000431626123A");
    stays("ISBN 978-7-107-12345-6");
    stays("ISBN 9787107123456");
    stays("云教发〔2026〕12号");
    stays("共13812345678元");
    stays("13812345678.50");
    stays("13,812,345,678");
    stays("12345678901234567890123456789012345678901");
    stays("1998-2026 100周年");
    stays("一二三四五六七八九十");
    stays("20260607123456789012");
    stays("x13812345678y");
    stays("录取分数 625 618 603 601 598 575");
    stays("0 15 200 300 400");
    stays("考生 423000 人");
    stays("社保缴费基数：社保12345678元");
    /* An address within a text is left a link. */
    stays("见 https://m.example/status/4912345678901230。");
    expect("https://a.example/?tel=13812345678，138-1234-5678",
        "https://a.example/?tel=138****5678，138-****-5678");
}

static void
expect_url(const char *url, const char *wanted)
{
    struct buf out;

    buf_init(&out, 8192);
    assert_int_equal(mask_url(&out, str_of(url)), 0);
    assert_str(buf_str(&out), wanted);
    buf_done(&out);
}

static void
test_url(void **state)
{
    (void)state;
    expect_url("https://a.example/p?tel=13812345678&x=1",
        "https://a.example/p?tel=138****5678&x=1");
    expect_url("https://a.example/13812345678.html",
        "https://a.example/138****5678.html");
    expect_url(
        "https://a.example/u_13812345678/", "https://a.example/u_138****5678/");
    expect_url("https://a.example/%E7%94%B0"
               "13812345678",
        "https://a.example/%E7%94%B0"
        "138****5678");
    expect_url("https://a.example/110101199003077758",
        "https://a.example/110101********7758");
    expect_url("https://a.example/2026-06-07/138-1234-5678",
        "https://a.example/2026-06-07/138-****-5678");
    expect_url("https://m.example/status/4912345678901230",
        "https://m.example/status/4912345678901230");
    expect_url("https://a.example/20260607/1780000000000.html",
        "https://a.example/20260607/1780000000000.html");
}

/* Whatever stands around them, generated numbers go, in as many characters,
 * and masking again changes nothing. */
static void
test_generated(void **state)
{
    static const char *const heads[] = {
        "", "电话", "家长：", "（", "，", "tel:", "+86 ", "abc ", "2026年"};
    static const char *const tails[] = {"", "。", "，请联系", ")", " ", "\n"};
    uint64_t seed = 20261125;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        char number[32], text[128];
        struct buf out, again;

        make_number(&seed, (enum made)(i % MADE_KINDS), number);
        snprintf(text, sizeof text, "%s%s%s",
            heads[made_random(&seed, sizeof heads / sizeof *heads)], number,
            tails[made_random(&seed, sizeof tails / sizeof *tails)]);
        buf_init(&out, 1024);
        buf_init(&again, 1024);
        assert_int_equal(mask_text(&out, str_of(text)), 0);
        if (str_find(buf_str(&out), str_of(number)) < out.n)
            fail_msg("\"%s\" was left in \"%s\"", number, buf_cstr(&out));
        assert_int_equal(utf8_count(buf_str(&out)), utf8_count(str_of(text)));
        assert_int_equal(mask_text(&again, buf_str(&out)), 0);
        assert_str(buf_str(&again), buf_cstr(&out));
        buf_done(&out);
        buf_done(&again);
    }
}

static void
test_arena(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct str plain = STR("no number 12345");
    struct str same = mask_in(arena, plain);

    (void)state;
    assert_ptr_equal(same.p, plain.p);
    assert_str(mask_in(arena, STR("电话13812345678")), "电话138****5678");
    assert_null(mask_in(arena, STR_NONE).p);
    arena_free(arena);
}

/* A part that begins or ends within a number shows no more of it. */
static void
test_part(void **state)
{
    static const struct str text = {
        "学号见附件，身份证11010119900307775X，其余从略", 0};
    struct str all = str_of(text.p);
    struct arena *arena = arena_new(1 << 20);
    struct str masked = mask_in(arena, all);

    (void)state;
    for (size_t from = 0; from <= all.n; from++)
        for (size_t most = 0; from + most <= all.n; most++) {
            struct str part = mask_part(arena, all, from, most);

            assert_true(part.n <= most);
            assert_true(part.n == 0 || str_find(masked, part) < masked.n);
            assert_int_equal(str_find(part, STR("9003")), part.n);
            arena_clear(arena);
            masked = mask_in(arena, all);
        }
    assert_str(mask_part(arena, STR("电话13812345678"), 0, 12), "电话138***");
    assert_int_equal(mask_part(arena, STR_NONE, 0, 10).n, 0);
    arena_free(arena);
}

static void
test_json(void **state)
{
    json_t *json = NULL;
    struct buf out;
    char deep[256] = "";

    (void)state;
    buf_init(&out, 4096);
    assert_int_equal(jsonx_load(STR("{\"n\":13812345678,\"s\":\"13812345678\","
                                    "\"l\":[\"x\",{\"t\":\"13812345678\"}]}"),
                         NULL, &json),
        0);
    assert_int_equal(mask_json(json), 0);
    assert_int_equal(jsonx_dump(json, &out), 0);
    assert_str(buf_str(&out), "{\"n\":13812345678,\"s\":\"138****5678\","
                              "\"l\":[\"x\",{\"t\":\"138****5678\"}]}");
    json_decref(json);
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    assert_int_equal(jsonx_load(str_of(deep), NULL, &json), 0);
    assert_int_equal(mask_json(json), 0);
    json_decref(json);
    buf_done(&out);
}

/* A megabyte of what looks most like work is done at once, also under
 * sanitizers. */
static void
test_linear(void **state)
{
    static const char *const hard[] = {"1 ", "138-", "1381234567",
        "13812345678 ", "身份证", "号号号",
        "号：：：：：：：：：12345678901234567890 ", "QQ号码", "a@", "一"};
    struct buf text, out;

    (void)state;
    for (size_t k = 0; k < sizeof hard / sizeof *hard; k++) {
        clock_t begun;

        buf_init(&text, 2 << 20);
        buf_init(&out, 4 << 20);
        while (text.n < (1 << 20))
            buf_add_cstr(&text, hard[k]);
        begun = clock();
        assert_int_equal(mask_text(&out, buf_str(&text)), 0);
        if (clock() - begun > 8 * CLOCKS_PER_SEC)
            fail_msg("\"%s\" takes too long", hard[k]);
        buf_done(&text);
        buf_done(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mobile),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_cards),
        cmocka_unit_test(test_worded),
        cmocka_unit_test(test_others_stay),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_generated),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_linear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
