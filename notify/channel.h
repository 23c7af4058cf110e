/*
 * channel: a place that notifications go, behind one table per kind.
 *
 * A kind is one file and one line in channel.c.  It knows three things: which
 * configuration makes sense, how a message becomes a request (made anew for
 * each attempt, because a signature holds a time), and what the answer means.
 * It opens nothing and waits for nothing: notify/sender.h does.
 *
 * Belongs to the notify role, the only one that holds the secrets; the engine
 * uses the classes and CHANNEL_… limits.
 */
#ifndef TOCSIN_NOTIFY_CHANNEL_H
#define TOCSIN_NOTIFY_CHANNEL_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "net/gate.h"
#include "net/http.h"

enum {
    CHANNEL_MAX_SECRETS = 4,
    CHANNEL_MAX_ID_BYTES = 64,
    CHANNEL_TEXT_BYTES = 500, /* of the platform's own words that are kept */
    CHANNEL_RETRY_AFTER_MAX_MS = MS_DAY,
    CHANNEL_ANSWER_BYTES = 64 * 1024,
    CHANNEL_TOTAL_MS = 15 * MS_SECOND
};

/* What an attempt came to, and what follows from it. */
/* clang-format off */
#define DELIVERY_CLASSES(X)                                                 \
    X(DELIVERED,   "delivered")   /* the platform says yes */               \
    X(RATE,        "rate")        /* too many: wait, the message is good */ \
    X(TRANSIENT,   "transient")   /* try again by the schedule */           \
    X(DEAD_TARGET, "dead_target") /* nobody there or not for us: stop */    \
    X(BAD_PAYLOAD, "bad_payload") /* not understood or too large */         \
    X(GONE,        "gone")        /* asks never to be called again: stop and
                                   * disable the channel */
/* clang-format on */
enum delivery_class {
#define X(class, name) CLASS_##class,
    DELIVERY_CLASSES(X)
#undef X
};
enum { CLASS_COUNT = CLASS_GONE + 1 };
/* "delivered", "rate", …: static, "transient" for what is none. */
const char *delivery_class_name(enum delivery_class class);

/* A channel as configured.  Texts are lent by whoever made it. */
struct channel_config {
    struct str id, kind, url;
    struct str secrets[CHANNEL_MAX_SECRETS]; /* newest first */
    size_t nsecrets;
    struct gate_policy policy; /* https_only unless insecure_http is set */
    struct str lang;           /* "zh" or "en" */
};

/* A message as it stands in the outbox; the same bytes at every attempt. */
struct channel_message {
    struct str id;   /* "msg_…", constant over attempts, without '.' */
    struct str type; /* "incident.opened", … */
    struct str body; /* JSON of CONTRACTS §4 (notify/body.h) */
};

/* What an answer means. */
struct channel_verdict {
    enum delivery_class class;
    int64_t retry_after_ms; /* not before this, 0 when nothing is asked */
    struct str text;        /* why, in the platform's own words where it has
                             * any; not yet free of secrets */
};

struct channel_ops {
    const char *kind;
    /* Whether the configuration makes sense.  0, or E_CONF with *reterr. */
    int (*check)(const struct channel_config *config, struct toc_error *reterr);
    /* Make the request of one attempt; method, url, headers and body, all in
     * arena or lent by config and message.  0, E_CONF or E_NOMEM. */
    int (*render)(const struct channel_config *config,
        const struct channel_message *message, struct wall now,
        struct arena *arena, struct http_request *ret);
    /* Judge an answer; its body is absent when it was longer than
     * CHANNEL_ANSWER_BYTES.  Texts live in arena or are lent by answer. */
    void (*judge)(const struct http_answer *answer, struct wall now,
        struct arena *arena, struct channel_verdict *ret);
};

/* The table of a kind, NULL when there is none. */
const struct channel_ops *channel_ops_find(struct str kind);
/* Kind number i, NULL past the end (for messages and documents). */
const char *channel_kind(size_t i);
/* Check kind, id, url (through the gate) and what the kind wants.  0 or E_CONF
 * with *reterr (may be NULL); the text names the field and never a secret. */
int channel_check(
    const struct channel_config *config, struct toc_error *reterr);

#endif
