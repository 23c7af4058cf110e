/*
 * robots: what is remembered of robots.txt, and for how long.  The times of RFC
 * 9309 (a day, ten minutes, thirty days) are fractions of a second here.
 */
#include "check.h"
#include "client.h"
#include "daemon/robots.h"
#include "origin.h"

enum { FRESH_MS = 400, RETRY_MS = 200, FORGIVE_MS = 1500 };
static const struct robots_times times = {FRESH_MS, RETRY_MS, FORGIVE_MS};

static struct origin *origin;
static struct client client;
static struct robots *robots;
static const char *volatile rules; /* NULL: 500 */

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    const char *now = rules;

    (void)arg;
    (void)r;
    if (now == NULL)
        return origin_answer(conn, 500, NULL, "", 0);
    return origin_answer(conn, 200, NULL, now, strlen(now));
}

static int
set_up(void **state)
{
    (void)state;
    rules = "User-agent: *\nDisallow: /closed\n";
    origin = origin_start(script, NULL, NULL);
    client_init(&client);
    return origin && robots_new(client.loop, client.http, STR("tocsin"), &times,
                         &robots) == 0
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    client_turn(&client, 50);
    robots_free(robots);
    client_done(&client);
    origin_stop(origin);
    return 0;
}

struct verdict {
    int done;
    enum robots_answer answer;
};

static void
keep(void *arg, enum robots_answer answer, int64_t later_ms)
{
    struct verdict *verdict = arg;

    (void)later_ms;
    verdict->done++;
    verdict->answer = answer;
}

static enum robots_answer
ask(const char *path)
{
    struct verdict verdict = {.done = 0};
    char url[512];

    assert_int_equal(robots_ask(robots, str_of(client_url(origin, path, url)),
                         &client.policy, keep, &verdict),
        0);
    for (int i = 0; i < 500 && !verdict.done; i++)
        client_turn(&client, 10);
    assert_int_equal(verdict.done, 1);
    return verdict.answer;
}

static size_t
loads(void)
{
    return origin_count(origin, "/robots.txt");
}

static void
test_remembered_and_asked_again(void **state)
{
    (void)state;
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(ask("/closed/1"), ROBOTS_REFUSED);
    assert_int_equal(loads(), 1);
    rules = "User-agent: *\nDisallow: /open\n";
    client_turn(&client, FRESH_MS + 50); /* "cached 25 h" */
    assert_int_equal(ask("/open"), ROBOTS_REFUSED);
    assert_int_equal(ask("/closed/1"), ROBOTS_ALLOWED);
    assert_int_equal(loads(), 2);
}

/* An older copy goes on counting while there is no newer one. */
static void
test_an_older_copy_outlives_a_failure(void **state)
{
    (void)state;
    assert_int_equal(ask("/closed/1"), ROBOTS_REFUSED);
    rules = NULL;
    client_turn(&client, FRESH_MS + 50);
    assert_int_equal(ask("/closed/1"), ROBOTS_REFUSED);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(loads(), 2); /* and it is not asked for at once again */
    client_turn(&client, RETRY_MS + 50);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(loads(), 3);
}

static void
test_unreachable_closes_and_is_forgiven(void **state)
{
    (void)state;
    rules = NULL;
    assert_int_equal(ask("/open"), ROBOTS_UNREACHABLE);
    assert_int_equal(ask("/open"), ROBOTS_UNREACHABLE);
    assert_int_equal(loads(), 1);
    client_turn(&client, RETRY_MS + 50);
    assert_int_equal(ask("/open"), ROBOTS_UNREACHABLE);
    client_turn(&client, FORGIVE_MS);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    rules = "User-agent: *\nDisallow: /open\n";
    client_turn(&client, RETRY_MS + 50);
    assert_int_equal(ask("/open"), ROBOTS_REFUSED);
}

static void
test_many_wait_for_one_answer(void **state)
{
    struct verdict verdicts[20] = {{.done = 0}};
    char url[512];

    (void)state;
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(
            robots_ask(robots,
                str_of(client_url(origin, i % 2 ? "/open" : "/closed/x", url)),
                &client.policy, keep, &verdicts[i]),
            0);
    client_turn(&client, 300);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(verdicts[i].done, 1);
        assert_int_equal(
            verdicts[i].answer, i % 2 ? ROBOTS_ALLOWED : ROBOTS_REFUSED);
    }
    assert_int_equal(loads(), 1);
}

static void
test_delay(void **state)
{
    char url[512];
    struct str open;

    (void)state;
    open = str_of(client_url(origin, "/open", url));
    rules = "User-agent: *\nCrawl-delay: 2.5\n";
    assert_int_equal(robots_delay_ms(robots, open), 0);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(robots_delay_ms(robots, open), 2500);
    rules = "User-agent: *\nCrawl-delay: 86400\n"; /* bounded */
    client_turn(&client, FRESH_MS + 50);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(robots_delay_ms(robots, open), ROBOTS_MAX_DELAY_MS);
}

/* A host that is to be left alone is not asked for its robots.txt either. */
static void
test_later(void **state)
{
    char url[512];

    (void)state;
    http_hold(client.http, str_of(client_url(origin, "/", url)),
        10 * ROBOTS_PATIENCE_MS);
    assert_int_equal(ask("/open"), ROBOTS_LATER);
    assert_int_equal(loads(), 0);
}

/* What one asker may not reach is not said of those that wait with it. */
static void
test_a_closed_gate_is_its_askers_own(void **state)
{
    struct verdict closed = {.done = 0}, open = {.done = 0};
    struct gate_policy inside;
    char url[512];
    struct str page = str_of(client_url(origin, "/open", url));

    (void)state;
    gate_policy_init(&inside);
    assert_int_equal(robots_ask(robots, page, &inside, keep, &closed), 0);
    assert_int_equal(robots_ask(robots, page, &client.policy, keep, &open), 0);
    client_turn(&client, 200);
    assert_int_equal(closed.done, 1);
    assert_int_equal(closed.answer, ROBOTS_UNREACHABLE);
    assert_int_equal(open.done, 1);
    assert_int_equal(open.answer, ROBOTS_ALLOWED);
    assert_int_equal(loads(), 1);
}

/* What the gate refuses to one source it may open to another. */
static void
test_a_closed_gate_is_not_remembered(void **state)
{
    struct verdict closed = {.done = 0};
    struct gate_policy inside;
    char url[512];

    (void)state;
    gate_policy_init(&inside);
    assert_int_equal(
        robots_ask(robots, str_of(client_url(origin, "/open", url)), &inside,
            keep, &closed),
        0);
    client_turn(&client, 50);
    assert_int_equal(closed.answer, ROBOTS_UNREACHABLE);
    assert_int_equal(ask("/open"), ROBOTS_ALLOWED);
    assert_int_equal(ask("/closed/1"), ROBOTS_REFUSED);
    assert_int_equal(loads(), 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_remembered_and_asked_again),
        TEST(test_an_older_copy_outlives_a_failure),
        TEST(test_unreachable_closes_and_is_forgiven),
        TEST(test_many_wait_for_one_answer),
        TEST(test_delay),
        TEST(test_later),
        TEST(test_a_closed_gate_is_its_askers_own),
        TEST(test_a_closed_gate_is_not_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
