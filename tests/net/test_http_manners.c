/*
 * http_manners: what a server may ask of the client, and what it does: holds,
 * gaps of one call, patience, the scope of taking turns, validators that stay
 * with their address, bodies that may be cut, redirects that somebody judges.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "client.h"
#include "net/http_int.h"

enum { VECTORS_MAX_BYTES = 1024 * 1024, LONG_BODY = 700 * 1024 };

static struct origin *origin;
static struct client client;
static char *long_body;

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strncmp(r->path, "/slow", 5) == 0 && !origin_sleep(conn, 150))
        return false;
    if (strncmp(r->path, "/old", 4) == 0)
        return origin_answer(conn, 301, "Location: /new\r\n", "", 0);
    if (strcmp(r->path, "/twice") == 0)
        return origin_answer(conn, 302, "Location: /old\r\n", "", 0);
    if (strcmp(r->path, "/long") == 0)
        return origin_answer(conn, 200, NULL, long_body, LONG_BODY);
    if (strcmp(r->path, "/coded") == 0)
        return origin_answer(conn, 200, "Content-Encoding: utf-8\r\n", "ok", 2);
    if (strcmp(r->path, "/lie") == 0)
        return origin_answer(conn, 200, "Content-Encoding: gzip\r\n", "ok", 2);
    if (strcmp(r->path, "/silent") == 0)
        return false; /* closed on the request */
    if (strcmp(r->path, "/unfinished") == 0) {
        origin_printf(conn, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n");
        return false;
    }
    if (strcmp(r->path, "/endless") == 0) {
        origin_printf(conn, "HTTP/1.1 200 OK\r\n\r\n");
        while (origin_send(conn, long_body, 64 * 1024))
            ;
        return false;
    }
    return origin_answer(conn, 200, "ETag: \"v1\"\r\n", "ok", 2);
}

static int
set_up(void **state)
{
    (void)state;
    long_body = malloc(LONG_BODY);
    if (!long_body)
        return -1;
    memset(long_body, 'x', LONG_BODY);
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
    free(long_body);
    return 0;
}

static const char *
url_of(const char *path)
{
    static char url[512];

    return client_url(origin, path, url);
}

static void
start(const char *path, struct got *got)
{
    assert_int_equal(client_start(&client, url_of(path), got, NULL), 0);
}

static void
get(const char *path, struct got *got)
{
    client_get(&client, url_of(path), got);
}

/* --- holds and patience ----------------------------------------------------
 */

static void
test_hold(void **state)
{
    struct got got;
    int64_t before = clock_mono().ms;

    (void)state;
    http_hold(client.http, str_of(url_of("/any")), 600);
    http_hold(client.http, str_of(url_of("/other")), 100); /* not shorter */
    get("/a", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_true(clock_mono().ms - before >= 590);
    get("/b", &got); /* it is over */
    assert_true(clock_mono().ms - before < 5000);
}

static void
test_hold_is_of_its_host(void **state)
{
    struct got got;
    char url[512];
    int64_t before = clock_mono().ms;

    (void)state;
    http_hold(client.http, str_of(url_of("/")), 60000);
    snprintf(url, sizeof(url), "http://127.0.0.2:%u/",
        (unsigned)origin_port(origin));
    client_get(&client, url, &got); /* nobody listens, but it was tried */
    assert_int_equal(got.result, HTTP_CONNECT);
    assert_true(clock_mono().ms - before < 5000);
}

static void
test_patience(void **state)
{
    struct got got;

    (void)state;
    http_hold(client.http, str_of(url_of("/")), 60000);
    client.request.patience_ms = 1000;
    get("/a", &got);
    assert_int_equal(got.result, HTTP_LATER);
    assert_in_range(got.later_ms, 50000, 60000);
    assert_int_equal(origin_count(origin, "/a"), 0);
}

/* What stands in line behind too many, or behind a slow one, is told too. */
static void
test_patience_in_line(void **state)
{
    static struct got got[8];
    size_t later = 0;

    (void)state;
    http_set_limits(client.http, 64, 1, 1000);
    client.request.patience_ms = 2500;
    for (size_t i = 0; i < 8; i++)
        start("/a", &got[i]);
    for (size_t i = 0; i < 8; i++) {
        client_wait(&client, &got[i]);
        if (got[i].result == HTTP_LATER)
            later++;
        else
            assert_int_equal(got[i].result, HTTP_ANSWERED);
    }
    assert_in_range(later, 4, 6);
    client_turn(&client, 1100); /* its rest */
    http_set_limits(client.http, 64, 1, 0);
    client.request.patience_ms = 60;
    start("/slow", &got[0]);
    start("/behind", &got[1]);
    client_wait(&client, &got[0]);
    client_wait(&client, &got[1]);
    assert_int_equal(got[0].result, HTTP_ANSWERED);
    assert_int_equal(got[1].result, HTTP_LATER);
    assert_int_equal(origin_count(origin, "/behind"), 0);
}

static void
test_gap_of_a_call(void **state)
{
    static struct got got[3];

    (void)state;
    client.request.gap_ms = 300;
    for (size_t i = 0; i < 3; i++)
        start("/a", &got[i]);
    for (size_t i = 0; i < 3; i++)
        client_wait(&client, &got[i]);
    for (size_t i = 1; i < 3; i++)
        assert_true(
            origin_began(origin, i) - origin_began(origin, i - 1) >= 290);
}

/* --- scope -----------------------------------------------------------------
 */

static unsigned
at_once(enum http_scope scope)
{
    static struct got got[6];
    char path[16];

    http_set_scope(client.http, scope);
    for (size_t i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "/slow%zu", i / 2);
        start(path, &got[i]);
    }
    for (size_t i = 0; i < 6; i++)
        client_wait(&client, &got[i]);
    return origin_most_at_once(origin);
}

static void
test_scope_host(void **state)
{
    (void)state;
    assert_int_equal(at_once(HTTP_SCOPE_HOST), 1);
}

static void
test_scope_group(void **state)
{
    (void)state;
    assert_int_equal(at_once(HTTP_SCOPE_GROUP), 1);
}

static void
test_scope_url(void **state)
{
    (void)state;
    assert_int_equal(at_once(HTTP_SCOPE_URL), 3);
}

static void
check_name(enum http_scope scope, const char *url, const char *want)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct str got = scope_name_of_url(scope, arena, str_of(url));

    if (!str_eq(got, str_of(want)))
        fail_msg("%s: %.*s", url, STR_ARG(got));
    arena_free(arena);
}

static void
test_scope_names(void **state)
{
    (void)state;
    check_name(
        HTTP_SCOPE_HOST, "http://a.b.example.com:8080/x?y", "a.b.example.com");
    check_name(HTTP_SCOPE_URL, "http://a.example/x?y", "http://a.example/x?y");
    check_name(
        HTTP_SCOPE_GROUP, "http://a.b.example.com:8080/x?y", "example.com");
    check_name(HTTP_SCOPE_GROUP, "https://news.yunxi.edu.cn/", "yunxi.edu.cn");
    check_name(HTTP_SCOPE_GROUP, "https://edu.cn/", "edu.cn");
    check_name(HTTP_SCOPE_GROUP, "http://10.1.2.3/", "10.1.2.3");
    check_name(HTTP_SCOPE_GROUP, "http://[2001:db8::1]/", "2001:db8::1");
    check_name(HTTP_SCOPE_GROUP, "http://intranet/", "intranet");
}

/* The rows of the public suffix list's own tests, where they are at hand. */
static void
test_scope_vectors(void **state)
{
    const char *shared = getenv("TOCSIN_SHARED");
    char path[1200];
    struct buf text;
    struct str rest;

    (void)state;
    snprintf(path, sizeof(path), "%s/corpora/attacks/dev/psl.jsonl",
        shared ? shared : SOURCE_DIR "/../shared");
    buf_init(&text, VECTORS_MAX_BYTES);
    if (file_read(path, &text, NULL) < 0) {
        print_message("skipped: no corpus at %s\n", path);
        buf_done(&text);
        return;
    }
    rest = buf_str(&text);
    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        json_t *row = json_loadb(line.p ? line.p : "", line.n, 0, NULL);
        struct str host = row ? jsonx_get_str(row, "host") : STR_NONE;
        const char *want =
            json_string_value(json_object_get(row, "registrable"));
        struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
        struct gate_policy policy;
        struct gate_target target;
        const char *reason;

        gate_policy_init(&policy); /* it makes hosts what the client sees */
        if (host.n > 0 &&
            gate_target(&policy, arena,
                arena_printf(arena, "http://%.*s/", STR_ARG(host)), &target,
                &reason) == 0) {
            struct str got = scope_name(HTTP_SCOPE_GROUP, arena, &target);
            struct str expected = want ? str_of(want) : target.host;

            /* rows with non-ASCII letters come out as A-labels */
            if (expected.p && (unsigned char)expected.p[0] < 0x80 &&
                !str_starts(got, STR("xn--")) && !str_eq(got, expected) &&
                str_find(target.host, STR("xn--")) == target.host.n)
                fail_msg("%.*s: %.*s", STR_ARG(host), STR_ARG(got));
        }
        arena_free(arena);
        json_decref(row);
    }
    buf_done(&text);
}

/* --- validators ------------------------------------------------------------
 */

static bool
was_conditional(const char *path)
{
    struct origin_request seen;

    assert_true(origin_last(origin, path, &seen));
    return strstr(seen.head, "If-None-Match: \"v1\"") != NULL;
}

static void
test_validators_stay_with_their_address(void **state)
{
    static const struct http_header validator[] = {
        {{"If-None-Match", 13}, {"\"v1\"", 4}}};
    struct got got;
    char url[512];

    (void)state;
    client.request.headers = validator;
    client.request.nheaders = 1;
    get("/old", &got); /* of the address asked first, when none is named */
    assert_true(was_conditional("/old"));
    assert_false(was_conditional("/new"));
    assert_false(got.conditional);
    client.request.conditional_url = str_of(client_url(origin, "/new", url));
    get("/old", &got);
    assert_false(was_conditional("/old"));
    assert_true(was_conditional("/new"));
    assert_true(got.conditional);
    get("/a", &got);
    assert_false(was_conditional("/a"));
    assert_false(got.conditional);
}

/* --- bodies and headers ----------------------------------------------------
 */

static void
test_cut(void **state)
{
    struct got got;

    (void)state;
    client.request.max_body_bytes = 500 * 1024;
    client.request.max_wire_bytes = 600 * 1024;
    get("/long", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    client.request.cut = true;
    get("/long", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_true(got.cut);
    assert_int_equal(got.body_n, 500 * 1024);
    get("/endless", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.body_n, 500 * 1024);
    get("/a", &got);
    assert_false(got.cut);
}

static void
test_header_limit(void **state)
{
    struct got got;

    (void)state;
    client.request.max_header_bytes = 40;
    get("/a", &got);
    assert_int_equal(got.result, HTTP_TOO_LARGE);
    assert_non_null(strstr(got.reason, "max_header_bytes"));
}

/* A Content-Encoding that is none: plain reads what it wraps. */
static void
test_codings_that_are_none(void **state)
{
    static const char *const paths[] = {"/coded", "/lie"};
    struct origin_request seen;
    struct got got;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        client.request.plain = false;
        get(paths[i], &got);
        assert_int_equal(got.result, HTTP_BROKEN);
        assert_true(got.bad_coding);
        client.request.plain = true;
        get(paths[i], &got);
        assert_int_equal(got.result, HTTP_ANSWERED);
        assert_string_equal(got.body, "ok");
        assert_true(origin_last(origin, paths[i], &seen));
        assert_null(strstr(seen.head, "Accept-Encoding"));
    }
}

/* A kept connection that breaks: the request is not sent twice. */
static void
test_asked_once(void **state)
{
    struct got got;

    (void)state;
    get("/a", &got);
    get("/silent", &got);
    assert_int_equal(got.result, HTTP_BROKEN);
    assert_int_equal(origin_count(origin, "/silent"), 1);
    get("/a", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
}

static void
test_an_end_within_the_headers(void **state)
{
    struct got got;

    (void)state;
    get("/unfinished", &got);
    assert_int_equal(got.result, HTTP_BROKEN);
}

/* --- redirects that somebody judges ----------------------------------------
 */

static struct judge {
    int asked;
    char last[512];
    struct http_call *call;
    bool at_once, follow;
} judge;

static void
hop(void *arg, struct http_call *call, struct str url)
{
    (void)arg;
    judge.asked++;
    judge.call = call;
    assert_true(url.n < sizeof(judge.last));
    memcpy(judge.last, url.p, url.n);
    judge.last[url.n] = '\0';
    if (judge.at_once)
        http_hop(call, judge.follow, "the judge says no");
}

static void
test_hops_are_judged(void **state)
{
    struct got got;

    (void)state;
    client.request.hop = hop;
    judge = (struct judge){.at_once = true, .follow = true};
    get("/twice", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(judge.asked, 2);
    assert_string_equal(judge.last, url_of("/new"));

    judge = (struct judge){.at_once = true};
    get("/old", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_string_equal(got.reason, "the judge says no");
    assert_int_equal(origin_count(origin, "/new"), 1);

    judge = (struct judge){.follow = true};
    start("/old", &got); /* the verdict comes later */
    client_turn(&client, 200);
    assert_int_equal(got.done, 0);
    assert_int_equal(judge.asked, 1);
    http_hop(judge.call, true, NULL);
    client_wait(&client, &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
}

static void
test_giving_up_while_judged(void **state)
{
    struct got got, second;

    (void)state;
    client.request.hop = hop;
    judge = (struct judge){.at_once = false};
    start("/old", &got);
    client_turn(&client, 200);
    assert_int_equal(judge.asked, 1);
    http_cancel(judge.call);
    assert_int_equal(got.done, 0);
    judge = (struct judge){.at_once = false};
    start("/old", &second); /* ended by http_free */
    client_turn(&client, 200);
    assert_int_equal(judge.asked, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hold),
        TEST(test_hold_is_of_its_host),
        TEST(test_patience),
        TEST(test_patience_in_line),
        TEST(test_gap_of_a_call),
        TEST(test_scope_host),
        TEST(test_scope_group),
        TEST(test_scope_url),
        cmocka_unit_test(test_scope_names),
        cmocka_unit_test(test_scope_vectors),
        TEST(test_validators_stay_with_their_address),
        TEST(test_cut),
        TEST(test_header_limit),
        TEST(test_codings_that_are_none),
        TEST(test_asked_once),
        TEST(test_an_end_within_the_headers),
        TEST(test_hops_are_judged),
        TEST(test_giving_up_while_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
