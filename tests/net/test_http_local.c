/*
 * http_local: one request over a unix socket.
 */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "net/http.h"
#include "origin.h"

static char path[64];
static struct origin *origin;
static struct arena *arena;

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    char body[1024];

    (void)arg;
    snprintf(
        body, sizeof(body), "%s %.500s %.200s", r->method, r->path, r->body);
    return origin_answer(conn, 201, "X-A: b\r\nConnection: close\r\n", body,
               strlen(body)) &&
           false;
}

static int
set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "/tmp/tocsin-local-%ld.sock", (long)getpid());
    origin = origin_start(script, NULL, path);
    arena = arena_new(ARENA_CAP_DEFAULT);
    return origin && arena ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    origin_stop(origin);
    arena_free(arena);
    return 0;
}

static void
test_get(void **state)
{
    struct http_request request = {.url = STR("/api/v1/incidents?q=1")};
    struct http_answer answer;
    struct toc_error error;

    (void)state;
    assert_int_equal(http_local(arena, path, &request, &error, &answer), 0);
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body.p, "GET /api/v1/incidents?q=1 ");
    assert_string_equal(http_answer_header(&answer, "x-a").p, "b");
}

static void
test_post(void **state)
{
    static const struct http_header headers[] = {
        {{"Authorization", 13}, {"Bearer t", 8}}};
    struct http_request request = {
        .method = STR("PUT"),
        .url = STR("http://tocsin/x"),
        .body = STR("{}"),
        .headers = headers,
        .nheaders = 1,
    };
    struct http_answer answer;
    struct toc_error error;
    struct origin_request seen;

    (void)state;
    assert_int_equal(http_local(arena, path, &request, &error, &answer), 0);
    assert_string_equal(answer.body.p, "PUT /x {}");
    assert_true(origin_last(origin, "/x", &seen));
    assert_non_null(strstr(seen.head, "\r\nAuthorization: Bearer t\r\n"));
    request.method = STR("POST");
    request.body = STR_NONE;
    assert_int_equal(http_local(arena, path, &request, &error, &answer), 0);
    assert_string_equal(answer.body.p, "POST /x ");
}

static void
test_nobody_there(void **state)
{
    struct http_request request = {.url = STR("/")};
    struct http_answer answer;
    struct toc_error error = {.line = 0};

    (void)state;
    assert_int_equal(http_local(arena, "/tmp/no-such-tocsin.sock", &request,
                         &error, &answer),
        E_IO);
    assert_non_null(strstr(error.text, "/tmp/no-such-tocsin.sock"));
}

static void
test_too_long(void **state)
{
    struct http_request request = {.url = STR("/"), .max_body_bytes = 3};
    struct http_answer answer;

    (void)state;
    assert_int_equal(http_local(arena, path, &request, NULL, &answer), E_IO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
