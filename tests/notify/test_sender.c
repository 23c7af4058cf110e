/*
 * sender: one attempt against a receiver that verifies signatures and one that
 * misbehaves.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "check.h"
#include "notify/sender.h"
#include "notify/webhook.h"
#include "origin.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OLD_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

enum { WAIT_MS = 30000 };

static struct origin *origin;
static struct loop *loop;
static struct sender *sender;

/* --- the receiver ----------------------------------------------------------
 */

static struct str
field(const struct origin_request *r, const char *name)
{
    char wanted[64];
    const char *at;

    snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
    at = strcasestr(r->head, wanted);
    if (!at)
        return STR_NONE;
    at += strlen(wanted);
    return (struct str){at, (size_t)(strstr(at, "\r\n") - at)};
}

static bool
is_signed(const struct origin_request *r, const char *secret)
{
    struct str stamp = field(r, "webhook-timestamp");
    char text[32] = "";

    if (!stamp.p || stamp.n >= sizeof(text))
        return false;
    memcpy(text, stamp.p, stamp.n);
    return webhook_verify(field(r, "webhook-signature"), str_of(secret),
        field(r, "webhook-id"), strtoll(text, NULL, 10),
        (struct str){r->body, r->body_n}, clock_wall().ms / MS_SECOND, 300);
}

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    static const char echo[] = "no such robot: T0k3nT0k3n\r\nX-Forged: 1";

    (void)arg;
    if (strncmp(r->path, "/robot", 6) == 0)
        return strcmp(r->path, "/robot/long") == 0
                   ? origin_answer(conn, 400, NULL, "no_text", 7)
                   : origin_answer(conn, 200, NULL, "<html>ok</html>", 15);
    if (strcmp(r->method, "POST") != 0 || !is_signed(r, SECRET))
        return origin_answer(conn, 401, NULL, "bad signature", 13);
    if (strcmp(r->path, "/rotate") == 0 && !is_signed(r, OLD_SECRET))
        return origin_answer(conn, 401, NULL, "bad old signature", 17);
    if (strcmp(r->path, "/429") == 0)
        return origin_answer(conn, 429, "Retry-After: 7\r\n", "slow", 4);
    if (strcmp(r->path, "/410") == 0)
        return origin_answer(conn, 410, NULL, "gone", 4);
    if (strcmp(r->path, "/302") == 0)
        return origin_answer(conn, 302, "Location: /in\r\n", "", 0);
    if (strcmp(r->path, "/close") == 0)
        return false;
    if (strncmp(r->path, "/echo", 5) == 0)
        return origin_answer(conn, 500, NULL, echo, strlen(echo));
    if (strcmp(r->path, "/big") == 0) {
        char block[1024];
        bool ok = origin_printf(conn, "HTTP/1.1 200 OK\r\n\r\n");

        memset(block, 'x', sizeof(block));
        while (ok)
            ok = origin_send(conn, block, sizeof(block));
        return false;
    }
    if (strcmp(r->path, "/hang") == 0)
        return origin_sleep(conn, 5000) && false;
    return origin_answer(conn, 204, NULL, "", 0);
}

static int
set_up(void **state)
{
    (void)state;
    if (digest_init() != 0)
        return -1;
    origin = origin_start(script, NULL, NULL);
    assert_int_equal(loop_new(&loop), 0);
    assert_int_equal(sender_new(loop, STR("tocsin/test"), &sender), 0);
    return origin ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    sender_free(sender);
    loop_free(loop);
    origin_stop(origin);
    return 0;
}

/* --- one attempt -----------------------------------------------------------
 */

struct outcome {
    int done;
    enum delivery_class class;
    int status;
    int64_t retry_after_ms;
    enum text_form next_form;
    char text[1024];
};

static void
keep(void *arg, const struct attempt_result *result)
{
    struct outcome *outcome = arg;

    outcome->done++;
    outcome->class = result->class;
    outcome->status = result->status;
    outcome->retry_after_ms = result->retry_after_ms;
    outcome->next_form = result->next_form;
    assert_true(result->text.n < sizeof(outcome->text));
    if (result->text.n)
        memcpy(outcome->text, result->text.p, result->text.n);
}

static struct channel_config
channel(char *url, size_t size, const char *path)
{
    struct channel_config config = {
        .id = STR("desk"),
        .kind = STR("webhook"),
        .secrets = {STR(SECRET)},
        .nsecrets = 1,
    };

    snprintf(url, size, "http://127.0.0.1:%u%s", (unsigned)origin_port(origin),
        path);
    config.url = str_of(url);
    gate_policy_init(&config.policy);
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.1"), NULL, &config.policy.allow[0]), 0);
    config.policy.nallow = 1;
    return config;
}

static const struct channel_message message = {
    .id = {"msg_yunxi0001", 13},
    .type = {"test", 4},
    .body = {"{\"type\":\"test\",\"标题\":\"云溪县\"}", 36},
};

static void
start(const struct channel_config *config, struct outcome *outcome,
    struct sender_attempt **ret)
{
    memset(outcome, 0, sizeof(*outcome));
    assert_int_equal(
        sender_send(sender, config, &message, keep, outcome, ret), 0);
}

static void
finish(struct outcome *outcome)
{
    int64_t end = clock_mono().ms + WAIT_MS;

    while (!outcome->done && clock_mono().ms < end)
        assert_int_equal(loop_turn(loop, true), 0);
    assert_int_equal(outcome->done, 1);
}

static void
send_to(const char *path, struct outcome *outcome)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), path);

    start(&config, outcome, NULL);
    /* what was lent may go now */
    memset(url, 'z', sizeof(url));
    memset(&config, 'z', sizeof(config));
    finish(outcome);
}

static void
test_delivered(void **state)
{
    struct outcome outcome;
    struct origin_request seen;

    (void)state;
    send_to("/in", &outcome);
    assert_int_equal(outcome.class, CLASS_DELIVERED);
    assert_int_equal(outcome.status, 204);
    assert_true(origin_last(origin, "/in", &seen));
    assert_true(str_eq((struct str){seen.body, seen.body_n}, message.body));
    assert_true(str_eq(field(&seen, "webhook-id"), message.id));
    assert_true(str_eq(field(&seen, "content-type"), STR("application/json")));
    assert_null(strcasestr(seen.head, "whsec"));
}

static void
test_rotation(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/rotate");
    struct outcome outcome;

    (void)state;
    config.secrets[config.nsecrets++] = STR(OLD_SECRET);
    start(&config, &outcome, NULL);
    finish(&outcome);
    assert_int_equal(outcome.class, CLASS_DELIVERED);
}

static void
test_answers(void **state)
{
    struct outcome outcome;

    (void)state;
    send_to("/429", &outcome);
    assert_int_equal(outcome.class, CLASS_RATE);
    assert_int_equal(outcome.retry_after_ms, 7000);
    send_to("/410", &outcome);
    assert_int_equal(outcome.class, CLASS_GONE);
    send_to("/302", &outcome);
    assert_int_equal(outcome.class, CLASS_TRANSIENT);
    assert_int_equal(outcome.status, 302);
    assert_int_equal(origin_count(origin, "/in"), 1); /* of the test before */
    send_to("/close", &outcome);
    assert_int_equal(outcome.class, CLASS_TRANSIENT);
    assert_int_equal(outcome.status, 0);
    assert_true(strlen(outcome.text) > 5);
    /* yes with an endless body is yes, and the body is not read */
    send_to("/big", &outcome);
    assert_int_equal(outcome.class, CLASS_DELIVERED);
}

static void
test_text_holds_no_token(void **state)
{
    struct outcome outcome;

    (void)state;
    send_to("/echo/T0k3nT0k3n", &outcome);
    assert_int_equal(outcome.class, CLASS_TRANSIENT);
    assert_string_equal(outcome.text, "500 no such robot: …  X-Forged: 1");
}

static void
test_wrong_secret(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/in");
    struct outcome outcome;

    (void)state;
    config.secrets[0] = STR(OLD_SECRET);
    start(&config, &outcome, NULL);
    finish(&outcome);
    assert_int_equal(outcome.class, CLASS_TRANSIENT);
    assert_int_equal(outcome.status, 401);
    assert_int_equal(outcome.retry_after_ms, WEBHOOK_REFUSED_WAIT_MS);
    assert_string_equal(outcome.text, "401 bad signature");
}

static void
test_channel_that_cannot_be(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/T0k3nT0k3n");
    struct outcome outcomes[3];

    (void)state;
    config.policy.nallow = 0; /* loopback is refused */
    start(&config, &outcomes[0], NULL);
    config = channel(url, sizeof(url), "/in");
    config.kind = STR("pigeon");
    start(&config, &outcomes[1], NULL);
    config = channel(url, sizeof(url), "/in");
    config.secrets[0] = STR("whsec_AAEC");
    start(&config, &outcomes[2], NULL);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(outcomes[i].done, 0); /* never from the call */
        finish(&outcomes[i]);
        assert_int_equal(outcomes[i].class, CLASS_DEAD_TARGET);
        assert_true(strlen(outcomes[i].text) > 10);
        assert_null(strstr(outcomes[i].text, "T0k3n"));
    }
}

static void
test_no_downgrade(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/nodown");
    struct outcome outcome;

    (void)state;
    config.policy.https_only = true;
    start(&config, &outcome, NULL);
    finish(&outcome);
    assert_int_equal(outcome.class, CLASS_DEAD_TARGET);
    assert_int_equal(origin_count(origin, "/nodown"), 0);
}

/* A receiver that hangs delays only its own; the rest go two at a time. */
static void
test_cancel(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/hang");
    struct outcome outcomes[2];
    struct sender_attempt *attempts[2];

    (void)state;
    start(&config, &outcomes[0], &attempts[0]);
    config.kind = STR("pigeon");
    start(&config, &outcomes[1], &attempts[1]);
    sender_cancel(attempts[1]);
    for (int i = 0; i < 5; i++)
        assert_int_equal(loop_turn(loop, false), 0);
    sender_cancel(attempts[0]);
    send_to("/in", &outcomes[0]);
    assert_int_equal(outcomes[0].class, CLASS_DELIVERED);
    assert_int_equal(outcomes[1].done, 0);
}

static void
test_free_with_attempts(void **state)
{
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/hang");
    struct outcome outcomes[2];

    (void)state;
    start(&config, &outcomes[0], NULL);
    config.kind = STR("pigeon");
    start(&config, &outcomes[1], NULL);
    sender_free(sender);
    assert_int_equal(sender_new(loop, STR("tocsin/test"), &sender), 0);
    assert_int_equal(outcomes[0].done + outcomes[1].done, 0);
}

/* An answer that is none is a moment's trouble twice, then a dead target; what
 * is refused for its form may pass in another. */
static void
test_robot(void **state)
{
    static const char body[] =
        "{\"type\":\"test\",\"data\":{\"channel\":\"desk\"}}";
    char url[512];
    struct channel_config config = channel(url, sizeof(url), "/robot/html");
    struct channel_message robot = {
        .id = STR("msg_a"), .type = STR("test"), .body = STR(body)};

    (void)state;
    config.kind = STR("slack");
    for (unsigned attempt = 1; attempt <= 4; attempt++) {
        struct outcome outcome = {0};

        robot.attempt = attempt;
        assert_int_equal(
            sender_send(sender, &config, &robot, keep, &outcome, NULL), 0);
        while (!outcome.done)
            assert_int_equal(loop_turn(loop, true), 0);
        assert_int_equal(
            outcome.class, attempt <= 2 ? CLASS_TRANSIENT : CLASS_DEAD_TARGET);
        assert_int_equal(outcome.next_form, TEXT_FORM_FULL);
    }
    config = channel(url, sizeof(url), "/robot/long");
    config.kind = STR("slack");
    robot.attempt = 1;
    for (int form = 0; form < TEXT_FORM_COUNT; form++) {
        struct outcome outcome = {0};

        robot.form = (enum text_form)form;
        assert_int_equal(
            sender_send(sender, &config, &robot, keep, &outcome, NULL), 0);
        while (!outcome.done)
            assert_int_equal(loop_turn(loop, true), 0);
        assert_int_equal(outcome.class, CLASS_BAD_PAYLOAD);
        assert_int_equal(outcome.next_form,
            form == TEXT_FORM_FULL ? TEXT_FORM_PLAIN : TEXT_FORM_FULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivered),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_text_holds_no_token),
        cmocka_unit_test(test_wrong_secret),
        cmocka_unit_test(test_channel_that_cannot_be),
        cmocka_unit_test(test_no_downgrade),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_free_with_attempts),
        cmocka_unit_test(test_robot),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
