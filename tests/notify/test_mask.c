/*
 * redact: what must not be passed on, and what must stay readable.
 */
#include "check.h"
#include "notify/redact.h"

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
    /* An answer is cut before it comes here. */
    expect_redacted(
        url, "no /send/abcdefgh?access_token=T0k3nT0", "no /send/…?…=…");
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
        cmocka_unit_test(test_redact_text),
        cmocka_unit_test(test_origin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
