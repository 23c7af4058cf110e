/*
 * smtp: a mail to people.
 *
 * url is the server's, smtp://HOST[:587] with STARTTLS or smtps://HOST[:465];
 * from and to are addresses, user and secret the log-in.  A mail is plain text
 * with an HTML alternative of the same words, ASCII throughout (mime.h).
 *
 * Message-ID is the message's, the same at every attempt, so that a receiver
 * can drop a repeat.  Mails about one incident are a thread: the one that opens
 * it has the incident's own Message-ID, and the others refer to that.
 *
 * When a server takes it for some recipients and refuses others it is
 * delivered, and the verdict's text names those who were refused.
 */
#ifndef TOCSIN_NOTIFY_SMTP_H
#define TOCSIN_NOTIFY_SMTP_H

#include "notify/channel.h"

enum {
    SMTP_MAX_BYTES = 64 * 1024, /* of a mail */
    SMTP_NAME_BYTES = 100       /* of the sender */
};

/* Cut "Desk <desk@example.org>", or an address alone.  0 or E_CONF. */
int smtp_parse_from(
    struct str from, struct str *ret_name, struct str *ret_address);

extern const struct channel_ops smtp_ops;

#endif
