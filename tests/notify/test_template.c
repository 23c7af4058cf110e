/*
 * template: what comes out is JSON whatever the title is, or is refused with
 * the place; the operator's own test decides what a yes is.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "check.h"
#include "notify/template.h"

#define BODY                                                                     \
    "{\"type\":\"incident.opened\",\"timestamp\":\"2026-06-07T02:00:00Z\","      \
    "\"data\":{\"incident\":{\"id\":41,\"url\":\"https://desk.yunxi.example/"    \
    "incidents/41\",\"level\":\"orange\",\"score\":67,\"title\":\"a\\\"},"       \
    "{\\\"x\\\": \\\\\\n食物中毒\",\"category\":\"food\",\"state\":\"new\"," \
    "\"owner\":null,\"first_seen\":\"2026-06-07T01:30:00Z\",\"items\":3,"        \
    "\"sources\":[\"A\",\"B\"],\"new_items\":[{\"title\":\"one\",\"url\":"       \
    "\"https://a.example/1\",\"source\":\"A\"},{\"title\":\"two\",\"url\":"      \
    "\"https://a.example/2\",\"source\":\"B\"}],\"explanation\":[{\"rule\":"     \
    "\"food\",\"title\":\"food\",\"points\":40}]},"                              \
    "\"reason\":\"first notification\"}}"

static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(8 * 1024 * 1024);
    return digest_init();
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct channel_config
channel(const char *template)
{
    struct channel_config config = {
        .id = STR("desk"),
        .kind = STR("template"),
        .url = STR("https://x.example/in"),
        .secrets = {STR("T0k3nT0k3n"), STR("second\"one")},
        .nsecrets = 2,
        .lang = STR("zh"),
        .console = STR("https://desk.yunxi.example"),
        .template = str_of(template),
    };

    gate_policy_init(&config.policy);
    return config;
}

static int
render(const struct channel_config *config, struct http_request *ret)
{
    struct channel_message message = {.id = STR("msg_Ab1"),
        .type = STR("incident.opened"),
        .body = STR(BODY),
        .attempt = 1};

    *ret = (struct http_request){0};
    return template_ops.render(config, &message, (struct wall){0}, arena, ret);
}

static const char *
at(const json_t *json, const char *key)
{
    const char *s = json_string_value(json_object_get(json, key));

    return s ? s : "(none)";
}

static void
a_title_stays_in_its_quotes(void **state)
{
    struct channel_config config = channel(
        "{\"t\": \"{{title}}\", \"n\": {{score}}, \"id\": \"{{message_id}}\","
        " \"k\": \"{{secret}}\", \"k2\": \"{{secret2}}\", \"none\": "
        "{{{owner}}},"
        " \"h\": \"{{headline}}\", \"text\": \"{{text}}\","
        " \"raw\": {{{message}}},"
        " \"list\": [{{#new_items}}\"{{title}}\"{{#comma}},{{/comma}}"
        "{{/new_items}}]}");
    struct http_request request;
    json_t *json = NULL;

    (void)state;
    assert_int_equal(render(&config, &request), 0);
    assert_int_equal(jsonx_load(request.body, NULL, &json), 0);
    assert_non_null(strstr(at(json, "t"), "\"},{\"x\": \\"));
    assert_non_null(strstr(at(json, "t"), "食物中毒"));
    assert_null(json_object_get(json, "x"));
    assert_int_equal(json_integer_value(json_object_get(json, "n")), 67);
    assert_string_equal(at(json, "id"), "msg_Ab1");
    assert_string_equal(at(json, "k"), "T0k3nT0k3n");
    assert_string_equal(at(json, "k2"), "second\"one");
    assert_true(json_is_null(json_object_get(json, "none")));
    assert_true(strlen(at(json, "h")) > 0 && strlen(at(json, "text")) > 0);
    assert_string_equal(
        at(json_object_get(json, "raw"), "type"), "incident.opened");
    assert_int_equal(json_array_size(json_object_get(json, "list")), 2);
    assert_true(str_eq(request.method, STR("POST")));
    assert_true(str_starts(request.headers[0].value, STR("application/json")));
    json_decref(json);
}

static void
what_is_no_json_is_refused_with_its_place(void **state)
{
    struct channel_config config =
        channel("{\"t\": \"{{title}}\",\n \"n\": {{nothing}} }");
    struct http_request request;
    struct toc_error error;

    (void)state;
    assert_int_equal(render(&config, &request), E_PARSE);
    assert_true(str_find(request.body, STR("line 2")) < request.body.n);
    assert_int_equal(template_try(&config, &error), E_CONF);
    assert_non_null(strstr(error.text, "line 2"));
    config = channel("{\"t\": \"{{title}}\"}");
    assert_int_equal(template_try(&config, &error), 0);
    config = channel("{\"t\": \"{{#title}}\"}");
    assert_int_equal(render(&config, &request), E_PARSE);
    /* A text that is not JSON by its content type is nobody's to check. */
    config = channel("{{headline}}");
    config.content_type = STR("text/plain; charset=utf-8");
    assert_int_equal(render(&config, &request), 0);
    assert_int_equal(template_try(&config, &error), 0);
}

static void
headers_hold_secrets(void **state)
{
    static const struct str headers[] = {
        {"Authorization: Bearer {secret}", 30}, {"X-Plain: {other}", 16}};
    static const struct {
        const char *line;
        int err;
    } rows[] = {{"X: {secret}", 0}, {"X: {secret9}", E_CONF}, {"X", E_CONF},
        {"X: {secret2}", 0}, {"Content-Type: x", E_CONF}, {"Host: x", E_CONF},
        {"a b: x", E_CONF}, {"X: a\r\nY: b", E_CONF}, {"X:", 0}};
    struct channel_config config = channel("{}");
    struct http_request request;

    (void)state;
    config.headers = headers;
    config.nheaders = 2;
    assert_int_equal(render(&config, &request), 0);
    assert_int_equal(request.nheaders, 3);
    assert_true(str_eq(request.headers[1].value, STR("Bearer T0k3nT0k3n")));
    assert_true(str_eq(request.headers[2].value, STR("{other}")));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct str line = str_of(rows[i].line);
        struct toc_error error;

        config.headers = &line;
        config.nheaders = 1;
        assert_int_equal(channel_check(&config, &error), rows[i].err);
    }
}

static void
options_are_checked(void **state)
{
    struct channel_config config = channel("");
    struct toc_error error;

    (void)state;
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config = channel("{}");
    assert_int_equal(channel_check(&config, &error), 0);
    config.success.status = STR("2x");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config.success.status = STR("200-204");
    assert_int_equal(channel_check(&config, &error), 0);
    config.success.pointer = STR("code");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config.success.pointer = STR_NONE;
    config.success.equals = STR("0");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config.success.pointer = STR("/code");
    assert_int_equal(channel_check(&config, &error), 0);
    config.content_type = STR("application/x-www-form-urlencoded");
    assert_int_equal(channel_check(&config, &error), E_CONF);
}

static struct channel_verdict
judged(struct channel_success success, int status, const char *body)
{
    struct channel_config config = channel("{}");
    struct http_answer answer = {.status = status, .body = str_of(body)};
    struct channel_verdict verdict;

    config.success = success;
    template_ops.judge(&config, &answer, (struct wall){0}, arena, &verdict);
    return verdict;
}

static void
an_answer_is_a_yes_by_the_test(void **state)
{
    static const char body[] =
        "{\"code\":0,\"ok\":true,\"a/b\":{\"~\":[null,\"x\"]},\"s\":\"0\"}";
    static const struct {
        struct channel_success success;
        int status;
        bool yes;
    } rows[] = {
        {{.pointer = {"/code", 5}, .equals = {"0", 1}}, 200, true},
        {{.pointer = {"/code", 5}, .equals = {"1", 1}}, 200, false},
        {{.pointer = {"/s", 2}, .equals = {"0", 1}}, 200, true},
        {{.pointer = {"/ok", 3}, .equals = {"true", 4}}, 200, true},
        {{.pointer = {"/a~1b/~0/1", 10}, .equals = {"x", 1}}, 200, true},
        {{.pointer = {"/a~1b/~0/2", 10}}, 200, false},
        {{.pointer = {"/a~1b/~0/0", 10}}, 200, true},
        {{.pointer = {"/nothing", 8}}, 200, false},
        {{.pointer = {"/code", 5}}, 200, true},
        {{.contains = {"\"ok\":true", 9}}, 200, true},
        {{.contains = {"success", 7}}, 200, false},
        {{.status = {"200", 3}}, 200, true},
        {{.status = {"200", 3}}, 204, false},
        {{.status = {"200-204", 7}}, 204, true},
        {{.status = {"3xx", 3}}, 302, true},
        {{{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}}, 299, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct channel_verdict v =
            judged(rows[i].success, rows[i].status, body);

        assert_int_equal(v.class == CLASS_DELIVERED && !v.unknown, rows[i].yes);
    }
    assert_true(judged(rows[0].success, 200, "<html>").unknown);
    assert_int_equal(judged(rows[0].success, 429, body).class, CLASS_RATE);
    assert_int_equal(judged(rows[0].success, 500, body).class, CLASS_TRANSIENT);
    assert_int_equal(
        judged(rows[0].success, 404, body).class, CLASS_DEAD_TARGET);
    assert_true(
        str_eq(judged(rows[1].success, 200, body).code, STR("/code is 0")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_stays_in_its_quotes),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
        cmocka_unit_test(headers_hold_secrets),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(an_answer_is_a_yes_by_the_test),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
