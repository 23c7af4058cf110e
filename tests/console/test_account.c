/*
 * Accounts: second factors, sessions and tokens one by one, users whom a proxy
 * vouches for, and waits that keep nobody out.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "check.h"
#include "client.h"
#include "console/auth.h"
#include "console/live.h"
#include "console/totp.h"
#include "store/store.h"

#define OPERATOR "%E5%80%BC%E7%8F%AD%E5%91%98"
#define OPERATOR_PASSWORD "云溪-2026-operator"

static struct desk desk;

static void
copy(struct str from, char *to, size_t size)
{
    assert_true(from.n < size);
    memcpy(to, from.p, from.n);
    to[from.n] = '\0';
}

/* The value of a member of the answer's object, in out. */
static const char *
member(const struct answer *answer, const char *key, char *out, size_t size)
{
    json_t *json = NULL, *value;

    assert_int_equal(jsonx_load(answer->body, NULL, &json), 0);
    value = json_object_get(json, key);
    if (json_is_array(value))
        value = json_array_get(value, 0);
    (void)snprintf(
        out, size, "%s", json_is_string(value) ? json_string_value(value) : "");
    json_decref(json);
    return out;
}

/* The code at so many steps from now. */
static const char *
code_at(const char *secret, int64_t steps, char out[TOTP_DIGITS + 1])
{
    uint8_t bytes[TOTP_SECRET_SIZE];
    struct str key = {(const char *)bytes, sizeof bytes};

    assert_int_equal(totp_secret_parse(str_of(secret), bytes), 0);
    assert_int_equal(
        totp_code(key, loop_wall(desk.loop).ms / TOTP_STEP_MS + steps, out), 0);
    return out;
}

static struct answer
change(const char *who, const char *csrf, const char *method, const char *path,
    const char *body)
{
    char header[128];

    (void)snprintf(header, sizeof header, "X-CSRF-Token: %s\r\n", csrf);
    return ask_with(&desk, method, path, who, header, body);
}

/* Set up a second factor for who; its secret, and one recovery code. */
static void
enrol(const char *who, const char *csrf, char secret[64], char recovery[64])
{
    struct answer answer =
        ask(&desk, "GET", "/api/v1/account/factor", who, NULL);
    char code[TOTP_DIGITS + 1], body[256];

    assert_int_equal(answer.status, 200);
    (void)member(&answer, "secret", secret, 64);
    /* Neither without the code nor without the password. */
    (void)snprintf(body, sizeof body,
        "{\"secret\":\"%s\",\"code\":\"000000\",\"current\":\"%s\"}", secret,
        OPERATOR_PASSWORD);
    answer = change(who, csrf, "POST", "/api/v1/account/factor", body);
    assert_int_equal(answer.status, 422);
    (void)snprintf(body, sizeof body,
        "{\"secret\":\"%s\",\"code\":\"%s\",\"current\":\"no\"}", secret,
        code_at(secret, -1, code));
    answer = change(who, csrf, "POST", "/api/v1/account/factor", body);
    assert_int_equal(answer.status, 403);
    (void)snprintf(body, sizeof body,
        "{\"secret\":\"%s\",\"code\":\"%s\",\"current\":\"%s\"}", secret,
        code_at(secret, -1, code), OPERATOR_PASSWORD);
    answer = change(who, csrf, "POST", "/api/v1/account/factor", body);
    assert_int_equal(answer.status, 201);
    (void)member(&answer, "codes", recovery, 64);
}

static struct answer
log_in_with(const char *code)
{
    char body[256];

    (void)snprintf(body, sizeof body,
        "{\"user\":\"值班员\",\"password\":\"%s\"%s%s%s}", OPERATOR_PASSWORD,
        code ? ",\"code\":\"" : "", code ? code : "", code ? "\"" : "");
    return ask(&desk, "POST", "/api/v1/login", NULL, body);
}

static void
a_second_factor_is_asked_for(void **state)
{
    char who[128], csrf[80], secret[64], recovery[64], code[8], form[512];
    char ticket[160] = "", found[32];
    struct answer answer;
    size_t at;

    (void)state;
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    enrol(who, csrf, secret, recovery);

    answer = log_in_with(NULL);
    assert_int_equal(answer.status, 401);
    assert_string_equal(member(&answer, "need", found, sizeof found), "code");
    assert_int_equal(log_in_with("123456").status, 401);
    /* The step that confirmed it is used up, the next is good once. */
    assert_int_equal(log_in_with(code_at(secret, -1, code)).status, 401);
    assert_int_equal(log_in_with(code_at(secret, 0, code)).status, 200);
    assert_int_equal(log_in_with(code_at(secret, 0, code)).status, 401);
    /* A recovery code, once, however it is written. */
    assert_int_equal(log_in_with(recovery).status, 200);
    assert_int_equal(log_in_with(recovery).status, 401);

    /* In a browser: two pages, and the first answer is no session. */
    answer = ask(&desk, "POST", "/login", NULL,
        "user=" OPERATOR "&password=%E4%BA%91%E6%BA%AA-2026-operator"
        "&next=/sources");
    assert_int_equal(answer.status, 200);
    assert_false(answer_header(&answer, "Set-Cookie").p);
    at = str_find(answer.body, STR("name=\"ticket\" value=\""));
    assert_true(at < answer.body.n);
    copy(str_first(str_from(answer.body, at + 21),
             str_find_char(str_from(answer.body, at + 21), '"')),
        ticket, sizeof ticket);
    (void)snprintf(form, sizeof form,
        "user=%%E6%%9F%%A5%%E7%%9C%%8B%%E5%%91%%98&ticket=%s&code=%s", ticket,
        code_at(secret, 1, code));
    assert_int_equal(ask(&desk, "POST", "/login", NULL, form).status, 401);
    (void)snprintf(form, sizeof form, "user=%s&ticket=%s&code=%s&next=/sources",
        OPERATOR, ticket, code);
    form[strlen("user=" OPERATOR "&ticket=")] ^= 1; /* not ours */
    assert_int_equal(ask(&desk, "POST", "/login", NULL, form).status, 401);
    form[strlen("user=" OPERATOR "&ticket=")] ^= 1;
    answer = ask(&desk, "POST", "/login", NULL, form);
    assert_int_equal(answer.status, 303);
    assert_true(str_eq(answer_header(&answer, "Location"), STR("/sources")));

    /* Away again: with the password only. */
    assert_int_equal(change(who, csrf, "POST", "/api/v1/account/factor/drop",
                         "{\"current\":\"no\"}")
                         .status,
        403);
    assert_int_equal(change(who, csrf, "POST", "/api/v1/account/factor/drop",
                         "{\"current\":\"" OPERATOR_PASSWORD "\"}")
                         .status,
        200);
    assert_int_equal(log_in_with(NULL).status, 200);
}

static void
a_role_may_need_a_second_factor(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1, .factor = STR("operator")};
    char who[128], csrf[80];
    struct answer answer;

    (void)state;
    desk_new(&other, &options);
    assert_int_equal(log_in(&other, "viewer", who, csrf), 200);
    assert_int_equal(ask(&other, "GET", "/sources", who, NULL).status, 200);
    assert_int_equal(log_in(&other, "operator", who, csrf), 200);
    answer = ask(&other, "GET", "/sources", who, NULL);
    assert_int_equal(answer.status, 303);
    assert_true(str_starts(
        answer_header(&answer, "Location"), STR("/settings/factor")));
    assert_int_equal(
        ask(&other, "GET", "/api/v1/incidents", who, NULL).status, 403);
    answer = ask(&other, "GET", "/settings/factor", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "<svg class=\"qr\""));
    desk_free(&other);
}

/* --- tokens --- */

static void
make_token(const char *who, const char *csrf, const char *body, char bearer[96])
{
    struct answer answer = change(who, csrf, "POST", "/api/v1/tokens", body);
    char secret[80];

    assert_int_equal(answer.status, 201);
    (void)snprintf(bearer, 96, "Bearer %s",
        member(&answer, "token", secret, sizeof secret));
}

static void
tokens_may_do_less_than_their_owner(void **state)
{
    static const char *const bad[] = {"\"GET /nowhere\"", "[]", "[\"\"]",
        "[null,\"GET /api/v1/sources\"]", "[5]", "{}", "true"};
    char body[96];
    char who[128], csrf[80], feeder[96], reader[96], one[96];
    struct answer answer;

    (void)state;
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    make_token(who, csrf, "{\"name\":\"feed\",\"role\":\"feeder\"}", feeder);
    make_token(who, csrf, "{\"name\":\"read\",\"only\":\"read\"}", reader);
    make_token(who, csrf,
        "{\"name\":\"one\",\"only\":[\"GET /api/v1/sources\","
        "\"POST /api/v1/incidents/{}/actions\"]}",
        one);
    /* What restricts it to nothing that there is must not make it free. */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(
            body, sizeof body, "{\"name\":\"x\",\"only\":%s}", bad[i]);
        answer = change(who, csrf, "POST", "/api/v1/tokens", body);
        if (answer.status != 422)
            fail_msg("%s: %d", bad[i], answer.status);
    }
    /* A feeder brings items: the engine of this test takes none. */
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", feeder, NULL).status, 403);
    assert_int_equal(ask(&desk, "POST", "/api/v1/incidents/1/actions", feeder,
                         "{\"action\":\"note\",\"reason\":\"x\"}")
                         .status,
        403);
    answer = ask(&desk, "POST", "/api/v1/items?source=x", feeder,
        "{\"title\":\"校车侧翻\"}");
    assert_int_not_equal(answer.status, 403);
    assert_int_not_equal(answer.status, 401);

    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", reader, NULL).status, 200);
    assert_int_equal(ask(&desk, "POST", "/api/v1/incidents/1/actions", reader,
                         "{\"action\":\"note\",\"reason\":\"x\"}")
                         .status,
        403);
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", one, NULL).status, 403);
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/sources", one, NULL).status, 200);
    assert_int_equal(ask(&desk, "POST", "/api/v1/incidents/1/actions", one,
                         "{\"action\":\"note\",\"reason\":\"x\"}")
                         .status,
        200);

    answer = ask(&desk, "GET", "/api/v1/tokens", who, NULL);
    assert_true(answer_has(&answer, "\"role\":\"feeder\""));
    assert_true(answer_has(&answer, "\"used\":\"2"));
    assert_false(answer_has(&answer, feeder + 7));
    assert_int_equal(
        change(who, csrf, "DELETE", "/api/v1/tokens/read", "{}").status, 200);
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/incidents", reader, NULL).status, 401);
}

/* Or one that leaked could outlive its end. */
static void
tokens_change_no_account(void **state)
{
    static const struct {
        const char *method, *path, *body;
    } rows[] = {{"POST", "/api/v1/tokens", "{\"name\":\"more\"}"},
        {"DELETE", "/api/v1/tokens/all", "{}"},
        {"POST", "/api/v1/users/" OPERATOR "/password",
            "{\"password\":\"a fine password\",\"current\":\"" OPERATOR_PASSWORD
            "\"}"},
        {"GET", "/api/v1/account/factor", NULL},
        {"POST", "/api/v1/account/factor", "{\"code\":\"1\"}"},
        {"POST", "/api/v1/account/factor/drop", "{}"},
        {"POST", "/api/v1/account/lang", "{\"lang\":\"en\"}"},
        {"POST", "/api/v1/account/theme", "{\"theme\":\"dark\"}"},
        {"POST", "/api/v1/sessions/end", "{}"},
        {"DELETE", "/api/v1/sessions/0011223344556677", "{}"}};
    char who[128], csrf[80], token[96];

    (void)state;
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    make_token(who, csrf, "{\"name\":\"all\"}", token);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status =
            ask(&desk, rows[i].method, rows[i].path, token, rows[i].body)
                .status;

        if (status != 403)
            fail_msg("%s %s: %d", rows[i].method, rows[i].path, status);
    }
}

/* --- sessions --- */

static void
sessions_are_listed_and_ended(void **state)
{
    char one[128], two[128], admin[128], csrf[80], csrf2[80], csrf3[80];
    char path[96], id[32] = "";
    struct answer answer;
    json_t *json = NULL, *row;
    size_t i;

    (void)state;
    client_from("127.0.0.3");
    assert_int_equal(log_in(&desk, "operator", one, csrf), 200);
    client_from(NULL);
    assert_int_equal(log_in(&desk, "operator", two, csrf2), 200);
    assert_int_equal(log_in(&desk, "admin", admin, csrf3), 200);
    answer = ask(&desk, "GET", "/api/v1/sessions", two, NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(jsonx_load(answer.body, NULL, &json), 0);
    json_array_foreach(json_object_get(json, "sessions"), i, row)
    {
        assert_true(str_eq(jsonx_get_str(row, "user"), STR("值班员")));
        if (str_eq(jsonx_get_str(row, "from"), STR("127.0.0.3")))
            copy(jsonx_get_str(row, "id"), id, sizeof id);
    }
    json_decref(json);
    assert_int_equal(strlen(id), 16);
    /* Others' are an admin's to see. */
    assert_int_equal(
        ask(&desk, "GET", "/api/v1/sessions?user=*", two, NULL).status, 403);
    answer = ask(&desk, "GET", "/api/v1/sessions?user=*", admin, NULL);
    assert_true(answer_has(&answer, id));
    (void)snprintf(path, sizeof path, "/api/v1/sessions/%s", id);
    assert_int_equal(change(two, csrf2, "DELETE", path, "{}").status, 200);
    assert_int_equal(ask(&desk, "GET", "/sources", one, NULL).status, 303);
    assert_int_equal(ask(&desk, "GET", "/sources", two, NULL).status, 200);
    assert_int_equal(change(two, csrf2, "DELETE", path, "{}").status, 404);

    assert_int_equal(log_in(&desk, "operator", one, csrf), 200);
    assert_int_equal(
        change(two, csrf2, "POST", "/api/v1/sessions/end", "{}").status, 200);
    assert_int_equal(ask(&desk, "GET", "/sources", one, NULL).status, 303);
    assert_int_equal(ask(&desk, "GET", "/sources", two, NULL).status, 200);
    /* One cannot end another's. */
    answer = ask(&desk, "GET", "/api/v1/sessions?user=*", admin, NULL);
    assert_int_equal(change(two, csrf2, "POST", "/api/v1/sessions/end",
                         "{\"user\":\"管理员\"}")
                         .status,
        403);
}

/* --- waits --- */

static void
guessing_elsewhere_keeps_nobody_out(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1};
    char who[128], csrf[80];
    struct answer answer = {0};
    int i;

    (void)state;
    desk_new(&other, &options);
    assert_int_equal(log_in(&other, "operator", who, csrf), 200);
    client_from("127.0.0.2");
    for (i = 0; i < 20 && answer.status != 429; i++)
        answer = ask(&other, "POST", "/api/v1/login", NULL,
            "{\"user\":\"值班员\",\"password\":\"wrong\"}");
    assert_int_equal(i, 6);
    assert_true(answer_header(&answer, "Retry-After").p);
    client_from("127.0.0.4"); /* the account waits, wherever it is tried */
    assert_int_equal(log_in(&other, "operator", who, csrf), 429);
    client_from(NULL); /* but not where its owner has been */
    assert_int_equal(log_in(&other, "operator", who, csrf), 200);
    desk_free(&other);
}

/* --- a proxy's users --- */

static struct answer
as_proxy(struct desk *at, const char *path, const char *headers)
{
    return ask_with(at, "GET", path, NULL, headers, NULL);
}

static void
a_proxy_may_vouch(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 3,
        .proxy_user = {.header = STR("X-Remote-User"),
            .from = {STR("127.0.0.2")},
            .nfrom = 1,
            .groups = STR("X-Remote-Groups"),
            .roles = {STR("desk=operator"), STR("it=admin")},
            .nroles = 2,
            .create = STR("viewer")}};
    struct answer answer;
    char found[32];

    (void)state;
    desk_new(&other, &options);
    /* From anywhere else it is an attempt, on any path, with any spelling. */
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-User: 值班员\r\n").status, 400);
    assert_int_equal(
        as_proxy(&other, "/healthz", "x-remote-user: a\r\n").status, 400);
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-Groups: it\r\n").status, 400);
    assert_int_equal(as_proxy(&other, "/sources",
                         "X-Forwarded-For: 127.0.0.2\r\nX-Remote-User: a\r\n")
                         .status,
        400);
    client_from("127.0.0.2");
    assert_int_equal(as_proxy(&other, "/sources", "").status, 303);
    answer = as_proxy(&other, "/api/v1/account", "X-Remote-User: 值班员\r\n");
    assert_int_equal(answer.status, 200);
    assert_string_equal(
        member(&answer, "role", found, sizeof found), "operator");
    answer = as_proxy(&other, "/api/v1/account",
        "X-Remote-User: 查看员\r\nX-Remote-Groups: staff, it\r\n");
    assert_string_equal(member(&answer, "role", found, sizeof found), "admin");
    /* Whom the proxy vouches for is not everybody. */
    answer = as_proxy(&other, "/settings",
        "X-Remote-User: 管理员\r\nX-Remote-Groups: it\r\n");
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "action=\"/settings/users/查看员\""));
    assert_false(answer_has(&answer, "由代理登录"));
    /* Two names are none. */
    assert_int_equal(as_proxy(&other, "/sources",
                         "X-Remote-User: 值班员\r\nX-Remote-User: a\r\n")
                         .status,
        400);
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-User: a/b\r\n").status, 400);
    /* Somebody new is written down, with the role for such. */
    answer = as_proxy(&other, "/api/v1/account", "X-Remote-User: 新来的\r\n");
    assert_string_equal(member(&answer, "role", found, sizeof found), "viewer");
    assert_int_equal(other.last.kind, ACTION_USER_ADD);
    assert_int_equal(other.last.secret.n, 0);
    /* A change needs the page's token here too. */
    answer = ask_with(&other, "POST", "/api/v1/incidents/1/actions", NULL,
        "X-Remote-User: 值班员\r\n", "{\"action\":\"acknowledge\"}");
    assert_int_equal(answer.status, 403);
    /* Who has no password cannot log in by one. */
    answer = ask(&other, "POST", "/api/v1/login", NULL,
        "{\"user\":\"新来的\",\"password\":\"x\"}");
    assert_int_equal(answer.status, 401);
    client_from(NULL);
    desk_free(&other);
}

/* A proxy that logs people in by Authorization may pass that header on; what
 * is no token of ours says nothing, and from elsewhere gives nobody a name. */
static void
a_proxy_may_pass_its_own_login_on(void **state)
{
    static const char *const headers[] = {"Authorization: Basic d2FuZzp4\r\n",
        "Authorization: Negotiate abc\r\n",
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n",
        "Authorization: \r\n"};
    static const char *const paths[] = {
        "/api/v1/account", "/sources", "/api/v1/incidents.atom"};
    struct desk other;
    struct desk_options options = {.incidents = 1,
        .proxy_user = {.header = STR("X-Remote-User"),
            .from = {STR("127.0.0.2")},
            .nfrom = 1}};
    char text[256], found[32];

    (void)state;
    desk_new(&other, &options);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        for (size_t j = 0; j < sizeof paths / sizeof *paths; j++) {
            struct answer answer;

            (void)snprintf(
                text, sizeof text, "%sX-Remote-User: 值班员\r\n", headers[i]);
            client_from("127.0.0.2");
            answer = as_proxy(&other, paths[j], text);
            assert_int_equal(answer.status, 200);
            if (j == 0)
                assert_string_equal(
                    member(&answer, "role", found, sizeof found), "operator");
            /* Without the name it is nobody, as before. */
            answer = as_proxy(&other, "/api/v1/account", headers[i]);
            assert_int_equal(answer.status, 401);
            client_from(NULL);
            answer = as_proxy(&other, "/api/v1/account", text);
            assert_true(answer.status == 400 || answer.status == 401);
        }
    }
    desk_free(&other);
}

static void
a_proxy_vouches_only_for_who_is_known(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1,
        .proxy_user = {.header = STR("X-Remote-User"),
            .from = {STR("127.0.0.2")},
            .nfrom = 1}};
    struct user user = {
        .name = STR("查看员"), .role = STR("viewer"), .disabled = true};

    (void)state;
    desk_new(&other, &options);
    client_from("127.0.0.2");
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-User: 新来的\r\n").status, 303);
    assert_int_equal(other.nactions, 0);
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-User: 查看员\r\n").status, 200);
    assert_int_equal(store_user_save(other.store, &user), 0);
    assert_int_equal(
        as_proxy(&other, "/sources", "X-Remote-User: 查看员\r\n").status, 303);
    client_from(NULL);
    desk_free(&other);
}

static void
listen_as(struct client *client, struct desk *at, const char *user)
{
    char request[160];

    (void)snprintf(request, sizeof request,
        "GET /events HTTP/1.1\r\nHost: x\r\nX-Remote-User: %s\r\n\r\n", user);
    client_open(client, at);
    client_send(client, str_of(request));
    client_turn(client, 30);
}

static void
heartbeat(struct desk *at, struct client *clients, size_t n, int64_t ms)
{
    live_tick(at->console, (struct mono){loop_mono(at->loop).ms + ms});
    for (size_t i = 0; i < n; i++)
        client_turn(&clients[i], 10);
}

static void
each_of_a_proxys_users_listens(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1,
        .proxy_user = {.header = STR("X-Remote-User"),
            .from = {STR("127.0.0.2")},
            .nfrom = 1}};
    struct user user = {
        .name = STR("查看员"), .role = STR("viewer"), .disabled = true};
    struct client clients[8];

    (void)state;
    desk_new(&other, &options);
    client_from("127.0.0.2");
    for (size_t i = 0; i < 7; i++)
        listen_as(&clients[i], &other, "值班员");
    listen_as(&clients[7], &other, "查看员");
    assert_int_equal(client_read(&clients[5], 100).status, 200);
    assert_int_equal(client_read(&clients[6], 100).status, 429);
    assert_int_equal(client_read(&clients[7], 100).status, 200);
    heartbeat(&other, clients, 8, 20 * 1000);
    assert_false(clients[0].closed || clients[7].closed);
    assert_int_equal(store_user_save(other.store, &user), 0);
    heartbeat(&other, clients, 8, 40 * 1000);
    assert_false(clients[0].closed);
    assert_true(clients[7].closed);
    /* Now and then the proxy has to vouch again. */
    heartbeat(&other, clients, 8, 31 * 60 * 1000);
    assert_true(clients[0].closed);
    for (size_t i = 0; i < 8; i++)
        client_close(&clients[i]);
    client_from(NULL);
    desk_free(&other);
}

/* --- users --- */

static void
admins_change_users(void **state)
{
    static const char path[] = "/api/v1/users/"
                               "%E6%9F%A5%E7%9C%8B%E5%91%98";
    char who[128], csrf[80], viewer[128], csrf_v[80];
    struct answer answer;

    (void)state;
    assert_int_equal(log_in(&desk, "admin", who, csrf), 200);
    assert_int_equal(log_in(&desk, "viewer", viewer, csrf_v), 200);
    assert_int_equal(
        change(who, csrf, "POST", path, "{\"role\":\"king\"}").status, 422);
    assert_int_equal(change(who, csrf, "POST", path, "{}").status, 422);
    assert_int_equal(
        change(who, csrf, "POST", path, "{\"role\":\"editor\"}").status, 200);
    /* Sessions with the old role are over. */
    assert_int_equal(ask(&desk, "GET", "/sources", viewer, NULL).status, 303);
    assert_int_equal(log_in(&desk, "viewer", viewer, csrf_v), 200);
    assert_int_equal(
        change(who, csrf, "POST", path, "{\"disabled\":true}").status, 200);
    assert_int_equal(ask(&desk, "GET", "/sources", viewer, NULL).status, 303);
    assert_int_equal(log_in(&desk, "viewer", viewer, csrf_v), 401);
    answer = ask(&desk, "GET", "/settings", who, NULL);
    assert_int_equal(answer.status, 200);
    assert_true(answer_has(&answer, "value=\"enable\""));
    assert_int_equal(change(who, csrf, "POST", path,
                         "{\"disabled\":false,\"role\":\"viewer\"}")
                         .status,
        200);
    assert_int_equal(log_in(&desk, "viewer", viewer, csrf_v), 200);
    desk.fail = E_STATE; /* the engine: the last admin */
    assert_int_equal(
        change(who, csrf, "POST", path, "{\"disabled\":true}").status, 409);
    desk.fail = 0;
}

static void
the_theme_is_ones_own(void **state)
{
    char who[128], csrf[80];
    struct answer answer;

    (void)state;
    assert_int_equal(log_in(&desk, "viewer", who, csrf), 200);
    assert_int_equal(change(who, csrf, "POST", "/api/v1/account/theme",
                         "{\"theme\":\"dark\"}")
                         .status,
        200);
    answer = ask(&desk, "GET", "/sources", who, NULL);
    assert_true(answer_has(&answer, "data-theme=\"dark\""));
    assert_int_equal(change(who, csrf, "POST", "/api/v1/account/theme",
                         "{\"theme\":\"red\"}")
                         .status,
        422);
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 6, .socket = true};

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
        cmocka_unit_test(a_second_factor_is_asked_for),
        cmocka_unit_test(a_role_may_need_a_second_factor),
        cmocka_unit_test(tokens_may_do_less_than_their_owner),
        cmocka_unit_test(tokens_change_no_account),
        cmocka_unit_test(sessions_are_listed_and_ended),
        cmocka_unit_test(guessing_elsewhere_keeps_nobody_out),
        cmocka_unit_test(a_proxy_may_vouch),
        cmocka_unit_test(a_proxy_may_pass_its_own_login_on),
        cmocka_unit_test(a_proxy_vouches_only_for_who_is_known),
        cmocka_unit_test(each_of_a_proxys_users_listens),
        cmocka_unit_test(admins_change_users),
        cmocka_unit_test(the_theme_is_ones_own),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
