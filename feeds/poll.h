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
    POLL_EVENT_DUE,         /* its time has come */
    POLL_EVENT_SENT,        /* handed to the fetch role */
    POLL_EVENT_UNCHANGED,   /* 304, or the same body */
    POLL_EVENT_ITEMS,       /* a document was read, new items or not */
    POLL_EVENT_FAILED,      /* anything else */
    POLL_EVENT_DIED,        /* the parser died on its document */
    POLL_EVENT_GONE,        /* 410 */
    POLL_EVENT_REMOVED,     /* left the configuration */
    POLL_EVENT_PROBE        /* an operator asks for a poll now */
};

enum {
    POLL_FAILURE_CEILING_MS = 6 * 60 * 60 * 1000, /* back-off never beyond */
    POLL_RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000,
    POLL_DEATHS_TO_QUARANTINE = 3,
    POLL_JITTER_PERCENT = 10
};

struct poll {
    enum poll_state state;
    uint32_t failures; /* in a row; 0 after any success */
    uint32_t deaths;   /* of parsers in a row */
    int64_t interval_ms;
    struct wall next; /* when it is next due; meaningful unless STOPPED */
};

struct poll_answer {
    enum poll_event event;
    int64_t retry_after_ms; /* the server's wish, 0 when none */
    int64_t min_wait_ms;    /* from freshness headers or ttl, 0 when none */
    uint32_t random;        /* for jitter */
};

/* Apply answer at now.  0, or E_STATE and poll untouched when the event means
 * nothing in this state.  The only function that changes state. */
int poll_apply(struct poll *poll, const struct poll_answer *answer,
    struct wall now);

#endif
