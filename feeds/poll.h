/*
 * poll: when a source is next asked, and what its answers do to that.
 *
 * The schedule of one source and nothing else: it opens no connection, reads
 * no clock and keeps no list (the due heap is in daemon/schedule.c).  Belongs
 * to the engine role.
 */
#ifndef TOCSIN_FEEDS_POLL_H
#define TOCSIN_FEEDS_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

/* clang-format off */
/*      state        may become                                             */
#define POLL_STATES(X)                                                       \
    X(IDLE,        POLL_TO(DUE) | POLL_TO(STOPPED))                          \
    X(DUE,         POLL_TO(FETCHING) | POLL_TO(STOPPED))                     \
    X(FETCHING,    POLL_TO(IDLE) | POLL_TO(BACKOFF) | POLL_TO(QUARANTINED)   \
                   | POLL_TO(STOPPED))                                       \
    X(BACKOFF,     POLL_TO(DUE) | POLL_TO(STOPPED))                          \
    X(QUARANTINED, POLL_TO(DUE) | POLL_TO(STOPPED))                          \
    X(STOPPED,     POLL_TO(DUE))
/* clang-format on */
#define POLL_TO(state) (1u << POLL_##state)
enum poll_state {
#define X(name, to) POLL_##name,
    POLL_STATES(X)
#undef X
};
const char *poll_state_name(enum poll_state state);

enum poll_event {
    POLL_EVENT_DUE,       /* its time has come */
    POLL_EVENT_SENT,      /* handed to the fetch role */
    POLL_EVENT_UNCHANGED, /* 304, or the same body */
    POLL_EVENT_ITEMS,     /* a document was read, new items or not */
    POLL_EVENT_FAILED,    /* anything else */
    POLL_EVENT_DIED,      /* the parser died on its document */
    POLL_EVENT_GONE,      /* 410 */
    POLL_EVENT_REMOVED,   /* left the configuration */
    POLL_EVENT_PROBE      /* an operator asks for a poll now */
};

/* clang-format off */
/* What decided when the next poll is: the name is for programs. */
#define POLL_WHYS(X)                                                          \
    X(SOON,        "soon")        /* never polled yet, or asked for */         \
    X(INTERVAL,    "interval")    /* the configured one */                     \
    X(RHYTHM,      "rhythm")      /* the source's own, within the budget */    \
    X(FLOOR,       "floor")       /* its rhythm is faster than it is polled */ \
    X(CEILING,     "ceiling")     /* its rhythm is slower than it is polled */ \
    X(GAP,         "gap")         /* it may have shown more than was seen */   \
    X(FRESH,       "fresh")       /* Cache-Control or Expires */               \
    X(TTL,         "ttl")         /* the feed's ttl or update period */        \
    X(SKIP,        "skip")        /* the feed's skipHours or skipDays */       \
    X(RETRY_AFTER, "retry-after") /* the server's wish */                      \
    X(BACKOFF,     "backoff")     /* it failed */
/* clang-format on */
enum poll_why {
#define X(why, name) POLL_WHY_##why,
    POLL_WHYS(X)
#undef X
};
/* Static; "soon" for what is no such value. */
const char *poll_why_name(enum poll_why why);

/* How much of each wish is obeyed: an alarm may not be blinded by a server's
 * careless default (`max-age` of a year on every page of a site). */
enum {
    POLL_FAILURE_CEILING_MS = 6 * 60 * 60 * 1000, /* back-off never beyond */
    POLL_FRESH_MAX_MS = 60 * 60 * 1000,           /* Cache-Control, Expires */
    POLL_TTL_MAX_MS = 4 * 60 * 60 * 1000,         /* of the feed itself */
    POLL_SKIP_MAX_MS = 12 * 60 * 60 * 1000,       /* skipHours, skipDays */
    POLL_RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000,
    POLL_DEATHS_TO_QUARANTINE = 3,
    POLL_JITTER_PERCENT = 10
};

struct poll {
    enum poll_state state;
    uint32_t failures; /* in a row; 0 after any success */
    uint32_t deaths;   /* of parsers in a row */
    int64_t interval_ms;
    struct wall next;  /* when it is next due; meaningful unless STOPPED */
    enum poll_why why; /* what made it so */
};

struct poll_answer {
    enum poll_event event;
    int64_t wait_ms;        /* chosen by pace.h, 0: the interval */
    enum poll_why wait_why; /* with wait_ms */
    int64_t retry_after_ms; /* the server's wish, 0 when none */
    int64_t fresh_ms;       /* from caching headers, 0 when none */
    int64_t ttl_ms;         /* from the feed, 0 when none */
    uint32_t skip_hours;    /* bit h: not from h:00 to h:59 UTC */
    uint8_t skip_days;      /* bit d: not on that day, UTC; 0 is Monday */
    uint32_t random;        /* for jitter */
};

/* Apply answer at now.  0, or E_STATE and poll untouched when the event means
 * nothing in this state.  The only function that changes state. */
int poll_apply(
    struct poll *poll, const struct poll_answer *answer, struct wall now);

#endif
