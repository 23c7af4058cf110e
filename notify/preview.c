/*
 * preview: the request goes through redact_text piece by piece, so that what
 * is shown may be shown to anybody.
 */
#include "notify/preview.h"

#include <string.h>

#include "base/jsonx.h"
#include "notify/redact.h"

static struct str
clean(const struct channel_config *config, struct str text, struct buf *out)
{
    buf_clear(out);
    return redact_text(out, config, text, PREVIEW_MAX_BYTES) < 0 ? STR_NONE
                                                                 : buf_str(out);
}

static json_t *
headers_json(const struct channel_config *config,
    const struct http_request *request, struct buf *out)
{
    json_t *json = json_object();

    for (size_t i = 0; i < request->nheaders; i++) {
        const struct http_header *header = &request->headers[i];
        char name[64] = "";

        if (header->name.n < sizeof name)
            memcpy(name, header->name.p, header->name.n);
        jsonx_set(json, name, jsonx_str(clean(config, header->value, out)));
    }
    return json;
}

static json_t *
body_json(const struct channel_config *config,
    const struct http_request *request, struct buf *out)
{
    struct str text = clean(config, request->body, out);
    json_t *json;

    return jsonx_load(text, NULL, &json) == 0 ? json : jsonx_str(text);
}

static struct str
origin(struct str url, struct buf *out)
{
    buf_clear(out);
    notify_redact(out, url);
    buf_add_cstr(out, "/…");
    return buf_str(out);
}

static int
http_json(const struct channel_config *config,
    const struct http_request *request, json_t *json)
{
    struct buf out;
    int bad = 0;

    buf_init(&out, PREVIEW_MAX_BYTES);
    bad |= jsonx_set(json, "method", jsonx_str(request->method));
    bad |= jsonx_set(json, "url", jsonx_str(origin(request->url, &out)));
    bad |= jsonx_set(json, "headers", headers_json(config, request, &out));
    bad |= jsonx_set(json, "body", body_json(config, request, &out));
    buf_done(&out);
    return bad;
}

/* The header of a mail, its folded lines as one each. */
static json_t *
mail_headers_json(struct str message, struct arena *arena)
{
    json_t *json = json_object();
    struct str rest = message, name = STR_NONE, value = STR_NONE;

    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        size_t colon = str_find_char(line, ':');

        if (str_starts(line, STR(" "))) {
            value = arena_printf(
                arena, "%.*s %.*s", STR_ARG(value), STR_ARG(str_trim(line)));
        } else {
            name = str_first(line, colon);
            value = str_trim(str_from(line, colon + 1));
        }
        if (str_trim(line).n == 0)
            break;
        jsonx_set(json, arena_cstr(arena, name), jsonx_str(value));
    }
    return json;
}

static int
mail_json(const struct mail_request *request, struct arena *arena, json_t *json)
{
    json_t *to = json_array();
    struct buf out;
    int bad = 0;

    for (size_t i = 0; i < request->nto; i++)
        bad |= json_array_append_new(to, jsonx_str(request->to[i]));
    buf_init(&out, PREVIEW_MAX_BYTES);
    bad |= jsonx_set(json, "method", json_string("MAIL"));
    bad |= jsonx_set(json, "url", jsonx_str(origin(request->url, &out)));
    bad |= jsonx_set(json, "from", jsonx_str(request->from));
    bad |= jsonx_set(json, "to", to);
    bad |=
        jsonx_set(json, "headers", mail_headers_json(request->message, arena));
    buf_done(&out);
    return bad;
}

int
preview_request(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    json_t **ret)
{
    const struct channel_ops *ops = channel_ops_find(config->kind);
    struct http_request request = {0};
    struct mail_request mail = {.policy = &config->policy};
    json_t *json;
    int err = E_CONF, bad;

    if (ops && ops->render_mail)
        err = ops->render_mail(config, message, arena, &mail);
    else if (ops)
        err = ops->render(config, message, now, arena, &request);
    if (err < 0)
        return err;
    json = json_object();
    bad = ops->render_mail ? mail_json(&mail, arena, json)
                           : http_json(config, &request, json);
    if (bad || arena_failed(arena)) {
        json_decref(json);
        return E_NOMEM;
    }
    *ret = json;
    return 0;
}

static enum text_markup
markup_of(struct str kind)
{
    static const struct {
        const char *kind;
        enum text_markup markup;
    } dialects[] = {{"dingtalk", TEXT_MARKUP_DINGTALK},
        {"wecom", TEXT_MARKUP_WECOM}, {"feishu", TEXT_MARKUP_FEISHU},
        {"slack", TEXT_MARKUP_SLACK}, {"mattermost", TEXT_MARKUP_MATTERMOST}};

    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (str_eq(kind, str_of(dialects[i].kind)))
            return dialects[i].markup;
    return TEXT_MARKUP_NONE;
}

static json_t *
button_names(const struct text *text)
{
    json_t *list = json_array();

    if (text->url.n)
        json_array_append_new(list, jsonx_str(text->url_name));
    for (size_t i = 0; i < text->nactions; i++)
        json_array_append_new(list, jsonx_str(text->actions[i].name));
    return list;
}

int
preview_words(const struct channel_config *config,
    const struct channel_message *message, bool shown, struct arena *arena,
    json_t **ret)
{
    struct text_style style = channel_style(config, message);
    json_t *json;
    struct text text;
    int err, bad = 0;

    style.markup = shown ? TEXT_MARKUP_NONE : markup_of(config->kind);
    style.buttons = shown;
    style.max_bytes = channel_limits(config->kind)->max_bytes;
    err = text_make(arena, message->body, &style, &text);
    if (err < 0)
        return err;
    json = json_object();
    bad |= jsonx_set(json, "level", json_string(level_name(text.level)));
    bad |= jsonx_set(json, "title", jsonx_str(text.title));
    bad |= jsonx_set(json, "text", jsonx_str(text.lines));
    bad |= jsonx_set(json, "url", jsonx_str(text.url));
    if (shown)
        bad |= jsonx_set(json, "buttons", button_names(&text));
    if (bad) {
        json_decref(json);
        return E_NOMEM;
    }
    *ret = json;
    return 0;
}
