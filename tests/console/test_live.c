/* Connections: keeping, limits, half-closing; and open pages that listen. */
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "console/server.h"

static struct desk desk;
static char who[128], csrf[80];

static size_t
count(struct str s, struct str needle)
{
    size_t n = 0, at;

    while ((at = str_find(s, needle)) < s.n) {
        n++;
        s = str_from(s, at + needle.n);
    }
    return n;
}

static void
requests_follow_each_other(void **state)
{
    static const char three[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                                "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
                                "GET /healthz HTTP/1.1\r\nHost: x\r\n"
                                "Connection: close\r\n\r\n";
    struct client client;

    (void)state;
    client_open(&client, &desk);
    client_send(&client, STR(three));
    for (int i = 0; i < 200 && !client.closed; i++)
        client_turn(&client, 5);
    assert_int_equal(count(buf_str(&client.in), STR("HTTP/1.1 200 OK\r\n")), 3);
    assert_int_equal(
        count(buf_str(&client.in), STR("Connection: keep-alive")), 2);
    assert_true(client.closed);
    client_close(&client);
}

/* After a refusal nothing that follows is looked at. */
static void
nothing_follows_a_refusal(void **state)
{
    static const char bytes[] = "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n"
                                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    struct client client;

    (void)state;
    client_open(&client, &desk);
    client_send(&client, STR(bytes));
    for (int i = 0; i < 400 && !client.closed; i++)
        client_turn(&client, 5);
    assert_int_equal(count(buf_str(&client.in), STR("HTTP/1.1 ")), 1);
    assert_int_equal(count(buf_str(&client.in), STR("HTTP/1.1 400")), 1);
    assert_true(client.closed);
    client_close(&client);
}

static void
half_closed_peers_get_their_answer(void **state)
{
    static const struct {
        const char *bytes;
        int status;
    } rows[] = {{"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200},
        {"GET /healthz HTTP/1.1\r\nHos", 400},
        {"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
            400}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;

        client_open(&client, &desk);
        assert_true(
            send(client.fd, rows[i].bytes, strlen(rows[i].bytes), 0) > 0);
        (void)shutdown(client.fd, SHUT_WR);
        assert_int_equal(client_read(&client, 2000).status, rows[i].status);
        client_close(&client);
    }
}

static void
a_body_is_asked_for(void **state)
{
    struct client client;

    (void)state;
    client_open(&client, &desk);
    client_send(
        &client, STR("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n"
                     "Expect: 100-continue\r\n\r\n"));
    client_turn(&client, 50);
    assert_true(
        str_eq(buf_str(&client.in), STR("HTTP/1.1 100 Continue\r\n\r\n")));
    buf_clear(&client.in);
    client_send(&client, STR("a=b"));
    assert_int_equal(client_read(&client, 2000).status, 400);
    client_close(&client);
}

/* More than SERVER_MAX_PER_ADDRESS busy ones are refused; idle ones give way.
 */
static void
an_address_has_its_share(void **state)
{
    struct client busy[SERVER_MAX_PER_ADDRESS + 1], late;

    (void)state;
    for (size_t i = 0; i < SERVER_MAX_PER_ADDRESS + 1; i++) {
        client_open(&busy[i], &desk);
        client_send(&busy[i], STR("GET /healthz HTTP/1.1\r\n"));
        client_turn(&busy[i], 5);
    }
    client_turn(&busy[SERVER_MAX_PER_ADDRESS], 20);
    assert_true(busy[SERVER_MAX_PER_ADDRESS].closed);
    client_turn(&busy[0], 5);
    assert_false(busy[0].closed);
    /* The first finishes and rests: now there is room. */
    client_send(&busy[0], STR("Host: x\r\n\r\n"));
    assert_int_equal(client_read(&busy[0], 1000).status, 200);
    client_open(&late, &desk);
    client_send(&late, STR("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(&late, 1000).status, 200);
    client_turn(&busy[0], 20);
    assert_true(busy[0].closed);
    client_close(&late);
    for (size_t i = 0; i < SERVER_MAX_PER_ADDRESS + 1; i++)
        client_close(&busy[i]);
}

static void
many_connections_are_all_served_in_the_end(void **state)
{
    struct desk other;
    struct desk_options options = {.incidents = 1, .nproxies = 1};
    struct client clients[SERVER_MAX_CONNECTIONS + 20];

    (void)state;
    desk_new(&other, &options);
    for (size_t i = 0; i < SERVER_MAX_CONNECTIONS + 20; i++) {
        client_open(&clients[i], &other);
        client_send(
            &clients[i], STR("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    for (size_t i = 0; i < SERVER_MAX_CONNECTIONS + 20; i++)
        assert_int_equal(client_read(&clients[i], 2000).status, 200);
    for (size_t i = 0; i < SERVER_MAX_CONNECTIONS + 20; i++)
        client_close(&clients[i]);
    desk_free(&other);
}

static void
listen_in(struct client *client)
{
    struct buf out;

    buf_init(&out, 1024);
    (void)buf_printf(
        &out, "GET /events HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", who);
    client_open(client, &desk);
    client_send(client, buf_str(&out));
    client_turn(client, 30);
    buf_done(&out);
}

static void
open_pages_hear_of_changes(void **state)
{
    struct client client;
    struct answer answer;
    char headers[160];

    (void)state;
    listen_in(&client);
    answer = client_read(&client, 100);
    assert_int_equal(answer.status, 200);
    assert_true(str_eq(answer_header(&answer, "Content-Type"),
        STR("text/event-stream; charset=utf-8")));
    console_changed(desk.console, "source", 0);
    client_turn(&client, 20);
    assert_int_equal(
        count(buf_str(&client.in), STR("event: source\ndata: {\"id\":0}\n\n")),
        1);
    (void)snprintf(headers, sizeof headers, "X-CSRF-Token: %s\r\n", csrf);
    assert_int_equal(ask_with(&desk, "POST", "/api/v1/incidents/3/actions", who,
                         headers, "{\"action\":\"acknowledge\"}")
                         .status,
        200);
    client_turn(&client, 20);
    assert_int_equal(count(buf_str(&client.in),
                         STR("event: incident\ndata: {\"id\":3}\n\n")),
        1);
    client_close(&client);
}

static void
listening_has_its_limit(void **state)
{
    struct client clients[7];
    struct answer answer;

    (void)state;
    for (size_t i = 0; i < 7; i++)
        listen_in(&clients[i]);
    assert_int_equal(client_read(&clients[5], 100).status, 200);
    answer = client_read(&clients[6], 1000);
    assert_int_equal(answer.status, 429);
    for (size_t i = 0; i < 7; i++)
        client_close(&clients[i]);
    /* They are gone: there is room again. */
    listen_in(&clients[0]);
    assert_int_equal(client_read(&clients[0], 100).status, 200);
    client_close(&clients[0]);
}

/* A listener that does not read is dropped before it costs memory. */
static void
a_deaf_listener_is_dropped(void **state)
{
    struct client client;

    (void)state;
    listen_in(&client);
    for (int i = 0; i < 400000 && !client.closed; i++) {
        console_changed(desk.console, "incident", i);
        if (i % 1000 == 0)
            (void)loop_turn(desk.loop, false);
    }
    for (int i = 0; i < 3; i++)
        (void)loop_turn(desk.loop, false);
    for (int i = 0; i < 2000 && !client.closed; i++)
        client_turn(&client, 1);
    assert_true(client.closed);
    client_close(&client);
}

static int
begin(void **state)
{
    struct desk_options options = {.incidents = 5};

    (void)state;
    desk_new(&desk, &options);
    return log_in(&desk, "operator", who, csrf) == 200 ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    desk_free(&desk);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_follow_each_other),
        cmocka_unit_test(nothing_follows_a_refusal),
        cmocka_unit_test(half_closed_peers_get_their_answer),
        cmocka_unit_test(a_body_is_asked_for),
        cmocka_unit_test(an_address_has_its_share),
        cmocka_unit_test(many_connections_are_all_served_in_the_end),
        cmocka_unit_test(open_pages_hear_of_changes),
        cmocka_unit_test(listening_has_its_limit),
        cmocka_unit_test(a_deaf_listener_is_dropped),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
