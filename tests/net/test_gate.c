/*
 * gate: every refused range at both edges and just outside, IPv4 inside IPv6,
 * allow ranges and what they must not open.
 */

#include "check.h"
#include "net/gate.h"

static bool
passes_port(const struct gate_policy *policy, const char *text, uint16_t port)
{
    struct sockaddr_storage addr;
    socklen_t len;
    const char *reason = NULL;
    int err;

    assert_int_equal(gate_sockaddr(text, port, &addr, &len), 0);
    err = gate_address(policy, (struct sockaddr *)&addr, len, &reason);
    if (err)
        assert_non_null(reason);
    return err == 0;
}

static bool
passes(const struct gate_policy *policy, const char *text)
{
    return passes_port(policy, text, 443);
}

static const char *const refused[] = {"0.0.0.0", "0.255.255.255", "10.0.0.0",
    "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0",
    "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0",
    "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255",
    "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255",
    "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255",
    "203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
    "255.255.255.254", "255.255.255.255", "::", "::1", "100::1",
    "64:ff9b:1::808:808", "2001:1::1",
    "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff:ffff::1", "3ffe::1",
    "3fff::1", "3fff:fff:ffff::1", "5f00::1", "fc00::1", "fdff:ffff::1",
    "fe80::1", "febf::1", "fec0::1", "feff::1", "ff00::1", "ff02::1", "1::1",
    "4000::1", NULL};

static const char *const public[] = {"1.0.0.0", "9.255.255.255", "11.0.0.0",
    "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255",
    "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
    "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
    "203.0.114.0", "223.255.255.255", "2000::1", "2001:200::1",
    "2001:db7:ffff::1", "2001:db9::1", "240e::1", "2400:3200::1",
    "2606:4700:4700::1111", "3ffd::1", "3fff:1000::1", NULL};

static void
test_table(void **state)
{
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    for (size_t i = 0; refused[i]; i++)
        if (passes(&policy, refused[i]))
            fail_msg("%s passes", refused[i]);
    for (size_t i = 0; public[i]; i++)
        if (!passes(&policy, public[i]))
            fail_msg("%s does not pass", public[i]);
}

static void
test_embedded(void **state)
{
    /* Each form with a private and with a public address inside. */
    static const char *const forms[][2] = {
        {"::ffff:10.0.0.5", "::ffff:8.8.8.8"},
        {"::10.0.0.5", "::8.8.8.8"},
        {"64:ff9b::10.0.0.5", "64:ff9b::8.8.8.8"},
        {"2002:a00:5::1", "2002:808:808::1"},
        /* Teredo: the client, inverted; then the server */
        {"2001:0:808:808:8000:63bf:f5ff:fffa",
            "2001:0:808:808:8000:63bf:f7f7:f7f7"},
        {"2001:0:a00:5:8000:63bf:f7f7:f7f7",
            "2001:0:808:808:8000:63bf:f7f7:f7f7"},
        /* ISATAP, both interface identifiers */
        {"2400:3200::5efe:10.0.0.5", "2400:3200::5efe:8.8.8.8"},
        {"2400:3200::200:5efe:10.0.0.5", "2400:3200::200:5efe:8.8.8.8"},
        {"2001:db8::5efe:8.8.8.8", "2400:3200::5efe:8.8.8.8"},
        {"2002:808:808::5efe:10.0.0.5", "2002:808:808::5efe:8.8.8.8"},
    };
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        if (passes(&policy, forms[i][0]))
            fail_msg("%s passes", forms[i][0]);
        if (!passes(&policy, forms[i][1]))
            fail_msg("%s does not pass", forms[i][1]);
    }
}

static void
test_ports(void **state)
{
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    assert_true(passes_port(&policy, "8.8.8.8", 80));
    assert_true(passes_port(&policy, "8.8.8.8", 443));
    assert_true(passes_port(&policy, "8.8.8.8", 8080));
    assert_false(passes_port(&policy, "8.8.8.8", 22));
    assert_false(passes_port(&policy, "8.8.8.8", 0));
    policy.ports[policy.nports++] = 8443;
    assert_true(passes_port(&policy, "8.8.8.8", 8443));
}

static void
test_families(void **state)
{
    struct sockaddr unix_addr = {.sa_family = AF_UNIX};
    struct sockaddr cut = {.sa_family = AF_INET6};
    struct gate_policy policy;
    const char *reason = NULL;

    (void)state;
    gate_policy_init(&policy);
    assert_int_equal(
        gate_address(&policy, &unix_addr, sizeof(unix_addr), &reason),
        E_DENIED);
    assert_int_equal(
        gate_address(&policy, &cut, sizeof(cut), &reason), E_DENIED);
}

static void
allow(struct gate_policy *policy, const char *text)
{
    struct toc_error error;

    if (gate_allow_parse(str_of(text), &error, &policy->allow[policy->nallow]) <
        0)
        fail_msg("%s: %s", text, error.text);
    policy->nallow++;
}

static void
test_allow(void **state)
{
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    allow(&policy, "10.1.0.0/16");
    allow(&policy, "10.9.9.9:8081");
    allow(&policy, "[fd00:1::]/32:8443");
    allow(&policy, "fd00:2::/32");
    assert_true(passes_port(&policy, "10.1.255.255", 9999));
    assert_false(passes(&policy, "10.2.0.0"));
    assert_true(passes_port(&policy, "10.9.9.9", 8081));
    assert_false(passes_port(&policy, "10.9.9.9", 8082));
    assert_true(passes_port(&policy, "fd00:1::7", 8443));
    assert_false(passes_port(&policy, "fd00:1::7", 443));
    assert_true(passes_port(&policy, "fd00:2:ffff::7", 1));
    /* what is opened is opened in every spelling */
    assert_true(passes(&policy, "::ffff:10.1.0.1"));
    assert_true(passes(&policy, "64:ff9b::10.1.0.1"));
    /* an allow range opens no port of other addresses */
    assert_false(passes_port(&policy, "8.8.8.8", 9999));
}

static void
test_allow_does_not_open_by_accident(void **state)
{
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    allow(&policy, "100.64.0.0/10");
    allow(&policy, "192.0.0.0/24");
    allow(&policy, "168.0.0.0/8");
    allow(&policy, "fd00::/8");
    assert_true(passes(&policy, "100.64.0.1"));
    assert_false(passes(&policy, "100.100.100.200"));
    assert_false(passes(&policy, "192.0.0.192"));
    assert_false(passes(&policy, "fd00:ec2::254"));
    assert_true(passes(&policy, "fd00:ec3::254"));
    assert_false(passes(&policy, "169.254.169.254"));
    allow(&policy, "100.100.100.200");
    assert_true(passes(&policy, "100.100.100.200"));
    allow(&policy, "169.0.0.0/8");
    assert_false(passes(&policy, "169.254.169.254"));
    allow(&policy, "169.254.169.254");
    assert_true(passes(&policy, "169.254.169.254"));
}

static void
test_own_console(void **state)
{
    struct gate_policy policy;

    (void)state;
    gate_policy_init(&policy);
    allow(&policy, "127.0.0.0/8");
    assert_true(passes_port(&policy, "127.0.0.1", 8480));
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.1:8480"), NULL, &policy.deny[0]), 0);
    policy.ndeny = 1;
    assert_false(passes_port(&policy, "127.0.0.1", 8480));
    assert_false(passes_port(&policy, "::ffff:127.0.0.1", 8480));
    assert_true(passes_port(&policy, "127.0.0.1", 8481));
}

static void
test_allow_in_text(void **state)
{
    static const char *const wrong[] = {"", "10", "10.0.0.0/33", "10.0.0.0/",
        "10.0.0.0/-1", "10.0.0.0/7", "0.0.0.0/0", "::/0", "10.0.0.1/8",
        "10.0.0.0/8:", "10.0.0.0/8:0", "10.0.0.0/8:65536", "10.0.0.0/8x",
        "[fd00::", "[fd00::]x", "fd00::1::2", "example.com", "*", "010.0.0.0/8",
        "10.0.0.0/ 8", "64:ff9b::/96", "::10.0.0.0/104", "2001::/32",
        "fe80::1%eth0", "10.0.0.0/8 10.1.0.0/16", NULL};
    struct gate_allow got;
    struct toc_error error;

    (void)state;
    for (size_t i = 0; wrong[i]; i++) {
        error.text[0] = '\0';
        if (gate_allow_parse(str_of(wrong[i]), &error, &got) != E_CONF)
            fail_msg("\"%s\" is read as a range", wrong[i]);
        assert_true(strlen(error.text) > 10);
    }
    assert_int_equal(gate_allow_parse(STR(" ::1 "), NULL, &got), 0);
    assert_int_equal(got.bits, 128);
    assert_int_equal(gate_allow_parse(STR("127.0.0.1"), NULL, &got), 0);
    assert_int_equal(got.bits, 128);
    assert_int_equal(got.port, 0);
    assert_int_equal(gate_allow_parse(STR("10.0.0.0/8:80"), NULL, &got), 0);
    assert_int_equal(got.bits, 104);
    assert_int_equal(got.port, 80);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_embedded),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_allow_does_not_open_by_accident),
        cmocka_unit_test(test_own_console),
        cmocka_unit_test(test_allow_in_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
