/*
 * bark: an iPhone behind a Bark server.
 *
 * url is the server's ("https://bark.example.org"), secret the device's key.
 * Only red breaks through a silenced phone (level "critical").  The answer's
 * body says whether it was accepted: {"code": 200}.
 */
#ifndef TOCSIN_NOTIFY_BARK_H
#define TOCSIN_NOTIFY_BARK_H

#include "notify/channel.h"

enum {
    BARK_MAX_BYTES = 2400, /* of a text: Apple takes 4096 with all around it */
    BARK_TITLE_BYTES = 240
};

extern const struct channel_ops bark_ops;

#endif
