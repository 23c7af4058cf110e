/*
 * webhook: signatures against published and computed vectors, rotation, the
 * meaning of answers.
 */
#include "base/digest.h"
#include "check.h"
#include "notify/webhook.h"

static const struct vector {
    const char *secret, *id;
    int64_t timestamp_s;
    const char *body, *signature;
} vectors[] = {
    /* the specification's own */
    {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330, "{\"test\": 2432232314}",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    /* computed with another implementation of HMAC-SHA-256 */
    {"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "msg_yunxi1", 1772409604,
        "{\"标题\":\"云溪县\"}",
        "v1,iZTfgVQFsv5DODIbHXi3+Crvm6cLz3y4lJpd+G07T2M="},
};

static int
set_up(void **state)
{
    (void)state;
    return digest_init();
}

static void
test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
        const struct vector *v = &vectors[i];
        struct str secret = str_of(v->secret);
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(webhook_sign(&out, &secret, 1, str_of(v->id),
                             v->timestamp_s, str_of(v->body)),
            0);
        assert_string_equal(buf_cstr(&out), v->signature);
        assert_true(webhook_verify(buf_str(&out), secret, str_of(v->id),
            v->timestamp_s, str_of(v->body), v->timestamp_s + 300, 300));
        assert_false(webhook_verify(buf_str(&out), secret, str_of(v->id),
            v->timestamp_s, str_of(v->body), v->timestamp_s + 301, 300));
        assert_false(webhook_verify(buf_str(&out), secret, str_of(v->id),
            v->timestamp_s, str_of(v->body), v->timestamp_s - 301, 300));
        assert_false(webhook_verify(buf_str(&out), secret, str_of(v->id),
            v->timestamp_s, STR("{}"), v->timestamp_s, 300));
        assert_false(webhook_verify(buf_str(&out), secret, STR("msg_x"),
            v->timestamp_s, str_of(v->body), v->timestamp_s, 300));
        buf_done(&out);
    }
}

static void
test_rotation(void **state)
{
    const struct str secrets[] = {
        str_of("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
        str_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    };
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(
        webhook_sign(&out, secrets, 2, STR("msg_a"), 1, STR("{}")), 0);
    assert_int_equal(str_find_char(buf_str(&out), ' '), 47);
    assert_int_equal(out.n, 95);
    for (size_t i = 0; i < 2; i++)
        assert_true(webhook_verify(
            buf_str(&out), secrets[i], STR("msg_a"), 1, STR("{}"), 1, 300));
    assert_false(webhook_verify(buf_str(&out),
        str_of("whsec_bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="),
        STR("msg_a"), 1, STR("{}"), 1, 300));
    buf_done(&out);
}

static void
test_secrets(void **state)
{
    static const char *const wrong[] = {"", "whsec_", "whsec_!!!!",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_AAEC",
        "whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "WHSEC_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY", /* 23 bytes */
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n", NULL};

    (void)state;
    for (size_t i = 0; wrong[i]; i++)
        if (webhook_secret_is_valid(str_of(wrong[i])))
            fail_msg("\"%s\" is a secret", wrong[i]);
    assert_true(
        webhook_secret_is_valid(STR("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")));
    /* 64 bytes pass, 65 do not */
    assert_true(webhook_secret_is_valid(
        STR("whsec_/////////////////////////////////////////////////////////"
            "////////////////////////////w==")));
    assert_false(webhook_secret_is_valid(
        STR("whsec_/////////////////////////////////////////////////////////"
            "/////////////////////////////8=")));
}

/* --- render ----------------------------------------------------------------
 */

static struct channel_config
config_with(const char *secret)
{
    struct channel_config config = {
        .id = STR("desk"),
        .kind = STR("webhook"),
        .url = STR("https://hooks.yunxi.example/in/T0k3nT0k3n"),
        .secrets = {str_of(secret)},
        .nsecrets = secret ? 1 : 0,
    };

    gate_policy_init(&config.policy);
    config.policy.https_only = true;
    return config;
}

static struct str
field(const struct http_request *request, const char *name)
{
    const struct http_answer answer = {
        .headers = request->headers,
        .nheaders = request->nheaders,
    };

    return http_answer_header(&answer, name);
}

static void
test_render(void **state)
{
    const struct vector *v = &vectors[0];
    struct channel_config config = config_with(v->secret);
    struct channel_message message = {
        .id = str_of(v->id),
        .type = STR("test"),
        .body = str_of(v->body),
    };
    struct arena *arena = arena_new(65536);
    struct http_request request = {.nheaders = 0};
    struct wall now = {v->timestamp_s * MS_SECOND + 999};

    (void)state;
    assert_int_equal(
        webhook_ops.render(&config, &message, now, arena, &request), 0);
    assert_true(str_eq(request.method, STR("POST")));
    assert_true(str_eq(request.url, config.url));
    assert_true(str_eq(request.body, message.body));
    assert_false(request.follow);
    assert_true(str_eq(field(&request, "webhook-id"), message.id));
    assert_true(
        str_eq(field(&request, "webhook-timestamp"), STR("1614265330")));
    assert_true(
        str_eq(field(&request, "webhook-signature"), str_of(v->signature)));
    assert_true(
        str_eq(field(&request, "content-type"), STR("application/json")));
    message.id = STR("a.b"); /* '.' would move the parts of what is signed */
    assert_int_equal(
        webhook_ops.render(&config, &message, now, arena, &request), E_CONF);
    arena_free(arena);
}

static void
test_check(void **state)
{
    struct channel_config config = config_with(vectors[0].secret);
    struct toc_error error;

    (void)state;
    assert_int_equal(channel_check(&config, &error), 0);
    config.url = STR("http://hooks.yunxi.example/in/T0k3nT0k3n");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_null(strstr(error.text, "T0k3n"));
    config.policy.https_only = false;
    assert_int_equal(channel_check(&config, &error), 0);
    config.url = STR("https://10.0.0.1/");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config = config_with(NULL);
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_non_null(strstr(error.text, "secret"));
    config = config_with("whsec_c2VjcmV0");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_null(strstr(error.text, "c2VjcmV0"));
    config = config_with(vectors[0].secret);
    config.kind = STR("pigeon");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config = config_with(vectors[0].secret);
    config.id = STR_NONE;
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_string_equal(channel_kind(0), "webhook");
    assert_null(channel_kind(1000));
}

/* --- judge -----------------------------------------------------------------
 */

static struct channel_verdict
judged(int status, const char *retry_after, struct arena *arena)
{
    struct http_header header = {STR("Retry-After"), str_of(retry_after)};
    struct http_answer answer = {
        .status = status,
        .headers = &header,
        .nheaders = retry_after ? 1 : 0,
        .body = STR("why"),
    };
    struct channel_verdict verdict;

    webhook_ops.judge(
        NULL, &answer, (struct wall){INT64_C(1772409600000)}, arena, &verdict);
    return verdict;
}

static void
test_judge(void **state)
{
    static const struct {
        int status;
        enum delivery_class class;
    } rows[] = {
        {200, CLASS_DELIVERED},
        {201, CLASS_DELIVERED},
        {204, CLASS_DELIVERED},
        {299, CLASS_DELIVERED},
        {301, CLASS_TRANSIENT},
        {302, CLASS_TRANSIENT},
        {304, CLASS_TRANSIENT},
        {400, CLASS_TRANSIENT},
        {401, CLASS_TRANSIENT},
        {404, CLASS_TRANSIENT},
        {410, CLASS_GONE},
        {429, CLASS_RATE},
        {500, CLASS_TRANSIENT},
        {502, CLASS_TRANSIENT},
        {503, CLASS_TRANSIENT},
        {599, CLASS_TRANSIENT},
    };
    struct arena *arena = arena_new(65536);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(
            judged(rows[i].status, NULL, arena).class, rows[i].class);
    assert_int_equal(judged(429, "7", arena).retry_after_ms, 7000);
    assert_int_equal(judged(503, "864000", arena).retry_after_ms, MS_DAY);
    assert_int_equal(
        judged(503, "Mon, 02 Mar 2026 00:01:00 GMT", arena).retry_after_ms,
        60000);
    assert_int_equal(
        judged(401, NULL, arena).retry_after_ms, WEBHOOK_REFUSED_WAIT_MS);
    assert_int_equal(judged(403, "7200", arena).retry_after_ms, 2 * MS_HOUR);
    assert_true(str_eq(judged(500, NULL, arena).text, STR("500 why")));
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_judge),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
