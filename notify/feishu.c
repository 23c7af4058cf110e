/*
 * feishu: cards, signature, codes.
 */
#include "notify/feishu.h"

#include "base/digest.h"
#include "base/jsonx.h"
#include "notify/robot.h"

enum { SIGN_BYTES = 64, SECRET_MAX_BYTES = 4096 };

/* --- the signature -------------------------------------------------------- */

int
feishu_sign(struct buf *out, struct str secret, int64_t timestamp_s)
{
    uint8_t digest[DIGEST_SIZE];
    struct buf key;
    int err;

    buf_init(&key, SECRET_MAX_BYTES + SIGN_BYTES);
    buf_printf(&key, "%lld\n", (long long)timestamp_s);
    err = buf_add_str(&key, secret);
    if (!err) {
        digest_hmac_sha256(buf_str(&key), STR(""), digest);
        err = digest_base64(out, digest, sizeof digest);
    }
    buf_done(&key);
    return err;
}

static int
add_signature(struct arena *arena, const struct channel_config *config,
    struct wall now, json_t *json)
{
    int64_t timestamp_s = now.ms / MS_SECOND;
    struct buf sign;
    int err;

    if (config->nsecrets == 0)
        return 0;
    buf_init(&sign, SIGN_BYTES);
    err = feishu_sign(&sign, config->secrets[0], timestamp_s);
    if (!err)
        err = jsonx_set(json, "timestamp",
            jsonx_str(arena_printf(arena, "%lld", (long long)timestamp_s)));
    if (!err)
        err = jsonx_set(json, "sign", jsonx_str(buf_str(&sign)));
    buf_done(&sign);
    return err;
}

/* --- the message ---------------------------------------------------------- */

static const char *
colour(const struct text *text)
{
    static const char *const colours[LEVEL_COUNT] = {
        "blue", "blue", "yellow", "orange", "red"};

    if (text->event == INCIDENT_EVENT_CLOSED)
        return "green";
    if (text->event == INCIDENT_EVENT_SOURCE ||
        text->event == INCIDENT_EVENT_CHANNEL)
        return text->open ? "orange" : "green";
    return colours[text->level];
}

/* Words that call people. */
static struct str
mention_words(struct arena *arena, const struct channel_config *config,
    const struct text *text, bool card)
{
    struct str words = STR("");

    if (!robot_mentions(config, text))
        return words;
    for (size_t i = 0; i < config->nmentions; i++) {
        struct str who = robot_is_all(config->mentions[i])
                             ? STR("all")
                             : config->mentions[i];

        words = arena_printf(arena,
            card ? "%.*s<at id=%.*s></at>" : "%.*s<at user_id=\"%.*s\"></at>",
            STR_ARG(words), STR_ARG(who));
    }
    return words;
}

static json_t *
element(const char *tag, struct str markdown)
{
    json_t *text = robot_pair("tag", STR("lark_md"));
    json_t *json = robot_pair("tag", str_of(tag));

    if (jsonx_set(text, "content", jsonx_str(markdown)) < 0) {
        json_decref(text);
        text = NULL;
    }
    if (jsonx_set(json, "text", text) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *
button(struct str name, struct str url, bool first)
{
    json_t *json = robot_pair("tag", STR("button"));
    json_t *text = robot_pair("tag", STR("plain_text"));
    int bad = 0;

    bad |= jsonx_set(text, "content", jsonx_str(name));
    bad |= jsonx_set(json, "text", text);
    bad |= jsonx_set(json, "type", json_string(first ? "primary" : "default"));
    bad |= jsonx_set(json, "url", jsonx_str(url));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *
buttons(const struct text *text)
{
    json_t *json = robot_pair("tag", STR("action"));
    json_t *list = json_array();
    int bad =
        json_array_append_new(list, button(text->url_name, text->url, true));

    for (size_t i = 0; i < text->nactions; i++)
        bad |= json_array_append_new(
            list, button(text->actions[i].name, text->actions[i].url, false));
    bad |= jsonx_set(json, "actions", list);
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *
header(const struct text *text)
{
    json_t *json = json_object();
    json_t *title = robot_pair("tag", STR("plain_text"));
    int bad = 0;

    bad |= jsonx_set(title, "content", jsonx_str(text->title));
    bad |= jsonx_set(json, "title", title);
    bad |= jsonx_set(json, "template", json_string(colour(text)));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *
card(struct arena *arena, const struct channel_config *config,
    const struct text *text)
{
    json_t *json = json_object(), *settings = json_object();
    json_t *elements = json_array();
    struct str calls = mention_words(arena, config, text, true);
    int bad = json_array_append_new(elements, element("div", text->lines));

    if (calls.n)
        bad |= json_array_append_new(elements, element("div", calls));
    if (text->url.n)
        bad |= json_array_append_new(elements, buttons(text));
    bad |= jsonx_set(settings, "wide_screen_mode", json_true());
    bad |= jsonx_set(json, "config", settings);
    bad |= jsonx_set(json, "header", header(text));
    bad |= jsonx_set(json, "elements", elements);
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

/* In a plain text Feishu still reads <at …>: foreign text must not have it. */
static struct str
without_tags(struct arena *arena, struct str s)
{
    struct buf out;
    struct str ret;

    buf_init(&out, 3 * FEISHU_BODY_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            buf_add_cstr(&out, "＜");
        else
            buf_add_char(&out, s.p[i]);
    }
    ret = out.err ? STR("") : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

static json_t *
plain(struct arena *arena, const struct channel_config *config,
    const struct text *text)
{
    struct str calls = mention_words(arena, config, text, false);

    return robot_pair("text", arena_printf(arena, "%.*s\n%.*s%s%.*s",
                                  STR_ARG(without_tags(arena, text->title)),
                                  STR_ARG(without_tags(arena, text->lines)),
                                  calls.n ? "\n" : "", STR_ARG(calls)));
}

static json_t *
message_json(struct arena *arena, const struct channel_config *config,
    const struct text *text, struct wall now, bool full)
{
    json_t *json = json_object();
    int bad = add_signature(arena, config, now, json);

    bad |=
        jsonx_set(json, "msg_type", json_string(full ? "interactive" : "text"));
    bad |= full ? jsonx_set(json, "card", card(arena, config, text))
                : jsonx_set(json, "content", plain(arena, config, text));
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
    bool full = message->form == TEXT_FORM_FULL;
    size_t max = FEISHU_TEXT_BYTES;
    struct text text;
    int err;

    do {
        err = robot_text(
            arena, config, message, TEXT_MARKUP_FEISHU, true, max, &text);
        if (err)
            return err;
        err = robot_request(arena, config->url,
            message_json(arena, config, &text, now, full), FEISHU_BODY_BYTES,
            ret);
    } while (err == E_LIMIT && (max /= 2) > 2 * TEXT_MIN_BYTES);
    return err == E_LIMIT ? E_CONF : err;
}

/* --- the answer ----------------------------------------------------------- */

/* Yes is code 0, or StatusCode 0 where there is no code. */
static bool
read_answer(const json_t *json, int64_t *ret_code, struct str *ret_words)
{
    const json_t *code = json_object_get(json, "code");
    struct str words = jsonx_get_str(json, "msg");

    if (!code) {
        code = json_object_get(json, "StatusCode");
        words = jsonx_get_str(json, "StatusMessage");
    }
    if (!json_is_integer(code))
        return false;
    *ret_code = json_integer_value(code);
    *ret_words = words;
    return true;
}

/* clang-format off */
static const struct robot_code codes[] = {
    {11232, NULL, CLASS_RATE, false, MS_MINUTE, NULL, NULL},
    {11233, NULL, CLASS_RATE, false, MS_MINUTE, NULL, NULL},
    {9499, "too many", CLASS_RATE, false, MS_MINUTE, NULL, NULL},
    {9499, NULL, CLASS_BAD_PAYLOAD, false, 0, NULL, NULL},
    {19001, NULL, CLASS_DEAD_TARGET, false, 0,
     "核对地址，或机器人已被移除", "compare the address, or the bot was removed"},
    {19002, NULL, CLASS_BAD_PAYLOAD, false, 0, NULL, NULL},
    {19021, NULL, CLASS_DEAD_TARGET, false, 0,
     "核对 secret 和本机时钟（NTP）", "compare the secret and this machine's "
     "clock (NTP)"},
    {19022, NULL, CLASS_DEAD_TARGET, false, 0,
     "把本机出口地址加入机器人的 IP 白名单",
     "add this machine's address to the bot's list"},
    {19024, NULL, CLASS_DEAD_TARGET, false, 0,
     "在 keywords 中写入机器人的自定义关键词",
     "write the bot's keyword into keywords"},
    {0, NULL, CLASS_DELIVERED, false, 0, NULL, NULL}};
/* clang-format on */

static const struct robot_platform platform = {
    "code", read_answer, NULL, codes};

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    robot_judge(&platform, config, answer, now, arena, ret);
}

const struct channel_ops feishu_ops = {
    .kind = "feishu",
    .limits = {.max_bytes = FEISHU_BODY_BYTES,
        .per_minute = 100,
        .reserve = 10,
        .gap_ms = 200,
        .penalty_ms = MS_MINUTE},
    .check = robot_check,
    .render = render,
    .judge = judge,
};
