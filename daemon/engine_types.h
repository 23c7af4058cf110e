/*
 * engine_types: the engine's limits, and the small things that it keeps of
 * sources, polls, peers and messages.
 */
#ifndef TOCSIN_DAEMON_ENGINE_TYPES_H
#define TOCSIN_DAEMON_ENGINE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "daemon/ipc.h"
#include "feeds/pace.h"
#include "feeds/poll.h"
#include "feeds/source.h"
#include "incidents/incident.h"

enum {
    ENGINE_MAX_IN_FLIGHT = 1024,      /* polls given to fetch */
    ENGINE_SLOT_BITS = 10,            /* of a poll's number: its slot */
    ENGINE_PER_HOST = 16,             /* of them to one host */
    ENGINE_HOSTS = 4096,              /* buckets of hosts */
    ENGINE_HOLD_MS = 10 * 1000,       /* no polls after a failed commit */
    ENGINE_SENDS_PATIENCE_MS = 2 * 60 * 1000,
    ENGINE_CLOCK_STEP_MS = 60 * 1000, /* a wall clock that was set */
    ENGINE_STALL_MS = 60 * 1000,      /* without a commit that was wanted */
    ENGINE_MAX_SENDS = 64,            /* messages given to notify */
    ENGINE_MAX_TELLS = 256,           /* then the transaction commits */
    ENGINE_PING_MS = 5000,
    ENGINE_PONG_PATIENCE_MS = 20000,
    ENGINE_POLL_PATIENCE_MS = 5 * 60 * 1000, /* beyond any fetch's total */
    ENGINE_MOVED_AFTER = 3,           /* the same permanent redirect */
    ENGINE_FIRST_SPREAD_MS = 20,      /* between first polls at start */
    ENGINE_ARENA_BYTES = 64 * 1024 * 1024,
    COMMIT_DELAY_MS = 3,
    COMMIT_MAX_WRITES = 200
};

/* What is kept of a source while it is in the configuration. */
struct watch {
    const struct source *source; /* in the configuration */
    struct poll poll;
    uint64_t poll_number; /* in flight, or 0 */
    uint16_t host;        /* bucket of its host, for the limit per host */
    bool baseline;        /* has never been polled with success */
    uint8_t cause;        /* enum poll_cause of the last poll, and when it was */
    struct wall answered;
    struct pace_source pace; /* how it publishes */
    uint8_t polls;        /* times as often, by key dates; 0: not known */
    uint8_t hurry;        /* gaps of late: its wait is halved so often */
};

struct slot {
    uint64_t number;   /* of the poll, 0 when free; cannot be guessed */
    uint32_t watch;
    int32_t parser;    /* that has the document, -1 */
    bool answered;     /* its outcome is in the open transaction */
    struct poll before; /* its schedule before it was sent */
    uint64_t handed;   /* order of handing over */
    int64_t wanted;    /* of a page that is not the source's own, else 0 */
    uint16_t host;     /* bucket of the address that was asked */
    bool pushed;       /* a document that was brought: who waits is */
    uint64_t token;    /* the action of this number */
    struct mono sent;
};

struct peer {
    struct ipc *ipc;
    bool ready;
    uint64_t ping, pong; /* numbers sent and answered */
    struct mono pinged;
};

/* A delivery that is with the notify role. */
struct send {
    int64_t delivery;
    int64_t logged; /* number in the list of attempts, or 0 */
    struct mono sent;
    char channel[80];
};

/* Something about an incident that is to become messages at the commit. */
struct tell {
    int64_t incident;
    enum incident_event event;
    const char *reason; /* static */
};

/* An open incident with items that no message has named yet. */
struct follow {
    int64_t incident;
    unsigned times;  /* follow-ups sent */
    struct wall due; /* of the next, WALL_NONE when nothing is untold */
};

/* What waits for the commit. */
struct pending {
    enum { PENDING_POLL, PENDING_ACTION, PENDING_SEND, PENDING_CHANGED,
        PENDING_WANTED, PENDING_PUSH } kind;
    uint64_t poll;      /* PENDING_POLL, PENDING_WANTED: its number */
    struct poll next;   /* PENDING_POLL: its schedule when committed */
    struct rhythm rhythm; /* PENDING_POLL: what it taught */
    bool baseline;      /* PENDING_POLL: still so afterwards */
    uint64_t token;     /* PENDING_ACTION */
    char *text, *data;  /* PENDING_ACTION: owned, may be NULL */
    int64_t id;         /* PENDING_CHANGED, PENDING_SEND: delivery */
    const char *what;   /* PENDING_CHANGED */
};

#endif
