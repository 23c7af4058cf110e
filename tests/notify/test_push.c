/*
 * alertmanager, cloudevents, ntfy, bark: what is sent, and what each answer
 * means.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "check.h"
#include "notify/alertmanager.h"
#include "notify/bark.h"
#include "notify/cloudevents.h"
#include "notify/ntfy.h"

#define INCIDENT(id, level, state)                                                     \
    "{\"id\":" id ",\"url\":\"https://desk.yunxi.example/incidents/" id                \
    "\",\"level\":\"" level "\",\"score\":67,\"title\":\"云溪一中\\\"食物中毒" \
    "\\\"\",\"category\":\"food\",\"state\":\"" state                                  \
    "\",\"owner\":\"云溪一中\",\"first_seen\":\"2026-06-07T01:30:00Z\","           \
    "\"items\":3}"
#define MESSAGE(type, data)                                                    \
    "{\"type\":\"" type                                                        \
    "\",\"timestamp\":\"2026-06-07T02:00:00Z\",\"data\":" data "}"
#define ONE(type, level, state)                                                \
    MESSAGE(type, "{\"incident\":" INCIDENT("41", level,                       \
                      state) ",\"reason\":\"first notification\"}")

static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(4 * 1024 * 1024);
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
channel(const char *kind, const char *url, const char *secret)
{
    struct channel_config config = {
        .id = STR("desk"),
        .kind = str_of(kind),
        .url = str_of(url),
        .secrets = {str_of(secret)},
        .nsecrets = secret ? 1 : 0,
        .lang = STR("zh"),
        .console = STR("https://desk.yunxi.example"),
        .bureau = STR("云溪县教育局"),
    };

    gate_policy_init(&config.policy);
    return config;
}

/* What kind makes of body, parsed. */
static json_t *
rendered(const struct channel_config *config, const char *type,
    const char *body, struct http_request *ret)
{
    const struct channel_ops *ops = channel_ops_find(config->kind);
    struct channel_message message = {.id = STR("msg_Ab1"),
        .type = str_of(type),
        .body = str_of(body),
        .attempt = 1};
    json_t *json = NULL;

    assert_non_null(ops);
    *ret = (struct http_request){0};
    assert_int_equal(
        ops->render(config, &message, (struct wall){0}, arena, ret), 0);
    assert_true(str_eq(ret->method, STR("POST")));
    assert_int_equal(jsonx_load(ret->body, NULL, &json), 0);
    return json;
}

static struct str
header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->nheaders; i++)
        if (str_eq_nocase(request->headers[i].name, str_of(name)))
            return request->headers[i].value;
    return STR_NONE;
}

static const char *
at(const json_t *json, const char *key)
{
    const char *s = json_string_value(json_object_get(json, key));

    return s ? s : "(none)";
}

static struct channel_verdict
judged(const char *kind, int status, const char *retry_after, const char *body)
{
    struct http_header wait = {STR("Retry-After"), str_of(retry_after)};
    struct http_answer answer = {
        .status = status,
        .headers = &wait,
        .nheaders = retry_after ? 1 : 0,
        .body = str_of(body),
    };
    struct channel_config config = channel(kind, "https://x.example/t", NULL);
    struct channel_verdict verdict;

    channel_ops_find(str_of(kind))
        ->judge(&config, &answer, (struct wall){0}, arena, &verdict);
    return verdict;
}

/* --- alertmanager ----------------------------------------------------------
 */

static void
an_incident_is_an_alert(void **state)
{
    struct channel_config config =
        channel("alertmanager", "https://x.example/a", "tok");
    struct http_request request;
    json_t *json = rendered(&config, "incident.opened",
        ONE("incident.opened", "orange", "new"), &request);
    json_t *alert = json_array_get(json_object_get(json, "alerts"), 0);
    json_t *labels = json_object_get(alert, "labels");
    char fingerprint[17] = "";

    (void)state;
    assert_true(str_eq(header(&request, "authorization"), STR("Bearer tok")));
    assert_string_equal(at(json, "version"), "4");
    assert_string_equal(at(json, "status"), "firing");
    assert_string_equal(at(json, "receiver"), "desk");
    assert_string_equal(at(json, "externalURL"), "https://desk.yunxi.example");
    assert_int_equal(
        json_integer_value(json_object_get(json, "truncatedAlerts")), 0);
    assert_non_null(strstr(at(json, "groupKey"), "incident=\"41\""));
    assert_string_equal(
        at(json_object_get(json, "groupLabels"), "incident"), "41");
    assert_string_equal(
        at(json_object_get(json, "commonLabels"), "level"), "orange");
    assert_non_null(json_object_get(json, "commonAnnotations"));
    assert_string_equal(at(json, "notification_reason"), "first notification");
    assert_string_equal(at(alert, "status"), "firing");
    assert_string_equal(at(labels, "alertname"), "TocsinIncident");
    assert_string_equal(at(labels, "severity"), "critical");
    assert_string_equal(at(labels, "owner"), "云溪一中");
    assert_string_equal(at(alert, "startsAt"), "2026-06-07T01:30:00Z");
    assert_string_equal(at(alert, "endsAt"), "0001-01-01T00:00:00Z");
    assert_non_null(strstr(at(alert, "generatorURL"), "/incidents/41"));
    assert_int_equal(strlen(at(alert, "fingerprint")), 16);
    assert_string_equal(at(json_object_get(alert, "annotations"), "summary"),
        "云溪一中\"食物中毒\"");
    memcpy(fingerprint, at(alert, "fingerprint"), 16);
    json_decref(json);

    /* Closed and raised: the same alert, resolved. */
    json = rendered(&config, "incident.closed",
        ONE("incident.closed", "red", "false_alarm"), &request);
    alert = json_array_get(json_object_get(json, "alerts"), 0);
    assert_string_equal(at(json, "status"), "resolved");
    assert_string_equal(at(alert, "status"), "resolved");
    assert_string_equal(at(alert, "endsAt"), "2026-06-07T02:00:00Z");
    assert_string_equal(at(alert, "fingerprint"), fingerprint);
    json_decref(json);
}

static void
a_digest_is_several(void **state)
{
    static const char body[] = MESSAGE("digest",
        "{\"incidents\":[" INCIDENT("1", "blue", "new") "," INCIDENT(
            "2", "blue", "closed") "],\"more\":12,"
                                   "\"reason\":\"digest\"}");
    struct channel_config config =
        channel("alertmanager", "https://x.example/a", NULL);
    struct http_request request;
    json_t *json = rendered(&config, "digest", body, &request);
    json_t *alerts = json_object_get(json, "alerts");

    (void)state;
    assert_true(header(&request, "authorization").p == NULL);
    assert_int_equal(json_array_size(alerts), 2);
    assert_int_equal(
        json_integer_value(json_object_get(json, "truncatedAlerts")), 12);
    assert_string_equal(at(json, "status"), "firing");
    assert_string_equal(at(json_array_get(alerts, 1), "status"), "resolved");
    assert_string_not_equal(at(json_array_get(alerts, 0), "fingerprint"),
        at(json_array_get(alerts, 1), "fingerprint"));
    assert_null(
        json_object_get(json_object_get(json, "commonLabels"), "incident"));
    assert_string_equal(
        at(json_object_get(json, "commonLabels"), "level"), "blue");
    json_decref(json);
}

static void
conditions_and_tests_are_alerts_too(void **state)
{
    static const char condition[] = MESSAGE("source.condition",
        "{\"condition\":{\"subject\":\"news\",\"kind\":\"down\",\"name\":"
        "\"打不开\",\"open\":false,\"since\":\"2026-06-07T01:00:00Z\","
        "\"until\":\"2026-06-07T01:59:00Z\",\"url\":null},\"reason\":\"x\"}");
    struct channel_config config =
        channel("alertmanager", "https://x.example/a", NULL);
    struct http_request request;
    json_t *json = rendered(&config, "source.condition", condition, &request);
    json_t *alert = json_array_get(json_object_get(json, "alerts"), 0);

    (void)state;
    assert_string_equal(at(alert, "status"), "resolved");
    assert_string_equal(at(alert, "endsAt"), "2026-06-07T01:59:00Z");
    assert_string_equal(
        at(json_object_get(alert, "labels"), "condition"), "down");
    json_decref(json);
    json = rendered(&config, "test",
        MESSAGE("test", "{\"channel\":\"desk\",\"reason\":\"x\"}"), &request);
    assert_int_equal(json_array_size(json_object_get(json, "alerts")), 1);
    json_decref(json);
}

/* --- cloudevents -----------------------------------------------------------
 */

static void
an_event_has_its_envelope(void **state)
{
    struct channel_config config =
        channel("cloudevents", "https://x.example/e", NULL);
    struct http_request request;
    json_t *json = rendered(&config, "incident.raised",
        ONE("incident.raised", "red", "new"), &request);

    (void)state;
    assert_true(str_starts(
        header(&request, "content-type"), STR("application/cloudevents+json")));
    assert_string_equal(at(json, "specversion"), "1.0");
    assert_string_equal(at(json, "id"), "msg_Ab1");
    assert_string_equal(at(json, "source"), "https://desk.yunxi.example");
    assert_string_equal(at(json, "type"), "incident.raised");
    assert_string_equal(at(json, "subject"), "incident/41");
    assert_string_equal(at(json, "time"), "2026-06-07T02:00:00Z");
    assert_string_equal(at(json, "datacontenttype"), "application/json");
    assert_string_equal(
        at(json_object_get(json_object_get(json, "data"), "incident"), "level"),
        "red");
    json_decref(json);
    config.console = STR_NONE; /* a source is never empty */
    json = rendered(
        &config, "test", MESSAGE("test", "{\"channel\":\"desk\"}"), &request);
    assert_true(strlen(at(json, "source")) > 0);
    assert_null(json_object_get(json, "subject"));
    json_decref(json);
}

static void
statuses_have_a_meaning(void **state)
{
    static const struct {
        int status;
        enum delivery_class class;
    } rows[] = {{200, CLASS_DELIVERED}, {202, CLASS_DELIVERED},
        {204, CLASS_DELIVERED}, {302, CLASS_TRANSIENT},
        {400, CLASS_BAD_PAYLOAD}, {401, CLASS_DEAD_TARGET},
        {404, CLASS_DEAD_TARGET}, {410, CLASS_GONE}, {413, CLASS_BAD_PAYLOAD},
        {429, CLASS_RATE}, {500, CLASS_TRANSIENT}, {503, CLASS_TRANSIENT}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(
            judged("cloudevents", rows[i].status, NULL, "why").class,
            rows[i].class);
        assert_int_equal(
            judged("alertmanager", rows[i].status, NULL, "why").class,
            rows[i].class);
    }
    assert_int_equal(
        judged("cloudevents", 415, NULL, "").class, CLASS_DEAD_TARGET);
    assert_int_equal(
        judged("cloudevents", 429, "17", "").retry_after_ms, 17000);
    assert_int_equal(judged("cloudevents", 503, "9", "").class, CLASS_RATE);
    assert_true(judged("cloudevents", 429, NULL, "").penalty_ms > 0);
}

/* --- ntfy ------------------------------------------------------------------
 */

static void
a_push_to_a_topic(void **state)
{
    static const struct {
        const char *level;
        int priority;
    } rows[] = {{"red", 5}, {"orange", 4}, {"yellow", 3}, {"blue", 2}};
    struct channel_config config =
        channel("ntfy", "https://ntfy.example/p/yunxi-desk", "tk_abc");
    struct http_request request;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char body[2048];
        json_t *json;

        snprintf(body, sizeof(body),
            MESSAGE("incident.opened",
                "{\"incident\":{\"id\":41,\"url\":\"https://desk.yunxi.example"
                "/incidents/41\",\"level\":\"%s\",\"score\":67,\"title\":\"食物"
                "中毒\",\"category\":\"food\",\"state\":\"new\",\"items\":1,"
                "\"acts\":[{\"label\":\"认领\",\"url\":\"https://desk.yunxi."
                "example/act/1\"}]},\"reason\":\"x\"}"),
            rows[i].level);
        json = rendered(&config, "incident.opened", body, &request);
        assert_true(str_eq(request.url, STR("https://ntfy.example/p/")));
        assert_string_equal(at(json, "topic"), "yunxi-desk");
        assert_int_equal(json_integer_value(json_object_get(json, "priority")),
            rows[i].priority);
        assert_string_equal(
            at(json, "click"), "https://desk.yunxi.example/incidents/41");
        assert_non_null(strstr(at(json, "title"), "食物中毒"));
        assert_true(strlen(at(json, "message")) > 0);
        assert_true(strlen(at(json, "message")) <= NTFY_MAX_BYTES);
        assert_string_equal(
            at(json_array_get(json_object_get(json, "actions"), 0), "action"),
            "view");
        assert_string_equal(
            at(json_array_get(json_object_get(json, "actions"), 1), "label"),
            "认领");
        json_decref(json);
    }
    assert_true(
        str_eq(header(&request, "authorization"), STR("Bearer tk_abc")));
}

static void
ntfy_says_what_is_wrong(void **state)
{
    struct toc_error error;
    struct channel_config config;
    struct channel_verdict v;

    (void)state;
    v = judged("ntfy", 200, NULL,
        "{\"id\":\"x1\",\"time\":1,\"event\":\"message\",\"topic\":\"t\"}");
    assert_int_equal(v.class, CLASS_DELIVERED);
    assert_false(v.unknown);
    assert_true(judged("ntfy", 200, NULL, "<html>hello</html>").unknown);
    assert_true(judged("ntfy", 200, NULL, "{}").unknown);
    assert_true(judged("ntfy", 204, NULL, "").unknown);
    v = judged("ntfy", 429, NULL,
        "{\"code\":42901,\"http\":429,\"error\":\"limit reached: too many "
        "requests\",\"link\":\"x\"}");
    assert_int_equal(v.class, CLASS_RATE);
    assert_true(v.penalty_ms > 0);
    assert_true(str_eq(v.code, STR("code 42901")));
    assert_true(str_starts(v.text, STR("limit reached")));
    v = judged("ntfy", 429, NULL, "{\"code\":42908,\"http\":429}");
    assert_true(v.retry_after_ms >= NTFY_QUOTA_MS);
    assert_int_equal(
        judged("ntfy", 413, NULL, "{\"code\":41301,\"http\":413}").class,
        CLASS_BAD_PAYLOAD);
    assert_int_equal(
        judged("ntfy", 403, NULL, "{\"code\":40301,\"http\":403}").class,
        CLASS_DEAD_TARGET);
    assert_int_equal(
        judged("ntfy", 400, NULL, "{\"code\":40009,\"http\":400}").class,
        CLASS_BAD_PAYLOAD);
    assert_int_equal(judged("ntfy", 502, NULL, "bad").class, CLASS_TRANSIENT);

    config = channel("ntfy", "https://ntfy.example/", NULL);
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_non_null(strstr(error.text, "topic"));
    config.url = STR("https://ntfy.example/a?b");
    assert_int_equal(channel_check(&config, &error), E_CONF);
    config.url = STR("https://ntfy.example/a");
    assert_int_equal(channel_check(&config, &error), 0);
}

/* --- bark ------------------------------------------------------------------
 */

static void
a_push_to_a_phone(void **state)
{
    struct channel_config config =
        channel("bark", "https://bark.example", "dEvKey123");
    struct http_request request;
    json_t *json = rendered(&config, "incident.opened",
        ONE("incident.opened", "red", "new"), &request);

    (void)state;
    assert_true(str_eq(request.url, STR("https://bark.example/push")));
    assert_string_equal(at(json, "device_key"), "dEvKey123");
    assert_string_equal(at(json, "level"), "critical");
    assert_string_equal(at(json, "group"), "云溪县教育局");
    assert_non_null(strstr(at(json, "url"), "/incidents/41"));
    assert_true(header(&request, "authorization").p == NULL);
    assert_true(request.body.n < 4096);
    json_decref(json);
    json = rendered(&config, "incident.closed",
        ONE("incident.closed", "red", "closed"), &request);
    assert_string_equal(at(json, "level"), "passive");
    json_decref(json);
    json = rendered(&config, "incident.opened",
        ONE("incident.opened", "orange", "new"), &request);
    assert_string_equal(at(json, "level"), "timeSensitive");
    json_decref(json);
}

static void
bark_says_so_in_the_body(void **state)
{
    struct channel_config config = channel("bark", "https://b.example", NULL);
    struct toc_error error;
    struct channel_verdict v;

    (void)state;
    v = judged("bark", 200, NULL,
        "{\"code\":200,\"message\":\"success\",\"timestamp\":1}");
    assert_int_equal(v.class, CLASS_DELIVERED);
    assert_false(v.unknown);
    assert_int_equal(judged("bark", 200, NULL,
                         "{\"code\":400,\"message\":\"failed to get device "
                         "token: no such device\"}")
                         .class,
        CLASS_DEAD_TARGET);
    assert_int_equal(judged("bark", 500, NULL,
                         "{\"code\":500,\"message\":\"push failed: "
                         "BadDeviceToken\"}")
                         .class,
        CLASS_DEAD_TARGET);
    assert_int_equal(judged("bark", 500, NULL,
                         "{\"code\":500,\"message\":\"push failed: "
                         "timeout\"}")
                         .class,
        CLASS_TRANSIENT);
    assert_int_equal(judged("bark", 500, NULL,
                         "{\"code\":500,\"message\":\"push failed: "
                         "PayloadTooLarge\"}")
                         .class,
        CLASS_BAD_PAYLOAD);
    assert_int_equal(
        judged("bark", 503, NULL, "{\"code\":200}").class, CLASS_TRANSIENT);
    assert_true(judged("bark", 200, NULL, "ok").unknown);
    assert_true(judged("bark", 200, NULL, "{}").unknown);
    assert_int_equal(channel_check(&config, &error), E_CONF);
    assert_non_null(strstr(error.text, "secret"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_incident_is_an_alert),
        cmocka_unit_test(a_digest_is_several),
        cmocka_unit_test(conditions_and_tests_are_alerts_too),
        cmocka_unit_test(an_event_has_its_envelope),
        cmocka_unit_test(statuses_have_a_meaning),
        cmocka_unit_test(a_push_to_a_topic),
        cmocka_unit_test(ntfy_says_what_is_wrong),
        cmocka_unit_test(a_push_to_a_phone),
        cmocka_unit_test(bark_says_so_in_the_body),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
