/*
 * channel: the kinds, and what is checked of all of them.
 */
#include "notify/channel.h"

#include "notify/webhook.h"

static const struct channel_ops *const kinds[] = {&webhook_ops};
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
        toc_error_set(reterr, NULL, 0, 0,
            "kind \"%.*s\" is none that is known; webhook is one",
            STR_ARG(str_first(config->kind, CHANNEL_MAX_ID_BYTES)));
        return E_CONF;
    }
    if (config->id.n == 0 || config->id.n > CHANNEL_MAX_ID_BYTES) {
        toc_error_set(reterr, NULL, 0, 0, "id is to have 1 to %d bytes",
            CHANNEL_MAX_ID_BYTES);
        return E_CONF;
    }
    err = check_url(config, reterr);
    return err < 0 ? err : ops->check(config, reterr);
}
