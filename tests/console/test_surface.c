/*
 * The surface, from outside: what ask of it, each row as bytes on
 * a connection of its own.  docs/console-access.md says which test holds which
 * of them.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "store/people.h"

static struct desk desk;
static char session[128], csrf[80];

#define H "Host: x\r\n"
#define LINE(target) "GET " target " HTTP/1.1\r\n" H "\r\n"

static unsigned
count(struct str s, struct str needle)
{
    unsigned n = 0;

    for (size_t at; (at = str_find(s, needle)) < s.n; n++)
        s = str_from(s, at + needle.n);
    return n;
}

/* Head, n letters, tail, in out; how many bytes. */
static size_t
padded(char *out, const char *head, size_t n, const char *tail)
{
    size_t at = strlen(head);

    memcpy(out, head, at);
    memset(out + at, 'a', n);
    memcpy(out + at + n, tail, strlen(tail));
    return at + n + strlen(tail);
}

/* Send bytes; the first answer, and how many came. */
static int
send_raw(const char *bytes, size_t n, unsigned *ret_answers, bool *ret_closed)
{
    struct client client;
    struct answer answer;
    int status;

    client_open(&client, &desk);
    client_send(&client, (struct str){bytes, n});
    answer = client_read(&client, 3000);
    client_turn(&client, 30);
    status = answer.status;
    *ret_answers = count(buf_str(&client.in), STR("HTTP/1.1 "));
    *ret_closed = client.closed;
    client_close(&client);
    return status;
}

struct row {
    const char *name, *bytes;
    int status;
};

static bool
run_row(const struct row *row, unsigned wanted)
{
    unsigned answers;
    bool closed;
    int status = send_raw(row->bytes, strlen(row->bytes), &answers, &closed);

    if (status != row->status || answers != wanted)
        fail_msg("%s: %d, %u answers", row->name, status, answers);
    return closed;
}

/* Each gets one answer; refused: by the reader, which then reads no more. */
static void
run_rows(const struct row *rows, size_t n, bool refused)
{
    for (size_t i = 0; i < n; i++)
        if (!run_row(&rows[i], 1) && refused && rows[i].status == 400)
            fail_msg("%s: refused and not closed", rows[i].name);
}

/* there is one reading of a request, or none. */
static void
r64_framing_has_one_meaning(void **state)
{
#define POST "POST /api/v1/login HTTP/1.1\r\n" H
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
    static const struct row rows[] = {
        {"obs-fold", "GET /healthz HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 400},
        {"fold with a tab", "GET /healthz HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n",
            400},
        {"space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        {"name of nothing", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", 400},
        {"name with a space", "GET / HTTP/1.1\r\n" H "A B: a\r\n\r\n", 400},
        {"bare CR in a value", "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", 400},
        {"bare LF", "GET / HTTP/1.1\r\n" H "X: a\nY: b\r\n\r\n", 400},
        {"two lengths", POST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
            400},
        {"a list of lengths", POST "Content-Length: 2, 2\r\n\r\n{}", 400},
        {"a signed length", POST "Content-Length: +2\r\n\r\n{}", 400},
        {"a length in hex", POST "Content-Length: 0x2\r\n\r\n{}", 400},
        {"a huge length", POST "Content-Length: 99999999999999999999\r\n\r\n",
            400},
        {"length and coding",
            POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            400},
        {"coding twice",
            POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n0\r\n\r\n",
            400},
        {"coding in 1.0",
            "POST /login HTTP/1.0\r\n" H
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        {"another coding", POST "Transfer-Encoding: identity\r\n\r\n", 501},
        {"chunk size with a sign", CHUNKED "+2\r\n{}\r\n0\r\n\r\n", 400},
        {"chunk size with a prefix", CHUNKED "0x2\r\n{}\r\n0\r\n\r\n", 400},
        {"chunk size of nothing", CHUNKED "\r\n{}\r\n0\r\n\r\n", 400},
        {"chunk size too large", CHUNKED "fffffffffffffffff\r\n", 400},
        {"chunk longer than said", CHUNKED "2\r\n{}}\r\n0\r\n\r\n", 400},
        {"chunk ends with LF", CHUNKED "2\n{}\n0\n\n", 400},
        {"a body where none belongs",
            "GET / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}", 400},
    };

    (void)state;
    run_rows(rows, sizeof rows / sizeof *rows, true);
}

/* extensions and trailers are read past, within bounds; a trailer is no
 * header. */
static void
r64_trailers_are_no_headers(void **state)
{
    static const char head[] =
        "POST /api/v1/login HTTP/1.1\r\n" H
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    char bytes[8192], first[512];
    unsigned answers;
    bool closed;
    size_t n;

    (void)state;
    n = (size_t)snprintf(bytes, sizeof bytes,
        "%s2;a=b\r\n{}\r\n0\r\nAuthorization: Bearer x\r\nHost: evil\r\n"
        "Content-Length: 9\r\nTransfer-Encoding: x\r\n\r\n",
        head);
    assert_int_equal(
        send_raw(bytes, n, &answers, &closed), 400); /* no user in it */
    assert_int_equal(answers, 1);
    (void)snprintf(first, sizeof first, "%s2;", head);
    n = padded(bytes, first, 600, "\r\n{}\r\n0\r\n\r\n");
    assert_int_equal(send_raw(bytes, n, &answers, &closed), 400);
    assert_true(closed);
    (void)snprintf(first, sizeof first, "%s0\r\nX: ", head);
    n = padded(bytes, first, 5000, "\r\n\r\n");
    assert_true(send_raw(bytes, n, &answers, &closed) >= 400);
    assert_true(closed);
}

/* whose names, which methods, which forms of a target. */
static void
r60_targets_are_ours(void **state)
{
    static const struct row rows[] = {
        {"HTTP/0.9", "GET /healthz\r\n\r\n", 400},
        {"HTTP/1.0 is closed",
            "GET /healthz HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\n",
            200},
        {"h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        {"HTTP/3", "GET / HTTP/3.0\r\n" H "\r\n", 505},
        {"absolute form", "GET http://x/healthz HTTP/1.1\r\n" H "\r\n", 400},
        {"absolute form elsewhere",
            "GET http://evil.example/ HTTP/1.1\r\n" H "\r\n", 400},
        {"authority form", "CONNECT x:443 HTTP/1.1\r\n" H "\r\n", 400},
        {"asterisk form", "OPTIONS * HTTP/1.1\r\n" H "\r\n", 400},
        {"no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET /healthz HTTP/1.1\r\n" H H "\r\n", 400},
        {"empty Host", "GET /healthz HTTP/1.1\r\nHost: \r\n\r\n", 400},
        {"Host with a path", "GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n", 400},
        {"Host with a user", "GET /healthz HTTP/1.1\r\nHost: a@x\r\n\r\n", 400},
        {"DNS rebinding", "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            421},
        {"rebinding to our port",
            "GET /healthz HTTP/1.1\r\nHost: evil.example:8480\r\n\r\n", 421},
        {"X-Forwarded-Host is nobody",
            "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n"
            "X-Forwarded-Host: x\r\n\r\n",
            421},
        {"TRACE", "TRACE /healthz HTTP/1.1\r\n" H "\r\n", 501},
        {"PUT", "PUT /healthz HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 405},
        {"OPTIONS", "OPTIONS /healthz HTTP/1.1\r\n" H "\r\n", 405},
        {"Upgrade is not followed",
            "GET /healthz HTTP/1.1\r\n" H
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
            200},
        {"WebSocket",
            "GET /events HTTP/1.1\r\n" H
            "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            401},
        {"Expect of something else",
            "POST /login HTTP/1.1\r\n" H
            "Content-Length: 2\r\nExpect: 200-ok\r\n\r\n{}",
            417},
        {"a method in a header",
            "POST /healthz HTTP/1.1\r\n" H "X-HTTP-Method-Override: GET\r\n"
            "Content-Length: 0\r\n\r\n",
            405},
    };

    (void)state;
    run_rows(rows, sizeof rows / sizeof *rows, true);
}

/* a path has one form, and what has another is not looked for. */
static void
r59_paths_have_one_form(void **state)
{
    static const struct row rows[] = {
        {"..", LINE("/static/../settings"), 400},
        {"%2e%2e", LINE("/static/%2e%2e/settings"), 400},
        {"%2E.", LINE("/static/%2E./settings"), 400},
        {"%2f", LINE("/static%2fconsole.css"), 400},
        {"%5c", LINE("/static%5cconsole.css"), 400},
        {"double encoding", LINE("/static/%252e%252e/settings"), 404},
        {"NUL", LINE("/healthz%00"), 400},
        {"newline", LINE("/healthz%0a"), 400},
        {"half a character", LINE("/healthz%e4"), 400},
        {"overlong", LINE("/%c0%ae%c0%ae/settings"), 400},
        {"parameters", LINE("/healthz;a=b"), 404},
        {"//", LINE("//healthz"), 400},
        {"/ at the end", LINE("/healthz/"), 404},
        {".", LINE("/./healthz"), 400},
        {"capitals", LINE("/HEALTHZ"), 404},
        {"8 bit", "GET /\xe5\xa4\xa9 HTTP/1.1\r\n" H "\r\n", 400},
        {"escaped letters are letters", LINE("/%68ealthz"), 200},
        {"the admin's under another", LINE("/static/../../api/v1/users"), 400},
        {"newline in the query", LINE("/login?next=/%0d%0aX:%20y"), 200},
    };

    (void)state;
    run_rows(rows, sizeof rows / sizeof *rows, false);
}

/* who asks is said once. */
static void
r57_who_asks_is_said_once(void **state)
{
    static const struct row rows[] = {
        {"two Authorizations",
            "GET /api/v1/incidents HTTP/1.1\r\n" H
            "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
            400},
        {"two Cookies",
            "GET / HTTP/1.1\r\n" H "Cookie: a=b\r\nCookie: c=d\r\n\r\n", 400},
        {"Basic is nobody",
            "GET /api/v1/incidents HTTP/1.1\r\n" H
            "Authorization: Basic YTpi\r\n\r\n",
            401},
    };
    char cookies[512], big[10000];
    struct answer answer;

    (void)state;
    run_rows(rows, sizeof rows / sizeof *rows, true);
    assert_int_equal(ask(&desk, "GET", "/sources", session, NULL).status, 200);
    /* Our cookie twice, in either order: it cannot be planted beside ours. */
    (void)snprintf(
        cookies, sizeof cookies, "tocsin_session=%064d; %s", 0, session);
    assert_int_equal(ask(&desk, "GET", "/sources", cookies, NULL).status, 303);
    (void)snprintf(
        cookies, sizeof cookies, "%s; tocsin_session=%064d", session, 0);
    assert_int_equal(ask(&desk, "GET", "/sources", cookies, NULL).status, 303);
    memset(big, 'a', sizeof big);
    memcpy(big, "tocsin_session=", 15);
    big[sizeof big - 1] = '\0';
    assert_int_equal(ask(&desk, "GET", "/sources", big, NULL).status, 303);
    /* A session is no token, a token in a cookie no session. */
    (void)snprintf(
        cookies, sizeof cookies, "Bearer %s", strchr(session, '=') + 1);
    answer = ask(&desk, "GET", "/api/v1/incidents", cookies, NULL);
    assert_int_equal(answer.status, 401);
}

/* bounds. */
static void
r61_headers_have_bounds(void **state)
{
    static char bytes[200000];
    unsigned answers;
    bool closed;
    size_t n;

    (void)state;
    n = (size_t)snprintf(bytes, sizeof bytes, "GET /healthz HTTP/1.1\r\n" H);
    for (int i = 0; i < 200; i++)
        n += (size_t)snprintf(bytes + n, sizeof bytes - n, "X-%d: a\r\n", i);
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "\r\n");
    assert_int_equal(send_raw(bytes, n, &answers, &closed), 431);
    assert_true(closed);
    n = padded(bytes, "GET /healthz HTTP/1.1\r\n" H "X: ", 100000, "\r\n\r\n");
    assert_int_equal(send_raw(bytes, n, &answers, &closed), 431);
    n = padded(bytes, "GET /", 100000, " HTTP/1.1\r\n" H "\r\n");
    assert_int_equal(send_raw(bytes, n, &answers, &closed), 414);
    n = (size_t)snprintf(bytes, sizeof bytes,
        "POST /api/v1/login HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
    assert_int_equal(send_raw(bytes, n, &answers, &closed), 413);
    assert_true(closed);
}

/* two whole requests get two answers, in their order, and nothing that
 * follows a refusal is read. */
static void
r62_requests_in_a_row(void **state)
{
    static const struct row rows[] = {
        {"after a refusal", "GET / HTTP/1.1\r\n\r\n" LINE("/healthz"), 400},
        {"after close",
            "GET /healthz HTTP/1.1\r\n" H
            "Connection: close\r\n\r\n" LINE("/healthz"),
            200},
        {"1.0 and then more",
            "GET /healthz HTTP/1.0\r\n" H "\r\n" LINE("/healthz"), 200},
    };
    static const struct row twice[] = {
        {"two in a row", LINE("/healthz") LINE("/healthz"), 200},
        {"rubbish after the first", LINE("/healthz") "\x01\x02\r\n\r\n", 200},
    };

    (void)state;
    run_rows(rows, sizeof rows / sizeof *rows, true);
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
        (void)run_row(&twice[i], 2);
}

/* a change comes from our own page, as what our pages send. */
/* What a form of any page can send to the API is refused whoever sends it, on
 * whatever path. */
static void
r58_no_form_reaches_the_api(void **state)
{
    static const char *const kinds[] = {"text/plain",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
        "TEXT/PLAIN; charset=utf-8"};
    static const char *const paths[] = {"/api/v1/incidents/1/actions",
        "/api/v1/login", "/api/v1/nowhere", "/api/v1/items"};
    unsigned actions = desk.nactions;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (size_t j = 0; j < sizeof paths / sizeof *paths; j++) {
            char bytes[256];
            unsigned answers;
            bool closed;
            int n = snprintf(bytes, sizeof bytes,
                "POST %s HTTP/1.1\r\n" H "Content-Type: %s\r\n"
                "Content-Length: 3\r\n\r\na=b",
                paths[j], kinds[i]);

            assert_int_equal(
                send_raw(bytes, (size_t)n, &answers, &closed), 415);
        }
    }
    assert_int_equal(desk.nactions, actions);
}

static void
r58_changes_come_from_our_pages(void **state)
{
    static const char json[] = "{\"action\":\"note\",\"reason\":\"x\"}";
    static const struct {
        const char *name, *headers, *body;
        int status;
    } rows[] = {
        {"as it should be", "Content-Type: application/json\r\n", json, 200},
        {"with a charset", "Content-Type: application/json; charset=utf-8\r\n",
            json, 200},
        {"text/plain", "Content-Type: text/plain\r\n", json, 415},
        {"no type", "", json, 415},
        {"a form to the API",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "action=note&reason=x", 415},
        {"multipart", "Content-Type: multipart/form-data; boundary=a\r\n",
            "--a\r\n\r\n", 415},
        {"two types in one", "Content-Type: text/plain, application/json\r\n",
            json, 415},
        {"two types",
            "Content-Type: text/plain\r\nContent-Type: application/json\r\n",
            json, 400},
        {"JSON with a tail", "Content-Type: application/json-seq\r\n", json,
            415},
        {"Origin null", "Content-Type: application/json\r\nOrigin: null\r\n",
            json, 403},
        {"another Origin",
            "Content-Type: application/json\r\nOrigin: "
            "https://evil.example\r\n",
            json, 403},
        {"two Origins",
            "Content-Type: application/json\r\nOrigin: http://x\r\n"
            "Origin: https://evil.example\r\n",
            json, 400},
        {"cross-site",
            "Content-Type: application/json\r\nSec-Fetch-Site: cross-site\r\n",
            json, 403},
        {"same-site",
            "Content-Type: application/json\r\nSec-Fetch-Site: same-site\r\n",
            json, 403},
        {"same-origin",
            "Content-Type: application/json\r\nOrigin: http://x\r\n"
            "Sec-Fetch-Site: same-origin\r\n",
            json, 200},
        {"no object", "Content-Type: application/json\r\n", "[1]", 400},
        {"a body that is packed",
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
            "\x1f\x8b\x08", 415},
    };
    char bytes[2048];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned answers, before = desk.nactions;
        bool closed;
        int n = snprintf(bytes, sizeof bytes,
            "POST /api/v1/incidents/1/actions HTTP/1.1\r\n" H "Cookie: %s\r\n"
            "X-CSRF-Token: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
            session, csrf, rows[i].headers, strlen(rows[i].body), rows[i].body);
        int status = send_raw(bytes, (size_t)n, &answers, &closed);

        if (status != rows[i].status)
            fail_msg("%s: %d", rows[i].name, status);
        if ((desk.nactions != before) != (status == 200))
            fail_msg("%s: something was done", rows[i].name);
    }
}

/* what every answer carries, errors and refusals too. */
static void
r52_every_answer_carries_its_headers(void **state)
{
    static const char *const requests[] = {LINE("/healthz"), LINE("/login"),
        LINE("/nowhere"), LINE("/"), LINE("/static/console.css"),
        "GET / HTTP/1.1\r\n\r\n", "BREW / HTTP/1.1\r\n" H "\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        LINE("/api/v1/incidents")};
    static const char *const headers[] = {"Content-Security-Policy",
        "X-Content-Type-Options", "Referrer-Policy",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
        "Cache-Control"};

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct client client;
        struct answer answer;
        struct str type;

        client_open(&client, &desk);
        client_send(&client, str_of(requests[i]));
        answer = client_read(&client, 3000);
        for (size_t k = 0; k < sizeof headers / sizeof *headers; k++)
            if (!answer_header(&answer, headers[k]).p)
                fail_msg("%s lacks %s", requests[i], headers[k]);
        type = answer_header(&answer, "Content-Type");
        if (type.p && str_starts(type, STR("text/")) &&
            str_find(type, STR("charset=utf-8")) == type.n)
            fail_msg("%s: no charset", requests[i]);
        if (answer_header(&answer, "Server").p)
            fail_msg("%s says what we are", requests[i]);
        client_close(&client);
    }
}

/* X-Forwarded-For counts from a proxy alone, and its last address, which
 * is the one that the proxy has seen itself. */
static void
r66_forwarded_for_counts_from_proxies(void **state)
{
    static const char body[] = "{\"user\":\"nobody\",\"password\":\"wrong\"}";
    struct desk proxied;
    struct desk_options options = {.incidents = 1, .nproxies = 1};

    (void)state;
    desk_new(&proxied, &options);
    (void)ask_with(&proxied, "POST", "/api/v1/login", NULL,
        "X-Forwarded-For: 198.51.100.1\r\n"
        "X-Forwarded-For: 198.51.100.2, 198.51.100.3\r\n",
        body);
    assert_true(str_eq(proxied.last.from, STR("198.51.100.3")));
    (void)ask_with(&proxied, "POST", "/api/v1/login", NULL,
        "X-Forwarded-For: socket\r\n", body);
    assert_true(str_eq(proxied.last.from, STR("127.0.0.1")));
    desk_free(&proxied);
    (void)ask_with(&desk, "POST", "/api/v1/login", NULL,
        "X-Forwarded-For: 198.51.100.1\r\n", body);
    assert_true(str_eq(desk.last.from, STR("127.0.0.1")));
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 4};

    (void)state;
    desk_new(&desk, &options);
    assert_int_equal(log_in(&desk, "operator", session, csrf), 200);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r52_every_answer_carries_its_headers),
        cmocka_unit_test(r57_who_asks_is_said_once),
        cmocka_unit_test(r58_no_form_reaches_the_api),
        cmocka_unit_test(r58_changes_come_from_our_pages),
        cmocka_unit_test(r59_paths_have_one_form),
        cmocka_unit_test(r60_targets_are_ours),
        cmocka_unit_test(r61_headers_have_bounds),
        cmocka_unit_test(r62_requests_in_a_row),
        cmocka_unit_test(r64_framing_has_one_meaning),
        cmocka_unit_test(r64_trailers_are_no_headers),
        cmocka_unit_test(r66_forwarded_for_counts_from_proxies),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
