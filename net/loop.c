/*
 * loop: libevent behind our own names.
 *
 * A turn is one event_base_loop(EVLOOP_ONCE).  The clocks are read the first
 * time a turn asks for them, which is in the first callback that cares, and
 * not again until the next turn begins.
 */
#include "net/loop.h"

#include <sys/time.h>

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/err.h"

struct loop {
    struct event_base *base;
    struct wall wall;
    struct mono mono;
    bool clocks_read; /* wall and mono are of this turn */
    bool stopping;
};

struct loop_timer {
    struct event *event;
    void (*cb)(void *arg);
    void *arg;
};

struct loop_io {
    struct loop *loop;
    struct event *event;
    void (*cb)(void *arg, int what);
    void *arg;
    int want;
};

struct loop_signal {
    struct event *event;
    void (*cb)(void *arg);
    void *arg;
};

static struct event_base *
base_new(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (!config)
        return NULL;
    if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 &&
        event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV) == 0 &&
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
        base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

int
loop_new(struct loop **ret)
{
    struct loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return E_NOMEM;
    loop->base = base_new();
    if (!loop->base) {
        free(loop);
        return E_NOMEM;
    }
    *ret = loop;
    return 0;
}

void
loop_free(struct loop *loop)
{
    if (!loop)
        return;
    event_base_free(loop->base);
    free(loop);
}

int
loop_turn(struct loop *loop, bool block)
{
    int flags = EVLOOP_ONCE | (block ? 0 : EVLOOP_NONBLOCK);

    loop->clocks_read = false;
    return event_base_loop(loop->base, flags) < 0 ? E_IO : 0;
}

int
loop_run(struct loop *loop)
{
    int err = 0;

    loop->stopping = false;
    while (!err && !loop->stopping) {
        if (event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ADDED) == 0)
            return E_IO; /* nothing could ever wake it */
        err = loop_turn(loop, true);
    }
    return err;
}

void
loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

static void
read_clocks(struct loop *loop)
{
    loop->wall = clock_wall();
    loop->mono = clock_mono();
    loop->clocks_read = true;
}

struct wall
loop_wall(struct loop *loop)
{
    if (!loop->clocks_read)
        read_clocks(loop);
    return loop->wall;
}

struct mono
loop_mono(struct loop *loop)
{
    if (!loop->clocks_read)
        read_clocks(loop);
    return loop->mono;
}

struct event_base *
loop_base(struct loop *loop)
{
    return loop->base;
}

static void
timer_fired(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *timer = arg;

    (void)fd;
    (void)what;
    timer->cb(timer->arg);
}

int
loop_timer_new(struct loop *loop, void (*cb)(void *arg), void *arg,
    struct loop_timer **ret)
{
    struct loop_timer *timer = calloc(1, sizeof(*timer));

    if (!timer)
        return E_NOMEM;
    timer->cb = cb;
    timer->arg = arg;
    timer->event = event_new(loop->base, -1, 0, timer_fired, timer);
    if (!timer->event) {
        free(timer);
        return E_NOMEM;
    }
    *ret = timer;
    return 0;
}

void
loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
    int64_t ms = after_ms > 0 ? after_ms : 0;
    struct timeval tv = {
        .tv_sec = (time_t)(ms / MS_SECOND),
        .tv_usec = (suseconds_t)(ms % MS_SECOND) * 1000,
    };

    event_add(timer->event, &tv);
}

void
loop_timer_cancel(struct loop_timer *timer)
{
    event_del(timer->event);
}

void
loop_timer_free(struct loop_timer *timer)
{
    if (!timer)
        return;
    event_free(timer->event);
    free(timer);
}

static void
io_ready(evutil_socket_t fd, short what, void *arg)
{
    struct loop_io *io = arg;
    int ready = 0;

    (void)fd;
    if (what & EV_READ)
        ready |= LOOP_READ;
    if (what & EV_WRITE)
        ready |= LOOP_WRITE;
    io->cb(io->arg, ready);
}

int
loop_io_new(struct loop *loop, int fd, void (*cb)(void *arg, int what),
    void *arg, struct loop_io **ret)
{
    struct loop_io *io = calloc(1, sizeof(*io));

    if (!io)
        return E_NOMEM;
    io->loop = loop;
    io->cb = cb;
    io->arg = arg;
    io->event = event_new(loop->base, fd, EV_PERSIST, io_ready, io);
    if (!io->event) {
        free(io);
        return E_NOMEM;
    }
    *ret = io;
    return 0;
}

int
loop_io_want(struct loop_io *io, int what)
{
    short events = EV_PERSIST;

    if (what == io->want)
        return 0;
    if (io->want)
        event_del(io->event);
    io->want = 0;
    if (!what)
        return 0;
    if (what & LOOP_READ)
        events |= EV_READ;
    if (what & LOOP_WRITE)
        events |= EV_WRITE;
    if (event_assign(io->event, io->loop->base, event_get_fd(io->event), events,
            io_ready, io) != 0 ||
        event_add(io->event, NULL) != 0)
        return E_IO;
    io->want = what;
    return 0;
}

void
loop_io_free(struct loop_io *io)
{
    if (!io)
        return;
    event_free(io->event);
    free(io);
}

static void
signal_came(evutil_socket_t signo, short what, void *arg)
{
    struct loop_signal *sig = arg;

    (void)signo;
    (void)what;
    sig->cb(sig->arg);
}

int
loop_signal_new(struct loop *loop, int signo, void (*cb)(void *arg), void *arg,
    struct loop_signal **ret)
{
    struct loop_signal *sig = calloc(1, sizeof(*sig));

    if (!sig)
        return E_NOMEM;
    sig->cb = cb;
    sig->arg = arg;
    sig->event = evsignal_new(loop->base, signo, signal_came, sig);
    if (!sig->event || event_add(sig->event, NULL) != 0) {
        if (sig->event)
            event_free(sig->event);
        free(sig);
        return E_NOMEM;
    }
    *ret = sig;
    return 0;
}

void
loop_signal_free(struct loop_signal *sig)
{
    if (!sig)
        return;
    event_free(sig->event);
    free(sig);
}
