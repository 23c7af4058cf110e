/*
 * slack: incoming webhooks of Slack and of Mattermost.
 *
 * Both take JSON with text and attachments, answer 200 with the text "ok", and
 * say what is wrong with a status and a word (Slack) or JSON (Mattermost).
 * They read different markdown.
 */
#ifndef TOCSIN_NOTIFY_SLACK_H
#define TOCSIN_NOTIFY_SLACK_H

#include "notify/channel.h"

enum {
    SLACK_TEXT_BYTES = 7000, /* of an attachment; Mattermost takes 7.6 k */
    SLACK_BODY_BYTES = 60 * 1024
};

extern const struct channel_ops slack_ops;
extern const struct channel_ops mattermost_ops;

#endif
