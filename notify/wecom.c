/*
 * wecom: two kinds of message and the table of codes.
 */
#include "notify/wecom.h"

#include "base/jsonx.h"
#include "notify/robot.h"

enum { WECOM_MARK_BYTES = 60 /* of colour and bold around the heading */ };

/* --- the message ---------------------------------------------------------- */

/* Markdown can call user ids only. */
static bool
needs_text(const struct channel_config *config)
{
    for (size_t i = 0; i < config->nmentions; i++)
        if (robot_is_all(config->mentions[i]) ||
            robot_is_mobile(config->mentions[i]))
            return true;
    return false;
}

/* Bytes that calling them by name takes in markdown. */
static size_t
mention_bytes(const struct channel_config *config)
{
    size_t n = 1;

    for (size_t i = 0; i < config->nmentions; i++)
        n += config->mentions[i].n + sizeof "<@>" - 1;
    return n < WECOM_MARKDOWN_BYTES / 4 ? n : WECOM_MARKDOWN_BYTES / 4;
}

static struct str
markdown_content(struct arena *arena, const struct channel_config *config,
    const struct text *text)
{
    bool urgent = text->level >= LEVEL_ORANGE;
    struct str content = arena_printf(arena, "**%s%.*s%s**\n%.*s",
        urgent ? "<font color=\"warning\">" : "", STR_ARG(text->heading),
        urgent ? "</font>" : "", STR_ARG(text->lines));

    if (!robot_mentions(config, text))
        return content;
    content = arena_printf(arena, "%.*s\n", STR_ARG(content));
    for (size_t i = 0; i < config->nmentions; i++) {
        struct str who = config->mentions[i];

        if (content.n + who.n + sizeof "<@>" - 1 <= WECOM_MARKDOWN_BYTES)
            content = arena_printf(
                arena, "%.*s<@%.*s>", STR_ARG(content), STR_ARG(who));
    }
    return content;
}

static json_t *
mention_list(const struct channel_config *config, bool mobiles)
{
    json_t *list = json_array();

    for (size_t i = 0; i < config->nmentions; i++) {
        struct str who = config->mentions[i];
        bool mobile = robot_is_mobile(who);

        if (mobile == mobiles)
            json_array_append_new(
                list, jsonx_str(robot_is_all(who) ? STR("@all") : who));
    }
    return list;
}

static json_t *
text_json(struct arena *arena, const struct channel_config *config,
    const struct text *text)
{
    json_t *inner =
        robot_pair("content", text_plain(arena, text, WECOM_TEXT_BYTES));
    int bad = 0;

    if (robot_mentions(config, text)) {
        bad |= jsonx_set(inner, "mentioned_list", mention_list(config, false));
        bad |= jsonx_set(
            inner, "mentioned_mobile_list", mention_list(config, true));
    }
    if (!bad)
        return inner;
    json_decref(inner);
    return NULL;
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    bool markdown = message->form == TEXT_FORM_FULL;
    size_t max =
        WECOM_MARKDOWN_BYTES - WECOM_MARK_BYTES - mention_bytes(config);
    json_t *json, *inner;
    struct text text;
    int err = robot_text(
        arena, config, message, TEXT_MARKUP_WECOM, false, max, &text);

    (void)now;
    if (!err && markdown && robot_mentions(config, &text) &&
        needs_text(config)) {
        markdown = false;
        err = robot_text(arena, config, message, TEXT_MARKUP_NONE, false,
            WECOM_TEXT_BYTES, &text);
    }
    if (err)
        return err;
    inner = markdown
                ? robot_pair("content", markdown_content(arena, config, &text))
                : text_json(arena, config, &text);
    json = robot_pair("msgtype", markdown ? STR("markdown") : STR("text"));
    if (jsonx_set(json, markdown ? "markdown" : "text", inner) < 0) {
        json_decref(json);
        return E_NOMEM;
    }
    err = robot_request(arena, config->url, json, WECOM_BODY_BYTES, ret);
    return err == E_LIMIT ? E_CONF : err;
}

/* --- the answer ----------------------------------------------------------- */

static bool
read_answer(const json_t *json, int64_t *ret_code, struct str *ret_words)
{
    const json_t *code = json_object_get(json, "errcode");

    if (!json_is_integer(code))
        return false;
    *ret_code = json_integer_value(code);
    *ret_words = jsonx_get_str(json, "errmsg");
    return true;
}

#define BAD(code)                                                              \
    {                                                                          \
        code, NULL, CLASS_BAD_PAYLOAD, false, 0, NULL, NULL                    \
    }

/* clang-format off */
static const struct robot_code codes[] = {
    {-1, NULL, CLASS_TRANSIENT, false, 0, NULL, NULL},
    {45009, NULL, CLASS_RATE, false, MS_MINUTE, NULL, NULL},
    {45033, NULL, CLASS_RATE, false, MS_MINUTE, NULL, NULL},
    {93000, NULL, CLASS_DEAD_TARGET, false, 0,
     "核对 key，或机器人已被移出群", "compare the key, or the robot was removed"},
    BAD(40008), BAD(40058), BAD(44004), BAD(45002), BAD(45008), BAD(45034),
    BAD(40007), BAD(40003), BAD(46004), BAD(40033), BAD(47001),
    {0, NULL, CLASS_DELIVERED, false, 0, NULL, NULL}};
/* clang-format on */

static const struct robot_platform platform = {
    "errcode", read_answer, NULL, codes};

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    robot_judge(&platform, config, answer, now, arena, ret);
}

const struct channel_ops wecom_ops = {
    .kind = "wecom",
    .limits = {.max_bytes = WECOM_MARKDOWN_BYTES,
        .per_minute = 20,
        .reserve = 2,
        .penalty_ms = MS_MINUTE},
    .check = robot_check,
    .render = render,
    .judge = judge,
};
