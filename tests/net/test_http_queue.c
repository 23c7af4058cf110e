/*
 * http_queue: how many run at once, in which order, with which gap; giving up
 * in every state; and starting and ending calls from inside a callback.
 */
#include <stdlib.h>

#include "check.h"
#include "client.h"

enum { MANY = 24 };

static struct origin *origin;
static struct client client;

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strncmp(r->path, "/slow", 5) == 0 && !origin_sleep(conn, 40))
        return false;
    if (strcmp(r->path, "/hop") == 0)
        return origin_answer(conn, 301, "Location: /landed\r\n", "", 0);
    if (strncmp(r->path, "/hang", 5) == 0)
        return origin_sleep(conn, 10000) && false;
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
start_many(struct got *got, size_t n, const char *host, const char *path)
{
    char url[512];

    for (size_t i = 0; i < n; i++) {
        snprintf(url, sizeof(url), "http://%s:%u%s%zu", host,
            (unsigned)origin_port(origin), path, i);
        assert_int_equal(client_start(&client, url, &got[i], NULL), 0);
    }
}

static void
wait_many(struct got *got, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        client_wait(&client, &got[i]);
        assert_int_equal(got[i].done, 1);
        assert_int_equal(got[i].result, HTTP_ANSWERED);
    }
}

static void
test_one_per_host_in_order(void **state)
{
    static struct got got[8];

    (void)state;
    start_many(got, 8, "127.0.0.1", "/slow");
    wait_many(got, 8);
    assert_int_equal(origin_most_at_once(origin), 1);
    assert_int_equal(origin_connections(origin), 1);
    for (size_t i = 0; i < 8; i++) {
        char path[32];

        snprintf(path, sizeof(path), "/slow%zu", i);
        assert_string_equal(origin_path(origin, i), path);
    }
}

static void
test_per_host(void **state)
{
    static struct got got[MANY];

    (void)state;
    http_set_limits(client.http, 64, 3, 0);
    start_many(got, MANY, "127.0.0.1", "/slow");
    wait_many(got, MANY);
    assert_int_equal(origin_most_at_once(origin), 3);
}

static void
test_gap(void **state)
{
    static struct got got[4];

    (void)state;
    http_set_limits(client.http, 64, 1, 100);
    start_many(got, 4, "127.0.0.1", "/");
    wait_many(got, 4);
    for (size_t i = 1; i < 4; i++)
        /* the origin's clock starts a little late: from begin to begin */
        assert_true(
            origin_began(origin, i) - origin_began(origin, i - 1) >= 95);
    client_turn(&client, 150); /* the host is forgotten, and comes back */
    start_many(got, 1, "127.0.0.1", "/");
    wait_many(got, 1);
}

/* A redirect to the same host is one visit: it does not wait for the gap, and
 * goes before what is queued. */
static void
test_redirect_is_one_visit(void **state)
{
    static struct got got[2];

    (void)state;
    http_set_limits(client.http, 64, 1, 2000);
    start_many(&got[0], 1, "127.0.0.1", "/");
    wait_many(got, 1);
    client_turn(&client, 2050);
    client_start(
        &client, client_url(origin, "/hop", (char[512]){0}), &got[0], NULL);
    start_many(&got[1], 1, "127.0.0.1", "/next");
    wait_many(got, 2);
    assert_string_equal(origin_path(origin, 1), "/hop");
    assert_string_equal(origin_path(origin, 2), "/landed");
    assert_true(origin_began(origin, 2) - origin_began(origin, 1) < 1500);
    assert_true(origin_began(origin, 3) - origin_began(origin, 2) >= 1900);
}

/* A host with a long queue delays no other. */
static void
test_fair(void **state)
{
    static struct got slow[MANY], fast;
    struct origin *second = origin_start(script, NULL, NULL);
    char url[512];

    (void)state;
    http_set_limits(client.http, 2, 1, 0);
    start_many(slow, MANY, "127.0.0.1", "/slow");
    snprintf(url, sizeof(url), "http://localhost:%u/x",
        (unsigned)origin_port(second));
    client_get(&client, url, &fast);
    assert_int_equal(fast.result, HTTP_ANSWERED);
    assert_false(slow[MANY - 1].done);
    wait_many(slow, MANY);
    origin_stop(second);
}

/* Turn the loop until so many requests for path have come. */
static void
wait_count(const char *path, size_t n)
{
    int64_t end = clock_mono().ms + 20000;

    while (origin_count(origin, path) < n && clock_mono().ms < end)
        client_turn(&client, 5);
    assert_int_equal(origin_count(origin, path), n);
}

static void
test_cancel(void **state)
{
    static struct got got[3];
    struct http_call *calls[3];
    char url[512];

    (void)state;
    client_url(origin, "/hang", url);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(client_start(&client, url, &got[i], &calls[i]), 0);
    wait_count("/hang", 1);
    http_cancel(calls[1]); /* queued */
    http_cancel(calls[0]); /* running: the next one starts */
    wait_count("/hang", 2);
    http_cancel(calls[2]);
    assert_int_equal(client_start(&client, "ftp://x/", &got[0], &calls[0]), 0);
    http_cancel(calls[0]); /* finished, not yet told */
    client_turn(&client, 50);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(got[i].done, 0);
    client_url(origin, "/after", url);
    client_get(&client, url, &got[0]);
    assert_int_equal(got[0].result, HTTP_ANSWERED);
}

struct chain {
    struct http_call *victim;
    char url[512];
    int n;
};

static void
start_next(void *arg, const struct http_answer *answer)
{
    struct chain *chain = arg;

    assert_int_equal(answer->result, HTTP_ANSWERED);
    if (chain->victim)
        http_cancel(chain->victim);
    chain->victim = NULL;
    if (++chain->n < 5) {
        client.request.url = str_of(chain->url);
        assert_int_equal(
            http_start(client.http, &client.request, start_next, chain, NULL),
            0);
    }
}

static void
test_from_a_callback(void **state)
{
    struct chain chain = {.n = 0};
    struct got got;
    int64_t end = clock_mono().ms + 10000;

    (void)state;
    client_url(origin, "/chain", chain.url);
    client.request.url = str_of(chain.url);
    assert_int_equal(
        http_start(client.http, &client.request, start_next, &chain, NULL), 0);
    assert_int_equal(client_start(&client, chain.url, &got, &chain.victim), 0);
    while (chain.n < 5 && clock_mono().ms < end)
        client_turn(&client, 5);
    assert_int_equal(chain.n, 5);
    assert_int_equal(got.done, 0);
}

/* Freed with calls in every state: nobody is told, nothing leaks. */
static void
test_free_with_calls(void **state)
{
    static struct got got[4];
    char url[512];

    (void)state;
    client_url(origin, "/hang", url);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(client_start(&client, url, &got[i], NULL), 0);
    client_turn(&client, 50);
    assert_int_equal(client_start(&client, "ftp://x/", &got[3], NULL), 0);
    client_done(&client);
    client_init(&client);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(got[i].done, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_per_host_in_order),
        TEST(test_per_host),
        TEST(test_gap),
        TEST(test_redirect_is_one_visit),
        TEST(test_fair),
        TEST(test_cancel),
        TEST(test_from_a_callback),
        TEST(test_free_with_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
