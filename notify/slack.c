/*
 * slack: one body for two platforms, two ways to judge.
 */
#include "notify/slack.h"

#include "base/jsonx.h"
#include "notify/robot.h"

static const char *
colour(const struct text *text)
{
    static const char *const colours[LEVEL_COUNT] = {
        "#888888", "#2f6fde", "#e0b400", "#e8710a", "#d0222c"};

    return colours[text->level];
}

/* --- the message ---------------------------------------------------------- */

static struct str
mention_words(struct arena *arena, const struct channel_config *config,
    const struct text *text, bool slack)
{
    struct str words = STR("");

    if (!robot_mentions(config, text))
        return words;
    for (size_t i = 0; i < config->nmentions; i++) {
        struct str who = config->mentions[i];

        if (robot_is_all(who))
            words = arena_printf(
                arena, slack ? "%.*s<!channel> " : "%.*s@all ", STR_ARG(words));
        else
            words = arena_printf(arena, slack ? "%.*s<@%.*s> " : "%.*s@%.*s ",
                STR_ARG(words), STR_ARG(who));
    }
    return str_trim(words);
}

static json_t *
attachment(const struct text *text, bool slack)
{
    json_t *json = json_object(), *list = json_array(), *where = json_array();
    int bad = json_array_append_new(where, json_string("text"));

    bad |= jsonx_set(json, "fallback", jsonx_str(text->title));
    bad |= jsonx_set(json, "color", json_string(colour(text)));
    bad |= jsonx_set(json, "text", jsonx_str(text->lines));
    if (slack)
        bad |= jsonx_set(json, "mrkdwn_in", where);
    else
        json_decref(where);
    bad |= json_array_append_new(list, json);
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

/* In a plain text too <!channel> and @all call people: foreign text must not
 * have them. */
static struct str
without_calls(struct arena *arena, struct str s, bool slack)
{
    struct buf out;
    struct str ret;

    buf_init(&out, SLACK_BODY_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        if (slack && s.p[i] == '<')
            buf_add_cstr(&out, "＜");
        else if (!slack && s.p[i] == '@')
            buf_add_cstr(&out, "＠");
        else
            buf_add_char(&out, s.p[i]);
    }
    ret = out.err ? STR("") : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return ret;
}

static json_t *
message_json(struct arena *arena, const struct channel_config *config,
    const struct text *text, bool slack, bool full)
{
    const char *bold = slack ? "*" : "**";
    struct str calls = mention_words(arena, config, text, slack);
    json_t *json;
    struct str words;

    if (!full)
        return robot_pair(
            "text", arena_printf(arena, "%.*s\n%.*s%s%.*s",
                        STR_ARG(without_calls(arena, text->heading, slack)),
                        STR_ARG(without_calls(arena, text->lines, slack)),
                        calls.n ? "\n" : "", STR_ARG(calls)));
    words = arena_printf(arena, "%s%.*s%s%s%.*s", bold, STR_ARG(text->heading),
        bold, calls.n ? " " : "", STR_ARG(calls));
    json = robot_pair("text", words);
    if (jsonx_set(json, "attachments", attachment(text, slack)) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static int
render_for(const struct channel_config *config,
    const struct channel_message *message, struct arena *arena, bool slack,
    struct http_request *ret)
{
    struct text text;
    int err = robot_text(arena, config, message,
        slack ? TEXT_MARKUP_SLACK : TEXT_MARKUP_MATTERMOST, false,
        SLACK_TEXT_BYTES, &text);

    if (!err)
        err = robot_request(arena, config->url,
            message_json(
                arena, config, &text, slack, message->form == TEXT_FORM_FULL),
            SLACK_BODY_BYTES, ret);
    return err == E_LIMIT ? E_CONF : err;
}

static int
slack_render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    (void)now;
    return render_for(config, message, arena, true, ret);
}

static int
mattermost_render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    (void)now;
    return render_for(config, message, arena, false, ret);
}

/* --- the answer ----------------------------------------------------------- */

/* Words that a platform's error begins with, and what they mean. */
struct error_word {
    const char *words;
    enum delivery_class class;
};

static const struct error_word slack_errors[] = {
    {"invalid_payload", CLASS_BAD_PAYLOAD},
    {"invalid_blocks", CLASS_BAD_PAYLOAD}, {"no_text", CLASS_BAD_PAYLOAD},
    {"too_many_attachments", CLASS_BAD_PAYLOAD},
    {"msg_too_long", CLASS_BAD_PAYLOAD}, {"no_service", CLASS_DEAD_TARGET},
    {"no_active_hooks", CLASS_DEAD_TARGET}, {"no_team", CLASS_DEAD_TARGET},
    {"team_disabled", CLASS_DEAD_TARGET}, {"invalid_token", CLASS_DEAD_TARGET},
    {"channel_not_found", CLASS_DEAD_TARGET},
    {"channel_is_archived", CLASS_DEAD_TARGET},
    {"user_not_found", CLASS_DEAD_TARGET},
    {"action_prohibited", CLASS_DEAD_TARGET},
    {"posting_to_general_channel_denied", CLASS_DEAD_TARGET},
    {"rate_limited", CLASS_RATE}, {"rollup_error", CLASS_TRANSIENT},
    {NULL, CLASS_DELIVERED}};

/* In the message of Mattermost's JSON. */
static const struct error_word mattermost_errors[] = {
    {"too long", CLASS_BAD_PAYLOAD}, {"too large", CLASS_BAD_PAYLOAD},
    {"parse", CLASS_BAD_PAYLOAD}, {"decode", CLASS_BAD_PAYLOAD},
    {"no text", CLASS_BAD_PAYLOAD}, {"payload", CLASS_BAD_PAYLOAD},
    {"invalid webhook", CLASS_DEAD_TARGET}, {"channel", CLASS_DEAD_TARGET},
    {"disabled", CLASS_DEAD_TARGET}, {NULL, CLASS_DELIVERED}};

static const struct error_word *
find_word(const struct error_word *list, struct str words)
{
    for (; list->words; list++)
        for (size_t i = 0; i < words.n; i++)
            if (str_starts_nocase(str_from(words, i), str_of(list->words)))
                return list;
    return NULL;
}

static void
judge_by(const struct error_word *list, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    struct str words = str_trim(answer->body);
    bool yes = answer->status >= 200 && answer->status < 300;
    const struct error_word *found;

    robot_judge_status(answer, now, arena, ret);
    if (yes && str_eq(words, STR("ok"))) {
        *ret = (struct channel_verdict){
            .class = CLASS_DELIVERED, .text = STR("ok")};
        return;
    }
    if (ret->class == CLASS_RATE || answer->status >= 500)
        return;
    found = find_word(list, str_first(words, CHANNEL_TEXT_BYTES));
    if (found) {
        ret->class = found->class;
        ret->unknown = false;
    } else if (answer->status == 400) {
        ret->class = CLASS_BAD_PAYLOAD;
        ret->unknown = false;
    } else if (answer->status == 410) {
        ret->class = CLASS_DEAD_TARGET;
        ret->unknown = false;
    }
}

static void
slack_judge(const struct channel_config *config,
    const struct http_answer *answer, struct wall now, struct arena *arena,
    struct channel_verdict *ret)
{
    (void)config;
    judge_by(slack_errors, answer, now, arena, ret);
}

static void
mattermost_judge(const struct channel_config *config,
    const struct http_answer *answer, struct wall now, struct arena *arena,
    struct channel_verdict *ret)
{
    (void)config;
    judge_by(mattermost_errors, answer, now, arena, ret);
}

const struct channel_ops slack_ops = {
    .kind = "slack",
    .limits = {.max_bytes = SLACK_TEXT_BYTES,
        .per_minute = 50,
        .reserve = 5,
        .gap_ms = MS_SECOND,
        .penalty_ms = MS_MINUTE},
    .check = robot_check,
    .render = slack_render,
    .judge = slack_judge,
};

const struct channel_ops mattermost_ops = {
    .kind = "mattermost",
    .limits = {.max_bytes = SLACK_TEXT_BYTES,
        .per_minute = 100,
        .reserve = 10,
        .penalty_ms = MS_MINUTE},
    .check = robot_check,
    .render = mattermost_render,
    .judge = mattermost_judge,
};
