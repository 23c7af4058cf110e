/* bark: the push, and the code in the answer. */
#include "notify/bark.h"

#include "base/jsonx.h"
#include "notify/post.h"

enum { BARK_ACCEPTED = 200 };

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    if (config->nsecrets == 0) {
        toc_error_set(reterr, NULL, 0, 0,
            "a bark channel is to have a secret: the device's key");
        return E_CONF;
    }
    if (str_find_char(config->url, '?') < config->url.n) {
        toc_error_set(reterr, NULL, 0, 0,
            "url is to be the server's, as https://bark.example.org; the key "
            "is the secret");
        return E_CONF;
    }
    return post_check_token(config, reterr);
}

static const char *
level_word(const struct text *text)
{
    if (text->event == INCIDENT_EVENT_ACKNOWLEDGED ||
        text->event == INCIDENT_EVENT_CLOSED)
        return "passive";
    switch (text->level) {
    case LEVEL_RED:
        return "critical";
    case LEVEL_ORANGE:
        return "timeSensitive";
    case LEVEL_BLUE:
        return "passive";
    case LEVEL_NONE:
    case LEVEL_YELLOW:
        break;
    }
    return "active";
}

static json_t *
make_body(const struct channel_config *config, const struct text *text)
{
    json_t *json = json_object();
    int bad = 0;

    bad |= jsonx_set(json, "device_key", jsonx_str(config->secrets[0]));
    bad |= jsonx_set(json, "title", jsonx_str(text->title));
    bad |= jsonx_set(
        json, "body", jsonx_str(text->lines.n ? text->lines : text->title));
    bad |= jsonx_set(json, "level", json_string(level_word(text)));
    bad |= jsonx_set(json, "group",
        jsonx_str(config->bureau.n ? config->bureau : STR("tocsin")));
    if (text->url.n)
        bad |= jsonx_set(json, "url", jsonx_str(text->url));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

/* The server's address and "/push", unless it ends so. */
static struct str
push_url(struct str url, struct arena *arena)
{
    if (str_ends(url, STR("/push")))
        return url;
    return arena_printf(arena, "%.*s%s", STR_ARG(url),
        str_ends(url, STR("/")) ? "push" : "/push");
}

static int
render(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    struct http_request *ret)
{
    struct text_style style = channel_style(config, message);
    struct channel_config bare = *config;
    struct text text;
    int err;

    (void)now;
    style.markup = TEXT_MARKUP_NONE;
    style.max_bytes = BARK_MAX_BYTES;
    style.title_bytes = BARK_TITLE_BYTES;
    err = text_make(arena, message->body, &style, &text);
    if (err < 0)
        return err == E_NOMEM ? E_NOMEM : E_CONF;
    bare.nsecrets = 0; /* the key is in the body, not a bearer */
    return post_json(&bare, push_url(config->url, arena),
        STR("application/json; charset=utf-8"), make_body(config, &text), arena,
        ret);
}

/* Whether a refusal's words are about the device. */
static bool
is_about_device(struct str text)
{
    static const char *const words[] = {
        "device key", "device token", "DeviceToken", "Unregistered", NULL};

    for (size_t i = 0; words[i]; i++)
        if (str_find(text, str_of(words[i])) < text.n)
            return true;
    return false;
}

static enum delivery_class
class_of(json_int_t code, struct str text)
{
    if (code == BARK_ACCEPTED)
        return CLASS_DELIVERED;
    if (is_about_device(text) || code == 401 || code == 403 || code == 404)
        return CLASS_DEAD_TARGET;
    if (code == 429 || str_find(text, STR("TooManyRequests")) < text.n)
        return CLASS_RATE;
    if (code == 400 || code == 413 ||
        str_find(text, STR("PayloadTooLarge")) < text.n)
        return CLASS_BAD_PAYLOAD;
    return CLASS_TRANSIENT;
}

static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    json_t *json = NULL;
    const json_t *code;

    (void)config;
    post_judge(answer, now, arena, ret);
    (void)jsonx_load(answer->body, NULL, &json);
    code = json_object_get(json, "code");
    if (json_is_integer(code)) {
        struct str text = jsonx_get_str(json, "message");

        ret->class = class_of(json_integer_value(code), text);
        ret->code = arena_printf(
            arena, "code %lld", (long long)json_integer_value(code));
        if (text.n)
            ret->text = arena_str(arena, text);
        /* Accepted only when status and code agree. */
        if (ret->class == CLASS_DELIVERED && answer->status != 200)
            ret->class = CLASS_TRANSIENT;
        if (ret->class == CLASS_RATE && ret->retry_after_ms == 0)
            ret->penalty_ms = POST_THROTTLED_MS;
    } else if (ret->class == CLASS_DELIVERED) {
        ret->unknown = true;
    }
    json_decref(json);
}

const struct channel_ops bark_ops = {
    .kind = "bark",
    .limits = {.max_bytes = BARK_MAX_BYTES},
    .check = check,
    .render = render,
    .judge = judge,
};
