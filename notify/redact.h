/*
 * redact: what a person may see of a channel.
 *
 * A robot's address holds its token; a platform's answer may repeat the
 * address.  Nothing of a channel's URL behind its origin, and none of its
 * secrets, may reach a log, an error, the database or a page.
 */
#ifndef TOCSIN_NOTIFY_REDACT_H
#define TOCSIN_NOTIFY_REDACT_H

#include "base/buf.h"
#include "notify/channel.h"

enum { REDACT_MIN_BYTES = 6 }; /* a shorter part of a URL is no token */

/* Append the origin of url: scheme, host, port; "?" when it is no URL. */
int notify_redact(struct buf *out, struct str url);
/* Append text on one line, valid, at most max_bytes, with every part of the
 * channel's URL that could be a token, every secret, and what looks like a
 * signature of ours, replaced by "…". */
int redact_text(struct buf *out, const struct channel_config *config,
    struct str text, size_t max_bytes);

#endif
