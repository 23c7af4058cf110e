/*
 * template: any JSON receiver, by a Mustache template and a success test.
 *
 * The file that `template` names makes the body: {{key}} is escaped to stand
 * within JSON's quotes, {{{key}}} is the value as JSON (base/tmpl.h).  Its keys
 * are those of text_view.h, and
 *
 *   headline, text      the words of the message: one line, and all lines
 *   message             the whole message of CONTRACTS §4, as an object
 *   message_id          constant over attempts
 *   secret, secret2 …   the channel's secrets
 *   comma               in entries of lists: true for all but the last
 *
 * What comes out must be JSON (unless content_type is another), or the message
 * is refused with the place.  {secret} in headers stands for the secret.
 *
 * success says which answers are a yes: a status, and a value at a pointer or a
 * text in the body.  A 2xx that is none of them is an answer that nobody
 * understands: it is tried again twice, then the target is dead.
 */
#ifndef TOCSIN_NOTIFY_TEMPLATE_H
#define TOCSIN_NOTIFY_TEMPLATE_H

#include "notify/channel.h"

enum {
    TEMPLATE_MAX_HEADERS = 16,
    TEMPLATE_MAX_POINTER_BYTES = 200,
    TEMPLATE_TEXT_BYTES = 4000, /* of text */
    TEMPLATE_MAX_LIST = 60      /* entries of a list */
};

extern const struct channel_ops template_ops;

/* Render a sample of each event.  0, E_NOMEM, or E_CONF with *reterr saying
 * which of them comes out as no JSON, and where. */
int template_try(const struct channel_config *config, struct toc_error *reterr);
/* Whether an answer is a yes; *ret_why, in arena, says why not. */
bool template_is_success(const struct channel_success *success,
    const struct http_answer *answer, struct arena *arena, struct str *ret_why);

#endif
