/*
 * robots: signatures against computed vectors, what is sent in each form, and
 * the class of every code of the platforms' tables.
 */
#include "base/digest.h"
#include "base/jsonx.h"
#include "check.h"
#include "notify/dingtalk.h"
#include "notify/feishu.h"
#include "notify/redact.h"
#include "notify/robot.h"
#include "notify/slack.h"
#include "notify/wecom.h"

#define CONSOLE "https://bell.yunxi.example"

static const char orange[] =
    "{\"type\":\"incident.opened\",\"data\":{\"incident\":{\"id\":41,\"url\":"
    "\"" CONSOLE "/incidents/41\",\"level\":\"orange\",\"score\":67,\"title\":"
    "\"学生午餐后呕吐 <at user_id=\\\"all\\\">\",\"category\":\"food\","
    "\"state\":\"new\",\"owner\":\"云溪县第一小学\",\"items\":1,"
    "\"new_items\":[{\"title\":\"报道\",\"url\":\"https://news.example/1\"}]},"
    "\"reason\":\"first notification\"}}";
static const char blue[] =
    "{\"type\":\"incident.opened\",\"data\":{\"incident\":{\"id\":42,\"level\":"
    "\"blue\",\"title\":\"收费咨询\",\"items\":1},\"reason\":\"first "
    "notification\"}}";

static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(64 * 1024 * 1024);
    return arena ? digest_init() : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void
test_signatures(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(
        dingtalk_sign(&out, STR("SECabc123"), INT64_C(1700000000000)), 0);
    assert_string_equal(
        buf_cstr(&out), "N5P09a4+p1AMJIJWnIvQd2Yxw9+fu/oEBnPrjCcsLXk=");
    buf_clear(&out);
    assert_int_equal(feishu_sign(&out, STR("feishu-secret"), 1700000000), 0);
    assert_string_equal(
        buf_cstr(&out), "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=");
    /* Key and message exchanged, as for DingTalk: Feishu refuses it. */
    assert_string_not_equal(
        buf_cstr(&out), "qIrbDqRtpQWMeGzMXfXu53eQAy8KDJcp5pzyiFN/dbA=");
    buf_done(&out);
}

/* --- what is sent --------------------------------------------------------- */

static struct channel_config
config_of(const char *url)
{
    struct channel_config config = {
        .id = STR("duty"),
        .url = str_of(url),
        .lang = STR("zh"),
        .mention_level = LEVEL_ORANGE,
        .console = STR(CONSOLE),
    };

    gate_policy_init(&config.policy);
    return config;
}

static struct http_request
request_of(const struct channel_ops *ops, const struct channel_config *config,
    const char *body, enum text_form form)
{
    struct http_request request = {0};
    struct channel_message message = {.id = STR("msg_a"),
        .type = STR("incident.opened"),
        .body = str_of(body),
        .attempt = 1,
        .form = form};
    int err = ops->render(config, &message,
        (struct wall){INT64_C(1700000000000)}, arena, &request);

    assert_int_equal(err, 0);
    assert_string_equal(arena_cstr(arena, request.method), "POST");
    return request;
}

static json_t *
body_of(const struct http_request *request)
{
    json_t *json;

    assert_int_equal(jsonx_load(request->body, NULL, &json), 0);
    return json;
}

static const char *
get(const json_t *json, const char *path)
{
    struct str rest = str_of(path);
    char key[100];

    while (rest.p) {
        struct str part = str_split(&rest, '.');

        assert_true(part.n < sizeof key);
        memcpy(key, part.p, part.n);
        key[part.n] = '\0';
        json = part.n == 1 && part.p[0] >= '0' && part.p[0] <= '9'
                   ? json_array_get(json, (size_t)(part.p[0] - '0'))
                   : json_object_get(json, key);
    }
    return json_string_value(json) ? json_string_value(json) : "";
}

static bool
has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static void
test_dingtalk(void **state)
{
    struct channel_config config =
        config_of("https://oapi.dingtalk.example/robot/send?access_token=T0");
    const struct str mentions[] = {
        STR("13800000000"), STR("user7"), STR("all")};
    const struct str keywords[] = {STR("舆情")};
    struct http_request request;
    json_t *json;

    (void)state;
    config.secrets[0] = STR("SECabc123");
    config.nsecrets = 1;
    config.keywords = keywords;
    config.nkeywords = 1;
    request = request_of(&dingtalk_ops, &config, orange, TEXT_FORM_FULL);
    assert_string_equal(arena_cstr(arena, request.url),
        "https://oapi.dingtalk.example/robot/send?access_token=T0"
        "&timestamp=1700000000000&sign=N5P09a4%2Bp1AMJIJWnIvQd2Yxw9%2Bfu%2FoEBn"
        "PrjCcsLXk%3D");
    json = body_of(&request);
    assert_string_equal(get(json, "msgtype"), "actionCard");
    assert_string_equal(
        get(json, "actionCard.singleURL"), CONSOLE "/incidents/41");
    assert_string_equal(get(json, "actionCard.singleTitle"), "查看并处理");
    assert_true(has(get(json, "actionCard.title"), "舆情 【橙色】"));
    assert_true(has(get(json, "actionCard.text"), "舆情"));
    json_decref(json);

    config.mentions = mentions;
    config.nmentions = 3;
    request = request_of(&dingtalk_ops, &config, orange, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_string_equal(get(json, "msgtype"), "markdown");
    assert_string_equal(get(json, "at.atMobiles.0"), "13800000000");
    assert_string_equal(get(json, "at.atUserIds.0"), "user7");
    assert_true(
        json_is_true(json_object_get(json_object_get(json, "at"), "isAtAll")));
    assert_true(has(get(json, "markdown.text"), "@13800000000 @user7"));
    json_decref(json);
    request = request_of(&dingtalk_ops, &config, blue, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_null(json_object_get(json, "at")); /* below mention_level */
    json_decref(json);

    request = request_of(&dingtalk_ops, &config, orange, TEXT_FORM_SAFE);
    json = body_of(&request);
    assert_string_equal(get(json, "msgtype"), "text");
    assert_false(has(get(json, "text.content"), "呕吐"));
    assert_false(has(get(json, "text.content"), "news.example"));
    assert_true(has(get(json, "text.content"), "云溪县第一小学"));
    assert_true(has(get(json, "text.content"), CONSOLE "/incidents/41"));
    assert_true(has(get(json, "text.content"), "舆情"));
    json_decref(json);
}

static void
test_wecom(void **state)
{
    struct channel_config config =
        config_of("https://qyapi.example/cgi-bin/webhook/send?key=K");
    const struct str ids[] = {STR("zhangsan")};
    const struct str all[] = {STR("all"), STR("13800000000")};
    struct http_request request;
    json_t *json;

    (void)state;
    config.mentions = ids;
    config.nmentions = 1;
    request = request_of(&wecom_ops, &config, orange, TEXT_FORM_FULL);
    assert_true(str_find(request.body, STR("\\u")) == request.body.n);
    json = body_of(&request);
    assert_string_equal(get(json, "msgtype"), "markdown");
    assert_true(
        has(get(json, "markdown.content"), "<font color=\"warning\">【橙色】"));
    assert_true(has(get(json, "markdown.content"), "<@zhangsan>"));
    assert_false(has(get(json, "markdown.content"), "<at "));
    json_decref(json);
    config.mentions = all;
    config.nmentions = 2;
    request = request_of(&wecom_ops, &config, orange, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_string_equal(get(json, "msgtype"), "text");
    assert_string_equal(get(json, "text.mentioned_list.0"), "@all");
    assert_string_equal(
        get(json, "text.mentioned_mobile_list.0"), "13800000000");
    json_decref(json);
}

static void
test_feishu(void **state)
{
    struct channel_config config =
        config_of("https://open.feishu.example/open-apis/bot/v2/hook/T");
    const struct str mentions[] = {STR("ou_7"), STR("all")};
    struct http_request request;
    json_t *json;

    (void)state;
    config.secrets[0] = STR("feishu-secret");
    config.nsecrets = 1;
    config.mentions = mentions;
    config.nmentions = 2;
    request = request_of(&feishu_ops, &config, orange, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_string_equal(get(json, "timestamp"), "1700000000");
    assert_string_equal(
        get(json, "sign"), "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=");
    assert_string_equal(get(json, "msg_type"), "interactive");
    assert_string_equal(get(json, "card.header.template"), "orange");
    assert_string_equal(get(json, "card.header.title.tag"), "plain_text");
    assert_true(has(get(json, "card.elements.0.text.content"), "呕吐"));
    assert_string_equal(get(json, "card.elements.1.text.content"),
        "<at id=ou_7></at><at id=all></at>");
    assert_string_equal(
        get(json, "card.elements.2.actions.0.url"), CONSOLE "/incidents/41");
    json_decref(json);
    config.nmentions = 0;
    request = request_of(&feishu_ops, &config, orange, TEXT_FORM_PLAIN);
    json = body_of(&request);
    assert_string_equal(get(json, "msg_type"), "text");
    assert_true(has(get(json, "content.text"), "呕吐 ＜at"));
    assert_false(has(get(json, "content.text"), "<at"));
    json_decref(json);
}

static void
test_slack(void **state)
{
    struct channel_config config =
        config_of("https://hooks.slack.example/services/T/B/x");
    const struct str mentions[] = {STR("U0123"), STR("all")};
    struct http_request request;
    json_t *json;

    (void)state;
    config.mentions = mentions;
    config.nmentions = 2;
    request = request_of(&slack_ops, &config, orange, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_true(has(get(json, "text"), "<@U0123> <!channel>"));
    assert_true(has(get(json, "attachments.0.text"),
        "<" CONSOLE "/incidents/41|查看并处理>"));
    assert_string_equal(get(json, "attachments.0.color"), "#e8710a");
    json_decref(json);
    request = request_of(&mattermost_ops, &config, orange, TEXT_FORM_FULL);
    json = body_of(&request);
    assert_true(has(get(json, "text"), "@U0123 @all"));
    assert_true(has(get(json, "attachments.0.text"),
        "[查看并处理](" CONSOLE "/incidents/41)"));
    json_decref(json);
}

/* A title that calls everybody does not, in a plain text either. */
static void
test_slack_calls(void **state)
{
    static const char calling[] =
        "{\"type\":\"incident.opened\",\"data\":{\"incident\":{\"id\":42,"
        "\"level\":\"blue\",\"title\":\"<!channel> @all\",\"items\":1},"
        "\"reason\":\"first notification\"}}";
    const struct channel_ops *const both[] = {&slack_ops, &mattermost_ops};
    struct channel_config config =
        config_of("https://hooks.slack.example/services/T/B/x");

    (void)state;
    for (int form = TEXT_FORM_FULL; form <= TEXT_FORM_PLAIN; form++)
        for (size_t i = 0; i < 2; i++) {
            struct http_request request =
                request_of(both[i], &config, calling, (enum text_form)form);
            json_t *json = body_of(&request);

            assert_false(has(get(json, "text"), i ? "@all" : "<!channel>"));
            json_decref(json);
        }
}

/* A digest of everything that fits into a stored message fits into a robot's.
 */
static void
test_sizes(void **state)
{
    const struct channel_ops *const all[] = {
        &dingtalk_ops, &wecom_ops, &feishu_ops, &slack_ops, &mattermost_ops};
    struct channel_config config = config_of("https://robot.example/x?key=K");
    struct buf body;

    (void)state;
    buf_init(&body, 100000);
    buf_add_cstr(&body, "{\"type\":\"digest\",\"data\":{\"incidents\":[");
    for (size_t i = 0; i < 60; i++)
        buf_printf(&body,
            "%s{\"level\":\"red\",\"owner\":\"云溪县第%zu中学\",\"title\":"
            "\"\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\\\"%s%"
            "s%s"
            "\",\"items\":3,\"url\":\"" CONSOLE "/incidents/%zu\"}",
            i ? "," : "", i, "有人反映食堂饭菜有异味并且多名学生身体不适",
            "有人反映食堂饭菜有异味并且多名学生身体不适",
            "有人反映食堂饭菜有异味并且多名学生身体不适", i);
    buf_add_cstr(&body, "],\"more\":440,\"reason\":\"too many messages\"}}");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int form = 0; form < TEXT_FORM_COUNT; form++) {
            struct http_request request = request_of(
                all[i], &config, buf_cstr(&body), (enum text_form)form);
            json_t *json = body_of(&request);

            if (all[i] == &wecom_ops && form == TEXT_FORM_FULL)
                assert_true(strlen(get(json, "markdown.content")) <= 4096);
            else if (all[i] == &wecom_ops)
                assert_true(strlen(get(json, "text.content")) <= 2048);
            else
                assert_true(request.body.n <= 20000);
            assert_true(
                str_find(request.body, STR("另有 4")) < request.body.n ||
                str_find(request.body, STR("另有 5")) < request.body.n);
            json_decref(json);
        }
    }
    buf_done(&body);
}

/* --- what is answered ----------------------------------------------------- */

enum { UNKNOWN = 100, MODERATED = 101 };

static const struct answer {
    const struct channel_ops *ops;
    int status;
    const char *body;
    int class; /* or UNKNOWN, MODERATED */
} answers[] = {
    {&dingtalk_ops, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", CLASS_DELIVERED},
    {&dingtalk_ops, 500, "{\"errcode\":0,\"errmsg\":\"ok\"}", CLASS_TRANSIENT},
    {&dingtalk_ops, 200, "{\"errcode\":-1,\"errmsg\":\"\"}", CLASS_TRANSIENT},
    {&dingtalk_ops, 200,
        "{\"errcode\":310000,\"errmsg\":\"keywords not in content\"}",
        CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}",
        CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":310000}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":410100,\"errmsg\":\"x\"}", CLASS_RATE},
    {&dingtalk_ops, 200, "{\"errcode\":130101,\"errmsg\":\"x\"}", CLASS_RATE},
    {&dingtalk_ops, 200,
        "{\"status\":1111,\"wait\":5,\"source\":\"x5\",\"punish\":\"deny\"}",
        CLASS_RATE},
    {&dingtalk_ops, 200, "{\"errcode\":300001,\"errmsg\":\"msgtype is null\"}",
        CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200,
        "{\"errcode\":300001,\"errmsg\":\"token is not exist\"}",
        CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":300005}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":400101}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":400102}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":400106}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":400013}", CLASS_DEAD_TARGET},
    {&dingtalk_ops, 200, "{\"errcode\":40035}", CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200, "{\"errcode\":43004}", CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200, "{\"errcode\":400105}", CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200, "{\"errcode\":460101}", CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200, "{\"errcode\":101002}", CLASS_BAD_PAYLOAD},
    {&dingtalk_ops, 200, "{\"errcode\":430101}", MODERATED},
    {&dingtalk_ops, 200, "{\"errcode\":430104}", MODERATED},
    {&dingtalk_ops, 200, "{\"errcode\":999999}", UNKNOWN},
    {&dingtalk_ops, 200, "{\"errcode\":\"0\"}", UNKNOWN},
    {&dingtalk_ops, 200, "<html>ok</html>", UNKNOWN},
    {&dingtalk_ops, 200, "", UNKNOWN},
    {&dingtalk_ops, 200, "{}", UNKNOWN},
    {&dingtalk_ops, 404, "", UNKNOWN},
    {&dingtalk_ops, 429, "", CLASS_RATE},
    {&dingtalk_ops, 502, "<html>", CLASS_TRANSIENT},
    {&wecom_ops, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", CLASS_DELIVERED},
    {&wecom_ops, 200,
        "{\"errcode\":0,\"errmsg\":\"ok. Warning: wrong json format. \"}",
        CLASS_DELIVERED},
    {&wecom_ops, 200, "{\"errcode\":-1}", CLASS_TRANSIENT},
    {&wecom_ops, 200, "{\"errcode\":45009}", CLASS_RATE},
    {&wecom_ops, 200, "{\"errcode\":45033}", CLASS_RATE},
    {&wecom_ops, 200,
        "{\"errcode\":93000,\"errmsg\":\"invalid webhook url, hint: [1]\"}",
        CLASS_DEAD_TARGET},
    {&wecom_ops, 200, "{\"errcode\":40008}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":40058}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":44004}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":45002}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":45008}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":45034}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":40007}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":40003}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":46004}", CLASS_BAD_PAYLOAD},
    {&wecom_ops, 200, "{\"errcode\":12345}", UNKNOWN},
    {&wecom_ops, 200, "ok", UNKNOWN},
    {&feishu_ops, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}",
        CLASS_DELIVERED},
    {&feishu_ops, 200,
        "{\"StatusCode\":0,\"StatusMessage\":\"success\",\"Extra\":null}",
        CLASS_DELIVERED},
    {&feishu_ops, 200, "{\"code\":19001,\"StatusCode\":0}", CLASS_DEAD_TARGET},
    {&feishu_ops, 200, "{}", UNKNOWN},
    {&feishu_ops, 200, "{\"code\":null,\"StatusCode\":0}", UNKNOWN},
    {&feishu_ops, 200, "{\"msg\":\"success\"}", UNKNOWN},
    {&feishu_ops, 200, "{\"code\":11232,\"msg\":\"frequency limited psm[x]\"}",
        CLASS_RATE},
    {&feishu_ops, 400, "{\"code\":9499,\"msg\":\"Too Many Request\"}",
        CLASS_RATE},
    {&feishu_ops, 400, "{\"code\":9499,\"msg\":\"Bad Request\"}",
        CLASS_BAD_PAYLOAD},
    {&feishu_ops, 200, "{\"code\":19002,\"msg\":\"params error\"}",
        CLASS_BAD_PAYLOAD},
    {&feishu_ops, 200, "{\"code\":19021}", CLASS_DEAD_TARGET},
    {&feishu_ops, 200, "{\"code\":19022}", CLASS_DEAD_TARGET},
    {&feishu_ops, 200, "{\"code\":19024}", CLASS_DEAD_TARGET},
    {&slack_ops, 200, "ok", CLASS_DELIVERED},
    {&slack_ops, 200, "", UNKNOWN},
    {&slack_ops, 200, "<html>ok</html>", UNKNOWN},
    {&slack_ops, 400, "invalid_payload", CLASS_BAD_PAYLOAD},
    {&slack_ops, 400, "no_text", CLASS_BAD_PAYLOAD},
    {&slack_ops, 403, "invalid_token", CLASS_DEAD_TARGET},
    {&slack_ops, 404, "no_service", CLASS_DEAD_TARGET},
    {&slack_ops, 410, "channel_is_archived", CLASS_DEAD_TARGET},
    {&slack_ops, 429, "rate_limited", CLASS_RATE},
    {&slack_ops, 500, "rollup_error", CLASS_TRANSIENT},
    {&mattermost_ops, 200, "ok", CLASS_DELIVERED},
    {&mattermost_ops, 400, "{\"message\":\"Invalid webhook\"}",
        CLASS_DEAD_TARGET},
    {&mattermost_ops, 400, "{\"message\":\"Post Message too long\"}",
        CLASS_BAD_PAYLOAD},
    {&mattermost_ops, 502, "ok", CLASS_TRANSIENT},
};

static void
test_answers(void **state)
{
    struct channel_config config = config_of("https://robot.example/x?key=K");

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *a = &answers[i];
        struct http_answer answer = {.result = HTTP_ANSWERED,
            .status = a->status,
            .body = str_of(a->body)};
        struct channel_verdict verdict;
        int got;

        a->ops->judge(&config, &answer, (struct wall){0}, arena, &verdict);
        got = verdict.unknown     ? UNKNOWN
              : verdict.moderated ? MODERATED
                                  : (int)verdict.class;
        if (got != a->class)
            fail_msg("%s %d %s: %d, not %d", a->ops->kind, a->status, a->body,
                got, a->class);
        if (a->class == CLASS_RATE && a->ops == &dingtalk_ops &&
            a->status == 200)
            assert_int_equal(verdict.penalty_ms, DINGTALK_PENALTY_MS);
    }
}

static void
test_words(void **state)
{
    struct channel_config config = config_of("https://robot.example/x?key=K");
    struct http_answer answer = {.result = HTTP_ANSWERED,
        .status = 200,
        .body = STR("{\"code\":19021,\"msg\":\"sign match fail\"}")};
    struct channel_verdict verdict;

    (void)state;
    feishu_ops.judge(&config, &answer, (struct wall){0}, arena, &verdict);
    assert_string_equal(arena_cstr(arena, verdict.code), "code 19021");
    assert_string_equal(arena_cstr(arena, verdict.text),
        "code 19021: sign match fail (核对 secret 和本机时钟（NTP）)");
    assert_int_equal(
        channel_next_form(TEXT_FORM_FULL, &verdict), TEXT_FORM_FULL);
    verdict.class = CLASS_BAD_PAYLOAD;
    assert_int_equal(
        channel_next_form(TEXT_FORM_FULL, &verdict), TEXT_FORM_PLAIN);
    assert_int_equal(
        channel_next_form(TEXT_FORM_PLAIN, &verdict), TEXT_FORM_FULL);
    verdict.moderated = true;
    assert_int_equal(
        channel_next_form(TEXT_FORM_PLAIN, &verdict), TEXT_FORM_SAFE);
    assert_int_equal(
        channel_next_form(TEXT_FORM_SAFE, &verdict), TEXT_FORM_FULL);
}

/* A platform that repeats what it was sent gives nothing away. */
static void
test_redact(void **state)
{
    struct channel_config config =
        config_of("https://robot.example/send?access_token=0123abcd");
    struct buf out;

    (void)state;
    config.secrets[0] = STR("SECabc123");
    config.nsecrets = 1;
    buf_init(&out, 1000);
    assert_int_equal(
        redact_text(&out, &config,
            STR("sign N5P09a4+p1AMJIJWnIvQd2Yxw9+fu/oEBnPrjCcsLXk= or "
                "N5P09a4%2Bp1AMJIJWnIvQd2Yxw9%2Bfu%2FoEBnPrjCcsLXk%3D of "
                "0123abcd, secabc123, "
                "trace 0123456789abcdef0123456789abcdef01234567 stays"),
            500),
        0);
    assert_string_equal(buf_cstr(&out),
        "sign … or … of …, …, trace "
        "0123456789abcdef0123456789abcdef01234567 stays");
    buf_done(&out);
}

/* A keyword stands in every message: one that fills it is refused. */
static void
test_keyword_without_end(void **state)
{
    struct channel_config config = config_of("https://robot.example/send?k=T");
    char bytes[2000];
    struct str keyword = {bytes, sizeof bytes};
    struct toc_error error = {0};

    (void)state;
    memset(bytes, 'k', sizeof bytes);
    config.keywords = &keyword;
    config.nkeywords = 1;
    assert_int_equal(dingtalk_ops.check(&config, &error), E_CONF);
    assert_true(has(error.text, "200"));
    keyword.n = ROBOT_KEYWORD_BYTES;
    assert_int_equal(dingtalk_ops.check(&config, &error), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_dingtalk),
        cmocka_unit_test(test_wecom),
        cmocka_unit_test(test_feishu),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_slack_calls),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_redact),
        cmocka_unit_test(test_keyword_without_end),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
