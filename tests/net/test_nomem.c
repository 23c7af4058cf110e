/*
 * Every allocation of net/ and of a delivery attempt fails once: the scenario
 * is run with its first allocation failing, then its second, until it runs
 * through.  Whatever fails, a call that was started is told of exactly once,
 * the client goes on afterwards, and nothing is left behind (the sanitizers
 * look).
 *
 * The linker puts the functions below in front of the C library's, for our
 * objects only: libcurl's own allocations do not fail here.
 */
#include <stdlib.h>

#include "check.h"
#include "client.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

enum { MAX_ALLOCATIONS = 20000 };

/* The origin's threads allocate too: they are not of the test. */
static _Thread_local bool armed;
static unsigned long fail_at, allocations;

static bool
fails_now(void)
{
    return armed && ++allocations == fail_at;
}

void *
__wrap_malloc(size_t n)
{
    return fails_now() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t count, size_t n)
{
    return fails_now() ? NULL : __real_calloc(count, n);
}

void *
__wrap_realloc(void *p, size_t n)
{
    return fails_now() ? NULL : __real_realloc(p, n);
}

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strcmp(r->path, "/away") == 0)
        return origin_answer(
            conn, 302, "Location: /landed\r\nX-A: b\r\n", "gone", 4);
    return origin_answer(conn, 200, "ETag: \"v1\"\r\n", "hello", 5);
}

static struct origin *origin;
static struct gate_policy policy;
static int told[3];

static void
count(void *arg, const struct http_answer *answer)
{
    int *n = arg;

    assert_true(answer->result == HTTP_ANSWERED ||
                answer->result == HTTP_NO_MEMORY ||
                answer->result == HTTP_REFUSED);
    if (answer->result == HTTP_ANSWERED && answer->status == 200)
        assert_true(str_eq(answer->body, STR("hello")));
    (*n)++;
}

static void
turn_until(struct loop *loop, const int *started, size_t n)
{
    int64_t end = clock_mono().ms + 10000;

    for (size_t i = 0; i < n; i++)
        while (told[i] < started[i]) {
            assert_true(clock_mono().ms < end);
            assert_int_equal(loop_turn(loop, true), 0);
        }
}

/* 0 when nothing failed. */
static int
use_client(struct http *http, struct loop *loop)
{
    static const struct http_header header = {{"X-A", 3}, {"b", 1}};
    static const char *const paths[] = {"/away", "/plain", NULL};
    struct http_request request = {
        .policy = &policy, .follow = true, .headers = &header, .nheaders = 1};
    int started[3] = {0, 0, 0};
    char url[512];
    int err = 0;

    memset(told, 0, sizeof(told));
    for (size_t i = 0; i < 3; i++) {
        const char *path = paths[i];
        int one;

        request.url = path ? str_of(client_url(origin, path, url))
                           : STR("http://10.0.0.1/");
        one = http_start(http, &request, count, &told[i], NULL);
        started[i] = one == 0;
        err = err ? err : one;
    }
    turn_until(loop, started, 3);
    return err;
}

static int
use_all(void)
{
    struct loop *loop = NULL;
    struct http *http = NULL;
    int err = loop_new(&loop);

    if (!err)
        err = http_new(loop, STR("tocsin/test"), &http);
    if (!err) {
        http_set_limits(http, 2, 1, 5);
        err = use_client(http, loop);
        armed = false; /* afterwards all is well again */
        assert_int_equal(use_client(http, loop), 0);
    }
    armed = false;
    http_free(http);
    loop_free(loop);
    return err;
}

static void
test_every_allocation(void **state)
{
    unsigned long n = 1;

    (void)state;
    origin = origin_start(script, NULL, NULL);
    gate_policy_init(&policy);
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.1"), NULL, &policy.allow[0]), 0);
    policy.nallow = 1;
    do {
        fail_at = n++;
        allocations = 0;
        armed = true;
        (void)use_all();
        assert_true(n < MAX_ALLOCATIONS);
    } while (allocations >= fail_at);
    assert_true(n > 20);
    print_message("%lu allocations\n", n - 2);
    origin_stop(origin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
