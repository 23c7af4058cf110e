/*
 * delivery: every step with every event, the table against what apply does,
 * and the drawing against the file in docs/.
 */
#include <stdlib.h>

#include "base/file.h"
#include "check.h"
#include "notify/delivery.h"

static const struct wall now = {INT64_C(1772409600000)};

/* clang-format off */
/* What is to come of event (and class) in each step; -1 is E_STATE. */
static const struct row {
    enum delivery_event event;
    enum delivery_class class;
    int to[STEP_COUNT]; /* from pending, sending, waiting, delivered, dead, disabled */
} rows[] = {
    {DELIVERY_EVENT_SEND, CLASS_DELIVERED,
        {STEP_SENDING, -1, STEP_SENDING, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_DELIVERED,
        {-1, STEP_DELIVERED, -1, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_RATE,
        {-1, STEP_WAITING, -1, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_TRANSIENT,
        {-1, STEP_WAITING, -1, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_DEAD_TARGET,
        {-1, STEP_WAITING, -1, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_BAD_PAYLOAD,
        {-1, STEP_DEAD, -1, -1, -1, -1}},
    {DELIVERY_EVENT_RESULT, CLASS_GONE,
        {-1, STEP_DISABLED, -1, -1, -1, -1}},
    {DELIVERY_EVENT_LOST, CLASS_DELIVERED,
        {-1, STEP_PENDING, -1, -1, -1, -1}},
    {DELIVERY_EVENT_DISABLE, CLASS_DELIVERED,
        {STEP_DISABLED, STEP_DISABLED, STEP_DISABLED, -1, -1, -1}},
    {DELIVERY_EVENT_RESEND, CLASS_DELIVERED,
        {-1, -1, STEP_PENDING, -1, STEP_PENDING, STEP_PENDING}},
};
/* clang-format on */

static void
test_every_pair(void **state)
{
    bool seen[STEP_COUNT][STEP_COUNT] = {{false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        for (int from = 0; from < STEP_COUNT; from++) {
            struct delivery_course course = {
                .step = (enum delivery_step)from,
                .attempts = 2,
                .created = {now.ms - MS_MINUTE},
                .next = {7},
            };
            const struct delivery_course before = course;
            struct delivery_input input = {
                .event = rows[i].event, .class = rows[i].class};
            int err = delivery_apply(&course, &input, now);

            if (rows[i].to[from] < 0) {
                assert_int_equal(err, E_STATE);
                assert_memory_equal(&course, &before, sizeof(course));
                continue;
            }
            assert_int_equal(err, 0);
            assert_int_equal(course.step, rows[i].to[from]);
            assert_true(delivery_may_become(before.step, course.step));
            if (course.step == STEP_PENDING)
                assert_int_equal(course.next.ms, now.ms); /* at once */
            seen[from][course.step] = true;
        }
    }
    /* and the table promises nothing that no event does */
    for (int from = 0; from < STEP_COUNT; from++)
        for (int to = 0; to < STEP_COUNT; to++)
            assert_int_equal(
                seen[from][to], delivery_may_become((enum delivery_step)from,
                                    (enum delivery_step)to));
}

static void
apply(struct delivery_course *course, enum delivery_event event,
    enum delivery_class class, struct wall at)
{
    struct delivery_input input = {.event = event, .class = class};

    assert_int_equal(delivery_apply(course, &input, at), 0);
}

static void
test_a_life(void **state)
{
    struct delivery_course course;
    struct wall t = now;

    (void)state;
    delivery_init(&course, t);
    assert_int_equal(course.next.ms, now.ms);
    apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
    apply(&course, DELIVERY_EVENT_LOST, CLASS_DELIVERED, t);
    assert_int_equal(course.attempts, 0);
    apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
    apply(&course, DELIVERY_EVENT_RESULT, CLASS_TRANSIENT, t);
    assert_int_equal(course.attempts, 1);
    assert_int_equal(course.next.ms, t.ms + 5 * MS_SECOND);
    while (course.step == STEP_WAITING) {
        t = course.next;
        apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
        apply(&course, DELIVERY_EVENT_RESULT, CLASS_TRANSIENT, t);
    }
    assert_int_equal(course.step, STEP_DEAD);
    assert_int_equal(course.attempts, SCHEDULE_ATTEMPTS);
    apply(&course, DELIVERY_EVENT_RESEND, CLASS_DELIVERED, t);
    assert_int_equal(course.attempts, 0);
    assert_int_equal(course.created.ms, t.ms);
    assert_int_equal(course.next.ms, t.ms);
}

/* A robot that is away for ninety minutes: its messages are tried by the
 * schedule, signed anew each time, with one id and one body, and arrive. */
static void
test_ninety_minutes_offline(void **state)
{
    static const struct str kinds[] = {
        {"webhook", 7}, {"dingtalk", 8}, {"feishu", 6}};
    static const char body[] =
        "{\"type\":\"test\",\"timestamp\":\"2026-06-07T01:31:00Z\","
        "\"data\":{\"channel\":\"desk\"}}";

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct channel_ops *ops = channel_ops_find(kinds[i]);
        struct channel_config config = {.id = STR("desk"),
            .kind = kinds[i],
            .url = STR("https://robot.yunxi.example/send?access_token=t"),
            .secrets = {STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")},
            .nsecrets = 1,
            .lang = STR("zh")};
        struct channel_message message = {.id = STR("msg_abc"),
            .type = STR("test"),
            .body = STR(body)};
        struct arena *arena = arena_new(8 << 20);
        struct delivery_course course;
        struct str before = STR_NONE;
        struct wall t = now;
        unsigned tries = 0;

        delivery_init(&course, t);
        while (course.step != STEP_DELIVERED) {
            struct http_request request = {0};
            struct str signed_by;
            bool back = t.ms - now.ms >= 90 * MS_MINUTE;

            apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
            message.attempt = ++tries;
            assert_int_equal(
                ops->render(&config, &message, t, arena, &request), 0);
            /* What differs: a header, the address, or the body. */
            signed_by = arena_printf(arena, "%.*s %.*s", STR_ARG(request.url),
                STR_ARG(request.body));
            for (size_t k = 0; k < request.nheaders; k++)
                signed_by = arena_printf(arena, "%.*s %.*s",
                    STR_ARG(signed_by), STR_ARG(request.headers[k].value));
            assert_false(str_eq(signed_by, before));
            before = signed_by;
            apply(&course, DELIVERY_EVENT_RESULT,
                back ? CLASS_DELIVERED : CLASS_TRANSIENT, t);
            if (course.step == STEP_WAITING)
                t = course.next;
        }
        assert_int_equal(tries, 5);
        assert_true(t.ms - now.ms < 4 * MS_HOUR);
        arena_free(arena);
    }
}

static void
test_other_forms_and_hourly_trials(void **state)
{
    struct delivery_input refused = {.event = DELIVERY_EVENT_RESULT,
        .class = CLASS_BAD_PAYLOAD,
        .again = true};
    struct delivery_course course;
    struct wall t = now;

    (void)state;
    delivery_init(&course, t);
    apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
    assert_int_equal(delivery_apply(&course, &refused, t), 0);
    assert_int_equal(course.step, STEP_WAITING);
    assert_int_equal(course.next.ms, t.ms + DELIVERY_AGAIN_MS);
    apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
    refused.again = false;
    assert_int_equal(delivery_apply(&course, &refused, t), 0);
    assert_int_equal(course.step, STEP_DEAD);
    /* Where nobody is: once an hour, until the schedule's hours are over. */
    delivery_init(&course, t);
    do {
        apply(&course, DELIVERY_EVENT_SEND, CLASS_DELIVERED, t);
        apply(&course, DELIVERY_EVENT_RESULT, CLASS_DEAD_TARGET, t);
        if (course.step == STEP_WAITING) {
            assert_int_equal(course.next.ms - t.ms, SCHEDULE_PROBE_MS);
            t = course.next;
        }
    } while (course.step == STEP_WAITING);
    assert_int_equal(course.step, STEP_DEAD);
    assert_int_equal(t.ms - now.ms, SCHEDULE_LENGTH_MS);
}

static void
test_names(void **state)
{
    (void)state;
    assert_string_equal(delivery_step_name(STEP_PENDING), "pending");
    assert_string_equal(delivery_step_name(STEP_DISABLED), "disabled");
    assert_string_equal(delivery_class_name(CLASS_DEAD_TARGET), "dead_target");
    assert_string_equal(
        delivery_class_name((enum delivery_class)999), "transient");
    assert_false(delivery_may_become((enum delivery_step)99, STEP_DEAD));
}

/* TOCSIN_UPDATE=1 writes the drawing anew. */
static void
test_drawing(void **state)
{
    static const char path[] = SOURCE_DIR "/docs/fsm/delivery.dot";
    struct buf made, kept;

    (void)state;
    buf_init(&made, 65536);
    buf_init(&kept, 65536);
    assert_int_equal(delivery_dot(&made), 0);
    if (getenv("TOCSIN_UPDATE"))
        assert_int_equal(file_replace(path, buf_str(&made), 0644, NULL), 0);
    assert_int_equal(file_read(path, &kept, NULL), 0);
    assert_string_equal(buf_cstr(&made), buf_cstr(&kept));
    buf_done(&made);
    buf_done(&kept);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_a_life),
        cmocka_unit_test(test_ninety_minutes_offline),
        cmocka_unit_test(test_other_forms_and_hourly_trials),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_drawing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
