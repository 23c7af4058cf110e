/*
 * wecom: the group robot of WeCom (企业微信群机器人, 消息推送).
 *
 * Markdown with the colour of urgency; plain text when everybody or mobile
 * numbers are called (markdown knows user ids only), and at the second try.
 * Bytes are counted, not characters; there is no signature.
 */
#ifndef TOCSIN_NOTIFY_WECOM_H
#define TOCSIN_NOTIFY_WECOM_H

#include "notify/channel.h"

enum {
    WECOM_MARKDOWN_BYTES = 4096,
    WECOM_TEXT_BYTES = 2048,
    WECOM_BODY_BYTES = 64 * 1024 /* of JSON around them */
};

extern const struct channel_ops wecom_ops;

#endif
