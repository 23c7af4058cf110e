/*
 * test_outbox: what channels are told, over undone steps, failing commits,
 * hours offline, kills and robots that have had enough.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/engine_tell.h"
#include "notify/webhook.h"
#include "outbox.h"

static struct outbox_test t;

static int
two_channels(void **state)
{
    (void)state;
    assert_int_equal(digest_init(), 0);
    outbox_begin(&t, 2);
    return 0;
}

static int
down(void **state)
{
    (void)state;
    outbox_end(&t);
    return 0;
}

static bool
was_told(int64_t incident)
{
    char id[40];

    snprintf(id, sizeof id, "\"id\":%lld,", (long long)incident);
    for (size_t i = 0; i < t.n; i++)
        if (str_find(t.list[i].body, str_of(id)) < t.list[i].body.n)
            return true;
    return false;
}

/* --- steps that are undone ------------------------------------------------ */

static void
what_a_step_told_outlives_the_next_ones_end(void **state)
{
    int64_t first, last;

    (void)state;
    first = outbox_incident(&t, LEVEL_RED, "起火", 0);
    /* Many tells of a step that is undone: more than fit before. */
    assert_int_equal(engine_write_begin(t.engine), 0);
    for (int i = 0; i < 3 * ENGINE_MAX_TELLS; i++)
        assert_int_equal(
            engine_tell(t.engine, &(struct incident){.id = 100000 + i},
                INCIDENT_EVENT_OPENED, "undone"),
            0);
    assert_int_equal(engine_write_end(t.engine, E_IO), E_IO);
    last = outbox_incident(&t, LEVEL_RED, "漏水", 0);
    assert_int_equal(engine_commit(t.engine), 0);
    outbox_pass(&t, 10 * MS_SECOND, MS_SECOND);
    assert_true(was_told(first));
    assert_true(was_told(last));
    assert_int_equal(outbox_accepted(&t, "one"), 2);
    assert_int_equal(outbox_accepted(&t, "two"), 2);
}

/* What happened next is undone: what happened before is told. */
static void
an_undone_event_does_not_take_the_one_before(void **state)
{
    struct incident incident = {0};
    int64_t id = outbox_incident(&t, LEVEL_RED, "起火", 0);

    (void)state;
    assert_int_equal(engine_commit(t.engine), 0);
    outbox_pass(&t, 5 * MS_SECOND, MS_SECOND);
    incident.id = id;
    assert_int_equal(engine_write_begin(t.engine), 0);
    assert_int_equal(
        engine_tell(t.engine, &incident, INCIDENT_EVENT_RAISED, "raised"), 0);
    assert_int_equal(engine_write_end(t.engine, 0), 0);
    assert_int_equal(engine_write_begin(t.engine), 0);
    assert_int_equal(
        engine_tell(t.engine, &incident, INCIDENT_EVENT_CLOSED, "closed"), 0);
    assert_int_equal(engine_write_end(t.engine, E_STATE), E_STATE);
    assert_int_equal(engine_commit(t.engine), 0);
    outbox_pass(&t, 5 * MS_SECOND, MS_SECOND);
    assert_true(str_eq(t.list[t.n - 1].type, STR("incident.raised")));
    assert_int_equal(t.n, 4);
}

static void
a_failing_commit_sends_nothing_and_repeats_nothing(void **state)
{
    int64_t id;

    (void)state;
    fail_commit = 0;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    assert_int_equal(engine_commit(t.engine), E_IO);
    outbox_pass(&t, 5 * MS_SECOND, MS_SECOND);
    assert_int_equal(t.n, 0);
    /* It is repeated, as its poll is. */
    id = outbox_incident(&t, LEVEL_RED, "起火", 0);
    fail_add = 1; /* the second channel's row */
    assert_int_equal(engine_commit(t.engine), E_IO);
    outbox_pass(&t, 5 * MS_SECOND, MS_SECOND);
    assert_int_equal(t.n, 0);
    id = outbox_incident(&t, LEVEL_RED, "起火", 0);
    assert_int_equal(engine_commit(t.engine), 0);
    outbox_pass(&t, 30 * MS_SECOND, MS_SECOND);
    assert_true(was_told(id));
    assert_int_equal(t.n, 2);
    assert_int_equal(outbox_rows(&t, DELIVERY_DELIVERED), 2);
}

/* --- mail of which some have it ------------------------------------------- */

static void
some_have_it_then_no_reply(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    static char some[] = "li@yunxi.example";

    (void)test;
    result->verdict = CLASS_TRANSIENT;
    if (call->attempt == 1)
        result->settled = some;
}

static void
who_has_it_is_not_asked_again(void **state)
{
    struct delivery delivery;

    (void)state;
    t.answer = some_have_it_then_no_reply;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    outbox_pass(&t, 5 * MS_SECOND, MS_SECOND);
    assert_int_equal(engine_line(t.engine, STR("one"))->failures, 0);
    outbox_pass(&t, 5 * MS_MINUTE, MS_SECOND);
    assert_int_equal(store_delivery_load(t.engine->store, t.list[0].delivery,
                         t.kept, &delivery),
        0);
    assert_in_range(delivery.attempts, 2, 20);
    assert_true(str_eq(delivery.settled, STR("li@yunxi.example")));
    assert_true(engine_line(t.engine, STR("one"))->failures > 0);
}

static void
one_is_full(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    static char some[] = "li@yunxi.example";

    (void)test;
    (void)call;
    result->verdict = CLASS_TRANSIENT;
    result->settled = some;
}

static void
one_that_is_full_makes_no_channel_stuck(void **state)
{
    (void)state;
    t.answer = one_is_full;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    outbox_pass(&t, 3 * MS_HOUR, 5 * MS_SECOND);
    assert_true(t.n > 4);
    assert_int_equal(engine_line(t.engine, STR("one"))->failures, 0);
    assert_false(outbox_condition(&t, "one", CONDITION_STUCK));
}

/* --- answers that could not be stored ------------------------------------- */

static void
robot_is_gone(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    (void)test;
    if (str_eq(call->channel, STR("one")))
        result->verdict = CLASS_DEAD_TARGET;
}

static void
an_answer_that_is_undone_is_learnt_again(void **state)
{
    (void)state;
    t.answer = robot_is_gone;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    fail_save = 0; /* of the first answer that comes */
    outbox_pass(&t, 30 * MS_SECOND, MS_SECOND);
    assert_true(outbox_condition(&t, "one", CONDITION_BROKEN));
    /* It was told elsewhere, at once. */
    assert_true(str_eq(t.list[t.n - 1].type, STR("channel.condition")));
    assert_true(str_eq(t.list[t.n - 1].channel, STR("two")));
    /* It mends, and the first yes is not stored. */
    t.answer = NULL;
    fail_close = 0;
    outbox_pass(&t, 75 * MS_MINUTE, 5 * MS_SECOND);
    assert_false(outbox_condition(&t, "one", CONDITION_BROKEN));
    assert_int_equal(outbox_rows(&t, DELIVERY_PENDING), 0);
    assert_int_equal(outbox_rows(&t, DELIVERY_DEAD), 0);
}

static void
never_again(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    (void)test;
    if (str_eq(call->channel, STR("one")))
        result->verdict = CLASS_GONE;
}

static void
gone_is_announced_elsewhere(void **state)
{
    size_t told = 0;

    (void)state;
    t.answer = never_again;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    outbox_pass(&t, 10 * MS_SECOND, MS_SECOND);
    assert_true(outbox_condition(&t, "one", CONDITION_BROKEN));
    for (size_t i = 0; i < t.n; i++)
        told += str_eq(t.list[i].type, STR("channel.condition")) &&
                str_eq(t.list[i].channel, STR("two"));
    assert_int_equal(told, 1);
    t.answer = NULL;
    engine_channel_enable(t.engine, STR("one"));
    assert_int_equal(engine_write_begin(t.engine), 0);
    assert_int_equal(
        engine_write_end(t.engine, engine_tell_test(t.engine, &t.channels[0])),
        0);
    outbox_pass(&t, 10 * MS_SECOND, MS_SECOND);
    assert_false(outbox_condition(&t, "one", CONDITION_BROKEN));
}

/* --- a channel that takes nothing ----------------------------------------- */

static void
no_answer(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    (void)test;
    if (str_eq(call->channel, STR("one")))
        result->verdict = CLASS_TRANSIENT;
}

static void
one_that_takes_nothing_is_announced(void **state)
{
    size_t told = 0;

    (void)state;
    t.answer = no_answer;
    outbox_incident(&t, LEVEL_BLUE, "漏水", 0);
    outbox_pass(&t, 4 * MS_MINUTE, MS_SECOND);
    assert_false(outbox_condition(&t, "one", CONDITION_STUCK));
    outbox_pass(&t, 2 * MS_MINUTE, MS_SECOND);
    assert_true(outbox_condition(&t, "one", CONDITION_STUCK));
    for (size_t i = 0; i < t.n; i++)
        told += str_eq(t.list[i].type, STR("channel.condition")) &&
                str_eq(t.list[i].channel, STR("two"));
    assert_int_equal(told, 1);
    /* It is one that others are told of also after a restart. */
    outbox_restart(&t);
    assert_false(engine_channel_is_well(t.engine, STR("one")));
    t.answer = NULL;
    outbox_pass(&t, 11 * MS_MINUTE, MS_SECOND);
    assert_false(outbox_condition(&t, "one", CONDITION_STUCK));
    assert_true(engine_channel_is_well(t.engine, STR("one")));
    assert_int_equal(outbox_rows(&t, DELIVERY_PENDING), 0);
}

/* --- ninety minutes offline ----------------------------------------------- */

static bool offline;
static size_t stale;
static const struct str secret = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38};

/* A receiver that checks the signature of the attempt, as it is made by the
 * kind's own function at the time that it goes out. */
static void
strict_receiver(
    struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    struct channel_config config = {.url = STR("https://desk.example/"),
        .secrets = {secret},
        .nsecrets = 1};
    struct channel_message message = {.id = call->id,
        .type = call->type,
        .body = call->body,
        .attempt = call->attempt};
    struct http_request request = {0};
    struct str stamp = STR_NONE, sign = STR_NONE;

    (void)test;
    if (offline) {
        result->verdict = CLASS_TRANSIENT;
        return;
    }
    assert_int_equal(webhook_ops.render(&config, &message,
                         (struct wall){outbox_wall_ms}, test->kept, &request),
        0);
    for (size_t i = 0; i < request.nheaders; i++) {
        if (str_eq(request.headers[i].name, STR("webhook-timestamp")))
            stamp = request.headers[i].value;
        if (str_eq(request.headers[i].name, STR("webhook-signature")))
            sign = request.headers[i].value;
    }
    stale += !webhook_verify(sign, secret, call->id, outbox_wall_ms / 1000,
        call->body, outbox_wall_ms / 1000, 300);
    stale += stamp.n == 0;
}

static void
ninety_minutes_offline(void **state)
{
    enum { N = 40 };
    size_t once = 0;

    (void)state;
    t.answer = strict_receiver;
    offline = true;
    stale = 0;
    for (int i = 0; i < N; i++) {
        outbox_incident(&t, i % 4 ? LEVEL_BLUE : LEVEL_RED, "漏水", 0);
        assert_int_equal(engine_commit(t.engine), 0);
        outbox_pass(&t, 90 * MS_MINUTE / N, 5 * MS_SECOND);
        if (i == N / 2)
            outbox_restart(&t);
    }
    assert_int_equal(outbox_accepted(&t, NULL), 0);
    offline = false;
    outbox_pass(&t, 15 * MS_MINUTE, MS_SECOND);
    assert_int_equal(outbox_rows(&t, DELIVERY_PENDING), 0);
    assert_int_equal(outbox_rows(&t, DELIVERY_DEAD), 0);
    assert_int_equal(stale, 0);
    /* Under one id each, with one body, and accepted once. */
    for (size_t i = 0; i < t.n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(t.list[i].id, t.list[k].id))
                continue;
            assert_true(str_eq(t.list[i].body, t.list[k].body));
            assert_false(t.list[i].class == CLASS_DELIVERED &&
                         t.list[k].class == CLASS_DELIVERED);
        }
        once += str_eq(t.list[i].type, STR("incident.opened")) &&
                t.list[i].class == CLASS_DELIVERED;
    }
    assert_true(once > 0);
    for (int64_t id = 1; id <= N; id++)
        assert_true(was_told(id));
}

/* --- a robot's limit ------------------------------------------------------ */

static void
make_robots(const char *kind, const char *url)
{
    for (size_t i = 0; i < 2; i++) {
        t.channels[i].kind = str_of(kind);
        t.channels[i].url = str_of(url);
    }
    outbox_restart(&t);
}

/* 500 blue and then a red one, to two channels that send by one robot, with two
 * kills in between: never more than the robot bears. */
static void
one_robot_has_one_limit(void **state)
{
    int64_t red, at;

    (void)state;
    t.config->delivery.group_wait_ms = MS_SECOND;
    t.channels[0].rate = t.channels[1].rate = 6;
    make_robots("dingtalk", "https://robot.example/send?access_token=a");
    t.latency_ms = 700;
    for (int i = 0; i < 500; i++)
        outbox_incident(&t, LEVEL_BLUE, "漏水", 0);
    assert_int_equal(engine_commit(t.engine), 0);
    outbox_pass(&t, 20 * MS_SECOND, 200);
    outbox_restart(&t);
    outbox_pass(&t, 20 * MS_SECOND, 200);
    red = outbox_incident(&t, LEVEL_RED, "起火", 0);
    assert_int_equal(engine_commit(t.engine), 0);
    at = outbox_mono_ms;
    while (!was_told(red) && outbox_mono_ms - at < MS_MINUTE)
        outbox_pass(&t, 200, 200);
    outbox_pass(&t, t.latency_ms + 200, 200);
    assert_true(outbox_mono_ms - at < 10 * MS_SECOND);
    outbox_restart(&t);
    outbox_pass(&t, 20 * MS_MINUTE, 200);
    assert_int_equal(outbox_rows(&t, DELIVERY_PENDING), 0);
    assert_true(outbox_worst(&t) <= 6);
    for (int64_t id = 1; id <= 501; id++)
        assert_true(was_told(id));
}

static bool punished;

static void
enough(struct outbox_test *test, struct call *call, Tocsin__SendResult *result)
{
    (void)test;
    (void)call;
    if (!punished)
        return;
    result->verdict = CLASS_RATE;
    result->asked_ms = 5 * MS_SECOND;
    result->retry_after_ms = 10 * MS_MINUTE;
}

static void
red_waits_no_longer_than_it_is_asked_to(void **state)
{
    int64_t red;

    (void)state;
    make_robots("dingtalk", "https://robot.example/send?access_token=a");
    t.answer = enough;
    punished = true;
    outbox_incident(&t, LEVEL_BLUE, "漏水", 0);
    outbox_pass(&t, 2 * MS_SECOND, 500);
    assert_int_equal(t.n, 1); /* what is refused by one is not tried by two */
    punished = false;
    outbox_incident(&t, LEVEL_BLUE, "漏水", 0);
    outbox_pass(&t, 4 * MS_SECOND, 500);
    assert_int_equal(t.n, 1); /* it rests */
    red = outbox_incident(&t, LEVEL_RED, "起火", 0);
    outbox_pass(&t, 10 * MS_SECOND, 500);
    assert_true(was_told(red));
    assert_true(outbox_accepted(&t, NULL) >= 1);
    /* It was taken: the rest is over for all. */
    outbox_pass(&t, 30 * MS_SECOND, 500);
    assert_int_equal(outbox_rows(&t, DELIVERY_PENDING), 0);
}

static void
red_asks_ever_more_seldom(void **state)
{
    (void)state;
    make_robots("dingtalk", "https://robot.example/send?access_token=a");
    t.answer = enough;
    punished = true;
    outbox_incident(&t, LEVEL_RED, "起火", 0);
    outbox_pass(&t, 4 * MS_SECOND, 500);
    assert_in_range(t.n, 1, 2);
    outbox_pass(&t, 3 * MS_SECOND, 500);
    assert_in_range(t.n, 2, 4); /* after five seconds, as it was asked to */
    outbox_pass(&t, 10 * MS_MINUTE, MS_SECOND);
    assert_in_range(t.n, 8, 30); /* 5, 5, 5, 10, 20, 40 … seconds */
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, two_channels, down)
    const struct CMUnitTest tests[] = {
        TEST(what_a_step_told_outlives_the_next_ones_end),
        TEST(an_undone_event_does_not_take_the_one_before),
        TEST(a_failing_commit_sends_nothing_and_repeats_nothing),
        TEST(who_has_it_is_not_asked_again),
        TEST(one_that_is_full_makes_no_channel_stuck),
        TEST(an_answer_that_is_undone_is_learnt_again),
        TEST(gone_is_announced_elsewhere),
        TEST(one_that_takes_nothing_is_announced),
        TEST(ninety_minutes_offline),
        TEST(one_robot_has_one_limit),
        TEST(red_waits_no_longer_than_it_is_asked_to),
        TEST(red_asks_ever_more_seldom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
