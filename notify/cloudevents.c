/* cloudevents: the envelope. */
#include "notify/cloudevents.h"

#include "base/jsonx.h"
#include "notify/post.h"

static const struct str own_source = {"urn:tocsin", 10}; /* without a console */

static int
check(const struct channel_config *config, struct toc_error *reterr)
{
    return post_check_token(config, reterr);
}

/* "incident/41", "condition/down/news", or absent. */
static struct str
subject_of(const json_t *data, struct arena *arena)
{
    const json_t *incident = json_object_get(data, "incident");
    const json_t *condition = json_object_get(data, "condition");

    if (incident)
        return arena_printf(arena, "incident/%lld",
            (long long)json_integer_value(json_object_get(incident, "id")));
    if (condition)
        return arena_printf(arena, "condition/%.*s/%.*s",
            STR_ARG(jsonx_get_str(condition, "kind")),
            STR_ARG(jsonx_get_str(condition, "subject")));
    return STR_NONE;
}

static json_t *
event_of(const struct channel_config *config,
    const struct channel_message *message, const json_t *body,
    struct arena *arena)
{
    json_t *data = json_object_get(body, "data");
    struct str subject = subject_of(data, arena);
    struct str source = config->console.n ? config->console : own_source;
    json_t *json = json_object();
    int bad = 0;

    bad |= jsonx_set(json, "specversion", json_string("1.0"));
    bad |= jsonx_set(json, "id", jsonx_str(message->id));
    bad |= jsonx_set(json, "source", jsonx_str(source));
    bad |= jsonx_set(json, "type", jsonx_str(message->type));
    if (subject.n)
        bad |= jsonx_set(json, "subject", jsonx_str(subject));
    bad |= jsonx_set(json, "time", jsonx_str(jsonx_get_str(body, "timestamp")));
    bad |= jsonx_set(json, "datacontenttype", json_string("application/json"));
    bad |= jsonx_set(json, "data", data ? json_incref(data) : json_object());
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
    json_t *body = NULL;
    int err;

    (void)now;
    if (jsonx_load(message->body, NULL, &body) < 0)
        return E_CONF;
    err = post_json(config, config->url,
        STR("application/cloudevents+json; charset=utf-8"),
        event_of(config, message, body, arena), arena, ret);
    json_decref(body);
    return err;
}

/* There is but one form of an event, so a refusal of its format is of the
 * target: the next message would fare no better. */
static void
judge(const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret)
{
    (void)config;
    post_judge(answer, now, arena, ret);
    if (answer->status == 415) {
        ret->class = CLASS_DEAD_TARGET;
        ret->text = arena_printf(arena,
            "415: the receiver does not read application/cloudevents+json");
    }
}

const struct channel_ops cloudevents_ops = {
    .kind = "cloudevents",
    .check = check,
    .render = render,
    .judge = judge,
};
