/* The console's reader of requests: the same in one piece and byte by byte. */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "console/http.h"
#include "fuzz.h"

enum { MANY_REQUESTS = 8 };

static bool
reader_ended(const struct http_reader *reader)
{
    return reader->state == HTTP_READ_DONE ||
           reader->state == HTTP_READ_REFUSED;
}

static void
check_params(struct arena *arena, struct str text)
{
    struct http_header *params;
    size_t n;

    if (http_params(arena, text, &params, &n) != 0)
        return;
    HOLD(n <= HTTP_MAX_PARAMS);
    for (size_t i = 0; i < n; i++) {
        fuzz_text(params[i].name, SIZE_MAX);
        fuzz_text(params[i].value, SIZE_MAX);
    }
}

static void
check_path(struct arena *arena, struct str path)
{
    struct str plain;

    if (http_path(arena, path, &plain) != 0)
        return;
    fuzz_text(plain, HTTP_MAX_TARGET_BYTES);
    HOLD(plain.n > 0 && plain.p[0] == '/');
    HOLD(str_find(plain, STR("/../")) == plain.n);
    HOLD(str_find(plain, STR("//")) == plain.n);
    HOLD(!str_ends(plain, STR("/..")) && !str_ends(plain, STR("/.")));
    HOLD(str_find_char(plain, '\\') == plain.n);
}

static void
check_request(const struct http_request *request)
{
    struct arena *arena = fuzz_arena();
    struct str cookies = http_header_get(request, "cookie");

    HOLD(request->nheaders <= HTTP_MAX_HEADERS);
    HOLD(request->target.n <= HTTP_MAX_TARGET_BYTES);
    HOLD(request->body.n <= HTTP_MAX_BODY_BYTES);
    HOLD(request->host.n == 0 || http_host_is_valid(request->host));
    for (size_t i = 0; i < request->nheaders; i++) {
        struct str value = request->headers[i].value;

        HOLD(request->headers[i].name.n > 0);
        HOLD(str_eq(value, str_trim(value)));
        HOLD(value.n == 0 || (!memchr(value.p, '\r', value.n) &&
                                 !memchr(value.p, '\n', value.n)));
    }
    check_path(arena, request->path);
    check_params(arena, request->query);
    check_params(arena, request->body);
    (void)http_cookie(cookies, STR("session"));
    arena_free(arena);
}

static void
check_escape(struct str text)
{
    struct arena *arena = fuzz_arena();
    struct str s = fuzz_repaired(arena, text), back;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 3 * s.n + 16);
    http_escape(&out, s);
    HOLD(out.err == 0);
    if (s.n > 0 && !memchr(s.p, 0, s.n)) {
        HOLD(http_unescape(arena, buf_str(&out), true, &back) == 0);
        HOLD(str_eq(s, back));
    }
    arena_free(arena);
}

static void
check_same(const struct http_reader *a, const struct http_reader *b)
{
    HOLD(a->state == b->state && a->status == b->status);
    HOLD(str_eq(buf_str(&a->head), buf_str(&b->head)));
    if (a->state == HTTP_READ_DONE) {
        HOLD(str_eq(a->request.body, b->request.body));
        HOLD(str_eq(a->request.target, b->request.target));
        HOLD(a->request.method == b->request.method);
        HOLD(a->request.keep_alive == b->request.keep_alive);
    }
}

/* Feed a byte at a time; how many were taken. */
static size_t
feed_bytes(struct http_reader *reader, struct str bytes)
{
    size_t taken = 0;

    while (taken < bytes.n && !reader_ended(reader)) {
        size_t n =
            http_reader_feed(reader, str_first(str_from(bytes, taken), 1));

        HOLD(n == 1 || reader_ended(reader));
        taken += n;
    }
    return taken;
}

void
fuzz_request(struct str input)
{
    struct http_reader whole, slow;

    http_reader_init(&whole);
    http_reader_init(&slow);
    check_escape(input);
    for (int i = 0; i < MANY_REQUESTS && input.n > 0; i++) {
        size_t n = http_reader_feed(&whole, input);
        size_t m = feed_bytes(&slow, input);

        HOLD(n <= input.n);
        HOLD(n == input.n || reader_ended(&whole));
        check_same(&whole, &slow);
        HOLD(whole.state != HTTP_READ_DONE || n == m);
        if (whole.state == HTTP_READ_REFUSED)
            HOLD(whole.status >= 400 && whole.status < 600 && whole.why);
        if (whole.state != HTTP_READ_DONE)
            break;
        check_request(&whole.request);
        input = str_from(input, n);
        http_reader_next(&whole);
        http_reader_next(&slow);
    }
    http_reader_done(&whole);
    http_reader_done(&slow);
}
