/*
 * engine_channels: channels and previews as JSON, for the console.
 */
#include "daemon/engine_channels.h"

#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "daemon/channel.h"
#include "notify/body.h"
#include "notify/preview.h"
#include "notify/redact.h"
#include "notify/sample.h"

static json_t *
channel_json(struct arena *arena, const struct channel *channel)
{
    const struct channel_limits *limits = channel_limits(channel->kind);
    json_t *json = json_object(), *mentions = json_array();
    struct buf origin;
    unsigned rate =
        channel->rate > 0 ? (unsigned)channel->rate : limits->per_minute;

    buf_init(&origin, 1000);
    (void)notify_redact(&origin, channel->url);
    (void)jsonx_set(json, "id", jsonx_str(channel->id));
    (void)jsonx_set(json, "kind", jsonx_str(channel->kind));
    (void)jsonx_set(json, "origin", jsonx_str(buf_str(&origin)));
    (void)jsonx_set(json, "lang", jsonx_str(channel->lang));
    (void)jsonx_set(
        json, "min_level", json_string(level_name(channel->min_level)));
    (void)jsonx_set(json, "signed", json_boolean(channel->nsecrets > 0));
    (void)jsonx_set(json, "rate", json_integer(rate));
    for (size_t i = 0; i < channel->nmentions; i++)
        (void)json_array_append_new(
            mentions, jsonx_str(mask_in(arena, channel->mentions[i])));
    (void)jsonx_set(json, "mentions", mentions);
    (void)jsonx_set(
        json, "mention_level", json_string(level_name(channel->mention_level)));
    buf_done(&origin);
    return json;
}

/* The sample of an event in one language; NULL when it cannot be made. */
static json_t *
words_json(struct engine *engine, struct channel_config *config,
    enum incident_event event, const char *lang)
{
    struct channel_message message = {.id = STR("msg_preview"),
        .type = str_of(incident_event_name(event)),
        .attempt = 1,
        .form = TEXT_FORM_FULL};
    json_t *json = NULL;
    struct buf body;
    int r;

    config->lang = str_of(lang);
    buf_init(&body, BODY_MAX_BYTES);
    r = sample_body(&body, event, config->id, config->console,
        str_eq(config->lang, STR("en")), engine_now(engine));
    message.body = buf_str(&body);
    if (r == 0)
        r = preview_words(config, &message, true, engine->arena, &json);
    buf_done(&body);
    return r == 0 ? json : NULL;
}

static json_t *
previews_json(struct engine *engine, const struct channel *channel)
{
    json_t *list = json_array();
    struct channel_config config;

    channel_fill(engine->config, channel, engine->zone, &config);
    for (int i = 0; i < (int)INCIDENT_EVENT_COUNT; i++) {
        enum incident_event event = (enum incident_event)i;
        json_t *one = json_object();
        json_t *zh = words_json(engine, &config, event, "zh");
        json_t *en = words_json(engine, &config, event, "en");

        (void)jsonx_set(one, "type", json_string(incident_event_name(event)));
        (void)jsonx_set(one, "zh", zh ? zh : json_null());
        (void)jsonx_set(one, "en", en ? en : json_null());
        (void)json_array_append_new(list, one);
    }
    return list;
}

int
engine_channels_show(struct asked *asked)
{
    const struct config *config = asked->engine->config;
    json_t *value = json_object(), *list = json_array();
    const struct channel *channel;

    if (asked->object.n) {
        json_decref(list);
        channel = config_channel(config, asked->object);
        if (channel == NULL) {
            json_decref(value);
            return E_NOTFOUND;
        }
        (void)jsonx_set(
            value, "channel", channel_json(asked->engine->arena, channel));
        (void)jsonx_set(
            value, "previews", previews_json(asked->engine, channel));
        return act_data(asked, value);
    }
    for (size_t i = 0; i < config->nchannels; i++)
        (void)json_array_append_new(
            list, channel_json(asked->engine->arena, &config->channels[i]));
    (void)jsonx_set(value, "channels", list);
    return act_data(asked, value);
}
