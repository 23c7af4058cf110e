/*
 * engine_poll: what the files of the engine that poll have in common.
 *
 *   engine_poll.c       due → fetch; what roles answer, checked
 *   engine_slot.c       the polls in flight
 *   engine_outcome.c    what came of a poll, written
 *   engine_rhythm.c     when sources are polled, as they are known to publish
 *   engine_wanted.c     pages besides the sources' own: asked for, written
 *   engine_condition.c  what is wrong with a source: opened, closed, told
 */
#ifndef TOCSIN_DAEMON_ENGINE_POLL_H
#define TOCSIN_DAEMON_ENGINE_POLL_H

#include "daemon/engine.h"

/* --- engine_poll.c ---------------------------------------------------------
 */
/* Whether requests may go out at all. */
bool engine_may_poll(const struct engine *engine);
/* Fill in what every request of a source says, whatever it asks for; the texts
 * live in the engine's arena.  out->want is that of the source itself. */
void poll_describe(struct engine *engine, const struct source *source,
    const struct source_state *state, Tocsin__PollRequest *out,
    Tocsin__ParseContext *context);

/* --- engine_slot.c ---------------------------------------------------------
 */
/* A free slot with a number of its own for a request to a host, or NULL when
 * all are taken. */
struct slot *slot_take(struct engine *engine, uint16_t host);
void slot_free(struct engine *engine, struct slot *slot);
/* The slot of a poll in flight; _waiting: that was not answered yet. */
struct slot *slot_find(struct engine *engine, uint64_t number);
struct slot *slot_waiting(struct engine *engine, uint64_t number);
bool slot_is_waiting(const struct slot *slot);
/* What the store knows of a source; all absent when it was never polled. */
int slot_load_state(struct engine *engine, const struct source *source,
    struct arena *arena, struct source_state *ret);

/* --- engine_outcome.c --------------------------------------------------------
 */
/* What came of a poll. */
struct poll_outcome {
    enum poll_event event;
    struct str reason; /* when it failed */
    const Tocsin__Answer *answer;
    const Tocsin__ParseResult *result; /* with POLL_EVENT_ITEMS */
    bool refused;                      /* by the gate or robots.txt */
    bool blocked;                      /* another page stood in its place */
    struct wall silent_since; /* silent for longer than its rhythm explains,
                                 else WALL_NONE */
};
/* For what ended without an answer. */
extern const Tocsin__Answer outcome_no_answer;
/* Write it into the transaction of the moment. */
void outcome_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome);
/* It was not asked, and no fault of its own: as if the poll had never been, and
 * due again after so long. */
void outcome_later(struct engine *engine, struct slot *slot, int64_t after_ms);
/* The poll failed in the house; clears the engine's arena. */
void outcome_fail(struct engine *engine, struct slot *slot,
    enum poll_event event, struct str reason);

/* --- engine_poll.c --- */
/* End a parser that broke the protocol: it may be somebody else's by now. */
void poll_restart_parser(struct engine *engine, uint32_t parser);

/* --- engine_rhythm.c --------------------------------------------------------
 */
/* A configuration is in force: its zone, budget, bounds and weights.  first:
 * read what was learnt before. */
int engine_rhythm_config(struct engine *engine, bool first);
/* Read again what was learnt of all sources, after a rollback. */
int engine_rhythm_load(struct engine *engine);
/* Plan anew when it is time. */
void engine_rhythm_plan(struct engine *engine);
/* What was learnt of a source before. */
void rhythm_watch(struct watch *watch, const struct source_state *state);
/* A request of watch went out. */
void rhythm_sent(struct engine *engine, const struct watch *watch);
/* What a successful poll found. */
struct rhythm_news {
    struct wall *published; /* of its n new items; sorted by who learns */
    size_t n;
    bool document;     /* one was read: the first is a baseline */
    struct wall since; /* the successful poll before it, WALL_NONE: none */
};
/* Learn from it, in the open transaction: state is filled in to be stored with
 * the source, *ret comes into force with the commit. */
int rhythm_learn_poll(struct engine *engine, const struct watch *watch,
    const struct rhythm_news *news, struct source_rhythm *state,
    struct rhythm *ret);
/* How long a source with a learnt schedule waits; leaves others alone. */
void rhythm_wait(const struct engine *engine, const struct watch *watch,
    const struct rhythm *rhythm, struct poll_answer *answer);
/* Since when it has been silent for longer than its rhythm explains, or
 * WALL_NONE. */
struct wall rhythm_silent_since(const struct engine *engine,
    const struct watch *watch, const struct rhythm *rhythm);

/* What the documents of a source say beyond their items: further pages are
 * wanted, a gap is suspected or bridged.  In the open transaction. */
struct further {
    const struct watch *watch;
    const Tocsin__ParseResult *result;
    struct wall since; /* when the source had been read before */
    uint32_t left;     /* further pages that may be asked for */
    bool baseline;
};
int wanted_further(struct engine *engine, const struct further *further);
/* What came of a page that was wanted; as outcome_write. */
void wanted_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome);
/* It had no turn; as outcome_later. */
void wanted_later(struct engine *engine, struct slot *slot, int64_t after_ms);

/* What came of a document that was brought; as outcome_write. */
void push_write(struct engine *engine, struct slot *slot,
    const struct poll_outcome *outcome);

/* --- engine_hub.c ------------------------------------------------------------
 */
/* What a good answer says of its hub: one that is new is to be asked. */
int hub_found(struct engine *engine, const struct source *source,
    const struct poll_outcome *outcome);
/* A hub has asked back at path, for a lease of so long; E_NOTFOUND when it was
 * not asked that. */
int hub_verified(
    struct engine *engine, struct str path, struct str topic, int64_t lease_s);
int hub_denied(struct engine *engine, struct str path, struct str reason);
/* The hub of a source has brought news that were read. */
int hub_pushed(struct engine *engine, struct str source);
/* Whose news come at path. */
int hub_source(struct engine *engine, struct str path, struct str *ret_source);

/* --- engine_condition.c
 * ------------------------------------------------------- */
/* A sign that one condition of a source holds, or does not, in the open
 * transaction; how many it takes to open or close it is the kind's. */
int condition_set(struct engine *engine, const struct source *source,
    struct str kind, struct str text, bool open);
/* It has moved for good. */
int condition_moved(
    struct engine *engine, const struct source *source, struct str to);
/* All that a poll shows of its source's conditions, and its entry in the log;
 * next is the schedule that follows from it. */
int condition_of_poll(struct engine *engine, struct watch *watch,
    const struct poll_outcome *outcome, const struct poll *next);

#endif
