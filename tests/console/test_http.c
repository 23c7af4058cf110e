/* The reader: what is refused, what is read, and that pieces do not matter. */
#include <string.h>

#include "base/err.h"
#include "check.h"
#include "console/http.h"

/* Feed all of bytes, piece by piece; 200 done, 0 more is wanted, or the status
 * of the refusal. */
static int
read_in(struct http_reader *reader, struct str bytes, size_t piece)
{
    http_reader_next(reader);
    for (size_t at = 0; at < bytes.n; at += piece) {
        struct str part = str_first(str_from(bytes, at), piece);
        size_t used = http_reader_feed(reader, part);

        if (reader->state == HTTP_READ_REFUSED)
            return reader->status;
        if (reader->state == HTTP_READ_DONE)
            return 200;
        assert_int_equal(used, part.n);
    }
    return 0;
}

#define H "Host: x\r\n"
#define GET "GET / HTTP/1.1\r\n" H
#define POST "POST / HTTP/1.1\r\n" H
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    int status;
    const char *bytes;
} rows[] = {
    {200, GET "\r\n"},
    {200, "\r\n" GET "\r\n"}, /* one empty line before it */
    {400, "\r\n\r\n\r\n" GET "\r\n"},
    {400, "\n" GET "\r\n"},
    {400, "\r\r\n" GET "\r\n"},
    {400, " " GET "\r\n"},
    {400, "GET / HTTP/1.1\nHost: x\n\n"},
    {400, "GET  / HTTP/1.1\r\n" H "\r\n"},
    {400, "GET / HTTP/1.1 \r\n" H "\r\n"},
    {400, "GET / http/1.1\r\n" H "\r\n"},
    {505, "GET / HTTP/2.0\r\n" H "\r\n"},
    {505, "GET / HTTP/1.2\r\n" H "\r\n"},
    {400, "GET /\r\n" H "\r\n"},
    {501, "BREW / HTTP/1.1\r\n" H "\r\n"},
    {501, "get / HTTP/1.1\r\n" H "\r\n"},
    {400, "G(T / HTTP/1.1\r\n" H "\r\n"},
    {501, "CONNECT / HTTP/1.1\r\n" H "\r\n"},
    {400, "CONNECT x:443 HTTP/1.1\r\n" H "\r\n"},
    {400, "GET http://x/ HTTP/1.1\r\n" H "\r\n"},
    {400, "GET * HTTP/1.1\r\n" H "\r\n"},
    {400, "GET /a#b HTTP/1.1\r\n" H "\r\n"},
    {400, "GET /a\\b HTTP/1.1\r\n" H "\r\n"},
    {400, "GET /%zz HTTP/1.1\r\n" H "\r\n"},
    {400, "GET /%1 HTTP/1.1\r\n" H "\r\n"},
    {400, "GET /\xe4\xba\x91 HTTP/1.1\r\n" H "\r\n"},
    {200, "GET /?q={a|b}^`c HTTP/1.1\r\n" H "\r\n"},
    {400, "GET / HTTP/1.1\r\n\r\n"},
    {400, "GET / HTTP/1.0\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\n" H H "\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: x:0\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: x:\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
    {200, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"},
    {400, GET "Name : v\r\n\r\n"},
    {400, GET ": v\r\n\r\n"},
    {400, GET "name\r\n\r\n"},
    {400, GET " folded: v\r\n\r\n"},
    {400, GET "A: b\r\n c\r\n\r\n"},
    {400, GET "A: b\rc\r\n\r\n"},
    {400, GET "A: \x01\r\n\r\n"},
    {400, GET "A: \x7f\r\n\r\n"},
    {200, GET "A: \xff\xfe\r\n\r\n"},
    {400, GET "\xc3\xa4: b\r\n\r\n"},
    {400, GET "Content-Length: 3\r\n\r\nabc"},
    {200, GET "Content-Length: 0\r\n\r\n"},
    {400, POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
    {400, POST "Content-Length: 3, 3\r\n\r\nabc"},
    {400, POST "Content-Length: +3\r\n\r\nabc"},
    {400, POST "Content-Length: 0x3\r\n\r\nabc"},
    {400, POST "Content-Length: -1\r\n\r\n"},
    {400, POST "Content-Length:\r\n\r\n"},
    {400, POST "Content-Length: 99999999999999999999\r\n\r\n"},
    {413, POST "Content-Length: 65537\r\n\r\n"},
    {0, POST "Content-Length: 65536\r\n\r\n"},
    {400, POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {400, POST "Transfer-Encoding: chunked\r\n"
               "Transfer-Encoding: chunked\r\n\r\n"},
    {501, POST "Transfer-Encoding: gzip, chunked\r\n\r\n"},
    {501, POST "Transfer-Encoding: xchunked\r\n\r\n"},
    {501, POST "Transfer-Encoding: identity\r\n\r\n"},
    {400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"},
    {400, GET "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {200, CHUNKED "3\r\nabc\r\n0\r\n\r\n"},
    {200, CHUNKED "3;ext=\"v\"\r\nabc\r\n00\r\n\r\n"},
    {200, CHUNKED "A\r\n0123456789\r\n0\r\nAuthorization: Bearer x\r\n\r\n"},
    {400, CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "+3\r\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "-0\r\n\r\n"},
    {400, CHUNKED " 3\r\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "3 \r\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "\r\n"},
    {400, CHUNKED ";a\r\n"},
    {400, CHUNKED "3\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "3;a=\n\r\nabc\r\n0\r\n\r\n"},
    {400, CHUNKED "3\r\nabcd\r\n0\r\n\r\n"},
    {400, CHUNKED "3\r\nabc0\r\n\r\n"},
    {400, CHUNKED "3\r\nabc\n0\r\n\r\n"},
    {400, CHUNKED "0\r\nA: \x01\r\n\r\n"},
    {413, CHUNKED "ffffffff\r\n"},
    {413, CHUNKED "7fffffffffffffff\r\n"},
    {400, CHUNKED "ffffffffffffffff\r\n"}, /* no number of bytes */
    {400, CHUNKED "10000000000000002\r\nab\r\n"},
    {417, POST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n"},
    {0, POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"},
    {0, GET},
    {0, CHUNKED "3\r\nab"},
};

static void
every_row_gets_its_answer(void **state)
{
    struct http_reader reader;

    (void)state;
    http_reader_init(&reader);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str bytes = str_of(rows[i].bytes);
        int whole = read_in(&reader, bytes, bytes.n);
        int pieces = read_in(&reader, bytes, 1);

        if (whole != rows[i].status || pieces != rows[i].status)
            fail_msg("row %zu: %d, in pieces %d, wanted %d: %s", i, whole,
                pieces, rows[i].status, rows[i].bytes);
    }
    http_reader_done(&reader);
}

static void
parts_are_read(void **state)
{
    struct http_reader reader;
    struct http_request *request = &reader.request;

    (void)state;
    http_reader_init(&reader);
    assert_int_equal(read_in(&reader,
                         STR("POST /a/b?c=d HTTP/1.1\r\nHost: x:80\r\n"
                             "Cookie:  a=1; b=2 \r\n"
                             "Transfer-Encoding: chunked\r\n\r\n"
                             "2\r\n{}\r\n1\r\n!\r\n0\r\nCookie: c\r\n\r\n"),
                         5),
        200);
    assert_int_equal(request->method, HTTP_POST);
    assert_true(str_eq(request->path, STR("/a/b")));
    assert_true(str_eq(request->query, STR("c=d")));
    assert_true(str_eq(request->host, STR("x:80")));
    assert_true(str_eq(request->body, STR("{}!")));
    assert_true(str_eq(http_header_get(request, "cookie"), STR("a=1; b=2")));
    assert_true(request->keep_alive);
    assert_int_equal(read_in(&reader,
                         STR("GET / HTTP/1.1\r\nHost: x\r\n"
                             "Connection: x, Close\r\n\r\n"),
                         1),
        200);
    assert_false(request->keep_alive);
    assert_int_equal(request->body.n, 0);
    http_reader_done(&reader);
}

/* What follows a request is not touched. */
static void
the_next_request_stays(void **state)
{
    static const char two[] = GET "\r\n" GET "\r\n";
    struct http_reader reader;

    (void)state;
    http_reader_init(&reader);
    assert_int_equal(http_reader_feed(&reader, STR(two)), (sizeof two - 1) / 2);
    assert_int_equal(reader.state, HTTP_READ_DONE);
    assert_int_equal(http_reader_feed(&reader, STR("x")), 0);
    http_reader_done(&reader);
}

/* Fill bytes with head, n times line, tail; the status it gets. */
static int
repeated(const char *head, const char *line, size_t n, const char *tail)
{
    struct http_reader reader;
    _cleanup_(buf_done) struct buf bytes;
    int status;

    buf_init(&bytes, 4 * 1024 * 1024);
    (void)buf_add_cstr(&bytes, head);
    for (size_t i = 0; i < n; i++)
        (void)buf_add_cstr(&bytes, line);
    (void)buf_add_cstr(&bytes, tail);
    http_reader_init(&reader);
    status = read_in(&reader, buf_str(&bytes), 1000);
    http_reader_done(&reader);
    return status;
}

static void
limits_hold(void **state)
{
    (void)state;
    assert_int_equal(repeated("GET /", "a", HTTP_MAX_TARGET_BYTES - 1,
                         " HTTP/1.1\r\nHost: x\r\n\r\n"),
        200);
    assert_int_equal(repeated("GET /", "a", HTTP_MAX_TARGET_BYTES,
                         " HTTP/1.1\r\nHost: x\r\n\r\n"),
        414);
    assert_int_equal(repeated("GET /", "a", 200000, ""), 414);
    assert_int_equal(
        repeated(GET, "X: y\r\n", HTTP_MAX_HEADERS - 1, "\r\n"), 200);
    assert_int_equal(repeated(GET, "X: y\r\n", HTTP_MAX_HEADERS, "\r\n"), 431);
    assert_int_equal(repeated(GET, "X: y\r\n", 20000, "\r\n"), 431);
    assert_int_equal(
        repeated(CHUNKED, "1\r\na\r\n", HTTP_MAX_BODY_BYTES, "0\r\n\r\n"), 200);
    assert_int_equal(
        repeated(CHUNKED, "1\r\na\r\n", HTTP_MAX_BODY_BYTES + 1, "0\r\n\r\n"),
        413);
    assert_int_equal(repeated(CHUNKED "0\r\n", "X: y\r\n", 1000, "\r\n"), 431);
    assert_int_equal(repeated(CHUNKED "1;", "a", 300, ""), 400);
}

static void
nul_is_refused(void **state)
{
    struct http_reader reader;

    (void)state;
    http_reader_init(&reader);
    assert_int_equal(
        read_in(&reader, STR("GET / HTTP/1.1\r\nHost: x\r\nA: \0b\r\n\r\n"), 1),
        400);
    http_reader_done(&reader);
}

static void
paths_have_one_form(void **state)
{
    static const struct {
        const char *path, *plain; /* NULL: refused */
    } paths[] = {{"/", "/"}, {"/a/b", "/a/b"}, {"/a/", "/a/"},
        {"/%61pi", "/api"}, {"/%E4%BA%91", "/云"}, {"//a", NULL},
        {"/a//b", NULL}, {"/.", NULL}, {"/..", NULL}, {"/a/../b", NULL},
        {"/%2e%2e/a", NULL}, {"/a;b", NULL}, {"/a%3bb", NULL}, {"/a%2fb", NULL},
        {"/a%2Fb", NULL}, {"/a%5cb", NULL}, {"/%00", NULL}, {"/%0d%0a", NULL},
        {"/%c0%ae%c0%ae/etc", NULL}, {"/%ff", NULL}, {"a", NULL}, {"", NULL}};
    _cleanup_(arena_freep) struct arena *arena = arena_new(65536);

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct str plain = STR_NONE;
        int err = http_path(arena, str_of(paths[i].path), &plain);

        if ((err == 0) != (paths[i].plain != NULL) ||
            (paths[i].plain && !str_eq(plain, str_of(paths[i].plain))))
            fail_msg("%s", paths[i].path);
    }
}

static void
forms_are_split(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(65536);
    struct http_header *list;
    size_t n;

    (void)state;
    assert_int_equal(
        http_params(arena, STR("a=1+2&b&c=%E4%BA%91%26&&"), &list, &n), 0);
    assert_int_equal(n, 3);
    assert_true(str_eq(list[0].value, STR("1 2")));
    assert_int_equal(list[1].value.n, 0);
    assert_true(str_eq(list[2].value, STR("云&")));
    assert_int_equal(http_params(arena, STR("a=%00"), &list, &n), E_PARSE);
    assert_int_equal(http_params(arena, STR("a=%ff"), &list, &n), E_PARSE);
    assert_int_equal(http_params(arena, STR_NONE, &list, &n), 0);
    assert_int_equal(n, 0);
    assert_true(str_eq(
        http_cookie(STR("a=1; tocsin=x=y;b=2"), STR("tocsin")), STR("x=y")));
    assert_null(http_cookie(STR("xa=1"), STR("a")).p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_gets_its_answer),
        cmocka_unit_test(parts_are_read),
        cmocka_unit_test(the_next_request_stays),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(nul_is_refused),
        cmocka_unit_test(paths_have_one_form),
        cmocka_unit_test(forms_are_split),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
