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
#include "base/level.h"
#include "base/str.h"
#include "base/timefmt.h"
#include "net/gate.h"
#include "net/http.h"
#include "net/mail.h"
#include "notify/text.h"

enum {
    CHANNEL_MAX_SECRETS = 4,
    CHANNEL_MAX_ID_BYTES = 64,
    CHANNEL_MAX_KEYWORDS = 10,
    CHANNEL_MAX_MENTIONS = 50,
    CHANNEL_TEXT_BYTES = 500, /* of the platform's own words that are kept */
    CHANNEL_CODE_BYTES = 60,
    CHANNEL_UNKNOWN_TIMES = 2, /* an answer that is none is tried again */
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

/* When an answer is a yes, as a channel of kind template has it.  What is
 * absent is not asked. */
struct channel_success {
    struct str status;   /* "2xx", "200", "200-204"; absent: 2xx */
    struct str pointer;  /* RFC 6901, into the answer's JSON */
    struct str equals;   /* what stands there, as text; absent: anything */
    struct str contains; /* in the answer's body */
};

/* A channel as configured.  Texts are lent by whoever made it. */
struct channel_config {
    struct str id, kind, url;
    struct str secrets[CHANNEL_MAX_SECRETS]; /* newest first */
    size_t nsecrets;
    struct gate_policy policy;  /* https_only unless insecure_http is set */
    struct str lang;            /* "zh" or "en" */
    const struct str *keywords; /* the robot wants to see one of them */
    size_t nkeywords;
    const struct str *mentions; /* mobile numbers, user ids, or "all" */
    size_t nmentions;
    enum level mention_level; /* from which they are called */
    struct str template;      /* its own text, absent: the shipped ones */
    /* smtp */
    struct str from, user; /* "Desk <desk@example.org>", of the log-in */
    const struct str *to;  /* addresses */
    size_t nto;
    bool insecure_smtp; /* also where there is no STARTTLS */
    /* Those of them that this message is over for, one a line: they took it,
     * or ("!" before it) never will. */
    struct str settled;
    /* template */
    struct str method, content_type; /* absent: POST, application/json */
    const struct str *headers;       /* "Name: value", {secret} in them */
    size_t nheaders;
    struct channel_success success;
    /* of the house */
    const struct zone *zone; /* NULL: UTC */
    struct str console, bureau;
};

/* A message as it stands in the outbox; the same bytes at every attempt. */
struct channel_message {
    struct str id;       /* "msg_…", constant over attempts, without '.' */
    struct str type;     /* "incident.opened", … */
    struct str body;     /* JSON of CONTRACTS §4 (notify/body.h) */
    unsigned attempt;    /* which one this is, from 1 */
    enum text_form form; /* FULL, until the platform refused that */
};

/* What an answer means. */
struct channel_verdict {
    enum delivery_class class;
    int64_t retry_after_ms; /* not before this, 0 when nothing is asked */
    int64_t penalty_ms;     /* RATE: how long it is known to refuse, 0: that of
                             * its limits when nothing is asked */
    struct str code;        /* the platform's own, "errcode 45009"; or absent */
    struct str text;        /* why, in the platform's own words where it has
                             * any; not yet free of secrets */
    bool unknown;   /* a 2xx whose body is none of the platform's: class is
                     * not looked at, it is TRANSIENT twice, then DEAD_TARGET */
    bool moderated; /* with BAD_PAYLOAD: it is the content that is refused */
    struct str settled; /* of mail: what settled is now; absent: as before */
};

/* What a platform bears. */
struct channel_limits {
    size_t max_bytes;    /* of a text, as the platform counts it; 0: none */
    unsigned per_minute; /* messages; 0: none */
    unsigned reserve;    /* of those, kept for orange and red */
    int64_t gap_ms;      /* between two messages */
    int64_t penalty_ms;  /* of silence after it said "too many" */
};

struct channel_ops {
    const char *kind;
    struct channel_limits limits;
    bool own_url; /* url is no http address: check() judges it */
    /* Whether the configuration makes sense.  0, or E_CONF with *reterr. */
    int (*check)(const struct channel_config *config, struct toc_error *reterr);
    /* Make the request of one attempt; method, url, headers and body, all in
     * arena or lent by config and message.  0, E_CONF, E_NOMEM, or E_PARSE when
     * what came out is no message (a template's); ret's body then says why. */
    int (*render)(const struct channel_config *config,
        const struct channel_message *message, struct wall now,
        struct arena *arena, struct http_request *ret);
    /* Judge an answer; its body is absent when it was longer than
     * CHANNEL_ANSWER_BYTES.  Texts live in arena or are lent by answer. */
    void (*judge)(const struct channel_config *config,
        const struct http_answer *answer, struct wall now, struct arena *arena,
        struct channel_verdict *ret);
    /* The same for a kind that sends mail; render and judge are NULL then. */
    int (*render_mail)(const struct channel_config *config,
        const struct channel_message *message, struct arena *arena,
        struct mail_request *ret);
    void (*judge_mail)(const struct channel_config *config,
        const struct mail_answer *answer, struct arena *arena,
        struct channel_verdict *ret);
};

/* The table of a kind, NULL when there is none. */
const struct channel_ops *channel_ops_find(struct str kind);
/* Kind number i, NULL past the end (for messages and documents). */
const char *channel_kind(size_t i);
/* What the platform of a kind bears; all 0 for a kind that is none. */
const struct channel_limits *channel_limits(struct str kind);
/* The form that a message refused in form with verdict may pass in; 0 (FULL)
 * when there is none left. */
enum text_form channel_next_form(
    enum text_form form, const struct channel_verdict *verdict);
/* Its style of text: language, zone, console, template; markup and limits are
 * the kind's to set. */
struct text_style channel_style(
    const struct channel_config *config, const struct channel_message *message);
/* Check kind, id, url (through the gate) and what the kind wants.  0 or E_CONF
 * with *reterr (may be NULL); the text names the field and never a secret. */
int channel_check(
    const struct channel_config *config, struct toc_error *reterr);

#endif
