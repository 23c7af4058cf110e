/*
 * engine_outbox: what the engine knows of each channel while it sends.
 *
 *   engine_outbox.c  which message goes to which channel next
 *   engine_line.c    a channel as the outbox sees it: limits, waits, state
 *   engine_stuck.c   channels that take nothing; lines that were undone
 *   engine_result.c  what came of an attempt, and what follows
 *   engine_storm.c   what waits becomes one digest
 *   engine_resend.c  what operators ask of messages and channels
 *
 * A line is a channel of the configuration.  It may be open; wait, because the
 * platform said "too many"; be down, because nothing answers; broken, because
 * nobody is there for us; or disabled, because it asked never to be called
 * again.  Whatever it is, its messages stay.
 */
#ifndef TOCSIN_DAEMON_ENGINE_OUTBOX_H
#define TOCSIN_DAEMON_ENGINE_OUTBOX_H

#include "daemon/engine_canary.h"
#include "notify/delivery.h"
#include "notify/window.h"
#include "store/channels.h"

enum {
    OUTBOX_PAGE = 256,      /* messages of one channel looked at in a run */
    OUTBOX_PER_CHANNEL = 8, /* in flight to one channel */
    OUTBOX_SINGLES = 3,     /* of them by themselves to one with a limit */
    LINE_DOWN_AFTER = 3,    /* attempts in a row without an answer */
    LINE_DOWN_FIRST_MS = 5 * MS_SECOND, /* then one at a time, after this … */
    LINE_DOWN_MAX_MS = 10 * MS_MINUTE,  /* … doubled each time, up to this */
    LINE_WHY_BYTES = 600
};

struct line {
    struct window own;
    /* Channels that send by one robot have one limit: its own, or that of the
     * first of them. */
    struct window *window;
    bool limited; /* it has a rate or a gap */
    struct channel_state state;
    char why[LINE_WHY_BYTES];  /* text of state.why */
    char last[LINE_WHY_BYTES]; /* what it said to the last that it did not take
                                */
    struct mono wait;          /* not before this; 0: at once */
    struct mono urgent;        /* likewise, what is urgent: not after wait */
    struct mono refused;       /* when it last said "too many" */
    struct mono unheard;       /* since when it takes nothing, 0: it does */
    struct mono probe;         /* broken: when it is tried next */
    struct mono retry;         /* down: likewise */
    unsigned failures;         /* attempts in a row without an answer */
    unsigned refusals;         /* "too many" in a row */
    bool fold;                 /* what waits becomes a digest */
    bool late;                 /* its canary is missing, and it was said */
};

struct outbox {
    struct line *lines; /* of config->channels, by number; owned */
    size_t n;
    struct wall begun; /* when this engine started */
    bool doubtful;     /* what lines say may not be what is stored */
    struct canary canary;
    struct heartbeat heartbeat;
    struct reminder reminder;
};

/* --- engine_line.c ----------------------------------------------------------
 */
/* engine_outbox_init makes the lines of the configuration from what is stored;
 * a reload also lets broken and disabled channels be tried. */
struct line *engine_line(const struct engine *engine, struct str channel);
/* A step was undone, or (all) the transaction: what memory was told in it is
 * read back from the store before it is used. */
void engine_outbox_doubt(struct engine *engine, bool all);
/* Read it back, if there is doubt. */
void engine_lines_refresh(struct engine *engine);
/* It took none of what was tried; it did. */
void engine_line_unheard(struct engine *engine, struct line *line);
int engine_line_heard(struct engine *engine, struct line *line);
/* Say of those that take nothing for notify.stuck_after that they do not. */
void engine_lines_watch(struct engine *engine);
/* Whether two channels send by one robot, whose limit they share. */
bool channel_is_same_robot(const struct channel *a, const struct channel *b);
/* Write its state; within a transaction. */
int engine_line_save(struct engine *engine, struct line *line);
/* Remember why it is as it is. */
void engine_line_why(struct line *line, struct str why);
/* How long until it may be tried at all: 0 now. */
int64_t engine_line_wait(const struct engine *engine, const struct line *line);

/* --- engine_outbox.c ---------------------------------------------------------
 */
/* Which of the messages in flight this is, or NULL. */
struct send *engine_send_find(struct engine *engine, int64_t delivery);
/* It is not in flight any more. */
void engine_send_forget(struct engine *engine, struct send *send);

/* --- engine_storm.c ----------------------------------------------------------
 */
/* Whether it may be said by a digest. */
bool engine_storm_may_fold(const struct engine *engine, const struct line *line,
    const struct delivery *delivery);
/* Make one digest of what waits and is (or is not) urgent.  0, E_STATE when
 * there are not two messages that can be told together. */
int engine_storm_fold(struct engine *engine, const struct channel *channel,
    struct line *line, bool urgent);

/* Whether a message is for the places that are kept. */
static inline bool
delivery_is_urgent(const struct delivery *delivery)
{
    return delivery->level >= LEVEL_ORANGE;
}

/* --- engine_resend.c ---------------------------------------------------------
 */
struct asked;
int act_resend(struct asked *asked);
int act_test_channel(struct asked *asked);

#endif
