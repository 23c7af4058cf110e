/*
 * outbox: an engine's outbox without its processes, in driven time.
 *
 * The engine is the real one, with a store in a temporary folder; the other end
 * of its channel to the notify role is the test's, which answers as a platform
 * would.  The clocks are the test's too (clock_wall and clock_mono are wrapped
 * by the linker), and a call of the store can be made to fail.
 */
#ifndef TOCSIN_TESTS_DAEMON_OUTBOX_H
#define TOCSIN_TESTS_DAEMON_OUTBOX_H

#include "daemon/engine.h"
#include "daemon/engine_outbox.h"
#include "feeds/condition.h"

enum { OUTBOX_MAX_CALLS = 8192, OUTBOX_MAX_CHANNELS = 4 };

/* One attempt as the platform saw it. */
struct call {
    int64_t at, answered; /* driven milliseconds */
    struct str channel, id, type, body, calls;
    uint32_t attempt;
    enum delivery_class class;
    bool waits; /* for its answer */
    int64_t delivery;
};

struct outbox_test {
    char folder[64], path[96];
    struct engine *engine;
    struct config *config;
    struct channel channels[OUTBOX_MAX_CHANNELS];
    struct ipc *platform;
    struct arena *kept; /* of calls */
    struct call *list;
    size_t n;
    /* What the platform makes of a call, and how long it takes. */
    void (*answer)(struct outbox_test *test, struct call *call,
        Tocsin__SendResult *result);
    int64_t latency_ms;
};

/* Driven time: both clocks stand at this. */
extern int64_t outbox_wall_ms, outbox_mono_ms;
/* The next call but so many of these fails; < 0: none does. */
extern int fail_commit, fail_save, fail_add, fail_close;

void outbox_begin(struct outbox_test *test, size_t nchannels);
/* As after a kill: memory is gone, the store stays. */
void outbox_restart(struct outbox_test *test);
void outbox_end(struct outbox_test *test);
/* Let so much time pass, a step at a time, and all happen that is due. */
void outbox_pass(struct outbox_test *test, int64_t ms, int64_t step_ms);
/* Store an incident and tell of it, in a step of its own that comes to r. */
int64_t outbox_incident(
    struct outbox_test *test, enum level level, const char *title, int r);
/* How many calls of a channel (NULL: any) were accepted. */
size_t outbox_accepted(const struct outbox_test *test, const char *channel);
/* The most calls within any minute, whatever the moment that they arrived. */
size_t outbox_worst(const struct outbox_test *test);
/* How many rows are in a state. */
size_t outbox_rows(struct outbox_test *test, enum delivery_state state);
/* Whether a condition of a channel is open. */
bool outbox_condition(
    struct outbox_test *test, const char *channel, enum condition_kind kind);

#endif
