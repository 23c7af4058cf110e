/*
 * deliveries: the outbox, and the attempts to empty it.
 *
 * A row is one message for one channel; it stays until the channel said yes,
 * or is a dead letter.  Rows that wait too long become part of a digest: they
 * keep its number (folded), are not sent by themselves, and share its fate.
 */
#ifndef TOCSIN_STORE_DELIVERIES_H
#define TOCSIN_STORE_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/level.h"
#include "base/str.h"

struct store;

enum { STORE_ATTEMPT_MAX_BYTES = 2000 /* of a receiver's words, kept */ };

/* clang-format off */
#define DELIVERY_STATES(X)                                            \
    X(PENDING,   "pending")   /* to be tried at next */                \
    X(DELIVERED, "delivered") /* the channel said yes */               \
    X(DEAD,      "dead")      /* given up, with the reason; resendable */
/* clang-format on */
enum delivery_state {
#define X(state, name) DELIVERY_##state,
    DELIVERY_STATES(X)
#undef X
};
struct delivery {
    int64_t id;
    struct str message_id; /* "msg_…", constant over attempts */
    struct str channel;
    struct str type;  /* "incident.opened", … */
    int64_t incident; /* 0 none */
    enum level level;
    struct str body; /* bytes as sent */
    enum delivery_state state;
    uint32_t attempts;
    struct wall created, next, finished;
    struct str last_error;
    unsigned form;  /* enum text_form that it is rendered in */
    bool unsure;    /* an attempt may have reached the receiver */
    int64_t folded; /* the digest that says it, 0: it says itself */
    struct str settled; /* recipients that are not asked again, one a line:
                         * they took it, or never will; absent: none */
    struct str calls;   /* who is called by name besides the channel's own, as
                         * its platform calls them, one a line; never shown */
};
/* One message goes to a channel once: E_EXISTS for the same message_id and
 * channel. */
int store_delivery_add(
    struct store *store, const struct delivery *delivery, int64_t *ret_id);
/* Those of channel that are pending, due at now and in no digest, by level (red
 * first) then age, at most max; without their bodies.  What is in flight the
 * caller knows. */
int store_delivery_due(struct store *store, struct str channel, struct wall now,
    size_t max, struct arena *arena, struct delivery **ret, size_t *ret_n);
/* When the next pending one of channel is due, WALL_NONE when there is none. */
int store_delivery_next(
    struct store *store, struct str channel, struct wall *ret);
/* The channels that have pending ones. */
int store_delivery_channels(
    struct store *store, struct arena *arena, struct str **ret, size_t *ret_n);
/* All that is pending of a channel that is not there any more is given up. */
int store_delivery_give_up(
    struct store *store, struct str channel, struct str why, struct wall now);
/* What waits of channel after attempts is due now: it answers again. */
int store_delivery_hurry(
    struct store *store, struct str channel, struct wall now);
/* The wall clock was set by so much: what is pending keeps its waits. */
int store_delivery_shift(struct store *store, int64_t by_ms);
int store_delivery_load(
    struct store *store, int64_t id, struct arena *arena, struct delivery *ret);
/* Save all but message_id and body, which never change. */
int store_delivery_save(struct store *store, const struct delivery *delivery);
/* An attempt may have reached the receiver. */
int store_delivery_unsure(struct store *store, int64_t id);
/* It is said by digest from now on. */
int store_delivery_fold(struct store *store, int64_t id, int64_t digest);
/* What digest says shares its state, time and reason. */
int store_delivery_follow(struct store *store, const struct delivery *digest);
/* Numbers of dead letters of a channel (absent: of all), oldest first, those
 * after after, in no digest, at most max. */
int store_delivery_dead(struct store *store, struct str channel, int64_t after,
    size_t max, struct arena *arena, int64_t **ret, size_t *ret_n);

struct attempt {
    int64_t delivery;
    uint32_t number; /* from 1; 0: the next, also after a resend */
    struct wall at;
    int64_t elapsed_ms;
    struct str class; /* "delivered", "rate", "transient", … */
    int status;       /* HTTP, 0 when none */
    struct str code;  /* the platform's own, "errcode 45009"; or absent */
    struct str text;  /* the platform's own words, bounded, no secrets */
};
/* The text is cut at STORE_ATTEMPT_MAX_BYTES. */
int store_attempt_add(struct store *store, const struct attempt *attempt);

#endif
