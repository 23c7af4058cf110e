/*
 * test_ipc: frames between two ends of a real socket pair: whole, in pieces,
 * with descriptors, too large, forbidden, garbage, and after the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "daemon/ipc.h"
#include "daemon/traffic.h"

#define ROLE(name) TOCSIN__ROLE__ROLE_##name

struct end {
    struct ipc *ipc;
    unsigned frames, ended;
    uint64_t last;
    size_t body;
    int fd;
};

struct pair {
    struct loop *loop;
    struct end engine, other;
};

static void
on_frame(void *arg, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    struct end *end = arg;

    (void)ipc;
    end->frames++;
    if (frame->body_case == TOCSIN__FRAME__BODY_PING)
        end->last = frame->ping->number;
    if (frame->body_case == TOCSIN__FRAME__BODY_PONG)
        end->last = frame->pong->number;
    if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_RESULT)
        end->body = frame->parse_result->seen.len;
    if (fd >= 0)
        end->fd = fd;
}

static void
on_ended(void *arg, struct ipc *ipc, const char *why)
{
    struct end *end = arg;

    (void)why;
    end->ended++;
    end->ipc = NULL;
    ipc_free(ipc);
}

static const struct ipc_ops ops = {on_frame, on_ended};

static int
set_up(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);
    int fds[2];

    if (pair == NULL || loop_new(&pair->loop) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) != 0)
        return -1;
    pair->engine.fd = pair->other.fd = -1;
    if (ipc_new(pair->loop, fds[0], ROLE(ENGINE), ROLE(PARSE), 3, &ops,
            &pair->engine, &pair->engine.ipc) != 0 ||
        ipc_new(pair->loop, fds[1], ROLE(PARSE), ROLE(ENGINE), 0, &ops,
            &pair->other, &pair->other.ipc) != 0)
        return -1;
    *state = pair;
    return 0;
}

static int
tear_down(void **state)
{
    struct pair *pair = *state;

    ipc_free(pair->engine.ipc);
    ipc_free(pair->other.ipc);
    loop_free(pair->loop);
    free(pair);
    return 0;
}

static void
turns(struct pair *pair, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(loop_turn(pair->loop, false), 0);
}

static int
ping(struct ipc *ipc, uint64_t number, int fd)
{
    Tocsin__Ping ping = TOCSIN__PING__INIT;

    ping.number = number;
    return ipc_send_fd(ipc, FRAME(ping, PING, &ping), fd);
}

static void
test_many_frames_in_order(void **state)
{
    struct pair *pair = *state;

    for (uint64_t i = 1; i <= 5000; i++)
        assert_int_equal(ping(pair->engine.ipc, i, -1), 0);
    turns(pair, 50);
    assert_int_equal(pair->other.frames, 5000);
    assert_int_equal(pair->other.last, 5000);
    assert_int_equal(ipc_queued(pair->engine.ipc), 0);
}

static void
test_a_frame_larger_than_the_socket(void **state)
{
    struct pair *pair = *state;
    Tocsin__ParseResult result = TOCSIN__PARSE_RESULT__INIT;
    size_t n = 6 * 1024 * 1024;
    char empty[] = "";

    result.reason = result.format = result.encoding = result.title = empty;
    result.seen.data = calloc(1, n);
    result.seen.len = n;
    assert_int_equal(ipc_send(pair->other.ipc,
                         FRAME(parse_result, PARSE_RESULT, &result)),
        0);
    turns(pair, 300);
    assert_int_equal(pair->engine.frames, 1);
    assert_int_equal(pair->engine.body, n);
    free(result.seen.data);
}

static void
test_too_large_is_refused(void **state)
{
    struct pair *pair = *state;
    Tocsin__ParseResult result = TOCSIN__PARSE_RESULT__INIT;
    char empty[] = "";

    result.reason = result.format = result.encoding = result.title = empty;
    result.seen.len = IPC_MAX_FRAME_BYTES + 1;
    result.seen.data = calloc(1, result.seen.len);
    assert_int_equal(ipc_send(pair->other.ipc,
                         FRAME(parse_result, PARSE_RESULT, &result)),
        E_LIMIT);
    free(result.seen.data);
}

static void
test_descriptors_stay_with_their_frames(void **state)
{
    struct pair *pair = *state;
    int pipes[2];
    char byte = 0;

    assert_int_equal(pipe(pipes), 0);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(ping(pair->engine.ipc, i, -1), 0);
    assert_int_equal(ping(pair->engine.ipc, 100, pipes[1]), 0);
    turns(pair, 20);
    assert_int_equal(pair->other.frames, 101);
    assert_true(pair->other.fd >= 0);
    assert_int_equal(write(pair->other.fd, "x", 1), 1);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    close(pair->other.fd);
    close(pipes[0]);
    close(pipes[1]);
}

/* A parser that says what only fetch may say is cut off. */
static void
test_forbidden_message_ends_the_channel(void **state)
{
    struct pair *pair = *state;
    Tocsin__PollAnswer answer = TOCSIN__POLL_ANSWER__INIT;
    char empty[] = "";

    answer.reason = empty;
    assert_int_equal(ipc_send(pair->other.ipc,
                         FRAME(poll_answer, POLL_ANSWER, &answer)),
        0);
    turns(pair, 5);
    assert_int_equal(pair->engine.frames, 0);
    assert_int_equal(pair->engine.ended, 1);
    assert_int_equal(pair->other.ended, 1);
}

static void
raw(struct pair *pair, const void *bytes, size_t n)
{
    int fds[2];

    ipc_free(pair->engine.ipc);
    pair->engine.ipc = NULL;
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(ipc_new(pair->loop, fds[0], ROLE(ENGINE), ROLE(PARSE), 0,
                         &ops, &pair->engine, &pair->engine.ipc),
        0);
    assert_int_equal(write(fds[1], bytes, n), n);
    turns(pair, 5);
    close(fds[1]);
    turns(pair, 5);
}

static void
test_garbage_ends_the_channel(void **state)
{
    struct pair *pair = *state;

    raw(pair, "\x05\0\0\0\xff\xff\xff\xff\xff", 9);
    assert_int_equal(pair->engine.frames, 0);
    assert_int_equal(pair->engine.ended, 1);
    raw(pair, "\xff\xff\xff\x7f", 4); /* a length beyond the limit */
    assert_int_equal(pair->engine.frames, 0);
    assert_int_equal(pair->engine.ended, 2);
    raw(pair, "\x02\0\0\x80\x52\0", 6); /* says descriptor, brings none */
    assert_int_equal(pair->engine.frames, 0);
    assert_int_equal(pair->engine.ended, 3);
}

static void
test_last_words_are_heard(void **state)
{
    struct pair *pair = *state;
    Tocsin__Pong pong = TOCSIN__PONG__INIT;

    pong.number = 42;
    assert_int_equal(
        ipc_send(pair->other.ipc, FRAME(pong, PONG, &pong)), 0);
    ipc_free(pair->other.ipc);
    pair->other.ipc = NULL;
    turns(pair, 5);
    assert_int_equal(pair->engine.last, 42);
    assert_int_equal(pair->engine.ended, 1);
}

static void
test_the_table_is_strict(void **state)
{
    (void)state;
    assert_true(traffic_may(
        ROLE(FETCH), ROLE(PARSE), TOCSIN__FRAME__BODY_PARSE_REQUEST));
    assert_false(traffic_may(
        ROLE(PARSE), ROLE(FETCH), TOCSIN__FRAME__BODY_PARSE_REQUEST));
    assert_false(traffic_may(
        ROLE(CONSOLE), ROLE(ENGINE), TOCSIN__FRAME__BODY_SEND_RESULT));
    assert_false(traffic_may(
        ROLE(ENGINE), ROLE(PARENT), TOCSIN__FRAME__BODY__NOT_SET));
    assert_false(traffic_may(
        ROLE(PARSE), ROLE(PARENT), TOCSIN__FRAME__BODY_RESTART));
    /* who reads strangers' bytes may act for nobody */
    assert_false(traffic_may(
        ROLE(PARSE), ROLE(ENGINE), TOCSIN__FRAME__BODY_ACTION_REQUEST));
    assert_false(traffic_may(
        ROLE(FETCH), ROLE(ENGINE), TOCSIN__FRAME__BODY_ACTION_REQUEST));
    assert_false(traffic_may(
        ROLE(PARSE), ROLE(ENGINE), TOCSIN__FRAME__BODY_SEND_RESULT));
    assert_false(traffic_may(
        ROLE(OUTWARD), ROLE(PARENT), TOCSIN__FRAME__BODY_START));
    assert_false(traffic_may(
        ROLE(FETCH), ROLE(OUTWARD), TOCSIN__FRAME__BODY_LAUNCH));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_many_frames_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_frame_larger_than_the_socket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_too_large_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_descriptors_stay_with_their_frames, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_forbidden_message_ends_the_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_garbage_ends_the_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_last_words_are_heard, set_up, tear_down),
        cmocka_unit_test(test_the_table_is_strict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
