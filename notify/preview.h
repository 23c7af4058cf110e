/*
 * preview: what would be sent, without sending it.
 */
#ifndef TOCSIN_NOTIFY_PREVIEW_H
#define TOCSIN_NOTIFY_PREVIEW_H

#include <jansson.h>

#include "notify/channel.h"

enum { PREVIEW_MAX_BYTES = 256 * 1024 };

/* The words of a message for a channel: {"level", "title", "text", "url"}, in
 * its kind's dialect where it has one.  shown: as they look there, without
 * markup, and with {"buttons": names} instead of links.  0, or an error of
 * text_make. */
int preview_words(const struct channel_config *config,
    const struct channel_message *message, bool shown, struct arena *arena,
    json_t **ret);
/* The request of an attempt at now: {"method", "url", "headers", "body"}, of a
 * mail {"method", "url", "from", "to", "headers"}, with
 * "…" for everything that is a secret.  0, or the error of its kind's render.
 */
int preview_request(const struct channel_config *config,
    const struct channel_message *message, struct wall now, struct arena *arena,
    json_t **ret);

#endif
