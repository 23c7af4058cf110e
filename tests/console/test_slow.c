/* What takes its time: clients that drip, an engine that says nothing, a
 * session that ends while its page listens. */
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "console/server.h"

static void
drips_are_cut_off(void **state)
{
    struct desk desk;
    struct desk_options options = {.incidents = 1, .nproxies = 1};
    struct client head, body, idle;
    struct answer answer;
    struct mono start;

    (void)state;
    desk_new(&desk, &options);
    client_open(&head, &desk);
    client_open(&body, &desk);
    client_open(&idle, &desk);
    client_send(&head, STR("GET / HTTP/1.1\r\n"));
    client_send(&body, STR("POST /login HTTP/1.1\r\nHost: x\r\n"
                           "Content-Length: 1000\r\n\r\n"));
    start = clock_mono();
    while (!head.closed && clock_mono().ms - start.ms < 9000) {
        client_send(&head, STR("X"));
        client_turn(&head, 250);
    }
    assert_in_range(clock_mono().ms - start.ms, SERVER_HEAD_MS - 500,
        SERVER_HEAD_MS + 2500);
    answer = client_read(&head, 100);
    assert_int_equal(answer.status, 408);
    client_turn(&idle, 100);
    assert_true(idle.closed); /* never said a thing */
    assert_int_equal(idle.in.n, 0);
    while (!body.closed && clock_mono().ms - start.ms < 24000) {
        client_send(&body, STR("X"));
        client_turn(&body, 250);
    }
    assert_in_range(clock_mono().ms - start.ms, SERVER_REQUEST_MS - 1000,
        SERVER_REQUEST_MS + 2500);
    client_close(&head);
    client_close(&body);
    client_close(&idle);
    desk_free(&desk);
}

static void
a_silent_engine_is_told_of(void **state)
{
    struct desk desk;
    struct desk_options options = {.incidents = 2};
    struct client client, listener;
    char who[128], csrf[80], request[512];

    (void)state;
    desk_new(&desk, &options);
    assert_int_equal(log_in(&desk, "operator", who, csrf), 200);
    (void)snprintf(request, sizeof request,
        "GET /events HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", who);
    client_open(&listener, &desk);
    client_send(&listener, str_of(request));
    desk.silent = true;
    (void)snprintf(request, sizeof request,
        "POST /api/v1/incidents/1/actions HTTP/1.1\r\nHost: x\r\n"
        "Cookie: %s\r\nX-CSRF-Token: %s\r\n"
        "Content-Type: application/json\r\nContent-Length: 24\r\n\r\n"
        "{\"action\":\"acknowledge\"}",
        who, csrf);
    client_open(&client, &desk);
    client_send(&client, str_of(request));
    assert_int_equal(client_read(&client, 1000).status, 0);
    assert_int_equal(client_read(&client, 18000).status, 503);
    client_close(&client);
    /* The session ends at the store: its listener at the next heartbeat. */
    assert_int_equal(store_session_drop_user(desk.store, STR("值班员")), 0);
    client_turn(&listener, 100);
    assert_true(
        str_find(buf_str(&listener.in), STR(": still here")) < listener.in.n);
    for (int i = 0; i < 160 && !listener.closed; i++)
        client_turn(&listener, 100);
    assert_true(listener.closed);
    client_close(&listener);
    desk_free(&desk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drips_are_cut_off),
        cmocka_unit_test(a_silent_engine_is_told_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
