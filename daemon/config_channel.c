/*
 * config_channel: whether a channel is what its kind wants it to be.
 */
#include "base/file.h"
#include "base/tmpl.h"
#include "daemon/config_check.h"
#include "notify/channel.h"

__attribute__((format(printf, 4, 5))) static void
complain(struct toc_errors *errors, const struct place *place,
    const struct channel *channel, const char *format, ...)
{
    char text[sizeof(((struct toc_error *)0)->text)];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(errors, place->file, place->line, place->column,
        "channel \"%.*s\": %s", STR_ARG(channel->id), text);
}

/* Read its own template, and see that it is one. */
static void
read_template(struct arena *arena, struct channel *channel,
    const struct place *place, struct toc_errors *errors)
{
    const char *path = arena_cstr(arena, channel->template_path);
    struct toc_error error;
    struct tmpl *tmpl = NULL;
    struct buf text;
    int err;

    if (!channel->template_path.n || !path)
        return;
    buf_init(&text, TEXT_TEMPLATE_BYTES);
    err = file_read(path, &text, NULL);
    if (err < 0)
        complain(errors, place, channel, "template %s cannot be read: %s", path,
            err_text(err));
    else
        channel->template = arena_str(arena, buf_str(&text));
    buf_done(&text);
    if (!err &&
        tmpl_parse(path, channel->template, TMPL_TEXT, &error, &tmpl) < 0)
        toc_errors_add(
            errors, path, error.line, error.column, "%s", error.text);
    tmpl_free(tmpl);
}

void
config_check_channel(struct arena *arena, struct channel *channel,
    const struct gate_policy *policy, const struct place *place,
    struct toc_errors *errors)
{
    const struct channel_ops *ops = channel_ops_find(channel->kind);
    struct channel_config config = {.id = channel->id,
        .kind = channel->kind,
        .url = channel->url,
        .policy = *policy,
        .lang = channel->lang,
        .keywords = channel->keywords,
        .nkeywords = channel->nkeywords,
        .mentions = channel->mentions,
        .nmentions = channel->nmentions,
        .mention_level = channel->mention_level};
    struct toc_error error;

    read_template(arena, channel, place, errors);
    config.template = channel->template;
    for (size_t i = 0; i < channel->nsecrets; i++)
        config.secrets[config.nsecrets++] = channel->secrets[i];
    /* A secret that could not be read has been complained of. */
    if (!ops || (place->has_secret && config.nsecrets == 0))
        return;
    if (ops->check(&config, &error) < 0)
        complain(errors, place, channel, "%s", error.text);
}
