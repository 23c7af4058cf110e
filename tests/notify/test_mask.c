/*
 * mask and redact: what must not be passed on, and what must stay readable.
 */
#include "check.h"
#include "notify/mask.h"
#include "notify/redact.h"

static void
expect_mask(const char *text, const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    assert_int_equal(mask_text(&out, str_of(text)), 0);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_done(&out);
}

static void
test_mask(void **state)
{
    (void)state;
    expect_mask("", "");
    expect_mask("家长电话13812345678。", "家长电话138****5678。");
    expect_mask("13812345678,13912345679", "138****5678,139****5679");
    expect_mask("+8613812345678", "+86138****5678");
    expect_mask("8613812345678", "86138****5678");
    expect_mask("１３８１２３４５６７８", "１３８****５６７８");
    expect_mask("110101199003077758", "110101********7758");
    expect_mask("11010119900307775X", "110101********775X");
    expect_mask("11010119900307775x岁", "110101********775x岁");
    expect_mask("110101900307775", "110101*****7775");
    /* other numbers stay */
    expect_mask("2026年6月7日 09:30", "2026年6月7日 09:30");
    expect_mask("23812345678", "23812345678");
    expect_mask("12345678901", "12345678901");
    expect_mask("1381234567", "1381234567");
    expect_mask("138123456789", "138123456789");
    expect_mask("010-12345678", "010-12345678");
    expect_mask("order_13812345678", "order_13812345678");
    expect_mask("12345678901234567890123456789012345678901",
        "12345678901234567890123456789012345678901");
    expect_mask("\xff"
                "13812345678",
        "\xEF\xBF\xBD"
        "138****5678");
}

static void
expect_redacted(const char *url, const char *text, const char *wanted)
{
    struct channel_config config = {
        .url = str_of(url),
        .secrets = {STR("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")},
        .nsecrets = 1,
    };
    struct buf out;

    buf_init(&out, 4096);
    assert_int_equal(redact_text(&out, &config, str_of(text), 60), 0);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_done(&out);
}

static void
test_redact_text(void **state)
{
    static const char url[] =
        "https://robot.example/send/abcdefgh?access_token=T0k3nT0k3n&v=1";

    (void)state;
    expect_redacted(url, "200 ok", "200 ok");
    expect_redacted(url, "bad access T0k3nT0k3n!", "bad access …!");
    expect_redacted(url, "bad access t0K3NT0K3N!", "bad access …!");
    expect_redacted(url, "no /send/abcdefgh here", "no /send/… here");
    expect_redacted(url, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "…");
    expect_redacted(url, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "…");
    expect_redacted(url, "a\r\nb\x01\xff", "a  b \xEF\xBF\xBD");
    expect_redacted(url, "云溪县云溪县云溪县云溪县云溪县云溪县云溪县",
        "云溪县云溪县云溪县云溪县云溪县云溪县云溪");
    expect_redacted("not a url", "text", "text");
}

static void
expect_origin(const char *url, const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    assert_int_equal(notify_redact(&out, str_of(url)), 0);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_done(&out);
}

static void
test_origin(void **state)
{
    (void)state;
    expect_origin("https://h.example/t/x?k=v#f", "https://h.example");
    expect_origin("https://u:p@h.example:8443/t", "https://h.example:8443");
    expect_origin("http://[fd00::1]:81/t", "http://[fd00::1]:81");
    expect_origin("T0k3n", "?");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_redact_text),
        cmocka_unit_test(test_origin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
