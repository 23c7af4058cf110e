/*
 * dingtalk: cards, signature, codes of both generations.
 */
#include "notify/dingtalk.h"

#include "base/digest.h"
#include "base/jsonx.h"
#include "notify/robot.h"

enum { SIGN_BYTES = 64, SECRET_MAX_BYTES = 4096 };

/* --- the signature -------------------------------------------------------- */

int
dingtalk_sign(struct buf *out, struct str secret, int64_t timestamp_ms)
{
    uint8_t digest[DIGEST_SIZE];
    struct buf content;
    int err;

    buf_init(&content, SECRET_MAX_BYTES + SIGN_BYTES);
    buf_printf(&content, "%lld\n", (long long)timestamp_ms);
    err = buf_add_str(&content, secret);
    if (!err) {
        digest_hmac_sha256(secret, buf_str(&content), digest);
        err = digest_base64(out, digest, sizeof digest);
    }
    buf_done(&content);
    return err;
}

static void
add_percent(struct buf *out, struct str base64)
{
    for (size_t i = 0; i < base64.n; i++) {
        char c = base64.p[i];

        if (c == '+' || c == '/' || c == '=')
            buf_printf(out, "%%%02X", (unsigned)c);
        else
            buf_add_char(out, c);
    }
}

/* The address of one attempt; absent when memory ends. */
static struct str
signed_url(
    struct arena *arena, const struct channel_config *config, struct wall now)
{
    struct buf sign, encoded;
    struct str ret = STR_NONE;
    bool query = str_find_char(config->url, '?') < config->url.n;

    if (config->nsecrets == 0)
        return config->url;
    buf_init(&sign, SIGN_BYTES);
    buf_init(&encoded, 3 * SIGN_BYTES);
    if (dingtalk_sign(&sign, config->secrets[0], now.ms) == 0) {
        add_percent(&encoded, buf_str(&sign));
        ret = arena_printf(arena, "%.*s%ctimestamp=%lld&sign=%s",
            STR_ARG(config->url), query ? '&' : '?', (long long)now.ms,
            buf_cstr(&encoded));
    }
    buf_done(&encoded);
    buf_done(&sign);
    return ret;
}

/* --- the message ---------------------------------------------------------- */

/* {"atMobiles", "atUserIds", "isAtAll"}; the names go into the text too. */
static json_t *
at_json(const struct channel_config *config)
{
    json_t *json = json_object();
    json_t *mobiles = json_array(), *users = json_array();
    bool all = false;

    for (size_t i = 0; i < config->nmentions; i++) {
        struct str who = config->mentions[i];

        if (robot_is_all(who))
            all = true;
        else
            json_array_append_new(
                robot_is_mobile(who) ? mobiles : users, jsonx_str(who));
    }
    if (jsonx_set(json, "atMobiles", mobiles) < 0 ||
        jsonx_set(json, "atUserIds", users) < 0 ||
        jsonx_set(json, "isAtAll", json_boolean(all)) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static struct str
at_words(struct arena *arena, const struct channel_config *config)
{
    struct str words = STR("");

    for (size_t i = 0; i < config->nmentions; i++)
        if (!robot_is_all(config->mentions[i]))
            words = arena_printf(arena, "%.*s@%.*s ", STR_ARG(words),
                STR_ARG(config->mentions[i]));
    return str_trim(words);
}

static json_t *
buttons(const struct text *text)
{
    json_t *list = json_array();

    for (size_t i = 0; i <= text->nactions; i++) {
        struct text_action action = {text->url_name, text->url};
        json_t *one = json_object();

        if (i > 0)
            action = text->actions[i - 1];
        if (jsonx_set(one, "title", jsonx_str(action.name)) < 0 ||
            jsonx_set(one, "actionURL", jsonx_str(action.url)) < 0 ||
            json_array_append_new(list, one) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *
card(struct arena *arena, const struct text *text)
{
    json_t *json = json_object(), *inner = json_object();
    int bad = 0;

    bad |= jsonx_set(inner, "title", jsonx_str(text->title));
    bad |= jsonx_set(inner, "text",
        jsonx_str(arena_printf(arena, "#### %.*s\n\n%.*s",
            STR_ARG(text->heading), STR_ARG(text->lines))));
    if (text->nactions == 0) {
        bad |= jsonx_set(inner, "singleTitle", jsonx_str(text->url_name));
        bad |= jsonx_set(inner, "singleURL", jsonx_str(text->url));
    } else {
        bad |= jsonx_set(inner, "btnOrientation", json_string("0"));
        bad |= jsonx_set(inner, "btns", buttons(text));
    }
    bad |= jsonx_set(json, "msgtype", json_string("actionCard"));
    bad |= jsonx_set(json, "actionCard", inner);
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

/* Markdown, or plain text; both can call people. */
static json_t *
writing(struct arena *arena, const struct channel_config *config,
    const struct text *text, bool markdown)
{
    bool at = robot_mentions(config, text);
    struct str names = at ? at_words(arena, config) : STR_NONE;
    json_t *json = json_object(), *inner = json_object();
    int bad = 0;

    if (markdown) {
        bad |= jsonx_set(inner, "title", jsonx_str(text->title));
        bad |= jsonx_set(inner, "text",
            jsonx_str(arena_printf(arena, "#### %.*s\n\n%.*s%s%.*s",
                STR_ARG(text->heading), STR_ARG(text->lines),
                names.n ? "\n\n" : "", STR_ARG(names))));
    } else {
        bad |= jsonx_set(inner, "content",
            jsonx_str(arena_printf(arena, "%.*s\n%.*s%s%.*s",
                STR_ARG(text->title), STR_ARG(text->lines), names.n ? "\n" : "",
                STR_ARG(names))));
    }
    bad |=
        jsonx_set(json, "msgtype", json_string(markdown ? "markdown" : "text"));
    bad |= jsonx_set(json, markdown ? "markdown" : "text", inner);
    if (at)
        bad |= jsonx_set(json, "at", at_json(config));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    size_t max = DINGTALK_TEXT_BYTES;
    struct str url = signed_url(arena, config, now);
    struct text text;
    int err;

    if (!url.p)
        return E_NOMEM;
    do {
        bool full = message->form == TEXT_FORM_FULL;
        json_t *json;

        err = robot_text(
            arena, config, message, TEXT_MARKUP_DINGTALK, false, max, &text);
        if (!err && full && text.url.n && !robot_mentions(config, &text)) {
            err = robot_text(
                arena, config, message, TEXT_MARKUP_DINGTALK, true, max, &text);
            json = err ? NULL : card(arena, &text);
        } else {
            json = err ? NULL : writing(arena, config, &text, full);
        }
        if (err)
            return err;
        err = robot_request(arena, url, json, DINGTALK_BODY_BYTES, ret);
    } while (err == E_LIMIT && (max /= 2) > TEXT_MIN_BYTES);
    return err == E_LIMIT ? E_CONF : err;
}

/* --- the answer ----------------------------------------------------------- */

static bool
read_answer(const json_t *json, int64_t *ret_code, struct str *ret_words)
{
    const json_t *code = json_object_get(json, "errcode");

    if (json_is_integer(code)) {
        *ret_code = json_integer_value(code);
        *ret_words = jsonx_get_str(json, "errmsg");
        return true;
    }
    /* The shield before the platform: {"status":1111,"wait":5,…}. */
    if (json_is_integer(json_object_get(json, "status")) &&
        (json_object_get(json, "punish") || json_object_get(json, "wait"))) {
        *ret_code = 410100;
        *ret_words = STR("too many messages: denied by the platform's shield");
        return true;
    }
    return false;
}

#define DEAD(code, zh, en)                                                     \
    {                                                                          \
        code, NULL, CLASS_DEAD_TARGET, false, 0, zh, en                        \
    }
#define BAD(code)                                                              \
    {                                                                          \
        code, NULL, CLASS_BAD_PAYLOAD, false, 0, NULL, NULL                    \
    }
#define MODERATED(code)                                                        \
    {                                                                          \
        code, NULL, CLASS_BAD_PAYLOAD, true, 0, "内容被平台审核拒绝",          \
            "refused by the platform's moderation"                             \
    }
#define RATE(code)                                                             \
    {                                                                          \
        code, NULL, CLASS_RATE, false, DINGTALK_PENALTY_MS, NULL, NULL         \
    }

/* clang-format off */
static const struct robot_code codes[] = {
    {-1, NULL, CLASS_TRANSIENT, false, 0, NULL, NULL},
    {310000, "keywords", CLASS_DEAD_TARGET, false, 0,
     "在 keywords 中写入机器人的自定义关键词",
     "write the robot's keyword into keywords"},
    {310000, "timestamp", CLASS_DEAD_TARGET, false, 0,
     "检查本机时钟", "look at this machine's clock"},
    {310000, "sign", CLASS_DEAD_TARGET, false, 0,
     "核对 secret 和本机时钟", "compare the secret, and look at the clock"},
    {310000, "whitelist", CLASS_DEAD_TARGET, false, 0,
     "把本机出口地址加入机器人的 IP 段",
     "add this machine's address to the robot's list"},
    DEAD(310000, "核对机器人的安全设置", "compare the robot's security settings"),
    RATE(410100), RATE(130101), RATE(130102),
    {300001, "msgtype", CLASS_BAD_PAYLOAD, false, 0, NULL, NULL},
    DEAD(300001, "核对 access_token", "compare the access_token"),
    DEAD(300005, "核对 access_token", "compare the access_token"),
    DEAD(400101, "地址中没有 access_token", "the address has no access_token"),
    DEAD(400102, "机器人已停用", "the robot is stopped"),
    DEAD(400106, "机器人已被删除", "the robot was removed"),
    DEAD(400013, "群已解散", "the group was dissolved"),
    BAD(40035), BAD(43004), BAD(400105), BAD(460101), BAD(101002),
    MODERATED(430101), MODERATED(430102), MODERATED(430103), MODERATED(430104),
    {0, NULL, CLASS_DELIVERED, false, 0, NULL, NULL}};
/* clang-format on */

static const struct robot_platform platform = {
    "errcode", read_answer, "wait", codes};

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    robot_judge(&platform, config, answer, now, arena, ret);
}

const struct channel_ops dingtalk_ops = {
    .kind = "dingtalk",
    .limits = {.max_bytes = DINGTALK_BODY_BYTES,
        .per_minute = 20,
        .reserve = 2,
        .penalty_ms = DINGTALK_PENALTY_MS},
    .check = robot_check,
    .render = render,
    .judge = judge,
};
