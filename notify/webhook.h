/*
 * webhook: Standard Webhooks 1.0.0.
 *
 * Headers webhook-id (constant), webhook-timestamp and webhook-signature (of
 * the attempt); signed is "id.timestamp.body" with HMAC-SHA-256 under the
 * bytes behind "whsec_", one signature for each secret so that a receiver can
 * rotate.  2xx is yes; anything else is no; 410 is never again.
 */
#ifndef TOCSIN_NOTIFY_WEBHOOK_H
#define TOCSIN_NOTIFY_WEBHOOK_H

#include "base/buf.h"
#include "notify/channel.h"

enum {
    WEBHOOK_SECRET_MIN_BYTES = 24,
    WEBHOOK_SECRET_MAX_BYTES = 64,
    WEBHOOK_REFUSED_WAIT_MS = 30 * MS_MINUTE /* after 401, 403 */
};

extern const struct channel_ops webhook_ops;

/* Append "v1,<base64>" for each secret, separated by spaces.  0, E_CONF for a
 * secret that is none, E_NOMEM. */
int webhook_sign(struct buf *out, const struct str *secrets, size_t nsecrets,
    struct str id, int64_t timestamp_s, struct str body);
/* Whether a webhook-signature holds a signature made with secret and
 * timestamp_s is within tolerance_s of now_s.  For receivers (the demo, tests):
 * compares in constant time. */
bool webhook_verify(struct str signatures, struct str secret, struct str id,
    int64_t timestamp_s, struct str body, int64_t now_s, int64_t tolerance_s);
/* Whether text is a usable secret: "whsec_" and base64 of 24 to 64 bytes. */
bool webhook_secret_is_valid(struct str text);

#endif
