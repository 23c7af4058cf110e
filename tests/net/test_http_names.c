/*
 * Names, as a hostile name server answers: slowly, with private addresses,
 * with some of each, and differently from one time to the next.  getaddrinfo()
 * is this file's own; libcurl finds it before the C library's.
 */
#include <sys/socket.h>

#include <netdb.h>
#include <stdlib.h>
#include <time.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "check.h"
#include "client.h"

enum { SLOW_MS = 1500, MANY = 20 };

static struct origin *origin;
static struct client client;
static const char *turncoat = "127.0.0.1"; /* what its name means now */

static const struct name {
    const char *name;
    const char *addresses[3];
} names[] = {
    {"localhost", {"127.0.0.1"}},
    {"good.yunxi.example", {"127.0.0.1"}},
    {"private.yunxi.example", {"10.0.0.5"}},
    {"metadata.yunxi.example", {"169.254.169.254"}},
    {"mapped.yunxi.example", {"::ffff:10.0.0.5"}},
    {"nat64.yunxi.example", {"64:ff9b::a00:5"}},
    {"mixed.yunxi.example", {"10.0.0.5", "127.0.0.1"}},
    {"mixed6.yunxi.example", {"fd00::1", "127.0.0.1"}},
    {"oa.lan", {"8.8.8.8"}},
};

static struct addrinfo *
node(const char *text, const char *port)
{
    struct sockaddr_storage addr;
    socklen_t len;
    struct addrinfo *a;

    if (gate_sockaddr(text, (uint16_t)atoi(port), &addr, &len) < 0)
        return NULL;
    a = calloc(1, sizeof(*a) + sizeof(addr)); /* as freeaddrinfo wants it */
    a->ai_family = addr.ss_family;
    a->ai_socktype = SOCK_STREAM;
    a->ai_protocol = IPPROTO_TCP;
    a->ai_addrlen = len;
    a->ai_addr = (struct sockaddr *)(void *)(a + 1);
    memcpy(a->ai_addr, &addr, len);
    return a;
}

__attribute__((visibility("default"))) int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **ret)
{
    const char *const *addresses = NULL;
    const char *const one[] = {turncoat, NULL};

    (void)hints;
    *ret = NULL;
    if (strncmp(name, "slow", 4) == 0)
        nanosleep(&(struct timespec){1, (SLOW_MS - 1000) * 1000000L}, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i].name) == 0)
            addresses = names[i].addresses;
    if (strcmp(name, "turncoat.yunxi.example") == 0 ||
        strncmp(name, "school", 6) == 0)
        addresses = one;
    for (; addresses && *addresses; addresses++) {
        *ret = node(*addresses, service ? service : "0");
        ret = &(*ret)->ai_next;
    }
    return addresses ? 0 : EAI_NONAME;
}

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strcmp(r->path, "/slow") == 0 && !origin_sleep(conn, 40))
        return false;
    return origin_answer(conn, 200, NULL, "ok", 2);
}

static int
set_up(void **state)
{
    (void)state;
    origin = origin_start(script, NULL, NULL);
    client_init(&client);
    return origin ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    client_done(&client);
    origin_stop(origin);
    return 0;
}

static void
get(const char *name, struct got *got)
{
    char url[512];

    snprintf(
        url, sizeof(url), "http://%s:%u/", name, (unsigned)origin_port(origin));
    client_get(&client, url, got);
}

static void
test_refused_addresses(void **state)
{
    static const char *const refused[] = {"private.yunxi.example",
        "metadata.yunxi.example", "mapped.yunxi.example", "nat64.yunxi.example",
        "mixed.yunxi.example", "mixed6.yunxi.example", NULL};
    struct got got;

    (void)state;
    get("good.yunxi.example", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    for (size_t i = 0; refused[i]; i++) {
        get(refused[i], &got);
        if (got.result != HTTP_REFUSED)
            fail_msg("%s: %d %s", refused[i], (int)got.result, got.reason);
        assert_int_equal(got.done, 1);
    }
    assert_int_equal(origin_connections(origin), 1);
}

static void
test_unknown_name(void **state)
{
    struct got got;

    (void)state;
    get("nowhere.yunxi.example", &got);
    assert_int_equal(got.result, HTTP_DNS);
    assert_non_null(strstr(got.reason, "resolve"));
}

/* A name that only exists inside must not lead to a public address. */
static void
test_inside_name(void **state)
{
    struct got got;

    (void)state;
    get("oa.lan", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "not in a range"));
}

/* First a good answer, then a private one. */
static void
test_rebinding(void **state)
{
    struct got got;

    (void)state;
    get("turncoat.yunxi.example", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    client_done(&client); /* forgets connections and names */
    client_init(&client);
    turncoat = "10.0.0.5";
    get("turncoat.yunxi.example", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    turncoat = "127.0.0.1";
}

/* Names that are slow to come hold up no other request. */
static void
test_slow_names_delay_nobody(void **state)
{
    static struct got slow[MANY], fast;
    char url[512];
    int64_t before = clock_mono().ms;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(url, sizeof(url), "http://slow%d.yunxi.example/", i);
        assert_int_equal(client_start(&client, url, &slow[i], NULL), 0);
    }
    client_turn(&client, 50);
    get("good.yunxi.example", &fast);
    assert_int_equal(fast.result, HTTP_ANSWERED);
    assert_true(clock_mono().ms - before < SLOW_MS - 500);
    for (int i = 0; i < MANY; i++) {
        client_wait(&client, &slow[i]);
        assert_int_equal(slow[i].result, HTTP_DNS);
    }
}

/* Many hosts, and no more requests at once than the whole allows. */
static void
test_total(void **state)
{
    static struct got got[MANY];
    char url[512];

    (void)state;
    http_set_limits(client.http, 5, 1, 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(url, sizeof(url), "http://school%d.yunxi.example:%u/slow", i,
            (unsigned)origin_port(origin));
        assert_int_equal(client_start(&client, url, &got[i], NULL), 0);
    }
    for (int i = 0; i < MANY; i++) {
        client_wait(&client, &got[i]);
        assert_int_equal(got[i].result, HTTP_ANSWERED);
    }
    assert_int_equal(origin_most_at_once(origin), 5);
}

/* Giving a look-up up does not wait for it, nor does its time-out. */
static void
test_giving_up(void **state)
{
    struct http_call *call;
    struct got got;
    int64_t before;

    (void)state;
    assert_int_equal(
        client_start(&client, "http://slow.yunxi.example/", &got, &call), 0);
    client_turn(&client, 50);
    before = clock_mono().ms;
    http_cancel(call);
    assert_true(clock_mono().ms - before < 300);
    client.request.connect_ms = 200;
    before = clock_mono().ms;
    get("slow2.yunxi.example", &got);
    client.request.connect_ms = 0;
    assert_int_equal(got.result, HTTP_TIMEOUT);
    assert_true(clock_mono().ms - before < SLOW_MS - 500);
    client_turn(&client, SLOW_MS); /* the threads end */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refused_addresses),
        TEST(test_unknown_name),
        TEST(test_inside_name),
        TEST(test_rebinding),
        TEST(test_slow_names_delay_nobody),
        TEST(test_total),
        TEST(test_giving_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
