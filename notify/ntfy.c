/* ntfy: the message, and the server's own error codes. */
#include "notify/ntfy.h"

#include "base/jsonx.h"
#include "base/url.h"
#include "notify/post.h"

enum {
    CODE_TOO_LARGE = 41301,
    CODE_QUOTA = 42908 /* messages of a day */
};

/* Cut url into root ("https://ntfy.example.org/") and topic. */
static int
split(struct str url, struct str *ret_root, struct str *ret_topic)
{
    struct url parts;
    size_t slash = url.n;

    if (url_parse(url, &parts) < 0 || parts.query.p || parts.fragment.p)
        return E_CONF;
    while (slash > 0 && url.p[slash - 1] != '/')
        slash--;
    *ret_root = str_first(url, slash);
    *ret_topic = str_from(url, slash);
    if (parts.path.n < 2 || ret_topic->n == 0 ||
        ret_topic->n > NTFY_TOPIC_BYTES)
        return E_CONF;
    for (size_t i = 0; i < ret_topic->n; i++) {
        char c = ret_topic->p[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
            (c < '0' || c > '9') && c != '_' && c != '-')
            return E_CONF;
    }
    return 0;
}

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    struct str root, topic;

    if (split(config->url, &root, &topic) < 0) {
        toc_error_set(reterr, NULL, 0, 0,
            "url is to end in the topic, as "
            "https://ntfy.example.org/our-topic: letters, digits, _ and -, at "
            "most %d",
            NTFY_TOPIC_BYTES);
        return E_CONF;
    }
    return post_check_token(config, reterr);
}

/* How loud: what is over, or in hand, does not ring. */
static int
priority(const struct text *text)
{
    if (text->event == INCIDENT_EVENT_ACKNOWLEDGED ||
        text->event == INCIDENT_EVENT_CLOSED)
        return 2;
    switch (text->level) {
    case LEVEL_RED:
        return 5;
    case LEVEL_ORANGE:
        return 4;
    case LEVEL_BLUE:
        return 2;
    case LEVEL_NONE:
    case LEVEL_YELLOW:
        break;
    }
    return 3;
}

/* Tags that the apps show as pictures. */
static const char *
tag(const struct text *text)
{
    switch (text->level) {
    case LEVEL_RED:
        return "red_circle";
    case LEVEL_ORANGE:
        return "orange_circle";
    case LEVEL_YELLOW:
        return "yellow_circle";
    case LEVEL_BLUE:
        return "large_blue_circle";
    case LEVEL_NONE:
        break;
    }
    return "bell";
}

static int
add_action(json_t *list, struct str label, struct str url)
{
    json_t *action = json_object();
    int bad = 0;

    bad |= jsonx_set(action, "action", json_string("view"));
    bad |= jsonx_set(action, "label", jsonx_str(label));
    bad |= jsonx_set(action, "url", jsonx_str(url));
    return json_array_append_new(list, action) < 0 || bad ? E_NOMEM : 0;
}

static int
set_links(json_t *json, const struct text *text)
{
    json_t *list = json_array();
    int bad = list ? 0 : E_NOMEM;

    if (text->url.n > 0) {
        bad |= jsonx_set(json, "click", jsonx_str(text->url));
        bad |= add_action(list, text->url_name, text->url);
    }
    for (size_t i = 0; i < text->nactions; i++)
        if (json_array_size(list) < NTFY_MAX_ACTIONS)
            bad |=
                add_action(list, text->actions[i].name, text->actions[i].url);
    if (json_array_size(list) > 0)
        bad |= jsonx_set(json, "actions", json_incref(list));
    json_decref(list);
    return bad;
}

static json_t *
make_body(struct str topic, const struct text *text)
{
    json_t *json = json_object();
    json_t *tags = json_array();
    int bad = 0;

    bad |= json_array_append_new(tags, json_string(tag(text)));
    bad |= jsonx_set(json, "topic", jsonx_str(topic));
    bad |= jsonx_set(json, "title", jsonx_str(text->title));
    bad |= jsonx_set(
        json, "message", jsonx_str(text->lines.n ? text->lines : text->title));
    bad |= jsonx_set(json, "priority", json_integer(priority(text)));
    bad |= jsonx_set(json, "tags", tags);
    bad |= set_links(json, text);
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
    struct text_style style = channel_style(config, message);
    struct str root, topic;
    struct text text;
    int err = split(config->url, &root, &topic);

    (void)now;
    style.markup = TEXT_MARKUP_NONE;
    style.buttons = true;
    style.max_bytes = NTFY_MAX_BYTES;
    style.title_bytes = NTFY_TITLE_BYTES;
    if (!err)
        err = text_make(arena, message->body, &style, &text);
    if (err < 0)
        return err == E_NOMEM ? E_NOMEM : E_CONF;
    return post_json(config, root, STR("application/json"),
        make_body(topic, &text), arena, ret);
}

/* An error of the server's: {"code": 42901, "http": 429, "error": "…"}. */
static void
judge_error(
    const json_t *json, struct arena *arena, struct channel_verdict *ret)
{
    json_int_t code = json_integer_value(json_object_get(json, "code"));
    struct str text = jsonx_get_str(json, "error");

    ret->code = arena_printf(arena, "code %lld", (long long)code);
    if (text.n)
        ret->text = arena_str(arena, text);
    if (code / 100 == 429)
        ret->class = CLASS_RATE;
    if (code == CODE_QUOTA && ret->retry_after_ms < NTFY_QUOTA_MS)
        ret->retry_after_ms = NTFY_QUOTA_MS;
    if (code == CODE_TOO_LARGE)
        ret->class = CLASS_BAD_PAYLOAD;
}

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    json_t *json = NULL;

    (void)config;
    post_judge(answer, now, arena, ret);
    (void)jsonx_load(answer->body, NULL, &json);
    if (json_is_integer(json_object_get(json, "code")))
        judge_error(json, arena, ret);
    else if (ret->class == CLASS_DELIVERED)
        ret->unknown = answer->status != 200 || !jsonx_get_str(json, "id").n ||
                       !str_eq(jsonx_get_str(json, "event"), STR("message"));
    if (ret->class == CLASS_DELIVERED && ret->code.p)
        ret->unknown = true; /* a 2xx that names an error */
    json_decref(json);
}

const struct channel_ops ntfy_ops = {
    .kind = "ntfy",
    .limits = {.max_bytes = NTFY_MAX_BYTES, .per_minute = 12, .reserve = 2},
    .check = check,
    .render = render,
    .judge = judge,
};
