/*
 * feishu: the custom bot of Feishu and Lark (飞书自定义机器人).
 *
 * A card with a header in the colour of the level and buttons; plain text at
 * the second try.  With a secret the body carries timestamp (seconds, a
 * string) and sign: base64 of HMAC-SHA-256 under the key "timestamp\nsecret"
 * of nothing at all.  (DingTalk's has key and message the other way round.)
 */
#ifndef TOCSIN_NOTIFY_FEISHU_H
#define TOCSIN_NOTIFY_FEISHU_H

#include "base/buf.h"
#include "notify/channel.h"

enum {
    FEISHU_BODY_BYTES = 20000,
    FEISHU_TEXT_BYTES = 12000 /* of words; JSON makes them longer */
};

extern const struct channel_ops feishu_ops;

/* Append the signature. */
int feishu_sign(struct buf *out, struct str secret, int64_t timestamp_s);

#endif
