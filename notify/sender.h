/*
 * sender: one attempt to deliver one message.
 *
 * It renders the request, sends it through the HTTP client (and so through the
 * gate, with the channel's own policy), judges the answer and reports.  It
 * keeps no schedule and no state over attempts: notify/delivery.h does, in the
 * engine.
 *
 * It belongs to the notify role.
 */
#ifndef TOCSIN_NOTIFY_SENDER_H
#define TOCSIN_NOTIFY_SENDER_H

#include "net/http.h"
#include "net/loop.h"
#include "notify/channel.h"

enum {
    SENDER_CONCURRENT = 32,
    SENDER_SKEW_MINUTES = 5, /* of the clocks; less is not said */
    SENDER_PER_HOST = 2 /* a dead receiver never delays another */
};

struct sender;
struct sender_attempt;

struct attempt_result {
    enum delivery_class class;
    int status; /* HTTP, 0 when there was no answer */
    int64_t retry_after_ms; /* with RATE: or what the platform is known for */
    int64_t asked_ms;       /* RATE: of that, what it asked for; 0: nothing */
    struct str code; /* the platform's own, ≤ CHANNEL_CODE_BYTES; or absent */
    struct str text; /* why; one line, ≤ CHANNEL_TEXT_BYTES, no secrets */
    enum text_form next_form; /* with BAD_PAYLOAD: may pass; 0: none */
    struct str settled;       /* as channel_verdict's */
    int64_t elapsed_ms;
};

/* Make a sender with an HTTP client of its own; before lockdown. */
int sender_new(struct loop *loop, struct str user_agent, struct sender **ret);
/* End all attempts without calling done.  Not from a done callback. */
void sender_free(struct sender *sender);
/* Start one attempt; config and message are lent until the call returns.  done
 * is called once, later, from the loop, with a result that is lent until it
 * returns.  A channel that cannot be sent to (its kind, its secrets) is
 * reported the same way, as DEAD_TARGET.  ret may be NULL.  0, E_BUSY or
 * E_NOMEM without a call. */
int sender_send(struct sender *sender, const struct channel_config *config,
    const struct channel_message *message,
    void (*done)(void *arg, const struct attempt_result *result), void *arg,
    struct sender_attempt **ret);
/* Give an attempt up; done is not called. */
void sender_cancel(struct sender_attempt *attempt);
/* The client, for http_trust and limits. */
struct http *sender_http(struct sender *sender);

#endif
