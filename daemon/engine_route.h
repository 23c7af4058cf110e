/*
 * engine_route: whether a channel hears of an incident, and why (not).
 *
 * One function decides, for what is told and for `tocsin explain` alike.  In
 * this order: the channel's own level; the routes (incidents/route.h); what an
 * inhibition drops; silences; quiet hours.  What is held or silenced is a row
 * of `held`: visible, counted, and told when its time comes.
 *
 * The words are stable: programs may rely on them.
 */
#ifndef TOCSIN_DAEMON_ENGINE_ROUTE_H
#define TOCSIN_DAEMON_ENGINE_ROUTE_H

#include "daemon/engine.h"

enum route_verdict {
    ROUTE_SEND, /* now */
    ROUTE_HOLD, /* not before .until, then in one digest */
    ROUTE_NOT   /* not at all, unless something changes */
};

/* clang-format off */
/*     word           name           verdict                             */
#define ROUTE_WORDS(X)                                                     \
    X(SEND,        "send",        ROUTE_SEND) /* it is told */             \
    X(BELOW_LEVEL, "below-level", ROUTE_NOT)  /* the channel's, notify's */\
    X(NO_ROUTE,    "no-route",    ROUTE_NOT)  /* no route leads there */   \
    X(INHIBITED,   "inhibited",   ROUTE_NOT)  /* a greater one is open */  \
    X(SILENCED,    "silenced",    ROUTE_HOLD) /* until the silence ends */ \
    X(QUIET_HOURS, "quiet-hours", ROUTE_HOLD) /* until they end */
/* clang-format on */
enum route_word {
#define X(word, name, verdict) ROUTE_WORD_##word,
    ROUTE_WORDS(X)
#undef X
};
/* "send", "below-level", …: static. */
const char *route_word_name(enum route_word word);

struct route_decision {
    enum route_verdict verdict;
    enum route_word word;
    struct str why;    /* a sentence, English; in the engine's arena */
    struct wall until; /* ROUTE_HOLD: of the hold; else WALL_NONE */
    struct str route;  /* name of the route that leads there, or absent */
    int64_t silence;   /* ROUTE_WORD_SILENCED: its number, else 0 */
    int64_t by;        /* ROUTE_WORD_INHIBITED: the incident, else 0 */
};

/* Whether channel hears of event of incident now.  Changes nothing.  0, or
 * what reading the store came to. */
int engine_route(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    struct route_decision *ret);

/* The same for somebody who tells: what is held or silenced is written down,
 * to be told later.  Within a transaction.  *ret_send says whether to send. */
int engine_route_gate(struct engine *engine, const struct channel *channel,
    const struct incident *incident, enum incident_event event,
    const char *reason, bool *ret_send);

#endif
