/*
 * config_channel: whether a channel is what its kind wants it to be.
 */
#include "base/file.h"
#include "base/tmpl.h"
#include "daemon/channel.h"
#include "daemon/config_check.h"
#include "notify/template.h"

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

static void
fill(const struct channel *channel, struct channel_config *ret)
{
    *ret = (struct channel_config){.id = channel->id,
        .kind = channel->kind,
        .url = channel->url,
        .lang = channel->lang,
        .keywords = channel->keywords,
        .nkeywords = channel->nkeywords,
        .mentions = channel->mentions,
        .nmentions = channel->nmentions,
        .mention_level = channel->mention_level,
        .template = channel->template,
        .from = channel->from,
        .user = channel->user,
        .to = channel->to,
        .nto = channel->nto,
        .insecure_smtp = channel->insecure_smtp,
        .method = channel->method,
        .content_type = channel->content_type,
        .headers = channel->headers,
        .nheaders = channel->nheaders,
        .success = channel->success};
    for (size_t i = 0; i < channel->nsecrets; i++)
        ret->secrets[ret->nsecrets++] = channel->secrets[i];
}

static void
allow(struct gate_policy *policy, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n && policy->nallow < GATE_MAX_ALLOW; i++)
        if (gate_allow_parse(list[i], NULL, &policy->allow[policy->nallow]) ==
            0)
            policy->nallow++;
}

void
channel_fill(const struct config *config, const struct channel *channel,
    const struct zone *zone, struct channel_config *ret)
{
    fill(channel, ret);
    ret->zone = zone;
    ret->console = config->console_url;
    ret->bureau = config->bureau;
    gate_policy_init(&ret->policy);
    ret->policy.https_only = !channel->insecure_http;
    for (size_t i = 0; i < config->nports && i < GATE_MAX_PORTS; i++)
        ret->policy.ports[ret->policy.nports++] = config->ports[i];
    allow(&ret->policy, config->allow, config->nallow);
    allow(&ret->policy, channel->allow, channel->nallow);
}

void
config_check_channel(struct arena *arena, struct channel *channel,
    const struct gate_policy *policy, const struct place *place,
    struct toc_errors *errors)
{
    const struct channel_ops *ops = channel_ops_find(channel->kind);
    struct channel_config view;
    struct toc_error error;

    read_template(arena, channel, place, errors);
    fill(channel, &view);
    view.policy = *policy;
    /* A secret that could not be read has been complained of. */
    if (!ops || (place->has_secret && view.nsecrets == 0))
        return;
    if (ops->check(&view, &error) < 0 ||
        (ops == &template_ops && template_try(&view, &error) < 0))
        complain(errors, place, channel, "%s", error.text);
}
