/*
 * dingtalk: the custom robot of DingTalk (钉钉自定义机器人).
 *
 * A card with buttons, or markdown when people are called by name (a card
 * cannot); plain text at the second try.  With a secret the address carries
 * timestamp (milliseconds) and sign: base64 of HMAC-SHA-256 under the secret
 * of "timestamp\nsecret", percent-encoded once.
 */
#ifndef TOCSIN_NOTIFY_DINGTALK_H
#define TOCSIN_NOTIFY_DINGTALK_H

#include "base/buf.h"
#include "notify/channel.h"

enum {
    DINGTALK_BODY_BYTES = 20000,
    DINGTALK_TEXT_BYTES = 12000, /* of words; JSON makes them longer */
    DINGTALK_PENALTY_MS = 10 * MS_MINUTE
};

extern const struct channel_ops dingtalk_ops;

/* Append the signature, in base64 and not percent-encoded. */
int dingtalk_sign(struct buf *out, struct str secret, int64_t timestamp_ms);

#endif
