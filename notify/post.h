/*
 * post: what the kinds that POST one JSON value have in common: the request,
 * with the channel's token as a bearer, and the meaning of a status where the
 * platform says no more than that.
 */
#ifndef TOCSIN_NOTIFY_POST_H
#define TOCSIN_NOTIFY_POST_H

#include <jansson.h>

#include "notify/channel.h"

enum {
    POST_MAX_BYTES = 256 * 1024,
    POST_TOKEN_BYTES = 1024,
    POST_MAX_HEADERS = 4,
    POST_THROTTLED_MS = MS_MINUTE /* after 429 or 503, when it says nothing */
};

/* Whether text can stand in a header: printable ASCII, no blanks, not empty. */
bool post_token_is_valid(struct str text);
/* Check that each secret, if there is any, is a token.  0 or E_CONF. */
int post_check_token(
    const struct channel_config *config, struct toc_error *reterr);
/* Make the request: value (taken, NULL is no memory) to url, "Authorization:
 * Bearer" with the newest secret when there is one.  0 or E_NOMEM, or E_CONF
 * when the value is longer than POST_MAX_BYTES. */
int post_json(const struct channel_config *config, struct str url,
    struct str content_type, json_t *value_taken, struct arena *arena,
    struct http_request *ret);
/* What a status means by itself.  429 and 503 with Retry-After are "too many",
 * 400, 413, 415 and 422 are about the message, 401, 403, 404 and 405 about the
 * target, 410 says never again; the rest is tried again. */
void post_judge(const struct http_answer *answer, struct wall now,
    struct arena *arena, struct channel_verdict *ret);

#endif
