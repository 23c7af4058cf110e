/*
 * loop: one libevent loop per role, and the only reader of the clocks.
 *
 * The clocks are read once per turn, so all that happens in one turn happens
 * at one time.  Callbacks get the void * they were made with, and may free the
 * timer, descriptor watch or signal that called them.  Everything made from a
 * loop must be freed before the loop.
 */
#ifndef TOCSIN_NET_LOOP_H
#define TOCSIN_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct event_base;
struct loop;
struct loop_timer;
struct loop_io;

int loop_new(struct loop **ret);
void loop_free(struct loop *loop);
/* Run until loop_stop.  0, or E_IO also when nothing is left that could ever
 * wake it. */
int loop_run(struct loop *loop);
/* One turn; block says whether to wait for an event. */
int loop_turn(struct loop *loop, bool block);
void loop_stop(struct loop *loop);
/* The time of this turn. */
struct wall loop_wall(struct loop *loop);
struct mono loop_mono(struct loop *loop);
/* For net/ and console/ only: evhttp and bufferevents hang on it. */
struct event_base *loop_base(struct loop *loop);

/* Timers: one shot, set again at will. */
int loop_timer_new(struct loop *loop, void (*cb)(void *arg), void *arg,
    struct loop_timer **ret);
void loop_timer_set(struct loop_timer *timer, int64_t after_ms);
void loop_timer_cancel(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Readiness of a descriptor (borrowed). */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
int loop_io_new(struct loop *loop, int fd, void (*cb)(void *arg, int what),
    void *arg, struct loop_io **ret);
/* Call back on LOOP_READ, LOOP_WRITE, both, or (0) not at all.  0 or E_IO. */
int loop_io_want(struct loop_io *io, int what);
void loop_io_free(struct loop_io *io);

/* A signal delivered in the loop. */
struct loop_signal;
int loop_signal_new(struct loop *loop, int signo, void (*cb)(void *arg),
    void *arg, struct loop_signal **ret);
void loop_signal_free(struct loop_signal *sig);

#endif
