/*
 * ntfy: a topic of an ntfy server, which phones subscribe to.
 *
 * url is the topic's ("https://ntfy.example.org/yunxi-desk"); the message goes
 * as JSON to the server's root.  secret, when the server wants one, is an
 * access token.  Whoever knows a topic of a server without access control can
 * read it, so the topic is treated as a secret like the rest of the address.
 */
#ifndef TOCSIN_NOTIFY_NTFY_H
#define TOCSIN_NOTIFY_NTFY_H

#include "notify/channel.h"

enum {
    NTFY_MAX_BYTES = 4096, /* of a message; a longer one becomes a file */
    NTFY_TITLE_BYTES = 240,
    NTFY_TOPIC_BYTES = 64,
    NTFY_MAX_ACTIONS = 3,
    NTFY_QUOTA_MS = MS_HOUR /* a day's quota is used up */
};

extern const struct channel_ops ntfy_ops;

#endif
