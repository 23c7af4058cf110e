/*
 * Who may do what: every route of the table with every kind of asker, and
 * log-in, sessions, tokens, the unix socket.
 */
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "console/routes.h"

static struct desk desk;

/* The pattern with something that exists in place of "{}". */
static void
fill(struct str pattern, char out[128])
{
    const char *name =
        str_starts(pattern, STR("/static")) ? "console.css" : "1";
    struct buf path;

    buf_init(&path, 127);
    for (size_t at; (at = str_find(pattern, STR("{}"))) < pattern.n;) {
        (void)buf_add_str(&path, str_first(pattern, at));
        (void)buf_add_cstr(&path, name);
        pattern = str_from(pattern, at + 2);
    }
    (void)buf_add_str(&path, pattern);
    memcpy(out, buf_cstr(&path), path.n + 1);
    buf_done(&path);
}

/* A body that every handler takes apart without doing anything. */
static const char *
body_of(const struct route *route)
{
    if (http_method_is_safe(route->method))
        return NULL;
    return route_is_api(route) ? "{\"nothing\":1}" : "nothing=1";
}

static bool
is_login(const struct route *route)
{
    return str_ends(route->pattern, STR("/login"));
}

static void
nobody_gets_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        char path[128];
        struct answer answer;
        unsigned before = desk.nactions;

        fill(route->pattern, path);
        answer = ask(
            &desk, http_method_name(route->method), path, NULL, body_of(route));
        if (str_starts(route->pattern, STR("/websub/")) ||
            str_starts(route->pattern, STR("/act/")) ||
            str_starts(route->pattern, STR("/board/"))) {
            if (answer.status != 404) /* nobody's subscription or link */
                fail_msg("%s: %d", path, answer.status);
        } else if (route->role == ROLE_NOBODY) {
            if (!is_login(route) && answer.status != 200)
                fail_msg("%s: %d", path, answer.status);
        } else if (answer.status == 303) {
            assert_int_equal(route->method, HTTP_GET);
            assert_true(
                str_starts(answer_header(&answer, "Location"), STR("/login")));
        } else if (answer.status != 401) {
            fail_msg("%s %s: %d", http_method_name(route->method), path,
                answer.status);
        }
        assert_int_equal(desk.nactions, before);
        if (!str_starts(answer_header(&answer, "Content-Security-Policy"),
                STR("default-src 'none'; style-src 'self'; script-src 'self'; "
                    "img-src 'self'; connect-src 'self'; form-action 'self'; "
                    "base-uri 'none'; frame-ancestors 'none'")))
            fail_msg("%s: policy", path);
        assert_true(answer_header(&answer, "X-Content-Type-Options").p);
        assert_true(str_eq(
            answer_header(&answer, "Referrer-Policy"), STR("no-referrer")));
    }
}

static void
a_lesser_role_is_refused(void **state)
{
    char viewer[128], operator[128], csrf_v[80], csrf_o[80], header[128];

    (void)state;
    assert_int_equal(log_in(&desk, "viewer", viewer, csrf_v), 200);
    assert_int_equal(log_in(&desk, "operator", operator, csrf_o), 200);
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        bool admin = route->role == ROLE_ADMIN;
        unsigned before = desk.nactions;
        struct answer answer;
        char path[128];

        if (route->role < ROLE_OPERATOR)
            continue;
        fill(route->pattern, path);
        (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n",
            admin ? csrf_o : csrf_v);
        answer = ask_with(&desk, http_method_name(route->method), path,
            admin ? operator : viewer, header, body_of(route));
        if (answer.status != 403)
            fail_msg("%s: %d", path, answer.status);
        assert_int_equal(desk.nactions, before);
    }
}

static void
a_change_needs_its_token(void **state)
{
    char who[128], csrf[80], other[128], csrf_other[80], header[160];

    (void)state;
    assert_int_equal(log_in(&desk, "admin", who, csrf), 200);
    assert_int_equal(log_in(&desk, "admin", other, csrf_other), 200);
    (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n", csrf_other);
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *route = routes_get(i);
        unsigned before = desk.nactions;
        char path[128];

        if (http_method_is_safe(route->method) || route->role == ROLE_NOBODY)
            continue;
        fill(route->pattern, path);
        for (int j = 0; j < 3; j++) {
            struct answer answer = ask_with(&desk,
                http_method_name(route->method), path, who,
                j == 0   ? ""
                : j == 1 ? header
                         : "X-CSRF-Token: \r\nSec-Fetch-Site: same-origin\r\n",
                body_of(route));

            if (answer.status != 403)
                fail_msg("%s (%d): %d", path, j, answer.status);
        }
        assert_int_equal(desk.nactions, before);
    }
}

static void
a_change_comes_from_our_pages(void **state)
{
    static const struct {
        const char *headers;
        bool ours;
    } rows[] = {{"Origin: http://x\r\n", true}, {"Origin: https://x\r\n", true},
        {"Origin: http://127.0.0.1:8480\r\n", true}, /* the public address */
        {"Origin: null\r\n", false},
        {"Origin: http://x.evil.example\r\n", false},
        {"Origin: http://x:81\r\n", false}, {"Origin: ftp://x\r\n", false},
        {"Origin: http://x@evil.example\r\n", false}, {"Origin: x\r\n", false},
        {"Origin: http://evil.example\r\n", false},
        {"Origin: null\r\nSec-Fetch-Site: same-origin\r\n", true},
        {"Origin: null\r\nSec-Fetch-Site: cross-site\r\n", false},
        {"Sec-Fetch-Site: cross-site\r\n", false},
        {"Sec-Fetch-Site: same-site\r\n", false},
        {"Sec-Fetch-Site: none\r\n", true},
        {"Origin: http://x\r\nSec-Fetch-Site: cross-site\r\n", false},
        {"Referer: http://x/incidents/1\r\n", true},
        {"Referer: http://x.evil.example/\r\n", false},
        {"Referer: https://evil.example/x\r\n", false}, {"", true}};
    char who[128], csrf[80], headers[256];

    (void)state;
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answer answer;

        (void)snprintf(headers, sizeof headers, "X-CSRF-Token: %s\r\n%s", csrf,
            rows[i].headers);
        answer = ask_with(&desk, "POST", "/api/v1/incidents/1/actions", who,
            headers, "{\"action\":\"note\",\"reason\":\"已电话核实\"}");
        if ((answer.status == 200) != rows[i].ours ||
            (!rows[i].ours && answer.status != 403))
            fail_msg("%s: %d", rows[i].headers, answer.status);
    }
}

static void
only_our_names_are_answered(void **state)
{
    static const struct {
        const char *host;
        int status;
    } rows[] = {{"x", 200}, {"X", 200}, {"x:1234", 200}, {"localhost", 200},
        {"127.0.0.1:8480", 200}, {"[::1]:80", 200}, {"evil.example", 421},
        {"x.evil.example", 421}, {"127.0.0.1.evil.example", 421},
        {"10.0.0.1", 421}};
    char bytes[256];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        struct answer answer;

        (void)snprintf(bytes, sizeof bytes,
            "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", rows[i].host);
        client_open(&client, &desk);
        client_send(&client, str_of(bytes));
        answer = client_read(&client, 2000);
        if (answer.status != rows[i].status)
            fail_msg("%s: %d", rows[i].host, answer.status);
        client_close(&client);
    }
}

static void
a_session_begins_and_ends(void **state)
{
    struct answer answer;
    struct str cookie;
    char who[128], csrf[80], form[160];

    (void)state;
    answer = ask(&desk, "POST", "/login", NULL,
        "user=%E5%80%BC%E7%8F%AD%E5%91%98&password=%E4%BA%91%E6%BA%AA-2026-"
        "operator&next=/sources");
    assert_int_equal(answer.status, 303);
    assert_true(str_eq(answer_header(&answer, "Location"), STR("/sources")));
    cookie = answer_header(&answer, "Set-Cookie");
    assert_true(str_starts(cookie, STR("tocsin_session=")));
    assert_true(str_find(cookie, STR("; HttpOnly")) < cookie.n);
    assert_true(str_find(cookie, STR("; SameSite=Strict")) < cookie.n);
    assert_true(str_find(cookie, STR("; Path=/")) < cookie.n);
    assert_int_equal(str_find(cookie, STR("Secure")), cookie.n); /* http */
    assert_int_equal(str_find_char(cookie, ';'), 15 + 64);

    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    assert_int_equal(ask(&desk, "GET", "/", who, NULL).status, 200);
    (void)snprintf(form, sizeof form, "csrf=%s", csrf);
    answer = ask(&desk, "POST", "/logout", who, form);
    assert_int_equal(answer.status, 303);
    assert_true(
        str_find(answer_header(&answer, "Set-Cookie"), STR("Max-Age=0")) < 200);
    assert_int_equal(ask(&desk, "GET", "/", who, NULL).status, 303);
    /* Neither a made-up nor a cut secret is a session. */
    assert_int_equal(
        ask(&desk, "GET", "/", "tocsin_session=0000", NULL).status, 303);
}

static void
https_gets_a_host_cookie(void **state)
{
    struct desk other;
    struct desk_options options = {
        .incidents = 1, .url = STR("https://tocsin.yunxi.example")};
    char who[128], csrf[80];
    struct answer answer;

    (void)state;
    desk_new(&other, &options);
    assert_int_equal(log_in(&other, "viewer", who, csrf), 200);
    assert_int_equal(strncmp(who, "__Host-tocsin=", 14), 0);
    answer = ask(&other, "POST", "/api/v1/login", NULL,
        "{\"user\":\"查看员\",\"password\":\"云溪-2026-viewer\"}");
    assert_true(
        str_find(answer_header(&answer, "Set-Cookie"), STR("; Secure")) < 200);
    assert_true(answer_header(&answer, "Strict-Transport-Security").p);
    desk_free(&other);
}

static void
log_in_leads_only_to_our_pages(void **state)
{
    static const char *const bad[] = {"//evil.example", "/%5Cevil.example",
        "http://evil.example", "/%09/evil.example", "/..//evil.example",
        "/login", "/logout", "/events", "/api/v1/incidents", "/healthz",
        "javascript:alert(1)", "/%0d%0aX: y", "/nowhere"};
    char form[512];
    struct answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(form, sizeof form,
            "user=%%E6%%9F%%A5%%E7%%9C%%8B%%E5%%91%%98&password="
            "%%E4%%BA%%91%%E6%%BA%%AA-2026-viewer&next=%s",
            bad[i]);
        answer = ask(&desk, "POST", "/login", NULL, form);
        assert_int_equal(answer.status, 303);
        if (!str_eq(answer_header(&answer, "Location"), STR("/")))
            fail_msg("%s", bad[i]);
        assert_false(answer_header(&answer, "X").p);
    }
    answer = ask(&desk, "GET", "/incidents/1?a=b", NULL, NULL);
    assert_true(str_eq(answer_header(&answer, "Location"),
        STR("/login?next=%2Fincidents%2F1%3Fa%3Db")));
}

static void
guessing_gets_slower(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1};
    struct answer answer;
    int i = 0;

    (void)state;
    desk_new(&other, &options);
    do {
        answer = ask(&other, "POST", "/api/v1/login", NULL,
            "{\"user\":\"值班员\",\"password\":\"wrong\"}");
    } while (answer.status == 401 && ++i < 50);
    assert_int_equal(answer.status, 429);
    assert_int_equal(i, 5);
    assert_int_equal(other.counts[ACTION_LOGIN_FAILED], 5);
    assert_true(answer_header(&answer, "Retry-After").p);
    /* The right password waits too, others do not. */
    answer = ask(&other, "POST", "/api/v1/login", NULL,
        "{\"user\":\"值班员\",\"password\":\"云溪-2026-operator\"}");
    assert_int_equal(answer.status, 429);
    answer = ask(&other, "POST", "/api/v1/login", NULL,
        "{\"user\":\"查看员\",\"password\":\"云溪-2026-viewer\"}");
    assert_int_equal(answer.status, 200);
    /* Unknown users are told the same. */
    answer = ask(&other, "POST", "/api/v1/login", NULL,
        "{\"user\":\"nobody\",\"password\":\"wrong\"}");
    assert_int_equal(answer.status, 401);
    for (i = 0; i < 30 && answer.status != 429; i++) {
        char body[64];

        (void)snprintf(
            body, sizeof body, "{\"user\":\"u%d\",\"password\":\"wrong\"}", i);
        answer = ask(&other, "POST", "/api/v1/login", NULL, body);
    }
    assert_int_equal(answer.status, 429); /* by address */
    desk_free(&other);
}

/* Nine at once: eight wait their turn, the ninth comes again later. */
static void
log_ins_queue(void **state)
{
    static const char request[] =
        "POST /api/v1/login HTTP/1.1\r\nHost: x\r\n"
        "Content-Type: application/json\r\nContent-Length: 36\r\n\r\n"
        "{\"user\":\"nobody\",\"password\":\"wrong\"}";
    struct desk other;
    struct desk_options options = {.incidents = 1, .nproxies = 1};
    struct client clients[12];
    unsigned refused = 0, waited = 0;

    (void)state;
    desk_new(&other, &options);
    for (size_t i = 0; i < 12; i++) {
        client_open(&clients[i], &other);
        assert_int_equal(send(clients[i].fd, request, sizeof request - 1, 0),
            sizeof request - 1);
    }
    for (size_t i = 0; i < 12; i++) {
        struct answer answer = client_read(&clients[i], 5000);

        waited += answer.status == 401;
        refused += answer.status == 429;
    }
    assert_int_equal(waited + refused, 12);
    assert_true(waited >= 5 && refused >= 1);
    for (size_t i = 0; i < 12; i++)
        client_close(&clients[i]);
    desk_free(&other);
}

static void
tokens_are_for_the_api(void **state)
{
    char who[128], csrf[80], header[160], bearer[128];
    struct answer answer;
    size_t at;

    (void)state;
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n", csrf);
    answer = ask_with(&desk, "POST", "/api/v1/tokens", who, header,
        "{\"name\":\"script\",\"role\":\"admin\"}");
    assert_int_equal(answer.status, 403);
    answer = ask_with(&desk, "POST", "/api/v1/tokens", who, header,
        "{\"name\":\"script\",\"role\":\"viewer\",\"days\":3}");
    assert_int_equal(answer.status, 201);
    at = str_find(answer.body, STR("\"token\":\""));
    (void)snprintf(
        bearer, sizeof bearer, "Bearer %.*s", 64, answer.body.p + at + 9);
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", bearer, NULL).status, 200);
    /* Its scope is less than its owner's role. */
    assert_int_equal(ask(&desk, "POST", "/api/v1/incidents/1/actions", bearer,
                         "{\"action\":\"acknowledge\"}")
                         .status,
        403);
    /* Not for pages. */
    assert_int_equal(ask(&desk, "GET", "/sources", bearer, NULL).status, 303);
    bearer[20] = bearer[20] == 'a' ? 'b' : 'a';
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", bearer, NULL).status, 401);
    bearer[20] = '\0';
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", bearer, NULL).status, 401);
}

static void
the_socket_is_admin(void **state)
{
    static const char request[] = "GET /api/v1/status HTTP/1.1\r\n"
                                  "Host: localhost\r\n\r\n";
    struct client client;
    struct answer answer;

    (void)state;
    client_open_local(&client, &desk);
    client_send(&client, STR(request));
    answer = client_read(&client, 3000);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "\"unacknowledged\":"));
    assert_true(answer_has(&answer, "\"roles\":5"));
    assert_true(str_eq(desk.last.from, STR("socket")));
    client_close(&client);
}

static void
users_are_made(void **state)
{
    char who[128], csrf[80], header[160];
    struct answer answer;

    (void)state;
    assert_int_equal(log_in(&desk, "admin", who, csrf), 200);
    (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n", csrf);
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"新人\",\"password\":\"短\",\"role\":\"viewer\"}");
    assert_int_equal(answer.status, 422);
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"新人\",\"password\":\"12345678\",\"role\":\"viewer\"}");
    assert_int_equal(answer.status, 422);
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"a/b\",\"password\":\"long enough\",\"role\":\"viewer\"}");
    assert_int_equal(answer.status, 422);
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"新人\",\"password\":\"long enough\",\"role\":\"king\"}");
    assert_int_equal(answer.status, 422);
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"新人\",\"password\":\"long enough\",\"role\":\"viewer\"}");
    assert_int_equal(answer.status, 201);
    assert_true(
        str_starts(desk.last.secret, STR("$argon2id$v=19$m=19456,t=2")));
    answer = ask_with(&desk, "POST", "/api/v1/users", who, header,
        "{\"name\":\"新人\",\"password\":\"long enough\",\"role\":\"viewer\"}");
    assert_int_equal(answer.status, 409);
    answer = ask(&desk, "POST", "/api/v1/login", NULL,
        "{\"user\":\"新人\",\"password\":\"long enough\"}");
    assert_int_equal(answer.status, 200);
}

static void
others_change_only_their_own_password(void **state)
{
    char who[128], csrf[80], header[160];

    (void)state;
    assert_int_equal(log_in(&desk, "viewer", who, csrf), 200);
    (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n", csrf);
    assert_int_equal(
        ask_with(&desk, "POST", "/api/v1/users/admin/password", who, header,
            "{\"password\":\"long enough\",\"current\":\"云溪-2026-viewer\"}")
            .status,
        403);
    assert_int_equal(
        ask_with(&desk, "POST",
            "/api/v1/users/%E6%9F%A5%E7%9C%8B%E5%91%98/password", who, header,
            "{\"password\":\"long enough\",\"current\":\"no\"}")
            .status,
        403);
    assert_int_equal(
        ask_with(&desk, "POST",
            "/api/v1/users/%E6%9F%A5%E7%9C%8B%E5%91%98/password", who, header,
            "{\"password\":\"云溪-2026-viewer\",\"current\":"
            "\"云溪-2026-viewer\"}")
            .status,
        200);
}

static void
wrong_methods_are_named(void **state)
{
    char who[128], csrf[80];
    struct answer answer;

    (void)state;
    assert_int_equal(log_in(&desk, "admin", who, csrf), 200);
    answer = ask(&desk, "DELETE", "/sources", who, "{}");
    assert_int_equal(answer.status, 405);
    assert_true(str_eq(answer_header(&answer, "Allow"), STR("GET, HEAD")));
    answer = ask(&desk, "GET", "/incidents/1/actions", who, NULL);
    assert_int_equal(answer.status, 405);
    answer = ask(&desk, "HEAD", "/", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(
        ask(&desk, "GET", "/incidents/1/nothing", who, NULL).status, 404);
    assert_int_equal(ask(&desk, "GET", "/incidents/", who, NULL).status, 404);
    assert_int_equal(
        ask(&desk, "GET", "/incidents/999999", who, NULL).status, 404);
    assert_int_equal(
        ask(&desk, "GET", "/incidents/0x1", who, NULL).status, 404);
}

static void
the_table_is_whole(void **state)
{
    struct toc_error error = {0};

    (void)state;
    assert_int_equal(routes_check(&error), 0);
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 12, .socket = true};

    (void)state;
    desk_new(&desk, &options);
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
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(nobody_gets_in),
        cmocka_unit_test(a_lesser_role_is_refused),
        cmocka_unit_test(a_change_needs_its_token),
        cmocka_unit_test(a_change_comes_from_our_pages),
        cmocka_unit_test(only_our_names_are_answered),
        cmocka_unit_test(a_session_begins_and_ends),
        cmocka_unit_test(https_gets_a_host_cookie),
        cmocka_unit_test(log_in_leads_only_to_our_pages),
        cmocka_unit_test(guessing_gets_slower),
        cmocka_unit_test(log_ins_queue),
        cmocka_unit_test(tokens_are_for_the_api),
        cmocka_unit_test(the_socket_is_admin),
        cmocka_unit_test(users_are_made),
        cmocka_unit_test(others_change_only_their_own_password),
        cmocka_unit_test(wrong_methods_are_named),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
