/*
 * http: one request against an origin that answers right and wrong: budgets,
 * times, codings, framing, redirects, and the gate at the connection.
 */
#include <stdlib.h>
#include <zlib.h>

#include "check.h"
#include "client.h"

static struct origin *origin, *other;
static struct client client;

/* --- what the origin does --------------------------------------------------
 */

static bool
send_gzip(struct origin_conn *conn, const void *plain, size_t n, size_t times)
{
    z_stream z = {.next_in = NULL};
    unsigned char out[65536];
    bool ok = true;

    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    ok = origin_printf(conn,
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: "
        "close\r\n\r\n");
    for (size_t i = 0; ok && i <= times; i++) {
        z.next_in = (unsigned char *)(uintptr_t)plain;
        z.avail_in = i < times ? (uInt)n : 0;
        do {
            z.next_out = out;
            z.avail_out = sizeof(out);
            deflate(&z, i < times ? Z_NO_FLUSH : Z_FINISH);
            ok = origin_send(conn, out, sizeof(out) - z.avail_out);
        } while (ok && z.avail_out == 0);
    }
    deflateEnd(&z);
    return false; /* close */
}

static bool
endless(struct origin_conn *conn, const char *head, const char *more)
{
    bool ok = origin_printf(conn, "%s", head);

    while (ok)
        ok = origin_send(conn, more, strlen(more));
    return false;
}

static bool
drip(struct origin_conn *conn)
{
    bool ok =
        origin_printf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");

    while (ok && origin_sleep(conn, 50))
        ok = origin_send(conn, "x", 1);
    return false;
}

static bool
redirect_to(struct origin_conn *conn, int status, const char *to)
{
    return origin_printf(conn,
        "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 4\r\n\r\ngone",
        status, to);
}

static bool
redirect(struct origin_conn *conn, const char *path)
{
    char to[512];
    int n = atoi(path + strlen("/redirect/"));

    if (n > 0) {
        snprintf(to, sizeof(to), "/redirect/%d", n - 1);
        return redirect_to(conn, 302, to);
    }
    return origin_answer(conn, 200, "ETag: \"end\"\r\n", "end", 3);
}

static bool
big_redirect(struct origin_conn *conn)
{
    char block[1024];
    bool ok = origin_printf(conn,
        "HTTP/1.1 301 Moved\r\nLocation: /hello\r\nConnection: close\r\n\r\n");

    memset(block, 'x', sizeof(block));
    while (ok)
        ok = origin_send(conn, block, sizeof(block));
    return false;
}

static bool
sized(struct origin_conn *conn, size_t n)
{
    char *body = malloc(n);
    bool ok;

    memset(body, 'b', n);
    ok = origin_answer(conn, 200, NULL, body, n);
    free(body);
    return ok;
}

/* "hello, hello, hello, hello" in brotli */
static const unsigned char brotli[] = {0x1b, 0x19, 0x00, 0xf8, 0x8d, 0x94, 0x6e,
    0xde, 0x44, 0x09, 0x52, 0x86, 0x96, 0x6c, 0x2c, 0x6f, 0x31, 0x4f, 0x24,
    0xb0, 0xe3, 0x00};

struct route {
    const char *path, *answer;
};
static const struct route routes[] = {
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"},
    {"/cutchunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
    {"/zero9", "just text\r\n"},
    {"/nothing", ""},
    {"/coded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: "
               "close\r\n\r\nnot gzip"},
    {"/cookie",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\nx"},
    {"/ctl", "HTTP/1.1 200 OK\r\nETag: \"a\x01\"\r\nX-Ok: 1\r\nConnection: "
             "close\r\n\r\nx"},
    {"/toscheme", "HTTP/1.1 302 x\r\nLocation: file:///etc/passwd\r\n"
                  "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    {"/toprivate", "HTTP/1.1 302 x\r\nLocation: http://10.0.0.1/\r\n"
                   "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    {"/touser", "HTTP/1.1 302 x\r\nLocation: http://u@127.0.0.1/\r\n"
                "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    {"/noplace",
        "HTTP/1.1 302 x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere"},
    {"/interim", "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\nHTTP/1.1 "
                 "200 OK\r\nETag: \"late\"\r\nContent-Length: 2\r\nConnection: "
                 "close\r\n\r\nok"},
    {"/trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: "
                 "close\r\n\r\n2\r\nok\r\n0\r\nETag: \"trailer\"\r\n\r\n"},
    {"/huge", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"},
    {NULL, NULL},
};

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    static const char zeros[65536];
    char to[512];

    (void)arg;
    for (const struct route *route = routes; route->path; route++)
        if (strcmp(route->path, r->path) == 0)
            return origin_send(conn, route->answer, strlen(route->answer)) &&
                   false;
    if (strncmp(r->path, "/redirect/", 10) == 0)
        return redirect(conn, r->path);
    if (strcmp(r->path, "/loop") == 0)
        return redirect_to(conn, 302, "/loop");
    if (strcmp(r->path, "/away") == 0)
        return redirect_to(conn, 301, client_url(other, "/landed", to));
    if (strcmp(r->path, "/bigredirect") == 0)
        return big_redirect(conn);
    if (strcmp(r->path, "/headers") == 0)
        return endless(
            conn, "HTTP/1.1 200 OK\r\n", "X-Flood: aaaaaaaaaaaa\r\n");
    if (strcmp(r->path, "/interims") == 0)
        return endless(conn, "", "HTTP/1.1 100 Continue\r\n\r\n");
    if (strcmp(r->path, "/flood") == 0)
        return endless(
            conn, "HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxxxxxxxxxxxxxxx");
    if (strcmp(r->path, "/chunks") == 0)
        return endless(conn,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "5\r\nhello\r\n");
    if (strcmp(r->path, "/drip") == 0)
        return drip(conn);
    if (strcmp(r->path, "/never") == 0)
        return origin_sleep(conn, 20000) && false;
    if (strcmp(r->path, "/gzip") == 0)
        return send_gzip(conn, "hello, ", 7, 100);
    if (strcmp(r->path, "/bomb") == 0)
        return send_gzip(conn, zeros, sizeof(zeros), 1600); /* 100 MiB */
    if (strcmp(r->path, "/halfbomb") == 0)
        return send_gzip(conn, zeros, sizeof(zeros), 64); /* 4 MiB */
    if (strcmp(r->path, "/br") == 0)
        return origin_answer(
            conn, 200, "Content-Encoding: br\r\n", brotli, sizeof(brotli));
    if (strncmp(r->path, "/size/", 6) == 0)
        return sized(conn, strtoul(r->path + 6, NULL, 10));
    if (strcmp(r->path, "/304") == 0)
        return origin_printf(conn, "HTTP/1.1 304 x\r\nETag: \"same\"\r\n\r\n");
    if (strcmp(r->path, "/410") == 0)
        return origin_answer(conn, 410, NULL, "gone", 4);
    return origin_answer(conn, 200, "ETag: \"v1\"\r\n", "hello", 5);
}

static int
set_up(void **state)
{
    (void)state;
    origin = origin_start(script, NULL, NULL);
    other = origin_start(script, NULL, NULL);
    client_init(&client);
    return origin && other ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    client_done(&client);
    origin_stop(origin);
    origin_stop(other);
    return 0;
}

static void
get(const char *path, struct got *got)
{
    client_get_from(&client, origin, path, got);
}

/* --- answers ---------------------------------------------------------------
 */

static void
test_answer(void **state)
{
    struct got got;
    struct origin_request seen;
    char url[512];

    (void)state;
    get("/hello?q=1", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "hello");
    assert_string_equal(got.etag, "\"v1\"");
    assert_string_equal(got.url, client_url(origin, "/hello?q=1", url));
    assert_int_equal(got.nredirects, 0);
    assert_true(got.wire_bytes >= 5);
    assert_false(wall_is_set(got.cert_expires));
    assert_true(origin_last(origin, "/hello", &seen));
    assert_string_equal(seen.method, "GET");
    assert_non_null(strstr(seen.head,
        "\r\nUser-Agent: tocsin/test (+https://yunxi.example/)\r\n"));
    assert_non_null(
        strstr(seen.head, "\r\nAccept-Encoding: gzip, deflate, br\r\n"));
    assert_null(strstr(seen.head, "Cookie"));
    assert_null(strstr(seen.head, "Referer"));
}

static void
test_statuses_are_answers(void **state)
{
    struct got got;

    (void)state;
    get("/304", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 304);
    assert_string_equal(got.etag, "\"same\"");
    assert_int_equal(got.body_n, 0);
    get("/410", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 410);
}

static void
test_request_headers(void **state)
{
    static const struct http_header headers[] = {
        {{"If-None-Match", 13}, {"W/\"x, y\"", 8}},
        {{"X-Empty", 7}, {"", 0}},
    };
    struct got got;
    struct origin_request seen;

    (void)state;
    client.request.headers = headers;
    client.request.nheaders = 2;
    get("/h", &got);
    client.request.nheaders = 0;
    assert_true(origin_last(origin, "/h", &seen));
    assert_non_null(strstr(seen.head, "\r\nIf-None-Match: W/\"x, y\"\r\n"));
    assert_non_null(strstr(seen.head, "\r\nX-Empty:\r\n"));
}

static void
test_headers_that_cannot_be_sent(void **state)
{
    static const struct http_header wrong[] = {
        {{"A", 1}, {"b\r\nC: d", 7}},
        {{"A", 1}, {"b\0c", 3}},
        {{"A:", 2}, {"b", 1}},
        {{"A\r", 2}, {"b", 1}},
        {{"", 0}, {"b", 1}},
    };
    struct got got;

    (void)state;
    client.request.nheaders = 1;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        client.request.headers = &wrong[i];
        assert_int_equal(
            client_start(&client, "http://127.0.0.1/", &got, NULL), E_PARSE);
    }
    client.request.nheaders = 0;
}

static void
test_post(void **state)
{
    struct got got;
    struct origin_request seen;

    (void)state;
    client.request.method = STR("POST");
    client.request.body = (struct str){"{\"a\":\0 1}", 9};
    get("/post", &got);
    assert_int_equal(got.status, 200);
    assert_true(origin_last(origin, "/post", &seen));
    assert_string_equal(seen.method, "POST");
    assert_int_equal(seen.body_n, 9);
    assert_memory_equal(seen.body, "{\"a\":\0 1}", 9);
    assert_null(strstr(seen.head, "Expect"));
    /* a POST never follows */
    get("/redirect/1", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 302);
    client.request.method = STR_NONE;
    client.request.body = STR_NONE;
}

static void
test_answer_headers(void **state)
{
    struct got got;

    (void)state;
    get("/interim", &got);
    assert_string_equal(got.etag, "\"late\"");
    assert_string_equal(got.body, "ok");
    get("/trailer", &got);
    assert_string_equal(got.body, "ok");
    assert_string_equal(got.etag, "");
    get("/ctl", &got); /* a control character: not kept */
    assert_int_equal(got.status, 200);
    assert_string_equal(got.etag, "");
    assert_int_equal(got.nheaders, 2);
}

static void
test_cookies_are_not_kept(void **state)
{
    struct got got;
    struct origin_request seen;

    (void)state;
    get("/cookie", &got);
    get("/cookie", &got);
    assert_true(origin_last(origin, "/cookie", &seen));
    assert_null(strcasestr(seen.head, "cookie:"));
}

/* --- budgets ---------------------------------------------------------------
 */

static void
test_body_budget(void **state)
{
    struct got got;

    (void)state;
    client.request.max_body_bytes = 100000;
    get("/size/100000", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.body_n, 100000);
    get("/size/100001", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_int_equal(got.body_n, 0);
    get("/chunks", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    get("/flood", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_true(got.wire_bytes < 400000);
    client.request.max_body_bytes = 0;
    get("/huge", &got); /* by its Content-Length, before the body */
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    get("/flood", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_true(got.wire_bytes < HTTP_MAX_WIRE_BYTES + 100000);
}

static void
test_wire_budget(void **state)
{
    struct got got;

    (void)state;
    client.request.max_wire_bytes = 1000;
    get("/size/1000", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    get("/size/1001", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    get("/chunks", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_true(got.wire_bytes < 200000);
    client.request.max_wire_bytes = 0;
}

static void
test_header_budget(void **state)
{
    struct got got;

    (void)state;
    get("/headers", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_true(got.wire_bytes < 200000);
    get("/interims", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
}

static void
test_codings(void **state)
{
    struct got got;

    (void)state;
    get("/gzip", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.body_n, 700);
    assert_memory_equal(got.body, "hello, hello, ", 14);
    get("/br", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.body, "hello, hello, hello, hello");
    get("/coded", &got);
    assert_int_equal(got.result, HTTP_BROKEN);
}

static void
test_bombs(void **state)
{
    struct got got;

    (void)state;
    get("/halfbomb", &got); /* inside the body budget, outside the ratio */
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_non_null(strstr(got.reason, "200 times"));
    get("/bomb", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_int_equal(got.body_n, 0);
}

/* --- times -----------------------------------------------------------------
 */

static void
test_times(void **state)
{
    struct got got;

    (void)state;
    client.request.total_ms = 400;
    get("/drip", &got);
    assert_int_equal(got.result, HTTP_TIMEOUT);
    assert_in_range(got.elapsed_ms, 390, 5000);
    assert_non_null(strstr(got.reason, "total_ms"));
    client.request.total_ms = 20000;
    client.request.first_byte_ms = 300;
    get("/never", &got);
    assert_int_equal(got.result, HTTP_TIMEOUT);
    assert_in_range(got.elapsed_ms, 290, 5000);
    assert_non_null(strstr(got.reason, "first_byte_ms"));
    client.request.total_ms = 800;
    get("/drip", &got); /* its first byte comes at once */
    assert_in_range(got.elapsed_ms, 790, 5000);
    client.request.total_ms = client.request.first_byte_ms = 0;
}

/* --- framing ---------------------------------------------------------------
 */

static void
test_broken(void **state)
{
    static const char *const paths[] = {
        "/cut", "/cutchunk", "/zero9", "/nothing", NULL};
    struct got got;

    (void)state;
    for (size_t i = 0; paths[i]; i++) {
        get(paths[i], &got);
        if (got.result != HTTP_BROKEN)
            fail_msg("%s: %d", paths[i], (int)got.result);
        assert_true(strlen(got.reason) > 5);
        assert_int_equal(got.body_n, 0);
    }
}

static void
test_no_server(void **state)
{
    struct origin *gone = origin_start(script, NULL, NULL);
    char url[512];
    struct got got;

    (void)state;
    client_url(gone, "/", url);
    origin_stop(gone);
    client_get(&client, url, &got);
    assert_int_equal(got.result, HTTP_CONNECT);
    assert_int_equal(got.done, 1);
}

/* --- redirects -------------------------------------------------------------
 */

static void
test_redirects(void **state)
{
    struct got got;
    char url[512];

    (void)state;
    get("/redirect/5", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.body, "end");
    assert_int_equal(got.nredirects, 5);
    assert_int_equal(got.redirects[0].status, 302);
    assert_string_equal(
        got.redirects[0].url, client_url(origin, "/redirect/4", url));
    assert_string_equal(got.url, client_url(origin, "/redirect/0", url));
    get("/redirect/6", &got);
    assert_int_equal(got.result, HTTP_TOO_MANY_REDIRECTS);
    get("/loop", &got);
    assert_int_equal(got.result, HTTP_TOO_MANY_REDIRECTS);
    get("/noplace", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 302);
    assert_string_equal(got.body, "here");
    client.request.follow = false;
    get("/redirect/1", &got);
    assert_int_equal(got.status, 302);
    assert_string_equal(got.body, "gone");
    client.request.follow = true;
}

static void
test_redirect_with_endless_body(void **state)
{
    struct got got;

    (void)state;
    get("/bigredirect", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.body, "hello");
    assert_true(got.wire_bytes < 400000);
}

static void
test_redirects_pass_the_gate(void **state)
{
    struct got got;

    (void)state;
    get("/toscheme", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    get("/toprivate", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "RFC 1918"));
    get("/touser", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
}

static void
test_secrets_stay_home(void **state)
{
    static const struct http_header headers[] = {
        {{"Authorization", 13}, {"Bearer s3cret", 13}},
        {{"X-Api-Key", 9}, {"s3cret", 6}},
        {{"If-None-Match", 13}, {"\"v0\"", 4}},
    };
    struct got got;
    struct origin_request seen;

    (void)state;
    client.request.headers = headers;
    client.request.nheaders = 3;
    get("/away", &got);
    assert_string_equal(got.body, "hello");
    assert_true(origin_last(origin, "/away", &seen));
    assert_non_null(strstr(seen.head, "s3cret"));
    assert_true(origin_last(other, "/landed", &seen));
    assert_null(strstr(seen.head, "s3cret"));
    /* a validator belongs to the address that gave it */
    assert_null(strstr(seen.head, "If-None-Match"));
    get("/redirect/1", &got);
    assert_true(origin_last(origin, "/redirect/0", &seen));
    assert_non_null(strstr(seen.head, "s3cret"));
    client.request.nheaders = 0;
}

/* --- the gate at the connection --------------------------------------------
 */

static void
test_gate(void **state)
{
    struct gate_policy closed;
    unsigned before = origin_connections(origin);
    struct got got;
    char url[512];

    (void)state;
    gate_policy_init(&closed);
    client.request.policy = &closed;
    get("/refused", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "loopback"));
    assert_int_equal(got.done, 1);
    /* a name: judged at the connection, by every address it has */
    assert_int_equal(
        gate_allow_parse(STR("10.0.0.0/8"), NULL, &closed.allow[0]), 0);
    closed.nallow = 1;
    snprintf(url, sizeof(url), "http://localhost:%u/refused",
        (unsigned)origin_port(origin));
    client_get(&client, url, &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_int_equal(origin_connections(origin), before);
    client.request.policy = &client.policy;
}

/* A connection that a wider policy made must not serve a narrower one. */
static void
test_gate_on_kept_connection(void **state)
{
    struct gate_policy closed;
    struct got got;
    char url[512];
    unsigned connections;

    (void)state;
    snprintf(url, sizeof(url), "http://localhost:%u/kept",
        (unsigned)origin_port(origin));
    assert_int_equal(
        gate_allow_parse(STR("::1"), NULL, &client.policy.allow[1]), 0);
    client.policy.nallow = 2;
    client_get(&client, url, &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    connections = origin_connections(origin);
    client_get(&client, url, &got);
    assert_int_equal(origin_connections(origin), connections); /* kept */
    gate_policy_init(&closed);
    closed.allow[0] = client.policy.allow[1]; /* ::1 only */
    closed.nallow = 1;
    client.request.policy = &closed;
    client_get(&client, url, &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_int_equal(origin_count(origin, "/kept"), 2);
    client.request.policy = &client.policy;
    client.policy.nallow = 1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_statuses_are_answers),
        cmocka_unit_test(test_request_headers),
        cmocka_unit_test(test_headers_that_cannot_be_sent),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_answer_headers),
        cmocka_unit_test(test_cookies_are_not_kept),
        cmocka_unit_test(test_body_budget),
        cmocka_unit_test(test_wire_budget),
        cmocka_unit_test(test_header_budget),
        cmocka_unit_test(test_codings),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_no_server),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_redirect_with_endless_body),
        cmocka_unit_test(test_redirects_pass_the_gate),
        cmocka_unit_test(test_secrets_stay_home),
        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_gate_on_kept_connection),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
