/*
 * mail: one message to one SMTP server (RFC 5321), on the loop.
 *
 * It goes through the HTTP client's multi handle and the same gate: the host is
 * judged before anything is asked of it, and each address when it is connected
 * to.  The port is the one of the URL and no other.  Transport is encrypted and
 * the server's certificate checked, by smtps:// or STARTTLS; what does not
 * offer it gets nothing, unless the request says insecure.
 *
 * What the server said is reported per step and per recipient, because "two of
 * three" is an answer that SMTP can give.
 */
#ifndef TOCSIN_NET_MAIL_H
#define TOCSIN_NET_MAIL_H

#include "net/http.h"

enum {
    MAIL_MAX_BYTES = 1024 * 1024,
    MAIL_MAX_RECIPIENTS = 50,
    MAIL_MAX_ADDRESS_BYTES = 254, /* RFC 5321 §4.5.3.1.3, without brackets */
    MAIL_MAX_CALLS = 64,          /* under way at once */
    MAIL_MAX_REPLY_BYTES = 64 * 1024, /* all that a server says */
    MAIL_REPLY_TEXT_BYTES = 300,
    MAIL_CONNECT_MS = 10 * MS_SECOND,
    MAIL_TOTAL_MS = 45 * MS_SECOND, /* servers delay whom they do not know */
    MAIL_PORT = 587,
    MAIL_TLS_PORT = 465
};

struct mail_call; /* one message under way */

/* How far it came. */
/* clang-format off */
#define MAIL_STEPS(X)                                                   \
    X(CONNECT, "connecting")                                            \
    X(HELLO,   "greeting")                                              \
    X(TLS,     "STARTTLS")                                              \
    X(LOGIN,   "log-in")                                                \
    X(FROM,    "sender")                                                \
    X(RCPT,    "recipients")                                            \
    X(DATA,    "DATA")                                                  \
    X(BODY,    "message")   /* the reply to it says whether it is taken */
/* clang-format on */
enum mail_step {
#define X(step, name) MAIL_##step,
    MAIL_STEPS(X)
#undef X
};
const char *mail_step_name(enum mail_step step);

struct mail_request {
    struct str url;            /* smtp://HOST[:PORT] or smtps://HOST[:PORT] */
    struct str user, password; /* absent: no log-in */
    struct str hello;          /* the name that we greet with */
    struct str from;           /* an address: ASCII, without brackets */
    const struct str *to;      /* the same */
    size_t nto;
    struct str message; /* RFC 5322, lines ended by CRLF */
    const struct gate_policy *policy;
    bool insecure; /* encrypt when offered, believe any certificate */
    int64_t connect_ms, total_ms; /* 0: default */
};

struct mail_reply {
    int code;        /* 250, 451, …; 0: never asked, or no answer */
    struct str text; /* all its lines as one, with the code */
};

struct mail_answer {
    enum http_result result; /* ANSWERED: the dialogue came to an end */
    struct str reason;       /* a sentence when not ANSWERED; no secrets */
    bool accepted;           /* the server took it, for at least one */
    enum mail_step step;     /* the last */
    struct mail_reply last;  /* the reply to it */
    const struct mail_reply *rcpt; /* of each recipient, in order */
    size_t nrcpt;
    int64_t elapsed_ms;
};

/* Judge a URL by itself: smtp or smtps, host, port, nothing more.  0, or
 * E_DENIED with a static sentence in *ret_reason, or E_NOMEM. */
int mail_url(
    const struct gate_policy *policy, struct str url, const char **ret_reason);
/* Whether text can be an address in a command: ASCII, one @, no blank, none of
 * <>()[],;:\ or quotes. */
bool mail_address_is_valid(struct str text);
/* Send a message (everything is copied); done is called once, later, from the
 * loop, with an answer that is lent until it returns.  A URL that the gate
 * refuses is answered with HTTP_REFUSED in the same way.  0, or without a call:
 * E_PARSE for an address that is none, E_LIMIT for too long a message or too
 * many recipients, E_BUSY for too many calls, E_NOMEM. */
int mail_start(struct http *http, const struct mail_request *request,
    void (*done)(void *arg, const struct mail_answer *answer), void *arg,
    struct mail_call **ret);
/* Give it up; done is not called.  The server may have taken the message. */
void mail_cancel(struct mail_call *call);

#endif
