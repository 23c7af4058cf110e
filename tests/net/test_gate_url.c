/*
 * gate_url: what is refused by form, and the one form that passes.
 */

#include "check.h"
#include "net/gate.h"

static struct gate_policy policy;
static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    gate_policy_init(&policy);
    arena = arena_new(16 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void
expect_refused(struct str url)
{
    struct str normal;
    const char *reason = NULL;
    int err = gate_url(&policy, arena, url, &normal, &reason);

    if (err != E_DENIED || !reason || strlen(reason) < 8)
        fail_msg("%.*s: %d %s", STR_ARG(url), err, reason ? reason : "");
}

static void
expect_normal(const char *url, const char *wanted)
{
    struct str normal = STR_NONE;
    const char *reason = "";

    if (gate_url(&policy, arena, str_of(url), &normal, &reason) < 0)
        fail_msg("%s is refused: %s", url, reason);
    assert_string_equal(normal.p, wanted);
}

static void
test_forms(void **state)
{
    static const char *const refused[] = {"", "http://", "http:///", "http:/a",
        "//a.example/", "a.example", "ftp://a.example/", "file:///etc/passwd",
        "javascript:alert(1)", "http://a.example\\@b.example/",
        "http:\\\\a.example/", "http://a.example/\\x", "http://u@a.example/",
        "http://u:p@a.example/", "http://@a.example/", "http://a.example /",
        " http://a.example/", "http://a.example/ x", "http://a.example/\tx",
        "http://a.example/\r\nX: y", "http://a.example/\x7f",
        "http://a.example:80x/", "http://a.example:0/",
        "http://a.example:65536/", "http://a.example:-80/",
        "http://a.example:+80/", "http://a.example:80:80/",
        "http://a.example:22/", "http://a%2eexample/", "http://a.example%00/",
        "http://%61.example/", "http://::1/", "http://[::1/", "http://[::1]x/",
        "http://[8.8.8.8]/", "http://[2400::1%25eth0]/", "http://[]/",
        "http://./", "http://../", "http://a..example/", "http://.a.example/",
        "http://a.example../", "http://a,b.example/", "http://a*b.example/",
        "http://a!.example/", "http://-a.example/", "http://a-.example/",
        "http://xn--/", "http://xn--a.example/", "http://xn--a-ecp.example/",
        NULL};

    (void)state;
    for (size_t i = 0; refused[i]; i++)
        expect_refused(str_of(refused[i]));
    expect_refused(STR("http://a.example/\0x"));
}

static void
test_numbers_are_addresses(void **state)
{
    static const char *const refused[] = {"http://127.1/", "http://2130706433/",
        "http://017700000001/", "http://0x7f.0.0.1/", "http://0x7f.1/",
        "http://0177.0.0.01/", "http://0/", "http://0x/", "http://127.0.0.1./",
        "http://127.0.0.08/", "http://256.0.0.1/", "http://1.2.3.4.5/",
        "http://4294967296/", "http://1.16777216/", "http://a.1/",
        "http://a.0x1/", "http://1..2/",
        "http://\xef\xbc\x91\xef\xbc\x90.0.0.5/", /* full-width digits */
        "http://8\xe3\x80\x82"
        "8\xe3\x80\x82"
        "8\xe3\x80\x82"
        "8/", /* ideographic stops, public */
        NULL};

    (void)state;
    for (size_t i = 0; refused[i]; i++)
        expect_refused(str_of(refused[i]));
    expect_normal("http://8.8.8.8", "http://8.8.8.8/");
    expect_normal("http://0x08080808/", "http://8.8.8.8/");
    expect_normal("http://8.8.2056/", "http://8.8.8.8/");
    expect_normal("http://010.8.8.8/", "http://8.8.8.8/");
    expect_normal("http://8.8.8.8./", "http://8.8.8.8/");
    expect_normal("http://[2400:3200:0:0::1]/", "http://[2400:3200::1]/");
}

static void
test_inside_names(void **state)
{
    static const char *const refused[] = {"http://localhost/",
        "http://LocalHost./", "http://a.localhost/", "http://printer.local/",
        "http://metadata.google.internal/", "http://intranet/",
        "http://x.home.arpa/", "http://x.onion/", "http://oa.lan/",
        "http://loc\xc2\xad"
        "alhost/", /* soft hyphen */
        NULL};
    struct gate_target target;
    const char *reason;

    (void)state;
    for (size_t i = 0; refused[i]; i++)
        expect_refused(str_of(refused[i]));
    expect_normal("http://thelocal.example/", "http://thelocal.example/");
    /* With an allow range they pass here, and only such a range will do. */
    assert_int_equal(
        gate_allow_parse(STR("10.0.0.0/8"), NULL, &policy.allow[0]), 0);
    policy.nallow = 1;
    assert_int_equal(
        gate_target(&policy, arena, STR("http://oa.lan:81/"), &target, &reason),
        0);
    assert_true(target.inside);
    assert_int_equal(target.port, 81);
    policy.nallow = 0;
}

static void
test_inside_needs_allow(void **state)
{
    struct sockaddr_storage addr;
    socklen_t len;
    const char *reason;

    (void)state;
    assert_int_equal(
        gate_allow_parse(STR("10.0.0.0/8"), NULL, &policy.allow[0]), 0);
    policy.nallow = 1;
    assert_int_equal(gate_sockaddr("10.0.0.1", 80, &addr, &len), 0);
    assert_int_equal(
        gate_address_inside(&policy, (struct sockaddr *)&addr, len, &reason),
        0);
    assert_int_equal(gate_sockaddr("8.8.8.8", 80, &addr, &len), 0);
    assert_int_equal(
        gate_address_inside(&policy, (struct sockaddr *)&addr, len, &reason),
        E_DENIED);
    policy.nallow = 0;
}

static void
test_normal_form(void **state)
{
    (void)state;
    expect_normal("HTTP://A.Example", "http://a.example/");
    expect_normal("http://a.example:80/x", "http://a.example/x");
    expect_normal("https://a.example:443", "https://a.example/");
    expect_normal("http://a.example:443/", "http://a.example:443/");
    expect_normal("http://a.example:/", "http://a.example/");
    expect_normal("http://a.example?q=1#f", "http://a.example/?q=1");
    expect_normal("http://a.example/a#f?q", "http://a.example/a");
    expect_normal(
        "http://a.example/?u=http://b@c", "http://a.example/?u=http://b@c");
    expect_normal("http://a.example./", "http://a.example/");
    expect_normal("http://under_score.example/", "http://under_score.example/");
    expect_normal("http://a.example/%41%zz", "http://a.example/%41%zz");
    expect_normal(
        "http://a.example/\xe6\xa0\xa1\"<", "http://a.example/%E6%A0%A1%22%3C");
    expect_normal("http://\xe4\xba\x91\xe6\xba\xaa.example/",
        "http://xn--9kq759e.example/");
    expect_normal("http://xn--9kq759e.example/", "http://xn--9kq759e.example/");
    expect_normal("http://XN--9KQ759E.example/", "http://xn--9kq759e.example/");
}

static void
test_lengths(void **state)
{
    char url[GATE_MAX_URL_BYTES + 2];
    char host[400];
    size_t n = 0;

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "http://a.example/", 17);
    expect_refused((struct str){url, GATE_MAX_URL_BYTES + 1});
    url[GATE_MAX_URL_BYTES] = '\0';
    expect_normal(url, url);
    memcpy(host, "http://", 7);
    for (n = 7; n < 7 + 254; n++)
        host[n] = (n - 7) % 50 == 49 ? '.' : 'a';
    expect_refused((struct str){host, n});
    expect_refused(STR(
        "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aa.example/"));
    /* also when it is only its normal form that is */
    memset(url + 17, '<', 2000);
    expect_refused((struct str){url, 2017});
    memset(url, '\xe6', 4000);
    memcpy(url, "http://", 7);
    expect_refused((struct str){url, 4000});
}

static void
test_https_only(void **state)
{
    (void)state;
    policy.https_only = true;
    expect_refused(STR("http://a.example/"));
    expect_normal("https://a.example/", "https://a.example/");
    policy.https_only = false;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_numbers_are_addresses),
        cmocka_unit_test(test_inside_names),
        cmocka_unit_test(test_inside_needs_allow),
        cmocka_unit_test(test_normal_form),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_https_only),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
