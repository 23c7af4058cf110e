/*
 * loop: one time per turn, timers, descriptors, signals, and what may be freed
 * from inside a callback.
 */
#include <sys/socket.h>

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "check.h"
#include "net/loop.h"

struct seen {
    struct loop *loop;
    struct loop_timer *timer;
    struct loop_io *io;
    int n, what;
    struct mono first, second;
};

static void
pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void
stop(void *arg)
{
    struct seen *seen = arg;

    seen->n++;
    loop_stop(seen->loop);
}

static void
look_twice(void *arg)
{
    struct seen *seen = arg;

    seen->first = loop_mono(seen->loop);
    pause_ms(20);
    seen->second = loop_mono(seen->loop);
    loop_stop(seen->loop);
}

static void
test_one_time_per_turn(void **state)
{
    struct seen seen = {.n = 0};

    (void)state;
    assert_int_equal(loop_new(&seen.loop), 0);
    assert_int_equal(
        loop_timer_new(seen.loop, look_twice, &seen, &seen.timer), 0);
    loop_timer_set(seen.timer, 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.first.ms, seen.second.ms);
    loop_timer_set(seen.timer, 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_true(seen.first.ms > 0);
    assert_true(loop_mono(seen.loop).ms == seen.second.ms);
    assert_true(loop_wall(seen.loop).ms > INT64_C(1577836800000));
    loop_timer_free(seen.timer);
    loop_free(seen.loop);
}

static void
test_timer_waits(void **state)
{
    struct seen seen = {.n = 0};
    struct mono before;

    (void)state;
    assert_int_equal(loop_new(&seen.loop), 0);
    assert_int_equal(loop_timer_new(seen.loop, stop, &seen, &seen.timer), 0);
    before = loop_mono(seen.loop);
    loop_timer_set(seen.timer, 100000);
    loop_timer_set(seen.timer, 30); /* the later call counts */
    assert_int_equal(loop_run(seen.loop), 0);
    assert_in_range(loop_mono(seen.loop).ms - before.ms, 29, 5000);
    loop_timer_set(seen.timer, 0);
    loop_timer_cancel(seen.timer);
    assert_int_equal(loop_run(seen.loop), E_IO); /* nothing could wake it */
    assert_int_equal(seen.n, 1);
    loop_timer_free(seen.timer);
    loop_free(seen.loop);
}

static void
ready(void *arg, int what)
{
    struct seen *seen = arg;

    seen->n++;
    seen->what |= what;
    loop_stop(seen->loop);
}

static void
ready_then_free(void *arg, int what)
{
    struct seen *seen = arg;

    ready(arg, what);
    loop_io_free(seen->io);
    seen->io = NULL;
}

static void
test_descriptor(void **state)
{
    struct seen seen = {.n = 0};
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(loop_new(&seen.loop), 0);
    assert_int_equal(loop_io_new(seen.loop, fds[0], ready, &seen, &seen.io), 0);
    assert_int_equal(loop_turn(seen.loop, false), 0);
    assert_int_equal(seen.n, 0); /* nothing is wanted yet */
    assert_int_equal(loop_io_want(seen.io, LOOP_WRITE), 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.what, LOOP_WRITE);
    seen.what = 0;
    assert_int_equal(loop_io_want(seen.io, LOOP_READ), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.what, LOOP_READ);
    seen.n = 0;
    assert_int_equal(loop_io_want(seen.io, 0), 0);
    assert_int_equal(loop_turn(seen.loop, false), 0);
    assert_int_equal(seen.n, 0);
    loop_io_free(seen.io);
    assert_int_equal(
        loop_io_new(seen.loop, fds[0], ready_then_free, &seen, &seen.io), 0);
    assert_int_equal(loop_io_want(seen.io, LOOP_READ | LOOP_WRITE), 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.n, 1);
    loop_free(seen.loop);
    close(fds[0]);
    close(fds[1]);
}

static void
test_signal(void **state)
{
    struct seen seen = {.n = 0};
    struct loop_signal *sig;

    (void)state;
    assert_int_equal(loop_new(&seen.loop), 0);
    assert_int_equal(loop_signal_new(seen.loop, SIGUSR1, stop, &seen, &sig), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.n, 1);
    loop_signal_free(sig);
    loop_free(seen.loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_time_per_turn),
        cmocka_unit_test(test_timer_waits),
        cmocka_unit_test(test_descriptor),
        cmocka_unit_test(test_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
