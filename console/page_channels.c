/*
 * page_channels: where messages go, and what they would say.
 *
 * What is configured is the engine's to know, and so is the wording of a
 * message; this file asks it and shows the answer.
 */
#include "base/jsonx.h"
#include "console/context.h"
#include "console/rows.h"

static void
name_levels(const struct context *ctx, json_t *channel)
{
    set_name(ctx, channel, "min_level", "level",
        jsonx_get_str(channel, "min_level"));
    set_name(ctx, channel, "mention_level", "level",
        jsonx_get_str(channel, "mention_level"));
    set_flag(channel, "has_mentions",
        json_array_size(json_object_get(channel, "mentions")) > 0);
    if (json_integer_value(json_object_get(channel, "rate")) > 0)
        set_flag(channel, "has_rate", true);
}

/* The engine's answer as an object, or NULL when it has been replied. */
static json_t *
answer_of(struct context *ctx, const struct action_result *result)
{
    json_t *value = NULL;

    if (result->err) {
        reply_error(ctx, status_of_err(result->err), NULL);
        return NULL;
    }
    if (jsonx_load(result->data, NULL, &value) != 0 || !json_is_object(value)) {
        json_decref(value);
        reply_error(ctx, 503, "error_engine");
        return NULL;
    }
    return value;
}

static void
listed(struct context *ctx, const struct action_result *result)
{
    json_t *value = answer_of(ctx, result), *one;
    size_t i;

    if (!value)
        return;
    if (!ctx->json) {
        json_array_foreach(json_object_get(value, "channels"), i, one)
            name_levels(ctx, one);
        set_flag(value, "has_channels",
            json_array_size(json_object_get(value, "channels")) > 0);
        set_str(value, "page_title", text_get(ctx, "channels_title"));
    }
    reply(ctx, 200, "channels", value);
}

void
page_channels(struct context *ctx)
{
    struct action action = {.kind = ACTION_CHANNELS, .until = WALL_NONE};

    ask_engine(ctx, &action, listed);
}

static void
placed(struct context *ctx, const struct action_result *result)
{
    json_t *value = answer_of(ctx, result);

    if (value)
        reply(ctx, 200, NULL, value);
}

/* A place in its limit, for `tocsin try channel`. */
void
do_channel_place(struct context *ctx)
{
    struct action action = {.kind = ACTION_TEST_CHANNEL,
        .object = ctx->args[0],
        .text = STR("place"),
        .until = WALL_NONE};

    ask_engine(ctx, &action, placed);
}

static void
shown(struct context *ctx, const struct action_result *result)
{
    json_t *value = answer_of(ctx, result), *one, *channel;
    size_t i;

    if (!value)
        return;
    if (!ctx->json) {
        channel = json_object_get(value, "channel");
        name_levels(ctx, channel);
        json_array_foreach(json_object_get(value, "previews"), i, one)
            set_name(ctx, one, "type", "event", jsonx_get_str(one, "type"));
        set_str(value, "page_title", jsonx_get_str(channel, "id"));
    }
    reply(ctx, 200, "channel", value);
}

void
page_channel_preview(struct context *ctx)
{
    struct action action = {
        .kind = ACTION_CHANNELS, .object = ctx->args[0], .until = WALL_NONE};

    ask_engine(ctx, &action, shown);
}
