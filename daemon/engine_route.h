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
#include "incidents/silence.h"

enum route_verdict {
    ROUTE_SEND, /* now */
    ROUTE_HOLD, /* not now: it waits, and is looked at again */
    ROUTE_NOT   /* not at all, unless something changes */
};

/* clang-format off */
/*     word           name           verdict                             */
#define ROUTE_WORDS(X)                                                     \
    X(SEND,        "send",        ROUTE_SEND) /* it is told */             \
    X(BELOW_LEVEL, "below-level", ROUTE_NOT)  /* the channel's, notify's */\
    X(NO_ROUTE,    "no-route",    ROUTE_NOT)  /* no route leads there */   \
    X(INHIBITED,   "inhibited",   ROUTE_HOLD) /* a greater one is open */  \
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
    struct wall until; /* ROUTE_HOLD: of the hold, or WALL_NONE: not known */
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
/* When to look again at what a decision holds. */
struct wall engine_route_look_again(
    const struct engine *engine, const struct route_decision *decision);

/* --- engine_held.c ----------------------------------------------------------
 */
/* Tell what has waited long enough: one digest to each channel.  At every
 * pulse. */
void engine_held_run(struct engine *engine);
/* Another configuration: look at all that waits.  Within a transaction. */
int engine_held_reload(struct engine *engine);

/* --- engine_silence.c -------------------------------------------------------
 */
/* The silence in force that holds incident back the longest, or E_NOTFOUND: its
 * number, end, author and reason, in the engine's arena. */
int engine_silence_find(struct engine *engine, const struct incident *incident,
    struct silence *ret);
/* All of them, in arena. */
int engine_silences_of(struct engine *engine, const struct incident *incident,
    struct arena *arena, struct silence **ret, size_t *ret_n);
/* End those that are over.  At every pulse. */
void engine_silence_run(struct engine *engine);
/* Within the open transaction: make one of the request's data; end one. */
struct asked;
int act_silence_add(struct asked *asked);
int act_silence_end(struct asked *asked);

/* --- engine_explain.c -------------------------------------------------------
 */
/* Who would be told of incident asked->id now, and why (not): the answer is
 * the object that docs/routes.md describes.  Writes nothing. */
int act_explain(struct asked *asked);

#endif
