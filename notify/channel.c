/*
 * channel: the kinds, and what is checked of all of them.
 */
#include "notify/channel.h"

#include "notify/alertmanager.h"
#include "notify/bark.h"
#include "notify/cloudevents.h"
#include "notify/dingtalk.h"
#include "notify/feishu.h"
#include "notify/ntfy.h"
#include "notify/slack.h"
#include "notify/smtp.h"
#include "notify/template.h"
#include "notify/webhook.h"
#include "notify/wecom.h"

/* clang-format off */
static const struct channel_ops *const kinds[] = {
    &webhook_ops,
    &dingtalk_ops,
    &wecom_ops,
    &feishu_ops,
    &slack_ops,
    &mattermost_ops,
    &alertmanager_ops,
    &bark_ops,
    &cloudevents_ops,
    &ntfy_ops,
    &smtp_ops,
    &template_ops,
};
/* clang-format on */
enum { KIND_COUNT = sizeof(kinds) / sizeof(*kinds) };

const char *delivery_class_name(enum delivery_class class)
{
    static const char *const names[] = {
#define X(class, name) [CLASS_##class] = name,
        DELIVERY_CLASSES(X)
#undef X
    };

    return (unsigned)class < CLASS_COUNT ? names[class] : "transient";
}

const struct channel_ops *
channel_ops_find(struct str kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (str_eq(kind, str_of(kinds[i]->kind)))
            return kinds[i];
    return NULL;
}

const char *
channel_kind(size_t i)
{
    return i < KIND_COUNT ? kinds[i]->kind : NULL;
}

const struct channel_limits *
channel_limits(struct str kind)
{
    static const struct channel_limits none;
    const struct channel_ops *ops = channel_ops_find(kind);

    return ops ? &ops->limits : &none;
}

enum text_form
channel_next_form(enum text_form form, const struct channel_verdict *verdict)
{
    if (verdict->class != CLASS_BAD_PAYLOAD || form == TEXT_FORM_SAFE)
        return TEXT_FORM_FULL;
    if (verdict->moderated)
        return TEXT_FORM_SAFE;
    return form == TEXT_FORM_FULL ? TEXT_FORM_PLAIN : TEXT_FORM_FULL;
}

struct text_style
channel_style(
    const struct channel_config *config, const struct channel_message *message)
{
    return (struct text_style){
        .form = message->form,
        .english = str_eq(config->lang, STR("en")),
        .zone = config->zone,
        .console = config->console,
        .bureau = config->bureau,
        /* Of kind template it is the body's, and the words are the shipped. */
        .template =
            str_eq(config->kind, STR("template")) ? STR_NONE : config->template,
    };
}

/* "webhook, dingtalk and …" */
static void
say_kinds(struct str kind, struct toc_error *reterr)
{
    struct buf list;

    buf_init(&list, 400);
    for (size_t i = 0; i < KIND_COUNT; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", kinds[i]->kind);
    toc_error_set(reterr, NULL, 0, 0,
        "kind \"%.*s\" is none that is known; there are %s",
        STR_ARG(str_first(kind, CHANNEL_MAX_ID_BYTES)), buf_cstr(&list));
    buf_done(&list);
}

static int
check_url(const struct channel_config *config, struct toc_error *reterr)
{
    struct arena *arena = arena_new(64 * 1024);
    const char *reason = NULL;
    struct str url;
    int err = E_NOMEM;

    if (arena)
        err = gate_url(&config->policy, arena, config->url, &url, &reason);
    arena_free(arena);
    if (err == E_DENIED) {
        /* The reason is static; the URL may hold a token and is not shown. */
        toc_error_set(reterr, NULL, 0, 0, "url cannot be used: %s", reason);
        return E_CONF;
    }
    return err;
}

int
channel_check(const struct channel_config *config, struct toc_error *reterr)
{
    const struct channel_ops *ops = channel_ops_find(config->kind);
    int err;

    if (!ops) {
        say_kinds(config->kind, reterr);
        return E_CONF;
    }
    if (config->id.n == 0 || config->id.n > CHANNEL_MAX_ID_BYTES) {
        toc_error_set(reterr, NULL, 0, 0, "id is to have 1 to %d bytes",
            CHANNEL_MAX_ID_BYTES);
        return E_CONF;
    }
    err = ops->own_url ? 0 : check_url(config, reterr);
    return err < 0 ? err : ops->check(config, reterr);
}
