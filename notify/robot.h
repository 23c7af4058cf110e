/*
 * robot: what the chat robots have in common.
 *
 * Their platforms answer 200 and put the verdict in the body: a message is
 * delivered only when the platform's own code says so.  Each kind brings a
 * table of its codes; a code that is not in it, a body that is none, are tried
 * again twice before the channel counts as dead.  Internal to notify/.
 */
#ifndef TOCSIN_NOTIFY_ROBOT_H
#define TOCSIN_NOTIFY_ROBOT_H

#include <jansson.h>

#include "notify/channel.h"

/* One code of a platform. */
struct robot_code {
    int64_t code;
    const char *words; /* that its message has (any case); NULL: any */
    enum delivery_class class;
    bool moderated;
    int64_t wait_ms;     /* RATE: it refuses for so long */
    const char *zh, *en; /* what to do about it; or NULL */
};

struct robot_platform {
    const char *name; /* of the code: "errcode" */
    /* The code and the words of an answer; false when it is none. */
    bool (*read)(const json_t *json, int64_t *ret_code, struct str *ret_words);
    const char *wait; /* where it says how many seconds to wait; or NULL */
    const struct robot_code *codes; /* ended by class DELIVERED */
};

/* Judge an answer by the platform's table. */
void robot_judge(const struct robot_platform *platform,
    const struct channel_config *config, const struct http_answer *answer,
    struct wall now, struct arena *arena, struct channel_verdict *ret);
/* What the status alone says, for an answer whose body does not say more: of
 * 2xx that it is unknown.  text is what is told of it. */
void robot_judge_status(const struct http_answer *answer, struct wall now,
    struct arena *arena, struct channel_verdict *ret);
/* Put what to do about it behind the platform's words. */
void robot_hint(const struct channel_config *config, struct arena *arena,
    const char *zh, const char *en, struct channel_verdict *ret);

/* Make the POST of a JSON body (taken; NULL is no memory) of at most max_bytes.
 * 0, E_NOMEM, or E_LIMIT when it is longer. */
int robot_request(struct arena *arena, struct str url, json_t *json_taken,
    size_t max_bytes, struct http_request *ret);
/* {"key": value} with a string; NULL when memory ends. */
json_t *robot_pair(const char *key, struct str value);

/* The words of a message in the robot's markup, with one of its keywords in
 * title, heading and lines.  max_bytes is of heading and lines together. */
int robot_text(struct arena *arena, const struct channel_config *config,
    const struct channel_message *message, enum text_markup markup,
    bool buttons, size_t max_bytes, struct text *ret);
enum { ROBOT_KEYWORD_BYTES = 200 };
/* A robot may be secured by keywords or addresses alone; a keyword is no longer
 * than ROBOT_KEYWORD_BYTES, since it stands in every message.  0 or E_CONF. */
int robot_check(const struct channel_config *config, struct toc_error *reterr);
/* Whether the people of the channel are called by this message: its level is
 * as high as mention_level. */
bool robot_mentions(
    const struct channel_config *config, const struct text *text);
/* Whether a mention is a mobile number, and whether it is everybody. */
bool robot_is_mobile(struct str mention);
bool robot_is_all(struct str mention);

#endif
