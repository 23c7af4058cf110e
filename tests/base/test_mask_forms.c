/*
 * mask: whatever the numbers are and however they are written, none is left;
 * and what only looks like one stays, whatever it is.
 */
#include "base/mask.h"
#include "base/utf8.h"
#include "check.h"
#include "tests_mask_forms.h"

enum { ROUNDS = 20000, NUMBER_SIZE = 32 };

static const char *const heads[] = {"", "家长电话", "联系人：田禾 ", "，", "（",
    "2026年6月7日 ", "微信同号", "请拨打", " 12345 ", "abc ", "第一、", "1、"};
static const char *const tails[] = {"", "。", "一直打不通", "（家长）", ")",
    "同学", " abc", "三年级", "，12345"};

static void
check_gone(struct str text, struct str masked, const char *number, bool url)
{
    if (form_is_in(number, masked, url))
        fail_msg("%s is left in \"%.*s\"", number, STR_ARG(masked));
    if (utf8_count(text) != utf8_count(masked))
        fail_msg("\"%.*s\" has another length", STR_ARG(masked));
}

static void
test_texts(void **state)
{
    static const enum made kinds[] = {MADE_MOBILE, MADE_ID, MADE_OLD_ID};
    uint64_t seed = 20261125;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        enum made kind = kinds[i % 3];
        char number[NUMBER_SIZE];
        struct buf text, once, twice;

        make_number(&seed, kind, number);
        if (kind == MADE_ID && i % 2 == 0)
            number[17] = "0123456789"[made_random(&seed, 10)];
        buf_init(&text, 4096);
        buf_init(&once, 8192);
        buf_init(&twice, 8192);
        buf_add_cstr(&text, FORM_OF(heads, &seed));
        form_text(&text, &seed, kind, number);
        buf_add_cstr(&text, FORM_OF(tails, &seed));
        assert_true(form_is_in(number, buf_str(&text), false));
        assert_int_equal(mask_text(&once, buf_str(&text)), 0);
        check_gone(buf_str(&text), buf_str(&once), number, false);
        assert_int_equal(mask_text(&twice, buf_str(&once)), 0);
        assert_str(buf_str(&twice), buf_cstr(&once));
        buf_done(&text);
        buf_done(&once);
        buf_done(&twice);
    }
}

static void
test_addresses(void **state)
{
    static const enum made kinds[] = {MADE_MOBILE, MADE_ID, MADE_OLD_ID};
    uint64_t seed = 20261126;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char number[NUMBER_SIZE];
        struct buf url, masked;

        make_number(&seed, kinds[i % 3], number);
        buf_init(&url, 4096);
        buf_init(&masked, 8192);
        form_url(&url, &seed, number);
        assert_int_equal(mask_url(&masked, buf_str(&url)), 0);
        check_gone(buf_str(&url), buf_str(&masked), number, true);
        buf_done(&url);
        buf_done(&masked);
    }
}

/* --- what stays
 * ---------------------------------------------------------------- */

static void
digits(struct buf *out, uint64_t *seed, size_t n)
{
    while (n-- > 0)
        buf_add_char(out, (char)('0' + made_random(seed, 10)));
}

/* Something that is full of digits and nobody's. */
static void
add_harmless(struct buf *out, uint64_t *seed)
{
    static const char *const orders[] = {"订单号", "快递单号：", "编号 ",
        "流水号：", "备案号", "ISBN ", "文号：", "条形码"};
    uint32_t month = 1 + made_random(seed, 12), day = 1 + made_random(seed, 28);

    switch (made_random(seed, 12)) {
    case 0:
        buf_add_cstr(out, FORM_OF(orders, seed));
        digits(out, seed, 8 + made_random(seed, 8));
        return;
    case 1: /* a day and a serial number */
        (void)buf_printf(out, "2026%02u%02u", month, day);
        digits(out, seed, made_random(seed, 9));
        return;
    case 2: /* milliseconds */
        buf_add_cstr(out, "17");
        digits(out, seed, 11);
        return;
    case 3:
        (void)buf_printf(out, "0%u-6", 300 + made_random(seed, 600));
        digits(out, seed, 7);
        return;
    case 4:
        buf_add_cstr(out, "400-");
        digits(out, seed, 3);
        buf_add_cstr(out, "-");
        digits(out, seed, 4);
        return;
    case 5: /* an organisation's credit code */
        (void)buf_printf(out, "9153%04uMA", made_random(seed, 10000));
        digits(out, seed, 7);
        buf_add_cstr(out, "X");
        return;
    case 6:
        buf_add_cstr(out, "97871");
        digits(out, seed, 8);
        return;
    case 7:
        (void)buf_printf(out, "2026-%02u-%02u %02u:%02u:%02u", month, day,
            made_random(seed, 24), made_random(seed, 60),
            made_random(seed, 60));
        return;
    case 8:
        (void)buf_printf(out, "云教发〔2026〕%u号", made_random(seed, 500));
        return;
    case 9: /* a row of marks */
        for (int i = 0; i < 6; i++)
            (void)buf_printf(out, "%u ", 60 + made_random(seed, 90));
        return;
    case 10:
        (void)buf_printf(out, "%u.%02u万元", made_random(seed, 99999),
            made_random(seed, 100));
        return;
    default:
        (void)buf_printf(out, "12345、110、119 转 %u", made_random(seed, 9999));
    }
}

static void
test_harmless(void **state)
{
    uint64_t seed = 20261127;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct buf text, masked;

        buf_init(&text, 4096);
        buf_init(&masked, 8192);
        buf_add_cstr(&text, "见");
        add_harmless(&text, &seed);
        buf_add_cstr(&text, "，特此通知");
        assert_int_equal(mask_text(&masked, buf_str(&text)), 0);
        assert_str(buf_str(&masked), buf_cstr(&text));
        buf_done(&text);
        buf_done(&masked);
    }
}

/* Addresses of pages, as sites make them, stay addresses that can be opened. */
static void
test_links(void **state)
{
    static const char *const made[][2] = {
        {"https://a.example/a/", "_121124.html"},
        {"https://a.example/2026/1125/c", ".shtml"},
        {"https://a.example/item?id=", ""}, {"https://a.example/t-", ".htm"}};
    static const size_t lengths[] = {6, 8, 10, 12, 13, 14, 16, 17, 19, 20};
    uint64_t seed = 20261128;
    size_t changed = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char url[160], id[NUMBER_SIZE] = "7";
        struct buf masked;
        size_t at = 1, length = FORM_OF(lengths, &seed);

        while (at < length)
            made_digits(id, &at, made_random(&seed, 10), 1);
        snprintf(url, sizeof url, "%s%s%s", made[i % 4][0], id, made[i % 4][1]);
        buf_init(&masked, 8192);
        assert_int_equal(mask_url(&masked, str_of(url)), 0);
        changed += !str_eq(buf_str(&masked), str_of(url));
        buf_done(&masked);
    }
    assert_int_equal(changed, 0);
}

static void
test_glued(void **state)
{
    static const char *const pairs[][2] = {
        {"1381234567813912345679", "138****5678139****5679"},
        {"11010119900307775813812345678", "110101********7758138****5678"},
        {"13812345678110101199003077758", "138****5678110101********7758"},
        {"13812345678 110101199003077758", "138****5678 110101********7758"},
        {"电话：13812345678一直没人接", "电话：138****5678一直没人接"},
        {"一三八一二三四五六七八一直没人接", "一三八****五六七八一直没人接"},
        {"请于2026年一三八一二三四五六七八", "请于2026年一三八****五六七八"},
        {"1三8一2三四56七8", "1三8****56七8"}, {"138****5678", "138****5678"},
        {"110101********7758", "110101********7758"}};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf masked;

        buf_init(&masked, 1024);
        assert_int_equal(mask_text(&masked, str_of(pairs[i][0])), 0);
        assert_str(buf_str(&masked), pairs[i][1]);
        buf_done(&masked);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_glued),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
