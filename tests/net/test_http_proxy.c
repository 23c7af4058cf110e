/*
 * http_proxy: a request goes through the proxy that its policy names, and to
 * nowhere else; URLs are judged as ever.
 */
#include <stdlib.h>

#include "check.h"
#include "client.h"

static struct origin *proxy;
static struct client client;
static char proxy_url[64];

/* A proxy for http: it is asked for whole URLs, and answers itself. */
static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strcmp(r->method, "CONNECT") == 0)
        return origin_answer(conn, 403, NULL, "no", 2);
    if (strstr(r->path, "/away"))
        return origin_answer(
            conn, 302, "Location: http://other.example/landed\r\n", "", 0);
    return origin_answer(conn, 200, "ETag: \"v1\"\r\n", "by proxy", 8);
}

static int
set_up(void **state)
{
    (void)state;
    proxy = origin_start(script, NULL, NULL);
    client_init(&client);
    if (!proxy)
        return -1;
    snprintf(proxy_url, sizeof(proxy_url), "http://127.0.0.1:%u",
        (unsigned)origin_port(proxy));
    gate_policy_init(&client.policy); /* opens no range */
    client.policy.proxy = str_of(proxy_url);
    client.policy.proxy_port = origin_port(proxy);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    client_done(&client);
    origin_stop(proxy);
    return 0;
}

static void
test_through_the_proxy(void **state)
{
    struct got got;

    (void)state;
    client_get(&client, "http://news.example/a?b=1", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.body, "by proxy");
    assert_int_equal(origin_count(proxy, "http://news.example/a?b=1"), 1);
    client_get(&client, "http://news.example/away", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.url, "http://other.example/landed");
    client_get(&client, "https://news.example/a", &got); /* it says no */
    assert_int_not_equal(got.result, HTTP_ANSWERED);
}

static void
test_urls_are_judged(void **state)
{
    struct got got;
    unsigned before = origin_connections(proxy);

    (void)state;
    client_get(&client, "http://10.0.0.1/", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    client_get(&client, "http://user@news.example/", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_int_equal(gate_allow_parse(STR("10.0.0.0/8"), NULL,
                         &client.policy.allow[client.policy.nallow++]),
        0);
    client_get(&client, "http://intranet/", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "proxy"));
    assert_int_equal(origin_connections(proxy), before);
}

static void
test_nothing_but_the_proxy(void **state)
{
    struct got got;

    (void)state;
    client.policy.proxy_port++;
    client_get(&client, "http://news.example/", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    client.policy.proxy_port--;
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.1"), NULL, &client.policy.deny[0]), 0);
    client.policy.ndeny = 1;
    client_get(&client, "http://news.example/", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "console"));
    assert_int_equal(origin_connections(proxy), 0);
}

static void
test_forms(void **state)
{
    static const char *const wrong[] = {"", "proxy", "proxy:3128",
        "http://proxy", "http://proxy:0", "http://a:b@proxy:3128",
        "http://proxy:3128/x", "http://proxy:3128?x", "ftp://proxy:21",
        "socks4://proxy:1080", "http://:3128", NULL};
    struct toc_error error;
    uint16_t port = 0;

    (void)state;
    assert_int_equal(
        gate_proxy_parse(STR("http://proxy.yunxi.example:3128"), NULL, &port),
        0);
    assert_int_equal(port, 3128);
    assert_int_equal(
        gate_proxy_parse(STR("socks5h://10.0.0.1:1080"), NULL, &port), 0);
    assert_int_equal(port, 1080);
    for (size_t i = 0; wrong[i]; i++) {
        assert_int_equal(
            gate_proxy_parse(str_of(wrong[i]), &error, &port), E_CONF);
        assert_non_null(strstr(error.text, "http://HOST:PORT"));
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_through_the_proxy),
        TEST(test_urls_are_judged),
        TEST(test_nothing_but_the_proxy),
        cmocka_unit_test(test_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
