/*
 * engine_link: links by which an incident is acted on from a message, without
 * a log-in.
 *
 * URL/act/TOKEN.  A token names the act, the incident, the channel that was
 * told, the message and the end, and is signed with a key that the engine made
 * and only it knows; the console passes it on.  It is good until its end, and
 * once: per message and act.  Who sees the message may act, and nothing more:
 * acknowledge, snooze for LINK_SNOOZE_MS, or call it a false alarm, each an
 * entry in the ledger "by link of CHANNEL".
 */
#ifndef TOCSIN_DAEMON_ENGINE_LINK_H
#define TOCSIN_DAEMON_ENGINE_LINK_H

#include "daemon/engine.h"
#include "notify/body.h"

enum {
    LINK_SNOOZE_MS = 2 * MS_HOUR,
    LINK_ACTS = 3,          /* links of one message */
    LINK_TOKEN_BYTES = 200, /* longer is none of ours */
    LINK_KEY_SIZE = 32,
    LINK_NONCE_SIZE = 8
};

/* clang-format off */
#define LINK_STATES(X)                                                     \
    X(GOOD,    "good")                                                     \
    X(ALTERED, "altered") /* not signed by us, or cut */                   \
    X(EXPIRED, "expired")                                                  \
    X(USED,    "used")    /* somebody did, by this message */              \
    X(MOOT,    "moot")    /* it means nothing in the state it is in now */
/* clang-format on */
enum link_state {
#define X(state, name) LINK_##state,
    LINK_STATES(X)
#undef X
};
const char *link_state_name(enum link_state state);

enum link_act { LINK_ACKNOWLEDGE = 1, LINK_SNOOZE, LINK_FALSE_ALARM };

/* What a token says. */
struct link {
    enum link_act act;
    int64_t incident;
    struct wall expires;
    uint8_t nonce[LINK_NONCE_SIZE]; /* of the message */
    char channel[80];
};

/* Write a token of link into out.  0, E_LIMIT, E_NOMEM. */
int link_write(
    const struct link *link, const uint8_t key[LINK_KEY_SIZE], struct buf *out);
/* Read one back: LINK_GOOD, LINK_ALTERED or LINK_EXPIRED. */
enum link_state link_read(struct str token, const uint8_t key[LINK_KEY_SIZE],
    struct wall now, struct link *ret);

/* The links of one message about incident for channel, in the engine's arena;
 * none when the configuration says so, when the console has no address, or
 * when the incident is over. */
int engine_link_acts(struct engine *engine, const struct channel *channel,
    const struct incident *incident, const struct body_act **ret,
    size_t *ret_n);

/* ACTION_LINK_SHOW, ACTION_LINK_DO: secret is the token, text the reason.  The
 * answer is an object with "state" (of enum link_state) and what of the act,
 * the incident and the channel a page shows.  Within the open transaction. */
struct asked;
int act_link_show(struct asked *asked);
int act_link_do(struct asked *asked);

#endif
